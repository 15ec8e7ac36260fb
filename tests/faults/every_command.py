"""A scenario for every command that writes, beside the first of scenarios.py: what people enter, correct and send."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from kkd_ledger.audit.close import close
from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.work.books.books import adopt, appropriate, declare_year, open_month
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.statements.importing import import_files
from kkd_ledger.work.transfers.payrun import RunRelease, pay
from kkd_ledger.work.year.year_end import propose
from ledgers.statements import Entry, camt
from tests.faults.scenarios import (
    ACCOUNT,
    ADORF,
    BEHAUSEN,
    BOOK,
    FIRST,
    OPENED,
    OWNER,
    PEOPLE,
    TODAY,
    Scenario,
    opened,
    posted,
    statements,
    waiting,
)
from tests.faults.waiting_months import MONTHS
from tests.letters.test_own_share import OWN
from tests.samples import ORDER, SAID, replace_once, three_parties
from tests.work.year.test_year_end import PROVISIONS, RAP

MEMBER = "adorf"
WAITING = "1:r-9c38fe37c1ed2a2fdf5fa883-1"  # the key of the line in `_undecided`: keys hold for ever
FEBRUARY, MARCH, JULY = (BookingMonth(2022, month) for month in (2, 3, 7))
CHEAPER = (
    '\n[[components.rates]]\nfrom = 2022-01-01\nrate = "1.00"\nknown_from = 2022-03-20\n\n[[resolutions]]'
)
CONTACTS = """format = 1
assumed = "alles erfunden"

[parties.amt]
name = "Amt Nirgendwo"
street = "Hauptstraße 1"
postcode = "99000"
city = "Nirgendwo"
email = "kasse@nirgendwo.example.org"
leitweg_id = "99-KKD06534-38"
person = "Erika Beispiel"
phone = "+49 0000 123-0"
bank = "Beispielbank"
creditor_id = "DE98ZZZ09999999999"

[parties.adorf]
name = "Gemeindevorstand von Adorf"
street = "Dorfplatz 2"
postcode = "99001"
city = "Adorf"
email = "rechnung@adorf.example.org"
leitweg_id = "99-KKD06534001-41"
mandate = "M-1"
mandate_signed = "2021-12-01"

[parties.behausen]
name = "Magistrat von Behausen"
street = "Markt 3"
postcode = "99002"
city = "Behausen"
email = "rechnung@behausen.example.org"
leitweg_id = "99-KKD06534002-38"

[parties.zett]
name = "Gemeindevorstand von Zett am See"
street = "Seestraße 4"
postcode = "99003"
city = "Zett am See"
email = "rechnung@zett.example.org"
leitweg_id = "99-KKD06534003-35"
"""


VAT = """
[[vat]]
from = 2021-01-01
to = 2026-12-31
treatment = "not-taxable-old-law"
reason = "Nicht steuerbar nach § 2 Abs. 3 UStG a. F."
"""


def _address(folder: Path) -> None:
    """Lay down how to write to everybody, and that no tax is due."""
    (folder / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    with (folder / "agreement.toml").open("a", encoding="utf-8") as agreement:
        agreement.write(VAT)


def _contacts(folder: Path) -> None:
    opened(folder)
    _address(folder)
    post(load_book(folder / BOOK), Authorisation(OPENED, *ORDER))


def _opened_only(folder: Path) -> None:
    """The first month is open; the resolutions are not in the book yet."""
    open_month(load_book(three_parties(folder) / BOOK), FEBRUARY)


def _taken(folder: Path) -> None:
    """March is booked: one payment in full, one in part, one that nobody can place."""
    posted(folder)
    book = load_book(folder / BOOK)
    open_month(book, MARCH)
    file = folder / "maerz.xml"
    file.write_text(statements()[0], encoding="utf-8")
    import_files(book, [file], today=dt.date(2022, 3, 31))
    file.unlink()


def _owed_both_ways(folder: Path) -> None:
    """Adorf has paid 2022, which then became cheaper: it owes 2021 and is owed a part of 2022."""
    posted(folder)
    book = load_book(folder / BOOK)
    open_month(book, MARCH)
    file = folder / "maerz.xml"
    paid = [Entry(dt.date(2022, 3, 8), 125_000, "Adorf", ADORF, text="Archiv 2022")]
    file.write_text(camt(ACCOUNT, OWNER, paid, first=dt.date(2022, 3, 1), number=1, opening=0), "utf-8")
    import_files(book, [file], today=dt.date(2022, 3, 31))
    file.unlink()
    _amend(folder)
    post(load_book(folder / BOOK), Authorisation(dt.date(2022, 3, 25), *ORDER))


def _own_share(folder: Path) -> None:
    """The operator has a share of its own."""
    three_parties(folder)
    with (folder / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(OWN)
    book, day = load_book(folder / BOOK), dt.date(2022, 2, 15)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=day)
    post(book, Authorisation(day, *ORDER))


def _cheaper(folder: Path) -> None:
    """The same before the correction is posted."""
    posted(folder)
    open_month(load_book(folder / BOOK), MARCH)
    _amend(folder)


def _amend(folder: Path) -> None:
    file = folder / "agreement.toml"
    text = file.read_text(encoding="utf-8").replace("\n[[resolutions]]", CHEAPER, 1)
    file.write_text(text, encoding="utf-8")


def _member(folder: Path) -> None:
    """Adorf's book with its two shares."""
    three_parties(folder)
    _address(folder)
    book = load_book(folder / MEMBER)
    open_month(book, FEBRUARY)
    adopt(book, today=OPENED)
    post(book, Authorisation(OPENED, *ORDER))


def _undecided(folder: Path) -> None:
    """A line of the pooled account about which nobody has decided."""
    _member(folder)
    line = Entry(dt.date(2022, 3, 4), -4_711, "Stadtwerke", BEHAUSEN, text="Strom")
    text = camt(ADORF, "Adorf", [line], first=dt.date(2022, 3, 1), number=1, opening=1_000_000)
    file = folder / "maerz.xml"
    file.write_text(text, encoding="utf-8")
    book = load_book(folder / MEMBER)
    import_files(book, [file], today=dt.date(2022, 3, 31))
    file.unlink()


def _received(folder: Path) -> None:
    """Adorf's empty book, and the demands for both years that the office has sent."""
    sender = folder / "sender"
    _contacts(sender)
    for year in (2021, 2022):
        write_demands(load_book(sender / BOOK), year, today=OPENED, members=[MEMBER])
    for place, path in enumerate(sorted((sender / BOOK / "documents").glob("*.xml"))):
        shutil.copy(path, folder / f"{place}.xml")
    shutil.rmtree(sender)
    book = load_book(three_parties(folder) / MEMBER)
    open_month(book, FEBRUARY)
    adopt(book, today=OPENED)
    _address(folder)


def _remissible(folder: Path) -> None:
    three_parties(folder)
    expense = 'remission_expense = "Aufwendungen:020501-Archiv:695001-Erlass-von-Forderungen"\n'
    replace_once(folder / BOOK / "book.toml", "\n[policy]", f"{expense}\n[policy]")
    book = load_book(folder / BOOK)
    open_month(book, FEBRUARY)
    adopt(book, today=OPENED)
    post(book, Authorisation(OPENED, *ORDER))


def _corrected(folder: Path) -> None:
    _owed_both_ways(folder)
    _address(folder)


def _payer(folder: Path) -> None:
    """Adorf's book, where nothing is debited: it pays by itself."""
    _member(folder)
    file = folder / "contacts.toml"
    text = file.read_text("utf-8").replace('mandate = "M-1"\nmandate_signed = "2021-12-01"\n', "")
    file.write_text(text, "utf-8")


def _paid(folder: Path) -> None:
    """A payment run is written; the bank has not been told yet."""
    _payer(folder)
    pay(load_book(folder / MEMBER), RunRelease(*ORDER, dt.date(2022, 5, 20), dt.date(2022, 6, 1)))


def _overdue(folder: Path) -> None:
    _contacts(folder)
    open_month(load_book(folder / BOOK), JULY)


def _year_over(folder: Path) -> None:
    """Adorf's book in January 2023, with something left of the appropriation of 2022."""
    three_parties(folder)
    replace_once(folder / MEMBER / "book.toml", "\n[policy]", f"{RAP}{PROVISIONS}\n[policy]")
    book = load_book(folder / MEMBER)
    open_month(book, FEBRUARY)
    adopt(book, today=OPENED)
    appropriate(book, 2022, 300_000, AppropriationKind.ORIGINAL, today=OPENED)
    post(book, Authorisation(OPENED, *ORDER))
    open_month(book, BookingMonth(2023, 1))
    declare_year(book, 2022, YearState.PROVISIONALLY_CLOSED, SAID, today=dt.date(2023, 1, 5))


def _proposed(folder: Path) -> None:
    _year_over(folder)
    propose(load_book(folder / MEMBER), 2022, dt.date(2023, 1, 10), 10_000)


def _sealed(folder: Path) -> None:
    posted(folder)
    book = load_book(folder / BOOK)
    open_month(book, MARCH)
    for one in (FEBRUARY, MARCH):
        assert close(book, one, by=ORDER[0], today=dt.date(2022, 4, 1)).seal


def _two_open(folder: Path) -> None:
    posted(folder)
    open_month(load_book(folder / BOOK), MARCH)


def _complete_month(folder: Path) -> None:
    """The monthly run finds what leaves nothing to decide."""
    posted(folder)
    assert close(load_book(folder / BOOK), FEBRUARY, by=ORDER[0], today=dt.date(2022, 4, 1)).seal
    waiting(folder)
    for name in ("2022-04.xml", "halb.xml", "fremd.xml"):
        (folder / BOOK / "inbox" / name).unlink()
    file = folder / BOOK / "inbox" / "2022-03.xml"
    march = [Entry(dt.date(2022, 3, 8), 110_000, "Adorf", ADORF, text="Archiv 2021")]
    file.write_text(camt(ACCOUNT, OWNER, march, first=dt.date(2022, 3, 1), number=1, opening=0), "utf-8")


def _untidy(folder: Path) -> None:
    """Somebody has changed the blanks of an open month's file."""
    posted(folder)
    file = folder / BOOK / "2022" / "2022-02.beancount"
    file.write_text(file.read_text(encoding="utf-8").replace("  1100.00 EUR", " 1100.00 EUR"), "utf-8")


def _confirmable(folder: Path) -> None:
    """Somebody has changed the settings since the last seal."""
    _two_open(folder)
    assert close(load_book(folder / BOOK), FEBRUARY, by=ORDER[0], today=dt.date(2022, 4, 1)).seal
    replace_once(folder / BOOK / "book.toml", "[policy]", "[policy]\npayment_days = 31")


def _archived_whole(folder: Path) -> None:
    """Adorf's archive as it was kept before there were extracts: the bank's whole file."""
    _undecided(folder)
    book = folder / MEMBER
    (original,) = (book / "originale").glob("*.xml")
    (extract,) = (book / "archive").iterdir()
    shutil.move(original, book / "archive" / original.name)
    extract.unlink()


ORDERED = ("--order", "Verfügung 7", "--by", ORDER[1], "--certified-by", ORDER[0])
RUN = ("--prepared-by", ORDER[0], "--released-by", ORDER[1], "--today", "2022-05-20", "--on", "2022-06-01")
PROPOSAL = f"{MEMBER}/pending/2022-jahresabschluss.json"
SECOND = (
    Scenario("open", posted, ("open", BOOK, "2022-05")),
    Scenario("adopt", _opened_only, ("adopt", BOOK, "--today", "2022-02-15")),
    Scenario("budget", _member, ("budget", MEMBER, "2022", "3.000,00", "--today", "2022-02-20")),
    Scenario(
        "year", posted, ("year", BOOK, "2021", "aufgestellt", "--by", "L. Beispiel", "--today", "2022-02-20")
    ),
    Scenario(
        "defer",
        posted,
        ("defer", BOOK, "archiv-2022-zett-1", "2022-12-31", *ORDERED, "--today", "2022-02-20"),
    ),
    Scenario(
        "remit",
        _remissible,
        ("remit", BOOK, "archiv-2022-zett-1", "16,25", *ORDERED, "--today", "2022-02-20"),
    ),
    Scenario("correction", _cheaper, ("post", BOOK, "--today", "2022-03-25", *PEOPLE)),
    Scenario("format", _untidy, ("format", BOOK)),
    Scenario(
        "clear",
        _taken,
        ("clear", BOOK, "2022-000009", "archiv-2021-behausen-1", *TODAY, "--by", ORDER[0], *PEOPLE),
    ),
    Scenario(
        "offset",
        _owed_both_ways,
        ("offset", BOOK, "archiv-2021-adorf-1", "archiv-2022-adorf-g220320", *ORDERED, *TODAY),
    ),
    Scenario(
        "offset-internal",
        _own_share,
        ("offset", BOOK, "archiv-2022-amt-1", "--internal", *ORDERED, "--today", "2022-02-20"),
    ),
    Scenario(
        "decide",
        _undecided,
        ("decide", MEMBER, WAITING, "--foreign", "--by", ORDER[0], "--reason", "Strom", *TODAY),
    ),
    Scenario(
        "proposal", _year_over, ("year-end", MEMBER, "2022", "--carry-over", "100", "--today", "2023-01-10")
    ),
    Scenario(
        "year-end",
        _proposed,
        ("year-end", MEMBER, "2022", "--apply", PROPOSAL, *PEOPLE, "--today", "2023-01-10"),
    ),
    Scenario(
        "close-year",
        _two_open,
        ("close", BOOK, "2022", "--today", "2022-04-01", "--by", ORDER[0]),
        (("close", BOOK, "2022-02", "--today", "2022-04-01", "--by", ORDER[0]),),
    ),
    Scenario("complete-month", _complete_month, ("month", BOOK, "2022-03", "--today", "2022-04-01")),
    Scenario(
        "reopen",
        _sealed,
        ("reopen", BOOK, "2022-02", "--reason", "Beleg", "--by", ORDER[0], "--and", ORDER[1], *TODAY),
    ),
    Scenario("demand", _contacts, ("demand", BOOK, "2022", "--member", MEMBER, "--today", "2022-02-20")),
    Scenario(
        "receive",
        _received,
        ("receive", MEMBER, "0.xml", "1.xml", *PEOPLE, "--today", "2022-02-20"),
        (("receive", MEMBER, "0.xml", *PEOPLE, "--today", "2022-02-20"),),
    ),
    Scenario("remind", _overdue, ("remind", BOOK, "--as-of", "2022-07-15", "--today", "2022-07-15")),
    Scenario("pay", _payer, ("pay", MEMBER, *RUN)),
    Scenario("collect", _contacts, ("collect", BOOK, *RUN)),
    Scenario(
        "cancel", _paid, ("pay", MEMBER, "--cancel", "pain001-2022-05-20-001", "--reason", "Irrtum", *RUN[:6])
    ),
    Scenario("delta", _corrected, ("delta", BOOK, "2022", "--member", MEMBER, *TODAY)),
    Scenario("archive", _archived_whole, ("archive", MEMBER)),
    Scenario(
        "opening",
        posted,
        (
            "opening",
            BOOK,
            "2.500,00",
            "--reason",
            "Auszug 12/2021",
            "--by",
            ORDER[0],
            "--today",
            "2022-02-20",
        ),
    ),
    Scenario(
        "confirm",
        _confirmable,
        ("confirm", BOOK, "--by", ORDER[0], "--and", ORDER[1], "--today", "2022-04-01"),
    ),
    *MONTHS,
)
SCENARIOS = {scenario.name: scenario for scenario in (*FIRST, *SECOND)}
