"""`kkd decide`: a person says what becomes of bank lines that wait, and of bank files that wait or were refused."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, day
from kkd_ledger.cli.shell.writing import book_command, load, load_to_write, tell
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.certificate import Verdict
    from kkd_ledger.book.config import Book
    from kkd_ledger.work.decisions.doubted import Doubted

_FLAGS: Final = ("new", "known", "foreign", "again")
_DAY: Final = (
    "nur Zeilen dieses Buchungstags; bei einer Datei mit einer Zeile, deren Tag nicht zu lesen ist, deren Tag"
)
_AMOUNT: Final = "nur Zeilen dieses Betrags; mit SCHLÜSSEL eines Unterschieds: so viel davon"
_LINES_MAX: Final = 12
_HOW: Final = """\
Entscheiden: `kkd decide BUCH SCHLÜSSEL` über eine Zeile, `--file DATEI` über eine Datei, mit --day, --amount, --payer
über alle, auf die es zutrifft; dazu das Urteil: --foreign (gehört nicht hierher), --known (ist schon gebucht),
--new (gehört hierher und ist neu) oder --posten POSTEN (zahlt ihn), und immer --by NAME --reason GRUND.
Bei einem Unterschied (was Auszüge nicht erklären) nennen --amount und --day mit seinem SCHLÜSSEL den Teil, um den es
geht; bei einer Datei gibt --day einer Zeile ohne lesbaren Tag den ihren, sonst bekommt sie den letzten Tag des Auszugs.
Eine spätere Entscheidung ersetzt die frühere; --again lässt eine Zeile wieder warten."""


def _cents(text: str) -> int:
    from kkd_ledger.money import parse_typed_eur

    try:
        return parse_typed_eur(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def register(commands: Commands) -> None:
    """Add the command."""
    summary = "entscheidet über wartende Bankzeilen und Bankdateien, oder zeigt sie"
    decide = book_command(commands, "decide", run_decide, summary, today=True)
    what = "der Schlüssel einer Zeile; ohne ihn zeigt der Befehl, was wartet"
    decide.add_argument("key", metavar="SCHLÜSSEL", nargs="?", default="", help=what)
    decide.add_argument("--list", action="store_true", help="zeigt, worüber zu entscheiden ist")
    decide.add_argument(
        "--file", metavar="DATEI", default="", help="eine Datei des Posteingangs, auch eine abgelehnte"
    )
    decide.add_argument("--day", metavar="TAG", type=day, help=_DAY)
    decide.add_argument(
        "--amount",
        metavar="BETRAG",
        type=_cents,
        help="nur Zeilen dieses Betrags; mit SCHLÜSSEL: so viel von einem Unterschied",
    )
    decide.add_argument(
        "--payer", metavar="NAME", default="", help="nur Zeilen, deren Gegenseite oder Text so heißt"
    )
    choice = decide.add_mutually_exclusive_group()
    choice.add_argument("--posten", default="", help="die Zeile zahlt diesen Posten")
    choice.add_argument("--foreign", action="store_true", help="gehört nicht hierher")
    choice.add_argument("--known", action="store_true", help="ist schon gebucht")
    choice.add_argument("--new", action="store_true", help="gehört hierher und ist neu")
    choice.add_argument(
        "--again", action="store_true", help="soll wieder warten: die Entscheidung wird zurückgenommen"
    )
    decide.add_argument("--by", metavar="NAME", default="", help="wer das entscheidet")
    decide.add_argument("--reason", metavar="GRUND", default="", help="warum")


def _verdict(arguments: Arguments) -> Verdict | None:
    from kkd_ledger.book.certificate import Verdict

    if arguments.posten:
        return Verdict.PAYS
    named = (Verdict.NEW, Verdict.KNOWN, Verdict.NOT_OURS, Verdict.OPEN)
    return next(
        (verdict for flag, verdict in zip(_FLAGS, named, strict=True) if getattr(arguments, flag)), None
    )


def run_decide(arguments: Arguments) -> int:
    """Decide about lines or a file, or list what waits."""
    from kkd_ledger.book.certificate import Verdict
    from kkd_ledger.work.decisions.decide import Chosen, decide_lines
    from kkd_ledger.work.decisions.decide_file import decide_file
    from kkd_ledger.work.decisions.left_in_suspense import left_in_suspense, left_in_suspense_lines

    book, verdict = load_to_write(arguments), _verdict(arguments)
    chosen = Chosen(arguments.key, arguments.day, arguments.amount, arguments.payer)
    if verdict is None:
        if not arguments.list and (arguments.file or not chosen.all):
            raise UsageError("Es fehlt das Urteil: --foreign, --known, --new, --posten POSTEN oder --again.")
        return _list(arguments)
    if arguments.file and (arguments.key or verdict in {Verdict.PAYS, Verdict.OPEN}):
        raise UsageError("Über eine Datei entscheidet --new, --known oder --foreign, ohne Schlüssel.")
    if not arguments.file and chosen.all:
        raise UsageError(
            "Es fehlt, worüber: SCHLÜSSEL, --file DATEI oder eine Auswahl (--day, --amount, --payer)."
        )
    facts = {
        "by": arguments.by,
        "reason": arguments.reason,
        "today": arguments.today,
        "dry_run": arguments.dry_run,
    }
    if arguments.file:
        _tell_differences(arguments, book)
        outcome = decide_file(book, arguments.file, verdict, chosen, **facts)
    else:
        outcome = decide_lines(book, chosen, verdict, posten=arguments.posten, **facts)
    left = left_in_suspense(outcome)
    status = tell(arguments, outcome, "Entscheidung eingetragen", unclear=[money.as_json() for money in left])
    if not arguments.json:
        print("".join(f"  {line}\n" for line in left_in_suspense_lines(left)), end="")
    return status


def _tell_differences(arguments: Arguments, book: Book) -> None:
    """Say what a file that is decided about has otherwise than the certificates, as `--list` does."""
    from kkd_ledger.work.decisions.doubted import doubted

    if not arguments.json:
        name = Path(arguments.file).name
        files = [
            file
            for file in doubted(book, arguments.today).files
            if file.name == name and file.certified.lines
        ]
        print("".join(f"{sentence}\n" for file in files[:1] for sentence in file.certified.sentences), end="")


def _list(arguments: Arguments) -> int:
    from kkd_ledger.work.decisions.doubted import doubted

    doubts = doubted(load(arguments.book), arguments.today)
    if arguments.json:
        print(json.dumps(doubts.as_json(), ensure_ascii=False))
    else:
        print("\n".join(_listed(doubts)))
    return EXIT_FINDINGS if doubts.files or doubts.lines else EXIT_GOOD


def _listed(doubts: Doubted) -> Iterator[str]:
    from kkd_ledger.bank.days import NO_DAY
    from kkd_ledger.money import format_eur

    if not doubts.files and not doubts.lines:
        yield "Zu entscheiden: nichts"
        return
    for file in doubts.files:
        since = f" (seit dem {german.day(file.since)})" if file.since else ""
        yield f"Datei {file.place}/{file.name}{since}"
        yield from (f"  {reason}" for reason in file.reasons)
        lines = file.certified.lines
        for line, is_certified in lines[:_LINES_MAX]:
            words = " | ".join(filter(None, (line.counterparty, line.remittance)))
            day = "ohne Tag  " if line.booking_day == NO_DAY else german.day(line.booking_day)
            new = "" if is_certified else " (neu)"
            yield f"    {day}  {format_eur(line.amount_cents):>16}  {words}{new}"
        if len(lines) > _LINES_MAX:
            yield f"    … und {len(lines) - _LINES_MAX} weitere Zeilen"
        yield from (f"  {sentence}" for sentence in (file.certified.sentences if lines else ()))
    for waits, ways in doubts.lines:
        words = " | ".join(filter(None, waits.words or ()))
        yield f"Zeile vom {german.day(waits.day)}  {format_eur(waits.cents):>16}  {words} [{waits.key}]"
        yield from (f"  {reason}" for reason in waits.reasons if reason not in words)
        yield from (f"  {way.text}" for way in ways)
    yield _HOW
