"""One export in each bank's form, as banks write them: rows above the table, balances, signs, decimals, encodings."""

# ruff: noqa: E501 - rows are as wide as banks write them
import datetime as dt

import pytest

from kkd_ledger.bank.files.csv.column_maps import known_maps, load_maps
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.statements import Statement, proved
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import IBAN, PAYER

DEUTSCHE_BANK = f"""Umsätze
Konto;Filial-/Kontonummer;IBAN;Währung
Business Konto;123 1234567 00;{IBAN};EUR

1.11.2023 - 30.11.2023
Letzter Kontostand;;;;2.500;EUR
Vorgemerkte und noch nicht gebuchte Umsätze sind nicht Bestandteil dieser Übersicht.
Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN / Kontonummer;BIC;Kundenreferenz;Mandatsreferenz;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung
30.11.2023;30.11.2023;SEPA Lastschrift;Stadtwerke;Strom;{PAYER};;E-1;M-1;DE98ZZZ;;-1.000;;;;-1.000;;EUR
2.11.2023;3.11.2023;SEPA Überweisung;Stadt Musterstadt;Umlage;{PAYER};;NOTPROVIDED;;;;750,5;;;;;750,5;EUR
Kontostand;30.11.2023;;;2.250,50;EUR
"""
DEUTSCHE_BANK_2023 = f"""Umsätze Girokonto;;;Kundennummer: 330 1234567
01.11.2023 - 30.11.2023
Letzter Kontostand;;;;1.000,00;EUR
Vorgemerkte und noch nicht gebuchte Umsätze sind nicht Bestandteil dieser Übersicht.
Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;BIC;Kundenreferenz;Mandatsreferenz ;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Abweichender Auftraggeber;Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung
30.11.2023;30.11.2023;"SEPA Lastschrift";Stadtwerke;Strom;{PAYER};;E-1;M-1;DE98ZZZ;;;;;;;-1.000,00;;EUR
02.11.2023;03.11.2023;"Gutschrift";Stadt Musterstadt;Umlage;{PAYER};;;;;;;;;;;;750,50;EUR
Kontostand;30.11.2023;;;750,50;EUR
"""
VR_OLD = f""""Volksbank Musterstadt eG"

"Umsatzanzeige"

"BLZ:";"99999999";;"Datum:";"30.11.2023"
"Konto:";"6534000000";;"Uhrzeit:";"23:21:46"
"Abfrage von:";"Kasse";;"Kontoinhaber:";"Stadt"

"Zeitraum:";;"von:";"01.11.2023";"bis:";
"Betrag in EUR:";;"von:";" ";"bis:";" "
"Sortiert nach:";"Buchungstag";"absteigend"

"Buchungstag";"Valuta";"Auftraggeber/Zahlungsempfänger";"Empfänger/Zahlungspflichtiger";"Konto-Nr.";"IBAN";"BLZ";"BIC";"Vorgang/Verwendungszweck";"Kundenreferenz";"Währung";"Umsatz";" "
"30.11.2023";"30.11.2023";"Kasse";"Stadtwerke";;"{PAYER}";;"ING";"LASTSCHRIFT
Strom EREF: E-1 MREF: M-1";;"EUR";"1.000,00";"S"

"02.11.2023";"03.11.2023";"Kasse";"Stadt Musterstadt";;;;;"UEBERWEISUNGSGUTSCHR
Umlage fuer das Jahr 2023 I
BAN: DE12500105170648489890
 BIC: INGDDEFF ABWA: Magist
rat";;"EUR";"750,50";"H"

"01.11.2023";;;;;;;;;"Anfangssaldo";"EUR";"1.000,00";"H"
"30.11.2023";;;;;;;;;"Endsaldo";"EUR";"750,50";"H"
"""
VR_OLD_2 = f"""Volksbank;;;;;;;;;;;;;
BLZ:;99999999;;Datum:;;;;;;;;;;
Konto:;6534000000;;Uhrzeit:;;;;;;;;;;
Buchungstag;Valuta;Textschlüssel;Primanota;Zahlungsempfänger;ZahlungsempfängerKto;ZahlungsempfängerIBAN;ZahlungsempfängerBLZ;ZahlungsempfängerBIC;Vorgang/Verwendungszweck;Kundenreferenz;Währung;Umsatz;Soll/Haben
30.11.2023;30.11.2023;05 Lastschrift;932;Stadtwerke;0;{PAYER};0;ING;Strom EREF: E-1 MREF: M-1;;EUR;1.000,00;S
02.11.2023;03.11.2023;54 Gutschrift;931;Stadt Musterstadt;0;{PAYER};0;ING;Umlage;;EUR;750,50;H
;;;;;;;;;;;;;
01.11.2023;;;;;;;;;;Anfangssaldo;EUR;100,00;S
30.11.2023;;;;;;;;;;Endsaldo;EUR;349,50;S
"""
SPARDA = f"""Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;Betrag;Währung;Saldo nach Buchung;Bemerkung;Gekennzeichneter Umsatz;Gläubiger ID;Mandatsreferenz
Giro;{IBAN};GENO;Bank;30.11.2023;30.11.2023;Stadtwerke;{PAYER};ING;Basislastschrift;Strom EREF: E-1 MREF: M-1 CRED: DE98ZZZ IBAN: {PAYER} BIC: INGDDEFF;-1000,00;EUR;749,50;;;DE98ZZZ;M-1
Giro;{IBAN};GENO;Bank;02.11.2023;03.11.2023;Stadt Musterstadt;{PAYER};;;Umlage;750,50;EUR;1749,50;;;;OFFLINE
"""
COMMERZBANK = f"""Buchungstag;Wertstellung;Umsatzart;Buchungstext;Betrag;Währung;IBAN Kontoinhaber;Kategorie
30.11.2023;30.11.2023;Lastschrift;Stadtwerke Strom End-to-End-Ref.: E-1 Mandatsref: M-1;-1000;EUR;{IBAN};
02.11.2023;03.11.2023;Gutschrift;Stadt Musterstadt Umlage;750,5;EUR;{IBAN};Sonstige
"""
COMMERZBANK_OLD = COMMERZBANK.replace(
    "IBAN Kontoinhaber;", "Auftraggeberkonto;Bankleitzahl Auftraggeberkonto;IBAN Auftraggeberkonto;"
).replace(f";{IBAN}", f";1;2;{IBAN}")
COMDIRECT = """;
"Umsätze Girokonto";"Zeitraum: 30 Tage";
"Neuer Kontostand";"750,50 EUR";

"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";
"offen";"--";"Lastschrift / Belastung";"Auftraggeber: Versicherung Buchungstext: Beitrag";"-23,86";
"30.11.2023";"30.11.2023";"Lastschrift / Belastung";"Auftraggeber: Stadtwerke Buchungstext: Strom Ref. 1/2";"-1.000,00";
"02.11.2023";"03.11.2023";"Übertrag / Überweisung";"Auftraggeber: Stadt Musterstadt Buchungstext: Umlage Ref. 2/3";"750,50";

"Alter Kontostand";"1.000,00 EUR";

"""
ING = """Umsatzanzeige;Datei erstellt am: 30.11.2023 18:23

IBAN;DE19 9999 9999 6534 0000 00
Kontoname;Girokonto
Bank;ING
Kunde;Kasse
Zeitraum;01.11.2023 - 30.11.2023
Saldo;-1.775,63;EUR

Sortierung;Datum absteigend

In der CSV-Datei finden Sie alle bereits gebuchten Umsätze.

Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Notiz;Verwendungszweck;Saldo;Währung;Betrag;Währung
30.11.2023;30.11.2023;Stadtwerke;Lastschrift;;Strom;750,50;EUR;-1.000,00;EUR
02.11.2023;03.11.2023;Stadt Musterstadt;Gutschrift;;Umlage;1.750,50;EUR;750,50;EUR
"""
ING_WITHOUT_BALANCE = (
    ING.replace("Wertstellungsdatum", "Valuta")
    .replace("Notiz;Verwendungszweck;Saldo;Währung", "Verwendungszweck")
    .replace(";;Strom;750,50;EUR", ";Strom")
    .replace(";;Umlage;1.750,50;EUR", ";Umlage")
)
DKB = f""""Girokonto";"{IBAN}"
"Zeitraum:";"01.11.2023 - 30.11.2023"
"Kontostand vom 09.12.2023:";"4.093,32 €"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"
"30.11.23";"30.11.23";"Gebucht";"Kasse";"Stadtwerke";"Strom";"Ausgang";"{PAYER}";"-1.000";"DE98ZZZ";"M-1";"E-1"
"02.11.23";"03.11.23";"Gebucht";"Stadt Musterstadt";"Kasse";"Umlage";"Eingang";"{PAYER}";"750,5 €";;;""
"30.11.23";"";"Vorgemerkt";"Kasse";"Versicherung";"Beitrag";"Ausgang";"";"-7,02";;;""
"""
DKB_2023 = (
    DKB.replace('"Girokonto";"', '"Konto";"Girokonto ')
    .replace('"IBAN";"Betrag (€)"', '"Betrag"')
    .replace(f'"{PAYER}";', "")
    .replace('"Ausgang";"";', '"Ausgang";')
)
DKB_OLD = f""""Kontonummer:";"{IBAN} / Girokonto";

"Von:";"01.11.2023";
"Bis:";"30.11.2023";
"Kontostand vom 30.11.2023:";"1.234,56 EUR";

"Buchungstag";"Wertstellung";"Buchungstext";"Auftraggeber / Begünstigter";"Verwendungszweck";"Kontonummer";"BLZ";"Betrag (EUR)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz";
"30.11.2023";"";"";"";"Tagessaldo";"";"";"2.500,01";
"30.11.2023";"30.11.2023";"Lastschrift";"Stadtwerke";"Strom";"{PAYER}";"ING";"-1.000,00";"DE98ZZZ";"M-1";"E-1";
"02.11.2023";"03.11.2023";"Gutschrift";"Stadt Musterstadt";"Umlage";"{PAYER}";"ING";"750,50";"";"";"";
"""
POSTBANK_OLD = f""""Umsatzauskunft";
"IBAN";"{IBAN}"
"Buchungstag";"Wertstellung";"Umsatzart";"Buchungsdetails";"Auftraggeber";"Empfänger";"Betrag (€)";"Saldo (€)"
"30.11.2023";"30.11.2023";"Lastschrift";"Strom";"Kasse";"Stadtwerke";"-1.000,00 €";"750,50 €"
"02.11.2023";"03.11.2023";"Gutschrift";"Umlage";"Stadt Musterstadt";"Kasse";"750,50 €";"1.750,50 €"
"""
N26 = """"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"
2023-11-30,2023-11-30,"Stadtwerke, GmbH",DE12500105170648489890,"Debit Transfer",Strom,"Main Account",-1000.0,,,
2023-11-02,2023-11-03,"Stadt Musterstadt",DE12500105170648489890,"Credit Transfer","Umlage","Main Account",750.5,,,
"""
N26_OLD = """"Datum","Empfänger","Kontonummer","Transaktionstyp","Verwendungszweck","Kategorie","Betrag (EUR)","Betrag (Fremdwährung)","Fremdwährung","Wechselkurs"
"2023-11-30","Stadtwerke","DE12500105170648489890","Lastschrift","Strom","","-1000.00","","",""
"2023-11-02","Stadt Musterstadt","DE12500105170648489890","Gutschrift","Umlage","","750.50","","",""
"""
CONSORSBANK = """Konto
Allgemeine Informationen
Kontostand
Kontoumsätze
Buchung ;Valuta;Sender / Empfänger;IBAN;BIC;Buchungstext;Verwendungszweck;Kategorie;Stichwörter;Umsatz geteilt;Betrag;Währung
30.11.2023;30.11.2023;Stadtwerke;DE12500105170648489890;ING;LASTSCHRIFT;Strom;n/a;n/a;n/a;\u22121.000,00;EUR
02.11.2023;03.11.2023;Stadt Musterstadt;DE12500105170648489890;ING;GUTSCHRIFT;Umlage;n/a;n/a;n/a;750,50;EUR
"""
HYPOVEREINSBANK = """Kontonummer;Buchungsdatum;Valuta;Empfaenger 1;Empfaenger 2;Verwendungszweck;Betrag;Waehrung
6534000000;30.11.2023;30.11.2023;Stadtwerke;;Strom;-1.000,00;EUR
6534000000;02.11.2023;03.11.2023;Stadt Musterstadt;;Umlage;750,50;EUR
"""
NUMBER = "99999999/6534000000"

# form, file, encoding, account, opening, closing
FORMS = [
    ("Deutsche Bank/Postbank", DEUTSCHE_BANK, "utf-8-sig", IBAN, 250_000, 225_050),
    ("Deutsche Bank/Postbank", DEUTSCHE_BANK_2023, "cp1252", "", 100_000, 75_050),
    ("VR-Bank Umsatzanzeige", VR_OLD, "cp1252", NUMBER, 100_000, 75_050),
    ("VR-Bank Umsatzanzeige", VR_OLD_2, "utf-8", NUMBER, -10_000, -34_950),
    ("VR-Bank", SPARDA, "utf-8-sig", IBAN, 99_900, 74_950),
    ("Commerzbank", COMMERZBANK, "utf-8-sig", IBAN, None, None),
    ("Commerzbank", COMMERZBANK_OLD, "utf-8", IBAN, None, None),
    ("comdirect", COMDIRECT, "cp1252", "", 100_000, 75_050),
    ("ING", ING, "cp1252", IBAN, 100_000, 75_050),
    ("ING", ING_WITHOUT_BALANCE, "cp1252", IBAN, None, None),
    ("DKB", DKB, "utf-8-sig", IBAN, None, None),
    ("DKB", DKB_2023, "utf-8", IBAN, None, None),
    ("DKB (bis 2023)", DKB_OLD, "cp1252", IBAN, None, None),
    ("Postbank (bis 2022)", POSTBANK_OLD, "cp1252", IBAN, 100_000, 75_050),
    ("N26", N26, "utf-8", "", None, None),
    ("N26", N26_OLD, "utf-8", "", None, None),
    ("Consorsbank", CONSORSBANK, "utf-8-sig", "", None, None),
    ("HypoVereinsbank", HYPOVEREINSBANK, "cp1252", "6534000000", None, None),
    ("HypoVereinsbank", HYPOVEREINSBANK.replace(";", "\t"), "utf-16", "6534000000", None, None),
]
IN_THE_TEXT = frozenset({"Commerzbank", "comdirect"})


def one(content: str, encoding: str = "utf-8") -> Statement:
    [found] = read(content.encode(encoding), "u.csv")
    return found


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row[0])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_two_payments_of_every_bank(row, end):
    form, content, encoding, account, opening, closing = row
    found = one(content.replace("\n", end), encoding)
    assert (found.identity, found.account, found.currency) == (form, account, "EUR")
    assert (found.opening_cents, found.closing_cents) == (opening, closing)
    assert found.balances in {None, True}
    debit, credit = (each for each in found.lines if each.booked)
    assert (debit.amount_cents, credit.amount_cents) == (-100_000, 75_050)
    assert (debit.booking_day, credit.booking_day) == (dt.date(2023, 11, 30), dt.date(2023, 11, 2))
    assert (debit.value_day or debit.booking_day) == dt.date(2023, 11, 30)
    assert "Strom" in debit.remittance
    assert "Umlage" in credit.remittance
    where = credit.remittance if form in IN_THE_TEXT else credit.counterparty
    assert "Stadt Musterstadt" in where
    if account:
        assert proved(found) is found
    else:
        assert found.contradictions == ("kein Konto in der Datei",)


def test_every_form_is_tried():
    assert {form for form, *_ in FORMS} | {"Sparkasse CSV-CAMT", "Sparkasse CSV-MT940"} == {
        form.name for form in known_maps()
    }


@pytest.mark.parametrize("content", [SPARDA, VR_OLD.replace("LASTSCHRIFT\n", ""), VR_OLD_2])
def test_references_in_the_text_are_found(content):
    debit = one(content).lines[0]
    assert (debit.end_to_end, debit.mandate, debit.iban, debit.remittance) == ("E-1", "M-1", PAYER, "Strom")


def test_pieces_are_put_together_and_what_a_payer_writes_is_no_account_of_theirs():
    credit = one(VR_OLD).lines[1]
    assert credit.remittance == "UEBERWEISUNGSGUTSCHR Umlage fuer das Jahr 2023"
    assert credit.iban == ""


def test_what_waits_is_pending_and_moves_no_balance():
    waiting = one(COMDIRECT).lines[0]
    assert (waiting.status, waiting.amount_cents, waiting.booking_day) == (
        "PDNG",
        -2_386,
        dt.date(2023, 11, 30),
    )
    assert (waiting.value_day, waiting.entry) == (None, 1)
    assert one(DKB).lines[2].status == "PDNG"


def test_a_file_of_waiting_payments_alone_has_no_day():
    head, _, rest = COMDIRECT.partition('"30.11.2023"')
    with pytest.raises(StatementRefused, match="gefunden: kein gebuchter Umsatz; erlaubt"):
        one(head + rest[rest.index('"Alter') :])


def test_a_filler_is_no_mandate():
    assert one(SPARDA).lines[1].mandate == ""


def test_balances_that_do_not_fit_are_told():
    found = one(DEUTSCHE_BANK.replace("2.250,50", "2.250,51"))
    assert found.balances is False
    with pytest.raises(StatementRefused, match=r"Anfangssaldo 2\.500,00 EUR "):
        proved(found)


@pytest.mark.parametrize(
    ("content", "cut"),
    [(DEUTSCHE_BANK, "Kontostand;30"), (VR_OLD_2, "30.11.2023;;;;"), (COMDIRECT, '"Alter')],
)
def test_a_file_that_lacks_one_of_its_balances_is_cut(content, cut):
    found = one(content[: content.rindex(cut)])
    assert "nur einer der beiden Salden: die Datei ist nicht vollständig" in found.contradictions
    with pytest.raises(StatementRefused):
        proved(found)


@pytest.mark.parametrize("text", ["Tagessaldo", "Endsaldo", "Kontostand"])
@pytest.mark.parametrize("content", [DKB_OLD, VR_OLD_2, DEUTSCHE_BANK, COMDIRECT])
def test_a_payer_writes_no_balance(content, text):
    found = one(content.replace("Umlage", text, 1))
    assert [each.amount_cents for each in found.lines if each.booked] == [-100_000, 75_050]


@pytest.mark.parametrize(
    ("content", "old", "new", "problem"),
    [
        (DKB, '"-1.000"', '"-10.00"', "Zeile 6: gefunden: '-10.00' ist kein Betrag dieser Bank; erlaubt: 1.234,56"),
        (DKB, '"-1.000"', '"-1.00,00"', "'-1.00,00' ist kein Betrag dieser Bank; erlaubt: 1.234,56"),
        (N26, "-1000.0", '"-1.000,00"', "Zeile 2: gefunden: '-1.000,00' ist kein Betrag dieser Bank; erlaubt: 1234.56"),
        (VR_OLD_2, ";S\n02", ";X\n02", "Zeile 5: gefunden: Kennzeichen 'X' neben 1.000,00; erlaubt: S oder H neben"),
        (VR_OLD_2, "1.000,00;S", "-1.000,00;S", "Kennzeichen 'S' neben -1.000,00; erlaubt: S oder H neben"),
        (COMMERZBANK, "-1000", "-1.000", "'-1.000' ist mehrdeutig; erlaubt: 1000,00 für ganze Tausend"),
        (VR_OLD_2, "349,50;S", "349,50;Z", "Zeile 9: gefunden: Kennzeichen 'Z' neben 349,50; erlaubt: S oder H neben"),
        (DEUTSCHE_BANK, "2.500;", "2.000.000.000.000;", "Zeile 6: gefunden: '2000000000000' ist zu groß; erlaubt: höchstens"),
        (VR_OLD, '"02.11.2023"', '"32.11.2023"', "Zeile 17: gefunden: '32.11.2023' ist kein Tag"),
        (ING, "-1.000,00;EUR", "-1.000,00;EU", "Zeile 15: gefunden: 'EU' ist keine Währung; erlaubt: drei Großbuchstaben"),
        (ING, "30.11.2023;30.11.2023", "31.11.2023;30.11.2023", "Zeile 15: gefunden: '31.11.2023' ist kein Tag"),
    ],
)  # fmt: skip
def test_what_the_bank_does_not_write_is_refused(content, old, new, problem):
    assert old in content
    with pytest.raises(StatementRefused) as refusal:
        one(content.replace(old, new, 1))
    assert problem in str(refusal.value)


def test_a_returned_debit_tells_its_charges():
    header = (
        "Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Glaeubiger ID;Mandatsreferenz;"
        "Kundenreferenz (End-to-End);Sammlerreferenz;Lastschrift Ursprungsbetrag;Auslagenersatz Ruecklastschrift;"
        "Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;BIC (SWIFT-Code);Betrag;Waehrung;Info\n"
    )
    row = f"{IBAN};30.11.23;30.11.23;RUECKLASTSCHRIFT;Umlage;;M-1;E-1;;149,00;;Stadt;{PAYER};ING;-152,57;EUR;Umsatz gebucht\n"
    [line] = one(header + row).lines
    assert (line.amount_cents, line.charges_cents, line.returned) == (-15_257, -357, True)
    assert (line.return_reason, line.original) == ("RUECKLASTSCHRIFT", ("E-1",))
    [line] = one(header + row.replace("-152,57", "152,57")).lines
    assert (line.charges_cents, line.returned) == (0, False)


def test_a_balance_may_stand_where_the_day_does(tmp_path):
    file = tmp_path / "maps.toml"
    file.write_text(
        '[[map]]\nname = "Hausbank"\nopening_rows = ["alt"]\nclosing_rows = ["neu"]\n'
        '[map.columns]\naccount = "Konto"\nbooking_day = "Tag"\nremittance = "Zweck"\namount = "Betrag"\n'
    )
    text = f"Konto;Tag;Zweck;Betrag\n{IBAN};alt;x;5,00\n{IBAN};15.11.2023;alt;-1,00\n;neu;;4,00\n"
    [found] = read(text.encode(), "u.csv", csv_maps=load_maps(file))
    assert (found.opening_cents, found.closing_cents, len(found.lines), found.balances) == (500, 400, 1, True)


def test_utf_16_without_its_mark_is_no_text():
    with pytest.raises(StatementRefused, match="eine Binärdatei"):
        one(HYPOVEREINSBANK, "utf-16-le")


def test_utf_16_that_is_cut_is_refused():
    with pytest.raises(StatementRefused, match="UTF-16"):
        read(HYPOVEREINSBANK.encode("utf-16")[:-1], "u.csv")
