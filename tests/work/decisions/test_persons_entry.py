"""What a person decides about a bank line is that person's entry: the general order of the jobs does not judge it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import by_beancount, by_us, replace_once, sample_books

DECIDED = ("--by", "K. Kasse", "--reason", "Anruf am 28.03.", "--today", "2024-03-31")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The sample town, whose jobs may book up to 15,000 EUR, with 15,555.30 EUR that went to somebody unknown."""
    book = sample_books(tmp_path) / "biedenkopf"
    replace_once(book / "book.toml", 'limit = "100.000,00"', 'limit = "15.000,00"')
    statement = book / "inbox" / "2024-03.xml"
    text = statement.read_text(encoding="utf-8")
    for known in ("DE19999999996534000000", "RF62KKD2024065340041", "Landkreis Marburg-Biedenkopf"):
        text = text.replace(known, {"D": "DE94999999990099999999", "R": "5.0101", "L": "Unbekannt"}[known[0]])
    statement.write_text(text, encoding="utf-8")
    main(["month", str(book), "2024-03", "--today", "2024-03-31"])
    return book


@pytest.mark.parametrize("verdict", [("--posten", "kkd-2024-biedenkopf-1"), ("--new",)])
def test_an_amount_above_the_limit_is_no_objection_where_a_person_decided(
    town: Path, capsys: pytest.CaptureFixture[str], verdict: tuple[str, ...]
) -> None:
    capsys.readouterr()
    main(["decide", str(town)])
    keys = dict(re.findall(r"(-?[\d.]+,\d\d) EUR .*\[(\S+)\]", capsys.readouterr().out))
    assert main(["decide", str(town), keys["-15.555,30"], *verdict, *DECIDED]) == 0
    assert [text for text in by_us(town) if "KKD-Z05" in text] == []
    assert [text for text in by_us(town) if "(fehler)" in text] == []
    assert by_us(town) == by_beancount(town)
    entry = (town / "2024" / "2024-03.beancount").read_text(encoding="utf-8").partition("15555.30")[0]
    assert 'veranlasst-von: "K. Kasse"' in entry
    assert "anordnung:" not in entry.rpartition("2024-03-12 *")[2]
    assert 'custom "akt"' in (town / "2024" / "2024-03.beancount").read_text(encoding="utf-8")
