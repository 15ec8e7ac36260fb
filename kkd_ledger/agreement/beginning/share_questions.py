"""What is shared, by what, with which limits: the questions about one share."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel

from kkd_ledger.agreement.beginning.answers import (
    AnsweredAmount,
    AnsweredCost,
    AnsweredFigures,
    AnsweredGrade,
    AnsweredMeasure,
    AnsweredMoney,
    AnsweredPrice,
    AnsweredShare,
)
from kkd_ledger.agreement.beginning.asking import Asking, slips_of
from kkd_ledger.agreement.beginning.typed_answers import BEARERS, BELOW_ZERO, BILLED, COST_KINDS, ROUNDINGS

Answer = dict[str, Any]
_HOW = ("Preis", "Betrag", "Kosten", "einzeln")
_BY = ("Zahl", "Prozent", "gleich")


class ShareQuestions:
    """Asks about shares; measures that were answered once are named by their title afterwards."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._measures: list[Answer] = asking.answers.setdefault("measures", [])

    def run(self) -> list[Answer]:
        """Return the answers about everything that is shared."""
        shares: list[Answer] = []
        while True:
            shares.append(self._share(len(shares) + 1))
            if not self._asking.yes("Wird noch etwas anderes geteilt?"):
                return shares

    def _share(self, number: int) -> Answer:
        asking = self._asking
        share: Answer = {"title": asking.once(AnsweredShare, "title", f"{number}. Was wird geteilt? (Titel)")}
        share["clause"] = asking.once(
            AnsweredShare, "clause", "   In welchem Paragraphen steht das?", default=f"§ {number}"
        )
        words = (
            "   Zahlt jede einen Preis je Einheit, einen festen Betrag, werden Kosten geteilt, oder wird einzeln "
            "abgerechnet, was geleistet wurde?"
        )
        how = asking.choice(words, _HOW)
        if how == "Preis":
            share["prices"] = self._stages(AnsweredPrice, "price", "Preis je Einheit und Jahr, EUR")
            share["measure"] = self._measure()
        elif how == "Betrag":
            share["amounts"] = self._stages(AnsweredAmount, "amount", "Betrag im Jahr, EUR")
        elif how == "einzeln":
            return share | self._services()
        else:
            share |= self._cost(share["title"])
            share |= self._divided()
        if "percents" not in share and asking.yes(
            f"   Zahlt die Betreiberin ({asking.answers['operator']}) mit?"
        ):
            share["parties"] = asking.party_names
        elif "percents" not in share:
            share |= self._some()
        return share | self._bounds() | self._rounding()

    def _services(self) -> Answer:
        """Ask for what is billed by quantity, and how often."""
        asking, services = self._asking, list[Answer]()
        while title := asking.once(
            AnsweredGrade, "title", "   Welche Leistung?", nothing="keine mehr" if services else ""
        ):
            unit = asking.once(
                AnsweredGrade, "unit", "   In welcher Einheit? (zum Beispiel Stunde)", default="Stück"
            )
            prices = self._stages(AnsweredPrice, "price", f"Preis je {unit}, EUR")
            services.append({"title": title, "unit": unit, "prices": prices})
        words = f"   Wie wird abgerechnet? ({', '.join(BILLED)})"
        return {
            "services": services,
            "billed": asking.once(AnsweredShare, "billed", words, default="monatlich", offered=BILLED),
        }

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
                return stages

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
        match asking.choice(
            "   Geteilt nach einer Zahl, nach festen Prozenten, oder zu gleichen Teilen?", _BY, "Zahl"
        ):
            case "Prozent":
                percents = {
                    name: asking.tried(f"      {name}, Prozent", "", "nichts", partial(_percent_slips, name))
                    for name in asking.party_names
                }
                return {"percents": {name: percent for name, percent in percents.items() if percent}}
            case "gleich":
                return {}
        by: Answer = {"measure": self._measure()}
        words = "   Wird daraus erst ein Satz je Einheit? Auf wie viele Nachkommastellen?"
        if decimals := asking.once(AnsweredShare, "unit_decimals", words, nothing="nein"):
            by["unit_decimals"] = decimals
        return by

    def _measure(self) -> str:
        asking = self._asking
        title = asking.once(
            AnsweredMeasure,
            "title",
            "   Nach welcher Zahl? (zum Beispiel Einwohner, Schüler)",
            default="Einwohner",
        )
        if title in [each["title"] for each in self._measures]:
            return title
        measure: Answer = {"title": title}
        fixed = asking.once(
            AnsweredMeasure,
            "fixed_day",
            "   Zählt für alle Jahre derselbe Stichtag? Welcher?",
            nothing="nein",
        )
        if fixed:
            measure["fixed_day"] = fixed
        else:
            measure["day"] = asking.once(
                AnsweredMeasure, "day", "   Welcher Tag des Jahres ist Stichtag?", default="31.12."
            )
            measure["years_before"] = asking.once(
                AnsweredMeasure, "years_before", "   Wie viele Jahre vor dem Leistungsjahr?", default="1"
            )
        measure["reported_by"] = asking.once(
            AnsweredMeasure, "reported_by", "   Wer meldet die Zahlen?", default="Statistisches Landesamt"
        )
        measure["figures"] = self._figures(title, fixed)
        self._measures.append(measure)
        return title

    def _figures(self, title: str, fixed: str) -> list[Answer]:
        series: list[Answer] = []
        day = fixed
        while day or (
            day := self._asking.once(
                AnsweredFigures,
                "day",
                f"   {title}: Zahlen von welchem Tag sind bekannt?",
                nothing="keine mehr",
            )
        ):
            figures = {}
            for name in self._asking.party_names:
                figure = self._asking.tried(f"      {name}", "", "keine", partial(_figure_slips, name))
                if figure:
                    figures[name] = figure
            if figures:
                series.append({"day": day, "figures": figures})
            else:
                self._asking.tell(
                    "   Von diesem Tag ist keine Zahl genannt; `kkd figures` trägt sie später ein."
                )
            if fixed:
                break
            day = ""
        return series

    def _some(self) -> Answer:
        """Ask who takes part in the share where it is not all but the operator."""
        operator = self._asking.answers["operator"]
        others = [name for name in self._asking.party_names if name != operator]
        if len(others) < 3:
            return {}

        def slips(text: str) -> list[str]:
            unknown = [name for name in _listed(text) if name not in others]
            return [f"{name!r}; erlaubt: {', '.join(others)}" for name in unknown]

        chosen = self._asking.tried(
            "   Wer ist daran beteiligt? (Namen, mit Komma)", "", "alle anderen", slips
        )
        return {"parties": _listed(chosen)} if chosen else {}

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


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _figure_slips(party: str, text: str) -> list[str]:
    return slips_of(AnsweredFigures, "figures", {party: text})


def _percent_slips(party: str, text: str) -> list[str]:
    return slips_of(AnsweredShare, "percents", {party: text})
