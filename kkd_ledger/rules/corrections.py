"""Corrections without erasing: reversals are exact opposites, and nothing but a statement moves the bank account.

Clearings stay within what is unclear, and go to items; nothing is netted but by order; what was deferred is released.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from kkd_ledger.book.entries import EXPLAINED, moves_bank
from kkd_ledger.book.settings import REMISSION
from kkd_ledger.book.state.items import suspense_key
from kkd_ledger.book.state.posten import is_agreed_offset
from kkd_ledger.book.state.suspense import SuspenseMoney
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Place, Posting, Record, Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.periods import YearState
from kkd_ledger.rules.engine.adapter import beancount_plugin
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State, note, noted, retract

__plugins__ = (beancount_plugin("corrections"),)

_RENAMED: Final = (
    "Heißt das Konto in book.toml nur inzwischen anders, so nennen Sie unter [[before]] den alten Namen."
)
NAMELESS: Final = FindingKind(
    "KKD-K01",
    Level.ERROR,
    "Storno ohne brauchbaren Bezug",
    "Ein Storno nennt Grund und Nummer einer gebuchten Buchung, die noch nicht storniert ist. `kkd reverse` tut das.",
)
UNEQUAL: Final = FindingKind(
    "KKD-K02",
    Level.ERROR,
    "Storno ist nicht das genaue Gegenteil",
    f"Nur `kkd reverse` storniert; klären Sie, wer die Buchung verändert hat. {_RENAMED}",
)
BANK: Final = FindingKind(
    "KKD-K03",
    Level.ERROR,
    "Korrektur bewegt das Bankkonto",
    "Das Bankkonto bewegt nur ein Kontoauszug; eine falsche Zuordnung heilen `kkd reverse` und `kkd clear`, eine "
    "fremde Zeile auf dem gemeinsamen Konto `kkd decide`.",
)
BEYOND: Final = FindingKind(
    "KKD-K04",
    Level.ERROR,
    "Klärung über das ungeklärte Geld hinaus",
    "Stornieren Sie die Klärung und klären Sie höchstens, was ungeklärt ist (`kkd clear BUCH --list`).",
)
NETTED: Final = FindingKind(
    "KKD-K05",
    Level.ERROR,
    "Aufrechnung ohne Anordnung",
    "Forderung und Verbindlichkeit werden nur auf Anordnung aufgerechnet (`kkd offset`); stornieren Sie die Buchung.",
)
UNORDERED: Final = FindingKind(
    "KKD-K07",
    Level.ERROR,
    "Erlass ohne Anordnung oder an falscher Stelle",
    f"Auf eine Forderung verzichten nur zwei Personen, mit Grund (`kkd remit`); stornieren Sie die Buchung. {_RENAMED}",
)
DEFERRED: Final = FindingKind(
    "KKD-K06",
    Level.OPEN,
    "Rechnungsabgrenzung ist nicht aufgelöst",
    "Das Jahr hat begonnen, für das abgegrenzt wurde. `kkd year-end` schlägt die Auflösung vor.",
)
UNUSED: Final = FindingKind(
    "KKD-K08",
    Level.OPEN,
    "Rückstellung ist nicht verbraucht",
    "Die Verpflichtung ist inzwischen gebucht; `kkd year-end` schlägt Verbrauch oder Auflösung vor.",
)
ASIDE: Final = FindingKind(
    "KKD-K09",
    Level.ERROR,
    "Geklärtes Geld ohne Namen oder an falscher Stelle",
    "Was zu keinem Posten gehört, geht mit Grund und Namen auf das Konto für Bankentgelte oder an die Hauptbuchhaltung "
    f"(`kkd clear BUCH NR --charges` oder `--foreign`); stornieren Sie die Buchung. {_RENAMED}",
)
KINDS: Final = (NAMELESS, UNEQUAL, BANK, BEYOND, NETTED, DEFERRED, UNORDERED, UNUSED, ASIDE)
TAKES: Final = (Transaction, Custom)
VERSION: Final = "4"

_NUMBER = re.compile(r"(\d{4})-(\d{6})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MOVED: Final = frozenset({v.Kind.CLEARING, v.Kind.OFFSET, v.Kind.REMISSION, v.Kind.INTERNAL})
_CLOSING: Final = frozenset({v.Kind.ACCRUAL, v.Kind.PROVISION, v.Kind.RECLASSIFICATION})
_OPPOSITE: Final = v.SHARE_KINDS | _MOVED | _CLOSING
_DEFERRALS: Final = frozenset({v.Kind.ACCRUAL, v.Kind.PROVISION, v.Kind.REVERSAL})
_CORRECTIONS: Final = _MOVED | _CLOSING | {v.Kind.REVERSAL}
_OWN: Final = _OPPOSITE | _CORRECTIONS | _DEFERRALS
_OFFSET: Final = v.Kind.OFFSET.value
_REMISSION_KEYS: Final = (v.REASON, v.CERTIFIED_FACT, v.CERTIFIED_SUM, v.ORDERED)


def start(context: Context) -> State:
    """Return the state: numbers, how claims and corrections may be reversed, what is, money in suspense, accruals.

    Once a year is resolved its claims are no longer reversed, and their prints forgotten: so the state grows only with
    the years that are not, and with the few corrections.
    """
    return {
        "highest": {},
        "claims": {},
        "prints": {},
        "reversed": {},
        "resolved": [],
        "unclear": SuspenseMoney(context.book),
        "deferred": {},
        "provided": {},
    }


def revive(context: Context, state: State) -> State:
    """Return the state that was written as JSON data."""
    return state | {"unclear": SuspenseMoney.from_data(context.book, state["unclear"])}


def step(context: Context, state: State, record: Record) -> None:
    """Take one record."""
    if isinstance(record, Transaction):
        kind, number = record.meta.get(v.KIND), record.text(v.NUMBER)
        if kind in _OWN:
            _own(context, state, record)
        _legs(context, state, record)
        if number > state["highest"].get(number[:4], "") and _NUMBER.fullmatch(number):
            state["highest"][number[:4]] = number
    elif isinstance(record, Custom) and record.kind == v.CustomType.FISCAL_YEAR:
        _resolve(state, record)


def _own(context: Context, state: State, record: Transaction) -> None:
    """Take a claim or a correction: whatever a bank line is not."""
    kind, number = record.text(v.KIND), record.text(v.NUMBER)
    if kind == v.Kind.REVERSAL:
        _reversal(context, state, record)
    if kind in _CORRECTIONS and moves_bank(context.book, record) and not _withdraws(context, state, record):
        bank = context.book.settings.bank.account
        note(state, BANK, record.place, f"{v.KIND} {kind!r} bewegt {bank}", number)
    if kind in _DEFERRALS:
        _deferral(context, state, record)
    elif kind in v.SHARE_KINDS - {v.Kind.ADVANCE} and (provision := state["provided"].get(_claim_of(record))):
        provision[0] = True
    if kind in _OPPOSITE and number[:4] not in state["resolved"]:
        state["claims" if kind in v.SHARE_KINDS else "prints"][number] = _print(record.postings, 1)
    if kind == v.Kind.REMISSION:
        _remission(context, state, record)
    elif kind == v.Kind.CLEARING:
        _aside(context, state, record)


def _withdraws(context: Context, state: State, record: Transaction) -> bool:
    """Whether a clearing takes all of a line's money, unclear by now, out of the book again.

    A bank line of a pooled account may be foreign; on an own one only a gap is taken back so, which is no line of the
    bank: the comparison with the certificate tells the two apart.
    """
    if record.text(v.KIND) != v.Kind.CLEARING or not record.text(v.BANK_REFERENCE):
        return False
    bank = context.book.settings.bank
    if bank.dedicated and not record.narration.endswith(EXPLAINED):
        return False
    money = state["unclear"].suspense.get(record.text(v.BANK_REFERENCE))
    suspense = [leg for leg in record.postings if leg.account in context.suspense_accounts]
    others = {leg.account for leg in record.postings if leg not in suspense}
    if money is None or money.cents != sum(leg.cents for leg in suspense):
        return False
    return others <= context.book.settings.bank_accounts


def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
    """Return what was found on the way, and the accruals whose year has begun."""
    late = [
        Finding(DEFERRED, Place(file, line), _late(context, key, cents), subject=key)
        for key, (cents, file, line) in sorted(state["deferred"].items())
        if context.agreement.fiscal_year(int(key[:4])) <= as_of.year
    ]
    unused = [
        Finding(UNUSED, Place(file, line), _late(context, key, cents, "zurückgestellt"), subject=key)
        for key, (is_booked, cents, file, line) in sorted(state["provided"].items())
        if is_booked
    ]
    return [*noted(state, KINDS), *late, *unused]


# --------------------------------------------------------------------------------------- accruals, provisions


def _claim_of(record: Transaction) -> str:
    return f"{record.text(v.SERVICE_YEAR)} {record.text(v.PARTY)}"


def _deferral(context: Context, state: State, record: Transaction) -> None:
    key = _claim_of(record)
    if not _YEAR.fullmatch(key[:4]):
        return
    settings = context.book.settings
    accounts = settings.accounts_ever("rap_active", "rap_passive")
    if cents := sum(leg.cents for leg in record.postings if leg.account in accounts):
        before, *place = state["deferred"].get(key, [0, *record.place])
        state["deferred"][key] = [before + cents, *place]
        if not before + cents:
            del state["deferred"][key]
    accounts = settings.accounts_ever("provisions")
    if cents := sum(leg.cents for leg in record.postings if leg.account in accounts):
        is_booked, before, *place = state["provided"].get(key, [False, 0, *record.place])
        state["provided"][key] = [is_booked, before + cents, *place]
        if not before + cents:
            del state["provided"][key]


def _late(context: Context, key: str, cents: int, how: str = "abgegrenzt") -> str:
    year, party = context.agreement.year_name(int(key[:4])), key[5:]
    return f"{context.name(party)}, Leistungsjahr {year}: {format_eur(abs(cents))} sind noch {how}"


# ------------------------------------------------------------------------------------------------- reversals


def _reversal(context: Context, state: State, record: Transaction) -> None:
    reversed_, number = record.text(v.REVERSES), record.text(v.NUMBER)
    objections = list(_useless(state, record, reversed_))
    if not objections:
        retract(state, reversed_)
        objections = list(_unequal(context, state, record, reversed_))
    for kind, text in objections:
        note(state, kind, record.place, text, number)
    state["reversed"].setdefault(reversed_, number)
    for prints in (state["claims"], state["prints"]):
        prints.pop(reversed_, None)


def _resolve(state: State, record: Custom) -> None:
    """The council has resolved the year's accounts: its claims stay as they are; a mistake is a new claim."""
    match record.values:
        case (str(year), YearState.RESOLVED) if year not in state["resolved"]:
            state["resolved"].append(year)
            kept = (entry for entry in state["claims"].items() if entry[0][:4] != year)
            state["claims"] = dict(kept)


def _useless(state: State, record: Transaction, reversed_: str) -> Iterator[tuple[FindingKind, str]]:
    match = _NUMBER.fullmatch(reversed_)
    if not record.text(v.REASON):
        yield NAMELESS, f"{v.REASON} fehlt"
    if not match or reversed_ > state["highest"].get(match[1], ""):
        yield NAMELESS, f"{v.REVERSES} {reversed_!r}: bis hierher gibt es keine solche Buchung"
    elif reversed_ in state["reversed"]:
        yield NAMELESS, f"{v.REVERSES} {reversed_}: schon storniert durch {state['reversed'][reversed_]}"
    elif reversed_ in state["reversed"].values():
        yield NAMELESS, f"{v.REVERSES} {reversed_}: ist selbst ein Storno"


def _unequal(
    context: Context, state: State, record: Transaction, reversed_: str
) -> Iterator[tuple[FindingKind, str]]:
    """A claim or correction is taken back leg by leg; of a bank line only the placing, into money in suspense."""
    expected = state["claims"].get(reversed_) or state["prints"].get(reversed_)
    if expected is None:
        if all(v.ITEM in leg.meta or leg.account in context.suspense_accounts for leg in record.postings):
            return
        if reversed_[:4] in state["resolved"]:
            text = f"{v.REVERSES} {reversed_}: das Jahr {reversed_[:4]} ist beschlossen, seine Posten bleiben"
            yield UNEQUAL, text
        else:
            yield UNEQUAL, f"{v.REVERSES} {reversed_}: von einer Bankzeile geht nur die Zuordnung zurück"
        return
    exact, by_root = _print(record.postings, -1)
    loosely = v.PRIOR_PERIOD_TAG in record.tags and by_root == expected[1]
    if exact != expected[0] and not loosely:
        yield UNEQUAL, f"{v.REVERSES} {reversed_}: Konten, Beträge oder Posten weichen ab"


def _print(postings: Iterable[Posting], sign: int) -> list[str]:
    """Two short hashes of what an entry moves: by account, and with all result accounts as one (see `is_prior`)."""
    legs = [(leg.account, sign * leg.cents, str(leg.meta.get(v.ITEM, ""))) for leg in postings]
    loose = [("" if account.startswith(v.RESULT_ROOTS) else account, *rest) for account, *rest in legs]
    return [sha256(repr(sorted(parts)).encode()).hexdigest()[:16] for parts in (legs, loose)]


# ------------------------------------------------------------------------------------- clearings, offsettings


def _legs(context: Context, state: State, record: Transaction) -> None:
    placeable, items = context.placeable_accounts, {}
    for posting in record.postings:
        account, _, facts = posting
        if facts and v.ITEM in facts:
            items[str(facts[v.ITEM])] = account
        if account in placeable:
            _suspense(state, record, posting)
    if len(items) > 1 or record.meta.get(v.KIND) == _OFFSET:
        _netting(context, state, record, items)


def _suspense(state: State, record: Transaction, posting: Posting) -> None:
    before = state["unclear"].cents(posting.account, suspense_key(record, posting))
    left = before - posting.cents
    if record.text(v.KIND) == v.Kind.CLEARING and (before * posting.cents <= 0 or before * left < 0):
        text = f"{format_eur(abs(posting.cents))} geklärt, ungeklärt waren {format_eur(abs(before))}"
        note(state, BEYOND, record.place, text, record.text(v.NUMBER))
    state["unclear"].move(record, posting)


def _aside(context: Context, state: State, record: Transaction) -> None:
    """Money that belongs to no item goes to the bank's charges or to the main ledger, and a person says so."""
    bank = context.book.settings.bank
    usual = context.placeable_accounts | context.book.settings.bank_accounts
    aside = {leg.account for leg in record.postings if v.ITEM not in leg.meta} - usual
    roles = ("bank_charges", "handed_over") if bank.dedicated else ("bank_charges",)
    is_said = record.text(v.REASON) and (record.text(v.CAUSED) or record.text(v.ORDERED))
    strange = [account for account in sorted(aside) if not context.book.bears(account, *roles)]
    texts = [f"{account} nimmt kein geklärtes Geld" for account in strange]
    texts += [] if is_said or not aside else [f"{v.REASON} oder {v.CAUSED} fehlt"]
    for text in texts:
        note(state, ASIDE, record.place, text, record.text(v.NUMBER))


def _netting(context: Context, state: State, record: Transaction, items: dict[str, str]) -> None:
    """A credit lowers an open claim of its own share under the order of the credit; all else is set off by persons.

    So does a settlement the next rate, where that is agreed.
    """
    kind, number = record.text(v.KIND), record.text(v.NUMBER)
    roots = {account.partition(":")[0] for account in items.values()}
    shares = {item.rpartition("-")[0] for item in items}
    agreed = len(shares) == 1 or is_agreed_offset(context.agreement, items)
    ordered = record.text(v.ORDERED) or (agreed and record.text(v.GENERAL_ORDER))
    if kind == v.Kind.OFFSET and not (ordered and record.text(v.REASON)):
        note(state, NETTED, record.place, f"{v.ORDERED} oder {v.REASON} fehlt", number)
    elif len(roots) > 1 and kind not in v.SHARE_KINDS | {v.Kind.OFFSET, v.Kind.REVERSAL}:
        text = f"{v.KIND} {kind!r} rechnet Forderung und Verbindlichkeit gegeneinander auf"
        note(state, NETTED, record.place, text, number)


def _remission(context: Context, state: State, record: Transaction) -> None:
    """Two persons and a reason; and what is given up leaves its item for the account that bears it, nothing else."""
    number = record.text(v.NUMBER)
    if lacking := [key for key in _REMISSION_KEYS if not record.text(key)]:
        note(state, UNORDERED, record.place, f"es fehlt: {', '.join(lacking)}", number)
    for leg in record.postings:
        if v.ITEM not in leg.meta and not context.book.bears(leg.account, *REMISSION):
            note(state, UNORDERED, record.place, f"{leg.account} trägt keinen Erlass", number)
