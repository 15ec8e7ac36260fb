"""A share in the books: of which period, under which resolution, with which amount; one rule at a time."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.records import Posting, Record, Transaction
from kkd_ledger.rules import authority, prior_periods, staged_allocation
from kkd_ledger.rules.engine.rule import Context
from tests.rules import folding
from tests.rules.folding import ADORF, BANK, DAY, INCOME, PRIOR, custom, entry, legs, said

SHARES = {2021: {"adorf": 1_100_00, "behausen": 2_750_00, "zett": 366_30}}
SHARES[2022] = {"adorf": 1_250_00, "behausen": 3_125_00, "zett": 416_25}
PAPERS = {"adorf": "A 1/2020", "behausen": "B 7/2020", "zett": "Z 3/2021"}


def share(
    cents: int | None = None,
    *,
    of: int = 2022,
    party: str = "adorf",
    number: int = 1,
    kind: str = "kostenbeteiligung",
    income: str = INCOME,
    day: dt.date = DAY,
    tags: tuple[str, ...] = (),
    **meta: object,
) -> Transaction:
    """A party's share of a year, whole and right but for what a test says otherwise."""
    amount = SHARES.get(of, {}).get(party, 100) if cents is None else cents
    posten = f"archiv-{of}-{party}-1"
    facts = {
        "vereinbarung": "archiv",
        "beteiligte": party,
        "leistungsjahr": str(of),
        "berechnungsstand": day,
        "beschluss": PAPERS.get(party, ""),
        **meta,
    }
    account = f"Aktiva:2600-Forderungen:{party.capitalize()}"
    return entry(
        kind, number, legs((account, amount), (income, -amount), item=posten), day=day, tags=tags, **facts
    )


def whole_year(of: int = 2022) -> list[Transaction]:
    return [share(of=of, party=party, number=at) for at, party in enumerate(PAPERS, 10 * (of - 2020))]


def reversal(of: Transaction, number: int) -> Transaction:
    back = tuple(Posting(leg.account, -leg.cents, leg.meta) for leg in of.postings)
    meta = {**of.meta, "nr": f"2022-{number:06}", "buchungsart": "storno", "storniert": of.text("nr")}
    return of._replace(postings=back, meta=meta)


def texts(found: list[str]) -> list[str]:
    return [text.removeprefix("7: ") for text in found]


# --- periods

CLOSED = custom("haushaltsjahr", "2021", "aufgestellt")
OPEN = custom("haushaltsjahr", "2021", "vorläufig-abgeschlossen")
DECIDED = {"periodenentscheidung": "spät beschlossen", "periodenentscheidung_von": "S. Muster"}
FRONT = "Leistungsjahr 2021, gebucht 2022"


def late(**values: object) -> Transaction:
    given = {"of": 2021, "income": PRIOR, "tags": ("periodenfremd",), **DECIDED, **values}
    return share(**given)


def periods(book: Book, *records: Record) -> list[str]:
    return texts(said(prior_periods, book, *records))


def test_a_share_of_its_own_year_is_ordinary(operator: Book) -> None:
    assert periods(operator, CLOSED, share()) == []
    assert periods(operator, share(of=2023)) == []
    for changed in (share(income=PRIOR), share(tags=("periodenfremd",))):
        assert periods(operator, changed) == [
            "KKD-P04 (fehler) Leistungsjahr 2022, gebucht 2022: gehört in das ordentliche Ergebnis"
        ]


def test_a_share_of_a_closed_year_is_of_an_earlier_period(operator: Book) -> None:
    assert periods(operator, CLOSED, late()) == []
    assert periods(operator, late()) == [], "a year of which the books say nothing is closed"


def test_it_stands_on_the_extraordinary_account(operator: Book, member: Book) -> None:
    assert periods(operator, CLOSED, late(income=INCOME)) == [
        f"KKD-P01 (fehler) {FRONT} auf {INCOME}; verlangt ist {PRIOR}"
    ]
    cost = "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis"
    wanted = "Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen"
    assert periods(member, CLOSED, late(income=cost)) == [
        f"KKD-P01 (fehler) {FRONT} auf {cost}; verlangt ist {wanted}"
    ]
    both = late()
    split = (*both.postings, Posting(INCOME, -5, {}), Posting(PRIOR, 5, {}))
    assert periods(operator, CLOSED, both._replace(postings=split)) == [
        f"KKD-P01 (fehler) {FRONT} auf {INCOME}; verlangt ist {PRIOR}"
    ]


def test_it_bears_its_tag_and_who_decided_why(operator: Book) -> None:
    assert periods(operator, CLOSED, late(tags=())) == [f"KKD-P02 (fehler) {FRONT}: #periodenfremd fehlt"]
    for key in DECIDED:
        assert periods(operator, CLOSED, late(**{key: ""})) == [
            f"KKD-P03 (fehler) {FRONT}: periodenentscheidung oder Name fehlt"
        ]


def test_a_small_one_may_stay_in_the_ordinary_result(folder: Path) -> None:
    book = folding.book(folder, "amt", 'prior_period_from = "100,00"')
    small = {"income": INCOME, "tags": (), "periodenentscheidung": ""}
    assert periods(book, CLOSED, late(cents=99_99, **small)) == []
    assert periods(book, CLOSED, late(cents=-99_99, **small)) == []
    assert len(periods(book, CLOSED, late(cents=100_00, **small))) == 3
    assert len(periods(book, CLOSED, late(cents=99_99, income=PRIOR, tags=()))) == 1


def test_what_arose_in_a_year_still_open_belongs_there(operator: Book) -> None:
    before = custom("buchungsmonat", "2021-11", day=dt.date(2021, 11, 1))
    arose = {"income": INCOME, "tags": (), "entstanden": dt.date(2021, 12, 31)}
    front = f"KKD-P05 (beanstandung) {FRONT}: das Jahr 2021 ist noch offen"
    assert periods(operator, before, OPEN, late(**arose)) == [front]
    assert periods(operator, OPEN, late(**arose)) == [f"{front}; das Buch beginnt erst danach"]
    assert periods(operator, OPEN, late(**(arose | {"entstanden": dt.date(2022, 1, 1)}))) == []
    assert periods(operator, OPEN, late(**(arose | {"entstanden": "bald"}))) == []


def test_a_state_that_is_taken_back_counts_from_then_on(operator: Book) -> None:
    assert periods(operator, CLOSED, OPEN, late())[0].startswith("KKD-P04")
    assert periods(operator, custom("haushaltsjahr", "2021"), late()) == []


def test_a_reversal_cures_a_wrong_period(operator: Book) -> None:
    wrong = share(income=PRIOR)
    assert periods(operator, wrong, reversal(wrong, 2)) == []
    assert len(periods(operator, wrong, reversal(share(number=9), 2))) == 1


# --- resolutions


def resolved(book: Book, *records: Record) -> list[str]:
    return texts(said(authority, book, *records))


def test_a_share_under_its_partys_resolution_says_nothing(operator: Book) -> None:
    assert resolved(operator, *whole_year(), *whole_year(2021)) == []
    assert resolved(operator, CLOSED, entry("zahlung", 9, legs((BANK, 1), (ADORF, -1)))) == []


def test_a_share_names_the_paper_that_the_party_adopted(operator: Book) -> None:
    front = "KKD-V01 (fehler) Beschluss der Beteiligten"
    assert resolved(operator, share(beschluss="A 9/2020")) == [
        f"{front} 'adorf': genannt ist 'A 9/2020', verlangt ist 'A 1/2020'"
    ]
    assert resolved(operator, share(beschluss="")) == [
        f"{front} 'adorf': keiner ist genannt, verlangt ist 'A 1/2020'"
    ]
    assert resolved(operator, share(party="amt", beschluss="X")) == [
        f"{front} 'amt': genannt ist 'X', die Vereinbarung kennt keinen"
    ]


@pytest.mark.parametrize("kind", ["kostenbeteiligung", "foerderung", "korrektur"])
def test_a_share_is_booked_after_its_resolution(operator: Book, kind: str) -> None:
    early = share(of=2021, party="zett", kind=kind, day=dt.date(2021, 2, 9))
    assert resolved(operator, early) == [
        "KKD-V02 (fehler) gebucht am 09.02.2021, Zett am See hat Z 3/2021 erst am 10.02.2021 beschlossen"
    ]
    on_the_day = {"of": 2021, "party": "zett", "kind": kind, "day": dt.date(2021, 2, 10)}
    assert resolved(operator, share(**on_the_day)) == []
    assert resolved(operator, share(**on_the_day, berechnungsstand=dt.date(2021, 2, 9))) == [
        "KKD-V03 (fehler) Zett am See, Leistungsjahr 2021: 366,30 EUR deckt Z 3/2021 nicht"
    ], "when it was reckoned nothing was resolved yet"


def test_nothing_is_booked_or_paid_before_a_party_is_bound(operator: Book) -> None:
    before = dt.date(2020, 12, 31)
    paid = entry("zahlung", 2, legs((BANK, 5), (ADORF, -5), item="archiv-2021-adorf-1"), day=before)
    assert resolved(operator, paid) == [
        "KKD-V04 (beanstandung) archiv-2021-adorf-1: gebucht am 31.12.2020, Adorf ist ab 01.01.2021 gebunden"
    ]
    assert resolved(operator, paid._replace(date=dt.date(2021, 1, 1))) == []
    foreign = entry("zahlung", 2, legs((BANK, 5), (ADORF, -5), item="andere-2021-adorf-1"), day=before)
    unnamed = entry("zahlung", 2, legs((BANK, 5), (ADORF, -5)), day=before)
    assert resolved(operator, foreign, unnamed) == []
    stranger = entry("zahlung", 2, legs((BANK, 5), (ADORF, -5), item="archiv-2021-niemand-1"), day=before)
    assert resolved(operator, stranger) == []


def test_a_reversal_cures_a_share_without_a_resolution(operator: Book) -> None:
    wrong = share(beschluss="")
    assert resolved(operator, wrong, reversal(wrong, 2)) == []


# --- amounts


def amounts(book: Book, *records: Record, as_of: dt.date = dt.date(2022, 12, 31)) -> list[str]:
    return [
        text.removeprefix("7: ").removeprefix("main.beancount:1: ")
        for text in said(staged_allocation, book, *records, as_of=as_of)
    ]


BOTH_YEARS = [*whole_year(2021), *whole_year(2022)]


def test_every_share_of_the_years_begun_says_nothing(operator: Book) -> None:
    assert amounts(operator, *BOTH_YEARS) == []
    early = dt.date(2022, 5, 31)
    assert amounts(operator, *whole_year(2021), as_of=early) == [], "2022 is due on 1 June"
    assert len(amounts(operator, *whole_year(2021), as_of=dt.date(2022, 6, 1))) == 3


def test_a_share_that_is_due_and_not_booked_is_told(operator: Book, member: Book) -> None:
    rest = [record for record in BOTH_YEARS if record.text("beteiligte") != "zett"]
    assert amounts(operator, *rest) == [
        "KKD-A02 (offen) Zett am See, Leistungsjahr 2021: 366,30 EUR sind nicht gebucht",
        "KKD-A02 (offen) Zett am See, Leistungsjahr 2022: 416,25 EUR sind nicht gebucht",
    ]
    [_, own] = amounts(member)
    assert own == (
        "KKD-A02 (offen) Adorf, Leistungsjahr 2022: 1.250,00 EUR sind nicht gebucht "
        "(Magazin (§ 2): 1.000 Einwohner × 1,25 EUR = 1.250,00 EUR)"
    )


@pytest.mark.parametrize(("cents", "written"), [(1_249_99, "1.249,99"), (1_250_01, "1.250,01")])
def test_a_cent_more_or_less_is_told(operator: Book, cents: int, written: str) -> None:
    rest = [record for record in BOTH_YEARS if record.text("nr") != "2022-000020"]
    found = amounts(operator, *rest, share(cents, number=20))
    assert found == [
        f"KKD-A01 (fehler) Adorf, Leistungsjahr 2022: gebucht {written} EUR, vereinbart 1.250,00 EUR "
        "(Magazin (§ 2): 1.000 Einwohner × 1,25 EUR = 1.250,00 EUR)"
    ]


def test_the_second_share_of_a_year_is_told_where_the_first_stands(operator: Book) -> None:
    found = amounts(operator, *BOTH_YEARS, share(number=99))
    assert found == [f"KKD-A04 (fehler) Adorf, Leistungsjahr 2022: steht schon in {folding.MONTH}:7"]


def test_a_correction_brings_the_sum_to_what_is_agreed(operator: Book) -> None:
    rest = [record for record in BOTH_YEARS if record.text("nr") != "2022-000020"]
    first, wrong = share(1_200_00, number=20), share(49_00, number=21, kind="korrektur")
    assert amounts(operator, *rest, first, share(50_00, number=21, kind="korrektur"))[1:] == []
    found = amounts(operator, *rest, first, wrong)
    assert found[1].startswith("KKD-A01 (fehler) Adorf, Leistungsjahr 2022: gebucht 1.249,00 EUR")


def test_a_share_without_ground_is_told_and_not_counted(operator: Book) -> None:
    nobody = share(5_00, party="niemand", number=90)
    too_early = share(5_00, of=2020, number=91)
    says = "die Vereinbarung sieht in diesem Buch nichts vor"
    assert amounts(operator, *BOTH_YEARS, nobody, too_early) == [
        f"KKD-A03 (fehler) niemand, Leistungsjahr 2022: gebucht 5,00 EUR, {says}",
        f"KKD-A03 (fehler) Adorf, Leistungsjahr 2020: gebucht 5,00 EUR, {says}",
    ]
    assert amounts(operator, *BOTH_YEARS, nobody, reversal(nobody, 92)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"leistungsjahr": "zweiundzwanzig"},
        {"berechnungsstand": "bald"},
        {"vereinbarung": "anders"},
    ],
)
def test_a_share_that_cannot_be_read_is_told_with_what_it_says(
    operator: Book, change: dict[str, object]
) -> None:
    broken = share(number=90)
    broken = broken._replace(meta={**broken.meta, **change})
    meta = broken.meta
    keys = ("vereinbarung", "beteiligte", "leistungsjahr", "berechnungsstand")
    facts = ", ".join(f"{key} {str(meta[key])!r}" for key in keys)
    text = f"KKD-A06 (fehler) {facts}; erwartet: vereinbarung 'archiv' und brauchbare Angaben"
    assert amounts(operator, *BOTH_YEARS, broken) == [text]
    assert amounts(operator, *BOTH_YEARS, broken, reversal(broken, 91)) == []


def test_a_reversal_takes_the_amount_out_again(operator: Book) -> None:
    last = BOTH_YEARS[-1]
    assert amounts(operator, *BOTH_YEARS, reversal(last, 90)) == [
        "KKD-A02 (offen) Zett am See, Leistungsjahr 2022: 416,25 EUR sind nicht gebucht"
    ]
    assert amounts(operator, *BOTH_YEARS, reversal(last, 90), share(party="zett", number=91)) == []


def test_without_a_treatment_there_is_no_vat(operator: Book) -> None:
    taxed = share(number=20)
    vat = Posting("Passiva:4790-Umsatzsteuer", -19_00, {"umsatzsteuer": "19"})
    legs_with = (taxed.postings[0]._replace(cents=1_269_00), taxed.postings[1], vat)
    rest = [record for record in BOTH_YEARS if record.text("nr") != "2022-000020"]
    assert amounts(operator, *rest, taxed._replace(postings=legs_with)) == [
        "KKD-A07 (fehler) Adorf, Leistungsjahr 2022: Umsatzsteuer 19,00 EUR gebucht; "
        "0 % von 1.250,00 EUR sind 0,00 EUR"
    ]


def test_what_is_wrong_with_entries_is_told_by_their_numbers(operator: Book) -> None:
    context = Context(operator)
    state = staged_allocation.start(context)
    for record in (*BOTH_YEARS[:3], share(1, number=20), CLOSED):
        staged_allocation.step(context, state, record)
    [(number, text)] = staged_allocation.wrong(state).items()
    assert number == "2022-000020"
    assert text.startswith("Adorf, Leistungsjahr 2022: gebucht 0,01 EUR, vereinbart")
    assert text.endswith("(KKD-A01)")


# --- when the agreement changes


@pytest.fixture
def amended(folder: Path) -> Book:
    """From 15 April 2022 on Adorf is known to have had 1,100 inhabitants."""
    folding.book(folder)
    file = folder / "agreement.toml"
    text = file.read_text(encoding="utf-8")
    begin = text.index("[[populations]]")
    series = text[begin : text.index("[[bases]]")]
    later = series.replace("99001001 = 1000", "99001001 = 1100")
    later = later.replace("census = 2011", "census = 2011\nknown_from = 2022-04-15")
    file.write_text(text.replace(series, series + later), encoding="utf-8")
    return load_book(folder / "amt")


def test_what_the_agreement_asks_since_is_a_correction(amended: Book) -> None:
    found = amounts(amended, *BOTH_YEARS)
    since = "(Einwohner: berichtigte Zahlen zum 30.06.2020)"
    assert found == [
        f"KKD-A05 (offen) Adorf, Leistungsjahr 2021: gebucht 1.100,00 EUR, jetzt vereinbart 1.210,00 EUR {since}",
        f"KKD-A05 (offen) Adorf, Leistungsjahr 2022: gebucht 1.250,00 EUR, jetzt vereinbart 1.375,00 EUR {since}",
    ]
    day = dt.date(2022, 5, 1)
    corrections = [
        share(110_00, of=2021, number=80, kind="korrektur", day=day),
        share(125_00, number=81, kind="korrektur", day=day),
    ]
    assert amounts(amended, *BOTH_YEARS, *corrections) == []


def test_an_office_that_heard_of_it_late_booked_rightly(amended: Book) -> None:
    heard = share(number=20, day=dt.date(2022, 5, 1))
    rest = [record for record in BOTH_YEARS if record.text("nr") != "2022-000020"]
    codes = {text.partition(" ")[0] for text in amounts(amended, *rest, heard)}
    assert codes == {"KKD-A05"}, "a correction is missing; nothing is wrong with the entry"
