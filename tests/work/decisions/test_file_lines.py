"""What a bank file in doubt has otherwise than the certificates, by day and amount."""

from __future__ import annotations

import datetime as dt

from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.book.certificate import CertifiedLine, Fate
from kkd_ledger.work.decisions.file_lines import with_certified

FIRST, LAST = dt.date(2024, 3, 1), dt.date(2024, 3, 31)


def statement(*lines: tuple[int, int]) -> Statement:
    return Statement(
        account="DE41999999990065340040",
        currency="EUR",
        kind="053",
        identity="",
        sequence=3,
        page=None,
        from_day=FIRST,
        to_day=LAST,
        opening_cents=0,
        closing_cents=sum(cents for _, cents in lines),
        lines=tuple(StatementLine(FIRST.replace(day=day), None, cents) for day, cents in lines),
        source="x.xml",
        sha256="",
    )


def certified(*lines: tuple[dt.date, int]) -> list[CertifiedLine]:
    return [
        CertifiedLine(f"1:r-{place}", "1:a", day, cents, Fate.WAITS, "", "", ())
        for place, (day, cents) in enumerate(lines)
    ]


def test_what_is_new_known_and_lacking_is_told() -> None:
    told = with_certified(
        [statement((5, 100), (5, 100), (9, 70))], certified((FIRST.replace(day=5), 100), (LAST, -40))
    )
    assert [known for _, known in told.lines] == [True, False, False]
    assert list(told.sentences) == [
        "Neu gegenüber den Nachweisen: 05.03.2024 1,00 EUR, 09.03.2024 0,70 EUR",
        "Schon auf einem Nachweis: 1 Zeile (Tag und Betrag gleich)",
        "Auf einem Nachweis, aber nicht in der Datei: 31.03.2024 -0,40 EUR",
    ]


def test_lines_of_other_days_are_not_lacking() -> None:
    told = with_certified([statement((5, 100))], certified((dt.date(2024, 4, 1), 70)))
    assert list(told.sentences) == ["Neu gegenüber den Nachweisen: 05.03.2024 1,00 EUR"]
