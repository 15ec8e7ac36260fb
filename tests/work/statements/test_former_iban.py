"""The bank gives an account another IBAN: statements of both are one chain, up to the last day of the former one."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.audit.compared.entries import Ledger, lines_of
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import ENDING, Certificates, Fate, Verdict
from kkd_ledger.book.certificate import read as read_certificate
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.errors import BookRefused, EntryRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.decisions.decide import Chosen
from kkd_ledger.work.decisions.decide_file import decide_file
from kkd_ledger.work.decisions.doubted import doubted
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.statements.account_of_book import another
from kkd_ledger.work.statements.completeness import wrong_sums
from tests.bank.writing import camt, mt940, statement
from tests.samples import by_us, replace_once
from tests.work.decisions.test_decide_files import drop, paid, waiting
from tests.work.statements.test_notifications import PARTS, PLACED, entry, message, moved, total

MARCH, TODAY = BookingMonth(2022, 3), dt.date(2022, 4, 30)
NEW, THIRD = "DE96999999990065340020", "DE20999999990065340030"
UNTIL = dt.date(2022, 3, 20)
Told = Callable[..., Statement]


@pytest.fixture(params=["amt", "adorf"], ids=["own account", "pooled account"])
def old(request: pytest.FixtureRequest, amt: Book) -> Book:
    """A book whose account still has the IBAN that it began with."""
    return load_book(amt.root.parent / request.param)


def said(account: str, first: int, last: int, opening: int, *lines: StatementLine, **more: object) -> bytes:
    return camt(_told(account, first, last, opening, *lines, **more))


def _told(
    account: str, first: int, last: int, opening: int, *lines: StatementLine, number: int = 1
) -> Statement:
    days = {"from_day": dt.date(2022, 3, first), "to_day": dt.date(2022, 3, last)}
    return statement(
        *lines, opening_cents=opening, account=account, sequence=number, identity=f"A{number}", **days
    )


def renamed(book: Book, *, former: str = "", until: dt.date = UNTIL) -> Book:
    """Give the account its new IBAN, and name the former one where a test says so."""
    replace_once(book.config_file, f'iban = "{book.settings.bank.iban}"', f'iban = "{NEW}"')
    return remembered(book, former, until) if former else load_book(book.root)


def remembered(book: Book, former: str, until: dt.date = UNTIL) -> Book:
    table = f'\n[[before]]\nuntil = {until}\nbank_iban = "{former}"\n\n[policy]'
    replace_once(book.config_file, "\n[policy]", table)
    return load_book(book.root)


def run(book: Book, *contents: bytes) -> list[str]:
    """Let files come one after the other; return why some were refused."""
    refused = []
    for number, content in enumerate(contents):
        drop(book, f"{number}-{len(content)}.xml", content)
        done = run_month(book, MARCH, today=TODAY)
        refused += [str(one.problems[0]) for one in done.rejected]
    return refused


def lines(book: Book) -> list[tuple[int, int]]:
    """Return day of March and cents of every certified line, in their order."""
    return sorted((line.day.day, line.cents) for line in Certificates(book.root).lines.values())


def sound(book: Book) -> None:
    assert list(compared(book, full=True)) == []
    assert list(wrong_sums(book)) == []
    assert [one for one in by_us(book.root) if "(fehler)" in one] == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_statements_of_both_ibans_are_one_chain(old: Book, order: tuple[int, ...]) -> None:
    former = old.settings.bank.iban
    book = renamed(old, former=former)
    files = (
        said(former, 1, 10, 0, paid(4_100, 4)),
        said(former, 11, 19, 4_100, paid(-300, 12), number=2),
        said(NEW, 20, 31, 3_800, paid(77, 25), number=3),
    )
    assert run(book, *(files[place] for place in order)) == []
    assert waiting(book) == []
    assert lines(book) == [(4, 4_100), (12, -300), (25, 77)]
    sound(book)


def test_a_statement_of_the_former_iban_says_what_to_write_and_is_taken_then(old: Book) -> None:
    former = old.settings.bank.iban
    assert run(old, said(former, 1, 10, 0, paid(4_100, 4))) == []
    book = renamed(old)
    late = said(former, 11, 20, 4_100, paid(-300, 12), number=2)
    [refused] = run(book, late)
    assert f"gefunden: Konto {former}; erlaubt: Konto {NEW}; " in refused
    assert (
        "in book.toml: [[before]] mit until und bank_iban; danach kommt die Datei wieder in inbox/" in refused
    )
    book = remembered(book, former)
    assert run(book, late) == []
    assert lines(book) == [(4, 4_100), (12, -300)]
    sound(book)


def test_a_refused_file_can_be_decided_about_once_the_former_iban_is_named(old: Book) -> None:
    former = old.settings.bank.iban
    book = renamed(old)
    assert len(run(book, said(former, 1, 10, 0, paid(4_100, 4)))) == 1
    [file] = doubted(book, TODAY).files
    given = {"by": "S. Muster", "reason": "von der Bank bestätigt", "today": TODAY}
    with pytest.raises(EntryRefused, match=re.escape("[[before]] mit until und bank_iban")) as error:
        decide_file(book, file.name, Verdict.NEW, Chosen(), **given)
    assert "`--foreign`" in str(error.value)
    book = remembered(book, former)
    decide_file(book, file.name, Verdict.NEW, Chosen(), **given)
    assert lines(book) == [(4, 4_100)]
    sound(book)


def test_a_third_iban_stays_refused(old: Book) -> None:
    book = renamed(old, former=old.settings.bank.iban)
    [refused] = run(book, said(THIRD, 1, 10, 0, paid(4_100, 4)))
    assert f"Konto {THIRD}; erlaubt: Konto {NEW}" in refused
    assert lines(book) == []


@pytest.mark.parametrize(("first", "taken"), [(20, True), (21, False)])
def test_the_former_iban_holds_until_its_last_day(old: Book, first: int, *, taken: bool) -> None:
    former = old.settings.bank.iban
    book = renamed(old, former=former)
    refused = run(book, said(former, first, 31, 0, paid(4_100, 25)))
    assert (refused == [], lines(book) == [(25, 4_100)]) == (taken, taken)
    if not taken:
        assert f"Konto {former} ab 21.03.2022; erlaubt: Konto {NEW}; " in refused[0]
        assert "die frühere IBAN galt bis 20.03.2022" in refused[0]


@pytest.mark.parametrize("first", ["old", "new"])
def test_what_both_ibans_tell_is_booked_once(old: Book, first: str) -> None:
    former = old.settings.bank.iban
    book = renamed(old, former=former)
    twins = (paid(4_100, 4, bank_reference="R1"), paid(4_100, 4), paid(-300, 12))
    month = said(NEW, 1, 31, 0, *twins, paid(77, 25), number=9)
    part = said(former, 1, 15, 0, *twins)
    assert run(book, *((part, month) if first == "old" else (month, part))) == []
    assert waiting(book) == []
    assert lines(book) == [(4, 4_100), (4, 4_100), (12, -300), (25, 77)]
    sound(book)


def test_other_lines_of_the_same_days_are_told_by_their_ibans(amt: Book) -> None:
    former = amt.settings.bank.iban
    book = renamed(amt, former=former)
    said_twice = said(former, 1, 10, 0, paid(4_100, 4)), said(NEW, 1, 10, 0, paid(4_200, 4))
    for number, content in enumerate(said_twice):
        drop(book, f"{number}.xml", content)
    refused = run_month(book, MARCH, today=TODAY).imported.refused
    reasons = sorted(str(each.error.problems[0]) for each in refused)
    assert len(reasons) == 2
    told = "\n".join(reasons)
    assert f"{NEW}: 1 Umsatz über 42,00 EUR; als {former} bekannt: 1 Umsatz über 41,00 EUR" in told
    assert "ein Wechsel der IBAN an einem Endsaldo" in told
    assert "ein anderer Auszug, der mit ihm eingeht, sagt anderes" in told
    assert lines(book) == []


def test_an_account_number_of_a_former_iban_is_known_as_well(old: Book) -> None:
    former = old.settings.bank.iban
    book = renamed(old, former=former)
    number = f"{former[4:12]}/{former[12:].lstrip('0')}"
    assert run(book, mt940(_told(number, 1, 10, 0, paid(4_100, 4))).encode()) == []
    assert lines(book) == [(4, 4_100)]


@pytest.mark.parametrize("order", list(permutations(["053", "054"])))
@pytest.mark.parametrize("details", ["former", "new"])
def test_the_details_of_a_batch_may_bear_the_other_iban(
    amt: Book, tmp_path: Path, order: tuple[str, ...], details: str
) -> None:
    former = amt.settings.bank.iban
    book = renamed(amt, former=former)
    accounts = {"054": former if details == "former" else NEW, "053": NEW if details == "former" else former}
    for kind in order:
        whole = kind == "053"
        file = message(
            tmp_path / kind,
            kind,
            entry(PARTS, details=not whole),
            total=total(PARTS),
            account=accounts[kind],
        )
        assert run(book, file.read_bytes()) == []
    assert moved(book) == PLACED


def test_on_an_own_account_a_former_statement_has_no_line_of_others(amt: Book) -> None:
    former = amt.settings.bank.iban
    book = renamed(amt, former=former)
    assert run(book, said(former, 1, 10, 0, paid(4_100, 4))) == []
    name = f"{MARCH.stem}{ENDING}"
    month = read_certificate((book.root / name).read_bytes(), name)
    certificate = replace(month, lines=tuple(one._replace(fate=Fate.WAITS) for one in month.lines))
    wrong = "".join(finding.text for finding in lines_of(book, [certificate], Ledger([])))
    assert "auf einem eigenen Konto, auf dem jede Zeile gebucht wird" in wrong


def test_that_the_account_has_another_iban_is_still_told_until_two_persons_confirm(amt: Book) -> None:
    former = amt.settings.bank.iban
    assert run(amt, said(former, 1, 10, 0, paid(4_100, 4))) == []
    assert list(another(amt)) == []
    [told] = another(renamed(amt, former=former))
    assert told.startswith(f"book.toml nennt das Konto {NEW}, ")


def test_two_changes_one_after_the_other(old: Book) -> None:
    first = old.settings.bank.iban
    book = remembered(renamed(old, former=first, until=dt.date(2022, 3, 9)), THIRD, dt.date(2022, 3, 20))
    assert book.settings.former_ibans == {first: dt.date(2022, 3, 9), THIRD: dt.date(2022, 3, 20)}
    files = (
        said(first, 1, 9, 0, paid(1_000, 4)),
        said(THIRD, 10, 20, 1_000, paid(200, 12), number=2),
        said(NEW, 21, 31, 1_200, paid(30, 25), number=3),
    )
    assert run(book, *files) == []
    assert lines(book) == [(4, 1_000), (12, 200), (25, 30)]
    sound(book)


def test_a_former_iban_with_wrong_check_digits_is_refused(amt: Book) -> None:
    with pytest.raises(BookRefused, match=r"before.*bank_iban.*keine gültige IBAN"):
        renamed(amt, former="DE00999999990065340010")
