"""`kkd init`: from a paper contract to agreement, contacts and a book with its first month."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.cli.shell.tables import print_json
from kkd_ledger.errors import EXIT_GOOD, InputRefused, UsageError

if TYPE_CHECKING:
    from kkd_ledger.work.beginning.begin import Beginning

_EPILOG = (
    "Ohne --answers fragt der Befehl der Reihe nach, was noch fehlt. Eine Antwortdatei (TOML oder JSON) nennt "
    "dieselben Angaben; docs/handbuch.md zeigt eine. Vor dem Schreiben steht ein gerechnetes Jahr in Worten."
)


def register(commands: Commands) -> None:
    """Add the command."""
    init = commands.add(
        "init",
        run,
        "schreibt aus Antworten eine Vereinbarung, Kontakte und ein Buch mit seinem ersten Monat",
        epilog=_EPILOG,
    )
    init.add_argument("folder", metavar="ORDNER", type=parsing.path, help="ein neuer Ordner")
    init.add_argument("--answers", metavar="DATEI", type=parsing.path, help="Antworten als TOML oder JSON")
    for name, letter, words in (
        ("title", "TITEL", "wie die Vereinbarung heißt"),
        ("operator", "NAME", "wer die Zusammenarbeit betreibt"),
        ("from", "TAG", "ab wann sie gilt"),
        ("due", "TAG", "Fälligkeit in jedem Jahr, zum Beispiel 15.03."),
        ("book-of", "NAME", "wessen Buch begonnen wird (Vorgabe: das der Betreiberin)"),
    ):
        init.add_argument(f"--{name}", metavar=letter, dest=f"answer_{name.replace('-', '_')}", help=words)
    init.add_argument(
        "--party",
        metavar="NAME=ART",
        action="append",
        type=_party,
        help="eine Beteiligte und ob sie Kreis, Stadt, Gemeinde oder Verband ist; mehrfach",
    )
    init.add_argument("--ask", action="store_true", help="fragt nach, was in der Antwortdatei fehlt")
    init.add_argument("--month", metavar="MONAT", type=parsing.booking_month, help="erster Buchungsmonat")
    init.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    init.add_argument("--yes", action="store_true", help="schreibt, ohne noch einmal zu fragen")
    parsing.today_argument(init)


def _party(text: str) -> dict[str, str]:
    name, equals, kind = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(
            f"{text!r} ist nicht lesbar; erlaubt: NAME=ART, zum Beispiel Ahaus=Stadt"
        )
    return {"name": name, "kind": kind}


def run(arguments: Arguments) -> int:
    """Ask what is not answered, show one computed year, and write everything or nothing."""
    from kkd_ledger.agreement.beginning.answers import answers_of
    from kkd_ledger.periods import BookingMonth
    from kkd_ledger.work.beginning.begin import beginning, refuse_taken

    given, asked = _given(arguments), _asks(arguments)
    if not arguments.dry_run:
        refuse_taken(arguments.folder)
    with contextlib.ExitStack() as stack:
        if asked:
            from kkd_ledger.agreement.beginning.questions import Interview

            interview = Interview(_ask, print, given)
            stack.enter_context(_kept(interview.answers, arguments.folder))
            given = interview.run()
        file = str(arguments.answers or "Antworten")
        made = beginning(answers_of(given, file), arguments.month or BookingMonth.of(arguments.today), file)
        return _write(arguments, made, asked=asked)


@contextlib.contextmanager
def _kept(answers: Mapping[str, Any], folder: Path) -> Iterator[None]:
    """Keep what somebody has answered in a file beside the folder, where nothing comes of it: nobody answers twice."""
    try:
        yield
    except (InputRefused, UsageError, KeyboardInterrupt):
        from kkd_ledger.agreement.file.toml_text import pairs

        file = folder.with_name(f"{folder.name}-antworten.toml")
        file.write_text(pairs(answers), encoding="utf-8")
        print(
            f"Ihre Antworten liegen in {file}. Berichtigen Sie dort, was nicht stimmt, und rufen Sie "
            f"`kkd init {folder} --answers {file} --ask` auf: Gefragt wird dann nur, was fehlt."
        )
        raise


def _write(arguments: Arguments, made: Beginning, *, asked: bool) -> int:
    from kkd_ledger.work.beginning.begin import begin

    if arguments.json:
        print_json({"files": dict(made.texts), "book": made.book, "dry_run": arguments.dry_run})
    else:
        print(_shown(made))
    if arguments.dry_run:
        return EXIT_GOOD
    if (
        asked
        and not arguments.yes
        and _ask("So schreiben? (ja/nein) [nein]: ").strip().casefold() not in {"j", "ja"}
    ):
        raise UsageError("Nichts geschrieben.")
    begin(made, arguments.folder)
    if not arguments.json:
        book = arguments.folder / made.book
        print(*(f"Geschrieben: {arguments.folder / file}" for file in made.texts), sep="\n")
        print(
            f"Weiter: `kkd check {book}`; in Sätzen: "
            f"`kkd agreement show {arguments.folder / 'vereinbarung' / 'agreement.toml'}`."
        )
    return EXIT_GOOD


def _asks(arguments: Arguments) -> bool:
    """Whether to ask: at a terminal where no file answers, or wherever that is wanted (answers may come by a pipe)."""
    return bool(arguments.ask or (arguments.answers is None and sys.stdin.isatty()))


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:
        raise UsageError("Die Eingabe endete, bevor alles beantwortet war; nichts ist geschrieben.") from None


def _given(arguments: Arguments) -> dict[str, Any]:
    """Return the answers of file and switches; switches win."""
    given = _file(arguments.answers) if arguments.answers else {}
    switches = ("title", "operator", "from", "due", "book_of")
    given |= {name: value for name in switches if (value := getattr(arguments, f"answer_{name}"))}
    if arguments.party:
        given["parties"] = arguments.party
    if not given and not _asks(arguments):
        raise UsageError(
            "Es gibt keine Antworten: --answers DATEI, oder kkd init an einem Terminal, das fragt."
        )
    return given


def _file(file: Path) -> dict[str, Any]:
    from kkd_ledger import toml
    from kkd_ledger.agreement.beginning.answers import AnswersRefused
    from kkd_ledger.errors import Problem, cause_of

    try:
        content = toml.read(file, AnswersRefused)
    except OSError as error:
        raise AnswersRefused([Problem(str(file), "", cause_of(error), "eine lesbare Datei")]) from error
    if file.suffix != ".json":
        return toml.loads(content, str(file), AnswersRefused)
    try:
        data = json.loads(content, parse_float=str)
    except ValueError as error:
        raise AnswersRefused(
            [Problem(str(file), "", f"kein gültiges JSON ({error})", "JSON oder TOML")]
        ) from error
    if not isinstance(data, dict):
        raise AnswersRefused([Problem(str(file), "", "kein Objekt", "Antworten als Objekt { … }")])
    return data


def _shown(made: Beginning) -> str:
    from kkd_ledger.agreement import readable

    sections = [
        section
        for section in readable(made.agreement).sections
        if section.title.endswith(("gerechnet", "fehlt"))
    ]
    lines = [
        f"{section.title}:\n" + "\n".join(f"  {line}" for line in [*section.sentences, *section.grid_lines()])
        for section in sections
    ]
    return "\n".join([made.agreement.title, *lines])
