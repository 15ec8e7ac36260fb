"""The questions of `kkd init`, in the order of a paper contract; each answer is tried at once and asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError

from kkd_ledger.agreement.beginning.answers import (
    BEARERS,
    COST_KINDS,
    FORMS,
    KINDS,
    AnsweredAmount,
    AnsweredCost,
    AnsweredFigures,
    AnsweredMeasure,
    AnsweredParty,
    AnsweredPrice,
    AnsweredResolution,
    AnsweredShare,
    Answers,
)
from kkd_ledger.fields import wrongs

Ask = Callable[[str], str]
Tell = Callable[[str], None]


class Interview:
    """Asks what is not answered yet; `given` are answers from flags or a file, as plain data."""

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any]) -> None:
        self._ask = ask
        self._tell = tell
        self.answers: dict[str, Any] = dict(given)

    def run(self) -> dict[str, Any]:
        """Ask everything and return the answers as plain data; an empty answer takes the default in brackets."""
        self._tell(
            "Wo eine Vorgabe in Klammern steht, genügt die Eingabetaste. Tage: 01.01.2024, Beträge: 1.234,56."
        )
        self._want(Answers, "title", "Wie heißt die Vereinbarung?")
        self._parties()
        self._want(
            Answers,
            "operator",
            f"Wer betreibt die Zusammenarbeit? ({self._names()})",
            choices=self._party_names(),
        )
        self._want(Answers, "form", f"In welcher Form? ({', '.join(FORMS)})", default="Mandatierung")
        self._want(Answers, "from", "Ab welchem Tag gilt sie?")
        if "shares" not in self.answers:
            self._shares()
        self._due()
        if "resolutions" not in self.answers:
            self._resolutions()
        self._book()
        return self.answers

    def _parties(self) -> None:
        if "parties" in self.answers:
            return
        self._tell("Wer nimmt teil? Auch die Betreiberin ist dabei. Ein leerer Name beendet die Liste.")
        parties: list[dict[str, Any]] = []
        while name := self._once(
            AnsweredParty, "name", f"{len(parties) + 1}. Name", nothing="keine mehr" if parties else ""
        ):
            party = {"name": name}
            party["kind"] = self._once(
                AnsweredParty, "kind", f"   Was ist {name}? ({', '.join(KINDS)})", default="Gemeinde"
            )
            party["ags"] = self._once(
                AnsweredParty, "ags", "   Amtlicher Gemeindeschlüssel", nothing="keiner"
            )
            party["joined"] = self._once(AnsweredParty, "joined", "   Seit wann?", nothing="von Anfang an")
            parties.append({key: value for key, value in party.items() if value})
        self.answers["parties"] = parties

    def _due(self) -> None:
        """Ask for one due day, or for several with commas between them: equal parts."""
        if "due" in self.answers:
            return
        words = "An welchem Tag jedes Jahres ist der Anteil fällig? (Raten: mehrere Tage, mit Komma)"
        days = self._tried(words, "15.03.", "", _day_slips).split(",")
        self.answers["due"] = days[-1].strip()
        if len(days) > 1:
            self.answers["due_days"] = [day.strip() for day in days]

    def _shares(self) -> None:
        shares: list[dict[str, Any]] = []
        measures: list[dict[str, Any]] = self.answers.setdefault("measures", [])
        while True:
            shares.append(self._share(len(shares) + 1, measures))
            if not self._yes("Wird noch etwas anderes geteilt?"):
                break
        self.answers["shares"] = shares

    def _share(self, number: int, measures: list[dict[str, Any]]) -> dict[str, Any]:
        share: dict[str, Any] = {
            "title": self._once(AnsweredShare, "title", f"{number}. Was wird geteilt? (Titel)")
        }
        share["clause"] = self._once(
            AnsweredShare, "clause", "   In welchem Paragraphen steht das?", default=f"§ {number}"
        )
        how = self._choice(
            "   Zahlt jede einen Preis je Einheit, einen festen Betrag, oder werden Kosten geteilt?",
            ("Preis", "Betrag", "Kosten"),
        )
        if how == "Preis":
            share["prices"] = self._stages(AnsweredPrice, "price", "Preis je Einheit und Jahr, EUR")
        elif how == "Betrag":
            share["amounts"] = self._stages(AnsweredAmount, "amount", "Betrag im Jahr, EUR")
        else:
            share["costs"] = self._costs()
        if how != "Betrag" and (
            how == "Preis" or self._yes("   Nach einer Zahl geteilt? (nein: zu gleichen Teilen)", "ja")
        ):
            share["measure"] = self._measure(measures)
        if self._yes(f"   Zahlt die Betreiberin ({self.answers['operator']}) mit?"):
            share["parties"] = self._party_names()
        share |= self._bounds()
        return share

    def _stages(self, model: type[BaseModel], name: str, words: str) -> list[dict[str, Any]]:
        begins, stages = str(self.answers["from"]), list[dict[str, Any]]()
        while True:
            percent = ""
            if stages:
                more = f"   Um wie viel Prozent steigt er ab {begins}?"
                percent = self._once(model, "raised_percent", more, nothing="nein, neuer Betrag")
            price = {name: self._once(model, name, f"   {words} ab {begins}")} if not percent else {}
            stages.append({"from": begins, **price, **({"raised_percent": percent} if percent else {})})
            begins = self._once(model, "from", "   Ändert er sich später? Ab welchem Tag?", nothing="nein")
            if not begins:
                return stages

    def _costs(self) -> list[dict[str, Any]]:
        costs: list[dict[str, Any]] = []
        while year := self._once(
            AnsweredCost, "year", "   Kosten welchen Jahres sind bekannt?", nothing="keine mehr"
        ):
            amount = self._once(AnsweredCost, "amount", f"   Kosten {year}, EUR")
            words = f"   Geplant oder tatsächlich? ({', '.join(COST_KINDS)})"
            kind = self._once(AnsweredCost, "kind", words, default="tatsächlich")
            costs.append({"year": year, "amount": amount, "kind": kind})
        return costs

    def _measure(self, measures: list[dict[str, Any]]) -> str:
        title = self._once(
            AnsweredMeasure,
            "title",
            "   Nach welcher Zahl? (zum Beispiel Einwohner, Schüler)",
            default="Einwohner",
        )
        if title in [each["title"] for each in measures]:
            return title
        measure: dict[str, Any] = {"title": title}
        fixed = self._once(
            AnsweredMeasure,
            "fixed_day",
            "   Zählt für alle Jahre derselbe Stichtag? Welcher?",
            nothing="nein",
        )
        if fixed:
            measure["fixed_day"] = fixed
        else:
            measure["day"] = self._once(
                AnsweredMeasure, "day", "   Welcher Tag des Jahres ist Stichtag?", default="31.12."
            )
            measure["years_before"] = self._once(
                AnsweredMeasure, "years_before", "   Wie viele Jahre vor dem Leistungsjahr?", default="1"
            )
        measure["reported_by"] = self._once(
            AnsweredMeasure, "reported_by", "   Wer meldet die Zahlen?", default="Statistisches Landesamt"
        )
        measure["figures"] = self._figures(title, fixed)
        measures.append(measure)
        return title

    def _figures(self, title: str, fixed: str) -> list[dict[str, Any]]:
        series: list[dict[str, Any]] = []
        day = fixed
        while day or (
            day := self._once(
                AnsweredFigures,
                "day",
                f"   {title}: Zahlen von welchem Tag sind bekannt?",
                nothing="keine mehr",
            )
        ):
            figures = {}
            for name in self._party_names():
                figure = self._tried(f"      {name}", "", "keine", partial(_figure_slips, name))
                if figure:
                    figures[name] = figure
            series.append({"day": day, "figures": figures})
            if fixed:
                break
            day = ""
        return series

    def _bounds(self) -> dict[str, Any]:
        bounds = {
            name: self._once(AnsweredShare, name, f"   {words} im Jahr und Beteiligte, EUR", nothing="keiner")
            for name, words in (("minimum", "Mindestbetrag"), ("maximum", "Höchstbetrag"))
        }
        if not any(bounds.values()):
            return {}
        bearer = self._once(
            AnsweredShare,
            "bearer",
            f"   Wer trägt den Unterschied? ({', '.join(BEARERS)})",
            default="niemand",
        )
        return {name: value for name, value in bounds.items() if value} | {"bearer": bearer}

    def _resolutions(self) -> None:
        resolutions = []
        for name in self._party_names():
            if name == self.answers["operator"]:
                continue
            adopted = self._once(
                AnsweredResolution, "adopted", f"Wann hat {name} beschlossen?", nothing="noch nicht"
            )
            if adopted:
                paper = self._once(AnsweredResolution, "paper", "   Nummer der Vorlage")
                body = self._once(
                    AnsweredResolution, "body", "   Welches Gremium?", default="Gemeindevertretung"
                )
                resolutions.append(
                    {
                        "party": name,
                        "adopted": adopted,
                        "paper": paper,
                        "body": body,
                        "title": self.answers["title"],
                    }
                )
        self.answers["resolutions"] = resolutions

    def _book(self) -> None:
        self._want(
            Answers,
            "book_of",
            f"Wessen Buch soll begonnen werden? ({self._names()})",
            default=str(self.answers["operator"]),
            choices=self._party_names(),
        )
        party = next(each for each in self.answers["parties"] if each["name"] == self.answers["book_of"])
        if "iban" not in party:
            party["iban"] = self._once(AnsweredParty, "iban", f"Welches Konto (IBAN) hat {party['name']}?")
        self._want(Answers, "budget_line", "Aus welchem Haushaltsposten? (Nummer)", default="000000")
        self._want(Answers, "budget_name", "Wie heißt er?", default="Zusammenarbeit")
        self._want(Answers, "certifies", "Wer stellt sachlich und rechnerisch fest? (Name)", nothing="später")
        self._want(Answers, "orders", "Wer ordnet an? (Name)", nothing="später")

    def _party_names(self) -> list[str]:
        return [str(party["name"]) for party in self.answers["parties"]]

    def _names(self) -> str:
        return ", ".join(self._party_names())

    def _want(
        self, model: type[BaseModel], name: str, words: str, *, choices: Sequence[str] = (), **empty: str
    ) -> None:
        if name not in self.answers and (value := self._once(model, name, words, choices=choices, **empty)):
            self.answers[name] = value

    def _once(
        self,
        model: type[BaseModel],
        name: str,
        words: str,
        *,
        default: str = "",
        nothing: str = "",
        choices: Sequence[str] = (),
    ) -> str:
        """Return an answer that the field takes; an empty one is the default; where there is `nothing`, no answer."""

        def slips(text: str) -> list[str]:
            if choices and text not in choices:
                return [f"{text!r}; erlaubt: {', '.join(choices)}"]
            return slips_of(model, name, text)

        return self._tried(words, default, nothing, slips)

    def _tried(self, words: str, default: str, nothing: str, slips: Callable[[str], list[str]]) -> str:
        offered = f" [{default or nothing}]" if default or nothing else ""
        while True:
            answer = self._ask(f"{words}{offered}: ").strip() or default
            if nothing and answer in {"", nothing}:
                return ""
            wrong = slips(answer)
            if not wrong:
                return answer
            self._tell(f"   {'; '.join(wrong)}")

    def _yes(self, words: str, default: str = "nein") -> bool:
        return self._choice(words, ("ja", "nein"), default) == "ja"

    def _choice(self, words: str, choices: Sequence[str], default: str = "") -> str:
        offered = f" [{default}]" if default else ""
        while True:
            answer = self._ask(f"{words} ({'/'.join(choices)}){offered}: ").strip() or default
            meant = [
                choice for choice in choices if answer and choice.casefold().startswith(answer.casefold())
            ]
            if meant:
                return meant[0]
            self._tell(f"   erlaubt: {', '.join(choices)}")


def slips_of(model: type[BaseModel], name: str, value: Any) -> list[str]:
    """Return in German what is wrong with one answer; other answers of its record are not asked yet."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return [
            f"{each.actual}; erlaubt: {each.allowed}" for each in wrongs(error, model) if each.loc[0] == name
        ]
    return []


def _figure_slips(party: str, text: str) -> list[str]:
    return slips_of(AnsweredFigures, "figures", {party: text})


def _day_slips(text: str) -> list[str]:
    return [slip for day in text.split(",") for slip in slips_of(Answers, "due", day.strip())]
