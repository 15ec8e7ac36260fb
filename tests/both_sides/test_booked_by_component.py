"""A share's components on accounts of their own: several result legs, the same claim, the same cents on both sides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import YearState
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import declare_year
from tests.samples import SAID

from .test_due_plans import agreement
from .two_sides import Side, Sides, two_sides

STAFF = "Aufwendungen:020501-Probe:717201-Kostenbeteiligung:Personal"
THINGS = "Aufwendungen:020501-Probe:717201-Kostenbeteiligung"
PRIOR = "Aufwendungen:020501-Probe:799001-Periodenfremd"


def lived(folder: Path, rows: str, **more: Any) -> Sides:
    """Staff 600.00 and things 400.02 in 2023; in April staff turns out to be 90.00 less."""
    data = agreement(**more)
    [things] = data["components"]
    amounts = things["amounts"][0]
    things["amounts"] = [amounts | {"amount": "400,02"}]
    less = amounts | {"amount": "510,00", "known_from": dt.date(2024, 4, 3)}
    staff = things | {"id": "personal", "amounts": [amounts | {"amount": "600,00"}, less]}
    data["components"] = [things, staff]
    data["to"] = more.get("to", dt.date(2023, 12, 31))
    sides = two_sides(folder, data, "dorf", dt.date(2023, 1, 10))
    file = sides.member.book.root / "book.toml"
    file.write_text(file.read_text("utf-8") + rows, "utf-8")
    sides.begin(dt.date(2023, 1, 10))
    live(sides)
    return sides


def live(sides: Sides) -> None:
    sides.post()
    for received in sides.receive(sides.send()):
        assert received.comparison.text() == "wie vereinbart"
    assert sides.differences() == ()


def balance(side: Side, account: str) -> int:
    entries = [record for record in read(side.again()).records if isinstance(record, Transaction)]
    legs = [leg for entry in entries for leg in entry.postings if leg.account == account]
    return sum(leg.cents for leg in legs)


def right(side: Side) -> None:
    found = [each for each in check(side.again()) if each.kind.level in {"fehler", "beanstandung"}]
    assert [each.text for each in found] == []


ROWS = f'\n[[booked]]\ncomponent = "personal"\nfrom = 2023-01-01\nshare = "{STAFF}"\n'


@pytest.mark.parametrize(
    ("refunds", "staff", "prior"),
    [("", 60000, -9000), ('refunds = "netted"\nclause = "§ 16 Abs. 3"\n', 51000, 0)],
)
def test_each_component_has_its_account_and_a_refund_goes_where_it_belongs(tmp_path, refunds, staff, prior):
    sides = lived(tmp_path, ROWS + refunds)
    town = sides.member
    assert (balance(town, STAFF), balance(town, THINGS)) == (60000, 40002)
    sides.begin(dt.date(2024, 4, 10))
    for side in sides.both:
        declare_year(side.again(), 2023, YearState.DRAWN_UP, SAID, today=sides.day)
    live(sides)
    income = "Erträge:020501-Probe:599001-Periodenfremd"
    assert (balance(town, STAFF), balance(town, THINGS)) == (staff, 40002)
    assert balance(town, income) + balance(town, PRIOR) == prior
    right(town)
    right(sides.office)


def test_advances_and_their_settlement_are_parted_alike(tmp_path):
    plan = {
        "id": "viertel",
        "clause": "§ 2",
        "kind": "advances",
        "days": ["05-15", "11-15"],
        "advance": {"on": "plan", "percent": "90"},
        "settlement": {"after_days": 30},
    }
    sides = lived(tmp_path, ROWS, dues=[plan])
    for day in (dt.date(2023, 5, 2), dt.date(2023, 11, 2), dt.date(2024, 1, 5)):
        sides.begin(day)
        live(sides)
    town = sides.member
    assert balance(town, STAFF) + balance(town, THINGS) + balance(town, PRIOR) == 100002
    text = "".join(file.read_text("utf-8") for file in sorted(town.book.root.glob("202?/*.beancount")))
    assert text.count('baustein: "personal"') >= 2
    right(sides.office)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('\n[[booked]]\ncomponent = "persnal"\n', "ein Baustein der Vereinbarung: kx, personal"),
        ('\n[[booked]]\nshare = "Aufwendungen:010101-Anderes:717201-X"\n', "ein Konto im Budget 020501"),
    ],
)
def test_rows_that_fit_nothing_are_refused(tmp_path, rows, said):
    sides = lived(tmp_path, ROWS)
    file = sides.member.book.root / "book.toml"
    file.write_text(file.read_text("utf-8") + rows, "utf-8")
    with pytest.raises(BookRefused, match=said):
        load_book(sides.member.book.root)


def test_a_december_rate_is_deferred_account_by_account(tmp_path):
    from kkd_ledger.work.year.year_end import apply, propose

    plan = {"id": "viertel", "clause": "§ 2", "days": ["-1:12-15", "06-15"]}
    rap = 'rap_active = "Aktiva:2900-RAP"\nrap_passive = "Passiva:4900-RAP"\n'
    sides = lived(tmp_path, ROWS, dues=[plan], to=dt.date(2024, 12, 31))
    town = sides.member
    file = town.book.root / "book.toml"
    file.write_text(file.read_text("utf-8").replace("\n[policy]", f"\n{rap}[policy]"), "utf-8")
    sides.begin(dt.date(2023, 12, 1))
    live(sides)
    assert (balance(town, STAFF), balance(town, THINGS)) == (120000, 80004)
    sides.begin(dt.date(2024, 1, 10))
    declare_year(town.again(), 2023, YearState.PROVISIONALLY_CLOSED, SAID, today=sides.day)
    done = propose(town.again(), 2023, sides.day)
    apply(town.again(), 2023, town.book.root / done.file, sides.order)
    text = (town.book.root / "2023/2023-13.beancount").read_text("utf-8")
    assert f"  {STAFF}" in text
    assert "-600.00 EUR" in text
    assert "-400.02 EUR" in text
    assert (balance(town, STAFF), balance(town, THINGS)) == (120000, 80004), "released in January"
    right(town)
