"""What a book says was said by somebody, or is called an assumption; what a command leaves out has its reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import ROOT, replace_once, three_parties

PEOPLE = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel")
DAY = ("--today", "2022-02-20")
FEBRUARY = "2022/2022-02.beancount"


@pytest.fixture
def adorf(tmp_path: Path) -> Path:
    book = three_parties(tmp_path) / "adorf"
    assert main(["open", str(book), "2022-02"]) == 0
    return book


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def text(book: Path) -> str:
    return (book / FEBRUARY).read_text(encoding="utf-8")


def test_a_year_of_which_nobody_said_anything_is_assumed_to_be_closed(
    adorf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("post", adorf, *DAY, *PEOPLE) == 0
    assert "Das Jahr 2021 ist abgeschlossen" not in text(adorf)
    assert (
        'periodenentscheidung: "Angenommen, das Buch nennt keinen Stand von 2021; die Verpflichtung ist am '
        '01.01.2021 entstanden"' in text(adorf)
    )
    told = capsys.readouterr().out
    assert f"Festhalten: `kkd year {adorf} 2021 STAND --by NAME`" in told
    assert "keinen Stand von 2022" not in told


def test_a_year_that_somebody_declared_is_closed_by_their_word(
    adorf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("year", adorf, "2021", "aufgestellt", "--by", "L. Beispiel", *DAY) == 0
    assert kkd("post", adorf, *DAY, *PEOPLE) == 0
    assert '"Das Jahr 2021 ist abgeschlossen; die Verpflichtung ist' in text(adorf)
    assert "Das Buch nennt keinen Stand" not in capsys.readouterr().out


def test_a_resolution_may_be_named_later(adorf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resolved = ("year", adorf, "2021", "beschlossen", "--by", "L. Beispiel", *DAY)
    assert kkd(*resolved) == 0
    assert "derselbe Befehl mit --resolution VORLAGE trägt ihn nach" in capsys.readouterr().out
    assert kkd(*resolved, "--resolution", "A 9/2022") == 0
    assert 'beschluss: "A 9/2022"' in text(adorf)
    before = text(adorf)
    assert kkd(*resolved, "--resolution", "A 9/2022") == 0
    assert kkd(*resolved) == 0
    assert text(adorf) == before
    capsys.readouterr()
    assert kkd("check", adorf, "--full", *DAY) in {0, 1}
    assert "fehler" not in capsys.readouterr().out


def test_a_remission_says_what_becomes_of_the_instalments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amt = three_parties(tmp_path) / "amt"
    expense = 'remission_expense = "Aufwendungen:020501-Archiv:695001-Erlass-von-Forderungen"\n'
    replace_once(amt / "book.toml", "\n[policy]", f"{expense}\n[policy]")
    ordered = ("--order", "Verfügung 7", "--by", "L. Beispiel", "--certified-by", "S. Muster", *DAY)
    assert kkd("open", amt, "2022-02") == kkd("post", amt, *DAY, *PEOPLE) == 0
    rates = ("--instalment", "2022-07-01=625,00", "--instalment", "2022-08-01=625,00")
    assert (
        kkd("defer", amt, "archiv-2022-adorf-1", "2022-08-01", "--kind", "ratenzahlung", *rates, *ordered)
        == 0
    )
    capsys.readouterr()
    assert kkd("remit", amt, "archiv-2022-adorf-1", "700,00", *ordered) == 0
    told = capsys.readouterr().out
    assert "dort offen 550,00 EUR" in told
    assert "noch zu zahlen: 01.08.2022 550,00 EUR" in told


def test_a_document_is_not_booked_before_its_own_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(ROOT / "ledgers" / name, tmp_path / name)
    county, town = tmp_path / "landkreis", tmp_path / "biedenkopf"
    who = ("--member", "biedenkopf", "--today", "2024-02-20")
    assert kkd("demand", county, "2024", *who) == 0
    (document,) = (county / "documents").glob("KKD-2024-*biedenkopf*.xml")
    shutil.rmtree(town / "2024")
    shutil.copytree(ROOT / "ledgers/biedenkopf/2024", town / "2024", ignore=shutil.ignore_patterns("*-02.*"))
    replace_once(town / "main.beancount", 'include "2024/2024-02.beancount"\n', "")
    before = sorted(path.name for path in (town / "documents").glob("*"))
    receive = ("receive", town, document, "--today", "2024-02-21", *PEOPLE)
    assert kkd(*receive) == 3
    said = capsys.readouterr().err
    assert "ist vom 20.02.2024, der neueste Monat ist 2024-01" in said
    assert f"erst `kkd open {town} 2024-02`" in said
    assert sorted(path.name for path in (town / "documents").glob("*")) == before
    assert kkd("open", town, "2024-02") == 0
    assert kkd(*receive) == 0


# ----------------------------------------------------------------- before anything was confirmed: to which account


@pytest.fixture
def town(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis", "biedenkopf"):
        shutil.copytree(ROOT / "ledgers" / name, tmp_path / name)
    return tmp_path / "biedenkopf"


PAY = ("--on", "2024-03-15", "--prepared-by", "K. Kasse", "--released-by", "B. Buch", "--today", "2024-02-29")
COUNTY, OTHER = "DE19999999996534000000", "DE30999999990000471100"
BOTH = ("--by", "S. Muster", "--and", "L. Beispiel", "--today", "2024-02-29")


def test_the_first_payment_goes_to_no_account_that_changed_since_the_order(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("pay", town, *PAY, "--dry-run") == 0
    replace_once(town.parent / "kkd/agreement.toml", COUNTY, OTHER)
    assert kkd("pay", town, *PAY) == 3
    said = capsys.readouterr().err
    assert f"kkd-2024-biedenkopf-1: gefunden: {OTHER}, und die Vereinbarung hat sich geändert" in said
    assert "`kkd confirm BUCH --by NAME --and NAME` bestätigt sie" in said
    assert kkd("confirm", town, *BOTH) == 0
    assert kkd("pay", town, *PAY) == 0
    (run,) = (town / "zahlungen").glob("*.xml")
    assert OTHER in run.read_text(encoding="utf-8")


def test_a_document_vouches_for_the_account(town: Path) -> None:
    county = town.parent / "landkreis"
    assert kkd("demand", county, "2024", "--member", "biedenkopf", "--today", "2024-02-20") == 0
    (document,) = (county / "documents").glob("KKD-2024-*biedenkopf*.xml")
    assert kkd("receive", town, document, "--today", "2024-02-21", *PEOPLE) == 0
    agreement = town.parent / "kkd/agreement.toml"
    replace_once(agreement, f'ibans = ["{COUNTY}"]', f'ibans = ["{COUNTY}", "{OTHER}"]')
    assert kkd("pay", town, *PAY, "--dry-run") == 0, "the agreed account that the document names"
    replace_once(agreement, f'ibans = ["{COUNTY}", "{OTHER}"]', f'ibans = ["{OTHER}"]')
    assert kkd("pay", town, *PAY, "--dry-run") == 3, "nothing but the changed agreement names it"
