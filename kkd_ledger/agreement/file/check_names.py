"""Names: every reference leads somewhere, nothing is said twice, every key has what it needs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.agreement.file.checks import AgreementFlaw, index_of, unknown
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import Fixed, Mixture, PerHead, PerUnit, Proportional, Split, Tiered

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import Member
    from kkd_ledger.agreement.keys.components import Component, Scale, Split, Subsidy

_BEARERS: Final = (
    'wer die Differenz trägt: remainder = "operator" (der Träger), "others" (die anderen nach dem Schlüssel) '
    'oder "nobody" (niemand)'
)


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield every unknown reference, every duplicate and every key without its parts."""
    yield from _parties(agreement)
    yield from _duplicates(agreement)
    yield from _bases(agreement)
    for index, component in enumerate(agreement.components):
        yield from _component(agreement, component, ("components", index))
        yield from _nobody(component, ("components", index))
    for index, subsidy in enumerate(agreement.subsidies):
        yield from _subsidy(agreement, subsidy, ("subsidies", index))
    yield from _papers(agreement)
    yield from _clauses(agreement)


def measure_names(agreement: Agreement) -> tuple[list[str], str]:
    """Return what may be named as a basis, counted measures and derived ones, and in which tables they stand."""
    names = [*(basis.id for basis in agreement.bases), *(measure.id for measure in agreement.measures)]
    return names, "[[bases]] oder [[measures]]" if agreement.measures else "[[bases]]"


def _nobody(component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    """Find a component that names its members and names none: an empty list is no word for all."""
    if component.members == () and not component.memberships and component.remainder != "operator":
        allowed = "mindestens eine Kennung, oder ohne members: alle außer der Betreiberin"
        yield AgreementFlaw((*loc, "members"), "eine leere Liste", allowed)


def _parties(agreement: Agreement) -> Iterator[AgreementFlaw]:
    ids = {party.id for party in agreement.members}
    yield from unknown(("operator",), agreement.operator, ids, "[[members]]")
    for index, member in enumerate(agreement.members):
        for place, former in enumerate(member.succeeds):
            yield from unknown(("members", index, "succeeds", place), former, ids, "[[members]]")
    for index, resolution in enumerate(agreement.resolutions):
        yield from unknown(("resolutions", index, "member"), resolution.member, ids, "[[members]]")
    for index, cost in enumerate(agreement.predecessor_costs):
        yield from unknown(("predecessor_costs", index, "member"), cost.member, ids, "[[members]]")
    for index, counted in enumerate(agreement.populations):
        for member_id in counted.inhabitants:
            if not member_id.isdecimal():
                yield from unknown(
                    ("populations", index, "inhabitants", member_id), member_id, ids, "[[members]]"
                )
    for index, series in enumerate(agreement.weights):
        for member_id in series.values:
            yield from unknown(("weights", index, "values", member_id), member_id, ids, "[[members]]")


def _duplicates(agreement: Agreement) -> Iterator[AgreementFlaw]:
    yield from twice(agreement, ("members",), agreement.members, lambda member: member.id)
    yield from twice(agreement, ("components",), agreement.components, lambda component: component.id)
    yield from twice(agreement, ("subsidies",), agreement.subsidies, lambda subsidy: subsidy.id)
    yield from twice(
        agreement,
        ("figures",),
        agreement.figures,
        lambda figure: (figure.id, figure.year, figure.kind, figure.state),
    )
    for name, rows in (("populations", agreement.populations), ("weights", agreement.weights)):
        yield from _counted_twice(agreement, name, rows)
    yield from twice(
        agreement, ("due", "exceptions"), agreement.due_rule.exceptions, lambda exception: exception.year
    )
    yield from twice(agreement, ("documents",), agreement.documents, lambda document: document.id)
    yield from twice(
        agreement,
        ("predecessor_costs",),
        agreement.predecessor_costs,
        lambda cost: (cost.member, cost.title, cost.year),
    )
    for index, component in enumerate(agreement.components):
        yield from twice(
            agreement,
            ("components", index, "totals"),
            component.totals,
            lambda total: (total.year, total.kind, total.state),
        )
    for day in agreement.knowledge_days:
        yield from _accounts(agreement, agreement.parties(day))


def _accounts(agreement: Agreement, parties: Iterable[Member]) -> Iterator[AgreementFlaw]:
    """Find accounts that two parties claim at one time; an account may pass to a successor later."""
    seen: dict[str, str] = {}
    for member in parties:
        for place, iban in enumerate(member.ibans):
            if seen.setdefault(iban, member.id) != member.id:
                yield AgreementFlaw(
                    ("members", index_of(agreement.members, member), "ibans", place),
                    f"{iban} gehört schon {seen[iban]}",
                    "eine eigene IBAN",
                )


def twice(
    agreement: Agreement, loc: Loc, facts: Iterable[Any], key: Callable[[Any], Hashable]
) -> Iterator[AgreementFlaw]:
    """Find facts with one key that are known from one day: neither would be the newer one.

    Of several corrections the last one in the file counts.
    """
    seen = set()
    for index, fact in enumerate(facts):
        if getattr(fact, "state", "") == "corrected":
            continue
        mark = (key(fact), getattr(fact, "known_from", None) or agreement.known_from)
        if mark in seen:
            yield AgreementFlaw(
                (*loc, index),
                "derselbe Eintrag ein zweites Mal",
                "einmal, oder später mit eigenem known_from",
            )
        seen.add(mark)


def _counted_twice(agreement: Agreement, name: str, rows: Iterable[Any]) -> Iterator[AgreementFlaw]:
    """Find a party that is counted twice by reports of one day; one party may report after the other."""
    seen: set[tuple[Any, ...]] = set()
    for index, row in enumerate(rows):
        series = row.census if name == "populations" else row.name
        parties = row.inhabitants if name == "populations" else row.values
        since = row.known_from or agreement.known_from
        marks = {(series, row.source, row.reference, row.state, since, party) for party in parties}
        if row.state != "corrected" and not marks.isdisjoint(seen):
            actual, allowed = "derselbe Eintrag ein zweites Mal", "einmal, oder später mit eigenem known_from"
            yield AgreementFlaw((name, index), actual, allowed)
        seen |= marks


def _bases(agreement: Agreement) -> Iterator[AgreementFlaw]:
    for index, basis in enumerate(agreement.bases):
        loc: Loc = ("bases", index)
        if basis.rule == "frozen" and (basis.reference is None or basis.lag_years is not None):
            yield AgreementFlaw(loc, "rule = frozen", "mit reference und ohne lag_years")
        if basis.rule == "renewed" and (basis.lag_years is None or basis.reference is not None):
            yield AgreementFlaw(loc, "rule = renewed", "mit lag_years und ohne reference")
        if basis.weight is not None:
            names = {series.name for series in agreement.weights}
            if basis.rule == "frozen" or get_close_matches(
                basis.weight, names
            ):  # else it is yet to be reported
                yield from unknown((*loc, "weight"), basis.weight, names, "[[weights]]")


def _component(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    ids = {member.id for member in agreement.members}
    for place, name in enumerate(component.members or ()):
        yield from unknown((*loc, "members", place), name, ids, "[[members]]")
    for place, membership in enumerate(component.memberships):
        yield from unknown((*loc, "memberships", place, "member"), membership.member, ids, "[[members]]")
    if (
        component.minimum is not None
        and component.maximum is not None
        and component.minimum > component.maximum
    ):
        yield AgreementFlaw((*loc, "minimum"), "minimum über maximum", "höchstens der Höchstbetrag (maximum)")
    if isinstance(component, PerHead | Tiered | Proportional | PerUnit):
        yield from unknown((*loc, "basis"), component.basis, *measure_names(agreement))
    if isinstance(component, Split):
        if not component.totals and component.pot is None:
            yield AgreementFlaw(
                (*loc, "totals"),
                f"key = {component.key} ohne totals",
                "mindestens ein Jahr in totals, oder ein Topf (pot)",
            )
        bounds = [name for name in ("minimum", "maximum") if getattr(component, name) is not None]
        if bounds and component.remainder is None:
            yield AgreementFlaw((*loc, bounds[-1]), f"{' und '.join(bounds)} ohne remainder", _BEARERS)
    elif component.remainder not in {None, "operator"}:
        allowed = 'remainder = "operator", oder keines: bei einem Preis zahlt jede ihren Preis'
        yield AgreementFlaw(
            (*loc, "remainder"), f"remainder = {component.remainder} bei key = {component.key}", allowed
        )
    elif not isinstance(component, PerUnit) and bool(component.totals or component.pot) != (
        component.remainder is not None
    ):
        yield AgreementFlaw(
            loc, f"key = {component.key} mit nur einem von totals und remainder", "beide oder keines"
        )
    yield from _parts(agreement, component, loc)


def _parts(agreement: Agreement, component: Component, loc: Loc) -> Iterator[AgreementFlaw]:
    ids = {member.id for member in agreement.members}
    if isinstance(component, Mixture):
        yield from _mixture(agreement, component, loc)
    if isinstance(component, Tiered):
        for place, scale in enumerate(component.scales):
            yield from _scale(scale, (*loc, "scales", place))
    stages = (
        component.fees
        if isinstance(component, PerHead)
        else component.amounts
        if isinstance(component, Fixed)
        else ()
    )
    name = "fees" if isinstance(component, PerHead) else "amounts"
    for place, stage in enumerate(stages):
        for spot, member in enumerate(stage.members):
            yield from unknown((*loc, name, place, "members", spot), member, ids, "[[members]]")


def _mixture(agreement: Agreement, mixture: Mixture, loc: Loc) -> Iterator[AgreementFlaw]:
    whole = sum(part.percent for part in mixture.slices)
    complete = mixture.remainder in {None, "others"}
    if whole > 100 or (whole != 100 and complete) or not whole:
        allowed = "zusammen 100" if complete else "zusammen mehr als 0 und höchstens 100"
        yield AgreementFlaw((*loc, "slices"), f"zusammen {_percent(whole)} Prozent", allowed)
    for place, part in enumerate(mixture.slices):
        here = (*loc, "slices", place)
        if (part.by == "proportional") != (part.basis is not None):
            yield AgreementFlaw(here, f"by = {part.by}", "proportional mit basis, equal ohne basis")
        elif part.basis is not None:
            yield from unknown((*here, "basis"), part.basis, *measure_names(agreement))


def _percent(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}".replace(".", ",")


def _scale(scale: Scale, loc: Loc) -> Iterator[AgreementFlaw]:
    tops = [tier.up_to for tier in scale.tiers]
    if not tops or tops[-1] is not None or None in tops[:-1]:
        yield AgreementFlaw(
            (*loc, "tiers"), "keine offene letzte Klasse", "up_to in allen Klassen außer der letzten"
        )
    elif any(low is not None and high is not None and low >= high for low, high in pairwise(tops)):
        yield AgreementFlaw(
            (*loc, "tiers"), "Klassen nicht aufsteigend", "jede Klasse reicht höher als die vorige"
        )
    for place, tier in enumerate(scale.tiers):
        if tier.amount is None and tier.rate is None:
            yield AgreementFlaw(
                (*loc, "tiers", place), "weder amount noch rate", "mindestens eines von beiden"
            )
        if scale.mode == "marginal" and tier.amount is not None:
            yield AgreementFlaw((*loc, "tiers", place, "amount"), "amount bei mode = marginal", "nur rate")


def _subsidy(agreement: Agreement, subsidy: Subsidy, loc: Loc) -> Iterator[AgreementFlaw]:
    names = [component.id for component in agreement.components]
    for place, name in enumerate(subsidy.components or ()):
        yield from unknown((*loc, "components", place), name, names, "[[components]]")
    if (subsidy.distribution == "by-population") != (subsidy.basis is not None):
        yield AgreementFlaw(
            loc, f"distribution = {subsidy.distribution}", "by-population mit basis, alle anderen ohne basis"
        )
    elif subsidy.basis is not None:
        yield from unknown(
            (*loc, "basis"), subsidy.basis, [basis.id for basis in agreement.bases], "[[bases]]"
        )
    if sum(year.amount for year in subsidy.years) != subsidy.amount:
        yield AgreementFlaw((*loc, "years"), "die Jahre ergeben nicht den Betrag", "zusammen amount")
    yield from twice(agreement, (*loc, "years"), subsidy.years, lambda year: year.year)


def _papers(agreement: Agreement) -> Iterator[AgreementFlaw]:
    documents = [document.id for document in agreement.documents]
    for index, resolution in enumerate(agreement.resolutions):
        for place, name in enumerate(resolution.annexes):
            yield from unknown(("resolutions", index, "annexes", place), name, documents, "[[documents]]")
        if sum(sitting.decides for sitting in resolution.sittings) > 1:
            yield AgreementFlaw(
                ("resolutions", index, "sittings"), "mehrere entscheidende Sitzungen", "höchstens eine"
            )


def _clauses(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Check citations where the agreement carries its clauses; a file without clauses cites freely."""
    names = [clause.id for clause in agreement.clauses]
    cited: list[tuple[Loc, Any]] = [
        (("components", index), component) for index, component in enumerate(agreement.components)
    ]
    cited += [(("subsidies", index), subsidy) for index, subsidy in enumerate(agreement.subsidies)]
    if names and agreement.ending:
        yield from unknown(("ending",), agreement.ending, names, "[[clauses]]")
    for loc, citing in cited if names else []:
        yield from unknown((*loc, "clause"), citing.clause, names, "[[clauses]]")
