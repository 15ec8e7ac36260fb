"""The law of folds: prefix, state through JSON, then suffix give what the whole gives, also on bad books."""

import datetime as dt
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Custom, Place, Posting, Record, Transaction
from kkd_ledger.rules.engine.fold import RULES, Fold
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State
from tests.rules.test_findings import FOLDER, broken_book
from tests.samples import sample_books

Rules = Callable[[], Sequence[ModuleType]]


def ours() -> Sequence[ModuleType]:
    return RULES


def whole(book: Book, records: Sequence[Record], rules: Rules = ours) -> list[Finding]:
    return Fold(Context(book), rules()).take(records).findings()


def cut(book: Book, records: Sequence[Record], at: int, rules: Rules = ours) -> list[Finding]:
    """Fold up to a record, write the state, read it in a new fold with a new context, and go on."""
    state = Fold(Context(book), rules()).take(records[:at]).to_json()
    assert state == json.dumps(json.loads(state), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Fold.from_json(Context(book), state, rules()).take(records[at:]).findings()


def month_starts(records: Sequence[Record]) -> list[int]:
    return [
        at
        for at, record in enumerate(records)
        if isinstance(record, Custom) and record.kind == "buchungsmonat"
    ]


@pytest.mark.parametrize("name", ["landkreis", "biedenkopf"])
def test_the_sample_cut_at_every_month(name: str, tmp_path: Path) -> None:
    book = load_book(sample_books(tmp_path) / name)
    records = read(book).records
    starts = month_starts(records)
    assert len(starts) == 5
    assert all(cut(book, records, at) == whole(book, records) for at in starts)


@pytest.mark.parametrize("code", sorted(path.name for path in FOLDER.iterdir()))
def test_every_faulty_book_cut_at_every_record(code: str, tmp_path: Path) -> None:
    book = load_book(broken_book(code, tmp_path))
    records = read(book).records
    expected = whole(book, records)
    assert all(cut(book, records, at) == expected for at in range(len(records) + 1))


@given(seed=st.integers(0, 2**32), faults=st.integers(0, 6))
@settings(max_examples=60)
def test_randomly_spoilt_books_cut_anywhere(
    seed: int, faults: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book, records = _town(tmp_path_factory)
    chance = random.Random(seed)
    spoilt = list(records)
    for _ in range(faults):
        spoil(spoilt, chance)
    expected = whole(book, spoilt)
    for at in sorted(chance.sample(range(len(spoilt) + 1), 5)):
        assert cut(book, spoilt, at) == expected


_MADE: dict[str, tuple[Book, tuple[Record, ...]]] = {}


def _town(factory: pytest.TempPathFactory) -> tuple[Book, tuple[Record, ...]]:
    if "town" not in _MADE:
        book = load_book(sample_books(factory.mktemp("town")) / "biedenkopf")
        _MADE["town"] = (book, read(book).records)
    return _MADE["town"]


def spoil(records: list[Record], chance: random.Random) -> None:
    """Drop, repeat, move or change one record."""
    at = chance.randrange(len(records))
    record = records[at]
    match chance.randrange(4):
        case 0:
            del records[at]
        case 1:
            records.insert(chance.randrange(len(records) + 1), record)
        case 2:
            records.insert(chance.randrange(len(records)), records.pop(at))
        case _ if isinstance(record, Transaction):
            key = chance.choice(sorted(record.meta))
            value = chance.choice(["", "2022", "kkd", "storno", dt.date(2023, 1, 1), "2023-000001"])
            legs = tuple(leg._replace(cents=leg.cents + chance.choice([-1, 0, 1])) for leg in record.postings)
            records[at] = record._replace(meta={**record.meta, key: value}, postings=legs)


class _PlantedRule(ModuleType):
    """A rule that breaks the law: it keeps what it saw last in itself and not in its state."""

    KINDS = (FindingKind("KKD-X99", Level.ERROR, "erfunden", "nichts"),)

    def __init__(self) -> None:
        super().__init__("tests.planted")
        self._last = ""

    def start(self, context: Context) -> State:
        self._last = ""
        return {"jumps": 0}

    def step(self, context: Context, state: State, record: Record) -> None:
        if isinstance(record, Transaction):
            state["jumps"] += bool(self._last) and self._last != record.payee
            self._last = record.payee

    def finish(self, context: Context, state: State, as_of: dt.date) -> list[Finding]:
        return [Finding(self.KINDS[0], Place("", 0), str(state["jumps"]))]


def planted() -> Sequence[ModuleType]:
    """A fresh rule each time, as in another process."""
    return [_PlantedRule()]


def test_a_planted_bad_rule_fails_the_law(tmp_path: Path) -> None:
    book = load_book(sample_books(tmp_path) / "biedenkopf")
    legs = (Posting("Aktiva:1", 1, {}), Posting("Aktiva:2", -1, {}))
    pays = [
        Transaction(dt.date(2023, 10, 2), payee, "", (), (), {}, legs)
        for payee in ("A", "A", "B", "A", "B", "B")
    ]
    month = Custom(dt.date(2023, 10, 1), "buchungsmonat", ("2023-10",), {})
    records = [month, *pays]
    expected = whole(book, records, planted)
    assert any(cut(book, records, at, planted) != expected for at in range(1, len(records)))
