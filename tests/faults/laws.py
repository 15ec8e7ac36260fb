"""Property tests as rows of the campaign: the same laws as in `make test`, each part under a seed of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PASSED = re.compile(r"- (\d+) passing(?: examples)?, (\d+) failing")


@dataclass(frozen=True)
class Law:
    """Property tests, and how many seeds the whole campaign gives them."""

    tests: tuple[str, ...]
    parts: int

    def part(self, seed: int) -> tuple[int, list[str]]:
        """Run the tests under a seed; return how many examples they tried, and the tail of what failed."""
        options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--hypothesis-seed={seed}")
        command = [sys.executable, "-m", "pytest", *options, "--hypothesis-show-statistics", *self.tests]
        environment = {
            name: value for name, value in os.environ.items() if name != "CI"
        }  # CI takes the same examples
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        tried = sum(int(passed) + int(failed) for passed, failed in _PASSED.findall(done.stdout))
        wrong = (
            []
            if done.returncode == 0
            else [f"Status {done.returncode}: …{done.stdout[-3000:]}{done.stderr[-500:]}"]
        )
        return tried, wrong if tried else [*wrong, "kein Beispiel wurde versucht"]


LAWS = {
    "statements": Law(
        (
            "tests/work/statements/test_intake.py::test_cut_overlapping_repeated_and_shuffled_files_book_the_same_lines",
            "tests/work/statements/test_intake_formats.py::test_the_order_of_files_of_two_formats_changes_no_line_and_no_total",
            "tests/work/statements/test_notifications.py::test_the_order_of_statement_and_advices_changes_no_bank_line_and_loses_no_money",
            "tests/bank/test_keys.py::test_a_resent_renamed_file_in_another_version_has_the_same_keys",
            "tests/bank/test_keys.py::test_overlapping_files_share_the_keys_of_their_common_lines",
        ),
        150,
    ),
    "tampering": Law(
        (
            "tests/book/test_seals.py::test_a_change_of_any_byte_is_named",
            "tests/book/test_seals.py::test_a_changed_file_is_named_by_the_check",
            "tests/book/test_seals.py::test_a_changed_letter_is_found_in_its_entry",
        ),
        320,
    ),
    "readers": Law(
        (
            "tests/book/test_readers.py::test_what_is_written_is_read_again",
            "tests/book/test_readers.py::test_both_readers_agree_on_records_and_on_where_they_complain",
            "tests/book/test_readers.py::test_any_other_text_is_refused_or_means_the_same",
            "tests/book/test_readers.py::test_nasty_pieces_are_refused_or_are_what_would_be_written",
        ),
        250,
    ),
    "incremental": Law(
        (
            "tests/audit/test_incremental.py::test_random_lives_of_random_books",
            "tests/audit/test_incremental.py::test_randomly_spoilt_books_sealed_anywhere",
            "tests/rules/test_fold_law.py::test_randomly_spoilt_books_cut_anywhere",
        ),
        100,
    ),
    "corrections": Law(("tests/work/corrections/test_correction_laws.py",), 100),
    "matching": Law(("tests/matching/test_match_laws.py",), 100),
    "writer": Law(("tests/book/test_journal.py",), 100),
}
