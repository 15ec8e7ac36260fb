"""What was ordered about an advance (deferral, instalments, remission) and the settlement less what was paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.vocabulary import DispositionKind
from kkd_ledger.errors import EntryRefused
from kkd_ledger.work.claims.relief import dispose, remit
from kkd_ledger.work.corrections.reverse import reverse

from .test_settled_less_paid import SECOND, SETTLED, UNPAID, alike, cause, lived, opens
from .two_sides import Side, Sides

UNTIL = dt.date(2025, 1, 15)
SETTLED_DUE = dt.date(2024, 4, 4)
Relief = Callable[[Side, CorrectionCause], object]


def deferred(side: Side, by: CorrectionCause) -> None:
    dispose(side.again(), SECOND, DispositionKind.DEFERRAL, UNTIL, by)


def suspended(side: Side, by: CorrectionCause) -> None:
    dispose(side.again(), SECOND, DispositionKind.SUSPENSION, UNTIL, by)


def in_parts(side: Side, by: CorrectionCause) -> None:
    parts = [Instalment(dt.date(2024, 2, 15), 80000), Instalment(UNTIL, 120000)]
    dispose(side.again(), SECOND, DispositionKind.INSTALMENTS, UNTIL, by, instalments=parts)


def remitted(side: Side, by: CorrectionCause) -> None:
    file = side.book.root / "book.toml"
    role, account = (
        ("remission_expense", "Aufwendungen:020501-Probe:669201-Erlass")
        if side.book.is_operator
        else ("remission_income", "Erträge:020501-Probe:539901-Erlass")
    )
    text = file.read_text("utf-8").replace("\n[policy]", f'\n{role} = "{account}"\n[policy]')
    file.write_text(text, "utf-8")
    remit(side.again(), SECOND, 50000, by)


def relieved(folder: Path, relief: Relief, *, office: bool = True, member: bool = True) -> Sides:
    """The second advance is not paid, and on 1 February 2024 something is ordered about it."""
    sides = lived(folder, "4.500,25")
    sides.begin(dt.date(2024, 2, 1))
    for side, knows in zip(sides.both, (office, member), strict=True):
        if knows:
            relief(side, cause(sides))
    sides.begin(dt.date(2024, 3, 10))
    return sides


def dues(side: Side) -> dict[str, list[tuple[dt.date, int]]]:
    items = claims(side.again(), read(side.book).records).items
    return {name: [(due.day, due.cents) for due in item.dues] for name, item in items.items() if item.dues}


def number(side: Side) -> str:
    records = read(side.again()).records
    return next(
        str(one.meta["nr"]) for one in records if getattr(one, "meta", {}).get("buchungsart") == "abrechnung"
    )


@pytest.mark.parametrize(
    ("relief", "days"),
    [
        (deferred, [(UNTIL, UNPAID)]),
        (suspended, [(UNTIL, UNPAID)]),
        (in_parts, [(dt.date(2024, 2, 15), 80000), (UNTIL, 120000)]),
    ],
)
def test_what_was_ordered_about_an_advance_outlives_the_settlement(tmp_path, relief, days):
    sides = relieved(tmp_path, relief)
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    assert received.document.totals.due_cents == 50025
    for side in sides.both:
        assert dues(side) == {SECOND: days, SETTLED: [(SETTLED_DUE, 50025)]}
    alike(sides, v231115=UNPAID, a240305=50025)
    for day in (dt.date(2024, 4, 9), dt.date(2025, 1, 20)):
        sides.begin(day)
        pain, _ = sides.run(sides.member)
        sides.execute(sides.member, pain)
        sides.statements()
    alike(sides)


def test_a_remission_stands_and_only_the_rest_of_the_advance_goes_into_the_settlement(tmp_path):
    sides = relieved(tmp_path, remitted)
    sides.post()
    [received] = sides.receive(sides.send())
    assert received.comparison.text() == "wie vereinbart"
    alike(sides, a240305=50025 + UNPAID - 50000)


def test_a_deferral_that_only_the_office_entered_is_told_to_the_member(tmp_path):
    sides = relieved(tmp_path, deferred, member=False)
    sides.post()
    [received] = sides.receive(sides.send())
    assert "sie hat etwas gestundet oder erlassen (dann auch hier `kkd defer`" in received.comparison.text()
    alike(sides, v231115=UNPAID, a240305=50025)


def test_a_settlement_booked_before_such_a_document_is_reversed_and_posted_anew(tmp_path):
    sides = relieved(tmp_path, deferred, member=False)
    for side in sides.both:
        sides.post(side)
    assert opens(sides.member) == {SETTLED: -50025 - UNPAID}
    [received] = sides.receive(sides.send())
    assert f"`kkd reverse BUCH {number(sides.member)} --reason GRUND --by NAME`" in received.comparison.text()
    reverse(sides.member.again(), number(sides.member), cause(sides))
    deferred(sides.member, cause(sides))
    sides.post(sides.member)
    alike(sides, v231115=UNPAID, a240305=50025)


def test_a_deferral_that_the_office_does_not_know_of_is_no_payment_on_its_way(tmp_path):
    sides = relieved(tmp_path, deferred, office=False)
    sides.post()
    [received] = sides.receive(sides.send())
    assert f"{SECOND} ist hier gestundet oder in Raten zu zahlen" in received.comparison.text()
    assert "unterwegs" not in received.comparison.text()
    alike(sides, a240305=50025 + UNPAID)
    reverse(sides.office.again(), number(sides.office), cause(sides))
    deferred(sides.office, cause(sides))
    sides.post()
    reverse(sides.member.again(), number(sides.member), cause(sides))
    sides.receive(sides.send())
    deferred(sides.member, cause(sides))
    alike(sides, v231115=UNPAID, a240305=50025)


@pytest.mark.parametrize("relief", [deferred, lambda side, by: remit(side.again(), SECOND, 100, by)])
def test_what_is_ordered_too_late_is_led_to_the_settlement(tmp_path, relief):
    sides = lived(tmp_path, "4.500,25")
    sides.post()
    if relief is not deferred:
        remitted_account(sides.office)
    with pytest.raises(
        EntryRefused, match=f"{SETTLED}: in dieser Abrechnung ist die Vorauszahlung aufgegangen"
    ):
        relief(sides.office, cause(sides))


def remitted_account(side: Side) -> None:
    file = side.book.root / "book.toml"
    account = '\nremission_expense = "Aufwendungen:020501-Probe:669201-Erlass"\n[policy]'
    file.write_text(file.read_text("utf-8").replace("\n[policy]", account), "utf-8")
