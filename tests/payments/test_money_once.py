"""Every way by which money could go twice, too much, too early or to the wrong account, tried by commands."""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.items import Item
from kkd_ledger.cli import main
from kkd_ledger.money import parse_eur
from kkd_ledger.payments.business_days import easter, is_business_day, next_business_day
from kkd_ledger.payments.sepa import RunRefused, latin
from kkd_ledger.work.transfers.bank_runs import ToldItem, ToldRun, pending_cents, standing
from tests.both_sides.two_sides import CAMT
from tests.samples import LEDGERS

PEOPLE = ("--prepared-by", "K. Kasse", "--released-by", "B. Buch")
COUNTY, SECOND = "DE19999999996534000000", "DE30999999990000471100"
POSTEN = "kkd-2024-biedenkopf-1"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    shutil.rmtree(tmp_path / "biedenkopf/inbox", ignore_errors=True)
    return tmp_path / "biedenkopf"


Pay = Callable[..., dict[str, Any]]


@pytest.fixture
def pay(town: Path, capsys: pytest.CaptureFixture[str]) -> Pay:
    def run(on: str, *more: str, today: str = "2024-02-29", status: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        words = ["pay", str(town), "--on", on, *PEOPLE, "--today", today, "--json", *more]
        assert main(words) == status
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    return run


def amounts(told: Mapping[str, Any]) -> list[str]:
    return [one["amount"] for one in told["payments"]]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def statement(town: Path, entries: list[Any], until: dt.date = dt.date(2024, 3, 31)) -> None:
    """Book a statement of March with these entries."""
    closed = json.loads((town / "2024/2024-02.bank.json").read_text(encoding="utf-8"))["auszuege"][-1]
    opening, iban = parse_eur(closed["ende"]), load_book(town).settings.bank.iban
    file = town.parent / "auszug.xml"
    text = CAMT.camt(iban, "Stadt", entries, first=dt.date(2024, 3, 1), number=4, opening=opening)
    file.write_text(text, encoding="utf-8")
    assert main(["open", str(town), "2024-03"]) == 0
    main(["import", str(town), str(file), "--today", f"{until}"])


def paid(cents: int, reference: str = "RF62KKD2024065340041", text: str = "") -> Any:
    return CAMT.Entry(dt.date(2024, 3, 15), -cents, "Landkreis", COUNTY, reference=reference, text=text)


def rated(town: Path) -> None:
    rates = ["2024-03-15=5.555,30", "2024-06-14=5.000,00", "2024-09-16=5.000,00"]
    words = ["defer", str(town), POSTEN, "--kind", "ratenzahlung", "--order", "Ratenzahlung, § 5"]
    words += [word for rate in rates for word in ("--instalment", rate)]
    assert main([*words, "--by", "L. Beispiel", "--certified-by", "S. Muster", "--today", "2024-02-20"]) == 0


def test_instalments_are_paid_one_by_one(town: Path, pay: Pay) -> None:
    rated(town)
    assert amounts(pay("2024-03-14")) == []
    assert amounts(pay("2024-03-15")) == ["5555.30"]
    assert pay("2024-03-15")["before"] == [POSTEN], "given again"
    assert amounts(pay("2024-06-14")) == ["5000.00"], "the first one is on its way"
    assert amounts(pay("2024-09-16")) == ["5000.00"]
    assert amounts(pay("2024-12-16")) == []
    statement(town, [paid(555530)])
    assert amounts(pay("2024-12-16", today="2024-04-01")) == []


def test_a_run_stands_though_the_claim_was_partly_paid_by_hand(town: Path, pay: Pay) -> None:
    assert amounts(pay("2024-04-15")) == ["15555.30"]
    statement(town, [paid(555530)])
    again = pay("2024-04-30", today="2024-04-01")
    assert (amounts(again), again["before"]) == ([], [POSTEN])
    [told] = again["told"]
    assert "zahlt kkd-2024-biedenkopf-1 mit 15.555,30 EUR, offen sind nur noch 10.000,00 EUR" in told


def test_the_rest_is_paid_after_a_part_was_paid_by_hand(town: Path, pay: Pay) -> None:
    statement(town, [paid(555530)])
    assert amounts(pay("2024-04-15", today="2024-04-01")) == ["10000.00"]


def test_money_that_nobody_has_placed_may_have_paid_it(town: Path, pay: Pay) -> None:
    statement(town, [CAMT.Entry(dt.date(2024, 3, 15), -1555530, "Kreiskasse", SECOND, text="Umlage Kreis")])
    told = pay("2024-04-15", today="2024-04-01")
    assert amounts(told) == []
    [left] = told["left"]
    assert left["posten"] == POSTEN
    assert (
        "am 15.03.2024 gingen 15.555,30 EUR hinaus, die noch keinem Posten zugeordnet sind" in left["reason"]
    )
    assert amounts(pay("2024-04-15", "--posten", POSTEN, today="2024-04-01")) == ["15555.30"]


def test_only_what_is_named_goes(town: Path, pay: Pay, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["pay", str(town), "--on", "2024-03-15", *PEOPLE, "--today", "2024-02-29", "--posten"]
    assert main([*words, "kkd-2022-biedenkopf-1"]) == 2
    assert "kkd-2022-biedenkopf-1: kein offener Posten in diesem Buch." in capsys.readouterr().err
    assert amounts(pay("2024-03-15", "--posten", POSTEN)) == ["15555.30"]
    assert amounts(pay("2024-03-15", "--posten", POSTEN)) == [], "named or not: once"


def confirmed(town: Path) -> None:
    """Let two persons answer for a run of before there were acts."""
    both = ["--by", "S. Muster", "--and", "L. Beispiel", "--today", "2024-02-29"]
    assert main(["confirm", str(town), *both]) == 0


@pytest.mark.parametrize("spoilt", [b"{}", b"", b"\xff", b'{"lauf": "x", "posten": 5}', b"[]"])
def test_a_record_that_nobody_can_read_stops_every_run(town: Path, pay: Pay, spoilt: bytes) -> None:
    pay("2024-03-15")
    record = town / "zahlungen/pain001-2024-02-29-001.json"
    kept = record.read_bytes()
    record.write_bytes(spoilt)
    assert "ist nicht mehr, wie zwei Personen es hinterließen" in pay("2024-03-15", status=3)["error"]
    with pytest.raises(RunRefused, match="keine lesbare Niederschrift"):
        standing(load_book(town))
    record.unlink()
    assert "pain001-2024-02-29-001.json ist nicht mehr da" in pay("2024-03-15", status=3)["error"]
    with pytest.raises(RunRefused, match="eine Zahldatei ohne Niederschrift"):
        standing(load_book(town))
    record.write_bytes(kept)
    assert pay("2024-03-15")["before"] == [POSTEN]


def test_a_run_of_before_amounts_were_named_stands_for_the_whole(town: Path, pay: Pay) -> None:
    pay("2024-03-15")
    record = town / "zahlungen/pain001-2024-02-29-001.json"
    data = json.loads(record.read_text(encoding="utf-8"))
    del data["betraege"]
    record.write_text(json.dumps(data), encoding="utf-8")
    confirmed(town)
    assert pay("2024-03-15")["before"] == [POSTEN]


def test_the_name_of_a_run_never_comes_twice(town: Path, pay: Pay) -> None:
    pay("2024-03-15")
    other = town / "zahlungen/pain001-2024-02-29-007"
    for ending in (".xml", ".json"):
        shutil.copy(town / f"zahlungen/pain001-2024-02-29-001{ending}", other.with_suffix(ending))
    confirmed(town)
    cancel = ["--reason", "nicht eingereicht", *PEOPLE, "--today", "2024-02-29"]
    assert main(["pay", str(town), "--cancel", "pain001-2024-02-29-001", *cancel]) == 0
    assert pay("2024-03-15")["file"] == "zahlungen/pain001-2024-02-29-008.xml"


# ------------------------------------------------------------------------------------------------- where it goes


def document(town: Path) -> Path:
    county = town.parent / "landkreis"
    assert main(["demand", str(county), "2024", "--member", "biedenkopf", "--today", "2024-02-29"]) == 0
    [xml] = (county / "documents").glob("*.xml")
    return xml


def test_the_agreed_account_that_the_document_names_is_paid(town: Path, pay: Pay) -> None:
    xml = document(town)
    agreement = town.parent / "kkd/agreement.toml"
    edit(agreement, f'ibans = ["{COUNTY}"]', f'ibans = ["{COUNTY}", "{SECOND}"]')
    edit(xml, COUNTY, SECOND)
    assert main(["receive", str(town), str(xml), "--today", "2024-02-29"]) == 0
    assert [one["iban"] for one in pay("2024-03-15", "--dry-run")["payments"]] == [SECOND]


def test_a_kept_document_that_was_changed_stops_its_payment(town: Path, pay: Pay) -> None:
    assert main(["receive", str(town), str(document(town)), "--today", "2024-02-29"]) == 0
    edit(town / "documents/KKD-2024-00004.xml", "Zahlbar", "zahlbar")
    told = pay("2024-03-15")
    assert (amounts(told), [one["reason"] for one in told["left"]]) == (
        [],
        ["sein Beleg documents/KKD-2024-00004.xml wurde verändert"],
    )


def test_the_holder_is_named_as_the_bank_knows_it(town: Path, pay: Pay) -> None:
    agreement = town.parent / "kkd/agreement.toml"
    edit(agreement, f'ibans = ["{COUNTY}"]', f'ibans = ["{COUNTY}"]\naccount_holder = "Kreiskasse Märburg"')
    confirmed(town)
    told = pay("2024-03-15", "--dry-run")
    assert [one["name"] for one in told["payments"]] == ["Kreiskasse Märburg"]
    xml = document(town).read_text(encoding="utf-8")
    assert "<ram:AccountName>Kreiskasse Märburg</ram:AccountName>" in xml


@pytest.mark.parametrize(
    ("iban", "status", "said"),
    [
        ("LT121000011101001000", 0, "Das Konto LT121000011101001000 liegt nicht in Deutschland"),
        ("BR1500000000000010932840814P2", 3, "liegt außerhalb des SEPA-Raums"),
    ],
)
def test_an_account_abroad(town: Path, pay: Pay, *, iban: str, status: int, said: str) -> None:
    edit(town.parent / "kkd/agreement.toml", COUNTY, iban)
    confirmed(town)
    told = pay("2024-03-15", "--dry-run", status=status)
    assert said in (str(told["told"]) if status == 0 else told["error"])


# --------------------------------------------------------------------------------------------------- when, by whom


@pytest.mark.parametrize(
    ("on", "executed"),
    [
        ("2024-03-15", "2024-03-15"),
        ("2024-03-16", "2024-03-18"),
        ("2024-03-29", "2024-04-02"),
        ("2024-05-01", "2024-05-02"),
        ("2024-12-25", "2024-12-27"),
    ],
)
def test_a_day_on_which_no_bank_works(town: Path, pay: Pay, on: str, executed: str) -> None:
    told = pay(on)
    assert told["execution"] == executed
    [day] = etree.parse(town / told["file"]).getroot().iter("{*}ReqdExctnDt")
    assert day.findtext("{*}Dt") == executed


def test_a_run_of_a_far_day_is_refused(pay: Pay) -> None:
    assert "ein Tag binnen eines Jahres" in pay("2099-01-01", status=3)["error"]


def test_a_run_above_what_a_person_may_move(town: Path, pay: Pay) -> None:
    edit(town / "book.toml", 'name = "B. Buch"\n', 'name = "B. Buch"\nlimit = "10.000,00"\n')
    said = pay("2024-03-15", "--dry-run", status=3)["error"]
    assert "15.555,30 EUR: mehr, als B. Buch bewegen darf; erlaubt: bis 10.000,00 EUR" in said
    edit(town / "book.toml", "10.000,00", "15.555,30")
    assert amounts(pay("2024-03-15", "--dry-run")) == ["15555.30"]


def test_runs_of_one_day_count_together(town: Path, pay: Pay) -> None:
    rated(town)
    edit(town / "book.toml", 'name = "B. Buch"\n', 'name = "B. Buch"\nlimit = "10.000,00"\n')
    assert amounts(pay("2024-03-15")) == ["5555.30"]
    said = pay("2024-06-14", "--dry-run", status=3)["error"]
    assert "10.555,30 EUR in 2 Läufen dieses Tages: mehr, als B. Buch bewegen darf" in said
    assert amounts(pay("2024-06-14", today="2024-03-01")) == ["5000.00"], "another day"


def test_a_book_with_an_error_pays_nothing(town: Path, pay: Pay) -> None:
    [month] = [
        file for file in town.glob("2024/*.beancount") if "15555.30" in file.read_text(encoding="utf-8")
    ]
    text = month.read_text(encoding="utf-8")
    month.write_text(text.replace("15555.30", "99555.30"), encoding="utf-8")
    assert "KKD-" in pay("2024-03-15", status=3)["error"]
    assert not (town / "zahlungen").exists()


def test_what_no_order_covers_is_not_paid(town: Path, pay: Pay) -> None:
    edit(town / "book.toml", 'limit = "100.000,00"', 'limit = "10.000,00"')
    people = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", "2024-02-29"]
    assert main(["reverse", str(town), "2024-000001", "--reason", "neu", *people]) == 0
    main(["post", str(town), "--today", "2024-02-29"])
    told = pay("2024-04-15")
    [left] = told["left"]
    assert (amounts(told), left["reason"]) == (
        [],
        "keine Anordnung deckt ihn: AAO-2023-07 gilt nur bis 10.000,00; lassen Sie ihn anordnen",
    )
    assert amounts(pay("2024-04-15", "--posten", left["posten"])) == [], "naming it is no order"


def test_a_month_that_the_book_does_not_name_stops_every_payment(town: Path, pay: Pay) -> None:
    (town / "2024/2024-03.beancount").write_text("", encoding="utf-8")
    assert "main.beancount nennt diesen Monat nicht" in pay("2024-03-15", status=3)["error"]


# ------------------------------------------------------------------------------------------------------- by laws


def item(open_cents: int) -> Item:
    found = Item("p", "Passiva:4500-V:A", "a", 2024, "", "", None, dt.date(2024, 1, 1))
    found.open_cents = -open_cents
    return found


@given(
    claim=st.integers(1, 10**6),
    shares=st.lists(st.integers(1, 10**6), max_size=4),
    settled=st.integers(0, 10**6),
    seen=st.integers(0, 5),
)
def test_what_is_paid_and_told_never_exceeds_the_claim(
    claim: int, shares: list[int], settled: int, seen: int
) -> None:
    """Runs are made one after the other, each over no more than is neither open nor told; then something is settled."""
    first, runs = dt.date(2024, 1, 1), []
    for place, wanted in enumerate(shares):
        cents = min(wanted, claim - pending_cents(item(claim), runs, dt.date.min))
        if cents > 0:
            runs.append(ToldRun(f"r{place}", first + dt.timedelta(place), (ToldItem("p", cents, claim),)))
    told = sum(one.items[0].cents or 0 for one in runs)
    settled = min(settled, claim)
    pending = pending_cents(item(claim - settled), runs, first + dt.timedelta(seen))
    assert pending <= told <= claim
    assert pending + settled >= told, "what was told stays told until it is settled"


@given(st.text(max_size=200), st.integers(1, 140))
def test_a_text_for_banks(text: str, limit: int) -> None:
    written = latin(text, limit)
    assert len(written) <= limit
    assert "//" not in written
    assert not written.startswith("/")
    assert not written.endswith("/")
    assert all(sign.isalnum() or sign in "/?:().,'+ -" for sign in written)
    assert written.isascii()


@pytest.mark.parametrize(
    ("year", "day"), [(1999, (4, 4)), (2000, (4, 23)), (2024, (3, 31)), (2025, (4, 20)), (2038, (4, 25))]
)
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == dt.date(year, *day)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)))
def test_the_next_business_day_is_near_and_open(day: dt.date) -> None:
    found = next_business_day(day)
    assert is_business_day(found)
    assert 0 <= (found - day).days <= 5
    assert not any(is_business_day(day + dt.timedelta(apart)) for apart in range((found - day).days))
