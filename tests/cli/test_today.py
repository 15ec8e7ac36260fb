"""No command records or judges on a day that has not come: only the command line asks the clock."""

import argparse
import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.cli import _commands as commands
from kkd_ledger.cli import main
from kkd_ledger.cli.shell import parsing
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_USAGE
from kkd_ledger.periods import day_in
from tests.rules.test_findings import broken_book
from tests.samples import sample_books

PLANNING = {"whatif", "plan", "savings"}  # they look ahead, and record nothing
FIRST = {"agreement": ["amend"]}  # what such a command asks for before its file


def with_today() -> list[str]:
    """Return every command that takes its day, the planning ones left out."""
    [choices] = (
        action.choices
        for action in commands()._parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return sorted(
        name
        for name, parser in choices.items()
        if name not in PLANNING and any("--today" in action.option_strings for action in parser._actions)
    )


@pytest.mark.parametrize("name", with_today())
def test_a_day_that_has_not_come_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tomorrow = parsing.clock_day() + dt.timedelta(days=1)
    with pytest.raises(SystemExit) as stopped:
        main([name, *FIRST.get(name, []), "buch", "--today", tomorrow.isoformat()])
    assert stopped.value.code == EXIT_USAGE
    assert f"--today: {tomorrow:%d.%m.%Y} ist noch nicht da; heute ist der " in capsys.readouterr().err


def test_every_command_that_records_takes_its_day() -> None:
    assert {"post", "month", "import", "close", "pay", "check", "clear", "reverse"} <= set(with_today())


def test_the_check_judges_by_the_clock_where_no_day_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = str(broken_book("KKD-F06", tmp_path))
    main(["check", book])
    assert "KKD-F06" not in capsys.readouterr().out, "the day has long come"
    assert main(["check", book, "--today", "2022-03-01"]) == EXIT_FINDINGS
    monkeypatch.setattr(parsing, "clock_day", lambda: dt.date(2022, 3, 2))
    assert main(["check", book]) == EXIT_FINDINGS
    assert "ist am 01.04.2022 erfasst, geprüft wird am 02.03.2022" in capsys.readouterr().out


def test_a_check_without_a_day_says_the_same_tomorrow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Money in suspense ages to the end of the newest month; who wants to know what is too old by now names the day."""
    folder = sample_books(tmp_path)
    assert main(["month", str(folder / "landkreis"), "--all", "--today", "2024-04-30"]) == EXIT_GOOD
    assert main(["check", str(folder / "landkreis"), "--full"]) == EXIT_GOOD
    assert main(["check", str(folder / "landkreis"), "--today", "2024-08-01"]) == EXIT_FINDINGS
    assert "KKD-O04" in capsys.readouterr().out


def test_what_a_command_tells_is_no_older_than_its_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Money of 12 and 20 March may lie for 60 days: at the end of May it is too old, on 2 May it is not."""
    book = str(sample_books(tmp_path) / "landkreis")
    assert main(["month", book, "--all", "--today", "2024-04-30"]) == EXIT_GOOD
    assert main(["open", book, "2024-05"]) == EXIT_GOOD
    capsys.readouterr()
    for day, count in (("2024-05-02", 0), ("2024-05-31", 1)):
        assert main(["budget", book, "2025", "1,00", "--dry-run", "--today", day]) == EXIT_GOOD
        assert capsys.readouterr().out.count("KKD-O04") == count


@pytest.mark.parametrize("name", with_today())
def test_only_a_day_as_it_is_written_here_is_taken(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed = "2024-W10-1"
    with pytest.raises(SystemExit) as stopped:
        main([name, *FIRST.get(name, []), "buch", "--today", typed])
    assert stopped.value.code == EXIT_USAGE
    assert f"{typed!r} ist kein Tag; erlaubt: JJJJ-MM-TT von 1990 bis 2199" in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed", ["0001-01-01", "1989-12-31", "2200-01-01", "20240430", "2024-4-3", "٢٠٢٤-٠١-٠١"]
)
def test_other_forms_and_far_off_years_are_no_days(typed: str) -> None:
    with pytest.raises(ValueError, match="ist kein Tag"):
        day_in(typed)
