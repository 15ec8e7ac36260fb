"""Letterhead, layouts and words of all letters: ours, and in their place what a town keeps in a folder of its own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, Final

from kkd_ledger import toml
from kkd_ledger.book.config import Book
from kkd_ledger.errors import InvoiceRefused, Problem
from kkd_ledger.fields import nearest
from kkd_ledger.paper import Attachment, Hybrid, Printer

OURS: Final = Path(__file__).resolve().parent / "templates"
FOLDER: Final = "vorlagen"
LETTERHEAD: Final = "letter.typ"
TEXTS: Final = "texts.toml"
_SELF_BILLED: Final = "gutschrift"
_NO_BREAK: Final = "\u00a0"
_TOGETHER: Final = re.compile(
    r"\d (?:EUR|%)|§§? \d+[a-z]?(?: Abs\. \d+)?(?: Nr\. \d+)?(?: Satz \d+)?|(?:Abs\.|Nr\.|Satz|Art\.) \d+|a\. F\."
)


def folder_of(book: Book, chosen: Path | None = None) -> Path | None:
    """Return where a book's own stationery lies: the chosen folder, or `vorlagen` beside book.toml; None without."""
    folder = book.root / FOLDER
    return chosen or (folder if folder.is_dir() else None)


class Stationery:
    """The files of `own`, and ours for each that is missing there; texts fall back one by one.

    Raise InvoiceRefused where the own texts are broken, name something that cannot be put in, or call a correction a
    Gutschrift (that is an invoice by the buyer, UStG § 14 Abs. 2 Satz 5).
    """

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._printers: dict[str, Printer] = {}

    def printer(self, layout: str) -> Printer:
        """Return the printer of a layout (`demand.typ`, …) behind the letterhead; it is made once."""
        if layout not in self._printers:
            self._printers[layout] = Printer(self._file(layout), letterhead=self._file(LETTERHEAD))
        return self._printers[layout]

    def render(
        self,
        layout: str,
        data: Mapping[str, Any],
        *,
        day: dt.date,
        attachments: Sequence[Attachment] = (),
        hybrid: Hybrid | None = None,
    ) -> bytes:
        """Return a letter as PDF, dated `day`; what belongs together stays on one line (§ 5 Abs. 1, 12,30 EUR)."""
        return self.printer(layout).render(_unbroken(data), day=day, attachments=attachments, hybrid=hybrid)

    def say(self, key: str, /, **values: object) -> str:
        """Return a text with its values put in."""
        return self._texts[key].format(**values)

    def knows(self, key: str) -> bool:
        """Tell whether there is a text of this key."""
        return key in self._texts

    def _file(self, name: str) -> Path:
        own = self._own / name if self._own else OURS / name
        return own if own.exists() else OURS / name

    @cached_property
    def _texts(self) -> dict[str, str]:
        ours, file = _words(OURS / TEXTS), self._file(TEXTS)
        if file.parent == OURS:
            return ours
        own = _words(file)
        if problems := [problem for key, text in own.items() for problem in _wrong(file, key, text, ours)]:
            raise InvoiceRefused(problems)
        return ours | own


def _words(file: Path) -> dict[str, str]:
    return dict(_flat(toml.loads(toml.read(file, InvoiceRefused), str(file), InvoiceRefused)))


def _unbroken(value: Any) -> Any:
    if isinstance(value, str):
        return _TOGETHER.sub(lambda match: match[0].replace(" ", _NO_BREAK), value)
    if isinstance(value, Mapping):
        return {key: part if key == "qr" else _unbroken(part) for key, part in value.items()}
    return [_unbroken(part) for part in value] if isinstance(value, list | tuple) else value


def _flat(table: Mapping[str, Any], front: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{front}{key}.")
        else:
            yield f"{front}{key}", value


def _wrong(file: Path, key: str, text: object, ours: Mapping[str, str]) -> Iterator[Problem]:
    if key not in ours:
        yield Problem(
            str(file),
            key,
            "unbekannter Text",
            nearest(key, ours) or "die Namen aus der mitgelieferten texts.toml",
        )
        return
    allowed = _names(ours[key])
    named = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "kein Platzhalter"
    try:
        unknown = _names(text) - allowed if isinstance(text, str) else {repr(text)}
    except ValueError as error:
        unknown = {str(error)}
    if unknown:
        yield Problem(str(file), key, ", ".join(sorted(unknown)), f"ein Text mit: {named}")
    elif _SELF_BILLED in str(text).lower():
        yield Problem(
            str(file), key, str(text), "Korrektur; Gutschrift heißt nur die Rechnung der Empfängerin"
        )


def _names(text: str) -> set[str]:
    """Return what a text puts in; a conversion, a format or a part of a value counts as a name of its own."""
    return {
        f"{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}"
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }
