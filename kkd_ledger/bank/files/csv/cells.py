"""Cells of a bank's CSV export → days, cents and texts, as the bank's map says that it writes them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kkd_ledger.bank.files.characters import no_such_day, one_line
from kkd_ledger.bank.files.csv.column_maps import CsvMap
from kkd_ledger.bank.files.mt940.field86 import joined
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import format_amount, parse_eur
from kkd_ledger.references import is_iban

_SIGNS: Final = MappingProxyType({"S": -1, "SOLL": -1, "H": 1, "HABEN": 1})
_CURRENCY: Final = r"(?: ?(?:EUR|€))?"
_WITH: Final = {
    ",": re.compile(rf"[-−]? ?(?:[0-9]{{1,3}}(?:\.[0-9]{{3}})+|[0-9]+)(?:,[0-9]{{1,2}})?{_CURRENCY}"),
    ".": re.compile(rf"[-−]? ?(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]{{1,2}})?{_CURRENCY}"),
}
_MONEY = re.compile(rf"[-+−]?(?:[0-9]{{1,3}}(?:\.[0-9]{{3}})+|[0-9]+),[0-9]{{2}}{_CURRENCY}")
_GERMAN_IBAN = re.compile(r"\bDE(?: ?[0-9]){20}\b", re.ASCII)
_CODE = re.compile("[A-Z]{3}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_BANK_CODE = re.compile(r"[0-9]{8}", re.ASCII)


def cents(text: str, form: CsvMap) -> int:
    """Return the signed cents of a cell; raise ValueError where it is no amount.

    Where the form says which sign its decimals have, `1.000` means one thing and is taken; else it is refused.
    """
    text = text.removeprefix("+")
    if form.decimal:
        if not _WITH[form.decimal].fullmatch(text):
            allowed = "1.234,56" if form.decimal == "," else "1234.56"
            raise NotAllowed(f"{text!r} ist kein Betrag dieser Bank", allowed)
        text = text.replace("." if form.decimal == "," else ",", "")
    return parse_eur(text)


def amount_cents(cells: Mapping[str, str], form: CsvMap) -> int:
    """Return a row's signed amount: of one column, with its sign in another one or not, or of one each for both sides.

    A debit of two columns may bear a minus or not.
    """
    if text := cells.get("amount", ""):
        amount = cents(text, form)
        return amount * _sign(cells["sign"], amount) if "sign" in cells else amount
    debit, credit = cells.get("debit", ""), cells.get("credit", "")
    if bool(debit) is bool(credit):
        raise NotAllowed(f"Soll {debit!r} und Haben {credit!r}", "genau einer von beiden")
    return cents(credit, form) if credit else -abs(cents(debit, form))


def _sign(text: str, amount: int) -> int:
    sign = _SIGNS.get(text.upper())
    if sign is None or amount < 0:
        raise NotAllowed(
            f"Kennzeichen {text!r} neben {format_amount(amount)}", "S oder H neben einem Betrag ohne Minus"
        )
    return sign


def currency_of(text: str, form: CsvMap) -> str:
    """Return the currency of a cell, that of the form where it is empty; raise ValueError where it is none."""
    if not text:
        return form.currency or "EUR"
    if not _CODE.fullmatch(text):
        raise NotAllowed(f"{text!r} ist keine Währung", "drei Großbuchstaben wie EUR")
    return text


@lru_cache(maxsize=4096)
def day(text: str, form: str) -> dt.date:
    """Return the day of a cell; raise ValueError where it is none."""
    for spelled in (form, form.replace("%Y", "%y"), form.replace("%y", "%Y")):
        try:
            return dt.datetime.strptime(text, spelled).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    allowed = f"ein Tag wie {dt.date(2023, 11, 30).strftime(form)}"
    parts = re.findall("[0-9]+", text)
    if len(parts) == 3 and (digits := dict(zip(re.findall("%[dmyY]", form), parts, strict=False))):
        year = digits.get("%Y") or digits.get("%y", "")
        allowed = no_such_day(digits.get("%d", ""), digits.get("%m", ""), year)
    raise NotAllowed(f"{text!r} ist kein Tag", allowed)


def text_of(cell: str, form: CsvMap) -> str:
    """Return a remittance on one line; pieces of 27 signs, one below the other, are put together again."""
    return joined(cell.splitlines()) if form.pieces and "\n" in cell else cell


def balance_in(row: Sequence[str], positions: Mapping[str, int], form: CsvMap) -> int | None:
    """Return the signed balance that a row holds in whichever cell, None where it holds none."""
    money = _WITH.get(form.decimal, _MONEY)
    for cell in map(one_line, row):
        if money.fullmatch(cell.removeprefix("+")):
            balance = cents(cell, form)
            at = positions.get("sign", len(row))
            return balance * _sign(one_line(row[at]), balance) if at < len(row) else balance
    return None


def account_above(form: CsvMap, above: Iterable[Sequence[str]]) -> str:
    """Return the account above the table: beside its label, as `"Girokonto";"DE…"`, else the only IBAN there."""
    rows = [[one_line(cell) for cell in row] for row in above]
    labelled = {cells[0].rstrip(":"): cells[1] for cells in reversed(rows) if len(cells) > 1}
    account = labelled.get(form.account_label, "") if form.account_label else ""
    bank_code = labelled.get(form.bank_code_label, "") if form.bank_code_label else ""
    if _NUMBER.fullmatch(account) and _BANK_CODE.fullmatch(bank_code):
        return f"{bank_code}/{int(account)}"
    if account:
        return account
    texts = [cell.upper() for cells in rows for cell in cells]
    written = {"".join(text.split()) for cell in texts for text in (cell, *_GERMAN_IBAN.findall(cell))}
    ibans = [text for text in written if is_iban(text)]
    return ibans[0] if len(ibans) == 1 else ""
