"""What forms offer to choose from: open items, unclear money, months, parties; and fields that many forms have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting import form_fields as fields
from kkd_ledger.web.workplace.acting.form_fields import Field
from kkd_ledger.web.workplace.page_words import month_words
from kkd_ledger.web.workplace.snapshot import Snapshot, amount_of

Choices = Sequence[tuple[str, str]]
CHOICES_MAX: Final = 500
"""How many a form offers; what is not among them is typed."""


def open_items(snapshot: Snapshot) -> Choices:
    """Return the open items, the longest due first."""
    return [(item.posten, item_words(snapshot, item)) for item in snapshot.items[:CHOICES_MAX]]


def payable_items(snapshot: Snapshot) -> Choices:
    """Return the open items on which this book's party owes."""
    return [(posten, words) for posten, words in open_items(snapshot) if _item(snapshot, posten).sign < 0]


def collectable_items(snapshot: Snapshot) -> Choices:
    """Return the open items on which something is owed to this book's party."""
    return [(posten, words) for posten, words in open_items(snapshot) if _item(snapshot, posten).sign > 0]


def all_items(snapshot: Snapshot) -> Choices:
    """Return the items, also settled ones, the newest first."""
    items = list(snapshot.overview.claims.items.values())[::-1]
    return [(item.posten, item_words(snapshot, item)) for item in items[:CHOICES_MAX]]


def item_words(snapshot: Snapshot, item: Item) -> str:
    """Return an item as people know it: whose it is, of which year, how much is open, due when; its name last."""
    left = f"offen {format_eur(abs(item.open_cents))}" if item.open_cents else "nichts offen"
    due = f"fällig {german.day(item.due_on)}" if item.open_cents else ""
    year = snapshot.year_name(item.service_year)
    return " · ".join(filter(None, (snapshot.name(item.party), year, left, due, item.document, item.posten)))


def _item(snapshot: Snapshot, posten: str) -> Item:
    return snapshot.overview.claims.items[posten]


def suspense_money(snapshot: Snapshot) -> Choices:
    """Return the money that nobody has placed, oldest first."""
    monies = sorted(snapshot.overview.claims.suspense.values(), key=lambda money: (money.day, money.number))
    return [(money.number, money_words(money)) for money in monies[:CHOICES_MAX]]


def money_words(money: SuspenseItem) -> str:
    """Return unclear money as people know it: from whom or to whom, how much, when, what for; its entry last."""
    way = "Eingang" if money.cents > 0 else "Ausgang"
    what = f"{way} {format_eur(abs(money.cents))}"
    purpose = f"„{money.text}“" if money.text else ""
    return " · ".join(
        filter(None, (money.payee or "ohne Namen", what, german.day(money.day), purpose, money.number))
    )


def entry_words(entry: Transaction) -> str:
    """Return an entry as people know it: with whom, what, how much, when; its number last."""
    parts = (entry.payee, entry.narration, format_eur(amount_of(entry)), german.day(entry.date))
    return " · ".join(filter(None, (*parts, entry.text(v.NUMBER))))


def months_open(snapshot: Snapshot) -> Choices:
    """Return the months that are not closed, in their order."""
    return [
        (str(month), month_words(month)) for month in snapshot.months if month not in snapshot.chain.seals
    ]


def months_closed(snapshot: Snapshot) -> Choices:
    """Return the closed months, the newest first."""
    return [(str(month), month_words(month)) for month in reversed(snapshot.chain.months)]


def parties(snapshot: Snapshot) -> Choices:
    """Return the parties beside the operator, by name."""
    agreement = snapshot.book.agreement
    return [(member.id, member.name) for member in agreement.parties() if member.id != agreement.operator]


def reason(what: str, *, start: str = "") -> Field:
    """Return the field for a reason that stays in the book."""
    sentence = f"{what} Der Grund steht auf Dauer im Buch."
    return Field("grund", "Grund", sentence, fields.words, start=start, blamed=("Grund",))


def order_text(example: str = "Stundung auf Antrag vom 03.05., wirtschaftliche Härte") -> Field:
    """Return the field for an order and its reason."""
    sentence = f"Die Verfügung mit ihrem Grund, zum Beispiel „{example}“."
    return Field("anordnung", "Anordnung und Grund", sentence, fields.words)


def amount(help: str, *, is_required: bool = False) -> Field:  # noqa: A002 - as the field has it
    """Return the field for an amount."""
    blamed = ("Betrag", "höchstens", "mehr als 0,00 EUR")
    return Field("betrag", "Betrag in Euro", help, fields.cents, is_required, blamed=blamed)


def posten(label: str, help: str, suggestions: Choices, name: str = "posten") -> Field:  # noqa: A002
    """Return the field for an item, which is found by the name of its party too."""
    return Field(
        name,
        label,
        help,
        fields.words,
        suggestions=suggestions,
        blamed=("Posten", "auf dem Posten"),
        finds=True,
    )


def several_items(label: str, help: str, offered: Choices) -> Field:  # noqa: A002
    """Return the field for some items of those that are offered; none chosen means all of them."""
    return Field(
        "posten",
        label,
        help,
        fields.several,
        is_required=False,
        choices=offered,
        several=True,
        blamed=("Posten",),
    )


def service_year(snapshot: Snapshot, *, is_required: bool = True, start: str = "") -> Field:
    """Return the field for a service year."""
    agreement = snapshot.book.agreement
    last = agreement.service_year.of(snapshot.today)
    years = range(agreement.first_year, last + 1)
    sentence = f"Leistungsjahr, zum Beispiel {agreement.year_name(years[-1] if years else last)}."
    suggestions = [(agreement.year_name(year), "") for year in reversed(years)]
    return Field(
        "jahr",
        "Leistungsjahr",
        sentence,
        lambda text: agreement.service_year.meant(fields.service_year(text)),
        is_required,
        suggestions=suggestions,
        start=start or (agreement.year_name(last) if is_required else ""),
    )
