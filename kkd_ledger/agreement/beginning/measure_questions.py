"""By what is shared: the questions about a measure, what is made of it, and what has been reported."""

from __future__ import annotations

from functools import partial
from typing import Any

from kkd_ledger.agreement.beginning.asking import Asking, slips_of
from kkd_ledger.agreement.beginning.share_answers import AnsweredFigures, AnsweredMeasure, AnsweredSummand

Answer = dict[str, Any]
_MADE = ("ja", "Mittel", "Mindestmenge", "Faktor", "Punkte", "Summe")


class MeasureQuestions:
    """Asks about measures; one that was answered once is named by its title afterwards."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._measures: list[Answer] = asking.answers.setdefault("measures", [])

    def measure(self, words: str = "   Nach welcher Zahl? (zum Beispiel Einwohner, Schüler)") -> str:
        """Return the title of a measure, with all that is asked about a new one."""
        asking = self._asking
        title = asking.once(AnsweredMeasure, "title", words, default="Einwohner")
        if title in [each["title"] for each in self._measures]:
            return title
        measure: Answer = {"title": title}
        self._measures.append(measure)
        words = "   Zählt sie, wie sie gemeldet wird? (sonst: wie sie vorher umgerechnet wird)"
        made = asking.choice(words, _MADE, "ja")
        if made == "Summe":
            measure["sum_of"] = self._summands(title)
        else:
            fixed = self._counted(measure)
            measure |= self._made(made, title)
        if made not in {"ja", "Summe"}:
            words = "   Gerundet auf wie viele Nachkommastellen?"
            if decimals := asking.once(AnsweredMeasure, "decimals", words, nothing="gar nicht"):
                measure["decimals"] = decimals
        if made != "Summe":
            measure["figures"] = self._figures(title, fixed)
        return title

    def _counted(self, measure: Answer) -> str:
        """Ask which day counts and who reports; return the day where it is the same for all years."""
        asking = self._asking
        words = "   Zählt für alle Jahre derselbe Stichtag? Welcher?"
        fixed = asking.once(AnsweredMeasure, "fixed_day", words, nothing="nein")
        if fixed:
            measure["fixed_day"] = fixed
        else:
            words = "   Welcher Tag des Jahres ist Stichtag?"
            measure["day"] = asking.once(AnsweredMeasure, "day", words, default="31.12.")
            words = "   Wie viele Jahre vor dem Leistungsjahr?"
            measure["years_before"] = asking.once(AnsweredMeasure, "years_before", words, default="1")
        words = "   Wer meldet die Zahlen?"
        default = "Statistisches Landesamt"
        measure["reported_by"] = asking.once(AnsweredMeasure, "reported_by", words, default=default)
        return fixed

    def _made(self, how: str, title: str) -> Answer:
        """Ask what is made of a figure before it counts."""
        asking = self._asking
        match how:
            case "Mittel":
                words = f"   {title}: das Mittel von wie vielen Jahren? (der Stichtag und die davor)"
                return {"mean_years": asking.once(AnsweredMeasure, "mean_years", words, default="3")}
            case "Mindestmenge":
                words = "   Mindestens wie viel? (eine Zahl für alle; leer: eine andere gemeldete Zahl)"
                if least := asking.once(AnsweredMeasure, "least", words, nothing="eine andere Zahl"):
                    return {"least": least}
                return {"least_measure": self.measure("   Welche Zahl ist die Mindestmenge? (Titel)")}
            case "Faktor":
                return {"factors": self._by_party("factors", "Faktor", "1")}
            case "Punkte":
                words = "Punkte mehr oder weniger (zum Beispiel 4 oder -1; zusammen 0)"
                return {"points": self._by_party("points", words, "0")}
        return {}

    def _by_party(self, name: str, words: str, nothing: str) -> dict[str, str]:
        said = {
            party: self._asking.tried(
                f"      {party}, {words}", "", nothing, partial(_party_slips, name, party)
            )
            for party in self._asking.party_names
        }
        return {party: text for party, text in said.items() if text}

    def _summands(self, title: str) -> list[Answer]:
        asking, parts = self._asking, list[Answer]()
        while True:
            named = self.measure(f"   {title}: Welche Zahl ist der {len(parts) + 1}. Teil der Summe? (Titel)")
            words = f"   {named} geteilt durch? (zum Beispiel 100)"
            per = asking.once(AnsweredSummand, "per", words, nothing="ungeteilt")
            parts.append({"measure": named, **({"per": per} if per else {})})
            if not asking.yes("   Kommt noch eine Zahl in die Summe?", "nein" if len(parts) > 1 else "ja"):
                break
        words = "   Jeder Teil gerundet auf wie viele Nachkommastellen?"
        decimals = asking.once(AnsweredSummand, "decimals", words, nothing="gar nicht")
        return [part | ({"decimals": decimals} if decimals else {}) for part in parts]

    def _figures(self, title: str, fixed: str) -> list[Answer]:
        asking, series = self._asking, list[Answer]()
        words = f"   {title}: Zahlen von welchem Tag sind bekannt?"
        while day := fixed or asking.once(AnsweredFigures, "day", words, nothing="keine mehr"):
            said = {
                name: asking.tried(f"      {name}", "", "keine", partial(_figure_slips, name))
                for name in asking.party_names
            }
            figures = {name: figure for name, figure in said.items() if figure}
            if figures:
                series.append({"day": day, "figures": figures})
            else:
                asking.tell("   Von diesem Tag ist keine Zahl genannt; `kkd figures` trägt sie später ein.")
            if fixed:
                break
        return series


def _figure_slips(party: str, text: str) -> list[str]:
    return slips_of(AnsweredFigures, "figures", {party: text})


def _party_slips(name: str, party: str, text: str) -> list[str]:
    return slips_of(AnsweredMeasure, name, {party: text})
