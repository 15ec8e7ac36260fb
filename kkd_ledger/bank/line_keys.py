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
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, cast

from kkd_ledger.bank.statements import Statement, StatementLine

VERSION: Final = "1"
_DIGITS: Final = 24
_SEPARATOR: Final = "\x1f"
_FACTS: Final = attrgetter(*(spec.name for spec in fields(StatementLine) if spec.name != "entry"))


def file_key(content: bytes) -> str:
    """Return the key of a file's (decompressed) content."""
    return f"{VERSION}:d-{hashlib.sha256(content).hexdigest()[:_DIGITS]}"


def statement_key(statement: Statement) -> str:
    """Return the key of the statement that this one claims to be: two contents under one key are a correction.

    Numbers start again each year and at a format switch, and some banks write none, always zero or always the
    same: so kind and days belong to the key, and without a number also the bank's identification and the opening.
    Where all this is another statement's as well, what it says belongs to the key (`continuity/shared_numbers.py`).
    """
    return key_by_content(statement) if statement.shares_number else _claimed_key(statement)


def key_by_content(statement: Statement) -> str:
    """Return the key of a statement whose number and days are those of another one as well."""
    return _key("a", _claimed_key(statement), content_key(statement))


def _claimed_key(statement: Statement) -> str:
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
    if "content" not in statement.kept:
        balances = str(statement.opening_cents), str(statement.closing_cents)
        lines = sorted(line_keys(statement))
        statement.kept["content"] = _key("i", _claimed_key(statement), *balances, *lines)
    return str(statement.kept["content"])


def line_keys(statement: Statement, other_keys: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the key of each line, in the lines' order; the lines of a split batch share their entry's key.

    `beside` are keys of lines that are known not to be in this statement, because it comes before or after them within
    the day (the balances join): equal payments then get the numbers that are free instead of looking known.
    """
    other_keys = tuple(other_keys)
    if not other_keys and "keys" in statement.kept:
        return cast("tuple[str, ...]", statement.kept["keys"])
    if "bases" not in statement.kept:
        statement.kept["bases"] = _bases(f"{statement.account}/{statement.currency}", statement.lines)
    bases = statement.kept["bases"]
    numbers = _Numbers(other_keys)
    keys = [""] * len(statement.lines)
    for base, positions in _in_order(bases, statement.lines):
        entry = numbers.next(base)
        if len(positions) == 1:
            keys[positions[0]] = entry
            continue
        details = detail_keys(entry, [statement.lines[position] for position in positions])
        for position, key in zip(positions, details, strict=True):
            keys[position] = key
    if not other_keys:
        statement.kept["keys"] = tuple(keys)
    return tuple(keys)


def _entries(lines: Sequence[StatementLine]) -> Iterator[tuple[int, ...]]:
    """Yield the places of each entry's lines, one entry at a time: a long statement is not held twice."""
    places = sorted(range(len(lines)), key=lambda place: lines[place].entry)
    for _, group in groupby(places, key=lambda place: lines[place].entry):
        yield tuple(group)


def _bases(account: str, lines: Sequence[StatementLine]) -> list[str]:
    """Return each entry's key without its number: by reference where references tell entries apart."""
    references = [
        _digest(*parts)
        if (parts := _reference(account, [lines[position] for position in positions]))
        else b""
        for positions in _entries(lines)
    ]
    counts = Counter(references)
    prints = [  # a reference that only one entry has tells it apart whatever else it says
        b""
        if reference and counts[reference] == 1
        else _digest(*_entry_print(account, [lines[position] for position in positions]))
        for reference, positions in zip(references, _entries(lines), strict=True)
    ]
    print_of: dict[bytes, bytes] = {}
    shared = set[bytes]()
    for reference, print_ in zip(references, prints, strict=True):
        if print_of.setdefault(reference, print_) != print_:
            shared.add(reference)
    return [
        _named("r", reference) if reference and reference not in shared else _named("f", print_)
        for reference, print_ in zip(references, prints, strict=True)
    ]


def _in_order(bases: Sequence[str], lines: Sequence[StatementLine]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield each entry's base and places; those with one base come in the order of all that they say."""
    counts = Counter(bases)
    twins: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    said: dict[tuple[Any, ...], str] = {}
    for base, positions in zip(bases, _entries(lines), strict=True):
        if counts[base] == 1:
            yield base, positions
        else:
            entry = [lines[position] for position in positions]
            facts = tuple(map(_FACTS, entry))
            if facts not in said:  # true twins are many, and spelling them out is slow
                said[facts] = repr([replace(line, entry=0) for line in entry])
            twins.setdefault(base, []).append((said[facts], positions))
    for base, entries in twins.items():
        for _, positions in sorted(entries):
            yield base, positions


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
    return key if key.count(":") < 2 else ":".join(key.split(":")[:2])


def without_number(key: str) -> str:
    """Return what the key of an entry, or of a line of it, has in common with those of its true twins.

    >>> without_number("1:r-0123456789abcdef01234567-2:12")
    '1:r-0123456789abcdef01234567'
    """
    return entry_key(key).rpartition("-")[0]


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
    """Gives equal bases their occurrence numbers, leaving out those that others use."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {entry_key(key) for key in taken}
        self._last: Counter[str] = Counter()

    def next(self, base: str) -> str:
        self._last[base] += 1
        while (key := f"{base}-{self._last[base]}") in self._taken:
            self._last[base] += 1
        return key


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
    return _named(rung, _digest(*parts))


def _digest(*parts: str) -> bytes:
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).digest()[: _DIGITS // 2]


def _named(rung: str, digest: bytes) -> str:
    return f"{VERSION}:{rung}-{digest.hex()}"
