"""One step on the way of an act: on which book, what was typed, by whom, and what is then done or told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kkd_ledger.book.config import Book, load_book, unsigned
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport
from kkd_ledger.web.workplace.acting.cases import PendingCase, Seal
from kkd_ledger.web.workplace.acting.form_fields import Typed
from kkd_ledger.web.workplace.acting.outcome_blocks import seen_hash
from kkd_ledger.web.workplace.acting.persons import second_of, who_may
from kkd_ledger.web.workplace.acting.signing import signer_of, to_sign
from kkd_ledger.web.workplace.blocks import Asked
from kkd_ledger.web.workplace.visitor import Visitor


class OpenBook(NamedTuple):
    """A book as it is asked for: the page's frame (menu, title), who is told of a change, what seals cases, the day.

    The day is the real one: a snapshot of yesterday may still be on show.
    """

    asked: Asked
    frame: Mapping[str, Any]
    look_again: Callable[[], None]
    seal: Seal
    today: dt.date


class ActionStep(NamedTuple):
    """One step on the way of an act: the act, the opened book, what was typed, and who decides with whom."""

    act: Action
    opened: OpenBook
    typed: Typed
    visitor: Visitor
    case: PendingCase | None = None

    @property
    def today(self) -> dt.date:
        """The day on which it is done."""
        return self.opened.today

    def persons(self, book: Book) -> tuple[str, str]:
        """Return the first person and the second: who decides now, or whoever stands for them in a preview."""
        if self.case:
            decides = may_decide(self.act, self.case, self.visitor, book, self.today)
            return self.case.first, self.visitor.name if decides else self.case.stand_in
        second = second_of(book, self.act, self.visitor.name, self.today) if self.act.seconds else ""
        return self.visitor.name, second

    @property
    def decides(self) -> bool:
        """Whether the visitor may confirm: an act of their own, or a case that they are the second person of."""
        book = self.opened.asked.snapshot.book
        return not self.case or may_decide(self.act, self.case, self.visitor, book, self.today)

    @property
    def withdraws(self) -> bool:
        """Whether the visitor may withdraw the case: who began it, or who may decide upon it."""
        return self.case is not None and (self.visitor.name == self.case.first or self.decides)

    def run(self, *, dry_run: bool) -> ActionReport:
        """Do the act, or in a dry run tell what it would do; raise what its function of `work/` raises."""
        return self.act.run(self.called(dry_run=dry_run))

    def acts_to_sign(self, report: ActionReport) -> tuple[str, ...]:
        """Return the acts that the visitor can sign with their passkey when they confirm; none where a case is left."""
        leaves_case = bool(self.act.seconds) and not self.case
        return () if leaves_case else to_sign(self.opened.asked.snapshot.book, report, self.visitor)

    def called(self, uploads: Mapping[str, bytes] | None = None, *, dry_run: bool = False) -> ActionCall:
        """Return the call of the act, on the book as it is now, through the persons who have proved who they are."""
        book = load_book(self.opened.asked.snapshot.book.root)
        first, second = self.persons(book)
        first_on = self.case.first_on if self.case else self.today
        known_by = self.case.known_by if self.case else self.visitor.known_by
        proved = {first: known_by} | ({second: self.visitor.known_by} if second else {})
        signer = unsigned if dry_run else signer_of(self.visitor)
        book, values = book.acted_by(proved, signer), self.typed.values
        return ActionCall(book, values, self.today, first, second, first_on, dry_run, uploads or {})

    def hashed(self, report: ActionReport) -> str:
        """Return the hash of what is seen."""
        names = [self.visitor.name, self.case.name if self.case else ""]
        return seen_hash(self.act, self.typed.texts, report, names)


def may_decide(act: Action, case: PendingCase, visitor: Visitor, book: Book, today: dt.date) -> bool:
    """Tell whether a visitor is one of those who decide upon a case that another person began."""
    return visitor.name in who_may(book, act.seconds, today, without=case.first)
