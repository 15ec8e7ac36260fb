"""A lowered share overtakes a payment that the bank was told to make: `kkd status` says to recall it."""

import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import claims
from kkd_ledger.book.text.reader import read
from kkd_ledger.cli import main
from tests.samples import replace_once, sample_books

RELEASE = ("--prepared-by", "K. Kasse", "--released-by", "B. Buch")
LOWER = 'rate = "0.20"\n\n[[components.rates]]\nfrom = 2024-01-01\nrate = "0.15"\nknown_from = 2024-03-05\n'
TOLD = (
    "pain001-2024-02-29-001 zahlt kkd-2024-biedenkopf-1 mit 15.555,30 EUR, offen sind nur noch 14.873,05 EUR: bitte "
    "bei der Bank zurückrufen"
)


def test_status_says_what_the_bank_shall_not_pay_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """13,645 inhabitants at 0.05 EUR less: 682.25 EUR; once the statement is there, the rest is money in suspense."""
    town = sample_books(tmp_path) / "biedenkopf"
    statement = (town / "inbox" / "2024-03.xml").read_bytes()
    for path in (town / "inbox").iterdir():
        path.unlink()
    assert main(["pay", str(town), "--on", "2024-03-15", *RELEASE, "--today", "2024-02-29"]) == 0
    assert main(["open", str(town), "2024-03"]) == 0

    def status(day: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["status", str(town), "--today", day]), capsys.readouterr().out

    assert TOLD not in status("2024-03-06")[1]
    replace_once(tmp_path / "kkd" / "agreement.toml", 'rate = "0.20"\n', LOWER)
    posted = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", "2024-03-06")
    assert main(["post", str(town), *posted]) == 0
    code, said = status("2024-03-06")
    assert (code, f"  {TOLD}.\n" in said, "`kkd pay BUCH --cancel LAUF --reason GRUND" in said) == (
        1,
        True,
        True,
    )
    (town / "inbox" / "2024-03.xml").write_bytes(statement)
    main(["month", str(town), "2024-03", "--today", "2024-03-31"])
    code, said = status("2024-04-01")
    assert "zurückrufen" not in said
    assert "Ausgang -682,25 EUR" in said
    assert main(["clear", str(town), "--list", "--today", "2024-04-01"]) == 0
    listed = capsys.readouterr().out
    assert "mit der Minderung kkd-2024-biedenkopf-g240305 gekreuzt" in listed
    [rest] = re.findall(r"^  (\d{4}-\d{6}) .* -682,25 EUR", listed, re.MULTILINE)
    [setting] = re.findall(r"`kkd reverse BUCH (\d{4}-\d{6}) --reason GRUND --by NAME`", listed)
    by = ("--reason", "gekreuzt", "--by", "K. Kasse", "--today", "2024-04-01")
    assert main(["open", str(town), "2024-04"]) == 0
    assert main(["reverse", str(town), setting, *by]) == 0
    assert main(["clear", str(town), "--list", "--today", "2024-04-01"]) == 0
    assert "gekreuzt" not in capsys.readouterr().out.split("Ungeklärt: 1")[1], "it is taken back"
    assert main(["clear", str(town), rest, "kkd-2024-biedenkopf-1", *by]) == 0
    assert main(["clear", str(town), "--list", "--today", "2024-04-01"]) == 0
    assert capsys.readouterr().out.endswith("Ungeklärt: nichts\n")
    held = load_book(town)
    refund = claims(held, read(held).records).items["kkd-2024-biedenkopf-g240305"]
    assert abs(refund.open_cents) == 682_25


def test_a_run_that_no_statement_tells_of_is_named_with_its_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file was never handed in: the statement of its day is there, the payment is not."""
    town = sample_books(tmp_path) / "biedenkopf"
    march = town / "inbox" / "2024-03.xml"
    text = march.read_text(encoding="utf-8")
    for path in (town / "inbox").iterdir():
        path.unlink()
    assert main(["pay", str(town), "--on", "2024-03-15", *RELEASE, "--today", "2024-02-29"]) == 0
    march.write_text(without_payment(text), encoding="utf-8")
    main(["month", str(town), "2024-03", "--today", "2024-03-31"])
    capsys.readouterr()
    left = (
        "pain001-2024-02-29-001 sollte am 15.03.2024 kkd-2024-biedenkopf-1 zahlen; gebucht ist das nicht, oder es kam "
        "zurück: 15.555,30 EUR."
    )
    assert main(["status", str(town), "--today", "2024-04-01"]) == 1
    told = capsys.readouterr().out
    assert f"  {left}\n" in told
    assert "`kkd pay BUCH --cancel LAUF --posten POSTEN --reason GRUND" in told
    assert main(["pay", str(town), "--on", "2024-04-02", *RELEASE, "--today", "2024-04-01"]) == 0
    told = capsys.readouterr().out
    assert "Schon in einem früheren Lauf: kkd-2024-biedenkopf-1 (pain001-2024-02-29-001)\n" in told
    assert f"Zu beachten: {left} " in told
    run, why = "pain001-2024-02-29-001", ("--reason", "nie eingereicht")
    item = ("--posten", "kkd-2024-biedenkopf-1")
    assert main(["pay", str(town), "--cancel", run, *item, *why, *RELEASE, "--today", "2024-04-01"]) == 0
    main(["status", str(town), "--today", "2024-04-01"])
    assert "sollte am" not in capsys.readouterr().out
    assert main(["pay", str(town), "--on", "2024-04-02", *RELEASE, "--today", "2024-04-01"]) == 0


def without_payment(text: str) -> str:
    """Return the statement without its payment of 15,555.30 EUR, and its closing balance so much higher."""
    [entry] = [part for part in re.findall(r"<Ntry>.*?</Ntry>\s*", text, re.DOTALL) if "15555.30" in part]
    text = text.replace(entry, "")
    last = re.findall(r"<Amt Ccy=\"EUR\">([\d.]+)</Amt>", text.partition("<Ntry>")[0])[-1]
    more = f"{int(last.replace('.', '')) + 15_555_30}"
    return text.replace(f">{last}<", f">{more[:-2]}.{more[-2:]}<", 1)
