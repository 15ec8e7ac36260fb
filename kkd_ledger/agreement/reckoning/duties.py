"""Duties of approval and notice: which fact with its day the agreement lacks, by a dated table per Land and form.

The table (`duties.toml`) names its sources; where it says nothing, nothing is asked. A form counts where the file says
it, a Land where a party's AGS does.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from kkd_ledger.agreement.facts.ways_in import steps_known
from kkd_ledger.german import day

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

TABLE: Final = Path(__file__).with_name("duties.toml")
ENDING_YEARS: Final = 10
"""An agreement that holds longer than so many years says how it ends (KGG Hessen § 24 Abs. 3)."""
_FACTS: Final = {"approved": "die Genehmigung", "notified": "die Anzeige"}


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the table; it holds for what happens from `begins` on."""

    land: str
    form: str
    occasion: Literal["conclusion", "parties", "ending"]
    fact: str
    begins: dt.date
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class MissingDuty:
    """A fact that a duty asks for and the agreement does not name; `since` is the day of its occasion."""

    duty: Duty
    since: dt.date
    occasion: str

    def text(self) -> str:
        """Return what is missing as one German sentence without its full stop."""
        if self.duty.occasion == "ending":
            return f"{self.occasion}: {self.duty.words} ({self.duty.source}); keine Fundstelle nennt das"
        what = _FACTS[self.duty.fact]
        return f"{self.occasion}: {self.duty.words} ({self.duty.source}); {what} mit ihrem Tag fehlt"


@lru_cache(maxsize=1)
def duties() -> tuple[Duty, ...]:
    """Return the rows of the table."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["duties"]
    return tuple(Duty(begins=row.pop("from"), **row) for row in rows)


def missing_duties(agreement: Agreement, as_of: dt.date) -> tuple[MissingDuty, ...]:
    """Return every duty whose fact the agreement does not name, by what was known on a day; none without a row."""
    if "form" not in agreement.model_fields_set:
        return ()
    rows = [row for row in duties() if (row.land, row.form) == (_land(agreement), agreement.form)]
    return tuple(missing for row in rows for missing in _missing(agreement, row, as_of))


def _missing(agreement: Agreement, row: Duty, as_of: dt.date) -> Iterator[MissingDuty]:
    begun = max(agreement.begins, agreement.known_from)
    if row.occasion == "parties":
        for party in agreement.parties(as_of):
            for changed, word in ((party.joined, "tritt bei"), (party.left, "scheidet aus")):
                if changed and max(row.begins, agreement.begins) < changed <= as_of:
                    named = steps_known(agreement.way_in(party.id), as_of)
                    if not any(step.kind == row.fact for step in named):
                        yield MissingDuty(row, changed, f"{party.name} {word} ({day(changed)})")
    elif begun < row.begins or begun > as_of:
        return
    elif row.occasion == "ending":
        if not agreement.ending and _is_long(agreement):
            yield MissingDuty(row, begun, f"{agreement.title}, ab {day(agreement.begins)}")
    elif not any(step.kind == row.fact for step in steps_known(agreement.steps_in, as_of)):
        yield MissingDuty(row, begun, f"{agreement.title}, ab {day(agreement.begins)}")


def _is_long(agreement: Agreement) -> bool:
    last = agreement.begins.replace(
        year=agreement.begins.year + ENDING_YEARS, day=min(agreement.begins.day, 28)
    )
    return agreement.ends is None or agreement.ends >= last


def _land(agreement: Agreement) -> str:
    """Return the Land of an agreement by AGS: the operator's, else the first that a party has; empty without one."""
    operator = agreement.party(agreement.operator)
    keys = [operator.ags if operator else None, *(party.ags for party in agreement.parties())]
    return next((key[:2] for key in keys if key), "")
