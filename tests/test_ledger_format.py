"""docs/ledger-format.md says what the code does: every word of the vocabulary, and its examples are canonical."""

import re
from pathlib import Path

import pytest

from kkd_ledger.book import settings
from kkd_ledger.book.certificate import FORMAT, Fate
from kkd_ledger.book.text import canonical, topfile
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.records import Open, Transaction
from kkd_ledger.periods import YearState
from tests.samples import ROOT

DOCUMENT = (ROOT / "docs" / "ledger-format.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
SHAPES = {"TEXT": "t", "DAY": "d", "AMOUNT": "e"}


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_metadata_key_is_told_with_its_type() -> None:
    kinds: dict[str, str] = {}
    for cells in table("Metadata"):
        keys, types = codes(cells[0]), cells[1].split(", ")
        kinds |= dict(zip(keys, types * len(keys) if len(types) == 1 else types, strict=False))
    assert {key for key, kind in kinds.items() if kind == "TEXT"} == v.TEXT_KEYS
    assert {key for key, kind in kinds.items() if kind == "DAY"} == v.DATE_KEYS


def test_every_custom_is_told_with_its_values() -> None:
    told = {
        codes(cells[0])[0]: "".join(SHAPES[word] for word in re.findall(r"\b(TEXT|DAY|AMOUNT)\b", cells[1]))
        for cells in table("Customs")
    }
    assert told == {str(kind): shape for kind, shape in v.CUSTOM_SHAPES.items()}


@pytest.mark.parametrize(
    "words", [v.Kind, YearState, v.AppropriationKind, v.DispositionKind, Fate, [FORMAT, v.PRIOR_PERIOD_TAG]]
)
def test_every_word_is_told(words: list[str]) -> None:
    assert [word for word in words if not re.search(rf"`#?{re.escape(str(word))}`", DOCUMENT)] == []


def test_the_example_is_canonical_and_sums_to_zero() -> None:
    [example] = [text for language, text in BLOCKS if language == "beancount"]
    records = canonical.read(canonical.HEAD + "\n" + example, "2023/2023-10.beancount")
    assert [type(record) for record in records[1:]] == [Open, Open, Transaction]
    assert isinstance(records[3], Transaction)
    assert [leg.cents for leg in records[3].postings] == [886925, -886925]
    amounts = [line for line in example.splitlines() if re.match(r"  [A-Z]", line)]
    assert {len(line.removesuffix(" EUR")) for line in amounts} == {87}
    keys = [codes(cells[0])[0] for cells in table("Metadata")]
    used = [key for key in records[3].meta if key in keys]
    assert used == sorted(used, key=keys.index)


def test_the_head_and_the_top_file_are_told_as_they_are_written() -> None:
    plain = [text for language, text in BLOCKS if not language]
    assert canonical.HEAD in plain
    [top] = [text for text in plain if "plugin" in text]
    told = topfile.read(top, v.TOP_FILE)
    assert topfile.write(told.options["title"], told.months, batches=told.batches) == top


def test_every_setting_is_told() -> None:
    tables = [
        settings.Settings, settings.Bank, settings.Accounts, settings.Budget, settings.Policy, settings.Holder,
        settings.GeneralOrder, settings.ProgramRelease, settings.CoverGroup,
    ]  # fmt: skip
    told = set(codes(DOCUMENT.split("\n## book.toml\n")[1])) | {"bank", "accounts", "budget", "policy"}
    told |= {word.strip("[]").rpartition(".")[2] for word in told}
    wanted = {field.alias or name for model in tables for name, field in model.model_fields.items()}
    assert wanted - told == set()


def test_nothing_is_promised_that_is_not_there() -> None:
    for file in re.findall(r"`((?:kkd_ledger|docs|tests|ledgers)/[\w/.-]+)`", DOCUMENT):
        assert (ROOT / Path(file)).exists(), file
