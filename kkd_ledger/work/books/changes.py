"""kkd changes and kkd confirm: what a book stands on, compared with what was confirmed, and confirmed by two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kkd_ledger import german
from kkd_ledger.audit.compared import NAMED, all_unanswered
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.basis import BasisChange, Confirmed
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.book.text.records import Custom, Record
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import EntryRefused, Problem, UsageError
from kkd_ledger.persons import contacts
from kkd_ledger.persons.acts import Doer
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.rules import basis as of_basis
from kkd_ledger.rules.engine.checkpoint import known_book
from kkd_ledger.rules.engine.rule import State
from kkd_ledger.work.session import Outcome, session


@dataclass(frozen=True)
class Changes:
    """What has changed since what was confirmed (None where nothing was yet), and one hash of everything as it is now.

    `by` are those who have confirmed just this already, while a second person is missing. `unanswered` are payment
    runs and decisions for which nobody answers: `confirm` settles them too. While nothing was confirmed, there is no
    content to compare; `acted_until` is then the last day on which somebody acted by another agreement than today's.
    `unkept` are the hashes of agreements that acts name and nobody has kept: `confirm` says that there were such.
    `edited` says of each text of an open month that was changed by hand what it is: `confirm` vouches for it.
    """

    confirmed: Confirmed | None
    changes: tuple[BasisChange, ...]
    digest: str
    by: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    acted_until: dt.date | None = None
    unkept: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether two persons should look: something changed, or nobody answers for it."""
        return bool(self.changes or self.unanswered or self.acted_until or self.edited)


@dataclass(frozen=True)
class Confirmation:
    """What was confirmed by whom, whether a second person is still missing, and what was written.

    `answered` are payment runs, decisions and edited texts for which nobody answered, and both persons do now.
    """

    changes: Changes
    by: tuple[str, ...]
    complete: bool
    outcome: Outcome | None
    answered: tuple[str, ...] = ()


def changes(book: Book) -> Changes:
    """Return what a book stands on and is not as it was confirmed."""
    known_state = known_book(book)
    pending = _changes(
        book, known_state.chain, known_state.progress.fold.state(of_basis), basis.contents(book)
    )
    until = acted_otherwise(book, reader.read(book).records) if pending.confirmed is None else None
    matters = all_unanswered(book)
    names = [matter.name for matter in matters if not matter.edited]
    edited = (f"{matter.name}: {matter.edited}" for matter in matters if matter.edited)
    unkept = (name.removeprefix(NAMED) for name in names if name.startswith(NAMED))
    unanswered = (name for name in names if not name.startswith(NAMED))
    return replace(
        pending,
        unanswered=tuple(unanswered),
        acted_until=until,
        unkept=tuple(unkept),
        edited=tuple(edited),
    )


def acted_otherwise(book: Book, records: Iterable[Record]) -> dt.date | None:
    """Return the last day on which somebody acted by another agreement than today's; None where nobody did."""
    now = book.agreement_sha256
    return max(
        (
            record.date
            for record in records
            if isinstance(record, Custom)
            and record.kind == v.CustomType.ACT
            and record.meta.get(v.ACT_AGREEMENT) != now
        ),
        default=None,
    )


def _changes(book: Book, chain: SealChain, state: State, contents: Mapping[str, bytes]) -> Changes:
    confirmed = of_basis.reference(chain, state)
    hashes = basis.hashes_of(contents)
    changed = basis.changes(book, confirmed, contents) if confirmed else ()
    by = tuple(state["by"]) if state["named"] == hashes else ()
    return Changes(confirmed, changed, basis.digest(hashes), by)


def confirm(
    book: Book, by: Sequence[str], *, today: dt.date, seen: str = "", dry_run: bool = False
) -> Confirmation:
    """Confirm what the book stands on now, as `kkd changes` shows it: it counts once two persons have done so.

    The first confirmation of a book settles its first content. `seen` is the hash that `kkd changes` named. Raise
    UsageError for one name twice, EntryRefused where the content is not what was seen, PersonRefused for who must not
    confirm, ContactsRefused for contact data that nothing could be written with: only those may whom the confirmed
    book.toml knows, so that nobody gets there by the change itself.
    """
    names = [clean(name) for name in by]
    if not all(names):
        raise UsageError("Es fehlt, wer bestätigt (--by).")
    if not are_different(names):
        raise UsageError(f"Zwei verschiedene Personen müssen bestätigen; genannt ist zweimal {names[0]}.")
    contacts.load(book.agreement_file, book.agreement)  # what no command can read is not confirmed
    with session(book, today=today, states=False) as work:
        state = work.known_book.progress.fold.state(of_basis)
        contents = basis.contents(book)
        pending = _changes(book, work.chain, state, contents)
        work.book = book.naming(pending.by)
        if seen and not pending.digest.startswith(seen.lower()):
            text = f"die Grundlagen haben SHA-256 {pending.digest}"
            raise EntryRefused([Problem(book.name, "", text, f"was Sie gesehen haben: {seen}")])
        lacking = all_unanswered(book)
        if pending.confirmed and not pending.changes and pending.confirmed.whole and not lacking:
            return Confirmation(pending, (), complete=True, outcome=None)
        _refuse(of_basis.may_confirm(book, work.chain, state, today), names, today)
        new = [name for name in names if are_different((name, *pending.by))]
        day, month = work.posting_day(today), work.newest
        hashes = basis.hashes_of(contents)
        work.add((Custom(day, v.CustomType.BASIS, pair, {}) for pair in hashes.items()), month)
        work.act(month, *(Doer(v.Deed.CONFIRMS, name, today) for name in new))
        for file, content in basis.kept_files(contents).items():
            work.put(file, content)
        complete = len(pending.by) + len(new) >= of_basis.PERSONS_MIN
        if not new:
            return Confirmation(pending, pending.by, complete=complete, outcome=None)
        both = [Doer(v.Deed.DECIDES, name, today) for name in (*pending.by, *new)]
        for lack in lacking if complete else ():
            work.answer_for(lack.name, lack.content, both, lack.month)
        answered = tuple(lack.name for lack in lacking if complete)
        return Confirmation(pending, (*pending.by, *new), complete, work.commit(dry_run=dry_run), answered)


def _refuse(allowed: Sequence[str], names: Sequence[str], today: dt.date) -> None:
    if unknown := [name for name in names if allowed and name not in allowed]:
        who = ", ".join(allowed)
        raise PersonRefused(
            Problem(
                v.BOOK_FILE,
                "roles",
                f"{name} darf am {german.day(today)} nach der zuletzt bestätigten book.toml nicht handeln",
                who,
            )
            for name in unknown
        )


def confirmed_content(book: Book, pending: Changes, name: str, month: str = "") -> str:
    """Return what was confirmed last under a name, or what the close of a month kept; raise UsageError without it."""
    confirmed = pending.confirmed
    if month:
        chain = known_book(book).chain
        confirmed = next(
            (basis.of_link(link) for link in reversed(chain.links) if str(link.month) == month), None
        )
    names = confirmed.hashes if confirmed else {}
    if name not in names:
        raise UsageError(
            f"{name!r} ist nicht aufbewahrt; aufbewahrt sind: {', '.join(names) or 'keine Grundlagen'}."
        )
    content = basis.kept(book, names[name])
    if content is None:
        raise UsageError(f"Der Inhalt von {name!r} ist nicht aufbewahrt (SHA-256 {names[name]}).")
    return content.decode("utf-8", "replace")
