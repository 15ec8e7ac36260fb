"""All files of the bank samples: which are read, with what, and which are refused, and why."""

import pytest

from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.line_keys import line_keys
from kkd_ledger.errors import StatementRefused
from tests.samples import FILES

SAMPLES = FILES / "bank"

# file, kind, statements, lines, balances of each statement (+ add up, - do not: the sample is shortened or made
# anonymous, checked by hand; 0: a balance is missing), closing balance of the last statement in cents.
# Lines are entries, or the details of a batch that add up: so there may be more than the manifest's entries.
READ = """
camt/genkgo__camt/camt052.v2.other-account.xml 052 1 1 0 -
camt/genkgo__camt/camt052.v2.with-account-name.xml 052 1 1 0 -
camt/genkgo__camt/camt052.v2.xml 052 1 1 0 -
camt/genkgo__camt/camt052.v4.xml 052 1 1 0 1002215
camt/genkgo__camt/camt052.v6.Amt-zero.xml 052 1 1 0 1002215
camt/genkgo__camt/camt052.v6.xml 052 1 1 0 1002215
camt/genkgo__camt/camt052.v8.xml 052 1 1 0 -
camt/genkgo__camt/camt053.v2.all-balance-types.xml 053 1 1 - 404
camt/genkgo__camt/camt053.v2.five.decimals.xml 053 1 1 - 2705
camt/genkgo__camt/camt053.v2.minimal.ultimate.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v2.minimal.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v2.multi.statement.xml 053 2 2 ++ 2000
camt/genkgo__camt/camt053.v2.with-account-name.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v2.with-party-ids.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v3.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v4.xml 053 1 1 0 -
camt/genkgo__camt/camt053.v8.xml 053 1 1 0 -
camt/genkgo__camt/camt054.v2.with-account-name.xml 054 1 1 0 -
camt/genkgo__camt/camt054.v2.xml 054 1 1 0 -
camt/genkgo__camt/camt054.v4.xml 054 1 1 0 -
camt/genkgo__camt/camt054.v8-with-UETR.xml 054 1 1 0 -
camt/genkgo__camt/camt054.v8-with-financial-institution.xml 054 1 1 0 -
camt/genkgo__camt/camt054.v8.xml 054 1 1 0 -
camt/genkgo__camt/camt53.only-Dt-with-DtTm.xml 053 1 0 0 -
camt/sebastienrousseau__camt053/business_sample_camt.052.001.04.xml 052 1 2 0 -
camt/sebastienrousseau__camt053/business_sample_camt.053.001.04.xml 053 1 3 + 43567850
camt/sebastienrousseau__camt053/business_sample_camt.054.001.04.xml 054 1 1 0 -
camt/sebastienrousseau__camt053/statement_ac04.xml 053 1 3 0 1000000
camt/viafintech__camt_parser/fixtures_053_valid_example.xml 053 1 5 + 2306
camt/viafintech__camt_parser/fixtures_054_valid_example.xml 054 1 5 0 -
camt/viafintech__camt_parser/valid_example.xml 052 1 2 + 1350
camt/viafintech__camt_parser/valid_example_v4.xml 053 1 32 + 32268977
camt/viafintech__camt_parser/valid_example_v8.xml 053 1 3 - 8451525
camt/viafintech__camt_parser/valid_example_with_batch.xml 053 1 3 - 2303820
camt/viafintech__camt_parser/valid_example_with_dates.xml 052 1 1 0 -
camt/viafintech__camt_parser/valid_example_with_datetime.xml 053 1 1 0 60680
camt/viafintech__camt_parser/valid_example_with_debit.xml 053 1 5 - 2306
camt/viafintech__camt_parser/valid_example_with_instdamt.xml 053 1 1 - 450000
camt/viafintech__camt_parser/valid_example_with_other_id.xml 053 1 0 0 -
csv/bank2ynab__bank2ynab/20180226-1000594757-umsatz.CSV CSV 1 1 0 -
csv/bank2ynab__bank2ynab/Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV CSV 1 1 0 -
mt940/WoLpH__mt940/0708271685_09022020_164516.940.txt MT940 31 8 +*31 50123
mt940/WoLpH__mt940/171011_01234945.sta MT940 1 3 + 61787430
mt940/WoLpH__mt940/abnamro.sta MT940 2 10 -- 184975
mt940/WoLpH__mt940/details_60-63.sta MT940 1 1 - 1234598
mt940/WoLpH__mt940/february_30.sta MT940 1 1 + 119400
mt940/WoLpH__mt940/generic.sta MT940 2 2 ++ 8000
mt940/WoLpH__mt940/gv_codes.sta MT940 1 2 0 -
mt940/WoLpH__mt940/ing.sta MT940 1 7 - 347
mt940/WoLpH__mt940/knab.sta MT940 2 3 +- 79898
mt940/WoLpH__mt940/long_statement_number.sta MT940 1 0 + 0
mt940/WoLpH__mt940/malformed_details.sta MT940 1 1 - 1234598
mt940/WoLpH__mt940/mt940.sta MT940 3 16 +++ 5004000
mt940/WoLpH__mt940/mt940_tests_mBank_mt940.sta MT940 1 3 + 43
mt940/WoLpH__mt940/mt940_tests_self-provided_mt942.sta MT942 1 1 0 -
mt940/WoLpH__mt940/mt942.sta MT942 1 3 0 -
mt940/WoLpH__mt940/overly_long_details.sta MT940 1 1 - 1234598
mt940/WoLpH__mt940/postfinance.sta MT940 2 4 +- 15960
mt940/WoLpH__mt940/rabobank-iban.sta MT940 2 4 ++ 93000
mt940/WoLpH__mt940/rabobank.sta MT940 4 5 -+-+ 410182
mt940/WoLpH__mt940/raiffeisen-cmi.sta MT940 1 7 - 2528168760
mt940/WoLpH__mt940/raphaelm.sta MT940 3 9 +++ 9500000
mt940/WoLpH__mt940/sepa_mt9401.sta MT940 26 97 +*26 5005
mt940/WoLpH__mt940/sepa_snippet.sta MT940 2 11 +- -447204909
mt940/WoLpH__mt940/sns.sta MT940 2 2 ++ 120956
mt940/WoLpH__mt940/transaction_details_wrapped.sta MT940 1 1 + 119400
mt940/WoLpH__mt940/triodos.sta MT940 1 2 - 437079
mt940/WoLpH__mt940/whitespace.sta MT940 1 1 - 1234598
mt940/WoLpH__mt940/with_binary_character.sta MT940 2 4 ++ 13119319
mt940/WoLpH__mt940/with_newline_in_tnr.sta MT940 1 2 - 86017
mt940/WoLpH__mt940/wrapped_timestamp.sta MT940 1 1 + 119400
mt940/betterplace__mt940_parser/sepa_mt9401.txt MT940 26 97 +*26 5005
mt940/betterplace__mt940_parser/sepa_snippet.txt MT940 2 11 +- -447204909
mt940/railslove__cmxl/mt940-abnamro.txt MT940 2 10 -- 184975
mt940/railslove__cmxl/mt940-deutsche_bank.txt MT940 3 16 +++ 5004000
mt940/railslove__cmxl/mt940-handelsbank.txt MT940 2 0 ++ 0
mt940/railslove__cmxl/mt940-iso8859-1.txt MT940 1 2 + 438795
mt940/railslove__cmxl/mt940-windows-line-breaks.txt MT940 1 2 + 438795
mt940/railslove__cmxl/mt940-with-colon-after-line-break.txt MT940 1 1 0 -
mt940/railslove__cmxl/mt940-with-detailed-end-balance.txt MT940 1 1 - 1500
mt940/railslove__cmxl/mt940.txt MT940 4 27 ++++ 8443704
mt940/railslove__cmxl/mt942.txt MT942 2 2 00 -
"""

REFUSED = {
    "camt/genkgo__camt/camt053.v2.wrong.xml": "gefunden: kein Kontoauszug (Wurzel Document)",
    "camt/sebastienrousseau__camt053/statement.xml": "Umsatz 1, CdtDbtInd: gefunden: '{{ntry.credit_debit_indicator}}'",
    "camt/sebastienrousseau__camt053/template.xml": "Umsatz 1, CdtDbtInd: gefunden: '{{r.credit_debit}}'",
    "camt/sebastienrousseau__camt053/templates_camt.053.001.14_template.xml": (
        "Umsatz 1, CdtDbtInd: gefunden: '{{r.credit_debit}}'"
    ),
    "mt940/WoLpH__mt940/sepa_snippet_broken.sta": "erlaubt: nur ein Feld :25: je Auszug",
    "mt940/betterplace__mt940_parser/sepa_snippet_broken.txt": "erlaubt: nur ein Feld :25: je Auszug",
    "mt940/railslove__cmxl/mt940-headers.txt": "Feld :62F:: gefunden: 'C141387INR11 27421,94'",
}

ROWS = [row.split() for row in READ.strip().splitlines()]


def manifest() -> dict[str, int]:
    rows = (SAMPLES / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]
    return {row.split("\t")[0]: int(row.split("\t")[-1]) for row in rows}


def test_the_table_names_every_file():
    assert sorted([row[0] for row in ROWS] + list(REFUSED)) == sorted(manifest())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_it_is_read(row):
    file, kind, statements, lines, verdicts, closing = row
    found = read(SAMPLES / file)
    told = {True: "+", False: "-", None: "0"}
    sign, _, times = verdicts.partition("*")
    assert {each.kind for each in found} == {kind}
    assert (len(found), sum(len(each.lines) for each in found)) == (int(statements), int(lines))
    assert "".join(told[each.balances] for each in found) == (sign * int(times) if times else verdicts)
    assert found[-1].closing_cents == (None if closing == "-" else int(closing))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_no_entry_of_the_manifest_is_lost(row):
    found = read(SAMPLES / row[0])
    assert sum(len({line.entry for line in each.lines}) for each in found) == manifest()[row[0]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_its_lines_have_keys_of_their_own(row):
    for found in read(SAMPLES / row[0]):
        keys = line_keys(found)
        assert len(set(keys)) == len(found.lines)
        assert all(len(key) <= 40 and key.isascii() for key in keys)


@pytest.mark.parametrize("file", REFUSED)
def test_it_is_refused(file):
    with pytest.raises(StatementRefused) as refusal:
        read(SAMPLES / file)
    assert REFUSED[file] in str(refusal.value.problems[0])
