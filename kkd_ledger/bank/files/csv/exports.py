"""CSV exports of banks → statements, by declarative column maps: every row is read, or the file is refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from kkd_ledger.bank.days import NO_DAY
from kkd_ledger.bank.files.characters import encoding_of, one_line, reference_of
from kkd_ledger.bank.files.csv.cells import (
    account_above,
    amount_cents,
    balance_in,
    cents,
    currency_of,
    day,
    text_of,
)
from kkd_ledger.bank.files.csv.column_maps import CsvMap, titles_of
from kkd_ledger.bank.files.csv.running_balances import balances_of
from kkd_ledger.bank.files.limits import Limits, too_many_statements
from kkd_ledger.bank.files.mt940.field86 import sepa_keywords
from kkd_ledger.bank.statements import BOOKED, UNREAD, LineDraft, Statement, StatementLine, finished
from kkd_ledger.errors import NotAllowed, Problem, StatementRefused

_RETURN = re.compile(
    r"\s*(?:retoure|storno|r(?:ü|ue)ck(?:lastschrift|l\.|(?:ü|ue)berweisung|gabe|ruf))", re.IGNORECASE
)
"""How banks call a line that gives a payment back, where nothing else of the form says so."""
_HEADER_ROWS: Final = 40
_CELLS_ABOVE: Final = 20
_DELIMITERS: Final = (";", ",", "\t")
_PENDING: Final = "PDNG"
_OF_A_BALANCE: Final = frozenset({"booking_day", "amount", "sign", "currency"})


def read_csv(
    content: bytes,
    name: str,
    sha256: str,
    limits: Limits,
    maps: Sequence[CsvMap],
    *,
    partly: bool = False,
) -> list[Statement]:
    """Return one statement for each account of the file; raise StatementRefused with every problem found.

    With `partly` what is unreadable in a row is one of the contradictions of the only statement.
    """
    text = content.decode(encoding_of(content), "replace")
    header = _header(text, name, maps)
    table = _Table(header, name, limits, partly=partly)
    for number, row in islice(_rows(text, header.delimiter, name), len(header.above) + 1, None):
        table.add(number, row)
    return table.statements(sha256)


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the table begins and how it is to be read: `width` is how many columns it has."""

    delimiter: str
    above: list[tuple[int, list[str]]]
    width: int
    form: CsvMap
    positions: dict[str, int]


def _header(text: str, name: str, maps: Sequence[CsvMap]) -> _Header:
    """Return the first row that is some map's header; of several such maps the one that names most of its columns.

    A delimiter by which the beginning of the file is no CSV is not the file's.
    """
    for delimiter in _DELIMITERS:
        above: list[tuple[int, list[str]]] = []
        try:
            for number, row in islice(_rows(text, delimiter, name), _HEADER_ROWS):
                titles = titles_of(row)
                fitting = [(form, at) for form in maps if (at := form.positions(titles)) is not None]
                if fitting:
                    form, positions = max(fitting, key=lambda each: len(each[1]))
                    return _Header(delimiter, above, len(row), form, positions)
                above.append((number, row[:_CELLS_ABOVE]))
        except StatementRefused:
            continue
    first = one_line(text.partition("\n")[0])[:80]
    names = ", ".join(form.name for form in maps)
    allowed = f"camt (XML), MT940/942, oder CSV mit den Spalten von {names}"
    raise StatementRefused([Problem(name, "Zeile 1", repr(first), allowed)])


def _rows(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of the line in which it begins: a cell may go on over several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        actual = "eine Zelle, deren Anführungszeichen nicht schließen oder mitten in ihr stehen"
        if "field limit" in str(error):
            actual = f"eine Zelle, die nach {csv.field_size_limit()} Zeichen nicht endet"
        raise StatementRefused(
            [Problem(name, f"Zeile {begins}", actual, "eine vollständige CSV-Datei")]
        ) from error


class _Table:
    """Reads the rows below a header."""

    def __init__(self, header: _Header, name: str, limits: Limits, *, partly: bool) -> None:
        self._partly = partly
        self._unread: list[Problem] = []
        self._at = header.positions
        self._width = header.width
        self._last = max(header.positions.values())
        self._form = header.form
        self._name = name
        self._limits = limits
        self._account = account_above(header.form, [row for _, row in header.above])
        self._lines: dict[tuple[str, str], list[tuple[StatementLine, int | None]]] = {}
        self._undated: list[tuple[int, int, dict[str, str]]] = []
        self._problems: list[Problem] = []
        self._labelled = bool(self._form.opening_rows or self._form.closing_rows or self._form.skipped_rows)
        self._longer: list[tuple[int, int]] = []
        self._opening_cents: int | None = None
        self._closing_cents: int | None = None
        self._count = 0
        for number, row in header.above:
            with self._noting(number):
                self._keep_balance(row, one_line(row[0]) if row else "")

    def add(self, number: int, row: Sequence[str]) -> None:
        """Read one row; what is wrong with it is kept for the refusal."""
        if not any(cell.strip() for cell in row):
            return
        longest = max(map(len, row))
        if longest > self._limits.text_chars:
            self._refuse(number, f"{longest} Zeichen", f"höchstens {self._limits.text_chars} Zeichen")
            return
        with self._noting(number):
            if not self._is_balance(row):
                self._add_line(number, row)

    def _add_line(self, number: int, row: Sequence[str]) -> None:
        self._count += 1
        if self._count > self._limits.lines:
            allowed = f"höchstens {self._limits.lines} Umsätze"
            raise StatementRefused([Problem(self._name, f"Zeile {number}", "mehr Umsätze", allowed)])
        if len(row) <= self._last or any(row[self._width :]):
            self._refuse_width(number, len(row))
            return
        if len(row) > self._width:
            self._longer.append((number, len(row)))
        cells = self._cells(row)
        if cells["booking_day"] in self._form.pending_days:
            self._undated.append((number, self._count, cells))
        else:
            self._keep(number, cells, self._count, None)

    def _refuse_width(self, number: int, width: int) -> None:
        self._refuse(number, f"{width} Spalten", f"{self._width} Spalten")

    def _cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return the cells of a row by field, each on one line."""
        cells = {name: row[at] for name, at in self._at.items()}
        if "remittance" in cells:
            cells["remittance"] = text_of(cells["remittance"], self._form)
        return {name: one_line(cell) for name, cell in cells.items()}

    @contextmanager
    def _noting(self, number: int) -> Iterator[None]:
        """Keep what is wrong with a row for the refusal, and go on with the next one."""
        try:
            yield
        except NotAllowed as error:
            self._refuse(number, error.actual, error.allowed)
        except ValueError as error:
            self._refuse(number, str(error), "die Schreibweise der Bank")

    def _refuse(self, number: int, actual: str, allowed: str) -> None:
        noted = self._unread if self._partly else self._problems
        noted.append(Problem(self._name, f"Zeile {number}", actual, allowed))
        if len(noted) >= self._limits.problems:
            raise StatementRefused(noted)

    def _is_balance(self, row: Sequence[str]) -> bool:
        """Tell whether a row is no line but a balance, and keep that.

        Such a row has its label in the first cell or for its day, or in any cell while nothing else is told: what a
        payer writes makes no balance.
        """
        if not self._labelled:
            return False
        at_day = self._at["booking_day"]
        if any(self._keep_balance(row, one_line(cell)) for cell in (row[0], *row[at_day : at_day + 1])):
            return True
        told_in = [
            one_line(row[at])
            for name, at in self._at.items()
            if name not in _OF_A_BALANCE and at < len(row) and row[at].strip()
        ]
        return len(told_in) == 1 and self._keep_balance(row, told_in[0])

    def _keep_balance(self, row: Sequence[str], label: str) -> bool:
        """Keep the balance that stands in a row with such a label; tell whether the label is one."""
        form = self._form
        label = label.rstrip(":")
        if label in form.opening_rows:
            self._opening_cents = balance_in(row, self._at, form)
        elif label in form.closing_rows:
            self._closing_cents = balance_in(row, self._at, form)
        else:
            return label in form.skipped_rows
        return True

    def _keep(self, number: int, cells: dict[str, str], entry: int, pending: dt.date | None) -> None:
        account = "".join(cells.get("account", self._account).split()).upper()
        currency = currency_of(cells.get("currency", ""), self._form)
        balance_cents = cents(cells["balance"], self._form) if cells.get("balance") else None
        booking_day = pending or self._day(number, cells["booking_day"])
        line = self._line(cells, currency, entry, booking_day, is_dated=pending is None)
        self._lines.setdefault((account, currency), []).append((line, balance_cents))
        if len(self._lines) > self._limits.statements:
            raise too_many_statements(self._name, self._limits)

    def _day(self, number: int, text: str) -> dt.date:
        """Return the day of a row; where reading is partly, NO_DAY for an unreadable one."""
        try:
            return day(text, self._form.day)
        except ValueError:
            if not self._partly:
                raise
            with self._noting(number):
                raise
            return NO_DAY

    def _line(
        self, cells: dict[str, str], currency: str, entry: int, booking_day: dt.date, *, is_dated: bool
    ) -> StatementLine:
        """Return a row as a line; one that is not dated the bank has not booked and gives no day."""
        amount = amount_cents(cells, self._form)
        side = cells.get("payer" if amount > 0 else "payee", "")
        text, keywords = sepa_keywords(cells.get("remittance", ""))
        status = cells.get("status", "")
        booked = is_dated and (not self._form.booked or status in self._form.booked)
        has_value_day = is_dated and cells.get("value_day") and booking_day != NO_DAY
        draft = LineDraft(
            booking_day=booking_day,
            value_day=day(cells["value_day"], self._form.day) if has_value_day else None,
            amount_cents=amount,
            currency=currency,
            status=BOOKED if booked else _PENDING,
            counterparty=cells.get("counterparty") or side,
            iban="".join(cells.get("iban", "").split()).upper(),
            remittance=" ".join(filter(None, (text, keywords.get("SVWZ", "")))),
            end_to_end=reference_of(cells.get("end_to_end") or keywords.get("EREF", "")),
            mandate=reference_of(cells.get("mandate") or keywords.get("MREF", "")),
            bank_reference=reference_of(cells.get("bank_reference", "")),
            purpose=cells.get("purpose", ""),
            booking_text=cells.get("booking_text", ""),
            entry=entry,
        )
        if original := cells.get("original_amount"):
            self._mark_return(draft, abs(cents(original, self._form)))
        elif _RETURN.match(draft.booking_text):
            draft.return_reason = draft.booking_text
            draft.original = (draft.end_to_end,) if draft.end_to_end else ()
        return finished(draft)

    def _mark_return(self, draft: Any, original_cents: int) -> None:
        """Mark a debit as the return of a collected payment of that amount; what it is more than that are charges."""
        if 0 < original_cents <= -draft.amount_cents:
            draft.charges_cents = draft.amount_cents + original_cents
            draft.return_reason = draft.booking_text or "Rückgabe"
            draft.original = (draft.end_to_end,) if draft.end_to_end else ()

    def statements(self, sha256: str) -> list[Statement]:
        """Return the statements, one for each account and currency; raise if any row was wrong."""
        days = [day for lines in self._lines.values() for day in _days(line for line, _ in lines)]
        if not days and not self._problems:
            actual = "kein gebuchter Umsatz" if self._undated else "kein Umsatz"
            allowed = "eine Kopfzeile mit Umsätzen darunter"
            self._problems.append(Problem(self._name, "", actual, allowed))
        for number, width in self._longer if len(self._longer) < self._count else ():
            self._refuse_width(number, width)  # a delimiter in a text without quotes has moved the cells
        for number, entry, cells in self._undated if days else ():
            with self._noting(number):
                self._keep(number, cells, entry, max(days))
        if self._problems:
            raise StatementRefused(self._problems[: self._limits.problems])
        if self._unread and len(self._lines) > 1:
            raise StatementRefused(self._unread)  # of which account the unread rows are, nobody can say
        return [
            self._statement(account, currency, lines, sha256)
            for (account, currency), lines in self._lines.items()
        ]

    def _statement(
        self, account: str, currency: str, read: Sequence[tuple[StatementLine, int | None]], sha256: str
    ) -> Statement:
        ordered = sorted(read, key=lambda each: each[0].entry)
        lines = tuple(line for line, _ in ordered)
        days = _days(lines)
        opening, closing, contradictions = balances_of(ordered, gaps=len(self._unread))
        if len(self._lines) == 1:
            opening = self._opening_cents if opening is None else opening
            closing = self._closing_cents if closing is None else closing
            if (
                self._form.opening_rows
                and self._form.closing_rows
                and (opening is None) is not (closing is None)
            ):
                contradictions = (
                    *contradictions,
                    "nur einer der beiden Salden: die Datei ist nicht vollständig",
                )
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
            contradictions=(
                *(f"{problem.place}: {problem.actual} {UNREAD}" for problem in self._unread),
                *contradictions,
                *(() if account else ("kein Konto in der Datei",)),
            ),
            unread=len(self._unread),
        )


def _days(lines: Iterable[StatementLine]) -> list[dt.date]:
    return [line.booking_day for line in lines if line.booking_day != NO_DAY]
