"""Sentences about the agreement itself and its parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkd_ledger.agreement.readable.grid import Grid
from kkd_ledger.agreement.readable.sentence_context import Reading, at_clause, capital, dots, span
from kkd_ledger.agreement.sheet.printing import ROUNDING_WORDS
from kkd_ledger.german import day, listing
from kkd_ledger.references import in_fours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkd_ledger.agreement.facts.agreement import Agreement
    from kkd_ledger.agreement.facts.facts import AnnexedDocument, Clause, DueException, DueRule, Member
    from kkd_ledger.agreement.keys.components import Membership

FORM_WORDS: Final = {
    "mandate": "eine Mandatierung (eine Beteiligte führt die Aufgabe für die anderen durch)",
    "delegation": "eine Delegation (eine Beteiligte übernimmt die Aufgabe in ihre Zuständigkeit)",
}
TIES_WORDS: Final = {
    "id": "in der Reihenfolge der Kurznamen",
    "ags": "in der Reihenfolge der amtlichen Gemeindeschlüssel",
    "largest": "zuerst an die mit der größten Zahl",
    "smallest": "zuerst an die mit der kleinsten Zahl",
}
PRORATION_WORDS: Final = {
    "day": "Wer nur einen Teil des Jahres dabei ist, zahlt tagesgenau.",
    "month": "Wer nur einen Teil des Jahres dabei ist, zahlt für jeden Monat, an dessen erstem Tag sie dabei ist.",
    "none": "Wer an irgendeinem Tag des Jahres dabei ist, zahlt das ganze Jahr.",
}
KIND_WORDS: Final = {
    "county": "Kreis",
    "town": "Stadt",
    "municipality": "Gemeinde",
    "association": "Zweckverband",
}


def agreement(reading: Reading, fact: Agreement) -> list[str]:
    """Say what the agreement is, who runs it, and from when to when it holds."""
    life = [f"Sie gilt {span(fact)}"]
    life += [f"wurde am {day(fact.adopted)} beschlossen"] if fact.adopted else []
    life += [f"wird zum {day(fact.effective_from)} wirksam"] if fact.effective_from else []
    return [
        f"Die Vereinbarung „{fact.title}“ ist {FORM_WORDS[fact.form]}.",
        f"{reading.member(fact.operator)} betreibt die Zusammenarbeit (Betreiberin) und fordert die "
        "Kostenbeteiligungen an.",
        f"{listing(life)}.",
        *([f"Wie sie endet, regelt {fact.ending}."] if fact.ending else []),
        f"Ihr Inhalt ist seit dem {day(fact.known_from)} bekannt; dieser Text sagt, was am "
        f"{day(reading.known_on)} bekannt war{reading.tail_of(fact.assumed)}.",
    ]


def arithmetic(_reading: Reading, fact: Agreement) -> list[str]:
    """Say how shares are rounded and parts of a year are reckoned."""
    said = [
        f"Ein Anteil mit einem Preis wird einmal je Baustein auf den Cent {ROUNDING_WORDS[fact.rounding]}.",
        "Werden Kosten geteilt, so zahlt jede die ganzen Cent ihres exakten Teils; die übrigen Cent gehen an die "
        f"größten Reste, bei gleichem Rest {TIES_WORDS[fact.ties]}.",
        PRORATION_WORDS[fact.proration],
    ]
    if not fact.service_year.is_calendar:
        first, last = fact.days_of(fact.begins.year)
        said.append(
            f"Ein Leistungsjahr reicht vom {first:%d.%m.} bis zum {last:%d.%m.} und heißt nach beiden Kalenderjahren, "
            f"etwa {fact.year_name(first.year)}."
        )
    if fact.rotation:
        said.append(
            "Wer in früheren Jahren einen Cent zu wenig trug, trägt ihn zuerst (Ausgleich über die Jahre)."
        )
    return said


def members(reading: Reading, facts: Sequence[Member]) -> Grid:
    """Say who the parties are, from when to when they take part, and where their money comes from and goes to."""
    heads = ("Name", "Art", "Gemeindeschlüssel", "dabei", "Konto", "Bemerkung")
    return Grid.of(heads, [_member(reading, fact) for fact in facts])


def _member(reading: Reading, fact: Member) -> tuple[str, ...]:
    since = f"vom {day(fact.joined)} an" if fact.joined else "von Anfang an"
    until = f" bis zum {day(fact.left)}" if fact.left else ""
    remarks = [f"Rechtsnachfolgerin von {reading.members(fact.succeeds)}"] if fact.succeeds else []
    remarks += [f"Konto auf den Namen {fact.account_holder}"] if fact.account_holder else []
    remarks += [reading.tail(fact, reading.agreement.members)[2:-1]]
    words = "; ".join(filter(None, remarks))
    accounts = ", ".join(in_fours(iban) for iban in fact.ibans)
    return (
        fact.name,
        KIND_WORDS[fact.kind],
        fact.ags or "",
        since.removesuffix(" an" if until else "") + until,
        accounts,
        words,
    )


def membership(reading: Reading, fact: Membership) -> str:
    """Say when a member takes part in a component."""
    return f"{reading.member(fact.member)} {span(fact)}{reading.tail(fact)}"


def due_rule(reading: Reading, fact: DueRule) -> list[str]:
    """Say when shares are due."""
    what = "Was keinen Fälligkeitsplan hat," if reading.agreement.dues else "Die Kostenbeteiligung"
    words = f"{what} ist am {fact.day:02}.{fact.month:02}. des Leistungsjahres fällig"
    return [
        f"{words}{at_clause(fact.clause)}{reading.tail(fact)}.",
        *(due_exception(reading, exception) for exception in reading.sayable(fact.exceptions)),
    ]


def due_exception(reading: Reading, fact: DueException) -> str:
    """Say the due day of one service year."""
    words = f"Für {reading.agreement.year_name(fact.year)} ist sie am {day(fact.date)} fällig"
    return f"{words}{reading.tail(fact, reading.agreement.due_rule.exceptions)}."


def clause(reading: Reading, fact: Clause) -> str:
    """Say the words of a clause."""
    return f"{fact.id}: {capital(fact.text)}{reading.tail(fact)}"


def document(reading: Reading, fact: AnnexedDocument) -> str:
    """Say which document it is, and by which file and hash it is known."""
    parts = [f"Datei {fact.file}"] if fact.file else []
    parts += [f"Prüfsumme SHA-256 {fact.sha256}"] if fact.sha256 else []
    proof = f"; {', '.join(parts)}" if parts else ""
    return dots(f"{fact.title}{proof}{reading.tail(fact, reading.agreement.documents)}")
