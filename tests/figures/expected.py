"""What people must be told of a book, by the second reckoning, under the same keys as `told`."""

from __future__ import annotations

import datetime as dt

from tests.figures.reckoning import Item, Reckoning
from tests.figures.told import Figures


def plain(cents: int) -> str:
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def euro(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"


def _open(items: list[Item]) -> int:
    return sum(one.open for one in items)


def _without_money(item: Item) -> int:
    """Return what was set off or remitted of an item."""
    return sum(cents for way, cents in item.moved.items() if way in {"erlass", "aufrechnung"})


def _late(items: list[Item], day: dt.date) -> int:
    return sum(cents for one in items for on, cents in one.dues if on < day)


def _first(items: list[Item]) -> dt.date | None:
    return min((on for one in items for on, _ in one.dues), default=None)


class Expected:
    """The figures of a book on a day; `agreed` is what each party is entitled to pay for each year, in cents."""

    def __init__(
        self, sums: Reckoning, day: dt.date, agreed: dict[tuple[str, int], int], dues: dict[int, dt.date]
    ) -> None:
        self.sums, self.day, self.agreed, self.dues = sums, day, agreed, dues

    def figures(self) -> Figures:
        found: Figures = {}
        for year in sorted({year for _, year in self.agreed}):
            found |= self._year(year)
        for party, year in self.agreed:
            found |= self._cell(party, year)
        found |= self._budget()
        found |= self._suspense()
        found |= self._overdue()
        found |= self._balances()
        for (what, incoming), amounts in self.sums.bank.items():
            found["Bank", what, incoming] = (len(amounts), sum(amounts))
        return found

    def _year(self, year: int) -> Figures:
        demands, refunds = (self.sums.side(refund=refund, year=year) for refund in (False, True))
        parties = [party for party, one in self.agreed if one == year]
        still_open, late, back = _open(demands), _late(demands, self.day), _open(refunds)
        booked = sum(self.sums.booked[party, year] for party in parties)
        agreed = sum(self.agreed[party, year] for party in parties)
        key = ("Zusammenfassung", year)
        found: Figures = {
            (*key, "vereinbart"): agreed,
            (*key, "angefordert"): booked,
            (*key, "offen"): still_open,
        }
        if tax := sum(self.sums.tax[party, year] for party in parties):
            found[*key, "dazu Umsatzsteuer"] = tax
        if late not in {0, still_open}:
            found[*key, "davon überfällig"] = late
        if back:
            found[*key, "Erstattung offen"] = back
        page = ("Seite", year)
        found[*page, "Umsatzsteuer"] = tax or None
        found[*page, "offen"] = still_open or None
        found[*page, "überfällig"] = late or None
        found[*page, "Erstattung"] = back or None
        return found

    def _cell(self, party: str, year: int) -> Figures:
        demands, refunds = (self.sums.side(refund=refund, party=party, year=year) for refund in (False, True))
        still_open, late, back = _open(demands), _late(demands, self.day), _open(refunds)
        first, key = _first(refunds), ("JSON", party, year)
        due = _first(demands) or self.dues[year]
        booked = self.sums.booked[party, year]
        unshown = (
            still_open == booked + self.sums.tax[party, year]
            and not late
            and booked == self.agreed[party, year]
        )
        unshown = unshown and not all(one.plan for one in demands if one.open)  # not all were deferred
        ways = [
            {way: cents for way, cents in one.moved.items() if way != "erlass"}
            for one in (*demands, *refunds)
        ]
        paid = sum(sum(one.values()) for one in ways[: len(demands)])
        paid -= sum(sum(one.values()) for one in ways[len(demands) :])
        partly = paid > 0 and still_open < sum(one.claimed for one in demands)
        return {
            (*key, "open"): plain(still_open),
            (*key, "overdue"): plain(late),
            (*key, "refund"): plain(back),
            (*key, "refund_due"): first.isoformat() if first else None,
            (*key, "booked"): plain(booked),
            (*key, "vat"): plain(self.sums.tax[party, year]),
            (*key, "due"): due.isoformat(),
            ("Seite", party, year, "offen"): None if unshown and not partly else still_open or None,
            ("Seite", party, year, "überfällig"): late if late not in {0, still_open} else None,
            ("Seite", party, year, "Erstattung"): back or None,
        }

    def _budget(self) -> Figures:
        found: Figures = {}
        sums, own = self.sums, self.sums.operator
        years = {*sums.ordered, *((year, own) for year in sums.planned)}
        any_planned = bool(sums.planned)
        for year, income in years:
            ordered, paid = sums.ordered[year, income], sums.paid(year, income=income)
            label = str(year) if income == own else f"{year} {'Erträge' if income else 'Aufwendungen'}"
            key, page, json = ("Budget", label), ("Seite", label), ("JSON", year, income)
            moved = "eingegangen" if own else "gezahlt"
            planned = sums.planned.get(year) if income == own else None
            reserved = self._reserved(year)
            found[*key, "gebucht"] = ordered
            found[*json, "ordered"], found[*json, "paid"] = plain(ordered), plain(paid)
            found[*page, "angeordnet"], found[*page, moved] = _signed(ordered), _signed(paid)
            rest, word = None, ""
            if planned is not None:
                rest = ordered - planned if income else planned - reserved - ordered
                word = (
                    ("Mindererträge" if rest < 0 else "Mehrerträge")
                    if income
                    else ("überschritten um" if rest < 0 else "verfügbar")
                )
                waits = "noch anzuordnen" if income else "vorgemerkt"
                names = ("Ansatz", "fortgeschrieben", waits, "angeordnet", moved, word)
                for name, cents in zip(
                    names, (planned, planned, reserved, ordered, paid, abs(rest)), strict=True
                ):
                    found[*key, name] = cents
            found[*json, "rest"] = plain(rest) if rest is not None else None
            if any_planned:
                waits, last = (
                    ("noch anzuordnen", "Mehr-/Mindererträge") if own else ("vorgemerkt", "verfügbar")
                )
                told = [euro(planned), euro(planned), euro(reserved)] if planned is not None else ["–"] * 3
                found |= {
                    (*page, name): cell
                    for name, cell in zip(("Ansatz", "fortgeschrieben", waits), told, strict=True)
                }
                shown = "–" if rest is None else euro(abs(rest))
                found[*page, last] = shown if rest is None or word == last else f"{word} {shown}"
        return found

    def _reserved(self, year: int) -> int:
        cells = [(key, cents) for key, cents in self.agreed.items() if key[1] == year]
        return sum(max(0, cents - self.sums.booked[key]) for key, cents in cells)

    def _suspense(self) -> Figures:
        receipts, spent = self.sums.suspense_sums()
        found: Figures = {("Seite", "ungeklärt"): (receipts, spent)}
        found["clear --list",] = sorted(self.sums.suspense.items())
        ways = {"Eingang": receipts, "Ausgang": -spent}
        found |= {("Zusammenfassung", "ungeklärt", way): cents for way, cents in ways.items() if cents}
        if self.sums.suspense:
            found["status", "Ungeklärt"] = [
                f"{'-' * (cents < 0)}{euro(abs(cents))}" for cents in ways.values() if cents
            ]
        return found

    def _overdue(self) -> Figures:
        found: Figures = {}
        for refund in (False, True):
            if late := _late(self.sums.side(refund=refund), self.day):
                found["status", "überfällig", refund] = [euro(late)]
        if self.sums.operator:
            for party in {one.party for one in self.sums.side(refund=False)}:
                if late := _late(self.sums.side(refund=False, party=party), self.day):
                    found["Erinnerung", party] = late
        return found

    def _balances(self) -> Figures:
        found: Figures = {}
        for party in {party for party, _ in self.agreed}:
            for refund in (False, True):
                items = self.sums.side(refund=refund, party=party)
                if items or not refund:
                    found["Saldenbestätigung", party, refund] = _open(items)
            sides = tuple(_open(self.sums.side(refund=refund, party=party)) for refund in (False, True))
            found["reconcile", party] = sides
        with_others = {
            one.party
            for refund in (False, True)
            for one in self.sums.side(refund=refund)
            if _without_money(one)
        }
        for refund, claimed, paid in ((False, "gefordert", "gezahlt"), (True, "zu erstatten", "erstattet")):
            for one in self.sums.side(refund=refund):
                other = _without_money(one)
                money = sum(one.moved.values()) - other
                told = {claimed: one.claimed, paid: money, "offen": one.open}
                if not any((*told.values(), other)):  # taken back whole: nobody is told of it
                    continue
                column = {"aufgerechnet, erlassen": other} if one.party in with_others else {}
                found["reconcile", one.name] = told | column
        return found


def _signed(cents: int) -> str:
    return f"-{euro(-cents)}" if cents < 0 else euro(cents)
