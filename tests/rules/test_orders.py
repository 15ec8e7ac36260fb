"""Who certified and ordered, in which role, or under which general order; and who is known on which day."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Record, Value
from kkd_ledger.errors import BookRefused
from kkd_ledger.rules import orders, persons
from tests.rules import folding
from tests.rules.folding import ADORF, BANK, DAY, INCOME, PRIOR, custom, entry, legs, said

ROLES = """
roles = [
  { name = "S. Muster", role = "feststellung", from = 2022-01-01 },
  { name = "L. Beispiel", role = "anordnung", from = 2022-01-01, to = 2022-06-30 },
  { name = "K. Kasse", role = "kasse", from = 2022-01-01 },
  { name = "K. Kasse", role = "anordnung", from = 2022-01-01 },
  { name = "R. Prüferin", role = "pruefung", from = 2022-01-01 },
]
"""
GENERAL = """
[[standing_orders]]
id = "AAO-1"
signed_by = "L. Beispiel"
from = 2022-01-01
to = 2022-12-31
limit = "1.000,00"
"""
RELEASED = """
[[releases]]
version = "1.2.0"
released_by = "L. Beispiel"
from = 2022-03-01
"""
ON: dict[str, Value] = {
    "sachlich_richtig_von": "S. Muster",
    "sachlich_richtig_von_am": DAY,
    "rechnerisch_richtig_von": "S. Muster",
    "rechnerisch_richtig_von_am": DAY,
    "angeordnet_von": "L. Beispiel",
    "angeordnet_von_am": DAY,
}


def settings(folder: Path, *more: str) -> Book:
    """Return the operator's book; keys of the top level have to stand before its tables."""
    plain = [text for text in more if text.startswith("\n[[")]
    keys = "".join(text for text in more if text not in plain)
    return folding.book(folder, "amt", "".join(plain), **({"[budget]": f"{keys}\n[budget]"} if keys else {}))


def claim(number: int = 1, cents: int = 500_00, **meta: Value) -> Record:
    """A share that is whole but for what a test leaves out."""
    given = {"faellig": dt.date(2022, 6, 1), **ON, **meta}
    facts = {key: value for key, value in given.items() if value}
    return entry("kostenbeteiligung", number, legs((ADORF, cents), (INCOME, -cents)), **facts)


def under(order: str = "AAO-1", number: int = 1, cents: int = 500_00, **meta: Value) -> Record:
    """An entry of a job under a general order."""
    return entry("zahlung", number, legs((BANK, cents), (ADORF, -cents)), anordnung=order, **meta)


# --- persons of an order


def test_certified_by_one_and_ordered_by_another_says_nothing(operator: Book) -> None:
    assert said(orders, operator, claim()) == []


def test_a_claim_that_nobody_ordered_is_told(operator: Book) -> None:
    unordered = claim(angeordnet_von="", angeordnet_von_am="")
    assert said(orders, operator, unordered) == [
        "7: KKD-Z01 (fehler) weder eine anordnende Person noch eine allgemeine Zahlungsanordnung ist genannt"
    ]
    assert said(orders, operator, entry("zahlung", postings=legs((BANK, 1), (ADORF, -1)))) == []
    assert said(orders, operator, custom("haushaltsjahr", "2022", "offen")) == []


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({"sachlich_richtig_von": ""}, "sachlich-richtig-von fehlt, rechnerisch-richtig-von S. Muster"),
        ({"rechnerisch_richtig_von": ""}, "sachlich-richtig-von S. Muster, rechnerisch-richtig-von fehlt"),
        ({"sachlich_richtig_von_am": ""}, None),
        ({"angeordnet_von_am": ""}, None),
        ({"rechnerisch_richtig_von_am": DAY + dt.timedelta(1)}, None),
    ],
)
def test_what_is_ordered_is_certified_before(
    operator: Book, meta: dict[str, Value], told: str | None
) -> None:
    both = told or "sachlich-richtig-von S. Muster, rechnerisch-richtig-von S. Muster"
    assert said(orders, operator, claim(**meta)) == [
        f"7: KKD-Z02 (fehler) angeordnet von L. Beispiel; {both}, jeweils mit Tag und nicht nach der Anordnung"
    ]


@pytest.mark.parametrize("name", ["L. Beispiel", "Beispiel, L.", "l.  beispiel"])
def test_who_orders_is_not_who_certifies_by_whatever_spelling(operator: Book, name: str) -> None:
    for key in ("sachlich_richtig_von", "rechnerisch_richtig_von"):
        assert said(orders, operator, claim(**{key: name})) == [
            "7: KKD-Z03 (beanstandung) L. Beispiel hat festgestellt und angeordnet"
        ]


LIMITED = ROLES.replace("to = 2022-06-30 }", 'to = 2022-06-30, limit = "1.000,00" }')
DEPUTY = (
    '  { name = "V. Vertretung", role = "anordnung", from = 2022-03-10, to = 2022-03-20, '
    'deputy_of = "L. Beispiel", limit = "600,00" },\n]'
)


def test_parts_of_one_day_for_one_party_count_together(folder: Path) -> None:
    book = settings(folder, LIMITED)
    assert said(orders, book, claim(1, 500_00), claim(2, 500_00)) == []
    [finding] = said(orders, book, claim(1, 500_00), claim(2, 500_01))
    assert "KKD-Z12 (fehler) L. Beispiel (anordnung) am" in finding
    assert finding.endswith("zusammen 1.000,01 EUR, erlaubt sind 1.000,00 EUR")
    other_day = claim(2, 500_01, angeordnet_von_am=DAY + dt.timedelta(1))
    assert said(orders, book, claim(1, 500_00), other_day) == []
    assert said(orders, book, claim(1, 500_00), claim(2, 500_01, beteiligte="bedorf")) == []


def test_what_was_reversed_counts_no_more(folder: Path) -> None:
    book = settings(folder, LIMITED)
    back = entry("storno", 2, legs((ADORF, -900_00), (INCOME, 900_00)), storniert="2022-000001")
    assert said(orders, book, claim(1, 900_00), back, claim(3, 900_00)) == []


def test_a_certifier_has_a_limit_too(folder: Path) -> None:
    roles = ROLES.replace(
        'role = "feststellung", from = 2022-01-01', 'role = "feststellung", from = 2022-01-01, limit = "1,00"'
    )
    [finding] = said(orders, settings(folder, roles), claim(1, 2_00))
    assert "S. Muster (feststellung)" in finding


def test_a_deputy_orders_on_its_days_and_up_to_its_limit(folder: Path) -> None:
    book = settings(folder, ROLES.replace("]", DEPUTY))

    def ordered(day: dt.date, cents: int = 500_00) -> list[str]:
        return said(orders, book, claim(1, cents, angeordnet_von="V. Vertretung", angeordnet_von_am=day))

    assert ordered(dt.date(2022, 3, 20)) == []
    assert "erlaubt sind 600,00 EUR" in ordered(dt.date(2022, 3, 20), 600_01)[0]
    assert "V. Vertretung hatte am 21.03.2022 nicht die Rolle" in ordered(dt.date(2022, 3, 21))[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (", to = 2022-03-20", "", "mit erstem und letztem Tag"),
        ("2022-03-20", "2022-03-09", "der letzte Tag"),
        ('deputy_of = "L. Beispiel"', 'deputy_of = "V. Vertretung"', "für jemand anderen"),
        ('deputy_of = "L. Beispiel"', 'deputy_of = "S. Muster"', "mit der Rolle „anordnung“"),
    ],
)
def test_a_deputy_that_cannot_be_is_refused(folder: Path, old: str, new: str, told: str) -> None:
    assert old in DEPUTY
    with pytest.raises(BookRefused, match=told):
        settings(folder, ROLES.replace("]", DEPUTY.replace(old, new)))


def test_an_office_may_allow_the_same_person(folder: Path) -> None:
    book = folding.book(folder, "amt", "same_person = true")
    assert said(orders, book, claim(sachlich_richtig_von="L. Beispiel")) == []


def test_a_reversal_cures_what_was_wrong_with_its_entry(operator: Book) -> None:
    wrong = [
        claim(1, angeordnet_von="", angeordnet_von_am=""),
        claim(2, angeordnet_von="", angeordnet_von_am=""),
    ]
    assert len(said(orders, operator, *wrong)) == 2
    assert len(said(orders, operator, *wrong, entry("storno", 3, storniert="2022-000001"))) == 1


# --- roles


def test_persons_hold_their_roles_on_the_day(folder: Path) -> None:
    book = settings(folder, ROLES)
    assert said(orders, book, claim()) == []
    assert said(orders, book, claim(sachlich_richtig_von="L. Muster")) == [
        "7: KKD-Z04 (fehler) L. Muster hatte am 15.03.2022 nicht die Rolle „feststellung“"
    ]
    late = dt.date(2022, 7, 1)
    assert said(orders, book, claim(angeordnet_von_am=late)) == [
        "7: KKD-Z04 (fehler) L. Beispiel hatte am 01.07.2022 nicht die Rolle „anordnung“"
    ]


def test_without_a_day_the_entrys_own_counts(folder: Path) -> None:
    found = said(orders, settings(folder, ROLES), claim(angeordnet_von="S. Muster", angeordnet_von_am=""))
    assert found[-1] == "7: KKD-Z04 (fehler) S. Muster hatte am 15.03.2022 nicht die Rolle „anordnung“"


def test_the_cash_office_never_orders(folder: Path) -> None:
    assert said(orders, settings(folder, ROLES), claim(angeordnet_von="K. Kasse")) == [
        "7: KKD-Z04 (fehler) K. Kasse gehörte am 15.03.2022 zur Kasse und darf nicht anordnen"
    ]


def test_certifiers_are_told_once_each_in_the_order_of_the_alphabet(folder: Path) -> None:
    found = said(
        orders,
        settings(folder, ROLES),
        claim(sachlich_richtig_von="Z. Wer", rechnerisch_richtig_von="A. Wer"),
    )
    assert [text.split(") ")[1].split(" hatte")[0] for text in found] == ["A. Wer", "Z. Wer"]


# --- general orders


def test_an_entry_under_a_general_order_needs_nobody_else(folder: Path) -> None:
    book = settings(folder, GENERAL)
    assert said(orders, book, under()) == []
    assert said(orders, book, under(cents=1_000_00)) == []
    assert said(orders, book, claim(angeordnet_von="", angeordnet_von_am="", anordnung="AAO-1")) == []


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (under(cents=1_000_01), "AAO-1 gilt nur bis 1.000,00"),
        (under("AAO-7"), "AAO-7 steht nicht in book.toml"),
        (under()._replace(date=dt.date(2021, 12, 31)), "AAO-1 galt am 31.12.2021 nicht"),
        (under()._replace(date=dt.date(2023, 1, 1)), "AAO-1 galt am 01.01.2023 nicht"),
    ],
)
def test_a_general_order_covers_what_it_says(folder: Path, record: Record, text: str) -> None:
    assert said(orders, settings(folder, GENERAL), record) == [f"7: KKD-Z05 (beanstandung) {text}"]


def test_a_book_without_general_orders_says_nothing_of_them(operator: Book) -> None:
    assert said(orders, operator, under("AAO-7")) == []


def test_an_order_without_end_and_limit_covers_everything(folder: Path) -> None:
    endless = GENERAL.replace('to = 2022-12-31\nlimit = "1.000,00"\n', "")
    book = settings(folder, endless)
    assert said(orders, book, under(cents=9_999_999_00)._replace(date=dt.date(2030, 1, 1))) == []


def test_who_signs_a_general_order_may_order_on_its_first_day(folder: Path) -> None:
    signed = GENERAL.replace("L. Beispiel", "S. Muster")
    assert said(orders, settings(folder, ROLES, signed), under()) == [
        "7: KKD-Z05 (beanstandung) AAO-1: S. Muster hatte am 01.01.2022 nicht die Rolle „anordnung“"
    ]


# --- released programs


def test_runs_of_a_program_that_was_not_released_are_counted_by_file(folder: Path) -> None:
    book = settings(folder, GENERAL, RELEASED)
    assert said(orders, book, under(programm="1.2.0")) == []
    rows = [under(number=number, programm="1.3.0") for number in (1, 2)]
    assert said(orders, book, *rows, under(number=3)) == [
        "7: KKD-Z06 (beanstandung) Version 1.3.0 war am 15.03.2022 nicht freigegeben: 2 Buchungen",
        "7: KKD-Z06 (beanstandung) Version (nicht genannt) war am 15.03.2022 nicht freigegeben: 1 Buchung",
    ]


def test_before_the_first_release_no_version_is_asked_for(folder: Path) -> None:
    book = settings(folder, GENERAL, RELEASED)
    assert said(orders, book, under(erfasst_am=dt.date(2022, 2, 28))) == []
    assert len(said(orders, book, under(erfasst_am=dt.date(2022, 3, 1)))) == 1


def test_the_day_of_recording_counts_not_that_of_the_entry(folder: Path) -> None:
    found = said(orders, settings(folder, GENERAL, RELEASED), under(erfasst_am=dt.date(2022, 5, 2)))
    assert "war am 02.05.2022 nicht freigegeben" in found[0]


# --- what an order says (GemKVO § 7)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"payee": ""}, "wer zahlt oder empfängt"),
        ({"narration": ""}, "der Grund"),
        ({"postings": legs((ADORF, 0), (INCOME, 0))}, "der Betrag"),
        (
            {"postings": legs((ADORF, 5), ("Erträge:010101-Anderes:548201-X", -5))},
            "die Buchungsstelle im Budget 020501",
        ),
        ({"payee": "", "narration": ""}, "der Grund, wer zahlt oder empfängt"),
    ],
)
def test_an_order_is_whole(operator: Book, change: dict[str, object], text: str) -> None:
    assert said(orders, operator, claim()._replace(**change)) == [f"7: KKD-Z07 (fehler) es fehlt: {text}"]


def test_an_order_says_when_it_is_due(operator: Book) -> None:
    assert said(orders, operator, claim(faellig="")) == [
        "7: KKD-Z07 (fehler) es fehlt: die Fälligkeit (faellig)"
    ]
    assert said(orders, operator, claim(faellig="bald")) == [
        "7: KKD-Z07 (fehler) es fehlt: die Fälligkeit (faellig)"
    ]


def test_what_is_of_an_earlier_period_stands_in_no_budget(operator: Book) -> None:
    elsewhere = legs((ADORF, 5), (PRIOR.replace("020501-Archiv", "999999-X"), -5))
    tagged = claim()._replace(tags=("periodenfremd",), postings=elsewhere)
    assert said(orders, operator, tagged) == []


# --- persons elsewhere


def test_who_caused_or_decided_something_is_known_on_the_day(folder: Path) -> None:
    book = settings(folder, ROLES)
    known = entry("klaerung", 1, veranlasst_von="S. Muster", erfasst_am=DAY)
    assert said(persons, book, known) == []
    stranger = entry("klaerung", 2, veranlasst_von="N. Niemand", periodenentscheidung_von="R. Prüferin")
    assert said(persons, book, stranger) == [
        "7: KKD-Z08 (beanstandung) N. Niemand steht am 15.03.2022 mit keiner Rolle in book.toml",
        "7: KKD-Z08 (beanstandung) R. Prüferin hat am 15.03.2022 nur die Rolle „pruefung“; wer sie hat, "
        "handelt nicht",
    ]
    assert said(persons, book, stranger, entry("storno", 3, storniert="2022-000002")) == []


def test_where_no_roles_are_set_up_anybody_is_known(operator: Book) -> None:
    assert said(persons, operator, entry("klaerung", 1, veranlasst_von="N. Niemand")) == []


@pytest.mark.parametrize("deed", ["veranlassung", "feststellung", "anordnung"])
def test_deeds_that_entries_tell_are_judged_by_the_entries(folder: Path, deed: str) -> None:
    act = custom("akt", "1", deed, "N. Niemand", "", DAY)
    assert said(persons, settings(folder, ROLES), act) == []


def test_who_acts_otherwise_is_known_on_the_day_of_the_act(folder: Path) -> None:
    book = settings(folder, ROLES)
    act = custom("akt", "1", "abschluss", "N. Niemand", "", DAY)
    assert said(persons, book, act) == [
        "9: KKD-Z08 (beanstandung) N. Niemand steht am 15.03.2022 mit keiner Rolle in book.toml"
    ]
    assert said(persons, book, custom("akt", "1", "abschluss", "L. Beispiel", "anordnung", DAY)) == []


def test_an_act_names_a_role_that_its_person_held(folder: Path) -> None:
    book = settings(folder, ROLES)
    for role, words in (("kasse", "als „kasse“"), ("", "ohne Rolle")):
        act = custom("akt", "1", "anordnung", "L. Beispiel", role, DAY)
        assert said(persons, book, act) == [
            f"9: KKD-Z08 (beanstandung) L. Beispiel handelte am 15.03.2022 {words}, hatte aber „anordnung“"
        ]
    two = custom("akt", "1", "anordnung", "K. Kasse", "feststellung", DAY)
    assert said(persons, book, two)[0].endswith("hatte aber „kasse“ und „anordnung“")
    assert said(persons, book, custom("akt", "1", "anordnung", "K. Kasse", "kasse", DAY)) == []


def test_a_disposition_names_persons_who_are_known(folder: Path) -> None:
    book = settings(folder, ROLES)
    order = custom("verfuegung", "x-1", "stundung", "N. Niemand", DAY, sachlich_richtig_von="S. Muster")
    assert said(persons, book, order) == [
        "9: KKD-Z08 (beanstandung) N. Niemand steht am 15.03.2022 mit keiner Rolle in book.toml"
    ]
