"""The questions of `kkd init`, in the order of a paper contract; each answer is tried at once and asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import (
    AnsweredOrder,
    AnsweredParty,
    AnsweredResolution,
    AnsweredStep,
    AnsweredSubsidy,
    AnsweredVat,
    Answers,
)
from kkd_ledger.agreement.beginning.asking import Again, Ask, Asking, Tell, listed, slips_of
from kkd_ledger.agreement.beginning.due_questions import DueQuestions
from kkd_ledger.agreement.beginning.share_answers import AnsweredCost
from kkd_ledger.agreement.beginning.share_questions import ShareQuestions
from kkd_ledger.agreement.beginning.typed_answers import DISTRIBUTIONS, FORMS, KINDS, TREATMENTS
from kkd_ledger.agreement.beginning.wrong_so_far import wrong_so_far
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

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any], *, goes_back: bool = True) -> None:
        self._asking = Asking(ask, tell, given, goes_back=goes_back)

    @property
    def answers(self) -> dict[str, Any]:
        """What has been answered so far, as plain data."""
        return self._asking.answers

    def run(self) -> dict[str, Any]:
        """Ask everything and return the answers as plain data; an empty answer takes the default in brackets.

        „zurück“ asks the question before again. What does not hold is told where it was answered, and asked again.
        """
        back = "; „zurück“ führt zur Frage davor" if self._asking.goes_back else ""
        self._asking.tell(
            f"Wo eine Vorgabe in Klammern steht, genügt die Eingabetaste{back}. Tage: 01.01.2024, Beträge: 1.234,56."
        )
        while True:
            self._asking.begin()
            try:
                self._questions()
            except Again:
                continue
            return self.answers

    def _questions(self) -> None:
        asking = self._asking
        asking.section = "Die Vereinbarung"
        asking.want(Answers, "title", "Wie heißt die Vereinbarung?")
        default = as_id(self.answers["title"])
        asking.want(Answers, "short", "Ihr Kürzel in Nummern und Posten?", default=default)
        place = asking.place
        self._parties()
        asking.section = "Betrieb und Dauer"
        self._frame()
        self._sound(place)
        asking.section = "Was geteilt wird"
        if "shares" not in self.answers:
            ShareQuestions(asking).run(self._sound)
            if "subsidies" not in self.answers:
                self._subsidies()
        for section, name, ask in (
            ("Fälligkeit und Steuer", "due", self._due),
            ("Fälligkeit und Steuer", "vat", self._vat),
            ("Beschlüsse", "resolutions", self._resolutions),
            ("Beschlüsse", "steps", self._steps),
        ):
            asking.section = section
            place = asking.place
            if name not in self.answers:
                ask()
                self._sound(place)
        asking.section = "Das Buch"
        self._book()

    def _due(self) -> None:
        DueQuestions(self._asking).run()

    def _sound(self, place: int) -> None:
        """Try what has been answered; tell what is wrong since a place, and ask from there on again."""
        tries = self._asking.goes_back and self._asking.place > place
        wrong = wrong_so_far(self.answers) if tries else []
        if wrong:
            self._asking.tell("\n".join(f"   {each}" for each in wrong))
            self._asking.back_to(place)

    def _frame(self) -> None:
        """Ask who runs it, in which form, from when to when."""
        asking = self._asking
        words = f"Wer betreibt die Zusammenarbeit? ({asking.names})"
        asking.want(Answers, "operator", words, choices=asking.party_names)
        words = f"In welcher Form? ({', '.join(FORMS)})"
        asking.want(Answers, "form", words, default="Mandatierung", offered=FORMS)
        asking.want(Answers, "from", "Ab welchem Tag gilt sie?")
        asking.want(Answers, "to", "Bis wann?", nothing="unbefristet")
        asking.want(Answers, "ending", "In welchem Paragraphen steht, wie sie endet?", nothing="in keinem")
        words = "An welchem Tag beginnt das Leistungsjahr? (Schuljahr: 01.08.)"
        asking.want(Answers, "service_year", words, default="01.01.")

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

    def _subsidies(self) -> None:
        """Ask for grants that lower shares."""
        asking = self._asking
        subsidies: list[dict[str, Any]] = asking.answers.setdefault("subsidies", [])
        words = "Mindert eine Förderung, was gezahlt wird? (Titel)"
        while title := asking.once(
            AnsweredSubsidy, "title", words, nothing="keine mehr" if subsidies else "keine"
        ):
            place = asking.place - 1
            subsidy: dict[str, Any] = {"title": title}
            subsidy["clause"] = asking.once(AnsweredSubsidy, "clause", "   In welchem Paragraphen steht sie?")
            subsidy["years"] = []
            while year := asking.once(
                AnsweredCost,
                "year",
                f"   {title}: ein Betrag für welches Jahr?",
                nothing="keines mehr" if subsidy["years"] else "",
            ):
                amount = asking.once(AnsweredCost, "amount", f"   {title} {year}, EUR")
                subsidy["years"].append({"year": year, "amount": amount})
            words = f"   Wie wird sie verteilt? ({', '.join(DISTRIBUTIONS)})"
            subsidy["distribution"] = asking.once(AnsweredSubsidy, "distribution", words, default="Anteile")
            granted = asking.once(
                AnsweredSubsidy, "granted_on", "   Wann wurde sie bewilligt?", nothing="noch nicht"
            )
            if granted:
                notice = asking.once(AnsweredSubsidy, "notice", "   Mit welchem Bescheid?", nothing="ohne")
                subsidy |= {"granted_on": granted} | ({"notice": notice} if notice else {})
            else:
                subsidy["applied_on"] = asking.once(
                    AnsweredSubsidy, "applied_on", "   Wann wurde sie beantragt?"
                )
            subsidies.append(subsidy)
            self._sound(place)
            words = "Mindert noch eine Förderung, was gezahlt wird? (Titel)"

    def _vat(self) -> None:
        asking = self._asking
        if "vat_reason" in self.answers:
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
                "Wer arbeitet in der Kasse? (zwei Namen, mit Komma)", "", "später", _name_slips
            )
        ):
            self.answers["treasury"] = [name.strip() for name in names.split(",") if name.strip()]
        if "general_order" in self.answers or "orders" not in self.answers:
            return
        words = "Unter welcher allgemeinen Anordnung bucht der Monatslauf? (Nummer)"
        if id_ := asking.once(AnsweredOrder, "id", words, nothing="unter keiner"):
            limit = asking.once(AnsweredOrder, "limit", "   Bis zu welchem Betrag, EUR", default="100.000,00")
            self.answers["general_order"] = {"id": id_, "limit": limit}


def _name_slips(text: str) -> list[str]:
    return slips_of(Answers, "treasury", listed(text))
