"""Named rules that say which lines of a pooled account are none of the cooperation's business."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.references import check_iban

_CONDITIONS: Final = ("contains", "counterparty", "iban", "gvc", "direction")
_KEYS: Final = ("name", *_CONDITIONS)


@dataclass(frozen=True, slots=True)
class ForeignRule:
    """A line that meets all given conditions is `nicht-kkd`, and the certificate names the rule.

    `contains` is looked for in the remittance and booking text, `counterparty` in the other side's name, both
    without regard to letter case and blanks; `iban` and `gvc` must be equal.
    """

    name: str
    contains: str = ""
    counterparty: str = ""
    iban: str = ""
    gvc: str = ""
    direction: str = ""

    def holds(self, line: StatementLine) -> bool:
        """Tell whether the line meets every condition of the rule."""
        texts = f"{line.remittance} {line.booking_text}"
        return (
            _inside(self.contains, texts)
            and _inside(self.counterparty, f"{line.counterparty} {line.ultimate}")
            and self.iban in {"", line.iban}
            and self.gvc in {"", line.gvc}
            and self.direction in {"", v.Direction.of(line.amount_cents)}
        )


def rules_from(table: Sequence[Mapping[str, object]], file: str = "book.toml") -> tuple[ForeignRule, ...]:
    """Return the rules of a table of `book.toml`; raise BookRefused with everything that is wrong in it."""
    problems = [
        problem
        for number, row in enumerate(table, start=1)
        for problem in _row_problems(row, file, f"nicht-kkd-Regel {number}")
    ]
    names = [row.get("name") for row in table]
    problems += [
        Problem(file, "nicht-kkd-Regeln", f"zweimal der Name {name!r}", "jeder Name einmal")
        for name in sorted({str(name) for name in names if name and names.count(name) > 1})
    ]
    if problems:
        raise BookRefused(problems)
    return tuple(_rule(row) for row in table)


def _rule(row: Mapping[str, object]) -> ForeignRule:
    values = {key: str(row.get(key, "")).strip() for key in _KEYS}
    values["iban"] = "".join(values["iban"].split()).upper()
    return ForeignRule(**values)


def _row_problems(row: Mapping[str, object], file: str, place: str) -> Iterator[Problem]:
    for key in sorted(set(row) - set(_KEYS)):
        yield Problem(file, place, f"Schlüssel {key}", ", ".join(_KEYS))
    for key in (key for key in _KEYS if key in row):
        if not isinstance(row[key], str) or not str(row[key]).strip():
            yield Problem(file, f"{place}, {key}", repr(row[key]), "ein Text, der nicht leer ist")
    if "name" not in row:
        yield Problem(file, place, "kein Name", "ein Name, den der Nachweis nennt")
    if not any(key in row for key in _CONDITIONS):
        yield Problem(file, place, "keine Bedingung", f"mindestens eine von {', '.join(_CONDITIONS)}")
    if row.get("direction", v.Direction.IN) not in set(v.Direction):
        yield Problem(file, f"{place}, direction", repr(row["direction"]), " oder ".join(v.Direction))
    yield from _worded(row, "iban", check_iban, file, place)
    if len(_letters(str(row.get("contains", "xxx")))) < 3:
        yield Problem(file, f"{place}, contains", repr(row["contains"]), "mindestens drei Zeichen")


def _worded(
    row: Mapping[str, object], key: str, check: Callable[[str], str], file: str, place: str
) -> Iterator[Problem]:
    """Yield a problem where a check that raises ValueError refuses the row's value."""
    if isinstance(row.get(key), str):
        try:
            check(str(row[key]))
        except ValueError as error:
            yield Problem(file, f"{place}, {key}", repr(row[key]), str(error))


def _inside(needle: str, text: str) -> bool:
    return not needle or _letters(needle) in _letters(text)


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()
