"""Payment files: valid, the same bytes for the same run, two persons, each item once."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read as read_book
from kkd_ledger.cli import main
from kkd_ledger.money import parse_eur
from kkd_ledger.payments.sepa import (
    DEBIT,
    TRANSFER,
    Mandate,
    Run,
    RunRefused,
    SepaPayment,
    debits,
    latin,
    transfers,
)
from tests.both_sides.two_sides import CAMT, payments_of
from tests.samples import LEDGERS

PAYMENT = SepaPayment(
    "kkd-2024-biedenkopf-1",
    1555530,
    "Kreisausschuß Kölbe",
    "DE19999999996534000000",
    "RF62KKD2024065340041",
    "KKD",
)
RUN = Run(
    "pain001-2024-02-29-001",
    dt.date(2024, 2, 29),
    dt.date(2024, 3, 15),
    "Magistrat der Stadt Biedenkopf",
    "DE41999999990065340040",
    "S. Muster",
    "L. Beispiel",
    (PAYMENT,),
)


def text(content: bytes, path: str) -> list[str]:
    root = etree.fromstring(content)
    names = {"p": str(root.nsmap[None])}
    steps = "/".join(f"p:{step}" for step in path.split("/"))
    return [str(one.text) for one in root.findall(f".//{steps}", names)]


def test_a_transfer() -> None:
    content = transfers(RUN)
    assert TRANSFER in content.decode()
    assert text(content, "GrpHdr/MsgId") == ["pain001-2024-02-29-001"]
    assert text(content, "GrpHdr/CreDtTm") == ["2024-02-29T00:00:00"]
    assert text(content, "PmtInf/CtrlSum") == ["15555.30"]
    assert text(content, "ReqdExctnDt/Dt") == ["2024-03-15"]
    assert text(content, "PmtId/EndToEndId") == ["kkd-2024-biedenkopf-1"]
    assert text(content, "Amt/InstdAmt") == ["15555.30"]
    assert text(content, "Cdtr/Nm") == ["Kreisausschuss Koelbe"]
    assert text(content, "CdtrRefInf/Ref") == ["RF62KKD2024065340041"]
    assert transfers(RUN) == content


def test_a_text_where_there_is_no_reference() -> None:
    content = transfers(changed(payments=(replaced(PAYMENT, reference=""),)))
    assert text(content, "RmtInf/Ustrd") == ["KKD"]
    assert text(content, "CdtrRefInf/Ref") == []


def replaced(payment: SepaPayment, **fields: object) -> SepaPayment:
    return SepaPayment(**{name: fields.get(name, getattr(payment, name)) for name in SepaPayment.__slots__})  # type: ignore[arg-type]


def changed(**fields: object) -> Run:
    return Run(**{name: fields.get(name, getattr(RUN, name)) for name in Run.__dataclass_fields__})  # type: ignore[arg-type]


MANDATE = Mandate("M-1", dt.date(2023, 10, 1))


def test_a_debit() -> None:
    payment = replaced(PAYMENT, mandate=MANDATE)
    content = debits(changed(payments=(payment,), creditor_id="DE98ZZZ09999999999"))
    assert DEBIT in content.decode()
    assert text(content, "MndtRltdInf/MndtId") == ["M-1"]
    assert text(content, "PrvtId/Othr/Id") == ["DE98ZZZ09999999999"]
    assert text(content, "PmtTpInf/LclInstrm/Cd") == ["CORE"]
    assert text(content, "PmtTpInf/SeqTp") == ["RCUR"]
    assert text(content, "PmtInf/BtchBookg") == ["false"]


def test_schemes_and_sequences_go_in_batches_of_their_own() -> None:
    kinds = (("CORE", "RCUR"), ("B2B", "FRST"), ("CORE", "RCUR"), ("CORE", "OOFF"))
    payments = tuple(
        replaced(PAYMENT, end_to_end=f"e-{place}", cents=place, mandate=Mandate("M", MANDATE.signed, *kind))
        for place, kind in enumerate(kinds, start=1)
    )
    content = debits(changed(payments=payments, creditor_id="DE98ZZZ09999999999"))
    assert text(content, "PmtTpInf/LclInstrm/Cd") == ["B2B", "CORE", "CORE"]
    assert text(content, "PmtTpInf/SeqTp") == ["FRST", "OOFF", "RCUR"]
    assert text(content, "PmtInf/PmtInfId") == [f"{RUN.id}-{place}" for place in (1, 2, 3)]
    assert text(content, "PmtInf/CtrlSum") == ["0.02", "0.04", "0.04"]
    assert text(content, "PmtInf/NbOfTxs") == ["1", "1", "2"]
    assert (text(content, "GrpHdr/CtrlSum"), text(content, "GrpHdr/NbOfTxs")) == (["0.10"], ["4"])
    assert text(content, "EndToEndId") == ["e-2", "e-4", "e-1", "e-3"]


def test_a_refusal_speaks_of_the_run_and_of_no_invoice() -> None:
    with pytest.raises(RunRefused, match=r"^Zahllauf abgelehnt:\n"):
        transfers(changed(payments=()))


def test_everything_that_stands_against_a_run_at_once() -> None:
    wrong = changed(released_by="S. Muster", payments=(replaced(PAYMENT, cents=0, iban=""),))
    with pytest.raises(RunRefused) as refused:
        transfers(wrong)
    assert [problem.actual for problem in refused.value.problems] == [
        "vorbereitet von 'S. Muster', freigegeben von 'S. Muster'",
        "0,00 EUR",
        "Kreisausschuß Kölbe: IBAN fehlt",
    ]
    with pytest.raises(RunRefused) as refused:
        debits(RUN)
    assert [problem.actual for problem in refused.value.problems] == [
        "Kreisausschuß Kölbe: Mandat fehlt",
        "Gläubiger-Identifikationsnummer fehlt",
    ]


@pytest.mark.parametrize("names", [("S. Muster", "s.  muster "), ("", "L. Beispiel"), ("S. Muster", " ")])
def test_two_persons_however_their_names_are_written(names: tuple[str, str]) -> None:
    with pytest.raises(RunRefused, match="zwei verschiedene Personen"):
        transfers(changed(prepared_by=names[0], released_by=names[1]))


def test_the_bank_does_not_act_in_the_past() -> None:
    with pytest.raises(RunRefused) as refused:
        transfers(changed(execution=dt.date(2024, 2, 28)))
    assert [str(problem) for problem in refused.value.problems] == [
        "pain001-2024-02-29-001: gefunden: Ausführung am 28.02.2024; "
        "erlaubt: ein Tag ab 29.02.2024, dem Tag des Laufs"
    ]


def test_the_schema_is_asked() -> None:
    with pytest.raises(RunRefused, match=r"pain\.001\.001\.09"):
        transfers(changed(payments=(replaced(PAYMENT, iban="DE1"),)))


@pytest.mark.parametrize(
    ("name", "written"),
    [("Cölbe & Söhne", "Coelbe Soehne"), ("Ænne Łódź", "nne odz"), ("Bad   Endbach", "Bad Endbach")],
)
def test_names_for_every_bank(name: str, written: str) -> None:
    assert latin(name) == written


@settings(max_examples=25)
@given(st.lists(st.integers(1, 10**11 - 1), min_size=1, max_size=5), st.text(min_size=1, max_size=90))
def test_any_run_is_valid_and_sums_up(amounts: list[int], name: str) -> None:
    payments = tuple(
        replaced(PAYMENT, end_to_end=f"kkd-{index}", cents=cents, name=latin(name) or "x")
        for index, cents in enumerate(amounts)
    )
    content = transfers(changed(payments=payments))
    assert [int(one.replace(".", "")) for one in text(content, "Amt/InstdAmt")] == amounts
    assert int(text(content, "GrpHdr/CtrlSum")[0].replace(".", "")) == sum(amounts)


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    return tmp_path


def enter(contacts: Path, party: str, **fields: str) -> None:
    """Add to what contacts.toml says of a party."""
    text_ = contacts.read_text(encoding="utf-8")
    head = f"[parties.{party}]\n"
    assert head in text_
    rows = "".join(f'{key} = "{value}"\n' for key, value in fields.items())
    contacts.write_text(text_.replace(head, head + rows), encoding="utf-8")


PEOPLE = ("--prepared-by", "K. Kasse", "--released-by", "B. Buch", "--today", "2024-02-29", "--json")


def test_pay_names_each_item_once(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("pay", str(ledgers / "biedenkopf"), "--on", "2024-03-15", *PEOPLE)
    assert main([*words, "--dry-run"]) == 0
    assert not (ledgers / "biedenkopf/zahlungen").exists()
    capsys.readouterr()
    assert main(list(words)) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["file"], data["total"]) == ("zahlungen/pain001-2024-02-29-001.xml", "15555.30")
    assert [one["id"] for one in data["payments"]] == ["kkd-2024-biedenkopf-1"]
    kept = json.loads(
        (ledgers / "biedenkopf/zahlungen/pain001-2024-02-29-001.json").read_text(encoding="utf-8")
    )
    assert (kept["vorbereitet-von"], kept["freigegeben-von"]) == ("K. Kasse", "B. Buch")
    assert main(list(words)) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["file"], again["before"]) == ("", ["kkd-2024-biedenkopf-1"])
    assert main(["pay", str(ledgers / "biedenkopf"), "--on", "2024-03-14", *PEOPLE]) == 0
    assert json.loads(capsys.readouterr().out)["before"] == []


def test_collect_takes_only_those_with_a_mandate(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enter(ledgers / "kkd/contacts.toml", "wetter", mandate="KKD-M-1", mandate_signed="2023-10-01")
    assert main(["collect", str(ledgers / "landkreis"), "--on", "2024-03-15", *PEOPLE]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {one["id"].rpartition("-")[0] for one in data["payments"]} == {"kkd-2024-wetter"}
    assert data["total"] == "10271.40"


def test_one_person_alone_releases_nothing(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("pay", str(ledgers / "biedenkopf"), "--on", "2024-03-15", *PEOPLE)
    assert main([word.replace("B. Buch", "K. Kasse") for word in words]) == 3
    assert "zwei verschiedene Personen (GemKVO § 5 Abs. 3)" in capsys.readouterr().err
    assert not (ledgers / "biedenkopf/zahlungen").exists()


def test_a_debit_is_announced_long_enough_before(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contacts = ledgers / "kkd/contacts.toml"
    enter(contacts, "wetter", mandate="M-1", mandate_signed="2023-10-01", prenotification_days="70")
    enter(contacts, "lohra", mandate="M-2", mandate_signed="2023-10-01", mandate_scheme="B2B")
    words = ["collect", str(ledgers / "landkreis"), "--on", "2024-03-15", *PEOPLE]
    assert main(words) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in data["payments"]] == ["kkd-2024-lohra-1"]
    assert data["early"] == ["kkd-2024-wetter-1 (frühestens 25.03.2024)"]
    content = (ledgers / "landkreis" / data["file"]).read_bytes()
    assert text(content, "PmtTpInf/LclInstrm/Cd") == ["B2B"]
    assert main([word.replace("2024-03-15", "2024-03-25") for word in words[:-1]]) == 0
    assert "1 Zahlung, zusammen 10.271,40 EUR" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mandate_scheme", "core"),
        ("mandate_sequence", "LAST"),
        ("mandate_signed", "1.10.2023"),
        ("mandate", "Mandat für Wetter"),
        ("mandate", "M" * 36),
        ("creditor_id", "DE97ZZZ09999999999"),
        ("prenotification_days", "-1"),
    ],
)
def test_what_a_mandate_says_is_checked_at_once(
    ledgers: Path, capsys: pytest.CaptureFixture[str], key: str, value: str
) -> None:
    enter(ledgers / "kkd/contacts.toml", "wetter", **{key: value})
    assert main(["collect", str(ledgers / "landkreis"), "--on", "2024-03-15", *PEOPLE]) == 3
    assert f"parties.wetter.{key}: gefunden: {value!r}; erlaubt: " in capsys.readouterr().err


def test_only_the_kasse_pays_where_somebody_is_named(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pay", str(ledgers / "biedenkopf"), "--on", "2024-03-15", *PEOPLE]
    names = {"K. Kasse": "S. Muster", "B. Buch": "L. Beispiel"}
    assert main([names.get(word, word) for word in words]) == 3
    said = capsys.readouterr().err
    assert "roles: gefunden: S. Muster ist nicht Kasse am 29.02.2024; erlaubt: K. Kasse, B. Buch" in said
    assert "L. Beispiel ist nicht Kasse" in said
    assert main(words) == 0


def open_cents(folder: Path, posten: str) -> int:
    book = load_book(folder)
    return claims(book, read_book(book).records).items[posten].open_cents


def test_a_payable_is_paid_by_the_run_and_settled_by_the_statement(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = ledgers / "biedenkopf"
    before = open_cents(town, "kkd-2024-biedenkopf-1")
    assert main(["pay", str(town), "--on", "2024-03-15", *PEOPLE]) == 0
    assert open_cents(town, "kkd-2024-biedenkopf-1") == before == -1555530, "the file books nothing"
    capsys.readouterr()
    pain = (town / "zahlungen/pain001-2024-02-29-001.xml").read_bytes()
    iban = load_book(town).settings.bank.iban
    entries = [
        CAMT.Entry(dt.date(2024, 3, 15), -cents, "Landkreis", "DE19999999996534000000", reference=reference)
        for reference, cents in payments_of(pain, iban)
    ]
    closed = json.loads((town / "2024/2024-02.bank.json").read_text(encoding="utf-8"))["auszuege"][-1]
    opening = parse_eur(closed["ende"])
    file = ledgers / "auszug.xml"
    statement = CAMT.camt(iban, "Stadt", entries, first=dt.date(2024, 3, 1), number=4, opening=opening)
    file.write_text(statement, encoding="utf-8")
    assert main(["open", str(town), "2024-03"]) == 0
    assert main(["import", str(town), str(file), "--today", "2024-03-31"]) == 0
    assert open_cents(town, "kkd-2024-biedenkopf-1") == 0
    capsys.readouterr()
    words = ["pay", str(town), "--on", "2024-04-30", *PEOPLE[:-3], "--today", "2024-04-01"]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("Nichts zu tun")
    cancel = ["pay", str(town), "--cancel", "pain001-2024-02-29-001", "--reason", "x", *PEOPLE]
    assert main([*cancel[:-3], "--today", "2024-04-01"]) == 3
    assert "kkd-2024-biedenkopf-1: gefunden: die Zahlung ist gebucht" in capsys.readouterr().err


def test_a_run_that_is_cancelled_is_paid_once(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = ledgers / "biedenkopf"
    run = ["pay", str(town), "--on", "2024-03-15", *PEOPLE]
    cancel = ["pay", str(town), "--cancel", "pain001-2024-02-29-001", *PEOPLE]
    assert main(run) == 0
    first = (town / "zahlungen/pain001-2024-02-29-001.xml").read_bytes()
    capsys.readouterr()
    assert main(cancel) == 2
    assert "--reason GRUND" in capsys.readouterr().err
    cancel += ["--reason", "Datei nicht eingereicht"]
    assert main([word.replace("B. Buch", "K. Kasse") for word in cancel]) == 3
    assert "zwei verschiedene Personen" in capsys.readouterr().err
    assert main([*cancel, "--dry-run"]) == 0
    assert not list((town / "zahlungen").glob("storno-*"))
    assert main([*cancel, "--today", "2024-03-15"]) == 3
    assert "der Ausführungstag 15.03.2024 ist da, sein Kontoauszug nicht gebucht" in capsys.readouterr().err
    cancel[3] = "zahlungen/pain001-2024-02-29-001.xml"  # as `pay --json` tells it
    assert main(cancel[:-3] + cancel[-2:]) == 0
    said = capsys.readouterr().out
    assert "pain001-2024-02-29-001 zurückgenommen → zahlungen/storno-pain001-2024-02-29-001-1.json" in said
    note = json.loads((town / "zahlungen/storno-pain001-2024-02-29-001-1.json").read_text(encoding="utf-8"))
    assert (note["grund"], note["posten"]) == ("Datei nicht eingereicht", ["kkd-2024-biedenkopf-1"])
    assert main(cancel) == 2
    assert "Der Lauf pain001-2024-02-29-001 steht nicht; es stehen: keine." in capsys.readouterr().err
    assert main(run) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["file"], data["before"]) == ("zahlungen/pain001-2024-02-29-002.xml", [])
    second = (town / "zahlungen/pain001-2024-02-29-002.xml").read_bytes()
    assert text(second, "GrpHdr/MsgId") != text(first, "GrpHdr/MsgId")
    assert main(run) == 0
    assert json.loads(capsys.readouterr().out)["file"] == ""
    assert main([*cancel, "--posten", "kkd-2022-biedenkopf-1"]) == 2
    assert main([*run, "--posten", "x"]) == 2


def test_a_debit_is_collected_and_settled_by_the_statement(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county = ledgers / "landkreis"
    enter(ledgers / "kkd/contacts.toml", "wetter", mandate="KKD-M-1", mandate_signed="2023-10-01")
    assert main(["collect", str(county), "--on", "2024-03-15", *PEOPLE]) == 0
    content = (county / json.loads(capsys.readouterr().out)["file"]).read_bytes()
    [cents] = [parse_eur(one) for one in text(content, "DrctDbtTxInf/InstdAmt")]
    [end], [reference] = text(content, "PmtId/EndToEndId"), text(content, "CdtrRefInf/Ref")
    assert (cents, end) == (open_cents(county, "kkd-2024-wetter-1"), "kkd-2024-wetter-1")
    day, iban = dt.date(2024, 3, 15), load_book(county).settings.bank.iban
    entry = CAMT.Entry(
        day, cents, "Wetter", "", reference=reference, end_to_end=end, mandate=text(content, "MndtId")[0]
    )
    closed = json.loads((county / "2024/2024-02.bank.json").read_text(encoding="utf-8"))["auszuege"][-1]
    first, opening = dt.date(2024, 3, 1), parse_eur(closed["ende"])
    file = ledgers / "auszug.xml"
    file.write_text(
        CAMT.camt(iban, "Kreis", [entry], first=first, number=4, opening=opening), encoding="utf-8"
    )
    assert main(["open", str(county), "2024-03"]) == 0
    main(["import", str(county), str(file), "--today", "2024-03-31"])
    assert open_cents(county, "kkd-2024-wetter-1") == 0
