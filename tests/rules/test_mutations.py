"""Each way to spoil the town's (or the county's) books that the case asks for, and the complete list of findings.

The expected texts, cents included, are typed by hand. Beancount with our plugin and `kkd check` must both say them.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples import by_beancount, by_us, replace_once, sample_books

OZG = "Umsetzung des Onlinezugangsgesetzes (OZG) (§ 5 Abs. 1): "
HOW_2023 = (
    f"({OZG}13.645 Einwohner × 0,65 EUR = 8.869,25 EUR; "
    "Cybersicherheit (§ 5 Abs. 2): 13.645 Einwohner × 0,29 EUR = 3.957,05 EUR)"
)
UNBOOKED_2023 = (
    "main.beancount:1: KKD-A02 (offen) Biedenkopf, Stadt, Leistungsjahr 2023: "
    "12.826,30 EUR sind nicht gebucht"
)
MISSING_2023 = f"{UNBOOKED_2023} {HOW_2023}"
SHARE = "Aufwendungen:010102-Zentrale-Dienste:717201-Kostenerstattung-Landkreis:KKD"
PRIOR = "Aufwendungen:010102-Zentrale-Dienste:799001-Periodenfremde-Aufwendungen:KKD"
OCTOBER = "2023/2023-10.beancount"


def acted_on_others(first: int, second: int, entries: int = 2) -> list[str]:
    """Say that both acts at the end of October, the finding and the order, were given over other entries."""
    text = f"die {entries} Einträge davor sind nicht die, über die gehandelt wurde"
    return [
        f"{OCTOBER}:{line}: KKD-Z10 (fehler) Akt {number}: {text}"
        for number, line in ((2, first), (3, second))
    ]


Change = Callable[[Path], None]


def the_share(posten: str) -> tuple[Callable[[str], tuple[int, int]], str]:
    """Find the transaction that makes an item, from its first line to its last."""

    def span(text: str) -> tuple[int, int]:
        at = text.index(f'posten: "{posten}"')
        end = text.find("\n\n", at)
        return text.rindex("\n\n", 0, at) + 2, len(text) if end < 0 else end + 1

    return span, posten


def within(posten: str, old: str, new: str, file: str = OCTOBER) -> Change:
    """Change every occurrence of a text within the transaction that makes an item."""
    span, _ = the_share(posten)

    def change(book: Path) -> None:
        text = (book / file).read_text(encoding="utf-8")
        start, end = span(text)
        assert old in text[start:end], old
        changed = text[:start] + text[start:end].replace(old, new) + text[end:]
        assert changed != text
        (book / file).write_text(changed, encoding="utf-8")

    return change


def removed(posten: str) -> Change:
    """Remove the transaction that makes an item."""
    span, _ = the_share(posten)

    def change(book: Path) -> None:
        text = (book / OCTOBER).read_text(encoding="utf-8")
        start, end = span(text)
        assert text[start:end].count("nr:") == 1
        (book / OCTOBER).write_text((text[:start] + text[end:]).rstrip("\n") + "\n", encoding="utf-8")

    return change


def twice(posten: str, number: str) -> Change:
    """Repeat the transaction that makes an item, under another number."""
    span, _ = the_share(posten)

    def change(book: Path) -> None:
        text = (book / OCTOBER).read_text(encoding="utf-8")
        start, end = span(text)
        again = text[start:end].replace('nr: "2023-000002"', f'nr: "{number}"')
        assert again != text[start:end]
        (book / OCTOBER).write_text(f"{text}\n{again}", encoding="utf-8")

    return change


def resolved_later(book: Path) -> None:
    """Let the town's council adopt the paper only after the shares were booked."""
    agreement = book.parent / "kkd" / "agreement.toml"
    text = agreement.read_text(encoding="utf-8")
    at = text.index('member = "biedenkopf"\npaper')
    head, tail = text[:at], text[at:]
    tail = tail.replace("adopted = 2023-09-28", "adopted = 2023-10-15", 1)
    tail = tail.replace("date = 2023-09-28, number = 15", "date = 2023-10-15, number = 15", 1)
    assert len(tail) == len(text) - at
    assert tail.count("2023-10-15") == 2
    agreement.write_text(head + tail, encoding="utf-8")


TOWN_2022, TOWN_2023 = "kkd-2022-biedenkopf-1", "kkd-2023-biedenkopf-1"
MUTATIONS: dict[str, tuple[str, Change, list[str]]] = {
    "one cent": (
        "biedenkopf",
        within(TOWN_2023, "12826.30", "12826.29"),
        [
            f"{OCTOBER}:80: KKD-A01 (fehler) Biedenkopf, Stadt, Leistungsjahr 2023: gebucht 12.826,29 EUR, "
            f"vereinbart 12.826,30 EUR {HOW_2023}",
            "2023/2023-11.beancount:23: KKD-O02 (fehler) posten kkd-2023-biedenkopf-1: um 0,01 EUR überzahlt",
            *acted_on_others(102, 108),
        ],
    ),
    "one service year": (
        "biedenkopf",
        within(TOWN_2023, 'leistungsjahr: "2023"', 'leistungsjahr: "2021"'),
        [
            f"{OCTOBER}:80: KKD-A03 (fehler) Biedenkopf, Stadt, Leistungsjahr 2021: gebucht 12.826,30 EUR, "
            "die Vereinbarung sieht in diesem Buch nichts vor",
            f"{OCTOBER}:80: KKD-O05 (fehler) posten 'kkd-2023-biedenkopf-1' an einer Buchung zu kkd-2021-biedenkopf-…",
            f"{OCTOBER}:80: KKD-P01 (fehler) Leistungsjahr 2021, gebucht 2023 auf {SHARE}; verlangt ist {PRIOR}",
            f"{OCTOBER}:80: KKD-P02 (fehler) Leistungsjahr 2021, gebucht 2023: #periodenfremd fehlt",
            f"{OCTOBER}:80: KKD-P03 (fehler) Leistungsjahr 2021, gebucht 2023: periodenentscheidung oder Name fehlt",
            MISSING_2023,
            *acted_on_others(102, 108),
        ],
    ),
    "one member, in the town's books": (
        "biedenkopf",
        within(TOWN_2023, 'beteiligte: "biedenkopf"', 'beteiligte: "kirchhain"'),
        [
            f"{OCTOBER}:80: KKD-A03 (fehler) Kirchhain, Stadt, Leistungsjahr 2023: gebucht 12.826,30 EUR, "
            "die Vereinbarung sieht in diesem Buch nichts vor",
            f"{OCTOBER}:80: KKD-O05 (fehler) posten 'kkd-2023-biedenkopf-1' an einer Buchung zu kkd-2023-kirchhain-…",
            f"{OCTOBER}:80: KKD-V01 (fehler) Beschluss der Beteiligten 'kirchhain': genannt ist 'VL-100/2023', "
            "verlangt ist 'VL-30/2023 (erfunden)'",
            MISSING_2023,
            *acted_on_others(102, 108),
        ],
    ),
    "one member, in the county's books": (
        "landkreis",
        within(TOWN_2023, 'beteiligte: "biedenkopf"', 'beteiligte: "kirchhain"'),
        [
            f"{OCTOBER}:682: KKD-A01 (fehler) Kirchhain, Stadt, Leistungsjahr 2023: gebucht 12.826,30 EUR, vereinbart "
            f"15.474,28 EUR ({OZG}16.462 Einwohner × 0,65 EUR = 10.700,30 EUR; "
            "Cybersicherheit (§ 5 Abs. 2): 16.462 Einwohner × 0,29 EUR = 4.773,98 EUR)",
            f"{OCTOBER}:682: KKD-O05 (fehler) posten 'kkd-2023-biedenkopf-1' an einer Buchung zu kkd-2023-kirchhain-…",
            f"{OCTOBER}:682: KKD-V01 (fehler) Beschluss der Beteiligten 'kirchhain': genannt ist 'VL-100/2023', "
            "verlangt ist 'VL-30/2023 (erfunden)'",
            f"{OCTOBER}:843: KKD-A04 (fehler) Kirchhain, Stadt, Leistungsjahr 2023: steht schon in {OCTOBER}:682",
            UNBOOKED_2023,
            *acted_on_others(1050, 1056, entries=38),
        ],
    ),
    "a share removed": (
        "biedenkopf",
        removed(TOWN_2023),
        [
            "2023/2023-11.beancount:23: KKD-O01 (fehler) posten 'kkd-2023-biedenkopf-1' ist nicht gebucht",
            "2023/2023-11.beancount:11: KKD-N01 (fehler) nr 2023-000002 fehlt vor dieser Buchung",
            MISSING_2023,
            *acted_on_others(81, 87),
        ],
    ),
    "a share booked twice": (
        "biedenkopf",
        twice(TOWN_2023, "2023-000005"),
        [
            f"{OCTOBER}:116: KKD-A04 (fehler) Biedenkopf, Stadt, Leistungsjahr 2023: steht schon in {OCTOBER}:80",
            f"{OCTOBER}:80: KKD-O06 (hinweis) posten kkd-2023-biedenkopf-1: 12.826,30 EUR offen, "
            "fällig seit 15.11.2023",
            f"{OCTOBER}:116: KKD-B01 (beanstandung) Budget 010102, 2023: angeordnet 34.521,85 EUR, verfügbar waren "
            "22.000,00 EUR (ansatz 22.000,00 EUR); überschritten um 12.521,85 EUR",
            f"{OCTOBER}:116: KKD-Z11 (beanstandung) L. Beispiel: kein Akt „anordnung“ steht dahinter",
            f"{OCTOBER}:116: KKD-Z11 (beanstandung) S. Muster: kein Akt „feststellung“ steht dahinter",
        ],
    ),
    "booked before the resolution": (
        "biedenkopf",
        resolved_later,
        [
            f"{OCTOBER}:{line}: KKD-V02 (fehler) gebucht am 02.10.2023, Biedenkopf, Stadt hat VL-100/2023 "
            "erst am 15.10.2023 beschlossen"
            for line in (56, 80)
        ],
    ),
    "a prior-period share on the ordinary account": (
        "biedenkopf",
        within(TOWN_2022, PRIOR, SHARE),
        [
            f"{OCTOBER}:56: KKD-P01 (fehler) Leistungsjahr 2022, gebucht 2023 auf {SHARE}; verlangt ist {PRIOR}",
            *acted_on_others(102, 108),
        ],
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoilt_book_is_named_in_full(name: str, tmp_path: Path) -> None:
    party, change, expected = MUTATIONS[name]
    book = sample_books(tmp_path) / party
    assert by_us(book) == []
    change(book)
    assert by_us(book) == sorted(expected)
    assert by_beancount(book) == sorted(expected)


def test_an_entry_that_beancount_dropped_does_not_make_the_check_pass(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    replace_once(book / OCTOBER, 'nr: "2023-000002"', 'nr: "2023-000002')
    rules = [
        "2023/2023-11.beancount:23: KKD-O01 (fehler) posten 'kkd-2023-biedenkopf-1' ist nicht gebucht",
        "2023/2023-11.beancount:11: KKD-N01 (fehler) nr 2023-000002 fehlt vor dieser Buchung",
        MISSING_2023,
    ]
    token = """Invalid token: 'kostenbeteiligung"'"""
    assert by_beancount(book) == sorted([f"{OCTOBER}:82: {token}", *rules])
    assert by_us(book) == sorted([f"{OCTOBER}:82: KKD-L01 (fehler) Beancount: {token}", *rules])


def test_a_rule_named_alone_leaves_the_bundle(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    _, change, expected = MUTATIONS["one cent"]
    change(book)
    bundle = 'plugin "kkd_ledger.plugins"\n'
    alone = 'plugin "kkd_ledger.plugins.staged_allocation"\n'
    replace_once(book / "main.beancount", bundle, bundle + alone)
    assert by_beancount(book) == sorted(expected)
    replace_once(book / "main.beancount", bundle, "")
    assert by_beancount(book) == [one for one in expected if " KKD-A01 " in one]


def test_the_cache_and_fava_hear_of_the_agreement_and_the_settings(tmp_path: Path) -> None:
    from beancount import loader

    book = sample_books(tmp_path) / "biedenkopf"
    _, _, options = loader.load_file(str(book / "main.beancount"))
    watched = [Path(file).name for file in options["include"]]
    assert watched.count("agreement.toml") == watched.count("book.toml") == 1


def test_a_release_covers_its_series(tmp_path: Path) -> None:
    """The sample releases 0.1, and was booked by 0.1.0; a release of 0.1.1 alone would not do."""
    book = sample_books(tmp_path) / "biedenkopf"
    replace_once(book / "book.toml", 'version = "0.1"', 'version = "0.1.1"')
    found = by_us(book)
    assert found == by_beancount(book)
    assert [line.partition(": ")[2] for line in found] == [
        "KKD-Z06 (beanstandung) Version 0.1.0 war am 30.11.2023 nicht freigegeben: 2 Buchungen"
    ]


def test_a_general_order_needs_a_signer_who_may_order(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    replace_once(book / "book.toml", 'signed_by = "L. Beispiel"', 'signed_by = "S. Muster"')
    found = by_us(book)
    assert found == by_beancount(book)
    assert [line.partition(": ")[2] for line in found] == 2 * [
        "KKD-Z05 (beanstandung) AAO-2023-07: S. Muster hatte am 01.10.2023 nicht die Rolle „anordnung“"
    ]
