"""Each rule is a Beancount plugin of its own, which says of a ledger what the rule says among all others."""

from pathlib import Path

import pytest

from kkd_ledger.rules.engine.fold import RULES, rule_name
from kkd_ledger.rules.engine.rule import as_rule
from tests.rules.test_findings import FOLDER, IN_THE_BOOKS, broken_book
from tests.samples import by_beancount, by_us

CODES = {
    rule_name(module): next((kind.code for kind in as_rule(module).KINDS if kind.code in IN_THE_BOOKS), "")
    for module in RULES
}
BESIDE_THE_TEXT = {"KKD-G01", "KKD-Z10", "KKD-Z11"}
"""What is found beside the chain of closing proofs or in the text itself, by the bundle of all rules alone."""

BUNDLE_MISSING = "plugin kkd_ledger.plugins fehlt"


def alone(book: Path, rule: str) -> None:
    """Let the ledger name one rule instead of all."""
    top = book / "main.beancount"
    text = top.read_text(encoding="utf-8")
    assert text.count('plugin "kkd_ledger.plugins"') == 1
    named = text.replace('plugin "kkd_ledger.plugins"', f'plugin "kkd_ledger.plugins.{rule}"')
    top.write_text(named, encoding="utf-8")


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule, code in CODES.items() if code])
def test_a_rule_alone_says_what_it_says_among_all(rule: str, code: str, tmp_path: Path) -> None:
    assert (FOLDER / code).is_dir()
    book = broken_book(code, tmp_path)
    [module] = [module for module in RULES if rule_name(module) == rule]
    own = {kind.code for kind in as_rule(module).KINDS} - BESIDE_THE_TEXT
    among_all = [line for line in by_us(book) if line.split(" ")[1] in own]
    alone(book, rule)
    found = [line for line in by_beancount(book) if " KKD-" in line and BUNDLE_MISSING not in line]
    assert [line for line in found if line.split(" ")[1] in own] == among_all
    assert {line.split(" ")[1] for line in found} <= own
