"""Money that is no share: the bank's charges, funding, a grant; it moves on the offices' accounts and is placed."""

from __future__ import annotations

import datetime as dt

from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.banks import Purpose
from tests.faults.offices.deeds import any_clerk, must
from tests.faults.offices.life import Life, Transfer


def charges(life: Life, day: dt.date) -> None:
    """The bank takes its charges from an office's account; now and then it gives them back."""
    clerk = any_clerk(life)
    cents = life.chance.randint(1, 3_000)
    life.transfer(day, Transfer(clerk.party, "bank", cents, Purpose("charges"), "Kontoführung"))
    if life.chance.random() < 0.1:
        life.transfer(day, Transfer("bank", clerk.party, cents, Purpose("charges"), "Kontoführung zurück"))


def funding(life: Life, day: dt.date) -> None:
    """The state pays a grant, or the own Kasse funds the account: the main ledger knows where it belongs."""
    text = life.chance.choice(("Förderung", "Kassenverstärkung"))
    life.transfer(
        day, Transfer("land", OPERATOR, life.chance.randint(1_000, 900_000), Purpose("funding"), text)
    )


def passed_on_again(life: Life, day: dt.date) -> None:
    """Money that was handed on is taken back, because it was not that, and handed on once more."""
    clerk = any_clerk(life)
    passed = [
        (number, text)
        for number, text in clerk.booked("klaerung")
        if "675001" in text or "Verrechnung-Hauptbuchhaltung" in text
    ]
    if passed and passed[0][0] not in clerk.taken_back:
        clerk.taken_back.add(passed[0][0])
        words = ("reverse", passed[0][0], "--reason", "doch nicht", "--by", "L. Beispiel")
        must(life, clerk, day, "money handed on cannot be taken back", *words)
        clerk.tidy(day)
