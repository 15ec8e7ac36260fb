"""A party that changes its name, and two that merge after the books have begun: every command knows them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path

import pytest

from kkd_ledger.agreement import if_leaves, load, parse, solve
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from kkd_ledger.errors import AgreementRefused, UsageError
from kkd_ledger.web.page import page
from tests.samples import ROOT, by_beancount, by_us, three_parties

ORDER = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
RENAMED = """
[[members]]
id = "adorf"
name = "Stadt Adorf am Bach"
kind = "town"
ags = "99001001"
ibans = ["DE75999999990065340010"]
known_from = 2022-03-10
"""
MERGED = """
[[members]]
id = "behausen"
name = "Behausen"
kind = "town"
ags = "99001002"
left = 2022-06-30
known_from = 2022-04-01

[[members]]
id = "zett"
name = "Zett am See"
kind = "municipality"
ags = "99001003"
left = 2022-06-30
known_from = 2022-04-01

[[members]]
id = "neuhausen"
name = "Neuhausen"
kind = "town"
ags = "99001009"
joined = 2022-07-01
succeeds = ["behausen", "zett"]
ibans = ["DE20999999990065340030"] # the account of Zett goes on
known_from = 2022-04-01

[[resolutions]]
member = "neuhausen"
paper = "N 1/2022"
title = "Eintritt"
adopted = 2022-07-05
sittings = [{ body = "Stadtverordnetenversammlung", date = 2022-07-05, decides = true }]
"""
VAT = """
[[vat]]
from = 2021-01-01
to = 2026-12-31
treatment = "not-taxable-old-law"
reason = "Nicht steuerbar nach § 2 Abs. 3 UStG a. F."
"""
CONTACTS = """format = 1
[parties.amt]
street = "Weg 1"
postcode = "99999"
city = "Nirgendwo"
email = "amt@example.org"
person = "Erika Beispiel"
phone = "0000 123"
"""


def contact(party: str) -> str:
    leitweg = "992-90009-96"
    return f'[parties.{party}]\nstreet = "A 1"\npostcode = "99998"\ncity = "B"\nleitweg_id = "{leitweg}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's book with the shares of 2021 and 2022 posted; then one party is renamed and two others merge."""
    three_parties(tmp_path)
    amt = tmp_path / "amt"
    assert kkd("open", amt, "2022-02") == kkd("adopt", amt, "--today", "2022-02-15") == 0
    assert kkd("post", amt, "--today", "2022-02-15", *ORDER) == 0
    with (tmp_path / "agreement.toml").open("a", encoding="utf-8") as file:
        file.write(RENAMED + MERGED + VAT)
    parties = ("adorf", "behausen", "zett", "neuhausen")
    (tmp_path / "contacts.toml").write_text(CONTACTS + "".join(map(contact, parties)), "utf-8")
    return tmp_path


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def told(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert kkd(*words) == 0
    return capsys.readouterr().out


def test_parties_are_those_known_on_a_day(folder: Path) -> None:
    agreement = load(folder / "agreement.toml")
    assert [one.id for one in agreement.members].count("adorf") == 2
    assert [one.id for one in agreement.parties()] == ["amt", "adorf", "behausen", "zett", "neuhausen"]
    before, after = dt.date(2022, 3, 9), dt.date(2022, 3, 10)
    assert [agreement.party("adorf", day).name for day in (before, after)] == ["Adorf", "Stadt Adorf am Bach"]
    assert agreement.party("neuhausen", after) is None
    assert agreement.party("niemand") is None


def test_shares_name_each_party_once_as_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "agreement.toml"
    assert told(capsys, "shares", file, "--year", 2022).splitlines() == [
        "Gemeinsames Archiv",
        "Beteiligte             2022 EUR",
        "Stadt Adorf am Bach  1.250,00",
        "Behausen             1.549,66",
        "Zett am See            206,41",
        "Neuhausen            1.785,18",
        "Summe                4.791,25",
    ]
    rows = list(
        csv.reader(io.StringIO(told(capsys, "shares", file, "--csv", "--as-of", "2022-03-09")), delimiter=";")
    )
    assert [row[1] for row in rows if row[2] == "2022"] == ["Adorf", "Behausen", "Zett am See"]
    assert re.search("^Stadt Adorf am Bach;", told(capsys, "annex", file), re.MULTILINE)
    assert json.loads(told(capsys, "plan", file, "--member", "neuhausen", "--from", "2022", "--json"))


def test_a_successor_is_booked_demanded_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    amt = folder / "amt"
    assert kkd("open", amt, "2022-07") == kkd("adopt", amt, "--today", "2022-07-15") == 0
    posted = told(capsys, "post", amt, "--today", "2022-07-15", "--json", *ORDER)
    assert "neuhausen" in posted
    assert by_us(amt) == by_beancount(amt)
    assert {one.split()[1] for one in by_us(amt)} == {"KKD-O06"}, "nothing is wrong, something is overdue"
    text = (amt / "2022" / "2022-07.beancount").read_text("utf-8")
    assert text.count("open Aktiva:2600-Forderungen:Neuhausen EUR") == 1
    assert text.count(" open ") == 1, "an account is opened where it is used first"
    assert kkd("demand", amt, "2022", "--today", "2022-07-15") in {0, 1}, (
        "written; 1 where something is overdue"
    )
    assert len(list((amt / "documents").glob("*-neuhausen.pdf"))) == 1
    xml = next((amt / "documents").glob("*-adorf.xml")).read_text("utf-8")
    assert "Stadt Adorf am Bach" in xml
    book = load_book(amt)
    shown = page(book, read(book).records).table
    assert shown is not None
    assert [row[-1].name for row in shown.rows] == [
        "Stadt Adorf am Bach",
        "Behausen",
        "Zett am See",
        "Neuhausen",
    ]


def test_an_account_belongs_to_one_party_at_a_time() -> None:
    base = (ROOT / "tests/three/agreement.toml").read_text("utf-8")
    assert parse(base + MERGED).party("neuhausen").ibans == ("DE20999999990065340030",)
    kept = MERGED.replace('ags = "99001003"', 'ags = "99001003"\nibans = ["DE20999999990065340030"]')
    with pytest.raises(AgreementRefused) as refusal:
        parse(base + kept)
    [problem] = refusal.value.problems
    assert problem.place.endswith("members[7] (neuhausen).ibans[1]")
    assert problem.actual == "DE20999999990065340030 gehört schon zett"


def test_suppositions_and_solutions_name_parties_once() -> None:
    agreement = parse((ROOT / "tests/three/agreement.toml").read_text("utf-8") + RENAMED)
    with pytest.raises(UsageError) as refusal:
        if_leaves(agreement, "niemand", dt.date(2023, 12, 31))
    assert str(refusal.value).endswith("vorhanden: amt, adorf, behausen, zett.")
    assert [one.text for one in solve([125_000], agreement)][:2] == [
        "Stadt Adorf am Bach: 1.250,00 EUR = Leistungsjahr 2022",
        "1.250,00 EUR = 1.000 × 1,25 EUR (Stadt Adorf am Bach, Einwohnerbuch, Stand 30.06.2020, Zensus 2011)",
    ]


def test_other_rooms_ask_for_parties() -> None:
    """`members` holds every version that the file ever had: whoever lists it shows a renamed party twice."""
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted([*(ROOT / "kkd_ledger").rglob("*.py"), *(ROOT / "ledgers").glob("*.py")])
        if "agreement" not in path.parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(r"\bagreement\.members\b", line)
    ]
    assert wrong == []
