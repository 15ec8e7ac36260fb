"""Keys that split a total: equal, proportional, mixed; with bounds, with the operator's remainder, with rotation.

Exact parts first (they sum to the total), then whole cents by largest remainder.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from kkd_ledger.agreement.facts.by_member import ByMember, Members
from kkd_ledger.agreement.keys.component_year import ComponentYear
from kkd_ledger.agreement.keys.components import Equal, FixedPercent, Mixture, Proportional, Split
from kkd_ledger.agreement.pots.pot_lines import STEPS, part_figure
from kkd_ledger.agreement.sheet.lines import CENT, Label, SheetLine
from kkd_ledger.agreement.sheet.printing import EUR
from kkd_ledger.money import format_eur
from kkd_ledger.quantities import format_quantity

_MONEY: Final = Label(unit=EUR)
_OTHERS: Final = "; die Differenz tragen die anderen nach dem Schlüssel"


def split_line(case: ComponentYear, key: Split, debts: SheetLine | None) -> SheetLine:
    """Return what each member pays of the cost of a service year: in cents that meet it, or each rounded for itself.

    Raises ValueError where the figures or bounds allow no split. With `remainder = "nobody"` what bounds take off the
    total is nobody's.
    """
    quotas = _bounded(case, key, _quotas(case, key, case.cost()))
    if key.remainder == "operator":
        quotas = _with_remainder(case, quotas)
    step = STEPS[key.rounding]
    if key.meets_total is False:
        return case.rounded(quotas)
    if step != CENT and quotas.value is not None and (sum(quotas.column.values()) / step).denominator != 1:
        raise ValueError(f"die Kosten lassen sich nicht in Schritte von {format_eur(int(step * 100))} teilen")
    return case.sheet.apportion(quotas, step, label=_MONEY, debts=debts)


def _quotas(case: ComponentYear, key: Split, cost: SheetLine) -> SheetLine:
    """Return the exact parts of the cost: each slice by its own measure, or by fixed per cents."""
    if isinstance(key, FixedPercent):
        return case.sheet.times(cost, _percents(case, key))
    sheet, parts = case.sheet, []
    for share, basis, members in _slices(key):
        among = case if members is None else case.among(members)
        if not among.members:
            raise ValueError(
                f"an einem Teil von {format_quantity(share * 100)} Prozent ist niemand beteiligt"
            )
        weights, unit = _weights(among, basis)
        ratio = sheet.divide(weights, sheet.total(weights), Label(unit=f"({unit})", role="measures"))
        percent = None if share == 1 else part_figure(sheet, share)
        parts.append(sheet.times(percent, ratio))
    return sheet.times(cost, sheet.add(*parts))


def _percents(case: ComponentYear, key: FixedPercent) -> SheetLine:
    """Return the fixed per cents by member, each stage for its part of the year."""
    sheet, parts = case.sheet, []
    for stage, part in case.stages(key.parts):
        members = Members(member for member in case.members if member in stage.parts)
        column = ByMember.of(members, [Fraction(stage.parts[member]) / 100 for member in members])
        parts.append(sheet.times(sheet.figure(column, Label(unit="%", role="percent")), part))
    return sheet.add(*parts) if parts else case.nothing(case.members)


def _slices(key: Equal | Proportional | Mixture) -> list[tuple[Fraction, str | None, tuple[str, ...] | None]]:
    if isinstance(key, Mixture):
        return [(Fraction(part.percent) / 100, part.basis, part.members) for part in key.slices]
    return [(Fraction(1), key.basis if isinstance(key, Proportional) else None, None)]


def _weights(case: ComponentYear, basis: str | None) -> tuple[SheetLine, str]:
    """Return by member its figure times its part of the year (as a ratio to the others), and what is counted."""
    sheet = case.sheet
    units = sheet.figure(case.alike(1)) if basis is None else case.measured(basis)
    unit = units.label.unit or "gleiche Teile"
    counts = case.counts_by_member()
    if len(set(counts.figures)) > 1:
        return sheet.times(units, sheet.figure(counts)), f"{unit} × {case.tick_word}"
    return (units if counts.figures[0] else sheet.times(units, sheet.figure(0))), unit


def _bounded(case: ComponentYear, key: Split, quotas: SheetLine) -> SheetLine:
    """Hold each part within its bounds; only where the others bear the difference does that change anybody else's."""
    sheet, limits, words = case.sheet, dict[str, SheetLine](), []
    for name, cents, rule in (("low", key.minimum, "ceil"), ("high", key.maximum, "floor")):
        if cents is not None:
            words.append(f"{'mindestens' if name == 'low' else 'höchstens'} {format_eur(cents)}")
            role = "minimum" if name == "low" else "maximum"
            limit = sheet.times(sheet.figure(cents * CENT, Label(unit=EUR, role=role)), case.year_part)
            limits[name] = limit if case.year_part is None else sheet.round(limit, rule, label=_MONEY)
    if not limits:
        return quotas
    label = Label(unit=EUR, words=f"mit {' und '.join(words)} je Beteiligte", others=_OTHERS)
    if key.remainder == "others":
        return sheet.fill(quotas, label, **limits)
    raised = sheet.greatest(quotas, limits["low"], label) if "low" in limits else quotas
    return sheet.least(raised, limits["high"], label) if "high" in limits else raised


def _with_remainder(case: ComponentYear, quotas: SheetLine) -> SheetLine:
    """Add to the operator's part what the others leave of the cost."""
    sheet, operator = case.sheet, case.terms.agreement.operator
    paid = sheet.total(quotas, Label(title="Anteile nach dem Schlüssel", unit=EUR, role="others"))
    rest = sheet.take_off(case.cost("Kosten"), paid, label=_MONEY)
    added = sheet.add(quotas, sheet.times(case.only(operator), rest))
    if added.value is not None and added.column.get(operator, 0) < 0:
        raise ValueError("die Beteiligten zahlten mehr als die Kosten")
    return added
