"""Zahlungslauf: prepared by one person of the treasury, released by another; taken back; direct debits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkd_ledger import german
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import TREASURY, Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.acts.money_in_suspense import money_supplement
from kkd_ledger.web.workplace.blocks import Sentence, Sentences, TableBlock
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn
from kkd_ledger.work.transfers.bank_runs import standing
from kkd_ledger.work.transfers.payrun import PaymentRun, RunRelease, collect, pay
from kkd_ledger.work.transfers.refund import refund
from kkd_ledger.work.transfers.taken_back import cancel

_COLUMNS: Final = (
    TableColumn("nr", "Kennung"),
    TableColumn("an", "Name"),
    TableColumn("iban", "IBAN"),
    TableColumn("zweck", "Verwendungszweck"),
    TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
)


def _pay_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return _run_fields(snapshot, choices.payable_items(snapshot))


def _collect_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    return _run_fields(snapshot, choices.collectable_items(snapshot))


def _run_fields(snapshot: Snapshot, offered: choices.Choices) -> tuple[Field, ...]:
    only = "Nichts gewählt: alles, was bis dahin fällig ist."
    why = "Nur nötig, wenn ein genannter Posten trotz einer Lücke im Konto gezahlt wird."
    on = german.day(snapshot.today)
    return (
        Field("am", "Ausführungstag", "Wann die Bank ausführt.", fields.day, start=on, blamed=("Ausführung",)),
        choices.several_items("Nur diese Posten", only, offered),
        Field("grund", "Grund", why, fields.words, is_required=False, blamed=("Grund",)),
    )  # fmt: skip


def _release(call: ActionCall) -> RunRelease:
    day = call.day("am") or call.today
    return RunRelease(call.first, call.second, call.today, day, call.chosen("posten"), call.text("grund"))


def _running(work: Callable[..., PaymentRun]) -> Callable[[ActionCall], ActionReport]:
    def run(call: ActionCall) -> ActionReport:
        return _run_report(call, work(call.book, _release(call), dry_run=call.dry_run))

    return run


def _run_report(call: ActionCall, done: PaymentRun) -> ActionReport:
    payments = done.run.payments
    rows = [
        (
            Cell(payment.end_to_end),
            Cell(payment.name),
            Cell(payment.iban),
            Cell(payment.text),
            Cell(payment.cents),
        )
        for payment in payments
    ]
    notes = [f"{posten}: schon im Lauf {runs}" for posten, runs in done.before]
    notes += [f"{posten}: noch nicht lange genug angekündigt" for posten in done.early]
    notes += [f"{posten}: nicht in diesem Lauf: {reason}" for posten, reason in done.left]
    notes += list(done.remarks)
    asked_day, day = call.day("am"), done.run.execution
    if asked_day and asked_day != day:
        notes.append(
            f"Der {german.day(asked_day)} ist kein Bankarbeitstag (TARGET); ausgeführt wird am {german.day(day)}."
        )
    said = f"{german.count(len(payments), 'Zahlung', 'Zahlungen')}, zusammen {format_eur(done.run.total_cents)}, "
    said += f"auszuführen am {german.day(day)}. Gebucht wird erst, was der Kontoauszug zeigt."
    foot = (Cell("Summe"), Cell(""), Cell(""), Cell(""), Cell(done.run.total_cents))
    blocks = [TableBlock(Table.of("Der Lauf", _COLUMNS, rows, foot))] if rows else []
    listed = [Sentences("Zu beachten", [Sentence(text) for text in notes])] if notes else []
    essence = "\n".join(
        f"{payment.end_to_end} {payment.iban} {payment.cents} {payment.text}" for payment in payments
    )
    way = WayBack(
        "Den Lauf zurücknehmen (solange die Bank ihn nicht ausführt)", "lauf-zurueck", {"lauf": done.run.id}
    )
    nothing = f"Bis zu diesem Tag ist nichts fällig, was in einen Lauf gehört. {done.next_due}".rstrip()
    return ActionReport(
        [said], done.outcome, [*blocks, *listed], nothing=nothing, ways_back=[way], essence=f"{day}\n{essence}",
        downloads=[done.file] if done.file and not call.dry_run else [],
    )  # fmt: skip


def _refund_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    receipts = {money.number for money in snapshot.overview.claims.suspense.values() if money.cents > 0}
    offered = [(number, words) for number, words in choices.suspense_money(snapshot) if number in receipts]
    which = "Ein Eingang, den niemand schuldet: doppelt gezahlt, oder nicht für uns."
    return (
        Field("nr", "Ungeklärtes Geld", which, fields.words, suggestions=offered, finds=True, blamed=("Buchung",)),
        Field(
            "am", "Ausführungstag", "Wann die Bank ausführt.", fields.day, start=german.day(snapshot.today),
            blamed=("Ausführung",),
        ),
        choices.order_text("doppelt gezahlt am 12.03., Rückzahlung angeordnet am 14.03."),
    )  # fmt: skip


def _refund(call: ActionCall) -> ActionReport:
    release = RunRelease(
        call.first, call.second, call.today, call.day("am") or call.today, (), call.text("anordnung")
    )
    done = refund(call.book, call.text("nr"), release, dry_run=call.dry_run)
    return _run_report(call, done)


def _cancel_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    runs = [
        (run.id, f"{run.id}, auszuführen am {german.day(run.execution)}")
        for run in standing(snapshot.book)
        if run.items
    ]
    only = "Nichts gewählt: der ganze Lauf; sonst nur Posten, deren Zahlung zurückkam."
    in_runs = {item.posten for run in standing(snapshot.book) for item in run.items}
    movable = [*choices.open_items(snapshot), *choices.suspense_money(snapshot)]
    offered = [(name, words) for name, words in movable if name in in_runs]
    return (
        Field("lauf", "Lauf", "Ein Lauf, den die Bank nicht ausführt.", fields.words, choices=runs),
        choices.several_items("Nur diese Posten", only, offered),
        choices.reason("Warum wird der Lauf zurückgenommen?"),
    )


def _cancel(call: ActionCall) -> ActionReport:
    run = call.text("lauf")
    release = RunRelease(call.first, call.second, call.today, call.today)
    if run not in {known_run.id for known_run in standing(call.book)}:
        raise InputRefused([Problem(call.book.name, "Lauf", run, "ein Lauf, der noch steht")])
    done = cancel(
        call.book, run, release, call.text("grund"), items=call.chosen("posten"), dry_run=call.dry_run
    )
    said = [f"{done.run} zurückgenommen; wieder zahlbar: {', '.join(done.items)}.", done.remedy]
    way = WayBack("Einen neuen Lauf vorbereiten", "zahlen", {})
    return ActionReport(said, done.outcome, ways_back=[way], essence=f"{run} {done.items}")


ACTS: Final = (
    Action(
        "zahlen",
        "Zahlungslauf",
        "pay",
        "Was fällig ist, kommt in eine Zahldatei für die Bank (SEPA pain.001).",
        _pay_fields,
        _running(pay),
        roles=TREASURY,
        seconds=TREASURY,
        second_word="freigeben",
        back="posten",
    ),
    Action(
        "einziehen",
        "Lastschriftlauf",
        "collect",
        "Forderungen, für die ein Mandat besteht, werden eingezogen (SEPA pain.008).",
        _collect_fields,
        _running(collect),
        roles=TREASURY,
        seconds=TREASURY,
        second_word="freigeben",
        back="posten",
    ),
    Action(
        "zurueckzahlen",
        "Geld zurückzahlen",
        "pay --refund",
        "Ungeklärtes Geld geht dorthin zurück, woher es kam (SEPA pain.001). Steht der Ausgang im Kontoauszug, so "
        "heben sich beide unter „Geld zuordnen“ auf.",
        _refund_fields,
        _refund,
        roles=TREASURY,
        seconds=TREASURY,
        second_word="freigeben",
        back="zahlungsabgleich",
        supplement=money_supplement,
    ),
    Action(
        "lauf-zurueck",
        "Zahlungslauf zurücknehmen",
        "pay --cancel",
        "Ein Lauf, den die Bank nicht ausführt: Was darin stand, ist wieder zahlbar.",
        _cancel_fields,
        _cancel,
        roles=TREASURY,
        seconds=TREASURY,
        second_word="mit zurücknehmen",
        back="posten",
    ),
)
