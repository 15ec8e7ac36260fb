"""Ledger ↔ what persons answer for outside it: payment runs by their files, decisions about bank lines one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from kkd_ledger.audit.compared.acted_agreements import NAMED, unknown_agreements
from kkd_ledger.audit.compared.as_written import edited_batches
from kkd_ledger.audit.compared.kinds import RECORD, UNANSWERED
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.book.certificate import BOOKED, ENDING, Certificate, Certificates, decision_text
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.store.journal import LEDGER
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding

RUNS: Final = "zahlungen"
_MARK: Final = f' custom "{v.CustomType.RECORD}" '.encode()
_NAMED: Final = re.compile(
    rf'\d{{4}}-\d\d-\d\d custom "{v.CustomType.RECORD}" "([^"\\]*)" "([0-9a-f]{{64}})"', re.ASCII
)

Named = Mapping[str, list[tuple[str, Place]]]
"""By name, as which hashes it stands in the ledger, and where."""


class Unanswered(NamedTuple):
    """What nobody answers for: its name, its content, and the month in which it has to be named (None: any).

    `edited` says what is wrong with text of a month that was changed by hand, in German; empty for anything else.
    """

    name: str
    content: bytes
    month: BookingMonth | None
    edited: str = ""


def named_in(texts: BookTexts, months: Iterable[BookingMonth]) -> Named:
    """Return what is named in the texts of some months."""
    named: dict[str, list[tuple[str, Place]]] = {}
    for month in months:
        file = f"{month.stem}.beancount"
        for line, text in _marked_lines(texts.find(file) or b""):
            if match := _NAMED.fullmatch(text):
                named.setdefault(match[1], []).append((match[2], Place(file, line)))
    return named


def _marked_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that may name a record, with their numbers: they are few among very many."""
    at, line, start = content.find(_MARK), 1, 0
    while at >= 0:
        first = content.rfind(b"\n", 0, at) + 1
        last = content.find(b"\n", at)
        last = len(content) if last < 0 else last
        line += content.count(b"\n", start, first)
        yield line, content[first:last].decode("utf-8", "replace")
        start, at = first, content.find(_MARK, last)


def changed_runs(book: Book, texts: BookTexts, named: Named) -> Iterator[Finding]:
    """Yield a finding for each file of a payment run that is not as both persons left it.

    A payment file may be gone once the bank has it, its record may not.
    """
    for name, entries in named.items():
        if (
            "#" in name
            or name.endswith(ENDING)
            or (name.endswith(".xml") and not (book.root / name).is_file())
        ):
            continue
        expected, place = entries[-1]
        yield from _changed(texts, name, expected, place, "wie zwei Personen es hinterließen")


def changed_certificate(
    texts: BookTexts, month: BookingMonth, named: Named, *, must_be_named: bool
) -> Iterator[Finding]:
    """Yield that a month's certificate is not as the last batch left it, or that none names it and one must."""
    name = f"{month.stem}{ENDING}"
    if entries := named.get(name):
        expected, place = entries[-1]
        yield from _changed(texts, name, expected, place, "wie kkd ihn schrieb")
    elif must_be_named and texts.find(name) is not None:
        yield Finding(RECORD, Place(name, 1), "kein Buchungsstapel seines Monats nennt diesen Nachweis")


def _changed(texts: BookTexts, name: str, expected: str, place: Place, how: str) -> Iterator[Finding]:
    content = texts.find(name)
    if content is None:
        yield Finding(RECORD, place, f"{name} ist nicht mehr da")
    elif sha256(content).hexdigest() != expected:
        yield Finding(RECORD, place, f"{name} ist nicht mehr, {how}")


def changed_decisions(certificates: Iterable[Certificate], named: Named) -> Iterator[Finding]:
    """Yield a finding for each decision that persons answer for in the ledger and that no certificate has any more."""
    said = Counter(
        (_name(certificate, decision.subject), sha256(decision_text(decision)).hexdigest())
        for certificate in certificates
        for decision in certificate.decisions
    )
    for name, entries in named.items():
        file, is_decision, subject = name.partition("#")
        if name.startswith(NAMED) or file.endswith(LEDGER):
            continue
        for expected, place in entries if is_decision else ():
            if not said[name, expected]:
                yield Finding(RECORD, place, f"die Entscheidung über {subject} steht nicht mehr so in {file}")
            said[name, expected] -= 1


def undecided(certificates: Iterable[Certificate], decided: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each line that is certified as decided by a person or placed by a rule, but was not.

    Money that a decided statement leaves unexplained has its own rule, booked or not.
    """
    for certificate in certificates:
        place = Place(f"{certificate.month.stem}{ENDING}", 1)
        for line in certificate.lines:
            by_person = line.decided_by is not None
            if by_person and line.key not in decided:
                yield Finding(
                    UNANSWERED, place, f"{line.rule!r} zu {line.key}: es gibt keine Entscheidung darüber"
                )
            elif line.rule and not by_person and not line.is_difference and line.fate in BOOKED:
                yield Finding(
                    RECORD, place, f"{line.key} ist gebucht, obwohl eine Regel genannt ist: {line.rule!r}"
                )


def unanswered(
    book: Book,
    texts: BookTexts,
    outline: tuple[TopFile, SealChain],
    *,
    wanted: Sequence[BookingMonth] = (),
    full: bool = True,
) -> Iterator[Unanswered]:
    """Yield the decisions of open months (of those `wanted`) that no month names.

    With `full` payment runs as well, the agreements that acts name and nobody has kept, and what was changed by hand in
    the text of open months. `outline` is what the top
    file and the chain of seals say: in a sealed month no decision can be changed or put in.
    """
    top, chain = outline
    named = named_in(texts, top.months if full else wanted)
    answered = Counter((name, sha256_named) for name, entries in named.items() for sha256_named, _ in entries)
    for certificate in Certificates(book.root).heads:
        month = certificate.month
        if month in chain.seals or month not in (wanted or top.months):
            continue
        for decision in certificate.decisions:
            name, text = _name(certificate, decision.subject), decision_text(decision)
            if answered[key := (name, sha256(text).hexdigest())]:
                answered[key] -= 1
            else:
                yield Unanswered(name, text, month)
    unsealed = [month for month in top.months if month not in chain.seals] if full else []
    for agreement in unknown_agreements(texts, unsealed, KnownBasis(book), lambda: named, chain.links):
        yield Unanswered(agreement.name, agreement.sha256.encode(), None)
    for edited in edited_batches(book, texts, top, chain) if full else ():
        yield Unanswered(edited.subject, edited.content, edited.month, edited.text)
    files = (path for path in sorted((book.root / RUNS).glob("*")) if path.suffix in {".json", ".xml"})
    for path in files if full else ():
        name, content = f"{RUNS}/{path.name}", path.read_bytes()
        if named.get(name, [("", None)])[-1][0] != sha256(content).hexdigest():
            yield Unanswered(name, content, None)


def as_findings(unanswered_matters: Iterable[Unanswered]) -> Iterator[Finding]:
    """Yield what nobody answers for as findings."""
    for matter in unanswered_matters:
        if matter.name.startswith(NAMED) or matter.edited:
            continue  # a finding of its own, with the place of the act, or of the text
        file, _, subject = matter.name.partition("#")
        what = f"für die Entscheidung über {subject}" if subject else "dafür"
        yield Finding(UNANSWERED, Place(file, 1), f"kein Akt steht {what} ein")


def all_unanswered(book: Book) -> Sequence[Unanswered]:
    """Return what nobody answers for in a book: two persons may confirm it."""
    return reader.consistently(
        book, lambda texts: tuple(unanswered(book, texts, reader.outline(book, texts)))
    )


def _name(certificate: Certificate, subject: str) -> str:
    return f"{certificate.month.stem}{ENDING}#{subject}"
