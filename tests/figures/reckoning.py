"""A second reckoning: the plain text of a book, read and summed on its own, for what the program tells people.

Nothing of kkd_ledger is used here, not even its words for things: whoever doubts a figure can check it with this page
and a pencil. Cents are whole numbers; an item's amounts are positive in its own direction.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

_HEAD = re.compile(r'(\d{4}-\d\d-\d\d) (?:\* (?P<title>.*)|custom "([a-z]+)" (.*))', re.ASCII)
_LEG = re.compile(r"  ((?:Aktiva|Passiva|Eigenkapital|Erträge|Aufwendungen):\S+) +(-?\d+)\.(\d\d) EUR")
_FACT = re.compile(r'( {2,4})([a-z0-9-]+): "?([^"]*)"?')
_WORDS = re.compile(r'"([^"]*)"|(\S+)')
CLAIMS = {"kostenbeteiligung", "foerderung", "korrektur"}
MONEY = {"zahlung", "rueckgabe", "klaerung"}


@dataclass
class Leg:
    """One leg of an entry."""

    account: str
    cents: int
    facts: dict[str, str] = field(default_factory=dict)


@dataclass
class Entry:
    """An entry with its `title` (payee and text), or with `words` a custom line."""

    day: dt.date
    custom: str = ""
    words: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)
    title: str = ""


@dataclass
class Item:
    """An open item: what was claimed, and what settled it in which way; `plan` is what was ordered of its dues.

    Of its `moves` so many had been made when that was ordered (`ordered_after`).
    """

    name: str
    party: str
    service_year: int
    year: int
    sign: int
    income: bool
    due: dt.date
    claimed: int = 0
    moved: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    plan: list[tuple[dt.date, int]] = field(default_factory=list)
    moves: list[tuple[dt.date, int]] = field(default_factory=list)
    tax: int = 0
    in_rates: bool = False
    suspended: bool = False
    ordered_after: int = 0
    reference: str = ""

    @property
    def open(self) -> int:
        return self.claimed - sum(self.moved.values())

    @property
    def dues(self) -> list[tuple[dt.date, int]]:
        """When what is open falls due, first day first: of instalments the last ones are open longest."""
        left, found = self.open, []
        for on, cents in reversed(self.plan or [(self.due, self.open)]):
            if part := min(left, cents):
                found.insert(0, (on, part))
                left -= part
        if left:  # it came back after the order
            first = found.pop(0)
            found.insert(0, (self.plan[0][0], first[1] + left))
        return found


def entries(book: Path) -> Iterator[Entry]:
    """Yield what stands in the month files, in their order."""
    for file in sorted(book.glob("[0-9]*/*.beancount")):
        one = None
        for line in file.read_text(encoding="utf-8").splitlines():
            if head := _HEAD.match(line):
                words = tuple(first or second for first, second in _WORDS.findall(head[4] or ""))
                one = Entry(dt.date.fromisoformat(head[1]), head[3] or "", words, title=head["title"] or "")
                yield one
            elif not line.startswith("  "):
                one = None
            elif one and (leg := _LEG.fullmatch(line)):
                one.legs.append(Leg(leg[1], int(leg[2] + leg[3])))
            elif one and (fact := _FACT.fullmatch(line)):
                (one.facts if len(fact[1]) == 2 else one.legs[-1].facts)[fact[2]] = fact[3]


class Reckoning:
    """Everything that a book's text says of money, for one party's book whose budget line is `line`."""

    def __init__(self, book: Path, *, operator: bool, line: str) -> None:
        self.operator = operator
        self.items: dict[str, Item] = {}
        self.booked: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.tax: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.ordered: defaultdict[tuple[int, bool], int] = defaultdict(int)
        self.charged: defaultdict[tuple[int, bool], int] = defaultdict(int)
        self.planned: defaultdict[int, int] = defaultdict(int)
        self.suspense: defaultdict[str, int] = defaultdict(int)
        self.suspense_day: dict[str, dt.date] = {}
        self.bank: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
        self.demanded: defaultdict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        self._kinds: dict[str, str] = {}
        self._line_day: dict[str, dt.date] = {}  # on which the bank moved it, whatever became of it since
        for one in list(entries(book)):  # read to its end first: facts come after their entry
            if one.custom:
                self._custom(one)
            elif one.legs:
                self._entry(one, line)

    def _custom(self, one: Entry) -> None:
        if one.custom == "haushaltsansatz":
            self.planned[int(one.words[1])] += _cents(one.words[2])
        elif one.custom == "verfuegung":
            item = self.items[one.words[0]]
            kind, until = one.words[1], dt.date.fromisoformat(one.words[3])
            item.in_rates, item.suspended = kind == "ratenzahlung", kind == "niederschlagung"
            item.ordered_after = len(item.moves)
            item.plan = [(until, item.open)] if kind != "ratenzahlung" and until > item.due else []
        elif one.custom == "rate":
            self.items[one.words[0]].plan.append((dt.date.fromisoformat(one.words[1]), _cents(one.words[2])))

    def _entry(self, one: Entry, line: str) -> None:
        kind = one.facts["buchungsart"]
        if kind in {"zahlung", "rueckgabe", "ungeklaert"}:
            self._line_day.setdefault(one.facts["bankref"], one.day)
        undone = self._kinds.get(one.facts.get("storniert", ""), "")
        self._kinds[one.facts["nr"]] = way = undone or kind
        results = [leg for leg in one.legs if leg.account.startswith(("Erträge", "Aufwendungen"))]
        for leg in results:
            income = leg.account.startswith("Erträge")
            cents = -leg.cents if income else leg.cents
            if f":{line}-" in leg.account:
                self.ordered[one.day.year, income] += cents
                self.charged[one.day.year, income] += (
                    cents if kind in {"zahlung", "rueckgabe", "ungeklaert"} else 0
                )
            if way in CLAIMS:
                key = one.facts["beteiligte"], int(one.facts["leistungsjahr"])
                self.booked[key] += -leg.cents if self.operator else leg.cents
                self._demand(one, key, -leg.cents if self.operator else leg.cents)
        self._tax(one, way)
        for leg in one.legs:
            if "Ungeklärte" in leg.account:
                key = leg.facts.get("bankref") or one.facts.get("bankref") or one.facts["nr"]
                self.suspense[key] -= leg.cents
                self.suspense_day.setdefault(key, self._line_day.get(key, one.day))
                if not self.suspense[key]:
                    del self.suspense[key], self.suspense_day[key]
            elif name := leg.facts.get("posten"):
                self._item(one, leg, name, way, results)
        if kind in {"zahlung", "rueckgabe", "ungeklaert"}:
            self._bank_line(one)

    def _demand(self, one: Entry, key: tuple[str, int], cents: int) -> None:
        """Keep what each claim asks for, net; one that was reversed asks for nothing."""
        if undone := one.facts.get("storniert"):
            self.demanded[key].pop(undone, None)
        else:
            held = self.demanded[key]
            held[one.facts["nr"]] = held.get(one.facts["nr"], 0) + cents

    def _bank_line(self, one: Entry) -> None:
        """Sort what a bank line moved: an item that gets more open by it is money that came back."""
        for leg in one.legs[:]:
            what = "CHARGE" if leg.account.startswith(("Erträge", "Aufwendungen")) else "SUSPENSE"
            if item := self.items.get(leg.facts.get("posten", "")):
                refund = (item.sign > 0) != self.operator
                what = "RETURNED" if leg.cents * item.sign > 0 else "REFUND" if refund else "DEMAND"
            elif "Bank" in leg.account or "Gemeindekasse" in leg.account:
                continue
            self.bank[what, leg.cents < 0].append(abs(leg.cents))

    def _tax(self, one: Entry, way: str) -> None:
        if way not in CLAIMS:
            return
        key = one.facts["beteiligte"], int(one.facts["leistungsjahr"])
        cents = sum(leg.cents for leg in one.legs if "umsatzsteuer" in leg.facts)
        self.tax[key] += -cents if self.operator else cents

    def _item(self, one: Entry, leg: Leg, name: str, way: str, results: list[Leg]) -> None:
        if name not in self.items:
            due = dt.date.fromisoformat(one.facts["faellig"])
            sign, income = (
                1 if leg.account.startswith("Aktiva") else -1,
                results[0].account.startswith("Erträge"),
            )
            year = int(one.facts["leistungsjahr"])
            self.items[name] = Item(name, one.facts["beteiligte"], year, one.day.year, sign, income, due)
        item = self.items[name]
        item.reference = one.facts.get("kassenzeichen", item.reference)
        if "faellig" in one.facts and not item.claimed:  # made anew after a reversal
            item.due, item.year = dt.date.fromisoformat(one.facts["faellig"]), one.day.year
        if way in CLAIMS:
            item.claimed += leg.cents * item.sign
            taxes = (two for two in one.legs if "umsatzsteuer" in two.facts and two not in results)
            item.tax -= sum(two.cents for two in taxes) * item.sign
        else:
            item.moved[way] -= leg.cents * item.sign
            item.moves.append((one.day, -leg.cents * item.sign))
        item.plan = item.plan if item.open else []

    # ---------------------------------------------------------------------------------------- the figures

    def side(self, *, refund: bool, party: str = "", year: int = 0) -> list[Item]:
        """The items by which parties owe, or by which the operator owes back."""
        sign = -1 if refund == self.operator else 1
        items = [one for one in self.items.values() if one.sign == sign]
        return [one for one in items if party in {"", one.party} and year in {0, one.service_year}]

    def paid(self, year: int, *, income: bool) -> int:
        """What was paid of what a budget year ordered on one side: money and offsets, what came back taken off."""
        total = self.charged[year, income]
        for one in self.items.values():
            if (one.year, one.income) == (year, income):
                moved = sum(cents for way, cents in one.moved.items() if way != "erlass")
                if one.tax:  # what was paid of the tax goes on to the tax office
                    part = Fraction(one.tax * moved, one.claimed)
                    moved -= int(abs(part) + Fraction(1, 2)) * (1 if part > 0 else -1)
                total += moved * one.sign * (1 if income else -1)
        return total

    def suspense_sums(self) -> tuple[int, int]:
        """What nobody could place: receipts, and payments out."""
        held = self.suspense.values()
        return sum(cents for cents in held if cents > 0), -sum(cents for cents in held if cents < 0)


def _cents(text: str) -> int:
    euros, _, cents = text.partition(".")
    return int(euros + cents)
