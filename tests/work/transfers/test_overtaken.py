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
