"""What makes checks fast must not change what they say: rules get fewer records, books are read month by month."""

import random
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Record
from kkd_ledger.rules.engine.fold import RULES, Fold, takes_of
from kkd_ledger.rules.engine.rule import Context, Finding
from tests.rules.test_findings import FOLDER, broken_book
from tests.rules.test_fold_law import _town, spoil


def taking_all(rule: ModuleType) -> ModuleType:
    """Return a copy of a rule that is handed every record."""
    copy = ModuleType(rule.__name__)
    copy.__dict__.update({name: value for name, value in vars(rule).items() if name != "TAKES"})
    return copy


def findings(context: Context, records: list[Record], rules: list[ModuleType]) -> list[Finding]:
    return Fold(context, rules).take(records).findings()


def test_most_rules_name_what_they_take() -> None:
    assert len([rule for rule in RULES if takes_of(rule)]) > len(RULES) // 2
    assert not any(takes_of(taking_all(rule)) for rule in RULES)


@pytest.mark.parametrize("code", sorted(path.name for path in FOLDER.iterdir()))
def test_a_rule_finds_the_same_with_fewer_records(code: str, tmp_path: Path) -> None:
    book = load_book(broken_book(code, tmp_path))
    records, context = list(read(book).records), Context(book)
    assert findings(context, records, list(RULES)) == findings(context, records, [*map(taking_all, RULES)])


@given(seed=st.integers(0, 2**32), faults=st.integers(0, 6))
@settings(max_examples=60)
def test_a_rule_finds_the_same_in_randomly_spoilt_books(
    seed: int, faults: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book, records = _town(tmp_path_factory)
    spoilt, context, chance = list(records), Context(book), random.Random(seed)
    for _ in range(faults):
        spoil(spoilt, chance)
    assert findings(context, spoilt, list(RULES)) == findings(context, spoilt, [*map(taking_all, RULES)])
