"""Every document that waits is settled by either verdict of a person: booked or put away, asked about no more."""

# ruff: noqa: F811 - fixtures of another file

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Document, Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice.comparison import DocumentVerdict
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.claims.filing import ReceivedDocument
from kkd_ledger.work.claims.incoming import DocumentDecision, receive
from kkd_ledger.work.month.status import status

from .test_comparison import CLEARED, ORDER, TODAY, changed, town, xml  # noqa: F401 - fixtures

REJECT = DocumentDecision(accepts=False, by="S. Muster", reason="zurückgeschickt")
ACCEPT = DocumentDecision(accepts=True, by="S. Muster", reason="so besprochen")
MORE = (
    (">13645<", ">13703<"),
    ("8869.25", "8906.95"),
    ("3957.05", "3973.87"),
    ("2729.00", "2740.60"),
    ("15555.30", "15621.42"),
)
BUYER = (
    ("<ram:ID>06534004</ram:ID>", ""),
    ("Magistrat der Stadt Biedenkopf", "Magistrat der Stadt Wetter"),
    ("99-KKD06534004-32", "99-KKD06534-38"),
)


class Case(NamedTuple):
    """What comes in, after what, and whether a person may accept it."""

    text: Callable[[str], str | bytes]
    acceptable: bool
    kept_before: bool = False


def by(*pairs: tuple[str, str]) -> Callable[[str], str]:
    return lambda text: changed(text, *pairs)


CENTS = {"abzug", "zuschlag", "rundung", "vorauszahlung"}
"""Of these the amount is another."""
CASES = {
    **{name: Case(by(*pairs), name not in CENTS) for name, (pairs, _, _) in CLEARED.items()},
    "anderer-betrag": Case(by(*MORE), acceptable=False),
    "anderer-kaeufer": Case(by(*BUYER), acceptable=False),
    "andere-waehrung": Case(by(("EUR", "CHF")), acceptable=False),
    "anderes-leistungsjahr": Case(by(("20241231", "20251231")), acceptable=False),
    "nicht-lesbarer-tag": Case(by(("20240315", "20241399")), acceptable=False),
    "nach-der-norm-falsch": Case(by((">380<", ">384<")), acceptable=True),
    "gleiche-nummer-anderer-text": Case(by(("Zahlbar bis", "Bitte zahlen bis")), acceptable=True, kept_before=True),
    "gleiche-nummer-anderer-betrag": Case(by(*MORE), acceptable=False, kept_before=True),
    "andere-nummer": Case(by(("KKD-2024-00004", "KKD-2024-00099")), acceptable=True, kept_before=True),
    "keine-rechnung": Case(lambda _: "<a>kein Dokument</a>", acceptable=False),
    "verweis": Case(lambda _: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', acceptable=False),
    "pdf-ohne-rechnung": Case(lambda _: b"%PDF-1.7\n%%EOF\n", acceptable=False),
    "abgeschnitten": Case(lambda text: text[: len(text) // 2], acceptable=False),
}  # fmt: skip


def came(town: Book, checker: Checker, case: Case, good: str) -> Path:
    """Put a document into the inbox and receive it; return where it waits."""
    if case.kept_before:
        first = town.root.parent / "erste.xml"
        first.write_text(good, encoding="utf-8")
        [one] = receive(town, [first], ORDER, checker=checker).received
        assert one.comparison.verdict == DocumentVerdict.AS_AGREED
    for file in (town.root / "inbox").iterdir():
        file.unlink()
    text = case.text(good)
    content = text if isinstance(text, bytes) else text.encode()
    file = town.root / "inbox/rechnung.xml"
    file.write_bytes(content)
    [one] = receive(town, [file], ORDER, checker=checker).received
    assert one.comparison.verdict in {DocumentVerdict.CLARIFY, DocumentVerdict.REFUSED}
    place = town.root / one.kept if one.kept else file
    assert place.read_bytes() == content
    assert waits(town)
    return place


def waits(town: Book) -> list[str]:
    told = status(town, today=TODAY).troubles
    return [one for one in told if one.startswith(("Zu klären", "Im Posteingang"))]


def decide(town: Book, checker: Checker, file: Path, decision: DocumentDecision) -> ReceivedDocument:
    [one] = receive(town, [file], ORDER, decision=decision, checker=checker).received
    return one


def entries(town: Book) -> list[Transaction]:
    return [one for one in read_book(town).records if isinstance(one, Transaction)]


def vouchers(town: Book) -> list[Document]:
    return [one for one in read_book(town).records if isinstance(one, Document)]


def put_away(town: Book, checker: Checker, place: Path, one: ReceivedDocument) -> None:
    """Tell that a document lies where the handbook says, nobody is asked again, and it does not come back."""
    assert not place.exists()
    assert waits(town) == []
    assert not [found for found in check(town) if found.kind.code.startswith("KKD-D")]
    content = (town.root / one.kept).read_bytes()
    again = town.root / "inbox/noch-einmal.xml"
    again.write_bytes(content)
    before = entries(town), vouchers(town)
    decide(town, checker, again, REJECT)
    assert waits(town) == []
    assert (entries(town), vouchers(town)) == before


@pytest.mark.parametrize("name", CASES)
def test_a_person_rejects_whatever_waits(town: Book, checker: Checker, xml: str, name: str) -> None:
    place = came(town, checker, CASES[name], xml)
    booked, kept = entries(town), vouchers(town)
    one = decide(town, checker, place, REJECT)
    assert one.comparison.verdict == DocumentVerdict.REJECTED
    assert one.kept.startswith("documents/zurueckgewiesen-")
    [more] = vouchers(town)[len(kept) :]
    assert (more.path, more.meta[v.REASON], more.meta[v.CAUSED]) == (one.kept, "zurückgeschickt", "S. Muster")
    assert v.ITEM not in more.meta, "nothing of it is paid"
    assert entries(town) == booked
    put_away(town, checker, place, one)


@pytest.mark.parametrize("name", CASES)
def test_a_person_accepts_what_asks_for_the_agreed_cents(
    town: Book,
    checker: Checker,
    xml: str,
    name: str,
) -> None:
    case = CASES[name]
    place = came(town, checker, case, xml)
    booked, kept = entries(town), vouchers(town)
    one = decide(town, checker, place, ACCEPT)
    assert entries(town) == booked, "the share is posted: a document changes no cent of it"
    if not case.acceptable:
        assert one.comparison.verdict in {DocumentVerdict.CLARIFY, DocumentVerdict.REFUSED}
        assert "das kann niemand annehmen, nur zurückweisen (--reject)" in one.comparison.text()
        assert vouchers(town) == kept
        assert place.exists()
        assert decide(town, checker, place, REJECT).comparison.verdict == DocumentVerdict.REJECTED
        assert waits(town) == []
        return
    assert one.comparison.verdict == DocumentVerdict.ACCEPTED
    [more] = vouchers(town)[len(kept) :]
    assert (more.meta[v.ITEM], more.meta[v.CAUSED]) == ("kkd-2024-biedenkopf-1", "S. Muster")
    assert str(more.meta[v.REASON]).startswith("so besprochen (angenommen: ")
    put_away(town, checker, place, one)


def test_who_rejected_by_mistake_accepts_the_same_document(
    town: Book,
    checker: Checker,
    xml: str,
) -> None:
    file = town.root / "inbox/rechnung.xml"
    file.write_text(xml, encoding="utf-8")
    assert decide(town, checker, file, REJECT).comparison.verdict == DocumentVerdict.REJECTED
    file.write_text(xml, encoding="utf-8")
    one = decide(town, checker, file, ACCEPT)
    assert one.comparison.verdict == DocumentVerdict.AS_AGREED
    [_, kept] = vouchers(town)
    assert (kept.meta[v.ITEM], kept.meta[v.REASON]) == ("kkd-2024-biedenkopf-1", "so besprochen")
    file.write_text(xml, encoding="utf-8")
    [again] = receive(town, [file], ORDER, checker=checker).received
    assert (
        again.comparison.text()
        == "schon eingegangen: KKD-2024-00004 liegt unter documents/KKD-2024-00004.xml"
    )


def test_what_is_accepted_is_not_rejected_any_more(
    town: Book,
    checker: Checker,
    xml: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = town.root / "inbox/rechnung.xml"
    file.write_text(xml, encoding="utf-8")
    receive(town, [file], ORDER, checker=checker)
    file.write_text(xml, encoding="utf-8")
    words = ["receive", str(town.root), str(file), "--reject", "falsch", "--by", "S. Muster"]
    assert main([*words, "--today", str(TODAY)]) == 1
    assert (
        "ist schon angenommen, zurückgewiesen wird es damit nicht; `kkd reverse`" in capsys.readouterr().out
    )


def test_the_command_says_how_it_is_settled(
    town: Book,
    xml: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = town.root / "inbox/rechnung.xml"
    file.write_text(changed(xml, *MORE), encoding="utf-8")
    way = "`kkd receive BUCH DATEI --reject GRUND --by NAME`"
    assert main(["receive", str(town.root), str(file), "--today", str(TODAY)]) == 1
    assert way in capsys.readouterr().out
    main(["status", str(town.root), "--today", str(TODAY)])
    assert way in capsys.readouterr().out
