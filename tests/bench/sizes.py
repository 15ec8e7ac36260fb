"""How large the benchmarks' books are, how far a benchmark is, and where its books are made."""

import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

LARGE = "KKD_BENCH_LARGE"  # set by `python -m tests.bench.run --large`
SHELF = "KKD_BENCH_SHELF"  # the folder in which a run keeps the books that it made

_T = TypeVar("_T")


def is_large() -> bool:
    """Tell whether the large books are wanted, too: they take half an hour."""
    return bool(os.environ.get(LARGE))


def wanted(sizes: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes to measure, the large ones only where they are asked for."""
    return (*sizes, *large) if is_large() else sizes


def say(text: str) -> None:
    """Say how far a benchmark is."""
    print(f"... {text}", file=sys.stderr, flush=True)


def apart(make: Callable[[Path, int], _T], folder: Path, size: int) -> _T:
    """Make a book in a process of its own: a process that is measured inherits the memory of the one that starts it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        return executor.submit(make, folder, size).result()


def shelved(folder: Path, name: str, make: Callable[[Path], object]) -> None:
    """Make a folder of books, or within a run copy the one of that name that was made before."""
    if SHELF not in os.environ:
        make(folder)
        return
    kept = Path(os.environ[SHELF]) / name
    if not kept.is_dir():
        make(kept)
    shutil.copytree(kept, folder, dirs_exist_ok=True)
