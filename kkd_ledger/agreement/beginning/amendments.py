"""An amendment (Nachtrag): entries added at the end of the file, each known from its day; nothing there is changed.

A component's new stage is a new version of the whole component, taken from the newest one in the file: so comments,
spelling and order of everything older stay as a person wrote them. Only what an amendment of the same day has written
is taken out again where a later one says it otherwise: two versions known from one day would leave open which holds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from kkd_ledger import toml
from kkd_ledger.agreement.beginning.agreement_text import OLD_LAW_ENDS, REASONS
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.agreement.facts.spans import ONE_DAY
from kkd_ledger.agreement.file.load import NO_FIGURES
from kkd_ledger.agreement.file.toml_text import table
from kkd_ledger.errors import AgreementRefused, UsageError
from kkd_ledger.fields import as_id
from kkd_ledger.german import day as german_day

Entry = dict[str, Any]

_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "members": ("id",),
        "components": ("id",),
        "dues": ("id", "from"),
        "vat": ("from",),
        "resolutions": ("member", "paper"),
        "steps_in": ("member", "kind"),
        "weights": ("name", "source", "reference"),
        "populations": ("source", "reference", "census"),
    }
)
"""By which fields two entries of one day are the same one; of figures also by the parties."""
_HEAD: Final = re.compile(r"\n# Nachtrag vom (\d\d\.\d\d\.\d{4})[^\n]*\n")


class Amendment:
    """What is added to one file, known from one day on; each method adds what it says, `text` is the file afterwards.

    Raises UsageError for a party, component or measure that the file does not know, with the name probably meant.
    """

    def __init__(
        self,
        text: str,
        known_from: dt.date,
        file: str = "agreement.toml",
        figures: Mapping[str, str] = NO_FIGURES,
    ) -> None:
        self._text = text
        self._known_from = known_from
        self._data = toml.loads(text, file, AgreementRefused, parse_float=Decimal)
        self._apart = [
            toml.loads(part, name, AgreementRefused, parse_float=Decimal) for name, part in figures.items()
        ]
        self._added: list[tuple[str, Entry]] = []

    def joins(self, name: str, kind: str, day: dt.date, ags: str = "") -> None:
        """Add a party that joins on a day, also to the components that name all parties but the operator."""
        again = [
            str(entry["id"])
            for entry in self._entries("members")
            if entry.get("joined")
            and self._is_of_today(entry)
            and entry["name"].casefold() == name.casefold()
        ]
        taken = [*(entry["id"] for entry in self._entries("members")), name]
        id_ = again[0] if again else Ids(taken).of(name) if as_id(name) in taken[:-1] else as_id(name)
        others = {entry["id"] for entry in self._entries("members")} - {self._data["operator"]}
        self._add("members", {"id": id_, "name": name, "kind": kind, "ags": ags or None, "joined": day})
        for component in self._newest("components"):
            if id_ not in (component.get("members") or ()) and others <= {
                *(component.get("members") or ()),
                id_,
            }:
                self._version("components", component)["members"] = [*component["members"], id_]

    def leaves(self, name: str, day: dt.date) -> None:
        """Add a version of a party that leaves after a day, its last."""
        self._version("members", self._named("members", name, "name"))["left"] = day

    def stage(self, component: str, day: dt.date, value: str, field: str) -> None:
        """Add a rate (`rates`) or amount (`amounts`) of a component from a day on, for all whom it concerns."""
        entry = self._named("components", component, "title")
        if field not in entry:
            raise UsageError(
                f"{entry['title']} hat keine {'Sätze' if field == 'rates' else 'Beträge'} ({field})."
            )
        price = {"from": day, **_priced(value, field.removesuffix("s"))}
        kept = [stage for stage in entry[field] if stage.get("from") != day or stage.get("members")]
        self._version("components", entry)[field] = [*kept, price]

    def price(self, component: str, service: str, day: dt.date, value: str) -> None:
        """Add the price of a service in a price list from a day on; what is free, least or begun stays as it was.

        `alle` is the whole list: each service then has a stage of its own.
        """
        entry = self._named("components", component, "title")
        if entry["key"] != "charges":
            raise UsageError(f"{entry['title']} hat keine Preisliste: nichts davon wird einzeln abgerechnet.")
        titles = {str(grade["id"]): str(grade["title"]) for grade in entry.get("grades", ())}
        listed = {str(price["grade"]): titles.get(str(price["grade"]), "") for price in entry["prices"]}
        meant = [
            id_
            for id_, title in listed.items()
            if service.casefold() in {"alle", id_.casefold(), title.casefold()}
        ]
        if not meant:
            names_there = [title or id_ for id_, title in listed.items()]
            near = get_close_matches(service, names_there, 1)
            said = (
                f"Gemeint ist vielleicht {near[0]}." if near else f"Es gibt: {', '.join(names_there)}, alle."
            )
            raise UsageError(f"{service!r} steht nicht in der Preisliste von {entry['title']}. {said}")
        prices = list(entry["prices"])
        for id_ in meant:
            earlier = [price for price in prices if price["grade"] == id_ and price["from"] < day]
            last: Entry = max(earlier, key=lambda price: price["from"], default={})
            kept = {name: last[name] for name in ("free", "least", "step") if name in last}
            prices = [price for price in prices if (price["grade"], price["from"]) != (id_, day)]
            prices.append({"from": day, "grade": id_, **_priced(value, "price"), **kept})
        self._version("components", entry)["prices"] = prices

    def cost(self, component: str, year: int, amount: str, kind: str = "actual") -> None:
        """Add the cost of a component in a year, actual or planned; costs out of a pot are figures, no amendment."""
        entry = self._named("components", component, "title")
        if "pot" in entry:
            raise UsageError(
                f"Was {entry['title']} kostet, ist keine Sache des Vertrags; `kkd figures DATEI --money "
                f"'{entry['title']}={year}={amount}' --source QUELLE` trägt es ein."
            )
        kept = [
            cost
            for cost in entry.get("totals", ())
            if (cost["year"], cost.get("kind", "actual")) != (year, kind)
        ]
        cost = {"year": year, "amount": amount} | ({"kind": kind} if kind != "actual" else {})
        self._version("components", entry)["totals"] = [*kept, cost]

    def dues(self, component: str, day: dt.date, days: Sequence[str], *, in_advance: bool = False) -> None:
        """Add in which parts a component is due in the service years that begin from a day on: rates, or advances.

        A plan that the component has stays for the years before; where it has none, it gets one.
        """
        entry = self._named("components", component, "title")
        name = entry.get("dues") or f"zahlplan-{entry['id']}"[:40].rstrip("-")
        former = [plan for plan in self._entries("dues") if plan["id"] == name]
        last: Entry = max(former, key=self._since, default={})
        kept: Entry = {key: last[key] for key in ("title", "clause", "members") if key in last}
        plan: Entry = {"id": name, **kept, "from": day, "days": list(days)}
        if in_advance:
            plan |= {"kind": "advances", "advance": {"on": "plan"}, "settlement": {"after_days": 30}}
            plan |= {key: last[key] for key in ("advance", "settlement") if key in last}
        self._add("dues", plan)
        if "dues" not in entry:
            self._version("components", entry)["dues"] = name

    def resolution(self, name: str, day: dt.date, paper: str, body: str) -> None:
        """Add that a party has resolved: when, on which paper, in which body."""
        party = self._named("members", name, "name")
        sitting = {"body": body, "date": day, "decides": True}
        title = self._data["title"]
        entry = {"member": party["id"], "paper": paper, "title": title, "adopted": day, "sittings": [sitting]}
        self._add("resolutions", entry)

    def step(self, name: str, kind: str, day: dt.date, document: str = "") -> None:
        """Add a step of a party on its way in, such as an approval, with its day."""
        party = self._named("members", name, "name")
        self._add("steps_in", {"member": party["id"], "kind": kind, "on": day, "document": document})

    def vat(self, day: dt.date, treatment: str, decided_by: str, decided_on: dt.date) -> None:
        """Add how shares are treated by VAT from a day on, and who decided it.

        The stage that was to go on beyond that day ends before it: an option may be left, or given up, early.
        """
        newest: dict[dt.date, Entry] = {}
        for stage in self._entries("vat"):
            rival = newest.get(stage["from"])
            if rival is None or self._since(stage) >= self._since(rival):
                newest[stage["from"]] = stage
        for begins, stage in newest.items():
            if begins < day <= stage.get("to", dt.date.min):
                self._version("vat", stage)["to"] = day - ONE_DAY
        entry: Entry = {"from": day, "treatment": treatment, "reason": REASONS[treatment]}
        entry |= {"amounts": "net"} if treatment == "taxable-19" else {}
        if treatment == "not-taxable-old-law":
            entry["to"] = min([OLD_LAW_ENDS, *(begins - ONE_DAY for begins in newest if begins > day)])
        self._add("vat", entry | {"decided_by": decided_by, "decided_on": decided_on})

    def figure(self, measure: str, name: str, figure: str) -> None:
        """Add a party's figure to the newest series of a measure."""
        basis, party = self._named("bases", measure, "title"), self._named("members", name, "name")
        kind = "weights" if basis.get("weight") else "populations"
        apart = (entry for part in self._apart for entry in part.get(kind, ()))
        series = [
            entry
            for entry in (*self._entries(kind), *apart)
            if entry.get("name") == basis.get("weight") and entry["source"] == basis["source"]
        ]
        day = basis.get("reference") or max((entry["reference"] for entry in series), default=None)
        chosen = next((entry for entry in series if entry["reference"] == day), None)
        if chosen is None:
            raise UsageError(
                f"{measure} hat noch keine Zahlen; die einer ganzen Meldung trägt `kkd figures` ein."
            )
        number: int | str = int(figure) if figure.isdigit() else figure
        values = {party["id"] if kind == "weights" else party.get("ags") or party["id"]: number}
        head = {key: chosen[key] for key in ("name", "source", "reference", "census") if key in chosen}
        self._add(kind, head | {"values" if kind == "weights" else "inhabitants": values})

    def clause(self, id_: str, text: str) -> None:
        """Add the words of a clause."""
        if any(entry["id"] == id_ for entry in self._entries("clauses")):
            raise UsageError(
                f"{id_} steht schon in der Datei; ein geänderter Wortlaut bekommt eine eigene Fundstelle."
            )
        self._added.append(("clauses", {"id": id_, "text": text}))

    def text(self, reason: str = "") -> str:
        """Return the file with what was added at its end, below a line that says when and why."""
        why = f": {' '.join(reason.split())}" if reason else ""
        head = f"# Nachtrag vom {german_day(self._known_from)}{why}\n"
        ends = "" if self._text.endswith("\n") else "\n"
        inline = [name for name, _ in self._added if self._data.get(name) and f"[[{name}]]" not in self._text]
        if inline:
            lists = ", ".join(dict.fromkeys(inline))
            raise UsageError(
                f"Die Datei schreibt {lists} als Liste in eckigen Klammern; ein Nachtrag braucht eigene Abschnitte "
                f"[[{inline[0]}]]. Schreiben Sie sie einmal um; an den Beträgen ändert das nichts."
            )
        return self._text + ends + "\n" + head + "\n".join(table(name, entry) for name, entry in self._added)

    def _entries(self, name: str) -> list[Entry]:
        return [*self._data.get(name, ()), *(entry for added, entry in self._added if added == name)]

    def _newest(self, name: str) -> Iterator[Entry]:
        """Yield of each id the version that is known last."""
        newest: dict[str, Entry] = {}
        for entry in self._entries(name):
            rival = newest.get(entry["id"])
            if rival is None or self._since(entry) >= self._since(rival):
                newest[entry["id"]] = entry
        yield from newest.values()

    def _since(self, entry: Mapping[str, Any]) -> dt.date:
        since: dt.date = entry.get("known_from") or self._data["known_from"]
        return since

    def _named(self, name: str, wanted: str, title: str) -> Entry:
        entries = list(self._newest(name))
        for field in (title, "id"):  # a name goes before an id that another party had first
            for entry in entries:
                if wanted.casefold() == str(entry.get(field, "")).casefold():
                    return entry
        names = [str(entry.get(title) or entry["id"]) for entry in entries]
        near = get_close_matches(wanted, names, 1)
        meant = f" Gemeint ist vielleicht {near[0]}." if near else f" Es gibt: {', '.join(names)}."
        raise UsageError(f"{wanted!r} kennt die Vereinbarung nicht.{meant}")

    def _version(self, name: str, entry: Entry) -> Entry:
        """Return the version of an entry that this amendment adds; a second change goes into the same one."""
        if any(entry is mine for _, mine in self._added):
            return entry
        return self._add(name, {key: value for key, value in entry.items() if key != "known_from"})

    def _add(self, name: str, entry: Entry) -> Entry:
        entry["known_from"] = self._known_from
        for earlier in [other for other in self._data.get(name, ()) if self._is_same(name, other, entry)]:
            self._take_out(name, earlier)
        self._added.append((name, entry))
        return entry

    def _is_of_today(self, entry: Mapping[str, Any]) -> bool:
        return entry.get("known_from") == self._known_from

    def _is_same(self, name: str, earlier: Entry, new: Entry) -> bool:
        """Tell whether an entry of the file is known since the same day and says the same thing otherwise."""
        parties = [set(entry.get("values") or entry.get("inhabitants") or ()) for entry in (earlier, new)]
        alike = all(earlier.get(field) == new.get(field) for field in _NAMED_BY[name])
        return self._is_of_today(earlier) and alike and parties[0] == parties[1]

    def _take_out(self, name: str, entry: Entry) -> None:
        """Take an entry out that an amendment of the same day has written."""
        text = table(name, entry)
        before, written, behind = self._text.rpartition(text)
        if not written or not _HEAD.search(before):
            what = str(entry.get("title") or entry.get("name") or entry.get("id") or name)
            raise UsageError(
                f"{what} steht seit heute in der Datei, aber nicht, wie ein Nachtrag es schreibt: ändern Sie es "
                "dort, wo Sie es eingetragen haben, oder schreiben Sie den Nachtrag ab morgen."
            )
        self._text = _without_empty(before.rstrip("\n") + "\n\n" + behind.lstrip("\n"))
        self._data[name].remove(entry)


def withdrawn(text: str, day: dt.date) -> str:
    """Return a file without the last amendment, which was written on a day; raise UsageError where it was not."""
    last = max(_HEAD.finditer(text), key=lambda heading: heading.start(), default=None)
    if last is None or last[1] != german_day(day):
        when = f"der letzte ist vom {last[1]}" if last else "es gibt keinen"
        raise UsageError(
            f"Am Ende der Datei steht kein Nachtrag vom {german_day(day)} ({when}); ein älterer wird nicht "
            "zurückgenommen, sondern durch einen neuen geändert."
        )
    return text[: last.start()].rstrip("\n") + "\n"


def _without_empty(text: str) -> str:
    """Return a file without headings of amendments of which nothing is left."""
    heads = list(_HEAD.finditer(text))
    for head, following in zip(reversed(heads), [None, *reversed(heads[1:])], strict=False):
        end = following.start() if following else len(text)
        if not text[head.end() : end].strip():
            text = text[: head.start()].rstrip("\n") + "\n" + text[end:]
    return text


def _priced(value: str, field: str) -> Entry:
    """Return what a stage says: its price, or with a per cent sign by how much the one before is raised."""
    return {"raised_percent": value.rstrip("% ")} if value.rstrip().endswith("%") else {field: value}
