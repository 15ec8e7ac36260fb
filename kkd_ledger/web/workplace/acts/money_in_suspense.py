"""Money that nobody could place, beside the form that places it: who sent it, why it is unclear, where it fits best."""

from __future__ import annotations

from collections.abc import Mapping

from kkd_ledger.book.state.items import Item, SuspenseItem
from kkd_ledger.matching.party_names import name_words
from kkd_ledger.money import format_eur
from kkd_ledger.web.workplace.acting.action import FormSupplement
from kkd_ledger.web.workplace.acts import choices
from kkd_ledger.web.workplace.blocks import Asked, Block, FactList, Sentence, Sentences
from kkd_ledger.web.workplace.snapshot import Snapshot
from kkd_ledger.web.workplace.tables import Cell
from kkd_ledger.work.corrections.clearing import takes
from kkd_ledger.work.decisions.proposals import GivesBack, ItemProposal, Way


def money_of(snapshot: Snapshot, number: str) -> SuspenseItem | None:
    """Return the unclear money that an entry holds, by its number; None where it holds none."""
    monies = snapshot.overview.claims.suspense.values()
    return next((money for money in monies if money.number == number), None)


def money_blocks(asked: Asked, money: SuspenseItem) -> list[Block]:
    """Return what is known of the money, and what it probably is."""
    facts = FactList(
        "Das Geld",
        [
            ("Eingang von" if money.cents > 0 else "Ausgang an", Cell(money.payee or "ohne Namen")),
            ("Betrag", Cell(format_eur(abs(money.cents)))),
            ("Tag der Bank", Cell(money.day)),
            ("Verwendungszweck", Cell(money.text or "keiner")),
            ("Buchung", Cell(money.number, asked.entry(money.number))),
        ],
    )
    ways = ways_of(asked.snapshot, money)
    said = [Sentence(way.text) for way in ways]
    return [facts, Sentences("Was es wahrscheinlich ist", said)] if said else [facts]


def money_supplement(asked: Asked, texts: Mapping[str, str]) -> FormSupplement:
    """Return the money that a form is about, beside it."""
    money = money_of(asked.snapshot, texts.get("nr", ""))
    return FormSupplement(money_blocks(asked, money) if money else ())


def ways_of(snapshot: Snapshot, money: SuspenseItem) -> tuple[Way, ...]:
    """Return what the money probably is, the likeliest first; nothing while that is still being reckoned."""
    return (snapshot.ways or {}).get(money.key, ())


def fitting_places(snapshot: Snapshot, money: SuspenseItem) -> choices.Choices:
    """Return where the money fits, best first: as proposed, of its payer and amount, then what is due longest."""
    proposed = [place for way in ways_of(snapshot, money) if (place := _place(snapshot, way))]
    payer = name_words(money.payee)

    def distance(item: Item) -> tuple[bool, bool]:
        is_other = not payer or name_words(snapshot.name(item.party)) != payer
        return (is_other, abs(item.open_cents) != abs(money.cents))

    fitting = [item for item in snapshot.items if takes(item, money.cents)]
    items = [(item.posten, choices.item_words(snapshot, item)) for item in sorted(fitting, key=distance)]
    return [*proposed, *items]


def _place(snapshot: Snapshot, way: Way) -> tuple[str, str] | None:
    if isinstance(way, ItemProposal):
        return (
            way.item.posten,
            f"{choices.item_words(snapshot, way.item)} (Vorschlag: {'; '.join(way.reasons)})",
        )
    if isinstance(way, GivesBack) and way.number and (other := money_of(snapshot, way.number)):
        return way.number, f"{choices.money_words(other)} (Vorschlag: {'; '.join(way.reasons)})"
    return None
