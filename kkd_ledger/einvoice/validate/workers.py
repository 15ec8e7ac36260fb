"""Several processes that stay warm: each makes its tool once and then works off tasks, in order of the tasks.

SaxonC lives in the main thread of a process only, so a server with threads checks documents here as well.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class WorkerDied(Exception):
    """A worker process ended without an answer."""


class Workers(Generic[T, R]):
    """A context manager over `count` processes; `make` builds in each of them the function that does a task."""

    def __init__(self, make: Callable[[], Callable[[T], R]], count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes = []
        self._lines: list[Connection[Any, Any]] = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(make, theirs), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._lines.append(ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join(timeout=5)
            if process.is_alive():
                process.terminate()

    def map(self, tasks: Sequence[T]) -> Iterator[R]:
        """Yield the results in the order of the tasks; raise what a task raised, WorkerDied where a process died."""
        waiting = iter(enumerate(tasks))
        done: dict[int, R] = {}
        following = 0
        busy = {line for line in self._lines if _send(line, waiting)}
        while following < len(tasks):
            for line in wait(list(busy)):
                assert isinstance(line, Connection)
                index, result = _receive(line)
                done[index] = result
                if not _send(line, waiting):
                    busy.discard(line)
            while following in done:
                yield done.pop(following)
                following += 1


def _send(line: Connection[Any, Any], waiting: Iterator[tuple[int, Any]]) -> bool:
    task = next(waiting, None)
    if task is not None:
        line.send(task)
    return task is not None


def _receive(line: Connection[Any, Any]) -> tuple[int, Any]:
    try:
        index, result, error = line.recv()
    except EOFError:
        raise WorkerDied("Ein Arbeitsprozess ist abgestürzt; es wurde nichts geschrieben.") from None
    if error is not None:
        raise error
    return index, result


def _serve(make: Callable[[], Callable[[Any], Any]], line: Connection[Any, Any]) -> None:
    """Work off tasks until the other end hangs up."""
    work = make()
    while True:
        try:
            index, task = line.recv()
        except EOFError:
            return
        try:
            line.send((index, work(task), None))
        except Exception as error:  # noqa: BLE001 - the caller's process raises it
            line.send((index, None, error))
