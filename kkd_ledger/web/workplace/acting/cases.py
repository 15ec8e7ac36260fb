"""Cases: what one person has prepared or certified and a second one decides upon, at another time.

A case is a file in the book's `pending/`. It is no entry: the books change when the second person decides, and then
bear both names. It is sealed with the workplace's own secret, so that nobody certifies with an editor.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from itsdangerous import BadSignature, Signer

from kkd_ledger.book.store import journal
from kkd_ledger.book.text.vocabulary import KnownBy

Seal: TypeAlias = Callable[[], str]
"""What gives the secret by which cases are sealed."""
FOLDER: Final = "pending"
FORMAT: Final = "kkd-vorgang/1"
_NAME: Final = "vorgang-"
_SALT: Final = "kkd-vorgang"


def unsealed() -> str:
    """Give no secret: where nobody can log in, nobody leaves a case."""
    return ""


class PendingCase(NamedTuple):
    """What waits for a second person: the act, what was typed, who began it when, and what they had seen.

    `stand_in` is the person who stood for the second one in the first one's preview. `said` says in German what it is.
    """

    act: str
    texts: Mapping[str, str]
    first: str
    first_on: dt.date
    known_by: KnownBy
    stand_in: str
    essence: str
    said: str

    @property
    def name(self) -> str:
        """Its name in addresses: the beginning of its hash."""
        return sha256(self._as_text().encode()).hexdigest()[:16]

    def _as_text(self) -> str:
        data = self._asdict() | {"format": FORMAT, "first_on": self.first_on.isoformat()}
        return json.dumps(data, ensure_ascii=False, sort_keys=True)

    def as_bytes(self, secret: str) -> bytes:
        """Return it as a file, sealed."""
        return Signer(secret, salt=_SALT).sign(self._as_text().encode()) + b"\n"


def _file(case: PendingCase) -> str:
    return f"{FOLDER}/{_NAME}{case.name}.txt"


def keep(root: Path, case: PendingCase, secret: str) -> None:
    """Keep a case in the book's `pending/`; the same one twice is left alone. Raise what the writer raises."""
    with journal.writing(root) as writer:
        writer.commit({_file(case): case.as_bytes(secret)}, lambda _: None)


def drop(root: Path, case: PendingCase, secret: str) -> None:
    """Take a case away that was decided or withdrawn."""
    with journal.writing(root) as writer:
        writer.commit({}, lambda _: None, {_file(case): case.as_bytes(secret)})


def waiting(root: Path, secret: str) -> Iterator[PendingCase]:
    """Yield the cases of a book, in the order of their names; what this workplace did not seal is left out."""
    folder = root / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in sorted(folder.glob(f"{_NAME}*.txt")):
        with suppress(OSError, BadSignature, ValueError, KeyError, TypeError):
            yield _read(path.read_bytes(), secret)


def _read(content: bytes, secret: str) -> PendingCase:
    data = json.loads(Signer(secret, salt=_SALT).unsign(content.rstrip(b"\n")))
    if data.pop("format") != FORMAT:
        raise ValueError(FORMAT)
    first_on, known_by = dt.date.fromisoformat(data.pop("first_on")), KnownBy(data.pop("known_by"))
    return PendingCase(first_on=first_on, known_by=known_by, **data)
