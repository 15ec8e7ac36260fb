"""Numbers of statements: a bank counts them, so one that is missing shows even where the balances join.

They start again in January and where the bank changes the format; the one is a matter of course, the other is told.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank.statements import GAP
from kkd_ledger.book.certificate import CertifiedStatement

_END: Final = attrgetter("to_day")


def missing_numbers(statements: Iterable[CertifiedStatement], since: dt.date = dt.date.min) -> Iterator[str]:
    """Yield a German sentence for each jump in the numbers of neighbouring statements (as certificates tell of them).

    A statement is compared with the last one that ends before it begins, in the same format and year: numbers start
    again in January and where the format changes. `since` is the first day whose statements are judged.
    """
    yield from dict.fromkeys(_jumps([statement for statement in statements if statement.number], since))


def _jumps(statements: Sequence[CertifiedStatement], since: dt.date) -> Iterator[str]:
    numbers = {(statement.kind, statement.to_day.year, statement.number) for statement in statements}
    of_kind: dict[str, list[CertifiedStatement]] = {}
    for statement in sorted(statements, key=lambda statement: (statement.to_day, statement.number)):
        of_kind.setdefault(statement.kind, []).append(statement)
    for statement in statements:
        kind, year = statement.kind, statement.to_day.year
        place = bisect_left(of_kind[kind], statement.from_day, key=_END)
        before = of_kind[kind][place - 1] if place else None
        if before is None or before.to_day.year != year or statement.to_day < since:
            continue
        between = range((before.number or 0) + 1, statement.number or 0)
        gap = [n for n in between if (kind, year, n) not in numbers]
        if gap:
            yield _sentence(before, statement, gap)


def restarts(statements: Iterable[CertifiedStatement], fresh: Collection[str]) -> Iterator[str]:
    """Yield a German sentence for each fresh statement (by its key) in another format than the one before it.

    Statements without a new line repeat what came in the other format; they change nothing.
    """
    real = (statement for statement in statements if statement.kind != GAP)
    numbered = [
        statement for statement in real if statement.count > statement.known_count or not statement.count
    ]
    ordered = sorted(numbered, key=_END)
    for statement in numbered:
        place = bisect_left(ordered, statement.from_day, key=_END)
        if not place or statement.key not in fresh:
            continue
        before = ordered[bisect_left(ordered, _END(ordered[place - 1]), key=_END)]
        if before.kind == statement.kind:
            continue
        silent = next((piece.kind for piece in (before, statement) if not piece.balanced), "")
        how = "aneinander" if statement.opening_cents == before.closing_cents else "nicht aneinander"
        joins = f"{silent} nennt keine Salden" if silent else f"die Salden schließen {how} an"
        yield (
            f"Ab {german.day(statement.from_day)} kommt das Konto als {statement.kind}{_number(statement)}, "
            f"vorher als {before.kind} (bis {german.day(before.to_day)}{_number(before)}); "
            f"die Nummern zählen neu, {joins}."
        )


def _number(statement: CertifiedStatement) -> str:
    return f", Auszug {statement.number}" if statement.number else ""


def missing_pages(statements: Iterable[CertifiedStatement], since: dt.date = dt.date.min) -> Iterator[str]:
    """Yield a German sentence for each page after which the bank announced another one that has not come."""
    paged = [(statement, statement.page) for statement in statements if statement.page]
    there = {
        (statement.kind, statement.to_day.year, statement.number, page.number) for statement, page in paged
    }
    for statement, page in paged:
        following = (statement.kind, statement.to_day.year, statement.number, page.number + 1)
        if page.more and following not in there and statement.to_day >= since:
            number = "ohne Nummer" if statement.number is None else statement.number
            until = f"bis {german.day(statement.to_day)}, {statement.kind}"
            yield f"Von Auszug {number} ({until}) fehlt Blatt {page.number + 1}."


def _sentence(before: CertifiedStatement, after: CertifiedStatement, gap: list[int]) -> str:
    joined = before.closing_cents == after.opening_cents
    how = "die Salden schließen aneinander an" if joined else "die Salden schließen nicht aneinander an"
    what = f"fehlt Auszug {gap[0]}" if len(gap) == 1 else f"fehlen die Auszüge {gap[0]} bis {gap[-1]}"
    return (
        f"Zwischen Auszug {before.number} (bis {german.day(before.to_day)}) und {after.number} "
        f"(ab {german.day(after.from_day)}) {what} ({after.kind}); {how}. "
        "Fragen Sie die Bank, ob sie die Nummer vergeben hat."
    )
