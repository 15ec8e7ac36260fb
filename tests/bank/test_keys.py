"""Keys: the same line has the same key however it arrives, and no two lines share one."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.line_keys import content_key, entry_key, file_key, line_keys, statement_key
from kkd_ledger.bank.statements import Statement
from tests.bank.writing import DAY, IBAN, camt, line, single_lines, statement, statements

one_day = st.just(DAY)


def by_key(found: Statement) -> dict[str, object]:
    return {key: replace(each, entry=0) for key, each in zip(line_keys(found), found.lines, strict=True)}


def resent(content: bytes, name: str) -> Statement:
    [found] = read(content, name)
    return found


@given(statements())
@settings(max_examples=40, deadline=None)
def test_keys_have_their_form_and_are_unique(found):
    keys = line_keys(found)
    assert len(set(keys)) == len(keys) == len(found.lines)
    assert all(re.fullmatch(r"1:[rf]-[0-9a-f]{24}-[0-9]+(:[0-9]+)?", key) for key in keys)


@given(statements(), st.sampled_from(("02", "08", "13")))
@settings(max_examples=40, deadline=None)
def test_a_resent_renamed_file_in_another_version_has_the_same_keys(found, version):
    assert line_keys(resent(camt(found, version="08"), "a")) == line_keys(
        resent(camt(found, version=version), "b")
    )


@given(st.lists(single_lines(one_day), max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_lines_makes_no_difference(lines, chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert sorted(line_keys(statement(*lines))) == sorted(line_keys(statement(*shuffled)))
    assert by_key(statement(*lines)) == by_key(statement(*shuffled))


@given(st.lists(single_lines(one_day), max_size=6, unique=True), st.data())
@settings(max_examples=40, deadline=None)
def test_overlapping_files_share_the_keys_of_their_common_lines(lines, data):
    first = data.draw(st.integers(0, len(lines)))
    second = data.draw(st.integers(0, first))
    whole = by_key(statement(*lines))
    for part in (lines[:first], lines[second:]):
        assert by_key(statement(*part)).items() <= whole.items()


@given(single_lines(one_day), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_true_twins_are_counted(one, count):
    keys = line_keys(statement(*[one] * count))
    assert [key.rpartition("-")[2] for key in keys] == [str(number) for number in range(1, count + 1)]
    assert line_keys(statement(*[one] * (count + 1)))[:count] == keys


@given(statements())
@settings(max_examples=30, deadline=None)
def test_details_keep_their_keys_in_any_order(found):
    turned = replace(found, lines=tuple(reversed(found.lines)))
    assert sorted(line_keys(found)) == sorted(line_keys(turned))


def test_near_twins_keep_their_keys_in_any_order():
    first, second = line(booking_text="DAUERAUFTRAG"), line(booking_text="GUTSCHRIFT")
    assert by_key(statement(first, second)) == by_key(statement(second, first))


def test_a_late_twin_behind_a_cut_continues_the_numbers():
    twin = line(remittance="Miete")
    morning = line_keys(statement(twin))
    evening = line_keys(statement(twin), other_keys=morning)
    assert evening == line_keys(statement(twin, twin))[1:]
    assert set(morning).isdisjoint(evening)


def test_a_batch_that_was_whole_is_known_when_its_details_come():
    whole = statement(line(10_000, batch=(0, 2), bank_reference=""))
    parts = statement(
        line(6_000, batch=(1, 2), remittance="eins"), line(4_000, batch=(2, 2), remittance="zwei")
    )
    [key] = line_keys(whole)
    assert {entry_key(each) for each in line_keys(parts)} == {key}


def test_the_banks_reference_survives_a_change_of_text():
    first = line(bank_reference="2023111500001", remittance="Miete")
    assert line_keys(statement(first)) == line_keys(
        statement(replace(first, remittance="Miete Mai", gvc="166"))
    )


def test_a_reference_that_two_entries_share_does_not_merge_them():
    cheque, fee = line(-5_000, bank_reference="R1"), line(-150, bank_reference="R1")
    assert len(set(line_keys(statement(cheque, fee)))) == 2
    twins = [line(-5_000, bank_reference="R1", remittance=text) for text in ("eins", "zwei")]
    keys = line_keys(statement(*twins))
    assert [key[:3] for key in keys] == ["1:f", "1:f"]
    assert sorted(keys) == sorted(line_keys(statement(*twins[::-1])))


def test_a_reversal_with_the_same_references_is_another_line():
    paid = line(5_000, bank_reference="R1", remittance="Miete")
    assert len(set(line_keys(statement(paid, replace(paid, amount_cents=-5_000, reversal=True))))) == 2


def test_line_breaks_and_case_of_the_text_make_no_difference():
    first, second = line(remittance="Miete Mai 2023"), line(remittance="MIETE  MAI2023")
    assert line_keys(statement(first)) == line_keys(statement(second))


def test_another_account_day_or_amount_is_another_line():
    base = statement(line())
    others = [
        statement(line(), account="DE12500105170648489890"),
        statement(line(booking_day=DAY.replace(day=16))),
        statement(line(10_001)),
        statement(line(), currency="CHF"),
    ]
    assert len({line_keys(each) for each in (base, *others)}) == 5


def test_file_keys_are_of_the_content():
    assert file_key(b"") == "1:d-e3b0c44298fc1c149afbf4c8"
    assert file_key(b"a") != file_key(b"b")


def test_a_statement_is_known_by_its_number_and_its_days():
    base = statement(line())
    assert statement_key(base) == statement_key(replace(base, identity="neu", closing_cents=0, lines=()))
    assert statement_key(base) != statement_key(replace(base, sequence=2))
    assert statement_key(base) != statement_key(replace(base, kind="MT940"))
    next_year = replace(base, from_day=DAY.replace(year=2024), to_day=DAY.replace(year=2024))
    assert statement_key(base) != statement_key(next_year)


def test_without_a_number_the_banks_identification_and_the_opening_count():
    base = statement(line(), sequence=0)
    assert statement_key(base) != statement_key(replace(base, identity="anders"))
    assert statement_key(base) != statement_key(replace(base, opening_cents=1))
    assert statement_key(replace(base, sequence=None)) == statement_key(base)


def test_other_content_under_the_same_number_is_a_correction():
    base = statement(line(100), line(200))
    same = replace(base, lines=base.lines[::-1], source="anders.xml")
    changed = replace(base, lines=base.lines[:1])
    assert statement_key(base) == statement_key(same) == statement_key(changed)
    assert content_key(base) == content_key(same) != content_key(changed)


def test_the_formula_of_version_1_stays():
    """Books hold these keys for ever: a change of the formula needs a new version beside it."""
    found = statement(
        line(886_925, remittance="Kostenbeteiligung", iban=IBAN, end_to_end="E2E-1"),
        line(-300, bank_reference="2023111500001"),
    )
    assert line_keys(found) == (
        "1:f-fa8ac7d9d1044de1a337ff3b-1",
        "1:r-1623bc002c0edf29fc645f14-1",
    )
