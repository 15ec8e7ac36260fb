"""What every test runs under: no cache of Beancount's, our own in a folder of this run, no deadlines, in CI the same
examples each time. And the markers: a slow file costs more than a second, so `make quick` leaves it out; everything
below `browser/` and `faults/` bears the marker of its folder, and is slow.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
_MEMORY = Path(
    "/dev/shm"
)  # a disk of memory: what a test writes is safe at once, on a busy disk after 5 to 10 ms
_MEMORY_BYTES_MIN = 2 << 30
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES_MIN:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
os.environ["KKD_CACHE"] = tempfile.mkdtemp(prefix="kkd-cache-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
os.environ["KKD_PERSONS"] = f"{os.environ['KKD_CACHE']}/no-persons"
atexit.register(shutil.rmtree, os.environ["KKD_CACHE"], ignore_errors=True)

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.register_profile("quick", parent=settings.get_profile("house"), max_examples=25)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")

_SLOW = """
    agreement/test_agreement_asked.py
    agreement/test_agreement_docs.py
    agreement/test_agreement_parties.py
    agreement/test_agreement_planning.py
    agreement/test_agreement_torn.py
    agreement/test_bounds_laws.py
    agreement/test_charges.py
    agreement/test_claims_oracle.py
    agreement/test_dues_laws.py
    agreement/test_measure_laws.py
    agreement/test_readable.py
    agreement/test_reading_variants.py
    agreement/test_readings.py
    agreement/test_shares_laws.py
    agreement/test_shares_oracle.py
    agreement/test_silence.py
    audit/insider/test_insider.py
    audit/test_acts_of_commands.py
    audit/test_archived.py
    audit/test_both_checkers.py
    audit/test_close.py
    audit/test_close_open.py
    audit/test_compared_chain.py
    audit/test_compared_parts.py
    audit/test_compared_words.py
    audit/test_incremental.py
    audit/test_reckoned_again.py
    audit/test_tampered_basis.py
    audit/test_tampering.py
    bank/continuity/test_outcomes.py
    bank/continuity/test_worlds.py
    bank/continuity/test_worst_case.py
    bank/test_camt.py
    bank/test_cli.py
    bank/test_extract.py
    bank/test_keys.py
    bank/test_mt940.py
    book/test_certificate.py
    book/test_item_register.py
    book/test_journal.py
    book/test_overview.py
    book/test_prehashed.py
    book/test_readers.py
    book/test_seals.py
    both_sides/test_advances.py
    both_sides/test_booked_by_component.py
    both_sides/test_charges.py
    both_sides/test_due_after_the_demand.py
    both_sides/test_due_plans.py
    both_sides/test_later_vat.py
    both_sides/test_late_settlement.py
    both_sides/test_paid_ahead.py
    both_sides/test_round_trip.py
    both_sides/test_school_year.py
    both_sides/test_school_year_closing.py
    both_sides/test_settled_by_offset.py
    both_sides/test_settled_less_paid.py
    both_sides/test_to_members.py
    cli/test_dry_run.py
    cli/test_import.py
    cli/test_job_log.py
    cli/test_next_steps.py
    cli/test_output.py
    cli/test_messages.py
    cli/test_today.py
    cli/test_typed_slips.py
    cli/users/test_who_commands.py
    einvoice/test_bad_input.py
    einvoice/test_comparison.py
    einvoice/test_document_kinds.py
    einvoice/test_documents_settled.py
    einvoice/test_field_rules.py
    einvoice/test_foreign_documents.py
    einvoice/test_hostile_documents.py
    einvoice/test_official.py
    einvoice/test_packages.py
    einvoice/test_pdf_container.py
    einvoice/test_read.py
    einvoice/test_receive.py
    einvoice/test_received_worlds.py
    einvoice/test_scenarios.py
    einvoice/test_slips.py
    einvoice/test_spoilt_pdf.py
    einvoice/test_validate.py
    einvoice/test_vat.py
    einvoice/test_vat_told.py
    einvoice/test_workers.py
    figures/test_second_reckoning.py
    importers/test_bank_importer.py
    importers/test_einvoice_importer.py
    letters/test_demand.py
    letters/test_demand_dues.py
    letters/test_demand_syntax.py
    letters/test_giro.py
    letters/test_late_amendment.py
    letters/test_own_share.py
    letters/test_papers.py
    letters/test_remind.py
    letters/test_settled.py
    letters/test_taken_back.py
    matching/test_match_doubts.py
    matching/test_match_laws.py
    payments/test_mandates.py
    payments/test_money_once.py
    payments/test_payments.py
    persons/test_signature.py
    reconciliation/test_balances.py
    reconciliation/test_reconcile_causes.py
    rules/test_decided_batch.py
    rules/test_fold_law.py
    rules/test_mutations.py
    rules/test_plugins_alone.py
    test_bench_books.py
    test_house.py
    test_ledger_format_reader.py
    test_money.py
    test_readme.py
    test_references.py
    test_rooms.py
    test_walks.py
    web/access/test_access_log.py
    web/access/test_door.py
    web/access/test_login_service.py
    web/access/test_proxy.py
    web/access/test_routes_and_roles.py
    web/workplace/acts/test_basis_text.py
    web/workplace/acts/test_every_act.py
    web/workplace/acts/test_fresh_eyes.py
    web/workplace/acts/test_inbox.py
    web/workplace/acts/test_offers.py
    web/workplace/acts/test_pattern.py
    web/workplace/test_app.py
    web/workplace/test_workbooks.py
    work/books/test_budget.py
    work/books/test_changes.py
    work/books/test_lost_accounts.py
    work/books/test_opening.py
    work/books/test_persons.py
    work/claims/test_awaiting.py
    work/claims/test_relief.py
    work/corrections/test_chart_changes.py
    work/corrections/test_clear_and_offset.py
    work/corrections/test_correction_laws.py
    work/corrections/test_crossing.py
    work/corrections/test_reverse.py
    work/corrections/test_ways_back.py
    work/corrections/test_withdrawn.py
    work/decisions/test_decide_files.py
    work/decisions/test_decided.py
    work/decisions/test_explained.py
    work/decisions/test_proposals.py
    work/decisions/test_wrongly_new.py
    work/month/test_ready.py
    work/month/test_said_by_somebody.py
    work/month/test_sample.py
    work/month/test_status.py
    work/month/test_three_parties.py
    work/month/test_unit.py
    work/statements/test_bad_input.py
    work/statements/test_completeness.py
    work/statements/test_former_iban.py
    work/statements/test_inbox.py
    work/statements/test_intake.py
    work/statements/test_intake_formats.py
    work/statements/test_many_files.py
    work/statements/test_notifications.py
    work/statements/test_once.py
    work/statements/test_quarantine.py
    work/statements/test_same_numbers.py
    work/statements/test_worlds_in_books.py
    work/test_beginning.py
    work/transfers/test_gaps.py
    work/transfers/test_overtaken.py
    work/year/test_fiscal_years.py
    work/year/test_year_end.py
"""
SLOW = frozenset(_SLOW.split())
OWN_MARKERS = ("browser", "faults")  # a real browser; processes that are killed, disks that are full
TESTS = Path(__file__).parent


def markers_of(path: Path) -> list[str]:
    """The markers that the place of a file gives its tests."""
    if not path.is_relative_to(TESTS):
        return []
    place = path.relative_to(TESTS)
    if place.parts and place.parts[0] in OWN_MARKERS:
        return [place.parts[0], "slow"]
    return ["slow"] if place.as_posix() in SLOW else []


def pytest_configure(config: pytest.Config) -> None:
    """Ask properties with fewer examples where the quick tests are wanted, unless they say how many."""
    if config.option.markexpr == "not slow" and os.environ.get("CI") != "true":
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the slow files where they are not wanted."""
    return True if config.option.markexpr == "not slow" and "slow" in markers_of(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a file by its place."""
    for item in items:
        for marker in markers_of(item.path):
            item.add_marker(marker)
