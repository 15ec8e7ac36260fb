"""Warm processes: results in the order of the tasks, errors raised here, a death noticed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kkd_ledger.einvoice.validate.check_document import Checker
from kkd_ledger.einvoice.validate.workers import WorkerDied, Workers


def squarer() -> Callable[[int], int]:
    def square(number: int) -> int:
        if number == 7:
            raise ValueError("sieben")
        if number == 13:
            os._exit(1)
        return number * number

    return square


def test_results_come_in_order_from_several_processes() -> None:
    with Workers[int, int](squarer, 2) as workers:
        assert list(workers.map([5, 4, 3, 2, 1])) == [25, 16, 9, 4, 1]
        assert list(workers.map([])) == []
        assert list(workers.map([6])) == [36]


@pytest.mark.parametrize(("task", "error"), [(7, ValueError), (13, WorkerDied)])
def test_errors_and_deaths_are_raised(task: int, error: type[Exception]) -> None:
    with Workers[int, int](squarer, 2) as workers, pytest.raises(error):
        list(workers.map([1, 2, task, 4]))


def test_threads_check_documents_as_the_main_thread_does() -> None:
    """A server has threads only; SaxonC lives in the main thread of a process."""
    file = Path(__file__).parent / "demand_ubl.xml"
    here = Checker().check(file)
    with ThreadPoolExecutor(2) as threads:
        there = [threads.submit(lambda: Checker().check(file)) for _ in range(3)]
        assert [answer.result(120) for answer in there] == [here] * 3
