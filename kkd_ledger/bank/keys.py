"""Keys by which a file, a statement and a line are known again, so that everything is booked exactly once.

The ladder, from the outside in: the file's content; the statement's number; the bank's reference of an entry
where it tells entries apart; else the entry's fingerprint; and everywhere an occurrence number within account
and booking day, so that true twins have two keys. Keys start with the version of their formula: a change of the
formula is a new version beside the old one, never a new meaning of old keys.

Keys do not depend on a file's name, on the order of its lines or on where the statement begins and ends.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from kkd_ledger.bank.statements import Statement, StatementLine

VERSION: Final = "1"
_DIGITS: Final = 24
_SEPARATOR: Final = "\x1f"


def file_key(content: bytes) -> str:
    """Return the key of a file's (decompressed) content."""
    return f"{VERSION}:d-{hashlib.sha256(content).hexdigest()[:_DIGITS]}"


def statement_key(statement: Statement) -> str:
    """Return the key of the statement that this one claims to be: two contents under one key are a correction.

    Numbers start again each year and at a format switch, and some banks write none, always zero or always the
    same: so kind and days belong to the key, and without a number also the bank's identification and the opening.
    """
    numbered = (
        (str(statement.sequence),)
        if statement.sequence
        else (
            "",
            statement.identity,
            str(statement.opening_cents),
        )
    )
    page = str(statement.page or 1)
    days = statement.from_day.isoformat(), statement.to_day.isoformat()
    return _key("a", statement.account, statement.currency, statement.kind, *days, page, *numbered)


def content_key(statement: Statement) -> str:
    """Return the key of what the statement says: balances and lines, in any order."""
    balances = str(statement.opening_cents), str(statement.closing_cents)
    return _key("i", statement_key(statement), *balances, *sorted(line_keys(statement)))


def line_keys(statement: Statement, earlier: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the key of each line, in the lines' order.

    `earlier` are keys of lines that are known to come before this statement on the account and not to be in it
    (the balances join): equal payments of the same day then continue their numbering instead of looking known.
    """
    entries: defaultdict[int, list[StatementLine]] = defaultdict(list)
    for line in statement.lines:
        entries[line.entry].append(line)
    bases = _entry_bases(statement, list(entries.values()))
    numbers = _Numbers(earlier)
    keys: list[str] = []
    for base, lines in zip(bases, entries.values(), strict=True):
        entry_key = numbers.next(base)
        keys += [entry_key] if len(lines) == 1 else _detail_keys(entry_key, lines)
    return tuple(keys)


def fingerprint(account: str, line: StatementLine) -> tuple[str, ...]:
    """Return what makes a line this line where the bank gives no reference of its own."""
    return (
        account,
        line.booking_day.isoformat(),
        line.value_day.isoformat() if line.value_day else "",
        str(line.amount_cents),
        line.currency,
        line.gvc,
        line.iban,
        line.end_to_end,
        line.mandate,
        _letters(line.remittance),
        _letters(" ".join(line.structured)),
        line.transaction_id,
    )


class _Numbers:
    """Gives equal bases their occurrence numbers, after those that earlier keys used up."""

    def __init__(self, earlier: Iterable[str]) -> None:
        self._used: Counter[str] = Counter()
        for key in earlier:
            base, _, number = key.rpartition("-")
            if number.isdigit():
                self._used[base] = max(self._used[base], int(number))

    def next(self, base: str) -> str:
        self._used[base] += 1
        return f"{base}-{self._used[base]}"


def _entry_bases(statement: Statement, entries: Sequence[Sequence[StatementLine]]) -> list[str]:
    """Return each entry's key without its number: by reference where references tell entries apart."""
    account = f"{statement.account}/{statement.currency}"
    prints = [_entry_print(account, lines) for lines in entries]
    references = [_reference(account, lines) for lines in entries]
    prints_of: defaultdict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for reference, print_ in zip(references, prints, strict=True):
        prints_of[reference].add(print_)
    return [
        _key("r", *reference) if reference and len(prints_of[reference]) == 1 else _key("f", *print_)
        for reference, print_ in zip(references, prints, strict=True)
    ]


def _entry_print(account: str, lines: Sequence[StatementLine]) -> tuple[str, ...]:
    """Return an entry's fingerprint; a batch has those of its details, in any order."""
    if len(lines) == 1:
        return (*fingerprint(account, lines[0]), lines[0].bank_reference)
    details = sorted(_SEPARATOR.join(fingerprint(account, line)) for line in lines)
    return (*details, lines[0].bank_reference)


def _reference(account: str, lines: Sequence[StatementLine]) -> tuple[str, ...]:
    """Return the bank's reference with day and amount of the entry, nothing where the bank gives none."""
    first = lines[0]
    if not first.bank_reference:
        return ()
    total_cents = sum(line.amount_cents for line in lines)
    return account, first.booking_day.isoformat(), str(total_cents), first.bank_reference


def _detail_keys(entry_key: str, lines: Sequence[StatementLine]) -> list[str]:
    numbers = _Numbers(())
    return [numbers.next(_key("s", entry_key, *fingerprint("", line))) for line in lines]


def _letters(text: str) -> str:
    """Return a text so that line breaks, blanks and letter case of the bank's channel make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _key(rung: str, *parts: str) -> str:
    digest = hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()
    return f"{VERSION}:{rung}-{digest[:_DIGITS]}"
