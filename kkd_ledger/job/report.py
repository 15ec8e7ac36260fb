"""The monthly run in words that a treasurer understands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kkd_ledger.book.standing import Standings, Status
from kkd_ledger.job.certificate import Certificates, Fate
from kkd_ledger.job.month import INBOX, REJECTED, UNCLEAR, Month, invoices, unclear_documents
from kkd_ledger.job.numbers import missing_numbers, missing_pages
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.plugins.telling import finding_lines

_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def month_text(run: Month) -> str:
    """Return the summary of a monthly run."""
    return "\n".join(_month_lines(run))


def _month_lines(run: Month) -> Iterator[str]:
    yield f"{run.book.settings.title}: Monatslauf {_month_name(run.month)}"
    if run.dry_run:
        yield "  Probelauf: nichts wurde geschrieben; die Tabellen zeigen den Stand davor, das Übrige, was geschähe."
    yield from _bank_lines(run)
    yield from _number_lines(run)
    for one in run.imported.beside:
        yield f"  {one.kind} ({one.statement.source}): {one.text}"
    if run.standings:
        yield from standing_lines(run.standings, "angefordert" if run.book.is_operator else "gebucht")
    yield from _budget_lines(run)
    yield from _unclear_lines(run)
    yield from finding_lines(run.findings)
    yield from _inbox_lines(run)
    if run.closing and run.closing.seal:
        yield "  Der Monat ist abgeschlossen."
    if not run.changed:
        yield "  Nichts Neues: der Lauf hat nichts geändert."


def _unclear_lines(run: Month) -> Iterator[str]:
    """Yield how much unclear money there is in all, also from earlier months."""
    if run.unclear:
        total = sum(one.cents for one in run.unclear)
        oldest = min(one.day for one in run.unclear)
        count = _many(len(run.unclear), "Zahlung", "Zahlungen")
        since = f"die älteste vom {oldest:%d.%m.%Y}"
        yield f"  Ungeklärt: {count}, zusammen {format_eur(total)}, {since} (`kkd clear BUCH --list`)"


def _inbox_lines(run: Month) -> Iterator[str]:
    """Yield what became of the files that were not booked: refused with their reason, or still waiting."""
    for one in run.rejected:
        yield f"  ABGELEHNT {one.problems[0]}"
        lies = "käme mit seinem Grund nach" if run.dry_run else "liegt mit seinem Grund in"
        yield f"    {lies} {one.path.parent / REJECTED}"
    for path in invoices(run.book):
        yield f"  {path.name} ist eine E-Rechnung und wartet: `kkd receive` bucht sie"
    for name, reasons in unclear_documents(run.book):
        yield f"  {name} ist zu klären ({INBOX}/{UNCLEAR}): {reasons}"
    gaps = {one.file.path: one.error.problems[0] for one in run.imported.refused if one.waits}
    for path in run.later:
        if path in gaps:
            yield f"  {gaps[path]}; die Datei wartet im Posteingang"
        else:
            yield f"  {path.name} reicht über den Monat hinaus und wartet auf den nächsten Lauf"


def _month_name(month: BookingMonth) -> str:
    return f"{'Abschluss' if month.month == CLOSING_MONTH else _MONTHS[month.month - 1]} {month.year}"


def _bank_lines(run: Month) -> Iterator[str]:
    done = run.imported
    if not done.statements:
        yield "  Bank: kein neuer Kontoauszug"
        return
    count = len(done.lines)
    known = f", {done.known} schon bekannt" if done.known else ""
    files = _many(len(done.statements), "Kontoauszug", "Kontoauszüge")
    yield f"  Bank: {files}, {_many(count, 'neue Zeile', 'neue Zeilen')}{known}"
    for fate, words in (
        (Fate.MATCHED, "Anforderungen zugeordnet"),
        (Fate.UNCLEAR, "als ungeklärt gebucht"),
        (Fate.WAITS, "warten auf eine Entscheidung"),
        (Fate.NOT_OURS, f"gehören nicht zum {run.book.agreement.id.upper()} (nach benannten Regeln)"),
    ):
        if done.count(fate):
            yield f"    {done.count(fate):>4}  {format_eur(done.total(fate)):>18}  {words}"
    for line in done.lines:
        if line.fate in {Fate.UNCLEAR, Fate.WAITS}:
            day = dt.date.fromisoformat(line.day)
            yield f"          {day:%d.%m.%Y}  {format_eur(line.cents):>16}  {'; '.join(line.reasons)}"


def _number_lines(run: Month) -> Iterator[str]:
    """Yield where the numbers of the new statements jump."""
    if run.imported.statements:
        first = min(statement.from_day for statement in run.imported.statements)
        held = Certificates(run.book.root, first).statements
        for sentence in (*missing_numbers(held, first), *missing_pages(held, first)):
            yield f"  HINWEIS {sentence}"


def standing_lines(table: Standings, booked_word: str = "angefordert") -> Iterator[str]:
    """Yield one line a service year: agreed, booked, open, and how many parties have paid (or how far a single one is).

    `booked_word` says what booking means on this side: the operator demands, a member books.
    """
    yield f"  Kostenbeteiligungen (Stand {table.as_of:%d.%m.%Y}):"
    for year in table.years:
        cells = table.cells(year)
        entitled, booked, open_cents = table.total(year)
        paid = sum(1 for cell in cells if cell.status == Status.PAID)
        progress = str(cells[0].status) if len(cells) == 1 else f"{paid} von {len(cells)} bezahlt"
        yield (
            f"    {year}: vereinbart {format_eur(entitled)}, {booked_word} {format_eur(booked)}, "
            f"offen {format_eur(open_cents)}; {progress}"
        )


def _budget_lines(run: Month) -> Iterator[str]:
    budget = run.book.settings.budget
    what = "Erträge" if run.book.is_operator else "Aufwendungen"
    yield f"  Budget {budget.line} „{budget.name}“, {what}:"
    for one in run.budget:
        detail = " + ".join(f"{format_eur(cents)} für {service}" for service, cents in one.ordered.items())
        if len(one.ordered) == 1:
            detail = f"für {next(iter(one.ordered))}"
        yield f"    {one.label}: {format_eur(one.ordered_cents)}{f' ({detail})' if detail else ''}"
        if one.appropriated:
            yield (
                f"      Ansatz {format_eur(one.original_cents)}, fortgeschrieben {format_eur(one.updated_cents)}, "
                f"vorgemerkt {format_eur(one.reserved_cents)}, angeordnet {format_eur(one.ordered_cents)}, "
                f"gezahlt {format_eur(one.paid_cents)}, verfügbar {format_eur(one.available_cents)}"
            )


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
