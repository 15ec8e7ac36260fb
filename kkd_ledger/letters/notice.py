"""Letters of tables: reminder (Zahlungserinnerung, Mahnung) and statement of balances (Saldenbestätigung)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from kkd_ledger import german
from kkd_ledger.letters import giro
from kkd_ledger.letters.letter import bare, eur, number, recipient_data, sender_data
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import round_half_up
from kkd_ledger.payments.interest import InterestSpan
from kkd_ledger.persons.contacts import Contact
from kkd_ledger.reconciliation.balances import Balances, ItemBalance
from kkd_ledger.references import in_fours

REMINDER: Final = "Zahlungserinnerung"
DUNNING: Final = "Mahnung"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a letter: its contact data, its name and its account."""

    contact: Contact
    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """One overdue item of a reminder, or one instalment of it that is due (`instalment`), in cents.

    `name` is what it is for: a service year, or a bill of charges by its own name. `open_cents` is what is due and not
    paid, `reminded` the day of the last letter about it. Without a rule of the agreement there is no interest, and no
    span of it.
    """

    posten: str
    account: str
    document: str
    reference: str
    name: str
    due: dt.date
    claimed_cents: int
    open_cents: int
    interest_cents: int
    interest: tuple[InterestSpan, ...]
    reminded: dt.date | None = None
    instalment: bool = False

    @property
    def stage(self) -> str:
        """Zahlungserinnerung, or Mahnung where it has been reminded of before."""
        return DUNNING if self.reminded else REMINDER


def letter(
    words: Stationery, sender: Side, recipient: Side, title: str, facts: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return what every letter of tables prints; the caller adds what it is about."""
    asked = [
        ("Ansprechperson", sender.contact.person),
        ("Telefon", sender.contact.phone),
        ("E-Mail", sender.contact.email),
    ]
    return {
        "title": title,
        "sender": sender_data(sender.contact, sender.name, sender.iban),
        "recipient": recipient_data(recipient.contact, recipient.name),
        "facts": [*facts, *((name, value) for name, value in asked if value)],
        "payment": {"words": "", "facts": []},
        "signing": "",
        "qr": "",
        "qr-words": "",
        "qr-title": words.say("letter.qr"),
        "regards": words.say("letter.regards"),
    }


Cell = str | Mapping[str, str]


def table(
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    sums: Sequence[tuple[str, ...]] = (),
    *,
    title: str = "",
) -> dict[str, Any]:
    """Return a table: a cell is a text, or a `text` with a `small` one below it; a sum is its name and its amounts.

    Columns of figures are those with (EUR), % or Tage; the first takes the room that is left.
    """
    columns = [
        {"name": name, "right": name.endswith(("(EUR)", "%", "Tage")), "wide": place == 0}
        for place, name in enumerate(names)
    ]
    totals = [{"name": name, "amounts": amounts} for name, *amounts in sums]
    return {"title": title, "columns": columns, "rows": rows, "sums": totals}


def reminder(
    sender: Side,
    recipient: Side,
    items: Sequence[Overdue],
    *,
    as_of: dt.date,
    written: dt.date,
    pay_by: dt.date,
    clause: str = "",
    words: Stationery | None = None,
    read: dt.date | None = None,
) -> bytes:
    """Return the reminder of what was overdue on a day as PDF, written on that day or later, to be paid by another.

    `read` is the day up to which the bank's statements are known: nobody can say of a later one that nothing came.
    A QR code stands only on a letter about one item.
    """
    words = words or Stationery()
    say = words.say
    day, earlier = german.day(as_of), sorted({item.reminded for item in items if item.reminded})
    dates = " und ".join(german.day(reminder_day) for reminder_day in earlier)
    title = say("remind.second" if earlier else "remind.first")
    seen = german.day(min(as_of, read or as_of))
    opening = say("remind.opening_second" if earlier else "remind.opening_first", day=seen, dates=dates)
    total = sum(item.open_cents + item.interest_cents for item in items)
    charged = any(item.interest for item in items)
    data = letter(words, sender, recipient, title, [("Datum", german.day(written))]) | {
        "opening": [say("letter.greeting"), f"{opening} {say('remind.crossed')}"],
        "tables": [_overdue(items, total), *([_interest(items)] if charged else [])],
        "payment": _payment(words, sender, items, total, pay_by),
        "closing": [say("remind.interest", clause=clause, day=day) if charged else say("remind.no_fee")],
    }
    if len({item.reference for item in items}) == 1:
        data["qr"] = giro.svg(giro.payload(sender.name, sender.iban, total, items[0].reference))
        data["qr-words"] = f"GiroCode: {eur(total)} an {sender.name}, Kassenzeichen {items[0].reference}"
    return words.render("notice.typ", data, day=written)


def _overdue(items: Sequence[Overdue], total: int) -> dict[str, Any]:
    """Return what is due: with interest a column more, so the reference stands below the document."""
    charged = any(item.interest for item in items)
    names = ["Anforderung", "fällig am", "gefordert (EUR)", "fällig und offen (EUR)"]
    rows: list[list[Cell]] = []
    for item in items:
        small = f"{'Rate, ' if item.instalment else ''}{item.name}"
        amounts = (german.day(item.due), bare(item.claimed_cents), bare(item.open_cents))
        if charged:
            document_cell = {"text": item.document, "small": f"{item.reference}, {small}"}
            rows.append([document_cell, *amounts, bare(item.interest_cents)])
        else:
            rows.append([{"text": item.document, "small": small}, item.reference, *amounts])
    if not charged:
        return table([names[0], "Kassenzeichen", *names[1:]], rows, [("zusammen", bare(total))])
    open_cents = sum(item.open_cents for item in items)
    sums = [("Summe", bare(open_cents), bare(total - open_cents)), ("zu zahlen", bare(total))]
    return table([*names, "Zinsen (EUR)"], rows, sums)


def _interest(items: Sequence[Overdue]) -> dict[str, Any]:
    """Return how the interest was reckoned: a row for each span of the same amount and rate."""
    rows = [
        [
            f"{item.document}: {german.day(span.first)} bis {german.day(span.last)}",
            str(span.days),
            bare(span.cents),
            number(Decimal(span.percent.numerator) / Decimal(span.percent.denominator)),
            _fine(span.exact_cents),
        ]
        for item in items
        for span in item.interest
    ]
    total = bare(sum(item.interest_cents for item in items))
    sums = [("Zinsen, je Zeile der ersten Tabelle einmal auf den Cent gerundet", total)]
    names = ["Zinsen für", "Tage", "Betrag (EUR)", "Zinssatz %", "Zinsen (EUR)"]
    return table(names, rows, sums, title="Zinsberechnung")


def _fine(cents: Fraction) -> str:
    """Return an exact amount in EUR with four decimals, half away from zero: the sum is rounded, not the spans."""
    return number(Decimal(round_half_up(cents.numerator * 100, cents.denominator)).scaleb(-4))


def _payment(
    words: Stationery, sender: Side, items: Sequence[Overdue], total: int, pay_by: dt.date
) -> dict[str, Any]:
    amount, references = eur(total), list(dict.fromkeys(item.reference for item in items))
    facts = [
        ("Betrag", amount),
        ("Empfänger", sender.name),
        ("IBAN", in_fours(sender.iban)),
        ("Bank", sender.contact.bank),
        ("zahlbar bis", german.day(pay_by)),
        *(("Kassenzeichen", in_fours(reference)) for reference in references),
    ]
    which = "remind.pay_one" if len(references) == 1 else "remind.pay_many"
    said = words.say(which, amount=amount, due=german.day(pay_by))
    return {"words": said, "facts": [(name, value) for name, value in facts if value]}


def confirmation(
    sender: Side, recipient: Side, statement: Balances, *, words: Stationery | None = None
) -> bytes:
    """Return a statement of balances as PDF, to be confirmed by the other side."""
    words = words or Stationery()
    day = german.day(statement.as_of)
    data = letter(words, sender, recipient, words.say("balances.title"), [("Stand", day)]) | {
        "opening": [words.say("letter.greeting"), words.say("balances.opening", day=day)],
        "tables": list(_balance_tables(statement)),
        "closing": [words.say("balances.closing")],
        "signing": words.say("balances.confirm"),
    }
    return words.render("notice.typ", data, day=statement.as_of)


def _balance_tables(statement: Balances) -> Iterator[dict[str, Any]]:
    """Yield what the member owes, and by itself what the operator owes back; never one taken off the other."""
    sides = (
        (False, "gefordert (EUR)", "gezahlt (EUR)", "Forderungen der Betreiberin", statement.open_cents),
        (
            True,
            "zu erstatten (EUR)",
            "erstattet (EUR)",
            "Erstattungen der Betreiberin",
            statement.refund_cents,
        ),
    )
    for refund, claimed, paid, title, open_cents in sides:
        items = [item for item in statement.items if item.refund == refund]
        if items or not refund:
            others = any(item.others for item in items)
            names = [
                "Posten",
                "Jahr",
                claimed,
                paid,
                *(["verrechnet, erlassen (EUR)"] if others else []),
                "offen (EUR)",
            ]
            rows = [_balance_row(item, statement.year_name, others=others) for item in items]
            yield table(names, rows, [("offen zusammen", bare(open_cents))], title=title)


def _balance_row(item: ItemBalance, named: Callable[[int], str], *, others: bool) -> list[Cell]:
    sign = -1 if item.refund else 1
    return [
        f"{item.posten} {item.document}".strip(),
        named(item.service_year),
        bare(sign * item.claimed_cents),
        bare(sign * item.paid_cents),
        *([bare(sign * (item.settled_cents - item.paid_cents))] if others else []),
        bare(sign * item.open_cents),
    ]
