"""A lead town's own share is settled in the house: ordered by two persons, told in its own word, and taken back."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation, CorrectionCause
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.state.items import Item
from kkd_ledger.book.state.overview import Overview
from kkd_ledger.book.state.share_standings import ShareStatus, standings
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.errors import EntryRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules import internal_settlements
from kkd_ledger.work.books.books import adopt, open_month
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.corrections.internal import settle_internally
from kkd_ledger.work.corrections.reverse import reverse
from tests.letters.test_own_share import OWN
from tests.rules import folding
from tests.samples import ORDER, by_beancount, by_us, replace_once, three_parties

DAY = dt.date(2022, 2, 15)
ITEM_2022 = "archiv-2022-amt-1"
MAIN = "Eigenkapital:Verrechnung-Hauptbuchhaltung"
ORDERED = ("--order", "Umbuchung 7", "--by", ORDER[1], "--certified-by", ORDER[0])


@pytest.fixture(params=["own", "common"])
def lead(tmp_path: Path, request: pytest.FixtureRequest) -> Book:
    """A lead town with a share of 500,00 a year of its own; its account is the cooperation's, or that of its Kasse."""
    three_parties(tmp_path)
    with (tmp_path / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(OWN)
    if request.param == "common":
        replace_once(tmp_path / "amt" / "book.toml", "own = true", "own = false")
    book = load_book(tmp_path / "amt")
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=DAY)
    post(book, Authorisation(DAY, *ORDER))
    return load_book(book.root)


def kkd(*words: object) -> int:
    return main([*map(str, words), "--today", "2022-02-20"])


def own(book: Book) -> Item:
    return claims(book, read(book).records).items[ITEM_2022]


def cause(day: dt.date = DAY) -> CorrectionCause:
    return CorrectionCause("Umbuchung", "", Authorisation(day, *ORDER))


def test_it_is_settled_told_and_taken_back(lead: Book, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert kkd("offset", lead.root, ITEM_2022, "200,00", "--internal", *ORDERED, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["settled"], said["open"]) == ("200.00", "300.00")
    assert kkd("offset", lead.root, ITEM_2022, "--internal", *ORDERED) == 0
    assert (
        "300,00 EUR von archiv-2022-amt-1 intern verrechnet; noch offen 0,00 EUR" in capsys.readouterr().out
    )
    item = own(lead)
    assert (item.open_cents, item.internal_cents, item.paid) == (0, 500_00, [])
    assert Item.from_data(item.to_data()) == item
    for told in (by_us, by_beancount):
        assert [text for text in told(lead.root) if "(fehler)" in text] == []

    table = standings(claims(lead, read(lead).records))
    assert table
    [cell] = [cell for row in table.rows for cell in row if (cell.party, cell.service_year) == ("amt", 2022)]
    assert (cell.status, cell.settled, cell.open_cents) == (ShareStatus.INTERNAL, False, 0)

    [*_, second] = [one.text("nr") for one in read(lead).records if getattr(one, "narration", "")]
    assert kkd("reverse", lead.root, second, "--reason", "doch über die Bank", "--by", ORDER[1]) == 0
    item = own(lead)
    assert (item.open_cents, item.internal_cents) == (300_00, 200_00)
    assert [text for text in by_us(lead.root) if "(fehler)" in text] == []


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("archiv-2022-adorf-1", "--internal"), "ein Posten der Betreiberin selbst"),
        ((ITEM_2022, "500,01", "--internal"), "höchstens 500,00 EUR, was offen ist"),
        ((ITEM_2022, "0", "--internal"), "mehr als 0,00 EUR"),
        ((ITEM_2022, "archiv-2021-amt-1", "5,00", "--internal"), "--internal steht statt des Gegenpostens"),
        ((ITEM_2022,), "Es fehlt: GEGENPOSTEN"),
    ],
)
def test_nothing_else_is(
    lead: Book, words: tuple[str, ...], refusal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(read(lead).records)
    assert kkd("offset", lead.root, *words, *ORDERED) in {2, 3}
    assert refusal in capsys.readouterr().err
    assert len(read(lead).records) == before


def test_the_same_command_twice_is_refused_and_what_is_left_is_not(lead: Book) -> None:
    settle_internally(lead, ITEM_2022, 200_00, cause())
    with pytest.raises(EntryRefused, match="steht von heute schon"):
        settle_internally(lead, ITEM_2022, 200_00, cause())
    assert settle_internally(lead, ITEM_2022, None, cause()).cents == 300_00
    with pytest.raises(EntryRefused, match="nichts"):
        settle_internally(lead, ITEM_2022, None, cause())


def test_a_member_has_no_share_in_itself(tmp_path: Path) -> None:
    book = load_book(three_parties(tmp_path) / "adorf")
    open_month(book, BookingMonth(2022, 2))
    adopt(book, today=DAY)
    post(book, Authorisation(DAY, *ORDER))
    with pytest.raises(EntryRefused, match="in ihrem eigenen Buch"):
        settle_internally(book, "archiv-2022-adorf-1", None, cause())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_second_reckoning_from_the_plain_text(lead: Book, seed: int) -> None:
    """Settle, take back, in any order: items, the main ledger's account and the budget are sums over the text."""
    chance, done = random.Random(seed), list[str]()
    for step in range(8):
        day = DAY + dt.timedelta(step)
        item = own(lead)
        if item.open_cents and (not done or chance.random() < 0.6):
            cents = chance.randint(1, item.open_cents)
            done.append(settle_internally(lead, ITEM_2022, cents, cause(day)).number)
        elif done:
            reverse(lead, done.pop(chance.randrange(len(done))), cause(day))
        sums = _sums(lead.root / "2022" / "2022-02.beancount")
        item = own(lead)
        assert item.open_cents == sums["item"]
        assert item.internal_cents == sums[MAIN] == 500_00 - sums["item"]
        [told] = [
            year.paid_cents
            for year in Overview.start(lead).take(read(lead).records).budget
            if year.year == 2022
        ]
        assert told == sums[MAIN]


def _sums(file: Path) -> Counter[str]:
    """Add the legs of the text up: those on the account of the main ledger, and those that name the own item."""
    sums, lines = Counter[str](), [*file.read_text("utf-8").splitlines(), ""]
    for line, below in pairwise(lines):
        words = line.split()
        if len(words) == 3 and words[2] == "EUR":
            cents = int(Decimal(words[1]) * 100)
            sums[words[0]] += cents
            sums["item"] += cents if f'posten: "{ITEM_2022}"' in below else 0
    return sums


def test_a_credit_goes_the_same_way_and_no_run_pays_it_from_the_common_account(
    lead: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    settle_internally(lead, ITEM_2022, None, cause())
    cheaper = '{ from = 2022-01-01, amount = "400,00", known_from = 2022-02-18 }'
    replace_once(lead.agreement_file, 'amount = "500,00" }]', f'amount = "500,00" }}, {cheaper}]')
    book = load_book(lead.root)
    day = dt.date(2022, 2, 20)
    post(book, Authorisation(day, *ORDER))
    credit = "archiv-2022-amt-g220218"
    assert claims(book, read(book).records).items[credit].open_cents == -100_00
    capsys.readouterr()
    people = ("--prepared-by", ORDER[0], "--released-by", ORDER[1])
    kkd("pay", book.root, "--on", "2022-07-01", *people, "--dry-run")
    told = capsys.readouterr()
    is_inside = "`kkd offset` mit --internal verrechnet ihn im Haus" in told.out + told.err
    assert is_inside != book.settings.bank.dedicated
    settle_internally(book, credit, None, cause(day))
    assert claims(book, read(book).records).items[credit].open_cents == 0
    assert [text for text in by_us(book.root) if "(fehler)" in text] == []


def test_what_is_overdue_of_it_is_told_with_the_way(lead: Book, capsys: pytest.CaptureFixture[str]) -> None:
    open_month(lead, BookingMonth(2022, 7))
    capsys.readouterr()
    main(["status", str(lead.root), "--today", "2022-07-15"])
    assert "Den eigenen Anteil verrechnet `kkd offset` mit --internal im Haus." in capsys.readouterr().out


# --- the rule

_OWN = "Aktiva:2600-Forderungen:Amt"
_PERSONS = {
    "grund": "x",
    "sachlich_richtig_von": "S. Muster",
    "rechnerisch_richtig_von": "S. Muster",
    "angeordnet_von": "L. Beispiel",
    "leistungsjahr": "2022",
}


def _told(book: Book, item: str = ITEM_2022, account: str = MAIN, **meta: str) -> list[str]:
    entry = folding.entry(
        "interne-verrechnung", 1, folding.legs((_OWN, -100), (account, 100), item=item), **meta
    )
    return [text.removeprefix("7: ") for text in folding.said(internal_settlements, book, entry)]


def test_the_rule_asks_for_persons_the_own_item_and_the_account(tmp_path: Path) -> None:
    amt = folding.book(tmp_path, "amt")
    assert _told(amt, **_PERSONS) == []
    for key in ("grund", "sachlich_richtig_von", "rechnerisch_richtig_von", "angeordnet_von"):
        lacking = {name: value for name, value in _PERSONS.items() if name != key}
        assert _told(amt, **lacking) == [f"KKD-K10 (fehler) es fehlt: {key.replace('_', '-')}"]
    other = "archiv-2022-adorf-1"
    assert _told(amt, other, **_PERSONS) == [
        f"KKD-K10 (fehler) Posten {other} ist nicht der eigene Anteil von 2022"
    ]
    assert _told(amt, account=folding.INCOME, **_PERSONS) == [
        f"KKD-K10 (fehler) {folding.INCOME} nimmt keine interne Verrechnung"
    ]


def test_a_members_book_has_none(tmp_path: Path) -> None:
    adorf = folding.book(tmp_path, "adorf")
    assert "KKD-K10 (fehler) nur die Betreiberin hat einen Anteil an sich selbst" in _told(adorf, **_PERSONS)
