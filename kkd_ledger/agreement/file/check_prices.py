"""Prices that move: a stage states, raises or follows one thing; an index has its base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kkd_ledger.agreement.file.check_names import twice
from kkd_ledger.agreement.file.checks import AgreementFlaw, unknown
from kkd_ledger.agreement.file.places import Loc
from kkd_ledger.agreement.keys.components import ChargePrice, Charges, Fixed, PerHead, RateStage

if TYPE_CHECKING:
    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.indexes import PriceIndex
    from kkd_ledger.agreement.keys.components import AmountStage


def flaws(agreement: Agreement) -> Iterator[AgreementFlaw]:
    """Yield everything that keeps a stage from having a price, whatever is published later."""
    ids = [index.id for index in agreement.indexes]
    yield from twice(agreement, ("indexes",), agreement.indexes, lambda index: index.id)
    for place, value in enumerate(agreement.index_values):
        yield from unknown(("index_values", place, "index"), value.index, ids, "[[indexes]]")
    yield from twice(
        agreement,
        ("index_values",),
        agreement.index_values,
        lambda value: (value.index, value.at, value.state),
    )
    for place, component in enumerate(agreement.components):
        if isinstance(component, PerHead):
            yield from _stages(agreement, component.rates, ("components", place, "rates"))
            yield from _stages(agreement, component.fees, ("components", place, "fees"))
        if isinstance(component, Charges):
            yield from _stages(agreement, component.prices, ("components", place, "prices"))
        if isinstance(component, Fixed):
            yield from _stages(agreement, component.amounts, ("components", place, "amounts"))


def _stages(
    agreement: Agreement, stages: Iterable[RateStage | AmountStage], loc: Loc
) -> Iterator[AgreementFlaw]:
    rows = list(stages)
    for place, stage in enumerate(rows):
        name, stated = ("rate", stage.rate) if isinstance(stage, RateStage) else ("amount", stage.amount)
        name = "price" if isinstance(stage, ChargePrice) else name
        here = (*loc, place)
        if (stated is None) == (stage.raised_percent is None):
            actual = (
                f"{name} und raised_percent" if stated is not None else f"weder {name} noch raised_percent"
            )
            yield AgreementFlaw(
                here, actual, f"genau eines: {name} (der Preis) oder raised_percent (mehr als davor)"
            )
        if stage.raised_percent is not None:
            yield from _raised(rows, stage, here)
        if stage.index is not None:
            yield from _indexed(agreement, stage.index, (*here, "index"))


def _raised(
    rows: list[RateStage | AmountStage], stage: RateStage | AmountStage, here: Loc
) -> Iterator[AgreementFlaw]:
    """A raise needs a stage before it in its own row, and one whose price does not move from year to year."""
    before = [row for row in rows if row.begins < stage.begins and _whose(row) == _whose(stage)]
    if not before:
        allowed = "eine Stufe davor, die den Preis nennt"
        yield AgreementFlaw((*here, "raised_percent"), "keine Stufe davor", allowed)
    elif max(before, key=lambda row: row.begins).index is not None or stage.index is not None:
        allowed = "raised_percent nach einem Preis ohne index"
        yield AgreementFlaw((*here, "raised_percent"), "die Stufe davor folgt einem Index", allowed)


def _whose(stage: RateStage | AmountStage) -> tuple[str, ...]:
    """Return for whom, or for which grade, a stage is."""
    return (stage.grade,) if isinstance(stage, ChargePrice) else getattr(stage, "members", ())


def _indexed(agreement: Agreement, index: PriceIndex, here: Loc) -> Iterator[AgreementFlaw]:
    yield from unknown((*here, "of"), index.of, [series.id for series in agreement.indexes], "[[indexes]]")
    published = [value.at for value in agreement.index_values if value.index == index.of]
    if index.base not in published and any(series.id == index.of for series in agreement.indexes):
        allowed = f'ein Wert in [[index_values]] mit at = "{index.base}"' + (
            f"; vorhanden: {', '.join(sorted(set(published)))}" if published else ""
        )
        yield AgreementFlaw((*here, "base"), f"{index.of!r} hat für {index.base} keinen Wert", allowed)
