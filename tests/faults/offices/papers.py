"""The files that an office writes when it begins: its settings, and the others' addresses."""

from tests.faults.offices.clerk import CASHIER, CERTIFIER, ORDERER

BOOK_TOML = """\
format = 1
title = "Archiv – Bücher {name}"
agreement = "../akten-{party}/agreement.toml"
party = "{party}"

[budget]
line = "020501"
name = "Archiv"

[bank]
account = "Aktiva:{bank}"
iban = "{iban}"
own = {own}

[accounts]
receivable = "Aktiva:2600-Forderungen:{{party}}"
payable = "Passiva:4500-Verbindlichkeiten:{{party}}"
share = "{share}"
prior_period_expense = "Aufwendungen:020501-Archiv:799001-Periodenfremde-Aufwendungen"
prior_period_income = "Erträge:020501-Archiv:599001-Periodenfremde-Erträge"
unclear_in = "Passiva:4800-Ungeklärte-Zahlungseingänge"
unclear_out = "Aktiva:2690-Ungeklärte-Zahlungsausgänge"
bank_charges = "Aufwendungen:020501-Archiv:675001-Nebenkosten-des-Geldverkehrs"
rap_active = "Aktiva:2900-RAP"
rap_passive = "Passiva:4900-RAP"
provisions = "Passiva:3900-Rückstellungen"
provision_release = "Erträge:020501-Archiv:538001-Auflösung-von-Rückstellungen"
remission_expense = "Aufwendungen:020501-Archiv:699901-Erlass-von-Forderungen"
remission_income = "Erträge:020501-Archiv:539901-Erlassene-Verbindlichkeiten"

[policy]
unclear_days_max = 60
standing_order = "AAO-1"
"""
MANDATE = 'mandate = "M-1"\nmandate_signed = "2020-01-01"\n'
CREDITOR = 'creditor_id = "DE98ZZZ09999999999"\n'
SHARE = {
    True: "Erträge:020501-Archiv:548201-Kostenerstattung-Gemeinden",
    False: "Aufwendungen:020501-Archiv:717201-Kostenerstattung-Landkreis",
}
CONTACT = """
[parties.{party}]
name = "Vertretung von {party}"
street = "Rathausplatz 1"
postcode = "99001"
city = "Nirgendwo"
email = "post@{party}.example.org"
leitweg_id = "99-KKD06534001-41"
person = "Erika Beispiel"
phone = "+49 0000 123-0"
bank = "Beispielbank"
"""
ROLE = """
[[roles]]
name = "{name}"
role = "{role}"
from = 2019-01-01
"""
PEOPLE = {CERTIFIER: "feststellung", ORDERER: "anordnung", CASHIER: "kasse"}
