"""VAT by service year: on the books of both sides, on the documents, on the way in; to the cent, and refused early."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import VatTreatment, vat_cents
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, CorrectionCause
from kkd_ledger.book.state.claims import booked_share, claims
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.read import read
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.errors import EntryRefused
from kkd_ledger.letters.letter import DocumentMaker
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.contacts import ContactsRefused
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.incoming import receive
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.corrections.reverse import reverse
from tests.both_sides.test_round_trip import PERCENTS, both_agree, worlds
from tests.both_sides.two_sides import vat
from tests.samples import ORDER, by_beancount, by_us, replace_once, three_parties

DAY = dt.date(2022, 2, 15)
PEOPLE = Authorisation(DAY, *ORDER)
VAT = """
[[vat]]
from = 2021-01-01
to = 2021-12-31
treatment = "not-taxable-2b"
reason = "hoheitlich"
decided_by = "Kämmerei"
decided_on = 2020-12-01
known_from = 2020-12-01

[[vat]]
from = 2022-01-01
treatment = "taxable-19"
amounts = "net"
reason = "Das Archiv steht im Wettbewerb."
decided_by = "Kämmerei"
decided_on = 2021-12-01
known_from = 2021-12-01
"""
CONTACTS = """\
format = 1
[parties.amt]
street = "Weg 1"
postcode = "99999"
city = "Nirgendwo"
email = "amt@example.org"
person = "Erika Beispiel"
phone = "0000 123"
vat_id = "DE123456788"
[parties.adorf]
street = "Weg 2"
postcode = "99998"
city = "Adorf"
leitweg_id = "992-90009-96"
[parties.behausen]
street = "Weg 3"
postcode = "99997"
city = "Behausen"
leitweg_id = "992-90009-96"
[parties.zett]
street = "Weg 4"
postcode = "99996"
city = "Zett"
leitweg_id = "992-90009-96"
"""
ACCOUNT = 'bank_charges = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"\n'
RECEIVABLE = "Aktiva:2600-Forderungen:Adorf"


def taxed(folder: Path, name: str, account: str = "") -> Book:
    """Return a book of the three parties with a month open; 2022 is taxable, 2021 is not."""
    three_parties(folder)
    with (folder / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(VAT)
    (folder / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    if account:
        replace_once(folder / name / "book.toml", ACCOUNT, f'{ACCOUNT}vat = "{account}"\n')
    book = load_book(folder / name)
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=DAY)
    return book


@pytest.fixture
def office(tmp_path: Path) -> Book:
    book = taxed(tmp_path / "office", "amt", "Passiva:4770-Umsatzsteuer")
    post(book, PEOPLE)
    return load_book(book.root)


def legs(book: Book, party: str, year: int) -> list[tuple[str, int, str]]:
    entry = next(
        one
        for one in read_book(book).records
        if isinstance(one, Transaction)
        and (one.text("beteiligte"), one.text("leistungsjahr")) == (party, str(year))
    )
    return [(leg.account, leg.cents, str(leg.meta.get("umsatzsteuer", ""))) for leg in entry.postings]


def test_the_operator_owes_the_tax_office_what_it_demands_on_top(office: Book) -> None:
    share = "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden"
    vat = "Passiva:4770-Umsatzsteuer"
    # 333 × 1.25 = 416.25; 19 % = 79.0875
    assert legs(office, "zett", 2022) == [
        ("Aktiva:2600-Forderungen:Zett", 49534, ""),
        (share, -41625, ""),
        (vat, -7909, "19"),
    ]
    assert len(legs(office, "zett", 2021)) == 2
    found = claims(office, read_book(office).records)
    assert (found.booked["adorf", 2022], found.items["archiv-2022-adorf-1"].open_cents) == (125000, 148750)
    assert by_us(office.root) == by_beancount(office.root)
    assert not [line for line in by_us(office.root) if "fehler" in line]
    assert post(office, PEOPLE).corrections == ()


@pytest.mark.parametrize(
    ("account", "result_cents"),
    [("", 148750), ("Aktiva:2630-Vorsteuer", 125000)],
    ids=["no deduction", "deducts"],
)
def test_vat_is_a_members_expense_unless_it_may_deduct_it(
    tmp_path: Path, account: str, result_cents: int
) -> None:
    book = taxed(tmp_path, "adorf", account)
    post(book, PEOPLE)
    expense = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
    assert legs(book, "adorf", 2022) == [
        (expense, 125000, ""),
        (account or expense, 23750, "19"),
        ("Passiva:4500-Verbindlichkeiten:Amt", -148750, ""),
    ]
    entries = [one for one in read_book(book).records if isinstance(one, Transaction)]
    spent = sum(leg.cents for one in entries for leg in one.postings if leg.account == expense)
    assert spent == result_cents
    assert by_us(book.root) == by_beancount(book.root) == []


def test_what_is_not_decided_is_not_booked_from_2027_on(tmp_path: Path) -> None:
    book = taxed(tmp_path, "amt", "Passiva:4770-Umsatzsteuer")
    replace_once(
        tmp_path / "agreement.toml",
        "from = 2022-01-01\ntreatment",
        "from = 2022-01-01\nto = 2026-12-31\ntreatment",
    )
    book = load_book(book.root)
    for year in (2024, 2027):
        open_month(book, BookingMonth(year, 1))
    with pytest.raises(EntryRefused, match="vat 2027: gefunden: Umsatzsteuer noch nicht entschieden"):
        post(book, Authorisation(dt.date(2027, 1, 15), *ORDER), service_year=2027)


def test_without_an_account_nothing_is_booked(tmp_path: Path) -> None:
    book = taxed(tmp_path, "amt")
    with pytest.raises(
        EntryRefused, match=r"accounts\.vat: gefunden: kein Konto für die Umsatzsteuer auf 2022"
    ):
        post(book, PEOPLE)


def send(book: Book, checker: Checker, year: int) -> list[m.Invoice]:
    done = write_demands(book, year, today=DAY, maker=DocumentMaker(checker=checker))
    assert all(one.report.good and one.pdf for one in done.documents)
    return [one.demand.document for one in done.documents]


def test_what_is_taxable_and_what_is_not_stand_in_two_documents(office: Book, checker: Checker) -> None:
    free, due = send(office, checker, 2021)[0], send(office, checker, 2022)[0]
    assert [tax.category for one in (free, due) for tax in one.taxes] == ["O", "S"]
    assert free.number != due.number
    assert free.seller.vat_id == ""
    assert due.seller.vat_id == "DE123456788"
    assert {line.rate for line in free.lines} == {None}
    assert due.totals == m.Totals(125000, 125000, 148750, 148750, tax_cents=23750)
    assert due.notes[0].text.startswith("Rechnung über die Kostenbeteiligung 2022")
    assert free.notes[0].text.startswith("Anforderung der Kostenbeteiligung 2021")


def dearer(book: Book) -> Book:
    """Let the agreement learn another rate for 2022, and post the corrections."""
    old = '[[components.rates]]\nfrom = 2022-01-01\nrate = "1.25"\n'
    new = '\n[[components.rates]]\nfrom = 2022-01-01\nrate = "1.20"\nknown_from = 2022-02-20\n'
    replace_once(book.agreement_file, old, old + new)
    later = load_book(book.root)
    post(later, Authorisation(dt.date(2022, 2, 21), *ORDER))
    return load_book(book.root)


def test_a_correction_takes_its_vat_back(office: Book, checker: Checker) -> None:
    book = dearer(office)
    # 333 × 0.05 = 16.65; 19 % = 3.1635
    shares = [share for one in read_book(book).records if (share := booked_share(book, one))]
    told = [(one.cents, one.vat_cents) for one in shares if (one.party, one.service_year) == ("zett", 2022)]
    assert told == [(41625, 7909), (-1665, -316)]
    document = send(book, checker, 2022)[-1]
    assert (document.kind, document.totals.net_cents, document.totals.tax_cents) == ("381", 1665, 316)
    assert document.totals.due_cents == 1981
    assert document.notes[0].text.startswith("Rechnungskorrektur zur Kostenbeteiligung 2022")
    assert not [line for line in by_us(book.root) if "fehler" in line]


def test_a_reversal_takes_all_of_it_back(office: Book) -> None:
    number = next(
        one.text("nr")
        for one in read_book(office).records
        if isinstance(one, Transaction)
        and (one.text("beteiligte"), one.text("leistungsjahr")) == ("zett", "2022")
    )
    reverse(office, number, CorrectionCause("falsch", "K. Kasse", PEOPLE))
    found = claims(office, read_book(office).records)
    assert (found.booked["zett", 2022], found.items["archiv-2022-zett-1"].open_cents) == (0, 0)
    assert not [line for line in by_us(office.root) if "fehler" in line]


def test_a_member_books_the_document_with_its_vat(tmp_path: Path, office: Book, checker: Checker) -> None:
    send(office, checker, 2022)
    file = next(office.root.glob("documents/*-adorf.pdf"))
    town = taxed(tmp_path / "town", "adorf")
    post(town, PEOPLE, service_year=2021)
    [taken] = receive(town, [file], PEOPLE, checker=checker).received
    assert taken.comparison.text() == "wie vereinbart"
    assert legs(town, "adorf", 2022)[-1] == ("Passiva:4500-Verbindlichkeiten:Amt", -148750, "")
    assert by_us(town.root) == []
    [again] = receive(town, [file], PEOPLE, checker=checker).received
    assert again.comparison.verdict == "schon eingegangen"


def test_a_document_confirms_what_is_booked_with_its_vat(
    tmp_path: Path, office: Book, checker: Checker
) -> None:
    send(office, checker, 2022)
    town = taxed(tmp_path / "town", "adorf")
    post(town, PEOPLE)
    [taken] = receive(town, list(office.root.glob("documents/*-adorf.xml")), PEOPLE, checker=checker).received
    assert taken.comparison.text() == "wie vereinbart"


def test_vat_that_was_not_agreed_waits_for_a_person(tmp_path: Path, office: Book, checker: Checker) -> None:
    send(office, checker, 2022)
    three_parties(tmp_path / "town")
    town = taxed(tmp_path / "town", "adorf")
    text = town.agreement_file.read_text(encoding="utf-8")
    text = text.replace('treatment = "taxable-19"\namounts = "net"', 'treatment = "not-taxable-2b"')
    town.agreement_file.write_text(text, encoding="utf-8")
    files = list(office.root.glob("documents/*-adorf.pdf"))
    [taken] = receive(load_book(town.root), files, PEOPLE, checker=checker).received
    assert (
        taken.comparison.text() == "zu klären: 2022: Umsatzsteuer gefordert 237,50 EUR, vereinbart 0,00 EUR; "
        "2022: Umsatzsteuer-Kategorie S (steuerpflichtig), entschieden: O (nicht steuerbar)"
    )


def test_what_a_taxed_document_needs_is_named_at_once(
    office: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = office.agreement_file.parent / "contacts.toml"
    replace_once(contacts, 'vat_id = "DE123456788"\n', "")
    (office.root / "book.toml").write_text(
        (office.root / "book.toml").read_text(encoding="utf-8")
        + '\n[[demands]]\nfrom = 2022-01-01\nkind = "bescheid"\nlegal_basis = "§ 2"\nremedy = "Klage"\n',
        encoding="utf-8",
    )
    assert main(["demand", str(office.root), "2022", "--member", "adorf", "--today", "2022-02-15"]) == 3
    said = capsys.readouterr().err
    assert "parties.amt: gefunden: USt-IdNr. und Steuernummer fehlen" in said
    assert "demands: gefunden: Bescheid mit Umsatzsteuer" in said
    assert said.count("gefunden:") == 2
    with pytest.raises(ContactsRefused):
        write_demands(load_book(office.root), 2022, today=DAY)
    assert not (office.root / "documents").exists()


def test_a_decision_after_the_booking_leaves_its_document_without_vat(
    tmp_path: Path, checker: Checker
) -> None:
    book = taxed(tmp_path, "amt", "Passiva:4770-Umsatzsteuer")
    replace_once(tmp_path / "agreement.toml", "known_from = 2021-12-01", "known_from = 2022-02-20")
    book = load_book(book.root)
    post(book, PEOPLE)
    assert len(legs(book, "adorf", 2022)) == 2
    maker = DocumentMaker(checker=checker)
    [letter] = write_demands(book, 2022, today=DAY, members=["adorf"], maker=maker).documents
    assert [(tax.category, tax.tax_cents) for tax in letter.demand.document.taxes] == [("O", 0)]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6))
def test_vat_of_parts_stays_within_half_a_cent_each(parts: list[int]) -> None:
    vat = VatTreatment.model_validate_json(
        '{"from": "2022-01-01", "treatment": "taxable-19", "amounts": "net", "reason": "x"}'
    )
    assert all(vat_cents(vat, -part) == -vat_cents(vat, part) for part in parts)
    exact = [200 * vat_cents(vat, part) - 38 * part for part in parts]
    assert all(abs(off) <= 100 for off in exact)


def test_a_read_document_has_its_vat(office: Book, checker: Checker) -> None:
    send(office, checker, 2022)
    document = read(next(office.root.glob("documents/*-behausen.pdf")))
    assert [(tax.base_cents, tax.tax_cents, tax.rate) for tax in document.taxes] == [(312500, 59375, 19)]


@settings(
    max_examples=3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(world=worlds(), percents=PERCENTS)
def test_both_sides_agree_with_vat_too(world: tuple[dict[str, Any], str], percents: list[int]) -> None:
    data, member = world
    both_agree(
        (data | {"vat": [vat("taxable-19", amounts="net")]}, member), percents, [True, False, False, True]
    )
