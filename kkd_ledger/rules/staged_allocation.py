"""Staged allocation: what is booked is exactly what the agreement entitled, VAT included, for every share due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement import (
    Awaiting,
    Claim,
    ClaimKind,
    MemberShare,
    MissingFigure,
    YearVat,
    missing_vat,
    uncovered,
    vat_cents,
    vat_percent,
)
from kkd_ledger.agreement.reckoning.trueup import started_years
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.state.posten import is_tax
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("staged_allocation"),)

AMOUNT: Final = FindingKind(
    "KKD-A01",
    Level.ERROR,
    "Betrag weicht von der Vereinbarung ab",
    "Stornieren Sie die Buchung und buchen Sie mit `kkd post BUCH` neu. Wurde in der Vereinbarung eine Zahl geändert, "
    "so nehmen Sie das zurück und fügen einen neuen Eintrag mit `known_from` an; `kkd post` bucht dann den "
    "Unterschied.",
)
MISSING: Final = FindingKind(
    "KKD-A02",
    Level.OPEN,
    "Fällige Kostenbeteiligung ist nicht gebucht",
    "`kkd post BUCH` bucht, was die Vereinbarung verlangt und noch fehlt.",
)
STRAY: Final = FindingKind(
    "KKD-A03",
    Level.ERROR,
    "Kostenbeteiligung ohne Grundlage in der Vereinbarung",
    "Prüfen Sie Beteiligte und Leistungsjahr; stornieren Sie die Buchung.",
)
TWICE: Final = FindingKind(
    "KKD-A04",
    Level.ERROR,
    "Kostenbeteiligung doppelt gebucht",
    "Stornieren Sie die zweite Buchung.",
)
CORRECTION: Final = FindingKind(
    "KKD-A05",
    Level.OPEN,
    "Die Vereinbarung hat sich geändert, die Korrektur ist nicht gebucht",
    "`kkd post BUCH` bucht den Unterschied.",
)
UNREADABLE: Final = FindingKind(
    "KKD-A06",
    Level.ERROR,
    "Kostenbeteiligung ohne brauchbare Angaben",
    "Vereinbarung, Beteiligte, Leistungsjahr und Berechnungsstand müssen an der Buchung stehen.",
)
VAT: Final = FindingKind(
    "KKD-A07",
    Level.ERROR,
    "Umsatzsteuer weicht von der Vereinbarung ab",
    "Stornieren Sie die Buchung und buchen Sie mit `kkd post BUCH` neu.",
)
LATER_VAT: Final = FindingKind(
    "KKD-A09",
    Level.OPEN,
    "Über die Umsatzsteuer ist später anders entschieden, die Korrektur ist nicht gebucht",
    "`kkd post BUCH` bucht den Unterschied an Umsatzsteuer, `kkd demand` schreibt das Dokument dazu.",
)
UNPRICED: Final = FindingKind(
    "KKD-A08",
    Level.OPEN,
    "Für eine fällige Kostenbeteiligung fehlt eine Zahl",
    "Tragen Sie die Zahl ein (`kkd figures VEREINBARUNG` nennt, was fehlt); danach bucht `kkd post BUCH`, was sich "
    "daraus ergibt.",
)
WAITING: Final = FindingKind(
    "KKD-V05",
    Level.NOTE,
    "Eine Kostenbeteiligung wartet auf einen Beschluss",
    "Sie wird erst gebucht und gefordert, wenn ein Beschluss sie deckt: tragen Sie ihn in die Vereinbarung ein; "
    "`kkd adopt BUCH` übernimmt ihn, danach bucht `kkd post BUCH`.",
)
KINDS: Final = (AMOUNT, MISSING, STRAY, TWICE, CORRECTION, UNREADABLE, VAT, UNPRICED, LATER_VAT, WAITING)
_NOTHING: Final = "die Vereinbarung sieht hier nichts mehr vor"
NAMED_MAX: Final = 5
TAKES: Final = (*v.SHARE_KINDS, v.Kind.REVERSAL)


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: per service year and party what is booked so far, and by which entry last."""
    return {"booked": {}}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if not isinstance(record, Transaction):
        return
    share = booked_share(context.book, record)
    if record.text(v.KIND) == v.Kind.REVERSAL:
        if share and not _left_out(state, record.text(v.REVERSES)):
            _add(state, share)
        retract(state, record.text(v.REVERSES))
    elif record.text(v.KIND) in v.SHARE_KINDS:
        if share is None or record.day(v.KNOWN) is None or record.text(v.AGREEMENT) != context.agreement.id:
            note(state, UNREADABLE, record.place, _unreadable(context, record), record.text(v.NUMBER))
        else:
            _book(context, state, share)


def _book(context: Context, state: State, share: BookedShare) -> None:
    number = share.record.text(v.NUMBER)
    entitled = context.entitled(share.service_year, share.known_on).get(share.party)
    before = _booked(state, share.service_year).get(share.party)
    if not entitled and share.party in context.book.shares(share.service_year, share.known_on).unpriced:
        _add(state, share)  # nobody can say yet whether the amount is right; `finish` tells what is missing
        return
    if entitled is None and (before is None or share.record.text(v.KIND) == v.Kind.SHARE):
        note(state, STRAY, share.record.place, _stray(context, share), number)
        return
    _tax(context, state, share)
    booked_cents, owed_cents = _add(state, share), entitled.amount_cents if entitled else 0
    if before and before["cents"] and share.record.text(v.KIND) == v.Kind.SHARE:
        text = f"{_whose(context, share)}: steht schon in {before['file']}:{before['line']}"
        note(state, TWICE, share.record.place, text, number)
    elif booked_cents != owed_cents and not _was_agreed(context, share, booked_cents):
        how = context.how(share.party, share.service_year, share.known_on) if entitled else _NOTHING
        text = (
            f"{_whose(context, share)}: gebucht {format_eur(booked_cents)}, "
            f"vereinbart {format_eur(owed_cents)} ({how})"
        )
        note(state, AMOUNT, share.record.place, text, number)


def _was_agreed(context: Context, share: BookedShare, booked_cents: int) -> bool:
    """Tell whether the sum was right by what was agreed before: the office heard of the amendment after it had booked.

    Nothing is wrong with the entry then; where the difference is still missing, that is a correction (`finish`).
    """
    if context.agreement.by_claims:
        return context.book.has_reached(share.party, share.service_year, share.known_on, booked_cents)
    agreed_on = context.book.last_agreed(share.party, share.service_year, booked_cents, share.known_on)
    return agreed_on is not None


def wrong(state: State) -> Mapping[str, str]:
    """Return what is wrong with entries that hold, by their numbers: they are to be reversed."""
    return {number: f"{text} ({code})" for code, _, _, text, number in state.get("found", []) if number}


def _tax(context: Context, state: State, share: BookedShare) -> None:
    """On top of a share comes the VAT that was decided for its year when it was reckoned, to the cent.

    What a later decision changes, and a settlement behind it, brings the VAT to that of the whole year.
    """
    treatment, net_cents = context.vat(share.service_year, share.known_on), share.cents
    expected_cents = vat_cents(treatment, net_cents)
    before = _booked(state, share.service_year).get(share.party, {"cents": 0})
    if share.vat_cents != expected_cents and _states_the_year(share):
        net_cents = before["cents"] + share.cents
        expected_cents = vat_cents(treatment, net_cents) - before.get("vat", 0)
        if abs(share.vat_cents - expected_cents) <= before.get("more", 0) + 1:
            return  # each claim was rounded by itself
    if share.vat_cents != expected_cents:
        cents = vat_cents(treatment, net_cents)
        rate = f"{vat_percent(treatment)} % von {format_eur(net_cents)} sind {format_eur(cents)}"
        text = f"{_whose(context, share)}: Umsatzsteuer {format_eur(share.vat_cents)} gebucht; {rate}"
        note(state, VAT, share.record.place, text, share.record.text(v.NUMBER))


def _states_the_year(share: BookedShare) -> bool:
    """Tell whether an entry brings the VAT of its year to that of the whole: a settlement, or a later decision."""
    names = (str(leg.meta[v.ITEM]) for leg in share.record.postings if v.ITEM in leg.meta)
    return share.record.text(v.KIND) == v.Kind.SETTLEMENT or any(map(is_tax, names))


def _left_out(state: State, number: str) -> bool:
    """Whether a posting was never added, because it has no ground or cannot be read."""
    codes = {STRAY.code, UNREADABLE.code}
    return any(code in codes and noted_number == number for code, *_, noted_number in state.get("found", []))


def _booked(state: State, service_year: int) -> State:
    booked: State = state["booked"].setdefault(str(service_year), {})
    return booked


def _add(state: State, share: BookedShare) -> int:
    parties = _booked(state, share.service_year)
    before = parties.get(share.party, {"cents": 0, "more": -1})
    cents: int = before["cents"] + share.cents
    parties[share.party] = {
        "cents": cents,
        "file": share.record.place.file,
        "line": share.record.place.line,
        "number": share.record.text(v.NUMBER),
    }
    more = {"vat": before.get("vat", 0) + share.vat_cents, "more": before.get("more", 0) + 1}
    parties[share.party] |= {name: number for name, number in more.items() if number}
    return cents


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """Return what was found on the way, and the shares and corrections that are missing as of the day."""
    findings = noted(state, KINDS)
    wrong = {number for *_, number in state.get("found", [])}
    for year in started_years(context.agreement, as_of):
        findings += _later_vat(context, year, state, as_of)
        parties = state["booked"].get(str(year), {})
        amounts = context.book.entitled_cents(year, as_of)
        agreed = context.book.shares(year, as_of)
        if agreed.gaps and agreed.due <= as_of:
            findings += [_unpriced(context, gap, agreed.due) for gap in context.book.missing(as_of, year)]
        for party in sorted(parties.keys() - amounts.keys() - agreed.unpriced.keys()):
            if parties[party]["cents"] and parties[party]["number"] not in wrong:
                findings.append(_nothing_left(context, year, party, parties[party]))
        for party, cents in amounts.items():
            booked = parties.get(party, {"cents": 0})
            if booked["cents"] != cents and booked.get("number") not in wrong:
                if context.book.is_ahead(party, year, as_of, booked["cents"]):
                    continue
                share = context.entitled(year, as_of)[party]
                if share.waiting_cents(booked["cents"]):
                    findings.append(_waiting(context, year, share, booked, as_of))
                elif (share.due <= as_of or booked["cents"]) and not share.conditional:
                    findings.append(_missing(context, year, share, booked, as_of))
    return findings


def _later_vat(context: Context, year: int, state: State, as_of: dt.date) -> Iterator[Finding]:
    """Yield where a decision about VAT that became known later is not booked yet."""
    if not YearVat(context.agreement, year, as_of).changes:
        return
    wrong = {number for *_, number in state.get("found", [])}
    for party, booked in sorted(state["booked"].get(str(year), {}).items()):
        net, tax = booked["cents"], booked.get("vat", 0)
        change = missing_vat(context.agreement, (party, year), as_of, net, tax) if net else None
        if change and booked["number"] not in wrong:
            whose = f"{context.name(party)}, Leistungsjahr {context.agreement.year_name(year)}"
            text = (
                f"{whose}: Umsatzsteuer {format_eur(tax)} gebucht, nach der Entscheidung "
                f"(bekannt seit dem {german.day(change.day)}) sind es {format_eur(tax + change.cents)}"
            )
            yield Finding(LATER_VAT, Place(booked["file"], booked["line"]), text, subject=whose)


def _unpriced(context: Context, gap: MissingFigure, due: dt.date) -> Finding:
    members = gap.members if context.book.is_operator else (context.book.party,)
    whose = ", ".join(context.name(member) for member in members[:NAMED_MAX])
    more = f" und {len(members) - NAMED_MAX} weitere" if len(members) > NAMED_MAX else ""
    year = context.agreement.year_name(gap.year)
    text = f"Leistungsjahr {year}, fällig seit {german.day(due)}: {gap.text()}; ohne Betrag: {whose}{more}"
    return Finding(UNPRICED, Place(v.TOP_FILE, 1), text, subject=str(gap.year))


def _missing(context: Context, year: int, share: MemberShare, booked: State, as_of: dt.date) -> Finding:
    party, entitled_cents = share.member, share.amount_cents
    whose = f"{context.name(party)}, Leistungsjahr {context.agreement.year_name(year)}"
    if not booked["cents"]:
        # of many parties the reckoning is asked of `kkd explain`, one by one
        how = "" if context.book.is_operator else context.how(party, year, as_of)
        return Finding(
            MISSING,
            Place(v.TOP_FILE, 1),
            f"{whose}: {format_eur(entitled_cents)} sind nicht gebucht",
            how,
            whose,
        )
    if late := _advances(context.book.claims_beyond(party, year, as_of, booked["cents"])):
        return Finding(MISSING, Place(booked["file"], booked["line"]), f"{whose}: {late}", subject=whose)
    text = f"{whose}: gebucht {format_eur(booked['cents'])}, jetzt vereinbart {format_eur(entitled_cents)}"
    stood = _stood(context, year, party, booked["cents"], as_of)
    cause = context.why(party, year, stood, as_of) if stood else context.how(party, year, as_of)
    return Finding(CORRECTION, Place(booked["file"], booked["line"]), text, cause, whose)


def _advances(beyond: Sequence[Claim]) -> str:
    """Return which advances are not booked; empty where it is anything else: that changes what is booked."""
    if not beyond or any(claim.kind != ClaimKind.ADVANCE for claim in beyond):
        return ""
    days = german.listing([f"zum {german.day(claim.named)}" for claim in beyond])
    amount = format_eur(sum(claim.cents for claim in beyond))
    if len(beyond) == 1:
        return f"die Vorauszahlung {days}, {amount}, ist nicht gebucht"
    return f"die Vorauszahlungen {days}, zusammen {amount}, sind nicht gebucht"


def _stood(context: Context, year: int, party: str, cents: int, as_of: dt.date) -> dt.date | None:
    """Return the last day of new knowledge on which the agreement asked for what is booked; None where it never did."""
    days = (day for day in context.agreement.knowledge_days if day <= as_of)
    amounts = ((day, context.book.entitled_cents(year, day).get(party)) for day in days)
    return max((day for day, owed in amounts if owed == cents), default=None)


def _waiting(context: Context, year: int, share: MemberShare, booked: State, as_of: dt.date) -> Finding:
    """Return what waits for a resolution; where part of the share is booked, at its entry."""
    stood = _stood(context, year, share.member, booked["cents"], as_of)
    cause = uncovered(context.agreement, share.member, year, as_of, stood)
    name, cents = context.name(share.member), share.waiting_cents(booked["cents"])
    named = context.agreement.year_name(year)
    claim = Awaiting(share.member, name, year, named, cents, share.amount_cents, share.due, cause)
    place = Place(booked["file"], booked["line"]) if booked["cents"] else Place(v.TOP_FILE, 1)
    return Finding(WAITING, place, claim.text, cause, f"{name}, Leistungsjahr {named}")


def _nothing_left(context: Context, year: int, party: str, booked: State) -> Finding:
    whose = f"{context.name(party)}, Leistungsjahr {context.agreement.year_name(year)}"
    text = f"{whose}: gebucht {format_eur(booked['cents'])}, jetzt vereinbart {format_eur(0)} ({_NOTHING})"
    return Finding(CORRECTION, Place(booked["file"], booked["line"]), text, subject=whose)


def _unreadable(context: Context, record: Transaction) -> str:
    keys = (v.AGREEMENT, v.PARTY, v.SERVICE_YEAR, v.KNOWN)
    said = ", ".join(f"{key} {record.text(key)!r}" for key in keys)
    return f"{said}; erwartet: {v.AGREEMENT} {context.agreement.id!r} und brauchbare Angaben"


def _stray(context: Context, share: BookedShare) -> str:
    return (
        f"{_whose(context, share)}: gebucht {format_eur(share.cents)}, "
        f"die Vereinbarung sieht in diesem Buch nichts vor"
    )


def _whose(context: Context, share: BookedShare) -> str:
    return f"{context.name(share.party)}, Leistungsjahr {context.agreement.year_name(share.service_year)}"
