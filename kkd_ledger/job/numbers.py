"""Numbers of statements: a bank counts them, so one that is missing shows even where the balances join.

They start again in January and where the bank changes the format; the one is a matter of course, the other is told.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

_END: Final = itemgetter("bis")


def missing_numbers(statements: Iterable[Mapping[str, Any]], since: dt.date = dt.date.min) -> Iterator[str]:
    """Yield a German sentence for each jump in the numbers of neighbouring statements (as certificates tell of them).

    A statement is compared with the last one that ends before it begins, in the same format and year: numbers start
    again in January and where the format changes. `since` is the first day whose statements are judged.
    """
    yield from dict.fromkeys(_jumps([one for one in statements if one["nummer"]], since))


def _jumps(held: Sequence[Mapping[str, Any]], since: dt.date) -> Iterator[str]:
    numbers = {(one["art"], one["bis"][:4], one["nummer"]) for one in held}
    of_kind: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(held, key=lambda one: (one["bis"], one["nummer"])):
        of_kind.setdefault(one["art"], []).append(one)
    for one in held:
        kind, year = one["art"], one["bis"][:4]
        place = bisect_left(of_kind[kind], one["von"], key=_END)
        before = of_kind[kind][place - 1] if place else None
        if before is None or before["bis"][:4] != year or one["bis"] < since.isoformat():
            continue
        gap = [n for n in range(before["nummer"] + 1, one["nummer"]) if (kind, year, n) not in numbers]
        if gap:
            yield _sentence(before, one, gap)


def restarts(statements: Iterable[Mapping[str, Any]], fresh: Collection[str]) -> Iterator[str]:
    """Yield a German sentence for each fresh statement (by its key) in another format than the one before it.

    Statements without a new line repeat what came in the other format; they change nothing.
    """
    held = [one for one in statements if one["zeilen"] > one["bekannt"] or not one["zeilen"]]
    ordered = sorted(held, key=_END)
    for one in held:
        place = bisect_left(ordered, one["von"], key=_END)
        if not place or one["schluessel"] not in fresh:
            continue
        before = ordered[bisect_left(ordered, _END(ordered[place - 1]), key=_END)]
        if before["art"] == one["art"]:
            continue
        begins, ends = (dt.date.fromisoformat(day) for day in (one["von"], before["bis"]))
        joins = "die Salden schließen aneinander an" if one["anfang"] == before["ende"] else "ohne Salden"
        yield (
            f"Ab {begins:%d.%m.%Y} kommt das Konto als {one['art']}{_number(one)}, vorher als {before['art']} "
            f"(bis {ends:%d.%m.%Y}{_number(before)}); die Nummern zählen neu, {joins}."
        )


def _number(statement: Mapping[str, Any]) -> str:
    return f", Auszug {statement['nummer']}" if statement["nummer"] else ""


def missing_pages(statements: Iterable[Mapping[str, Any]], since: dt.date = dt.date.min) -> Iterator[str]:
    """Yield a German sentence for each page after which the bank announced another one that has not come."""
    paged = [one for one in statements if "blatt" in one]
    there = {(one["art"], one["bis"][:4], one["nummer"], one["blatt"]) for one in paged}
    for one in paged:
        following = (one["art"], one["bis"][:4], one["nummer"], one["blatt"] + 1)
        if one["weitere"] and following not in there and one["bis"] >= since.isoformat():
            ends = dt.date.fromisoformat(one["bis"])
            number = "ohne Nummer" if one["nummer"] is None else one["nummer"]
            yield f"Von Auszug {number} (bis {ends:%d.%m.%Y}, {one['art']}) fehlt Blatt {one['blatt'] + 1}."


def _sentence(before: Mapping[str, Any], after: Mapping[str, Any], gap: list[int]) -> str:
    what = f"fehlt Auszug {gap[0]}" if len(gap) == 1 else f"fehlen die Auszüge {gap[0]} bis {gap[-1]}"
    ends, begins = (dt.date.fromisoformat(day) for day in (before["bis"], after["von"]))
    return (
        f"Zwischen Auszug {before['nummer']} (bis {ends:%d.%m.%Y}) und {after['nummer']} (ab {begins:%d.%m.%Y}) "
        f"{what} ({after['art']}); die Salden schließen aneinander an. "
        "Fragen Sie die Bank, ob sie die Nummer vergeben hat."
    )
