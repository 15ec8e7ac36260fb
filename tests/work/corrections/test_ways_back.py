"""Every command that writes has its way back, as the handbook says: afterwards the figures are as they were before."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import balances, claims
from kkd_ledger.book.state.overview import overview
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import _commands, main
from kkd_ledger.errors import EXIT_REFUSED
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from tests.faults.every_command import ORDERED, SCENARIOS, WAITING
from tests.samples import ORDER, ROOT, replace_once

TODAY = ("--today", "2022-03-31")
TWO = ("--by", ORDER[1], "--and", ORDER[0], "--reason", "Irrtum")
Words = tuple[str, ...]
Way = Callable[[str, list[str]], list[Words]]
_ROW = re.compile(r"^\| ((?:`kkd [a-z-]+`(?:, )?)+) \|", re.MULTILINE)


def figures(book: Path) -> dict[str, Any]:
    """What a book says of money: balances, items with their dues, money in suspense, budget, states of years."""
    held = load_book(book)
    records = read(held).records
    found = claims(held, records)
    return {
        "balances": {account: cents for account, cents in balances(records).items() if cents},
        "items": {
            posten: (item.open_cents, item.remitted_cents, item.dues)
            for posten, item in found.items.items()
            if item.open_cents or item.claimed_cents
        },
        "unclear": {key: one.cents for key, one in found.suspense.items()},
        "budget": [
            (one.label, one.updated_cents, dict(one.ordered), one.paid_cents)
            for one in overview(held, records).budget
            if one.updated_cents or one.ordered_cents
        ],
        "years": {year: state for year, state in found.years.items() if state != "offen"},
    }


def reverse(*words: str) -> Way:
    """Reverse every entry that the command has added, the latest first."""

    def way(book: str, added: list[str]) -> list[Words]:
        return [("reverse", book, number, "--reason", "Irrtum", *words) for number in reversed(added)]

    return way


def once(*words: str) -> Way:
    """Give one command; `BUCH` stands for the book."""
    return lambda book, _: [tuple(book if word == "BUCH" else word for word in words)]


def nothing(book: str, added: list[str]) -> list[Words]:
    """No figure has changed: nothing is to be taken back."""
    return []


CORRECTED = ("--reason", "Tippfehler", "--by", ORDER[1], *TODAY)
FOREIGN = ("decide", "adorf", WAITING, "--foreign", "--by", ORDER[0], "--reason", "Strom", *TODAY)
OWN_DAY = ("archiv-2022-zett-1", "2022-06-01", *ORDERED, "--today", "2022-02-20")
WAYS: dict[str, tuple[str, Words | None, Way]] = {
    "open": ("open", None, nothing),
    "adopt": ("adopt", None, nothing),
    "budget": ("budget", None, once("budget", "BUCH", "2022", "-3.000,00", *CORRECTED)),
    "year": ("year", None, once("year", "BUCH", "2021", "offen", *TWO, *TODAY)),
    "post": ("correction", None, reverse(*TODAY)),
    "receive": ("receive", None, reverse(*TODAY)),
    "decide": ("decide", FOREIGN, nothing),
    "clear": ("clear", None, reverse(*TODAY)),
    "offset": ("offset", None, reverse(*TODAY)),
    "offset --internal": ("offset-internal", None, reverse("--today", "2022-02-20")),
    "remit": ("remit", None, reverse("--today", "2022-02-20")),
    "defer": ("defer", None, once("defer", "BUCH", *OWN_DAY)),
    "close": ("close-year", None, nothing),
    "reopen": ("reopen", None, nothing),
    "demand": ("demand", None, nothing),
    "delta": ("delta", None, nothing),
    "remind": ("remind", None, nothing),
    "format": ("format", None, nothing),
}
"""The scenario of each command, its words where they differ, and its way back."""

ELSEWHERE = {
    "import": "test_misplaced_money_goes_back",
    "month": "test_misplaced_money_goes_back",
    "reverse": "test_what_was_reversed_by_mistake_is_booked_anew",
    "year-end": "test_closing_entries_go_back",
    "pay": "tests/payments/test_payments.py",
    "collect": "tests/payments/test_payments.py",
    "opening": "tests/work/books/test_opening.py",
    "archive": "tests/work/statements/test_extracts.py",
    "confirm": "the room of what a book stands on",
    "init": "a folder that is deleted while nothing is booked",
    "agreement": "tests/agreement/test_amendments.py",
    "figures": "tests/agreement/test_reported.py",
}


def numbers(book: Path) -> list[str]:
    return [one.text("nr") for one in read(load_book(book)).records if isinstance(one, Transaction)]


def run(*words: str) -> None:
    assert main(list(words)) in {0, 1}, words


@pytest.mark.parametrize("name", WAYS)
def test_the_way_back_leads_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, words, way = WAYS[name]
    SCENARIOS[scenario].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    words = words or SCENARIOS[scenario].words
    book = tmp_path / words[1]
    before, held = figures(book), numbers(book)
    run(*words)
    if way is not nothing:
        assert figures(book) != before, "the command changes a figure"
    for back in way(words[1], numbers(book)[len(held) :]):
        run(*back)
    assert figures(book) == before
    assert not [found for found in check(load_book(book)) if found.kind.level == "fehler"]


def test_misplaced_money_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank's line stays, as money in suspense; what it had settled is open again, until a clearing settles it."""
    SCENARIOS["clear"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "amt"
    before = figures(book)
    paid = next(
        one
        for one in read(load_book(book)).records
        if isinstance(one, Transaction) and one.text("buchungsart") == "zahlung"
    )
    [posten] = [str(leg.meta["posten"]) for leg in paid.postings if "posten" in leg.meta]
    number = paid.text("nr")
    run("reverse", "amt", number, "--reason", "falsch zugeordnet", *TODAY)
    assert figures(book)["items"][posten] != before["items"][posten]
    assert figures(book)["balances"]["Aktiva:2800-Bank"] == before["balances"]["Aktiva:2800-Bank"]
    run("clear", "amt", number, posten, "--reason", "doch richtig", *TODAY)
    assert figures(book) == before


DECIDED = ("--by", ORDER[0], "--reason", "Irrtum", *TODAY)
FIRST_WORDS: dict[str, tuple[Words, ...]] = {
    "new": (("decide", "adorf", WAITING, "--new"),),
    "posten": (
        ("decide", "adorf", WAITING, "--posten", "archiv-2022-adorf-1"),
        ("reverse", "adorf", "BOOKED"),
    ),
}


@pytest.mark.parametrize("last", ["--foreign", "--known", "--again"])
@pytest.mark.parametrize("first", FIRST_WORDS)
def test_a_later_decision_takes_a_foreign_line_out_of_the_book_again(
    first: str, last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As often as somebody errs: the money goes, the line is foreign or waits, and all tellings of it agree."""
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "adorf"
    before = figures(book)
    for _ in range(2):
        for words in FIRST_WORDS[first]:
            if words[0] == "reverse":
                assert main(["decide", "adorf", WAITING, last, *DECIDED]) == EXIT_REFUSED, "it pays an item"
                assert (
                    f"zuerst `kkd reverse BUCH {numbers(book)[-1]} --reason GRUND --by NAME`"
                    in capsys.readouterr().err
                )
            run(*(numbers(book)[-1] if word == "BOOKED" else word for word in words), *DECIDED)
        assert figures(book) != before
        run("decide", "adorf", WAITING, last, *DECIDED)
        assert figures(book) == before
        assert main(["reverse", "adorf", numbers(book)[-1], *DECIDED]) == EXIT_REFUSED
        assert f"`kkd decide BUCH {WAITING} --new` bucht sie wieder" in capsys.readouterr().err
        line = Certificates(book).lines[WAITING]
        fate = Fate.WAITS if last == "--again" else Fate.NOT_OURS
        assert (line.fate, line.rule, line.number) == (fate, f"Person: {ORDER[0]}", "")
        kept = next((book / "archive").iterdir()).read_text(encoding="utf-8")
        assert ("Stadtwerke" in kept) == (last == "--again")
        held = load_book(book)
        assert [str(one) for one in compared(held, full=True)] == []
        assert [str(one) for one in compared(held, month=BookingMonth(2022, 3))] == []
        assert not [found for found in check(held) if found.kind.level == "fehler"]


def test_the_number_of_its_entry_names_a_line_that_was_decided_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody keeps the key of a line that no longer waits; the list of money in suspense says what to type."""
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "adorf"
    before = figures(book)
    assert main(["decide", "adorf", numbers(book)[0], "--foreign", *DECIDED]) == EXIT_REFUSED
    assert "ist die keiner Bankzeile" in capsys.readouterr().err
    run("decide", "adorf", WAITING, "--new", *DECIDED)
    assert main(["clear", "adorf", "--list", *TODAY]) == 0
    [number] = re.findall(r"^  (\d{4}-\d{6}) ", told := capsys.readouterr().out, re.MULTILINE)
    assert "`kkd decide BUCH NR --foreign` nimmt die Zeile aus dem Buch" in told
    run("decide", "adorf", number, "--foreign", *DECIDED)
    assert figures(book) == before
    run("decide", "adorf", number, "--again", *DECIDED)
    assert Certificates(book).lines[WAITING].fate == Fate.WAITS


def test_money_that_is_decided_about_anew_is_as_old_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = load_book(tmp_path / "adorf")
    run("decide", "adorf", WAITING, "--new", *DECIDED)
    [since] = [one.day for one in claims(book, read(book).records).suspense.values()]
    run("open", "adorf", "2022-04")
    later = (*DECIDED[:4], "--today")
    run("decide", "adorf", WAITING, "--foreign", *later, "2022-04-02")
    run("decide", "adorf", WAITING, "--new", *later, "2022-04-03")
    [held] = claims(book, read(book).records).suspense.values()
    assert (held.day, held.number) == (since, numbers(book.root)[-1])


def test_an_item_that_takes_nothing_leads_to_money_that_nobody_can_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paid twice: the second line finds nothing open, and the refusal names the way that is left."""
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    posten = "archiv-2022-adorf-1"
    remit = (
        "remit",
        "adorf",
        posten,
        "--order",
        "Bescheid",
        "--by",
        ORDER[1],
        "--certified-by",
        ORDER[0],
        *TODAY,
    )
    income = 'remission_income = "Erträge:020501-Archiv:539901-Erlass"'
    replace_once(tmp_path / "adorf" / "book.toml", "\n[policy]", f"{income}\n\n[policy]")
    run(*remit)
    for name, says in (
        (posten, "auf dem Posten ist nichts (mehr) offen"),
        ("archiv-2020-adorf-1", "gibt es nicht"),
    ):
        assert main(["decide", "adorf", WAITING, "--posten", name, *DECIDED]) == EXIT_REFUSED
        told = capsys.readouterr().err
        assert says in told
        assert "bucht `--new` sie als ungeklärt" in told


def test_nothing_but_a_whole_line_of_a_common_account_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "adorf"
    for verdict in ("--new", "--foreign"):
        run("decide", "adorf", WAITING, verdict, *DECIDED)

    def kinds() -> set[str]:
        return {found.kind.code for found in check(load_book(book)) if found.kind.level == "fehler"}

    assert kinds() == set()
    month = book / "2022/2022-03.beancount"
    whole = month.read_text(encoding="utf-8")
    place = whole.rindex("klaerung")
    month.write_text(whole[:place] + whole[place:].replace("47.11", "40.11"), encoding="utf-8")
    assert "KKD-K03" in kinds()
    month.write_text(whole, encoding="utf-8")
    replace_once(book / "book.toml", "own = false", "own = true")
    assert "KKD-K03" in kinds()


def test_a_line_of_a_sealed_month_is_taken_out_in_the_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCENARIOS["decide"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "adorf"
    before = figures(book)
    run("decide", "adorf", WAITING, "--new", *DECIDED)
    run("open", "adorf", "2022-04")
    for month in ("2022-02", "2022-03"):
        run("close", "adorf", month, "--today", "2022-04-01", "--by", ORDER[0])
    sealed = {path: path.read_bytes() for path in (book / "2022").glob("2022-03.*")}
    assert len(sealed) == 3
    run("decide", "adorf", WAITING, "--foreign", *DECIDED[:4], "--today", "2022-04-02")
    assert {path: path.read_bytes() for path in sealed} == sealed
    assert figures(book) == before
    line = Certificates(book).lines[WAITING]
    assert (line.fate, line.number) == (Fate.NOT_OURS, "")
    held = load_book(book)
    for options in ({}, {"full": True}, {"month": BookingMonth(2022, 3)}, {"month": BookingMonth(2022, 4)}):
        assert [str(one) for one in compared(held, **options)] == []
    assert not [found for found in check(held) if found.kind.level == "fehler"]


def test_what_was_reversed_by_mistake_is_booked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SCENARIOS["correction"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    run(*SCENARIOS["correction"].words)
    before = figures(tmp_path / "amt")
    last = numbers(tmp_path / "amt")[-1]
    run("reverse", "amt", last, "--reason", "Irrtum", *TODAY)
    assert figures(tmp_path / "amt") != before
    text = (tmp_path / "amt/2022/2022-03.beancount").read_text(encoding="utf-8")
    items = re.findall(r'"Aufrechnung (\S+) gegen (\S+)"', text)[-1]
    run("offset", "amt", *items, *ORDERED, *TODAY)
    assert figures(tmp_path / "amt") == before


def test_closing_entries_go_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SCENARIOS["year-end"].build(tmp_path)
    monkeypatch.chdir(tmp_path)
    words = SCENARIOS["year-end"].words
    before, held = figures(tmp_path / words[1]), numbers(tmp_path / words[1])
    run(*words)
    assert figures(tmp_path / words[1]) != before
    for number in reversed(numbers(tmp_path / words[1])[len(held) :]):
        run("reverse", words[1], number, "--reason", "Irrtum", "--today", "2023-01-11")
    run(
        "budget",
        words[1],
        "2023",
        "-100,00",
        "--kind",
        "uebertragen",
        "--reason",
        "Irrtum",
        "--by",
        ORDER[1],
        "--today",
        "2023-01-11",
    )
    assert figures(tmp_path / words[1]) == before


def test_the_handbook_names_every_command_that_writes() -> None:
    text = (ROOT / "docs" / "handbuch.md").read_text(encoding="utf-8")
    table = text[text.index("**Wie kommt man zurück?**") : text.index("## Ablehnungen")]
    told = {name for row in _ROW.findall(table) for name in re.findall(r"`kkd ([a-z-]+)`", row)}
    choices: dict[str, argparse.ArgumentParser] = _commands()._commands.choices
    writing = {name for name, parser in choices.items() if "--dry-run" in parser.format_help()}
    assert told == writing
    assert told == {way.partition(" ")[0] for way in WAYS} | ELSEWHERE.keys()
