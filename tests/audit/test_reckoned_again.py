"""What is reckoned again stays silent about honest changes, and each finding has its way out by commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from tests.audit.insider import in_determined, in_hashes
from tests.audit.insider.world import COUNTY, TOWN, young_books
from tests.samples import sample_books

TODAY = ("--today", "2024-04-30")
PERSONS = ("--by", "S. Muster", "--and", "L. Beispiel")


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return young_books(tmp_path_factory.mktemp("young"))


@pytest.fixture
def books(young: Path, tmp_path: Path) -> Path:
    return shutil.copytree(young, tmp_path / "books", symlinks=True)


def codes(book: Path) -> set[str]:
    return {finding.kind.code for finding in compared(load_book(book), full=True)}


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_rule_that_was_changed_after_a_confirmation_is_still_met_by_old_lines(books: Path) -> None:
    town = books / TOWN
    assert main(["confirm", str(town), *PERSONS, *TODAY]) == 0
    changed(town / "book.toml", '"LOHN UND GEHALT"', '"BEZÜGE"')
    assert "KKD-T20" not in codes(town)


def test_a_payee_with_another_name_since_a_confirmation_is_still_the_payee(books: Path) -> None:
    assert main(["confirm", str(books / TOWN), *PERSONS, *TODAY]) == 0
    changed(books / "kkd/agreement.toml", '"Landkreis Marburg-Biedenkopf"', '"Kreis Marburg-Biedenkopf"')
    assert "KKD-T17" not in codes(books / TOWN)


def test_another_period_for_payment_since_a_confirmation_moves_no_due_day(books: Path) -> None:
    """What is posted after the agreed day falls due by the period that book.toml had then."""
    county = books / COUNTY
    assert main(["confirm", str(county), *PERSONS, *TODAY]) == 0
    changed(county / "book.toml", "[policy]", "[policy]\npayment_days = 14")
    assert codes(county) == set()


def test_two_persons_settle_that_an_agreement_was_not_kept(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = books / TOWN
    changed(books / "kkd/agreement.toml", "[due]", "# so vereinbart\n[due]")
    assert codes(town) == {"KKD-T22"}
    assert main(["confirm", str(town), *PERSONS, *TODAY]) == 0
    assert "eine frühere Vereinbarung" in capsys.readouterr().out
    assert codes(town) == set()


def test_a_hidden_payment_is_booked_by_a_decision(books: Path) -> None:
    town = books / TOWN
    in_determined.FOREIGN["a payment hidden under a rule of its direction"](town)
    in_hashes.hashed_again(town)
    assert "KKD-T20" in codes(town)
    key, posten = "1:r-bebd3ed737323e3f5aa68789-1", "kkd-2024-biedenkopf-1"
    by = ("--by", "K. Kasse", "--reason", "gehört dazu")
    assert main(["decide", str(town), key, "--posten", posten, *by, *TODAY]) == 0
    assert codes(town) == set()


def test_an_entry_that_was_edited_is_reversed_and_posted_again(tmp_path: Path) -> None:
    """The due day of a share that is not paid yet."""
    county = sample_books(tmp_path) / COUNTY
    month = county / "2024/2024-01.beancount"
    blocks = month.read_text(encoding="utf-8").split("\n\n")
    at = next(at for at, block in enumerate(blocks) if 'beteiligte: "wetter"' in block)
    number = blocks[at].split('nr: "')[1][:11]
    blocks[at] = blocks[at].replace("faellig: 2024-03-15", "faellig: 2025-03-15")
    month.write_text("\n\n".join(blocks), encoding="utf-8")
    in_hashes.hashed_again(county)
    assert "KKD-T17" in codes(county)
    reason = ("--reason", "falsche Fälligkeit", "--by", "L. Beispiel")
    assert main(["reverse", str(county), number, *reason, *TODAY]) == 0
    assert (
        main(["post", str(county), "--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", *TODAY]) == 0
    )
    assert codes(county) == set()


def test_a_day_that_was_typed_back_is_a_note(books: Path) -> None:
    town, to = books / TOWN, "2024/2024-03.beancount"
    in_determined.ORDER["recorded before the bank booked it"](town)
    in_hashes.hashed_again(town)
    (found,) = compared(load_book(town), full=True)
    assert str(found) == (
        f"{to}:9: KKD-T18 (hinweis) Buchung 2024-000002 ist am 29.02.2024 erfasst, "
        "geschehen ist es erst am 12.03.2024"
    )
