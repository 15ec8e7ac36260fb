"""The forms of a book: asked → previewed → confirmed → done, with what was typed kept at every step.

A confirmation is bound to the hash of what was seen: under the book's lock the act is reckoned once more, and only
where that shows the same is it done for good. So a second confirmation of one preview, in another tab, does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import abort, render_template, request

from kkd_ledger import german
from kkd_ledger.book.store import journal
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookBusy, InputRefused, KkdError, StorageFailed, told_error
from kkd_ledger.web.workplace.acting import cases
from kkd_ledger.web.workplace.acting.action import Action, ActionReport, GrowingForm
from kkd_ledger.web.workplace.acting.action_step import ActionStep, OpenBook
from kkd_ledger.web.workplace.acting.cases import PendingCase
from kkd_ledger.web.workplace.acting.finding import to_choose
from kkd_ledger.web.workplace.acting.form_fields import Typed, blamed_field, read_form
from kkd_ledger.web.workplace.acting.outcome_blocks import blocks_of, documents_of, entries_of, essence_of
from kkd_ledger.web.workplace.acting.papers import zipped
from kkd_ledger.web.workplace.acting.persons import who_may
from kkd_ledger.web.workplace.acting.signing import signed_otherwise
from kkd_ledger.web.workplace.visitor import Visitor

_CHANGED: Final = (
    "Seit der Vorschau hat sich das Buch geändert; nichts ist geschrieben. "
    "Bitte sehen Sie an, was jetzt gebucht würde, und bestätigen Sie noch einmal."
)
_ALREADY: Final = "Nichts zu tun: es steht schon alles im Buch."
REVERSIBLE_MAX: Final = 5
"""How many entries a done page offers to take back; the others are found in the journal."""
ALL_PAPERS: Final = "alle.zip"
Answer = tuple[str, int]


def form(act: Action, opened: OpenBook) -> Answer:
    """Answer the GET of an act: its form, filled with what the address says."""
    fields = act.grown(opened.asked.snapshot, request.args).fields
    texts = {field.name: field.start for field in fields}
    texts |= {name: text for name, text in request.args.items() if name in texts}
    return _form(act, opened, Typed(texts, {}, {}))


def posted(act: Action, opened: OpenBook, visitor: Visitor) -> Answer:
    """Answer the POST of an act: preview what was typed, go back to the form, or confirm what was seen."""
    form_by_now = act.grown(opened.asked.snapshot, _posted_texts())
    typed = _read(form_by_now)
    wanted = request.form.get("schritt", "vorschau")
    if typed.wrong:
        return _form(act, opened, typed, status=422)
    if not form_by_now.is_whole:
        return _form(act, opened, typed)
    step = ActionStep(act, opened, typed, visitor)
    if act.has_upload:
        return _uploaded(step)
    if wanted == "aendern":
        return _form(act, opened, typed)
    if wanted == "bestaetigen":
        return _confirmed(step)
    return _previewed(step)


def _read(form_by_now: GrowingForm) -> Typed:
    """Read what was sent; fields that have only been asked now begin as they should, and are not wrong yet."""
    texts = _posted_texts()
    new = {field.name: field.start for field in form_by_now.fields if field.name not in texts}
    typed = read_form(form_by_now.fields, texts if form_by_now.is_whole else {**new, **texts})
    wrong = {name: words for name, words in typed.wrong.items() if form_by_now.is_whole or name not in new}
    return typed._replace(wrong={**wrong, **form_by_now.wrong})


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
    form_by_now = act.grown(opened.asked.snapshot, typed.texts)
    fields = form_by_now.fields
    supplement = act.supplement(opened.asked, typed.texts)
    page = render_template(
        "workplace/act.html",
        act=act,
        fields=fields,
        typed=typed,
        is_whole=form_by_now.is_whole,
        blocks=supplement.blocks,
        to_choose={
            field.name: to_choose(
                typed.texts.get(field.name, ""), field.suggestions, supplement.fits.get(field.name, ())
            )
            for field in fields
            if field.finds
        },
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
        fields=step.act.grown(step.opened.asked.snapshot, step.typed.texts).fields,
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
        letters=step.opened.asked.documents(documents_of(report.outcome)),
        more_reversible=max(0, len(numbers) - REVERSIBLE_MAX),
        heading=f"{step.act.title}: {'nichts abgelegt' if report.hindered else 'erledigt'}",
        **step.opened.frame,
    )
    return page, 200


def paper(act: Action, opened: OpenBook, visitor: Visitor, name: str) -> bytes | None:
    """Return a letter of a preview, to be looked at, or all of them in a ZIP; None where it holds none of that name."""
    typed = read_form(act.grown(opened.asked.snapshot, _posted_texts()).fields, _posted_texts())
    try:
        report = ActionStep(act, opened, typed, visitor).run(dry_run=True)
    except (KkdError, OSError):
        return None
    if name == ALL_PAPERS:
        return zipped({paper.name: paper.content for paper in report.papers}) if report.papers else None
    return next((paper.content for paper in report.papers if paper.name == name), None)


# --------------------------------------------------------------------------------------------------------- refusals


def _refused(step: ActionStep, error: KkdError | OSError) -> Answer:
    """Show why it cannot be done: at the field that it is about, else above the form; what was typed stays."""
    if isinstance(error, OSError | StorageFailed | BookBusy):
        status = 503 if isinstance(error, BookBusy) else 507
        return _form(step.act, step.opened, step.typed, trouble=_sentence(step, error), status=status)
    sentence = _sentence(step, error)
    fields = step.act.grown(step.opened.asked.snapshot, step.typed.texts).fields
    at = blamed_field(fields, step.typed.texts, sentence)
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


def _step_of(act: Action, opened: OpenBook, visitor: Visitor, case: PendingCase) -> ActionStep:
    typed = read_form(act.grown(opened.asked.snapshot, case.texts).fields, case.texts)
    return ActionStep(act, opened, typed, visitor, case)
