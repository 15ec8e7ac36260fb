"""Vereinbarung: the readable version of the agreement, clause by clause, with a reckoned year."""

from __future__ import annotations

from typing import Final

from kkd_ledger import german
from kkd_ledger.agreement.readable.readable import readable
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
    version = readable(agreement, asked.snapshot.today)
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
    sections: list[Block] = [
        Sentences(f"{number}. {section.title}", [Sentence(text) for text in section.sentences])
        for number, section in enumerate(version.sections, 1)
    ]
    lead = f"{agreement.title}; Kenntnisstand {german.day(version.known_on)}"
    return Content("Vereinbarung", lead, [facts, *sections])


PAGES: Final = (WorkplacePage("vereinbarung", "Vereinbarung", _agreement),)
