"""Sollstellung, Anforderungen, Änderungsmitteilungen und Zahlungserinnerungen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.entries.authorisation import name_of
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import (
    CERTIFIERS,
    ORDERERS,
    Action,
    ActionCall,
    ActionReport,
    Paper,
    WayBack,
)
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences, TableBlock
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Table, TableColumn
from kkd_ledger.work.claims.delta_letters import write_deltas
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.claims.remind import remind

_PARTY: Final = TableColumn("beteiligte", "Beteiligte")
_TOLD: Final = (
    WayBack(
        "Ein Schreiben lässt sich nicht zurücknehmen; die Buchung dahinter wird storniert", "stornieren", {}
    ),
)


def _amounts(caption: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]]) -> list[Block]:
    return [TableBlock(Table.of(caption, columns, rows))] if rows else []


def _listed(title: str, texts: Sequence[str]) -> list[Block]:
    return [Sentences(title, [Sentence(text) for text in texts])] if texts else []


def _post_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    why = "Nur bei Anteilen früherer Jahre: warum sie jetzt gebucht werden."
    decision = Field(
        "periode", "Periodenentscheidung", why, fields.words, is_required=False, blamed=("Period",)
    )
    return (choices.service_year(snapshot, is_required=False), decision)


def _post(call: ActionCall) -> ActionReport:
    order = call.order(decision=call.text("periode"))
    posted = post(call.book, order, service_year=call.cents("jahr"), dry_run=call.dry_run)
    rows = [
        (
            Cell(name_of(call.book, correction.member)),
            Cell(call.book.agreement.year_name(correction.service_year)),
            Cell(correction.reason),
            Cell(correction.difference_cents),
            Cell(vat_cents or None),
        )
        for correction, vat_cents in zip(posted.corrections, posted.vat_cents, strict=True)
    ]
    columns = (
        _PARTY,
        TableColumn("jahr", "Jahr"),
        TableColumn("warum", "Warum"),
        TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
        TableColumn("steuer", "dazu Umsatzsteuer", ColumnKind.AMOUNT),
    )
    notes = [f"{gap.sentence}." for gap in posted.missing]
    notes += [f"Vorbehaltlich: {claim.sentence}." for claim in posted.awaiting]
    notes += [offset.text for offset in posted.offsets]
    notes += [
        f"Das Buch nennt keinen Stand von {year}: als abgeschlossen angenommen; unter „Haushaltsjahr“ wird er "
        "festgehalten."
        for year in posted.assumed
    ]
    total = sum(correction.difference_cents for correction in posted.corrections)
    said = f"{german.count(len(rows), 'Sollstellung', 'Sollstellungen')}, zusammen {format_eur(total)}."
    blocks = [
        *_amounts(
            call.tense("Was die Vereinbarung verlangt und noch nicht gebucht ist", "Sollstellungen"),
            columns,
            rows,
        )
    ]
    nothing = "Sonst ist nichts zu buchen." if notes else ""
    if last := posted.reckoned_until(order.day):
        nothing = f"{nothing or 'Bis dahin ist alles gebucht.'} {last}."
    blocks += _listed("Zu beachten", list(filter(None, notes)))
    return ActionReport([said], posted.outcome, blocks, nothing)


def _demand_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    which = "Nichts gewählt: alle, von denen noch etwas anzufordern ist."
    members = Field(
        "beteiligte",
        "Nur diese Beteiligten",
        which,
        fields.several,
        is_required=False,
        choices=choices.parties(snapshot),
        several=True,
    )
    return (choices.service_year(snapshot), members)


def _demand(call: ActionCall) -> ActionReport:
    done = write_demands(
        call.book,
        call.number("jahr"),
        today=call.today,
        members=call.chosen("beteiligte"),
        dry_run=call.dry_run,
    )
    rows, papers = [], []
    for letter in done.documents:
        claim = letter.demand.claim
        rows.append((Cell(claim.number), Cell(letter.demand.recipient), Cell(claim.gross_cents)))
        papers.append(Paper(f"{claim.number}.pdf", letter.pdf, letter.demand.recipient))
    columns = (
        TableColumn("nr", "Dokument"),
        TableColumn("an", "An"),
        TableColumn("betrag", "EUR", ColumnKind.AMOUNT),
    )
    notes = [f"{gap.sentence}." for gap in done.missing] + list(done.remarks)
    notes += [
        f"{document.number} gilt nicht mehr (storniert): Schreiben {file}"
        for document, file in done.taken_back
    ]
    said = f"{german.count(len(rows), 'Dokument', 'Dokumente')}"
    said += (
        f"; {done.before} {'war' if done.before == 1 else 'waren'} schon geschrieben." if done.before else "."
    )
    nothing = (
        f"Für {call.number('jahr')} ist alles Gebuchte angefordert; die Schreiben stehen unter „Anteile“ am Betrag."
        if done.before
        else f"Für {call.number('jahr')} ist nichts gebucht, was noch anzufordern wäre; zuerst kommt die Sollstellung."
    )
    blocks = [*_amounts("Anforderungen und Minderungen", columns, rows), *_listed("Zu beachten", notes)]
    return ActionReport([said], done.outcome, blocks, nothing=nothing, papers=papers, ways_back=_TOLD)


def _delta(call: ActionCall) -> ActionReport:
    done = write_deltas(
        call.book,
        call.number("jahr"),
        today=call.today,
        members=call.chosen("beteiligte"),
        dry_run=call.dry_run,
    )
    rows = [
        (Cell(name_of(call.book, delta.member)), Cell(delta.before_cents), Cell(delta.after_cents))
        for delta, _ in done.letters
    ]
    columns = (
        _PARTY,
        TableColumn("vorher", "vorher", ColumnKind.AMOUNT),
        TableColumn("jetzt", "jetzt", ColumnKind.AMOUNT),
    )
    said = f"{german.count(len(rows), 'Schreiben', 'Schreiben')} über geänderte Anteile."
    nothing = f"Für {call.number('jahr')} hat sich nichts geändert, was noch nicht mitgeteilt wäre."
    return ActionReport(
        [said], done.outcome, _amounts("Geänderte Anteile", columns, rows), nothing=nothing, ways_back=_TOLD
    )


def _remind_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    when = "Was an diesem Tag überfällig ist. Lesen Sie die Kontoauszüge bis dahin vorher ein."
    start = min(snapshot.today, snapshot.months[-1].last_day) if snapshot.months else snapshot.today
    return (
        Field("stichtag", "Stichtag", when, fields.day, start=german.day(start), blamed=("Stichtag", "zum ")),
    )


def _remind(call: ActionCall) -> ActionReport:
    as_of = call.day("stichtag")
    assert as_of is not None, "the day is required"
    done = remind(call.book, as_of, today=call.today, dry_run=call.dry_run)
    rows = [
        (Cell(letter.stage), Cell(name_of(call.book, letter.member)), Cell(letter.total_cents))
        for letter in done.letters
    ]
    columns = (TableColumn("stufe", "Stufe"), _PARTY, TableColumn("betrag", "EUR", ColumnKind.AMOUNT))
    notes = [
        f"Kein Brief wegen {posten}: Vermutlich ist gezahlt, das Geld ist noch ungeklärt ({', '.join(numbers)})."
        for posten, numbers in done.suspense
    ]
    notes += [f"{posten}: wird eingezogen, keine Erinnerung" for posten in done.debited]
    notes += [f"{posten}: schon erinnert am {german.day(day)}" for posten, day in done.before]
    if done.letters and (done.read is None or done.read < as_of):
        until = f"nur bis {german.day(done.read)}" if done.read else "noch gar nicht"
        notes.append(
            f"Kontoauszüge sind {until} eingelesen: Wer danach gezahlt hat, bekommt trotzdem einen Brief."
        )
    papers = [
        Paper(letter.file.rpartition("/")[2], letter.pdf, name_of(call.book, letter.member))
        for letter in done.letters
    ]
    said = f"{german.count(len(rows), 'Schreiben', 'Schreiben')} zum {german.day(as_of)}."
    nothing = f"Am {german.day(as_of)} ist nichts überfällig, woran zu erinnern wäre."
    blocks = [*_amounts("Erinnerungen und Mahnungen", columns, rows), *_listed("Ohne Brief", notes)]
    return ActionReport([said], done.outcome, blocks, nothing=nothing, papers=papers, ways_back=_TOLD)


ACTS: Final = (
    Action(
        "sollstellung",
        "Sollstellung",
        "post",
        "Was die Vereinbarung verlangt und noch nicht gebucht ist, wird zu Forderungen und Verbindlichkeiten.",
        _post_fields,
        _post,
        roles=CERTIFIERS,
        seconds=ORDERERS,
        back="anteile",
    ),
    Action(
        "anforderungen",
        "Anforderungen schreiben",
        "demand",
        "Für jede gebuchte Forderung eines Leistungsjahres entsteht eine E-Rechnung (PDF mit XML).",
        _demand_fields,
        _demand,
        verb="Jetzt schreiben",
        back="posten",
        side="operator",
    ),
    Action(
        "mitteilen",
        "Geänderte Anteile mitteilen",
        "delta",
        "Nach einer Neuberechnung: was sich am Anteil geändert hat und warum.",
        _demand_fields,
        _delta,
        verb="Jetzt schreiben",
        back="anteile",
        side="operator",
    ),
    Action(
        "erinnern",
        "Zahlungserinnerungen und Mahnungen",
        "remind",
        "Wer überfällig ist, bekommt zuerst eine Erinnerung, später eine Mahnung.",
        _remind_fields,
        _remind,
        verb="Jetzt schreiben",
        back="posten",
        side="operator",
    ),
)
