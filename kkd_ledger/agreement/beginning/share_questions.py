"""What is shared, by what, with which limits: the questions about one share."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from pydantic import BaseModel

from kkd_ledger.agreement.beginning.answers import AnsweredIndex, AnsweredIndexValue
from kkd_ledger.agreement.beginning.asking import Asking, slips_of
from kkd_ledger.agreement.beginning.measure_questions import MeasureQuestions
from kkd_ledger.agreement.beginning.share_answers import (
    AnsweredAmount,
    AnsweredCost,
    AnsweredGrade,
    AnsweredMoney,
    AnsweredPrice,
    AnsweredServicePrice,
    AnsweredShare,
    AnsweredSlice,
    AnsweredTier,
)
from kkd_ledger.agreement.beginning.typed_answers import (
    BEARERS,
    BELOW_ZERO,
    BILLED,
    COST_KINDS,
    ROUNDINGS,
    TIER_MODES,
)
from kkd_ledger.agreement.facts.facts import parse_percent
from kkd_ledger.quantities import format_quantity

Answer = dict[str, Any]
Sound = Callable[[int], None]
"""Tries what has been answered since a place, and asks from there on again where it does not hold."""
_HOW = ("Preis", "Betrag", "Staffel", "Kosten", "einzeln")
_BY = ("Zahl", "Prozent", "gleich", "mehrere")


class ShareQuestions:
    """Asks about shares; measures that were answered once are named by their title afterwards."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._measures = MeasureQuestions(asking)

    def run(self, sound: Sound) -> None:
        """Ask about everything that is shared; each share is tried when it has been answered."""
        asking = self._asking
        shares: list[Answer] = asking.answers.setdefault("shares", [])
        while True:
            place = asking.place
            shares.append(self._share(len(shares) + 1))
            sound(place)
            if not asking.yes("Wird noch etwas anderes geteilt?"):
                return

    def _share(self, number: int) -> Answer:
        asking = self._asking
        share: Answer = {"title": asking.once(AnsweredShare, "title", f"{number}. Was wird geteilt? (Titel)")}
        share["clause"] = asking.once(
            AnsweredShare, "clause", "   In welchem Paragraphen steht das?", default=f"§ {number}"
        )
        words = (
            "   Zahlt jede einen Preis je Einheit, einen festen Betrag, nach einer Staffel von Größenklassen, werden "
            "Kosten geteilt, oder wird einzeln abgerechnet, was geleistet wurde?"
        )
        share |= self._how(asking.choice(words, _HOW), str(share["title"]))
        if "services" in share:
            return share
        if "percents" not in share and asking.yes(
            f"   Zahlt die Betreiberin ({asking.answers['operator']}) mit?"
        ):
            share["parties"] = asking.party_names
        elif "percents" not in share:
            share |= self._some()
        return share | self._bounds() | self._rounding()

    def _how(self, how: str, title: str) -> Answer:
        match how:
            case "Preis":
                prices = self._stages(AnsweredPrice, "price", "Preis je Einheit und Jahr, EUR")
                return {"prices": prices, "measure": self._measures.measure()}
            case "Betrag":
                amounts = self._stages(AnsweredAmount, "amount", "Betrag im Jahr, EUR")
                words = "   Wird er jedes Jahr gezahlt, oder einmal im Jahr des Beitritts?"
                once = self._asking.choice(words, ("jährlich", "Beitritt"), "jährlich")
                return {"amounts": amounts} | ({"once": once} if once == "Beitritt" else {})
            case "Staffel":
                return self._tiers()
            case "einzeln":
                return self._services()
        return self._cost(title) | self._divided()

    def _tiers(self) -> Answer:
        """Ask for size classes, from the smallest on."""
        asking, tiers = self._asking, list[Answer]()
        measure = self._measures.measure()
        words = (
            f"   Gilt die Klasse für die ganze Zahl, oder jede für ihren Abschnitt? ({', '.join(TIER_MODES)})"
        )
        mode = asking.once(AnsweredShare, "tier_mode", words, default="ganz", offered=TIER_MODES)
        while True:
            tier: Answer = {}
            words = f"   {len(tiers) + 1}. Klasse: bis zu wie vielen?"
            if up_to := asking.once(AnsweredTier, "up_to", words, nothing="nach oben offen"):
                tier["up_to"] = up_to
            for name, words in (("amount", "Fester Betrag, EUR"), ("price", "Preis je Einheit, EUR")):
                if answer := asking.once(AnsweredTier, name, f"      {words}", nothing="keiner"):
                    tier[name] = answer
            tiers.append(tier)
            if not up_to:
                return {"measure": measure, "tier_mode": mode, "tiers": tiers}

    def _services(self) -> Answer:
        """Ask for what is billed by quantity, and how often."""
        asking, services = self._asking, list[Answer]()
        while title := asking.once(
            AnsweredGrade, "title", "   Welche Leistung?", nothing="keine mehr" if services else ""
        ):
            unit = asking.once(
                AnsweredGrade, "unit", "   In welcher Einheit? (zum Beispiel Stunde)", default="Stück"
            )
            prices = self._stages(AnsweredServicePrice, "price", f"Preis je {unit}, EUR")
            quantities = self._quantities(unit)
            prices = [price | quantities for price in prices]
            services.append({"title": title, "unit": unit, "prices": prices})
        words = f"   Wie wird abgerechnet? ({', '.join(BILLED)})"
        return {
            "services": services,
            "billed": asking.once(AnsweredShare, "billed", words, default="monatlich", offered=BILLED),
        }

    def _quantities(self, unit: str) -> Answer:
        """Ask what of a quantity is billed; the quantity itself where nothing is said."""
        asking = self._asking
        words = "   Gibt es eine Freimenge, eine Mindestmenge, oder zählt Angefangenes ganz?"
        if not asking.yes(words):
            return {}
        said = {
            name: asking.once(AnsweredServicePrice, name, f"      {words} ({unit})", nothing="nein")
            for name, words in (
                ("free", "So viele kosten nichts"),
                ("least", "So viele werden mindestens abgerechnet"),
                ("step", "Jede angefangene so große Menge zählt ganz, zum Beispiel 0,5"),
            )
        }
        return {name: answer for name, answer in said.items() if answer}

    def _stages(self, model: type[BaseModel], name: str, words: str) -> list[Answer]:
        asking, begins, stages = self._asking, str(self._asking.answers["from"]), list[Answer]()
        while True:
            percent = ""
            if stages:
                more = f"   Um wie viel Prozent steigt er ab {begins}?"
                percent = asking.once(model, "raised_percent", more, nothing="nein, neuer Betrag")
            price = {name: asking.once(model, name, f"   {words} ab {begins}")} if not percent else {}
            stages.append({"from": begins, **price, **({"raised_percent": percent} if percent else {})})
            begins = asking.once(model, "from", "   Ändert er sich später? Ab welchem Tag?", nothing="nein")
            if not begins:
                break
        stages[-1] |= self._follows(model)
        return stages

    def _follows(self, model: type[BaseModel]) -> Answer:
        """Ask which index a price follows; one that was answered once is named by its title afterwards."""
        asking = self._asking
        words = "   Folgt er einem Index? Welchem? (zum Beispiel Verbraucherpreisindex)"
        if not (title := asking.once(model, "index", words, nothing="nein")):
            return {}
        indexes: list[Answer] = asking.answers.setdefault("indexes", [])
        if title not in [each["title"] for each in indexes]:
            words = "   Wer veröffentlicht ihn?"
            source = asking.once(AnsweredIndex, "source", words, default="Statistisches Bundesamt")
            index: Answer = {"title": title, "source": source, "values": []}
            indexes.append(index)
            words = f"   {title}: Der Stand welches Jahres oder Monats ist bekannt? (2024 oder 2024-07)"
            while at := asking.once(AnsweredIndexValue, "at", words, nothing="keiner mehr"):
                value = asking.once(AnsweredIndexValue, "value", f"      {title} {at}")
                index["values"].append({"at": at, "value": value})
        bases = [str(value["at"]) for each in indexes if each["title"] == title for value in each["values"]]
        words = "   Der Betrag gilt beim Stand welches Jahres?"
        follows = {
            "index": title,
            "base": asking.once(model, "base", words, default=bases[0] if bases else ""),
            "index_years_before": asking.once(
                model,
                "index_years_before",
                "   Der Stand wie viele Jahre vor dem Leistungsjahr zählt?",
                default="1",
            ),
        }
        words = "   Erst ab einer Änderung von wie viel Prozent?"
        threshold = asking.once(model, "threshold", words, nothing="immer")
        return follows | ({"threshold": threshold} if threshold else {})

    def _cost(self, title: str) -> Answer:
        """Ask for the costs, and what is added to them or taken off before they are shared."""
        asking = self._asking
        words = "   Kommt vor dem Teilen etwas hinzu oder geht etwas ab (Zuschlag, Einnahmen, Grenze)?"
        if not asking.yes(words):
            return {"costs": self._money(title)}
        named = asking.once(
            AnsweredShare,
            "costs_title",
            "   Wie heißen die Kosten, von denen gerechnet wird?",
            default=f"Kosten: {title}",
        )
        cost: Answer = {"costs_title": named, "costs": self._money(named)}
        for name, line_words in (
            ("plus", "Was kommt hinzu? (Titel)"),
            ("less", "Was geht ab? (Titel, zum Beispiel Einnahmen)"),
        ):
            lines: list[Answer] = []
            while line := asking.once(
                AnsweredMoney, "title", f"   {line_words}", nothing="nichts mehr" if lines else "nichts"
            ):
                lines.append({"title": line, "figures": self._money(line)})
            cost |= {name: lines} if lines else {}
        if "less" in cost:
            cost["below_zero"] = asking.once(
                AnsweredShare,
                "below_zero",
                f"   Und wenn mehr abgeht, als da ist? ({', '.join(BELOW_ZERO)})",
                default="Gutschrift",
            )
        for name, words in (
            ("plus_percent", "Zuschlag in Prozent, etwa für Verwaltung"),
            ("at_most", "Geteilt wird höchstens, EUR"),
            ("part", "Geteilt wird davon nur ein Teil, zum Beispiel 62 % oder 1/2"),
        ):
            if answer := asking.once(AnsweredShare, name, f"   {words}", nothing="nein"):
                cost[name] = answer
        return cost

    def _money(self, title: str) -> list[Answer]:
        asking, figures = self._asking, list[Answer]()
        while year := asking.once(
            AnsweredCost, "year", f"   {title}: Betrag welchen Jahres ist bekannt?", nothing="keines mehr"
        ):
            amount = asking.once(AnsweredCost, "amount", f"   {title} {year}, EUR")
            words = f"   Geplant oder tatsächlich? ({', '.join(COST_KINDS)})"
            kind = asking.once(AnsweredCost, "kind", words, default="tatsächlich")
            paper = "Haushaltsplan" if kind in {"geplant", "plan"} else "Jahresrechnung"
            source = asking.once(AnsweredCost, "source", "   Wo steht er?", default=f"{paper} {year}")
            figures.append({"year": year, "amount": amount, "kind": kind, "source": source})
        return figures

    def _divided(self) -> Answer:
        """Ask by what a cost is divided."""
        asking = self._asking
        words = "   Geteilt nach einer Zahl, nach festen Prozenten, zu gleichen Teilen, oder nach mehreren Zahlen?"
        match asking.choice(words, _BY, "Zahl"):
            case "Prozent":
                percents = {
                    name: asking.tried(f"      {name}, Prozent", "", "nichts", partial(_percent_slips, name))
                    for name in asking.party_names
                }
                return {"percents": {name: percent for name, percent in percents.items() if percent}}
            case "gleich":
                return {}
            case "mehrere":
                return {"slices": self._slices()}
        by: Answer = {"measure": self._measures.measure()}
        words = "   Wird daraus erst ein Satz je Einheit? Auf wie viele Nachkommastellen?"
        if decimals := asking.once(AnsweredShare, "unit_decimals", words, nothing="nein"):
            by["unit_decimals"] = decimals
        return by

    def _slices(self) -> list[Answer]:
        """Ask for the parts of a cost until they are the whole: by which measure each, among whom."""
        asking, slices, left = self._asking, list[Answer](), Fraction(100)

        def slips(text: str) -> list[str]:
            wrong = (
                slips_of(AnsweredSlice, "percent", text)
                if text
                else ["nichts; erlaubt: Prozent, wie 50 oder 12,5"]
            )
            if wrong or 0 < (percent := Fraction(parse_percent(text))) <= left:
                return wrong
            return [f"{format_quantity(percent)} Prozent; übrig sind {format_quantity(left)}"]

        while left:
            words = f"   {len(slices) + 1}. Teil: wie viel Prozent der Kosten?"
            percent = asking.tried(words, format_quantity(left) if slices else "", "", slips)
            part: Answer = {"percent": percent}
            words = f"   Wonach werden die {percent} Prozent geteilt?"
            if asking.choice(words, ("Zahl", "gleich"), "Zahl") == "Zahl":
                part["measure"] = self._measures.measure()
            if names := asking.names_of("   Unter wem? (Namen, mit Komma)", asking.party_names, "allen"):
                part["parties"] = names
            slices.append(part)
            left -= Fraction(parse_percent(percent))
        return slices

    def _some(self) -> Answer:
        """Ask who takes part in the share where it is not all but the operator."""
        operator = self._asking.answers["operator"]
        others = [name for name in self._asking.party_names if name != operator]
        if len(others) < 3:
            return {}

        words = "   Wer ist daran beteiligt? (Namen, mit Komma)"
        chosen = self._asking.names_of(words, others, "alle anderen")
        return {"parties": chosen} if chosen else {}

    def _bounds(self) -> Answer:
        asking = self._asking
        bounds = {
            name: asking.once(
                AnsweredShare, name, f"   {words} im Jahr und Beteiligte, EUR", nothing="keiner"
            )
            for name, words in (("minimum", "Mindestbetrag"), ("maximum", "Höchstbetrag"))
        }
        if not any(bounds.values()):
            return {}
        bearer = asking.once(
            AnsweredShare,
            "bearer",
            f"   Wer trägt den Unterschied? ({', '.join(BEARERS)})",
            default="niemand",
        )
        return {name: value for name, value in bounds.items() if value} | {"bearer": bearer}

    def _rounding(self) -> Answer:
        words = f"   Gerundet auf? ({', '.join(ROUNDINGS)})"
        rounding = self._asking.once(AnsweredShare, "rounding", words, default="Cent")
        return {"rounding": rounding} if rounding != "Cent" else {}


def _percent_slips(party: str, text: str) -> list[str]:
    return slips_of(AnsweredShare, "percents", {party: text})
