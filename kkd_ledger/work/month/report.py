"""The monthly run in words that a treasurer understands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kkd_ledger import german
from kkd_ledger.bank.files.reading import told_name
from kkd_ledger.bank.line_keys import statement_key
from kkd_ledger.book.certificate import Certificates, Fate, Words
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import told_error
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.rules.engine.telling import finding_lines
from kkd_ledger.work.month.figures import budget_lines, standing_lines, suspense_lines
from kkd_ledger.work.month.month import Month
from kkd_ledger.work.month.moved import MovedAmount, What, moved_rows
from kkd_ledger.work.statements.inbox import (
    DOUBTFUL,
    INBOX,
    REJECTED,
    document_word,
    doubtful_documents,
    lies_since,
    settling,
)
from kkd_ledger.work.statements.statement_numbers import missing_numbers, missing_pages, restarts

_LATER_MAX: Final = 12
_WHO_CHARS: Final = 70


def month_text(run: Month) -> str:
    """Return the summary of a monthly run."""
    lines: list[str] = []
    try:
        lines.extend(_month_lines(run))
    except OSError as error:  # what is booked is booked, and has to be told
        lines.append(f"  Der Rest dieser Zusammenfassung fehlt: {told_error(error)}")
    return "\n".join(lines)


def _month_lines(run: Month) -> Iterator[str]:
    yield f"{run.book.settings.title}: Monatslauf {_month_name(run.month)}"
    if run.dry_run:
        yield "  Probelauf: nichts wurde geschrieben; alles hier zeigt, wie es nach dem Lauf stünde."
    if run.finished:
        yield f"  {finished_text(run.finished)}"
    yield from _bank_lines(run)
    yield from _number_lines(run)
    for supplement in run.imported.supplements:
        yield f"  {supplement.kind} ({supplement.statement.source}): {supplement.text}"
    if run.standings:
        yield from standing_lines(run.standings, "angefordert" if run.book.is_operator else "gebucht")
    yield from budget_lines(run.book, run.budget)
    yield from suspense_lines(run.suspense)
    yield from finding_lines(run.findings)
    yield from _inbox_lines(run)
    yield from _ready_lines(run)
    if not run.changed:
        yield "  Nichts Neues: der Lauf hat nichts geändert."


def finished_text(files: Sequence[str]) -> str:
    """Return the sentence that this run completed what a killed run had decided; `files` are those put in place."""
    return f"Ein abgebrochener Lauf wurde zu Ende gebracht: {', '.join(files)}."


def _ready_lines(run: Month) -> Iterator[str]:
    """Yield which months a person may close now; a key of book.toml that once let the run close them is told of."""
    if run.ready:
        first, last = run.ready[0], run.ready[-1]
        which = f"{first}" if first == last else f"{first} bis {last}, {first} zuerst"
        yield f"  Zum Abschluss bereit: {which}. Abschließen kann nur ein Mensch: `kkd close BUCH {first} --by NAME`"
    if run.book.settings.policy.close_months:
        said = "Der Lauf sagt, was bereit ist, und schließt nichts ab."
        yield f"  `close_months` in book.toml bewirkt nichts mehr: {said}"


def _document_waits(path: Path) -> str:
    if (word := document_word(path)) == "E-Rechnung":
        return "ist eine E-Rechnung und wartet: `kkd receive` bucht sie"
    return (
        f"ist ein {word}, etwa eine Erinnerung oder Mahnung, und wartet: lesen Sie es; "
        "`kkd receive BUCH DATEI --reject GRUND --by NAME` legt es mit Grund und Name ab"
    )


def _inbox_lines(run: Month) -> Iterator[str]:
    """Yield what became of the files that were not booked: refused with their reason, or still waiting."""
    for rejected in run.rejected:
        yield f"  ABGELEHNT {rejected.problems[0]}"
        lies = "käme mit diesem Grund nach" if run.dry_run else "liegt mit diesem Grund in"
        yield (
            f"    {lies} {INBOX}/{REJECTED}/{rejected.aside}" if rejected.aside else f"    bleibt in {INBOX}/"
        )
    for path in run.invoices:
        yield f"  {told_name(path.name)} {_document_waits(path)}"
    doubtful = doubtful_documents(run.book)
    for name, reasons in doubtful:
        yield f"  {name} ist zu klären ({INBOX}/{DOUBTFUL}): {reasons}"
    if doubtful:
        yield f"    {settling(doubtful)}"
    gaps = {refused.file.path: refused.error.problems[0] for refused in run.imported.refused}
    for path, problem in gaps.items():
        yield f"  {str(problem).removesuffix('.')}; die Datei wartet im Posteingang{_since(path, run.today)}"
    if gaps:
        yield "    Warum genau und was es löst, sagt `kkd statement --explain BUCH`."
        yield "    `kkd decide BUCH` nennt, was wartet, und entscheidet darüber, wo nichts mehr kommt."
    for sentence in run.left:
        yield f"  {sentence}"
    yield from _later_lines([path for path in run.later if path not in gaps])


def _since(path: Path, today: dt.date) -> str:
    day = lies_since(path, today)
    return f" seit dem {german.day(day)}" if day else ""


def _later_lines(later: Sequence[Path]) -> Iterator[str]:
    """Yield what waits for the next month's run; of many files only how many they are."""
    if len(later) > _LATER_MAX:
        yield (
            f"  {len(later)} Dateien ({told_name(later[0].name)} bis {told_name(later[-1].name)}) reichen über den "
            "Monat hinaus und warten auf den nächsten Lauf"
        )
        return
    for path in later:
        yield f"  {told_name(path.name)} reicht über den Monat hinaus und wartet auf den nächsten Lauf"


def _month_name(month: BookingMonth) -> str:
    return f"{'Abschluss' if month.month == CLOSING_MONTH else german.MONTHS[month.month - 1]} {month.year}"


def _bank_lines(run: Month) -> Iterator[str]:
    done = run.imported
    if not done.statements:
        yield "  Bank: kein neuer Kontoauszug"
        return
    count = len(done.lines)
    known_text = f", {done.known_count} schon bekannt" if done.known_count else ""
    files = german.count(len(done.statements), "Kontoauszug", "Kontoauszüge")
    name = run.book.agreement.id.upper()
    yield f"  Bank: {files}, {german.count(count, 'neue Zeile', 'neue Zeilen')}{known_text}"
    for what, incoming, amounts in moved_rows(run.moved):
        yield _row(len(amounts), sum(amount.cents for amount in amounts), f"{what} ({_way(incoming)})")
        if what == What.RETURNED:
            yield from (f"          {_returned(amount)}" for amount in amounts)
    for fate, words in (
        (Fate.WAITS, ("wartet auf eine Entscheidung", "warten auf eine Entscheidung")),
        (Fate.NOT_OURS, (f"gehört nicht zu {name}", f"gehören nicht zu {name}")),
    ):
        fated = [line.cents for line in done.lines if line.fate == fate]
        by_rule = ", nach benannten Regeln" if fate == Fate.NOT_OURS else ""
        for incoming in (True, False):
            if sums := [cents for cents in fated if (cents > 0) == incoming]:
                yield _row(len(sums), sum(sums), f"{words[len(sums) > 1]} ({_way(incoming)}{by_rule})")
    yield from _line_rows(run)


def _line_rows(run: Month) -> Iterator[str]:
    """Yield each line whose money, or a part of it, is placed nowhere: with its day, who paid, and why."""
    waits = False
    rests = {
        amount.record.text(v.BANK_REFERENCE): amount for amount in run.moved if amount.what == What.SUSPENSE
    }
    for line in run.imported.lines:
        if line.fate == Fate.MATCHED and (rest := rests.get(line.key)):
            yield f"          {_rest(rest, run.imported.words[line.key])}"
        if line.fate in {Fate.SUSPENSE, Fate.WAITS}:
            key = f" [{line.key}]" if line.fate == Fate.WAITS else ""
            said = f"{_who(run.imported.words[line.key])}{'; '.join(line.reasons)}{key}"
            yield f"          {german.day(line.day)}  {format_eur(line.cents):>16}  {said}"
            waits = waits or bool(key)
            yield from (f"              {proposal.text}" for proposal in run.proposals.get(line.key, ()))
    if waits:
        yield (
            "          Entscheiden (der Schlüssel steht in Klammern): "
            "`kkd decide BUCH SCHLÜSSEL --by NAME --reason GRUND`"
        )
        yield (
            "          mit `--foreign`, wenn sie nicht hierher gehört, `--posten POSTEN`, wenn sie ihn zahlt, "
            "`--known`, wenn sie schon gebucht ist, oder `--new`, wenn sie hierher gehört und noch niemand weiß, "
            "wozu (danach `kkd clear`)"
        )


def _row(count: int, cents: int, words: str) -> str:
    return f"    {count:>4}  {format_eur(cents):>18}  {words}"


def _way(incoming: bool) -> str:  # noqa: FBT001 - it is the direction
    return "Eingang" if incoming else "Ausgang"


def _returned(amount: MovedAmount) -> str:
    """Return whose payment came back, of which item."""
    who = f"{amount.record.payee}: " if amount.record.payee else ""
    return f"{german.day(amount.record.date)}  {format_eur(amount.cents):>16}  {who}{amount.posten} ist wieder offen"


def _rest(amount: MovedAmount, line_words: Words) -> str:
    """Return what is unclear of a payment that was placed: its items were open with less."""
    postens = ", ".join(str(leg.meta[v.ITEM]) for leg in amount.record.postings if v.ITEM in leg.meta)
    why = f"Rest der Zahlung auf {postens}: dort war weniger offen"
    return f"{german.day(amount.record.date)}  {format_eur(amount.cents):>16}  {_who(line_words)}{why}"


def _who(line_words: Words) -> str:
    """Return who is on the other side of a bank line and what it says, as far as one line of text takes it."""
    words = " | ".join(filter(None, line_words))
    return f"{words if len(words) <= _WHO_CHARS else words[: _WHO_CHARS - 1] + '…'}: " if words else ""


def _number_lines(run: Month) -> Iterator[str]:
    """Yield where the numbers of the new statements jump, or start again in another format."""
    if run.imported.statements:
        first = min(statement.from_day for statement in run.imported.statements)
        certified = Certificates(run.book.root, first).statements
        fresh = {statement_key(statement) for statement in run.imported.statements}
        sentences = (
            *restarts(certified, fresh),
            *missing_numbers(certified, first),
            *missing_pages(certified, first),
        )
        for sentence in sentences:
            yield f"  HINWEIS {sentence}"
