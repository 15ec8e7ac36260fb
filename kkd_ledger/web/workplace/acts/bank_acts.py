"""Posteingang: a person decides about bank lines and bank files that wait or were refused."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.book.certificate import Verdict
from kkd_ledger.errors import UsageError
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport, WayBack
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.decisions.decide import Chosen, decide_lines
from kkd_ledger.work.decisions.decide_file import decide_file
from kkd_ledger.work.decisions.left_in_suspense import left_in_suspense, left_in_suspense_lines

_VERDICTS: Final = {
    "zahlt": (Verdict.PAYS, "zahlt den Posten, der unten steht"),
    "neu": (Verdict.NEW, "gehört hierher und ist neu; das Geld ist dann ungeklärt"),
    "bekannt": (Verdict.KNOWN, "ist schon gebucht"),
    "fremd": (Verdict.NOT_OURS, "gehört nicht hierher"),
    "wieder": (Verdict.OPEN, "soll wieder warten: die Entscheidung wird zurückgenommen"),
}
_OF_FILES: Final = ("neu", "bekannt", "fremd")


def _verdict(names: tuple[str, ...]) -> Field:
    words = [(name, _VERDICTS[name][1]) for name in names]
    return Field("urteil", "Urteil", "Was Sie darüber wissen.", fields.words, choices=words)


def _selection() -> tuple[Field, ...]:
    day = "Leer: an jedem Tag. Mit dem Schlüssel eines Unterschieds: der Tag des Teils."
    sums = "Leer: jeder Betrag. Mit dem Schlüssel eines Unterschieds: wie viel davon."
    payer = "Leer: jede Gegenseite; sonst Zeilen, deren Gegenseite oder Text so heißt."
    return (
        Field("tag", "Nur Zeilen dieses Tags", day, fields.day, is_required=False),
        Field("betrag", "Nur Zeilen dieses Betrags", sums, fields.cents, is_required=False),
        Field("zahler", "Nur Zeilen von", payer, fields.words, is_required=False),
    )


def _line_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    waiting = [
        (line.key, f"{german.day(line.day)} {format_eur(line.cents)} {' '.join(line.words or ())}")
        for line, _ in snapshot.status.waiting
    ]
    which = "Die Zeile, die wartet, oder die Nummer ihrer Buchung; leer: alle, auf die Tag, Betrag und Name zutreffen."
    item = "Nur bei „zahlt“: der Posten."
    return (
        Field("zeile", "Zeile", which, fields.words, is_required=False, suggestions=waiting, finds=True),
        _verdict(tuple(_VERDICTS)),
        Field(
            "posten", "Posten", item, fields.words, is_required=False, suggestions=choices.open_items(snapshot),
            blamed=("Posten",), finds=True,
        ),
        *_selection(),
        choices.reason("Woher wissen Sie das?"),
    )  # fmt: skip


def _chosen(call: ActionCall) -> Chosen:
    return Chosen(call.text("zeile"), call.day("tag"), call.cents("betrag"), call.text("zahler"))


def _decide_line(call: ActionCall) -> ActionReport:
    verdict, words = _VERDICTS[call.text("urteil")]
    chosen, posten = _chosen(call), call.text("posten")
    if chosen.all:
        raise UsageError("Es fehlt, worüber Sie entscheiden: eine Zeile, oder Tag, Betrag, Name.")
    if (verdict == Verdict.PAYS) != bool(posten):
        raise UsageError("Posten: nur bei „zahlt“, und dort nötig.")
    outcome = decide_lines(
        call.book, chosen, verdict, by=call.first, reason=call.text("grund"), today=call.today, posten=posten,
        dry_run=call.dry_run,
    )  # fmt: skip
    left = list(left_in_suspense_lines(left_in_suspense(outcome)))
    start = {"zeile": chosen.key, "urteil": "wieder"}
    ways = [WayBack("Die Entscheidung zurücknehmen: Die Zeile wartet wieder", "bankzeile", start)]
    return ActionReport(
        [f"{call.tense('So wird entschieden', 'Entschieden')}: Die Zeile {words}.", *left],
        outcome,
        ways_back=ways,
    )


def _file_fields(snapshot: Snapshot) -> tuple[Field, ...]:
    files = [(file.name, f"{file.place}/{file.name}") for file in snapshot.doubts.files]
    which = "Die Datei, die wartet oder abgelehnt ist."
    return (
        Field("datei", "Datei", which, fields.words, suggestions=files, blamed=("Datei", "datei")),
        _verdict(_OF_FILES),
        *_selection(),
        choices.reason("Woher wissen Sie das?"),
    )


def _decide_file(call: ActionCall) -> ActionReport:
    verdict, words = _VERDICTS[call.text("urteil")]
    name = call.text("datei")
    outcome = decide_file(
        call.book, name, verdict, _chosen(call), by=call.first, reason=call.text("grund"), today=call.today,
        dry_run=call.dry_run,
    )  # fmt: skip
    left = list(left_in_suspense_lines(left_in_suspense(outcome)))
    way = WayBack("Anders entscheiden: Eine spätere Entscheidung ersetzt diese", "bankdatei", {"datei": name})
    return ActionReport(
        [f"{call.tense('So wird entschieden', 'Entschieden')}: {name} {words}.", *left],
        outcome,
        ways_back=[way],
    )


ACTS: Final = (
    Action(
        "bankzeile",
        "Über eine Bankzeile entscheiden",
        "decide",
        "Zeilen, die warten, weil das Programm nicht wissen kann, was sie sind; auch viele auf einmal.",
        _line_fields,
        _decide_line,
        verb="So entscheiden",
        back="posteingang",
    ),
    Action(
        "bankdatei",
        "Über eine Bankdatei entscheiden",
        "decide --file",
        "Ein Kontoauszug, der wartet oder abgelehnt ist: Was darin neu ist, was bekannt, was nicht hierher gehört.",
        _file_fields,
        _decide_file,
        verb="So entscheiden",
        back="posteingang",
    ),
)
