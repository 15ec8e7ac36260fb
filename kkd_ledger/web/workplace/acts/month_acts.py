"""Monate: opened, run, closed and opened again; what a book stands on, confirmed by two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit.close import NEVER_ALLOWED, Closing, close_months
from kkd_ledger.audit.open_months import open_months
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth
from kkd_ledger.rules.engine.rule import Level
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import ANYBODY, Action, ActionCall, ActionReport, WayBack, WayOn
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acting.outcome_blocks import finding_sentence
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.page_words import month_words
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.books.changes import Changes, confirm
from kkd_ledger.work.month.month import run_month, waiting_months
from kkd_ledger.work.month.report import month_text
from kkd_ledger.work.session import Outcome
from kkd_ledger.work.statements.received import Ends

_TYPED_MONTH: Final = "Monat, zum Beispiel 03/2024"
_LINES_MAX: Final = 400
ALL_MONTHS: Final = "alle"
"""What is chosen instead of a month where all that wait are meant."""


def _month_field(snapshot: Snapshot, label: str, sentence: str, offered: choices.Choices) -> Field:
    start = offered[0][0] if offered else str(BookingMonth.of(snapshot.today))
    return Field(
        "monat", label, sentence, fields.month, suggestions=offered, start=start, blamed=("Monat",), finds=True,
        otherwise=_TYPED_MONTH,
    )  # fmt: skip


def _run_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    months = snapshot.waiting_months
    offered = [(str(month), month_words(month)) for month in months]
    if len(months) > 1:
        offered.insert(0, (ALL_MONTHS, f"alle {len(months)}, der Reihe nach bis {month_words(months[-1])}"))
    sentence = "Der Monat, dessen Kontoauszüge im Posteingang liegen."
    field = _month_field(snapshot, "Monat", sentence, offered)
    return (field._replace(read=_one_or_all),)


def _one_or_all(text: str) -> object:
    return ALL_MONTHS if text == ALL_MONTHS else fields.month(text)


def _run_month(call: ActionCall) -> ActionReport:
    """Run a month, or all that wait: of these a dry run shows the last one, which holds what all of them would do."""
    chosen = call.values.get("monat")
    months = waiting_months(call.book, call.today) if chosen == ALL_MONTHS else (call.month("monat"),)
    wanted, ends = months[-1:] if call.dry_run else months, Ends()
    runs = [
        run_month(call.book, month, today=call.today, dry_run=call.dry_run, ends=ends) for month in wanted
    ]
    nothing = "Im Posteingang liegt kein Kontoauszug, der an der Reihe ist."
    if not runs:
        return ActionReport([], nothing=nothing)
    blocks: list[Block] = []
    for run in runs:
        lines = [line.rstrip() for line in month_text(run).splitlines() if line.strip()]
        title = f"Der Lauf: {month_words(run.month)}"
        blocks.append(Sentences(title, [Sentence(line) for line in lines[1:]], is_report=True))
    count = german.count(sum(len(run.imported.lines) for run in runs), "neue Zeile", "neue Zeilen")
    names = german.listing([month_words(month) for month in months])
    rejected = "\n".join(part.path.name for run in runs for part in run.rejected)
    way = WayBack(
        "Eine falsch zugeordnete Zahlung stornieren; ihr Geld wird dann wieder ungeklärt", "stornieren", {}
    )
    outcome = runs[-1].imported.outcome
    return ActionReport(
        [f"Monatslauf {names}: {count}."], outcome, blocks, nothing=nothing, bound=rejected, ways_back=[way],
        ways_on=list(_after_run(outcome)),
    )  # fmt: skip


def _after_run(outcome: Outcome) -> Iterator[WayOn]:
    """Yield what a run leaves to a person: first the money that it could not place."""
    if monies := outcome.known_book.progress.overview.claims.suspense:
        total = format_eur(sum(abs(money.cents) for money in monies.values()))
        count = german.count(len(monies), "ungeklärte Zahlung", "ungeklärte Zahlungen")
        yield WayOn(f"{count} klären ({total})", page="zahlungsabgleich")
    yield WayOn("Was sonst wartet: Heute", page="")


def _open_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    following = snapshot.months[-1].following if snapshot.months else BookingMonth.of(snapshot.today)
    sentence = "Der Buchungsmonat, der geöffnet wird, zum Beispiel 03/2024."
    return (_month_field(snapshot, "Monat", sentence, [(str(following), month_words(following))]),)


def _open(call: ActionCall) -> ActionReport:
    month = call.month("monat")
    outcome = open_month(call.book, month, today=call.today, dry_run=call.dry_run)
    way = WayBack(
        "Ein geöffneter Monat bleibt offen, bis er abgeschlossen wird", "abschliessen", {"monat": str(month)}
    )
    said = f"{_subject(month)} {call.tense('wird geöffnet', 'ist offen')}."
    return ActionReport([said], outcome, ways_back=[way])


def _adopt_fields(_: Snapshot) -> tuple[Field, ...]:
    return ()


def _adopt(call: ActionCall) -> ActionReport:
    outcome = adopt(call.book, today=call.today, dry_run=call.dry_run)
    nothing = "Alle Beschlüsse der Vereinbarung stehen schon im Buch."
    said = call.tense("Die Beschlüsse der Vereinbarung kommen in das Buch.", "Die Beschlüsse stehen im Buch.")
    return ActionReport([said], outcome, nothing=nothing)


def _close_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    sentence = "Der älteste offene Monat; danach ist an ihm nichts mehr zu ändern."
    text = "Zu einer Beanstandung oder etwas Offenem, das so bleiben muss: je Zeile CODE=TEXT, zum Beispiel "
    text += "KKD-B01=bewilligt am 12.12."
    offered = choices.months_open(snapshot)
    later = "Schließt die folgenden Monate gleich mit ab, jeden für sich, bis einer noch nicht kann."
    return (
        _month_field(snapshot, "Monat", sentence, offered),
        Field(
            "bis", "Bis einschließlich", later, fields.month, is_required=False, suggestions=offered[1:],
            blamed=("kein Monat offen", "„bis“"), otherwise=_TYPED_MONTH, finds=True,
        ),
        Field("bemerkungen", "Bemerkungen", text, fields.remarks, is_required=False, is_long=True),
    )  # fmt: skip


def _close(call: ActionCall) -> ActionReport:
    month, remarks = call.month("monat"), call.values.get("bemerkungen") or {}
    assert isinstance(remarks, Mapping)
    months = [month]
    if call.values.get("bis") is not None:
        months = open_months(call.book, month, call.month("bis"))
    if len(months) > 1 and v.Deed.CLOSES in call.book.settings.policy.signed:
        raise UsageError("Was zu unterschreiben ist, geht Monat für Monat; lassen Sie „bis“ leer.")
    done = close_months(
        call.book, months, by=call.first, today=call.today, remarks=remarks, dry_run=call.dry_run
    )
    seals = [(closing.month, closing.seal) for closing in done if closing.seal]
    hindered = next((closing for closing in done if closing.hindrances), None)
    if not seals:
        if hindered:
            return ActionReport([], None, _hindrances(hindered), hindered=_hindered_words(hindered))
        return ActionReport([], None, nothing=f"{_subject(month)} ist schon abgeschlossen.")
    happens = call.tense("wird abgeschlossen", "ist abgeschlossen")
    said = [f"{_subject(on)} {happens}: Nachweis {seal}." for on, seal in seals]
    if call.dry_run and months[1:]:
        later = german.listing([month_words(other) for other in months[1:]])
        said.append(f"Danach, soweit nichts hindert: {later}.")
    last_month, last = seals[-1]
    said.append(f"SHA-256 des Nachweises: {last.sha256}. Bewahren Sie diese Zahl außerhalb des Buchs auf.")
    blocks = _hindrances(hindered) if hindered else []
    if hindered:
        said.append(_hindered_words(hindered))
    way = WayBack("Zu zweit und mit Grund wieder öffnen", "oeffnen", {"monat": str(month)})
    on = [
        WayOn(f"Weiter: {month_words(other)} abschließen", "abschliessen", {"monat": str(other)})
        for other in [*_open_after(call, last_month)][:1]
    ]
    return ActionReport(
        said, None, blocks, ways_back=[way], ways_on=on, bound=seals[0][1].said,
        link=last if len(months) == 1 else None,
    )  # fmt: skip


def _open_after(call: ActionCall, month: BookingMonth) -> Iterator[BookingMonth]:
    """Yield the open months after one that are over."""
    with suppress(UsageError):
        for other in open_months(call.book, month.following, BookingMonth.of(call.today)):
            if other.last_day <= call.today:
                yield other


def _subject(month: BookingMonth) -> str:
    """Return a month as the subject of a sentence, in the singular also where it holds the closing entries."""
    return f"Der Abschlussmonat {month.year}" if month.month == CLOSING_MONTH else month_words(month)


def _hindrances(closing: Closing) -> list[Block]:
    return [Sentences("Was hindert", [finding_sentence(finding) for finding in closing.hindrances])]


def _hindered_words(closing: Closing) -> str:
    kinds = {finding.kind for finding in closing.hindrances if finding.kind.level != Level.ERROR}
    codes = sorted(kind.code for kind in kinds - set(NEVER_ALLOWED))
    hint = f" Muss es so bleiben, genügt nach einer Prüfung eine Bemerkung zu {german.listing(codes)}."
    return f"{_subject(closing.month)} kann noch nicht abgeschlossen werden.{hint if codes else ''}"


def _reopen_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    sentence = "Auch alle Monate, die danach abgeschlossen wurden, sind dann wieder offen."
    return (
        _month_field(snapshot, "Monat", sentence, choices.months_closed(snapshot)),
        choices.reason("Warum wird der Monat wieder geöffnet?"),
    )


def _reopen(call: ActionCall) -> ActionReport:
    month, by = call.month("monat"), (call.first, call.second)
    reason = call.text("grund")
    done = reopen(call.book, month, reason=reason, by=by, today=call.today, dry_run=call.dry_run)
    months = german.listing([month_words(opened) for opened in done.months])
    way = WayBack("Wieder abschließen", "abschliessen", {"monat": str(month)})
    said = [
        f"{call.tense('Wieder geöffnet wird', 'Wieder offen')}: {months}. Die früheren Nachweise bleiben in der Kette."
    ]
    return ActionReport(said, None, ways_back=[way], essence=months, bound=done.link.said, link=done.link)


def _confirm_fields(_: Snapshot) -> tuple[Field, ...]:
    return ()


def _confirm(call: ActionCall) -> ActionReport:
    done = confirm(call.book, [call.first], today=call.today, dry_run=call.dry_run)
    nothing = (
        "Es ist schon alles bestätigt."
        if done.complete
        else "Sie haben schon bestätigt; es fehlt noch jemand."
    )
    said = [f"SHA-256 von allem, worauf das Buch steht: {done.changes.digest}"]
    if done.outcome is not None and not done.complete:
        said.append("Es zählt, sobald eine zweite Person bestätigt.")
    way = WayBack("War es falsch: ändern lassen, dann neu bestätigen", "bestaetigen", {})
    return ActionReport(said, done.outcome, _changed(done.changes), nothing=nothing, ways_back=[way])


def _changed(changes: Changes) -> list[Block]:
    """Return what has changed since it was confirmed, line by line."""
    blocks: list[Block] = []
    for change in changes.changes:
        lines = (
            [f"{sign} {line}: {text}" for sign, line, text in change.lines()]
            if change.old is not None
            else []
        )
        shown = [Sentence(line) for line in lines[:_LINES_MAX]]
        if len(lines) > _LINES_MAX:
            shown.append(Sentence(f"… und {len(lines) - _LINES_MAX} weitere Zeilen"))
        blocks.append(
            Sentences(f"Geändert: {change.title} ({change.file})", shown, "Der frühere Inhalt ist nicht da.")
        )
    if changes.unanswered:
        blocks.append(Sentences("Dafür steht niemand ein", [Sentence(name) for name in changes.unanswered]))
    if changes.edited:
        blocks.append(Sentences("Von Hand verändert", [Sentence(text) for text in changes.edited]))
    return blocks


ACTS: Final = (
    Action(
        "monatslauf",
        "Monatslauf",
        "month",
        "Was im Posteingang liegt, wird gelesen, gebucht, zugeordnet und abgelegt.",
        _run_fields,
        _run_month,
        verb="Lauf ausführen",
        back="posteingang",
    ),
    Action(
        "monat-oeffnen",
        "Buchungsmonat öffnen",
        "open",
        "Nur nötig, wenn ein Monat keinen Kontoauszug hat; sonst öffnet ihn der Monatslauf.",
        _open_fields,
        _open,
        verb="Öffnen",
        back="monate",
    ),
    Action(
        "beschluesse",
        "Beschlüsse übernehmen",
        "adopt",
        "Was die Vereinbarung an Beschlüssen nennt, kommt in das Buch.",
        _adopt_fields,
        _adopt,
        verb="Übernehmen",
        back="vereinbarung",
    ),
    Action(
        "bestaetigen",
        "Grundlagen bestätigen",
        "confirm",
        "Vereinbarung, book.toml, Kontaktdaten und Vorlagen, wie sie jetzt sind; es zählt, wenn zwei es bestätigen.",
        _confirm_fields,
        _confirm,
        verb="Ich bestätige das",
        back="monate",
    ),
    Action(
        "abschliessen",
        "Monat abschließen",
        "close",
        "Der Monat wird versiegelt: Seine Prüfsummen werden das nächste Glied der Kette.",
        _close_fields,
        _close,
        verb="Jetzt abschließen",
        back="monate",
    ),
    Action(
        "oeffnen",
        "Monat wieder öffnen",
        "reopen",
        "Nur zu zweit und mit Grund; die früheren Nachweise bleiben.",
        _reopen_fields,
        _reopen,
        roles=ANYBODY,
        seconds=ANYBODY,
        second_word="mit öffnen",
        back="monate",
    ),
)
