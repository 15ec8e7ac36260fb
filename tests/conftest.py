"""What every test runs under: no cache of Beancount's, our own in a folder of this run, no deadlines, in CI the same
examples each time. And which files are slow: each costs more than a second, so `make quick` leaves them out.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
os.environ["KKD_CACHE"] = tempfile.mkdtemp(prefix="kkd-cache-")
atexit.register(shutil.rmtree, os.environ["KKD_CACHE"], ignore_errors=True)

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")

_SLOW = """
    agreement/test_agreement_parties.py
    agreement/test_agreement_planning.py
    agreement/test_agreement_torn.py
    agreement/test_shares_laws.py
    agreement/test_shares_oracle.py
    audit/test_acts_of_commands.py
    audit/test_both_checkers.py
    audit/test_close.py
    audit/test_compared_chain.py
    audit/test_incremental.py
    audit/test_tampering.py
    bank/continuity/test_worlds.py
    bank/test_camt.py
    bank/test_cli.py
    bank/test_keys.py
    bank/test_match_doubts.py
    bank/test_match_laws.py
    bank/test_mt940.py
    book/test_ahead.py
    book/test_certificate.py
    book/test_journal.py
    book/test_overview.py
    book/test_readers.py
    book/test_register.py
    book/test_seals.py
    browser/test_browser.py
    browser/test_foreign_pages.py
    browser/test_pages.py
    cli/test_dry_run.py
    cli/test_output.py
    faults/test_again.py
    faults/test_every_command.py
    faults/test_full_disk.py
    faults/test_kill.py
    faults/test_kill_first_month.py
    faults/test_order.py
    faults/test_refused.py
    faults/test_simulation.py
    faults/test_together.py
    figures/test_second_reckoning.py
    importers/test_bank_importer.py
    importers/test_einvoice_importer.py
    invoice/test_bad_input.py
    invoice/test_balances.py
    invoice/test_comparison.py
    invoice/test_demand.py
    invoice/test_demand_dues.py
    invoice/test_documents_settled.py
    invoice/test_giro.py
    invoice/test_mandates.py
    invoice/test_money_once.py
    invoice/test_papers.py
    invoice/test_payments.py
    invoice/test_read.py
    invoice/test_receive.py
    invoice/test_reconcile_causes.py
    invoice/test_remind.py
    invoice/test_round_trip.py
    invoice/test_signature.py
    invoice/test_slips.py
    invoice/test_validate.py
    invoice/test_vat.py
    invoice/test_workers.py
    job/test_advices.py
    job/test_archived.py
    job/test_awaiting.py
    job/test_bad_input.py
    job/test_changes.py
    job/test_clear_and_offset.py
    job/test_completeness.py
    job/test_correction_laws.py
    job/test_crossing.py
    job/test_decide_files.py
    job/test_decided.py
    job/test_fiscal_years.py
    job/test_gaps.py
    job/test_held.py
    job/test_inbox.py
    job/test_intake.py
    job/test_intake_formats.py
    job/test_many_files.py
    job/test_once.py
    job/test_opening.py
    job/test_ready.py
    job/test_relief.py
    job/test_reverse.py
    job/test_said_by_somebody.py
    job/test_sample.py
    job/test_status.py
    job/test_three_parties.py
    job/test_unit.py
    job/test_ways_back.py
    job/test_withdrawn.py
    job/test_year_end.py
    plugins/test_decided_batch.py
    plugins/test_fold_law.py
    plugins/test_mutations.py
    test_house.py
    test_money.py
    test_readme.py
    test_references.py
"""
SLOW = frozenset(_SLOW.split())


def _is_slow(path: Path) -> bool:
    here = Path(__file__).parent
    return path.is_relative_to(here) and path.relative_to(here).as_posix() in SLOW


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the slow files where they are not wanted."""
    return True if config.option.markexpr == "not slow" and _is_slow(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the slow files."""
    for item in items:
        if _is_slow(item.path):
            item.add_marker("slow")
