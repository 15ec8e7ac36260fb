"""Verify the chain of closing proofs by hash: every link, and every file of a sealed month (docs/seal-format.md)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, Protocol

from kkd_ledger.book.seals.seal_chain import (
    ACTS,
    FORMAT,
    FORMATS,
    KEPT,
    LINK_FILE,
    MARK,
    MONTH_ENDINGS,
    SIGNATURES,
    Break,
    Broken,
    SealChain,
    SealLink,
    SealLinkKind,
    entries_of,
    hash_of,
    name_of,
)
from kkd_ledger.book.text import batches
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Place
from kkd_ledger.book.text.topfile import TopFile
from kkd_ledger.book.text.vocabulary import TOP_FILE
from kkd_ledger.periods import BookingMonth

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FIRST_FORMAT_UNTIL: Final = "2026-11-29"
_EVERY: Final = frozenset(
    {"format", "art", "glied", "vorgaenger", "buch", "monat", "am", "von", ACTS, SIGNATURES}
)
_SEAL: Final = frozenset(
    {"dateien", "eintraege", "grundlagen", "regelwerk", "stand", v.AGREEMENT, "feststellungen"}
)
_KEYS: Final = {SealLinkKind.SEAL: _EVERY | _SEAL, SealLinkKind.REOPENING: _EVERY | {"betrifft", v.REASON}}


class Files(Protocol):
    """The files of a book, by name; None for one that is not there."""

    def find(self, file: str) -> bytes | None:
        """Return a file's content."""

    def sha256(self, file: str) -> str | None:
        """Return a file's hash."""


def read(files: Files, names: Iterable[str], top: TopFile, party: str) -> SealChain:
    """Read and verify the chain; `names` are the files of the book's links."""
    links, breaks = [], []
    listed = frozenset(name for name in names if LINK_FILE.fullmatch(name))
    for name in sorted(listed):
        try:
            links.append(_link(name, files.find(name) or b"", party))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
            breaks.append(
                Break(Broken.LINK, Place(name, line), f"kein lesbarer Abschlussnachweis: {_why(error)}")
            )
    links.sort(key=lambda link: (link.position, link.file))
    chain = SealChain(tuple(links), head=top.head)
    breaks += [*_joints(links), *_head(links, top.head), *_life(links), *_names(links), *_formats(links)]
    breaks += [*_acts(links), *_kept(files, links)]
    breaks += [*_older(files, chain), *([] if breaks else _order(chain, top))]
    breaks += [fault for month, seal in chain.seals.items() for fault in _contents(files, month, seal)]
    return SealChain(chain.links, tuple(sorted(set(breaks), key=lambda fault: fault.place)), top.head, listed)


def _link(name: str, content: bytes, party: str) -> SealLink:
    data = json.loads(content)
    if data["format"] not in FORMATS:
        raise ValueError(f"Format {data['format']!r}, erlaubt {' und '.join(FORMATS)}")
    match = LINK_FILE.fullmatch(name)
    assert match, "only names of links are read"
    link = SealLink(name, hash_of(content), data)
    word = "seal" if link.kind == SealLinkKind.SEAL else "reopen"
    if (match[2], match[3]) != (str(link.month), word):
        raise ValueError(f"{link.kind} des Monats {link.month} unter dem Namen {name}")
    if not link.keeps and max(link.day, link.month.first_day.isoformat()) > _FIRST_FORMAT_UNTIL:
        raise ValueError(f"Format {FORMATS[0]} nach dem 29.11.2026")
    if data["buch"] != party:
        raise ValueError(f"aus dem Buch {data['buch']!r}, dies ist {party!r}")
    if (
        type(data["glied"]) is not int
        or data["glied"] < 1
        or not re.fullmatch(_HASH, link.previous or "0" * 64)
    ):
        raise ValueError("Glied oder Vorgänger unlesbar")
    link.remarks()  # raises what is wrong with them
    if link.kind == SealLinkKind.SEAL:
        _check_files(link)
    if link.keeps:
        _check_acts(link)
    return link


def _check_acts(link: SealLink) -> None:
    """Raise ValueError where a link's acts are none, or where there is no room for signatures."""
    for act in link.data[ACTS]:
        if not all(type(act[key]) is str for key in ("was", "person", "rolle", "am", "bekannt", "sha256")):
            raise ValueError("ein Akt nennt etwas anderes als Texte")
    if type(link.data[SIGNATURES]) is not list:
        raise ValueError(f"{SIGNATURES} ist keine Liste")
    if any(type(part) is not dict for part in link.data[SIGNATURES]):
        raise ValueError(f"{SIGNATURES} nennt etwas anderes als Unterschriften")
    if not all(type(sha256) is str and _HASH.fullmatch(sha256) for sha256 in link.basis.values()):
        raise ValueError("grundlagen nennt etwas anderes als SHA-256")


def _check_files(seal: SealLink) -> None:
    ledger, *others = (f"{seal.month.stem}{ending}" for ending in MONTH_ENDINGS)
    if ledger not in seal.files or not set(seal.files) <= {ledger, *others}:
        raise ValueError(f"dateien nennt {sorted(seal.files)}")
    if not all(_HASH.fullmatch(sha256) for sha256 in seal.files.values()):
        raise ValueError("dateien nennt etwas anderes als SHA-256")
    if type(seal.data["eintraege"]) is not str:
        raise ValueError("eintraege ist kein Text")


def _why(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return "kein JSON"
        case UnicodeDecodeError():
            return f"Byte {error.start} ist kein UTF-8"
        case KeyError():
            return f"es fehlt {error}"
        case ValueError():
            return str(error)
    return "falsch gebaut"


def _joints(links: list[SealLink]) -> Iterator[Break]:
    """Yield where a link does not follow the one before it."""
    before: SealLink | None = None
    for link in links:
        at = before.position if before else 0
        if before and link.position == at:
            yield Break(
                Broken.LINK, Place(link.file, 1), f"Glied {at} gibt es zweimal, auch als {before.file}"
            )
        elif link.position > at + 1:
            yield Break(
                Broken.MISSING, Place(link.file, 1), f"vor {link} fehlt {_span(at + 1, link.position - 1)}"
            )
        elif link.previous != (before.sha256 if before else ""):
            yield _altered(before or link, link.previous, str(link))
        before = link


def _span(first: int, last: int) -> str:
    return f"Glied {first}" if first == last else f"Glied {first} bis {last}"


def _altered(link: SealLink, expected: str, said_by: str) -> Break:
    return Break(
        Broken.LINK,
        Place(link.file, 1),
        f"SHA-256 {_short(link.sha256)}, {said_by} nennt {_short(expected) if expected else 'keinen Vorgänger'}",
    )


def _short(sha256: str) -> str:
    return f"{sha256[:12]}…"


def _head(links: list[SealLink], head: str) -> Iterator[Break]:
    """Yield where the last link is not the one that the top file names."""
    last = links[-1] if links else None
    if not head:
        if last:
            text = f"nennt keinen Abschlussnachweis, vorhanden ist {last}"
            yield Break(Broken.MISSING, Place(TOP_FILE, 1), text)
        return
    position, file, sha = head.split()
    at = last.position if last else 0
    if at < int(position):
        text = f"{_span(at + 1, int(position))} fehlt, genannt ist als letztes {file}, SHA-256 {_short(sha)}"
        yield Break(Broken.MISSING, Place(TOP_FILE, 1), text)
    elif last and at > int(position):
        yield Break(
            Broken.LINK, Place(last.file, 1), f"{last} folgt auf das letzte, das die Hauptdatei nennt: {file}"
        )
    elif last and last.sha256 != sha:
        yield _altered(last, sha, f"die Hauptdatei ({file})")


def _life(links: list[SealLink]) -> Iterator[Break]:
    """Yield links that seal what is sealed, or reopen what is not."""
    sealed: list[BookingMonth] = []
    for link in links:
        if (link.kind == SealLinkKind.SEAL) == (link.month in sealed):
            was = "abgeschlossen" if link.month in sealed else "offen"
            yield Break(Broken.LINK, Place(link.file, 1), f"{link}: der Monat {link.month} war schon {was}")
        elif link.kind == SealLinkKind.SEAL:
            sealed.append(link.month)
        else:
            at = sealed.index(link.month)
            if link.data.get("betrifft") != [str(month) for month in sealed[at:]]:
                text = f"{link}: betrifft nicht die Monate, die danach abgeschlossen waren"
                yield Break(Broken.LINK, Place(link.file, 1), text)
            sealed = sealed[:at]


def _names(links: list[SealLink]) -> Iterator[Break]:
    """Yield links whose name does not say the how-manieth of their month they are."""
    counts: Counter[tuple[BookingMonth, SealLinkKind]] = Counter()
    for link in links:
        counts[link.month, link.kind] += 1
        wanted = name_of(link.month, link.kind, counts[link.month, link.kind])
        if link.file != wanted:
            yield Break(Broken.LINK, Place(link.file, 1), f"{link}: sein Name war {wanted}")


def _formats(links: list[SealLink]) -> Iterator[Break]:
    """Yield links that go back to the first format, which keeps and proves less."""
    for before, link in pairwise(links):
        if before.keeps and not link.keeps:
            yield Break(Broken.LINK, Place(link.file, 1), f"{link}: Format {FORMATS[0]} hinter {FORMAT}")


def _acts(links: list[SealLink]) -> Iterator[Break]:
    """Yield links that say something else than what their persons acted upon, or more than a link says."""
    for link in links:
        flaws = _strange(link) if link.keeps else ()
        yield from (Break(Broken.LINK, Place(link.file, 1), f"{link}: {flaw}") for flaw in flaws)
        for act in link.data[ACTS] if link.keeps else ():
            if act["sha256"] != link.said:
                over = f"hat über SHA-256 {_short(act['sha256'])} gehandelt, hier steht {_short(link.said)}"
                text = f"{link}: {act['person']} {over}"
                yield Break(Broken.LINK, Place(link.file, 1), text)


def _strange(link: SealLink) -> Iterator[str]:
    """Yield what does not belong into a link: unknown facts, acts of others, signatures of who did not act."""
    if strange := sorted(link.data.keys() - _KEYS[link.kind]):
        yield f"nennt {', '.join(strange)}"
    for act in link.data[ACTS]:
        if (act["was"], act["am"]) != (str(link.kind), link.day):
            yield f"ein Akt „{act['was']}“ vom {act['am']}"
    persons = tuple(act["person"] for act in link.data[ACTS])
    if persons and persons != link.persons:
        yield f"nennt {', '.join(link.persons)}, gehandelt haben {', '.join(persons)}"
    signers = [str(signature.get("person", "")) for signature in link.data[SIGNATURES]]
    if len(set(signers)) < len(signers) or not set(signers) <= set(persons):
        yield f"unterschrieben haben {', '.join(signers)}, gehandelt {', '.join(persons) or 'niemand'}"


def _older(files: Files, chain: SealChain) -> Iterator[Break]:
    """Yield proofs of the first format for months whose text is of later days: its batches have ends."""
    for month, seal in chain.seals.items():
        if not seal.keeps and batches.count(files.find(f"{month.stem}{MONTH_ENDINGS[0]}") or b""):
            text = (
                f"{seal}: Format {FORMATS[0]}, sein Monat hat Buchungsstapel und ist also später geschrieben"
            )
            yield Break(Broken.LINK, Place(seal.file, 1), text)


def _kept(files: Files, links: list[SealLink]) -> Iterator[Break]:
    """Yield contents that a link keeps and that are not there, or not as they were; each once."""
    wanted = {
        sha256: (name, link) for link in reversed(links) if link.keeps for name, sha256 in link.basis.items()
    }
    for sha, (name, link) in sorted(wanted.items()):
        file = f"{KEPT}/{sha}"
        if (sha256 := files.sha256(file)) != sha:
            what = "die Datei fehlt" if sha256 is None else f"verändert: SHA-256 {_short(sha256)}"
            yield Break(Broken.BASIS, Place(file, 1), f"{name}, aufbewahrt von {link}: {what}")


def _order(chain: SealChain, top: TopFile) -> Iterator[Break]:
    """Yield where the top file does not name the sealed months first, in the order of sealing."""
    there = top.months[: len(chain.months)]
    if there != chain.months:
        listed, wanted = (" ".join(map(str, months)) or "keinen" for months in (there, chain.months))
        yield Break(Broken.ORDER, Place(TOP_FILE, 1), f"nennt zuerst {listed}, abgeschlossen ist {wanted}")


def _contents(files: Files, month: BookingMonth, seal: SealLink) -> Iterator[Break]:
    """Yield what differs in the files of a sealed month."""
    for name in sorted({*seal.files, *(f"{month.stem}{ending}" for ending in MONTH_ENDINGS)}):
        expected, actual = seal.files.get(name), files.sha256(name)
        if actual == expected:
            continue
        if actual is None:
            text = f"{seal.file} nennt SHA-256 {_short(expected or '')}, die Datei fehlt"
            yield Break(Broken.MONTH, Place(name, 1), text)
        elif expected is None:
            text = f"{seal.file} nennt keine solche Datei, SHA-256 {_short(actual)}"
            yield Break(Broken.MONTH, Place(name, 1), text)
        else:
            line, what = 1, "verändert"
            if name.endswith(MONTH_ENDINGS[0]):
                line, what = _difference(seal.data["eintraege"], files.find(name) or b"")
            text = f"{what}: SHA-256 {_short(actual)}, {seal.file} nennt {_short(expected)}"
            yield Break(Broken.MONTH, Place(name, line), text)


def _difference(sealed: str, content: bytes) -> tuple[int, str]:
    """Return the line of the first entry that is not as it was sealed, and what became of it."""
    entries = entries_of(content.rstrip(b"\n") + b"\n")  # empty lines at the end belong to no entry
    wanted = [sealed[at : at + MARK] for at in range(0, len(sealed), MARK)]
    hashes = [hash_of(entry)[:MARK] for entry in entries]
    front = _alike(wanted, hashes)
    back = _alike(wanted[front:][::-1], hashes[front:][::-1])
    line = 1 + sum(entry.count(b"\n") + 2 for entry in entries[:front])
    line = max(1, min(line, content.count(b"\n")))
    if wanted == hashes:
        return line, "Ende der Datei verändert"
    removed, added = len(wanted) - front - back, len(hashes) - front - back
    if removed and added:
        return line, f"{_entries(added)} ab dieser Zeile verändert"
    return line, f"{_entries(added or removed)} {'eingefügt' if added else 'vor dieser Zeile entfernt'}"


def _alike(left: list[str], right: list[str]) -> int:
    """Return how many are alike from the front."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (first, other) in pairs if first != other), min(len(left), len(right)))


def _entries(count: int) -> str:
    return "1 Eintrag" if count == 1 else f"{count} Einträge"
