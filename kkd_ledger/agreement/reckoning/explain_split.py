"""The step of a split total, and of a subsidy: exact part, whole cents, odd cent."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kkd_ledger.agreement.keys.splits import Division, bounds_of, divide, measured, slices_of
from kkd_ledger.agreement.reckoning.steps import Step, source_name, source_of, unit_word
from kkd_ledger.agreement.reckoning.subsidies import last_event, measures_of
from kkd_ledger.agreement.reckoning.words import DISTRIBUTION_WORDS, STATUS_WORDS, exact_eur
from kkd_ledger.german import day
from kkd_ledger.money import format_eur, format_rate, plain
from kkd_ledger.quantities import format_quantity, plain_quantity

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.known_terms import ComponentTerms, KnownTerms
    from kkd_ledger.agreement.keys.components import Split, Subsidy


def split_step(terms: KnownTerms, component: ComponentTerms, key: Split, year: int, member: str) -> Step:
    """Return how a split total came to a member's cents."""
    division = divide(terms, component, key, year)
    assert division is not None
    words, measures = _measures(terms, component, key, year, member)
    exact = division.exact(member)
    plain_part = sum((_part(division.total_cents, measure) for measure in measures), start=Fraction(0))
    text = f"{format_eur(division.total_cents)} × {words} = " if words else ""
    if exact != plain_part:
        before = f"{exact_eur(plain_part)}, " if words else ""
        stands = exact in bounds_of(terms, key, year, component.present(year, member))
        text += f"{before}{_adjusted(key, terms, member, division.total_cents, stands=stands)} = "
    text += _in_cents(exact, division.cents[member], rotation=terms.agreement.rotation)
    figures = _figures(division, member) | {"measures": measures, "adjusted": exact != plain_part}
    sources = dict.fromkeys(source_of(terms, basis, year) for _, basis in slices_of(key) if basis is not None)
    title = f"{key.title} ({key.clause})"
    cents = division.cents[member]
    return Step("component", key.id, title, text, cents, figures, "; ".join(sources), key.clause)


def _measures(
    terms: KnownTerms, component: ComponentTerms, key: Split, year: int, member: str
) -> tuple[str, list[dict[str, Any]]]:
    """Return the member's part of each measure, in words and as figures; empty for who only bears a remainder."""
    groups, words, figures = component.groups(year), [], []
    for share, basis in slices_of(key) if component.present(year, member) else []:
        measure = measured(terms, key, basis, year, groups)
        assert measure is not None
        mine, all_of_it = measure[member], sum(measure.figures)
        percent = f"{_percent(share)} × " if share != 1 else ""
        unit = "gleiche Teile" if basis is None else unit_word(terms, basis, year)
        if len(groups) > 1:
            unit += " × " + {"day": "Tage", "month": "Monate", "none": "Jahr"}[terms.proration(key)]
        words.append(f"{percent}{format_quantity(mine)}/{format_quantity(all_of_it)} ({unit})")
        figures.append(
            {"share": _percent(share), "mine": plain_quantity(mine), "all": plain_quantity(all_of_it)}
        )
    joined = " + ".join(words)
    return (f"({joined})" if len(words) > 1 else joined), figures


def _part(total_cents: int, measure: dict[str, Any]) -> Fraction:
    share = Fraction(measure["share"].removesuffix(" %").replace(",", ".")) / 100
    return total_cents * share * Fraction(measure["mine"]) / Fraction(measure["all"])


def _percent(share: Fraction) -> str:
    """Return a part as percent; a mixture states it with at most six decimals, so it is exact."""
    millionths = share * 10**8
    assert millionths.denominator == 1
    return format_rate(millionths.numerator).removesuffix(",00") + " %"


def _adjusted(key: Split, terms: KnownTerms, member: str, total_cents: int, *, stands: bool) -> str:
    if key.remainder == "operator" and member == terms.agreement.operator:
        return f"der Träger trägt den Rest von {format_eur(total_cents)}"
    low = "" if key.minimum is None else f"mindestens {format_eur(key.minimum)}"
    high = "" if key.maximum is None else f"höchstens {format_eur(key.maximum)}"
    words = "mit " + " und ".join(bound for bound in (low, high) if bound) + " je Beteiligte"
    return words if stands else f"{words}; die Differenz tragen die anderen nach dem Schlüssel"


def _in_cents(exact: Fraction, cents: int, *, rotation: bool) -> str:
    if exact == cents:
        return format_eur(cents)
    verb = "aufgerundet auf" if cents > exact else "abgerundet auf"
    rule = "größter Rest" + (" mit Ausgleich über die Jahre" if rotation else "")
    return f"{exact_eur(exact)}, {verb} {format_eur(cents)} ({rule})"


def _figures(division: Division, member: str) -> dict[str, Any]:
    exact = division.exact(member)
    floor = exact.numerator // exact.denominator
    return {
        "total": plain(division.total_cents),
        "exact_cents": f"{exact.numerator}/{exact.denominator}",
        "odd_cent": division.cents[member] - floor,
    }


def subsidy_step(
    terms: KnownTerms,
    subsidy: Subsidy,
    division: Division,
    shares: Mapping[str, int],
    year: int,
    *,
    member: str,
) -> Step:
    """Return how a granted subsidy lowers a member's share; `shares` are the costs that it may lower, by member."""
    granted = last_event(terms, subsidy)
    assert granted is not None
    cents, exact = division.cents[member], division.exact(member)
    title = f"{subsidy.title} ({subsidy.clause}), {STATUS_WORDS[granted.status]} am {day(granted.on)}"
    text = f"{format_eur(division.total_cents)} {DISTRIBUTION_WORDS[subsidy.distribution]}"
    figures = _figures(division, member) | {"distribution": subsidy.distribution, "adjusted": True}
    if subsidy.distribution != "operator":
        measures = measures_of(terms, subsidy, year, shares)
        mine, all_of_it = measures[member], sum(measures.values())
        by_share = subsidy.distribution == "by-share"
        written = [format_eur(int(part)) if by_share else format_quantity(part) for part in (mine, all_of_it)]
        text += f" × {' / '.join(written)}"
        even = Fraction(division.total_cents * mine) / all_of_it
        figures["measures"] = [
            {"share": "100 %", "mine": plain_quantity(mine), "all": plain_quantity(all_of_it)}
        ]
        figures["adjusted"] = even != exact
        text += "" if even == exact else f" = {exact_eur(even)}, bis auf null"
    text += f" = {_in_cents(exact, cents, rotation=False)} Minderung"
    source = source_name(terms, granted.document)
    return Step("subsidy", subsidy.id, title, text, -cents, figures, source, subsidy.clause)
