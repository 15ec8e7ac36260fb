"""Closing proofs ↔ what they are made of: the marks of the month's entries, and contents that are what they are called.

The chain shows that a proof is the one issued, as long as nobody makes its hashes again. What a proof says of the
month's text follows from that text once more, and a content kept as the agreement is one. State and
findings of the newest proof: `proofs_again`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kkd_ledger import toml
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.seal_chain import SealChain, SealLink, hash_of, marks
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.errors import BookRefused
from kkd_ledger.rules import sealed
from kkd_ledger.rules.engine.rule import Finding

_KEYS: Final = {v.BOOK_FILE: "party", basis.AGREEMENT: "operator", basis.CONTACTS: "parties"}
"""A key at the top of each, which none of the others has."""


def differing_proofs(book: Book, texts: BookTexts, chain: SealChain) -> Iterator[Finding]:
    """Yield a finding for each closing proof that says something else than what it seals.

    What is broken in the chain itself is found by the rule about seals.
    """
    contents: dict[str, str] = {}
    for link in chain.links:
        flaws = [*_basis(book, link, contents)]
        if chain.seals.get(link.month) is link:
            flaws += _marks(texts, link)
        yield from (Finding(sealed.ALTERED, Place(link.file, 1), f"{link}: {flaw}") for flaw in flaws)


def _marks(texts: BookTexts, seal: SealLink) -> Iterator[str]:
    file = f"{seal.month.stem}.beancount"
    text = texts.find(file)
    if text and hash_of(text) == seal.files.get(file) and marks(text) != seal.data["eintraege"]:
        yield f"die Kennzeichen der Einträge (eintraege) sind nicht die von {file}"


def _basis(book: Book, link: SealLink, contents: dict[str, str]) -> Iterator[str]:
    """Yield the contents that are kept under the name of something else; `contents` are those seen so far, by hash."""
    for name, sha256 in link.basis.items():
        if name not in _KEYS:
            continue
        if sha256 not in contents:
            contents[sha256] = _called(basis.kept(book, sha256))
        if contents[sha256] not in {name, ""}:
            yield f"was als {name} aufbewahrt ist, ist {contents[sha256]} (SHA-256 {sha256[:12]}…)"


def _called(content: bytes | None) -> str:
    """Return as what a content would be kept; empty where nobody can say, or it is gone."""
    try:
        keys = toml.loads(content, "", BookRefused) if content else {}
    except BookRefused:
        return ""
    return next((name for name, key in _KEYS.items() if key in keys), "")
