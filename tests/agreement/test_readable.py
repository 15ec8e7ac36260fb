"""The readable version leaves nothing of a file unsaid, and names nothing by its id.

Each field that stands in a file is changed to another value, one at a time: the sentences must change with it. Every
field of the vocabulary must stand in one of the files, so whoever adds a field has to say it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from kkd_ledger.agreement import Agreement, load, parse, readable
from kkd_ledger.agreement.facts.dues import DueDay
from kkd_ledger.agreement.keys.components import Component
from kkd_ledger.agreement.readable import cost_sentences
from kkd_ledger.cli import main

HERE = Path(__file__).parent
EVERY_FIELD = HERE / "every_field.toml"
FILES = [EVERY_FIELD, *sorted((HERE / "cases").glob("*.toml")), *sorted((HERE / "real").glob("*.toml"))]
NO_WORDS = {
    "id",
    "key",
}  # an id is for the file; the key is said by its sentences (test_every_key_has_its_sentence)

Place = tuple[str | int, ...]


def test_every_field_is_said() -> None:
    tried: set[tuple[str, str]] = set()
    unsaid, tables = [], set[tuple[str, str]]()
    for file in FILES:
        agreement = load(file)
        text = sentences(agreement)
        for place, record, name in fields(agreement, (), tables):
            if named(type(record), name) in tried:
                continue
            changed = sentences(with_other(agreement, (*place, name)))
            if changed == text:
                unsaid.append((named(type(record), name), file.name))
            else:
                tried.add(named(type(record), name))
    assert [field for field in unsaid if field[0] not in tried] == []
    assert sorted(vocabulary() - tried - tables) == []


def vocabulary() -> set[tuple[str, str]]:
    """Return every field of every record that an agreement can hold."""

    def walk(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        if model not in seen:
            seen.add(model)
            yield model
            for info in model.model_fields.values():
                for inner in models(info.annotation):
                    yield from walk(inner)

    seen: set[type[BaseModel]] = set()
    return {
        named(model, name) for model in walk(Agreement) for name in model.model_fields if said(model, name)
    }


def named(model: type[BaseModel], name: str) -> tuple[str, str]:
    """Return a field by its record; what all components have is said once for all of them."""
    bases = [base for base in model.__mro__[1:] if issubclass(base, BaseModel)]
    inherited = model in cost_sentences.KEYS and any(name in base.model_fields for base in bases)
    return ("Component" if inherited else model.__name__), name


def said(model: type[BaseModel], name: str) -> bool:
    return name not in NO_WORDS or (name == "id" and model.__name__ == "Clause")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def fields(
    record: BaseModel, place: Place = (), tables: set[tuple[str, str]] | None = None
) -> Iterator[tuple[Place, BaseModel, str]]:
    """Yield every field that a file fills, with its place; what holds records goes to `tables`: they say it."""
    tables = set() if tables is None else tables
    for name in type(record).model_fields:
        if name not in record.model_fields_set:
            continue
        value = getattr(record, name)
        items = value if isinstance(value, tuple) else (value,)
        if any(isinstance(item, BaseModel) for item in items):
            for index, item in enumerate(items):
                inner = (*place, name, index) if isinstance(value, tuple) else (*place, name)
                yield from fields(item, inner, tables)
            tables.add(named(type(record), name))
        elif said(type(record), name):
            yield place, record, name


def with_other(record: Any, place: Place) -> Any:
    name, *rest = place
    if isinstance(name, int):
        return tuple(with_other(item, tuple(rest)) if at == name else item for at, item in enumerate(record))
    value = getattr(record, name)
    changed = with_other(value, tuple(rest)) if rest else other(value, type(record), name)
    if isinstance(record, Agreement):
        return record.changed(**{name: changed})
    return record.model_copy(update={name: changed})


def other(value: Any, model: type[BaseModel], name: str) -> Any:
    """Return a value that differs and means something: the next day, one more, another choice."""
    if isinstance(value, bool | int | Decimal | Fraction | dt.date):
        step: Any = dt.timedelta(days=31 if name == "month" else 1) if isinstance(value, dt.date) else 1
        return not value if isinstance(value, bool) else value + step
    if isinstance(value, dict):
        return {key: other(figure, model, name) for key, figure in value.items()}
    if isinstance(value, DueDay):
        return value._replace(day=value.day - 1)
    if isinstance(value, tuple):
        return value[1:]
    assert isinstance(value, str)
    if choices := literals(model.model_fields[name].annotation):
        return next((choice for choice in choices if choice != value), None)
    return "01-31" if re.fullmatch(r"\d\d-\d\d", value) else f"{value}x"


def literals(annotation: Any) -> list[str]:
    parts = get_args(annotation)
    return [part for part in parts if isinstance(part, str)] + [
        each for part in parts if not isinstance(part, str) for each in literals(part)
    ]


def sentences(agreement: Agreement) -> list[str]:
    """Return what the file says; the worked year is no sentence of the file."""
    version = readable(agreement, dt.date(2050, 1, 1), worked=False)
    cells = [
        cell for section in version.sections for grid in section.grids for row in grid.rows for cell in row
    ]
    return [*(sentence for section in version.sections for sentence in section.sentences), *cells]


def test_nothing_is_named_by_its_id() -> None:
    assert "xid-" not in readable(load(EVERY_FIELD)).text()


def test_every_key_has_its_sentence() -> None:
    assert cost_sentences.KEYS.keys() == set(models(Component))


def test_a_replaced_version_is_said_as_replaced() -> None:
    text = " ".join(readable(load(HERE / "cases" / "amendment-known-later.toml")).text().split())
    assert (
        "vom 01.01.2023 an 1,00 EUR (gilt nicht mehr: überholt durch die Fassung, die seit dem 01.10.2023"
        in text
    )
    assert "vom 01.01.2023 an 1,10 EUR (bekannt seit dem 01.10.2023)" in text


def test_what_was_not_known_yet_is_not_said() -> None:
    agreement = load(HERE / "cases" / "amendment-known-later.toml")
    text = readable(agreement, dt.date(2023, 9, 30)).text()
    assert "1,10" not in text
    assert "überholt" not in text


def test_a_worked_year_and_the_same_year_without_a_figure() -> None:
    text = " ".join(readable(load(HERE / "cases" / "mixture-with-remainder.toml")).text().split())
    assert "60 % von 1.000,00 EUR" in text or "Archiv (§ 10): " in text
    assert "Alle Beteiligten 2023 Beteiligte Anteil" in text
    assert "Kreis 100,00 EUR Ahaus 185,71 EUR" in text
    assert "2023: Archiv (§ 10): es fehlt der Betrag der Kosten 2023." in text


def test_a_year_that_stands_on_no_figure_says_so() -> None:
    text = " ".join(readable(parse(ONE_PRICE)).text().split())
    assert "Dieses Jahr steht auf keiner Zahl, die fehlen könnte" in text


def test_the_command_writes_text_data_and_paper(tmp_path, capsys) -> None:
    file, target = tmp_path / "agreement.toml", tmp_path / "lesefassung.pdf"
    file.write_text(ONE_PRICE, encoding="utf-8")
    assert main(["agreement", "show", str(file)]) == 0
    assert "Kreis betreibt die Zusammenarbeit (Betreiberin)" in capsys.readouterr().out
    assert main(["agreement", "show", str(file), "--json"]) == 0
    assert '"title": "Gegenstand"' in capsys.readouterr().out
    assert main(["agreement", "show", str(file), "--pdf", str(target)]) == 0
    assert target.read_bytes().startswith(b"%PDF-")


ONE_PRICE = """
id = "preis"
title = "Ein Preis"
operator = "kreis"
from = 2024-01-01
known_from = 2024-01-01
due = { month = 3, day = 15 }
members = [{ id = "kreis", name = "Kreis", kind = "county" }, { id = "a", name = "Ahaus", kind = "town" }]
[[components]]
id = "x"
title = "Archiv"
clause = "§ 1"
key = "fixed"
from = 2024-01-01
amounts = [{ from = 2024-01-01, amount = "10,00" }]
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_case_can_be_read(file: Path) -> None:
    version = readable(load(file))
    assert all(sentence.strip() == sentence for section in version.sections for sentence in section.sentences)
    assert not re.search(r"\bNone\b|\[\[|\{", version.text())
