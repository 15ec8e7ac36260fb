"""`kkd figures`: the figures of a service year, which are missing, and new ones written beside the agreement."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands, typed
from kkd_ledger.cli.shell.tables import add_as_of, print_json, unreckoned, write_file
from kkd_ledger.cli.terms import YEARS_AHEAD, day_argument, is_confirmed, parts_argument, tell
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD

if TYPE_CHECKING:
    from kkd_ledger.agreement import Agreement, ListedFigure
    from kkd_ledger.agreement.file.reported import Reported
    from kkd_ledger.agreement.file.reported_charges import ReportedCharges

CHARGE_FORM: Final = "BETEILIGTE=TAG=LEISTUNG=MENGE=AUFTRAG"
CHARGE_COLUMNS: Final = "baustein;beteiligte;tag;leistung;menge;auftrag;quelle"
_STATES: Final = ("reported", "provisional", "final", "corrected")


def register(commands: Commands) -> None:
    """Add the command."""
    figures = commands.add(
        "figures", run, "zeigt die Zahlen eines Leistungsjahrs und was fehlt, und trägt neue ein"
    )
    figures.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    figures.add_argument(
        "--year", type=parsing.service_year, metavar="JAHR", help="Leistungsjahr (ohne: das laufende)"
    )
    add_as_of(figures)
    added = figures.add_argument_group("neue Zahlen, jeder Schalter auch mehrfach")
    day = typed(day_argument)
    for name, form, converters, words in (
        ("money", "KENNUNG=JAHR=BETRAG", (str, parsing.service_year, str), "Geld eines Leistungsjahrs"),
        (
            "count",
            "MASS=TAG=BETEILIGTE=ZAHL",
            (str, day, str, str),
            "was eine Beteiligte an einem Stichtag zählt",
        ),
        (
            "index",
            "INDEX=STAND=WERT",
            (str, typed(_at), str),
            "der Stand eines Index im Jahr (2024) oder Monat (2024-07)",
        ),
    ):
        argument = parts_argument(form, converters)
        added.add_argument(f"--{name}", metavar=form, action="append", type=argument, default=[], help=words)
    added.add_argument(
        "--csv", type=parsing.path, metavar="DATEI", help="viele auf einmal, mit Strichpunkten"
    )
    charged = parts_argument(CHARGE_FORM, (str, str, str, str, str), least=4)
    words = "was nach Anfall abgerechnet wird; Tag wie 05.03.2024 oder Monat wie 03/2024"
    added.add_argument("--charge", metavar=CHARGE_FORM, action="append", type=charged, default=[], help=words)
    words = f"viele davon auf einmal; erste Zeile: {CHARGE_COLUMNS}"
    added.add_argument("--charges", type=parsing.path, metavar="DATEI", help=words)
    added.add_argument(
        "--component", default="", metavar="BAUSTEIN", help="wozu --charge gehört, wo es mehrere gibt"
    )
    added.add_argument("--source", default="", metavar="QUELLE", help="woher sie kommen")
    added.add_argument(
        "--state", choices=_STATES, default="reported", help="gemeldet, vorläufig, festgestellt, berichtigt"
    )
    added.add_argument("--kind", choices=("plan", "actual"), default="actual", help="Plan oder Ist")
    added.add_argument("--reported-by", default="", metavar="WER", help="wer sie meldet")
    added.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    added.add_argument("--yes", action="store_true", help="schreibt, ohne noch einmal zu fragen")
    parsing.today_argument(figures, "ab wann die Zahlen bekannt sind")


def _at(text: str) -> str:
    from kkd_ledger.agreement.file.reported import year_or_month

    return year_or_month(text)


def run(arguments: Arguments) -> int:
    """Show the figures of a year, or add some."""
    adds = arguments.money or arguments.count or arguments.index or arguments.csv
    adds = adds or arguments.charge or arguments.charges
    return _add(arguments) if adds else _show(arguments)


def _show(arguments: Arguments) -> int:
    from kkd_ledger.agreement import listed_figures, load, shares

    agreement = load(arguments.agreement)
    year = arguments.year or agreement.service_year.of(arguments.as_of or arguments.today)
    rows = listed_figures(agreement, year, arguments.as_of)
    gaps = shares(agreement, year, arguments.as_of).gaps
    if arguments.json:
        missing = [gap.as_json() for gap in gaps]
        print_json({"year": year, "figures": [row.as_json() for row in rows], "missing": missing})
    else:
        print(
            "\n".join(_lines(agreement, year, rows))
            or f"Für {agreement.year_name(year)} gibt es keine Zahlen."
        )
        print(
            *(f"Es fehlt: {lack}" for gap in gaps for lack in gap.lacks), sep="\n", end="\n" if gaps else ""
        )
    return EXIT_FINDINGS if gaps else EXIT_GOOD


def _lines(agreement: Agreement, year: int, rows: Sequence[ListedFigure]) -> Iterator[str]:
    if rows:
        yield f"Zahlen des Leistungsjahrs {agreement.year_name(year)}"
    for row in rows:
        yield f"  {row.title}: {row.figure} ({row.source})"


def _add(arguments: Arguments) -> int:
    """Show what is added and who pays what more; write all files or none, and only on a yes."""
    from kkd_ledger.agreement import compare, figure_texts, load, parse
    from kkd_ledger.agreement.file.reported import (
        Count,
        IndexFigure,
        Money,
        Reported,
        Row,
        entries,
        rows_of,
        with_entries,
    )

    before = load(arguments.agreement)
    text = arguments.agreement.read_text(encoding="utf-8-sig")
    rows: list[Row] = [Money(*parts) for parts in arguments.money]
    rows += [Count(*parts) for parts in arguments.count]
    rows += [IndexFigure(*parts) for parts in arguments.index]
    if arguments.csv:
        rows += rows_of(arguments.csv.read_text(encoding="utf-8-sig"))
    known_from = max(arguments.today, before.known_from)
    report = Reported(known_from, arguments.source, arguments.state, arguments.kind, arguments.reported_by)
    old = figure_texts(arguments.agreement)
    new = with_entries(old, entries(before, rows, report))
    charges = _charges(arguments, before, report)
    new = with_entries(new, charges.texts)
    after = parse(text, arguments.agreement.name, new)
    changed = [file for file in new if new[file] != old.get(file, "")]
    lines = [line for file in changed for line in _difference(file, old.get(file, ""), new[file])]
    last = max(before.first_year, min(arguments.today.year + YEARS_AHEAD, after.last_year))
    sides, years = ((before, None), (after, None)), range(before.first_year, last + 1)
    concerned = {row.day.year if isinstance(row, Count) else row.year for row in rows}
    concerned |= {int(file.removesuffix(".toml")[-4:]) for file in charges.texts}
    lines += charges.sentences if arguments.charge or arguments.charges else []
    near = [year for year in years if year in concerned or year - 1 in concerned]
    differences, missing = compare(*sides, years), unreckoned((sides[1],), near)
    writes = not arguments.dry_run and (
        arguments.yes or (not arguments.json and is_confirmed(lines, differences, missing, "die Zahlen"))
    )
    if arguments.json:
        texts = {"added": {file: new[file] for file in changed}, "missing": missing, "written": writes}
        print_json(texts | {"differences": [difference.as_json() for difference in differences]})
    elif arguments.yes or arguments.dry_run:
        tell(lines, differences, missing)
    files = [arguments.agreement.parent / file for file in changed]
    for path, file in zip(files, changed, strict=True):
        if writes:
            _write(path, new[file])
    if not arguments.json:
        print(f"Geschrieben: {', '.join(map(str, files))}" if writes and files else "Nichts geschrieben.")
    return EXIT_GOOD if writes or arguments.dry_run else EXIT_FINDINGS


def _charges(arguments: Arguments, agreement: Agreement, report: Reported) -> ReportedCharges:
    """Return the charges that are typed and those of a file, taken together or not at all."""
    from kkd_ledger.agreement.file.reported_charges import (
        ChargeRow,
        ReportedCharges,
        charge_rows,
        reported_charges,
    )

    rows = [
        ChargeRow(f"--charge {number}", arguments.component, *parts)
        for number, parts in enumerate(arguments.charge, start=1)
    ]
    name = "Eingabe"
    if arguments.charges:
        name = arguments.charges.name
        rows += charge_rows(arguments.charges.read_bytes(), name)
    return reported_charges(agreement, rows, report, name) if rows else ReportedCharges()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    write_file(path, text.encode())


def _difference(file: str, old: str, new: str) -> list[Any]:
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), file, file, lineterm="", n=0))
