"""The newest closing proof, made once more: the state and the findings that it names follow from the text it seals.

That holds while the rules and the agreement are those of the close (its book.toml is kept); of an older proof, or after
a change of either, only a signature or a witness shows what was put in by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger.book.config import Book, settings_of
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.seal_chain import SealChain, SealLink, SealLinkKind, hash_of
from kkd_ledger.book.text import reader
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import NotCanonical
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.errors import BookRefused
from kkd_ledger.rules import sealed, vouchers
from kkd_ledger.rules.engine import checkpoint
from kkd_ledger.rules.engine.fold import RULES
from kkd_ledger.rules.engine.rule import Finding

_OF_THE_TEXT: Final = frozenset(kind.code for rule in RULES if rule is not vouchers for kind in rule.KINDS)
"""Findings that entries alone bring about: a voucher may have come since."""

_KEPT: Final = frozenset({v.BOOK_FILE, basis.CONTACTS})
"""What may have changed since: the one is kept, the other no rule reads (nor the words of letters)."""


def unlike_its_text(book: Book, texts: BookTexts, top: TopFile, chain: SealChain) -> Iterator[Finding]:
    """Yield a finding where the newest proof names another state than its text has, or a finding that there was not."""
    seal = _made_alike(book, chain)
    if seal is None or (day := seal.on) is None:
        return
    try:
        then = _as_closed(book, seal)
        progress = checkpoint.after(then, texts, chain, chain.months, states=False)
    except (NotCanonical, BookRefused):  # who reads the text says it
        return
    flaws = []
    if hash_of(progress.reached(chain.months).standing) != seal.data.get("stand"):
        flaws.append("der Stand (stand) ist nicht der, den Bücher und Regeln nach diesem Monat haben")
    findings = progress.take([reader.head_of(top)]).fold.findings(day, day)
    places = {(finding.kind.code, *finding.place) for finding in findings}
    for code, file, line, text in seal.remarks():
        if code in _OF_THE_TEXT and (code, file, line) not in places:
            flaws.append(f"nennt eine Feststellung, die es nicht gab: {code} {file}:{line} {text}")
    yield from (Finding(sealed.ALTERED, Place(seal.file, 1), f"{seal}: {flaw}") for flaw in flaws)


def _made_alike(book: Book, chain: SealChain) -> SealLink | None:
    """Return the newest link where it is a seal that would be made alike today; None where nobody can say."""
    if chain.breaks or not chain.links or chain.links[-1].kind != SealLinkKind.SEAL:
        return None
    seal = chain.links[-1]
    now = basis.hashes_of(basis.contents(book))
    changed = {name for name in {*seal.basis, *now} if seal.basis.get(name) != now.get(name)}
    changed = {name for name in changed if not name.startswith(f"{basis.TEMPLATES}/")}
    is_alike = seal.data.get("regelwerk") == checkpoint.rules_version() and changed <= _KEPT
    return seal if is_alike else None


def _as_closed(book: Book, seal: SealLink) -> Book:
    """Return the book with the settings of the close; raise BookRefused where nobody knows them any more."""
    return Book(book.root, settings_of(basis.kept(book, seal.basis.get(v.BOOK_FILE, "")) or b""), book.ahead)
