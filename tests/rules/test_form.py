"""The form of a book's text, record by record; what is recorded too early; and vouchers under documents/."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Document, Euro, Place, Posting, Record, TextFlaw, Top
from kkd_ledger.rules import form, recorded, vouchers
from kkd_ledger.rules.engine.rule import Context
from tests.rules import folding
from tests.rules.folding import ADORF, BANK, DAY, MONTH, custom, entry, legs, said

OPENED = custom("buchungsmonat", "2022-03", day=dt.date(2022, 3, 1))
OPTIONS = dict(v.TOP_OPTIONS)
TOP = Place("main.beancount", 1)


def inside(book: Book, *records: Record) -> list[str]:
    """Return what is said of records in a month that is opened."""
    return said(form, book, OPENED, *records)


# --- the top file


def test_a_top_file_as_kkd_writes_it_says_nothing(operator: Book) -> None:
    assert said(form, operator, Top(OPTIONS, (v.BUNDLE, "beancount.plugins.x"), TOP)) == []


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_is_asked_for(operator: Book, name: str) -> None:
    front = "main.beancount:1: KKD-F01 (fehler) option"
    without = {key: value for key, value in OPTIONS.items() if key != name}
    assert said(form, operator, Top(without, (v.BUNDLE,), TOP)) == [
        f"{front} {name} ist None, verlangt ist {OPTIONS[name]!r}"
    ]
    other = OPTIONS | {name: "x"}
    assert said(form, operator, Top(other, (v.BUNDLE,), TOP)) == [
        f"{front} {name} ist 'x', verlangt ist {OPTIONS[name]!r}"
    ]


def test_the_plugin_is_asked_for(operator: Book) -> None:
    assert said(form, operator, Top(OPTIONS, (), TOP)) == [
        "main.beancount:1: KKD-F01 (fehler) plugin kkd_ledger.plugins fehlt, also prüft niemand jede Regel"
    ]


# --- a month's beginning


def test_a_file_begins_with_its_month(operator: Book) -> None:
    assert inside(operator) == []
    missing = '9: KKD-F05 (fehler) custom "buchungsmonat" "2022-03" fehlt an erster Stelle'
    assert said(form, operator, custom("buchungsmonat", "2022-04", day=dt.date(2022, 3, 1))) == [missing]
    assert said(form, operator, custom("haushaltsjahr", "2022", "offen"), OPENED) == [missing]


def test_a_month_begins_on_its_first_day(operator: Book) -> None:
    assert said(form, operator, custom("buchungsmonat", "2022-03", day=dt.date(2022, 3, 2))) == [
        "9: KKD-F05 (fehler) der Monat 2022-03 beginnt nicht am 02.03.2022"
    ]


def test_another_file_begins_anew_and_one_that_is_no_month_does_not(operator: Book) -> None:
    april = custom("haushaltsjahr", "2022", "offen", day=dt.date(2022, 4, 1), file="2022/2022-04.beancount")
    assert [text.partition(" ")[2] for text in inside(operator, april)] == [
        'KKD-F05 (fehler) custom "buchungsmonat" "2022-04" fehlt an erster Stelle'
    ]
    other = custom("haushaltsjahr", "2022", "offen", day=dt.date(1990, 1, 1), file="sonst.beancount")
    assert said(form, operator, other) == []


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (dt.date(2022, 2, 28), False),
        (dt.date(2022, 3, 1), True),
        (dt.date(2022, 3, 31), True),
        (dt.date(2022, 4, 1), False),
    ],
)
def test_days_lie_in_the_month_of_the_file(operator: Book, day: dt.date, fits: bool) -> None:
    found = inside(operator, entry("zahlung", day=day))
    text = f"7: KKD-F04 (fehler) Tag {day:%d.%m.%Y} steht in der Datei des Monats 2022-03"
    assert found == ([] if fits else [text])


# --- words


def test_flaws_of_the_text_are_told_as_the_reader_words_them(operator: Book) -> None:
    assert inside(operator, TextFlaw("drei Nachkommastellen", Place(MONTH, 4))) == [
        "4: KKD-F02 (fehler) drei Nachkommastellen"
    ]


@pytest.mark.parametrize("kind", list(map(str, v.Kind)))
def test_every_kind_of_entry_is_known(operator: Book, kind: str) -> None:
    assert inside(operator, entry(kind)) == []


def test_an_unknown_kind_tag_or_account_is_told(operator: Book) -> None:
    assert inside(operator, entry("geschenk")) == ["7: KKD-F03 (fehler) buchungsart 'geschenk' gibt es nicht"]
    assert inside(operator, entry("zahlung", tags=("periodenfremd", "eilig"))) == [
        "7: KKD-F03 (fehler) Kennzeichen #eilig gibt es nicht"
    ]
    assert inside(operator, entry("zahlung", postings=legs((BANK, 1), ("Kasse:Bar", -1)))) == [
        "7: KKD-F03 (fehler) Kontoname Kasse:Bar ist nicht zulässig"
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [("fremd", "x"), ("faellig", "2022-03-01"), ("nr", DAY), ("fremd", DAY)],
)
def test_metadata_have_their_keys_and_types(operator: Book, key: str, value: object) -> None:
    text = f"7: KKD-F03 (fehler) Metadatum {key}: {str(value)!r} ist unbekannt oder vom falschen Typ"
    on_entry = entry("zahlung")
    assert inside(operator, on_entry._replace(meta={**on_entry.meta, key: value})) == [text]
    on_leg = entry("zahlung", postings=(Posting(ADORF, 1, {key: value}), Posting(BANK, -1, {})))
    assert inside(operator, on_leg) == [text]


def test_dates_and_texts_of_the_vocabulary_are_taken(operator: Book) -> None:
    assert inside(operator, entry("zahlung", faellig=DAY, grund="weil")) == []
    leg = Posting(ADORF, 1, {"posten": "x-1", "faellig": DAY})
    assert inside(operator, entry("zahlung", postings=(leg, Posting(BANK, -1, {})))) == []


@pytest.mark.parametrize(
    ("kind", "values", "fits"),
    [
        ("haushaltsjahr", ("2022", "offen"), True),
        ("haushaltsjahr", ("2022",), False),
        ("haushaltsjahr", ("2022", DAY), False),
        ("haushaltsansatz", ("020501", "2022", Euro(100), "ansatz"), True),
        ("haushaltsansatz", ("020501", "2022", "100", "ansatz"), False),
        ("rate", ("x-1", DAY, Euro(1)), True),
        ("rate", ("x-1", DAY, 1), False),
        ("akt", ("1", "anordnung", "L. Beispiel", "anordnung", DAY), True),
        ("fava-extension", ("kkd_ledger.web.fava_page", "{}"), True),
        ("wunsch", ("x",), False),
    ],
)
def test_customs_have_their_values(operator: Book, kind: str, values: tuple[object, ...], fits: bool) -> None:
    text = f'9: KKD-F03 (fehler) custom "{kind}" mit diesen Werten gibt es nicht'
    assert inside(operator, custom(kind, *values)) == ([] if fits else [text])


def test_an_act_is_one_of_the_deeds_and_an_extension_has_no_configuration(operator: Book) -> None:
    assert inside(operator, custom("akt", "1", "wunsch", "L. Beispiel", "anordnung", DAY)) == [
        "9: KKD-F03 (fehler) custom \"akt\": 'wunsch' gibt es nicht"
    ]
    assert inside(operator, custom("fava-extension", "x", "{'a': 1}")) == [
        '9: KKD-F03 (fehler) custom "fava-extension": "{\'a\': 1}" gibt es nicht'
    ]


# --- recorded on a day that has not come


def days(book: Book, today: dt.date, *records: Record) -> list[str]:
    state = recorded.start(Context(book))
    for record in records:
        recorded.step(Context(book), state, record)
    assert recorded.finish(Context(book), state, today) == []
    return [str(finding) for finding in recorded.on_day(state, today)]


def test_the_latest_day_of_recording_is_told_with_the_first_entry_that_bears_it(operator: Book) -> None:
    late = dt.date(2022, 3, 20)
    rows = (
        entry("zahlung", 1, erfasst_am=DAY),
        entry("zahlung", 2, erfasst_am=late),
        entry("zahlung", 3, erfasst_am=late),
        entry("zahlung", 4),
        custom("haushaltsjahr", "2022", "offen"),
    )
    says = "KKD-F06 (beanstandung) Buchung 2022-000002 ist am 20.03.2022 erfasst, geprüft wird am 19.03.2022"
    assert days(operator, dt.date(2022, 3, 19), *rows) == [f"{MONTH}:7: {says}"]
    assert days(operator, late, *rows) == days(operator, late) == []


# --- vouchers

Laid = Callable[[str, str], str]


@pytest.fixture
def amt(folder: Path) -> Book:
    return folding.book(folder)


@pytest.fixture
def lay(amt: Book) -> Laid:
    """Lay a file under the book's documents and return its hash."""

    def put(name: str, text: str) -> str:
        path = amt.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()

    return put


def named(path: str, sha256: str = "", number: int = 1) -> Record:
    return entry("zahlung", number, beleg=path, **({"beleg_sha256": sha256} if sha256 else {}))


def test_a_voucher_with_its_content_says_nothing(amt: Book, lay: Laid) -> None:
    sha256 = lay("documents/2022/a.pdf", "Beleg")
    assert said(vouchers, amt, named("documents/2022/a.pdf", sha256)) == []
    assert said(vouchers, amt, named("documents/2022/a.pdf")) == [], "named without its hash"


def test_a_voucher_that_is_missing_or_changed_is_told_at_the_first_entry_with_its_hash(
    amt: Book, lay: Laid
) -> None:
    lay("documents/b.pdf", "anders")
    first, later = named("documents/b.pdf"), named("documents/b.pdf", "0" * 64, 2)
    found = said(vouchers, amt, named("documents/a.pdf"), first, later._replace(place=Place(MONTH, 8)))
    anders = hashlib.sha256(b"anders").hexdigest()[:12]
    assert found == [
        "7: KKD-D01 (beanstandung) documents/a.pdf liegt nicht im Buchordner",
        f"8: KKD-D02 (beanstandung) documents/b.pdf: gebucht SHA-256 {'0' * 12}…, gefunden {anders}…",
    ]
    again = later._replace(meta={**later.meta, "beleg-sha256": "1" * 64}, place=Place(MONTH, 9))
    assert said(vouchers, amt, later, again, first)[0].startswith("7: KKD-D02")


def test_what_lies_there_unnamed_is_told(amt: Book, lay: Laid) -> None:
    lay("documents/x/a.pdf", "a")
    lay("documents/b.pdf", "b")
    kept = Document(DAY, BANK, "documents/b.pdf", {}, Place(MONTH, 3))
    assert said(vouchers, amt, kept) == [
        "documents/x/a.pdf:1: KKD-D03 (offen) documents/x/a.pdf gehört zu keiner Buchung"
    ]
    lost = Document(DAY, BANK, "documents/c.pdf", {"beleg-sha256": "0" * 64}, Place(MONTH, 3))
    assert said(vouchers, amt, kept, lost, named("documents/x/a.pdf")) == [
        "3: KKD-D01 (beanstandung) documents/c.pdf liegt nicht im Buchordner"
    ]
