"""A document whose claim was reversed: the new one replaces it without a dead end, or a letter takes it back."""

import json
from pathlib import Path

import pytest

from kkd_ledger.book.entries import CorrectionCause
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice.comparison import DocumentVerdict
from kkd_ledger.einvoice.read import read
from kkd_ledger.work.claims.demanding import Demanded, write_demands
from kkd_ledger.work.corrections import reverse as reversing
from kkd_ledger.work.corrections.reverse import Reversed, reverse
from tests.both_sides.two_sides import WARM, Side, Sides, two_sides
from tests.letters.test_papers import text_of
from tests.reconciliation.test_reconcile_causes import AGREEMENT, APRIL, MARCH, change

FIRST, SECOND, THIRD = (f"PROBE-2023-0000{number}" for number in (1, 2, 3))


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    """Return both sides in March 2023, the claim of 1.100,00 EUR posted, sent and received."""
    found = two_sides(tmp_path, AGREEMENT, "dorf", MARCH)
    found.begin(MARCH)
    found.post()
    found.receive(found.send())
    return found


def numbers(side: Side, kind: str) -> list[str]:
    records = (one for one in read_book(side.again()).records if isinstance(one, Transaction))
    return [one.text("nr") for one in records if one.text("buchungsart") == kind]


def take_back(sides: Sides, side: Side, kind: str) -> Reversed:
    """Reverse the last entry of a kind."""
    cause = CorrectionCause("falsch", "L. Beispiel", sides.order)
    return reverse(side.again(), numbers(side, kind)[-1], cause)


def demand(sides: Sides) -> Demanded:
    return write_demands(sides.office.again(), 2023, today=sides.day, maker=WARM)


def document(sides: Sides, number: str) -> Path:
    return sides.office.book.root / f"documents/{number}-dorf.xml"


def test_a_claim_posted_again_replaces_its_document_at_once(sides: Sides) -> None:
    done = take_back(sides, sides.office, "kostenbeteiligung")
    assert done.document == FIRST
    sides.post()
    assert not demand(sides).taken_back
    assert [one.number for one in read(document(sides, SECOND)).preceding] == [FIRST]
    [one] = sides.receive([document(sides, SECOND)])
    assert one.comparison.text() == f"wie vereinbart: tritt an die Stelle von {FIRST}"
    assert sides.differences() == ()
    take_back(sides, sides.office, "kostenbeteiligung")  # and once more: only the last one stands
    sides.post()
    demand(sides)
    [one] = sides.receive([document(sides, THIRD)])
    assert one.comparison.text() == f"wie vereinbart: tritt an die Stelle von {SECOND}"
    assert len(numbers(sides.member, "kostenbeteiligung")) == 1


def test_the_same_demand_under_another_number_that_replaces_nothing_waits(sides: Sides) -> None:
    take_back(sides, sides.office, "kostenbeteiligung")
    sides.post()
    demand(sides)
    copy = document(sides, SECOND).with_name("copy.xml")
    text = document(sides, SECOND).read_text(encoding="utf-8")
    copy.write_text(text.replace(FIRST, "PROBE-2023-00009"), encoding="utf-8")
    [one] = sides.receive([copy])
    assert one.comparison.verdict == DocumentVerdict.CLARIFY
    assert f"ist schon mit {FIRST} gefordert" in one.comparison.text()


def test_what_nothing_replaces_is_taken_back_by_a_letter_once(sides: Sides) -> None:
    take_back(sides, sides.office, "kostenbeteiligung")
    [(claim, file)] = demand(sides).taken_back
    assert (claim.number, claim.member, claim.cents, file) == (
        FIRST,
        "dorf",
        1_100_00,
        f"documents/storno-{FIRST}-dorf.pdf",
    )
    printed = sides.office.book.root / file
    content = printed.read_bytes()
    assert text_of(content) == f"Stornierung von {FIRST}"
    assert demand(sides).taken_back == ()
    printed.unlink()
    sides.day = APRIL
    sides.begin(APRIL)
    assert [one.file for one in demand(sides).taken_back] == [file]
    assert printed.read_bytes() == content  # lost, and back with its bytes


def test_a_reduction_that_was_sent_and_taken_back(sides: Sides) -> None:
    sides.begin(APRIL)
    sides.post()
    [one] = sides.receive(sides.send())
    assert one.comparison.verdict == DocumentVerdict.AS_AGREED
    [offset] = one.offsets  # what receiving sets off is named
    assert (offset.number, offset.cents) == (numbers(sides.member, "aufrechnung")[0], 20_00)
    assert one.as_json()["offsets"] == [offset.as_json()]
    for side in sides.both:
        change(side, '"1.08"', '"1.10"')
        take_back(sides, side, "aufrechnung")
        take_back(sides, side, "korrektur")
    [(claim, _)] = demand(sides).taken_back
    assert (claim.number, claim.cents) == (SECOND, -20_00)
    assert sides.differences() == ()


def test_two_that_were_reversed_are_both_named_by_what_replaces_them(sides: Sides) -> None:
    sides.begin(APRIL)
    sides.post()
    sides.send()
    for kind in ("aufrechnung", "korrektur", "kostenbeteiligung"):
        take_back(sides, sides.office, kind)
    sides.post()
    done = demand(sides)
    assert done.taken_back == ()
    assert [one.number for one in read(document(sides, THIRD)).preceding] == [SECOND, FIRST]


def test_a_claim_that_stood_before_the_reversal_replaces_nothing(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document stays the same bytes: what was reversed after it was posted is taken back by a letter.

    Books made before 2026-11-30 have a share reversed below its correction.
    """
    monkeypatch.setattr(reversing, "_corrected_later", lambda *_: ())
    sides.begin(APRIL)
    sides.post()
    sides.send()
    before = document(sides, SECOND).read_bytes()
    claims = numbers(sides.office, "kostenbeteiligung")
    take_back(sides, sides.office, "aufrechnung")
    cause = CorrectionCause("falsch", "L. Beispiel", sides.order)
    reverse(sides.office.again(), claims[-1], cause)
    assert [one.claim.number for one in demand(sides).taken_back] == [FIRST]
    assert document(sides, SECOND).read_bytes() == before


def test_the_commands_say_it(sides: Sides, capsys: pytest.CaptureFixture[str]) -> None:
    root, today = str(sides.office.book.root), ("--today", f"{MARCH}")
    [number] = numbers(sides.office, "kostenbeteiligung")
    assert main(["reverse", root, number, "--reason", "falsch", "--by", "L. Beispiel", *today]) == 0
    assert (
        f"{FIRST} ist schon geschrieben: `kkd demand BUCH 2023` schreibt der Beteiligten"
        in capsys.readouterr().out
    )
    assert main(["demand", root, "2023", *today, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"{FIRST} gilt nicht mehr (storniert), und kein anderes Dokument sagt es: Schreiben " in said
    assert main(["demand", root, "2023", *today, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["taken_back"] == [{"number": FIRST, "file": f"documents/storno-{FIRST}-dorf.pdf"}]
