"""Which entries are known, who told of them, and by what an entry of a further statement is one of them."""

from dataclasses import replace

from kkd_ledger.bank.continuity.known_entries import AmountDays, KnownEntries
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.accounts import entries, taken
from tests.bank.continuity.waiting_kinds import BACK, OUT, A, B, C, Line, told
from tests.bank.continuity.worlds import day


def piece(statement: Statement) -> StatementPiece:
    return StatementPiece.of(statement)


def batch(*cents: int, on: int = 3) -> Statement:
    """Return a statement of one entry with the details of its payments."""
    lines = [
        writing.line(amount, booking_day=day(on), entry=1, batch=(place, len(cents)))
        for place, amount in enumerate(cents, start=1)
    ]
    return writing.statement(*lines, from_day=day(on), to_day=day(on + 1), opening_cents=0)


def test_the_lines_of_a_batch_are_one_entry() -> None:
    known = entries(batch(100, 200))
    ((key, cents),) = known.cents_on(day(3)).items()
    assert cents == 300
    assert [entry.key for entry in known.first_told_by(piece(batch(100, 200)))] == [key]
    late = entries(replace(batch(100, 200), from_day=day(4)))
    assert [(entry.key, entry.cents) for entry in late.late] == [(key, 300)]
    assert list(entries(batch(100, 200)).late) == [], "its day is that of the statement"


def test_sums_of_days_are_of_statements_with_balances_or_of_those_without() -> None:
    lines: list[Line] = [(3, 1, "a"), (4, 20, "b"), (5, 300, "c"), (6, 4_000, "d")]
    statement = told(1, 9, 0, *lines)
    known = entries(statement)
    assert [known.chained_after(day(number)) for number in (2, 3, 5, 6)] == [4_321, 4_320, 4_000, 0]
    assert known.chained_between(day(4), day(5)) == 320
    assert known.loose_between(day(1), day(9)) == 0
    loose = entries(replace(statement, opening_cents=None, closing_cents=None))
    assert loose.loose_between(day(4), day(6)) == 320
    assert loose.chained_between(day(1), day(9)) == loose.chained_after(day(1)) == 0


def test_what_the_bank_dates_too_early_moved_the_account_when_its_statement_begins() -> None:
    known = entries(told(5, 6, 0, (3, 1, "verspätet"), (5, 20, "b")))
    assert [known.chained_after(day(number)) for number in (2, 3, 4, 5)] == [21, 21, 21, 0]
    assert (known.chained_between(day(3), day(4)), known.chained_between(day(5), day(5))) == (0, 21)


def test_whose_entries_they_are() -> None:
    first, second = told(3, 5, 0, A, B), told(3, 5, 300, OUT, (3, 9, "neun"))
    known = entries(first, second)
    keys = {entry.cents: entry.key for on in (3, 5) for entry in known.entries_on(day(on))}
    assert known.of([piece(first)], [day(3), day(5)]) == {keys[100], keys[200]}
    assert known.of([piece(second)], [day(3)]) == {keys[9]}
    assert known.of([], [day(3)]) == frozenset()
    booked = KnownEntries([keys[100]])
    assert list(booked.tellers([day(3)])) == []
    assert [entry.owner for entry in booked.entries_on(day(3))] == []


def test_late_lines_moved_the_account_on_other_days() -> None:
    late = told(5, 6, 0, (3, 7, "spät"), OUT)
    known = entries(told(1, 4, 0, A), late)
    (entry,) = known.late
    for first, last, expected in ((1, 4, True), (3, 3, True), (1, 5, False), (6, 8, False)):
        own = piece(told(first, last, 0))
        assert (entry.key in known.elsewhere(own, [day(3)])) == expected, f"{first} to {last}"
    own = piece(told(10, 12, 0))
    assert {*known.elsewhere(own, [day(3), day(5)])} == {
        key for on in (3, 5) for key in known.cents_on(day(on))
    }, "its own lines of those days are late themselves"


def test_what_is_not_booked_is_not_read() -> None:
    waits = writing.line(7, booking_day=day(3), entry=2, status="PDNG")
    statement = replace(told(1, 5, 0, A), lines=(*told(1, 5, 0, A).lines, waits))
    known = KnownEntries()
    assert [line.amount_cents for _, line in known.read(statement).new] == [100]
    assert [line.amount_cents for _, line in known.all_new(statement).new] == [100]


def test_what_is_beside_a_statement_is_not_in_it() -> None:
    statement = told(1, 5, 0, A)
    known = entries(statement)
    (key,) = known.cents_on(day(3))
    assert known.read(statement).retold.keys() == {key}
    assert [line.amount_cents for _, line in known.read(statement, {key}).new] == [100]
    anyway = known.read(statement, {key}, AmountDays(foreign=[day(3)]))
    assert not anyway.retold, "not by its amount either"


def test_keys_that_the_books_have_are_known_though_no_statement_told_them() -> None:
    statement = told(1, 5, 0, A, B)
    known = KnownEntries(line_keys(statement)[:1])
    reading = known.read(statement)
    assert [line.amount_cents for _, line in reading.new] == [200]
    ((entry),) = known.retold_by(reading)
    assert (entry.day, entry.cents, entry.owner) == (day(3), 100, None)


def test_each_known_entry_is_taken_once_for_an_amount() -> None:
    known = entries(told(1, 5, 0, A, kind="MT940"))
    twice = told(1, 5, 0, (3, 100, "x"), (3, 100, "y"), (4, 100, "z"))
    reading = known.read(twice, (), AmountDays(foreign=[day(3), day(4)]))
    assert [(line.booking_day, line.remittance) for _, line in reading.new] == [(day(3), "y"), (day(4), "z")]
    assert reading.retold.keys() == known.cents_on(day(3)).keys()


def test_the_sum_of_a_batch_is_what_another_format_told() -> None:
    known = entries(told(3, 4, 0, (3, 300, "Sammler"), kind="MT940"))
    assert not known.read(batch(100, 200), (), AmountDays(foreign=[day(3)])).new
    assert len(known.read(batch(100, 201), (), AmountDays(foreign=[day(3)])).new) == 2


def test_one_reference_of_several_entries_is_known_by_all_but_its_number() -> None:
    def referenced(*cents: int) -> Statement:
        lines = [
            writing.line(amount, booking_day=day(3), value_day=day(3), bank_reference="R1")
            for amount in cents
        ]
        return writing.statement(*lines, from_day=day(1), to_day=day(5), opening_cents=0)

    shared = entries(referenced(100)).read(referenced(100, 200), (), AmountDays(references=[day(3)]))
    assert ([line.amount_cents for _, line in shared.new], len(shared.retold)) == ([200], 1)
    known = entries(referenced(100, 100))
    alone = referenced(100)
    reading = known.read(alone, known.cents_on(day(3)), AmountDays(references=[day(3)]))
    assert len(reading.new) == 1, "both are beside it"
    first, _ = known.cents_on(day(3))
    reading = known.read(alone, {first}, AmountDays(references=[day(3)]))
    assert (reading.new, len(reading.retold)) == ((), 1)


MT940, CAMT = told(1, 5, 0, A, kind="MT940"), told(3, 9, 0)


def test_days_of_another_format_are_told_by_who_had_them() -> None:
    known = entries(MT940)
    assert known.foreign_days(CAMT, piece(CAMT)) == {day(3): piece(MT940)}
    assert known.foreign_days(told(3, 9, 0, OUT, C), piece(CAMT)) == {
        day(3): piece(MT940),
        day(5): piece(MT940),
    }, "a day without lines by one that has it among its days; one behind it by none"
    assert known.foreign_days(told(6, 9, 0), piece(told(6, 9, 0))) == {}
    assert known.foreign_days(told(1, 5, 0, kind="MT940"), piece(told(1, 5, 0, kind="MT940"))) == {}
    assert known.foreign_days(told(1, 3, 0), piece(told(1, 3, 0))) == {day(3): piece(MT940)}
    begins = told(4, 5, 0, kind="MT940")
    own = told(4, 9, 0, (4, 1, ""))
    assert entries(begins).foreign_days(own, piece(own)) == {day(4): piece(begins)}
    before = told(4, 9, 0, (4, 1, ""))
    assert known.foreign_days(before, piece(before)) == {day(4): piece(MT940)}


def test_a_day_that_the_own_format_told_is_not_foreign() -> None:
    own = told(3, 3, 0, B)
    known = entries(MT940, own)
    assert known.foreign_days(CAMT, piece(CAMT)) == {day(3): piece(MT940)}, "both told of it"
    known = entries(told(1, 5, 0, kind="MT940"), own)
    assert known.foreign_days(CAMT, piece(CAMT)) == {}
    known = entries(told(4, 5, 0, kind="MT940"), own)
    assert known.foreign_days(told(3, 9, 0, BACK), piece(CAMT)) == {
        day(5): piece(told(4, 5, 0, kind="MT940"))
    }


def test_another_iban_is_another_format() -> None:
    old = told(1, 5, 0, A, account="DE00")
    assert entries(old).foreign_days(CAMT, piece(CAMT)) == {day(3): piece(old)}


def test_a_reference_is_never_the_print_of_another() -> None:
    referenced = writing.statement(
        writing.line(100, booking_day=day(3), value_day=day(3), bank_reference="R1"),
        from_day=day(1),
        to_day=day(5),
        opening_cents=0,
    )
    known = KnownEntries()
    known.add(taken(told(1, 5, 0, A)))
    words = AmountDays(words=[day(3)])
    assert not known.read(referenced, (), words).new, "one of the two has none"
    assert [entry_key(key) for key, _ in known.read(referenced).new]
