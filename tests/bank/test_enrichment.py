"""A camt.054 enriches a batch of a camt.053: it never books, and it changes no key that is in the books."""

import pytest

from kkd_ledger.bank.enrichment import enriched as enrich
from kkd_ledger.bank.enrichment import notifications_of
from kkd_ledger.bank.line_keys import entry_key, line_keys
from kkd_ledger.bank.statements import Statement, StatementLine
from tests.bank.writing import DAY, line, statement


def whole(**values: object) -> Statement:
    return statement(line(5_000), line(10_000, entry=2, batch=(0, 2), **values))


def advice(*cents: int, **values: object) -> Statement:
    count = len(cents)
    lines = [
        line(each, batch=(index, count), remittance=f"Teil {index}")
        for index, each in enumerate(cents, start=1)
    ]
    return statement(*lines, **({"kind": "054", "closing_cents": None} | values))


def enriched(
    held: Statement, keys: tuple[str, ...], notifications: list[Statement]
) -> tuple[tuple[str, StatementLine], ...]:
    own = [one for one in notifications if (one.account, one.currency) == (held.account, held.currency)]
    return enrich(
        list(zip(keys, held.lines, strict=True)), [each for one in own for each in notifications_of(one)]
    )[0]


def amounts(found: tuple[tuple[str, StatementLine], ...]) -> list[int]:
    return [each.amount_cents for _, each in found]


def test_a_batch_gets_its_details():
    keys = line_keys(whole())
    found = enriched(whole(), keys, [advice(6_000, 4_000)])
    assert amounts(found) == [5_000, 6_000, 4_000]
    assert [each.remittance for _, each in found] == ["", "Teil 1", "Teil 2"]
    assert [entry_key(key) for key, _ in found] == [keys[0], keys[1], keys[1]]
    assert len({key for key, _ in found}) == 3


def test_nothing_is_lost_without_an_advice():
    keys = line_keys(whole())
    assert enriched(whole(), keys, []) == tuple(zip(keys, whole().lines, strict=True))


@pytest.mark.parametrize(
    "other",
    [
        advice(6_000, 4_001),
        advice(6_000, 4_000, account="DE12500105170648489890"),
        advice(6_000, 4_000, currency="CHF"),
        advice(6_000, 4_000, kind="053"),
        statement(
            *(line(c, batch=(i, 2), booking_day=DAY.replace(day=1)) for i, c in ((1, 6_000), (2, 4_000))),
            kind="054",
        ),
    ],
)
def test_an_advice_that_does_not_fit_changes_nothing(other):
    assert amounts(enriched(whole(), line_keys(whole()), [other])) == [5_000, 10_000]


def test_two_advices_that_fit_are_not_guessed_between():
    notifications = [advice(6_000, 4_000), advice(7_000, 3_000, identity="2")]
    assert amounts(enriched(whole(), line_keys(whole()), notifications)) == [5_000, 10_000]


def test_the_banks_reference_decides():
    batch = whole(bank_reference="R1")
    first = advice(6_000, 4_000)
    first = statement(
        *(line(each.amount_cents, batch=each.batch, bank_reference="R1") for each in first.lines), kind="054"
    )
    second = statement(
        *(line(c, batch=(i, 2), bank_reference="R2") for i, c in ((1, 7_000), (2, 3_000))),
        kind="054",
        identity="2",
    )
    assert amounts(enriched(batch, line_keys(batch), [first, second])) == [5_000, 6_000, 4_000]


def test_one_advice_does_not_split_two_equal_batches():
    twins = statement(line(10_000, entry=1, batch=(0, 2)), line(10_000, entry=2, batch=(0, 2)))
    assert amounts(enriched(twins, line_keys(twins), [advice(6_000, 4_000)])) == [10_000, 10_000]
