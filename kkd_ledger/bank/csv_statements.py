"""CSV exports of banks → statements, by declarative column maps: every row is read, or the file is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from kkd_ledger.bank.characters import encoding_of, one_line, told
from kkd_ledger.bank.csv_maps import CsvMap
from kkd_ledger.bank.limits import Limits
from kkd_ledger.bank.mt940_details import sepa_keywords
from kkd_ledger.bank.statements import BOOKED, LineDraft, Statement, StatementLine, finished
from kkd_ledger.errors import Problem, StatementRefused
from kkd_ledger.money import parse_eur
from kkd_ledger.references import is_iban

_HEADER_ROWS: Final = 20
_DELIMITERS: Final = (";", ",", "\t")
_PENDING: Final = "PDNG"
_MONEY = re.compile(r"[-+]?[0-9][0-9.]*,[0-9]{2}(?: ?(?:EUR|€))?")


def read_csv(
    content: bytes, name: str, sha256: str, limits: Limits, maps: Sequence[CsvMap]
) -> list[Statement]:
    """Return one statement for each account of the file; raise StatementRefused with every problem found."""
    text = content.decode(encoding_of(content), "replace")
    delimiter, above, header, form = _header(text, name, maps)
    table = _Table(form, above, header, name, limits)
    for number, row in enumerate(_rows(text, delimiter, name), start=1):
        if number > len(above) + 1:
            table.add(number, row)
    return table.statements(sha256)


def _header(text: str, name: str, maps: Sequence[CsvMap]) -> tuple[str, list[list[str]], list[str], CsvMap]:
    """Return the delimiter, the rows above the header, the header and the map that names most of its columns."""
    for delimiter in _DELIMITERS:
        rows = list(islice(_rows(text, delimiter, name), _HEADER_ROWS))
        for position, row in enumerate(rows):
            header = [one_line(cell) for cell in row]
            fitting = [form for form in maps if form.fits(header)]
            if fitting:
                return delimiter, rows[:position], row, max(fitting, key=lambda form: len(form.columns))
    first = one_line(text.partition("\n")[0])[:80]
    names = ", ".join(form.name for form in maps)
    allowed = f"camt (XML), MT940/942, oder CSV mit den Spalten von {names}"
    raise StatementRefused([Problem(name, "Zeile 1", repr(first), allowed)])


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        found = "eine Zelle, deren Anführungszeichen nicht schließen oder mitten in ihr stehen"
        raise StatementRefused([Problem(name, "", found, "eine vollständige CSV-Datei")]) from error


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> dt.date:
    for spelled in (form, form.replace("%Y", "%y"), form.replace("%y", "%Y")):
        try:
            return dt.datetime.strptime(text, spelled).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{text!r} ist kein Tag; erlaubt: ein Tag wie {dt.date(2023, 11, 30).strftime(form)}")


class _Table:
    """Reads the rows below a header."""

    def __init__(
        self, form: CsvMap, above: Sequence[Sequence[str]], header: Sequence[str], name: str, limits: Limits
    ) -> None:
        columns = {one_line(title): index for index, title in enumerate(header)}
        self._index = {field: columns[title] for field, title in form.columns.items()}
        self._width = len(header)
        self._form = form
        self._name = name
        self._limits = limits
        self._account = _account_above(form, above)
        self._lines: dict[tuple[str, str], list[tuple[StatementLine, int | None]]] = {}
        self._problems: list[Problem] = []
        self._closing_cents: int | None = None
        self._count = 0

    def add(self, number: int, row: Sequence[str]) -> None:
        """Read one row; what is wrong with it is kept for the refusal."""
        if not any(cell.strip() for cell in row):
            return
        if len(self._problems) >= self._limits.problems:
            raise StatementRefused(self._problems)
        self._count += 1
        if self._count > self._limits.lines:
            allowed = f"höchstens {self._limits.lines} Umsätze"
            raise StatementRefused([Problem(self._name, f"Zeile {number}", "mehr Umsätze", allowed)])
        if self._closes(row):
            return
        if len(row) < self._width and any(index >= len(row) for index in self._index.values()):
            self._problems.append(
                Problem(self._name, f"Zeile {number}", f"{len(row)} Spalten", f"{self._width} Spalten")
            )
            return
        cells = {field: one_line(row[index]) for field, index in self._index.items()}
        try:
            self._keep(cells)
        except ValueError as error:
            found, _, allowed = str(error).partition("; erlaubt: ")
            self._problems.append(
                Problem(self._name, f"Zeile {number}", found, allowed or "die Schreibweise der Bank")
            )

    def _closes(self, row: Sequence[str]) -> bool:
        """Tell whether a row is no line but the closing balance, and keep that."""
        first = one_line(row[self._index["booking_day"]]) if len(row) > self._index["booking_day"] else ""
        if first not in self._form.closing_rows:
            return False
        for cell in row:
            if _MONEY.fullmatch(one_line(cell)):
                self._closing_cents = parse_eur(cell)
        return True

    def _amount_cents(self, cells: dict[str, str]) -> int:
        """Return the signed amount: of one column, or of one each for debits (with or without a minus) and credits."""
        if text := cells.get("amount", "").removeprefix("+"):
            return parse_eur(text)
        debit, credit = cells.get("debit", ""), cells.get("credit", "").removeprefix("+")
        if bool(debit) is bool(credit):
            raise ValueError(f"Soll {debit!r} und Haben {credit!r}; erlaubt: genau einer von beiden")
        return parse_eur(credit) if credit else -abs(parse_eur(debit))

    def _keep(self, cells: dict[str, str]) -> None:
        account = "".join(cells.get("account", self._account).split()).upper()
        currency = cells.get("currency") or self._form.currency or "EUR"
        balance_cents = parse_eur(cells["balance"]) if cells.get("balance") else None
        self._lines.setdefault((account, currency), []).append((self._line(cells, currency), balance_cents))

    def _line(self, cells: dict[str, str], currency: str) -> StatementLine:
        amount_cents = self._amount_cents(cells)
        side = cells.get("payer" if amount_cents > 0 else "payee", "")
        text, keywords = sepa_keywords(cells.get("remittance", ""))
        status = cells.get("status", "")
        draft = LineDraft(
            booking_day=_day(cells["booking_day"], self._form.day),
            value_day=_day(cells["value_day"], self._form.day) if cells.get("value_day") else None,
            amount_cents=amount_cents,
            currency=currency,
            status=BOOKED if not self._form.booked or status in self._form.booked else _PENDING,
            counterparty=cells.get("counterparty") or side,
            iban="".join(cells.get("iban", "").split()).upper(),
            remittance=" ".join(filter(None, (text, keywords.get("SVWZ", "")))),
            end_to_end=told(cells.get("end_to_end") or keywords.get("EREF", "")),
            mandate=told(cells.get("mandate") or keywords.get("MREF", "")),
            bank_reference=told(cells.get("bank_reference", "")),
            purpose=cells.get("purpose", ""),
            booking_text=cells.get("booking_text", ""),
            entry=self._count,
        )
        return finished(draft)

    def statements(self, sha256: str) -> list[Statement]:
        """Return the statements, one for each account and currency; raise if any row was wrong."""
        if not self._lines and not self._problems:
            self._problems.append(
                Problem(self._name, "", "kein Umsatz", "eine Kopfzeile mit Umsätzen darunter")
            )
        if self._problems:
            raise StatementRefused(self._problems[: self._limits.problems])
        return [
            self._statement(account, currency, lines, sha256)
            for (account, currency), lines in self._lines.items()
        ]

    def _statement(
        self, account: str, currency: str, read: Sequence[tuple[StatementLine, int | None]], sha256: str
    ) -> Statement:
        lines = tuple(line for line, _ in read)
        days = [line.booking_day for line in lines]
        opening, closing, contradictions = _balances(read)
        if closing is None and len(self._lines) == 1:
            closing = self._closing_cents
        return Statement(
            account=account,
            currency=currency,
            kind="CSV",
            identity=self._form.name,
            sequence=None,
            page=None,
            from_day=min(days),
            to_day=max(days),
            opening_cents=opening,
            closing_cents=closing,
            lines=lines,
            source=self._name,
            sha256=sha256,
            contradictions=(*contradictions, *(() if account else ("kein Konto in der Datei",))),
        )


def _account_above(form: CsvMap, above: Sequence[Sequence[str]]) -> str:
    """Return the account above the table: beside its label, as `"Girokonto";"DE…"`, else the only IBAN there."""
    rows = [[one_line(cell) for cell in row] for row in above]
    for cells in rows:
        if form.account_label and len(cells) > 1 and cells[0].rstrip(":") == form.account_label:
            return cells[1]
    written = {"".join(cell.split()).upper() for cells in rows for cell in cells}
    ibans = [account for account in written if is_iban(account)]
    return ibans[0] if len(ibans) == 1 else ""


def _balances(
    read: Sequence[tuple[StatementLine, int | None]],
) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Return opening and closing by the balance after each line, whichever end the newest line stands at."""
    chain = [(line.amount_cents, balance) for line, balance in read if balance is not None and line.booked]
    if not chain or len(chain) < sum(line.booked for line, _ in read):
        return None, None, ()
    for ordered in (chain, chain[::-1]):
        opening = (ordered[0][1] or 0) - ordered[0][0]
        balances = [opening]
        for amount_cents, _ in ordered:
            balances.append(balances[-1] + amount_cents)
        if balances[1:] == [balance for _, balance in ordered]:
            return opening, balances[-1], ()
    return None, None, ("die Salden nach den Umsätzen ergeben keine Reihe",)
