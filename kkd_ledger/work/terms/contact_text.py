"""contacts.toml changed for one party by a form: its own lines are written anew, all others stay to the letter."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kkd_ledger.agreement.file.toml_text import toml_value
from kkd_ledger.book.config import Book
from kkd_ledger.book.store.durable import export
from kkd_ledger.errors import Problem, StorageFailed
from kkd_ledger.persons.contacts import FILE, ContactsRefused, load
from kkd_ledger.work.terms.basis_text import NewText, difference

_LINE: Final = re.compile(r"(?P<key>[a-z_]+)\s*=")


def contacts_text(book: Book) -> str:
    """Return contacts.toml as it stands; where there is none, an empty one."""
    file = book.agreement_file.parent / FILE
    return file.read_text(encoding="utf-8-sig") if file.is_file() else "format = 1\n"


def new_contact(book: Book, party: str, values: Mapping[str, str], *, dry_run: bool = False) -> NewText:
    """Write what is known of a party anew (an empty value takes a field out); raise ContactsRefused for what is wrong.

    What the values do not name stays. Nothing is recorded in a book: what it stands on has changed, two confirm it.
    """
    old = contacts_text(book)
    text = _with_values(old, party, values)
    _refuse_wrong(book, party, values, text)
    new = NewText(FILE, text, difference(old, text))
    if new.lines and not dry_run:
        file = book.agreement_file.parent / FILE
        try:
            export(file, text.encode())
        except OSError as error:
            raise StorageFailed(file, error) from error
    return new


def _with_values(text: str, party: str, values: Mapping[str, str]) -> str:
    heading = f"[parties.{party}]"
    lines = text.rstrip("\n").split("\n")
    if heading not in (line.strip() for line in lines):
        lines += ["", heading]
    start = next(place for place, line in enumerate(lines) if line.strip() == heading)
    end = next(
        (place for place, line in enumerate(lines) if place > start and line.startswith("[")), len(lines)
    )
    left, own = dict(values), []
    for line in lines[start + 1 : end]:
        match = _LINE.match(line)
        key = match["key"] if match else ""
        if key in values:
            if value := left.pop(key, ""):
                own.append(f"{key} = {toml_value(value)}")
        else:
            own.append(line)
    while own and not own[-1].strip():
        own.pop()
    own += [f"{key} = {toml_value(value)}" for key, value in left.items() if value]
    after = ["", *lines[end:]] if end < len(lines) else []
    return "\n".join([*lines[: start + 1], *own, *after]) + "\n"


def _refuse_wrong(book: Book, party: str, values: Mapping[str, str], text: str) -> None:
    """Raise ContactsRefused for a value that is none, or where the file is written in another way than was meant."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE).write_text(text, encoding="utf-8")
        contact = load(Path(folder, "agreement.toml"), book.agreement).of(party)
    wrong = [key for key, value in values.items() if value and getattr(contact, key) != value]
    if wrong:
        allowed = "eine Datei mit je einer Zeile für jede Angabe; ändern Sie sie einmal mit dem Editor"
        raise ContactsRefused([Problem(FILE, f"parties.{party}", ", ".join(wrong), allowed)])
