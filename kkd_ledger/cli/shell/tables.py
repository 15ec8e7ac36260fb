"""How the commands of an agreement take their arguments and print their tables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.errors import StorageFailed

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement, Awaiting, BindingPeriod, MissingFigure, ShareDifference


def on_agreement(commands: Commands, name: str, run: parsing.Run, summary: str) -> Any:
    """Add a command whose first argument is an agreement file; return its parser."""
    parser = commands.add(name, run, summary)
    parser.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    return parser


def add_as_of(parser: Any) -> None:
    """Give a command the state of knowledge that it reckons with."""
    parser.add_argument(
        "--as-of", type=parsing.day, metavar="TAG", help="Kenntnisstand an diesem Tag (JJJJ-MM-TT)"
    )


def add_today(parser: Any) -> None:
    """Give a command its day; without one it looks at the calendar."""
    parser.add_argument("--today", type=parsing.day, metavar="TAG", help="der heutige Tag (JJJJ-MM-TT)")


def this_year(agreement: Agreement, arguments: Arguments) -> int:
    """Return the service year of `--today`, else of `--as-of`, else of the calendar's day."""
    today = getattr(arguments, "today", None) or getattr(arguments, "as_of", None)
    day = today or dt.date.today()  # noqa: DTZ011 - the command line may look at the calendar
    return agreement.service_year.of(day)


def print_json(data: Any) -> None:
    """Print plain data as JSON."""
    print(json.dumps(data, ensure_ascii=False, indent=2))


def begun(agreement: Agreement, last: int) -> list[int]:
    """Return the service years up to a year, and at least the first one."""
    first = agreement.first_year
    return list(range(first, max(first, min(last, agreement.last_year)) + 1))


def cell(cents: int, *, marked: bool = False) -> str:
    """Return an amount as a table shows it, with room for a star behind it."""
    from kkd_ledger.money import format_eur

    return format_eur(cents).removesuffix(" EUR") + (" *" if marked else "  ")


def missing_lines(gaps: Iterable[MissingFigure]) -> list[str]:
    """Return which figures are missing, one a line."""
    return [f"{gap.sentence}." for gap in gaps]


def awaiting_lines(waiting: Sequence[Awaiting]) -> list[str]:
    """Return what waits for a resolution, one a line, and what leads on."""
    if not waiting:
        return []
    way = "Steht der Beschluss in der Vereinbarung, übernimmt ihn `kkd adopt BUCH`; danach bucht `kkd post BUCH`."
    return [*(f"Vorbehaltlich: {claim.sentence}." for claim in waiting), way]


def unreckoned(sides: Iterable[tuple[Agreement, dt.date | None]], years: Iterable[int]) -> list[str]:
    """Return which figures are missing on any of the sides that are compared."""
    from kkd_ledger.agreement import shares

    wanted = list(years)
    gaps = (shares(agreement, year, as_of).gaps for agreement, as_of in sides for year in wanted)
    return list(dict.fromkeys(line for gaps in gaps for line in missing_lines(gaps)))


def open_lines(sides: Iterable[tuple[Agreement, dt.date | None]], years: Iterable[int]) -> list[str]:
    """Return what is billed one by one and not known yet on any of the sides: no amount holds it."""
    from kkd_ledger.agreement import shares

    wanted = list(years)
    open_charges = (
        shares(agreement, year, as_of).open_charges for agreement, as_of in sides for year in wanted
    )
    return list(dict.fromkeys(each.sentence for of_year in open_charges for each in of_year))


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())


def differences_json(differences: Sequence[ShareDifference]) -> dict[str, Any]:
    """Return who pays what more, and why, as plain JSON data."""
    from kkd_ledger.money import plain

    total = sum(difference.difference_cents for difference in differences)
    return {"differences": [difference.as_json() for difference in differences], "total": plain(total)}


def print_differences(differences: Sequence[ShareDifference]) -> None:
    """Print who pays what more, and why."""
    from kkd_ledger.money import format_eur

    for difference in differences:
        sides = [
            format_eur(cents) if cents is not None else "nichts"
            for cents in (difference.left_cents, difference.right_cents)
        ]
        sign = "+" if difference.difference_cents > 0 else ""
        change = f"{sign}{format_eur(difference.difference_cents)}"
        print(f"{difference.year_name} {difference.name}: {sides[0]} → {sides[1]} ({change})")
        for reason in difference.reasons:
            print(f"    {reason}")
    total = sum(difference.difference_cents for difference in differences)
    print(f"Zusammen: {format_eur(total)}" if differences else "Kein Unterschied.")


def print_bindings(
    agreement: Agreement, binding_periods: Sequence[BindingPeriod], as_of: dt.date | None = None
) -> None:
    """Print until when subsidies bind, and who ends that too early."""
    names = {member.id: member.name for member in agreement.parties(as_of)}
    for binding in binding_periods:
        print(binding.text(names))


def write_file(path: Path, content: bytes) -> None:
    """Write a file that a command makes, whole or not at all; raise StorageFailed."""
    from kkd_ledger.book.store.durable import export

    try:
        export(path, content)
    except OSError as error:
        raise StorageFailed(path, error) from error
