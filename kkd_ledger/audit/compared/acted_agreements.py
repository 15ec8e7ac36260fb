"""Acts ↔ agreement: each act names the agreement by its hash, and that one is today's, or one that was kept.

Before the first confirmation nothing is kept, and of two changes between two confirmations only the second: then two
persons say with `kkd confirm` that there was such an agreement, and the ledger names it (a `niederschrift`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from kkd_ledger.audit.compared.kinds import UNAGREED
from kkd_ledger.audit.compared.known_basis import KnownBasis
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.seal_chain import SealLink
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import BookTexts
from kkd_ledger.book.text.records import Place
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.rule import Finding

NAMED: Final = f"{v.AGREEMENT}#"
"""How the ledger's name of an agreement begins that two persons vouch for; its hash follows."""
_BASIS: Final = re.compile(
    rf'^\d{{4}}-\d\d-\d\d custom "{v.CustomType.BASIS}" "([^"]+)" "([0-9a-f]{{64}})"$'.encode(), re.MULTILINE
)
_AGREEMENT: Final = re.compile(rf'^  {v.ACT_AGREEMENT}: "([0-9a-f]{{64}})"$'.encode(), re.MULTILINE)


class UnknownAgreement(NamedTuple):
    """An agreement that acts name and nobody kept: its hash, where an act names it first."""

    sha256: str
    place: Place

    @property
    def name(self) -> str:
        """How the ledger names it once two persons vouch for it."""
        return f"{NAMED}{self.sha256}"


def unknown_agreements(
    texts: BookTexts,
    months: Iterable[BookingMonth],
    known_basis: KnownBasis,
    vouched: Callable[[], Collection[str]],
    links: Iterable[SealLink],
) -> tuple[UnknownAgreement, ...]:
    """Return the agreements that acts of some months name, that lie nowhere, and that nobody has vouched for.

    `vouched` are the names for which persons answer in the ledger; all months are read for them, and so only where a
    hash is unknown. With figures beside it an agreement is known by closes (`links`) and by confirmations of all parts.
    """
    months = tuple(months)
    unknown = {each.sha256: each for each in reversed([*_unkept(texts, months, known_basis)])}
    if unknown:
        whole = {basis.agreement_of(link.basis) for link in links} | _confirmed(texts, months)
        unknown = {sha256: each for sha256, each in unknown.items() if sha256 not in whole}
    names = vouched() if unknown else ()
    return tuple(each for each in unknown.values() if each.name not in names)


def _unkept(
    texts: BookTexts, months: Iterable[BookingMonth], known_basis: KnownBasis
) -> Iterator[UnknownAgreement]:
    for month in months:
        file = f"{month.stem}.beancount"
        content = texts.find(file) or b""
        for match in _AGREEMENT.finditer(content):
            if (sha256 := match[1].decode()) not in known_basis.hashes:
                yield UnknownAgreement(sha256, Place(file, content.count(b"\n", 0, match.start()) + 1))


def _confirmed(texts: BookTexts, months: Iterable[BookingMonth]) -> set[str]:
    """Return the agreements, each with its figures, that persons have confirmed in some months."""
    hashes, named = set[str](), dict[str, str]()
    for month in months:
        for match in _BASIS.finditer(texts.find(f"{month.stem}.beancount") or b""):
            name = match[1].decode()
            if name in named:  # the next confirmation begins
                hashes.add(basis.agreement_of(named))
                named = {}
            named[name] = match[2].decode()
    return hashes | {basis.agreement_of(named)}


def as_findings(unknown: Iterable[UnknownAgreement]) -> Iterator[Finding]:
    """Yield a finding for each unknown agreement."""
    for agreement in unknown:
        yield Finding(UNAGREED, agreement.place, f"SHA-256 {agreement.sha256[:12]}… ist nirgends aufbewahrt")
