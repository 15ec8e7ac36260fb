"""Both sides live with charges: a bill for each job, the sum of a month; corrections, a credit, the end reconciled."""

from __future__ import annotations

import cProfile
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from kkd_ledger import check
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.audit.compared.shares_again import differing_shares
from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.read import read
from kkd_ledger.letters.delta import deltas
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.remind import remind
from kkd_ledger.work.corrections.reverse import reverse
from tests.agreement.writing import toml

from .test_advances import errors, items, live_month
from .two_sides import WARM, Sides, two_sides

FIRST = dt.date(2024, 1, 1)


def charge(on: dt.date, quantity: Any, known: dt.date, grade: str = "stunde", **more: Any) -> dict[str, Any]:
    said = {"component": "pruefung", "party": "dorf", "on": on, "grade": grade, "quantity": quantity}
    return said | {"known_from": known, "source": "Prüfungsliste"} | more


def agreement(*charges: dict[str, Any], **more: Any) -> dict[str, Any]:
    component = {
        "id": "pruefung",
        "title": "Prüfungen",
        "clause": "§ 5",
        "key": "charges",
        "from": FIRST,
        "grades": [
            {"id": "stunde", "title": "Prüferstunde", "unit": "Stunde"},
            {"id": "km", "title": "Fahrt", "unit": "Kilometer"},
        ],
        "prices": [
            {"from": FIRST, "grade": "stunde", "price": "47,90"},
            {"from": FIRST, "grade": "km", "price": "0,32"},
        ],
    }
    flat = {
        "id": "pauschale",
        "title": "Pauschale",
        "clause": "§ 4",
        "key": "fixed",
        "from": FIRST,
        "amounts": [{"from": FIRST, "amount": "100,00"}],
    }
    return {
        "id": "probe",
        "title": "Probe",
        "from": FIRST,
        "known_from": dt.date(2023, 6, 1),
        "operator": "kreis",
        "due": {"month": 3, "day": 15},
        "members": [
            {"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"},
            {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001"},
        ],
        "components": [flat, component | more],
        "charges": list(charges),
    }


def documents(sides: Sides) -> dict[str, Invoice]:
    """Return the documents that the office wrote, by what each is paid under: the end of its number."""
    files = sorted((sides.office.book.root / "documents").glob("*.xml"))
    return {file.stem.split("-")[2]: read(file.read_bytes(), file.name) for file in files}


def day(month: int, number: int, year: int = 2024) -> dt.date:
    return dt.date(year, month, number)


def lived(tmp_path: Path, data: dict[str, Any], months: range) -> tuple[Sides, list[tuple[str, int]]]:
    sides = two_sides(tmp_path, data, "dorf", day(1, 20))
    paid: list[tuple[str, int]] = []
    for month in months:
        live_month(sides, day(month, 20))
        paid += [(f"{sides.day:%m} {payer.party}", cents) for payer, _, cents in sides.orders]
        sides.statements(on=25)
        assert sides.differences() == ()
    return sides, paid


def test_each_job_is_billed_paid_and_corrected_by_itself(tmp_path: Path) -> None:
    data = agreement(
        charge(day(1, 8), "61,25", day(1, 10), ref="A 1"),
        charge(day(1, 8), 312, day(1, 10), "km", ref="A 1"),
        charge(day(1, 8), "2,5", day(1, 10), ref="A 2"),
        charge(day(3, 5), 8, day(3, 6), ref="A 3"),
        charge(day(3, 5), 6, day(5, 6), ref="A 3", state="corrected"),
        charge(day(1, 8), 0, day(6, 6), ref="A 2", state="corrected"),
        charge(day(1, 8), 63, day(7, 6), ref="A 1", state="corrected"),
    )
    sides, paid = lived(tmp_path, data, range(1, 11))
    whole = {
        "probe-2024-dorf-1": 10000,
        "probe-2024-dorf-e240108": 303372,
        "probe-2024-dorf-e240108b": 11975,
        "probe-2024-dorf-e240305": 38320,
        "probe-2024-dorf-g240506b": -9580,
        "probe-2024-dorf-g240606b": -11975,
        "probe-2024-dorf-n240706b": 8382,
    }
    assert items(sides.office) == whole
    assert {name: -cents for name, cents in items(sides.member).items()} == whole
    assert sum(cents if payer.endswith("dorf") else -cents for payer, cents in paid) == sum(whole.values())
    assert errors(sides.office) == errors(sides.member) == []


@pytest.mark.parametrize("billed", ["monthly", "quarterly"])
def test_a_month_is_one_bill_with_a_day_of_its_own(tmp_path: Path, billed: str) -> None:
    plan = {"id": "mitte", "days": [f"{month:02}-15" for month in range(1, 13)]}
    data = agreement(
        charge(day(1, 8), "1,5", day(1, 10)),
        charge(day(1, 9), 2, day(1, 10)),
        charge(day(1, 31), 3, day(2, 20)),
        charge(day(2, 5), 4, day(2, 6)),
        charge(day(4, 5), 4, day(4, 6)),
        billed=billed,
        dues="mitte",
    ) | {"dues": [plan]}
    sides, paid = lived(tmp_path, data, range(1, 10))
    bills = {
        "monthly": {"e240131": 16765, "n240220b": 14370, "e240229": 19160, "e240430": 19160},
        "quarterly": {"e240331": 50295, "e240630": 19160},
    }[billed]
    whole = {f"probe-2024-dorf-{end}": cents for end, cents in {"1": 10000, **bills}.items()}
    assert items(sides.office) == whole
    assert {name: -cents for name, cents in items(sides.member).items()} == whole
    assert sum(cents for _, cents in paid) == sum(whole.values())
    assert errors(sides.office) == errors(sides.member) == []


def test_a_document_lists_each_position_with_quantity_unit_and_price(tmp_path: Path) -> None:
    data = agreement(
        charge(day(1, 8), "61,25", day(1, 10), ref="A 1"),
        charge(day(1, 9), 312, day(1, 10), "km", ref="A 1"),
        charge(day(1, 8), 60, day(2, 10), ref="A 1", state="corrected"),
    )
    sides, _ = lived(tmp_path, data, range(1, 3))
    _, bill, credit = documents(sides).values()
    assert [(line.quantity, line.unit, line.price, line.net_cents) for line in bill.lines] == [
        (Decimal("61.25"), "HUR", Decimal("47.90"), 293388),
        (Decimal(312), "KMT", Decimal("0.32"), 9984),
    ]
    assert [line.name for line in bill.lines] == ["08.01.2024, A 1, Prüferstunde", "09.01.2024, A 1, Fahrt"]
    assert [line.period.start for line in bill.lines if line.period] == [day(1, 8), day(1, 9)]
    assert (bill.kind, bill.totals.due_cents, bill.due) == ("380", 303372, day(2, 9))
    assert (credit.kind, credit.totals.gross_cents) == ("381", 5988)
    assert [(line.quantity, line.price, line.net_cents) for line in credit.lines] == [
        (Decimal(-60), Decimal("47.90"), -287400),
        (Decimal("61.25"), Decimal("47.90"), 293388),
    ]
    assert [reference.number for reference in credit.preceding] == [bill.number]


def test_a_credit_is_set_off_against_its_own_bill_first(tmp_path: Path) -> None:
    data = agreement(
        charge(day(1, 8), 8, day(1, 10), ref="A 1"),
        charge(day(1, 9), 2, day(1, 10), ref="A 2"),
        charge(day(1, 9), 0, day(1, 22), ref="A 2", state="corrected"),
    )
    sides = two_sides(tmp_path, data, "dorf", day(1, 20))
    sides.begin(day(1, 20))
    sides.post()
    sides.begin(day(2, 5))
    sides.post()
    open_items = items_open(sides)
    assert open_items == {"probe-2024-dorf-1": 10000, "probe-2024-dorf-e240108": 38320}


def items_open(sides: Sides) -> dict[str, int]:
    office = sides.office
    state = claims(office.again(), read_book(office.book).records)
    return {name: item.open_cents for name, item in state.items.items() if item.open_cents}


def test_a_document_with_other_positions_of_the_same_sum_is_taken_and_told(tmp_path: Path) -> None:
    data = agreement(charge(day(1, 8), 4, day(1, 10), ref="A 1"))
    sides = two_sides(tmp_path, data, "dorf", day(1, 20))
    sides.begin(day(1, 20))
    sides.post()
    bill = sides.send()[1].with_suffix(".xml")
    other = tmp_path / "anders.xml"
    sides.post(sides.member)
    text = re.sub(r">47\.90?<", ">95.80<", bill.read_text("utf-8"))
    other.write_text(re.sub(r'(unitCode="HUR">)4<', r"\g<1>2<", text), encoding="utf-8")
    [received] = sides.receive([other])
    told = [str(field) for field in received.comparison.fields if not field.agrees]
    assert told == [
        "Positionen von „Prüfungen, A 1“: 2 × 95,8 EUR = 191,60 EUR; "
        "nach den gemeldeten Zahlen 4 × 47,9 EUR = 191,60 EUR"
    ]


def billed_and_open(tmp_path: Path) -> Sides:
    """Return both sides at the end of March: the flat rate and the job A 1 asked for, nothing paid."""
    data = agreement(charge(day(1, 8), 8, day(1, 10), ref="A 1"), charge(day(2, 8), 2, day(2, 9), ref="A 2"))
    sides = two_sides(tmp_path, data, "dorf", day(1, 20))
    for month in (1, 2, 3):
        sides.begin(day(month, 20))
        sides.post()
        sides.receive([file.with_suffix(".xml") for file in sides.send()])
    return sides


def text_of(file: Path) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(file).pages).split())


def test_books_and_reminders_call_a_bill_by_its_own_name(tmp_path: Path) -> None:
    sides = billed_and_open(tmp_path)
    for side in sides.both:
        entries = [one for one in read_book(side.again()).records if isinstance(one, Transaction)]
        assert [one.narration for one in entries] == [
            "Kostenbeteiligung 2024",
            "Prüfungen, A 1",
            "Prüfungen, A 2",
        ]
    [letter] = remind(sides.office.again(), day(3, 20), today=day(3, 20)).letters
    said = text_of(sides.office.book.root / letter.file)
    assert [item.name for item in letter.items] == ["Leistungsjahr 2024", "Prüfungen, A 1", "Prüfungen, A 2"]
    assert "Prüfungen, A 1" in said
    assert "Kostenbeteiligung" not in said


def test_a_withdrawn_bill_is_called_by_its_name_and_no_other_bill_replaces_it(tmp_path: Path) -> None:
    sides = billed_and_open(tmp_path)
    [number] = [
        one.text("nr")
        for one in read_book(sides.office.again()).records
        if isinstance(one, Transaction) and one.narration == "Prüfungen, A 2"
    ]
    reverse(sides.office.again(), number, CorrectionCause("falsch", "L. Beispiel", sides.order))
    done = write_demands(sides.office.again(), 2024, today=sides.day, maker=WARM)
    [taken] = done.taken_back
    said = text_of(sides.office.book.root / taken.file)
    assert f"unser Schreiben {taken.claim.number} vom 20.02.2024 über Prüfungen, A 2 (95,80 EUR)" in said
    assert "Kostenbeteiligung" not in said
    later = charge(day(3, 8), 1, day(3, 20), ref="A 3")
    for side in sides.both:
        (side.folder / "zahlen").mkdir()
        (side.folder / "zahlen" / "2024.toml").write_text(toml({"charges": [later]}), "utf-8")
    sides.begin(day(4, 5))
    sides.post()
    done = write_demands(sides.office.again(), 2024, today=sides.day, maker=WARM)
    replaced = {
        one.demand.title: [entry.narration for entry in one.demand.claim.replaces] for one in done.documents
    }
    assert replaced == {
        "Anforderung: Prüfungen, A 2": ["Prüfungen, A 2"],
        "Anforderung: Prüfungen, A 3": [],
    }
    assert not deltas(sides.office.book, read_book(sides.office.book).records, 2024)


def test_the_text_of_a_bill_is_compared_with_its_name_and_old_books_keep_theirs(tmp_path: Path) -> None:
    sides = billed_and_open(tmp_path)
    book = sides.office.again()
    [bill] = [
        one
        for one in read_book(book).records
        if isinstance(one, Transaction) and one.narration == "Prüfungen, A 1"
    ]
    for text, said in (
        ("Prüfungen, A 1", []),
        ("Einzelabrechnung 2024", []),
        ("Prüfungen, A 2", ["Text 'Prüfungen, A 2', daraus folgt 'Prüfungen, A 1'"]),
    ):
        findings = differing_shares(book, KnownBasis(book), [bill._replace(narration=text)])
        assert [finding.text.partition(": ")[2] for finding in findings] == said


def calls_of_a_check(tmp_path: Path, count: int) -> int:
    """Return how many calls of functions it takes to check a book of so many bills, of as many days."""
    rows = (day(1, 1) + dt.timedelta(days=number % 300) for number in range(count))
    data = agreement(*(charge(on, 1, on, ref=f"A {number}") for number, on in enumerate(rows)))
    sides = two_sides(tmp_path, data, "dorf", day(1, 20))
    sides.begin(day(12, 30), which=[sides.office])
    sides.post()
    book = sides.office.again()
    assert len([one for one in read_book(book).records if isinstance(one, Transaction)]) == count + 1
    calls = cProfile.Profile()
    calls.runcall(check, book)
    return sum(entry.callcount for entry in calls.getstats())


def test_checking_a_book_takes_as_many_calls_a_bill_however_many_there_are(tmp_path: Path) -> None:
    for name in ("small", "large"):
        (tmp_path / name).mkdir()
    small, large = calls_of_a_check(tmp_path / "small", 50), calls_of_a_check(tmp_path / "large", 200)
    assert large < 3.9 * small
