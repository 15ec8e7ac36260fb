"""The sample's second cooperation, wholly invented: a school association with advances, settled on actual figures.

Its books are made by commands alone, beginning with `kkd init` and the answers beside it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import statements
from statements import Entry

from kkd_ledger.agreement import load

NAME = "quellgrund"
OPERATOR, MEMBER, OTHER = "schulverband-quellgrund", "beispielbach", "dritthausen"
PAID: dict[
    tuple[int, int], list[tuple[str, int, str, int]]
] = {  # month → who pays which item on which day: its year, its end (v: advance, a: settlement), cents
    (2024, 9): [(MEMBER, 16, "v240915", 18_000_00), (OTHER, 13, "v240915", 12_000_00)],
    (2024, 11): [(MEMBER, 15, "v241115", 18_000_00), (OTHER, 15, "v241115", 12_000_00)],
    (2025, 4): [(MEMBER, 3, "a250305", 1_308_00), (OTHER, 2, "a250305", 872_00)],
}
MONTHS = [(2024, month) for month in range(8, 13)] + [(2025, month) for month in range(1, 5)]
WAITING = (2025, 4)

Kkd = Callable[..., None]


def build(source: Path, folder: Path, kkd: Kkd) -> None:
    """Make the agreement and both books in a folder, from the answers in another one."""
    target, answers = folder / NAME, source / NAME / "antworten.toml"
    first = ("--answers", answers, "--month", "2024-08", "--today", "2024-08-16")
    kkd("init", target, *first)
    kkd("init", folder / "member", *first, "--book-of", "Beispielbach")
    shutil.move(folder / "member" / MEMBER, target / MEMBER)
    shutil.rmtree(folder / "member")
    shutil.copy(answers, target)
    bank = Bank(target)
    for party in (OPERATOR, MEMBER):
        _book(target, party, bank, kkd)
    for party in (OPERATOR, MEMBER):
        _settled(target, party, bank, kkd)
        shutil.rmtree(target / party / ".kkd")
    shutil.rmtree(bank.folder)


def _book(target: Path, party: str, bank: Bank, kkd: Kkd) -> None:
    """Two advances of 2024: asked for, paid, every month closed; then the plan of 2025."""
    book, order = target / party, ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
    kkd("adopt", book, "--today", "2024-08-16")
    kkd("confirm", book, "--by", "S. Muster", "--and", "L. Beispiel", "--today", "2024-08-16")
    appropriation = "62.500,00" if party == OPERATOR else "38.000,00"
    kkd("budget", book, "2024", appropriation, "--today", "2024-08-16")
    if party == MEMBER:
        more = ("--by", "K. Kasse", "--reason", "Bestand bei Eröffnung", "--today", "2024-08-16")
        kkd("opening", book, "100.000,00", *more)
    kkd("post", book, *order, "--today", "2024-08-16")
    for year, month in MONTHS[:-2]:
        name = f"{year}-{month:02}"
        if name != "2024-08":
            kkd("open", book, name, "--today", f"{name}-01")
        if name == "2024-10":
            kkd("post", book, *order, "--today", "2024-10-16")
        if name == "2025-01":
            kkd(
                "year",
                book,
                "2024",
                "vorläufig-abgeschlossen",
                "--by",
                "L. Beispiel",
                "--today",
                "2025-01-10",
            )
        kkd("import", book, bank.statement(party, year, month), "--today", f"{name}-28")


def _settled(target: Path, party: str, bank: Bank, kkd: Kkd) -> None:
    """2024 has cost 2,180.00 EUR more than was planned: the settlement is booked, its payments wait in the inbox."""
    book, order = target / party, ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
    kkd("open", book, "2025-03", "--today", "2025-03-03")
    if party == OPERATOR:
        figures = ("--money", "Schulkosten=2024=68.500,00", "--money", "Gastschulbeiträge=2024=6.320,00")
        kkd("figures", target / "vereinbarung" / "agreement.toml", *figures, *_source("Jahresrechnung 2024"))
        plan = ("--money", "Schulkosten=2025=72.000,00", "--money", "Gastschulbeiträge=2025=6.000,00")
        kkd(
            "figures",
            target / "vereinbarung" / "agreement.toml",
            *plan,
            "--kind",
            "plan",
            *_source("Haushaltsplan 2025"),
        )
        counts = (
            "--count",
            "Schüler=01.10.2024=Beispielbach=47",
            "--count",
            "Schüler=01.10.2024=Dritthausen=28",
        )
        kkd("figures", target / "vereinbarung" / "agreement.toml", *counts, *_source("Schulstatistik"))
    kkd("confirm", book, "--by", "S. Muster", "--and", "L. Beispiel", "--today", "2025-03-05")
    kkd("post", book, *order, "--today", "2025-03-05")
    kkd("import", book, bank.statement(party, 2025, 3), "--today", "2025-03-31")
    (book / "inbox").mkdir(exist_ok=True)
    shutil.copy(bank.statement(party, *WAITING), book / "inbox" / "2025-04.xml")


def _source(name: str) -> tuple[str, ...]:
    return ("--source", name, "--yes", "--today", "2025-03-05")


class Bank:
    """The made-up bank of both: a statement a month."""

    def __init__(self, target: Path) -> None:
        agreement = load(target / "vereinbarung" / "agreement.toml")
        self._parties = {member.id: member for member in agreement.parties()}
        self.folder = target.parent / "statements-school"
        self._cents = {OPERATOR: 0, MEMBER: 100_000_00}

    def statement(self, party: str, year: int, month: int) -> Path:
        """Write the statement of a month of a party, in turn, and return its file."""
        rows = [row for row in PAID.get((year, month), ()) if party in {row[0], OPERATOR}]
        entries = [self._entry(party, dt.date(year, month, row[1]), row) for row in rows]
        opening = self._cents[party]
        self._cents[party] += sum(entry.cents for entry in entries)
        member, number = self._parties[party], MONTHS.index((year, month)) + 1
        text = statements.camt(
            member.ibans[0],
            member.name,
            entries,
            first=dt.date(year, month, 1),
            number=number,
            opening=opening,
        )
        file = self.folder / party / f"{year}-{month:02}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def _entry(self, party: str, day: dt.date, paid: tuple[str, int, str, int]) -> Entry:
        payer, _, end, cents = paid
        other, sign = (payer, 1) if party == OPERATOR else (OPERATOR, -1)
        who = self._parties[other]
        reference = self._reference(f"svq-2024-{payer}-{end}")
        return Entry(day, sign * cents, who.name, who.ibans[0], reference=reference)

    def _reference(self, posten: str) -> str:
        """Return the payment reference that the operator has booked with an item."""
        months = sorted((self.folder.parent / NAME / OPERATOR).glob("2*/*.beancount"))
        entries = "".join(month.read_text(encoding="utf-8") for month in months).split("\n\n")
        entry = next(each for each in entries if f'posten: "{posten}"' in each and "kassenzeichen: " in each)
        return entry.partition('kassenzeichen: "')[2].partition('"')[0]
