"""A rule's state does not grow with history: what is settled leaves it, and what is resolved cannot be reversed."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.records import Custom, Euro, Posting, Record, Transaction
from kkd_ledger.periods import YearState
from kkd_ledger.references import payment_reference
from kkd_ledger.rules.engine.fold import Fold
from kkd_ledger.rules.engine.rule import Context
from tests.samples import three_parties

SHARES = {"adorf": 125_000, "behausen": 312_500, "zett": 41_625}
AGS = {"adorf": "99001001", "behausen": "99001002", "zett": "99001003"}
PAPERS = {"adorf": "A 1/2020", "behausen": "B 7/2020", "zett": "Z 3/2021"}
EARNED = "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden"
FIRST, TOTAL = 2022, 479_125
PERSONS: dict[str, str | dt.date] = {
    f"{key}{end}": value
    for key in ("sachlich-richtig-von", "rechnerisch-richtig-von")
    for end, value in (("", "S. Muster"), ("-am", dt.date(FIRST, 1, 1)))
}


def entry(day: dt.date, number: int, kind: str, legs: list[Posting], **more: str | dt.date) -> Transaction:
    meta = {"nr": f"{day.year}-{number:06}", "buchungsart": kind, "erfasst-am": day, **PERSONS}
    meta |= {key.replace("_", "-"): value for key, value in more.items()}
    return Transaction(day, "Wer", "Was", (), (), meta, tuple(legs))


def claim(year: int, place: int, party: str) -> Transaction:
    posten = f"archiv-{year}-{party}-1"
    legs = [
        Posting(f"Aktiva:2600-Forderungen:{party.capitalize()}", SHARES[party], {"posten": posten}),
        Posting(EARNED, -SHARES[party], {}),
    ]
    return entry(
        dt.date(year, 2, 15),
        place,
        "kostenbeteiligung",
        legs,
        vereinbarung="archiv",
        beteiligte=party,
        leistungsjahr=str(year),
        berechnungsstand=dt.date(year, 2, 15),
        beschluss=PAPERS[party],
        anforderung=f"ARCHIV-{year}-{place:05}",
        kassenzeichen=payment_reference(f"ARCHIV{year}{AGS[party]}1"),
        faellig=dt.date(year, 6, 1),
        angeordnet_von="L. Beispiel",
        angeordnet_von_am=dt.date(year, 2, 15),
    )


def payment(year: int, number: int, party: str, cents: int) -> Transaction:
    legs = [
        Posting("Aktiva:2800-Bank", cents, {}),
        Posting(
            f"Aktiva:2600-Forderungen:{party.capitalize()}",
            -cents,
            {"posten": f"archiv-{year}-{party}-1"},
        ),
    ]
    return entry(
        dt.date(year, 5, 30), number, "zahlung", legs, bankref=f"1:{year}-{number}", anordnung="AAO-1"
    )


def business(years: int, parts: int = 1) -> Iterator[Record]:
    """Every share is claimed, and paid in parts; the accounts of a year are resolved in the next one."""
    for year in range(FIRST, FIRST + years):
        number = 0
        for month in range(1, 13):
            day = dt.date(year, month, 1)
            yield Custom(day, "buchungsmonat", (f"{year}-{month:02}",), {})
            if month == 2:
                for number, party in enumerate(SHARES, start=1):
                    yield claim(year, number, party)
            if month == 5:
                for party, cents in SHARES.items():
                    for part in range(parts):
                        number += 1
                        yield payment(year, number, party, cents // parts + (part < cents % parts))
            if month == 9 and year > FIRST:
                yield Custom(day, "haushaltsjahr", (str(year - 1), YearState.RESOLVED.value), {})
                balances = {"Aktiva:2800-Bank": (year - FIRST) * TOTAL, EARNED: -TOTAL}
                for account, cents in balances.items():
                    yield Custom(day, "jahressaldo", (str(year - 1), account, Euro(cents)), {})


def sizes(book: Book, years: int, parts: int = 1) -> dict[str, int]:
    """The size of each rule's state in bytes, after a history in which nothing is wrong."""
    fold = Fold(Context(book)).take(business(years, parts))
    assert {finding.kind.code for finding in fold.findings()} <= {"KKD-A02", "KKD-F01", "KKD-F05"}
    states = json.loads(fold.to_json())["rules"]
    return {rule: len(json.dumps(state, separators=(",", ":"))) for rule, state in states.items()}


@pytest.fixture
def amt(tmp_path: Path) -> Book:
    return load_book(three_parties(tmp_path) / "amt")


def test_a_state_does_not_grow_with_the_number_of_entries(amt: Book) -> None:
    few, many = sizes(amt, 3), sizes(amt, 3, parts=300)
    assert {rule: many[rule] - few[rule] for rule in few if many[rule] > few[rule] + 8} == {}


def test_a_year_more_adds_a_line_a_share(amt: Book) -> None:
    """What was booked of each share is needed for good, as an amendment may change it; nothing else of it is kept."""
    two, ten = sizes(amt, 2), sizes(amt, 10)
    for rule, bytes_a_share in (("open_items", 60), ("corrections", 10), ("staged_allocation", 80)):
        assert ten[rule] - two[rule] <= 8 * len(SHARES) * bytes_a_share, rule
    for rule, size in two.items():
        if rule not in {"open_items", "corrections", "staged_allocation"}:
            assert ten[rule] - size <= 8 * 50, f"{rule}: a line a year"


def test_what_is_not_settled_stays(amt: Book) -> None:
    """The measure can fail: unpaid items are held."""
    unpaid = [one for one in business(10) if not isinstance(one, Transaction) or "bankref" not in one.meta]
    states = json.loads(Fold(Context(amt)).take(unpaid).to_json())["rules"]
    assert len(states["open_items"]["open"]["items"]) == 30
    paid = json.loads(Fold(Context(amt)).take(business(10)).to_json())["rules"]
    assert paid["open_items"]["open"]["items"] == {}
    assert paid["open_items"]["references"] == {}
    assert paid["open_items"]["open"]["given"]["archiv-2022-zett"] == [1, []]


def afterwards(book: Book, *more: Record) -> list[str]:
    """What is found about records of 2024, after three years of settled business whose items are forgotten."""
    found = Fold(Context(book)).take([*business(3), *more]).findings()
    return [str(one) for one in found if one.kind.code.startswith("KKD-O")]


def test_a_payment_of_a_forgotten_item_is_one_too_many(amt: Book) -> None:
    [said] = afterwards(amt, payment(2022, 90, "adorf", 100)._replace(date=dt.date(2024, 12, 30)))
    assert said == "KKD-O02 (fehler) posten archiv-2022-adorf-1: um 1,00 EUR überzahlt"


def test_a_payment_of_what_was_never_claimed_is_still_told_apart(amt: Book) -> None:
    paid = payment(2022, 90, "adorf", 100)
    legs = [leg._replace(meta={"posten": "archiv-2022-adorf-2"} if leg.meta else {}) for leg in paid.postings]
    [said] = afterwards(amt, paid._replace(postings=tuple(legs)))
    assert said == "KKD-O01 (fehler) posten 'archiv-2022-adorf-2' ist nicht gebucht"


def test_a_reference_of_a_forgotten_item_is_not_given_again(amt: Book) -> None:
    again = claim(2022, 90, "adorf")
    legs = [
        leg._replace(meta={"posten": "archiv-2022-adorf-2"} if leg.meta else {}) for leg in again.postings
    ]
    [said] = [line for line in afterwards(amt, again._replace(postings=tuple(legs))) if "KKD-O03" in line]
    reference = payment_reference("ARCHIV2022990010011")
    assert said == f"KKD-O03 (fehler) kassenzeichen {reference} ist schon vergeben"


def test_a_payment_taken_back_opens_its_forgotten_item_again(amt: Book) -> None:
    paid = payment(2022, 4, "adorf", 125_000)
    legs = [leg._replace(cents=-leg.cents) for leg in paid.postings if leg.meta]
    suspense = Posting("Passiva:4800-Ungeklärte-Zahlungseingänge", -125_000, {})
    back = entry(
        dt.date(2024, 3, 7),
        90,
        "storno",
        [*legs, suspense],
        storniert="2022-000004",
        grund="falsch",
        bankref="1:x",
    )
    aged, opened = sorted(
        afterwards(amt, back, Custom(dt.date(2024, 12, 1), "buchungsmonat", ("2024-12",), {}))
    )
    assert (
        opened
        == "KKD-O06 (hinweis) posten archiv-2022-adorf-1: 1.250,00 EUR offen, wieder offen seit 07.03.2024"
    )
    assert aged == "KKD-O04 (offen) Buchung 2024-000090: 1.250,00 EUR vom 07.03.2024"
