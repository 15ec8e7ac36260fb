"""The savings proof: before against now, and what the subsidies ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.cli.shell.tables import (
    add_as_of,
    add_today,
    begun,
    cell,
    on_agreement,
    open_lines,
    print_bindings,
    print_json,
    print_rows,
    this_year,
)
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kkd_ledger.agreement import Savings

_KEPT = {True: "erreicht", False: "nicht erreicht", None: "nicht nachweisbar"}


def register(commands: Commands) -> None:
    """Add the command of the savings proof."""
    savings = on_agreement(commands, "savings", run_savings, "stellt die Kosten davor und danach gegenüber")
    savings.add_argument(
        "--year", type=parsing.service_year, metavar="JAHR", help="Leistungsjahr; sonst das laufende"
    )
    add_as_of(savings)
    add_today(savings)


def run_savings(arguments: Arguments) -> int:
    """Print what the agreement saves and how long it is bound; status 1 where a condition is not kept."""
    from kkd_ledger.agreement import binding_periods, load, savings

    agreement = load(arguments.agreement)
    year = arguments.year or begun(agreement, this_year(agreement, arguments))[-1]
    result, bound = savings(agreement, year, arguments.as_of), binding_periods(agreement, arguments.as_of)
    if arguments.json:
        print_json(result.as_json() | {"bindings": [binding.as_json() for binding in bound]})
    else:
        _print_savings(result, {member.id: member.name for member in agreement.parties(arguments.as_of)})
        remarks = open_lines([(agreement, arguments.as_of)], [year])
        print(*remarks, sep="\n", end="\n" if remarks else "")
        print_bindings(agreement, bound, arguments.as_of)
    kept = result.fulfilled is not False and not any(binding.breaches for binding in bound)
    return EXIT_GOOD if kept else EXIT_FINDINGS


def _print_savings(result: Savings, names: Mapping[str, str]) -> None:
    if result.members:
        _print_table(result, names)
    else:
        print("Die Vereinbarung enthält keine Kosten der früheren Kooperationen (predecessor_costs).")
    for saving in result.asked:
        percent = str(saving.percent).replace(".", ",")
        print(
            f"{saving.title} ({saving.clause}): verlangte Ersparnis von {percent} %: {_KEPT[result.fulfils(saving)]}."
        )


def _print_table(result: Savings, names: Mapping[str, str]) -> None:
    from kkd_ledger.money import format_eur

    rows = [[f"Leistungsjahr {result.year_name}", "vorher EUR", "jetzt EUR", "Ersparnis EUR", "Prozent"]]
    for saving in (*result.members, result.total):
        percent = (saving.as_json()["percent"] or "–").replace(".", ",")
        amounts = map(cell, (saving.before_cents, saving.now_cents, saving.saved_cents))
        rows.append([names.get(saving.member, "Summe"), *amounts, percent])
    print_rows(rows)
    print("Vorher:")
    for cost in result.before:
        source = f", {cost.source}" if cost.source else ""
        print(f"    {names[cost.member]}: {cost.title} {cost.year}, {format_eur(cost.cents)}{source}")
    print(f"Jetzt: Kostenbeteiligung ohne Förderung nach {', '.join(result.clauses)}.")
    if result.without_before:
        others = ", ".join(names[member_id] for member_id in result.without_before)
        print(f"Ohne bekannte Kosten davor, deshalb nicht mitgerechnet: {others}.")
