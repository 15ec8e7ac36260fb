"""main.beancount: generated from book.toml and the list of months; read with an allow-list before anything loads it.

A ledger file is input, not a program: plugins, includes and options outside the list are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.canonical import quote
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.periods import BookingMonth

_HEAD: Final = re.compile(r";; Letzter Abschlussnachweis: ([1-9]\d* \S+ [0-9a-f]{64})", re.ASCII)
_LAST: Final = re.compile(r";; Letzte Buchung bei der Eröffnung des neuesten Monats: (\d{4}-\d{6})", re.ASCII)
_BATCHES: Final = re.compile(
    r";; Buchungsstapel der offenen Monate: (keine|\d{4}-\d\d [1-9]\d*(?:, \d{4}-\d\d [1-9]\d*)*)", re.ASCII
)
_NOTE: Final = ";; Erzeugt aus book.toml und der Liste der Monate; Änderungen von Hand gehen verloren.\n"
_OPTION: Final = re.compile(r'option "([a-z_]+)" "([^"\\]*)"')
_PLUGIN: Final = re.compile(r'plugin "([^"\\]*)"')
_INCLUDE: Final = re.compile(r'include "([^"\\]*)"')
_MONTH_FILE: Final = re.compile(r"(\d{4})/(\1-\d{2})\.beancount", re.ASCII)
_OUR_PLUGIN: Final = re.compile(rf"{re.escape(v.BUNDLE)}(?:\.[a-z_]+)?")
_FAVA_OPTIONS_ALLOWED: Final = frozenset({"language", "locale"})
_OPTIONS_ALLOWED: Final = frozenset({"title", *(name for name, _ in v.TOP_OPTIONS)})


class TopFile(NamedTuple):
    """What a top file says; `head` names the last closing proof: its place in the chain, its file, its hash.

    `last` is the posting number that was the last one of its year when the newest month was opened. `batches` are how
    many batches each open month's file has, in journal order; None in books made before there were any.
    """

    options: dict[str, str]
    plugins: tuple[str, ...]
    months: tuple[BookingMonth, ...]
    head: str = ""
    last: str = ""
    batches: Mapping[BookingMonth, int] | None = None


def write(
    title: str,
    months: Iterable[BookingMonth],
    head: str = "",
    last: str = "",
    batches: Mapping[BookingMonth, int] | None = None,
) -> str:
    """Return the top file's text; `months` are in journal order, `head`, `last` and `batches` as in `TopFile`."""
    options = [f"option {quote(name)} {quote(value)}\n" for name, value in (("title", title), *v.TOP_OPTIONS)]
    includes = [f'include "{month.stem}.beancount"\n' for month in months]
    notes = [f";; Letzter Abschlussnachweis: {head}\n"] if head else []
    notes += [f";; Letzte Buchung bei der Eröffnung des neuesten Monats: {last}\n"] if last else []
    if batches is not None:
        batch = ", ".join(f"{month} {count}" for month, count in batches.items()) or "keine"
        notes += [f";; Buchungsstapel der offenen Monate: {batch}\n"]
    return "".join([_NOTE, *notes, *options, "\n", f'plugin "{v.BUNDLE}"\n', "\n", *includes])


def last_of(numbers: Mapping[int, int]) -> str:
    """Return the last posting number of the newest year that has one; stated in the top file, so that none vanishes."""
    given = [(year, number) for year, number in numbers.items() if number]
    return "{}-{:06}".format(*max(given)) if given else ""


def read(text: str, file: str) -> TopFile:
    """Return what the top file says; raise BookRefused with every line that is not on the allow-list."""
    top = TopFile({}, (), ())
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            top = _line(top, line)
        except ValueError as error:
            actual, allowed = error.args
            problems.append(Problem(file, f"Zeile {number}", actual, allowed))
    if problems:
        raise BookRefused(problems)
    return top


def _line(top: TopFile, line: str) -> TopFile:
    if not line.strip() or line.startswith(";"):
        return _note(top, line)
    if match := _OPTION.fullmatch(line):
        return top._replace(options=top.options | {_allowed_option(match[1]): match[2]})
    if match := _PLUGIN.fullmatch(line):
        return top._replace(plugins=(*top.plugins, _allowed_plugin(match[1])))
    if match := _INCLUDE.fullmatch(line):
        return top._replace(months=(*top.months, _allowed_month(match[1], top.months)))
    raise ValueError(line, "nur option, plugin und include in der erzeugten Schreibweise")


def _note(top: TopFile, line: str) -> TopFile:
    """Return what a comment of ours says besides; others say nothing."""
    if match := _HEAD.fullmatch(line):
        return top._replace(head=match[1])
    if match := _LAST.fullmatch(line):
        return top._replace(last=match[1])
    if match := _BATCHES.fullmatch(line):
        return top._replace(batches=_counts(match[1]))
    return top


def _counts(counts: str) -> dict[BookingMonth, int]:
    """Return how many batches each open month has; raise ValueError for a month that is none."""
    pairs = (pair.split() for pair in counts.split(", ") if counts != "keine")
    try:
        return {BookingMonth.parse(month): int(count) for month, count in pairs}
    except ValueError:
        raise ValueError(counts, "Monate JJJJ-MM, jeder mit der Zahl seiner Buchungsstapel") from None


def _allowed_option(name: str) -> str:
    if name not in _OPTIONS_ALLOWED:
        raise ValueError(f'option "{name}"', ", ".join(sorted(_OPTIONS_ALLOWED)))
    return name


def _allowed_plugin(name: str) -> str:
    if not _OUR_PLUGIN.fullmatch(name):
        raise ValueError(f'plugin "{name}"', f"{v.BUNDLE} oder eine seiner Regeln")
    return name


def _allowed_month(path: str, months: Sequence[BookingMonth]) -> BookingMonth:
    match = _MONTH_FILE.fullmatch(path)
    if not match:
        raise ValueError(f'include "{path}"', "Monatsdateien wie 2023/2023-10.beancount")
    month = BookingMonth.parse(match[2])
    if month in months:
        raise ValueError(f'include "{path}" zweimal', "jeder Monat einmal")
    return month


def foreign_custom(kind: str, values: Sequence[object]) -> str:
    """Return what a custom directive may say instead, empty where it is harmless: Fava runs what extensions name."""
    first = values[0] if values else None
    if kind == v.CustomType.FAVA_EXTENSION and first != v.FAVA_EXTENSION:
        return f"nur {v.FAVA_EXTENSION}"
    if kind == v.CustomType.FAVA_OPTION and first not in _FAVA_OPTIONS_ALLOWED:
        return f"nur {', '.join(sorted(_FAVA_OPTIONS_ALLOWED))}"
    return ""
