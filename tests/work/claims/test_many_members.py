"""What `kkd post` does for a member does not grow with the number of members."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book import config
from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims import claiming
from kkd_ledger.work.claims.post import post
from tests.bench import books


def test_the_shares_of_a_year_are_reckoned_once_and_new_claims_look_at_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = books.founded(tmp_path, 20)
    reckoned: list[int] = []
    shares = config.agreement_room.shares
    looked: list[str] = []
    monkeypatch.setattr(
        config.agreement_room, "shares", lambda *asked: [reckoned.append(asked[1]), shares(*asked)][1]
    )
    monkeypatch.setattr(
        claiming, "_offsets", lambda _work, party, _year, _bill: looked.append(party) or iter(())
    )
    done = post(book, Authorisation(dt.date(2010, 1, 15)))
    assert len(done.corrections) == 20
    assert len(reckoned) == len(set(reckoned))
    assert looked == []


def test_a_later_claim_of_a_share_looks_for_credits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = books.founded(tmp_path, 3)
    post(book, Authorisation(dt.date(2010, 1, 15)))
    file = book.agreement_file
    text = file.read_text(encoding="utf-8")
    dearer = 'from = 2010-01-01\nrate = "1.20"\nknown_from = 2010-02-01\n\n[[resolutions]]'
    file.write_text(text.replace("[[resolutions]]", f"[[components.rates]]\n{dearer}", 1), encoding="utf-8")
    looked: list[str] = []
    monkeypatch.setattr(
        claiming, "_offsets", lambda _work, party, _year, _bill: looked.append(party) or iter(())
    )
    again = load_book(book.root)
    open_month(again, BookingMonth(2010, 2))
    post(again, Authorisation(dt.date(2010, 2, 15)))
    assert looked == ["ort-0001", "ort-0002", "ort-0003"]
