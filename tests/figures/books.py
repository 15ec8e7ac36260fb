"""Random books for the second reckoning: payments, returns, refunds, orders, corrections, on both sides."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, Payment, payment_entry
from kkd_ledger.book.entries.relief_entries import Instalment
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.vocabulary import AppropriationKind, DispositionKind, Kind
from kkd_ledger.periods import BookingMonth
from kkd_ledger.reconciliation.balances import balances
from kkd_ledger.reconciliation.differences import reconcile
from kkd_ledger.work.books.books import adopt, appropriate, open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.claims.relief import dispose, remit
from kkd_ledger.work.session import Session, session
from tests.figures.expected import Expected
from tests.figures.lists import expected_lists, told_lists
from tests.figures.papers import expected_papers, told_papers
from tests.figures.reckoning import Reckoning
from tests.figures.told import Figures, told
from tests.samples import ORDER, replace_once, three_parties
from tests.work.corrections.test_correction_laws import FIRST_DAY, RATE, REMISSION, World

STEPS = (
    *("pay", "pay", "pay", "refund", "refund", "bounce", "bounce", "reverse", "clear", "offset", "give_back"),
    *("remit", "defer", "defer", "cheapen", "cheapen", "post", "amend", "charge", "budget"),
)
Settles = tuple[tuple[Item, int], ...]
UNTAXED = """
[[vat]]
from = 2021-01-01
treatment = "not-taxable-2b"
reason = "hoheitlich"
decided_by = "Kämmerei"
decided_on = 2020-12-01
known_from = 2020-12-01
"""
VAT = """
[[vat]]
from = 2021-01-01
to = 2021-12-31
treatment = "not-taxable-2b"
reason = "hoheitlich"
decided_by = "Kämmerei"
decided_on = 2020-12-01
known_from = 2020-12-01

[[vat]]
from = 2022-01-01
treatment = "taxable-19"
amounts = "net"
reason = "Wettbewerb"
decided_by = "Kämmerei"
decided_on = 2021-12-01
known_from = 2021-12-01
"""
CONTACTS = """format = 1
[parties.amt]
name = "Amt Nirgendwo"
creditor_id = "DE98ZZZ09999999999"

[parties.behausen]
mandate = "M-1"
mandate_signed = "2021-01-01"
prenotification_days = "1"
"""
OLD_RATE = '\n[[components.rates]]\nfrom = 2021-01-01\nto = 2021-12-31\nrate = "{}.{:02}"\nknown_from = {}\n'


class Books(World):
    """The world of the correction laws, with money that comes back, charges, a budget, shares of the year before."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        with self.agreement.open("a", encoding="utf-8") as file:
            file.write(UNTAXED)
        self.book = load_book(self.book.root)

    def bounce(self, first: int, second: int) -> None:
        """The bank gives back what settled an item, a payment or a refund, whole or in part."""
        with session(self.book) as work:
            paid = [one for one in work.claims.items.values() if one.paid]
            if not paid:
                return
            item = paid[first % len(paid)]
            part = item.paid[second % len(item.paid)]
            cents = abs(part.cents) if second % 3 else max(1, abs(part.cents) // 2)
            self._line(
                work,
                Kind.RETURN,
                -cents if item.sign > 0 else cents,
                ((item, -cents if item.sign > 0 else cents),),
            )

    def refund(self, first: int, second: int) -> None:
        """What the operator owes back moves, in both books: whole, or a part."""
        with session(self.book) as work:
            sign = -1 if self.book.is_operator else 1
            owed = [one for one in work.claims.items.values() if one.sign == sign and one.open_cents]
            if owed:
                item = owed[first % len(owed)]
                cents = item.open_cents if second % 3 else item.open_cents // 2 or item.open_cents
                self._line(work, Kind.PAYMENT, cents, ((item, cents),))

    def charge(self, first: int, second: int) -> None:
        """The bank takes a charge, or gives one back."""
        with session(self.book) as work:
            self._line(
                work, Kind.PAYMENT, -(second % 900) - 1 if first % 4 else second % 300 + 1, (), charges=True
            )

    def budget(self, first: int, second: int) -> None:
        """The budget is entered, or added to."""
        appropriate(self.book, 2022, 100_000 + second * 7, AppropriationKind.ORIGINAL, today=self.today)

    def amend(self, first: int, second: int) -> None:
        """Now and then it is the year before that changes."""
        if second % 3:
            super().amend(first, second)
            return
        text = self.agreement.read_text(encoding="utf-8")
        if f"known_from = {self.today}" not in text:
            rate = OLD_RATE.format((50 + first % 100) // 100, (50 + first % 100) % 100, self.today)
            self.agreement.write_text(
                text.replace("\n[[resolutions]]", rate + "\n[[resolutions]]", 1), encoding="utf-8"
            )
            self.book = load_book(self.book.root)

    def _line(
        self,
        work: Session,
        kind: Kind,
        cents: int,
        settles: tuple[tuple[Item, int], ...] = (),
        *,
        charges: bool = False,
        text: str = "was",
    ) -> None:
        """Book a bank line: what it does not settle is a charge, or unclear."""
        key, rest = f"1:t-{len(self.lines)}", cents - sum(moved for _, moved in settles)
        parts = (rest, 0) if charges else (0, rest)
        line = Payment(kind, self.today, key, cents, "Wer", text, settles, *parts, ("x",))
        work.add([payment_entry(self.book, line, self.today)])
        work.commit()
        self.lines[key] = cents

    def line(self, cents: int, posten: str = "", kind: Kind = Kind.PAYMENT, text: str = "was") -> None:
        """Book a bank line that moves an item with all it is, or that nobody can place."""
        with session(self.book) as work:
            settles = ((work.claims.items[posten], cents),) if posten else ()
            self._line(work, kind if posten else Kind.SUSPENSE, cents, settles, text=text)


class TaxedBooks(Books):
    """The operator's books where 2022 bears 19 % VAT, which it owes to the tax office and does not keep."""

    def __init__(self, folder: Path) -> None:
        three_parties(folder)
        with (folder / "agreement.toml").open("a", encoding="utf-8") as file:
            file.write(VAT)
        config, account = folder / "amt/book.toml", "\n[policy]"
        replace_once(config, account, f'vat = "Passiva:4770-Umsatzsteuer"\n{REMISSION}{account}')
        self.book = load_book(config.parent)
        self.agreement, self.day, self.lines = folder / "agreement.toml", FIRST_DAY, {}
        open_month(self.book, BookingMonth(2022, 2))
        adopt(self.book, today=self.today)
        post(self.book, Authorisation(self.today, *ORDER))


def taxed(folder: Path) -> Books:
    """Return a book with VAT: one claim is paid whole, one by an odd part, and one comes back in part."""
    books = TaxedBooks(folder)
    appropriate(books.book, 2022, 400_000, AppropriationKind.ORIGINAL, today=books.today)
    books.line(148_750, "archiv-2022-adorf-1")
    books.line(33_333, "archiv-2022-behausen-1")
    books.line(49_534, "archiv-2022-zett-1")
    books.line(-10_001, "archiv-2022-zett-1", Kind.RETURN)
    return books


def eventful(folder: Path, name: str) -> Books:
    """Return a book in which everything has happened that was once told wrongly.

    Adorf has paid both years and gets some of 2022 back, half of which moved; the payment of 2021 came back, and a part
    of it was remitted. On each side money is unclear; what is open of 2022 (in the operator's book Behausen's) is paid
    in instalments.
    """
    books = Books(folder, name)
    way = 1 if name == "amt" else -1
    appropriate(books.book, 2022, 600_000, AppropriationKind.ORIGINAL, today=books.today)
    books.line(way * 125_000, "archiv-2022-adorf-1")
    books.line(way * 110_000, "archiv-2021-adorf-1")
    books.day += 1
    text = books.agreement.read_text(encoding="utf-8")
    rate = RATE.format(rate='"1.00"', day=books.today.day)
    books.agreement.write_text(
        text.replace("\n[[resolutions]]", rate + "\n[[resolutions]]", 1), encoding="utf-8"
    )
    books.book = load_book(books.book.root)
    books.post(0, 0)
    given = [one for one in books.claims().items.values() if one.sign == -way and one.party == "adorf"]
    [credit] = [one.posten for one in given if one.open_cents]
    books.line(-way * 12_500, credit)
    books.line(-way * 110_000, "archiv-2021-adorf-1", Kind.RETURN)
    remit(books.book, "archiv-2021-adorf-1", 10_000, books.cause)
    books.line(10_000)
    books.line(-4_000)
    late = "archiv-2022-behausen-1" if name == "amt" else "archiv-2021-adorf-1"
    open_cents = abs(books.claims().items[late].open_cents)
    parts = (Instalment(books.today, 40_000), Instalment(dt.date(2022, 12, 1), open_cents - 40_000))
    dispose(books.book, late, DispositionKind.INSTALMENTS, parts[-1].due, books.cause, instalments=parts)
    books.line(way * 10_050, late)  # a part of the first instalment
    return books


def debited(folder: Path) -> Books:
    """Return the operator's eventful book months later, where Behausen has given a mandate."""
    books = eventful(folder, "amt")
    open_month(books.book, BookingMonth(2022, 7))
    (folder / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    return books


def unplaced(folder: Path) -> Books:
    """Return the operator's eventful book months later, where money lies that names what Adorf still owes."""
    books = eventful(folder, "amt")
    books.line(1_234, text=books.claims().items["archiv-2021-adorf-1"].reference)
    open_month(books.book, BookingMonth(2022, 7))
    return books


def awaiting(folder: Path, name: str) -> tuple[Books, dict[int, int]]:
    """Return a book in which Adorf's resolution does not cover what a share has become, and how much is not covered."""
    books = Books(folder, name)
    text = books.agreement.read_text(encoding="utf-8")
    title = 'member = "adorf"\npaper = "A 1/2020"\n'
    covered = f'{title}amounts = [{{ from = 2021, amount = "1.250,00" }}]\n'
    rate = RATE.format(rate='"1.40"', day=books.today.day)
    text = text.replace(title, covered, 1).replace("\n[[resolutions]]", rate + "\n[[resolutions]]", 1)
    books.agreement.write_text(text, encoding="utf-8")
    books.book = load_book(books.book.root)
    return books, {2022: 1_000 * 140 - 125_000}


def pair(folder: Path) -> tuple[Books, Books]:
    """Return the books of both sides of one agreement."""
    member, operator = Books(folder, "adorf"), Books(folder, "amt")
    replace_once(
        member.book.config_file, "\n[policy]", f"{REMISSION}\n[policy]"
    )  # the second one has laid it anew
    member.book = load_book(member.book.root)
    return operator, member


def differences(book: Book, mandate: str = "", waiting: dict[int, int] | None = None) -> list[str]:
    """Return every figure that is told otherwise than the second reckoning finds it."""
    if mandate or waiting:  # of the rest every other book tells
        shown, wanted = told_papers(book), expected(book, mandate, waiting or {}, whole=False)
    else:
        shown, wanted = told(book) | told_lists(book) | told_papers(book), expected(book)
    keys = [key for key in {**shown, **wanted} if key[-1] != "Stand"]
    return [
        f"{key}: erzählt {shown.get(key)!r}, nachgerechnet {wanted.get(key)!r}"
        for key in keys
        if shown.get(key) != wanted.get(key)
    ]


def expected(
    book: Book, mandate: str = "", waiting: dict[int, int] | None = None, *, whole: bool = True
) -> Figures:
    """Return what is to be told of a book on the last day of its newest month; of papers alone if it is not `whole`."""
    months = sorted(file.name.split(".")[0] for file in book.root.glob("[0-9]*/*.beancount"))
    day = BookingMonth.parse(months[-1]).last_day
    years = range(2021, day.year + 1)
    agreed = {
        (party, year): cents for year in years for party, cents in book.entitled_cents(year, day).items()
    }
    dues = {year: book.shares(year, day).due for year in years}
    sums = Reckoning(book.root, operator=book.is_operator, line=book.settings.budget.line)
    papers = expected_papers(book, sums, day, mandate=mandate, waiting=waiting)
    if not whole:
        return papers
    return Expected(sums, day, agreed, dues).figures() | expected_lists(book, sums, day, agreed) | papers


def lived(folder: Path, seed: int, steps: int = 12) -> tuple[int, list[str]]:
    """Live a book through random steps; compare its figures half way, at the end, and when all that was due is late.

    Every third one bears VAT.
    """
    chance = random.Random(seed)
    books = Books(folder, ("amt", "adorf")[seed % 2]) if seed % 3 else TaxedBooks(folder)
    wrong: list[str] = []
    for number in range(steps):
        step = chance.choice(STEPS)
        books.take(step, chance.randrange(2**16), chance.randrange(2**16))
        if number == steps // 2:
            wrong += differences(books.book)
    wrong += differences(books.book)
    open_month(books.book, BookingMonth(2022, 7))
    wrong += differences(books.book)
    return 3, [f"Lauf {seed}: {one}" for one in wrong]


def compared(folder: Path, seed: int, steps: int = 8) -> list[str]:
    """Live both sides' books apart from each other; return where `reconcile` tells another difference than there is."""
    chance = random.Random(seed)
    sides = pair(folder)
    for _ in range(steps):
        chosen = chance.choice(sides)
        chosen.take(chance.choice(STEPS), chance.randrange(2**16), chance.randrange(2**16))
        for one in sides:
            one.book = load_book(one.book.root)  # the agreement may have changed
    ours, theirs = (_owed(side.book) for side in sides)
    statements = [balances(side.book, read(side.book).records, "adorf") for side in sides]
    shown: dict[str, int] = {}
    for found in reconcile(statements[0], statements[1]):
        amount, more = found.words.split(" ", 1)
        way = 1 if ("mehr" in more) != found.refund else -1  # more to be refunded is less owed
        cents = int(amount.replace(".", "").replace(",", "")) * way
        shown[found.posten] = shown.get(found.posten, 0) + cents
    wrong = []
    for name in ours.keys() | theirs.keys():
        wanted = ours.get(name, 0) - theirs.get(name, 0)
        if shown.get(name, 0) != wanted:
            wrong.append(
                f"Lauf {seed}, reconcile {name}: erzählt {shown.get(name, 0)}, nachgerechnet {wanted}"
            )
    return wrong


def _owed(book: Book) -> dict[str, int]:
    """Return by item what Adorf owes the operator, refunds negative, whichever side's book it is."""
    sums = Reckoning(book.root, operator=book.is_operator, line=book.settings.budget.line)
    way = 1 if book.is_operator else -1
    return {one.name: one.open * one.sign * way for one in sums.items.values() if one.party == "adorf"}
