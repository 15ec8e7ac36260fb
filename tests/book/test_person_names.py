"""Two names that look alike are one person's: nobody is four eyes alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.person_names import are_different, likeness
from kkd_ledger.errors import BookRefused
from tests.samples import three_parties

NAME = "K. Kasse"
ALIKE = [
    "K.  Kasse", " K. Kasse ", "K.\u00a0Kasse", "K.\u200b Kasse", "K. Kasse\u200d", "K. Kasse\u202e", "k. kasse",
    "K. KASSE", "K. K\u0430sse", "\u041a. Kasse", "\u039a. Kasse", "\uff2b. Kasse", "\u212a. Kasse", "K.Kasse",
    "K Kasse", "K. Kasse.", "Kasse, K.", "Kasse,K", "K. Kasse\u0301", "K. Kaße", "Herr K. Kasse", "Dr. K. Kasse",
]  # fmt: skip


@pytest.mark.parametrize("other", ALIKE)
def test_another_spelling_is_the_same_person(other: str) -> None:
    assert not are_different((NAME, other))


@pytest.mark.parametrize(
    "other",
    ["B. Kasse", "K. Kasse 2", "K. Kassen", "K. Kosse", "B. Buch", "S. Muster", "K. L. Kasse", "Ö. Kasse"],
)
def test_another_name_is_another_person(other: str) -> None:
    assert are_different((NAME, other))


@pytest.mark.parametrize("names", [("", NAME), (NAME, " "), ("\u200b", "\u200b"), ("-", "-")])
def test_nobody_is_no_second_person(names: tuple[str, str]) -> None:
    assert not are_different(names)


def test_an_umlaut_may_be_typed_as_two_letters_and_is_no_other_letter() -> None:
    assert likeness("J. Müller") == likeness("J. Mueller") != likeness("J. Muller")


@pytest.mark.parametrize(
    ("name", "said"),
    [("E. Eva\u200b", "ohne Steuerzeichen"), (" E. Eva", "Leerzeichen"), ("", "ein Text")],
)
def test_a_role_of_a_name_that_nobody_can_type_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(BookRefused, match=said):
        load_book(with_roles(tmp_path, name))


@pytest.mark.parametrize("other", ["E. \u0415va", "Eva, E.", "e. eva"])
def test_roles_for_two_names_that_look_alike_are_refused(tmp_path: Path, other: str) -> None:
    with pytest.raises(BookRefused, match="sieht aus wie"):
        load_book(with_roles(tmp_path, "E. Eva", other))
    load_book(with_roles(tmp_path, "E. Eva", "E. Eva", "F. Eva"))


def with_roles(folder: Path, *names: str) -> Path:
    """Return a book whose roles are these persons' alone."""
    book = three_parties(folder) / "amt"
    text = re.sub(r"\[\[roles\]\]\n(?:\w.*\n)+", "", (book / "book.toml").read_text(encoding="utf-8"))
    text += "".join(f'\n[[roles]]\nname = "{name}"\nrole = "kasse"\nfrom = 2021-01-01\n' for name in names)
    (book / "book.toml").write_text(text, encoding="utf-8")
    return book
