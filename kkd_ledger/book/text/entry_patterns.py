"""Entry patterns: the form of a transaction that was read, as a pattern that finds all of the next one of that form.

Books repeat themselves: most entries have the same keys and as many legs as others before. A pattern takes nothing that
the strict reader would not take, and leaves to it whatever it does not know: escaped signs, amounts below one euro.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Final, NamedTuple

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction

DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
AMOUNT_COLUMN: Final = 86
WORTH: Final = 100  # so many entries of a form pay for the making of its pattern
FRONT: Final = 4  # day, payee, narration and marks stand before the facts
_ALIKE_MAX: Final = 8
_SIGN = r'[^"\\\x00-\x20\x7f]'
_TEXT = rf'"((?:{_SIGN}++(?: {_SIGN}++)*+)?+)"'
_EURO = r"-?[1-9][0-9]{0,10}\.[0-9]{2}"
_LEG = rf"\n  (?=.{{{AMOUNT_COLUMN - 1}}} {v.CURRENCY}(?!.))([^ \n]++) ++({_EURO}) {v.CURRENCY}"


class Form(NamedTuple):
    """The keys of a transaction's facts, which of them are days, and how many facts each of its legs has."""

    keys: tuple[str, ...]
    days: tuple[str, ...]
    legs: tuple[int, ...]


class EntryPattern(NamedTuple):
    """The pattern of a form: day, payee, narration, marks, the facts; then each leg's account, amount and facts."""

    pattern: re.Pattern[str]
    keys: tuple[str, ...]
    days: tuple[str, ...]


def form_of(record: Transaction) -> Form:
    """Return the form of a transaction."""
    days = tuple(key for key, value in record.meta.items() if isinstance(value, dt.date))
    return Form(tuple(record.meta), days, tuple(len(posting.meta) for posting in record.postings))


@lru_cache(maxsize=1_000)
def entry_pattern(form: Form) -> EntryPattern:
    """Return the pattern of a form."""
    facts = (rf"\n  {key}: {f'({DAY})' if key in form.days else _TEXT}" for key in form.keys)
    legs = (rf"{_LEG}((?:\n    .*+){{{count}}})" for count in form.legs)
    head = rf"({DAY}) \* {_TEXT} {_TEXT}(.*+)"
    return EntryPattern(re.compile("".join([head, *facts, *legs])), form.keys, form.days)


class EntryPatterns:
    """The patterns of the forms that came often, by the number of their lines (less one)."""

    def __init__(self, worth: int) -> None:
        self.of: defaultdict[int, list[EntryPattern]] = defaultdict(list)
        self._worth = worth
        self._met: Counter[Form] = Counter()

    def meet(self, record: Transaction, lines: int) -> None:
        """Take note of a transaction that no pattern has found."""
        form = form_of(record)
        self._met[form] += 1
        if self._met[form] == self._worth and len(self.of[lines]) < _ALIKE_MAX:
            self.of[lines].append(entry_pattern(form))
