"""The forms of a book: asked → previewed → confirmed → done, with what was typed kept at every step.

A confirmation is bound to the hash of what was seen: under the book's lock the act is reckoned once more, and only
where that shows the same is it done for good. So a second confirmation of one preview, in another tab, does nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from flask import abort, render_template, request

from kkd_ledger import german
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookBusy, InputRefused, KkdError, StorageFailed, told_error
from kkd_ledger.web.workplace.acting import cases
from kkd_ledger.web.workplace.acting.action import Action, ActionCall, ActionReport
from kkd_ledger.web.workplace.acting.cases import PendingCase, Seal
from kkd_ledger.web.workplace.acting.form_fields import Typed, read_form
from kkd_ledger.web.workplace.acting.outcome_blocks import blocks_of, entries_of, essence_of, seen_hash
from kkd_ledger.web.workplace.acting.persons import second_of, who_may
from kkd_ledger.web.workplace.acting.signing import given, signed_otherwise, to_sign
from kkd_ledger.web.workplace.blocks import Asked
from kkd_ledger.web.workplace.visitor import Visitor

_CHANGED: Final = (
    "Seit der Vorschau hat sich das Buch geändert; nichts ist geschrieben. "
    "Bitte sehen Sie an, was jetzt gebucht würde, und bestätigen Sie noch einmal."
)
_ALREADY: Final = "Nichts zu tun: es steht schon alles im Buch."
REVERSIBLE_MAX: Final = 5
"""How many entries a done page offers to take back; the others are found in the journal."""
Answer = tuple[str, int]


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
        book, values = book.acted_by(proved, {} if dry_run else given()), self.typed.values
        return ActionCall(book, values, self.today, first, second, first_on, dry_run, uploads or {})

    def hashed(self, report: ActionReport) -> str:
        """Return the hash of what is seen."""
        names = [self.visitor.name, self.case.name if self.case else ""]
        return seen_hash(self.act, self.typed.texts, report, names)


def form(act: Action, opened: OpenBook) -> Answer:
    """Answer the GET of an act: its form, filled with what the address says."""
    texts = {field.name: field.start for field in act.fields(opened.asked.snapshot)}
    texts |= {name: text for name, text in request.args.items() if name in texts}
    return _form(act, opened, Typed(texts, {}, {}))


def posted(act: Action, opened: OpenBook, visitor: Visitor) -> Answer:
    """Answer the POST of an act: preview what was typed, go back to the form, or confirm what was seen."""
    typed = read_form(act.fields(opened.asked.snapshot), _posted_texts())
    wanted = request.form.get("schritt", "vorschau")
    if typed.wrong:
        return _form(act, opened, typed, status=422)
    step = ActionStep(act, opened, typed, visitor)
    if act.has_upload:
        return _uploaded(step)
    if wanted == "aendern":
        return _form(act, opened, typed)
    if wanted == "bestaetigen":
        return _confirmed(step)
    return _previewed(step)


def _posted_texts() -> Mapping[str, str]:
    """Return what was typed; of a choice of several all that were chosen, a line each."""
    return {name: "\n".join(request.form.getlist(name)) for name in request.form}


def _form(
    act: Action,
    opened: OpenBook,
    typed: Typed,
    *,
    trouble: str = "",
    status: int = 200,
) -> Answer:
    page = render_template(
        "workplace/act.html",
        act=act,
        fields=act.fields(opened.asked.snapshot),
        typed=typed,
        trouble=trouble,
        heading=act.title,
        **opened.frame,
    )
    return page, status


def _previewed(step: ActionStep, *, trouble: str = "", status: int = 200) -> Answer:
    try:
        report = step.run(dry_run=True)
    except (KkdError, OSError) as error:
        return _refused(step, error)
    return _preview(step, report, trouble=trouble, status=status)


def _preview(step: ActionStep, report: ActionReport, *, trouble: str = "", status: int = 200) -> Answer:
    book = step.opened.asked.snapshot.book
    second = who_may(book, step.act.seconds, step.today, without=step.visitor.name)
    moved = bool(step.case) and step.case is not None and step.case.essence != essence_of(report)
    page = render_template(
        "workplace/preview.html",
        act=step.act,
        report=report,
        typed=step.typed,
        fields=step.act.fields(step.opened.asked.snapshot),
        blocks=blocks_of(step.opened.asked, report, is_done=False),
        seen=step.hashed(report),
        trouble=trouble,
        nothing=report.hindered or _nothing(report),
        is_hindered=bool(report.hindered),
        case=step.case,
        moved=moved,
        decides=step.decides,
        withdraws=step.withdraws,
        to_sign=step.acts_to_sign(report),
        seconds=german.listing(second, "oder"),
        heading=f"{step.act.title}: Vorschau",
        **step.opened.frame,
    )
    return page, status


def _nothing(report: ActionReport) -> str:
    """Return why there is nothing to confirm; empty where there is something."""
    is_written = (report.outcome is not None and bool(report.outcome.files)) or bool(report.bound)
    return "" if is_written else report.nothing or _ALREADY


def _confirmed(step: ActionStep) -> Answer:
    """Do what was seen, under the book's lock; where it is another by now, show that instead."""
    root = step.opened.asked.snapshot.book.root
    try:
        with journal.writing(root):
            report = step.run(dry_run=True)
            if step.hashed(report) != request.form.get("gesehen", ""):
                return _preview(step, report, trouble=_CHANGED, status=409)
            if wrong := signed_otherwise(step.acts_to_sign(report)):
                return _preview(step, report, trouble=wrong, status=409)
            if _nothing(report) or report.hindered:
                return _preview(step, report)
            if step.act.seconds and not step.case:
                return _left(step, report)
            report = step.run(dry_run=False)
            if step.case:
                cases.drop(root, step.case, step.opened.seal())
    except (KkdError, OSError) as error:
        return _refused(step, error)
    step.opened.look_again()
    return _done(step, report)


def _uploaded(step: ActionStep) -> Answer:
    """Take files: they are looked at and put into the inbox at once, for nothing is booked by that."""
    files = {file.filename: file.read() for file in request.files.getlist("dateien") if file.filename}
    try:
        report = step.act.run(step.called(files))
    except (KkdError, OSError) as error:
        return _refused(step, error)
    step.opened.look_again()
    return _done(step, report)


def _left(step: ActionStep, report: ActionReport) -> Answer:
    """Leave a case for the second person."""
    asked = step.opened.asked
    case = PendingCase(
        step.act.key,
        dict(step.typed.texts),
        step.visitor.name,
        step.today,
        step.visitor.known_by,
        step.persons(asked.snapshot.book)[1],
        essence_of(report),
        " ".join(report.said),
    )
    cases.keep(asked.snapshot.book.root, case, step.opened.seal())
    step.opened.look_again()
    who = who_may(asked.snapshot.book, step.act.seconds, step.today, without=step.visitor.name)
    page = render_template(
        "workplace/left.html",
        act=step.act,
        case=case,
        who=german.listing(who, "oder"),
        heading=f"{step.act.title}: weitergegeben",
        **step.opened.frame,
    )
    return page, 200


def _done(step: ActionStep, report: ActionReport) -> Answer:
    entries = entries_of(report.outcome)
    numbers = [entry.text(v.NUMBER) for entry in entries if entry.text(v.KIND) != v.Kind.REVERSAL]
    page = render_template(
        "workplace/done.html",
        act=step.act,
        report=report,
        blocks=blocks_of(step.opened.asked, report, is_done=True),
        reversible=numbers[:REVERSIBLE_MAX],
        heading=f"{step.act.title}: erledigt",
        **step.opened.frame,
    )
    return page, 200


def paper(act: Action, opened: OpenBook, visitor: Visitor, name: str) -> bytes | None:
    """Return a letter of a preview, to be looked at; None where it holds none of that name."""
    typed = read_form(act.fields(opened.asked.snapshot), _posted_texts())
    try:
        report = ActionStep(act, opened, typed, visitor).run(dry_run=True)
    except (KkdError, OSError):
        return None
    return next((paper.content for paper in report.papers if paper.name == name), None)


# --------------------------------------------------------------------------------------------------------- refusals


def _refused(step: ActionStep, error: KkdError | OSError) -> Answer:
    """Show why it cannot be done: at the field that it is about, else above the form; what was typed stays."""
    if isinstance(error, OSError | StorageFailed | BookBusy):
        status = 503 if isinstance(error, BookBusy) else 507
        return _form(step.act, step.opened, step.typed, trouble=_sentence(step, error), status=status)
    sentence = _sentence(step, error)
    fields = step.act.fields(step.opened.asked.snapshot)
    at = next((field for field in fields if any(word in sentence for word in field.blamed)), None)
    typed = step.typed if at is None else step.typed._replace(wrong={at.name: sentence})
    trouble = "" if at else sentence
    return _form(step.act, step.opened, typed, trouble=trouble, status=422)


def _sentence(step: ActionStep, error: KkdError | OSError) -> str:
    """Return in German what was refused; where the books lie on the server is nobody's business."""
    sentence = _words(error)
    for root in (step.opened.asked.snapshot.book.root, step.opened.asked.snapshot.book.agreement_file.parent):
        sentence = sentence.replace(f"{root}/", "").replace(str(root), "BUCH")
    return sentence


def _words(error: KkdError | OSError) -> str:
    if isinstance(error, InputRefused):
        return "\n".join(
            f"{problem.place + ': ' if problem.place else ''}{problem.actual}. Erlaubt: {problem.allowed}."
            for problem in error.problems
        )
    if isinstance(error, BookBusy):
        return f"{error} Ihre Angaben stehen noch hier: Schicken Sie sie gleich noch einmal ab."
    return told_error(error)


# ------------------------------------------------------------------------------------------------ the second person


def opened_case(act: Action, opened: OpenBook, visitor: Visitor, case: PendingCase) -> Answer:
    """Show a case to whoever may decide upon it."""
    return _previewed(_step_of(act, opened, visitor, case))


def decided_case(act: Action, opened: OpenBook, visitor: Visitor, case: PendingCase) -> Answer:
    """Decide upon a case, or withdraw it."""
    step = _step_of(act, opened, visitor, case)
    if request.form.get("schritt") == "zurueckziehen" and step.withdraws:
        try:
            cases.drop(opened.asked.snapshot.book.root, case, opened.seal())
        except (KkdError, OSError) as error:
            return _refused(step, error)
        opened.look_again()
        page = render_template(
            "workplace/withdrawn.html", act=act, case=case, heading="Zurückgezogen", **opened.frame
        )
        return page, 200
    if not step.decides:
        abort(403)
    try:
        report = step.run(dry_run=True)
    except (KkdError, OSError) as error:
        return _refused(step, error)
    if essence_of(report) != case.essence:
        return _preview(step, report, status=409)
    return _confirmed(step)


def may_decide(act: Action, case: PendingCase, visitor: Visitor, book: Book, today: dt.date) -> bool:
    """Tell whether a visitor is one of those who decide upon a case that another person began."""
    return visitor.name in who_may(book, act.seconds, today, without=case.first)


def _step_of(act: Action, opened: OpenBook, visitor: Visitor, case: PendingCase) -> ActionStep:
    typed = read_form(act.fields(opened.asked.snapshot), case.texts)
    return ActionStep(act, opened, typed, visitor, case)
