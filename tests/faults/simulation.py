"""Half a year of two books from a seed: demands, corrections, payments, mistakes, closes, and runs that break off.

Whatever happens, the office's book and Adorf's reconcile, every bank line is booked once, the check that starts from a
seal says what the full one says, and the seals verify.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from unittest import mock

from kkd_ledger.audit.close import close
from kkd_ledger.book import durable
from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.claims import Item, balances, claims
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Cause, Order
from kkd_ledger.book.reader import read
from kkd_ledger.errors import EntryRefused, StorageFailed
from kkd_ledger.invoice.balances import balances as statement_of
from kkd_ledger.invoice.balances import reconcile
from kkd_ledger.job.books import adopt, open_month
from kkd_ledger.job.clearing import clear
from kkd_ledger.job.decide import decide
from kkd_ledger.job.month import run_month
from kkd_ledger.job.post import post
from kkd_ledger.periods import BookingMonth
from kkd_ledger.plugins.check import check
from ledgers.statements import Entry, camt
from tests.audit.books import chain_of, same_both_ways
from tests.faults.scenarios import ACCOUNT, ADORF, BEHAUSEN, BOOK, UNKNOWN
from tests.samples import ORDER, by_beancount, by_us, three_parties, tree

MEMBER = "adorf"
MONTHS = tuple(BookingMonth(2022, month) for month in range(2, 8))
RATE = "\n[[components.rates]]\nfrom = 2022-01-01\nrate = {rate}\nknown_from = {day}\n\n[[resolutions]]"
OFFICE, COMMON = 0, 1_000_000


class World:
    """The two books, what their banks know, and which item each of Adorf's payments was meant for."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = three_parties(folder), chance
        self.opening = {BOOK: OFFICE, MEMBER: COMMON}
        self.sums = {BOOK: 0, MEMBER: 0}
        self.meant: list[tuple[int, str]] = []

    def book(self, name: str) -> Book:
        """Load a book anew, as each command does."""
        return load_book(self.folder / name)

    def items(self) -> list[Item]:
        """Return what is open between the office and Adorf."""
        book = self.book(BOOK)
        held = claims(book, read(book).records).items.values()
        return [item for item in held if item.party == MEMBER and item.open_cents]

    def live(self, month: BookingMonth) -> None:
        """Let one month pass in both books."""
        day = month.first_day.replace(day=2)
        for name in (BOOK, MEMBER):
            open_month(self.book(name), month)
            adopt(self.book(name), today=day)
        if month > MONTHS[0] and self.chance.random() < 0.4:
            self.amend(day)
        for name in (BOOK, MEMBER):
            post(self.book(name), Order(day, *ORDER))
        self.pay(month)
        for name in (BOOK, MEMBER):
            self.run(name, month)
            self.tidy(name, month.last_day)
        for name in (BOOK, MEMBER):
            if self.chance.random() < 0.6:
                self.close(name, month)

    def amend(self, day: dt.date) -> None:
        """The rate of 2022 changes."""
        file = self.folder / "agreement.toml"
        cents = self.chance.randint(80, 160)
        rate = RATE.format(rate=f'"{cents // 100}.{cents % 100:02}"', day=day)
        file.write_text(file.read_text("utf-8").replace("\n[[resolutions]]", rate, 1), "utf-8")

    def pay(self, month: BookingMonth) -> None:
        """Put both banks' statements of the month into the inboxes."""
        ours = [self._payment(item, month) for item in self.items() if self.chance.random() < 0.6]
        theirs = [replace(one, cents=-one.cents, name="Amt Nirgendwo", iban=ACCOUNT) for one in ours]
        day = self._day(month)
        ours += [
            Entry(day, self.chance.randint(1, 90_000), "Niemand", UNKNOWN, text="Spende") for _ in range(2)
        ]
        ours += [Entry(day, self.chance.choice((275_000, 50_000)), "Behausen", BEHAUSEN, text="Archiv")]
        theirs += [Entry(day, -self.chance.randint(1, 90_000), "Stadtwerke", UNKNOWN, text="Strom")]
        self._state(BOOK, ACCOUNT, ours, month)
        self._state(MEMBER, ADORF, theirs, month)

    def _payment(self, item: Item, month: BookingMonth) -> Entry:
        cents = abs(item.open_cents)
        if self.chance.random() < 0.3:
            cents = self.chance.randint(1, cents)
        signed = cents if item.open_cents > 0 else -cents
        said = self.chance.random()
        reference = item.reference if said < 0.6 else ""
        text = "" if said < 0.8 else f"Archiv {item.service_year}"
        self.meant.append((signed, item.posten))
        return Entry(self._day(month), signed, "Adorf", ADORF, text=text, reference=reference)

    def _day(self, month: BookingMonth) -> dt.date:
        return month.first_day.replace(day=self.chance.randint(3, 27))

    def _state(self, name: str, iban: str, entries: list[Entry], month: BookingMonth) -> None:
        inbox = self.folder / name / "inbox"
        inbox.mkdir(exist_ok=True)
        entries = sorted(entries, key=lambda one: one.day)
        opening = self.opening[name]
        text = camt(iban, name, entries, first=month.first_day, number=month.month, opening=opening)
        (inbox / f"{month}.xml").write_text(text, "utf-8")
        if self.chance.random() < 0.3:
            (inbox / "nochmal.xml").write_text(text, "utf-8")
        if self.chance.random() < 0.3:
            (inbox / "halb.xml").write_text(text[: self.chance.randrange(len(text))], "utf-8")
        total = sum(one.cents for one in entries)
        self.opening[name], self.sums[name] = opening + total, self.sums[name] + total

    def run(self, name: str, month: BookingMonth) -> None:
        """Run the month, sometimes on a disk that gives up on the way; then again; then nothing changes any more."""
        if self.chance.random() < 0.5:
            left = self.chance.randint(0, 12)
            calls = iter(range(left))
            genuine = durable.sync_folder

            def sync(folder: Path) -> None:
                if next(calls, None) is None:
                    raise OSError(5, "planted")
                genuine(folder)

            with mock.patch.object(durable, "sync_folder", sync), suppress(StorageFailed, OSError):
                run_month(self.book(name), month, today=month.last_day)
        run_month(self.book(name), month, today=month.last_day)
        before = tree(self.folder / name)
        run_month(self.book(name), month, today=month.last_day)
        assert tree(self.folder / name) == before, "the same run again changed something"

    def tidy(self, name: str, today: dt.date) -> None:
        """People place what the run could not, on both sides alike."""
        cause = Cause("Rückfrage", ORDER[0], Order(today, *ORDER))
        book = self.book(name)
        for one in list(claims(book, read(book).records).unclear.values()):
            if one.payee == "Adorf":
                clear(self.book(name), one.number, self._meant(one.cents), None, cause)
        for key, line in list(Certificates(book.root).lines.items()):
            if line.fate == Fate.WAITS:
                ours = line.words and line.words.payee == "Amt Nirgendwo"
                posten = self._meant(-line.cents) if ours else ""
                decide(self.book(name), key, by=ORDER[0], reason="bekannt", today=today, posten=posten)

    def _meant(self, cents: int) -> str:
        return next(posten for amount, posten in self.meant if amount == cents)

    def close(self, name: str, month: BookingMonth) -> None:
        """Close the month where nothing hinders it; whatever is objected to gets a remark."""
        book = self.book(name)
        remarks = {one.kind.code: "geprüft" for one in check(book) if one.kind.level == "beanstandung"}
        sealed = chain_of(book).months
        for one in MONTHS[: MONTHS.index(month) + 1]:
            if (
                one not in sealed
                and not close(book, one, by=ORDER[0], today=month.last_day, remarks=remarks).seal
            ):
                return

    def wrong(self) -> Iterator[str]:
        """Yield what does not hold at the end."""
        for name in (BOOK, MEMBER):
            book = self.book(name)
            records = read(book).records
            yield from (f"{name}: {one}" for one in check(book) if one.kind.level == "fehler")
            if sum(balances(records).values()):
                yield f"{name}: the sums are not zero"
            if chain_of(book).breaks:
                yield f"{name}: {chain_of(book).breaks}"
            same_both_ways(book)
            if by_us(book.root) != by_beancount(book.root):
                yield f"{name}: the readers do not agree"
        office = self.book(BOOK)
        held = balances(read(office).records).get(office.settings.bank.account, 0)
        if held != self.sums[BOOK]:
            yield f"the bank account holds {held}, its statements {self.sums[BOOK]}"
        ours, theirs = (
            statement_of(book, read(book).records, MEMBER, MONTHS[-1].last_day)
            for book in (office, self.book(MEMBER))
        )
        yield from (f"not reconciled: {one.as_json()}" for one in reconcile(ours, theirs))


def part(seed: int) -> tuple[int, list[str]]:
    """Simulate half a year from a seed; return what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), random.Random(f"simulation {seed}"))
        try:
            for month in MONTHS:
                world.live(month)
            return 1, list(world.wrong())
        except (AssertionError, EntryRefused, StopIteration) as error:
            return 1, [f"{type(error).__name__}: {error}"]
