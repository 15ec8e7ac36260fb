"""What is wrong with a field is told in German words: every form has them, every mistyped name its nearest one."""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from kkd_ledger import fields
from kkd_ledger.agreement.facts.agreement import Agreement
from kkd_ledger.book.settings import Settings
from kkd_ledger.errors import InputRefused, InvoiceRefused
from kkd_ledger.payments import interest

MODELS = (Agreement, Settings)


def schemas(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema(by_alias=True)
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


@pytest.mark.parametrize("model", MODELS)
def test_every_pattern_has_words_and_none_shows_itself(model):
    patterns = {one["pattern"] for one in schemas(model) if isinstance(one.get("pattern"), str)}
    assert patterns
    for pattern in patterns:
        words = fields.FORMS[pattern].format(example=fields.as_id("Bad Müsterau"))
        assert "zum Beispiel" in words or "wie" in words
        assert not re.search(r"[\^$\\*]|\[[a-z0-9]", words)


@pytest.mark.parametrize("model", MODELS)
def test_the_types_that_pydantic_may_find_are_all_worded(model):
    """Give every field of the model a value of every wrong type: nothing of what is told is English."""
    names = list(model.model_fields)
    for value in (5, "x", None, [{"x": 1}], {"x": {}}):
        for name in names:
            said = model.model_fields[name].alias or name
            with pytest.raises(ValidationError) as refused:
                model.model_validate({said: value})
            for one in fields.wrongs(refused.value, model):
                assert not re.search(r"\b(?:should|be|valid|input|Value|must)\b", one.allowed), one
                assert one.actual
                assert one.allowed


UNKNOWN = {
    ("titel",): "title",
    ("due", "mont"): "month",
    ("due", "exceptions", 0, "yaer"): "year",
    ("members", 0, "iban"): "ibans",
    ("components", 0, "maximun"): "maximum",
    ("components", 0, "rates", 0, "rat"): "rate",
    ("components", 0, "form"): "from",
    ("bases", 0, "lag_year"): "lag_years",
    ("resolutions", 0, "sittings", 0, "nummer"): "number",
    ("subsidies", 0, "conditions", "binding_year"): "binding_years",
}


@pytest.mark.parametrize("loc", UNKNOWN)
def test_a_mistyped_field_of_an_agreement_gets_the_one_that_was_meant(loc):
    data: Any = {loc[-1]: 1}
    for part in reversed(loc[:-1]):
        data = [data] if isinstance(part, int) else {part: data}
    if loc[0] == "components":
        data["components"][0]["key"] = "per-head"
    with pytest.raises(ValidationError) as refused:
        Agreement.model_validate(data)
    [told] = [one for one in fields.wrongs(refused.value, Agreement) if one.actual == fields.UNKNOWN]
    assert told.loc[-1] == loc[-1]
    assert re.split(r"[ ,]", told.allowed)[0] == UNKNOWN[loc]


@pytest.mark.parametrize(
    ("data", "place", "found", "allowed"),
    [
        ({"roles": [{"role": "festellung"}]}, "roles.0.role", "'festellung'", "'feststellung', 'anordnung'"),
        ({"bank": {"iban": "DE00"}}, "bank.iban", "'DE00' ist keine gültige IBAN", "eine IBAN mit gültigen"),
        ({"accounts": {"share": "Kasse"}}, "accounts.share", "'Kasse'", "Kontoname wie Aktiva:2800-Bank"),
        ({"policy": {"close_with_open": ["D03"]}}, "policy.close_with_open.0", "'D03'", "die Nummer einer"),
        (
            {"budget": {"groups": [{"accounts": []}]}},
            "budget.groups.0.accounts",
            "[]",
            "mindestens ein Eintrag",
        ),
        (
            {"policy": {"unclear_day_max": 60}},
            "policy.unclear_day_max",
            fields.UNKNOWN,
            "unclear_days_max (oder",
        ),
    ],
)
def test_a_wrong_value_of_a_book_is_told_with_what_is_allowed(data, place, found, allowed):
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate_json(json.dumps(data))
    [told] = [one for one in fields.wrongs(refused.value, Settings) if ".".join(map(str, one.loc)) == place]
    assert told.actual == found
    assert told.allowed.startswith(allowed)


def test_names_become_ids():
    assert fields.as_id("Bad Müsterau") == "bad-muesterau"
    assert fields.as_id("  Große Straße 5 ") == "grosse-strasse-5"
    assert fields.as_id("2. Bauabschnitt") == "bad-muesterau"
    assert re.fullmatch(fields.ID, fields.as_id("x" * 39 + " y"))


def test_the_doctests():
    assert doctest.testmod(fields).failed == 0


@pytest.mark.parametrize(
    ("text", "place", "allowed"),
    [
        ("second_after_day = 3", "second_after_day", "second_after_days (oder"),
        ('[interest]\nclause = "§ 5"\npoint = "5"', "interest.point", "points"),
        ('[interest]\nclause = "§ 5"\npoints = "viel"', "interest.points", "5 oder 3,62"),
        ('[interest]\npoints = "5"', "interest.clause", "ein Wert; das Feld ist Pflicht"),
        ('[[rates]]\nfrom = 2024-01-01\npercent = "3,62"', "known_until", "der Tag"),
    ],
)
def test_reminders_are_refused_with_field_and_example(tmp_path: Path, text, place, allowed):
    (tmp_path / "reminders.toml").write_text(text, "utf-8")
    with pytest.raises(InvoiceRefused) as refused:
        interest.load(tmp_path / "agreement.toml")
    assert any(one.place == place and one.allowed.startswith(allowed) for one in refused.value.problems)


@pytest.mark.parametrize(
    ("typed", "points"), [('"3,62 %"', "3.62"), ('"-0.88"', "-0.88"), ("5", "5"), ('"8,62"', "8.62")]
)
def test_points_are_read_as_people_type_them(tmp_path: Path, typed, points):
    text = f'[interest]\nclause = "§ 5"\npoints = {typed}\n'
    (tmp_path / "reminders.toml").write_text(text, "utf-8")
    found = interest.load(tmp_path / "agreement.toml").points
    assert found is not None
    assert float(found) == pytest.approx(float(points))


def test_a_refusal_is_one_that_a_command_can_tell():
    assert issubclass(InvoiceRefused, InputRefused)
