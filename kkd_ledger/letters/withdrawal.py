"""The letter that takes a document back: its claim was reversed, and no other document takes its place.

It is a letter of its own without a number, and names the document that holds no more (UStDV § 31 Abs. 5: a document
that refers to the invoice specifically and unambiguously corrects it).
"""

from __future__ import annotations

import datetime as dt

from kkd_ledger import german
from kkd_ledger.letters.notice import Side, letter
from kkd_ledger.letters.posted import Withdrawn
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import format_eur


def withdrawal_letter(
    sender: Side, recipient: Side, document: Withdrawn, words: Stationery, *, year: str, day: dt.date
) -> bytes:
    """Return the letter as PDF, dated on the day on which it was written first: the same bytes on every day.

    `year` is what people call the service year.
    """
    asked = document.cents > 0
    said = {
        "number": document.number,
        "date": german.day(document.issued),
        "amount": format_eur(abs(document.cents)),
        "day": german.day(document.reversal.date),
    }
    if document.bill:
        key = "withdrawn.bill" if asked else "withdrawn.bill_credit"
        sentence = words.say(key, bill=document.bill, **said)
    else:
        sentence = words.say("withdrawn.demand" if asked else "withdrawn.credit", year=year, **said)
    facts = [("Datum", german.day(day)), ("Leistungsjahr", year)]
    title = words.say("withdrawn.title", number=document.number)
    data = letter(words, sender, recipient, title, facts) | {
        "opening": [words.say("letter.greeting"), sentence],
        "tables": [],
        "closing": [words.say("withdrawn.books")],
    }
    return words.render("notice.typ", data, day=day)
