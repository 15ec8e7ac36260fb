"""Documents from the tests of published packages: judged as the official rules judge them, nothing of them lost."""

from pathlib import Path

import pytest

from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice.read import read, unread_of
from kkd_ledger.einvoice.source import open_source
from kkd_ledger.einvoice.validate import Checker, Severity
from kkd_ledger.einvoice.validate.verdict import Validity
from tests.faults.mutants import of_packages

WRONG = {
    "facture_invalide_cii": (Validity.INVALID, ["BR-05", "BR-S-08", "BR-CO-10"]),
    "facture_ubl": (Validity.INVALID, ["BR-06", "BR-07"]),  # names no party; its profile nobody knows
}


@pytest.mark.parametrize("path", of_packages(), ids=lambda path: path.stem)
def test_a_document_is_judged_with_the_official_rule_ids(checker: Checker, path: Path) -> None:
    report = checker.check(path)
    errors = [found.rule for found in report.findings if found.severity == Severity.ERROR]
    assert (report.validity, errors) == WRONG.get(path.stem, (Validity.VALID, []))


@pytest.mark.parametrize(
    "path", [path for path in of_packages() if path.stem not in WRONG], ids=lambda path: path.stem
)
def test_a_document_goes_through_both_syntaxes(checker: Checker, path: Path) -> None:
    document = read(path)
    assert unread_of(open_source(path)) == ()
    for syntax in (cii, ubl):
        content = syntax.write(document)
        assert read(content) == document
        assert not [
            str(found) for found in checker.check(content).findings if found.severity == Severity.ERROR
        ]


def test_there_are_nine() -> None:
    assert len(of_packages()) == 9
