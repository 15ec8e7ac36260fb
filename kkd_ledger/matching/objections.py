"""What a payment's text says against a way to place it: another reference, another year, a part, a deduction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kkd_ledger.matching.index import OpenItem
from kkd_ledger.matching.mentions import Mentions, as_read, compact, is_day, one_slip_apart
from kkd_ledger.references import is_payment_reference

_DEDUCTION = re.compile(
    r"\./\.|\babzgl|\babz(?:ü|ue)glich|\bverrechn|\baufgerechn|\bgutschrift|\bskonto|\beinbehalt",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:(?:halbjahres|jahres|monats|quartals|teil)?rate|abschlag|teil(?:zahlung|betrag)|anzahlung)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"\b(?:(?:kassen|buchungs)z(?:eichen|\.)|rechnung(?:s?-?(?:nr|nummer))?|re|rg|rnr)[ .:-]*(?:nr[ .:]*)?"
    r"((?:[A-Z]{1,6}[/-])?(?:[0-9A-Z]*[0-9][0-9A-Z]*[ ./-]?)+)",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"(?<![0-9A-Za-z/-])[A-Z]{2,6}[ /-]20[0-9]{2}[ /-](?!20[0-9]{2}\b)[0-9]{1,6}(?![0-9A-Za-z/-])",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[A-Z]+|[0-9]+")
_MARK_DIGITS_MIN: Final = 5
_DATE = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.(?:20)?[0-9]{2}")
_YEARS = re.compile(r"(?<![\w./-])20[0-9]{2}(?:[/-]20[0-9]{2})*(?![\w/-]|[.,][0-9])")
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")


def contradiction(mentions: Mentions, settled: str, items: Iterable[OpenItem]) -> str:
    """Return in German why a way that the line does not refer to is doubtful: the line refers to something else.

    Empty where it does not. A reference of the items themselves, cut short or misread by a machine, is nothing else.
    """
    if mentions.references or mentions.near:
        return settled or f"die Zahlung nennt {(mentions.references or mentions.near[0])[0]}"
    ours = [as_read(compact(item.payment_reference)) for item in items] if mentions.foreign else []
    for foreign in mentions.foreign:
        if not any(own.startswith(as_read(foreign)) for own in ours):
            return f"die Zahlung nennt das fremde Kassenzeichen {foreign}"
    return ""


def slip(typed: str, reference: str, mentions: Mentions) -> str:
    """Return in German why it is not sure which reference a mistyped one means; empty where it is."""
    if len({meant for _, meant in mentions.near}) > 1:
        return "der Schreibfehler lässt mehrere Kassenzeichen zu"
    if typed in mentions.foreign:
        return f"die Zahlung nennt das fremde Kassenzeichen {typed}"
    if not is_payment_reference(reference):
        return "ein Kassenzeichen ohne Prüfziffer wird nicht von selbst berichtigt"
    return "" if one_slip_apart(typed, reference) else "mehr als ein Zeichen des Kassenzeichens weicht ab"


def deduction(text: str) -> str:
    """Return in German the doubt about a part payment whose text names a deduction; empty where it names none."""
    match = _DEDUCTION.search(text)
    return f"der Text nennt einen Abzug („{match[0]}“)" if match else ""


def part(text: str) -> str:
    """Return in German the doubt about a whole payment whose text names a part; empty where it names none."""
    match = _PART.search(text)
    return f"der Text nennt einen Teil („{match[0]}“)" if match else ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a text says that it pays: numbers behind a word like Kassenzeichen (compact → spelled), and years.

    `documents` are numbers in the form of our document numbers, leading zeros or not; they count where the item's begin
    alike. What a debtor pays is for what the debtor says (BGB § 366 Abs. 1), and equal shares fall due year after year.
    """

    numbers: Mapping[str, tuple[str, str]]
    years: Sequence[str]
    documents: Sequence[str] = ()

    def doubt(self, items: Iterable[OpenItem]) -> str:
        """Return in German why the text pays something else than these items: another number or year; else empty."""
        paid = list(items)
        number = self._other_number(paid) or self._other_document(paid)
        return f"die Zahlung nennt {number}" if number else self._other_year(paid)

    def _other_number(self, paid: Sequence[OpenItem]) -> str:
        """Return a number of the text, as it is spelled there, that ends like none of the items' numbers."""
        written = _written(paid) if self.numbers else []
        for number, (mark, spelled) in self.numbers.items():
            said = _parts(mark)
            alike = any(_parts(own)[-len(said) :] == said for own in written)
            if not alike and not any(own in number or own.endswith(number) for own in map(compact, written)):
                return spelled
        return ""

    def _other_document(self, paid: Sequence[OpenItem]) -> str:
        """Return a document number of the text that begins like those of the items and is none of theirs."""
        parts = [_parts(number) for number in _written(paid)] if self.documents else []
        for document in self.documents:
            said = _parts(document)
            if said not in parts and any(own[:1] == said[:1] for own in parts):
                return document
        return ""

    def _other_year(self, paid: Sequence[OpenItem]) -> str:
        """Return in German that one of the items is of none of the text's years."""
        other = self.years and any(set(self.years).isdisjoint(_years_of(item)) for item in paid)
        return f"der Text nennt das Jahr {self.years[0]}" if other else ""


def _written(items: Iterable[OpenItem]) -> list[str]:
    """Return the payment references and document numbers of items, as they are written."""
    numbers = (number for item in items for number in (item.payment_reference, item.document))
    return [number for number in numbers if number]


def purpose(text: str) -> Purpose:
    """Return what a text says that it pays."""
    marks = {
        compact(match[1]): (match[1], match[0].strip())
        for match in _MARK.finditer(text)
        if _is_number(match[1])
    }
    years = [year for match in _YEARS.finditer(text) for year in _YEAR.findall(match[0])]
    return Purpose(marks, years, [match[0] for match in _DOCUMENT.finditer(text)])


def _parts(number: str) -> tuple[str, ...]:
    """Return a number's letters and digits apart, without leading zeros: `KKD-2024-14` is `KKD-2024-00014`.

    >>> _parts("KKD-2024-00014")
    ('KKD', '2024', '14')
    """
    return tuple(part.lstrip("0") or "0" for part in _PARTS.findall(number.upper()))


def _is_number(mark: str) -> bool:
    digits = sum(map(str.isdigit, mark))
    return digits >= _MARK_DIGITS_MIN and not (_DATE.match(mark) or is_day(mark.strip()))


def _years_of(item: OpenItem) -> list[str]:
    """Return an item's service year, which its name tells; of another name those of its number and its due day."""
    return _YEAR.findall(item.posten) or [str(item.due.year), *_YEAR.findall(item.document or "")]
