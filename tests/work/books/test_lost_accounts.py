"""Money on an account that book.toml does not name any more: told before anything is shown or written."""

from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import replace_once, sample_books

OLD, NEW = "Passiva:4800-Ungeklärte-Zahlungseingänge", "Passiva:4810-Ungeklärtes"
BEFORE = f'\n[[before]]\nuntil = 2024-03-31\naccounts = {{ unclear_in = "{OLD}" }}\n'


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """The county's book with money in suspense of March, and another account for it in book.toml since."""
    book = sample_books(tmp_path) / "landkreis"
    assert main(["month", str(book), "2024-03", "--today", "2024-03-31"]) in (0, 1)
    replace_once(book / "book.toml", OLD, NEW)
    return book


@pytest.mark.parametrize(
    "words",
    [
        ["clear", "BUCH", "--list"],
        ["check", "BUCH"],
        ["status", "BUCH", "--today", "2024-03-31"],
        ["month", "BUCH", "2024-04", "--today", "2024-04-30"],
    ],
    ids=lambda words: words[0],
)
def test_it_is_told_with_its_money_and_the_way_on(
    county: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main([str(county) if word == "BUCH" else word for word in words]) == 3
    told = capsys.readouterr().err
    assert f"das Konto {OLD}, auf dem 19.016,68 EUR stehen" in told
    assert "[[before]]" in told


def test_with_its_former_name_the_money_is_in_the_list_and_can_be_placed(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (county / "book.toml").open("a", encoding="utf-8") as file:
        file.write(BEFORE)
    capsys.readouterr()
    assert main(["clear", str(county), "--list"]) == 0
    assert "18.766,68 EUR" in capsys.readouterr().out


def test_no_other_role_hides_money_that_nobody_has_placed(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (county / "book.toml").open("a", encoding="utf-8") as file:
        file.write(BEFORE.replace("unclear_in", "provisions"))
    capsys.readouterr()
    for words in (["clear", str(county), "--list"], ["check", str(county)], ["check", str(county), "--full"]):
        assert main(words) == 3
        told = capsys.readouterr().err
        assert f"das Konto {OLD}, auf dem 19.016,68 EUR stehen, kommt für ungeklärtes Geld" in told
        assert "(ROLLE ist unclear_in oder unclear_out)" in told


def test_a_renamed_bank_account_counts_on_under_its_former_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = sample_books(tmp_path) / "landkreis"
    april = (root / "inbox" / "2024-04.xml").read_bytes()
    assert main(["month", str(root), "2024-03", "--today", "2024-03-31"]) in (0, 1)
    replace_once(root / "book.toml", '"Aktiva:2800-Bank"', '"Aktiva:2810-Bank-neu"')
    for hidden in ("", '\n[[before]]\nuntil = 2024-03-31\naccounts = { provisions = "Aktiva:2800-Bank" }\n'):
        text = (root / "book.toml").read_text(encoding="utf-8")
        (root / "book.toml").write_text(text + hidden, encoding="utf-8")
        capsys.readouterr()
        assert main(["check", str(root), "--full"]) == 3
        assert 'bank_account = "Aktiva:2800-Bank"' in capsys.readouterr().err
        (root / "book.toml").write_text(text, encoding="utf-8")
    with (root / "book.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[before]]\nuntil = 2024-03-31\nbank_account = "Aktiva:2800-Bank"\n')
    assert main(["check", str(root), "--full"]) == 0
    (root / "inbox" / "2024-04.xml").write_bytes(april)
    assert main(["month", str(root), "2024-04", "--today", "2024-04-30"]) in (0, 1)
    book = (root / "2024" / "2024-04.beancount").read_text(encoding="utf-8")
    assert "Aktiva:2810-Bank-neu" in book
    capsys.readouterr()
    main(["check", str(root), "--full"])
    told = capsys.readouterr().out
    assert "KKD-T0" not in told
    assert "(fehler)" not in told
