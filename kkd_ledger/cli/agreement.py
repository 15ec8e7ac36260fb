"""Commands of the agreement room: shares, explain."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli import parsing
from kkd_ledger.cli.parsing import Arguments, Commands
from kkd_ledger.errors import EXIT_GOOD

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement, Shares


def register(commands: Commands) -> None:
    """Add the commands of this room."""
    shares = commands.add("shares", run_shares, "rechnet die Kostenbeteiligungen einer Vereinbarung aus")
    shares.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    shares.add_argument(
        "--year", type=parsing.year, metavar="JAHR", help="Leistungsjahr; ohne Angabe eine Übersicht"
    )
    shares.add_argument("--csv", action="store_true", help="gibt das Ergebnis als CSV aus")
    _add_as_of(shares)

    explain = commands.add("explain", run_explain, "leitet eine Kostenbeteiligung Schritt für Schritt her")
    explain.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    explain.add_argument(
        "member", metavar="BETEILIGTE", help="Kennung der Beteiligten, zum Beispiel musterstadt"
    )
    explain.add_argument("year", type=parsing.year, metavar="JAHR", help="Leistungsjahr")
    _add_as_of(explain)


def _add_as_of(parser: Any) -> None:
    parser.add_argument(
        "--as-of", type=parsing.day, metavar="TAG", help="Kenntnisstand an diesem Tag (JJJJ-MM-TT)"
    )


def run_shares(arguments: Arguments) -> int:
    """Print the shares of one service year, or of all years that have begun by the day of `--as-of`."""
    from kkd_ledger.agreement import load, shares

    agreement = load(arguments.agreement)
    years = [arguments.year] if arguments.year else _years(agreement, arguments.as_of, arguments.json)
    found = [shares(agreement, year, arguments.as_of) for year in years]
    if arguments.json:
        print(json.dumps(found[-1].as_json(), ensure_ascii=False, indent=2))
    elif arguments.csv:
        _print_csv(agreement, found)
    else:
        _print_table(agreement, found)
    return EXIT_GOOD


def run_explain(arguments: Arguments) -> int:
    """Print how a share came about."""
    from kkd_ledger.agreement import explain, load

    derivation = explain(load(arguments.agreement), arguments.member, arguments.year, arguments.as_of)
    if arguments.json:
        print(json.dumps(derivation.as_json(), ensure_ascii=False, indent=2))
    else:
        print(derivation.text())
    return EXIT_GOOD


def _years(agreement: Agreement, as_of: dt.date | None, last_only: bool) -> list[int]:  # noqa: FBT001
    """Return the service years begun by `as_of` (or today), and at least the first one."""
    last = (as_of or dt.date.today()).year  # noqa: DTZ011 - the command line may look at the calendar
    last = max(agreement.begins.year, min(last, (agreement.ends or dt.date.max).year))
    return [last] if last_only else list(range(agreement.begins.year, last + 1))


def _print_csv(agreement: Agreement, found: list[Shares]) -> None:
    from kkd_ledger.money import plain

    names = {one.id: one.name for one in agreement.members}
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    writer.writerow(
        ["beteiligte", "name", "leistungsjahr", "betrag", "ohne_foerderung", "vorbehaltlich", "faellig"]
    )
    for one in found:
        for share in one.members:
            waits = "ja" if share.conditional else "nein"
            row = [
                share.member,
                names[share.member],
                one.year,
                plain(share.amount_cents),
                plain(share.gross_cents),
            ]
            writer.writerow([*row, waits, share.due.isoformat()])


def _print_table(agreement: Agreement, found: list[Shares]) -> None:
    from kkd_ledger.money import format_eur

    rows = [["Beteiligte", *(f"{one.year} EUR" for one in found)]]
    for member in agreement.members:
        shares = [one.of(member.id) for one in found]
        if any(shares):
            cells = [
                format_eur(share.amount_cents)[:-4] + (" *" if share.conditional else "  ")
                if share
                else "–  "
                for share in shares
            ]
            rows.append([member.name, *cells])
    rows.append(["Summe", *(format_eur(one.total_cents)[:-4] + "  " for one in found)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(agreement.title)
    for row in rows:
        print(
            "  ".join(
                [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
            ).rstrip()
        )
    if any(share.conditional for one in found for share in one.members):
        print("* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus.")
