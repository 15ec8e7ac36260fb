"""What waits for a person in the books themselves: money in suspense, and what is overdue on either side.

Whatever says that nothing is to be done asks here first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import name_of
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.work.month.figures import both_ways

NAMES_MAX: Final = 5


class Work(NamedTuple):
    """One kind of work: the sentence that says how much it is, what helps, and whether the policy's days are over.

    Of money in suspense that is too old each payment is told by itself (KKD-O04).
    """

    text: str
    remedy: str
    late: bool


class _Side(NamedTuple):
    """How open items of one side are called (singular, plural), and what is done about overdue ones."""

    singular: str
    plural: str
    remedy: str


_PAY: Final = (
    "`kkd pay BUCH --on TAG --prepared-by NAME --released-by NAME` schreibt die Zahldatei; `kkd defer` hält eine "
    "Stundung fest."
)
_SIDES: Final[Mapping[tuple[bool, bool], _Side]] = MappingProxyType(
    {  # operator's book, receivable
        (True, True): _Side(
            "Forderung",
            "Forderungen",
            "`kkd remind BUCH --as-of TAG` schreibt Erinnerungen, nach ihnen Mahnungen; was mit Mandat "
            "eingezogen wird, zieht `kkd collect` ein; `kkd defer` hält fest, was gestundet "
            "oder niedergeschlagen ist, `kkd remit`, was erlassen ist.",
        ),
        (True, False): _Side("Erstattung an Beteiligte", "Erstattungen an Beteiligte", _PAY),
        (False, False): _Side("Zahlung an die Betreiberin", "Zahlungen an die Betreiberin", _PAY),
        (False, True): _Side(
            "Erstattung der Betreiberin",
            "Erstattungen der Betreiberin",
            "Fragen Sie bei der Betreiberin nach, oder rechnen Sie auf (`kkd offset`).",
        ),
    }
)


def work_left(book: Book, claims: Claims, today: dt.date) -> Iterator[Work]:
    """Yield what waits on a day: suspense by direction, then overdue items by side, each with its oldest day."""
    if suspense := list(claims.suspense.values()):
        oldest = min(money.day for money in suspense)
        count = "ist 1 Zahlung" if len(suspense) == 1 else f"sind {len(suspense)} Zahlungen"
        sums = both_ways(money.cents for money in suspense)
        text = f"Ungeklärt {count}: {sums}; die älteste vom {german.day(oldest)}."
        yield Work(
            text, "`kkd clear BUCH --list` zeigt ungeklärtes Geld, `kkd clear` ordnet es zu.", late=False
        )
    for receivable in (True, False):
        yield from _overdue(book, claims, today, _SIDES[book.is_operator, receivable], receivable=receivable)


def _overdue(book: Book, claims: Claims, today: dt.date, side: _Side, *, receivable: bool) -> Iterator[Work]:
    late: dict[str, list[OrderedDue]] = {}
    names: dict[str, str] = {}
    for item in claims.items.moving.values():
        due = [overdue for overdue in item.dues if overdue.day < today]
        if due and item.account.startswith(v.ASSETS) == receivable:
            late[item.posten] = due
            names[item.party] = name_of(book, book.counterparty(item.party))
    if not late:
        return
    oldest = min(instalment.day for due in late.values() for instalment in due)
    count = f"ist 1 {side.singular}" if len(late) == 1 else f"sind {len(late)} {side.plural}"
    cents = sum(instalment.cents for due in late.values() for instalment in due)
    shown = [*list(names.values())[:NAMES_MAX], *(["…"] if len(names) > NAMES_MAX else [])]
    who = f" ({'; '.join(shown)})" if book.is_operator else ""
    days, most = (today - oldest).days, book.settings.policy.overdue_days_max
    age = f", das sind {days} Tage (erlaubt: {most})" if days > most else ""
    text = f"Überfällig {count}: {format_eur(cents)}, die älteste seit {german.day(oldest)}{age}{who}."
    yield Work(text, side.remedy, days > most)
