"""A true list of entries, told in pieces as banks do and fail to: every entry is booked once, in any order."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kkd_ledger.audit.compared import compared
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.statements.importing import import_files
from tests.bank import writing
from tests.samples import by_us, posted_three, tree
from tests.work.statements.test_intake_formats import OWN
from tests.work.statements.test_intake_formats import written as as_file

OPENINGS = {"amt": 0, "adorf": 1_000_000}
TODAY, APRIL = dt.date(2022, 4, 30), BookingMonth(2022, 4)
Entry = tuple[int, int, str]  # day of March (from 32: of April), cents, text


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posted")
    for name in OPENINGS:
        posted_three(folder, name)
    return folder


@pytest.fixture(params=["amt", "adorf"])
def book(request: pytest.FixtureRequest, posted: Path, tmp_path: Path) -> Book:
    """The book of a dedicated account, and of a common one."""
    return load_book(shutil.copytree(posted, tmp_path / "books") / request.param)


def day(number: int) -> dt.date:
    return dt.date(2022, 3, 1) + dt.timedelta(number - 1)


def told(
    book: Book, entries: Sequence[Entry], first: int, last: int, before: int = 0, **values: object
) -> Statement:
    """Return a statement with these entries; `before` is what moved since the account's opening before it."""
    lines = [
        writing.line(cents, booking_day=day(on), value_day=day(on), remittance=text, bank_reference="")
        for on, cents, text in entries
    ]
    opening = OPENINGS[book.party] + before
    facts = {"sequence": None, "identity": f"A{first}-{last}-{before}"} | values
    return writing.statement(
        *lines,
        opening_cents=opening,
        account=book.settings.bank.iban,
        from_day=day(first),
        to_day=day(last),
        **facts,
    )


def balance(book: Book, moved: int) -> str:
    return format_eur(OPENINGS[book.party] + moved)


def paged(path: Path, one: Statement, page: int, *, last: bool) -> Path:
    pages = f"<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd></StmtPgntn>"
    path.write_text(writing.camt(one).decode().replace("<FrToDt>", f"{pages}<FrToDt>"), encoding="utf-8")
    return path


def run(book: Book, *statements: Statement | Path) -> list[str]:
    """Put statements into the inbox and run the month; return what waits or is refused, by its first problem."""
    inbox = book.root / "inbox"
    inbox.mkdir(exist_ok=True)
    for number, one in enumerate(statements):
        if isinstance(one, Path):
            shutil.copy(one, inbox)
        else:
            name = f"{one.from_day:%m%d}-{one.to_day:%m%d}-{number}-{one.opening_cents}-{one.sequence}"
            file = as_file(inbox / f"{name}.{one.kind}", one.kind, one)
            file.write_bytes(file.read_bytes().replace(OWN.encode(), one.account.encode()))
    done = run_month(load_book(book.root), APRIL, today=TODAY)
    waits = [one.error for one in done.imported.refused]
    return [str(one.problems[0]) for one in (*done.rejected, *waits)]


def certified(book: Book) -> Counter[tuple[str, int]]:
    """Return day and cents of every entry on the certificates."""
    entries: defaultdict[tuple[str, str], int] = defaultdict(int)
    for key, line in Certificates(book.root).lines.items():
        entries[str(line.day), entry_key(key)] += line.cents
    return Counter((on, cents) for (on, _), cents in entries.items())


def booked(book: Book) -> Counter[tuple[str, int]]:
    """Return the bank's day and the cents of every entry in the books."""
    entries: defaultdict[tuple[str, str], int] = defaultdict(int)
    for record in read(book).records:
        if isinstance(record, Transaction):
            for leg in record.postings:
                if leg.account == book.settings.bank.account:
                    on = str(record.day("buchungstag") or record.date)
                    entries[on, entry_key(record.text("bankref"))] += leg.cents
    return Counter((on, cents) for (on, _), cents in entries.items())


def holds(book: Book, entries: Sequence[Entry]) -> None:
    """Assert that the book has exactly these entries, that its certificates add up, and that nothing is wrong."""
    true = Counter((str(day(on)), cents) for on, cents, _ in entries)
    assert certified(book) == true
    if book.settings.bank.dedicated:
        assert booked(book) == true
    for held in Certificates(book.root).statements:
        assert held.count == held.known_count + sum(held.fates.values())
    assert not [line for line in by_us(book.root) if "(fehler)" in line]
    assert compared(book, full=True) == ()
    before = tree(book.root)
    run(book)
    assert tree(book.root) == before


A, B, C = (3, 100, "eins"), (3, 200, "zwei"), (4, 300, "drei")


def test_pieces_of_a_day_and_the_day_after_come_one_by_one(book: Book) -> None:
    for piece in (told(book, [A], 3, 3), told(book, [B], 3, 3, 100), told(book, [C], 4, 4, 300)):
        assert run(book, piece) == []
    holds(book, [A, B, C])


def test_a_missing_piece_of_a_day_makes_the_later_ones_wait(book: Book) -> None:
    late, missing = told(book, [C], 3, 4, 300), told(book, [B], 3, 3, 100)
    assert run(book, told(book, [A], 3, 3)) == []
    opening = OPENINGS[book.party]
    (said,) = run(book, late)
    assert f"{writing.plain(opening + 100).replace('.', ',')[-4:]} EUR, der Endsaldo vom 03.03.2022" in said
    assert run(book, missing) == []
    holds(book, [A, B, C])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_true_twins_in_pieces_of_a_day_are_twins_in_any_order(book: Book, order: tuple[int, ...]) -> None:
    pieces = [told(book, [A], 3, 3, before) for before in (0, 100, 200)]
    for place in order:
        run(book, pieces[place])
    run(book, told(book, [A, A, A], 3, 3, identity="ganz"))
    run(book, told(book, [A, A, C], 3, 4, 100, identity="ab dem zweiten"))
    holds(book, [A, A, A, C])


def test_pieces_of_a_day_need_no_numbers_to_be_put_in_order(book: Book, tmp_path: Path) -> None:
    """The day comes back to its first balance on the way, so the balances alone say little of the order."""
    entries = [A, B, (3, -300, "zurück"), (3, 7, "Zins"), (3, 93, "Rest")]
    sums = [0, 100, 300, 0, 7]
    pieces = [
        told(book, [one], 3, 3, before, identity=one[2]) for one, before in zip(entries, sums, strict=True)
    ]
    files = [as_file(tmp_path / f"{9 - place}.xml", "053", one) for place, one in enumerate(pieces)]
    import_files(book, files[:2], today=TODAY)
    import_files(book, files[2:], today=TODAY)
    run(book)
    holds(book, entries)


def test_pages_of_one_period_may_share_a_day(book: Book, tmp_path: Path) -> None:
    for number in (7, None):
        pages = [told(book, [A], 1, 31, before, sequence=number) for before in (0, 100)]
        files = [
            paged(tmp_path / f"{number}-{page}.xml", pages[page - 1], page, last=page == 2) for page in (1, 2)
        ]
        assert run(book, *files) == []
    holds(book, [A, A])


def test_a_file_that_waited_is_taken_in_the_run_that_makes_it_fit(book: Book) -> None:
    first, second, third = told(book, [A], 1, 5), told(book, [B], 6, 10, 100), told(book, [C], 11, 15, 300)
    run(book, third)
    run(book, first)
    assert run(book, second) == []
    holds(book, [A, B, C])


def test_a_late_line_keeps_the_banks_day_and_breaks_no_balance(book: Book) -> None:
    """The second is a true twin of what was there that day; it comes after the balance of 1 April is in the books."""
    april = (32, 8, "April")
    assert run(book, told(book, [A], 1, 31), told(book, [april], 32, 33, 100)) == []
    assert run(book, told(book, [A, C], 34, 40, 108)) == []
    assert run(book, told(book, [april, A, C], 32, 40, 100, identity="noch einmal")) == []
    holds(book, [A, april, A, C])
    if book.settings.bank.dedicated:
        text = book.month_file(APRIL).read_text(encoding="utf-8")
        assert text.count("  buchungstag: 2022-03-0") == 2
        assert text.count(" balance ") == 2


def test_a_late_line_is_known_again_in_a_piece_of_the_day_on_which_it_moved(book: Book) -> None:
    """It bears the 1st and moved on the 2nd: before that the account had not its balance behind the piece."""
    late, other = (1, 100, ""), (2, 250, "Umlage")
    whole = told(book, [late, other, (3, 100, "drei")], 2, 3)
    assert run(book, whole, told(book, [other], 2, 2, 100)) == []
    assert run(book, told(book, [late], 2, 2)) == []
    holds(book, [late, other, (3, 100, "drei")])


def test_an_overlap_in_other_words_is_known_by_its_balances(book: Book) -> None:
    assert run(book, told(book, [A, B], 1, 5)) == []
    assert run(book, told(book, [(3, 100, "SVWZ+EINS"), B, (7, 5, "neu")], 3, 10)) == []
    holds(book, [A, B, (7, 5, "neu")])


def test_an_overlap_that_contradicts_the_balances_waits_and_names_both(book: Book) -> None:
    assert run(book, told(book, [A, B], 1, 5)) == []
    before, opening = certified(book), OPENINGS[book.party]
    (said,) = run(book, told(book, [A, (3, 193, "zwei"), (4, 7, "mehr")], 2, 5, sequence=9))
    balances = f"{format_eur(opening)} bis {format_eur(opening + 300)}"
    assert said.partition(": ")[2] == (
        "Auszug 9, 02.03.2022 bis 05.03.2022: gefunden: 2 Umsätze über 2,00 EUR neben den bekannten, was deren "
        f"Salden widerspricht (ein Auszug (053) 01.03.2022 bis 05.03.2022: {balances}); erlaubt: an bekannten "
        "Tagen dieselben Umsätze und Salden; keiner von beiden gilt von selbst; klären Sie es mit der Bank, eine "
        "Person entscheidet"
    )
    assert certified(book) == before
    assert not (book.root / "inbox" / "rejected").exists()
    assert len(list((book.root / "inbox").iterdir())) == 1


def test_a_last_day_that_comes_to_nothing_is_not_booked_again(book: Book) -> None:
    """The second statement begins with the balance that the first ends with, and yet may tell the last day again."""
    out, back, new = (5, 50, "hin"), (5, -50, "zurück"), (6, 9, "neu")
    assert run(book, told(book, [A, out, back], 1, 5, sequence=1)) == []
    (said,) = run(book, told(book, [out, back, new], 5, 6, 100, sequence=2))
    assert said.partition(": ")[2] == (
        "Auszug 2: gefunden: 2 Umsätze über 0,00 EUR (05.03.2022: 0,50 EUR, -0,50 EUR), schon gebucht oder noch "
        "einmal gekommen: Salden und Bankangaben entscheiden es nicht; erlaubt: dazu ein Auszug, der 05.03.2022 ganz "
        "enthält (er beginnt davor und endet danach); bis dahin wird aus der Datei nichts gebucht"
    )
    assert certified(book).total() == 3
    assert run(book, told(book, [out, back, new], 4, 6, 100)) == []
    holds(book, [A, out, back, new])


def test_a_last_day_that_comes_to_nothing_may_have_come_twice(book: Book) -> None:
    out, back, new = (5, 50, "hin"), (5, -50, "zurück"), (6, 9, "neu")
    assert run(book, told(book, [A, out, back], 1, 5, sequence=1)) == []
    assert len(run(book, told(book, [out, back, new], 5, 6, 100, sequence=2))) == 1
    assert run(book, told(book, [out, back, out, back, new], 4, 6, 100)) == []
    holds(book, [A, out, back, out, back, new])


def test_what_comes_to_nothing_is_not_left_out_before_a_days_first_piece(book: Book) -> None:
    out, back, new = (6, 50, "hin"), (6, -50, "zurück"), (6, 9, "neu")
    assert run(book, told(book, [A], 1, 5), told(book, [out, back, new], 6, 6, 100)) == []
    assert len(run(book, told(book, [out, back], 6, 6, 100, identity="davor"))) == 1
    assert run(book, told(book, [out, back, out, back, new], 5, 7, 100)) == []
    holds(book, [A, out, back, out, back, new])


@pytest.mark.parametrize("number", [None, 2, 9])
def test_what_comes_to_nothing_is_not_booked_again_by_a_later_number(book: Book, number: int | None) -> None:
    out, back, new = (5, 50, "hin"), (5, -50, "zurück"), (6, 9, "neu")
    assert run(book, told(book, [A, out, back], 1, 5, sequence=1)) == []
    assert len(run(book, told(book, [out, back], 5, 5, 100, sequence=number, identity="neu"))) == 1
    assert len(run(book, told(book, [new], 6, 6, 100, sequence=3))) == 1
    assert run(book, told(book, [out, back, new], 4, 7, 100, identity="ganz")) == []
    holds(book, [A, out, back, new])


def test_the_lines_before_and_behind_a_piece_are_told_apart(book: Book) -> None:
    """It goes on behind a twin on its first day, and tells its last day again, which comes to nothing."""
    twins, out, back = [(3, 100, "")] * 2, (4, 100, ""), (4, -100, "zurück")
    pieces = [told(book, twins[:1], 3, 3, before, sequence=1 + before // 100) for before in (0, 100)]
    assert run(book, *pieces, told(book, [out, back], 4, 4, 200, sequence=900)) == []
    run(book, told(book, [(3, -100, "ab"), twins[0], out, back], 3, 4, 200, sequence=3))
    assert (
        not certified(book)
        - Counter({("2022-03-03", 100): 3, ("2022-03-03", -100): 1})
        - Counter({("2022-03-04", 100): 1, ("2022-03-04", -100): 1})
    )


def test_a_line_that_a_late_one_took_back_is_not_booked_again(book: Book) -> None:
    """The whole statement has a line of the 4th that moved the account on the 12th, behind one of the 12th."""
    up, down = (12, 250, "auf"), (4, -250, "ab")
    assert run(book, told(book, [A, up, down], 1, 12, sequence=9)) == []
    pieces = told(book, [up], 12, 12, 100, sequence=2), told(book, [down], 12, 12, 350, sequence=3)
    assert len(run(book, *pieces)) == 1  # both may have come once more
    last = (13, 300, "drei")
    assert run(book, told(book, [up, down, last], 11, 14, 100, identity="ganz")) == []
    holds(book, [A, up, down, last])


def test_a_copy_may_turn_out_to_be_a_twin(book: Book) -> None:
    """The third piece of a day comes as a copy of the first, and the second one last."""
    out, back, new = (5, 50, "hin"), (5, -50, "zurück"), (6, 9, "neu")
    assert run(book, told(book, [A], 1, 4), told(book, [out], 5, 5, 100)) == []
    assert run(book, told(book, [out], 5, 5, 100, identity="noch einer")) == []
    (said,) = run(book, told(book, [back], 5, 5, 150))
    assert said.partition(": ")[2] == (
        "Auszug A5-5-150: gefunden: er schließt nach den Salden an den Auszug vom 05.03.2022 an (von "
        f"{balance(book, 100)} auf {balance(book, 150)}), der anders eingeordnet ist: Umsätze, die als schon gebucht "
        "galten, können noch einmal gekommen sein; erlaubt: dazu ein Auszug, der 05.03.2022 ganz enthält (er beginnt "
        "davor und endet danach); bis dahin wird aus der Datei nichts gebucht"
    )
    assert run(book, told(book, [out, back, out, new], 4, 7, 100)) == []
    holds(book, [A, out, back, out, new])


def test_a_day_with_a_payment_and_its_return_is_known_again(book: Book) -> None:
    """It is told alone, as it is known, from its first balance to its last."""
    lines = [(5, 50, "hin"), (5, -50, "zurück"), (5, 7, "sieben")]
    assert run(book, told(book, [A, *lines], 1, 5)) == []
    assert run(book, told(book, lines, 5, 5, 100)) == []
    holds(book, [A, *lines])


def test_a_piece_that_fits_between_two_is_not_taken_for_known(book: Book) -> None:
    """The one behind it seems to overlap the one before it, as that has lines like theirs."""
    first, new = [(5, 50, "hin"), (5, -50, "zurück"), (5, 7, "sieben")], (6, 9, "neu")
    assert run(book, told(book, [A], 1, 4), told(book, first, 5, 5, 100)) == []
    assert len(run(book, told(book, first[:1], 5, 5, 107))) == 1
    assert len(run(book, told(book, [first[1], new], 5, 6, 157))) == 1
    assert run(book, told(book, [*first, *first[:2], new], 4, 7, 100)) == []
    holds(book, [A, *first, *first[:2], new])


def test_a_line_of_another_format_is_not_taken_for_one_before_it(book: Book) -> None:
    """The statement goes on where the other ends, and yet that one has a line of its amount, and others cancel out."""
    first = [(5, -100, "eins"), (5, -100, "zwei"), (5, 100, "drei")]
    assert run(book, told(book, [A], 1, 4), replace(told(book, first, 5, 5, 100), kind="MT940")) == []
    last, new = (5, -100, "vier"), (6, 9, "neu")
    assert len(run(book, told(book, [last], 5, 5))) == 1
    assert run(book, told(book, [*first, last, new], 4, 7, 100)) == []
    holds(book, [A, *first, last, new])


def test_a_piece_before_one_that_closes_a_hole_is_not_left_out(book: Book) -> None:
    """It comes to nothing, and its line of the 8th is a true twin of the one in the piece that came first."""
    twin, down, new = (8, 100, "Umlage"), (7, -100, "ab"), (9, 9, "neu")
    assert run(book, told(book, [A], 1, 6, sequence=2), told(book, [twin], 8, 8, 100, sequence=4)) == []
    assert len(run(book, told(book, [down, twin], 7, 8, 100, sequence=3))) == 1
    assert run(book, told(book, [A, down, twin, twin, new], 1, 9)) == []
    holds(book, [A, down, twin, twin, new])


def test_a_piece_before_a_hole_is_not_booked_again(book: Book) -> None:
    """A piece that comes to nothing is missing behind it, and the statement has both."""
    out, back, up, down = (5, 50, "hin"), (5, -50, "zurück"), (5, 7, "auf"), (5, -7, "ab")
    assert run(book, told(book, [A], 1, 4), told(book, [out], 5, 5, 100), told(book, [back], 5, 5, 150)) == []
    assert len(run(book, told(book, [out, up], 5, 5, 100))) == 1
    assert run(book, told(book, [out, up, down, back, (6, 9, "neu")], 4, 7, 100)) == []
    holds(book, [A, out, up, down, back, (6, 9, "neu")])


@pytest.mark.parametrize("book", ["adorf"], indirect=True)
def test_a_second_page_that_comes_first_is_not_booked_again(book: Book, tmp_path: Path) -> None:
    """Its day was told before, and comes to nothing."""
    out, back, up, down = (1, 100, "hin"), (1, -100, "zurück"), (2, 250, "auf"), (2, -250, "ab")
    assert run(book, told(book, [up, down], 2, 2, sequence=902)) == []
    run(book, paged(tmp_path / "2.xml", told(book, [down], 1, 2, 250, sequence=1), 2, last=True))
    assert certified(book).total() == 2
    run(book, paged(tmp_path / "1.xml", told(book, [out, back, up], 1, 2, sequence=1), 1, last=False))
    assert run(book, told(book, [out, back, up, down, (3, 9, "neu")], 0, 4)) == []
    holds(book, [out, back, up, down, (3, 9, "neu")])


@pytest.mark.parametrize("book", ["adorf"], indirect=True)
def test_a_late_line_is_no_line_of_a_statement_that_ends_before_it_moved(book: Book) -> None:
    late, twin = (2, 250, "zwei"), (1, 7, "eins")
    assert (
        run(book, told(book, [late, twin], 2, 2, 7), told(book, [late, twin], 2, 2, 7, identity="neu")) == []
    )
    assert run(book, told(book, [twin], 1, 1)) == []
    holds(book, [twin, late, twin])


def test_a_page_may_come_before_the_one_before_it(book: Book, tmp_path: Path) -> None:
    """What comes behind them waits, though it begins on a day that the first page names as its own."""
    pages = [told(book, [(2, 100, "")], 1, 9, sequence=7), told(book, [(8, -30, "")], 1, 9, 100, sequence=7)]
    first, second = (
        paged(tmp_path / f"{place}.xml", pages[place], place + 1, last=place == 1) for place in (0, 1)
    )
    assert len(run(book, first, told(book, [(9, 5, "")], 9, 9, 70, sequence=8))) == 1
    assert run(book, second) == []
    holds(book, [(2, 100, ""), (8, -30, ""), (9, 5, "")])


def test_two_references_of_one_amount_are_two_entries(book: Book) -> None:
    """A payment, its return and the same payment again: what has another reference is not told again."""

    def piece(on: int, cents: int, before: int) -> Statement:
        one = told(book, [(on, cents, "")], on, on, before)
        return replace(one, lines=(replace(one.lines[0], bank_reference=f"R{on}{before}{cents}"),))

    first = piece(3, -100, 0)
    again = replace(piece(3, -100, 0), lines=(replace(first.lines[0], bank_reference="R9"),), identity="neu")
    assert run(book, first, piece(4, 100, -100)) == []
    assert len(run(book, again)) == 1
    assert certified(book).total() == 2


@pytest.mark.parametrize("book", ["adorf"], indirect=True)
def test_a_whole_statement_is_taken_around_a_piece_that_came_first(book: Book) -> None:
    """The chain begins within a day, and the statement has lines before and behind it."""
    assert run(book, told(book, [A], 3, 3, 200)) == []
    assert run(book, told(book, [B, A, C], 3, 4)) == []
    holds(book, [A, B, C])


def test_days_of_which_one_comes_to_nothing_are_told_again(book: Book) -> None:
    out, back = (5, 50, "hin"), (5, -50, "zurück")
    assert run(book, told(book, [C], 4, 4), told(book, [out, back], 5, 5, 300)) == []
    run(book, told(book, [C, out, back], 2, 5))  # the first one of the 5th may be another one behind it
    assert certified(book).total() == 3
    assert run(book, told(book, [(6, 9, "neu")], 6, 6, 300)) == []
    holds(book, [C, out, back, (6, 9, "neu")])


def test_a_day_is_told_again_in_another_format_with_days_that_come_to_nothing(book: Book) -> None:
    back = (9, -100, "zurück")
    assert run(book, told(book, [A], 3, 3)) == []
    assert run(book, replace(told(book, [A, back], 3, 9), kind="MT940")) == []
    holds(book, [A, back])


def test_a_day_that_comes_to_nothing_may_go_on_with_a_twin(book: Book) -> None:
    out, back = (5, 50, "hin"), (5, -50, "zurück")
    for number, piece in enumerate([[out], [back], [out]]):
        assert run(book, told(book, piece, 5, 5, 50 * (number % 2), sequence=number + 1)) == []
    holds(book, [out, back, out])


def test_a_reference_that_entries_of_a_day_share_books_none_twice(book: Book) -> None:
    """The second one has the day, amount and reference of the first, and other balances: one of the two is wrong."""
    parts = [told(book, [(3, 100, text)], 3, 3, before) for text, before in (("a", 0), ("b", 100))]
    parts.append(told(book, [(3, 100, "a"), (3, 100, "b")], 3, 3, identity="ganz"))
    waiting = []
    for part in parts:
        lines = tuple(replace(line, bank_reference="R1") for line in part.lines)
        waiting.append(len(run(book, replace(part, lines=lines))))
    assert waiting == [0, 1, 0]
    holds(book, [(3, 100, "a"), (3, 100, "b")])


def test_a_statement_without_balances_lies_between_two_with_them(book: Book) -> None:
    assert run(book, told(book, [A], 1, 5)) == []
    assert run(book, replace(told(book, [(7, 11, "x"), (8, 12, "y")], 7, 8, 100), kind="CSV")) == []
    assert run(book, told(book, [(9, 13, "z")], 9, 12, 123)) == []
    holds(book, [A, (7, 11, "x"), (8, 12, "y"), (9, 13, "z")])


def test_what_a_statement_without_balances_told_is_known_to_one_that_goes_on(book: Book) -> None:
    assert run(book, told(book, [A], 1, 5), told(book, [], 6, 6, 100)) == []
    assert run(book, replace(told(book, [(8, 11, "x")], 8, 8, 100), kind="CSV")) == []
    assert run(book, told(book, [(8, 11, "x")], 6, 9, 100)) == []
    holds(book, [A, (8, 11, "x")])


@pytest.mark.parametrize("other", ["MT940", "CSV"])
def test_a_copy_in_another_format_does_not_hinder_what_follows(book: Book, other: str) -> None:
    assert run(book, told(book, [A, B], 1, 5)) == []
    assert run(book, replace(told(book, [A, B], 1, 5), kind=other)) == []
    assert run(book, told(book, [A, B, (8, 5, "neu")], 3, 10)) == []
    holds(book, [A, B, (8, 5, "neu")])


def test_formats_may_change_within_a_day_of_equal_amounts(book: Book) -> None:
    assert run(book, replace(told(book, [A, B], 3, 3), kind="MT940")) == []
    assert run(book, told(book, [A, B, C], 3, 4, 300)) == []
    holds(book, [A, B, A, B, C])


def test_numbers_that_are_free_are_given_again() -> None:
    twin = writing.statement(writing.line(remittance="Miete"))
    first, second = line_keys(writing.statement(*twin.lines, *twin.lines))
    assert line_keys(twin, other_keys=[second]) == (first,)
    assert line_keys(twin, other_keys=[first]) == (second,)


class Account:
    """A true list of entries in the order in which they moved the account, and the statements that tell it."""

    def __init__(
        self, book: Book, entries: Sequence[Entry], chance: random.Random, delivery: Delivery
    ) -> None:
        self.book, self.chance, self.delivery = book, chance, delivery
        moved = sorted(range(len(entries)), key=lambda place: entries[place][0])
        self.at = [entries[place][0] for place in moved]
        self.entries = [self._dated(entries[place]) for place in moved]
        self.sums = [0]
        for _, cents, _ in self.entries:
            self.sums.append(self.sums[-1] + cents)

    def _dated(self, entry: Entry) -> Entry:
        """Return an entry as the bank dates it: now and then some days too early, but not where a MT940 hides it."""
        on, cents, text = entry
        late = 0 if self.delivery.old else self.chance.choice([0] * 12 + [1, 9])
        return max(1, on - late), cents, text

    def piece(self, first: int, after: int, kind: str = "053", number: int | None = None) -> Statement:
        """Return the statement of some entries in a row; it may begin and end within a day."""
        days = self.at[first], self.at[after - 1]
        one = told(self.book, self.entries[first:after], *days, self.sums[first], sequence=number, kind=kind)
        if self.delivery.references:
            named = zip(range(first, after), one.lines, strict=True)
            one = replace(
                one, lines=tuple(replace(line, bank_reference=f"R{place}") for place, line in named)
            )
        return replace(one, identity=f"{one.identity}-{number}")

    def days(self, first: int, last: int) -> Statement | None:
        """Return the statement of whole days, if anything moved on them."""
        places = [place for place, on in enumerate(self.at) if first <= on <= last]
        return self.piece(places[0], places[-1] + 1, "053", 900 + first) if places else None

    def pieces(self) -> list[Statement]:
        """Return the statements of the whole list, and those that tell days of it again."""
        bounds, old = self.delivery.bounds, self.delivery.old
        pieces = [
            self.piece(first, after, "MT940" if place < old else "053", number=place + 1)
            for place, (first, after) in enumerate(pairwise(bounds))
        ]
        again = (self.days(first, first + more) for first, more in self.delivery.again)
        return [*pieces, *filter(None, again)]

    @property
    def decidable(self) -> bool:
        """Whether nothing cancels out, or every entry has its reference and no pieces cancel out that miss together."""
        if all(cents > 0 for _, cents, _ in self.entries):
            return True
        sums = [self.sums[place] for place in self.delivery.bounds]
        apart = ((one, other) for one, other in combinations(range(len(sums)), 2) if other > one + 1)
        return self.delivery.references and all(sums[one] != sums[other] for one, other in apart)


class Delivery(NamedTuple):
    """Where the bank cuts entries into statements, which days it tells again, how many come as MT940 at first.

    With `references` every entry has one of its own.
    """

    bounds: list[int]
    again: list[tuple[int, int]]
    old: int
    references: bool


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Entry], Delivery]:
    """Return entries and how they are delivered."""
    amounts = st.sampled_from(draw(st.sampled_from([[100, 250], [100, -100, 250], [100, -100, 7, -13]])))
    entry = st.tuples(st.integers(1, 12), amounts, st.sampled_from(["", "Umlage"]))
    entries = draw(st.lists(entry, min_size=1, max_size=9))
    cuts = draw(st.sets(st.integers(1, len(entries)), max_size=4)) | {0, len(entries)}
    again = draw(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 6)), max_size=2))
    references = draw(st.booleans())
    old = 0 if references else draw(st.sampled_from([0, 0, 2]))
    return entries, Delivery(sorted(cuts), again, old, references)


@given(
    name=st.sampled_from(sorted(OPENINGS)), delivery=deliveries(), chance=st.randoms(use_true_random=False)
)
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_pieces_of_an_account_in_any_order_are_its_true_list(
    posted: Path,
    name: str,
    delivery: tuple[list[Entry], Delivery],
    chance: random.Random,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """True twins, reversals, late lines, cuts within a day, a format that changes, whole days told again.

    Where it can be decided, nothing waits in the end. What is in doubt because payments cancel out waits and is told
    of; nothing is ever booked twice, nor left out.
    """
    entries, how = delivery
    book = load_book(shutil.copytree(posted, tmp_path_factory.mktemp("once") / "books") / name)
    account = Account(book, entries, chance, how)
    pieces = account.pieces()
    chance.shuffle(pieces)
    if book.settings.bank.dedicated:  # its books begin here; else a later statement may seem to be the first
        run(book, told(book, [], 0, 0))
    while pieces:
        size = chance.randint(1, len(pieces))
        run(book, *pieces[:size])
        pieces = pieces[size:]
    inbox = book.root / "inbox"
    left = [*inbox.glob("*.*"), *inbox.glob("rejected/*")]
    if not left or account.decidable:
        assert left == []
        holds(book, account.entries)
    assert not certified(book) - Counter((str(day(on)), cents) for on, cents, _ in account.entries)
