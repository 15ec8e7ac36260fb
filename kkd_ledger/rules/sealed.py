"""Sealed months: what was closed is as it was, and no closing proof is missing. The chain itself is read in book/.

KKD-S05 is about the certificate of a month that is to be sealed: `kkd check` says it, as `kkd close` will ask for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from kkd_ledger import german
from kkd_ledger.book import certificate
from kkd_ledger.book.certificate import Fate
from kkd_ledger.book.config import Book, settings_of
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.seal_chain import ACTS, CERTIFICATE, SIGNATURES, Broken, SealChain
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.vocabulary import TOP_FILE
from kkd_ledger.errors import BookRefused
from kkd_ledger.money import format_eur
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.signed import Signature, flaw
from kkd_ledger.rules.engine.rule import Finding, FindingKind, Level

_RESTORE: Final = "Stellen Sie die Datei aus der Sicherung wieder her und klären Sie, wer sie verändert hat."
CHANGED: Final = FindingKind("KKD-S01", Level.ERROR, "Abgeschlossener Monat wurde verändert", _RESTORE)
ALTERED: Final = FindingKind("KKD-S02", Level.ERROR, "Abschlussnachweis ist nicht der ausgestellte", _RESTORE)
MISSING: Final = FindingKind(
    "KKD-S03",
    Level.ERROR,
    "Abschlussnachweis fehlt",
    "Die Kette ist unterbrochen oder abgeschnitten. Stellen Sie die fehlende Datei aus der Sicherung wieder her.",
)
ORDER: Final = FindingKind(
    "KKD-S04",
    Level.ERROR,
    "Abgeschlossene Monate stehen nicht in der Folge ihres Abschlusses",
    "Stellen Sie main.beancount aus der Sicherung wieder her.",
)
WAITING: Final = FindingKind(
    "KKD-S05",
    Level.OPEN,
    "Bankzeile wartet auf eine Entscheidung",
    "`kkd decide BUCH` nennt die Zeilen und entscheidet über sie.",
)
KEPT: Final = FindingKind(
    "KKD-S06",
    Level.ERROR,
    "Aufbewahrter Inhalt einer Grundlage fehlt oder wurde verändert",
    _RESTORE,
)
KINDS: Final = (CHANGED, ALTERED, MISSING, ORDER, WAITING, KEPT)
_OF: Final[Mapping[Broken, FindingKind]] = MappingProxyType(
    {
        Broken.MONTH: CHANGED,
        Broken.LINK: ALTERED,
        Broken.MISSING: MISSING,
        Broken.ORDER: ORDER,
        Broken.BASIS: KEPT,
    }
)


def findings(chain: SealChain, today: dt.date | None = None) -> list[Finding]:
    """Return what is not as it was sealed; with the day of the check also a proof that bears a later one."""
    broken = [Finding(_OF[flaw.broken], flaw.place, flaw.text) for flaw in chain.breaks]
    late = [link for link in chain.links if today and link.day > today.isoformat()]
    return [
        *broken,
        *(
            Finding(ALTERED, Place(link.file, 1), f"{link}: trägt den {link.day}, der noch nicht da ist")
            for link in late
        ),
    ]


def unproved(book: Book, chain: SealChain) -> Iterator[Finding]:
    """Yield signatures of links that do not prove their act, and acts without one where the book asked for it then.

    What a book asked for at a link is what the seal before or at it keeps of book.toml.
    """
    asked: frozenset[str] = frozenset()
    for link in chain.links:
        place = Place(link.file, 1)
        signers = set()
        for said in link.data.get(SIGNATURES, ()) if link.keeps else ():
            try:
                person, signature = Signature.of_link(said)
            except ValueError as error:
                yield Finding(ALTERED, place, f"{link}: {error}")
                continue
            signers.add(person)
            if wrong := flaw(signature, link.said, person, link.on or dt.date.min, book.settings.keys):
                yield Finding(ALTERED, place, f"{link}, Unterschrift von {person}: {wrong}")
        if v.BOOK_FILE in link.basis:
            asked = _asked(book, link.basis[v.BOOK_FILE])
        for act in link.data.get(ACTS, ()) if link.keeps else ():
            if act["was"] in asked and act["person"] not in signers:
                text = f"{link}: die Unterschrift von {act['person']} fehlt ([policy] signed)"
                yield Finding(ALTERED, place, text)


def _asked(book: Book, sha256: str) -> frozenset[str]:
    """Return the deeds that counted only with a signature, by a kept book.toml; none where it is not there."""
    content = basis.kept(book, sha256)
    if content is None or b"signed" not in content:
        return frozenset()
    with suppress(BookRefused):  # of an earlier version of this program
        return frozenset(map(str, settings_of(content).policy.signed))
    return frozenset()


def anchored(chain: SealChain, sha256: str) -> list[Finding]:
    """Return a finding where no link has this hash, known from outside the books: then they were rolled back."""
    if any(link.sha256 == sha256.lower() for link in chain.links):
        return []
    last = f"das letzte ist {chain.last}, SHA-256 {chain.last.sha256}" if chain.last else "es gibt keinen"
    return [Finding(MISSING, Place(TOP_FILE, 1), f"kein Abschlussnachweis hat SHA-256 {sha256}; {last}")]


def anchor(chain: SealChain, sha256: str) -> str:
    """Return in German which link has this hash, and how many came after it; empty where none has."""
    for later, link in enumerate(reversed(chain.links)):
        if link.sha256 == sha256.lower():
            after = "es ist das letzte" if not later else f"danach kamen {later} weitere"
            after = after if later != 1 else "danach kam ein weiteres"
            return f"Die aufbewahrte Prüfsumme ist die von {link}; {after}"
    return ""


def waiting(name: str, content: bytes) -> list[Finding]:
    """Return the bank lines of a month's certificate that nobody has decided about; raise BookRefused for none."""
    return [
        Finding(WAITING, Place(name, 1), f"{german.day(line.day)}, {format_eur(line.cents)}, {line.key}")
        for line in certificate.read(content, name).lines
        if line.fate == Fate.WAITS
    ]


def undecided(book: Book, chain: SealChain) -> list[Finding]:
    """Return the bank lines of the months that are not sealed about which nobody has decided.

    What is no certificate at all is said elsewhere.
    """
    findings: list[Finding] = []
    for path in sorted(book.root.glob(f"[0-9]*/*{CERTIFICATE}")):
        with suppress(OSError, ValueError, BookRefused):
            if not chain.is_sealed(BookingMonth.parse(path.name.removesuffix(CERTIFICATE))):
                findings += waiting(path.relative_to(book.root).as_posix(), path.read_bytes())
    return findings
