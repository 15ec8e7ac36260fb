"""Both sides together: the office posts and sends, the member imports and pays, and both books agree."""

import datetime as dt
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Order
from kkd_ledger.book.reader import read as read_book
from kkd_ledger.invoice.balance_file import as_file, from_file
from kkd_ledger.invoice.balances import balances, reconcile
from kkd_ledger.invoice.compare import Verdict
from kkd_ledger.invoice.contacts import Contacts
from kkd_ledger.invoice.letter import Press
from kkd_ledger.invoice.validate import Checker
from kkd_ledger.job.books import adopt, open_month
from kkd_ledger.job.demand import write_demands
from kkd_ledger.job.incoming import receive
from kkd_ledger.job.intake import import_files
from kkd_ledger.job.post import post
from kkd_ledger.periods import BookingMonth

ROOT = Path(__file__).resolve().parents[2]
FEBRUARY, MARCH = dt.date(2022, 2, 15), dt.date(2022, 3, 15)
CONTACTS = """\
format = 1
[parties.amt]
street = "Weg 1"
postcode = "99999"
city = "Nirgendwo"
email = "amt@example.org"
person = "Erika Beispiel"
phone = "0000 123"
[parties.adorf]
street = "Weg 2"
postcode = "99998"
city = "Adorf"
leitweg_id = "992-90009-96"
"""
VAT = """
[[vat]]
from = 2021-01-01
treatment = "not-taxable-2b"
reason = "§ 2b UStG"
decided_by = "E. Beispiel"
decided_on = 2020-12-01
"""
NOBODY = Contacts(Path("contacts.toml"))
WARM = Press(checker=Checker())


def statements() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_statements", ROOT / "ledgers/statements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CAMT = statements()


def books(folder: Path, inhabitants: int, leaves: bool) -> tuple[Book, Book]:
    shutil.copytree(ROOT / "tests/three", folder, dirs_exist_ok=True)
    file = folder / "agreement.toml"
    text = file.read_text(encoding="utf-8").replace("99001001 = 1000", f"99001001 = {inhabitants}")
    if leaves:
        text = text.replace('name = "Adorf"\n', 'name = "Adorf"\nleft = 2022-05-31\n', 1)
    file.write_text(text + ("" if "[[vat]]" in text else VAT), encoding="utf-8")
    (folder / "contacts.toml").write_text(CONTACTS, encoding="utf-8")
    sides = load_book(folder / "amt"), load_book(folder / "adorf")
    for book in sides:
        open_month(book, BookingMonth(2022, 2))
        adopt(book, today=FEBRUARY)
    return sides


def settle(office: Book, member: Book, percents: list[int], folder: Path) -> None:
    """Let the member pay a part of each item it owes, and bring both banks' statements into both books."""
    items = [one for one in balances(member, read_book(member).records, "adorf").items if one.open_cents > 0]
    paid = [
        (one.reference, one.open_cents * percent // 100)
        for one, percent in zip(items, percents, strict=False)
    ]
    for book, other, sign in ((office, member, 1), (member, office, -1)):
        own, foreign = (one.settings.bank.iban for one in (book, other))
        entries = [
            CAMT.Entry(MARCH, sign * cents, other.party, foreign, reference=reference)
            for reference, cents in paid
            if cents
        ]
        text = CAMT.camt(own, book.party, entries, first=dt.date(2022, 3, 1), number=1, opening=0)
        file = folder / f"{book.party}.xml"
        file.write_text(text, encoding="utf-8")
        import_files(book, [file], today=dt.date(2022, 3, 31))


@settings(max_examples=4)
@given(
    inhabitants=st.integers(300, 5000),
    leaves=st.booleans(),
    percents=st.lists(st.integers(0, 100), min_size=2, max_size=2),
    more=st.integers(-250, 250),
)
@example(inhabitants=1000, leaves=False, percents=[100, 100], more=-58)
@example(inhabitants=4711, leaves=True, percents=[50, 0], more=58)
def test_what_one_side_sends_the_other_books(
    inhabitants: int, leaves: bool, percents: list[int], more: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office, member = books(folder, inhabitants, leaves)
        order = Order(FEBRUARY, "S. Muster", "L. Beispiel")
        post(office, order)
        for year in (2021, 2022):
            write_demands(office, year, today=FEBRUARY, members=["adorf"], press=WARM)
        sent = sorted((office.root / "documents").glob("*.pdf"))
        assert len(sent) == 2
        done = receive(member, sent, order, checker=WARM._checker)
        assert [one.comparison.verdict for one in done.received] == [Verdict.AS_AGREED] * 2
        assert agreed(office, member) == ()
        settle(office, member, percents, folder)
        assert agreed(office, member) == ()
        if more:
            correct(office, member, inhabitants + more)
            assert agreed(load_book(office.root), load_book(member.root)) == ()


def correct(office: Book, member: Book, inhabitants: int) -> None:
    """Let the agreement learn another figure; the office posts and sends the corrections, the member books them."""
    file = office.agreement_file
    text = file.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("99001001 = "))
    file.write_text(text.replace(line, f"99001001 = {inhabitants}"), encoding="utf-8")
    office, member = load_book(office.root), load_book(member.root)
    order = Order(MARCH, "S. Muster", "L. Beispiel")
    post(office, order)
    made = [
        one
        for year in (2021, 2022)
        for one in write_demands(office, year, today=MARCH, members=["adorf"], press=WARM).made
    ]
    sent = [office.root / f"documents/{one.demand.claim.number}-adorf.xml" for one in made]
    done = receive(member, sent, order, checker=WARM._checker)
    assert [one.comparison.text() for one in done.received] == ["wie vereinbart"] * len(sent)


def agreed(office: Book, member: Book) -> tuple[object, ...]:
    """Compare both books, also through a file."""
    ours, theirs = (balances(book, read_book(book).records, "adorf") for book in (office, member))
    assert ours.items
    assert [(one.claimed_cents, one.reference) for one in ours.items] == [
        (one.claimed_cents, one.reference) for one in theirs.items
    ]
    file = office.root / "saldo.json"
    file.write_bytes(as_file(theirs))
    assert from_file(file, NOBODY, unsigned=True).statement == theirs
    return reconcile(ours, theirs)
