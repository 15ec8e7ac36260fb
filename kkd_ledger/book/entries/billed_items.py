"""Bills of charges by the item that each makes: what a bill is called wherever an item is spoken of."""

from __future__ import annotations

from collections.abc import Mapping

from kkd_ledger.agreement import billed_claims
from kkd_ledger.agreement.dues.bills import BillChange
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.share_entries import posten_end
from kkd_ledger.book.state.posten import posten


def billed_items(book: Book, service_year: int) -> Mapping[str, BillChange]:
    """Return the bills of a service year, and the changes of them, by their items; empty where nothing is charged."""
    kept, place = book.agreement.terms().kept, ("billed items", service_year)
    if place not in kept:
        kept[place] = {
            posten(book.agreement.id, service_year, party, posten_end(claim)): claim.bill
            for party, billed in billed_claims(book.agreement, service_year).items()
            for claim in billed
            if claim.bill
        }
    items: Mapping[str, BillChange] = kept[place]
    return items


def item_name(book: Book, service_year: int, item: str) -> str:
    """Return in German what an item is for: a bill of charges by its own name, else its service year."""
    bill = billed_items(book, service_year).get(item)
    return bill.after.title if bill else f"Leistungsjahr {book.agreement.year_name(service_year)}"
