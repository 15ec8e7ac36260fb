"""Words of the ledger as pages say them: months, states of a year, acts, what stands in a directive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Custom, Euro
from kkd_ledger.money import format_eur
from kkd_ledger.periods import CLOSING_MONTH, BookingMonth

_DEEDS: Final = {
    v.Deed.CERTIFIES: "festgestellt",
    v.Deed.ORDERS: "angeordnet",
    v.Deed.CAUSES: "veranlasst",
    v.Deed.DECIDES: "entschieden",
    v.Deed.PREPARES: "vorbereitet",
    v.Deed.RELEASES: "freigegeben",
    v.Deed.CLOSES: "abgeschlossen",
    v.Deed.REOPENS: "wieder geöffnet",
    v.Deed.CONFIRMS: "bestätigt",
}
_DIRECTIVES: Final = {
    v.CustomType.RESOLUTION: "Beschluss",
    v.CustomType.APPROPRIATION: "Haushaltsansatz",
    v.CustomType.FISCAL_YEAR: "Haushaltsjahr",
    v.CustomType.CLOSING_BALANCE: "Saldo am Jahresende",
    v.CustomType.DISPOSITION: "Verfügung",
    v.CustomType.INSTALMENT: "Rate",
    v.CustomType.BATCH: "Buchungsstapel",
}


def month_words(month: BookingMonth) -> str:
    """Return a booking month as people read it.

    >>> month_words(BookingMonth(2024, 3)), month_words(BookingMonth(2023, 13))
    ('März 2024', 'Abschlussbuchungen 2023')
    """
    if month.month == CLOSING_MONTH:
        return f"Abschlussbuchungen {month.year}"
    return german.month(month.first_day)


def state_words(state: str) -> str:
    """Return the state of a year, a kind of appropriation or another word of the ledger without its hyphens.

    >>> state_words("vorläufig-abgeschlossen"), state_words("ausserplanmaessig")
    ('vorläufig abgeschlossen', 'außerplanmäßig')
    """
    return (
        state.replace("-", " ")
        .replace("ausser", "außer")
        .replace("ueber", "über")
        .replace("maessig", "mäßig")
    )


def deed_words(deed: str) -> str:
    """Return what somebody did by an act: „veranlasst“; a word that we do not know as it stands."""
    return _DEEDS.get(v.Deed(deed), deed) if deed in set(v.Deed) else deed


def act_words(values: Sequence[object]) -> str:
    """Return an act in a sentence, from the values of its directive."""
    number, deed, person, role, day = (*values, *[""] * 5)[:5]
    acted_as = f" (als {role})" if role else ""
    return f"Akt {number}: {deed_words(str(deed))} von {person}{acted_as} am {value_words(day)}"


def directive_words(record: Custom) -> str:
    """Return in German what a directive says; empty for what only the program needs."""
    if record.kind == v.CustomType.ACT:
        return act_words(record.values)
    if record.kind in {v.CustomType.RECORD, v.CustomType.BASIS}:
        return ""
    if record.kind == v.CustomType.MONTH and record.values:
        return f"Buchungsmonat {month_words(BookingMonth.parse(str(record.values[0])))} geöffnet"
    reason = f" ({record.meta[v.REASON]})" if v.REASON in record.meta else ""
    name = next((word for kind, word in _DIRECTIVES.items() if kind == record.kind), record.kind)
    said = " · ".join(filter(None, map(value_words, record.values)))
    return f"{name} {said}{reason}"


def value_words(value: object) -> str:
    """Return a value of a directive as people read it."""
    if isinstance(value, Euro):
        return format_eur(value.cents)
    return german.day(value) if isinstance(value, dt.date) else state_words(str(value))
