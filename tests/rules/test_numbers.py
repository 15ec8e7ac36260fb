"""Numbers of postings, demands and acts: gapless, each once, in whatever order the files come."""

import datetime as dt

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Record
from kkd_ledger.rules import acts, numbers
from kkd_ledger.rules.engine.rule import Context
from tests.rules.folding import MONTH, custom, entry, said


def posting(number: str, year: int = 2022, file: str = MONTH) -> Record:
    return entry("zahlung", number, day=dt.date(year, 3, 15), file=file)


def told(book: Book, *given: str) -> list[str]:
    return said(numbers, book, *map(posting, given))


def test_numbers_without_a_gap_say_nothing(operator: Book) -> None:
    assert told(operator, "2022-000001", "2022-000002", "2022-000003") == []


def test_a_gap_is_named_where_the_next_number_stands(operator: Book) -> None:
    assert told(operator, "2022-000001", "2022-000004") == [
        "7: KKD-N01 (fehler) nr 2022-000002 fehlt vor dieser Buchung",
        "7: KKD-N01 (fehler) nr 2022-000003 fehlt vor dieser Buchung",
    ]
    assert told(operator, "2022-000002") == ["7: KKD-N01 (fehler) nr 2022-000001 fehlt vor dieser Buchung"]


LATER = "2022/2022-04.beancount"


def test_a_gap_may_be_filled_by_a_later_file_once(operator: Book) -> None:
    second, first = posting("2022-000002"), posting("2022-000001", file=LATER)
    assert said(numbers, operator, second, first, posting("2022-000003", file=LATER)) == []
    twice = f"{LATER}:7: KKD-N02 (fehler) nr 2022-000001 steht schon an einer früheren Buchung"
    assert said(numbers, operator, second, first, first) == [twice]
    assert told(operator, "2022-000001", "2022-000001") == [twice.removeprefix(f"{LATER}:")]


def test_within_a_file_numbers_go_up(operator: Book) -> None:
    assert told(operator, "2022-000002", "2022-000001") == [
        "7: KKD-N05 (fehler) nr 2022-000001 steht hinter 2022-000002"
    ]


@pytest.mark.parametrize("number", ["", "17", "2022-17", "2022-000000", "2021-000001", "2022-0000011"])
def test_a_number_of_another_form_or_year_is_told(operator: Book, number: str) -> None:
    assert told(operator, number, "2022-000001") == [
        f"7: KKD-N03 (fehler) nr {number!r} an einer Buchung von 2022"
    ]


def test_each_year_has_its_own_numbers(operator: Book) -> None:
    years = (posting("2021-000001", 2021), posting("2022-000001"), posting("2021-000002", 2021))
    assert said(numbers, operator, *years) == []


def test_behind_the_last_number_of_six_digits_there_is_none(operator: Book) -> None:
    state = numbers.start(Context(operator)) | {"highest": {"2022": 999_998}}
    for number in ("2022-999999", "2022-1000000"):
        numbers.step(Context(operator), state, posting(number))
    [finding] = numbers.finish(Context(operator), state, dt.date(2022, 12, 31))
    assert finding.text == "nr '2022-1000000' an einer Buchung von 2022"


# --- demands


def demanded(number: str, place: int = 1, year: int = 2022) -> Record:
    return entry("kostenbeteiligung", place, day=dt.date(year, 3, 15), anforderung=number)


def test_demands_are_numbered_without_a_gap_by_series(operator: Book) -> None:
    rows = ("A-2022-00001", "A-2022-00002", "B-2022-00001")
    assert said(numbers, operator, *(demanded(row, at) for at, row in enumerate(rows, 1))) == []


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["A-2022-00002"], "anforderung 'A-2022-00002'; in der Folge wäre 00001 an der Reihe"),
        (
            ["A-2022-00001", "A-2022-00001"],
            "anforderung 'A-2022-00001'; in der Folge wäre 00002 an der Reihe",
        ),
        (["A-2021-00001"], "anforderung 'A-2021-00001'; in der Folge wäre 00001 an der Reihe"),
        (["siebzehn"], "anforderung 'siebzehn'; in der Folge wäre 00001 an der Reihe"),
        (["a-2022-00001"], "anforderung 'a-2022-00001'; in der Folge wäre 00001 an der Reihe"),
    ],
)
def test_a_demand_out_of_turn_is_told(operator: Book, rows: list[str], text: str) -> None:
    found = said(numbers, operator, *(demanded(row, at) for at, row in enumerate(rows, 1)))
    assert found == [f"7: KKD-N04 (fehler) {text}"]


def test_after_a_demand_out_of_turn_the_next_one_follows_it(operator: Book) -> None:
    rows = ("A-2022-00005", "A-2022-00002", "A-2022-00006")
    found = said(numbers, operator, *(demanded(row, at) for at, row in enumerate(rows, 1)))
    assert [text.partition("; ")[2] for text in found] == [
        "in der Folge wäre 00001 an der Reihe",
        "in der Folge wäre 00006 an der Reihe",
        "in der Folge wäre 00007 an der Reihe",
    ]


# --- acts


def act(number: str) -> Record:
    return custom("akt", number, "anordnung", "L. Beispiel", "anordnung", dt.date(2022, 3, 15))


def test_acts_without_a_gap_say_nothing(operator: Book) -> None:
    assert said(acts, operator, *map(act, ("1", "2", "3")), custom("beschluss", "7")) == []


def test_a_missing_act_is_named_where_the_next_one_stands(operator: Book) -> None:
    assert said(acts, operator, act("1"), act("4")) == [
        "9: KKD-Z09 (fehler) Akt 2 fehlt vor diesem Akt",
        "9: KKD-Z09 (fehler) Akt 3 fehlt vor diesem Akt",
    ]
    assert said(acts, operator, act("2")) == ["9: KKD-Z09 (fehler) Akt 1 fehlt vor diesem Akt"]
    assert said(acts, operator, act("2"), act("1")) == []


def test_an_act_twice_is_told(operator: Book) -> None:
    for rows in (("1", "1"), ("2", "1", "1")):
        assert said(acts, operator, *map(act, rows)) == [
            "9: KKD-Z09 (fehler) Akt 1 steht schon an einer früheren Stelle"
        ]


@pytest.mark.parametrize("number", ["", "0", "eins", "01", "10002", "12345678"])
def test_a_number_that_kkd_never_writes_is_told_and_passed_over(operator: Book, number: str) -> None:
    assert said(acts, operator, act("1"), act(number), act("2")) == [
        f"9: KKD-Z09 (fehler) Akt {number!r}; in der Folge wäre 2 an der Reihe"
    ]


def test_a_hole_of_ten_thousand_is_still_one(operator: Book) -> None:
    assert len(said(acts, operator, act("1"), act("10001"))) == 9_999
    assert said(acts, operator, custom("akt")) == [
        "9: KKD-Z09 (fehler) Akt ''; in der Folge wäre 1 an der Reihe"
    ]
