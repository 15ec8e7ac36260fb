"""Buchungsstapel: each batch that the writer appends to a month ends with one line, the hash of exactly its text.

Of the first one of a file the text begins with the file; of each other one behind the line before it. So every line
of an open month's file belongs to a batch that is as it was written, or it is told (docs/ledger-format.md). How many a
month has is stated in the top file, so that the last one cannot vanish. What no person stands behind is covered too.

What somebody changed by hand two persons may vouch for as it is now: the month then names it by its hash.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Final, NamedTuple

from kkd_ledger.book.text import canonical
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom
from kkd_ledger.periods import BookingMonth

FORMAT: Final = "kkd-stapel/1"
_LINE: Final = re.compile(
    rf'^(\d{{4}}-\d\d-\d\d) custom "{v.CustomType.BATCH}" "([1-9]\d{{0,8}})" "([0-9a-f]{{64}})"\n'.encode(),
    re.MULTILINE,
)
_BELOW: Final = b";\n"
SINCE: Final = dt.date(2026, 11, 30)
"""The day from which on kkd ends every batch."""
_RECORDED: Final = re.compile(rf"^  {v.RECORDED}: (\d{{4}}-\d\d-\d\d)$".encode(), re.MULTILINE)
_AHEAD: Final = dt.timedelta(days=31)
_VOUCHED: Final = re.compile(
    rf'^\S+ custom "{v.CustomType.RECORD}" "([^"\\]*)" "([0-9a-f]{{64}})"$'.encode(), re.MULTILINE
)
_BEGINS: Final = re.compile(rb"(?<=\n)\n(?=\d{4}-\d\d-\d\d )")
_CUTS_MAX: Final = 64
"""At so many places a batch is looked for behind text that was put in before it."""
_DAY: Final = re.compile(rb"^\d{4}-\d\d-\d\d(?= )", re.MULTILINE)


class WrongBatch(NamedTuple):
    """What does not fit in a month's text, and on which lines.

    `subject` is how two persons vouch for it (empty where nobody can), `content` what stands there now; `vouched` says
    whether they have.
    """

    line: int
    text: str
    last: int = 0
    subject: str = ""
    content: bytes = b""
    vouched: bool = False


def closing(text: bytes, party: str, month: BookingMonth, number: int) -> bytes:
    """Return the line, behind a line `;`, that ends the batch `text` as the month's `number`-th.

    It bears the day of the batch's last entry.
    """
    days = _DAY.findall(text)
    day = dt.date.fromisoformat(days[-1].decode()) if days else month.first_day
    values = (str(number), hash_of(text, party, month, number, str(day)))
    return canonical.write([Custom(day, v.CustomType.BATCH, values, {})]).encode()


def hash_of(text: bytes, party: str, month: BookingMonth, number: int, day: str) -> str:
    """Return the hash of a batch's text, as the `number`-th of a month in a party's book, ended under a day."""
    head = f"{FORMAT}\nbuch {party}\nmonat {month}\nstapel {number}\ntag {day}\n"
    return sha256(head.encode() + text).hexdigest()


def count(text: bytes) -> int:
    """Return the number of the last batch of a month's text; 0 where there is none."""
    return max((int(match[2]) for match in _LINE.finditer(text)), default=0)


def is_later(text: bytes, month: BookingMonth) -> bool:
    """Tell whether a month's text was written when batches had ends: without them it is not as it was written.

    A month is opened one ahead at most, and an entry says when it was recorded.
    """
    until = SINCE.isoformat().encode()
    return month.first_day > SINCE + _AHEAD or any(day > until for day in _RECORDED.findall(text))


def misfits(text: bytes, party: str, month: BookingMonth, stated: int) -> Iterator[WrongBatch]:
    """Yield each batch that is not as it was written or not at its place, and what belongs to none.

    `stated` is how many batches the top file says there are.
    """
    said = {(match[1].decode(), match[2].decode()) for match in _VOUCHED.finditer(text)}
    for misfit in _misfits(text, party, month, stated):
        subject = f"{month.stem}.beancount#{misfit.subject}" if misfit.subject else ""
        vouched = (subject, sha256(misfit.content).hexdigest()) in said
        yield misfit._replace(subject=subject, vouched=vouched)


def _misfits(text: bytes, party: str, month: BookingMonth, stated: int) -> Iterator[WrongBatch]:
    begin, line, number = 0, 1, 0
    for match in _LINE.finditer(text):
        batch_text = text[begin : match.start()].removesuffix(_BELOW)
        last = line + text.count(b"\n", begin, match.start())
        written, number = int(match[2]), number + 1
        if written != number:
            what = "fehlt davor" if written > number else "wäre an der Reihe"
            sentence = f"Buchungsstapel {written} steht hier, {number} {what}"
            yield WrongBatch(last, sentence, last, _gone(number, written - 1))

        def fits(batch: bytes, match: re.Match[bytes] = match) -> bool:
            there = hash_of(batch, party, month, int(match[2]), match[1].decode())
            return there == match[3].decode()

        if not fits(batch_text):
            cut = next((cut for cut in _cuts(batch_text) if fits(batch_text[cut:])), 0)
            if cut:
                yield _stray(batch_text[:cut], line, written)
            else:
                first = line + batch_text.startswith(b"\n")
                sentence = (
                    f"Buchungsstapel {written} (Zeile {first} bis {last}) ist nicht, wie kkd ihn schrieb"
                )
                yield WrongBatch(first, sentence, last, f"stapel-{written}", batch_text)
        begin, line, number = match.end(), last + 1, written
    if begin < len(text):
        yield _stray(text[begin:], line, number + 1)
    if number != stated:
        sentence = f"{v.TOP_FILE} nennt {stated} Buchungsstapel, der letzte hier ist {number}"
        yield WrongBatch(line - 1 or 1, sentence, line - 1 or 1, _gone(number + 1, stated))


def _cuts(batch: bytes) -> Iterator[int]:
    """Yield where a batch may begin behind text that was put in before it."""
    yield from islice((match.start() for match in _BEGINS.finditer(batch)), _CUTS_MAX)


def _stray(text: bytes, line: int, number: int) -> WrongBatch:
    """Return what was put in before the `number`-th batch, from a line on."""
    end = line + text.count(b"\n") - text.endswith(b"\n")
    first = min(end, line + text.startswith(b"\n"))
    lines = f"Zeile {first} gehört" if first == end else f"Zeile {first} bis {end} gehören"
    return WrongBatch(first, f"{lines} zu keinem Buchungsstapel", end, f"vor-stapel-{number}", text)


def _gone(first: int, last: int) -> str:
    """Return how two persons vouch for batches that are gone; empty where none is."""
    if first > last:
        return ""
    return f"stapel-{first}" if first == last else f"stapel-{first}-bis-{last}"
