"""Offene Posten: both directions, by party and due day, how long they have been due; and one item with its entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from kkd_ledger import german
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.web.workplace.blocks import Asked, Content, FactList, TableBlock, WorkplacePage
from kkd_ledger.web.workplace.charts import Bar, bars
from kkd_ledger.web.workplace.pages.home_page import direction
from kkd_ledger.web.workplace.pages.journal_page import entries_table
from kkd_ledger.web.workplace.tables import Cell, ColumnKind, Offer, Table, TableColumn, euro

_AGES: Final = (
    (0, "noch nicht fällig"),
    (30, "bis 30 Tage"),
    (90, "31 bis 90 Tage"),
    (365, "91 Tage bis 1 Jahr"),
)
_OLDEST: Final = "über 1 Jahr"


def _items(asked: Asked) -> Content:
    snapshot = asked.snapshot
    owed = [item for item in snapshot.items if item.dues]
    table = Table.of(
        "Offene Posten",
        (
            TableColumn("posten", "Posten"),
            TableColumn("beteiligte", "Beteiligte"),
            TableColumn("jahr", "Leistungsjahr"),
            TableColumn("richtung", "Richtung"),
            TableColumn("faellig", "Fällig", ColumnKind.DAY),
            TableColumn("gefordert", "gefordert", ColumnKind.AMOUNT),
            TableColumn("offen", "offen", ColumnKind.AMOUNT),
        ),
        [_row(asked, item) for item in owed],
        _foot(asked, owed),
        "Nichts ist offen: Alles ist bezahlt.",
    )
    lead = f"Stand {german.day(snapshot.today)}; {german.count(len(owed), 'Posten', 'Posten')}"
    return Content("Offene Posten", lead, [TableBlock(table, _chart(asked, owed))], _here(asked))


def _here(asked: Asked) -> Sequence[Offer]:
    balances = Offer("Abstimmung", asked.to("abstimmung"))
    return balances, *asked.offers(
        ("sollstellung", "Sollstellung", {}),
        ("anforderungen", "Anforderungen schreiben", {}),
        ("erinnern", "Erinnern und mahnen", {}),
        ("zahlen", "Zahlungslauf", {}),
        ("einziehen", "Lastschriftlauf", {}),
        ("lauf-zurueck", "Lauf zurücknehmen", {}),
    )


def _row(asked: Asked, item: Item) -> Sequence[Cell]:
    snapshot, late = asked.snapshot, item.due_by(asked.snapshot.today)
    words = f"{euro(late)} EUR fällig" if late and late != abs(item.open_cents) else ""
    return (
        Cell(item.posten, asked.to("posten", item.posten), offers=_about(asked, item)),
        Cell(snapshot.name(item.party), asked.party(item.party)),
        Cell(snapshot.year_name(item.service_year)),
        Cell(direction(snapshot, item.sign)),
        Cell(item.due_on, note=words, mood="danger" if item.due_on < snapshot.today else ""),
        Cell(abs(item.claimed_cents)),
        Cell(abs(item.open_cents)),
    )


def _about(asked: Asked, item: Item) -> Sequence[Offer]:
    """Return what can be done about one item."""
    return asked.offers(
        ("stunden", "Stunden", {"posten": item.posten}),
        ("erlassen", "Erlassen", {"posten": item.posten}),
        ("aufrechnen", "Aufrechnen", {"erster": item.posten}),
        ("zahlen", "Zahlen", {"posten": item.posten}),
    )


def _foot(asked: Asked, owed: Sequence[Item]) -> Sequence[Cell]:
    """Return the sums, each direction by itself: what we are owed and what we owe are never one figure."""
    if len(owed) < 2:
        return ()
    sums = Counter[int]()
    for item in owed:
        sums[item.sign] += abs(item.open_cents)
    words = "; ".join(
        f"{direction(asked.snapshot, sign)} {euro(cents)} EUR"
        for sign, cents in sorted(sums.items(), reverse=True)
    )
    single = next(iter(sums.values())) if len(sums) == 1 else None
    return (Cell("Summe"), Cell(""), Cell(None), Cell(words), Cell(None), Cell(None), Cell(single))


def _chart(asked: Asked, owed: Sequence[Item]) -> str:
    sums = Counter[str]()
    for item in owed:
        for due in item.dues:
            days = (asked.snapshot.today - due.day).days
            sums[next((word for limit, word in _AGES if days <= limit), _OLDEST)] += due.cents
    ages = [*(word for _, word in _AGES), _OLDEST]
    rows = [
        Bar(age, [(sums[age], "kkd-open" if age == ages[0] else "kkd-late")], f"{euro(sums[age])} EUR")
        for age in ages
        if sums[age]
    ]
    return bars("Offene Beträge nach dem Alter ihrer Fälligkeit", rows)


def _item(asked: Asked) -> Content | None:
    snapshot, posten = asked.snapshot, str(asked.named["posten"])
    item = snapshot.overview.claims.items.get(posten)
    if item is None:
        return None
    entries = snapshot.journal.naming(posten)
    facts = FactList(
        "Stand",
        [
            ("Beteiligte", Cell(snapshot.name(item.party), asked.party(item.party))),
            (
                "Leistungsjahr",
                Cell(
                    snapshot.year_name(item.service_year), asked.to("anteile", item.party, item.service_year)
                ),
            ),
            ("Richtung", Cell(direction(snapshot, item.sign))),
            ("Kassenzeichen", Cell(item.reference)),
            ("Dokument", Cell(item.document, _paper(asked, item.document))),
            ("Gefordert", Cell(f"{euro(abs(item.claimed_cents))} EUR")),
            *_inside(item),
            ("Offen", Cell(f"{euro(abs(item.open_cents))} EUR")),
            *((f"Fällig {german.day(due.day)}", Cell(f"{euro(due.cents)} EUR")) for due in item.dues),
        ],
    )
    return Content(
        f"Posten {posten}",
        snapshot.name(item.party),
        [facts, TableBlock(entries_table(asked, entries, "Buchungen"))],
        () if item.settled else _about(asked, item),
    )


def _inside(item: Item) -> Sequence[tuple[str, Cell]]:
    """Return how much of a lead town's own item was settled inside the house, where anything was."""
    cents = item.internal_cents
    return [("Intern verrechnet", Cell(f"{euro(cents)} EUR"))] if cents else []


def _paper(asked: Asked, number: str) -> str:
    """Return the address of the PDF of a document by its number; empty where the ledger names none."""
    paths = (document.path for document in asked.snapshot.documents)
    name = f"{v.DOCUMENTS}/{number}"
    mine = (
        path
        for path in paths
        if number and path.endswith(".pdf") and path.startswith((f"{name}-", f"{name}."))
    )
    return asked.to("dokument", path) if (path := next(mine, "")) else ""


PAGES: Final = (
    WorkplacePage("posten", "Offene Posten", _items, is_kept=True),
    WorkplacePage("posten/<posten>", "", _item, is_kept=True),
)
