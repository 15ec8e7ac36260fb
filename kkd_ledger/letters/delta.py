"""The letter after a true-up: what a share was, what it is now, and per component where the difference comes from.

It is a letter of its own: it demands nothing and takes no number. What is to be paid or refunded say the corrections,
which it names; the derivation is the agreement's (`changes`, made of `explain`'s steps).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kkd_ledger import german
from kkd_ledger.agreement import StepChange, causes, changes
from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Record
from kkd_ledger.letters.letter import bare
from kkd_ledger.letters.notice import Cell, Side, letter, table
from kkd_ledger.letters.posted import PostedClaim, posted_claims
from kkd_ledger.letters.stationery import Stationery


@dataclass(frozen=True)
class Delta:
    """A corrected share of a service year: its claims in order, the change of each component, and the causes."""

    claims: tuple[PostedClaim, ...]
    changes: tuple[StepChange, ...]
    year_name: str
    causes: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        """Whose share it is."""
        return self.claims[0].member

    @property
    def service_year(self) -> int:
        """The year that was reckoned again."""
        return self.claims[0].service_year

    @property
    def before_cents(self) -> int:
        """What was demanded first, net."""
        return self.claims[0].cents

    @property
    def after_cents(self) -> int:
        """What is demanded now in all, net."""
        return sum(claim.cents for claim in self.claims)

    @property
    def last(self) -> PostedClaim:
        """The last correction of the share."""
        return self.claims[-1]


def deltas(book: Book, records: Sequence[Record], service_year: int) -> list[Delta]:
    """Return the corrected shares of a service year, by member in the order of their first claims."""
    by_member: dict[str, list[PostedClaim]] = {}
    for claim in posted_claims(book, records, service_year):
        if claim.bill:  # its own correction says everything
            continue
        by_member.setdefault(claim.member, []).append(claim)
    return [_delta(book, tuple(claims)) for claims in by_member.values() if len(claims) > 1]


def _delta(book: Book, claims: tuple[PostedClaim, ...]) -> Delta:
    first, last = claims[0], claims[-1]
    sides = (book.agreement, first.known_on), (book.agreement, last.known_on)
    year = first.service_year
    reasons = causes(book.agreement, year, first.known_on, last.known_on, first.member)
    return Delta(claims, changes(*sides, first.member, year), book.agreement.year_name(year), reasons)


def delta_letter(
    sender: Side, recipient: Side, delta: Delta, words: Stationery, *, written: dt.date | None = None
) -> bytes:
    """Return the letter as PDF, dated as the last correction: the same bytes on every day.

    `written` is the day on which it was written first: documents that were written by then have their own days; None
    in old books, where each has the day of its entry.
    """
    year, day = delta.year_name, delta.last.record.date
    facts = [("Datum", german.day(day)), ("Leistungsjahr", year)]
    title = words.say("delta.title", year=year)
    data = letter(words, sender, recipient, title, facts) | {
        "opening": [words.say("letter.greeting"), words.say("delta.opening", year=year)],
        "tables": [_components(delta), _documents(delta, written)],
        "closing": [words.say("delta.nothing_due")],
    }
    return words.render("notice.typ", data, day=day)


def _components(delta: Delta) -> dict[str, Any]:
    rows: list[list[Cell]] = [
        [
            {"text": change.name, "small": _why(change, delta)},
            _amount(change.before_cents),
            _amount(change.after_cents),
            *_sides(change.difference_cents),
        ]
        for change in delta.changes
    ]
    before, after = delta.before_cents, delta.after_cents
    waiting = after - before - sum(change.difference_cents for change in delta.changes)
    if waiting:  # what no resolution covers is derived, but not demanded
        rows.append(["noch nicht beschlossen oder anders gefordert", "", "", *_sides(waiting)])
    sums = [(f"Kostenbeteiligung {delta.year_name}", bare(before), bare(after), *_sides(after - before))]
    return table(["Bestandteil", "bisher (EUR)", "neu (EUR)", "mehr (EUR)", "weniger (EUR)"], rows, sums)


def _amount(cents: int) -> Cell:
    """Return what a component adds to the share; what takes off it (a subsidy) says so instead of bearing a minus."""
    return bare(cents) if cents >= 0 else {"text": bare(-cents), "small": "Abzug"}


def _sides(cents: int) -> tuple[str, str]:
    """Return a difference in two columns, what is more and what is less; neither where nothing changed."""
    return (bare(cents) if cents > 0 else "", bare(-cents) if cents < 0 else "")


def _why(change: StepChange, delta: Delta) -> str:
    """Return why a component changed: what happened, where the reckoning alone would be fractions that nobody reads."""
    if delta.causes and change.difference_cents and change.has_products:
        return "; ".join(delta.causes)
    return change.reason


def _day(claim: PostedClaim, written: dt.date | None) -> dt.date:
    """Return the day of a claim's document, where it was written before the letter or on its day, else of its entry."""
    issued = claim.issued
    return issued if issued and written and issued <= written else claim.record.date


def _documents(delta: Delta, written: dt.date | None = None) -> dict[str, Any]:
    taxed = any(claim.vat_cents for claim in delta.claims)
    rows = [
        [
            claim.number,
            german.day(_day(claim, written)),
            "Minderung" if claim.gross_cents < 0 else "Anforderung",
            bare(abs(claim.cents)),
            *([bare(abs(claim.vat_cents)), bare(abs(claim.cents + claim.vat_cents))] if taxed else []),
        ]
        for claim in delta.claims
    ]
    names = ["Dokument", "vom", "Art", "netto (EUR)", "Umsatzsteuer (EUR)", "zusammen (EUR)"]
    amounts = names if taxed else [*names[:3], "Betrag (EUR)"]
    return table(amounts, rows, title="Gefordert und gemindert mit")
