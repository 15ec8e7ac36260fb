"""A new link of the chain: made of what it says, written together with the top file that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import seal_chain as seals
from kkd_ledger.book.seals.seal_chain import SealChain, SealLink, SealLinkKind
from kkd_ledger.book.store.journal import Writer
from kkd_ledger.book.text import reader, topfile
from kkd_ledger.book.text.vocabulary import TOP_FILE
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import BookRefused, Problem, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.acts import Doer, Matter, ask, refuse_unsigned_acts

_TEXT_MAX = 2000


class NextSealLink(NamedTuple):
    """The next link: the chain before it, the months in their journal order after it, what it says, who acts by it.

    `with_files` are files that are written with it: what it keeps by content, months that it opens again. `opened` says
    how many batches these have.
    """

    chain: SealChain
    months: tuple[BookingMonth, ...]
    month: BookingMonth
    kind: SealLinkKind
    data: Mapping[str, Any]
    doers: tuple[Doer, ...] = ()
    with_files: Mapping[str, bytes] = {}
    opened: Mapping[BookingMonth, int] = {}


def said(text: str, what: str) -> str:
    """Return a text for a link, cleaned; raise UsageError where there is none, or too much of it."""
    text = clean(text)
    if not text:
        raise UsageError(f"Es fehlt, {what}.")
    if len(text) > _TEXT_MAX:
        raise UsageError(f"Der Text ist zu lang ({len(text)} Zeichen, höchstens {_TEXT_MAX}): {text[:60]}…")
    return text


def commit(book: Book, writer: Writer, step: NextSealLink, *, dry_run: bool = False) -> SealLink:
    """Write the link and the top file in one batch, and return the link; a dry run writes nothing."""
    last = step.chain.last
    position = last.position + 1 if last else 1
    data = {
        "format": seals.FORMAT,
        "art": str(step.kind),
        "glied": position,
        "vorgaenger": last.sha256 if last else "",
        "buch": book.party,
        "monat": str(step.month),
    } | dict(step.data)
    said_sha256 = seals.said_of(data)
    acts = ask(book, step.doers, Matter(0, "", lambda _: said_sha256))
    if not dry_run:
        refuse_unsigned_acts(book, acts)
    signatures = [act.signature.in_link(act.person) for act in acts if act.signature]
    data |= {seals.ACTS: [act.as_data() for act in acts], seals.SIGNATURES: signatures}
    file, content = step.chain.free_name(step.month, step.kind), seals.as_bytes(data)
    head = seals.head_of(position, file, content)
    before = topfile.read(book.top_file.read_text(encoding="utf-8"), TOP_FILE)
    counts = before.batches
    if counts is not None:
        counts_now = {**counts, **step.opened}
        closed = {step.month} if step.kind == SealLinkKind.SEAL else set()
        counts = {month: counts_now[month] for month in step.months if month in counts_now.keys() - closed}
    top = topfile.write(book.settings.title, step.months, head, before.last, counts).encode()
    if not dry_run:
        writer.commit({**step.with_files, file: content, TOP_FILE: top}, lambda staged: _verify(book, staged))
    return SealLink(file, seals.hash_of(content), data)


def _verify(book: Book, staged: Mapping[str, bytes]) -> None:
    """Refuse a link with which the chain would be broken: what was read back from the disk is verified."""
    _, chain = reader.consistently(book, lambda texts: reader.outline(book, texts), staged)
    if chain.breaks:
        raise BookRefused(
            Problem(flaw.place.file, f"Zeile {flaw.place.line}", flaw.text, "eine unversehrte Kette")
            for flaw in chain.breaks
        )
