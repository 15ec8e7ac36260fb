"""Prior periods: a share of an earlier, closed year belongs to the extraordinary result."""

from __future__ import annotations

import datetime as dt
from typing import Final

from kkd_ledger.book.entries import is_prior
from kkd_ledger.book.state.claims import BookedShare, booked_share
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Posting, Record, Transaction
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("prior_periods"),)

ORDINARY: Final = FindingKind(
    "KKD-P01",
    Level.ERROR,
    "Periodenfremde Kostenbeteiligung auf ordentlichem Konto",
    "Stornieren und auf das periodenfremde Konto (Gruppe 79 oder 59) buchen. Galt damals ein anderes Konto, so nennt "
    "book.toml es unter [[before]].",
)
UNTAGGED: Final = FindingKind(
    "KKD-P02",
    Level.ERROR,
    "Periodenfremde Buchung ohne Kennzeichen",
    f"Eine periodenfremde Buchung trägt #{v.PRIOR_PERIOD_TAG}; stornieren und neu buchen.",
)
UNDECIDED: Final = FindingKind(
    "KKD-P03",
    Level.ERROR,
    "Periodenfremde Buchung ohne festgehaltene Entscheidung",
    f"Begründung und Name gehören an die Buchung ({v.PERIOD_DECISION}, {v.PERIOD_DECISION_BY}).",
)
CURRENT: Final = FindingKind(
    "KKD-P04",
    Level.ERROR,
    "Kostenbeteiligung des laufenden Jahres als periodenfremd gebucht",
    "Stornieren und auf das ordentliche Konto buchen.",
)
LATE: Final = FindingKind(
    "KKD-P05",
    Level.OBJECTION,
    "Kostenbeteiligung eines noch offenen Vorjahres im neuen Jahr gebucht",
    "Solange das Vorjahr offen ist, gehört sie in dessen dreizehnten Monat; stornieren und neu buchen. Beginnt das "
    "Buch erst danach, so führt sie die Hauptbuchhaltung im Vorjahr: Beim Abschluss sagt das eine Person (--comment).",
)
KINDS: Final = (ORDINARY, UNTAGGED, UNDECIDED, CURRENT, LATE)
TAKES: Final = (Custom, *v.SHARE_KINDS, v.Kind.REVERSAL)
VERSION: Final = "3"


def start(context: Context) -> State:  # noqa: ARG001 - every rule starts alike
    """Return the state: the fiscal years' states as the books declare them, and the years that have months here."""
    return {"years": {}, "kept": []}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Custom) and record.kind == v.CustomType.FISCAL_YEAR and len(record.values) == 2:
        state["years"][str(record.values[0])] = str(record.values[1])
    if (
        isinstance(record, Custom)
        and record.kind == v.CustomType.MONTH
        and record.date.year not in state["kept"]
    ):
        state["kept"].append(record.date.year)
    if not isinstance(record, Transaction):
        return
    if record.text(v.KIND) == v.Kind.REVERSAL:
        retract(state, record.text(v.REVERSES))
    elif share := booked_share(context.book, record):
        _share(context, state, share)


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:  # noqa: ARG001
    """Return what was found on the way."""
    return noted(state, KINDS)


def _share(context: Context, state: State, share: BookedShare) -> None:
    record, accounts = share.record, context.book.settings.accounts
    plain = context.book.plain_account
    ever = context.book.settings.accounts_ever("prior_period_expense", "prior_period_income")
    extraordinary = {plain(account) for account in ever}
    on_prior = [plain(posting.account) in extraordinary for posting in share.result]
    number, year = record.text(v.NUMBER), record.date.year
    named, own = (
        context.agreement.year_name(share.service_year),
        context.agreement.fiscal_year(share.service_year),
    )
    said = f"Leistungsjahr {named}, gebucht {year}"
    if not is_prior(state["years"], own, year):
        if any(on_prior) or v.PRIOR_PERIOD_TAG in record.tags:
            text = f"{said}: gehört in das ordentliche Ergebnis"
            note(state, CURRENT, record.place, text, number)
        elif own < year and _arose_by(share, dt.date(own, 12, 31)):
            begins = "" if own in state["kept"] else "; das Buch beginnt erst danach"
            text = f"{said}: das Jahr {own} ist noch offen{begins}"
            note(state, LATE, record.place, text, number)
        return
    if abs(share.cents) < context.book.settings.policy.prior_period_min_cents and not any(on_prior):
        return  # so small that the local rule leaves it in the ordinary result
    netted = [_is_netted(context, posting, record.date) for posting in share.result]
    if netted and all(netted):
        return  # refunds that are taken off the ordinary account, as book.toml says
    on_prior = [ordinary or off for ordinary, off in zip(on_prior, netted, strict=True)]
    if not all(on_prior):
        wrong = ", ".join(
            posting.account for posting in share.result if plain(posting.account) not in extraordinary
        )
        wanted = accounts.prior_period_income if context.book.is_operator else accounts.prior_period_expense
        text = f"{said} auf {wrong}; verlangt ist {wanted}"
        note(state, ORDINARY, record.place, text, number)
    if v.PRIOR_PERIOD_TAG not in record.tags:
        text = f"{said}: #{v.PRIOR_PERIOD_TAG} fehlt"
        note(state, UNTAGGED, record.place, text, number)
    if not (record.text(v.PERIOD_DECISION) and record.text(v.PERIOD_DECISION_BY)):
        text = f"{said}: {v.PERIOD_DECISION} oder Name fehlt"
        note(state, UNDECIDED, record.place, text, number)


def _arose_by(share: BookedShare, day: dt.date) -> bool:
    arose = share.record.day(v.AROSE)
    return arose is not None and arose <= day


def _is_netted(context: Context, posting: Posting, day: dt.date) -> bool:
    """Tell whether a leg gives back, and its component's refunds are netted, on an account that is not prior-period."""
    row = context.book.settings.booked_on(str(posting.meta.get(v.COMPONENT, "")), day)
    gives_back = posting.cents > 0 if context.book.is_operator else posting.cents < 0
    return row is not None and row.refunds == "netted" and gives_back
