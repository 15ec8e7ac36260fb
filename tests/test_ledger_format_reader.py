"""Another program, written from docs/ledger-format.md alone: it takes and understands what ours takes, nothing else.

Nothing of `kkd_ledger` is used in the first half of this file.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.text import canonical
from kkd_ledger.book.text.records import Balance, Close, Custom, Dated, Document, Euro, Open
from tests.samples import ROOT

HEAD = (
    'option "name_assets" "Aktiva"',
    'option "name_liabilities" "Passiva"',
    'option "name_equity" "Eigenkapital"',
    'option "name_income" "Erträge"',
    'option "name_expenses" "Aufwendungen"',
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TEXT = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,12})\.([0-9]{2}) EUR")
ACCOUNT = re.compile(
    r"(?:Aktiva|Passiva|Eigenkapital|Erträge|Aufwendungen)(?::[A-ZÄÖÜ0-9][A-Za-zÄÖÜäöüß0-9-]*)+"
)
KEY = re.compile(r"[a-z][a-z0-9-]+")
MARK = re.compile(r"[#^][A-Za-z0-9-]+")
Said = tuple[Any, ...]


class Line:
    """One line, read from the left."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def word(self, word: str) -> None:
        if not self.text.startswith(word, self.at):
            raise ValueError(self.text)
        self.at += len(word)

    def token(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if not found:
            raise ValueError(self.text)
        self.at = found.end()
        return found

    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.token(DAY)[0])

    def string(self) -> str:
        said = re.sub(r"\\(.)", r"\1", self.token(TEXT)[1])
        printable = all(sign == " " or unicodedata.category(sign)[0] not in "CZ" for sign in said)
        if (
            not printable
            or said != said.strip(" ")
            or "  " in said
            or unicodedata.normalize("NFC", said) != said
        ):
            raise ValueError(self.text)
        return said

    def cents(self) -> int:
        minus, euros, rest = self.token(AMOUNT).groups()
        cents = int(euros) * 100 + int(rest)
        if cents > 10**14 or (minus and not cents):
            raise ValueError(self.text)
        return -cents if minus else cents

    def set_amount(self) -> int:
        """An amount to the right: its last digit in column 87, or one blank behind what is too long for that."""
        front = self.at
        self.token(re.compile(" +"))
        blanks = self.at - front
        cents = self.cents()
        last_digit = self.at - len(" EUR")
        if last_digit != 87 and not (last_digit > 87 and blanks == 1):
            raise ValueError(self.text)
        return cents

    def account(self) -> str:
        return self.token(ACCOUNT)[0]

    def starts(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    def value(self) -> Any:
        if self.starts('"'):
            return self.string()
        if DAY.match(self.text, self.at):
            return self.day()
        return ("EUR", self.cents())

    def end(self) -> None:
        if self.at != len(self.text):
            raise ValueError(self.text)


ENDS = re.compile(r"buchungsstapel .*|niederschrift [0-9]{4}/[0-9-]{7}\.bank\.json .*", re.ASCII)


class File:
    """A month's file, read line by line."""

    def __init__(self, text: str) -> None:
        *self.lines, last = text.split("\n")
        if last or tuple(self.lines[:5]) != HEAD:
            raise ValueError(text[:80])
        self.at = 5

    def said(self) -> Iterator[Said]:
        while self.at < len(self.lines):
            before = self.lines[self.at] if self.lines[self.at] in {"", ";"} else None
            self.at += before is not None
            said = self.directive()
            ends = said[0] == "custom" and ENDS.fullmatch(" ".join(map(str, (said[2], *said[3]))))
            if before != (None if said[0] == "open" else ";" if ends else ""):
                raise ValueError(
                    "an empty line stands before every directive but open, `;` before a batch's end"
                )
            yield said

    def next(self) -> Line:
        if self.at == len(self.lines):
            raise ValueError("the file ends within a directive")
        self.at += 1
        return Line(self.lines[self.at - 1])

    def directive(self) -> Said:
        line = self.next()
        day = line.day()
        line.word(" ")
        if line.starts("*"):
            return self.transaction(line, day)
        kind = line.token(re.compile("open|close|balance|document|custom"))[0]
        line.word(" ")
        what = getattr(self, kind)(line)
        line.end()
        return (kind, day, *what, self.metadata(2))

    @staticmethod
    def open(line: Line) -> Said:
        account = line.account()
        line.word(" EUR")
        return (account,)

    @staticmethod
    def close(line: Line) -> Said:
        return (line.account(),)

    @staticmethod
    def balance(line: Line) -> Said:
        return line.account(), line.set_amount()

    @staticmethod
    def document(line: Line) -> Said:
        account = line.account()
        line.word(" ")
        path = line.string()
        if not path.startswith("../"):
            raise ValueError(path)
        return account, path.removeprefix("../")

    @staticmethod
    def custom(line: Line) -> Said:
        kind, values = line.string(), []
        while not values or line.starts(" "):
            line.word(" ")
            values.append(line.value())
        return kind, tuple(values)

    def transaction(self, line: Line, day: dt.date) -> Said:
        line.word("* ")
        payee = line.string()
        line.word(" ")
        narration = line.string()
        marks: list[str] = []
        while line.starts(" "):
            line.word(" ")
            marks.append(line.token(MARK)[0])
        line.end()
        tags, links = ([mark for mark in marks if mark[0] == sign] for sign in "#^")
        if marks != [*sorted(set(tags)), *sorted(set(links))]:
            raise ValueError(line.text)
        return "*", day, payee, narration, tuple(marks), self.metadata(2), tuple(self.postings())

    def postings(self) -> Iterator[Said]:
        while self.at < len(self.lines) and re.match("  [A-Z]", self.lines[self.at]):
            line = self.next()
            line.word("  ")
            account, cents = line.account(), line.set_amount()
            line.end()
            yield account, cents, self.metadata(4)

    def metadata(self, blanks: int) -> tuple[tuple[str, Any], ...]:
        found: dict[str, Any] = {}
        while self.at < len(self.lines) and re.match(rf" {{{blanks}}}[a-z]", self.lines[self.at]):
            line = self.next()
            line.word(" " * blanks)
            key = line.token(KEY)[0]
            line.word(": ")
            value = line.value()
            line.end()
            if key in found or isinstance(value, tuple):
                raise ValueError(line.text)
            found[key] = value
        return tuple(found.items())


# ------------------------------------------------------------------------------------------------ the comparison


def theirs(text: str) -> list[Said] | None:
    try:
        return list(File(text).said())
    except ValueError:
        return None


def ours(text: str) -> list[Said] | None:
    try:
        return [as_said(record) for record in canonical.read(text, "2023/2023-10.beancount")]
    except canonical.NotCanonical:
        return None


def as_said(record: Dated) -> Said:
    meta = tuple(record.meta.items())
    match record:
        case Open(day, account):
            return "open", day, account, meta
        case Close(day, account):
            return "close", day, account, meta
        case Balance(day, account, cents):
            return "balance", day, account, cents, meta
        case Document(day, account, path):
            return "document", day, account, path, meta
        case Custom(day, kind, values):
            said = tuple(("EUR", value.cents) if isinstance(value, Euro) else value for value in values)
            return "custom", day, kind, said, meta
    marks = (*(f"#{tag}" for tag in record.tags), *(f"^{link}" for link in record.links))
    legs = tuple((leg.account, leg.cents, tuple(leg.meta.items())) for leg in record.postings)
    return "*", record.date, record.payee, record.narration, marks, meta, legs


FILES = sorted([*ROOT.glob("ledgers/*/2*/*.beancount"), *ROOT.glob("tests/findings/*/*/2*/*.beancount")])
SEED = """
2023-10-01 close Aktiva:2800-Bank

2023-10-01 balance Aktiva:2800-Bank                                               -0.01 EUR

2023-10-02 document Aktiva:2800-Bank "../documents/a \\"b\\" \\\\.pdf"
  beleg-sha256: "0"

2023-10-02 custom "beschluss" "VL-1/2023" "" 2023-09-28 21695.55 EUR

2023-10-02 * "" "Müller & Söhne" #a #b ^c ^d
  nr: "2023-000001"
  erfasst-am: 2023-10-02
  Erträge:010102-Ä:X                                                          1000000000000.00 EUR
    posten: "kkd-2023-x-1"
  Passiva:4500-Ein-sehr-langer-Name-der-über-die-Spalte-hinausreicht-und-noch-weiter-geht -1000000000000.00 EUR
"""


def seed() -> str:
    lines = [*HEAD, "2023-10-01 open Aktiva:2800-Bank EUR", *SEED.rstrip("\n").split("\n")]
    columns = {"balance": 0, "  Erträge": 0}
    for number, line in enumerate(lines):
        if any(word in line for word in columns):
            front, amount = line.removesuffix(" EUR").rsplit(None, 1)
            lines[number] = front + amount.rjust(87 - len(front)) + " EUR"
    return "\n".join(lines) + "\n"


def test_both_take_the_same_files_and_understand_the_same() -> None:
    taken = 0
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert theirs(text) == ours(text), path
        taken += ours(text) is not None
    assert taken > 40


def test_both_take_every_form() -> None:
    found = theirs(seed())
    assert found == ours(seed())
    assert found
    assert [said[0] for said in found] == ["open", "close", "balance", "document", "custom", "*"]
    assert found[3][3] == 'documents/a "b" \\.pdf'
    assert found[5][6][1][1] == -(10**14)


PIECES = [
    *(
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\r",
        '"',
        "\\",
        "0",
        "9",
        "-",
        ".",
        ":",
        ";",
        "!",
        "#a",
        "^a",
        "EUR",
        "A",
        "a",
        "ä",
    ),
    *("a\u0308", "\u00a0", "\u200b", "\u00ad", "\ufeff", "-0.00", "2023-02-30", 'option "title" "x"\n'),
    *('  nr: "1"\n', "    x-y: 2023-10-02\n", "2023-10-01 open Aktiva:X EUR\n"),
]
BASES = [seed(), FILES[0].read_text(encoding="utf-8")[:6000].rpartition("\n\n")[0] + "\n"]


@settings(max_examples=400)
@given(data=st.data(), base=st.sampled_from(BASES))
def test_both_judge_every_spoiled_text_alike(data: st.DataObject, base: str) -> None:
    start = data.draw(st.integers(0, len(base)))
    end = data.draw(st.integers(start, min(len(base), start + data.draw(st.sampled_from([0, 1, 2, 30])))))
    text = base[:start] + data.draw(st.sampled_from(["", *PIECES]) | st.text(max_size=2)) + base[end:]
    assert theirs(text) == ours(text)


@pytest.mark.parametrize("number", range(len(seed().split("\n"))))
def test_both_judge_a_missing_or_doubled_line_alike(number: int) -> None:
    lines = seed().split("\n")
    for changed in (lines[:number] + lines[number + 1 :], [*lines[:number], lines[number], *lines[number:]]):
        text = "\n".join(changed)
        assert theirs(text) == ours(text)
