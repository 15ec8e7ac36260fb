"""Figures that are missing: a year that lacks one has no price, and says which one, where, and whom it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.keys.components import Mixture, PerHead, PerUnit, Proportional, Tiered
from kkd_ledger.agreement.reckoning.subsidies import GRANTED, status
from kkd_ledger.errors import EXIT_FINDINGS, UsageError
from kkd_ledger.german import listing

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.component_terms import ComponentTerms
    from kkd_ledger.agreement.facts.known_terms import KnownTerms
    from kkd_ledger.agreement.keys.components import Component, Subsidy
    from kkd_ledger.agreement.sheet.lines import SheetLine


_ENTRY: Final = r"\[\[\w+\]\](?: (?:id = )?[a-z][a-z0-9-]*)?"
_FIELDS: Final = re.compile(
    rf" \({_ENTRY}\)|{_ENTRY}; |; {_ENTRY}|(?<=\()[a-z_]+; | \(\w+\)$"
)  # where to type it: not for paper


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """What a component lacks in a service year, and whose shares cannot be reckoned because of it."""

    year: int
    year_name: str
    component: str
    title: str
    clause: str
    lacks: tuple[str, ...]
    members: tuple[str, ...]

    def text(self) -> str:
        """Return the gap as one German sentence without its year."""
        return f"{self.title} ({self.clause}): es fehlt {listing(self.lacks)}"

    @property
    def sentence(self) -> str:
        """What is missing, led by the name of its service year; without a full stop."""
        return f"{self.year_name}: {self.text()}"

    @property
    def paper_sentence(self) -> str:
        """The same as paper says it: not in which table of the file its figure would be typed."""
        return f"{self.year_name}: {self.paper_text()}"

    def paper_text(self) -> str:
        """Return the gap as paper says it, without its year."""
        return _FIELDS.sub("", self.text())

    def as_json(self) -> dict[str, Any]:
        """Return the gap as plain JSON data."""
        return {
            "year": self.year,
            "component": self.component,
            "text": self.text(),
            "members": list(self.members),
        }


class Unpriced(UsageError):
    """A share has no amount yet, because a figure of its service year is missing."""

    exit_status = EXIT_FINDINGS

    def __init__(self, whose: str, year: str, gaps: Iterable[MissingFigure]) -> None:
        lines = "".join(f"\n  {gap.text()}" for gap in gaps)
        super().__init__(f"{whose} {year}: noch kein Betrag, weil eine Zahl fehlt.{lines}")


def gap_of(
    terms: KnownTerms, component: ComponentTerms, year: int, line: SheetLine | None
) -> MissingFigure | None:
    """Return what a component's line lacks in a service year; None where it does not live then, or lacks nothing."""
    if line is None or line.value is not None:
        return None
    key = component.component
    members = [member for _, group in component.groups(year) for member in group]
    if key.remainder == "operator":
        members = list(dict.fromkeys([*members, terms.agreement.operator]))
    lacks = tuple(line.lacks())
    if not lacks:
        return None
    name = terms.agreement.year_name(year)
    return MissingFigure(year, name, key.id, key.title, key.clause, lacks, tuple(members))


def subsidy_gaps(
    terms: KnownTerms, year: int, cuts: Mapping[str, SheetLine], columns: Mapping[str, Mapping[str, Any]]
) -> Iterator[MissingFigure]:
    """Yield what granted subsidies lack to be divided; what is left of all that they lower is not known then."""
    for subsidy in terms.subsidies:
        line = cuts.get(subsidy.id)
        if line is not None and line.value is None:
            members = dict.fromkeys(m for id_ in scope_of(subsidy, columns) for m in columns[id_])
            named = (subsidy.id, subsidy.title, subsidy.clause)
            lacks = tuple(line.lacks())
            yield MissingFigure(year, terms.agreement.year_name(year), *named, lacks, tuple(members))


def whose(
    terms: KnownTerms, year: int, gaps: Sequence[MissingFigure], columns: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[MissingFigure, ...]]:
    """Return by member the gaps that leave its share without an amount.

    A granted subsidy is divided by what it lowers: where a part of that is missing, nobody's reduction is known.
    """
    gaps_of: dict[str, list[MissingFigure]] = {}
    for gap in gaps:
        concerned = dict.fromkeys(gap.members)
        for subsidy in subsidies_waiting(terms, year, [gap]):
            concerned |= {m: None for id_ in scope_of(subsidy, columns) for m in columns[id_]}
        for member in concerned:
            gaps_of.setdefault(member, []).append(gap)
    return {member: tuple(missing) for member, missing in gaps_of.items()}


def subsidies_waiting(terms: KnownTerms, year: int, gaps: Sequence[MissingFigure]) -> list[Subsidy]:
    """Return the granted subsidies of a year that lower a component which has no amount yet."""
    return [
        subsidy
        for subsidy in terms.subsidies
        if status(terms, subsidy) in GRANTED
        and any(part.year == year and part.amount for part in subsidy.years)
        and touches(subsidy, gaps)
    ]


def touches(subsidy: Subsidy, gaps: Iterable[MissingFigure]) -> bool:
    """Tell whether a subsidy lowers a component which has no amount yet."""
    return any(subsidy.components is None or gap.component in subsidy.components for gap in gaps)


def scope_of(subsidy: Subsidy, columns: Mapping[str, Any]) -> list[str]:
    """Return the components with amounts that a subsidy may lower."""
    return [id_ for id_ in columns if subsidy.components is None or id_ in subsidy.components]


def bases_of(key: Component) -> list[str]:
    """Return the measures that a component reckons with."""
    return [basis for basis, _ in measured_of(key)]


def measured_of(key: Component) -> list[tuple[str, tuple[str, ...] | None]]:
    """Return the measures that a component reckons with, each with whom it counts; None where all who take part."""
    if isinstance(key, PerHead | Tiered | PerUnit):
        return [(key.basis, None)]
    if isinstance(key, Mixture):
        return [(part.basis, part.members) for part in key.slices if part.basis is not None]
    return [(key.basis, None)] if isinstance(key, Proportional) else []
