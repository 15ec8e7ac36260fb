"""The lines of a demand: the steps of its derivation, or on a correction the new share against the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import Agreement, BilledPosition, Days, Derivation, Step, changed_positions
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.unit_codes import unit_code
from kkd_ledger.einvoice.vat_category import Treatment
from kkd_ledger.letters.posted import PostedClaim
from kkd_ledger.letters.restated import AdvanceAsked, Restated
from kkd_ledger.money import format_eur

_PIECE: Final = "C62"


@dataclass(frozen=True)
class _Frame:
    """What all lines of a document share: how VAT is treated, and when in the service year the party takes part."""

    vat: Treatment
    period: Days

    def line(self, number: int, name: str, cents: int) -> m.Line:
        """Return a line with one piece at its amount; what lowers the sum has a negative quantity (BR-27)."""
        return m.Line(
            id=str(number),
            name=name,
            quantity=Decimal(1 if cents >= 0 else -1),
            unit=_PIECE,
            price=Decimal(abs(cents)).scaleb(-2),
            net_cents=cents,
            category=self.vat.category,
            rate=None if self.vat.category == m.NOT_TAXABLE else self.vat.rate,
            period=m.Period(*self.period),
        )

    def position(self, number: int, position: BilledPosition, sign: int, *, was: bool) -> m.Line:
        """Return a position's line: quantity × price in its unit, else one piece; `was` is what was billed before."""
        name = f"{position.title} (bisher)" if was else position.title
        line = replace(self.line(number, name, sign * position.cents), period=m.Period(*position.days))
        line = replace(line, description=position.words)
        if not position.is_product:
            return line
        quantity = line.quantity * _decimal(position.quantity)
        return replace(line, quantity=quantity, price=_decimal(position.price), unit=unit_code(position.unit))

    def step(self, number: int, step: Step) -> m.Line:
        """Return a step's line: inhabitants × rate where that is the amount to the cent, else one piece."""
        line = replace(self.line(number, step.title, step.amount_cents), description=step.words)
        if step.period:
            line = replace(line, period=m.Period(*step.period))
        priced = step.product
        return replace(line, quantity=priced[0], price=priced[1]) if priced else line


def lines_of(
    agreement: Agreement, claim: PostedClaim, derivation: Derivation, vat: Treatment
) -> tuple[m.Line, ...]:
    """Return one line for each step of the derivation; on a correction the new share less the share before it.

    Of a bill of charges one for each position, of its correction for each one that changed.
    """
    frame = _Frame(vat, derivation.period)
    if claim.restated:
        return (_whole(frame, claim, claim.restated, derivation.year_name),)
    if claim.bill:
        return _billed(frame, changed_positions(agreement, claim.bill), credit=claim.cents < 0)
    if follows_steps(claim, derivation):
        steps = [frame.step(number, step) for number, step in enumerate(derivation.steps, start=1)]
        return tuple(map(_turned, steps) if claim.cents < 0 else steps)
    year = derivation.year_name
    if claim.is_advance:
        line = frame.line(1, f"Vorauszahlung auf die Kostenbeteiligung {year}", claim.cents)
        return (_turned(line) if claim.cents < 0 else line,)
    sign = -1 if claim.cents < 0 else 1
    now = "(abgerechnet)" if claim.is_settlement else "neu"
    others = claim.before_cents - sum(advance.cents for advance in claim.advances)
    amounts = [
        (f"Kostenbeteiligung {year} {now}", claim.before_cents + claim.cents, ""),
        *((_less(claim, advance), -advance.cents, _tax(advance)) for advance in claim.advances),
        (f"bisher gefordert für {year}", -others, ""),
    ]
    # a share of nothing from which nothing goes off is still stated: an invoice has a line (BR-16)
    stated = [amount for amount in amounts if amount[1]] or amounts[:1]
    named = [(name, sign * cents, words) for name, cents, words in stated[::sign]]
    return tuple(
        replace(frame.line(number, name, cents), description=words)
        for number, (name, cents, words) in enumerate(named, start=1)
    )


def _turned(line: m.Line) -> m.Line:
    """Return a line of what the operator owes the party: a credit note's amounts are positive."""
    return replace(line, quantity=-line.quantity, net_cents=-line.net_cents)


def _whole(frame: _Frame, claim: PostedClaim, whole: Restated, year: str) -> m.Line:
    """Return the one line of a document that states a year anew; it names what was asked for before, with its VAT.

    An earlier document may be of another VAT category, which no line beside this one may bear (BR-O-11 to 14): so what
    it asked for is taken off below the sum (BT-113).
    """
    paid = {advance.record.text(v.NUMBER): advance for advance in claim.advances}
    before = [paid.get(asked.record.text(v.NUMBER), asked) for asked in whole.claims]
    named = [_asked(claim, asked) for asked in before if asked.cents or asked.vat_cents]
    line = frame.line(1, f"Kostenbeteiligung {year}", whole.net_cents)
    words = f"Darauf schon gefordert: {'; '.join(named)}" if named else ""
    return replace(line, description=words)


def _asked(claim: PostedClaim, asked: AdvanceAsked) -> str:
    number, day = asked.record.text(v.DEMAND), german.day(claim.day_of(asked.record))
    gross = format_eur(asked.cents + asked.vat_cents)
    tax = f"darin {format_eur(asked.vat_cents)} Umsatzsteuer" if asked.vat_cents else "ohne Umsatzsteuer"
    return f"{number} vom {day}: {gross} ({tax})"


def _less(claim: PostedClaim, advance: AdvanceAsked) -> str:
    number, day = advance.record.text(v.DEMAND), german.day(claim.day_of(advance.record))
    return f"abzüglich Vorauszahlung {number} vom {day}"


def _tax(advance: AdvanceAsked) -> str:
    """Return which VAT goes off with an advance: a final invoice names it (UStG § 14 Abs. 5)."""
    return f"darauf entfallende Umsatzsteuer {format_eur(advance.vat_cents)}" if advance.vat_cents else ""


def _billed(
    frame: _Frame,
    changed: Sequence[tuple[BilledPosition | None, BilledPosition | None]],
    *,
    credit: bool,
) -> tuple[m.Line, ...]:
    """Return what positions come to, less what they came to before; on a credit the other way round."""
    sign = -1 if credit else 1
    pairs = [pair for old, new in changed for pair in ((sign, new), (-sign, old)) if pair[1] is not None]
    signed = [(way, position) for way, position in pairs if position]
    return tuple(
        frame.position(number, position, way, was=way != sign)
        for number, (way, position) in enumerate(signed, start=1)
    )


def _decimal(exact: Fraction) -> Decimal:
    """Return a number of at most six decimals; quantities and prices have no more."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def follows_steps(claim: PostedClaim, derivation: Derivation) -> bool:
    """Tell whether a document's lines are the steps of its derivation, so that one table says both."""
    fixed = not (claim.is_advance or claim.is_settlement or claim.restated)
    if claim.bill:
        return claim.bill.before is None
    return fixed and claim.before is None and derivation.amount_cents == claim.cents
