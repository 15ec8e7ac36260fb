"""Commands of the agreement room: what was agreed, what it comes to, and what it would come to."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli import parsing
from kkd_ledger.cli.parsing import Arguments, Commands
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, StorageFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kkd_ledger.agreement import Agreement, Difference, Shares

PLAN_YEARS = 5


def register(commands: Commands) -> None:
    """Add the commands of this room."""
    shares = _on_agreement(
        commands, "shares", run_shares, "rechnet die Kostenbeteiligungen einer Vereinbarung aus"
    )
    shares.add_argument(
        "--year", type=parsing.year, metavar="JAHR", help="Leistungsjahr; ohne Angabe eine Übersicht"
    )
    shares.add_argument("--csv", action="store_true", help="gibt das Ergebnis als CSV aus")
    _add_as_of(shares)

    explain = _on_agreement(
        commands, "explain", run_explain, "leitet eine Kostenbeteiligung Schritt für Schritt her"
    )
    explain.add_argument(
        "member", metavar="BETEILIGTE", help="Kennung der Beteiligten, zum Beispiel musterstadt"
    )
    explain.add_argument("year", type=parsing.year, metavar="JAHR", help="Leistungsjahr")
    _add_as_of(explain)

    compare = _on_agreement(
        commands, "compare", run_compare, "vergleicht zwei Vereinbarungen oder zwei Kenntnisstände"
    )
    compare.add_argument(
        "other", nargs="?", type=parsing.path, metavar="ANDERE", help="die andere agreement.toml"
    )
    compare.add_argument(
        "--year", type=parsing.year, metavar="JAHR", action="append", help="Leistungsjahr, mehrfach"
    )
    what = "Kenntnisstand; zweimal: für die erste und die zweite Seite"
    compare.add_argument("--as-of", type=parsing.day, metavar="TAG", action="append", help=what)

    _register_planning(commands)


def _register_planning(commands: Commands) -> None:
    whatif = _on_agreement(
        commands, "whatif", run_whatif, "rechnet eine Annahme durch, ohne die Datei zu ändern"
    )
    leave = _pair("BETEILIGTE=TAG", str, parsing.day)
    whatif.add_argument(
        "--leave", type=leave, action="append", metavar="BETEILIGTE=TAG", help="sie scheidet aus"
    )
    whatif.add_argument(
        "--granted", action="append", metavar="FÖRDERUNG", help="die Förderung wird bewilligt"
    )
    whatif.add_argument("--fails", action="append", metavar="FÖRDERUNG", help="die Förderung fällt aus")
    census = _pair("ZENSUS=JAHR", parsing.year, parsing.year)
    whatif.add_argument(
        "--census", type=census, metavar="ZENSUS=JAHR", help="ab dem Jahr zählt dieser Zensus"
    )
    whatif.add_argument(
        "--year", type=parsing.year, metavar="JAHR", action="append", help="Leistungsjahr, mehrfach"
    )
    _add_today(whatif)

    solve = commands.add(
        "solve", run_solve, "findet Schlüssel, Einwohnerzahl und Sätze zu erhaltenen Beträgen"
    )
    solve.add_argument("amounts", nargs="+", metavar="BETRAG", help="zum Beispiel 8.869,25 oder 8869.25")
    solve.add_argument(
        "--agreement", type=parsing.path, metavar="VEREINBARUNG", help="sucht auch in agreement.toml"
    )

    savings = _on_agreement(commands, "savings", run_savings, "stellt die Kosten davor und danach gegenüber")
    savings.add_argument(
        "--year", type=parsing.year, metavar="JAHR", help="Leistungsjahr; sonst das laufende"
    )
    _add_as_of(savings)
    _add_today(savings)

    plan = commands.add("plan", run_plan, "zeigt die Beträge für die mittelfristige Planung eines Buches")
    plan.add_argument("book", type=parsing.path, metavar="BUCH", help="Buchordner oder agreement.toml")
    plan.add_argument("--member", metavar="BETEILIGTE", help="wessen Planung; beim Buchordner die des Buches")
    plan.add_argument(
        "--from", dest="first", type=parsing.year, metavar="JAHR", help="erstes Jahr; sonst das laufende"
    )
    plan.add_argument(
        "--years", type=int, choices=range(1, 31), default=PLAN_YEARS, metavar="ANZAHL", help="1 bis 30"
    )
    plan.add_argument("--csv", action="store_true", help="gibt das Ergebnis als CSV aus")
    _add_as_of(plan)
    _add_today(plan)

    annex = _on_agreement(commands, "annex", run_annex, "schreibt die Kostentabelle für die Beschlussvorlage")
    annex.add_argument(
        "--from",
        dest="first",
        type=parsing.year,
        metavar="JAHR",
        help="erstes Jahr; sonst das der Vereinbarung",
    )
    annex.add_argument(
        "--to",
        dest="last",
        type=parsing.year,
        metavar="JAHR",
        help="letztes Jahr; sonst vier nach dem ersten",
    )
    annex.add_argument(
        "--pdf", type=parsing.path, metavar="DATEI", help="schreibt ein PDF; sonst CSV auf die Ausgabe"
    )
    _add_as_of(annex)


def _on_agreement(commands: Commands, name: str, run: parsing.Run, summary: str) -> Any:
    parser = commands.add(name, run, summary)
    parser.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    return parser


def _add_as_of(parser: Any) -> None:
    parser.add_argument(
        "--as-of", type=parsing.day, metavar="TAG", help="Kenntnisstand an diesem Tag (JJJJ-MM-TT)"
    )


def _add_today(parser: Any) -> None:
    parser.add_argument("--today", type=parsing.day, metavar="TAG", help="der heutige Tag (JJJJ-MM-TT)")


def _this_year(arguments: Arguments) -> int:
    today = getattr(arguments, "today", None) or getattr(arguments, "as_of", None)
    year: int = (today or dt.date.today()).year  # noqa: DTZ011 - the command line may look at the calendar
    return year


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def run_shares(arguments: Arguments) -> int:
    """Print the shares of one service year, or of all years that have begun by the day of `--as-of` (or today).

    With `--json` and no year: of the last of them.
    """
    from kkd_ledger.agreement import load, shares

    agreement = load(arguments.agreement)
    years = [arguments.year] if arguments.year else _begun(agreement, _this_year(arguments))
    found = [shares(agreement, year, arguments.as_of) for year in (years[-1:] if arguments.json else years)]
    if arguments.json:
        _print_json(found[-1].as_json())
    elif arguments.csv:
        _print_csv(agreement, found)
    else:
        _print_shares(agreement, found)
    return EXIT_GOOD


def _begun(agreement: Agreement, last: int) -> list[int]:
    """Return the service years up to a year, and at least the first one."""
    first = agreement.begins.year
    return list(range(first, max(first, min(last, (agreement.ends or dt.date.max).year)) + 1))


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


def _print_shares(agreement: Agreement, found: list[Shares]) -> None:
    rows = [["Beteiligte", *(f"{one.year} EUR" for one in found)]]
    for member in {one.id: one for one in agreement.members}.values():
        shares = [one.of(member.id) for one in found]
        if any(shares):
            cells = [_cell(share.amount_cents, share.conditional) if share else "–  " for share in shares]
            rows.append([member.name, *cells])
    rows.append(["Summe", *(_cell(one.total_cents) for one in found)])
    print(agreement.title)
    _print_rows(rows)
    if any(share.conditional for one in found for share in one.members):
        print("* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus oder deckt den Betrag nicht.")


def _cell(cents: int, marked: bool = False) -> str:  # noqa: FBT001, FBT002 - a star or none
    from kkd_ledger.money import format_eur

    return format_eur(cents).removesuffix(" EUR") + (" *" if marked else "  ")


def _print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())


def run_explain(arguments: Arguments) -> int:
    """Print how a share came about."""
    from kkd_ledger.agreement import explain, load

    derivation = explain(load(arguments.agreement), arguments.member, arguments.year, arguments.as_of)
    if arguments.json:
        _print_json(derivation.as_json())
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
    years = arguments.year or _begun(left, _this_year_of(days))
    found = compare((left, days[0]), (right, days[-1]), years)
    _print_differences(found, as_json=arguments.json)
    return EXIT_GOOD


def _this_year_of(days: Sequence[dt.date | None]) -> int:
    known = [day.year for day in days if day is not None]
    return max(known, default=dt.date.today().year)  # noqa: DTZ011 - the command line may look at the calendar


def _print_differences(found: Sequence[Difference], *, as_json: bool) -> None:
    from kkd_ledger.money import format_eur, plain

    total = sum(one.difference_cents for one in found)
    if as_json:
        _print_json({"differences": [one.as_json() for one in found], "total": plain(total)})
        return
    for one in found:
        sides = [
            format_eur(cents) if cents is not None else "nichts"
            for cents in (one.left_cents, one.right_cents)
        ]
        sign = "+" if one.difference_cents > 0 else ""
        print(f"{one.year} {one.member}: {sides[0]} → {sides[1]} ({sign}{format_eur(one.difference_cents)})")
        for reason in one.reasons:
            print(f"    {reason}")
    print(f"Zusammen: {format_eur(total)}" if found else "Kein Unterschied.")


def run_whatif(arguments: Arguments) -> int:
    """Print what suppositions would change, over the coming years."""
    from kkd_ledger.agreement import compare, if_census, if_granted, if_leaves, load

    agreement = load(arguments.agreement)
    supposed = agreement
    for member, last_day in arguments.leave or []:
        supposed = if_leaves(supposed, member, last_day)
    for granted, names in ((True, arguments.granted), (False, arguments.fails)):
        for name in names or []:
            supposed = if_granted(supposed, name, granted=granted)
    if arguments.census:
        supposed = if_census(supposed, *arguments.census)
    if supposed is agreement:
        raise UsageError("kkd whatif braucht eine Annahme: --leave, --granted, --fails oder --census.")
    first = _this_year(arguments)
    found = compare((agreement, None), (supposed, None), arguments.year or range(first, first + PLAN_YEARS))
    _print_differences(found, as_json=arguments.json)
    return EXIT_GOOD


def _pair(
    form: str, left: Callable[[str], Any], right: Callable[[str], Any]
) -> Callable[[str], tuple[Any, Any]]:
    """Make an argument type of two values with an equals sign between them."""

    def argument(text: str) -> tuple[Any, Any]:
        first, equals, second = text.partition("=")
        if not equals:
            raise argparse.ArgumentTypeError(f"{text!r} ist nicht lesbar; erlaubt: {form}")
        return left(first), right(second)

    return argument


def run_solve(arguments: Arguments) -> int:
    """Print which key, figure and rates reproduce the given amounts; status 1 where none does."""
    from kkd_ledger.agreement import load, solve
    from kkd_ledger.money import parse_eur, plain

    try:
        amounts = [parse_eur(text) for text in arguments.amounts]
    except ValueError as error:
        raise UsageError(str(error)) from error
    found = solve(amounts, load(arguments.agreement) if arguments.agreement else None)
    if arguments.json:
        _print_json(
            {"amounts": [plain(cents) for cents in amounts], "solutions": [one.as_json() for one in found]}
        )
    else:
        for number, one in enumerate(found, start=1):
            print(f"{number}. {one.text}")
        if not found:
            print("Kein Schlüssel mit Sätzen in ganzen Cent gibt diese Beträge.")
    return EXIT_GOOD if found else EXIT_FINDINGS


def run_savings(arguments: Arguments) -> int:
    """Print what the agreement saves; status 1 where the saving asked for is not reached."""
    from kkd_ledger.agreement import load, savings

    agreement = load(arguments.agreement)
    found = savings(
        agreement, arguments.year or _begun(agreement, _this_year(arguments))[-1], arguments.as_of
    )
    if arguments.json:
        _print_json(found.as_json())
    elif not found.members:
        print("Die Vereinbarung enthält keine Kosten der früheren Kooperationen (predecessor_costs).")
    else:
        names = {one.id: one.name for one in agreement.members} | {"": "Summe"}
        rows = [[f"Leistungsjahr {found.year}", "vorher EUR", "jetzt EUR", "Ersparnis EUR", "Prozent"]]
        for one in (*found.members, found.total):
            percent = (one.as_json()["percent"] or "–").replace(".", ",")
            rows.append(
                [names[one.member], *map(_cell, (one.before_cents, one.now_cents, one.saved_cents)), percent]
            )
        _print_rows(rows)
        if found.fulfilled is not None:
            kept = "erreicht" if found.fulfilled else "nicht erreicht"
            print(f"Verlangte Ersparnis von {str(found.required_percent).replace('.', ',')} %: {kept}.")
    return EXIT_FINDINGS if found.fulfilled is False else EXIT_GOOD


def run_plan(arguments: Arguments) -> int:
    """Print the amounts of the coming years for one party."""
    from kkd_ledger.agreement import plan
    from kkd_ledger.money import plain

    agreement, member = _planned(arguments)
    first = arguments.first or _this_year(arguments)
    found = plan(agreement, member, range(first, first + arguments.years), arguments.as_of)
    if arguments.json:
        years = [one.as_json() for one in found]
        _print_json({"agreement": agreement.id, "member": member, "years": years})
    elif arguments.csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(
            ["leistungsjahr", "betrag", "foerderung_offen", "vorbehaltlich", "faellig", "umsatzsteuer"]
        )
        for one in found:
            amount = "" if one.amount_cents is None else plain(one.amount_cents)
            waits = "ja" if one.conditional else "nein"
            writer.writerow(
                [one.year, amount, plain(one.pending_cents), waits, one.due.isoformat(), one.vat or "offen"]
            )
    else:
        rows = [["Leistungsjahr", "Ansatz EUR", "offene Förderung EUR", "fällig", "Umsatzsteuer"]]
        for one in found:
            amount = "–  " if one.amount_cents is None else _cell(one.amount_cents, one.conditional)
            rows.append(
                [str(one.year), amount, _cell(one.pending_cents), f"{one.due:%d.%m.%Y}", one.vat or "offen"]
            )
        _print_rows(rows)
        if any(one.conditional for one in found):
            print(
                "* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus oder deckt den Betrag nicht."
            )
    return EXIT_GOOD


def _planned(arguments: Arguments) -> tuple[Agreement, str]:
    """Return the agreement and whose plan is asked for: a book folder names both, an agreement file only one."""
    from kkd_ledger.agreement import load

    if arguments.book.is_dir():
        from kkd_ledger.book.config import load_book

        book = load_book(arguments.book)
        return book.agreement, arguments.member or book.party
    if not arguments.member:
        raise UsageError("kkd plan braucht einen Buchordner, oder zu einer Vereinbarung die Angabe --member.")
    agreement = load(arguments.book)
    if arguments.member not in {one.id for one in agreement.members}:
        raise UsageError(f"{arguments.member!r} ist keine Beteiligte der Vereinbarung {agreement.id}.")
    return agreement, arguments.member


def run_annex(arguments: Arguments) -> int:
    """Write the cost table: CSV to the output, or a PDF file."""
    from kkd_ledger.agreement import annex, load

    agreement = load(arguments.agreement)
    first = arguments.first or agreement.begins.year
    last = arguments.last or min(first + PLAN_YEARS - 1, (agreement.ends or dt.date.max).year)
    if last < first:
        raise UsageError(f"--to {last} liegt vor --from {first}.")
    table = annex(agreement, range(first, last + 1), arguments.as_of)
    if arguments.json:
        _print_json(table.as_data())
    elif arguments.pdf is None:
        sys.stdout.write(table.as_csv())
    else:
        _write(arguments.pdf, table.as_pdf())
        print(f"Geschrieben: {arguments.pdf}")
    return EXIT_GOOD


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageFailed(path, error) from error
