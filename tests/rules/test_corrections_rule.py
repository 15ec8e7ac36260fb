"""Reversals, clearings, offsets, remissions, accruals: what each may move, and what it has to say."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Posting, Record, Transaction
from kkd_ledger.rules import corrections
from tests.rules import folding
from tests.rules.folding import ADORF, BANK, INCOME, PRIOR, SUSPENSE, custom, entry, legs, said

ITEM = "archiv-2022-adorf-1"
OTHER_ITEM = "archiv-2022-behausen-1"
BEHAUSEN = "Aktiva:2600-Forderungen:Behausen"
OWED = "Passiva:4810-Erstattungen:Adorf"
RAP = "Passiva:4900-RAP"
RESERVE = "Passiva:3900-Rückstellungen"
CHARGES = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"
SAID = {"grund": "weil", "veranlasst_von": "S. Muster"}


def claim(number: int = 1, cents: int = 100, **meta: object) -> Transaction:
    return entry("kostenbeteiligung", number, legs((ADORF, cents), (INCOME, -cents), item=ITEM), **meta)


def back(of: Transaction, number: int, **meta: object) -> Transaction:
    """Return the exact opposite of an entry."""
    opposite = tuple(Posting(leg.account, -leg.cents, leg.meta) for leg in of.postings)
    facts = {"storniert": of.text("nr"), "grund": "falsch", **meta}
    return entry("storno", number, opposite, tags=of.tags, **facts)


def unclear(number: int = 1, cents: int = 100, line: str = "b1", **values: object) -> Transaction:
    """Money that came in and that nobody can place."""
    return entry("ungeklaert", number, legs((BANK, cents), (SUSPENSE, -cents)), bankref=line, **values)


def cleared(cents: int, to: str = ADORF, number: int = 2, line: str = "b1", **meta: object) -> Transaction:
    return entry("klaerung", number, legs((SUSPENSE, cents), (to, -cents), item=ITEM), bankref=line, **meta)


def told(book: Book, *records: Record, as_of: dt.date = dt.date(2022, 12, 31)) -> list[str]:
    return [text.removeprefix("7: ") for text in said(corrections, book, *records, as_of=as_of)]


# --- reversals


def test_an_exact_opposite_with_a_reason_says_nothing(operator: Book) -> None:
    assert told(operator, claim(), back(claim(), 2)) == []


@pytest.mark.parametrize("number", ["", "17", "2022-000003", "2021-000001"])
def test_a_reversal_names_an_entry_that_there_is(operator: Book, number: str) -> None:
    assert told(operator, claim(), back(claim(), 2, storniert=number)) == [
        f"KKD-K01 (fehler) storniert {number!r}: bis hierher gibt es keine solche Buchung"
    ]


def test_a_reversal_gives_a_reason(operator: Book) -> None:
    assert told(operator, claim(), back(claim(), 2, grund="")) == ["KKD-K01 (fehler) grund fehlt"]


def test_an_entry_is_reversed_once_and_a_reversal_never(operator: Book) -> None:
    first = back(claim(), 2)
    assert told(operator, claim(), first, back(claim(), 3)) == [
        "KKD-K01 (fehler) storniert 2022-000001: schon storniert durch 2022-000002"
    ]
    assert told(operator, claim(), first, back(first, 3)) == [
        "KKD-K01 (fehler) storniert 2022-000002: ist selbst ein Storno"
    ]


@pytest.mark.parametrize(
    "postings",
    [
        legs((ADORF, -99), (INCOME, 99), item=ITEM),
        legs((ADORF, -100), (PRIOR, 100), item=ITEM),
        legs((ADORF, -100), (INCOME, 100), item=OTHER_ITEM),
        legs((ADORF, -100), (INCOME, 100)),
        legs((ADORF, 100), (INCOME, -100), item=ITEM),
    ],
)
def test_account_amount_and_item_of_a_claim_are_reversed_exactly(
    operator: Book, postings: tuple[Posting, ...]
) -> None:
    wrong = back(claim(), 2)._replace(postings=postings)
    assert told(operator, claim(), wrong) == [
        "KKD-K02 (fehler) storniert 2022-000001: Konten, Beträge oder Posten weichen ab"
    ]


def test_in_a_later_year_the_result_may_be_extraordinary(operator: Book) -> None:
    later = back(claim(), 2)._replace(postings=legs((ADORF, -100), (PRIOR, 100), item=ITEM))
    assert told(operator, claim(), later._replace(tags=("periodenfremd",))) == []
    less = legs((ADORF, -99), (PRIOR, 99), item=ITEM)
    assert len(told(operator, claim(), later._replace(tags=("periodenfremd",), postings=less))) == 1


def test_of_a_bank_line_only_the_placing_goes_back(operator: Book) -> None:
    paid = entry("zahlung", 1, legs((BANK, 100), (ADORF, -100), item=ITEM), bankref="b1")
    placing = legs((SUSPENSE, -100), (ADORF, 100), item=ITEM)
    assert told(operator, paid, back(paid, 2, bankref="b1")._replace(postings=placing)) == []
    moved = back(paid, 2)
    assert told(operator, paid, moved) == [
        "KKD-K02 (fehler) storniert 2022-000001: von einer Bankzeile geht nur die Zuordnung zurück",
        f"KKD-K03 (fehler) buchungsart 'storno' bewegt {BANK}",
    ]


def test_claims_of_a_resolved_year_stay(operator: Book) -> None:
    resolved = custom("haushaltsjahr", "2022", "beschlossen")
    assert told(operator, claim(), resolved, back(claim(), 2)) == [
        "KKD-K02 (fehler) storniert 2022-000001: das Jahr 2022 ist beschlossen, seine Posten bleiben"
    ]
    assert told(operator, resolved, claim(), back(claim(), 2))[0].endswith("seine Posten bleiben")
    for other in (custom("haushaltsjahr", "2021", "beschlossen"), custom("haushaltsjahr", "2022", "geprüft")):
        assert told(operator, claim(), other, back(claim(), 2)) == []


def test_a_reversal_cures_what_was_wrong(operator: Book) -> None:
    beyond = [unclear(), cleared(150)]
    assert len(told(operator, *beyond)) == 1
    assert told(operator, *beyond, back(beyond[1], 3)) == []


def test_a_clearing_and_a_reclassification_are_reversed_exactly(operator: Book) -> None:
    cleared_all = cleared(100)
    assert told(operator, unclear(), cleared_all, back(cleared_all, 3, bankref="b1")) == []
    short = back(cleared_all, 3, bankref="b1")._replace(
        postings=legs((SUSPENSE, -99), (ADORF, 99), item=ITEM)
    )
    assert told(operator, unclear(), cleared_all, short)[-1].endswith(
        "Konten, Beträge oder Posten weichen ab"
    )


# --- the bank account


@pytest.mark.parametrize(
    "kind", ["klaerung", "aufrechnung", "erlass", "abgrenzung", "rueckstellung", "umgliederung"]
)
def test_no_correction_moves_the_bank_account(operator: Book, kind: str) -> None:
    moved = entry(kind, 1, legs((BANK, 5), (OWED, -5)), grund="x", angeordnet_von="y")
    assert f"KKD-K03 (fehler) buchungsart {kind!r} bewegt {BANK}" in told(operator, moved)


def test_of_a_pooled_account_a_foreign_line_leaves_the_book_whole(member: Book) -> None:
    bank = "Aktiva:2890-Verrechnung-Gemeindekasse"
    came = entry("ungeklaert", 1, legs((bank, 100), (SUSPENSE, -100)), bankref="b1")
    gone = entry("klaerung", 2, legs((SUSPENSE, 100), (bank, -100)), bankref="b1", **SAID)
    assert told(member, came, gone) == []
    part = entry("klaerung", 2, legs((SUSPENSE, 99), (bank, -99)), bankref="b1", **SAID)
    assert len(told(member, came, part)) == 1
    elsewhere = entry("klaerung", 2, legs((SUSPENSE, 100), (bank, -90), (CHARGES, -10)), bankref="b1", **SAID)
    assert len(told(member, came, elsewhere)) == 1
    unnamed = entry("klaerung", 2, legs((SUSPENSE, 100), (bank, -100)), **SAID)
    assert any("KKD-K03" in text for text in told(member, came, unnamed))


def test_of_a_dedicated_account_only_a_gap_is_taken_back(operator: Book) -> None:
    gone = entry("klaerung", 2, legs((SUSPENSE, 100), (BANK, -100)), bankref="b1", **SAID)
    assert [text[:7] for text in told(operator, unclear(), gone)] == ["KKD-K03"]
    gap = gone._replace(narration="Lücke, durch Kontoauszug erklärt")
    assert told(operator, unclear(), gap) == []


# --- clearings


@pytest.mark.parametrize(
    ("cents", "was"),
    [(101, "1,01 EUR geklärt, ungeklärt waren 1,00 EUR"), (-5, "0,05 EUR geklärt, ungeklärt waren 1,00 EUR")],
)
def test_no_more_is_cleared_than_is_unclear(operator: Book, cents: int, was: str) -> None:
    assert told(operator, unclear(), cleared(cents)) == [f"KKD-K04 (fehler) {was}"]
    assert told(operator, unclear(), cleared(100)) == []
    assert told(operator, unclear(), cleared(60), cleared(40, number=3)) == []
    assert len(told(operator, unclear(), cleared(60), cleared(41, number=3))) == 1


def test_money_is_cleared_by_the_line_that_brought_it(operator: Book) -> None:
    assert told(operator, unclear(), cleared(100, line="b2")) == [
        "KKD-K04 (fehler) 1,00 EUR geklärt, ungeklärt waren 0,00 EUR"
    ]


def test_money_that_went_out_is_cleared_the_other_way(operator: Book) -> None:
    out = "Aktiva:2690-Ungeklärte-Zahlungsausgänge"
    went = entry("ungeklaert", 1, legs((out, 100), (BANK, -100)), bankref="b1")
    settled = entry("klaerung", 2, legs((OWED, 100), (out, -100), item=ITEM), bankref="b1")
    assert told(operator, went, settled) == []
    more = entry("klaerung", 2, legs((OWED, 101), (out, -101), item=ITEM), bankref="b1")
    assert told(operator, went, more) == ["KKD-K04 (fehler) 1,01 EUR geklärt, ungeklärt waren 1,00 EUR"]


def test_cleared_money_without_an_item_goes_to_the_bank_s_charges_with_a_name_and_a_reason(
    operator: Book,
) -> None:
    assert told(operator, unclear(), cleared(100, CHARGES, **SAID)) == []
    ordered = {"grund": "weil", "angeordnet_von": "L. Beispiel"}
    assert told(operator, unclear(), cleared(100, CHARGES, **ordered)) == []
    for lacking in ({"grund": "weil"}, {"veranlasst_von": "S. Muster"}, {}):
        assert told(operator, unclear(), cleared(100, CHARGES, **lacking)) == [
            "KKD-K09 (fehler) grund oder veranlasst-von fehlt"
        ]
    assert told(operator, unclear(), cleared(100, INCOME)) == [
        f"KKD-K09 (fehler) {INCOME} nimmt kein geklärtes Geld",
        "KKD-K09 (fehler) grund oder veranlasst-von fehlt",
    ]


def test_only_a_dedicated_account_hands_over_to_the_main_ledger(folder: Path) -> None:
    main = "Aktiva:2895-Hauptbuchhaltung"
    key = {"[policy]": f'handed_over = "{main}"\n[policy]'}
    amt = folding.book(folder / "amt", "amt", **key)
    assert told(amt, unclear(), cleared(100, main, **SAID)) == []
    adorf = folding.book(folder / "adorf", "adorf", **key)
    assert told(adorf, unclear(), cleared(100, main, **SAID))[-1] == (
        f"KKD-K09 (fehler) {main} nimmt kein geklärtes Geld"
    )


# --- netting


def netted(kind: str, *items: tuple[str, int, str], **meta: object) -> Transaction:
    postings = tuple(Posting(account, cents, {"posten": item}) for account, cents, item in items)
    return entry(kind, 1, postings, **meta)


TWO = ((ADORF, -100, ITEM), (OWED, 100, "archiv-2021-adorf-2"))
SAME_SHARE = ((ADORF, -100, ITEM), (OWED, 100, "archiv-2022-adorf-2"))
LACKS = ["KKD-K05 (fehler) angeordnet-von oder grund fehlt"]


def test_an_offset_is_ordered_by_a_person_with_a_reason(operator: Book) -> None:
    assert told(operator, netted("aufrechnung", *TWO, angeordnet_von="L. Beispiel", grund="x")) == []
    assert told(operator, netted("aufrechnung", *TWO, angeordnet_von="L. Beispiel")) == LACKS
    assert told(operator, netted("aufrechnung", *TWO, grund="x")) == LACKS
    assert told(operator, netted("aufrechnung", *TWO, grund="x", anordnung="AAO-1")) == LACKS


def test_within_a_share_the_order_of_the_credit_is_enough(operator: Book) -> None:
    assert told(operator, netted("aufrechnung", *SAME_SHARE, grund="x", anordnung="AAO-1")) == []
    assert told(operator, netted("aufrechnung", *SAME_SHARE, grund="x")) == LACKS


def test_nothing_else_nets_a_claim_with_a_debt(operator: Book) -> None:
    assert told(operator, netted("zahlung", *TWO)) == [
        "KKD-K05 (fehler) buchungsart 'zahlung' rechnet Forderung und Verbindlichkeit gegeneinander auf"
    ]
    claims = ((ADORF, -100, ITEM), (BEHAUSEN, -50, OTHER_ITEM))
    assert told(operator, netted("zahlung", *claims), netted("korrektur", *TWO)) == []


# --- remissions


def test_a_remission_is_ordered_and_borne_by_its_account(folder: Path) -> None:
    borne = "Aufwendungen:020501-Archiv:589001-Erlasse"
    amt = folding.book(folder, "amt", **{"[policy]": f'remission_expense = "{borne}"\n[policy]'})
    persons = {
        "grund": "x",
        "sachlich_richtig_von": "S. Muster",
        "rechnerisch_richtig_von": "S. Muster",
        "angeordnet_von": "L. Beispiel",
    }
    given_up = legs((ADORF, -100), (borne, 100), item=ITEM)
    assert told(amt, entry("erlass", 1, given_up, **persons)) == []
    for key in persons:
        lacking = {name: value for name, value in persons.items() if name != key}
        assert told(amt, entry("erlass", 1, given_up, **lacking)) == [
            f"KKD-K07 (fehler) es fehlt: {key.replace('_', '-')}"
        ]
    wrong = legs((ADORF, -100), (INCOME, 100), item=ITEM)
    assert told(amt, entry("erlass", 1, wrong, **persons)) == [
        f"KKD-K07 (fehler) {INCOME} trägt keinen Erlass"
    ]


# --- accruals and provisions


@pytest.fixture
def closing(folder: Path) -> Book:
    more = f'rap_passive = "{RAP}"\nprovisions = "{RESERVE}"\n[policy]'
    return folding.book(folder, "amt", **{"[policy]": more})


def deferred(
    cents: int, number: int = 1, kind: str = "abgrenzung", account: str = RAP, of: str = "2022"
) -> Record:
    amounts = legs((INCOME, cents), (account, -cents))
    return entry(kind, number, amounts, beteiligte="adorf", leistungsjahr=of)


def test_an_accrual_is_released_in_its_year(closing: Book) -> None:
    left = "KKD-K06 (offen) Adorf, Leistungsjahr 2022: 1,00 EUR sind noch abgegrenzt"
    assert told(closing, deferred(100)) == [left]
    assert told(closing, deferred(100), as_of=dt.date(2021, 12, 31)) == []
    assert told(closing, deferred(100), deferred(-100, 2)) == []
    assert told(closing, deferred(160), deferred(-60, 2)) == [left]
    assert told(closing, deferred(100), deferred(-100, 2, of="2023")) == [left]
    assert told(closing, deferred(100, of="bald")) == []


def test_a_provision_is_used_once_the_obligation_is_booked(closing: Book) -> None:
    provided = deferred(100, kind="rueckstellung", account=RESERVE)
    booked = claim(2, beteiligte="adorf", leistungsjahr="2022")
    assert told(closing, provided) == []
    assert told(closing, provided, booked) == [
        "KKD-K08 (offen) Adorf, Leistungsjahr 2022: 1,00 EUR sind noch zurückgestellt"
    ]
    used = deferred(-100, 3, kind="rueckstellung", account=RESERVE)
    assert told(closing, provided, booked, used) == []
    assert told(closing, provided, claim(2, beteiligte="behausen", leistungsjahr="2022")) == []
    part = deferred(-40, 3, kind="rueckstellung", account=RESERVE)
    assert told(closing, provided, booked, part)[0].endswith("0,60 EUR sind noch zurückgestellt")
