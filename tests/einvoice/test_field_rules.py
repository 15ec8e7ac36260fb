"""Every field of the model and every term of EN 16931 is compared, or left with its reason; the table is true."""

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.comparison import ComparedField, Comparison, Judgement
from kkd_ledger.einvoice.comparison.field_rules import RULES, FieldRule

from .received import DEMAND, Town

TODAY = dt.date(2024, 2, 29)
FOREIGN = "DE30999999990000471100"
UNASSIGNED = {"BT-4"}
GROUPS = {f"BG-{number}" for number in range(1, 33)}
TERMS = {f"BT-{number}" for number in range(1, 166)} - UNASSIGNED


def leaves(record: type[Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and type of every field below a record of the model."""
    for name, kind in typing.get_type_hints(record).items():
        arguments = [argument for argument in typing.get_args(kind) if argument not in (type(None), ...)]
        many = typing.get_origin(kind) is tuple
        inner = arguments[0] if many or isinstance(kind, types.UnionType) else kind
        path = f"{place}.{name}".lstrip(".") + ("[]" if many else "")
        if dataclasses.is_dataclass(inner):
            yield from leaves(typing.cast("type[Any]", inner), path)
        else:
            yield path, inner


LEAVES = dict(leaves(m.Invoice))


def covered(rule: FieldRule) -> list[str]:
    """Return the paths of a rule, `*` replaced by all fields below."""
    return [
        leaf
        for path in rule.paths
        for leaf in LEAVES
        if leaf == path or (path.endswith(".*") and leaf.startswith(path.removesuffix("*")))
    ]


BY_PATH = {path: rule for rule in RULES for path in covered(rule)}


def test_every_field_of_the_model_has_one_rule() -> None:
    paths = [path for rule in RULES for path in covered(rule)]
    assert sorted(paths) == sorted(LEAVES)
    named = [path for rule in RULES for path in rule.paths if not path.endswith(".*")]
    assert set(named) <= set(LEAVES), "a rule names a field that the model lacks"


def test_every_business_term_has_one_rule() -> None:
    terms = [term for rule in RULES for term in rule.terms]
    assert sorted(term for term in terms if term.startswith("BT-")) == sorted(TERMS)
    assert {term for term in terms if term.startswith("BG-")} == GROUPS


def test_a_rule_says_when_it_is_told_or_why_not() -> None:
    for rule in RULES:
        assert bool(rule.reason) != bool(rule.noted or rule.cleared), rule.name
        assert bool(rule.agreed) == (not rule.reason), rule.name


NEW = {  # what a record is that is not there yet
    "payee": m.Party("Kreisausschuss des Landkreises Marburg-Biedenkopf"),
    "tax_representative": m.Party(),
    "delivery": m.Delivery(),
    "period": m.Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
    "preceding": m.Reference("LK 2024/3"),
    "adjustments": m.Adjustment(is_charge=False, amount_cents=2_000),
    "attachments": m.InvoiceAttachment("A1"),
    "instalments": m.DueStage(),
    "notes": m.Note("Guten Tag"),
    "attributes": m.Attribute("Farbe", "blau"),
    "address": m.Address(),
    "contact": m.ContactPoint(),
}
BASES = {  # what a field is changed in, where the demand as agreed has nothing like it
    "adjustments": replace(
        DEMAND,
        adjustments=(m.Adjustment(is_charge=True, amount_cents=5_530),),
        lines=(replace(DEMAND.lines[0], net_cents=1_550_000, price=Decimal(15500)),),
        totals=m.Totals(1_550_000, 1_555_530, 1_555_530, 1_555_530, charges_cents=5_530),
    ),
    "tax_point_code": replace(DEMAND, totals=replace(DEMAND.totals, tax_cents=295_551)),
    "instalments": replace(
        DEMAND,
        due=None,
        terms="",
        instalments=(
            m.DueStage(dt.date(2024, 3, 15), 1_000_000),
            m.DueStage(dt.date(2024, 6, 14), 555_530),
        ),
    ),
}
IDENTIFIER = m.Identifier("0")
OTHER: dict[str, Any] = {  # a foreign value, where the type alone does not give one
    "kind": "386",
    "currency": "CHF",
    "tax_currency": "CHF",
    "payments[].iban": FOREIGN,
    "payments[].bic": "BYLADEM1001".replace("DE", "AT"),
    "payments[].code": "20",
    "payments[].debited_iban": "DE75999999990065340010",
    "lines[].period.start": dt.date(2024, 2, 1),
    "lines[].period.end": dt.date(2024, 11, 30),
    "period.start": dt.date(2024, 2, 1),
    "period.end": dt.date(2024, 11, 30),
    "remittance": "RF10KKD2023065340041",
    "terms": "2 % Skonto",
    "tax_representative.country": "FR",
    "tax_point_code": "72",  # UNTDID 2475: when it is paid
}
ELSEWHERE = {  # what one document beside an empty archive cannot show, and the test that shows it
    "number": "test_receive.py::test_the_same_number_with_other_content_waits",
    "preceding[].date": "test_foreign_documents.py::test_the_day_of_the_corrected_document_is_compared",
}


@pytest.mark.parametrize("path", sorted(ELSEWHERE))
def test_the_test_that_shows_it_elsewhere_is_there(path: str) -> None:
    file, _, name = ELSEWHERE[path].partition("::")
    assert f"\ndef {name}(" in (Path(__file__).parent / file).read_text(encoding="utf-8")


def other(path: str, kind: Any, value: Any) -> Any:
    """Return another value for a field."""
    if path in OTHER:
        return OTHER[path]
    if kind is dt.date:
        return (value or dt.date(2024, 6, 1)) + dt.timedelta(days=400)
    if kind is bool:
        return not value
    if kind is int:
        return (value or 0) + 5_000
    if kind is Decimal:
        return (value or Decimal(0)) + 3
    return "Z" if path.endswith(".category") else "Fremdes"


def mutated(record: Any, path: list[str], change: Callable[[Any], Any]) -> Any:
    """Return a record with one field changed, in the first part of a tuple; what is missing on the way is made."""
    name, *rest = path
    bare = name.removesuffix("[]")
    value = getattr(record, bare)
    if not rest:
        return replace(record, **{bare: change(value)})
    part = (value[0] if value else None) if name.endswith("[]") else value
    part = part if part is not None else NEW.get(bare, IDENTIFIER)
    part = mutated(part, rest, change)
    return replace(record, **{bare: (part, *value[1:]) if name.endswith("[]") else part})


def told(comparison: Comparison) -> set[ComparedField]:
    return {field for field in comparison.fields if not field.agrees}


def test_the_demand_of_this_file_is_as_agreed(town: Town) -> None:
    assert told(town.compared(DEMAND)) == set()


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - ELSEWHERE))
def test_another_value_is_told_or_waits_as_the_table_says(town: Town, path: str) -> None:
    rule = BY_PATH[path]
    base = BASES.get(path.partition("[]")[0], DEMAND)
    document = mutated(base, path.split("."), lambda value: other(path, LEAVES[path], value))
    before = mutated(base, path.split("."), lambda value: value) if path in rule.paths else base
    assert document != before
    fields, stood = told(town.compared(document)), told(town.compared(before))
    if rule.reason:
        assert {(field.term, field.judgement) for field in fields} == {
            (field.term, field.judgement) for field in stood
        }
        return
    terms = {*rule.terms, *RELATED.get(path, ())}
    mine = {field for field in fields - stood if field.term in terms}
    assert mine, (path, [field.term for field in fields - stood])
    judgements = {field.judgement for field in mine}
    assert all(
        {Judgement.TOLD: rule.noted, Judgement.CLEAR: rule.cleared}[judgement] for judgement in judgements
    )
    cell = rule.noted if judgements == {Judgement.TOLD} else rule.cleared
    assert not any(field.is_sign for field in mine) or "⚠" in cell
    assert all(field.may_be_accepted for field in mine) or "*" in cell


RELATED: dict[str, tuple[str, ...]] = {
    "payee.ids[].value": ("BT-59",),
    "adjustments[].category": ("BT-151",),
    "adjustments[].rate": ("BT-117",),
    "taxes[].category": ("BT-151",),
    "taxes[].rate": ("BT-119",),
    "taxes[].tax_cents": ("BG-23",),
    "lines[].rate": ("BT-117",),
    "mandate": ("BT-89",),
    "creditor_id": ("BT-89",),
    "instalments[].due": ("BT-20",),
}


@pytest.mark.parametrize(
    "path", sorted(path for path, kind in LEAVES.items() if kind is str and "iban" not in path)
)
def test_an_account_is_seen_in_every_text(town: Town, path: str) -> None:
    document = mutated(DEMAND, path.split("."), lambda _: f"neu: {FOREIGN}")
    signs = [field for field in town.compared(document).fields if field.actual == FOREIGN and field.is_sign]
    if path == "attachments[].content":
        assert not signs
    else:
        assert [field.judgement for field in signs] == [Judgement.CLEAR]


# ------------------------------------------------------------------------------------- what the table says happens


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))
