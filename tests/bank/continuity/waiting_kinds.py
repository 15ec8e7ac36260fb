"""For each reason why a statement may wait: what is known, the statement that waits, and the one that settles it."""

from __future__ import annotations

from typing import Final, NamedTuple

from kkd_ledger.bank.continuity.waiting import WaitingKind
from kkd_ledger.bank.statements import Statement
from tests.bank import writing
from tests.bank.continuity.worlds import day

Line = tuple[int, int, str]
ACCOUNT: Final = "DE09999999999900100000"
A, B, C = (3, 100, "eins"), (3, 200, "zwei"), (14, 300, "drei")
OUT, BACK, NEW = (5, 50, "hin"), (5, -50, "zurück"), (6, 9, "neu")
PARTS: Final = [(3, 40, "vierzig"), (3, 60, "sechzig")]
MANY: Final = [*((5, 2**place, f"Nr. {place}") for place in range(13)), (5, -4, "zurück")]


class Scenario(NamedTuple):
    """What is known, what waits (the last one, where they contradict each other), and what settles it, if anything."""

    known: tuple[Statement, ...]
    waits: Statement
    settles: Statement | None = None


def told(first: int, last: int, opening: int, *lines: Line, **values: object) -> Statement:
    """Return a statement of March with these lines, which have no references of the bank."""
    made = [
        writing.line(cents, booking_day=day(on), value_day=day(on), remittance=text, bank_reference="")
        for on, cents, text in lines
    ]
    facts: dict[str, object] = {
        "sequence": None,
        "identity": f"A{first}-{last}-{opening}",
        "account": ACCOUNT,
    }
    days = {"from_day": day(first), "to_day": day(last)}
    return writing.statement(*made, opening_cents=opening, **(facts | days | values))


SCENARIOS: Final[dict[WaitingKind, Scenario]] = {
    WaitingKind.NOT_JOINED: Scenario(
        (told(1, 10, 0, A),), told(15, 20, 400, (18, 7, "mehr")), told(11, 14, 100, C)
    ),
    WaitingKind.BOOKS_DIFFER: Scenario((), told(1, 10, 123_456, A)),
    WaitingKind.NO_SUCH_BALANCE: Scenario(
        (told(1, 3, 0), told(3, 10, 0, A, (8, 700, "acht")), told(11, 20, 800, C)),
        told(3, 10, 77, (3, -77, "her"), A, (8, 700, "acht")),
        told(2, 11, 0, (3, 77, "hin"), (3, -77, "her"), A, (8, 700, "acht")),
    ),
    WaitingKind.NEW_OR_KNOWN: Scenario(
        (told(1, 5, 0, A, OUT, BACK),), told(5, 6, 100, OUT, BACK, NEW), told(4, 6, 100, OUT, BACK, NEW)
    ),
    WaitingKind.JOINS_RETOLD: Scenario(
        (told(1, 4, 0, A), told(5, 5, 100, OUT), told(5, 5, 100, OUT, identity="noch einer")),
        told(5, 5, 150, BACK),
        told(4, 6, 100, OUT, BACK, OUT, NEW),
    ),
    WaitingKind.TOO_MANY_SUMS: Scenario(
        (told(1, 4, 0, A), told(5, 5, 100, *MANY)),
        told(5, 6, 100 + sum(cents for _, cents, _ in MANY), *MANY, NEW),
        told(4, 7, 100, *MANY, *MANY, NEW),
    ),
    WaitingKind.OTHER_LINES: Scenario(
        (told(1, 20, 0, A, C),), told(2, 15, 0, (3, 93, "eins"), (3, 7, "mehr"), C)
    ),
    WaitingKind.OTHER_FORMAT: Scenario(
        (told(1, 20, 0, A, B, kind="MT940"),), told(1, 20, 0, (3, 300, "zusammen"))
    ),
    WaitingKind.OTHER_CONTENT: Scenario((told(1, 10, 0, A, sequence=4),), told(1, 10, 0, *PARTS, sequence=4)),
    WaitingKind.CONTRADICTED: Scenario(
        (told(1, 20, 0, A, B, kind="MT940"),), told(1, 20, 0, (3, 300, "zusammen"))
    ),
}
