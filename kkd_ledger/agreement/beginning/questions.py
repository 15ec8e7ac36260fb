"""The questions of `kkd init`, in the order of a paper contract; each answer is tried at once and asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import (
    AnsweredDues,
    AnsweredOrder,
    AnsweredParty,
    AnsweredResolution,
    AnsweredStep,
    AnsweredVat,
    Answers,
)
from kkd_ledger.agreement.beginning.asking import Ask, Asking, Tell, slips_of
from kkd_ledger.agreement.beginning.share_questions import ShareQuestions
from kkd_ledger.agreement.beginning.typed_answers import ADVANCES_ON, FORMS, KINDS, TREATMENTS
from kkd_ledger.agreement.facts.dues import DuePlan
from kkd_ledger.fields import as_id

_CONTACT: Final = (
    ("street", "Straße und Hausnummer"),
    ("postcode", "Postleitzahl"),
    ("city", "Ort"),
    ("email", "E-Mail-Adresse"),
    ("leitweg_id", "Leitweg-ID"),
)
_OFFICE: Final = (
    ("person", "Ansprechperson"),
    ("phone", "Telefon"),
    ("tax_number", "Steuernummer, wo es keine Leitweg-ID gibt"),
)


class Interview:
    """Asks what is not answered yet; `given` are answers from flags or a file, as plain data."""

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any]) -> None:
        self._asking = Asking(ask, tell, given)

    @property
    def answers(self) -> dict[str, Any]:
        """What has been answered so far, as plain data."""
        return self._asking.answers

    def run(self) -> dict[str, Any]:
        """Ask everything and return the answers as plain data; an empty answer takes the default in brackets."""
        asking = self._asking
        asking.tell(
            "Wo eine Vorgabe in Klammern steht, genügt die Eingabetaste. Tage: 01.01.2024, Beträge: 1.234,56."
        )
        asking.section = "Die Vereinbarung"
        asking.want(Answers, "title", "Wie heißt die Vereinbarung?")
        default = as_id(self.answers["title"])
        asking.want(Answers, "short", "Ihr Kürzel in Nummern und Posten?", default=default)
        self._parties()
        asking.section = "Betrieb und Dauer"
        asking.want(
            Answers,
            "operator",
            f"Wer betreibt die Zusammenarbeit? ({asking.names})",
            choices=asking.party_names,
        )
        asking.want(
            Answers, "form", f"In welcher Form? ({', '.join(FORMS)})", default="Mandatierung", offered=FORMS
        )
        asking.want(Answers, "from", "Ab welchem Tag gilt sie?")
        asking.want(Answers, "to", "Bis wann?", nothing="unbefristet")
        asking.want(Answers, "ending", "In welchem Paragraphen steht, wie sie endet?", nothing="in keinem")
        asking.want(
            Answers,
            "service_year",
            "An welchem Tag beginnt das Leistungsjahr? (Schuljahr: 01.08.)",
            default="01.01.",
        )
        asking.section = "Was geteilt wird"
        if "shares" not in self.answers:
            self.answers["shares"] = ShareQuestions(asking).run()
        asking.section = "Fälligkeit und Steuer"
        self._due()
        self._vat()
        asking.section = "Beschlüsse"
        if "resolutions" not in self.answers:
            self._resolutions()
        if "steps" not in self.answers:
            self._steps()
        asking.section = "Das Buch"
        self._book()
        return self.answers

    def _parties(self) -> None:
        asking = self._asking
        if "parties" in self.answers:
            return
        asking.section = "Beteiligte"
        asking.tell("Wer nimmt teil? Auch die Betreiberin ist dabei. Ein leerer Name beendet die Liste.")
        parties: list[dict[str, Any]] = []
        while name := asking.once(
            AnsweredParty, "name", f"{len(parties) + 1}. Name", nothing="keine mehr" if parties else ""
        ):
            party = {"name": name}
            party["kind"] = asking.once(
                AnsweredParty,
                "kind",
                f"   Was ist {name}? ({', '.join(KINDS)})",
                default="Gemeinde",
                offered=KINDS,
            )
            party["ags"] = asking.once(
                AnsweredParty, "ags", "   Amtlicher Gemeindeschlüssel", nothing="keiner"
            )
            party["joined"] = asking.once(AnsweredParty, "joined", "   Seit wann?", nothing="von Anfang an")
            parties.append({key: value for key, value in party.items() if value})
        self.answers["parties"] = parties

    def _due(self) -> None:
        """Ask when is paid: once a year, in rates, or in advance and settled later."""
        asking = self._asking
        if "due" in self.answers:
            return
        words = "Wie wird gezahlt: einmal im Jahr, in Raten, oder im Voraus mit Abrechnung?"
        how = asking.choice(words, ("einmal", "Raten", "voraus"), "einmal")
        days = asking.tried(
            "An welchen Tagen jedes Jahres ist es fällig? (mehrere mit Komma)", "15.03.", "", _day_slips
        )
        listed = [day.strip() for day in days.split(",")]
        self.answers["due"] = listed[-1]
        if how == "einmal" and len(listed) == 1:
            return
        plan: dict[str, Any] = {"days": listed}
        words = "   In welchem Paragraphen steht das?"
        if clause := asking.once(AnsweredDues, "clause", words, nothing="in keinem"):
            plan["clause"] = clause
        if len(listed) > 1:
            parts = asking.tried(
                "   Welcher Teil an jedem Tag? (zum Beispiel 40 %, 60 %)",
                "",
                "gleiche Teile",
                _parts_of(listed),
            )
            plan |= {"parts": [part.strip() for part in parts.split(",")]} if parts else {}
        self.answers["dues"] = plan | (self._advances() if how == "voraus" else {})

    def _advances(self) -> dict[str, Any]:
        asking = self._asking
        advances = {
            "advances_on": asking.once(
                AnsweredDues,
                "advances_on",
                f"   Vorauszahlungen worauf? ({', '.join(ADVANCES_ON)})",
                default="Plan",
                offered=ADVANCES_ON,
            ),
            "percent": asking.once(AnsweredDues, "percent", "   Auf wie viel Prozent davon?", default="100"),
        }
        on = asking.once(
            AnsweredDues,
            "settled_on",
            "   An welchem Tag des folgenden Jahres ist die Abrechnung fällig?",
            nothing="Tage nach ihr",
        )
        if on:
            return advances | {"settled_on": on}
        days = asking.once(
            AnsweredDues,
            "settled_after_days",
            "   Wie viele Tage, nachdem der Betrag feststeht?",
            default="30",
        )
        return advances | {"settled_after_days": days}

    def _vat(self) -> None:
        asking = self._asking
        if "vat" in self.answers or "vat_reason" in self.answers:
            return
        words = f"Umsatzsteuer? ({', '.join(TREATMENTS)}; nach altem Recht nur bis Ende 2026)"
        treatment = asking.once(AnsweredVat, "treatment", words, default="altes Recht", offered=TREATMENTS)
        if treatment == "altes Recht":
            return
        decided = {
            "decided_by": asking.once(AnsweredVat, "decided_by", "   Wer hat das entschieden? (Name)"),
            "decided_on": asking.once(AnsweredVat, "decided_on", "   Wann?"),
        }
        self.answers["vat"] = [{"treatment": treatment, **decided}]

    def _resolutions(self) -> None:
        asking, resolutions = self._asking, []
        for name in asking.party_names:
            if name == self.answers["operator"]:
                continue
            adopted = asking.once(
                AnsweredResolution, "adopted", f"Wann hat {name} beschlossen?", nothing="noch nicht"
            )
            if adopted:
                paper = asking.once(AnsweredResolution, "paper", "   Nummer der Vorlage")
                body = asking.once(
                    AnsweredResolution, "body", "   Welches Gremium?", default="Gemeindevertretung"
                )
                resolution = {"party": name, "adopted": adopted, "paper": paper, "body": body}
                resolutions.append(resolution | {"title": self.answers["title"]})
        self.answers["resolutions"] = resolutions

    def _steps(self) -> None:
        """Ask for approval or notice; other steps on the way in come by an amendment."""
        asking, operator = self._asking, self.answers["operator"]
        words = "Hat die Aufsichtsbehörde sie genehmigt, oder ist sie ihr angezeigt?"
        kind = asking.choice(words, ("genehmigt", "angezeigt", "nein"), "nein")
        self.answers["steps"] = []
        if kind != "nein":
            day = asking.once(AnsweredStep, "day", "   Wann?")
            document = asking.once(AnsweredStep, "document", "   Aktenzeichen", nothing="keines")
            step = {"party": operator, "kind": kind, "day": day}
            self.answers["steps"] = [step | ({"document": document} if document else {})]

    def _book(self) -> None:
        asking = self._asking
        asking.want(
            Answers,
            "book_of",
            f"Wessen Buch soll begonnen werden? ({asking.names})",
            default=str(self.answers["operator"]),
            choices=asking.party_names,
        )
        party = next(each for each in self.answers["parties"] if each["name"] == self.answers["book_of"])
        if "iban" not in party:
            party["iban"] = asking.once(AnsweredParty, "iban", f"Welches Konto (IBAN) hat {party['name']}?")
        if "dedicated_account" not in self.answers:
            own = "ja" if self.answers["book_of"] == self.answers["operator"] else "nein"
            words = "Ist es ein Konto nur für die Zusammenarbeit? (nein: das gemeinsame der Kasse)"
            self.answers["dedicated_account"] = asking.yes(words, own)
        self._others()
        asking.want(Answers, "budget_line", "Aus welchem Haushaltsposten? (Nummer)", default="000000")
        asking.want(Answers, "budget_name", "Wie heißt er?", default="Zusammenarbeit")
        asking.want(
            Answers, "certifies", "Wer stellt sachlich und rechnerisch fest? (Name)", nothing="später"
        )
        asking.want(Answers, "orders", "Wer ordnet an? (Name)", nothing="später")
        self._treasury()

    def _others(self) -> None:
        """Ask for the accounts and addresses of the others; nobody has to know them by now."""
        asking = self._asking
        if not asking.yes("Konten und Anschriften jetzt eingeben? (nein: später)", "nein"):
            return
        for party in self.answers["parties"]:
            asking.tell(f"{party['name']}:")
            fields = [*_CONTACT, *(_OFFICE if party["name"] == self.answers["operator"] else ())]
            fields = [*fields, *([("iban", "Konto (IBAN)")] if "iban" not in party else [])]
            for name, words in fields:
                if name not in party and (
                    answer := asking.once(AnsweredParty, name, f"   {words}", nothing="unbekannt")
                ):
                    party[name] = answer

    def _treasury(self) -> None:
        asking = self._asking
        if "treasury" not in self.answers and (
            names := asking.tried(
                "Wer arbeitet in der Kasse? (zwei Namen, mit Komma)", "", "später", lambda _: []
            )
        ):
            self.answers["treasury"] = [name.strip() for name in names.split(",") if name.strip()]
        if "general_order" in self.answers or "orders" not in self.answers:
            return
        words = "Unter welcher allgemeinen Anordnung bucht der Monatslauf? (Nummer)"
        if id_ := asking.once(AnsweredOrder, "id", words, nothing="unter keiner"):
            limit = asking.once(AnsweredOrder, "limit", "   Bis zu welchem Betrag, EUR", default="100.000,00")
            self.answers["general_order"] = {"id": id_, "limit": limit}


def _day_slips(text: str) -> list[str]:
    return [slip for day in text.split(",") for slip in slips_of(Answers, "due", day.strip())]


def _parts_of(days: list[str]) -> Callable[[str], list[str]]:
    def slips(text: str) -> list[str]:
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != len(days):
            return [f"{len(parts)} Teile; erlaubt: {len(days)}, für jeden Tag einer"]
        return slips_of(DuePlan, "parts", parts)

    return slips
