"""A demand as agreed, as another program might write it, and the books that it is compared with, in memory."""

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.comparison import Comparison, compare
from kkd_ledger.persons.contacts import load
from tests.samples import LEDGERS

TODAY = dt.date(2024, 2, 29)
DEMAND = m.Invoice(
    number="LK 2024/17",
    issued=dt.date(2024, 1, 15),
    kind="380",
    currency="EUR",
    profile="urn:cen.eu:en16931:2017",
    seller=m.Party(
        "Kreisausschuss des Landkreises Marburg-Biedenkopf",
        ids=(m.Identifier("06534"),),
        endpoint=m.Identifier("kkd@landkreis.example.org", "EM"),
        address=m.Address("Kreisallee 1", city="Kreisstadt", postcode="99000", country="DE"),
        contact=m.ContactPoint("Erika Beispiel", "+49 0000 123-0", "kkd@landkreis.example.org"),
    ),
    buyer=m.Party(
        "Magistrat der Stadt Biedenkopf",
        ids=(m.Identifier("06534004"),),
        address=m.Address("Rathausplatz 5", city="Biedenkopf", postcode="99004", country="DE"),
    ),
    buyer_reference="99-KKD06534004-32",
    totals=m.Totals(1555530, 1555530, 1555530, 1555530),
    lines=(
        m.Line(
            "1",
            "Kostenbeteiligung",
            Decimal(1),
            "C62",
            Decimal("15555.30"),
            1555530,
            "O",
            period=m.Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        ),
    ),
    taxes=(m.Tax("O", 1555530, 0, Decimal(0), "Nicht steuerbar", "VATEX-EU-O"),),
    due=dt.date(2024, 3, 15),
    terms="Zahlbar bis 15.03.2024.",
    remittance="RF62KKD2024065340041",
    payments=(m.PaymentMeans("58", iban="DE19999999996534000000"),),
)


class Town:
    """Biedenkopf's books, where the county's demand of 2024 is booked and not paid."""

    def __init__(self, folder: Path) -> None:
        for name in ("kkd", "biedenkopf", "landkreis"):
            shutil.copytree(LEDGERS / name, folder / name)
        self.book = load_book(folder / "biedenkopf")
        known = load(self.book.agreement_file, self.book.agreement)
        county = replace(known.of("landkreis"), tax_number="20/226/00000", vat_id="DE123456788")
        self.contacts = replace(known, parties={**known.parties, "landkreis": county})
        self.records = read_book(self.book).records
        self.claims = claims(self.book, self.records)

    def compared(self, document: m.Invoice) -> Comparison:
        return compare(
            self.book, self.contacts, self.claims, self.records, document=document, day=TODAY, today=TODAY
        )
