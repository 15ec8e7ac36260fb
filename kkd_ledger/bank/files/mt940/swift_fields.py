"""SWIFT MT940 and MT942 files → fields: tag, text and line number, message by message."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kkd_ledger.bank.files.characters import encoding_of

_TAGS: Final = frozenset(
    "13 13C 13D 20 21 25 25P 28 28C 34F 60F 60M 61 62F 62M 64 65 86 90C 90D NS".split()  # noqa: SIM905
)
_TAG = re.compile(r"\s?:([0-9]{2}[A-Z]?|NS):")
_BEGUN_TAG = re.compile(r"\s?:(?:[0-9]{1,2}[A-Z]?|N|NS)?\s*")
_CLOSING: Final = frozenset({"62F", "62M", "64", "65", "90C", "90D"})
_TIME_BROKEN = re.compile(r"[0-9]T[0-9]{2}$")
_REST_OF_TIME = re.compile(r":[0-9]{2}:[0-9]{2}(?![0-9])")
_LINE_LENGTH: Final = 65
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ENDINGS: Final = ("-", "{", " ", "\t")


@dataclass(slots=True)
class SwiftField:
    """One field of a message; `lines` are its lines as they stand."""

    tag: str
    lines: list[str]
    number: int
    chars: int = 0
    too_long: bool = False

    def add(self, line: str, chars_max: int) -> None:
        """Add a line, unless the field has become longer than any bank writes one."""
        self.chars += len(line) + 1
        self.too_long = self.chars > chars_max
        if not self.too_long:
            self.lines.append(line)

    @property
    def text(self) -> str:
        """Return the field in one piece: lines that were broken at their full length join without a blank."""
        text, room = "", _LINE_LENGTH - len(f":{self.tag}:")
        full = True
        for line in self.lines:
            text += line if full else f" {line}"
            full = len(line) >= room
            room = _LINE_LENGTH
        return text

    @property
    def packed(self) -> str:
        """Return the field with its line breaks simply taken out, as subfields need it."""
        return "".join(self.lines)


def lines_of(content: bytes) -> Iterator[str]:
    """Yield a file's lines without their ends (CR LF, LF, CR, and @@ of old FinTS); control signs become blanks."""
    with io.TextIOWrapper(
        io.BytesIO(_with_line_ends(content)), encoding_of(content), errors="replace", newline=None
    ) as text:
        for line in text:
            raw = line.rstrip("\n")
            yield raw if raw.isprintable() else _CONTROL.sub(" ", raw)


def _with_line_ends(content: bytes) -> bytes:
    return content if b"\n" in content or b"\r" in content else content.replace(b"@@", b"\n")


def looks_like_mt940(head: bytes) -> bool:
    """Tell whether the first bytes of a file are an MT940 or MT942: they begin a statement, at once or to fill it."""
    beginning = _with_line_ends(head[:8192].removeprefix(b"\xef\xbb\xbf")).replace(b"\r", b"\n")
    if beginning.lstrip().startswith(b":20:"):
        return True
    return bool(
        re.search(rb"(?m)^\s?:20:", beginning) and re.search(rb"(?m)^\s?:(?:25P?|60[FM]|61):", beginning)
    )


def fields(lines: Iterable[str], chars_max: int) -> Iterator[SwiftField]:
    """Yield the fields; what stands before, between and behind messages (headers, trailers) is left out.

    A field longer than `chars_max` is cut there and said to be `too_long`: no bank writes such a field.
    """
    current: SwiftField | None = None
    for number, raw in _with_whole_tags(lines):
        line = raw.rstrip()
        if ":" in line[:2] and (tag := _tag_of(line, current)):
            if current:
                yield current
            text = (raw if tag == "86" else line)[line.index(":", 2) + 1 :]
            current = SwiftField(tag, [text[:chars_max]], number, len(text), too_long=len(text) > chars_max)
        elif not current:
            continue
        elif line[:1] in _ENDINGS and _ends_message(line, current):
            yield current
            current = None
        elif line:
            current.add(raw if current.tag == "86" else line, chars_max)
    if current:
        yield current


def _with_whole_tags(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers; one that a bank broke within a tag (`:` and `86:…`) comes with the next one."""
    begun = ""
    for number, line in enumerate(lines, start=1):
        if begun:
            whole = begun.strip() + line.lstrip()
            if (match := _TAG.match(whole)) and match[1] in _TAGS:
                begun = ""
                yield number - 1, whole
                continue
            yield number - 1, begun
            begun = ""
        if _BEGUN_TAG.fullmatch(line):
            begun = line
        else:
            yield number, line
    if begun:
        yield number, begun


def _tag_of(line: str, current: SwiftField | None) -> str:
    """Return the tag that a line begins with; a broken time such as `…T13` / `:12:11` is no tag."""
    match = _TAG.match(line)
    if not match or match[1] not in _TAGS:
        return ""
    if (
        current
        and current.tag == "86"
        and _REST_OF_TIME.match(line)
        and _TIME_BROKEN.search(current.lines[-1])
    ):
        return ""
    return match[1]


def _ends_message(line: str, current: SwiftField) -> bool:
    """Tell whether a line closes the message: a lone hyphen; behind the balances also a trailer or the next header."""
    stripped = line.strip()
    return (
        stripped == "-"
        or stripped.startswith("-}")
        or (stripped[:1] in {"-", "{"} and current.tag in _CLOSING)
    )
