"""Monate: opened, run, closed and opened again; what a book stands on, confirmed by two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kkd_ledger import german
from kkd_ledger.audit.close import NEVER_ALLOWED, close
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Level
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import ANYBODY, Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acting.outcome_blocks import finding_sentence
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.books.changes import Changes, confirm
from kkd_ledger.work.month.month import run_month
from kkd_ledger.work.month.report import month_text

_LINES_MAX: Final = 400


def _month_field(snapshot: Snapshot, label: str, sentence: str, offered: choices.Choices) -> Field:
    start = offered[0][0] if offered else str(BookingMonth.of(snapshot.today))
    return Field("monat", label, sentence, fields.month, suggestions=offered, start=start, blamed=("Monat",))


def _run_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    months = snapshot.waiting_months
    offered = [(str(month), "") for month in months]
    sentence = "Der Monat, dessen Kontoauszüge im Posteingang liegen; der älteste zuerst."
    return (_month_field(snapshot, "Monat", sentence, offered),)


def _run_month(call: ActionCall) -> ActionReport:
    done = run_month(call.book, call.month("monat"), today=call.today, dry_run=call.dry_run)
    lines = [line.rstrip() for line in month_text(done).splitlines() if line.strip()]
    blocks = [Sentences("Der Lauf", [Sentence(line) for line in lines[1:]], is_report=True)]
    outcome = done.imported.outcome
    said = f"Monatslauf {call.month('monat')}: {german.count(len(done.imported.lines), 'neue Zeile', 'neue Zeilen')}."
    rejected = "\n".join(part.path.name for part in done.rejected)
    way = WayBack(
        "Eine falsch zugeordnete Zahlung stornieren; ihr Geld wird dann wieder ungeklärt", "stornieren", {}
    )
    nothing = "Im Posteingang liegt kein Kontoauszug, der an der Reihe ist."
    return ActionReport([said], outcome, blocks, nothing=nothing, bound=rejected, ways_back=[way])


def _open_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    following = snapshot.months[-1].following if snapshot.months else BookingMonth.of(snapshot.today)
    sentence = "Der Buchungsmonat, der geöffnet wird, zum Beispiel 03/2024."
    return (_month_field(snapshot, "Monat", sentence, [(str(following), "")]),)


def _open(call: ActionCall) -> ActionReport:
    month = call.month("monat")
    outcome = open_month(call.book, month, today=call.today, dry_run=call.dry_run)
    way = WayBack(
        "Ein geöffneter Monat bleibt offen, bis er abgeschlossen wird", "abschliessen", {"monat": str(month)}
    )
    return ActionReport([f"Monat {month} ist offen."], outcome, ways_back=[way])


def _adopt_fields(_: Snapshot) -> tuple[Field, ...]:
    return ()


def _adopt(call: ActionCall) -> ActionReport:
    outcome = adopt(call.book, today=call.today, dry_run=call.dry_run)
    nothing = "Alle Beschlüsse der Vereinbarung stehen schon im Buch."
    return ActionReport(["Die Beschlüsse der Vereinbarung kommen in das Buch."], outcome, nothing=nothing)


def _close_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    sentence = "Der älteste offene Monat; danach ist an ihm nichts mehr zu ändern."
    text = "Zu einer Beanstandung oder etwas Offenem, das so bleiben muss: je Zeile CODE=TEXT, zum Beispiel "
    text += "KKD-B01=bewilligt am 12.12."
    return (
        _month_field(snapshot, "Monat", sentence, choices.months_open(snapshot)),
        Field("bemerkungen", "Bemerkungen", text, fields.remarks, is_required=False, is_long=True),
    )


def _close(call: ActionCall) -> ActionReport:
    month, remarks = call.month("monat"), call.values.get("bemerkungen") or {}
    assert isinstance(remarks, Mapping)
    done = close(call.book, month, by=call.first, today=call.today, remarks=remarks, dry_run=call.dry_run)
    if done.hindrances:
        kinds = {finding.kind for finding in done.hindrances if finding.kind.level != Level.ERROR}
        codes = sorted(kind.code for kind in kinds - set(NEVER_ALLOWED))
        blocks: list[Block] = [
            Sentences("Was hindert", [finding_sentence(finding) for finding in done.hindrances])
        ]
        hint = f" Muss es so bleiben, genügt nach einer Prüfung eine Bemerkung zu {german.listing(codes)}."
        hindered = f"Der Monat {month} kann noch nicht abgeschlossen werden.{hint if codes else ''}"
        return ActionReport([], None, blocks, hindered=hindered)
    if not done.seal:
        return ActionReport([], None, nothing=f"Der Monat {month} ist schon abgeschlossen.")
    way = WayBack("Zu zweit und mit Grund wieder öffnen", "oeffnen", {"monat": str(month)})
    said = [
        f"Monat {month}, Nachweis {done.seal}.",
        f"SHA-256 des Nachweises: {done.seal.sha256}. Bewahren Sie diese Zahl außerhalb des Buchs auf.",
    ]
    return ActionReport(said, None, ways_back=[way], bound=done.seal.said, link=done.seal)


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
    months = german.listing([str(opened) for opened in done.months])
    way = WayBack("Wieder abschließen", "abschliessen", {"monat": str(month)})
    said = [f"Wieder offen: {months}. Die früheren Nachweise bleiben in der Kette."]
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
