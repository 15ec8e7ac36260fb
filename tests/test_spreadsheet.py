"""No cell of any table that we write is a formula; numbers stay numbers, and what is written reads back."""

from __future__ import annotations

import csv
import doctest
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger import spreadsheet
from kkd_ledger.cli import main
from kkd_ledger.spreadsheet import csv_text

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠−]")
HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 6421", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "－1", "−5,00", "-5,00 EUR"],
)
def test_a_text_is_no_formula(text):
    [[cell]] = csv.reader(io.StringIO(csv_text([[text]]), newline=""), delimiter=";")
    assert cell == "'" + re.sub(r"[\t\r\n]", " ", text)


@pytest.mark.parametrize("number", ["-5", "-1234.56", "-1234,56", "12"])
def test_a_number_stays_a_number(number):
    assert csv_text([[number]]) == f"{number}\n"


@given(st.lists(st.lists(st.text(), min_size=1, max_size=3), max_size=3))
def test_what_is_written_reads_back_and_nothing_of_it_is_computed(rows):
    written = csv_text(rows, ends="\r\n")
    read = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    assert len(read) == len(rows)
    for row, source in zip(read, rows, strict=True):
        for cell, text in zip(row or [""], source, strict=True):
            assert not FORMULA.match(cell) or re.fullmatch(r"-\d+([.,]\d+)?", cell)
            bare = re.sub(r"[\x00-\x1f\x7f]", " ", text)
            assert cell in {bare, f"'{bare}"}


def test_the_doctests():
    assert doctest.testmod(spreadsheet).failed == 0


def test_nothing_else_in_the_project_writes_csv():
    own = [path for path in (HERE.parent / "kkd_ledger").rglob("*.py") if path.name != "spreadsheet.py"]
    assert [str(path) for path in own if "csv.writer" in path.read_text("utf-8")] == []


def test_a_members_name_is_text_in_every_table(tmp_path, capsys):
    file = tmp_path / "agreement.toml"
    text = (HERE / "agreement/probe.toml").read_text("utf-8")
    name = re.search(r'^name = "(.*)"$', text, re.MULTILINE)
    assert name
    file.write_text(re.sub(r'^name = ".*"$', 'name = "=1+1"', text, flags=re.MULTILINE), "utf-8")
    for call in (["shares", str(file), "--csv"], ["annex", str(file)]):
        main(call)
        cells = [
            cell for row in csv.reader(io.StringIO(capsys.readouterr().out), delimiter=";") for cell in row
        ]
        assert "'=1+1" in cells
        assert "=1+1" not in cells
