"""Fiscal years: which states follow each other, what each still takes, and the list of closing balances."""

import datetime as dt

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Euro, Record, Value
from kkd_ledger.rules import fiscal_years
from tests.rules.folding import ADORF, BANK, INCOME, custom, entry, legs, said

STATES = ("offen", "vorläufig-abgeschlossen", "aufgestellt", "geprüft", "beschlossen")
BOTH: dict[str, Value] = {"grund": "weil", "veranlasst_von": "S. Muster", "angeordnet_von": "L. Beispiel"}
PAPER: dict[str, Value] = {"beschluss": "VL-1"}
LACKS = "Haushaltsjahr 2022 ist „aufgestellt“, ohne Saldenliste"


def year(state: str, of: str = "2022", **meta: Value) -> Record:
    return custom("haushaltsjahr", of, state, **meta)


def claimed(cents: int = 100, of: int = 2022, number: int = 1, **values: object) -> Record:
    day = dt.date(of, 3, 15)
    return entry("kostenbeteiligung", number, legs((ADORF, cents), (INCOME, -cents)), day=day, **values)


def balances(of: str = "2022", **cents: int) -> list[Record]:
    names = {"adorf": ADORF, "income": INCOME, "bank": BANK}
    return [custom("jahressaldo", of, names[name], Euro(amount)) for name, amount in cents.items()]


def told(book: Book, *records: Record) -> list[str]:
    return [text.partition(" ")[2] for text in said(fiscal_years, book, *records)]


# --- the order of states


def test_states_follow_each_other(operator: Book) -> None:
    assert told(operator, *map(year, STATES)) == []
    assert told(operator, year("beschlossen")) == [], "a book may begin late"
    assert told(operator, year("geprüft"), year("geprüft")) == []


@pytest.mark.parametrize(("old", "new"), [(1, 0), (2, 1), (3, 0), (4, 3), (4, 0)])
def test_no_state_goes_back_by_itself(operator: Book, old: int, new: int) -> None:
    assert told(operator, year(STATES[old]), year(STATES[new])) == [
        f"KKD-J03 (fehler) Haushaltsjahr 2022: nach „{STATES[old]}“ kommt nicht „{STATES[new]}“"
    ]


def test_two_persons_with_a_reason_take_a_state_back(operator: Book) -> None:
    assert told(operator, year("geprüft"), year("offen", **BOTH)) == []
    for lacking in BOTH:
        meta = {key: value for key, value in BOTH.items() if key != lacking}
        assert len(told(operator, year("geprüft"), year("offen", **meta))) == 1
    alone = {**BOTH, "angeordnet_von": "S. Muster"}
    assert len(told(operator, year("geprüft"), year("offen", **alone))) == 1


def test_what_the_council_resolved_goes_back_by_a_resolution(operator: Book) -> None:
    assert len(told(operator, year("beschlossen"), year("geprüft", **BOTH))) == 1
    assert told(operator, year("beschlossen"), year("geprüft", **BOTH, **PAPER)) == []


@pytest.mark.parametrize("values", [("2022",), ("2022", "fertig"), ("2022", "offen", "x"), (2022, "offen")])
def test_what_names_no_state_is_told(operator: Book, values: tuple[object, ...]) -> None:
    assert told(operator, custom("haushaltsjahr", *values)) == [
        'KKD-J03 (fehler) custom "haushaltsjahr" nennt keinen Stand'
    ]


def test_an_earlier_year_is_drawn_up_first(operator: Book) -> None:
    both = [claimed(of=2021), claimed(of=2022)]
    lists = [*balances("2022", adorf=200, income=-100)]
    found = told(operator, *both, year("aufgestellt"), *lists)
    assert found[0] == "KKD-J05 (beanstandung) Haushaltsjahr 2022 ist „aufgestellt“, 2021 noch nicht"
    first = [year("aufgestellt", "2021"), *balances("2021", adorf=100, income=-100)]
    assert told(operator, *both, *first, year("aufgestellt"), *lists) == []
    assert told(operator, claimed(of=2021), year("geprüft")) == [], "only drawing up is asked"
    assert told(operator, claimed(of=2023), year("aufgestellt"))[-1:] == []


def test_every_earlier_year_is_named(operator: Book) -> None:
    found = told(operator, claimed(of=2021), claimed(of=2020), year("aufgestellt"))
    assert found == ["KKD-J05 (beanstandung) Haushaltsjahr 2022 ist „aufgestellt“, 2020, 2021 noch nicht"]
    waits = year("vorläufig-abgeschlossen", "2021")
    assert "2021 noch nicht" in told(operator, claimed(of=2021), waits, year("aufgestellt"))[0]


# --- what a year takes


def test_an_open_year_takes_everything(operator: Book) -> None:
    assert told(operator, claimed()) == told(operator, year("offen"), claimed()) == []


@pytest.mark.parametrize("state", STATES[2:])
def test_a_year_that_is_drawn_up_takes_nothing(operator: Book, state: str) -> None:
    found = told(operator, year(state), claimed())
    assert found[0] == f"KKD-J01 (fehler) gebucht am 15.03.2022, Haushaltsjahr 2022 ist „{state}“"
    assert told(operator, year(state), claimed(of=2021)) == []


def test_a_year_closed_for_now_takes_closing_entries(operator: Book) -> None:
    state = year("vorläufig-abgeschlossen")
    assert told(operator, state, claimed()) == [
        "KKD-J02 (beanstandung) gebucht am 15.03.2022, Haushaltsjahr 2022 ist „vorläufig-abgeschlossen“"
    ]
    assert told(operator, state, claimed(file="2022/2022-13.beancount")) == []
    assert len(told(operator, state, claimed(file="2022/2022-12.beancount"))) == 1
    assert len(told(operator, state, claimed(file="sonst.beancount"))) == 1


def test_a_reversal_cures_it(operator: Book) -> None:
    back = entry("storno", 2, storniert="2022-000001", day=dt.date(2023, 1, 2))
    assert told(operator, year("geprüft"), claimed(), back)[0].startswith("KKD-J04")
    other = back._replace(meta={**back.meta, "storniert": "2022-000009"})
    assert told(operator, year("geprüft"), claimed(), other)[0].startswith("KKD-J01")


# --- closing balances


def test_a_year_that_is_drawn_up_has_its_list(operator: Book) -> None:
    assert told(operator, claimed(), year("aufgestellt")) == [f"KKD-J04 (fehler) {LACKS}"]
    listed = balances(adorf=100, income=-100)
    assert told(operator, claimed(), year("aufgestellt"), *listed) == []
    assert told(operator, claimed(), *listed, year("aufgestellt")) == []


def test_a_year_in_which_nothing_is_left_needs_none(operator: Book) -> None:
    assert told(operator, year("aufgestellt")) == []
    assert told(operator, claimed(), claimed(-100, number=2), year("aufgestellt")) == []


def test_a_year_that_went_back_needs_none_until_it_is_drawn_up_again(operator: Book) -> None:
    back = [claimed(), year("aufgestellt"), year("offen", **BOTH)]
    assert told(operator, *back) == []
    assert told(operator, *back, year("geprüft")) == [
        "KKD-J04 (fehler) Haushaltsjahr 2022 ist „geprüft“, ohne Saldenliste"
    ]


def test_a_list_that_is_not_what_is_booked_is_told_by_account(operator: Book) -> None:
    found = told(operator, claimed(), year("aufgestellt"), *balances(adorf=90, bank=10))
    assert found == [
        "KKD-J04 (fehler) Aktiva:2600-Forderungen:Adorf: Saldenliste 2022 0,90 EUR, gebucht 1,00 EUR",
        "KKD-J04 (fehler) Aktiva:2800-Bank: Saldenliste 2022 0,10 EUR, gebucht 0,00 EUR",
        f"KKD-J04 (fehler) {INCOME}: Saldenliste 2022 0,00 EUR, gebucht -1,00 EUR",
    ]


def test_results_are_of_the_year_and_other_accounts_from_the_beginning(operator: Book) -> None:
    rows = [claimed(of=2021), year("aufgestellt", "2021"), *balances("2021", adorf=100, income=-100)]
    rows += [claimed(50), year("aufgestellt"), *balances(adorf=150, income=-50)]
    assert told(operator, *rows) == []
    assert told(operator, *rows, claimed(7, of=2023)) == [], "a later year is no part of it"
    without = [claimed(of=2021), claimed(50), year("geprüft"), *balances(adorf=150, income=-50)]
    assert told(operator, *without) == [], "years without a list of their own are in it, too"


def test_what_was_wrong_with_a_list_stays_when_the_next_one_comes(operator: Book) -> None:
    rows = [claimed(of=2021), *balances("2021", adorf=99, income=-100)]
    rows += [claimed(50), *balances(adorf=150, income=-50)]
    assert told(operator, *rows) == [
        "KKD-J04 (fehler) Aktiva:2600-Forderungen:Adorf: Saldenliste 2021 0,99 EUR, gebucht 1,00 EUR"
    ]


def test_an_entry_of_a_year_behind_the_list_changes_the_next_one(operator: Book) -> None:
    rows = [claimed(of=2021), *balances("2021", adorf=100, income=-100), *balances(adorf=100)]
    assert told(operator, *rows) == []
    assert told(operator, *rows, claimed(5, of=2021, number=2)) == [
        "KKD-J04 (fehler) Aktiva:2600-Forderungen:Adorf: Saldenliste 2022 1,00 EUR, gebucht 1,05 EUR"
    ]


def test_a_list_made_again_replaces_the_one_before(operator: Book) -> None:
    rows = [claimed(), year("aufgestellt"), *balances(adorf=1, income=-1)]
    assert len(told(operator, *rows)) == 2
    again = [*rows, year("offen", **BOTH), year("aufgestellt"), *balances(adorf=100, income=-100)]
    assert told(operator, *again) == []


def test_a_list_that_went_back_holds_no_longer(operator: Book) -> None:
    rows = [claimed(), year("aufgestellt"), *balances(adorf=100, income=-100), year("offen", **BOTH)]
    assert told(operator, *rows, claimed(5, number=2)) == []
    still = [claimed(), year("geprüft"), *balances(adorf=100, income=-100), year("aufgestellt", **BOTH)]
    assert len(told(operator, *still, claimed(5, number=2))) == 3, "drawn up still, so it is the list"


def test_a_year_before_the_last_list_goes_back_no_more(operator: Book) -> None:
    rows = [claimed(of=2021), year("aufgestellt", "2021"), *balances("2021", adorf=100, income=-100)]
    rows += [year("aufgestellt"), *balances(adorf=100)]
    assert told(operator, *rows, year("offen", "2020", **BOTH)) == []
    wrong = [*rows, *balances("2023", adorf=100), year("offen", "2021", **BOTH)]
    assert told(operator, *wrong) == [
        "KKD-J03 (fehler) Haushaltsjahr 2021: nach „aufgestellt“ kommt nicht „offen“"
    ]


def test_results_of_a_year_behind_a_later_list_are_not_compared(operator: Book) -> None:
    rows = [claimed(of=2021), *balances("2021", adorf=100, income=-100), claimed(50)]
    rows += [*balances(adorf=150, income=-50), *balances("2021", adorf=150, income=7)]
    assert told(operator, *rows) == []


@pytest.mark.parametrize("values", [("2022", BANK), ("2022", BANK, "5"), (2022, BANK, Euro(5))])
def test_a_balance_that_cannot_be_read_is_told(operator: Book, values: tuple[object, ...]) -> None:
    assert told(operator, custom("jahressaldo", *values)) == [
        'KKD-J04 (fehler) custom "jahressaldo" mit unlesbaren Werten'
    ]
