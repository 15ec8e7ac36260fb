"""What a book stands on is compared with the last close, listed line by line, and confirmed by two persons."""

import json
import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, EXIT_USAGE
from kkd_ledger.persons.contacts import load
from tests.samples import by_beancount, by_us, replace_once, sample_books, tree

OLD, NEW = "DE19999999996534000000", "DE30999999990000471100"
TODAY = ("--today", "2024-02-29")
BOTH = ("--by", "S. Muster", "--and", "L. Beispiel", *TODAY)
PAY = ("--on", "2024-03-15", "--prepared-by", "K. Kasse", "--released-by", "B. Buch", *TODAY)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The sample town's book with its months of 2023 closed."""
    book = sample_books(tmp_path) / "biedenkopf"
    assert main(["close", str(book), "2023", "--by", "S. Muster", *TODAY]) == EXIT_GOOD
    return book


def kkd(*words: object) -> int:
    return main([str(word) for word in words])


def codes(book: Path) -> list[str]:
    return re.findall(r"KKD-\w\d\d", "\n".join(by_us(book)))


def test_nothing_is_said_about_a_book_that_is_as_it_was(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert kkd("changes", town) == EXIT_GOOD
    assert "Nichts geändert seit dem Abschluss von 2023-12 am 29.02.2024." in capsys.readouterr().out
    assert codes(town) == []
    before = tree(town)
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert tree(town) == before, "there is nothing to confirm"


def test_each_changed_line_is_shown_old_and_new(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(town.parent / "kkd/agreement.toml", f'["{OLD}"]', f'["{NEW}"]')
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61\noverdue_days_max = 9")
    capsys.readouterr()
    assert kkd("changes", town) == EXIT_FINDINGS
    lines = [" ".join(line.split()[:1] + line.split()[2:]) for line in capsys.readouterr().out.splitlines()]
    assert f'- ibans = ["{OLD}"]' in lines
    assert f'+ ibans = ["{NEW}"]' in lines
    assert "- unclear_days_max = 60" in lines
    assert {"+ unclear_days_max = 61", "+ overdue_days_max = 9"} <= set(lines)
    assert kkd("changes", town, "--json") == EXIT_FINDINGS
    told = json.loads(capsys.readouterr().out)
    assert [(one["name"], len(one["lines"]), one["only_added"]) for one in told["changes"]] == [
        ("book.toml", 3, False),
        ("vereinbarung", 2, False),
    ]
    assert codes(town) == ["KKD-G01", "KKD-G01"]
    assert by_us(town) == by_beancount(town)


def test_what_only_adds_is_told_so(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contacts = town.parent / "kkd/contacts.toml"
    contacts.write_text(contacts.read_text(encoding="utf-8") + 'phone = "+49 0000 99"\n', encoding="utf-8")
    capsys.readouterr()
    assert kkd("changes", town) == EXIT_FINDINGS
    assert (
        "(../kkd/contacts.toml): nur hinzugekommen, nichts Früheres ist geändert" in capsys.readouterr().out
    )
    assert "Kontaktdaten: 1 Zeile hinzugekommen seit dem Abschluss von 2023-12" in "".join(by_us(town))


def test_two_persons_settle_it_and_neither_of_them_alone(town: Path) -> None:
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61")
    for _ in range(2):
        assert kkd("confirm", town, "--by", "S. Muster", *TODAY) == EXIT_GOOD
        assert codes(town) == ["KKD-G01"], "one person alone settles nothing, however often"
    assert kkd("confirm", town, "--by", "s. muster", "--and", "S. Muster", *TODAY) == EXIT_USAGE
    assert kkd("confirm", town, "--by", "L. Beispiel", *TODAY) == EXIT_GOOD
    assert codes(town) == []
    assert by_beancount(town) == []
    assert main(["check", str(town), "--full"]) == EXIT_GOOD
    assert kkd("close", town, "2024-01", "--by", "S. Muster", *TODAY) == EXIT_GOOD


def test_an_unconfirmed_change_hinders_a_close_whatever_policy_says(town: Path) -> None:
    replace_once(town / "book.toml", "[policy]\n", '[policy]\nclose_with_open = ["KKD-G01"]\n')
    assert kkd("close", town, "2024-01", "--by", "S. Muster", *TODAY) == EXIT_FINDINGS
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert kkd("close", town, "2024-01", "--by", "S. Muster", *TODAY) == EXIT_GOOD


def test_only_what_was_seen_is_confirmed(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61")
    capsys.readouterr()
    kkd("changes", town, "--json")
    seen = json.loads(capsys.readouterr().out)["sha256"]
    replace_once(town / "book.toml", "unclear_days_max = 61", "unclear_days_max = 62")
    before = tree(town)
    assert kkd("confirm", town, *BOTH, "--hash", seen[:12]) == EXIT_REFUSED
    assert "was Sie gesehen haben" in capsys.readouterr().err
    assert tree(town) == before


def test_nobody_gets_there_by_the_change_itself(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roles = "".join(
        f'\n[[roles]]\nname = "{name}"\nrole = "anordnung"\nfrom = 2023-10-01\n'
        for name in ("E. Eva", "A. Adam")
    )
    (town / "book.toml").write_text(
        (town / "book.toml").read_text(encoding="utf-8") + roles, encoding="utf-8"
    )
    assert kkd("confirm", town, "--by", "E. Eva", "--and", "A. Adam", *TODAY) == EXIT_REFUSED
    assert (
        "E. Eva darf am 29.02.2024 nach der zuletzt bestätigten book.toml nicht handeln"
        in capsys.readouterr().err
    )
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61")
    assert kkd("confirm", town, "--by", "E. Eva", "--and", "A. Adam", *TODAY) == EXIT_GOOD, "now they may"


@pytest.mark.parametrize("confirmed", [False, True])
def test_money_goes_to_no_account_that_changed_unconfirmed(
    confirmed: bool, town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_once(town.parent / "kkd/agreement.toml", f'["{OLD}"]', f'["{NEW}"]')
    if confirmed:
        assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    capsys.readouterr()
    assert kkd("pay", town, *PAY) == (EXIT_GOOD if confirmed else EXIT_REFUSED)
    written = "".join(path.read_text(encoding="utf-8") for path in town.glob("zahlungen/*.xml"))
    assert (NEW in written) == confirmed
    if not confirmed:
        assert f"{NEW}, zuletzt bestätigt war {OLD}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "agreement.toml",
            f'ibans = ["{OLD}"]',
            f'ibans = ["{OLD}"]\naccount_holder = "Andere"',
            "account_holder: gefunden: Andere, zuletzt bestätigt war nichts",
        ),
        (
            "contacts.toml",
            "[parties.biedenkopf]",
            '[parties.biedenkopf]\nmandate_ends = "2024-02-01"',
            "parties.biedenkopf.mandate_ends: gefunden: 2024-02-01, zuletzt bestätigt war nichts",
        ),
    ],
)
def test_the_holder_of_an_account_and_a_mandate_are_held_as_well(
    town: Path, capsys: pytest.CaptureFixture[str], *, file: str, old: str, new: str, said: str
) -> None:
    replace_once(town.parent / "kkd" / file, old, new)
    assert kkd("pay", town, *PAY) == EXIT_REFUSED
    assert said in capsys.readouterr().err


def test_our_own_account_and_the_letters_that_name_it_are_held_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    county = sample_books(tmp_path) / "landkreis"
    assert kkd("close", county, "2023", "--by", "S. Muster", *TODAY) == EXIT_GOOD
    replace_once(tmp_path / "kkd/agreement.toml", f'["{OLD}"]', f'["{NEW}"]')
    before = tree(county)
    assert kkd("demand", county, "2024", *TODAY) == EXIT_REFUSED
    assert "Bankverbindung nicht bestätigt" in capsys.readouterr().err
    assert tree(county) == before


def test_an_unrelated_change_does_not_stop_a_payment(town: Path) -> None:
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61")
    assert kkd("pay", town, *PAY) == EXIT_GOOD


def test_an_earlier_version_can_be_shown(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agreement = town.parent / "kkd/agreement.toml"
    old = agreement.read_text(encoding="utf-8")
    replace_once(agreement, f'["{OLD}"]', f'["{NEW}"]')
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    capsys.readouterr()
    assert kkd("changes", town, "--show", "vereinbarung", "--at", "2023-11") == EXIT_GOOD
    assert capsys.readouterr().out == old
    assert kkd("changes", town, "--show", "vereinbarung") == EXIT_GOOD
    assert capsys.readouterr().out == agreement.read_text(encoding="utf-8")
    assert kkd("changes", town, "--show", "satzung") == EXIT_USAGE


def test_the_first_confirmation_settles_the_first_content(tmp_path: Path) -> None:
    town = sample_books(tmp_path) / "biedenkopf"
    replace_once(town / "book.toml", "unclear_days_max = 60", "unclear_days_max = 61")
    assert codes(town) == [], "who sets a book up is not asked for each step"
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert codes(town) == []
    replace_once(town / "book.toml", "unclear_days_max = 61", "unclear_days_max = 62")
    assert codes(town) == ["KKD-G01"]


def test_templates_and_contacts_count_as_well(town: Path) -> None:
    (town / "vorlagen").mkdir()
    (town / "vorlagen/letter.typ").write_text("#let letter = 1\n", encoding="utf-8")
    (town.parent / "kkd/contacts.toml").unlink()
    told = "".join(by_us(town))
    assert "vorlagen/letter.typ: 1 Zeile hinzugekommen" in told
    assert "Kontaktdaten: " in told
    assert "weggefallen" in told
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert codes(town) == []
    (town / "vorlagen/letter.typ").write_text("#let letter = 2\n", encoding="utf-8")
    assert codes(town) == ["KKD-G01"]


def test_a_seal_of_the_first_format_is_compared_by_its_hashes(tmp_path: Path) -> None:
    """The book of a finding that was sealed by an earlier version."""
    from tests.rules.test_findings import broken_book

    book = broken_book("KKD-S02", tmp_path)
    assert '"format": "kkd-abschluss/1"' in (book / "2022/2022-02.seal.json").read_text(encoding="utf-8")
    assert "KKD-G01" not in codes(book)
    replace_once(book / "book.toml", "unclear_days_max = 30", "unclear_days_max = 31")
    assert "geändert (der frühere Inhalt ist nicht aufbewahrt)" in "".join(by_us(book))


def test_another_account_than_that_of_the_statements_is_told_before_anything_is_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = sample_books(tmp_path) / "biedenkopf"
    replace_once(town / "book.toml", "DE41999999990065340040", NEW)
    capsys.readouterr()
    assert kkd("check", town) == EXIT_FINDINGS
    said = f"book.toml nennt das Konto {NEW}, der letzte Kontoauszug (bis 29.02.2024) ist von DE41999999990065340040."
    assert said in capsys.readouterr().out
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert kkd("check", town) == EXIT_GOOD, "the bank was changed"


def test_a_change_is_told_before_anything_was_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing keeps what stood there, but the acts name the agreement that they were done by."""
    book = sample_books(tmp_path) / "biedenkopf"
    assert kkd("changes", book) == EXIT_GOOD
    kkd("status", book, *TODAY)
    assert "nicht mehr die" not in capsys.readouterr().out
    replace_once(book.parent / "kkd/agreement.toml", f'["{OLD}"]', f'["{NEW}"]')
    assert kkd("changes", book) == EXIT_FINDINGS
    changed = "Die Vereinbarung ist nicht mehr die, nach der bis zum 15.01.2024 gehandelt wurde"
    assert f"  {changed}; was damals in ihr stand" in capsys.readouterr().out
    assert kkd("status", book, *TODAY) == EXIT_FINDINGS
    assert f"  {changed}.\n" in capsys.readouterr().out
    assert kkd("confirm", book, *BOTH) == EXIT_GOOD
    assert kkd("changes", book) == EXIT_GOOD
    kkd("status", book, *TODAY)
    assert "nicht mehr die" not in capsys.readouterr().out


def test_a_payment_run_that_nobody_answers_for_is_listed_until_two_do(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kkd("pay", town, *PAY) == EXIT_GOOD
    run = town / "zahlungen" / "pain001-2024-02-29-001.xml"
    run.write_bytes(run.read_bytes().replace(b"</Document>", b"<!-- --></Document>"))
    capsys.readouterr()
    assert kkd("changes", town) == EXIT_FINDINGS
    assert (
        "  Dafür steht niemand ein (KKD-T07):\n    zahlungen/pain001-2024-02-29-001.xml\n"
        in capsys.readouterr().out
    )
    kkd("changes", town, "--json")
    assert json.loads(capsys.readouterr().out)["unanswered"] == ["zahlungen/pain001-2024-02-29-001.xml"]
    assert kkd("confirm", town, *BOTH) == EXIT_GOOD
    assert kkd("changes", town) == EXIT_GOOD


def test_contact_data_that_no_command_can_read_are_not_confirmed(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = town.parent / "kkd" / "contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    contacts.write_text(text.replace('"99-KKD06534004-32"', '"99-KKD06534004-33"'), encoding="utf-8")
    before = tree(town)
    capsys.readouterr()
    assert kkd("confirm", town, *BOTH) == EXIT_REFUSED
    assert "eine Leitweg-ID mit richtiger Prüfziffer" in capsys.readouterr().err
    assert tree(town) == before


@pytest.mark.parametrize("signed", ["2023-10-01", '"2023-10-01"'])
def test_a_day_of_a_mandate_may_stand_with_or_without_quotes(town: Path, signed: str) -> None:
    contacts = town.parent / "kkd" / "contacts.toml"
    text = contacts.read_text(encoding="utf-8")
    more = f"[parties.biedenkopf]\nmandate = 'M-1'\nmandate_signed = {signed}\nprenotification_days = 14\n"
    contacts.write_text(text.replace("[parties.biedenkopf]\n", more), encoding="utf-8")
    book = load_book(town)
    contact = load(book.agreement_file, book.agreement).of("biedenkopf")
    assert (contact.mandate_signed, contact.prenotification_days) == ("2023-10-01", "14")
