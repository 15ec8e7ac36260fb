"""A received bill of charges, position by position beside what was reported: its days, quantities and prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.agreement import Days, billed_claims, changed_positions
from kkd_ledger.book.entries import posten_end
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.dues.bills import BillChange
    from kkd_ledger.book.config import Book
    from kkd_ledger.einvoice.comparison.case import Case, YearDemand
    from kkd_ledger.einvoice.model import Line

_Product = tuple[Fraction, Fraction, int]
"""Quantity, price in EUR, signed cents."""


def bill_of(book: Book, year: YearDemand) -> BillChange | None:
    """Return the bill of charges, or the change of one, that a document is about; None where it is a share."""
    if year.booked is None:
        return year.step.bill if year.step else None
    front = f"{book.agreement.id}-{year.service_year}-{book.party}-"
    items = (str(leg.meta[v.ITEM]) for leg in year.booked.record.postings if v.ITEM in leg.meta)
    ends = {item.removeprefix(front) for item in items}
    billed = billed_claims(book.agreement, year.service_year).get(book.party, ())
    return next((claim.bill for claim in billed if posten_end(claim) in ends), None)


def billed_days(bill: BillChange) -> Days:
    """Return from when to when its positions may be: in its month or quarter, or on its days, then or now."""
    spans = [state.days for state in (bill.before, bill.after) if state]
    return Days(min(span.first for span in spans), max(span.last for span in spans))


def positions(case: Case) -> Iterator[ComparedField]:
    """Yield the positions of a bill that are others than what was reported; its sum is judged by itself."""
    for year in case.years:
        bill = bill_of(case.book, year)
        if bill is None:
            continue
        agreed = Counter(_agreed(case.book, bill))
        received = Counter(_found(line, case.sign) for line in case.document.lines)
        name, term = f"Positionen von „{bill.after.title}“", "BT-129 BT-146"
        if received == agreed:
            yield as_agreed(name, term, german.count(len(case.document.lines), "Position", "Positionen"))
        else:
            actual, wanted = _listed(received - agreed), _listed(agreed - received)
            yield noted(name, term, actual, wanted, f"{name}: {actual}; nach den gemeldeten Zahlen {wanted}")


def _agreed(book: Book, bill: BillChange) -> Iterator[_Product]:
    for old, new in changed_positions(book.agreement, bill):
        for sign, position in ((1, new), (-1, old)):
            if position:
                quantity, price = position.quantity, position.price
                if not position.is_product:
                    quantity, price = Fraction(1), abs(Fraction(position.cents, 100))
                way = sign if position.cents >= 0 else -sign
                yield way * quantity, price, sign * position.cents


def _found(line: Line, sign: int) -> _Product:
    base = line.base_quantity or Decimal(1)
    return sign * Fraction(line.quantity), Fraction(line.price) / Fraction(base), sign * line.net_cents


def _listed(products: Counter[_Product]) -> str:
    words = [
        f"{format_quantity(quantity)} × {format_quantity(price)} EUR = {format_eur(cents)}"
        for quantity, price, cents in products.elements()
    ]
    return german.listing(words) or "keine"
