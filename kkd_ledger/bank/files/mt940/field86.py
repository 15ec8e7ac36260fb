"""Field 86 of an MT940: German subfields ?00 to ?63 with SEPA keywords, other layouts as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kkd_ledger.bank.files.characters import one_line, reference_of
from kkd_ledger.bank.files.mt940.swift_fields import SwiftField
from kkd_ledger.references import is_iban

_HEAD = re.compile(r"\s?(?:([0-9]{3})([^0-9A-Za-z\s])(?=[0-9]{2})|()([?>])(?=[0-36][0-9]))")
_UNSTRUCTURED = re.compile(r"([0-9]{3})(?=[A-Z ])")
_KEYWORD = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|BREF|RREF|IBAN|BIC)\+"
    r"|\b(EREF|KREF|MREF|CRED|IBAN|BIC|ABWA|ABWE|MTLG): ?"
)
_IBAN_IN_TEXT = re.compile(r"(?:DE(?: ?[0-9]){20}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}(?![A-Za-z0-9]))")
_ONE_WORD = re.compile(r"\S*")
_OF_ONE_WORD: Final = frozenset({"EREF", "KREF", "MREF", "CRED", "BIC"})
_PIECE: Final = 27
_REMITTANCE_CODES: Final = (*(f"{code}" for code in range(20, 30)), *(f"{code}" for code in range(60, 64)))
_NS_REMITTANCE: Final = tuple(f"{code:02}" for code in range(1, 15))


@dataclass(slots=True)
class Details:
    """What field 86 says about a line."""

    gvc: str = ""
    booking_text: str = ""
    name: str = ""
    iban: str = ""
    bank_code: str = ""
    text_key: str = ""
    remittance: str = ""
    keywords: Mapping[str, str] = field(default_factory=dict)

    def reference(self, keyword: str) -> str:
        """Return a reference that a SEPA keyword carries; fillers are none."""
        return reference_of(self.keywords.get(keyword, ""))


NO_DETAILS: Final = Details(keywords=MappingProxyType({}))


def details_of(source: SwiftField | None) -> Details:
    """Return the details of a field 86 (or NS), empty ones where there is no such field."""
    if source is None:
        return NO_DETAILS
    if source.tag == "NS":
        return _from_ns(source)
    packed = source.packed
    head = _HEAD.match(packed)
    if head:
        return _structured(head[1] or "", _subfields(packed[head.end() - 1 :], head[2] or head[4]))
    code = _UNSTRUCTURED.match(packed)
    text = one_line(source.text)
    plain, keywords = sepa_keywords(text[3:] if code else text)
    return Details(gvc=code[1] if code else "", remittance=_remittance(plain, keywords), keywords=keywords)


def together(sources: Sequence[SwiftField]) -> SwiftField | None:
    """Return the fields 86 behind one line as one: a bank may split what is too long, or add text of its own.

    A second structured field goes on with its subfields, without the code at its head.
    """
    if len(sources) < 2 or sources[0].tag == "NS":
        return sources[0] if sources else None
    first = sources[0]
    structured = bool(_HEAD.match(first.packed))
    lines = list(first.lines)
    for more in sources[1:]:
        head = _HEAD.match(more.packed)
        lines += [more.packed[head.end() - 1 :]] if head and structured else ["", *more.lines]
    return SwiftField(first.tag, lines, first.number)


def _subfields(text: str, mark: str) -> dict[str, str]:
    """Return the subfields by their two digits, repeated ones joined; a mark without two digits is text."""
    subfields: dict[str, str] = {}
    for part in re.split(f"{re.escape(mark)}(?=[0-9]{{2}})", text):
        if part:
            code, value = part[:2], part[2:]
            subfields[code] = f"{subfields[code]} {value}" if code in subfields else value
    return subfields


def _structured(gvc: str, parts: Mapping[str, str]) -> Details:
    text = joined([parts[code] for code in _REMITTANCE_CODES if code in parts])
    plain, keywords = sepa_keywords(text)
    account = "".join(parts.get("31", "").split()).upper()
    return Details(
        gvc=gvc,
        booking_text=one_line(parts.get("00")),
        name=one_line(joined([parts[code] for code in ("32", "33") if code in parts])),
        iban=account or _iban_of(parts),
        bank_code=one_line(parts.get("30")),
        text_key=one_line(parts.get("34")),
        remittance=_remittance(plain, keywords),
        keywords=keywords,
    )


def _remittance(plain: str, keywords: Mapping[str, str]) -> str:
    return one_line(" ".join(filter(None, (plain, keywords.get("SVWZ", ""), keywords.get("MTLG", "")))))


def _iban_of(parts: Mapping[str, str]) -> str:
    """Return an IBAN of subfield 38, which some banks use beside 31."""
    account = "".join(parts.get("38", "").split()).upper()
    return account if account and is_iban(account) else ""


def joined(pieces: list[str]) -> str:
    """Join pieces of 27 signs: a full piece was cut anywhere, a shorter one ended where a word ends."""
    text = ""
    for number, piece in enumerate(pieces):
        full = number > 0 and len(pieces[number - 1]) >= _PIECE
        text += piece if full or not text else f" {piece}"
    return text


def sepa_keywords(text: str) -> tuple[str, dict[str, str]]:
    """Return the text that no keyword claims, and each keyword's value; nothing of the text is lost.

    Remittance (SVWZ) that comes in parts is joined. Of other keywords that come twice the first counts, and what
    the others say otherwise is text, as is what follows the one word of `IBAN: DE… BIC: …`.
    """
    if "+" not in text and ":" not in text:
        return one_line(text), {}
    marks = list(_KEYWORD.finditer(text))
    keywords: dict[str, str] = {}
    plain = [text[: marks[0].start()] if marks else text]
    for mark, following in zip(marks, [*marks, None][1:], strict=True):
        said = one_line(text[mark.end() : following.start() if following else None])
        keyword = mark[1] or mark[2]
        value, behind = (said, "") if mark[1] else _one_word(keyword, said)
        if keyword == "SVWZ" or keywords.setdefault(keyword, value) != value:
            behind = f"{value} {behind}"
        if keyword == "SVWZ" or "SVWZ" in keywords:
            keywords["SVWZ"] = f"{keywords.get('SVWZ', '')} {behind}".strip()
        else:
            plain.append(behind)
    return one_line(" ".join(plain)), keywords


def _one_word(keyword: str, said: str) -> tuple[str, str]:
    """Return the value of a keyword with a colon, which a payer may have written, and the text behind it."""
    word = None
    if keyword == "IBAN":
        word = _IBAN_IN_TEXT.match(said)
    elif keyword in _OF_ONE_WORD:
        word = _ONE_WORD.match(said)
    return (word[0], said[word.end() :]) if word else (said, "")


def _from_ns(source: SwiftField) -> Details:
    """Return the details of a field NS: 01-14 remittance, 15-16 name, 17 booking text, 33 and 34 the account."""
    parts = {line[:2]: line[2:] for line in source.lines if line[:2].isdigit()}
    return Details(
        booking_text=one_line(parts.get("17")),
        name=one_line(joined([parts[code] for code in ("15", "16") if code in parts])),
        iban="".join(parts.get("34", "").split()).upper(),
        bank_code=one_line(parts.get("33")),
        remittance=one_line(" ".join(parts[code] for code in _NS_REMITTANCE if code in parts)),
    )
