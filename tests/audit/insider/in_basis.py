"""Kinds of edit in what a book stands on: each key of book.toml, agreement.toml, contacts.toml, and what was kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.audit.insider.in_months import Kinds
from tests.audit.insider.world import (
    added,
    all_of,
    appended,
    bytes_of,
    content,
    first,
    linked,
    removed,
    renamed,
    text,
)

BOOK, AGREEMENT, CONTACTS = "book.toml", "../kkd/agreement.toml", "../kkd/contacts.toml"
_TABLE: Final = re.compile(r"\[+([a-z_.]+)\]+")
_KEY: Final = re.compile(r"([a-z_]+) = (.+)")


def keys_of(file: Path) -> Iterator[tuple[str, int, str, str]]:
    """Yield each key of a TOML file once a kind of table: its name, its line's number, the line, another line."""
    table, seen = "", set()
    for at, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        if found := _TABLE.match(line):
            table = found[1]
        elif (found := _KEY.match(line)) and (name := f"{table}.{found[1]}".lstrip(".")) not in seen:
            seen.add(name)
            yield name, at, line, f"{found[1]} = {_other(found[2])}"


def _other(value: str) -> str:
    """Return another value of the same kind."""
    told, _, comment = value.partition(" #")
    told = told.strip()
    if told in {"true", "false"}:
        other = "false" if told == "true" else "true"
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", told):
        other = (dt.date.fromisoformat(told) - dt.timedelta(1)).isoformat()
    elif re.fullmatch(r"\d+", told):
        other = str(int(told) + 1)
    else:
        signs = [at for at, sign in enumerate(told) if sign.isalnum()]
        if not signs:
            return value  # the beginning of a list or of a long text
        at = signs[-1]
        sign = "1" if told[at] == "2" else "2" if told[at].isdigit() else "y" if told[at] == "x" else "x"
        other = told[:at] + sign + told[at + 1 :]
    return f"{other} #{comment}" if comment else other


def each_key(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file once for each of its keys, with another value of it."""
    lines = file.read_text(encoding="utf-8").split("\n")
    for name, at, old, new in keys_of(file):
        if old != new:
            yield name, "\n".join([*lines[:at], new, *lines[at + 1 :]]).encode()


def _relinked(path: Path) -> None:
    elsewhere = path.parents[2] / "anderswo"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


_KEPT: Final = "grundlagen"

BESIDE: Final[Kinds] = {
    "settings: a comment": appended(BOOK, "# neu\n"),
    "settings: a blank": appended(BOOK, "\n"),
    "settings: a role put in": appended(
        BOOK, '\n[[roles]]\nname = "E. Eva"\nrole = "anordnung"\nfrom = 2023-10-01\n'
    ),
    "settings: all roles gone": content(
        BOOK, lambda found: re.sub(rb"\[\[roles\]\]\n(?:\w.*\n)+", b"", found)
    ),
    "settings: a role ends": text(BOOK, 'role = "kasse"\nfrom', 'role = "kasse"\nto = 2024-01-31\nfrom'),
    "settings: a level": appended(BOOK, '\n[findings]\nKKD-O06 = "hinweis"\n'),
    "settings: what may be open": text(BOOK, "[policy]", '[policy]\nclose_with_open = ["KKD-O02"]'),
    "settings: one person for both": text(BOOK, "[policy]", "[policy]\nsame_person = true"),
    "settings: a former account": appended(
        BOOK, '\n[[before]]\nbank_iban = "DE30999999990000471100"\nto = 2023-12-31\n'
    ),
    "settings: a rule for foreign lines": appended(
        BOOK, '\n[[bank.rules]]\nname = "alles"\ncontains = "KKD"\ndirection = "eingang"\n'
    ),
    "settings: entries in another order": content(
        BOOK,
        lambda found: (
            found.replace(b"S. Muster", b"X").replace(b"B. Buch", b"S. Muster").replace(b"X", b"B. Buch")
        ),
    ),
    "settings: carriage returns": content(BOOK, lambda found: found.replace(b"\n", b"\r\n")),
    "settings: a byte order mark": content(BOOK, lambda found: b"\xef\xbb\xbf" + found),
    "settings: a link": linked(BOOK),
    "settings: gone": removed(BOOK),
    "settings: in capitals": renamed(BOOK, "Book.toml"),
    "agreement: a comment": appended(AGREEMENT, "# neu\n"),
    "agreement: carriage returns": content(AGREEMENT, lambda found: found.replace(b"\n", b"\r\n")),
    "agreement: the payee's account": text(AGREEMENT, "DE19999999996534000000", "DE30999999990000471100"),
    "agreement: a party's account": text(AGREEMENT, "DE96999999990065340020", "DE30999999990000471100"),
    "agreement: an assumption settled": content(
        AGREEMENT, lambda found: re.sub(rb"^assumed = .*\n", b"", found, count=1, flags=re.MULTILINE)
    ),
    "agreement: gone": removed(AGREEMENT),
    "agreement: another one beside the book": all_of(
        lambda book: (book / "agreement.toml").write_bytes((book / AGREEMENT).read_bytes()),
        text("agreement.toml", "DE19999999996534000000", "DE30999999990000471100"),
        text(BOOK, '"../kkd/agreement.toml"', '"agreement.toml"'),
    ),
    "contacts: a comment": appended(CONTACTS, "# neu\n"),
    "contacts: gone": removed(CONTACTS),
    "contacts: a key of a party": appended(
        CONTACTS, '\n[parties.wetter]\nmandate = "M-1"\nmandate_signed = "2023-01-01"\n'
    ),
    "a template put in": added("vorlagen/texts.toml", 'pay = "Bitte zahlen Sie bar."\n'),
    "a letterhead put in": added("vorlagen/briefkopf.html", "<p>x</p>\n"),
    "kept content changed": first(_KEPT, "*", bytes_of(lambda found: found + b" ")),
    "kept content gone": first(_KEPT, "*", Path.unlink),
    "kept content under another name": first(_KEPT, "*", lambda path: path.rename(path.with_name("0" * 64))),
    "kept content that is a link": first(_KEPT, "*", _relinked),
}
