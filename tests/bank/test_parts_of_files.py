"""The parts of which the readers of bank files are made, each by itself."""

import datetime as dt
import io
import zipfile
from dataclasses import replace

import pytest
from lxml import etree

from kkd_ledger.bank.files.camt.camt import events
from kkd_ledger.bank.files.camt.camt_values import (
    currency_of,
    day_of,
    gvc_of,
    iban_of,
    iso_code_of,
    last_day_of,
)
from kkd_ledger.bank.files.camt.entry_amounts import (
    Unreadable,
    announced,
    cents_of,
    sign_of,
    single_charges,
    split,
)
from kkd_ledger.bank.files.camt.entry_lines import Entries, plain_account
from kkd_ledger.bank.files.camt.paths import Slots, compiled, fetched, fill
from kkd_ledger.bank.files.camt.statement_head import head_of
from kkd_ledger.bank.files.containers import looks_like_zip, members
from kkd_ledger.bank.files.csv.cells import account_above, amount_cents, balance_in, cents, day, text_of
from kkd_ledger.bank.files.csv.cells import currency_of as cell_currency
from kkd_ledger.bank.files.csv.column_maps import known_maps
from kkd_ledger.bank.files.csv.exports import read_csv
from kkd_ledger.bank.files.csv.running_balances import balances_of
from kkd_ledger.bank.files.limits import DEFAULT_LIMITS, BankFile
from kkd_ledger.bank.files.mt940.field61 import Unfit, cents_in, day_in
from kkd_ledger.bank.files.mt940.field86 import details_of, joined, sepa_keywords, together
from kkd_ledger.bank.files.mt940.mt940 import read_mt940
from kkd_ledger.bank.files.mt940.swift_fields import SwiftField, fields, lines_of, looks_like_mt940
from kkd_ledger.errors import Problem, StatementRefused
from tests.bank.writing import camt, line, mt940, statement

MARCH = dt.date(2022, 3, 3)


# ---------------------------------------------------------------------------------------------------------- camt


def below(slot: str, **texts: str) -> Slots:
    """Return what an entry holds whose element below a slot has these texts."""
    element = etree.Element("X")
    for name, text in texts.items():
        etree.SubElement(element, name).text = text
    return {slot: (element, {name: name for name in texts})}


def test_codes_and_accounts_of_camt() -> None:
    assert gvc_of("NTRF+166+00931") == "166"
    assert gvc_of(" NTRF+1666 ") == "NTRF+1666"
    whole = below("iso", domain="PMNT", family="RCDT", subfamily="ESCT")
    assert iso_code_of(whole) == "PMNT-RCDT-ESCT"
    assert iso_code_of(below("iso", domain="PMNT")) == "PMNT"
    assert iban_of(below("account", iban="de09 9999", other="7"), "account") == "DE099999"
    assert iban_of(below("account", other=" 12 a"), "account") == "12A"
    assert iban_of({}, "account") == ""
    assert plain_account({"other": "4 711"}) == "4711"
    assert currency_of(" EUR ") == "EUR"
    for wrong in ("eur", "EU", "EURO", "E1R"):
        with pytest.raises(Unreadable, match="drei Großbuchstaben"):
            currency_of(wrong)


def test_days_of_camt() -> None:
    assert day_of({"day": " 2022-03-03 "}, "day") == MARCH
    assert day_of({}, "day") is None
    with pytest.raises(Unreadable, match=r"den 30\.02\.2022 gibt es nicht"):
        day_of({"day": "2022-02-30"}, "day")
    balances = [{"day": "2022-03-01"}, {"day": "2022-03-03"}]
    assert last_day_of({"balances": balances, "created": "2022-04-01"}) == MARCH
    assert last_day_of({"to_day": "2022-03-03", "balances": [{"day": "2022-03-09"}]}) == MARCH
    assert last_day_of({"balances": [], "created": "2022-03-03T23:59:00"}) == MARCH
    assert last_day_of({"created": "bald"}) is None


def test_amounts_of_camt() -> None:
    assert (sign_of({"direction": "CRDT"}), sign_of({"direction": " DBIT "})) == (1, -1)
    with pytest.raises(Unreadable, match="CRDT oder DBIT"):
        sign_of({})
    assert cents_of({"amount": "12.30"}, "amount") == 1_230
    with pytest.raises(Unreadable):
        cents_of({}, "amount")
    assert announced({"batch": {"count": "7"}}) in {0, 7}


def detail(euros: str, **values: object) -> dict[str, object]:
    return {"amount": euros, "amount_currency": "EUR", **values}


def charge(euros: str, direction: str = "DBIT") -> dict[str, object]:
    return {"amount": euros, "amount_currency": "EUR", "direction": direction}


def test_a_batch_is_split_where_its_details_prove_it() -> None:
    entry = {"direction": "CRDT"}
    assert split(entry, [detail("1.00"), detail("2.00")], 300, "EUR") == [(100, 0), (200, 0)]
    own = [detail("1.00", charges=[charge("0.10")]), detail("2.00")]
    assert split(entry, own, 290, "EUR") == [(90, -10), (200, 0)]
    charged = {**entry, "charges": [charge("0.30")]}
    assert split(charged, [detail("1.00"), detail("2.00")], 270, "EUR") == [(100, 0), (200, 0), (-30, -30)]
    assert split(entry, [detail("1.00"), detail("2.00")], 310, "EUR") is None
    assert split(entry, [detail("1.00"), {}], 100, "EUR") is None
    assert split(entry, [detail("1.00"), detail("1.00", direction="DBIT")], 0, "EUR") == [(100, 0), (-100, 0)]


def test_charges_inside_an_amount_explain_its_difference_exactly() -> None:
    entry = {"direction": "DBIT", "amount": "10.00", "amount_currency": "EUR"}
    same = detail("10.00")
    assert single_charges(entry, same, -1_000, "EUR") == (0, "")
    less = detail("9.50", charges=[charge("0.50")])
    assert single_charges(entry, less, -1_000, "EUR") == (-50, "")
    other = detail("9.00")
    assert single_charges(entry, other, -1_000, "EUR") == (
        0,
        "Einzelbetrag -9,00 weicht vom Umsatz -10,00 ab",
    )
    returned = detail("9.00", return_reason="AC01")
    cents_inside, note = single_charges(entry, returned, -1_000, "EUR")
    assert (cents_inside, note) == (-100, "Entgelt aus dem ursprünglichen Betrag der Rückgabe errechnet")


def test_a_statement_of_camt_is_read_part_by_part() -> None:
    told = statement(
        line(100, booking_day=MARCH, value_day=MARCH), from_day=MARCH, to_day=MARCH, opening_cents=500
    )
    content = camt(told)
    source = BankFile(content, "a.xml", DEFAULT_LIMITS)
    *lines, read = events(source, source.head(4_096), DEFAULT_LIMITS)
    assert [one.amount_cents for one in lines] == [100]
    assert (read.opening_cents, read.closing_cents, read.from_day, read.lines) == (500, 600, MARCH, ())


def test_paths_find_texts_amounts_and_what_repeats() -> None:
    element = etree.fromstring("<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>")
    found = fill(element, compiled("").entry, {})
    assert (found["amount"], found["amount_currency"], found["direction"]) == ("1.00", "EUR", "CRDT")
    assert fetched(found, "amounts") == {}


def test_a_head_without_an_account_is_refused() -> None:
    element = etree.fromstring("<Stmt><Id>7</Id></Stmt>")
    problems: list[Problem] = []
    entries = Entries(
        paths=compiled(""),
        statement=element,
        kind="053",
        number=1,
        name="a.xml",
        limits=DEFAULT_LIMITS,
        problems=problems,
    )
    with pytest.raises(StatementRefused, match="eine IBAN oder Kontonummer"):
        head_of(element, entries, BankFile(b"<Stmt/>", "a.xml", DEFAULT_LIMITS))


# --------------------------------------------------------------------------------------------------- containers


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return out.getvalue()


def test_a_container_gives_its_files_by_name() -> None:
    content = zipped(a=b"eins", b=b"zwei")
    assert looks_like_zip(content)
    assert not looks_like_zip(b"PK\x03")
    assert list(members(content, "x.zip", DEFAULT_LIMITS)) == [("x.zip/a", b"eins"), ("x.zip/b", b"zwei")]
    with pytest.raises(StatementRefused, match="0 Dateien; erlaubt: 1 bis"):
        list(members(zipped(), "x.zip", DEFAULT_LIMITS))
    with pytest.raises(StatementRefused, match="ein beschädigtes ZIP-Archiv"):
        list(members(content[:-30], "x.zip", DEFAULT_LIMITS))
    with pytest.raises(StatementRefused):
        list(members(content, "x.zip", replace(DEFAULT_LIMITS, zip_members=1)))


# ---------------------------------------------------------------------------------------------------------- CSV

FORM = replace(known_maps()[0], decimal=",", currency="", day="%d.%m.%Y", pieces=True)


def test_amounts_of_cells() -> None:
    assert cents("+1.234,56", FORM) == 123_456
    with pytest.raises(ValueError, match=r"erlaubt: 1\.234,56"):
        cents("1.23", FORM)
    assert cents("1,234.56", replace(FORM, decimal=".")) == 123_456
    assert amount_cents({"amount": "1,00", "sign": "S"}, FORM) == -100
    assert amount_cents({"amount": "1,00", "sign": "haben"}, FORM) == 100
    assert amount_cents({"debit": "-1,00", "credit": ""}, FORM) == -100
    assert amount_cents({"debit": "1,00", "credit": ""}, FORM) == -100
    assert amount_cents({"debit": "", "credit": "1,00"}, FORM) == 100
    for cells in (
        {"debit": "1,00", "credit": "1,00"},
        {"amount": "-1,00", "sign": "S"},
        {"amount": "1,00", "sign": "?"},
    ):
        with pytest.raises(ValueError, match="erlaubt: "):
            amount_cents(cells, FORM)


def test_days_texts_and_balances_of_cells() -> None:
    assert day("03.03.2022", "%d.%m.%Y") == day("03.03.22", "%d.%m.%Y") == MARCH
    with pytest.raises(ValueError, match=r"den 30\.02\.2022 gibt es nicht"):
        day("30.02.2022", "%d.%m.%Y")
    with pytest.raises(ValueError, match=r"erlaubt: ein Tag wie 30\.11\.2023"):
        day("bald", "%d.%m.%Y")
    assert cell_currency("", FORM) == "EUR"
    assert cell_currency("CHF", FORM) == "CHF"
    with pytest.raises(ValueError, match="keine Währung"):
        cell_currency("Euro", FORM)
    assert text_of("eins\nzwei", FORM) == "eins zwei"
    assert text_of("eins\nzwei", replace(FORM, pieces=False)) == "eins\nzwei"
    assert balance_in(["Endsaldo", "1.000,00"], {}, FORM) == 100_000
    assert balance_in(["1.000,00", "S"], {"sign": 1}, FORM) == -100_000
    assert balance_in(["Endsaldo"], {}, FORM) is None
    assert account_above(FORM, [["Konto", "DE09999999999900100000"]]) in {"", "DE09999999999900100000"}


def test_the_balance_behind_each_line_proves_both_ends() -> None:
    lines = [line(100, booking_day=MARCH), line(-30, booking_day=MARCH)]
    assert balances_of(list(zip(lines, [600, 570], strict=True))) == (500, 570, ())
    assert balances_of([(lines[1], 570), (lines[0], 600)]) == (500, 570, ())
    assert balances_of(list(zip(lines, [600, 571], strict=True)))[2] == (
        "die Salden nach den Umsätzen ergeben keine Reihe",
    )
    assert balances_of(list(zip(lines, [600, 577], strict=True)), gaps=1) == (500, 577, ())
    assert balances_of(list(zip(lines, [600, None], strict=True))) == (None, None, ())


def test_a_table_without_a_known_header_is_refused() -> None:
    with pytest.raises(StatementRefused):
        read_csv(b"a;b\n1;2\n", "a.csv", "0" * 64, DEFAULT_LIMITS, known_maps())


# -------------------------------------------------------------------------------------------------------- MT940


def field(text: str, tag: str = "86") -> SwiftField:
    return SwiftField(tag, [text], 3)


def test_fields_of_a_message() -> None:
    content = b":20:A\r\n:25:1/2\r\n:86:166?00UEBERWEISUNG?20eins\r\n?21zwei\r\n-\r\nRest\r\n"
    assert looks_like_mt940(content)
    assert not looks_like_mt940(b"Datum;Betrag\n")
    found = list(fields(lines_of(content), 1_000))
    assert [(one.tag, one.number) for one in found] == [("20", 1), ("25", 2), ("86", 3)]
    assert found[-1].packed == "166?00UEBERWEISUNG?20eins?21zwei"
    assert list(lines_of(b":20:A@@:25:B")) == [":20:A", ":25:B"]
    (long,) = fields([":86:" + "x" * 20], 5)
    assert (long.too_long, long.text) == (True, "xxxxx")


def test_amounts_and_days_of_a_message() -> None:
    assert cents_in(field("", "61"), "12,3") == 1_230
    assert day_in(field("", "61"), "220303") == MARCH
    with pytest.raises(Unfit) as unfit:
        day_in(field("", "61"), "221345")
    problem = unfit.value.problem("a.sta")
    assert (problem.place, problem.actual) == ("Zeile 3, Feld :61:", "'1345'")
    with pytest.raises(Unfit):
        cents_in(field("", "61"), "1,234")


def test_details_of_a_message() -> None:
    told = details_of(field("166?00GUTSCHRIFT?20EREF+RF18?21SVWZ+Umlage?32Stadt ?33Adorf?31DE0999"))
    assert (told.gvc, told.booking_text, told.iban) == ("166", "GUTSCHRIFT", "DE0999")
    assert (told.reference("EREF"), told.remittance, told.name) == ("RF18", "Umlage", "Stadt Adorf")
    plain = details_of(field("166 Umlage März"))
    assert (plain.gvc, plain.remittance) == ("166", "Umlage März")
    assert details_of(None).remittance == ""
    assert joined(["x" * 27, "y", "z"]) == "x" * 27 + "y z"
    assert sepa_keywords("davor EREF+1 SVWZ+zwei") == ("davor", {"EREF": "1", "SVWZ": "zwei"})
    both = together([field("166?20eins"), field("166?21zwei")])
    assert both
    assert details_of(both).remittance == "eins zwei"
    assert together([]) is None


def test_a_message_is_a_statement() -> None:
    told = statement(
        line(100, booking_day=MARCH, value_day=MARCH), from_day=MARCH, to_day=MARCH, opening_cents=500
    )
    (read,) = read_mt940(mt940(told).encode(), "a.sta", "0" * 64, DEFAULT_LIMITS)
    assert (read.opening_cents, read.closing_cents, len(read.lines)) == (500, 600, 1)
    with pytest.raises(StatementRefused):
        read_mt940(b":20:A\n:25:1/2\n:28C:1\n:60F:C22", "a.sta", "0" * 64, DEFAULT_LIMITS)
