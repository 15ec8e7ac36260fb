"""The letter that takes a document back: its claim was reversed, and no other document takes its place.

It is a letter of its own without a number, and names the document that holds no more (UStDV § 31 Abs. 5: a document
that refers to the invoice specifically and unambiguously corrects it).
"""

from __future__ import annotations

import datetime as dt

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.letters.notice import Side, letter
from kkd_ledger.letters.posted import Withdrawn
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import format_eur


def withdrawal_letter(
    sender: Side, recipient: Side, one: Withdrawn, words: Stationery, *, day: dt.date
) -> bytes:
    """Return the letter as PDF, dated on the day on which it was written first: the same bytes on every day."""
    year = one.record.text(v.SERVICE_YEAR)
    key = "withdrawn.demand" if one.cents > 0 else "withdrawn.credit"
    told = words.say(
        key,
        number=one.number,
        date=f"{one.issued:%d.%m.%Y}",
        year=year,
        amount=format_eur(abs(one.cents)),
        day=f"{one.reversal.date:%d.%m.%Y}",
    )
    facts = [("Datum", f"{day:%d.%m.%Y}"), ("Leistungsjahr", year)]
    title = words.say("withdrawn.title", number=one.number)
    data = letter(words, sender, recipient, title, facts) | {
        "opening": [words.say("letter.greeting"), told],
        "tables": [],
        "closing": [words.say("withdrawn.books")],
    }
    return words.render("notice.typ", data, day=day)
