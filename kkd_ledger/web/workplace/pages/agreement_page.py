"""Vereinbarung: its parts and prices, what each clause says, and how shares would be reckoned for a year."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.web.workplace.blocks import (
    Asked,
    Block,
    Content,
    FactList,
    Sentence,
    Sentences,
    WorkplacePage,
)
from kkd_ledger.web.workplace.tables import Cell


def _agreement(asked: Asked) -> Content:
    agreement = asked.snapshot.book.agreement
    facts = FactList(
        "Vereinbarung",
        [
            ("Träger", Cell(asked.snapshot.name(agreement.operator), asked.party(agreement.operator))),
            ("ab", Cell(agreement.begins)),
            ("bis", Cell(agreement.ends or "unbefristet")),
            ("beschlossen", Cell(agreement.adopted or "noch nicht")),
            ("Beteiligte", Cell(str(len(agreement.parties())), asked.to("beteiligte"))),
        ],
    )
    parts = [
        Sentence(
            f"{terms.component.title} ({terms.component.clause}), ab {german.day(terms.component.begins)}"
        )
        for terms in agreement.terms(asked.snapshot.today).components
    ]
    clauses = [Sentence(f"{clause.id}: {clause.text}") for clause in agreement.clauses]
    assumed = [Sentence(agreement.assumed, mood="warning", word="angenommen")] if agreement.assumed else []
    blocks: list[Block] = [
        facts,
        Sentences("Bausteine", parts),
        Sentences("Wortlaut", clauses, "Die Datei nennt keinen."),
    ]
    more = [Sentences("Annahmen", assumed)] if assumed else []
    return Content("Vereinbarung", agreement.title, [*blocks, *more])


PAGES: Final = (WorkplacePage("vereinbarung", "Vereinbarung", _agreement),)
