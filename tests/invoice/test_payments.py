"""Payment files: valid, the same bytes for the same run, two persons, each item once."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kkd_ledger.cli import main
from kkd_ledger.invoice.sepa import DEBIT, TRANSFER, Payment, Run, debits, latin, transfers
from kkd_ledger.invoice.source import InvoiceRefused

LEDGERS = Path(__file__).resolve().parents[2] / "ledgers"
PAYMENT = Payment(
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


def replaced(payment: Payment, **fields: object) -> Payment:
    return Payment(**{name: fields.get(name, getattr(payment, name)) for name in Payment.__slots__})  # type: ignore[arg-type]


def changed(**fields: object) -> Run:
    return Run(**{name: fields.get(name, getattr(RUN, name)) for name in Run.__dataclass_fields__})  # type: ignore[arg-type]


def test_a_debit() -> None:
    mandate = replaced(PAYMENT, mandate="M-1", mandate_signed=dt.date(2023, 10, 1))
    content = debits(changed(payments=(mandate,), creditor_id="DE98ZZZ09999999999"))
    assert DEBIT in content.decode()
    assert text(content, "MndtRltdInf/MndtId") == ["M-1"]
    assert text(content, "PrvtId/Othr/Id") == ["DE98ZZZ09999999999"]
    assert text(content, "PmtTpInf/LclInstrm/Cd") == ["CORE"]


def test_everything_that_stands_against_a_run_at_once() -> None:
    wrong = changed(released_by="S. Muster", payments=(replaced(PAYMENT, cents=0, iban=""),))
    with pytest.raises(InvoiceRefused) as refused:
        transfers(wrong)
    assert [problem.found for problem in refused.value.problems] == [
        "vorbereitet von 'S. Muster', freigegeben von 'S. Muster'",
        "0.00 EUR",
        "Kreisausschuß Kölbe: IBAN fehlt",
    ]
    with pytest.raises(InvoiceRefused) as refused:
        debits(RUN)
    assert [problem.found for problem in refused.value.problems] == [
        "Kreisausschuß Kölbe: Mandat fehlt",
        "Gläubiger-Identifikationsnummer fehlt",
    ]


def test_the_schema_is_asked() -> None:
    with pytest.raises(InvoiceRefused, match=r"pain\.001\.001\.09"):
        transfers(changed(payments=(replaced(PAYMENT, iban="DE1"),)))


@pytest.mark.parametrize(
    ("name", "written"),
    [("Cölbe & Söhne", "Coelbe Soehne"), ("Ænne Łódź", "nne odz"), ("Bad   Endbach", "Bad Endbach")],
)
def test_names_for_every_bank(name: str, written: str) -> None:
    assert latin(name) == written


@settings(max_examples=25)
@given(st.lists(st.integers(1, 10**11), min_size=1, max_size=5), st.text(min_size=1, max_size=90))
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


PEOPLE = ("--prepared-by", "S. Muster", "--released-by", "L. Beispiel", "--today", "2024-02-29", "--json")


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
    assert (kept["vorbereitet-von"], kept["freigegeben-von"]) == ("S. Muster", "L. Beispiel")
    assert main(list(words)) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["file"], again["before"]) == ("", ["kkd-2024-biedenkopf-1"])
    assert main(["pay", str(ledgers / "biedenkopf"), "--on", "2024-03-14", *PEOPLE]) == 0
    assert json.loads(capsys.readouterr().out)["before"] == []


def test_collect_takes_only_those_with_a_mandate(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contacts = ledgers / "kkd/contacts.toml"
    text_ = contacts.read_text(encoding="utf-8")
    mandate = '[parties.wetter]\nmandate = "KKD-M-1"\nmandate_signed = "2023-10-01"\n'
    contacts.write_text(text_.replace("[parties.wetter]\n", mandate), encoding="utf-8")
    assert main(["collect", str(ledgers / "landkreis"), "--on", "2024-03-15", *PEOPLE]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {one["id"].rpartition("-")[0] for one in data["payments"]} == {"kkd-2024-wetter"}
    assert data["total"] == "10271.40"


def test_one_person_alone_releases_nothing(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("pay", str(ledgers / "biedenkopf"), "--on", "2024-03-15", *PEOPLE)
    assert main([word.replace("L. Beispiel", "S. Muster") for word in words]) == 3
    assert "zwei verschiedene Personen (GemKVO § 5 Abs. 3)" in capsys.readouterr().err
    assert not (ledgers / "biedenkopf/zahlungen").exists()
