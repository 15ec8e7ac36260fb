"""The sums of a received document: allowances and charges, what is prepaid or rounded, down to what is to be paid."""

from __future__ import annotations

from collections.abc import Iterator

from kkd_ledger.einvoice.comparison.case import Case
from kkd_ledger.einvoice.comparison.compared_fields import ComparedField, as_agreed, noted, refused
from kkd_ledger.einvoice.model import Adjustment
from kkd_ledger.money import format_eur

NOTHING = "nichts"


def signed_cents(adjustment: Adjustment) -> int:
    """Return what an allowance takes off (negative) or a charge adds."""
    return adjustment.amount_cents if adjustment.is_charge else -adjustment.amount_cents


def adjustments(case: Case) -> Iterator[ComparedField]:
    """Yield what raises or lowers the document or a line: told where the share comes out as agreed, else refused."""
    agrees = len(case.years) == 1 and case.years[0].agrees
    for adjustment in case.document.adjustments:
        name, term = ("Zuschlag", "BG-21") if adjustment.is_charge else ("Abzug", "BG-20")
        actual = _worded(adjustment)
        said = f"{name} auf das ganze Dokument: {actual}"
        if agrees:
            yield noted(name, term, actual, NOTHING, f"{said}; mit ihm ist der Anteil wie vereinbart")
        else:
            yield refused(name, term, actual, NOTHING, f"{said}; vereinbart ist keiner")
    for line in case.document.lines:
        for adjustment in line.adjustments:
            name, term = ("Zuschlag", "BG-28") if adjustment.is_charge else ("Abzug", "BG-27")
            actual = _worded(adjustment)
            said = f"{name} in Position {line.id}: {actual}; es zählt ihr Nettobetrag {format_eur(line.net_cents)}"
            yield noted(f"{name} der Position {line.id}", term, actual, NOTHING, said)


def _worded(adjustment: Adjustment) -> str:
    why = adjustment.reason or adjustment.reason_code
    return f"{format_eur(adjustment.amount_cents)}{f' ({why})' if why else ''}"


def sums(case: Case) -> Iterator[ComparedField]:
    """Yield prepaid and rounding amount, and what is to be paid (BT-115) against what the lines come to."""
    totals, document = case.document.totals, case.document
    yield from _prepaid(case)
    if totals.rounding_cents:
        actual = format_eur(totals.rounding_cents)
        said = f"der Betrag ist um {actual} gerundet; vereinbart ist keine Rundung des Dokuments"
        yield refused("Rundung", "BT-114", actual, NOTHING, said)
    lines_cents = sum(line.net_cents for line in document.lines)
    allowances_cents = sum(part.amount_cents for part in document.adjustments if not part.is_charge)
    charges_cents = sum(part.amount_cents for part in document.adjustments if part.is_charge)
    net_cents = lines_cents - allowances_cents + charges_cents
    gross_cents = net_cents + case.sign * sum(year.shown_vat_cents for year in case.years)
    for name, term, cents, expected_cents in (
        ("Summe der Positionen", "BT-106", totals.lines_cents, lines_cents),
        ("Summe der Abzüge", "BT-107", totals.allowances_cents or 0, allowances_cents),
        ("Summe der Zuschläge", "BT-108", totals.charges_cents or 0, charges_cents),
        ("Gesamtbetrag ohne Umsatzsteuer", "BT-109", totals.net_cents, net_cents),
        ("Gesamtbetrag mit Umsatzsteuer", "BT-112", totals.gross_cents, gross_cents),
        ("Bemessungsgrundlage", "BT-116", sum(tax.base_cents for tax in document.taxes), net_cents),
    ):
        if cents != expected_cents:
            actual, agreed = format_eur(cents), format_eur(expected_cents)
            yield refused(name, term, actual, agreed, f"{name}: {actual}, nach den Positionen {agreed}")
    yield _due(case, gross_cents - (totals.prepaid_cents or 0))


def _due(case: Case, expected_cents: int) -> ComparedField:
    due_cents = case.document.totals.due_cents
    actual, agreed = format_eur(due_cents), format_eur(expected_cents)
    if due_cents == expected_cents:
        return as_agreed("zu zahlen", "BT-115", actual)
    difference = due_cents - expected_cents
    apart = f"{'+' if difference > 0 else ''}{format_eur(difference)}"
    said = f"fällig sind {actual}, die Positionen ergeben {agreed}: {apart}"
    return refused("zu zahlen", "BT-115", actual, agreed, said)


def _prepaid(case: Case) -> Iterator[ComparedField]:
    """Yield what the document takes off as paid or remitted: as in our books on some day until now, or not."""
    taken_off = sum(year.whole.taken_off_cents for year in case.years if year.whole)
    prepaid_cents, stood = abs((case.document.totals.prepaid_cents or 0) - taken_off), _settled(case)
    if taken_off and not prepaid_cents:
        yield as_agreed("schon gefordert", "BT-113", format_eur(taken_off))
    actual, agreed = format_eur(prepaid_cents), format_eur(stood[-1])
    if prepaid_cents and prepaid_cents in stood:
        yield as_agreed("schon gezahlt", "BT-113", actual)
    elif prepaid_cents:
        said = (
            f"als schon gezahlt oder erlassen abgezogen sind {actual}; nach unseren Büchern sind es {agreed}: erst die "
            "Forderung (`kkd post`), ihre Zahlung oder den Erlass (`kkd remit`) buchen, dann noch einmal `kkd receive`"
        )
        yield refused("schon gezahlt", "BT-113", actual, agreed, said)
    elif before := _paid_before(case):
        paid = format_eur(before)
        said = (
            f"vor dem Tag des Dokuments sind nach unseren Büchern schon {paid} gezahlt; das Dokument zieht nichts ab, "
            "gezahlt wird nur, was offen ist"
        )
        yield noted("schon gezahlt", "BT-113", NOTHING, paid, said)


def _settled(case: Case) -> tuple[int, ...]:
    """Return what was settled of the document's items, as it stood after each payment and as it stands now (cents)."""
    settled = sum(abs(item.claimed_cents) - abs(item.open_cents) for item in case.items)
    parts = sorted(
        (part.day, -part.cents if item.claimed_cents > 0 else part.cents)
        for item in case.items
        for part in item.paid
    )
    stood = [settled]
    for _, cents in reversed(parts):
        stood.append(stood[-1] - cents)
    return tuple(reversed(stood))


def _paid_before(case: Case) -> int:
    """Return what was paid of the document's items before its own day (cents)."""
    if case.document.is_credit:
        return 0
    day = case.document.issued.isoformat()
    return abs(sum(part.cents for item in case.items for part in item.paid if part.day < day))
