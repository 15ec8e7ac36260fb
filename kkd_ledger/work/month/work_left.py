"""What waits for a person in the books themselves: money in suspense, and what is overdue on either side.

Whatever says that nothing is to be done asks here first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.book.config import Book
from kkd_ledger.book.entries.authorisation import name_of
from kkd_ledger.book.state.claims import Claims
from kkd_ledger.book.state.dispositions import OrderedDue
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.money import format_eur
from kkd_ledger.payments.sepa import RunRefused
from kkd_ledger.work.month.figures import both_ways
from kkd_ledger.work.transfers.bank_runs import ToldRun, last_seen, pending_cents
from kkd_ledger.work.transfers.moved_on import runs_of

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
_RUNS: Final = (
    "Hat die Bank den Lauf, so zeigt ihn der nächste Kontoauszug; hat sie ihn nicht, so reichen Sie ihn ein, oder "
    "`kkd pay BUCH --cancel LAUF --reason GRUND --prepared-by NAME --released-by NAME` nimmt ihn zurück (eine "
    "Lastschrift `kkd collect`)."
)
_INSIDE: Final = " Den eigenen Anteil verrechnet `kkd offset` mit --internal im Haus."
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
    in_runs = _in_runs(book, claims, late)
    if in_runs:
        share = "Das steht" if len(in_runs) == len(late) else f"Davon {_stand(len(in_runs))}"
        text += (
            f" {share} in einem Lauf ({format_eur(sum(in_runs.values()))}), den noch kein Kontoauszug zeigt."
        )
    remedy = side.remedy + (_INSIDE if book.is_operator and book.party in names else "")
    yield Work(text, _RUNS if len(in_runs) == len(late) else remedy, days > most)


def _stand(count: int) -> str:
    return "steht eine" if count == 1 else f"stehen {count}"


def _in_runs(book: Book, claims: Claims, late: Iterable[str]) -> dict[str, int]:
    """Return which overdue items a run is still to move, each with how many unsigned cents of it.

    Of a run whose day the statements have passed is told by itself.
    """
    seen, runs = last_seen(book), list[ToldRun]()
    with suppress(RunRefused):  # records that nobody can read `kkd check` tells
        runs += (run for run in runs_of(book, claims) if run.execution > seen)
    pending = {posten: pending_cents(claims.items[posten], runs, seen) for posten in late} if runs else {}
    return {posten: cents for posten, cents in pending.items() if cents}
