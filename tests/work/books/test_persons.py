"""A name that book.toml does not know does nothing, once it sets up roles; the check tells of those in the books."""

import re
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED
from tests.samples import sample_books, tree

NOBODY = "N. Niemand"
TODAY = ("--today", "2024-03-31")
RUN = ("--on", "2024-04-02", *TODAY)
COMMANDS = {
    "reverse": ("reverse", "landkreis", "2024-000023", "--reason", "falsch", "--by", NOBODY, *TODAY),
    "clear": ("clear", "landkreis", "NR", "kkd-2024-gladenbach-1", "--by", NOBODY, *TODAY),
    "close": ("close", "landkreis", "2023-10", "--by", NOBODY, *TODAY),
    "reopen": ("reopen", "landkreis", "2023-10", "--reason", "x", "--by", "S. Muster", "--and", NOBODY, *TODAY),
    "decide": ("decide", "landkreis", "1:x", "--foreign", "--by", NOBODY, "--reason", "fremd", *TODAY),
    "pay": ("pay", "biedenkopf", "--prepared-by", NOBODY, "--released-by", "B. Buch", *RUN),
    "release": ("pay", "biedenkopf", "--prepared-by", "K. Kasse", "--released-by", NOBODY, *RUN),
    "collect": ("collect", "landkreis", "--prepared-by", NOBODY, "--released-by", "B. Buch", *RUN),
}  # fmt: skip


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """The sample with March booked; what is unclear there may be cleared."""
    folder = sample_books(tmp_path)
    main(["month", str(folder / "landkreis"), "2024-03", "--today", "2024-03-31"])
    return folder


def suspense(folder: Path) -> list[str]:
    """Return the numbers of the entries of money in suspense."""
    text = (folder / "landkreis/2024/2024-03.beancount").read_text(encoding="utf-8")
    return re.findall(r'nr: "([\d-]+)"\n  buchungsart: "ungeklaert"', text)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_unknown_person_is_refused_by_every_command_that_names_one(
    name: str, books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = suspense(books)
    words = [numbers.pop() if word == "NR" else word for word in COMMANDS[name]]
    words[1] = str(books / words[1])
    before = tree(books)
    capsys.readouterr()
    assert main(words) == EXIT_REFUSED
    said = capsys.readouterr().err
    assert "N. Niemand steht am 31.03.2024 mit keiner Rolle in book.toml" in said
    assert "handeln dürfen an diesem Tag: S. Muster, L. Beispiel, K. Kasse, B. Buch" in said
    assert tree(books) == before


def test_whoever_only_reads_does_not_act(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roles = books / "landkreis/book.toml"
    roles.write_text(
        roles.read_text(encoding="utf-8")
        + '\n[[roles]]\nname = "P. Prüferin"\nrole = "pruefung"\nfrom = 2023-10-01\n'
        + '\n[[roles]]\nname = "F. Früher"\nrole = "sachbearbeitung"\nfrom = 2023-10-01\nto = 2024-03-30\n',
        encoding="utf-8",
    )
    [number, *_] = suspense(books)
    for person, why in (
        ("P. Prüferin", "P. Prüferin hat am 31.03.2024 nur die Rolle „pruefung“; wer sie hat, handelt nicht"),
        ("F. Früher", "F. Früher steht am 31.03.2024 mit keiner Rolle in book.toml"),
    ):
        words = ["clear", str(books / "landkreis"), number, "kkd-2024-gladenbach-1", "--by", person, *TODAY]
        assert main(words) == EXIT_REFUSED
        assert why in capsys.readouterr().err


def test_a_close_by_somebody_unknown_is_told_by_every_check(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = books / "landkreis"
    roles = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(re.sub(r"\[\[roles\]\]\n(?:\w.*\n)+", "", roles), encoding="utf-8")
    assert main(["close", str(book), "2023-10", "--by", NOBODY, *TODAY]) == EXIT_GOOD
    (book / "book.toml").write_text(roles, encoding="utf-8")
    capsys.readouterr()
    for words in (["check", str(book)], ["check", str(book), "--full"]):
        assert main(words) == EXIT_FINDINGS
        assert "2023/2023-10.seal.json:1: Glied 1, 2023/2023-10.seal.json: N. Niemand steht am" in (
            capsys.readouterr().out
        )


def test_without_roles_any_name_is_taken(tmp_path: Path) -> None:
    book = sample_books(tmp_path) / "biedenkopf"
    text = (book / "book.toml").read_text(encoding="utf-8")
    (book / "book.toml").write_text(re.sub(r"\[\[roles\]\]\n(?:\w.*\n)+", "", text), encoding="utf-8")
    assert main(["close", str(book), "2023-10", "--by", NOBODY, *TODAY]) == EXIT_GOOD
    assert main(["check", str(book)]) == EXIT_GOOD
