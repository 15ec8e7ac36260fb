"""A long book is compared in the memory of a few months: what agrees is let go, and the answer stays what it was."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kkd_ledger.audit.compared import CERTIFIED, PAPER, answered, compared, whole_book
from kkd_ledger.audit.compared.agreeing import Agreeing
from kkd_ledger.audit.compared.entries import BankEntry
from kkd_ledger.book.certificate import Certificate
from kkd_ledger.book.config import load_book
from kkd_ledger.book.seals.prehashed import PrehashedFiles
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding
from tests.bench.books import make_book


class NothingLetGo(Agreeing):
    """Everything is odd, and so compared at once."""

    def __bool__(self) -> bool:
        return True

    def is_odd(self, certificate: Certificate) -> bool:
        return True


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two years with 200 bank lines, money in suspense among them; nothing is found in it."""
    folder = tmp_path_factory.mktemp("parts")
    root = make_book(folder, 206, years=2, parties=3)
    assert compared(load_book(root), full=True) == ()
    return folder


def told(root: Path) -> list[Finding] | str:
    """What ledger, certificates and archive say differently; that a text was changed at all is told besides."""
    try:
        found = compared(load_book(root), full=True)
        return sorted((one for one in found if one.kind in {CERTIFIED, PAPER}), key=str)
    except BookRefused as refused:
        return str(refused)


def both(root: Path) -> tuple[list[Finding] | str, list[Finding] | str]:
    """What is found with letting go, and without."""
    found = told(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_book, "Agreeing", NothingLetGo)
        return found, told(root)


# ------------------------------------------------------------------------------- changes by hand, two places each


def files(root: Path, pattern: str) -> list[Path]:
    return sorted(root.glob(pattern))


def entries_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n\n")


def bank_entries(file: Path) -> list[int]:
    return [place for place, text in enumerate(entries_of(file)) if "\n  bankref: " in text]


def change_entry(root: Path, chance: random.Random, change: Callable[[str, str], str]) -> None:
    """Change one entry of a bank line with another one at hand."""
    one, other = (
        chance.choice([file for file in files(root, "2*/*.beancount") if bank_entries(file)]) for _ in "ab"
    )
    texts, others = entries_of(one), entries_of(other)
    place = chance.choice(bank_entries(one))
    texts[place] = change(texts[place], others[chance.choice(bank_entries(other))])
    one.write_text("\n\n".join(texts), encoding="utf-8")


def moved(root: Path, chance: random.Random) -> None:
    """Let an entry stand in the file of another month: nothing that a comparison has to tell."""
    one, other = chance.sample([file for file in files(root, "2*/*.beancount") if bank_entries(file)], 2)
    texts = entries_of(one)
    taken = texts.pop(chance.choice(bank_entries(one)))
    for file, held in ((one, texts), (other, [*entries_of(other), taken])):
        file.write_text("\n\n".join(text.strip("\n") for text in held) + "\n", encoding="utf-8")


def value(text: str, key: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"  {key}: "))


def remove(root: Path, chance: random.Random) -> None:
    change_entry(
        root, chance, lambda one, _: one.splitlines()[0].replace("*", "custom", 1)[:10] + ' event "x" "y"'
    )


def replace_by_other(root: Path, chance: random.Random) -> None:
    change_entry(root, chance, lambda _, other: other)


def add_other(root: Path, chance: random.Random) -> None:
    change_entry(root, chance, lambda one, other: f"{one}\n\n{other}")


def key_of_other(root: Path, chance: random.Random) -> None:
    change_entry(root, chance, lambda one, other: one.replace(value(one, "bankref"), value(other, "bankref")))


def number_of_other(root: Path, chance: random.Random) -> None:
    change_entry(root, chance, lambda one, other: one.replace(value(one, "nr"), value(other, "nr")))


def kind(root: Path, chance: random.Random) -> None:
    said = chance.choice(["klaerung", "ungeklaert", "umbuchung", "zahlung"])
    change_entry(
        root, chance, lambda one, _: one.replace(value(one, "buchungsart"), f'  buchungsart: "{said}"')
    )


def other_words(root: Path, chance: random.Random) -> None:
    change_entry(root, chance, lambda one, _: one.replace("Gemeindekasse", "Gemeindekassa", 1))


def change_certificate(
    root: Path, chance: random.Random, change: Callable[[list[Any], list[Any]], None]
) -> None:
    one, other = (chance.choice(files(root, "2*/*.bank.json")) for _ in "ab")
    data, others = (json.loads(file.read_text(encoding="utf-8")) for file in (one, other))
    if data["zeilen"] and others["zeilen"]:
        change(data["zeilen"], others["zeilen"])
        one.write_text(json.dumps(data), encoding="utf-8")


def line_gone(root: Path, chance: random.Random) -> None:
    change_certificate(root, chance, lambda lines, _: lines.remove(chance.choice(lines)))


def line_of_other(root: Path, chance: random.Random) -> None:
    change_certificate(root, chance, lambda lines, others: lines.append(chance.choice(others)))


def field_of_other(root: Path, chance: random.Random) -> None:
    key = chance.choice(["schluessel", "nr", "betrag", "tag", "ergebnis", "auszug"])
    change_certificate(
        root, chance, lambda lines, others: chance.choice(lines).update({key: chance.choice(others)[key]})
    )


def fate(root: Path, chance: random.Random) -> None:
    said = chance.choice(["nicht-kkd", "wartet", "ungeklärt", "zugeordnet"])
    change_certificate(root, chance, lambda lines, _: chance.choice(lines).update(ergebnis=said))


def paper(root: Path, chance: random.Random) -> None:
    file = chance.choice(files(root, "archive/*.xml"))
    text = file.read_text(encoding="utf-8")
    file.write_text(
        chance.choice([text.replace("1", "2", 1), text[:-9], text.replace("ort", "Ort")]), encoding="utf-8"
    )


def paper_gone(root: Path, chance: random.Random) -> None:
    chance.choice(files(root, "archive/*.xml")).unlink()


CHANGES = (
    remove,
    replace_by_other,
    add_other,
    key_of_other,
    number_of_other,
    kind,
    other_words,
    line_gone,
    line_of_other,
    field_of_other,
    fate,
    paper,
    paper_gone,
)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_told_as_if_nothing_were_let_go(change: Any, built: Path, tmp_path: Path) -> None:
    for seed in range(9):  # a change may leave all as it is
        root = tmp_path / str(seed)
        shutil.copytree(built, root)
        change(root / "amt", random.Random(seed))
        found, whole = both(root / "amt")
        assert found == whole
        if found:
            return
    pytest.fail("it never changed anything")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 4))
def test_changes_that_meet_are_told_as_if_nothing_were_let_go(
    built: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    root = tmp_path_factory.mktemp("changed") / "book"
    shutil.copytree(built, root)
    chance = random.Random(seed)
    for change in chance.choices((*CHANGES, moved), k=count):
        change(root / "amt", chance)
    found, whole = both(root / "amt")
    assert found == whole
    shutil.rmtree(root)


def test_a_certificate_waits_for_entries_of_later_months(built: Path, tmp_path: Path) -> None:
    """As of a statement whose lines were booked on the first open day after a sealed month."""
    shutil.copytree(built, tmp_path / "book")
    root = tmp_path / "book" / "amt"
    for seed in range(6):
        moved(root, random.Random(seed))
    assert both(root) == ([], [])


def test_of_a_book_that_agrees_nothing_is_kept(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each month no certificate waits, and no entry but those of months to come."""
    kept: list[int] = []

    class Counted(Agreeing):
        def take(self, certificate: Certificate | None, moved: Any) -> None:
            super().take(certificate, list[BankEntry](moved))
            kept.append(len(self._waiting) + len(self._entries))

    monkeypatch.setattr(whole_book, "Agreeing", Counted)
    assert compared(load_book(built / "amt"), full=True) == ()
    assert kept == [0] * 24


def test_named_records_are_found_with_their_lines(tmp_path: Path) -> None:
    named = '2024-01-31 custom "niederschrift" "zahlungen/1.xml" "' + 64 * "a" + '"'
    lines = [
        named,
        "",
        f"  {named}",
        f"{named} ",
        "ü",
        named.replace("1.xml", "2.xml"),
        f'2024-01-31 note A "{named}"',
    ]
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "2024-01.beancount").write_bytes("\n".join(lines).encode())
    texts = BookTexts(tmp_path, {}, {}, PrehashedFiles())
    assert answered.named_in(texts, [BookingMonth(2024, 1), BookingMonth(2024, 2)]) == {
        "zahlungen/1.xml": [(64 * "a", Place("2024/2024-01.beancount", 1))],
        "zahlungen/2.xml": [(64 * "a", Place("2024/2024-01.beancount", 6))],
    }
