"""Argument parsing that speaks German, and the argument types that several commands share."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from kkd_ledger import german
from kkd_ledger.errors import EXIT_USAGE, NotAllowed
from kkd_ledger.periods import FIRST_YEAR, LAST_YEAR, BookingMonth, day_in, service_year_in

Arguments = argparse.Namespace
Run = Callable[[Arguments], int]

_GERMAN = (
    ("usage: ", "Aufruf: "),
    ("positional arguments:", "Angaben:"),
    ("options:", "Schalter:"),
    ("show this help message and exit", "zeigt diese Hilfe und endet"),
    ("show program's version number and exit", "zeigt die Version und endet"),
    ("the following arguments are required: ", "es fehlt: "),
    ("unrecognized arguments: ", "unbekannte Angaben: "),
    ("invalid choice: ", "unbekannt: "),
    ("(choose from ", "(erlaubt: "),
    ("expected one argument", "braucht einen Wert"),
    ("expected at least one argument", "braucht mindestens einen Wert"),
    ("not allowed with argument ", "verträgt sich nicht mit "),
    ("ambiguous option: ", "mehrdeutig: "),
    ("could match ", "möglich sind "),
    ("invalid int value: ", "keine ganze Zahl: "),
    ("ignored explicit argument ", "nimmt keinen Wert an: "),
    ("one of the arguments ", "eine dieser Angaben fehlt: "),
    (" is required", ""),
    ("argument ", ""),
)


_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NEGATIVE: Final = re.compile(r"-\s*\d[\d.,'\s]*(?:€|EUR)?\s*$")


def _german(text: str) -> str:
    for english, translation in _GERMAN:
        text = text.replace(english, translation)
    return text


def today_argument(parser: argparse.ArgumentParser, what: str = "der heutige Tag") -> None:
    """Add the day on which something is recorded or judged: by default the real one, and never a later one."""
    parser.add_argument(
        "--today", metavar="TAG", type=past_day, default=clock_day(), help=f"{what} (Vorgabe: heute)"
    )


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose own words are German, and to whom `-1.000,00` is an amount and no switch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._negative_number_matcher = _NEGATIVE

    def format_help(self) -> str:  # noqa: D102 - as in the base class
        return _german(super().format_help())

    def format_usage(self) -> str:  # noqa: D102 - as in the base class
        return _german(super().format_usage())

    def error(self, message: str) -> NoReturn:  # noqa: D102 - as in the base class
        print(f"{self.format_usage()}{self.prog}: {_german(message)}", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)


class _Overview(Parser):
    """The parser above all commands: its help lists them part by part."""

    def __init__(self, description: str, epilog: str) -> None:
        super().__init__(prog="kkd", usage="kkd BEFEHL …", description=description, epilog=epilog)
        self.parts: list[tuple[str, list[tuple[str, str]]]] = []

    def format_help(self) -> str:
        width = max(len(name) for _, commands in self.parts for name, _ in commands) + 4
        lines = [self.format_usage(), str(self.description), ""]
        for title, commands in self.parts:
            lines.append(f"{title}:")
            for name, summary in commands:
                indent = " " * width
                lines.append(
                    textwrap.fill(
                        summary, 96, initial_indent=f"  {name}".ljust(width), subsequent_indent=indent
                    )
                )
            lines.append("")
        return "\n".join([*lines, textwrap.fill(str(self.epilog), 96), ""])


class Commands:
    """The commands of `kkd`: each is added by its room with its handler."""

    def __init__(self) -> None:
        from kkd_ledger import __version__

        self._parser = _Overview(
            description="Kostenbeteiligungen zwischen Kommunen: Vereinbarung, Bücher, Bank und Nachweis.",
            epilog="Ergebnis (exit status): 0 gut, 1 Feststellungen, 2 Aufruf falsch, 3 Eingabe abgelehnt, "
            "4 Buch belegt, 5 Speicher, 70 unerwarteter Fehler. "
            "Mit `kkd BEFEHL --help` steht jeder Befehl im Einzelnen.",
        )
        self._parser.add_argument("--version", action="version", version=f"kkd {__version__}")
        self._commands = self._parser.add_subparsers(
            prog="kkd", metavar="BEFEHL", required=True, parser_class=Parser, help=argparse.SUPPRESS
        )

    def part(self, title: str) -> None:
        """Begin a part of the list of commands, for those that are added next; without title the last one goes on."""
        if title:
            self._parser.parts.append((title, []))

    def add(
        self, name: str, run: Run, summary: str, *, json: bool = True, epilog: str = ""
    ) -> argparse.ArgumentParser:
        """Add a command; `json` gives it the switch of that name, `epilog` stands below its help.

        Return its parser for further arguments.
        """
        parser = self._commands.add_parser(
            name, help=summary, description=summary[:1].upper() + summary[1:] + ".", epilog=epilog
        )
        self._parser.parts[-1][1].append((name, summary))
        parser.set_defaults(run=run)
        if json:
            parser.add_argument("--json", action="store_true", help="gibt das Ergebnis als JSON aus")
        return parser

    def parse(self, argv: Sequence[str] | None) -> Arguments:
        """Parse the arguments; on a mistake say so and exit with status 2."""
        return self._parser.parse_args(argv)


def typed(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make an argument type of a function that words its own ValueError."""

    def argument(text: str) -> Any:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return argument


def clock_day() -> dt.date:
    """Return the real day; only the command line asks the clock."""
    return clock_time().date()


def clock_time() -> dt.datetime:
    """Return the real time with its zone, for logs."""
    return dt.datetime.now().astimezone()


def _past_day(text: str) -> dt.date:
    """What is recorded is recorded today or was recorded before; a day that has not come proves nothing."""
    day, now = day_in(text), clock_day()
    if day > now:
        raise ValueError(f"{german.day(day)} ist noch nicht da; heute ist der {german.day(now)}")
    return day


def _year(text: str) -> int:
    if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    raise NotAllowed(f"{text!r} ist kein Jahr", f"{FIRST_YEAR} bis {LAST_YEAR}")


def _service_year(text: str) -> int:
    """Take a service year by its number or by its name: `2024`, `2024/25`."""
    year = service_year_in(text)
    if year is None:
        raise NotAllowed(f"{text!r} ist kein Jahr", f"{FIRST_YEAR} bis {LAST_YEAR}, auch 2024/25")
    return year


def _checksum(text: str) -> str:
    """Return a SHA-256 as it is typed from paper, with blanks or in capitals; raise ValueError for anything else."""
    digits = "".join(text.split()).lower()
    if not _SHA256.fullmatch(digits):
        how = "eine ganze SHA-256, wie `kkd close` sie nennt (64 Zeichen, 0-9 und a-f)"
        raise ValueError(f"{text!r} hat {german.count(len(digits), 'Zeichen', 'Zeichen')}; erlaubt: {how}")
    return digits


checksum = typed(_checksum)
day = typed(day_in)
past_day = typed(_past_day)
year = typed(_year)
service_year = typed(_service_year)
booking_month = typed(BookingMonth.parse)
path = Path


def cents_of(text: str | None) -> int | None:
    """Return a typed amount in cents, None where there is none; raise UsageError where it is no amount."""
    from kkd_ledger.errors import UsageError
    from kkd_ledger.money import parse_typed_eur

    if text is None:
        return None
    try:
        return parse_typed_eur(text)
    except ValueError as error:
        raise UsageError(f"Betrag: {error}") from None
