"""Some made-up worlds in real books: whatever a person takes for new, nothing is lost and the bank's balances hold."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kkd_ledger.bank.statements import Statement
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.month.month import run_month
from tests.bank.continuity.inbox import told
from tests.bank.continuity.worlds import OPENING_CENTS, World, day, world
from tests.samples import ORDER, posted_three
from tests.work.statements.test_intake_formats import OWN, written

TODAY, APRIL = dt.date(2022, 4, 30), BookingMonth(2022, 4)
DECIDED = ("--by", ORDER[0], "--reason", "Irrtum", "--today", TODAY.isoformat())
Entries = Counter[tuple[dt.date, int]]
WORLDS = 1


@dataclass
class Office:
    """A book of a dedicated account, and the statements that came, by the names of their files."""

    root: Path
    files: dict[str, Statement] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        return load_book(self.root)

    def comes(self, statements: Collection[Statement]) -> None:
        """Put statements into the inbox and run the month."""
        book = self.book
        inbox = book.root / "inbox"
        inbox.mkdir(exist_ok=True)
        for statement in statements:
            own = replace(
                statement,
                account=book.settings.bank.iban,
                opening_cents=_moved(statement.opening_cents),
                closing_cents=_moved(statement.closing_cents),
            )
            name = f"{len(self.files):03}.{own.kind}"
            path = written(inbox / name, own.kind, own)
            path.write_bytes(path.read_bytes().replace(OWN.encode(), own.account.encode()))
            self.files[path.name] = statement
        run_month(book, APRIL, today=TODAY)

    @property
    def waiting(self) -> list[str]:
        """The files that wait."""
        return sorted(path.name for path in (self.root / "inbox").glob("*.*") if path.name in self.files)

    @property
    def booked(self) -> dict[str, tuple[dt.date, int]]:
        """The bank's day and the cents of every entry of the account, by its number."""
        book = self.book
        found = {}
        for record in read(book).records:
            if isinstance(record, Transaction):
                for leg in record.postings:
                    if leg.account == book.settings.bank.account:
                        on = record.day("buchungstag") or record.date
                        found[record.text("nr")] = on, leg.cents
        return found

    @property
    def entries(self) -> Entries:
        return Counter(self.booked.values())

    def takes_for_new(self, name: str) -> None:
        """Decide, maybe wrongly, that all of a file is new."""
        assert main(["decide", str(self.root), "--file", name, "--new", *DECIDED]) == 0


def _moved(cents: int | None) -> int | None:
    return None if cents is None else cents - OPENING_CENTS


def doubtful(kind: str) -> list[World]:
    """Return the first worlds of a kind in which something waits."""
    made = (world(kind, seed) for seed in range(60))
    return [each for each in made if any(line for one in told(each)[1].waiting for line in one.lines)][
        :WORLDS
    ]


def lived(office: Office, made: World) -> int:
    """Let a world come and take each file that waits for new, rightly or not; return how many there were."""
    true = Counter((day(each.dated), each.cents) for each in made.entries)
    for statements in made.runs:
        office.comes(statements)
    decided = 0
    while left := office.waiting:
        office.takes_for_new(left[0])
        office.comes(())
        decided += 1
    assert not true - office.entries, "nothing is lost"
    assert sum(cents for _, cents in (office.entries - true).elements()) == 0, (
        "the books hold what the bank says"
    )
    assert not [found for found in check(office.book) if found.kind.level == "fehler"]
    return decided


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posted")
    posted_three(folder, "amt")
    return folder


@pytest.mark.parametrize("kind", ["day so far, shuffled", "pieces and whole days, shuffled"])
def test_a_wrong_decision_loses_nothing_and_keeps_the_balance(
    kind: str, posted: Path, tmp_path: Path
) -> None:
    for made in doubtful(kind):
        root = shutil.copytree(posted, tmp_path / f"books-{made.seed}") / "amt"
        assert lived(Office(root), made), f"seed {made.seed}"


def test_what_was_taken_for_told_again_comes_back_with_the_statement_that_names_it(
    posted: Path, tmp_path: Path
) -> None:
    """A payment of a day in three pieces was taken for known; the piece between waits, and a person takes it."""
    office = Office(shutil.copytree(posted, tmp_path / "books") / "amt")
    made = world("format switch, shuffled", 703)
    for statements in made.runs:
        office.comes(statements)
    true = Counter((day(each.dated), each.cents) for each in made.entries)
    assert true - office.entries == Counter([(day(5), 100), (day(5), -100)])
    (name,) = office.waiting
    office.takes_for_new(name)
    assert office.entries == true
    assert not office.waiting
