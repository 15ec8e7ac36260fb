"""Each reason why a statement waits: which balance, which lines, beside which statements; what it names settles it."""

from collections import Counter

import pytest

from kkd_ledger.bank.continuity.continuity import Continuity
from kkd_ledger.bank.continuity.reasons import (
    books_differ,
    contradicted,
    new_or_known,
    no_such_balance,
    other_lines,
    two_formats,
)
from kkd_ledger.bank.continuity.statement_pieces import StatementPiece, StatementReading
from kkd_ledger.bank.continuity.waiting import StatementWaits, WaitingKind, WaitingReason
from kkd_ledger.bank.statements import Statement
from tests.bank.continuity.accounts import all_new
from tests.bank.continuity.waiting_kinds import BACK, MANY, OUT, PARTS, SCENARIOS, A, C, Line, Scenario, told

WHOLE = "ganz enthält (er beginnt davor und endet danach)"
SAID = {
    WaitingKind.NOT_JOINED: (
        "Anfangssaldo 4,00 EUR",
        "1,00 EUR, der Endsaldo vom 10.03.2022; vermutlich fehlt ein Auszug dazwischen",
    ),
    WaitingKind.BOOKS_DIFFER: (
        "Anfangssaldo 1.234,56 EUR",
        "0,00 EUR, der Stand der Bücher davor; ist es der erste Auszug, so trägt `kkd opening BUCH BETRAG "
        "--reason GRUND --by NAME` ein, was auf dem Konto lag; vermutlich fehlt ein Auszug dazwischen",
    ),
    WaitingKind.NO_SUCH_BALANCE: (
        "Anfangssaldo 0,77 EUR, den es nach den bekannten Auszügen nicht gab (ein Auszug (053) 01.03.2022 bis "
        "03.03.2022: "
        "0,00 EUR bis 0,00 EUR; ein Auszug (053) 03.03.2022 bis 10.03.2022: 0,00 EUR bis 8,00 EUR)",
        "ein Saldo des Kontos an diesem Tag; vermutlich fehlt noch ein Auszug, sonst klären Sie es mit der Bank",
    ),
    WaitingKind.NEW_OR_KNOWN: (
        "2 Umsätze über 0,00 EUR (05.03.2022: 0,50 EUR, -0,50 EUR), schon gebucht oder noch einmal gekommen: Salden "
        "und "
        "Bankangaben entscheiden es nicht",
        f"dazu ein Auszug, der 05.03.2022 {WHOLE}; bis dahin wird aus der Datei nichts gebucht",
    ),
    WaitingKind.JOINS_RETOLD: (
        "er schließt nach den Salden an den Auszug vom 05.03.2022 an (von 1,00 EUR auf 1,50 EUR), der anders "
        "eingeordnet "
        "ist: Umsätze, die als schon gebucht galten, können noch einmal gekommen sein",
        f"dazu ein Auszug, der 05.03.2022 {WHOLE}; bis dahin wird aus der Datei nichts gebucht",
    ),
    WaitingKind.TOO_MANY_SUMS: (
        "mehr als 4096 verschiedene Summen der Umsätze eines Tages, von dem der Auszug nur einen Teil hat: welche "
        "schon "
        "gebucht sind, sagen die Salden nicht",
        f"dazu ein Auszug, der 05.03.2022 und 06.03.2022 {WHOLE}; bis dahin wird aus der Datei nichts gebucht",
    ),
    WaitingKind.OTHER_LINES: (
        "2 Umsätze über 1,00 EUR neben den bekannten, was deren Salden widerspricht (ein Auszug (053) 01.03.2022 bis "
        "20.03.2022: 0,00 EUR bis 4,00 EUR)",
        "an bekannten Tagen dieselben Umsätze und Salden",
    ),
    WaitingKind.OTHER_FORMAT: (
        "053: 1 Umsatz über 3,00 EUR; als MT940 bekannt: 2 Umsätze über 3,00 EUR (ein Auszug (MT940) 01.03.2022 bis "
        "20.03.2022: 0,00 EUR bis 3,00 EUR)",
        "dieselben Umsätze, oder ein Formatwechsel an einem Endsaldo (vorher das eine, nachher das andere)",
    ),
    WaitingKind.OTHER_CONTENT: (
        "Auszug 4 mit anderem Inhalt als der bekannte (Auszug 4 (053) 01.03.2022 bis 10.03.2022: 0,00 EUR bis 1,00 "
        "EUR)",
        "derselbe Inhalt",
    ),
    WaitingKind.CONTRADICTED: (
        "ein anderer Auszug, der mit ihm eingeht, sagt anderes (ein Auszug (MT940) 01.03.2022 bis 20.03.2022: 0,00 EUR "
        "bis 3,00 EUR)",
        "einer von beiden",
    ),
}
LINES: dict[WaitingKind, list[Line]] = {
    WaitingKind.NO_SUCH_BALANCE: [(3, -77, "her"), A, (8, 700, "acht")],
    WaitingKind.NEW_OR_KNOWN: [OUT, BACK],
    WaitingKind.JOINS_RETOLD: [BACK],
    WaitingKind.TOO_MANY_SUMS: MANY,
    WaitingKind.OTHER_LINES: [(3, 93, "eins"), (3, 7, "mehr")],
    WaitingKind.OTHER_FORMAT: [(3, 300, "zusammen")],
    WaitingKind.OTHER_CONTENT: PARTS,
    WaitingKind.CONTRADICTED: [(3, 300, "zusammen")],
}
NEITHER = "; keiner von beiden gilt von selbst; klären Sie es mit der Bank, eine Person entscheidet"


def account(*statements: Statement) -> Continuity:
    """Return an account of which these statements are known."""
    known = Continuity(())
    for statement in statements:
        if not known.knows(statement):
            reading = known.read(statement)
            known.add(statement, reading, reading.new)
    return known


def reason_of(kind: WaitingKind, scenario: Scenario) -> WaitingReason:
    """Return why a scenario's statement waits; two kinds are known only where runs are made and books are at hand."""
    if kind == WaitingKind.BOOKS_DIFFER:
        return books_differ(scenario.waits, 0, is_first=True)
    if kind == WaitingKind.CONTRADICTED:
        return contradicted(scenario.waits, map(StatementPiece.of, scenario.known))
    known = account(*scenario.known)
    with pytest.raises(StatementWaits) as waits:
        known.knows(scenario.waits) or known.read(scenario.waits)
    (reason,) = waits.value.reasons
    return reason


def test_every_reason_has_its_scenario_and_its_word_on_certificates() -> None:
    assert set(SCENARIOS) == set(SAID) == set(WaitingKind)
    assert " ".join(WaitingKind) == (
        "kein-anschluss anderer-buchstand fremder-saldo neu-oder-bekannt reihenfolge-offen zu-viele-summen "
        "andere-umsaetze anderes-format anderer-inhalt widerspruch-im-lauf"
    )


@pytest.mark.parametrize("kind", WaitingKind)
def test_a_reason_says_what_it_is_about(kind: WaitingKind) -> None:
    scenario = SCENARIOS[kind]
    reason = reason_of(kind, scenario)
    found, allowed = SAID[kind]
    assert reason.kind == kind
    assert (reason.observed, reason.allowed) == (found, f"{allowed}{NEITHER if kind.contradicts else ''}")
    assert reason.problem.file == scenario.waits.source
    lines = [(line.booking_day.day, line.amount_cents, line.remittance) for line in reason.lines]
    assert lines == list(LINES.get(kind, []))
    keys = {StatementPiece.of(statement).key for statement in scenario.known}
    assert {piece.key for piece in reason.against} <= keys
    assert bool(reason.against) or not (kind.contradicts or kind == WaitingKind.JOINS_RETOLD)
    error = StatementWaits([reason])
    assert error.contradicted == ({piece.key for piece in reason.against} if kind.contradicts else set())


@pytest.mark.parametrize("kind", WaitingKind)
def test_what_a_reason_names_settles_it(kind: WaitingKind) -> None:
    scenario = SCENARIOS[kind]
    settled_by = reason_of(kind, scenario).settled_by
    assert (settled_by is None) == (scenario.settles is None)
    if scenario.settles is None or settled_by is None:
        return
    settles = scenario.settles
    if settled_by.is_missing:
        assert (settled_by.openings, settled_by.closings) == (
            (settles.opening_cents,),
            (settles.closing_cents,),
        )
        assert settled_by.text == (
            "der fehlende Auszug zwischen 10.03.2022 und 15.03.2022, von 1,00 EUR auf 4,00 EUR "
            "(Umsätze von zusammen 3,00 EUR)"
        )
    else:
        assert all(settles.from_day < day < settles.to_day for day in settled_by.days)
    known = account(*scenario.known, settles)
    reading = known.read(scenario.waits)
    assert all(line in scenario.waits.lines for _, line in reading.new)


def test_the_balance_in_doubt_may_be_the_closing_one() -> None:
    known = account(told(10, 20, 500, C))
    with pytest.raises(StatementWaits) as waits:
        known.read(told(1, 5, 0, A))
    (reason,) = waits.value.reasons
    assert reason.balance
    assert (reason.balance.which, reason.balance.cents, reason.balance.expected) == ("Endsaldo", 100, (500,))
    assert reason.balance.whose == "der Anfangssaldo vom 10.03.2022"
    assert reason.settled_by
    assert reason.settled_by.days == (told(5, 5, 0).from_day, told(10, 10, 0).from_day)
    assert (reason.settled_by.openings, reason.settled_by.closings) == ((100,), (500,))


def test_between_known_statements_too() -> None:
    """A hole of several statements that come to nothing: one alone ends with a balance that does not go on."""
    known = account(told(1, 4, 0, A), told(15, 20, 100, (15, 5, "")))
    with pytest.raises(StatementWaits) as waits:
        known.read(told(6, 7, 100, (6, 30, "hin")))
    (reason,) = waits.value.reasons
    assert (reason.kind, reason.observed) == (WaitingKind.NOT_JOINED, "Endsaldo 1,30 EUR")
    assert reason.allowed == "1,00 EUR, der Saldo vor dem 15.03.2022; vermutlich fehlt ein Auszug dazwischen"
    assert reason.settled_by
    assert (reason.settled_by.openings, reason.settled_by.closings) == ((130,), (100,))


def test_a_balance_that_there_was_is_not_called_wrong() -> None:
    """The bank tells a day again with one line on another day: its lines are named, not its balance."""
    known = account(told(1, 3, 0, A), told(4, 6, 100, (5, 7, "fünf")), told(7, 9, 107))
    with pytest.raises(StatementWaits) as waits:
        known.read(told(4, 7, 100, (6, 7, "fünf"), identity="noch einmal"))
    (reason,) = waits.value.reasons
    assert reason.kind == WaitingKind.OTHER_LINES
    assert [piece.first.day for piece in reason.against] == [4]


def pieces(count: int) -> list[StatementPiece]:
    return [StatementPiece.of(told(number, number, 0)) for number in range(1, count + 1)]


def test_at_most_eight_statements_are_named() -> None:
    def said(count: int) -> str:
        return contradicted(told(1, 9, 0, A), pieces(count)).observed

    assert said(8).endswith("ein Auszug (053) 08.03.2022 bis 08.03.2022: 0,00 EUR bis 0,00 EUR)")
    assert said(9).endswith("ein Auszug (053) 08.03.2022 bis 08.03.2022: 0,00 EUR bis 0,00 EUR; …)")


def test_at_most_eight_amounts_of_a_day_are_named() -> None:
    def said(count: int) -> str:
        lines = [(5, 10 * number, f"{number}") for number in range(1, count + 1)]
        statement = told(5, 6, 0, *lines)
        return new_or_known(statement, StatementReading((), {}), all_new(statement), ()).observed

    assert said(8).startswith(
        "8 Umsätze über 3,60 EUR (05.03.2022: 0,10 EUR, 0,20 EUR, 0,30 EUR, 0,40 EUR, 0,50 EUR, 0,60 EUR, "
        "0,70 EUR, 0,80 EUR), schon gebucht"
    )
    assert "0,80 EUR, …), schon gebucht" in said(9)


def test_days_in_doubt_are_told_one_by_one() -> None:
    statement = told(5, 6, 0, OUT, (6, 9, "neu"))
    both = all_new(statement)
    reason = new_or_known(statement, StatementReading((), {}), both, ())
    assert "(05.03.2022: 0,50 EUR; 06.03.2022: 0,09 EUR)" in reason.observed
    alone = (
        "; hat die Bank sie nur einmal, so kann die Datei weg; bis dahin wird aus der Datei nichts gebucht"
    )
    assert reason.allowed.endswith(alone)
    reason = new_or_known(statement, StatementReading(both.new[1:], {}), both, ())
    assert [line.amount_cents for line in reason.lines] == [50]
    assert not reason.allowed.endswith(alone)


def test_another_iban_is_named_as_such() -> None:
    own, other = told(1, 20, 0, A), StatementPiece.of(told(1, 20, 0, A, account="DE00"))
    reason = two_formats(own, other, own.lines[0].booking_day, Counter({100: 2}), Counter({50: 1}))
    assert reason.observed.startswith(
        "DE09999999999900100000: 2 Umsätze über 2,00 EUR; als DE00 bekannt: 1 Umsatz über 0,50 EUR ("
    )
    assert reason.allowed.startswith(
        "dieselben Umsätze, oder ein Wechsel der IBAN an einem Endsaldo (vorher das eine"
    )


def test_other_balances_over_no_new_lines() -> None:
    reason = other_lines(told(1, 9, 0, A), StatementReading((), {}), ())
    assert (reason.place, reason.observed) == (
        "Auszug A1-9-0, 01.03.2022 bis 09.03.2022",
        "andere Salden als die bekannten",
    )


def test_what_differs_from_the_books_later_on() -> None:
    reason = books_differ(told(1, 9, 7, A), 0, is_first=False)
    assert reason.allowed == (
        "0,00 EUR, der Stand der Bücher davor (auch eine Bewegung, die von Hand gebucht ist, ändert ihn); "
        "vermutlich fehlt ein Auszug dazwischen"
    )


def test_a_balance_that_there_never_was_has_no_other() -> None:
    reason = no_such_balance(told(3, 9, 7, A), pieces(1))
    assert reason.place == "Auszug A3-9-7 ab 03.03.2022"
    assert reason.balance
    assert (reason.balance.expected, reason.balance.whose) == ((), "keiner, den es an diesem Tag gab")
