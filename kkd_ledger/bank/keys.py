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
from dataclasses import replace
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
    """Return the key of each line, in the lines' order; the lines of a split batch share their entry's key.

    `earlier` are keys of lines that are known to come before this statement on the account and not to be in it
    (the balances join): equal payments of the same day then continue their numbering instead of looking known.
    """
    entries: defaultdict[int, list[int]] = defaultdict(list)
    for position, line in enumerate(statement.lines):
        entries[line.entry].append(position)
    grouped = [[statement.lines[position] for position in positions] for positions in entries.values()]
    bases = _entry_bases(statement, grouped)
    numbers = _Numbers(earlier)
    places = list(entries.values())
    keys = [""] * len(statement.lines)
    for number in _in_order(bases, grouped):
        for position, key in zip(
            places[number], detail_keys(numbers.next(bases[number]), grouped[number]), strict=True
        ):
            keys[position] = key
    return tuple(keys)


def _in_order(bases: Sequence[str], entries: Sequence[Sequence[StatementLine]]) -> Iterable[int]:
    """Return the entries' numbers so that those with one base come in the order of all that they say."""
    counts = Counter(bases)
    twins = [number for number, base in enumerate(bases) if counts[base] > 1]
    said = {number: repr([replace(line, entry=0) for line in entries[number]]) for number in twins}
    return sorted(range(len(bases)), key=lambda number: (bases[number], said.get(number, "")))


def detail_keys(key: str, lines: Sequence[StatementLine]) -> tuple[str, ...]:
    """Return the keys of an entry's lines: its own for a single line, else with the detail's number behind it.

    Details are numbered by their fingerprints, so their order in the file makes no difference.
    """
    if len(lines) == 1:
        return (key,)
    ranked = sorted(range(len(lines)), key=lambda position: fingerprint("", lines[position]))
    keys = [""] * len(lines)
    for number, position in enumerate(ranked, start=1):
        keys[position] = f"{key}:{number}"
    return tuple(keys)


def entry_key(key: str) -> str:
    """Return the key of the entry that a line belongs to: a line is known where its entry is known.

    So a batch that was booked whole is not booked again when its details come later.

    >>> entry_key("1:r-0123456789abcdef01234567-1:12")
    '1:r-0123456789abcdef01234567-1'
    """
    return ":".join(key.split(":")[:2])


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
        _letters(line.counterparty),
        _letters(line.remittance),
        _letters(" ".join(line.structured)),
        line.entry_reference,
        line.transaction_id,
    )


class _Numbers:
    """Gives equal bases their occurrence numbers, after those that earlier keys used up."""

    def __init__(self, earlier: Iterable[str]) -> None:
        self._used: Counter[str] = Counter()
        for key in earlier:
            base, _, number = entry_key(key).rpartition("-")
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
    """Return an entry's fingerprint; a batch has the same whether its details are there or not."""
    first = lines[0]
    if first.batch is None:
        return (*fingerprint(account, first), first.bank_reference)
    value_day = first.value_day.isoformat() if first.value_day else ""
    total = str(sum(line.amount_cents for line in lines))
    return (
        account,
        first.booking_day.isoformat(),
        value_day,
        total,
        first.currency,
        first.bank_reference,
        "batch",
    )


def _reference(account: str, lines: Sequence[StatementLine]) -> tuple[str, ...]:
    """Return the bank's reference with day and amount of the entry, nothing where the bank gives none."""
    first = lines[0]
    if not first.bank_reference:
        return ()
    total_cents = sum(line.amount_cents for line in lines)
    return account, first.booking_day.isoformat(), str(total_cents), first.bank_reference


def _letters(text: str) -> str:
    """Return a text so that line breaks, blanks and letter case of the bank's channel make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _key(rung: str, *parts: str) -> str:
    digest = hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()
    return f"{VERSION}:{rung}-{digest[:_DIGITS]}"
