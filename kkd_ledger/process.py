"""What a command switches in its own process: Python's search for cycles, and how the process ends.

Each switch is thrown here and nowhere else; its docstring says what was measured.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

OBJECTS_BETWEEN_COLLECTIONS: Final = 1_000_000


def collect_rarely() -> None:
    """Let the search for cycles wait: most commands end before it pays.

    Measured: 12 % of a check, 44 ms of a month into a book of ten years.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def load_no_plugins() -> None:
    """Let pydantic look for no plugins: it would read what every installed package says of itself, and run some of it.

    Measured: 55 ms of the 550 that a command takes until its book is loaded.
    """
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"


@contextmanager
def without_collection() -> Iterator[None]:
    """Spare the search for cycles while records are read: they have none.

    Measured: a third of the time of reading a big book.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_for_forks() -> None:
    """Take everything loaded so far out of the search for cycles, so that forks go on sharing its memory.

    Measured: a query of every posting of 20,000 transactions, in a fork: 1.1 s instead of 1.3, 3,160 pages of memory
    fewer copied.
    """
    gc.freeze()


def end(status: int) -> NoReturn:
    """End this process at once, its output written out, without taking its memory apart: nobody needs it any more.

    Measured: a month into a book of ten years is over 70 ms earlier, of 970. In a fork nothing of the first process
    goes on, and nothing that it was about to say is said twice; so a fork writes out what is its own before.
    """
    os._exit(status)
