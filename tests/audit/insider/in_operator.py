"""Kinds of edit in the operator's book: demands and their documents, an account of its own, money in suspense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.audit.insider.in_months import Kinds
from tests.audit.insider.world import (
    Edit,
    added,
    all_of,
    appended,
    bytes_of,
    content,
    data,
    linked,
    pattern,
    removed,
    text,
)

FEBRUARY, MARCH, APRIL = (f"2024/2024-0{month}.beancount" for month in (2, 3, 4))
BANK = "2024/2024-03.bank.json"
PDF, XML = (f"documents/KKD-2024-00004-biedenkopf.{kind}" for kind in ("pdf", "xml"))
_HASH: Final = "0" * 64


def _paper(old: str, new: str) -> Edit:
    """Change the bank's file that March's certificate names."""

    def edit(book: Path) -> None:
        named = json.loads((book / BANK).read_bytes())["auszuege"][0]["sha256"]
        (path,) = (book / "archive").glob(f"{named}.*")
        bytes_of(lambda found: found.replace(old.encode(), new.encode()))(path)

    return edit


def _line(fate: str, **facts: object) -> Callable[[dict], None]:  # type: ignore[type-arg]
    def change(held: dict) -> None:  # type: ignore[type-arg]
        next(one for one in held["zeilen"] if one["ergebnis"] == fate).update(facts)

    return change


OPERATOR: Final[Kinds] = {
    "a demand's document": content(PDF, lambda found: found + b" "),
    "a demand's e-invoice": text(XML, "15555.30", "15555.31", -1),
    "the account on an e-invoice": text(XML, "DE19999999996534000000", "DE30999999990000471100"),
    "a document gone": removed(PDF),
    "a document and what names it gone": all_of(
        removed(PDF), pattern(FEBRUARY, r"^2024-02-29 document .*pdf\"\n(?:  .*\n)+\n", "")
    ),
    "a document put in": added("documents/KKD-2024-00099-wetter.pdf"),
    "a document that is a link": linked(PDF),
    "the hash of a document": pattern(FEBRUARY, r'(beleg-sha256: ")[0-9a-f]{64}', rf"\g<1>{_HASH}"),
    "the path of a document": text(FEBRUARY, "00004-biedenkopf.pdf", "00005-biedenkopf.pdf"),
    "the number of a document": text(
        FEBRUARY, 'anforderung: "KKD-2024-00004"', 'anforderung: "KKD-2024-00005"'
    ),
    "the account of a document": text(FEBRUARY, 'KKD:Biedenkopf "../documents', 'KKD:Wetter "../documents'),
    "the day of a document": text(FEBRUARY, "2024-02-29 document", "2024-02-28 document"),
    "the number of a demand": pattern(
        "2024/2024-01.beancount", r'anforderung: "KKD-2024-00003"', 'anforderung: "KKD-2024-00099"'
    ),
    "two demands' numbers swapped": all_of(
        text("2024/2024-01.beancount", '"KKD-2024-00003"', '"X"'),
        text("2024/2024-01.beancount", '"KKD-2024-00004"', '"KKD-2024-00003"'),
        text("2024/2024-01.beancount", '"X"', '"KKD-2024-00004"'),
    ),
    "the reference of a demand": pattern(
        "2024/2024-01.beancount", r'kassenzeichen: "RF\d\d', 'kassenzeichen: "RF00'
    ),
    "money in suspense": text(MARCH, "250.00 EUR", "150.00 EUR", -1),
    "where money in suspense came from": text(
        MARCH, '"Unbekannt GmbH" "Rechnung 4711"', '"Lohra" "Rechnung 4711"'
    ),
    "money in suspense called a payment": text(MARCH, 'buchungsart: "ungeklaert"', 'buchungsart: "zahlung"'),
    "money in suspense paid out by hand": appended(
        APRIL,
        '\n2024-04-20 * "Unbekannt GmbH" "Rückzahlung"\n  nr: "2024-000044"\n  buchungsart: "klaerung"\n'
        '  erfasst-am: 2024-04-20\n  bankref: "1:r-de6f46e8f38df4b6883217bd-1"\n  grund: "zurück"\n'
        "  Passiva:4800-Ungeklärte-Zahlungseingänge                                       250.00 EUR\n"
        "  Aktiva:2800-Bank                                                              -250.00 EUR\n",
    ),
    "a balance asserted by the job": text(APRIL, "459529.99", "459530.99"),
    "no balance": pattern(APRIL, r"^2024-04-01 balance .*\n\n", ""),
    "a receipt given to another party": text(APRIL, "KKD:Lohra ", "KKD:Lahntal "),
    "a receipt of another party": text(
        APRIL, 'posten: "kkd-2024-lohra-1"', 'posten: "kkd-2024-gladenbach-1"'
    ),
    "two receipts swapped": all_of(
        text(APRIL, '"kkd-2024-lohra-1"', '"X"'),
        text(APRIL, '"kkd-2024-gladenbach-1"', '"kkd-2024-lohra-1"'),
        text(APRIL, '"X"', '"kkd-2024-gladenbach-1"'),
    ),
    "an amount by the bank": _paper("250.00", "251.00"),
    "a payer by the bank": _paper("Unbekannt GmbH", "Bekannt GmbH"),
    "a text by the bank": _paper("Rechnung 4711", "Rechnung 4712"),
    "why money is unclear": data(BANK, _line("ungeklärt", gruende=["Spende"])),
    "a person for a booked line": data(BANK, _line("zugeordnet", regel="Person: K. Kasse")),
}
