"""When is paid: the questions about due days, rates and advances, for all or for some, and about bills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import AnsweredDues, Answers
from kkd_ledger.agreement.beginning.asking import Asking, listed, slips_of
from kkd_ledger.agreement.beginning.typed_answers import ADVANCES_ON
from kkd_ledger.agreement.dues.bills import PAYMENT_DAYS
from kkd_ledger.agreement.facts.dues import DuePlan

Answer = dict[str, Any]
_HOW: Final = ("einmal", "Raten", "voraus")


class DueQuestions:
    """Asks when is paid; a plan for all, then plans for those who pay otherwise."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        shares = asking.answers["shares"]
        self._billed = [str(share["title"]) for share in shares if "services" in share]
        self._others = [str(share["title"]) for share in shares if "services" not in share]
        self._has_costs = any("costs" in share for share in shares)

    def run(self) -> None:
        """Ask, and keep what is answered."""
        asking = self._asking
        plans = self._bills() if self._billed else []
        if not self._others:
            asking.answers["due"] = "31.12."
        else:
            words = "Wie wird gezahlt: einmal im Jahr, in Raten, oder im Voraus mit Abrechnung?"
            how = asking.choice(words, _HOW, "einmal")
            listed_days = self._days(
                "An welchen Tagen jedes Jahres ist es fällig? (mehrere mit Komma)", "15.03."
            )
            asking.answers["due"] = listed_days[-1]
            main = how != "einmal" or len(listed_days) > 1
            plans += [self._plan(how, listed_days)] if main else []
            plans += self._of_some(main=main)
        if plans:
            asking.answers["dues"] = plans

    def _bills(self) -> list[Answer]:
        words = "Wie viele Tage nach der Rechnung ist sie fällig?"
        days = self._asking.once(AnsweredDues, "after_days", words, default=str(PAYMENT_DAYS))
        return [{"after_days": days, "shares": self._billed}] if days != str(PAYMENT_DAYS) else []

    def _days(self, words: str, default: str) -> list[str]:
        return listed(self._asking.tried(words, default, "", _day_slips))

    def _plan(self, how: str, days: list[str]) -> Answer:
        asking = self._asking
        plan: Answer = {"days": days} | ({"shares": self._others} if self._billed else {})
        words = "   In welchem Paragraphen steht das?"
        if clause := asking.once(AnsweredDues, "clause", words, nothing="in keinem"):
            plan["clause"] = clause
        if len(days) > 1:
            words = "   Welcher Teil an jedem Tag? (zum Beispiel 40 %, 60 %)"
            parts = asking.tried(words, "", "gleiche Teile", _parts_of(days))
            plan |= {"parts": listed(parts)} if parts else {}
        if how == "voraus":
            return plan | self._advances()
        words = "   Wird in Höhe des Vorjahres gezahlt, solange der Betrag noch nicht feststeht?"
        if how == "Raten" and self._has_costs and asking.yes(words):
            plan["until_known"] = True
        return plan

    def _of_some(self, *, main: bool) -> list[Answer]:
        """Ask who pays on other days than the rest; whoever is named there goes before the plan for all."""
        asking, plans = self._asking, list[Answer]()
        others = [name for name in asking.party_names if name != asking.answers["operator"]]
        left = asking.party_names if len(others) > 1 else []
        while left:
            words = "Zahlt jemand an anderen Tagen? Wer? (Namen, mit Komma)"
            names = asking.names_of(words, left, "niemand" if not plans else "niemand mehr")
            if not names:
                break
            days = self._days(f"   An welchen Tagen zahlt {', '.join(names)}? (mehrere mit Komma)", "")
            words = "   Wie: in Raten, oder im Voraus mit Abrechnung?"
            how = asking.choice(words, ("Raten", "voraus"), "Raten")
            plans.append(self._plan(how, days) | {"parties": names})
            left = [name for name in left if name not in names]
        if plans and not main:  # the others pay once a year, by the same name of a plan
            rest = {"days": [asking.answers["due"]]} | ({"shares": self._others} if self._billed else {})
            return [rest, *plans]
        return plans

    def _advances(self) -> Answer:
        asking = self._asking
        words = f"   Vorauszahlungen worauf? ({', '.join(ADVANCES_ON)})"
        advances = {
            "advances_on": asking.once(
                AnsweredDues, "advances_on", words, default="Plan", offered=ADVANCES_ON
            ),
            "percent": asking.once(AnsweredDues, "percent", "   Auf wie viel Prozent davon?", default="100"),
        }
        words = "   An welchem Tag des folgenden Jahres ist die Abrechnung fällig?"
        on = asking.once(AnsweredDues, "settled_on", words, nothing="Tage nach ihr")
        if on:
            return advances | {"settled_on": on}
        words = "   Wie viele Tage, nachdem der Betrag feststeht?"
        return advances | {
            "settled_after_days": asking.once(AnsweredDues, "settled_after_days", words, default="30")
        }


def _day_slips(text: str) -> list[str]:
    days = listed(text)
    if not days:
        return ["kein Tag; erlaubt: TT.MM., zum Beispiel 30.06."]
    return [slip for day in days for slip in slips_of(Answers, "due", day)]


def _parts_of(days: list[str]) -> Callable[[str], list[str]]:
    def slips(text: str) -> list[str]:
        parts = listed(text)
        if len(parts) != len(days):
            return [f"{len(parts)} Teile; erlaubt: {len(days)}, für jeden Tag einer"]
        return slips_of(DuePlan, "parts", parts)

    return slips
