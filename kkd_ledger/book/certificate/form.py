"""The certificate's file: JSON of one canonical form, and back; the only place that knows its keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from kkd_ledger.book.certificate.certified import (
    Batch,
    Certificate,
    CertifiedLine,
    CertifiedNotification,
    CertifiedStatement,
    DecidedTerms,
    Decision,
    Fate,
    Hole,
    Split,
    StatementPage,
    Verdict,
    Words,
)
from kkd_ledger.book.certificate.waiting_form import waiting_data, waiting_of
from kkd_ledger.money import plain
from kkd_ledger.periods import BookingMonth
from kkd_ledger.strict_json import Facts, canonical, cents_of, day_of, facts_of

FORMAT: Final = "kkd-vollstaendigkeit/1"
LINES: Final = "zeilen"
_LISTS: Final = frozenset({"gruende"})
_PLAIN: Final = frozenset({"schluessel", "auszug", "tag", "betrag", "ergebnis", "nr", "regel"}) | _LISTS
_BEFORE_LINES: Final = f',\n"{LINES}": '.encode()
_NO_LINES: Final = _BEFORE_LINES + b"[]\n}\n"
_FATES: Final[Mapping[str, Fate]] = {str(fate): fate for fate in Fate}


# ------------------------------------------------------------------------------------------------------ writing


def write(certificate: Certificate) -> bytes:
    """Return a certificate as it is written: canonical JSON, a statement or a bank line on each line of text."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "monat": str(certificate.month),
        "auszuege": list(map(_statement_data, certificate.statements)),
        LINES: list(map(line_data, certificate.lines)),
    }
    if certificate.notifications:
        data["einzelposten"] = list(map(_notification_data, certificate.notifications))
    if certificate.decisions:
        data["entscheidungen"] = list(map(decision_data, certificate.decisions))
    if certificate.waiting:
        data["wartend"] = list(map(waiting_data, certificate.waiting))
    return canonical(data)


def line_data(line: CertifiedLine) -> dict[str, Any]:
    """Return a line as plain JSON data."""
    data: dict[str, Any] = {
        "schluessel": line.key,
        "auszug": line.statement,
        "tag": line.day.isoformat(),
        "betrag": plain(line.cents),
        "ergebnis": str(line.fate),
        "nr": line.number,
        "regel": line.rule,
        "gruende": list(line.reasons),
    }
    if line.words:
        data |= {"gegenseite": line.words.payee, "text": line.words.text}
    if line.iban:
        data["iban"] = line.iban
    if line.batch:
        data["sammelbuchung"] = {"posten": line.batch.details, "bankreferenz": line.batch.reference}
    return data


def decision_data(decision: Decision) -> dict[str, Any]:
    """Return a decision as plain JSON data."""
    data: dict[str, Any] = {
        "gegenstand": decision.subject,
        "urteil": str(decision.verdict),
        "von": decision.by,
        "grund": decision.reason,
        "am": decision.day.isoformat(),
        "nr": decision.number,
        "sha256": decision.sha256,
    }
    if terms := decision.terms:
        data["lesart"] = {
            "von": terms.from_day.isoformat(),
            "bis": terms.to_day.isoformat(),
            "anfang": None if terms.opening_cents is None else plain(terms.opening_cents),
            "ende": None if terms.closing_cents is None else plain(terms.closing_cents),
            "bekannt": list(map(str, terms.known_entries)),
            "unterschiede": [
                {"tag": day.isoformat(), "betrag": plain(cents)} for day, cents in terms.differences
            ],
        }
        if terms.hole:
            data["lesart"]["luecke"] = {
                "von": terms.hole.from_day.isoformat(),
                "betrag": plain(terms.hole.cents),
            }
        if terms.day:
            data["lesart"]["tag"] = terms.day.isoformat()
    return data


def decision_text(decision: Decision) -> bytes:
    """Return a decision as a person answers for it: its canonical JSON, whatever stands beside it."""
    return json.dumps(decision_data(decision), ensure_ascii=False, sort_keys=True).encode()


def _statement_data(statement: CertifiedStatement) -> dict[str, Any]:
    data: dict[str, Any] = {
        "konto": statement.account,
        "art": statement.kind,
        "nummer": statement.number,
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "anfang": None if statement.opening_cents is None else plain(statement.opening_cents),
        "umsatz": plain(statement.moved_cents),
        "ende": None if statement.closing_cents is None else plain(statement.closing_cents),
        "zeilen": statement.count,
        "bekannt": statement.known_count,
        "schluessel": statement.key,
        "inhalt": statement.content,
        "sha256": statement.sha256,
    } | {str(fate): statement.fates[fate] for fate in Fate}
    if statement.notifications:
        data["camt054"] = list(statement.notifications)
    if statement.page:
        data |= {"blatt": statement.page.number, "weitere": statement.page.more}
    return data


def _notification_data(notification: CertifiedNotification) -> dict[str, Any]:
    return {
        "konto": notification.account,
        "art": notification.kind,
        "nummer": notification.number,
        "von": notification.from_day.isoformat(),
        "bis": notification.to_day.isoformat(),
        "umsatz": plain(notification.moved_cents),
        "zeilen": notification.count,
        "schluessel": notification.key,
        "inhalt": notification.content,
        "sha256": notification.sha256,
        "aufgeteilt": [
            {
                "zeile": split.line,
                "posten": split.count,
                "einzelposten": split.notification,
                "nr": list(split.numbers),
            }
            for split in notification.split
        ],
    }


# ------------------------------------------------------------------------------------------------------ reading


def read(content: bytes, file: str) -> Certificate:
    """Return the certificate that a file tells, whatever the order of its keys and its blanks.

    Raise BookRefused with the file, the place in it, what was found there and what is allowed.
    """
    with facts_of(content, file, FORMAT) as facts:
        notifications = (
            tuple(map(_notification, facts.rows("einzelposten"))) if "einzelposten" in facts else ()
        )
        month = facts.read("monat", _month)
        statements = tuple(map(_statement, facts.rows("auszuege")))
        decisions = tuple(map(_decision, facts.rows("entscheidungen"))) if "entscheidungen" in facts else ()
        waiting = tuple(map(waiting_of, facts.rows("wartend"))) if "wartend" in facts else ()
        lines = tuple(map(_line, facts.rows(LINES)))
        return Certificate(month, statements, lines, notifications, decisions, waiting)


def _month(text: str) -> BookingMonth:
    try:
        return BookingMonth.parse(text)
    except ValueError:
        raise ValueError("ein Monat JJJJ-MM") from None


def head_of(content: bytes) -> bytes | None:
    """Return the file of a certificate without its lines, which are by far the most of it and come last.

    None where the content given is only the beginning of a file, and the lines are not reached in it.
    """
    head, separator, _ = content.partition(_BEFORE_LINES)
    return head + _NO_LINES if separator else None


def _fate(text: str) -> Fate:
    if text not in _FATES:
        raise ValueError(f"eines von {', '.join(_FATES)}")
    return _FATES[text]


def _line(facts: Facts) -> CertifiedLine:
    return _plain_line(facts) or _told_line(facts)


def _plain_line(facts: Facts) -> CertifiedLine | None:
    """Return a line that says no more than every line does; None for any other, and for what is to be refused."""
    texts = facts.plain_texts(_PLAIN, lists=_LISTS)
    if texts is None or texts["ergebnis"] not in _FATES:
        return None
    try:
        day, cents = day_of(texts["tag"]), cents_of(texts["betrag"])
    except ValueError:
        return None
    key, statement, number, rule = texts["schluessel"], texts["auszug"], texts["nr"], texts["regel"]
    fate, reasons = _FATES[texts["ergebnis"]], tuple(texts["gruende"])
    return CertifiedLine(key, statement, day, cents, fate, number, rule, reasons)


def _told_line(facts: Facts) -> CertifiedLine:
    batch = words = None
    if "sammelbuchung" in facts:
        part = facts.part("sammelbuchung")
        batch = Batch(part.count("posten"), part.text("bankreferenz"))
        part.end()
    if "gegenseite" in facts or "text" in facts:
        words = Words(facts.text("gegenseite"), facts.text("text"))
    line = CertifiedLine(
        facts.text("schluessel"),
        facts.text("auszug"),
        facts.read("tag", day_of),
        facts.read("betrag", cents_of),
        facts.read("ergebnis", _fate),
        facts.text("nr"),
        facts.text("regel"),
        facts.texts("gruende"),
        batch,
        words,
        facts.text("iban") if "iban" in facts else "",
    )
    facts.end()
    return line


def _statement(facts: Facts) -> CertifiedStatement:
    paged = "blatt" in facts or "weitere" in facts
    statement = CertifiedStatement(
        account=facts.text("konto"),
        kind=facts.text("art"),
        number=facts.count_or_none("nummer"),
        from_day=facts.read("von", day_of),
        to_day=facts.read("bis", day_of),
        opening_cents=facts.cents_or_none("anfang"),
        moved_cents=facts.read("umsatz", cents_of),
        closing_cents=facts.cents_or_none("ende"),
        count=facts.count("zeilen"),
        known_count=facts.count("bekannt"),
        fates={fate: facts.count(str(fate)) for fate in Fate},
        key=facts.text("schluessel"),
        content=facts.text("inhalt"),
        sha256=facts.text("sha256"),
        notifications=facts.texts("camt054") if "camt054" in facts else (),
        page=StatementPage(facts.count("blatt"), facts.truth("weitere")) if paged else None,
    )
    facts.end()
    return statement


def _notification(facts: Facts) -> CertifiedNotification:
    notification = CertifiedNotification(
        account=facts.text("konto"),
        kind=facts.text("art"),
        number=facts.count_or_none("nummer"),
        from_day=facts.read("von", day_of),
        to_day=facts.read("bis", day_of),
        moved_cents=facts.read("umsatz", cents_of),
        count=facts.count("zeilen"),
        key=facts.text("schluessel"),
        content=facts.text("inhalt"),
        sha256=facts.text("sha256"),
        split=tuple(map(_split, facts.rows("aufgeteilt"))),
    )
    facts.end()
    return notification


def _split(facts: Facts) -> Split:
    split = Split(facts.text("zeile"), facts.count("posten"), facts.text("einzelposten"), facts.texts("nr"))
    facts.end()
    return split


def _verdict(text: str) -> Verdict:
    try:
        return Verdict(text)
    except ValueError:
        raise ValueError(f"eines von {', '.join(Verdict)}") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("die Nummer eines Umsatzes")
    return int(text)


def _terms(facts: Facts) -> DecidedTerms:
    differences = []
    for row in facts.rows("unterschiede"):
        differences.append((row.read("tag", day_of), row.read("betrag", cents_of)))
        row.end()
    terms = DecidedTerms(
        facts.read("von", day_of),
        facts.read("bis", day_of),
        facts.cents_or_none("anfang"),
        facts.cents_or_none("ende"),
        tuple(map(_number, facts.texts("bekannt"))),
        tuple(differences),
        _hole(facts.part("luecke")) if "luecke" in facts else None,
        facts.read("tag", day_of) if "tag" in facts else None,
    )
    facts.end()
    return terms


def _hole(facts: Facts) -> Hole:
    hole = Hole(facts.read("von", day_of), facts.read("betrag", cents_of))
    facts.end()
    return hole


def _decision(facts: Facts) -> Decision:
    decision = Decision(
        facts.text("gegenstand"),
        facts.read("urteil", _verdict),
        facts.text("von"),
        facts.text("grund"),
        facts.read("am", day_of),
        facts.text("nr"),
        facts.text("sha256"),
        _terms(facts.part("lesart")) if "lesart" in facts else None,
    )
    facts.end()
    return decision
