"""kill -9 while a monthly run founds the book, and while an import replaces files of two months."""

from collections.abc import Callable

from tests.faults.test_kill import killed
from tests.faults.verdict import Case


def test_killed_while_the_book_is_founded(case: Callable[[str], Case]) -> None:
    """Up to the second batch: from there on it is the run of test_kill."""
    built = case("founding")
    texts = [point.text for point in built.clean.points]
    begun = [place for place, text in enumerate(texts) if text.startswith('mkdir("/amt/.wal"')]
    assert len(begun) == 2
    first = built.clean.points[: begun[1] + 1]
    assert len(first) >= 25
    assert list(killed(built, first)) == []


def test_killed_while_two_months_are_replaced(case: Callable[[str], Case]) -> None:
    built = case("import")
    assert len(built.clean.points) >= 45
    assert list(killed(built, built.clean.points)) == []
