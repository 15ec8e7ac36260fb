"""What a book stands on besides its months (Grundlagen): agreement, figures, book.toml, contacts, templates.

Each closing proof names them by hash and keeps them by content in `grundlagen/`, so that an earlier version can be
shown. What has changed since is unconfirmed until two persons say that it is right.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from kkd_ledger import german
from kkd_ledger.agreement.file import sources as figures
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import KEPT, SealChain, SealLink, SealLinkKind
from kkd_ledger.book.text import vocabulary as v

AGREEMENT: Final = v.AGREEMENT
CONTACTS: Final = "kontakte"
CONTACTS_FILE: Final = "contacts.toml"
TEMPLATES: Final = "vorlagen"
FIGURES: Final = figures.FOLDER
_WORDS: Final = {AGREEMENT: "Vereinbarung", CONTACTS: "Kontaktdaten", v.BOOK_FILE: v.BOOK_FILE}

Hashes = Mapping[str, str]


class Confirmed(NamedTuple):
    """What two persons have confirmed, or a close has kept: name → hash, and in German where it stands.

    Closing proofs of the first format name only the agreement and book.toml, and keep no content: what they do not name
    is not compared.
    """

    hashes: Hashes
    source: str
    whole: bool


class BasisChange(NamedTuple):
    """One thing a book stands on that is not as it was confirmed: its name, its file, old and new text by line.

    `old` is None where its content was not kept.
    """

    name: str
    file: str
    old: tuple[str, ...] | None
    new: tuple[str, ...]

    @property
    def title(self) -> str:
        """How people call it."""
        return _WORDS.get(self.name, self.name)

    def lines(self) -> Iterator[tuple[str, int, str]]:
        """Yield what went and what came, in the order of the text: `-` or `+`, the line's number there, its text."""
        old, new = self.old or (), self.new
        for tag, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield from (("-", at + 1, old[at]) for at in range(first, last))
                yield from (("+", at + 1, new[at]) for at in range(begin, end))

    @property
    def only_added(self) -> bool:
        """Whether lines were only added, as new dated facts are; False where the old content was not kept."""
        return self.old is not None and all(sign == "+" for sign, _, _ in self.lines())

    @property
    def first_line(self) -> int:
        """The line of the file as it is now where it begins to differ."""
        old = self.old or ()
        alike = next((at for at, (a, b) in enumerate(zip(old, self.new, strict=False)) if a != b), None)
        place = min(len(old), len(self.new)) if alike is None else alike
        return max(1, min(place + 1, len(self.new)))


def files(book: Book) -> dict[str, Path]:
    """Return the files that a book stands on now, by name; what is not there is left out."""
    named = {
        v.BOOK_FILE: book.config_file,
        AGREEMENT: book.agreement_file,
        CONTACTS: book.agreement_file.parent / CONTACTS_FILE,
    }
    named |= {f"{FIGURES}/{path.name}": path for path in book.figure_files}
    folder = book.root / TEMPLATES
    named |= {
        f"{TEMPLATES}/{path.relative_to(folder).as_posix()}": path
        for path in (sorted(folder.rglob("*")) if folder.is_dir() else ())
    }
    return {name: path for name, path in named.items() if path.is_file()}


def contents(book: Book) -> dict[str, bytes]:
    """Return what a book stands on now: name → content."""
    return {name: path.read_bytes() for name, path in files(book).items()}


def hashes_of(contents_by_name: Mapping[str, bytes]) -> dict[str, str]:
    """Return the hashes of contents, by name."""
    return {name: sha256(content).hexdigest() for name, content in sorted(contents_by_name.items())}


def agreement_of(hashes: Hashes) -> str:
    """Return the hash by which acts name the agreement of a basis, its figures included; empty where it names none."""
    if AGREEMENT not in hashes:
        return ""
    apart = {name: each for name, each in hashes.items() if name.startswith(f"{FIGURES}/")}
    return figures.joint_sha256(hashes[AGREEMENT], apart)


def digest(hashes: Hashes) -> str:
    """Return one hash for all of them: of the lines `HASH NAME`, by name."""
    text = "".join(f"{sha256} {name}\n" for name, sha256 in sorted(hashes.items()))
    return sha256(text.encode()).hexdigest()


def kept_files(contents_by_name: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that keep contents in a book's folder, each under its hash."""
    return {f"{KEPT}/{sha256(content).hexdigest()}": content for content in contents_by_name.values()}


def kept(book: Book, wanted: str) -> bytes | None:
    """Return a kept content by its hash; None where there is none, or another one under its name."""
    try:
        content = (book.root / KEPT / wanted).read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == wanted else None


def last_seal(chain: SealChain) -> Confirmed | None:
    """Return what the last closing proof was made on; None where no month was ever closed."""
    return next((of_link(link) for link in reversed(chain.links) if link.kind == SealLinkKind.SEAL), None)


def of_link(link: SealLink) -> Confirmed:
    """Return what a closing proof was made on."""
    day = f" am {german.day(link.on)}" if link.on else ""
    return Confirmed(link.basis, f"dem Abschluss von {link.month}{day}", link.keeps)


def changes(
    book: Book, confirmed: Confirmed, now: Mapping[str, bytes] | None = None
) -> tuple[BasisChange, ...]:
    """Return what a book stands on now and is not as it was confirmed."""
    current = contents(book) if now is None else now
    hashes = hashes_of(current)
    names = sorted({*confirmed.hashes, *(hashes if confirmed.whole else ())})
    return tuple(
        BasisChange(
            name,
            _file(book, name),
            _lines(kept(book, old)) if old else (),
            _lines(current.get(name, b"")) or (),
        )
        for name in names
        if (old := confirmed.hashes.get(name, "")) != hashes.get(name, "")
    )


def _lines(content: bytes | None) -> tuple[str, ...] | None:
    return None if content is None else tuple(content.decode("utf-8", "replace").splitlines())


def _file(book: Book, name: str) -> str:
    folder = book.agreement_file.parent
    named = {v.BOOK_FILE: book.config_file, AGREEMENT: book.agreement_file, CONTACTS: folder / CONTACTS_FILE}
    path = named.get(name, (folder if name.startswith(f"{FIGURES}/") else book.root) / name)
    return Path(os.path.relpath(path, book.root)).as_posix()
