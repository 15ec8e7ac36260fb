"""An operator's and a member's office, each with a folder of its own, that work by nothing but kkd commands.

Between them go files: the demands that the operator writes, and the statements of a made-up bank, camt.053 for the
operator and MT940 for the member. Whoever has no book here pays by what its demand says.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bank import writing as bank
from tests.both_sides.two_sides import payments_of
from tests.faults.offices.desk import Desk, Said

ORDER = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
TREASURY = ("--prepared-by", "K. Kasse", "--released-by", "B. Buch")
TWO = ("--by", "S. Muster", "--and", "L. Beispiel")


@dataclass
class Office:
    """One party: its folder, its account at the bank, and its book, if it has one here."""

    name: str
    iban: str
    root: str = ""
    book: str = ""
    cents: int = 0
    count: int = 0
    lines: list[Any] = field(default_factory=list)

    @property
    def agreement(self) -> str:
        """The agreement as this office has it."""
        return f"{self.root}/vereinbarung/agreement.toml"


@dataclass
class Offices:
    """The operator, a member with a book, and others without one."""

    folder: Path
    operator: Office
    member: Office
    others: Mapping[str, Office]
    desk: Desk
    day: dt.date
    sent: set[str] = field(default_factory=set)

    @property
    def both(self) -> tuple[Office, Office]:
        """The two that have books."""
        return self.operator, self.member

    def kkd(self, *words: str, status: int = 0, day: dt.date | None = None, today: bool = True) -> Said:
        """Type a command on a day; it has to end with the status that a careful person expects."""
        on = day or self.day
        whole = (*words, "--today", on.isoformat()) if today else words
        said = self.desk.kkd(on, *whole)
        assert said.status == status, f"{on} kkd {' '.join(words)} → {said.status}\n{said.out}{said.err}"
        return said

    def each(self, command: str, *words: str, **more: Any) -> None:
        """Type the same command for both books."""
        for office in self.both:
            self.kkd(command, office.book, *words, **more)

    def figures(self, *words: str) -> None:
        """Enter figures in both folders, and let two persons confirm them for both books."""
        for office in self.both:
            self.kkd("figures", office.agreement, *words, "--yes")
        self.each("confirm", *TWO)

    def reference(self, posten: str) -> str:
        """Return what the demand of an item asks to be named with a payment."""
        folder = self.folder / self.operator.book
        blocks = "".join(path.read_text("utf-8") for path in sorted(folder.glob("2*/*.beancount"))).split(
            "\n\n"
        )
        found = [block for block in blocks if f'posten: "{posten}"' in block and "kassenzeichen: " in block]
        return re.findall(r'kassenzeichen: "([^"]+)"', found[0])[0]

    def transfer(
        self, payer: Office, payee: Office, cents: int, *, text: str = "", reference: str = ""
    ) -> None:
        """Let money move from one account to another on today's day."""
        for office, sign, other in ((payer, -1, payee), (payee, 1, payer)):
            remittance = " ".join(filter(None, (reference, text)))
            office.lines.append(
                bank.line(
                    sign * cents,
                    booking_day=self.day,
                    value_day=self.day,
                    counterparty=other.name,
                    iban=other.iban,
                    remittance=remittance,
                    bank_reference=f"{self.day:%y%m%d}{len(office.lines):03}",
                )
            )

    def pays(self, payer: str, posten: str, cents: int) -> None:
        """Let a party without a book here pay an item by hand, with its reference."""
        self.transfer(self.others[payer], self.operator, cents, reference=self.reference(posten))

    def run(self, office: Office, on: dt.date) -> str:
        """Write a payment run and let the bank execute it; return what the command said."""
        said = self.kkd("pay", office.book, "--on", on.isoformat(), *TREASURY)
        for file in re.findall(r"zahlungen/\S+\.xml", said.out):
            payee_of = {each.iban: each for each in (*self.both, *self.others.values())}
            pain = (self.folder / office.book / file).read_bytes()
            creditors = re.findall(r"<CdtrAcct><Id><IBAN>([A-Z0-9]+)<", re.sub(r">\s+<", "><", pain.decode()))
            for (reference, cents), iban in zip(payments_of(pain, office.iban), creditors, strict=True):
                self.transfer(office, payee_of[iban], cents, reference=reference)
        return said.out

    def deliver(self) -> None:
        """Bring the operator's new documents to the member, who receives them."""
        folder = self.folder / self.operator.book / "documents"
        for path in sorted(folder.glob("*.pdf")) if folder.is_dir() else ():
            if path.name in self.sent or not re.search(r"-\d{4}-\d{5}-", path.name):
                continue
            self.sent.add(path.name)
            if path.stem.endswith(self.member.book.rpartition("/")[2]):
                inbox = self.folder / self.member.book / "inbox"
                inbox.mkdir(exist_ok=True)
                shutil.copy(path, inbox)
                said = self.kkd("receive", self.member.book, f"{self.member.book}/inbox/{path.name}", *ORDER)
                assert "wie vereinbart" in said.out, said.out

    def month(
        self,
        year: int,
        number: int,
        acts: Mapping[int, Callable[[], object]] | None = None,
        ends: tuple[int, int] = (0, 0),
    ) -> None:
        """Live a month: open it on the 3rd, post, demand and receive on the 9th, read the bank's statement at its end.

        `acts` happen on their days; those of the 9th before posting. `ends` are the statuses of the monthly runs.
        """
        first, last = dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])
        self.day = first.replace(day=3)
        if not (self.folder / self.operator.book / f"{year}/{year}-{number:02}.beancount").exists():
            self.each("open", f"{first:%Y-%m}")
        for on in sorted({9, *(acts or {})}):
            self.day = first.replace(day=on)
            if acts and on in acts:
                acts[on]()
            if on == 9:
                self.kkd("post", self.operator.book, *ORDER)
                for claimed in (year - 1, year):
                    self.kkd("demand", self.operator.book, str(claimed))
                self.deliver()
        self.day = last
        for office, form, status in zip(self.both, (bank.camt, bank.mt940), ends, strict=True):
            self._statement(office, form, first, last)
            self.kkd("month", office.book, f"{first:%Y-%m}", status=status)

    def _statement(self, office: Office, form: Callable[..., Any], first: dt.date, last: dt.date) -> None:
        office.count += 1
        day_order = sorted(office.lines, key=lambda line: line.booking_day)
        statement = bank.statement(
            *day_order,
            account=office.iban,
            identity=f"A-{office.count}",
            sequence=office.count,
            from_day=first,
            to_day=last,
            opening_cents=office.cents,
            closing_cents=office.cents + sum(line.amount_cents for line in day_order),
        )
        text = form(statement)
        office.cents, office.lines = statement.closing_cents or 0, []
        inbox = self.folder / office.book / "inbox"
        inbox.mkdir(exist_ok=True)
        if isinstance(text, bytes):
            (inbox / f"{first:%Y-%m}.xml").write_bytes(text)
        else:
            text = re.sub(r"(:60F:[CD])\d{6}", rf"\g<1>{first:%y%m%d}", text)
            (inbox / f"{first:%Y-%m}.sta").write_bytes(text.encode("utf-8"))

    def months(self, year: int, first: int, last: int) -> None:
        """Let months pass in which nothing else happens, and close each."""
        for number in range(first, last + 1):
            self.month(year, number)
            self.close()

    def close(self) -> None:
        """Close the month in both books, a week into the next one, by who did not work on it."""
        month, self.day = f"{self.day:%Y-%m}", self.day + dt.timedelta(days=7)
        self.each("close", month, "--by", "L. Beispiel")

    def at_the_end(self) -> None:
        """Both books agree, hold, and every month that has ended is sealed."""
        self.kkd("reconcile", self.operator.book, self.member.book, today=False)
        for office in self.both:
            said = self.kkd("check", office.book, "--full")
            assert "Feststellungen: keine" in said.out, said.out
            months = sorted((self.folder / office.book).glob("2*/*.beancount"))
            assert all(month.with_suffix(".seal.json").exists() for month in months), [
                path.name for path in months
            ]
        assert self.desk.wrong == []


def offices(folder: Path, answers: Mapping[str, Any], member: str, day: dt.date) -> Offices:
    """Begin both books with `kkd init`, each office in a folder of its own, from the same paper contract."""
    desk = Desk(folder)
    file = folder / "antworten.json"
    file.write_text(json.dumps(dict(answers), ensure_ascii=False), encoding="utf-8")
    parties = {
        party["name"]: Office(party["name"], party["iban"].replace(" ", "")) for party in answers["parties"]
    }
    operator = str(answers["operator"])
    made = Offices(folder, parties.pop(operator), parties.pop(member), parties, desk, day)
    for root, office in zip(("betrieb", "mitglied"), made.both, strict=True):
        said = made.kkd("init", root, "--answers", "antworten.json", "--book-of", office.name)
        office.root = root
        office.book = re.findall(rf"Geschrieben: ({root}/[^/]+)/book\.toml", said.out)[0]
    made.each("adopt")
    made.each("confirm", *TWO)
    return made


def contact(name: str, leitweg_id: str, **more: str) -> dict[str, str]:
    """Return the address of a made-up party."""
    city = name.rsplit(maxsplit=1)[-1]
    address = {"street": "Weg 1", "postcode": "99999", "city": city, "email": "amt@example.org"}
    return {"name": name, **address, "leitweg_id": leitweg_id, **more}


def resolutions(names: Sequence[str], adopted: str) -> list[dict[str, str]]:
    """Return that parties have resolved on a day."""
    return [
        {
            "party": name,
            "paper": f"VL {number}",
            "title": "Beitritt",
            "body": "Gemeindevertretung",
            "adopted": adopted,
        }
        for number, name in enumerate(names, start=1)
    ]
