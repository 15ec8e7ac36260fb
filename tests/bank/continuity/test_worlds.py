"""Made-up accounts of every kind of delivery: nothing is booked twice or lost, and what is clear does not wait."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest

from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.inbox import Inbox, told
from tests.bank.continuity.worlds import KINDS, Account, account_of, day, world

_WORLDS = 20
Entries = Counter[tuple[dt.date, int]]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_booked_twice_or_lost(kind: str) -> None:
    for seed in range(_WORLDS):
        done, _ = told(world(kind, seed))
        assert (done.twice, done.lost) == (0, 0), f"seed {seed}"


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("day so far, shuffled", 2336),  # a day so far of the number behind, which comes to nothing
        ("day so far, shuffled", 1391),  # … of the number before
        (
            "pieces, late lines, shuffled",
            1774,
        ),  # a piece that comes to nothing closes the account behind another one
        ("pieces and whole days", 1539),
        ("wrong balance", 1007),
        ("format switch, shuffled", 703),
        ("format switch, shuffled", 901),
        ("pieces and whole days, late lines, shuffled", 2003),
        ("two formats, shuffled", 40027),
    ],
)
def test_what_was_once_booked_twice_or_lost(kind: str, seed: int) -> None:
    done, _ = told(world(kind, seed))
    assert (done.twice, done.lost) == (0, 0)


@pytest.mark.parametrize(
    "kind", ["whole days", "whole days, late lines", "pages", "without balances", "CSV beside"]
)
def test_days_in_the_order_of_the_bank_never_wait(kind: str) -> None:
    for seed in range(5 * _WORLDS):
        done, _ = told(world(kind, seed))
        assert done.waits == 0, f"seed {seed}"


def test_a_statement_with_wrong_balances_is_never_believed() -> None:
    for seed in range(_WORLDS):
        account = account_of("wrong balance", seed)
        done, inbox = told(world("wrong balance", seed))
        if account.count:
            assert done.waits, f"seed {seed}"
            assert any("falsch" in one.identity for one in inbox.waiting) or done.waits > 1


def _numbered() -> Iterator[Account]:
    accounts = (account_of("two formats", seed) for seed in range(5 * _WORLDS))
    yield from (account for account in accounts if account.numbering == "counted")


def test_the_same_days_in_two_formats_do_not_wait() -> None:
    """Texts and references are other ones; numbers, days, balances and amounts are the same."""
    count = 0
    for account in _numbered():
        inbox = Inbox(own=False)
        spans = list(enumerate(account.spans(account.chance.choice((1, 4, 12))), start=1))
        for kind in ("MT940", "053"):
            for number, span in spans:
                inbox.run([account.days(*span, number=number, kind=kind, words=kind)])
        assert not inbox.waiting
        assert inbox.entries.total() == account.count
        count += 1
    assert count > _WORLDS


@pytest.mark.parametrize(
    "kind", ["pieces and whole days, shuffled", "told again, late lines", "pages, shuffled"]
)
def test_the_same_files_again_change_nothing(kind: str) -> None:
    for seed in range(_WORLDS):
        made = world(kind, seed)
        _, inbox = told(made)
        before, waiting = dict(inbox.history.lines), {one.sha256 for one in inbox.waiting}
        for statements in made.runs:
            inbox.run(statements)
        inbox.run()
        assert inbox.history.lines == before
        assert {one.sha256 for one in inbox.waiting} == waiting


DOUBTFUL = [
    "day so far, shuffled",
    "pieces and whole days, shuffled",
    "pieces in two ways",
    "two formats, shuffled",
]


def _known(inbox: Inbox, statement: Statement, true: Entries) -> list[int]:
    """Return the numbers of the entries that are known, as a person who knows the truth says."""
    missing = true - inbox.entries
    known = []
    for line in statement.lines:
        if missing[line.booking_day, line.amount_cents]:
            missing[line.booking_day, line.amount_cents] -= 1
        else:
            known.append(line.entry)
    return known


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_what_waits_is_settled_by_a_person_who_knows(kind: str) -> None:
    """After each decision the others are asked again; in the end every entry is there once, and nothing waits."""
    count = 0
    for seed in range(3 * _WORLDS):
        made = world(kind, seed)
        _, inbox = told(made)
        true = Counter((day(one.dated), one.cents) for one in made.entries)
        while left := inbox.waiting:
            inbox.decide(left[0], _known(inbox, left[0], true))
            count += 1
        assert inbox.entries == true, f"seed {seed}"
    assert count


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_a_wrong_decision_makes_no_other_line_wrong(kind: str) -> None:
    """A person takes all of a file that waits for new: only its lines are there twice, later files change nothing."""
    for seed in range(3 * _WORLDS):
        made = world(kind, seed)
        _, inbox = told(made)
        if not inbox.waiting:
            continue
        true = Counter((day(one.dated), one.cents) for one in made.entries)
        wrong = inbox.waiting[0]
        inbox.decide(wrong, ())
        for statements in made.runs:
            inbox.run(statements)
        lines = Counter((line.booking_day, line.amount_cents) for line in wrong.lines)
        assert not inbox.entries - true - lines, f"seed {seed}"


@pytest.mark.parametrize("right_away", [True, False])
@pytest.mark.parametrize("kind", [kind for kind in DOUBTFUL if kind != "two formats, shuffled"])
def test_a_wrong_decision_and_its_undoing_leave_nothing_twice_and_nothing_lost(
    kind: str, right_away: bool
) -> None:
    """A person takes all of a file for new, takes it back at once or when everything has come, and decides the rest."""
    count = 0
    for seed in range(3 * _WORLDS):
        made = world(kind, seed)
        _, inbox = told(made)
        if not inbox.waiting:
            continue
        true = Counter((day(one.dated), one.cents) for one in made.entries)
        wrong = inbox.waiting[0]
        known = _known(inbox, wrong, true)
        inbox.decide(wrong, ())
        if right_away:
            inbox.undo(wrong, known)
        for statements in made.runs:
            inbox.run(statements)
        while left := inbox.waiting:
            inbox.decide(left[0], _known(inbox, left[0], true if right_away else true + _excess(inbox, true)))
        if not right_away:
            inbox.undo(wrong, known)
        assert inbox.entries == true, f"seed {seed}"
        count += bool(known)
    assert count


def _excess(inbox: Inbox, true: Entries) -> Entries:
    """Return what is there more often than it was."""
    return inbox.entries - true


@pytest.mark.parametrize("kind", ["day so far, shuffled", "two formats, shuffled"])
def test_a_file_wrongly_called_known_is_decided_again(kind: str) -> None:
    """Nothing of it was booked, so it is decided about once more, from the archive, when everything else has come."""
    count = 0
    for seed in range(3 * _WORLDS):
        made = world(kind, seed)
        _, inbox = told(made)
        true = Counter((day(one.dated), one.cents) for one in made.entries)
        archive = []
        while left := inbox.waiting:
            archive.append(left[0])
            inbox.decide(left[0], [line.entry for line in left[0].lines])
        for statement in archive:
            known = _known(inbox, statement, true)
            count += len(known) < len(statement.lines)
            inbox.decide(statement, known)
        assert inbox.entries == true, f"seed {seed}"
    assert count
