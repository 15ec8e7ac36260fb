"""Every doubt about a bank file can be decided by a person, and the next statements go on behind the decision."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import Certificates, Fate, Verdict
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.decisions.decide import Chosen, decide_lines
from kkd_ledger.work.decisions.decide_file import decide_file
from kkd_ledger.work.decisions.doubted import doubted
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.statements.completeness import wrong_sums
from tests.bank.writing import camt, line, mt940, statement
from tests.samples import by_us, tree
from tests.work.statements.test_hostile_inbox import OWN

MARCH, APRIL = BookingMonth(2022, 3), BookingMonth(2022, 4)
TODAY = dt.date(2022, 4, 30)
WHO = {"by": "S. Muster", "reason": "mit der Bank geklärt", "today": TODAY}


def paid(cents: int, day: int, text: str = "Irgendwas", month: int = 3, **values: object):
    on = dt.date(2022, month, day)
    return line(cents, booking_day=on, value_day=on, remittance=text, **values)


def told(
    first: int, last: int, opening: int, *lines, number: int | None = 1, month: int = 3, **values: object
) -> Statement:
    days = {"from_day": dt.date(2022, month, first), "to_day": dt.date(2022, month, last)}
    given = {"account": OWN, "sequence": number, "identity": f"A{number}-{first}"} | days
    return statement(*lines, opening_cents=opening, **(given | values))


def drop(book: Book, name: str, content: bytes) -> None:
    (book.root / "inbox").mkdir(exist_ok=True)
    (book.root / "inbox" / name).write_bytes(content)


def run(book: Book) -> None:
    for month in (MARCH, APRIL):
        run_month(book, month, today=TODAY)


def waiting(book: Book) -> list[str]:
    return [one.name for one in doubted(book, TODAY).files]


def bank_cents(book: Book) -> list[int]:
    account = book.settings.bank.account
    entries = (one for one in read(book).records if isinstance(one, Transaction))
    return [leg.cents for one in entries for leg in one.postings if leg.account == account]


FIRST = told(1, 15, 0, paid(5_000, 10))
"""Each world: what is booked first, what then waits or is refused, and the balance that the bank tells at its end."""
LATER = told(21, 31, 9_000, paid(1_000, 25), number=3)
WORLDS: dict[str, tuple[tuple[bytes, ...], bytes, int]] = {
    "a gap that is never filled": ((camt(FIRST),), camt(LATER), 10_000),
    "balances that never fit": (
        (camt(FIRST),),
        camt(told(16, 31, 5_000, paid(1_000, 20), number=2, closing_cents=7_000)),
        7_000,
    ),
    "a first statement that does not begin with nothing": (
        (),
        camt(told(1, 31, 123_456, paid(1_000, 20))),
        124_456,
    ),
    "the same number with another content": (
        (camt(FIRST),),
        camt(told(1, 15, 0, paid(4_300, 10), paid(700, 11))),
        5_000,
    ),
    "other lines on known days": (
        (camt(told(1, 31, 0, paid(5_000, 10))),),
        camt(told(5, 20, 0, paid(4_000, 10), number=9)),
        5_000,
    ),
    "a line of the year 2034": (
        (camt(FIRST),),
        camt(
            told(
                16,
                31,
                5_000,
                paid(1_000, 20),
                replace(paid(2_000, 20), booking_day=dt.date(2034, 3, 20)),
                number=2,
            )
        ),
        8_000,
    ),
    "a last day of the year 2034": (
        (camt(FIRST),),
        camt(told(16, 31, 5_000, paid(1_000, 20), number=2, to_day=dt.date(2034, 3, 31))),
        6_000,
    ),
    "an MT940 without a closing balance": (
        (camt(FIRST),),
        mt940(told(16, 31, 5_000, paid(1_000, 20), number=2)).split(":62F:")[0].encode(),
        6_000,
    ),
    "what may be told again or be new": (
        (camt(told(1, 10, 0, paid(500, 10), number=None)),),
        camt(told(10, 10, 500, paid(500, 10), paid(-500, 10), number=None)),
        500,
    ),
}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("verdict", [Verdict.NEW, Verdict.KNOWN, Verdict.NOT_OURS])
@pytest.mark.parametrize("world", WORLDS)
def test_whatever_waits_is_settled_by_a_decision(amt: Book, world: str, verdict: Verdict, own: bool) -> None:
    if not own:
        text = amt.config_file.read_text(encoding="utf-8")
        amt.config_file.write_text(text.replace("own = true", "own = false"), encoding="utf-8")
        amt = load_book(amt.root)
    before, doubtful, closing = WORLDS[world]
    for number, content in enumerate(before):
        drop(amt, f"{number}.x", content)
    run(amt)
    drop(amt, "doubt.x", doubtful)
    run(amt)
    if not waiting(amt):
        assert not own, "on a pooled account fewer statements are in doubt"
        return
    assert waiting(amt) == ["doubt.x"]
    held = tree(amt.root)
    decide_file(amt, "doubt.x", verdict, Chosen(), **WHO, dry_run=True)
    assert tree(amt.root) == held
    decide_file(amt, "doubt.x", verdict, Chosen(), **WHO)
    assert waiting(amt) == []
    assert not list(wrong_sums(amt))
    assert compared(amt, full=True) == ()
    assert not by_us(amt.root) or not [one for one in by_us(amt.root) if "(fehler)" in one]
    booked = sum(bank_cents(amt))
    if own and verdict == Verdict.NEW:
        assert booked in {closing, 5_000 if "content" in world else closing}
    drop(amt, "again.x", doubtful)
    run(amt)
    assert waiting(amt) == [], "the same file again changes nothing"
    assert sum(bank_cents(amt)) == booked
    if own and verdict == Verdict.NEW:  # the bank goes on where it ended
        follows = told(1, 10, booked, paid(300, 5, month=4), number=50, month=4)
        drop(amt, "next.x", camt(follows))
        run(amt)
        assert (waiting(amt), sum(bank_cents(amt))) == ([], booked + 300)


def test_what_lines_leave_unexplained_is_unclear_money_with_who_decided(amt: Book) -> None:
    drop(amt, "0.x", camt(FIRST))
    run(amt)
    drop(amt, "doubt.x", camt(LATER))
    decide_file(amt, "doubt.x", Verdict.NEW, Chosen(), **WHO)
    entries = [one for one in read(amt).records if isinstance(one, Transaction)]
    (rest,) = [one for one in entries if "Unterschied nach Entscheidung" in one.narration]
    assert rest.narration == "Unterschied nach Entscheidung von S. Muster: mit der Bank geklärt"
    assert [leg.cents for leg in rest.postings] == [4_000, -4_000]
    (decision,) = (
        Certificates(amt.root).month(APRIL).decisions or Certificates(amt.root).month(MARCH).decisions
    )
    assert (decision.verdict, decision.by, decision.reason) == (
        Verdict.NEW,
        "S. Muster",
        "mit der Bank geklärt",
    )


def test_single_lines_of_a_file_are_known_and_the_others_new(amt: Book) -> None:
    drop(amt, "doubt.x", camt(told(1, 31, 123_456, paid(1_000, 20), paid(2_000, 21), paid(3_000, 21))))
    decide_file(amt, "doubt.x", Verdict.KNOWN, Chosen(day=dt.date(2022, 3, 21), cents=2_000), **WHO)
    assert sorted(bank_cents(amt)) == [1_000, 3_000, 125_456]


def test_a_file_that_nobody_can_read_is_put_aside_by_a_decision(amt: Book) -> None:
    drop(amt, "brief.txt", b"guten Tag")
    run(amt)
    assert waiting(amt) == ["brief.txt"]
    with pytest.raises(EntryRefused, match=r"niemand einen Kontoauszug lesen kann; erlaubt: .*--foreign"):
        decide_file(amt, "brief.txt", Verdict.NEW, Chosen(), **WHO)
    decide_file(amt, "brief.txt", Verdict.NOT_OURS, Chosen(), **WHO)
    assert waiting(amt) == []
    drop(amt, "brief.txt", b"guten Tag")
    run(amt)
    assert waiting(amt) == []


def test_a_decision_is_answered_by_a_later_one(amt: Book) -> None:
    drop(amt, "0.x", camt(FIRST))
    run(amt)
    drop(amt, "doubt.x", camt(LATER))
    decide_file(amt, "doubt.x", Verdict.NOT_OURS, Chosen(), **WHO)
    assert sum(bank_cents(amt)) == 5_000
    (kept,) = [path.stem for path in (amt.root / "archive").iterdir() if b"2022-03-25" in path.read_bytes()]
    decide_file(amt, kept[:16], Verdict.NEW, Chosen(), **WHO)
    assert sum(bank_cents(amt)) == 10_000
    with pytest.raises(EntryRefused, match="eine Datei, aus der gebucht ist; erlaubt: für die Buchungen "):
        decide_file(amt, kept[:16], Verdict.KNOWN, Chosen(), **WHO)


def common(amt: Book) -> Book:
    text = amt.config_file.read_text(encoding="utf-8")
    amt.config_file.write_text(text.replace("own = true", "own = false"), encoding="utf-8")
    book = load_book(amt.root)
    lines = [
        paid(cents, 10, text, counterparty=name)
        for cents, text, name in (
            (100, "Strom", "Stadtwerke"),
            (200, "Gas", "Stadtwerke"),
            (300, "Hund", "Muster"),
        )
    ]
    drop(book, "0.x", camt(told(1, 31, 0, *lines)))
    run(book)
    return book


def fates(book: Book) -> dict[int, Fate]:
    return {line.cents: line.fate for line in Certificates(book.root).lines.values()}


@pytest.mark.parametrize("same_bytes", [True, False])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("world", [None, "a gap that is never filled", "balances that never fit"])
def test_a_copy_of_what_was_taken_says_nothing_new(
    amt: Book, world: str | None, own: bool, same_bytes: bool
) -> None:
    """How the statement was read stays, whatever is said of its copy; only that it is not ours cannot be."""
    config = amt.root / "book.toml"
    config.write_text(
        config.read_text("utf-8").replace("own = true", f"own = {str(own).lower()}"), encoding="utf-8"
    )
    book = load_book(amt.root)
    before, doubtful, _ = WORLDS[world] if world else ((), camt(FIRST), 0)
    for number, content in enumerate(before):
        drop(book, f"vorher-{number}.xml", content)
    drop(book, "auszug.xml", doubtful)
    run(book)
    if world:
        decide_file(book, "auszug.xml", Verdict.NEW, Chosen(), **WHO)
    held = bank_cents(book)
    for verdict in (Verdict.NEW, Verdict.KNOWN):
        drop(book, "nochmal.xml", doubtful if same_bytes else doubtful + b"<!-- nochmal -->")
        decide_file(book, "nochmal.xml", verdict, Chosen(), **WHO)
        assert waiting(book) == []
        assert compared(book, full=True) == ()
        assert bank_cents(book) == held
    drop(book, "nochmal.xml", doubtful)
    if held:
        with pytest.raises(
            EntryRefused, match=r"aus der gebucht ist; .* über die Abschrift selbst `--known`"
        ):
            decide_file(book, "nochmal.xml", Verdict.NOT_OURS, Chosen(), **WHO)
        assert (book.root / "inbox/nochmal.xml").exists()


def test_many_lines_are_decided_at_once_and_taken_back(amt: Book) -> None:
    book = common(amt)
    decide_lines(book, Chosen(payer="stadtwerke"), Verdict.NOT_OURS, **WHO)
    assert fates(book) == {100: Fate.NOT_OURS, 200: Fate.NOT_OURS, 300: Fate.WAITS}
    decide_lines(book, Chosen(cents=200), Verdict.OPEN, **WHO)
    assert fates(book) == {100: Fate.NOT_OURS, 200: Fate.WAITS, 300: Fate.WAITS}
    decide_lines(book, Chosen(cents=200), Verdict.NEW, **WHO)
    assert fates(book)[200] == Fate.SUSPENSE
    decide_lines(book, Chosen(day=dt.date(2022, 3, 10)), Verdict.KNOWN, **WHO)
    assert fates(book)[300] == Fate.NOT_OURS
    assert not list(wrong_sums(book))
    assert compared(book, full=True) == ()
    assert len(Certificates(book.root).month(MARCH).decisions) == 5
    with pytest.raises(EntryRefused, match="keine wartende Zeile, auf die das zutrifft"):
        decide_lines(book, Chosen(payer="stadtwerke"), Verdict.NOT_OURS, **WHO)


def test_name_and_reason_are_asked(amt: Book) -> None:
    book = common(amt)
    for by, reason in (("", "darum"), ("S. Muster", " ")):
        with pytest.raises(UsageError):
            decide_lines(book, Chosen(cents=100), Verdict.NOT_OURS, by=by, reason=reason, today=TODAY)
        with pytest.raises(UsageError):
            decide_file(book, "x", Verdict.NOT_OURS, Chosen(), by=by, reason=reason, today=TODAY)


def test_the_command_lists_and_decides(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    book = common(amt)
    drop(book, "brief.txt", b"guten Tag")
    command = ["decide", str(book.root), "--today", "2022-04-30"]
    assert main(command) == 1
    listed = capsys.readouterr().out
    assert "Datei inbox/brief.txt" in listed
    assert "Stadtwerke | Strom" in listed
    assert main([*command, "--list", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (len(data["dateien"]), len(data["zeilen"])) == (1, 3)
    who = ["--by", "S. Muster", "--reason", "kein Auszug"]
    assert main([*command, "--day", "2022-03-10", "--foreign", *who]) == 0
    assert main([*command, "--file", "brief.txt", "--foreign", *who]) == 0
    capsys.readouterr()
    assert main(command) == 0
    assert capsys.readouterr().out == "Zu entscheiden: nichts\n"
    assert main([*command, "--foreign", *who]) == 2
    assert main([*command, "--file", "x"]) == 2


def test_no_file_outside_the_inbox_is_decided_about(amt: Book, tmp_path: Path) -> None:
    (tmp_path / "fremd.xml").write_bytes(camt(FIRST))
    drop(amt, "0.x", camt(FIRST))
    (amt.root / "inbox" / "link.xml").symlink_to(tmp_path / "fremd.xml")
    for name in ("../fremd.xml", "link.xml", str(tmp_path / "fremd.xml"), "*", ""):
        with pytest.raises(EntryRefused, match="keine Datei"):
            decide_file(amt, name, Verdict.NOT_OURS, Chosen(), **WHO)
    assert (tmp_path / "fremd.xml").exists()


def test_a_line_of_a_sealed_month_is_decided_about_in_the_newest_open_one(
    amt: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = common(amt)
    monkeypatch.setattr(SealChain, "is_sealed", lambda _, month: month == MARCH)
    decide_lines(book, Chosen(cents=100), Verdict.NOT_OURS, **WHO)
    decide_lines(book, Chosen(cents=100), Verdict.OPEN, **WHO)
    decide_lines(book, Chosen(cents=300), Verdict.KNOWN, **WHO)
    certificates = Certificates(book.root)
    assert not certificates.month(MARCH).decisions
    assert len(certificates.month(APRIL).decisions) == 3
    assert fates(book) == {100: Fate.WAITS, 200: Fate.WAITS, 300: Fate.NOT_OURS}
    decide_lines(book, Chosen(cents=200), Verdict.NEW, **WHO)
    monkeypatch.undo()
    assert compared(book, full=True) == ()


@pytest.mark.parametrize("own", [True, False])
def test_a_file_that_ends_in_days_to_come_is_told_of_by_every_run(
    amt: Book, own: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else lies there, and its month has not begun: the run still says so, and ends with findings."""
    if not own:
        text = amt.config_file.read_text(encoding="utf-8")
        amt.config_file.write_text(text.replace("own = true", "own = false"), encoding="utf-8")
    drop(amt, "falsch.xml", camt(told(1, 15, 0, month=4, to_day=dt.date(2022, 5, 20))))
    for _ in range(2):
        assert main(["month", str(amt.root), "--all", "--today", "2022-04-05"]) == 1
        assert "falsch.xml reicht bis 20.05.2022 und wartet bis dahin" in capsys.readouterr().out
