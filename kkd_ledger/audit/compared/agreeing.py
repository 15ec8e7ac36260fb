"""The comparison drops what agrees at once, so a long book is compared in the memory of a few months.

Certificates and entries come month by month. As soon as a certificate has met the entries of its lines, and entries and
bank files say the same, all of it is dropped. Nothing is reported here: whatever does not simply agree is odd, and is
then compared with everything that it may have to do with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from kkd_ledger.audit.compared.entries import BankEntry
from kkd_ledger.book.certificate import BOOKED, Certificate, CertifiedLine
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.periods import BookingMonth

_NUMBER: Final = re.compile(r"([0-9]{4})-([0-9]{6})", re.ASCII)
_LINE: Final = 1
_ENTRY: Final = 2

Proved = Callable[[Certificate, Mapping[str, BankEntry]], bool]
"""Whether a certificate, with the entries of its lines by the lines' keys, says nothing but what is right."""


class Agreeing:
    """The certificates and entries that have not met yet, and what is odd so far.

    Odd are bank lines (by their keys), posting numbers that two lines name, and months of certificates. `decided` are
    the lines about which a person decided: their entries may come, or be taken out, in any later month.
    """

    def __init__(self, decided: Collection[str], proved: Proved) -> None:
        self._decided, self._proved = decided, proved
        self._met: dict[str, int] = {}
        self._numbers: dict[str, bytearray] = {}
        self._entries: dict[str, BankEntry] = {}
        self._waiting: list[Certificate] = []
        self.lines: set[str] = set()
        self.numbers: set[str] = set()
        self.months: set[BookingMonth] = set()

    def take(self, certificate: Certificate | None, moved: Iterable[BankEntry]) -> None:
        """Take the certificate of a month and the entries of its file that move the bank account."""
        for entry in moved:
            self._take_entry(entry)
        for line in certificate.lines if certificate else ():
            self._take_line(line)
        self._waiting = [
            waiting for waiting in (*self._waiting, *filter(None, [certificate])) if self._waits(waiting)
        ]

    def finish(self) -> None:
        """End the comparison: lines and entries that have met nothing are odd."""
        self.lines |= self._entries.keys()
        self.months |= {certificate.month for certificate in self._waiting}

    def __bool__(self) -> bool:
        """Whether anything is odd."""
        return bool(self.lines or self.numbers or self.months)

    def is_odd(self, certificate: Certificate) -> bool:
        """Whether anything of a certificate is odd."""
        return certificate.month in self.months or any(
            line.key in self.lines or line.number in self.numbers for line in certificate.lines
        )

    def knows(self, key: str) -> bool:
        """Whether a certificate that was taken tells of a bank line."""
        return bool(self._met.get(key, 0) & _LINE)

    def _take_entry(self, entry: BankEntry) -> None:
        met = self._met.get(entry.key, 0)
        alone = bool(entry.key) and not met & _ENTRY and entry.key not in self._decided
        if alone and entry.kind != v.Kind.CLEARING:
            self._entries[entry.key] = entry
        else:
            self.lines.add(entry.key)
        self._met[entry.key] = met | _ENTRY

    def _take_line(self, line: CertifiedLine) -> None:
        met = self._met.get(line.key, 0)
        if met & _LINE or line.key in self._decided:
            self.lines.add(line.key)
        if line.number and not self._is_first(line.number):
            self.numbers.add(line.number)
        self._met[line.key] = met | _LINE

    def _is_first(self, number: str) -> bool:
        """Note that a line names a number; return whether none did before."""
        form = _NUMBER.fullmatch(number)
        if not form:
            return False
        named, place = self._numbers.setdefault(form[1], bytearray()), int(form[2])
        named.extend(bytes(max(0, place + 1 - len(named))))
        first, named[place] = not named[place], 1
        return first

    def _waits(self, certificate: Certificate) -> bool:
        """Let a certificate go whose entries have come, as right or as odd; return whether it waits for some."""
        odd = self.is_odd(certificate)
        booked = (line.key for line in certificate.lines if line.fate in BOOKED)
        if not odd and not all(key in self._entries for key in booked):
            return True
        entries = {
            line.key: self._entries.pop(line.key) for line in certificate.lines if line.key in self._entries
        }
        if odd or not self._proved(certificate, entries):
            self.months.add(certificate.month)
        return False
