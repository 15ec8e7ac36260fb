"""`kkd agreement`: what the agreement file says, as people read it, and what an amendment adds to it."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands, typed
from kkd_ledger.cli.shell.tables import add_as_of, print_json, unreckoned, write_file
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.agreement import ShareDifference

YEARS_AHEAD: Final = 4
"""How far ahead an amendment says who pays what more: the medium-term plan."""


def register(commands: Commands) -> None:
    """Add the command."""
    agreement = commands.add(
        "agreement",
        run,
        "zeigt die Vereinbarung in Sätzen, mit einem gerechneten Jahr, und schreibt Nachträge",
    )
    agreement.add_argument(
        "action",
        choices=("show", "amend"),
        metavar="WAS",
        help="`show`: zeigt sie in Sätzen; `amend`: schreibt einen Nachtrag",
    )
    agreement.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    shown = agreement.add_argument_group("zu `show`")
    words = "schreibt sie als PDF, zum Unterschreiben als Anlage"
    shown.add_argument("--pdf", type=parsing.path, metavar="DATEI", help=words)
    add_as_of(shown)
    _register_amendment(agreement.add_argument_group("zu `amend`, jeder Schalter auch mehrfach"))
    parsing.today_argument(agreement, "ab wann der Nachtrag bekannt ist")


def _register_amendment(amended: Any) -> None:
    from_day = parsing.typed(day_argument)
    for name, form, parts, words in (
        ("join", "NAME=ART=TAG", (str, typed(_kind), from_day), "tritt bei; Kreis, Stadt, Gemeinde, Verband"),
        ("leave", "NAME=TAG", (str, from_day), "scheidet aus; ihr letzter Tag"),
        ("rate", "BAUSTEIN=TAG=SATZ", (str, from_day, str), "neuer Satz ab dem Tag"),
        ("amount", "BAUSTEIN=TAG=BETRAG", (str, from_day, str), "neuer fester Betrag ab dem Tag"),
        (
            "price",
            "BAUSTEIN=LEISTUNG=TAG=PREIS",
            (str, str, from_day, str),
            "neuer Preis einer Leistung ab dem Tag (LEISTUNG alle: jeder; statt Preis und Satz auch +2,5 %%)",
        ),
        ("cost", "BAUSTEIN=JAHR=BETRAG", (str, parsing.service_year, str), "die Kosten eines Jahres"),
        (
            "planned-cost",
            "BAUSTEIN=JAHR=BETRAG",
            (str, parsing.service_year, str),
            "die geplanten Kosten eines Jahres",
        ),
        (
            "rates-due",
            "BAUSTEIN=TAG=TAGE",
            (str, from_day, typed(_days)),
            "Raten ab dem Tag, etwa 15.02.,15.08.",
        ),
        ("advances-due", "BAUSTEIN=TAG=TAGE", (str, from_day, typed(_days)), "Vorauszahlungen ab dem Tag"),
        (
            "resolution",
            "NAME=TAG=VORLAGE=GREMIUM",
            (str, from_day, str, str),
            "der Beschluss einer Beteiligten",
        ),
        ("step", "NAME=SCHRITT=TAG", (str, typed(_step), from_day), "etwa genehmigt, angezeigt, wirksam"),
        (
            "vat",
            "TAG=BEHANDLUNG=WER=WANN",
            (from_day, typed(_treatment), str, from_day),
            "Umsatzsteuer ab dem Tag, und wer es wann entschieden hat",
        ),
        ("figure", "MASS=NAME=ZAHL", (str, str, str), "die Zahl einer Beteiligten, etwa einer neuen"),
        ("clause", "FUNDSTELLE=TEXT", (str, str), "der Wortlaut einer neuen Fundstelle"),
    ):
        amended.add_argument(
            f"--{name}", metavar=form, action="append", type=parts_argument(form, parts), help=words
        )
    words = "nimmt den letzten Nachtrag zurück, wenn er von heute ist"
    amended.add_argument("--withdraw", action="store_true", help=words)
    amended.add_argument("--reason", metavar="GRUND", default="", help="steht über dem Nachtrag")
    amended.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    amended.add_argument("--yes", action="store_true", help="schreibt, ohne noch einmal zu fragen")


def day_argument(text: str) -> Any:
    """Read a day as people type it."""
    from kkd_ledger.agreement.beginning.typed_answers import typed_day

    return typed_day(text)


def _word(words: Mapping[str, str], text: str) -> str:
    meant = {word.casefold(): own for word, own in words.items()}
    if text.casefold() not in meant:
        raise ValueError(f"{text!r} ist unbekannt; erlaubt: {', '.join(words)}")
    return meant[text.casefold()]


def _kind(text: str) -> str:
    from kkd_ledger.agreement.beginning.typed_answers import KINDS

    return _word(KINDS, text)


def _step(text: str) -> str:
    from kkd_ledger.agreement.beginning.typed_answers import STEPS

    return _word(STEPS, text)


def _treatment(text: str) -> str:
    from kkd_ledger.agreement.beginning.typed_answers import TREATMENTS

    return _word(TREATMENTS, text)


def _days(text: str) -> list[str]:
    from kkd_ledger.agreement.beginning.typed_answers import typed_month_day

    return [typed_month_day(day) for day in text.split(",")]


def parts_argument(
    form: str, converters: tuple[Callable[[str], Any], ...], least: int = 0
) -> Callable[[str], tuple[Any, ...]]:
    """Return what reads an argument of parts between equals signs; the last part may hold some itself.

    Parts behind the `least` number of them may be missing.
    """

    def argument(text: str) -> tuple[Any, ...]:
        parts = text.split("=", len(converters) - 1)
        if not (least or len(converters)) <= len(parts) or not all(parts):
            raise argparse.ArgumentTypeError(f"{text!r} ist nicht lesbar; erlaubt: {form}")
        return tuple(convert(part) for convert, part in zip(converters, parts, strict=False))

    return argument


def run(arguments: Arguments) -> int:
    """Show the agreement, or amend it."""
    return _show(arguments) if arguments.action == "show" else _amend(arguments)


def _show(arguments: Arguments) -> int:
    from kkd_ledger.agreement import load, readable

    version = readable(load(arguments.agreement), arguments.as_of)
    if arguments.json:
        print_json(version.as_json())
    elif arguments.pdf is None:
        print(version.text())
    else:
        write_file(arguments.pdf, version.as_pdf())
        print(f"Geschrieben: {arguments.pdf}")
    return EXIT_GOOD


def _amend(arguments: Arguments) -> int:
    """Show what is added and who pays what more from when; write the whole file or nothing, and only on a yes."""
    from kkd_ledger.agreement import compare, figure_texts, load, parse
    from kkd_ledger.agreement.file.asked import asked_year
    from kkd_ledger.work.terms.added_terms import vat_words

    before = load(arguments.agreement)
    for component, year, _ in (*(arguments.cost or ()), *(arguments.planned_cost or ())):
        asked_year(before, component, year, arguments.today, "plan")
    old = arguments.agreement.read_text(encoding="utf-8-sig")
    figures = figure_texts(arguments.agreement)
    new = _amended(arguments, old, figures)
    after = parse(new, arguments.agreement.name, figures)
    last = min(
        arguments.today.year + YEARS_AHEAD,
        after.ends.year if after.ends else arguments.today.year + YEARS_AHEAD,
    )
    sides, years = (
        ((before, None), (after, None)),
        range(before.first_year, max(last, before.first_year) + 1),
    )
    differences, missing = compare(*sides, years), unreckoned(sides, years)
    taxes = list(vat_words(before, after, years))
    lines = list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), "vorher", "nachher", lineterm="", n=1)
    )
    writes = not arguments.dry_run and (
        arguments.yes
        or (not arguments.json and is_confirmed(lines, differences, missing, "den Nachtrag", taxes))
    )
    if arguments.json:
        print_json(
            {
                "added": [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")],
                "differences": [difference.as_json() for difference in differences],
                "missing": missing,
                "taxes": taxes,
                "written": writes,
            }
        )
    elif arguments.yes or arguments.dry_run:
        tell(lines, differences, missing, taxes)
    if writes:
        write_file(arguments.agreement, new.encode())
    if not arguments.json:
        print(f"Geschrieben: {arguments.agreement}" if writes else "Nichts geschrieben.")
    return EXIT_GOOD if writes or arguments.dry_run else EXIT_FINDINGS


def tell(
    lines: Sequence[str],
    differences: Sequence[ShareDifference],
    missing: Sequence[str],
    taxes: Sequence[str] = (),
) -> None:
    """Print what is added, who pays what more because of it, and what cannot be reckoned."""
    from kkd_ledger.work.terms.added_terms import who_pays

    print("\n".join(lines), end="\n\n")
    print("\n".join([*who_pays(differences), *taxes] or ["Niemand zahlt deshalb etwas anderes."]))
    print(*missing, sep="\n", end="\n" if missing else "")


def is_confirmed(
    lines: Sequence[str],
    differences: Sequence[ShareDifference],
    missing: Sequence[str],
    what: str,
    taxes: Sequence[str] = (),
) -> bool:
    """Show what would be written, and ask; where nobody can answer, say how to confirm it."""
    tell(lines, differences, missing, taxes)
    if not sys.stdin.isatty():
        print(f"Bestätigen Sie {what} mit --yes.")
        return False
    return input("So schreiben? (ja/nein) [nein]: ").strip().casefold() in {"j", "ja"}


def _amended(arguments: Arguments, old: str, figures: Mapping[str, str]) -> str:
    from kkd_ledger.agreement.beginning.amendments import Amendment, withdrawn

    old = withdrawn(old, arguments.today) if arguments.withdraw else old
    amendment, count = Amendment(old, arguments.today, arguments.agreement.name, figures), 0
    for name, add in (
        ("clause", amendment.clause),
        ("join", amendment.joins),
        ("leave", amendment.leaves),
        ("rate", partial(amendment.stage, field="rates")),
        ("amount", partial(amendment.stage, field="amounts")),
        ("price", amendment.price),
        ("cost", amendment.cost),
        ("planned_cost", partial(amendment.cost, kind="plan")),
        ("rates_due", amendment.dues),
        ("advances_due", partial(amendment.dues, in_advance=True)),
        ("resolution", amendment.resolution),
        ("step", amendment.step),
        ("vat", amendment.vat),
        ("figure", amendment.figure),
    ):
        for parts in getattr(arguments, name) or ():
            add(*parts)
            count += 1
    if not count and arguments.withdraw:
        return old
    if not count:
        raise UsageError(
            "kkd agreement amend braucht einen Inhalt, zum Beispiel --join, --rate, --cost, --resolution; "
            "alle nennt `kkd agreement --help`."
        )
    return amendment.text(arguments.reason)
