"""The head of a camt statement: account, number, period and balances, and what contradicts its lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from kkd_ledger.bank.files.camt.entry_amounts import Unreadable, cents_of, sign_of
from kkd_ledger.bank.files.camt.entry_lines import Entries, plain_account
from kkd_ledger.bank.files.camt.paths import Slots, fill
from kkd_ledger.bank.files.characters import cents, day, one_line
from kkd_ledger.bank.files.limits import BankFile
from kkd_ledger.bank.statements import UNREAD, Statement
from kkd_ledger.errors import StatementRefused
from kkd_ledger.money import format_amount

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_INTERIM: Final = "ITBD"


def head_of(element: Any, entries: Entries, source: BankFile) -> Statement:
    """Return the statement without its lines, once its element is complete.

    What is unreadable in it is added to the entries' problems; then the statement returned must not be used. Where
    reading is partly, it lacks an unreadable day or balance.
    """
    head = fill(element, entries.paths.statement, {})
    try:
        return _head(head, entries, source)
    except Unreadable as error:
        entries.refuse(error, f"Zeile {element.sourceline}, Auszug {entries.number}")
        raise StatementRefused(entries.problems) from None


def _head(head: Slots, entries: Entries, source: BankFile) -> Statement:
    account = plain_account(head)
    if not account:
        raise Unreadable("Acct/Id", "", "eine IBAN oder Kontonummer")
    balances = list(head.get("balances", ()))
    opening = _first(balances, _OPENING)
    closing = _last(balances, _CLOSING)
    opening, closing = _with_interim(balances, opening, closing)
    currency = one_line(head.get("currency")) or _balance_currency(opening or closing) or entries.currency
    if entries.partly:
        head, opening, closing = _readable(head, entries, opening, closing)
    from_day, to_day = _period(head, entries, opening, closing)
    opening_cents, closing_cents = _balance_cents(opening, currency), _balance_cents(closing, currency)
    unread = (f"{problem.place}: {problem.actual} {UNREAD}" for problem in entries.unread)
    return Statement(
        account=account,
        currency=currency,
        kind=entries.kind,
        identity=one_line(head.get("identity")),
        sequence=_number(head.get("sequence")) if "sequence" in head else _number(head.get("legal_sequence")),
        page=_number(head.get("page")),
        from_day=from_day,
        to_day=to_day,
        opening_cents=opening_cents,
        closing_cents=closing_cents,
        lines=(),
        source=source.name,
        sha256="",
        contradictions=(*unread, *_foreign_balances(opening, closing, currency), *_totals(head, entries)),
        unread=len(entries.unread),
        last_page=head.get("last_page", "true").strip() in {"true", "1"},
    )


def _readable(
    head: Slots, entries: Entries, *balances: Slots | None
) -> tuple[Slots, Slots | None, Slots | None]:
    """Return a head without its unreadable days, and its opening and closing where they can be read."""
    where = f"Auszug {entries.number}"
    head = dict(head)
    for slot in ("from_day", "to_day", "created"):
        try:
            _day(head.get(slot))
        except Unreadable as error:
            entries.refuse(error, where)
            del head[slot]
    kept: list[Slots | None] = []
    for balance in balances:
        try:
            _balance_cents(balance, _balance_currency(balance))
            _day_of(balance)
            kept.append(balance)
        except Unreadable as error:
            entries.refuse(error, where)
            cents_told = error.place == "Dt"
            kept.append(
                {key: text for key, text in (balance or {}).items() if key != "day"} if cents_told else None
            )
    return head, kept[0], kept[1]


def _first(balances: list[Slots], codes: tuple[str, ...]) -> Slots | None:
    for code in codes:
        for balance in balances:
            if _code(balance) == code:
                return balance
    return None


def _last(balances: list[Slots], codes: tuple[str, ...]) -> Slots | None:
    return _first(balances[::-1], codes)


def _with_interim(
    balances: list[Slots], opening: Slots | None, closing: Slots | None
) -> tuple[Slots | None, Slots | None]:
    """Let interim balances stand for a missing opening or closing: pages, and several statements a day."""
    interim = [balance for balance in balances if _code(balance) == _INTERIM]
    if interim and opening is None and (closing is not None or len(interim) > 1):
        opening = interim[0]
    if interim and closing is None and interim[-1] is not opening:
        closing = interim[-1]
    return opening, closing


def _code(balance: Slots) -> str:
    return str(balance.get("code", "")).strip()


def _balance_cents(balance: Slots | None, currency: str) -> int | None:
    """Return the signed balance; one without a sign is a credit, and one in another currency is none."""
    if balance is None or _balance_currency(balance) not in {currency, ""}:
        return None
    sign = sign_of(balance) if "direction" in balance else 1
    return sign * cents_of(balance, "amount")


def _balance_currency(balance: Slots | None) -> str:
    return "" if balance is None else str(balance.get("amount_currency", "")).strip()


def _foreign_balances(opening: Slots | None, closing: Slots | None, currency: str) -> Iterator[str]:
    for word, balance in (("Anfangssaldo", opening), ("Endsaldo", closing)):
        if balance is not None and _balance_currency(balance) not in {currency, ""}:
            yield f"{word} in {_balance_currency(balance)}, Konto in {currency}"


def _totals(head: Slots, entries: Entries) -> Iterator[str]:
    """Yield what the summary of the statement says otherwise than its entries."""
    for total in head.get("all", ()):
        count = _number(total.get("count"))
        if count is not None and count != entries.entry_count:
            yield f"Zusammenfassung nennt {count} Umsätze, der Auszug hat {entries.entry_count}"
    sums = (
        ("credits", "Gutschriften", entries.credit_cents),
        ("debits", "Lastschriften", entries.debit_cents),
    )
    for slot, word, actual_cents in sums:
        for total in head.get(slot, ()):
            said_cents = _sum_cents(total)
            if said_cents is not None and said_cents != actual_cents:
                said, actual = format_amount(said_cents), format_amount(actual_cents)
                yield f"Zusammenfassung nennt {said} an {word}, der Auszug hat {actual}"


def _sum_cents(total: Slots) -> int | None:
    """Return a summary's sum without its sign (some banks write debits negative), None where it is no amount."""
    try:
        return cents(str(total.get("sum", "")).strip().removeprefix("-"))
    except ValueError:
        return None


def _period(
    head: Slots, entries: Entries, opening: Slots | None, closing: Slots | None
) -> tuple[dt.date, dt.date]:
    """Return the days that the statement covers: as it says, else by its balances, else by its lines."""
    opened = _day_of(opening) if opening is not None and _code(opening) != "PRCD" else None
    to_day = (
        _day(head.get("to_day"))
        or _day_of(closing)
        or entries.last_day
        or opened
        or _day(head.get("created"))
    )
    from_day = _day(head.get("from_day")) or opened or entries.first_day or to_day
    if from_day is None or to_day is None:
        raise Unreadable("FrToDt", "", "ein Zeitraum, ein Saldo oder ein Umsatz mit einem Tag")
    return min(from_day, to_day), to_day


def _day_of(balance: Slots | None) -> dt.date | None:
    return None if balance is None else _day(balance.get("day"))


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return day(text.strip())
    except ValueError as error:
        raise Unreadable("Dt", text, str(error)) from None


def _number(text: str | None) -> int | None:
    """Return a statement or page number; a text that is no number is none."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
