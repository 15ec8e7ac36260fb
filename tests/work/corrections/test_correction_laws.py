"""Laws of corrections, over random books of the invented parties: nothing lost, nothing beyond, sums zero."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, CorrectionCause, Payment, payment_entry
from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.state.claims import Claims, balances, claims
from kkd_ledger.book.state.share_standings import standings
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.book.text.vocabulary import DispositionKind, Kind
from kkd_ledger.errors import EntryRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.claims.relief import dispose, remit
from kkd_ledger.work.corrections.clearing import clear, give_back, offset
from kkd_ledger.work.corrections.reverse import reverse
from kkd_ledger.work.session import session
from tests.samples import ORDER, by_beancount, by_us, posted_three, replace_once, tree

FIRST_DAY = 15
REMISSION = (
    'remission_expense = "Aufwendungen:020501-Archiv:699901-Erlass"\n'
    'remission_income = "Erträge:020501-Archiv:539901-Erlass"\n'
)
RATE = "\n[[components.rates]]\nfrom = 2022-01-01\nrate = {rate}\nknown_from = 2022-02-{day:02}\n"

step = st.tuples(
    st.sampled_from(
        [
            "pay",
            "pay",
            "reverse",
            "reverse",
            "clear",
            "clear",
            "offset",
            "offset",
            "give_back",
            "remit",
            "remit",
            "defer",
            "cheapen",
            "post",
            "amend",
        ]
    ),
    st.integers(0, 2**16),
    st.integers(0, 2**16),
)


class World:
    """One book, one random step after the other, on successive days of February 2022."""

    def __init__(self, folder: Path, name: str) -> None:
        book = posted_three(folder, name)
        replace_once(book.config_file, "\n[policy]", f"{REMISSION}\n[policy]")
        self.book: Book = load_book(book.root)
        self.agreement = folder / "agreement.toml"
        self.day = FIRST_DAY
        self.lines: dict[str, int] = {}

    @property
    def cause(self) -> CorrectionCause:
        return CorrectionCause("Zufall", "K. Zufall", Authorisation(self.today, *ORDER))

    @property
    def today(self) -> dt.date:
        return dt.date(2022, 2, min(self.day, 28))

    def claims(self) -> Claims:
        return claims(self.book, read(self.book).records)

    def take(self, name: str, first: int, second: int) -> None:
        """Take a step; one that is refused leaves every byte as it was."""
        before = tree(self.book.root)
        self.day += 1
        try:
            getattr(self, name)(first, second)
        except EntryRefused:
            assert tree(self.book.root) == before

    def pay(self, first: int, second: int) -> None:
        """A bank line, mostly in the amount of an open item, sometimes less or more, sometimes the other way."""
        with session(self.book) as work:
            items = list(work.claims.items.values())
            item = items[first % len(items)]
            open_cents = item.open_cents * item.sign
            cents = (open_cents or 12_345) if second % 2 else second % 200_000 + 1
            cents *= item.sign if first % 5 else -item.sign
            part = min(abs(cents), open_cents) if item.sign * cents > 0 and second % 3 else 0
            settles = ((item, part if cents > 0 else -part),) if part else ()
            kind = Kind.PAYMENT if part else Kind.SUSPENSE
            rest = cents - sum(moved for _, moved in settles)
            key = f"1:t-{len(self.lines)}"
            line = Payment(
                kind, self.today, key, cents, "Wer auch immer", "Zahlung", settles, 0, rest, ("x",)
            )
            work.add([payment_entry(self.book, line, self.today)])
            work.commit()
        self.lines[key] = cents

    def reverse(self, first: int, second: int) -> None:
        numbers = [one.text("nr") for one in read(self.book).records if isinstance(one, Transaction)]
        reverse(self.book, numbers[first % len(numbers)], self.cause)

    def clear(self, first: int, second: int) -> None:
        held = self.claims()
        waits = list(held.suspense.values())
        if waits:
            suspense = waits[first % len(waits)]
            fit = [one.posten for one in held.items.values() if one.open_cents * suspense.cents > 0]
            items = fit if fit and first % 4 else list(held.items)
            cents = None if second % 2 else second % 150_000
            clear(self.book, suspense.number, items[second % len(items)], cents, self.cause)

    def give_back(self, first: int, second: int) -> None:
        waits = [one.number for one in self.claims().suspense.values()]
        if len(waits) > 1:
            give_back(self.book, waits[first % len(waits)], waits[second % len(waits)], None, self.cause)

    def offset(self, first: int, second: int) -> None:
        items = list(self.claims().items.values())
        item = items[first % len(items)]
        others = [one.posten for one in items if one.party == item.party and one.sign != item.sign]
        other = (others or [items[second % len(items)].posten])[0]
        offset(self.book, item.posten, other, None if second % 3 else second % 150_000, self.cause)

    def remit(self, first: int, second: int) -> None:
        items = list(self.claims().items)
        cents = None if second % 2 else second % 150_000
        remit(self.book, items[first % len(items)], cents, self.cause)

    def defer(self, first: int, second: int) -> None:
        """Until some day, or in two instalments that are what is open, or a cent less."""
        items = list(self.claims().items.values())
        item, later = items[first % len(items)], self.today + dt.timedelta(days=60)
        open_cents, kind = item.open_cents * item.sign - (second % 7 == 0), DispositionKind.INSTALMENTS
        if second % 2:
            dispose(self.book, item.posten, DispositionKind.DEFERRAL, later, self.cause)
        elif open_cents > 1:
            parts = (Instalment(self.today, 1), Instalment(later, open_cents - 1))
            dispose(self.book, item.posten, kind, later, self.cause, instalments=parts)

    def post(self, first: int, second: int) -> None:
        post(self.book, Authorisation(self.today, *ORDER))

    def amend(self, first: int, second: int) -> None:
        """The rate of 2022 changes from this day on, to something between 0.50 and 1.49 EUR."""
        text = self.agreement.read_text(encoding="utf-8")
        cents = 50 + first % 100
        rate = RATE.format(rate=f'"{cents // 100}.{cents % 100:02}"', day=self.today.day)
        if f"2022-02-{self.today.day:02}" not in text:
            text = text.replace("\n[[resolutions]]", rate + "\n[[resolutions]]", 1)
            self.agreement.write_text(text, encoding="utf-8")
            self.book = load_book(self.book.root)

    def cheapen(self, first: int, second: int) -> None:
        """What is paid becomes too much, so that there is something to give back, and to set off."""
        self.pay(first - first % 5 + 1, 2 * (second - second % 3) + 1)
        self.amend(first % 10, second)
        self.post(first, second)

    # ------------------------------------------------------------------------------------------- invariants

    def holds(self) -> None:
        """Whatever happened: no error, sums zero, every cent of every bank line somewhere, no item out of bounds."""
        reading = read(self.book)
        assert [str(one) for one in check(self.book) if one.kind.level == "fehler"] == []
        accounts = balances(reading.records)
        assert sum(accounts.values()) == 0
        assert accounts.get(self.book.settings.bank.account, 0) == sum(self.lines.values())
        held = claims(self.book, reading.records)
        assert {key: held.bank_lines.get(key) is not None for key in self.lines} == dict.fromkeys(
            self.lines, True
        )
        assert self.placed(held) == self.lines
        for item in held.items.values():
            assert 0 <= item.open_cents * item.sign <= item.claimed_cents * item.sign, item

    def placed(self, held: Claims) -> dict[str, int]:
        """Where the money of each bank line is: on items, given back against another line, or unclear."""
        found: defaultdict[str, int] = defaultdict(int)
        for record in read(self.book).records:
            for leg in record.postings if isinstance(record, Transaction) else ():
                if "posten" in leg.meta and isinstance(record, Transaction) and record.text("bankref"):
                    found[record.text("bankref")] -= leg.cents
                elif "bankref" in leg.meta and isinstance(record, Transaction) and not record.text("bankref"):
                    found[str(leg.meta["bankref"])] += leg.cents
        for key, one in held.suspense.items():
            found[key] += one.cents
        return {key: found[key] for key in self.lines}


@contextmanager
def world(name: str) -> Iterator[World]:
    with TemporaryDirectory() as folder:
        yield World(Path(folder), name)


@pytest.mark.parametrize("name", ["amt", "adorf"])
@given(steps=st.lists(step, min_size=1, max_size=10))
@settings(max_examples=8)
def test_whatever_is_corrected_nothing_is_lost(name: str, steps: list[tuple[str, int, int]]) -> None:
    with world(name) as books:
        for one in steps:
            books.take(*one)
            books.holds()
        assert by_us(books.book.root) == by_beancount(books.book.root)


@given(
    chosen=st.sets(st.integers(1, 6), min_size=1),
    payments=st.lists(st.integers(0, 2**16), max_size=3),
    name=st.sampled_from(["amt", "adorf"]),
)
@settings(max_examples=8)
def test_reversed_and_posted_anew_is_as_if_never_wrong(
    chosen: set[int], payments: list[int], name: str
) -> None:
    with world(name) as books:
        for first in payments:
            with suppress(EntryRefused):
                books.pay(first, first)
        before, table = (
            balances(read(books.book).records),
            standings(claims(books.book, read(books.book).records)),
        )
        undone = 0
        for place in chosen:
            with suppress(EntryRefused):
                reverse(books.book, f"2022-{place:06}", books.cause)
                undone += 1
        assert undone or payments or name == "adorf"
        books.post(0, 0)
        after = balances(read(books.book).records)
        suspense = {books.book.account("unclear_in"), books.book.account("unclear_out")}
        shares = {account for account in after if account.startswith(("Erträge", "Aufwendungen"))}
        assert {account: after[account] for account in shares} == {
            account: before[account] for account in shares
        }
        assert after.get(books.book.settings.bank.account) == before.get(books.book.settings.bank.account)
        if not any(after.get(account) != before.get(account) for account in suspense):
            assert after == before
            assert standings(claims(books.book, read(books.book).records)) == table
        books.post(0, 0)
        assert balances(read(books.book).records) == after
