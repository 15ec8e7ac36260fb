"""A desk with the command line on it: the words that a person types, what is printed, what must never be printed."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from kkd_ledger import cli
from kkd_ledger.book.store import durable

NEVER = re.compile(
    r"Sicherung|[Ss]tell(?:en|t|e)\b[^.]{0,80}\bwieder her|wiederher|[Vv]on Hand(?! gebucht)|Traceback"
)
"""No command may say this of what commands, statements and agreements alone have brought about."""
EARLY = {(2, "close"), (2, "reopen"), (2, "remind"), (2, "year")}
"""A month that is not over or not closed, a statement not read, a year further on: the clerk is told so."""
READING = ("status", "reconcile", "--list")
"""Commands that only look: asked again while nothing has happened, they would answer the same."""
SECONDS_MAX = 20


@dataclass(frozen=True)
class Said:
    """What a command answered: its status, its words, and with --json what it printed as data (one a line)."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The last line as JSON; empty where there is none."""
        lines = [line for line in self.out.splitlines() if line.startswith("{")]
        return json.loads(lines[-1]) if lines else {}

    @property
    def words(self) -> str:
        """Everything that was said, on one line."""
        return " ".join(f"{self.err} {self.out}".split())


@dataclass
class Desk:
    """Takes commands, keeps a diary of them, and notes what must never be said."""

    folder: Path
    diary: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _answers: dict[tuple[str, ...], Said] = field(default_factory=dict)

    def note(self, day: dt.date, text: str) -> None:
        """Write into the diary what has happened outside."""
        self._answers.clear()
        self.diary.append(f"{day} {text}")

    def kkd(self, day: dt.date, *words: str, breaks: int | None = None) -> Said:
        """Run a command from the desk's folder; with `breaks` the disk gives up after so many steps, once."""
        looks = any(word in READING for word in words)
        if looks and breaks is None and words in self._answers:
            return self._answers[words]
        said = self._run(words, breaks)
        self.diary.append(
            f"{day} kkd {' '.join(words)} → {said.status} {said.words[:600] if said.status else ''}"
        )
        self._judge(said, day, words)
        if looks:
            self._answers[words] = said
        else:
            self._answers.clear()
        return said

    def _run(self, words: tuple[str, ...], breaks: int | None) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.chdir(self.folder))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            if breaks is not None:
                stack.enter_context(_broken_disk(breaks))
            stack.enter_context(_patience(SECONDS_MAX))
            try:
                status = cli.main(words)
            except SystemExit as left:
                status = int(str(left.code))
        return Said(status, out.getvalue(), err.getvalue())

    def blame(self, what: str, where: str) -> None:
        """Note what must not be, each kind at its first place only."""
        if not any(one.startswith(what) for one in self.wrong):
            self.wrong.append(f"{what}: {where}")

    def _judge(self, said: Said, day: dt.date, words: tuple[str, ...]) -> None:
        command = f"{day} kkd {' '.join(words)}"
        if found := NEVER.search(said.out + said.err):
            start = max(0, found.start() - 300)
            text = " ".join((said.out + said.err)[start : found.end() + 200].split())
            self.blame(f"{words[0]} says what it must not („{found.group()}“)", f"{command}: …{text}")
        if said.status not in {0, 1, 3, 5} and (said.status, words[0]) not in EARLY:
            self.blame(f"status {said.status}", f"{command}: {said.words[-400:]}")


class Hangs(RuntimeError):
    """A command took longer than anybody waits."""


@contextlib.contextmanager
def _patience(seconds: int) -> Iterator[None]:
    """Stop what hangs, where signals can be had: it ends as an unexpected error."""

    def stop(*_: object) -> None:
        raise Hangs(f"longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)  # processor time, whatever else runs on the machine
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _broken_disk(left: int) -> Iterator[None]:
    calls = iter(range(left))
    genuine = durable.sync_folder

    def sync(folder: Path) -> None:
        if next(calls, None) is None:
            raise OSError(5, "planted")
        genuine(folder)

    with mock.patch.object(durable, "sync_folder", sync):
        yield
