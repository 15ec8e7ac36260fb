"""Both sides of one agreement as they really meet: each in a folder of its own, with nothing between them but files.

The bank between them is made up: it carries out pain.001 files (wholly, in part, or not at all) and orders by hand, and
sends each side its camt.053.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from lxml import etree

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.contacts import load as load_contacts
from kkd_ledger.persons.signature import new_key
from kkd_ledger.reconciliation.balance_file import as_file, from_file
from kkd_ledger.reconciliation.balances import Balances, ItemBalance, balances
from kkd_ledger.reconciliation.differences import BalanceDifference, reconcile
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.filing import ReceivedDocument
from kkd_ledger.work.claims.incoming import receive
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.statements.importing import import_files
from kkd_ledger.work.transfers.payrun import RunRelease, pay
from tests.agreement.writing import toml
from tests.samples import ROOT

WARM = DocumentMaker(checker=Checker())
IBANS = {"office": "DE09999999999900100000", "member": "DE75999999990065340010"}
CONTACTS = """\
format = 1
[parties.{office}]
street = "Weg 1"
postcode = "99999"
city = "Nirgendwo"
email = "amt@example.org"
person = "Erika Beispiel"
phone = "0000 123"
tax_number = "031 000 00000"
public_keys = ["{office_key}"]
[parties.{member}]
street = "Weg 2"
postcode = "99998"
city = "Adorf"
leitweg_id = "992-90009-96"
public_keys = ["{member_key}"]
"""
BOOK = """\
format = 1
title = "{party}"
agreement = "../agreement.toml"
party = "{party}"
[budget]
line = "020501"
name = "Probe"
[bank]
account = "Aktiva:2800-Bank"
iban = "{iban}"
own = true
[accounts]
receivable = "Aktiva:2600-Forderungen:{{party}}"
payable = "Passiva:4500-Verbindlichkeiten:{{party}}"
share = "{share}"
prior_period_expense = "Aufwendungen:020501-Probe:799001-Periodenfremd"
prior_period_income = "Erträge:020501-Probe:599001-Periodenfremd"
unclear_in = "Passiva:4800-Ungeklärte-Zahlungseingänge"
unclear_out = "Aktiva:2690-Ungeklärte-Zahlungsausgänge"
bank_charges = "Aufwendungen:020501-Probe:675001-Nebenkosten"
[policy]
standing_order = "AAO-1"
"""


def _statements() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_statements", ROOT / "ledgers/statements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CAMT = _statements()


def complete(data: Mapping[str, Any], member: str) -> dict[str, Any]:
    """Return a made-up agreement with what two sides need of it: accounts, resolutions, a decision on VAT."""
    operator = data["operator"]
    ibans = {operator: IBANS["office"], member: IBANS["member"]}
    return data | {
        "adopted": dt.date(2022, 6, 1),
        "effective_from": dt.date(2022, 7, 1),
        "members": [
            one | ({"ibans": [ibans[one["id"]]]} if one["id"] in ibans else {}) for one in data["members"]
        ],
        "resolutions": data.get("resolutions")
        or [resolution(one["id"]) for one in data["members"] if one["id"] != operator],
        "vat": data.get("vat") or [vat("not-taxable-2b")],
    }


def vat(treatment: str, **more: Any) -> dict[str, Any]:
    """Return a decision on VAT for all years."""
    decided = {"decided_by": "E. Beispiel", "decided_on": dt.date(2020, 12, 1)}
    return {"from": dt.date(2021, 1, 1), "treatment": treatment, "reason": "UStG", **decided, **more}


def resolution(member: str) -> dict[str, Any]:
    """Return a member's adopted resolution."""
    day = dt.date(2022, 6, 20)
    sitting = {"body": "Gemeindevertretung", "date": day, "number": 1, "decides": True}
    return {
        "member": member,
        "paper": f"{member} 1/2022",
        "title": "Beitritt",
        "adopted": day,
        "effective_from": dt.date(2022, 7, 1),
        "sittings": [sitting],
    }


@dataclass
class Side:
    """One party in its own folder, with its bank account."""

    folder: Path
    party: str
    book: Book
    balance: int = 0
    statements: int = 0

    def again(self) -> Book:
        """Read the book's settings and the agreement anew, as every command does."""
        self.book = load_book(self.folder / "buch")
        return self.book


@dataclass
class Sides:
    """An agreement's operator and one of its members, and the bank between them."""

    folder: Path
    office: Side
    member: Side
    day: dt.date
    orders: list[tuple[Side, str, int]] = field(default_factory=list)

    @property
    def order(self) -> Authorisation:
        """Who certifies and orders today."""
        return Authorisation(self.day, "S. Muster", "L. Beispiel")

    @property
    def both(self) -> tuple[Side, Side]:
        """The operator, then the member."""
        return self.office, self.member

    def begin(self, day: dt.date, *, which: Iterable[Side] | None = None) -> None:
        """Open the month of a day in the books."""
        self.day = day
        for side in self.both if which is None else which:
            fresh = not side.book.top_file.exists()
            open_month(side.again(), BookingMonth.of(day))
            if fresh:
                adopt(side.book, today=day)

    def post(self, side: Side | None = None) -> None:
        """Let a side (without: the office) post what the agreement says."""
        post((side or self.office).again(), self.order)

    def send(self) -> list[Path]:
        """Let the office write the documents that the member lacks; return PDF and XML in turn."""
        files = []
        for year in range(2021, self.day.year + 2):
            done = write_demands(
                self.office.again(), year, today=self.day, members=[self.member.party], maker=WARM
            )
            files += [f"{one.demand.claim.number}-{self.member.party}" for one in done.documents]
        folder = self.office.book.root / "documents"
        turn = self.day.month
        return [
            folder / f"{name}.{('pdf', 'xml')[place % 2]}" for place, name in enumerate(files, start=turn)
        ]

    def receive(self, files: list[Path]) -> tuple[ReceivedDocument, ...]:
        """Let the member import documents as they came."""
        if not files:
            return ()
        return receive(self.member.again(), files, self.order, checker=WARM._checker).received

    def open_items(self, side: Side) -> list[ItemBalance]:
        """Return a side's statement about the member, item by item."""
        return list(self.statement(side).items)

    def statement(self, side: Side, as_of: dt.date | None = None) -> Balances:
        """Return a side's statement of balances."""
        return balances(side.again(), read_book(side.book).records, self.member.party, as_of)

    def run(self, side: Side) -> tuple[bytes, tuple[str, ...]]:
        """Let a side pay what is due by the end of the month.

        Return its pain.001 (empty where nothing is due), and the items that an earlier run has named and that are open.
        """
        last = BookingMonth.of(self.day).last_day
        done = pay(side.again(), RunRelease("S. Muster", "L. Beispiel", self.day, last))
        return (side.book.root / done.file).read_bytes() if done.file else b"", tuple(
            posten for posten, _ in done.before
        )

    def by_hand(self, side: Side, reference: str, cents: int) -> None:
        """Let a side order a transfer by hand."""
        if cents > 0:
            self.orders.append((side, reference, cents))

    def execute(self, side: Side, pain: bytes, amount: Callable[[int], int] = lambda cents: cents) -> None:
        """Carry out a pain.001: `amount` says how much of each payment really goes through."""
        for reference, cents in payments_of(pain, side.book.settings.bank.iban):
            self.by_hand(side, reference, amount(cents))

    def statements(
        self, *, which: Iterable[Side] | None = None, on: int = 20, through: dt.date | None = None
    ) -> None:
        """Carry out all orders on a day of the month, and bring both banks' statements into the books.

        They tell of the whole month, or of its days up to `through`.
        """
        day = self.day.replace(day=on)
        orders, self.orders = self.orders, []
        for side in self.both if which is None else which:
            entries = [self._entry(side, payer, reference, cents, day) for payer, reference, cents in orders]
            self._statement(side, entries, through)

    def _entry(self, side: Side, payer: Side, reference: str, cents: int, day: dt.date) -> Any:
        other = self.member if side is self.office else self.office
        sign = -1 if side is payer else 1
        iban = other.book.settings.bank.iban
        return CAMT.Entry(day, sign * cents, other.party, iban, reference=reference)

    def _statement(self, side: Side, entries: list[Any], through: dt.date | None) -> None:
        side.statements += 1
        text = CAMT.camt(
            side.book.settings.bank.iban,
            side.party,
            entries,
            first=self.day.replace(day=1),
            number=side.statements,
            opening=side.balance,
            last=through,
        )
        side.balance += sum(entry.cents for entry in entries)
        file = side.folder / f"{self.day:%Y-%m}.xml"
        file.write_text(text, encoding="utf-8")
        last = BookingMonth.of(self.day).last_day
        import_files(side.again(), [file], today=last)

    def differences(self) -> tuple[BalanceDifference, ...]:
        """Compare both books by the member's signed file."""
        from kkd_ledger.persons.signature import load_key

        theirs = self.statement(self.member)
        file = self.folder / "saldo.json"
        file.write_bytes(as_file(theirs, load_key(self.folder / "member.pem")))
        contacts = load_contacts(self.office.book.agreement_file, self.office.book.agreement)
        found = from_file(file, contacts)
        assert found.statement == theirs
        assert found.signed_with
        return reconcile(self.statement(self.office), found.statement)


def payments_of(pain: bytes, debtor: str) -> list[tuple[str, int]]:
    """Return reference and cents of each transfer in a pain.001, as the bank reads them."""
    if not pain:
        return []
    root = etree.fromstring(pain)
    space = {"p": str(root.nsmap[None])}
    assert root.findtext(".//p:DbtrAcct/p:Id/p:IBAN", namespaces=space) == debtor
    return [
        (
            str(one.findtext(".//p:CdtrRefInf/p:Ref", namespaces=space)),
            int(str(one.findtext("p:Amt/p:InstdAmt", namespaces=space)).replace(".", "")),
        )
        for one in root.iterfind(".//p:CdtTrfTxInf", space)
    ]


def two_sides(folder: Path, data: Mapping[str, Any], member: str, day: dt.date) -> Sides:
    """Make both sides' folders from an agreement's data; nothing is posted."""
    full = complete(data, member)
    operator = str(data["operator"])
    keys = {name: new_key(folder / f"{name}.pem").public for name in ("office", "member")}
    contacts = CONTACTS.format(
        office=operator, member=member, office_key=keys["office"], member_key=keys["member"]
    )
    made = []
    for name, party in (("office", operator), ("member", member)):
        root = folder / name
        (root / "buch").mkdir(parents=True)
        (root / "agreement.toml").write_text(toml(full), encoding="utf-8")
        (root / "contacts.toml").write_text(contacts, encoding="utf-8")
        earns = name == "office"
        share = (
            "Erträge:020501-Probe:548201-Kostenerstattung"
            if earns
            else "Aufwendungen:020501-Probe:717201-Kostenbeteiligung"
        )
        if earns:
            share += '"\nvat = "Passiva:4770-Umsatzsteuer'
        text = BOOK.format(party=party, iban=IBANS[name], share=share)
        (root / "buch/book.toml").write_text(text, encoding="utf-8")
        made.append(Side(root, party, load_book(root / "buch")))
    return Sides(folder, *made, day)
