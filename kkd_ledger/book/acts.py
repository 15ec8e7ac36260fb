"""Acts: who did what when, over the hash of exactly what was done (docs/ledger-format.md, „Acts“).

An act stands in a month's text behind the entries that it covers, in the same batch. Its hash can be computed again
from the text: the entries without what only the writer gives (`nr`, `anforderung`), with the book, the agreement's
hash, the act's number and its own line (who did what in which role on which day). A name that was typed is all that is
known of the person yet: `akt-bekannt` says so, and is where a login or a signature will be told.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from kkd_ledger.book import canonical, persons
from kkd_ledger.book import vocabulary as v
from kkd_ledger.book.config import Book
from kkd_ledger.book.records import Custom, Dated, Place, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import BookingMonth

FORMAT: Final = "kkd-akt/1"
_DIRECTIVE: Final = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE | re.ASCII)
_GIVEN: Final = re.compile(rf"^  (?:{v.NUMBER}|{v.DEMAND}): .*\n", re.MULTILINE)
_ACT: Final = re.compile(
    rf'\d{{4}}-\d\d-\d\d custom "{v.CustomType.ACT}" "(\d+)"'
    rf'(?:.*\n)+?  {v.ACT_EXTENT}: "(\d+)"'
    rf'\n  {v.ACT_AGREEMENT}: "([0-9a-f]{{64}})"\n  {v.ACT_HASH}: "([0-9a-f]{{64}})"',
    re.ASCII,
)
_IS_ACT: Final = f'custom "{v.CustomType.ACT}"'


class Act(NamedTuple):
    """What one person did: the deed, the SHA-256 of what was done, who, in which role, on which day, how known."""

    number: int
    deed: v.Deed
    sha256: str
    person: str
    role: str
    day: dt.date
    extent: int
    agreement_sha256: str
    known_by: v.KnownBy = v.KnownBy.TYPED

    @property
    def values(self) -> tuple[str | dt.date, ...]:
        """What its line says: its number, what was done, by whom, in which role, on which day."""
        return str(self.number), str(self.deed), self.person, self.role, self.day

    @property
    def said(self) -> str:
        """Its line, without the day under which it stands."""
        return (
            canonical.write([Custom(self.day, v.CustomType.ACT, self.values, {})]).strip().partition(" ")[2]
        )

    def record(self, date: dt.date) -> Custom:
        """Return the act as it stands in a month's text."""
        meta = {
            v.ACT_KNOWN_BY: str(self.known_by),
            v.ACT_EXTENT: str(self.extent),
            v.ACT_AGREEMENT: self.agreement_sha256,
            v.ACT_HASH: self.sha256,
        }
        return Custom(date, v.CustomType.ACT, self.values, meta)


class Doer(NamedTuple):
    """A person and what they do, before it is hashed and numbered."""

    deed: v.Deed
    person: str
    day: dt.date


def ask(
    book: Book, doers: Sequence[Doer], batch: Sequence[Dated], first_number: int, *, seen: str = ""
) -> list[Act]:
    """Return the acts of persons over a batch of entries: every writing command asks here, under the book's lock.

    `seen` is the hash of what the person saw, where the deciding and the writing are two steps. Raise PersonRefused for
    who must not act on that day, EntryRefused where what would be written is not what was seen.
    """
    agreement = sha256(book.agreement_file.read_bytes()).hexdigest()
    text = batch_text(batch)
    acts = []
    for number, doer in enumerate(doers, first_number):
        if doer.deed not in {
            v.Deed.CERTIFIES,
            v.Deed.ORDERS,
        }:  # the rule about orders judges these, by their roles
            persons.refuse_unknown(book.settings, [doer.person], doer.day)
        act = Act(number, doer.deed, "", doer.person, role_for(book, doer), doer.day, len(batch), agreement)
        acts.append(act._replace(sha256=hash_of(text, book.party, agreement, act.said)))
    if seen and not any(act.sha256.startswith(seen) for act in acts):
        raise EntryRefused([Problem(book.name, "", f"SHA-256 {acts[0].sha256}", f"das Gesehene: {seen}")])
    return acts


def followed(
    book: Book,
    added: Mapping[BookingMonth, Sequence[Dated]],
    doers: Sequence[tuple[BookingMonth, Doer]],
    number: int,
    *,
    seen: str = "",
) -> dict[BookingMonth, list[Dated]]:
    """Return what is added to each month, followed by the acts over it, numbered from `number` on.

    Who certified, ordered or caused an entry acts by it; `doers` are those whom no entry names.
    """
    found: dict[BookingMonth, list[Dated]] = {}
    for month, records in added.items():
        here = [*doers_of(records), *(doer for place, doer in doers if place == month)]
        done = ask(book, here, records, number, seen=seen) if here and records else []
        number += len(done)
        found[month] = [*records, *(act.record(records[-1].date) for act in done)]
    return found


def role_for(book: Book, doer: Doer) -> str:
    """Return the role in which a person acts: the one that the deed asks for, else the first that they hold."""
    held = persons.roles_of(book.settings, doer.person, doer.day)
    wanted = _ROLES.get(doer.deed)
    return str(wanted if wanted in held else next((role for role in held if role in v.ACTING_ROLES), ""))


_ROLES: Final = {
    v.Deed.CERTIFIES: v.Role.CERTIFIES,
    v.Deed.ORDERS: v.Role.ORDERS,
    v.Deed.PREPARES: v.Role.PAYS,
    v.Deed.RELEASES: v.Role.PAYS,
}


def batch_text(batch: Sequence[Dated]) -> str:
    """Return the canonical text of entries without what only the writer gives."""
    return _bare("".join(canonical.write([record]).lstrip("\n") for record in batch))


def _bare(text: str) -> str:
    lines = (line for line in _GIVEN.sub("", text).splitlines() if line)
    return "".join(f"{line}\n" for line in lines)


def hash_of(text: str, party: str, agreement_sha256: str, said: str) -> str:
    """Return the hash of an act, whose line is `said`, over a batch's text."""
    head = f"{FORMAT}\nbuch {party}\nvereinbarung {agreement_sha256}\n{said}\n"
    return sha256((head + text).encode()).hexdigest()


def doers_of(batch: Sequence[Dated]) -> tuple[Doer, ...]:
    """Return who does what by the entries of a batch, each once: who certified, ordered, caused."""
    found: dict[Doer, None] = {}
    for record in batch:
        if isinstance(record, Transaction):
            day = persons.acted_on(record)
            for key, deed in _DEEDS:
                if name := record.text(key):
                    found[Doer(deed, name, record.day(key + v.ON) or day)] = None
    return tuple(found)


_DEEDS: Final = (
    (v.CAUSED, v.Deed.CAUSES),
    (v.CERTIFIED_FACT, v.Deed.CERTIFIES),
    (v.CERTIFIED_SUM, v.Deed.CERTIFIES),
    (v.ORDERED, v.Deed.ORDERS),
)


# ------------------------------------------------------------------------------------------------ computed again


def wrong(text: str, file: str, party: str) -> Iterator[tuple[Place, str]]:
    """Yield the acts of a month's text whose hash is not that of the entries before them."""
    if _IS_ACT not in text:
        return
    starts = [found.start() for found in _DIRECTIVE.finditer(text)]
    directives = [text[begin:end] for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    first = 0
    for at, directive in enumerate(directives):
        if _IS_ACT not in directive.partition("\n")[0]:
            first = at + 1
            continue
        found = _ACT.match(directive)
        place = Place(file, text.count("\n", 0, starts[at]) + 1)
        if found is None:
            yield place, "Akt ohne Umfang, Vereinbarung oder SHA-256"
            continue
        said, number, extent = directive.partition("\n")[0][11:], int(found[1]), int(found[2])
        covered = _bare("".join(directives[max(0, first - extent) : first]))
        if extent > first or hash_of(covered, party, found[3], said) != found[4]:
            entries = "der Eintrag" if extent == 1 else f"die {extent} Einträge"
            yield place, f"Akt {number}: {entries} davor sind nicht die, über die gehandelt wurde"
