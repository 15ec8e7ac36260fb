"""What a document lacks is named as a clerk calls it, never by a field of our records."""

from dataclasses import MISSING, fields, is_dataclass

from kkd_ledger.einvoice import model
from kkd_ledger.einvoice.required import REQUIRED
from kkd_ledger.einvoice.validate.business_terms import TERMS


def test_every_required_field_has_a_name_and_no_other() -> None:
    records = [one for one in vars(model).values() if isinstance(one, type) and is_dataclass(one)]
    records.remove(model.UnreadText)  # no field of a document: what no field took
    required = {
        (record, one.name)
        for record in records
        for one in fields(record)
        if one.default is MISSING and one.default_factory is MISSING
    }
    says_nothing_without = {(model.Identifier, "value"), (model.Note, "text")}
    assert set(REQUIRED) == required - says_nothing_without


def test_names_are_those_of_the_rules() -> None:
    for name in REQUIRED.values():
        words, _, terms = name.removesuffix(")").partition(" (")
        if terms and "," not in terms:
            assert TERMS[terms].startswith(words), name
