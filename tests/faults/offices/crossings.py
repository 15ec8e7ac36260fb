"""What persons place on another year than it was paid for: known by the entries that they make, and by nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from tests.faults.offices.banks import Purpose
from tests.faults.offices.clerk import Clerk
from tests.faults.offices.life import Life

_PLACES = {v.Kind.CLEARING, v.Kind.PAYMENT, v.Kind.RETURN}


def paid_elsewhere(life: Life, clerk: Clerk, party: str) -> Counter[int]:
    """Return by service year how much more a party's items bear than was paid for the year, because a person said so.

    What the program has placed by itself never counts: it has to be for the year that it was paid for.
    """
    book = load_book(life.folder / clerk.book)
    entries = [one for one in read(book).records if isinstance(one, Transaction)]
    gone = {one.text(v.REVERSES) for one in entries if one.text(v.KIND) == v.Kind.REVERSAL}
    purposes = _purposes(book, clerk, entries)
    moved = Counter[int]()
    for entry in entries:
        by_person = entry.text(v.KIND) == v.Kind.CLEARING or entry.text(v.CAUSED)
        if by_person and entry.text(v.KIND) in _PLACES and entry.text(v.NUMBER) not in gone:
            for year, cents in _crossing(party, entry, purposes):
                moved[year] += cents if clerk.operator else -cents
    return moved


def _purposes(book: Book, clerk: Clerk, entries: list[Transaction]) -> Mapping[str, Purpose | None]:
    """Ask of every bank line what it was for."""
    accounts, asked = book.settings.bank_accounts, dict[str, Purpose | None]()
    for one in entries:
        cents = sum(leg.cents for leg in one.postings if leg.account in accounts)
        if cents and one.payee and one.text(v.KIND) != v.Kind.CLEARING:  # a gap was for nothing
            day = one.day(v.BANK_DAY) or one.date
            asked[one.text(v.BANK_REFERENCE)] = clerk.ask(cents, day, one.payee)
    return asked


def _crossing(
    party: str, entry: Transaction, purposes: Mapping[str, Purpose | None]
) -> Iterator[tuple[int, int]]:
    """Yield what an entry gives to a year (positive: the party paid the operator), and takes from another."""
    legs = [leg for leg in entry.postings if f"-{party}-" in str(leg.meta.get(v.ITEM, ""))]
    is_move = len(legs) > 1 and entry.text(v.KIND) == v.Kind.CLEARING
    for leg in legs:
        yield int(str(leg.meta[v.ITEM]).split("-")[1]), -leg.cents
        purpose = purposes.get(entry.text(v.BANK_REFERENCE))
        if not is_move and purpose and purpose.party == party:
            yield purpose.year, leg.cents
    for leg in entry.postings if not legs else ():
        purpose = purposes.get(str(leg.meta.get(v.BANK_REFERENCE, "")))
        if purpose and purpose.party == party:  # one line gave back what another one had paid
            yield purpose.year, -leg.cents
