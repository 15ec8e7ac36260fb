"""What a clerk mistypes in agreement.toml, book.toml, contacts.toml is refused with its place and what to type."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kkd_ledger.agreement import load as load_agreement
from kkd_ledger.book.config import load_book
from kkd_ledger.errors import InputRefused
from kkd_ledger.persons.contacts import load as load_contacts
from tests.samples import LEDGERS

PLAIN_LINE = re.compile(r"([a-z_0-9]+) = (.+)")
MESSAGED = ("61.233,17", "30.06.2018")  # what to type instead is said of these
SLIPS = (
    *("", '"30.06.2018"', '"1.234,56 EUR"', '"zwölf"', "-5", "1e3", "nan", "true"),
    *(
        "[]",
        "{}",
        '""',
        r'"x\u0000"',
        "99999999999999999999",
        '"\u200b"',
        "2018-02-30",
        '"²"',
        '"١٢"',
        '"  "',
        "1.5",
    ),
)
# a pattern, another program's English
UNWORDLY = re.compile(r"\^\[|\]\*|\)\*\$|Input should|Traceback|must be|NoneType|Errno")
# another key of the same table, so that the typo is a name of its own or the table has two of them
NO_TYPO = {"annex", "assumed", "accounts", "account", "effective", "from", "form"}
FILES: dict[str, Callable[[Path], object]] = {
    "kkd/agreement.toml": lambda folder: load_agreement(folder / "kkd/agreement.toml"),
    "landkreis/book.toml": lambda folder: load_book(folder / "landkreis"),
    "kkd/contacts.toml": lambda folder: load_contacts(
        folder / "kkd/agreement.toml", load_agreement(LEDGERS / "kkd/agreement.toml")
    ),
}


def kind_of(value: str) -> str:
    return "day" if value[:4].isdigit() and value[4:5] == "-" else "text" if value[:1] == '"' else "other"


def places(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, key and value, once for each key and kind of value."""
    known: set[tuple[str, str]] = set()
    for number, line in enumerate(text.split("\n")):
        if (match := PLAIN_LINE.fullmatch(line)) and (match[1], kind_of(match[2])) not in known:
            known.add((match[1], kind_of(match[2])))
            yield number, match[1], match[2]


def refusal(folder: Path, file: str, lines: list[str], number: int, line: str) -> str:
    """Return what is said about a file with another line, empty where it is taken."""
    (folder / file).write_text("\n".join([*lines[:number], line, *lines[number + 1 :]]), encoding="utf-8")
    try:
        FILES[file](folder)
    except InputRefused as refused:
        return str(refused)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_slip_is_refused_with_its_place_or_does_no_harm(tmp_path: Path, file: str) -> None:
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    lines, tried = text.split("\n"), 0
    for number, key, value in places(text):
        for slip in (*MESSAGED, *SLIPS[number % 2 :: 2]):  # every other line the other half
            said = refusal(tmp_path, file, lines, number, f"{key} = {slip}")
            tried += 1
            assert not UNWORDLY.search(said.replace(slip, "")), (key, slip, said)
            bare = slip.strip('"')
            file_named = f"landkreis/{bare}: gefunden" in said
            assert not said or "Zeile" in said or key in said or file_named, (key, slip, said)
            if slip == "61.233,17":
                assert re.search(r'Anführungszeichen|"61', said), (key, said)
            if slip == "30.06.2018":
                assert re.search(r"2018-06-30|JJJJ-MM-TT", said), (key, said)
        if len(key) > 3 and not key.isdigit() and key not in NO_TYPO:
            for typo in (key[:-1], key[0] + key[2] + key[1] + key[3:], key.capitalize()):
                said = refusal(tmp_path, file, lines, number, f"{typo} = {value}") if typo != key else key
                assert re.search(rf"\b{key}\b", said), (typo, said)
    assert tried > 100
