"""Commands that look ahead or back from an agreement: whatif, solve, savings, plan, annex."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.cli import savings
from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.cli.shell.tables import (
    add_as_of,
    add_today,
    cell,
    differences_json,
    missing_lines,
    on_agreement,
    open_lines,
    print_bindings,
    print_differences,
    print_json,
    print_rows,
    this_year,
    unreckoned,
    write_file,
)
from kkd_ledger.cli.terms import parts_argument
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement, PlanYear

PLAN_YEARS: Final = 5


def register(commands: Commands) -> None:
    """Add the commands of planning."""
    whatif = on_agreement(
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
    census = _pair("ZENSUS=JAHR", parsing.year, parsing.service_year)
    whatif.add_argument(
        "--census", type=census, metavar="ZENSUS=JAHR", help="ab dem Jahr zählt dieser Zensus"
    )
    form = "WAS=JAHR=BETRAG"
    money = parts_argument(form, (str, parsing.service_year, str))
    words = "so viel kostet es, oder so viel geht ab (Kennung oder Titel der Zahl)"
    whatif.add_argument("--money", type=money, action="append", default=[], metavar=form, help=words)
    whatif.add_argument(
        "--year", type=parsing.service_year, metavar="JAHR", action="append", help="Leistungsjahr, mehrfach"
    )
    add_today(whatif)

    solve = commands.add(
        "solve", run_solve, "findet Schlüssel, Einwohnerzahl und Sätze zu erhaltenen Beträgen"
    )
    solve.add_argument("amounts", nargs="+", metavar="BETRAG", help="zum Beispiel 8.869,25 oder 8869.25")
    solve.add_argument(
        "--agreement", type=parsing.path, metavar="VEREINBARUNG", help="sucht auch in agreement.toml"
    )

    savings.register(commands)

    plan = commands.add("plan", run_plan, "zeigt die Beträge für die mittelfristige Planung eines Buches")
    plan.add_argument("book", type=parsing.path, metavar="BUCH", help="Buchordner oder agreement.toml")
    plan.add_argument("--member", metavar="BETEILIGTE", help="wessen Planung; beim Buchordner die des Buches")
    plan.add_argument(
        "--from",
        dest="first",
        type=parsing.service_year,
        metavar="JAHR",
        help="erstes Jahr; sonst das laufende",
    )
    plan.add_argument(
        "--years", type=int, choices=range(1, 31), default=PLAN_YEARS, metavar="ANZAHL", help="1 bis 30"
    )
    plan.add_argument("--csv", action="store_true", help="gibt das Ergebnis als CSV aus")
    add_as_of(plan)
    add_today(plan)

    annex = on_agreement(commands, "annex", run_annex, "schreibt die Kostentabelle für die Beschlussvorlage")
    first, last = "erstes Jahr; sonst das der Vereinbarung", "letztes Jahr; sonst vier nach dem ersten"
    annex.add_argument("--from", dest="first", type=parsing.service_year, metavar="JAHR", help=first)
    annex.add_argument("--to", dest="last", type=parsing.service_year, metavar="JAHR", help=last)
    annex.add_argument(
        "--pdf", type=parsing.path, metavar="DATEI", help="schreibt ein PDF; sonst CSV auf die Ausgabe"
    )
    annex.add_argument(
        "--proposal",
        type=parsing.path,
        metavar="BUCH",
        help="der finanzielle Teil der Vorlage für die Beteiligte dieses Buchs (--from: das Haushaltsjahr)",
    )
    add_as_of(annex)


def run_whatif(arguments: Arguments) -> int:
    """Print what suppositions would change, over the coming years."""
    from kkd_ledger.agreement import binding_periods, compare, if_census, if_granted, if_leaves, load

    agreement = load(arguments.agreement)
    supposed = _with_money(agreement, arguments) if arguments.money else agreement
    for member, last_day in arguments.leave or []:
        supposed = if_leaves(supposed, member, last_day)
    for granted, names in ((True, arguments.granted), (False, arguments.fails)):
        for name in names or []:
            supposed = if_granted(supposed, name, granted=granted)
    if arguments.census:
        supposed = if_census(supposed, *arguments.census)
    if supposed is agreement:
        raise UsageError(
            "kkd whatif braucht eine Annahme: --money, --leave, --granted, --fails oder --census."
        )
    first = this_year(agreement, arguments)
    sides, years = ((agreement, None), (supposed, None)), arguments.year or range(first, first + PLAN_YEARS)
    differences, missing = compare(*sides, years), unreckoned(sides, years)
    before = binding_periods(agreement)
    broken = [binding for binding in binding_periods(supposed) if binding.breaches and binding not in before]
    if arguments.json:
        more = {"bindings": [binding.as_json() for binding in broken], "missing": missing}
        print_json(differences_json(differences) | more)
    else:
        print_differences(differences)
        remarks = [*missing, *open_lines(sides, years)]
        print(*remarks, sep="\n", end="\n" if remarks else "")
        print_bindings(supposed, broken)
    return EXIT_FINDINGS if missing else EXIT_GOOD


def _with_money(agreement: Agreement, arguments: Arguments) -> Agreement:
    """Return the agreement as it would be with other figures of money, known since the newest that there are."""
    from kkd_ledger.agreement import figure_texts, parse
    from kkd_ledger.agreement.file.reported import Money, Reported, entries, with_entries

    report = Reported(agreement.knowledge_days[-1], "Annahme", "corrected")
    rows = [Money(*parts) for parts in arguments.money]
    figures = with_entries(figure_texts(arguments.agreement), entries(agreement, rows, report))
    text = arguments.agreement.read_text(encoding="utf-8-sig")
    return parse(text, arguments.agreement.name, figures)


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
    from kkd_ledger.money import parse_typed_eur, plain

    try:
        amounts = [parse_typed_eur(text) for text in arguments.amounts]
    except ValueError as error:
        raise UsageError(str(error)) from error
    solutions = solve(amounts, load(arguments.agreement) if arguments.agreement else None)
    if arguments.json:
        print_json(
            {
                "amounts": [plain(cents) for cents in amounts],
                "solutions": [solution.as_json() for solution in solutions],
            }
        )
    else:
        for number, solution in enumerate(solutions, start=1):
            print(f"{number}. {solution.text}")
        if not solutions:
            print("Kein Schlüssel mit Sätzen in ganzen Cent gibt diese Beträge.")
    return EXIT_GOOD if solutions else EXIT_FINDINGS


def run_plan(arguments: Arguments) -> int:
    """Print the amounts of the coming years for one party."""
    from kkd_ledger.agreement import binding_periods, plan
    from kkd_ledger.agreement.reckoning.way_words import standing

    agreement, member = _planned(arguments)
    first = arguments.first or this_year(agreement, arguments)
    plan_years = plan(agreement, member, range(first, first + arguments.years), arguments.as_of)
    broken = [binding for binding in binding_periods(agreement, arguments.as_of) if binding.breaches]
    missing = missing_lines(gap for year in plan_years for gap in year.missing)
    remarks = [*missing, *(each.sentence for year in plan_years for each in year.open_charges)]
    stands = standing(agreement, member, arguments.as_of)
    if arguments.json:
        years, kept = [year.as_json() for year in plan_years], [binding.as_json() for binding in broken]
        data = {"agreement": agreement.id, "member": member, "years": years, "bindings": kept}
        print_json({**data, "standing": stands})
    elif arguments.csv:
        _print_plan_csv(plan_years)
        print(*remarks, sep="\n", end="\n" if remarks else "", file=sys.stderr)
    else:
        _print_plan(plan_years)
        print(*remarks, sep="\n", end="\n" if remarks else "")
        print(*([f"Vorbehaltlich: {stands}."] if stands else []), sep="\n", end="\n" if stands else "")
        print_bindings(agreement, broken, arguments.as_of)
    return EXIT_FINDINGS if missing else EXIT_GOOD


def _print_plan_csv(plan_years: Sequence[PlanYear]) -> None:
    from kkd_ledger.money import plain
    from kkd_ledger.spreadsheet import csv_text

    rows: list[list[object]] = [
        ["leistungsjahr", "betrag", "foerderung_offen", "vorbehaltlich", "faellig", "umsatzsteuer"]
    ]
    rows[0].append("umsatzsteuer_betrag")
    for year in plan_years:
        amount = "" if year.amount_cents is None else plain(year.amount_cents)
        waits = "ja" if year.conditional else "nein"
        row: list[object] = [year.year, amount, plain(year.pending_cents), waits, year.due.isoformat()]
        rows.append([*row, year.vat or "offen", plain(year.vat_cents)])
    print(csv_text(rows), end="")


def _print_plan(plan_years: Sequence[PlanYear]) -> None:
    from kkd_ledger.agreement.reckoning.words import VAT_SHORT
    from kkd_ledger.german import day

    taxed = any(year.vat_cents for year in plan_years)
    amounts = ["ohne USt EUR", "mit USt EUR"] if taxed else ["Ansatz EUR"]
    rows = [["Leistungsjahr", *amounts, "offene Förderung EUR", "fällig", "Umsatzsteuer"]]
    for year in plan_years:
        none = "fehlt  " if year.missing else "offen  " if year.open_charges else "–  "
        net = year.amount_cents
        cents = () if net is None else (net, net + year.vat_cents)
        shown = [cell(amount, marked=year.conditional) for amount in cents] or [none, none]
        tax = VAT_SHORT[year.vat] if year.vat else "noch nicht entschieden"
        days = [part.day for part in year.dues] or year.days
        due = f"{len(days)} Teile ab {day(days[0])}" if len(days) > 1 else day(year.due)
        rows.append([year.year_name, *shown[: len(amounts)], cell(year.pending_cents), due, tax])
    print_rows(rows)
    if taxed:
        print("Ansatz ist der Betrag mit Umsatzsteuer, außer wo Sie die Vorsteuer abziehen dürfen.")
    if any(year.conditional for year in plan_years):
        print("* vorbehaltlich: Der Beschluss der Beteiligten steht noch aus oder deckt den Betrag nicht.")


def _planned(arguments: Arguments) -> tuple[Agreement, str]:
    """Return the agreement and whose plan is asked for: a book folder names both, an agreement file only one."""
    from kkd_ledger.agreement import load

    folder = arguments.book.parent if arguments.book.name == "book.toml" else arguments.book
    if folder.is_dir():
        from kkd_ledger.book.config import load_book

        book = load_book(folder)
        return book.agreement, arguments.member or book.party
    if not arguments.member:
        raise UsageError("kkd plan braucht einen Buchordner, oder zu einer Vereinbarung die Angabe --member.")
    agreement = load(arguments.book)
    if agreement.party(arguments.member) is None:
        raise UsageError(f"{arguments.member!r} ist keine Beteiligte der Vereinbarung {agreement.id}.")
    return agreement, arguments.member


def run_annex(arguments: Arguments) -> int:
    """Write the cost table: CSV to the output, or a PDF file."""
    from kkd_ledger.agreement import annex, load

    agreement = load(arguments.agreement)
    if arguments.proposal:
        return _print_proposal(agreement, arguments)
    first = arguments.first or agreement.first_year
    last = arguments.last or min(first + PLAN_YEARS - 1, agreement.last_year)
    if last < first:
        raise UsageError(f"--to {last} liegt vor --from {first}.")
    table = annex(agreement, range(first, last + 1), arguments.as_of)
    remarks = [*table.missing, *table.open_charges]
    if arguments.json:
        print_json(table.as_data())
    elif arguments.pdf is None:
        sys.stdout.write(table.as_csv())
        print(*remarks, sep="\n", end="\n" if remarks else "", file=sys.stderr)
    else:
        write_file(arguments.pdf, table.as_pdf())
        print(f"Geschrieben: {arguments.pdf}", *remarks, sep="\n")
    return EXIT_FINDINGS if table.missing else EXIT_GOOD


def _print_proposal(agreement: Agreement, arguments: Arguments) -> int:
    """Print the financial section of the council paper: the book names party and budget line."""
    from kkd_ledger.agreement.planning.proposal import first_fiscal_year, proposal
    from kkd_ledger.book.config import load_book

    book = load_book(arguments.proposal)
    if agreement.party(book.party) is None:
        raise UsageError(f"{book.party!r} ist keine Beteiligte der Vereinbarung {agreement.id}.")
    line = f"{book.settings.budget.line} {book.settings.budget.name}"
    year = arguments.first or first_fiscal_year(agreement, book.party, arguments.as_of)
    section = proposal(agreement, book.party, line, year, arguments.as_of)
    if arguments.json:
        print_json(section.as_json())
    elif arguments.pdf is not None:
        write_file(arguments.pdf, section.as_pdf(arguments.as_of or agreement.knowledge_days[-1]))
        print(f"Geschrieben: {arguments.pdf}")
    else:
        print(section.text())
    return EXIT_FINDINGS if any(load.missing for load in section.loads) else EXIT_GOOD
