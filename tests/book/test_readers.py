"""Two readers, one meaning: on canonical text our strict reader and Beancount give the same records and complaints."""

import datetime as dt
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import beancount_reader, bookkeeping, canonical, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import (
    Balance,
    Close,
    Custom,
    Dated,
    Document,
    Euro,
    Open,
    Posting,
    Transaction,
)
from kkd_ledger.book.text.wording import clean
from kkd_ledger.periods import BookingMonth
from tests.samples import sample_books

MONTH = BookingMonth(2023, 10)
FILE = "2023/2023-10.beancount"
ACCOUNTS = (
    "Aktiva:2800-Bank",
    "Passiva:4800-Ungeklärte-Zahlungseingänge",
    "Erträge:010102-Zentrale-Dienste:548201-Ösßé"[:-1],
    "Aufwendungen:A:B-c",
    "Eigenkapital:9",
)

days = st.dates(MONTH.first_day, MONTH.last_day)
accounts = st.sampled_from(ACCOUNTS)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(clean)
cents = st.integers(-(10**14), 10**14)
keys = st.from_regex(r"[a-z][a-z0-9-]{1,10}", fullmatch=True).filter(
    lambda key: key not in {"filename", "lineno"}
)
metas = st.dictionaries(keys, texts | days, max_size=3)
words = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=8)
marks = st.lists(words, max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    legs = draw(st.lists(st.builds(Posting, accounts, cents, metas), min_size=1, max_size=4))
    if draw(st.booleans()):
        rest = -sum(leg.cents for leg in legs)
        if abs(rest) <= canonical.CENTS_MAX:
            legs.append(Posting(draw(accounts), rest, {}))
    return Transaction(
        draw(days), draw(texts), draw(texts), draw(marks), draw(marks), draw(metas), tuple(legs)
    )


values = st.lists(texts | days | st.builds(Euro, cents), min_size=1, max_size=4).map(tuple)
records = st.lists(
    transactions()
    | st.builds(Open, days, accounts, metas)
    | st.builds(Close, days, accounts, metas)
    | st.builds(Balance, days, accounts, cents, metas)
    | st.builds(Custom, days, words, values, metas),
    max_size=8,
)


def placed(text: str) -> list[Dated]:
    """Read twice: line by line, and with a pattern for every form that has come once; both must say the same."""
    try:
        by_line = canonical.MonthReader().read(text, FILE)
    except canonical.NotCanonical as refused:
        with pytest.raises(canonical.NotCanonical, match=re.escape(str(refused))):
            canonical.MonthReader(worth=1).read(text, FILE)
        raise
    assert canonical.MonthReader(worth=1).read(text, FILE) == by_line
    return by_line


def without_place(found: list[Dated]) -> list[Dated]:
    return [record._replace(place=("", 0)) for record in found]


@given(records)
def test_what_is_written_is_read_again(found: list[Dated]) -> None:
    found = [twin for record in found for twin in (record, record)]  # the second with facts of a known shape
    text = canonical.HEAD + canonical.write(found)
    assert without_place(placed(text)) == without_place(found)


@given(records)
@settings(max_examples=50)
def test_both_readers_agree_on_records_and_on_where_they_complain(found: list[Dated]) -> None:
    text = canonical.HEAD + canonical.write(found)
    top = topfile.write("Probe", [MONTH])
    theirs = beancount_reader.read({v.TOP_FILE: top.encode(), FILE: text.encode()})
    ours = placed(text)
    assert list(theirs.records) == ours
    assert {c.place.line for c in bookkeeping.complaints(ours)} == {c.place.line for c in theirs.complaints}


def test_a_document_is_read_by_both(tmp_path: Path) -> None:
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    voucher = Document(dt.date(2024, 2, 2), "Aktiva:2890-Verrechnung-Gemeindekasse", "documents/a b.pdf", {})
    file = book.root / "2024/2024-02.beancount"
    file.write_text(file.read_text(encoding="utf-8") + canonical.write([voucher]), encoding="utf-8")
    assert voucher in [
        record._replace(place=("", 0)) for record in read(book).records if isinstance(record, Document)
    ]


@given(records, st.data())
def test_any_other_text_is_refused_or_means_the_same(found: list[Dated], data: st.DataObject) -> None:
    text = canonical.HEAD + canonical.write(found)
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 3))
    changed = text[:at] + data.draw(st.text(max_size=3)) + text[at + length :]
    try:
        ours = placed(changed)
    except canonical.NotCanonical:
        return
    assert canonical.HEAD + canonical.write(ours) == changed, "what is taken is exactly what would be written"


# what is invisible or nearly right: loose accents, blanks of all kinds, control characters, lines twice or too many
NASTY = (
    *(
        "\u0301",
        "e\u0301",
        "\u212b",
        "\x00",
        "\x07",
        "\x7f",
        "\x85",
        "\u00a0",
        "\u200b",
        "\u2028",
        "\ufeff",
        "\r",
        "\t",
        "\v",
    ),
    *(
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n ",
        "\n  ",
        "\n    ",
        '"',
        "\\",
        '\\"',
        "0",
        "-",
        "+",
        ".",
        ":",
        "EUR",
        "\u0663",
    ),
    *(
        '\n  k1: "a"',
        "\n  k1: 2023-10-01",
        '\n    k1: "a"',
        '\n  k1: " a"',
        "\n  k1: 2023-02-30",
        '\n  K: "a"',
        "\n  k1:",
    ),
    *(
        "\n; k",
        " ; k",
        " #t",
        " ^l",
        "\n2023-10-01 open Aktiva:2800-Bank EUR",
        "\n\n2023-10-01 close Aktiva:2800-Bank",
    ),
)


@given(records, st.data())
@settings(max_examples=150)
def test_nasty_pieces_are_refused_or_are_what_would_be_written(
    found: list[Dated], data: st.DataObject
) -> None:
    text = canonical.HEAD + canonical.write([*found, *found])  # the second time with facts of a known shape
    lines = [place for place, sign in enumerate(text) if sign == "\n"]
    at = data.draw(st.sampled_from(lines) | st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.sampled_from(NASTY)) + text[at + data.draw(st.integers(0, 1)) :]
    try:
        ours = placed(changed)
    except canonical.NotCanonical:
        return
    assert canonical.HEAD + canonical.write(ours) == changed


@pytest.mark.parametrize("piece", ["\u0301", "\x07", "\x85", "\u00a0", "\u200b", "\t", "  ", "\r"])
def test_what_cleaning_would_change_is_refused_in_every_text(piece: str) -> None:
    legs = (Posting("Aktiva:2800-Bank", 1, {"k1": "cafe x"}), Posting("Aktiva:2801-Bank", -1, {}))
    entry = Transaction(dt.date(2023, 10, 2), "cafe x", "cafe x", (), (), {"k1": "cafe x"}, legs)
    text = canonical.HEAD + canonical.write([entry])
    places = [place for place in range(len(text)) if text.startswith("cafe", place)]
    assert len(places) == 4
    for place in places:
        changed = f"{text[: place + 4]}{piece}{text[place + 4 :]}"
        with pytest.raises(canonical.NotCanonical):
            placed(changed)


def test_an_amount_stands_in_its_column_only() -> None:
    legs = (Posting("Aktiva:2800-Bank", 886925, {}), Posting("Aktiva:" + "9" * 80, -886925, {}))
    text = canonical.HEAD + canonical.write(
        [
            Transaction(dt.date(2023, 10, 2), "", "", (), (), {}, legs),
            Balance(MONTH.first_day, "Aktiva:1", 5, {}),
        ]
    )
    gaps = {"Aktiva:2800-Bank": 62, "9" * 80: 1, "Aktiva:1": 56}
    for front, width in gaps.items():
        assert f"{front}{' ' * width}" in text
        for blanks in {*range(1, 100)} - {width}:
            with pytest.raises(canonical.NotCanonical):
                placed(text.replace(f"{front}{' ' * width}", f"{front}{' ' * blanks}"))


def test_the_largest_amount_is_read_and_no_larger_one() -> None:
    legs = (Posting("Aktiva:1", 10**14, {}), Posting("Aktiva:2", -(10**14), {}))
    text = canonical.HEAD + canonical.write([Transaction(dt.date(2023, 10, 2), "", "", (), (), {}, legs)])
    assert "1000000000000.00 EUR" in text
    assert placed(text)
    for larger in ("1000000000000.01", "1000000000001.00", "2000000000000.00"):
        with pytest.raises(canonical.NotCanonical):
            placed(text.replace("1000000000000.00", larger))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ^a ^b", " ^b ^a"),
        (" ^a ^b", " ^a ^a"),
        ('\n  k1: "1"', '\n  k1: "1"\n  k1: "1"'),
        ('\n    k2: "2"', '\n    k2: "2"\n    k2: "2"'),
        ('\n    k2: "2"', '\n    k2: "2"\n  k3: "3"'),
        ('\n    k2: "2"', '\n     k2: "2"'),
        ('\n    k2: "2"', '\n    k2: "2" '),
        ("\n  Aktiva:1 ", "\n\n  Aktiva:1 "),
        ("\n  Aktiva:1 ", "\n   Aktiva:1 "),
        ("\n  Aktiva:1 ", "\n  aktiva:1 "),
        ("1.00 EUR\n", "1.00 EUR \n"),
        ("1.00 EUR\n", "1.00 EUR\n\n"),
        ("-1.00 EUR", "-0.00 EUR"),
        ("2023-10-02", "2023-02-30"),
    ],
)
def test_near_misses_of_lines_are_not_canonical(old: str, new: str) -> None:
    legs = (Posting("Aktiva:1", 100, {"k2": "2"}), Posting("Aktiva:2", -100, {}))
    entry = Transaction(dt.date(2023, 10, 2), "a", "b", (), ("a", "b"), {"k1": "1"}, legs)
    text = canonical.HEAD + canonical.write([entry])
    assert placed(text)
    assert old in text
    with pytest.raises(canonical.NotCanonical):
        placed(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("8869.25 EUR", "8869.2 EUR"),
        ("8869.25 EUR", "8,869.25 EUR"),
        ("8869.25 EUR", "08869.25 EUR"),
        ("8869.25 EUR", "+8869.25 EUR"),
        (" * ", " ! "),
        ("\n2023-10-02 * ", "\n\n2023-10-02 * "),
        ('  nr: "2023-000001"', '   nr: "2023-000001"'),
        ("2023-10-02 open", "2023-10-2 open"),
        ('option "name_assets" "Aktiva"\n', 'option "name_assets" "Assets"\n'),
        ("\n2023-10-02 *", '\nplugin "os"\n2023-10-02 *'),
    ],
)
def test_near_misses_are_not_canonical(old: str, new: str) -> None:
    legs = (Posting("Aktiva:2800-Bank", 886925, {}), Posting("Aktiva:2801-Bank", -886925, {}))
    entry = Transaction(dt.date(2023, 10, 2), "", "", (), (), {"nr": "2023-000001"}, legs)
    text = canonical.HEAD + canonical.write([Open(dt.date(2023, 10, 2), "Aktiva:2800-Bank", {}), entry])
    assert placed(text)
    assert old in text
    with pytest.raises(canonical.NotCanonical):
        placed(text.replace(old, new))
