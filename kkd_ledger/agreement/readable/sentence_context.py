"""What the sentences of an agreement share: names instead of ids, spans of days, versions, and what is assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.facts.charges import Charge
from kkd_ledger.agreement.facts.indexes import IndexValue
from kkd_ledger.agreement.facts.told_figures import STATE_WORDS, Figure, Told, rank
from kkd_ledger.agreement.keys.components import ChargePrice, YearCost
from kkd_ledger.german import day, listing

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement

_ONE_OF_MANY: Final = ("member", "title", "year", "paper", "body", "status")


class Reading:
    """One reading of an agreement by what was known on a day; `assumptions` fills while sentences are made."""

    def __init__(self, agreement: Agreement, known_on: dt.date) -> None:
        self.agreement = agreement
        self.known_on = known_on
        self.assumptions: dict[str, int] = {}

    def sayable(self, facts: Iterable[Any]) -> list[Any]:
        """Return the facts known on the day, in the order of the file; facts without such a day always are."""
        return [fact for fact in facts if self._since(fact) <= self.known_on]

    def version(self, fact: Any) -> tuple[dt.date, int]:
        """Return what makes a version the later one: since when it is known, and how sure it is."""
        return self._since(fact), rank(fact)

    def member(self, member_id: str) -> str:
        """Return what a party is called."""
        return self._names.get(member_id, member_id)

    def members(self, ids: Iterable[str]) -> str:
        """Return parties as a sentence lists them."""
        return listing([self.member(member_id) for member_id in ids])

    def component(self, component_id: str) -> str:
        """Return what a component is called."""
        return self._components.get(component_id, component_id)

    def document(self, document_id: str) -> str:
        """Return what a document is called; a source that is none of them is a name already."""
        return self._documents.get(document_id, document_id)

    def since(self, fact: Any) -> str:
        """Return from when on something holds: its days, or the event on which it hangs."""
        if fact.event is None:
            return span(fact)
        until = f" bis zum {day(fact.ends)}" if fact.ends else ""
        return f"von der Eingliederung der Kooperation „{self._cooperations.get(fact.event, fact.event)}“ an{until}"

    def measure(self, basis_id: str) -> str:
        """Return what a measure counts, as paper names it."""
        return self._measures.get(basis_id, basis_id)

    def index(self, index_id: str) -> str:
        """Return what an index is called."""
        return next((index.title for index in self.agreement.indexes if index.id == index_id), index_id)

    def series(self, name: str) -> str:
        """Return what a series of figures counts: the title of the measure that takes its figures from it."""
        return next(
            (self.measure(basis.id) for basis in self.agreement.bases if basis.weight == name), "Einheiten"
        )

    def tail(self, fact: Any, alike: Sequence[Any] = ()) -> str:
        """Return in brackets since when a fact is known, whether a later version replaces it, and if it is assumed."""
        said = []
        if isinstance(fact, Told):
            said += _told(fact)
        if getattr(fact, "known_from", None):
            said.append(f"bekannt seit dem {day(fact.known_from)}")
        if later := self._replacing(fact, alike):
            said.append(f"gilt nicht mehr: überholt durch die Fassung, die seit dem {day(later)} bekannt ist")
        if fact.assumed:
            said.append(self._assumed(fact.assumed))
        return f" ({'; '.join(said)})" if said else ""

    def tail_of(self, assumed: str) -> str:
        """Return in brackets that something is assumed; nothing where it is not."""
        return f" ({self._assumed(assumed)})" if assumed else ""

    def _assumed(self, words: str) -> str:
        return f"angenommen, Nr. {self.assumptions.setdefault(words, len(self.assumptions) + 1)}"

    def _replacing(self, fact: Any, alike: Sequence[Any]) -> dt.date | None:
        """Return since when the version is known that replaces a fact among facts of its list; None without one."""
        versions = self.sayable(self._versions_in(alike).get(identity(fact), ()))
        newest = max(
            enumerate(versions),
            key=lambda placed: (*self.version(placed[1]), placed[0]),
            default=None,
        )
        return self._since(newest[1]) if newest and newest[1] is not fact else None

    def _versions_in(self, alike: Sequence[Any]) -> dict[tuple[Any, ...], list[Any]]:
        """Return the facts of a list by what makes them versions of one; a list is grouped once for all its facts."""
        of_list, grouped = self._grouped.get(id(alike), (None, {}))
        if of_list is not alike:
            grouped = {}
            for fact in alike:
                grouped.setdefault(identity(fact), []).append(fact)
            self._grouped[id(alike)] = (alike, grouped)
        return grouped

    @cached_property
    def _grouped(self) -> dict[int, tuple[Sequence[Any], dict[tuple[Any, ...], list[Any]]]]:
        return {}

    def _since(self, fact: Any) -> dt.date:
        since: dt.date | None = getattr(fact, "known_from", None)
        return since or self.agreement.known_from

    @cached_property
    def _names(self) -> dict[str, str]:
        return {member.id: member.name for member in self.sayable(self.agreement.members)}

    @cached_property
    def _components(self) -> dict[str, str]:
        return {component.id: component.title for component in self.agreement.components}

    @cached_property
    def _cooperations(self) -> dict[str, str]:
        return {cooperation.id: cooperation.title for cooperation in self.agreement.cooperations}

    @cached_property
    def _documents(self) -> dict[str, str]:
        return {document.id: document.title for document in self.agreement.documents}

    @cached_property
    def _measures(self) -> dict[str, str]:
        return {
            basis.id: basis.title or ("Einheiten" if basis.weight else "Einwohner")
            for basis in self.agreement.bases
        } | {measure.id: measure.title for measure in self.agreement.measures}


def identity(fact: Any) -> tuple[Any, ...]:
    """Return what makes two entries of a list two versions of one (docs/vereinbarung.md, „Kenntnisstand“)."""
    if isinstance(fact, Figure | YearCost):
        return (getattr(fact, "id", ""), fact.year, fact.kind)
    if isinstance(fact, Charge):
        return fact.position
    if isinstance(fact, IndexValue):
        return (fact.index, fact.at)
    if hasattr(fact, "begins"):
        named = getattr(fact, "id", None)
        whose = fact.grade if isinstance(fact, ChargePrice) else getattr(fact, "member", None)
        return ("key" if hasattr(fact, "key") else fact.begins, named, whose)
    if hasattr(fact, "id"):
        return (fact.id,)
    return tuple(getattr(fact, name, None) for name in _ONE_OF_MANY)


def _told(fact: Told) -> list[str]:
    """Return how sure a figure is, who reported and who confirmed it."""
    said = [] if fact.state == "reported" else [STATE_WORDS[fact.state]]
    said += [f"gemeldet von {fact.reported_by}"] if fact.reported_by else []
    if fact.confirmed_by or fact.confirmed_on:
        on = f" am {day(fact.confirmed_on)}" if fact.confirmed_on else ""
        said.append(f"bestätigt{on}{f' von {fact.confirmed_by}' if fact.confirmed_by else ''}")
    return said


def span(fact: Any) -> str:
    """Return the days of a dated fact: `vom 01.01.2024 an`, `vom 01.01.2024 bis zum 31.12.2024`."""
    return f"vom {day(fact.begins)} " + (f"bis zum {day(fact.ends)}" if fact.ends else "an")


def capital(words: str) -> str:
    """Return words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def dots(words: str) -> str:
    """Return words as a whole sentence, with its full stop."""
    return (
        words
        if words.endswith((".", "!", "?", "“", ")")) and words[-2:-1] == "."
        else f"{words.rstrip('.')}."
    )


def at_clause(words: str) -> str:
    """Return a clause in brackets, nothing for none."""
    return f" ({words})" if words else ""
