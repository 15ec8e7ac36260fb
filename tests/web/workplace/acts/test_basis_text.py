"""book.toml and the words of letters by a form: what is wrong is told, what is right waits for two persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.work.terms.basis_text import settings_text, words_text
from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import Office, offers_to_confirm, text_of
from tests.web.workplace.acts.scenarios import a_closed_month


@pytest.fixture
def office(tmp_path: Path) -> Office:
    folder = sample_books(tmp_path)
    a_closed_month(folder)
    return Office(folder, "biedenkopf")


def test_a_new_limit_is_written_and_waits_for_two(office: Office) -> None:
    text = settings_text(office.book).replace("unclear_days_max = 60", "unclear_days_max = 45")
    seen = office.preview("einstellungen", text=text)
    assert "+unclear_days_max = 45" in text_of(seen)
    assert "unclear_days_max = 60" in settings_text(office.book)
    office.do("einstellungen", text=text.replace("\n", "\r\n"))
    assert settings_text(office.book) == text
    confirmed = text_of(office.preview("bestaetigen"))
    assert "unclear_days_max = 45" in confirmed
    assert "unclear_days_max = 60" in confirmed


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('party = "biedenkopf"', 'party = "coelbe"', "mit denen das Buch begann"),
        ("unclear_days_max = 60", "unclear_days_max = sechzig", "Erlaubt"),
        ('line = "010102"', 'zeile = "010102"', "Erlaubt"),
        ("DE41999999990065340040", "DE41999999990065340041", "IBAN"),
    ],
)
def test_a_wrong_book_toml_is_told_and_kept_as_typed(
    office: Office, old: str, new: str, sentence: str
) -> None:
    before = tree(office.folder)
    text = settings_text(office.book)
    assert text.count(old) == 1
    answer = office.preview("einstellungen", text=text.replace(old, new))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert new.replace('"', "&#34;") in answer.text
    assert tree(office.folder) == before


def test_the_words_of_letters_are_a_books_own(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "landkreis")
    text = words_text(office.book)
    assert not offers_to_confirm(office.preview("vorlagen", text=text)), "nothing has changed"
    first = next(line for line in text.splitlines() if " = " in line and "{" not in line and '"' in line)
    key = first.partition(" ")[0]
    office.do("vorlagen", text=text.replace(first, f'{key} = "Andere Worte"'))
    assert "Andere Worte" in words_text(office.book)
    before = tree(office.folder)
    assert office.preview("vorlagen", text="kein toml").status_code == 422
    assert tree(office.folder) == before
