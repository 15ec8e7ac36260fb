"""An act of the workplace: one module describes its fields and calls one function of `work/`, as its command does.

`run` is called three times: as a dry run for the preview, as a dry run again under the book's lock when the person
confirms, and, where that shows the same, for good. It holds no logic of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from kkd_ledger.book.config import Book
from kkd_ledger.book.entries import Authorisation, CorrectionCause
from kkd_ledger.book.seals.seal_chain import SealLink
from kkd_ledger.book.text.vocabulary import Deed, Role
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.powers import allowing
from kkd_ledger.web.workplace.acting.finding import Choices
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.blocks import Asked, Block
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.work.session import Outcome

T = TypeVar("T")
_NO_FILES: Final[Mapping[str, bytes]] = MappingProxyType({})
Roles = frozenset[Role]
ANYBODY: Final[Roles] = frozenset(allowing(Deed.CAUSES))
"""Whoever may act at all: what a person causes or decides alone (`--by`)."""
SETTING_UP: Final[Roles] = ANYBODY | {Role.ADMINISTERS}
"""Who may change what a book stands on: whoever acts, or administers; it counts once two who act confirm it."""
CERTIFIERS: Final[Roles] = frozenset(allowing(Deed.CERTIFIES))
ORDERERS: Final[Roles] = frozenset(allowing(Deed.ORDERS))
TREASURY: Final[Roles] = frozenset(allowing(Deed.RELEASES))


class ActionCall(NamedTuple):
    """What an act does: on which book, with which values, by whom, on which day; in a dry run nothing is written.

    `second` is whoever orders, releases or opens with the first person; empty where one person acts alone. `first_on`
    is the day on which the first one did their part; `uploads` are files by name.
    """

    book: Book
    values: Mapping[str, object]
    today: dt.date
    first: str
    second: str
    first_on: dt.date
    dry_run: bool
    uploads: Mapping[str, bytes] = _NO_FILES

    def _get(self, name: str, kind: type[T]) -> T | None:
        value = self.values.get(name)
        assert value is None or isinstance(value, kind), f"{name} is read as {kind.__name__}"
        return value

    def text(self, name: str) -> str:
        """Return a text; empty where none was typed."""
        return self._get(name, str) or ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return words that were typed with commas between, each once."""
        return tuple(dict.fromkeys(filter(None, map(str.strip, self.text(name).split(",")))))

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return what was chosen of several."""
        return self._get(name, tuple) or ()

    def cents(self, name: str) -> int | None:
        """Return an amount in cents; None where none was typed."""
        return self._get(name, int)

    def number(self, name: str) -> int:
        """Return a number that has to be typed (a year)."""
        value = self._get(name, int)
        assert value is not None, f"{name} is required"
        return value

    def day(self, name: str) -> dt.date | None:
        """Return a day; None where none was typed."""
        return self._get(name, dt.date)

    def month(self, name: str) -> BookingMonth:
        """Return a booking month that has to be typed."""
        value = self._get(name, BookingMonth)
        assert value is not None, f"{name} is required"
        return value

    def tense(self, before: str, done: str) -> str:
        """Return the sentence of a preview (`before`), or once it is done the one that says so."""
        return before if self.dry_run else done

    def order(self, *, decision: str = "") -> Authorisation:
        """Return who certified (the first person, on their day) and who orders."""
        return Authorisation(self.today, self.first, self.second, decision, self.first_on)

    def cause(self, reason: str) -> CorrectionCause:
        """Return the cause of a correction that the first person makes alone."""
        return CorrectionCause(reason, self.first, Authorisation(self.today))

    def ordered_cause(self, order: str) -> CorrectionCause:
        """Return the cause of what the first person certifies and the second orders."""
        return CorrectionCause(order, "", self.order())


class WayBack(NamedTuple):
    """How what was written is taken back: a sentence, the act, and what its form begins with."""

    sentence: str
    act: str
    start: Mapping[str, str]


class WayOn(NamedTuple):
    """Where it goes on once it is done: a sentence, and the form of an act with what it begins with, or a page."""

    sentence: str
    act: str = ""
    start: Mapping[str, str] = MappingProxyType({})
    page: str = ""


class Paper(NamedTuple):
    """A file that a preview made, to be looked at before anything is written; `title` says whose it is."""

    name: str
    content: bytes
    title: str = ""


class ActionReport(NamedTuple):
    """What an act did, or in a dry run would do.

    `nothing` says why there is nothing to do; then nothing is asked. `essence` is what the first of two persons has
    seen beside the entries: where that changes, the second one cannot decide upon it. `bound` is written beside the
    books. `hindered` says why it cannot be done as things are, though it was asked rightly. `downloads` are files of
    the book that whoever did it takes along. `link` is the closing proof that it makes, without entries.
    """

    said: Sequence[str]
    outcome: Outcome | None = None
    blocks: Sequence[Block] = ()
    nothing: str = ""
    hindered: str = ""
    ways_back: Sequence[WayBack] = ()
    ways_on: Sequence[WayOn] = ()
    essence: str = ""
    bound: str = ""
    papers: Sequence[Paper] = ()
    downloads: Sequence[str] = ()
    is_reading: bool = False
    link: SealLink | None = None


class FormSupplement(NamedTuple):
    """What stands beside a form, by what is typed so far: what it is about, and what fits its fields best."""

    blocks: Sequence[Block] = ()
    fits: Mapping[str, Choices] = MappingProxyType({})


def no_supplement(asked: Asked, texts: Mapping[str, str]) -> FormSupplement:  # noqa: ARG001 - as all of them are called
    """Return nothing: the form speaks for itself."""
    return FormSupplement()


class GrowingForm(NamedTuple):
    """A form that grows with what is typed: its fields by now, whether that is all, and what is wrong at which."""

    fields: Sequence[Field]
    is_whole: bool
    wrong: Mapping[str, str] = MappingProxyType({})


class Action(NamedTuple):
    """One thing that a person can do in a book: its address, name and command, who may, what is asked, what is done.

    Where `seconds` are named, the first person's confirmation writes nothing into the books: it leaves a case that one
    of those decides upon. `second_word` says what that person does.
    """

    key: str
    title: str
    command: str
    lead: str
    fields: Callable[[Snapshot], Sequence[Field]]
    run: Callable[[ActionCall], ActionReport]
    verb: str = "Jetzt buchen"
    roles: Roles = ANYBODY
    seconds: Roles = frozenset()
    second_word: str = "anordnen"
    back: str = ""
    side: str = ""
    has_upload: bool = False
    upload_help: str = (
        "Kontoauszüge (CAMT, MT940, CSV, ZIP) und E-Rechnungen (XML, PDF), auch mehrere auf einmal."
    )
    upload_word: str = "Dateien ansehen und ablegen"
    supplement: Callable[[Asked, Mapping[str, str]], FormSupplement] = no_supplement
    growing: Callable[[Snapshot, Mapping[str, str]], GrowingForm] | None = None

    def grown(self, snapshot: Snapshot, texts: Mapping[str, str]) -> GrowingForm:
        """Return the form as far as it is asked by what was typed so far; most forms are whole from the beginning."""
        return (
            self.growing(snapshot, texts)
            if self.growing
            else GrowingForm(self.fields(snapshot), is_whole=True)
        )

    def is_for(self, book: Book) -> bool:
        """Tell whether it can be done in a book of this side (`operator`, `member`, or both)."""
        return self.side in {"", "operator" if book.is_operator else "member"}
