"""Acts: who did what when, over the hash of exactly what was done (docs/ledger-format.md, „Acts“).

Every writing command asks for its acts here (`ask`): those over entries, and those over a link of the chain of closing
proofs. What persons answer for outside the ledger (a payment run, a decision about a bank line) is named in it by its
hash, as a `niederschrift`, and their acts stand behind that.

An act stands in a month's text behind the entries that it covers, in the same batch. Its hash can be computed again
from the text: the entries without what only the writer gives (`nr`, `anforderung`), with the book, the agreement's
hash, the act's number and its own line (who did what in which role on which day). `akt-bekannt` says how the person was
known: where the book is opened for persons who have proved who they are (`Book.acted_by`), by their login or signature,
and nobody else acts; else by a name that was typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import Final, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import canonical
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Dated, Document, Transaction
from kkd_ledger.errors import EntryRefused, Problem
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons import powers
from kkd_ledger.persons import roles as persons
from kkd_ledger.persons.signed import Signature, flaw

FORMAT: Final = "kkd-akt/1"
_GIVEN: Final = re.compile(rf"^  (?:{v.NUMBER}|{v.DEMAND}): .*\n", re.MULTILINE)
IS_ACT: Final = f'custom "{v.CustomType.ACT}"'


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
    signature: Signature | None = None

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

    def as_data(self) -> dict[str, str]:
        """Return the act as a link of the chain of closing proofs tells it."""
        return {
            "was": str(self.deed),
            "person": self.person,
            "rolle": self.role,
            "am": self.day.isoformat(),
            "bekannt": str(self.known_by),
            "sha256": self.sha256,
        }

    def record(self, date: dt.date) -> Custom:
        """Return the act as it stands in a month's text."""
        meta = {
            v.ACT_KNOWN_BY: str(self.known_by),
            v.ACT_EXTENT: str(self.extent),
            v.ACT_AGREEMENT: self.agreement_sha256,
            v.ACT_HASH: self.sha256,
        } | (self.signature.meta if self.signature else {})
        return Custom(date, v.CustomType.ACT, self.values, meta)


class Doer(NamedTuple):
    """A person and what they do, before it is hashed and numbered."""

    deed: v.Deed
    person: str
    day: dt.date


class Matter(NamedTuple):
    """What persons act upon: the number of directives, the agreement's hash, and the hash of an act over it."""

    extent: int
    agreement_sha256: str
    hashed: Callable[[Act], str]

    @classmethod
    def entries(cls, book: Book, batch: Sequence[Dated]) -> Matter:
        """Return a batch of entries as what is acted upon."""
        agreement, text = book.agreement_sha256, batch_text(batch)
        return cls(
            len(batch), agreement, lambda act: hash_of(text, book.party, agreement, act.said, act.known_by)
        )


def ask(
    book: Book, doers: Iterable[Doer], matter: Matter, first_number: int = 1, *, seen: str = ""
) -> list[Act]:
    """Return the acts of persons over a matter: every writing command asks here, under the book's lock.

    `seen` is the hash of what the person saw, where the deciding and the writing are two steps. Raise PersonRefused for
    who must not act on that day (who certifies and orders is judged by the rule about orders, by their roles),
    EntryRefused where what would be written is not what was seen.
    """
    doers = tuple(doers)
    _refuse_unproved(book, doers)
    acts = []
    for number, doer in enumerate(doers, first_number):
        if doer.deed not in {v.Deed.CERTIFIES, v.Deed.ORDERS}:
            persons.refuse_unknown(book.settings, [doer.person], doer.day)
        role, agreement = role_for(book, doer), matter.agreement_sha256
        known_by = (book.proved or {}).get(doer.person, v.KnownBy.TYPED)
        act = Act(number, doer.deed, "", doer.person, role, doer.day, matter.extent, agreement, known_by)
        hashed = act._replace(sha256=matter.hashed(act))
        acts.append(hashed._replace(signature=_signature_of(book, hashed)))
    if seen and not any(act.sha256.startswith(seen) for act in acts):
        raise EntryRefused([Problem(book.name, "", f"SHA-256 {acts[0].sha256}", f"das Gesehene: {seen}")])
    return acts


def _signature_of(book: Book, act: Act) -> Signature | None:
    """Return the signature that was given over an act; None for none. Raise EntryRefused for one that is no proof."""
    parts = book.signer(act.person, act.sha256)
    if not parts:
        return None
    signature = Signature(*parts)
    if wrong := flaw(signature, act.sha256, act.person, act.day, book.settings.keys):
        raise EntryRefused(
            [Problem(book.name, "", f"Unterschrift von {act.person}: {wrong}", "eine, die den Akt beweist")]
        )
    return signature


def refuse_unsigned(book: Book, added: Iterable[Sequence[Dated]]) -> None:
    """Raise PersonRefused for an act in entries without a signature where the book's policy asks for one."""
    for record in chain.from_iterable(added):
        match record:
            case Custom(kind=v.CustomType.ACT, values=(_, str(deed), str(person), *_), meta=meta):
                _refuse_unsigned(book, deed, person, Signature.of(meta))
            case _:
                pass


def refuse_unsigned_acts(book: Book, acts: Iterable[Act]) -> None:
    """Raise PersonRefused for an act over a closing proof without a signature where the book's policy asks for one."""
    for act in acts:
        _refuse_unsigned(book, act.deed, act.person, act.signature)


def _refuse_unsigned(book: Book, deed: str, person: str, signature: Signature | None) -> None:
    if deed in book.settings.policy.signed and signature is None:
        actual = f"{person}: „{deed}“ ohne Unterschrift"
        allowed = (
            "mit Passkey im Arbeitsplatz, oder mit einem Schlüssel für Befehle (`kkd user key NAME --new`)"
        )
        raise persons.PersonRefused([Problem(v.BOOK_FILE, "policy.signed", actual, allowed)])


def _refuse_unproved(book: Book, doers: Iterable[Doer]) -> None:
    """Where it is asked who acts, raise PersonRefused for who has not proved it, or holds no role that allows it.

    A book whose policy takes no typed names asks always.
    """
    if book.proved is None and book.settings.policy.typed_names:
        return
    if book.proved is None:
        allowed = (
            "wer sich ausweist: im Arbeitsplatz, oder mit Befehlen als eingerichtete Person (`kkd user`)"
        )
        raise persons.PersonRefused(
            Problem(book.name, "", f"{name}: ein Name, getippt ([policy] typed_names)", allowed)
            for name in dict.fromkeys(doer.person for doer in doers)
        )
    proved = ", ".join(book.proved) or "niemand"
    problems = [
        Problem(book.name, "", f"{name} hat sich nicht angemeldet", f"wer angemeldet ist: {proved}")
        for name in dict.fromkeys(doer.person for doer in doers if doer.person not in book.proved)
    ]
    problems += [
        Problem(v.BOOK_FILE, "roles", text, f"wer die Rolle hat: {', '.join(powers.allowing(doer.deed))}")
        for doer in doers
        if (text := powers.objection(book.settings, doer.person, doer.deed, doer.day))
    ]
    if problems:
        raise persons.PersonRefused(problems)


def followed(
    book: Book,
    added: Mapping[BookingMonth, Sequence[Dated]],
    doers: Sequence[tuple[BookingMonth, Doer]],
    number: int,
    *,
    seen: str = "",
) -> dict[BookingMonth, list[Dated]]:
    """Return what is added to each month, followed by the acts over it, numbered from `number` on.

    Who certified, ordered or caused an entry acts by it; `doers` are those whom no entry names (or not with the day).
    """
    months: dict[BookingMonth, list[Dated]] = {}
    for month, records in added.items():
        said = list(dict.fromkeys(doer for place, doer in doers if place == month))
        here = [*(doer for doer in doers_of(records) if not _is_said(doer, said)), *said]
        done = ask(book, here, Matter.entries(book, records), number, seen=seen) if here and records else []
        number += len(done)
        months[month] = [*records, *(act.record(records[-1].date) for act in done)]
    return months


def _is_said(doer: Doer, said: Collection[Doer]) -> bool:
    """Tell whether a person acts by what is said already."""
    return any(covers(speaker.deed, speaker.person, doer.deed, doer.person) for speaker in said)


def covers(deed: str, person: str, wanted: str, named: str) -> bool:
    """Tell whether an act of a person is the one that an entry naming them asks for; who decides also causes."""
    return person == named and (deed == wanted or (deed, wanted) == (v.Deed.DECIDES, v.Deed.CAUSES))


def role_for(book: Book, doer: Doer) -> str:
    """Return the role in which a person acts: the one that the deed asks for, else the first that they hold."""
    return str(powers.role_for(persons.roles_of(book.settings, doer.person, doer.day), doer.deed) or "")


def batch_text(batch: Sequence[Dated]) -> str:
    """Return the canonical text of entries without what only the writer gives."""
    return bare("".join(canonical.write([record]).lstrip("\n") for record in batch))


def bare(text: str) -> str:
    """Return canonical text without empty lines and without the keys that the writer gives (`nr`, `anforderung`)."""
    lines = (line for line in _GIVEN.sub("", text).splitlines() if line not in {"", ";"})
    return "".join(f"{line}\n" for line in lines)


def hash_of(text: str, party: str, agreement_sha256: str, said: str, known_by: str) -> str:
    """Return the hash of an act, whose line is `said`, over a batch's text; `known_by` as `akt-bekannt` tells it."""
    proof = "" if known_by == v.KnownBy.TYPED else f"bekannt {known_by}\n"
    head = f"{FORMAT}\nbuch {party}\nvereinbarung {agreement_sha256}\n{proof}{said}\n"
    return sha256((head + text).encode()).hexdigest()


def doers_of(batch: Sequence[Dated]) -> tuple[Doer, ...]:
    """Return who does what by the entries of a batch, each once: who certified, ordered, caused."""
    doers: dict[Doer, None] = {}
    for record in batch:
        if isinstance(record, Transaction | Custom | Document):
            day = persons.acted_on(record)
            for key, deed in DEEDS:
                if name := record.meta.get(key):
                    on = record.meta.get(key + v.ON)
                    doers[Doer(deed, str(name), on if isinstance(on, dt.date) else day)] = None
    return tuple(doers)


def recorded(name: str, content: bytes, day: dt.date) -> Custom:
    """Return the `niederschrift` that names something outside the ledger by its hash, so that acts can cover it."""
    return Custom(day, v.CustomType.RECORD, (name, sha256(content).hexdigest()), {})


DEEDS: Final = (
    (v.CAUSED, v.Deed.CAUSES),
    (v.CERTIFIED_FACT, v.Deed.CERTIFIES),
    (v.CERTIFIED_SUM, v.Deed.CERTIFIES),
    (v.ORDERED, v.Deed.ORDERS),
)
