"""Commands of the agreement room: what was agreed, what it comes to, and what it would come to."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kkd_ledger.cli import figures, planning, terms
from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.cli.shell.tables import (
    add_as_of,
    begun,
    cell,
    differences_json,
    missing_lines,
    on_agreement,
    open_lines,
    print_differences,
    print_json,
    print_rows,
    this_year,
    unreckoned,
)
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement, Shares


def register(commands: Commands) -> None:
    """Add the commands of this room."""
    shares = on_agreement(
        commands, "shares", run_shares, "rechnet die Kostenbeteiligungen einer Vereinbarung aus"
    )
    shares.add_argument(
        "--year", type=parsing.service_year, metavar="JAHR", help="Leistungsjahr; ohne Angabe eine Übersicht"
    )
    shares.add_argument("--csv", action="store_true", help="gibt das Ergebnis als CSV aus")
    add_as_of(shares)

    explain = on_agreement(
        commands, "explain", run_explain, "leitet eine Kostenbeteiligung Schritt für Schritt her"
    )
    explain.add_argument(
        "member", metavar="BETEILIGTE", help="Kennung der Beteiligten, zum Beispiel musterstadt"
    )
    explain.add_argument("year", type=parsing.service_year, metavar="JAHR", help="Leistungsjahr")
    add_as_of(explain)

    compare = on_agreement(
        commands, "compare", run_compare, "vergleicht zwei Vereinbarungen oder zwei Kenntnisstände"
    )
    compare.add_argument(
        "other", nargs="?", type=parsing.path, metavar="ANDERE", help="die andere agreement.toml"
    )
    compare.add_argument(
        "--year", type=parsing.service_year, metavar="JAHR", action="append", help="Leistungsjahr, mehrfach"
    )
    what = "Kenntnisstand; zweimal: für die erste und die zweite Seite"
    compare.add_argument("--as-of", type=parsing.day, metavar="TAG", action="append", help=what)

    documents = on_agreement(
        commands,
        "documents",
        run_documents,
        "vergleicht die Anlagen mit ihren Prüfsummen in der Vereinbarung",
    )
    add_as_of(documents)

    terms.register(commands)
    figures.register(commands)
    planning.register(commands)


def run_shares(arguments: Arguments) -> int:
    """Print the shares of one service year, or of all years that have begun by the day of `--as-of` (or today).

    With `--json` and no year: of the last of them.
    """
    from kkd_ledger.agreement import load, shares

    agreement = load(arguments.agreement)
    years = [arguments.year] if arguments.year else begun(agreement, this_year(agreement, arguments))
    all_shares = [
        shares(agreement, year, arguments.as_of) for year in (years[-1:] if arguments.json else years)
    ]
    gaps = [gap for year_shares in all_shares for gap in year_shares.gaps]
    remarks = [
        *missing_lines(gaps),
        *(each.sentence for year_shares in all_shares for each in year_shares.open_charges),
    ]
    if arguments.json:
        print_json(all_shares[-1].as_json())
    elif arguments.csv:
        _print_csv(agreement, all_shares, arguments.as_of)
        print(*remarks, sep="\n", end="\n" if remarks else "", file=sys.stderr)
    else:
        _print_shares(agreement, all_shares, arguments.as_of)
        print(*remarks, sep="\n", end="\n" if remarks else "")
    return EXIT_FINDINGS if gaps else EXIT_GOOD


def _print_csv(agreement: Agreement, all_shares: list[Shares], as_of: dt.date | None) -> None:
    from kkd_ledger.money import plain
    from kkd_ledger.spreadsheet import csv_text

    names = {member.id: member.name for member in agreement.parties(as_of)}
    rows: list[list[object]] = [
        ["beteiligte", "name", "leistungsjahr", "betrag", "ohne_foerderung", "vorbehaltlich", "faellig"]
    ]
    for year_shares in all_shares:
        for share in year_shares.members:
            waits = "ja" if share.conditional else "nein"
            row: list[object] = [
                share.member,
                names[share.member],
                year_shares.year,
                plain(share.amount_cents),
                plain(share.gross_cents),
            ]
            rows.append([*row, waits, share.due.isoformat()])
        rows += [[member, names[member], year_shares.year, "", "", "", ""] for member in year_shares.unpriced]
    print(csv_text(rows), end="")


def _print_shares(agreement: Agreement, all_shares: list[Shares], as_of: dt.date | None) -> None:
    from kkd_ledger.agreement.reckoning.vat import net_words

    rows = [["Beteiligte", *(f"{year_shares.year_name} EUR" for year_shares in all_shares)]]
    rows += [
        [member.name, *(_shown(year_shares, member.id) for year_shares in all_shares)]
        for member in agreement.parties(as_of)
        if any(
            member.id in year_shares.amounts
            or member.id in year_shares.unpriced
            or year_shares.may_owe(member.id)
            for year_shares in all_shares
        )
    ]
    rows.append(
        [
            "Summe",
            *(_sum(year_shares) for year_shares in all_shares),
        ]
    )
    print(agreement.title)
    print_rows(rows)
    if net := net_words(agreement, (year_shares.year for year_shares in all_shares), as_of):
        print(net)
    if any(share.conditional for year_shares in all_shares for share in year_shares.members):
        print("* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus oder deckt den Betrag nicht.")


def _sum(year_shares: Shares) -> str:
    if year_shares.gaps:
        return "fehlt  "
    is_open = year_shares.open_charges and not year_shares.amounts
    return "offen  " if is_open else cell(year_shares.total_cents)


def _shown(year_shares: Shares, member: str) -> str:
    share = year_shares.of(member)
    if share is not None:
        return cell(share.amount_cents, marked=share.conditional)
    if member in year_shares.unpriced:
        return "fehlt  "
    return "offen  " if year_shares.may_owe(member) else "–  "


def run_explain(arguments: Arguments) -> int:
    """Print how a share came about."""
    from kkd_ledger.agreement import explain, load

    derivation = explain(load(arguments.agreement), arguments.member, arguments.year, arguments.as_of)
    if arguments.json:
        print_json(derivation.as_json())
    else:
        print(derivation.text())
    return EXIT_GOOD


def run_compare(arguments: Arguments) -> int:
    """Print who pays what more, and why."""
    from kkd_ledger.agreement import compare, load

    days = arguments.as_of or []
    if len(days) > 2 or (arguments.other is None and len(days) != 2):
        raise UsageError("kkd compare braucht zwei Vereinbarungen, oder eine mit zweimal --as-of.")
    left = load(arguments.agreement)
    right = left if arguments.other is None else load(arguments.other)
    days = [*days, days[-1]] if len(days) == 1 else days or [None, None]
    years = arguments.year or begun(left, _latest_year(left, days))
    sides = (left, days[0]), (right, days[-1])
    differences, missing = compare(*sides, years), unreckoned(sides, years)
    if arguments.json:
        print_json(differences_json(differences) | {"missing": missing})
    else:
        print_differences(differences)
        remarks = [*missing, *open_lines(sides, years)]
        print(*remarks, sep="\n", end="\n" if remarks else "")
    return EXIT_FINDINGS if missing else EXIT_GOOD


def run_documents(arguments: Arguments) -> int:
    """Print every document with what became of its file; status 1 where one is missing or is another file."""
    from kkd_ledger.agreement import documents, load

    holdings = documents(load(arguments.agreement), arguments.agreement.parent, arguments.as_of)
    if arguments.json:
        print_json({"documents": [holding.as_json() for holding in holdings]})
    else:
        for holding in holdings:
            print(holding.text())
        if not holdings:
            print("Die Vereinbarung nennt keine Anlagen (documents).")
    return EXIT_FINDINGS if any(holding.problem for holding in holdings) else EXIT_GOOD


def _latest_year(agreement: Agreement, days: Sequence[dt.date | None]) -> int:
    asked = [day for day in days if day is not None]
    last = max(asked, default=dt.date.today())  # noqa: DTZ011 - the command line may look at the calendar
    return agreement.service_year.of(last)
