"""A claim under a mandate is debited or transferred, never both: what each side writes, receives, pays and collects."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from lxml import etree

from kkd_ledger.cli import main
from kkd_ledger.payments.mandates import announced, in_force
from kkd_ledger.persons.contacts import Contact
from tests.samples import LEDGERS

from .test_payments import enter

PEOPLE = ("--prepared-by", "K. Kasse", "--released-by", "B. Buch")
TOWN = "DE41999999990065340040"
CHEAPER = '\n[[components.rates]]\nfrom = 2024-01-01\nrate = "0.15"\nknown_from = 2024-02-05\n'


@pytest.fixture
def books(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return tmp_path


def given(books: Path, signed: str = "2023-10-01", ends: str = "") -> None:
    more = {"mandate_ends": ends} if ends else {}
    enter(books / "kkd/contacts.toml", "biedenkopf", mandate="KKD-M-4", mandate_signed=signed, **more)


def demanded(books: Path) -> Path:
    county = books / "landkreis"
    assert main(["demand", str(county), "2024", "--member", "biedenkopf", "--today", "2024-02-29"]) == 0
    [xml] = (county / "documents").glob("*.xml")
    return xml


def received(books: Path, xml: Path) -> int:
    return main(["receive", str(books / "biedenkopf"), str(xml), "--today", "2024-02-29"])


def run(books: Path, capsys: pytest.CaptureFixture[str], name: str, on: str, *more: str) -> dict[str, object]:
    """Return what a run of the town's pay or the county's collect says, in JSON."""
    folder = books / {"pay": "biedenkopf", "collect": "landkreis"}[name]
    capsys.readouterr()
    words = [name, str(folder), "--on", on, *PEOPLE, "--today", "2024-02-29", "--json", *more]
    assert main(words) == 0, capsys.readouterr()
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def code(xml: Path) -> str:
    root = etree.fromstring(xml.read_bytes())
    [means] = root.iter("{*}SpecifiedTradeSettlementPaymentMeans")
    return str(means.findtext("{*}TypeCode"))


def test_a_demand_announces_the_debit(books: Path) -> None:
    given(books)
    xml = demanded(books)
    text = xml.read_text(encoding="utf-8")
    assert code(xml) == "59"
    for told in ("KKD-M-4</ram:DirectDebitMandateID>", "DE98ZZZ09999999999</ram:CreditorReferenceID>", TOWN):
        assert told in text
    assert "Wir ziehen 15.555,30 EUR am 15.03.2024 von Ihrem Konto" in text
    assert "PayeePartyCreditorFinancialAccount" not in text
    assert not re.search("überweis|Bitte zahlen|Zahlbar bis", text)
    assert main(["validate", str(xml), str(xml.with_suffix(".pdf")), "--strict"]) == 0


def test_what_a_mandate_needs_is_asked_for(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given(books)
    agreement, contacts = books / "kkd/agreement.toml", books / "kkd/contacts.toml"
    for file, old in (
        (agreement, f'ibans = ["{TOWN}"]\n'),
        (contacts, 'creditor_id = "DE98ZZZ09999999999"\n'),
    ):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, ""), encoding="utf-8")
    words = ["demand", str(books / "landkreis"), "2024", "--member", "biedenkopf", "--today", "2024-02-29"]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert "IBAN fehlt: das Mandat sagt nicht, welches Konto belastet wird" in said
    assert "Gläubiger-Identifikationsnummer fehlt" in said


CASES = {
    # mandate signed, ends: the demand says, the town pays, the county collects
    "none": (None, "", "58", True, False),
    "in force": ("2023-10-01", "", "59", False, True),
    "ends after": ("2023-10-01", "2024-03-31", "59", False, True),
    "ends on the day": ("2023-10-01", "2024-03-15", "59", False, True),
    "ends before the debit": ("2023-10-01", "2024-03-14", "58", True, False),
    "begins after the demand": ("2024-02-01", "", "58", True, False),
    "begins after the due day": ("2024-04-01", "", "58", True, False),
}


@pytest.mark.parametrize("received_first", [True, False], ids=["received", "not received"])
@pytest.mark.parametrize("name", CASES)
def test_each_claim_is_settled_in_one_way(
    books: Path, capsys: pytest.CaptureFixture[str], name: str, *, received_first: bool
) -> None:
    signed, ends, said, pays, collects = CASES[name]
    if signed:
        given(books, signed, ends)
    xml = demanded(books)
    assert code(xml) == said
    if received_first:
        assert received(books, xml) == (1 if name == "begins after the demand" else 0)
    paid = run(books, capsys, "pay", "2024-03-15")
    taken = run(books, capsys, "collect", "2024-03-15")
    assert bool(taken["payments"]) == collects
    if received_first:
        assert bool(paid["payments"]) == pays
    assert not (paid["payments"] and taken["payments"]), "never both"
    if not paid["payments"]:
        [left] = paid["left"]  # type: ignore[misc]
        assert "wird eingezogen" in left["reason"]


def test_a_mandate_that_came_after_the_demand_debits_nothing(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    xml = demanded(books)
    assert received(books, xml) == 0
    given(books)
    taken = run(books, capsys, "collect", "2024-03-15")
    [left] = taken["left"]  # type: ignore[misc]
    assert left["reason"] == "mit KKD-2024-00004 als Überweisung gefordert: kein Einzug"
    assert taken["payments"] == []
    assert len(run(books, capsys, "pay", "2024-03-15")["payments"]) == 1  # type: ignore[arg-type]


def test_a_mandate_that_ended_after_the_demand_is_told_and_the_town_pays_by_name(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(books)
    assert received(books, demanded(books)) == 0
    contacts = books / "kkd/contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    contacts.write_text(
        text.replace('mandate = "KKD-M-4"', 'mandate = "KKD-M-4"\nmandate_ends = "2024-03-18"'),
        encoding="utf-8",
    )
    taken = run(books, capsys, "collect", "2024-03-20")
    assert taken["payments"] == []
    [left] = taken["left"]  # type: ignore[misc]
    assert "das Mandat KKD-M-4 gilt am 20.03.2024 nicht" in left["reason"]
    assert run(books, capsys, "pay", "2024-03-20")["payments"] == []
    named = run(books, capsys, "pay", "2024-03-20", "--posten", "kkd-2024-biedenkopf-1")
    assert len(named["payments"]) == 1  # type: ignore[arg-type]
    assert "wird überwiesen, obwohl KKD-2024-00004 eine Lastschrift ankündigt" in str(named["told"])


def test_a_foreign_document_that_announces_a_debit_waits_without_a_mandate(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given(books)
    xml = demanded(books)
    contacts = books / "kkd/contacts.toml"
    without = contacts.read_text(encoding="utf-8").replace('mandate = "KKD-M-4"\n', "")
    contacts.write_text(without, encoding="utf-8")
    capsys.readouterr()
    assert received(books, xml) == 1
    assert "kündigt eine Lastschrift an (Mandat KKD-M-4); in contacts.toml steht" in capsys.readouterr().out
    [name] = (one.name for one in (books / "biedenkopf/inbox/klaerung").glob("*.xml"))
    words = [
        "receive",
        str(books / "biedenkopf"),
        name,
        "--accept",
        "Mandat nachgereicht",
        "--by",
        "S. Muster",
    ]
    assert main([*words, "--today", "2024-02-29"]) == 0
    assert run(books, capsys, "pay", "2024-03-15")["payments"] == [], "what is announced is not transferred"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("KKD-M-4<", "KKD-M-5<", "Lastschrift: Mandat KKD-M-5, vereinbart KKD-M-4"),
        (
            "DE98ZZZ09999999999",
            "DE98ABC09999999999",
            "Gläubiger-ID DE98ABC09999999999, vereinbart DE98ZZZ0999",
        ),
        (TOWN, "DE75999999990065340010", "belastetes Konto DE75999999990065340010, vereinbart DE41"),
    ],
)
def test_a_debit_by_another_mandate_waits(
    books: Path, capsys: pytest.CaptureFixture[str], *, old: str, new: str, said: str
) -> None:
    given(books)
    text = demanded(books).read_text(encoding="utf-8")
    file = books / "rechnung.xml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    capsys.readouterr()
    assert received(books, file) == 1
    assert said in capsys.readouterr().out


def test_a_mandate_is_in_force_from_its_first_to_its_last_day() -> None:
    held = Contact(mandate="M", mandate_signed="2024-01-10", mandate_ends="2024-02-20")
    days = [dt.date(2024, 1, 9), dt.date(2024, 1, 10), dt.date(2024, 2, 20), dt.date(2024, 2, 21)]
    assert [in_force(held, day) is not None for day in days] == [False, True, True, False]
    assert in_force(Contact(mandate="M"), days[1]) is None


def test_a_debit_is_announced_long_enough_before() -> None:
    held = Contact(mandate="M", mandate_signed="2024-01-10", prenotification_days="14")
    debit = announced(held, "DE98ZZZ09999999999", TOWN, due=dt.date(2024, 3, 1), issued=dt.date(2024, 2, 25))
    assert debit
    assert debit.day == dt.date(2024, 3, 10)


def test_nobody_is_reminded_of_what_is_ours_to_debit(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given(books)
    county = books / "landkreis"
    assert main(["open", str(county), "2024-04"]) == 0
    words = ["remind", str(county), "--as-of", "2024-04-15", "--today", "2024-04-15", "--dry-run", "--json"]
    capsys.readouterr()
    main(words)
    told = json.loads(capsys.readouterr().out)
    assert "kkd-2024-biedenkopf-1" in told["debited"]
    reminded = {one["member"] for one in told["letters"]}
    assert "biedenkopf" not in reminded
    assert "wetter" in reminded, "who transfers is reminded"


# ---------------------------------------------------------------------------------- a mandate that has changed since

OTHER = "DE30999999990000471100"


def collected_again(books: Path, capsys: pytest.CaptureFixture[str]) -> tuple[etree._Element, str]:
    """Collect the second instalment; return the file and what is told."""
    done = run(books, capsys, "collect", "2024-04-15")
    root = etree.fromstring((books / "landkreis" / str(done["file"])).read_bytes())
    return root, " ".join(done["told"])  # type: ignore[arg-type]


def first_collection(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Collect the first of two instalments."""
    given(books)
    rates = (
        "--kind",
        "ratenzahlung",
        "--instalment",
        "2024-03-14=5.000,00",
        "--instalment",
        "2024-04-15=10.555,30",
    )
    words = ["defer", str(books / "landkreis"), "kkd-2024-biedenkopf-1", *rates, "--order", "Raten, § 5"]
    assert main([*words, "--by", "L. Beispiel", "--certified-by", "S. Muster", "--today", "2024-02-29"]) == 0
    done = run(books, capsys, "collect", "2024-03-15")
    file = books / "landkreis" / str(done["file"])
    assert b"AmdmntInd" not in file.read_bytes(), "nothing was collected before"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_the_next_collection_from_another_account_says_so(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_collection(books, capsys)
    change(books / "kkd/agreement.toml", f'ibans = ["{TOWN}"]', f'ibans = ["{OTHER}", "{TOWN}"]')
    confirm = ["confirm", str(books / "landkreis"), "--by", "L. Beispiel", "--and", "S. Muster"]
    assert main([*confirm, "--today", "2024-03-31"]) == 0
    capsys.readouterr()
    root, told = collected_again(books, capsys)
    [details] = root.iter("{*}AmdmntInfDtls")
    assert [one.text for one in root.iter("{*}AmdmntInd")] == ["true"]
    assert details.findtext("{*}OrgnlDbtrAcct/{*}Id/{*}Othr/{*}Id") == "SMNDA"
    assert details.find("{*}OrgnlCdtrSchmeId") is None
    assert f"Mandat KKD-M-4: die Datei meldet der Bank als geändert: belastetes Konto (bisher {TOWN})" in told


def test_the_next_collection_of_another_creditor_says_so(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_collection(books, capsys)
    change(books / "kkd/contacts.toml", "DE98ZZZ09999999999", "DE98ABC09999999999")
    root, told = collected_again(books, capsys)
    [details] = root.iter("{*}AmdmntInfDtls")
    assert details.findtext("{*}OrgnlCdtrSchmeId/{*}Id/{*}PrvtId/{*}Othr/{*}Id") == "DE98ZZZ09999999999"
    assert details.find("{*}OrgnlDbtrAcct") is None
    assert "Gläubiger-ID (bisher DE98ZZZ09999999999)" in told


def test_an_unchanged_mandate_and_a_run_taken_back_amend_nothing(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_collection(books, capsys)
    root, told = collected_again(books, capsys)
    assert (list(root.iter("{*}AmdmntInd")), "Mandat KKD-M-4:" in told) == ([], False)


def test_a_run_that_was_taken_back_never_reached_the_bank(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_collection(books, capsys)
    [name] = (one.stem for one in (books / "landkreis/zahlungen").glob("*.xml"))
    words = ["collect", str(books / "landkreis"), "--cancel", name, "--reason", "Konto falsch", *PEOPLE]
    assert main([*words, "--today", "2024-02-29"]) == 0
    change(books / "kkd/contacts.toml", "DE98ZZZ09999999999", "DE98ABC09999999999")
    root, _ = collected_again(books, capsys)
    assert list(root.iter("{*}AmdmntInd")) == []


# ------------------------------------------------------------------------------------------ what nobody has confirmed


def test_no_demand_announces_a_debit_by_a_mandate_that_nobody_has_confirmed(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county = books / "landkreis"
    confirm = ["confirm", str(county), "--by", "L. Beispiel", "--and", "S. Muster", "--today", "2024-02-29"]
    assert main(confirm) == 0
    given(books)
    words = ["demand", str(county), "2024", "--today", "2024-02-29"]
    assert main([*words, "--member", "biedenkopf"]) == 3
    said = capsys.readouterr().err
    assert "parties.biedenkopf.mandate: gefunden: KKD-M-4, zuletzt bestätigt war nichts" in said
    assert not (county / "documents").exists()
    assert main([*words, "--member", "lohra"]) == 0, "who transfers is asked all the same"
    assert main(confirm) == 0
    assert main([*words, "--member", "biedenkopf"]) == 0
    [xml] = (county / "documents").glob("*biedenkopf.xml")
    assert code(xml) == "59"


def test_who_gives_no_mandate_is_told_of_where_nothing_is_collected(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["collect", str(books / "landkreis"), "--on", "2024-03-15", *PEOPLE, "--today", "2024-02-29"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "16 fällige Forderungen ohne Mandat, zusammen 170.964,66 EUR" in said
    assert "Nichts zu tun" not in said


def test_amounts_of_a_run_stand_below_each_other(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of items and of parties are of any length."""
    county = books / "landkreis"
    change(books / "kkd/agreement.toml", 'rate = "0.20"\n', f'rate = "0.20"\n{CHEAPER}')
    main(["month", str(county), "2024-03", "--today", "2024-03-31"])
    assert main(["post", str(county), "--today", "2024-03-31"]) == 0
    capsys.readouterr()
    confirm = ["confirm", str(county), "--by", "L. Beispiel", "--and", "S. Muster", "--today", "2024-03-31"]
    assert main(confirm) == 0
    words = ["pay", str(county), "--on", "2024-05-31", *PEOPLE, "--today", "2024-03-31", "--dry-run"]
    assert main(words) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("kkd-2024-")]
    assert any("stadtallendorf" in row for row in rows)
    assert len({len(row) for row in rows}) == 1
