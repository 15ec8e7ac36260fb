"""CSV exports by column maps, and ZIP containers."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.files.csv.column_maps import known_maps, load_maps
from kkd_ledger.bank.files.limits import Limits
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.statements import proved
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import IBAN, PAYER, amounts, camt, line, statement

SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";'
    '"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";"Auslagenersatz Ruecklastschrift";'
    '"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"\r\n'
)
VR = (
    "Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;"
    "Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;"
    "BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;"
    "Betrag;Waehrung;Saldo nach Buchung;Bemerkung;Gekennzeichneter Umsatz;Glaeubiger ID;Mandatsreferenz\r\n"
)
DKB = (
    f'"Girokonto";"{IBAN}"\n"Kontostand vom 15.11.2023:";"1.234,56 €"\n""\n'
    '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";'
    '"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
)


def sparkasse(
    amount: str = "8.869,25", day: str = "15.11.23", info: str = "Umsatz gebucht", text: str = "RF18 KKD"
) -> str:
    return (
        f'"{IBAN}";"{day}";"{day}";"GUTSCHRIFT";"{text}";"";"M-17";"E2E-1";'
        f'"";"";"";"Stadt Musterstadt";"{PAYER}";"INGDDEFF";'
        f'"{amount}";"EUR";"{info}"\r\n'
    )


def vr(amount: str, balance: str, text: str = "Miete") -> str:
    head = f"Konto;{IBAN};GENO;VR;15.11.2023;15.11.2023;Stadt;{PAYER};ING"
    return f"{head};Gutschrift;{text};{amount};EUR;{balance};;;;\r\n"


def test_sparkasse():
    [found] = read(
        (SPARKASSE + sparkasse() + sparkasse("-1,50", info="Umsatz vorgemerkt")).encode("cp1252"), "u.csv"
    )
    assert (found.account, found.kind, found.identity, found.balances) == (
        IBAN,
        "CSV",
        "Sparkasse CSV-CAMT",
        None,
    )
    first, second = found.lines
    assert (first.amount_cents, first.booking_day, first.status) == (886_925, dt.date(2023, 11, 15), "BOOK")
    assert (first.counterparty, first.iban, first.end_to_end, first.mandate) == (
        "Stadt Musterstadt",
        PAYER,
        "E2E-1",
        "M-17",
    )
    assert (first.remittance, first.booking_text) == ("RF18 KKD", "GUTSCHRIFT")
    assert (second.amount_cents, second.status) == (-150, "PDNG")
    assert proved(found) is found


@pytest.mark.parametrize(
    "rows", [(("10,00", "110,00"), ("-5,00", "105,00")), (("-5,00", "105,00"), ("10,00", "110,00"))]
)
def test_vr_proves_itself_by_its_balances_in_either_order(rows):
    [found] = read((VR + "".join(vr(*row) for row in rows)).encode(), "u.csv")
    assert (found.opening_cents, found.closing_cents, found.balances) == (10_000, 10_500, True)


def test_balances_that_are_no_chain_are_told():
    [found] = read((VR + vr("10,00", "110,00") + vr("1,00", "500,00")).encode(), "u.csv")
    assert found.contradictions == ("die Salden nach den Umsätzen ergeben keine Reihe",)
    with pytest.raises(StatementRefused):
        proved(found)


def test_dkb():
    rows = (
        f'"15.11.23";"15.11.23";"Gebucht";"Stadt";"Kreis";"Zweck";"Eingang";"{PAYER}";"10,00";"";"";""\n'
        f'"15.11.23";"15.11.23";"Vorgemerkt";"Kreis";"Firma";"Zweck";"Ausgang";"{PAYER}";"-3";"";"";""\n'
    )
    [found] = read((DKB + rows).encode("utf-8-sig"), "u.csv")
    assert found.account == IBAN
    assert [(each.counterparty, each.amount_cents, each.status) for each in found.lines] == [
        ("Stadt", 1000, "BOOK"),
        ("Firma", -300, "PDNG"),
    ]


def test_several_accounts_are_several_statements():
    content = SPARKASSE + sparkasse() + sparkasse().replace(IBAN, PAYER, 1)
    assert [each.account for each in read(content.encode(), "u.csv")] == [IBAN, PAYER]


@given(st.lists(st.tuples(amounts, st.text("abcäöü;\" \n,'=+-@", max_size=30)), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_quoted_texts_and_amounts_come_back(rows):
    def german(cents: int) -> str:
        return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"

    content = SPARKASSE + "".join(
        sparkasse(german(cents), text=text.replace('"', '""')) for cents, text in rows
    )
    [found] = read(content.encode(), "u.csv")
    assert [each.amount_cents for each in found.lines] == [cents for cents, _ in rows]
    assert [each.remittance for each in found.lines] == [" ".join(text.split()) for _, text in rows]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            SPARKASSE + sparkasse("1.234"),
            "u.csv: Zeile 2: gefunden: '1.234' ist mehrdeutig; erlaubt: 1234,00 für ganze Tausend",
        ),
        (
            SPARKASSE + sparkasse(day="31.02.23"),
            "u.csv: Zeile 2: gefunden: '31.02.23' ist kein Tag; "
            "erlaubt: ein Tag des Kalenders; den 31.02.23 gibt es nicht",
        ),
        (SPARKASSE + '"x";"y"\r\n', "u.csv: Zeile 2: gefunden: 2 Spalten; erlaubt: 17 Spalten"),
        (SPARKASSE, "u.csv: gefunden: kein Umsatz; erlaubt: eine Kopfzeile mit Umsätzen darunter"),
        (
            "Datum;Betrag\n1;2\n",
            "u.csv: Zeile 1: gefunden: 'Datum;Betrag'; erlaubt: camt (XML), MT940/942, "
            f"oder CSV mit den Spalten von {', '.join(form.name for form in known_maps())}",
        ),
        (
            SPARKASSE + sparkasse()[:-8],
            "u.csv: Zeile 2: gefunden: eine Zelle, deren Anführungszeichen nicht schließen oder mitten in ihr stehen; "
            "erlaubt: eine vollständige CSV-Datei",
        ),
    ],
)
def test_a_refusal_says_where_what_and_what_is_allowed(content, problem):
    with pytest.raises(StatementRefused) as refusal:
        read(content.encode(), "u.csv")
    assert [str(each) for each in refusal.value.problems] == [problem]


def test_a_map_of_ones_own_adds_a_bank(tmp_path):
    file = tmp_path / "maps.toml"
    file.write_text(
        '[[map]]\nname = "Hausbank"\nday = "%Y-%m-%d"\ncurrency = "EUR"\n'
        '[map.columns]\nbooking_day = "Datum"\namount = "Betrag"\nremittance = "Zweck"\naccount = "Konto"\n'
    )
    [found] = read(
        f"Konto;Datum;Zweck;Betrag\n{IBAN};2023-11-15;Miete;-12,50\n".encode(),
        "u.csv",
        csv_maps=load_maps(file),
    )
    assert (found.identity, found.lines[0].amount_cents, found.lines[0].remittance) == (
        "Hausbank",
        -1250,
        "Miete",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "maps.toml: gefunden: keine Zuordnung; erlaubt: mindestens ein [[map]]"),
        (
            '[[map]]\nname = "X"\n[map.columns]\namount = "Betrag"\n',
            "maps.toml: map 1, columns: gefunden: kein Feld booking_day; "
            "erlaubt: booking_day und amount, oder booking_day, debit und credit",
        ),
        (
            '[[map]]\nday = "%m"\nname = "X"\n[map.columns]\namount = "B"\nbooking_day = "D"\n',
            "maps.toml: map 1, day: gefunden: '%m'; erlaubt: %d.%m.%Y, %d.%m.%y, %Y-%m-%d",
        ),
        (
            '[[map]]\ndecimal = ";"\nname = "X"\n[map.columns]\namount = "B"\nbooking_day = "D"\n',
            "maps.toml: map 1, decimal: gefunden: ';'; erlaubt: ,, .",
        ),
        (
            '[[map]]\nbooked = "ja"\nname = "X"\n[map.columns]\namount = "B"\nbooking_day = "D"\n',
            "maps.toml: map 1, booked: gefunden: 'ja'; erlaubt: eine Liste von Texten",
        ),
        (
            '[[map]]\nname = "X"\n[map.columns]\namount = ["B", 1]\nbooking_day = "D"\n',
            "maps.toml: map 1, columns, amount: gefunden: ['B', 1]; erlaubt: ein Text oder eine Liste von Texten",
        ),
        (
            '[[map]]\nname = "X"\ncolumns = 1\n',
            "maps.toml: map 1, columns: gefunden: 1; erlaubt: eine Tabelle [map.columns]",
        ),
    ],
)
def test_a_bad_map_is_refused(tmp_path, text, problem):
    file = tmp_path / "maps.toml"
    file.write_text(text)
    with pytest.raises(StatementRefused) as refusal:
        load_maps(file)
    assert [str(each) for each in refusal.value.problems] == [problem]


def test_the_librarys_maps_have_names_of_their_own():
    names = [form.name for form in known_maps()]
    assert len(set(names)) == len(names)


def packed(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members:
            container.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # no clock
    return stream.getvalue()


def test_names_of_members_stay_on_one_line():
    with pytest.raises(StatementRefused) as refusal:
        read(packed(("a\n  b.xml: gefunden: nichts", b"")), "c.zip")
    assert str(refusal.value).count("\n") == 1


def test_what_says_that_it_is_too_large_is_not_unpacked():
    content = bytearray(packed(("1.xml", b" " * 2_000_000)))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2**31).to_bytes(4, "little")
    with pytest.raises(StatementRefused) as refusal:
        read(bytes(content), "c.zip")
    assert refusal.value.problems[0].actual == "zu stark verdichtet oder zu groß"


@pytest.mark.parametrize(
    ("content", "limits", "problem"),
    [
        (
            SPARKASSE + sparkasse(text="x" * 21),
            Limits(text_chars=20),
            "u.csv: Zeile 2: gefunden: 22 Zeichen; erlaubt: höchstens 20 Zeichen",
        ),
        (
            SPARKASSE + '"' + "x" * 200_000,
            Limits(),
            "u.csv: Zeile 2: gefunden: eine Zelle, die nach 131072 Zeichen nicht endet; "
            "erlaubt: eine vollständige CSV-Datei",
        ),
        (
            SPARKASSE + sparkasse() + sparkasse().replace(IBAN, PAYER, 1),
            Limits(statements=1),
            "u.csv: gefunden: mehr Auszüge; erlaubt: höchstens 1 Auszüge",
        ),
    ],
)
def test_limits_hold(content, limits, problem):
    with pytest.raises(StatementRefused) as refusal:
        read(content.encode(), "u.csv", limits)
    assert [str(each) for each in refusal.value.problems] == [problem]


def test_a_delimiter_in_a_text_without_quotes_is_told():
    torn = vr("10,00", "110,00", text="Miete;Mai")
    with pytest.raises(StatementRefused, match="Zeile 2: gefunden: 19 Spalten; erlaubt: 18 Spalten"):
        read((VR + torn + vr("5,00", "105,00")).encode(), "u.csv")
    with pytest.raises(StatementRefused, match="Zeile 2: gefunden: 19 Spalten; erlaubt: 18 Spalten"):
        read((VR + torn.rstrip() + "M-1\r\n").encode(), "u.csv")


def test_a_delimiter_behind_every_row_is_taken():
    [found] = read(
        (VR + (vr("10,00", "110,00") + vr("-5,00", "105,00")).replace("\r", ";\r")).encode(), "u.csv"
    )
    assert found.balances is True


def test_a_row_wider_than_any_table_is_no_header():
    wide = VR.rstrip() + ";x" * 200 + "\r\n"
    with pytest.raises(StatementRefused, match="oder CSV mit den Spalten von"):
        read((wide + vr("10,00", "110,00")).encode(), "u.csv")
    [found] = read((wide + VR + vr("10,00", "110,00")).encode(), "u.csv")
    assert found.closing_cents == 11_000


def test_a_container_gives_the_statements_of_all_its_members():
    first, second = statement(line(100)), statement(line(7), identity="2", sequence=2)
    found = read(packed(("a/1.xml", camt(first)), ("2.xml", camt(second))), "c.zip")
    assert [each.lines for each in found] == [first.lines, second.lines]
    assert [each.source for each in found] == ["c.zip/a/1.xml", "c.zip/2.xml"]
    assert found[0].sha256 == read(camt(first), "x")[0].sha256


def test_one_bad_member_refuses_the_container():
    with pytest.raises(StatementRefused, match=r"c.zip/2.xml: Zeile"):
        read(packed(("1.xml", camt(statement(line(1)))), ("2.xml", camt(statement(line(1)))[:-20])), "c.zip")


@pytest.mark.parametrize(
    ("content", "limits", "found"),
    [
        (packed(), Limits(), "0 Dateien"),
        (packed(("1.xml", b"<"), ("2.xml", b"<")), Limits(zip_members=1), "2 Dateien"),
        (packed(("1.xml", b" " * 5_000_000)), Limits(), "zu stark verdichtet oder zu groß"),
        (packed(("1.zip", packed(("1.xml", b"<")))), Limits(), "ein Archiv im Archiv"),
        (packed(("1.xml", camt(statement(line(1)))))[:-30], Limits(), "ein beschädigtes ZIP-Archiv"),
    ],
    ids=["empty", "many", "dense", "nested", "cut"],
)
def test_a_bad_container_is_refused(content, limits, found):
    with pytest.raises(StatementRefused) as refusal:
        read(content, "c.zip", limits)
    assert refusal.value.problems[0].actual == found


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_cut_or_flipped_container_is_refused_or_whole(data):
    lines = statement(line(100), line(-7)).lines
    content = bytearray(packed(("1.xml", camt(statement(line(100), line(-7))))))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = read(bytes(content), "c.zip")
    except StatementRefused:
        return
    assert [each.lines for each in found] == [lines]


DEUTSCHE = (
    "Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;BIC;Kundenreferenz;Mandatsreferenz ;"
    "Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Anzahl der Aufträge;Anzahl der Schecks;"
    "Soll;Haben;Währung\n"
)
OF_NOVEMBER = (
    f"15.11.2023;15.11.2023;SEPA-Gutschrift von;Stadt Musterstadt;Umlage 2022;{PAYER};ING;E2E-1;;;;;;;;;8.869,25;EUR\n"
    f"3.11.2023;3.11.2023;SEPA-Lastschrift;Stadtwerke;Strom;{PAYER};ING;;M-1;;;;;;;-45,00;;EUR\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("third", ["IBAN", "IBAN / Kontonummer"])
def test_deutsche_bank_and_postbank(encoding, end, third):
    above = f"Umsätze;Zeitraum: 01.11.2023 - 15.11.2023;\nLetzter Kontostand;;;;-6.478,58;EUR\n;\nIBAN;{IBAN}\n;\n"
    text = (
        above
        + DEUTSCHE.replace(";IBAN;", f";{third};")
        + OF_NOVEMBER
        + "Kontostand;15.11.2023;;;2.345,67;EUR\n"
    )
    [found] = read(text.replace("\n", end).encode(encoding), "u.csv")
    assert (found.account, found.opening_cents, found.closing_cents, found.currency) == (
        IBAN,
        -647_858,
        234_567,
        "EUR",
    )
    assert [each.amount_cents for each in found.lines] == [886_925, -4_500]
    assert found.lines[1].booking_day == dt.date(2023, 11, 3)
    assert (found.lines[0].end_to_end, found.lines[1].mandate, found.lines[1].iban) == ("E2E-1", "M-1", PAYER)
    assert proved(found) is found


@pytest.mark.parametrize("cells", [";;", "-45,00;45,00;"])
def test_an_amount_stands_in_one_of_two_columns(cells):
    text = DEUTSCHE + f"15.11.2023;15.11.2023;X;Stadt;Y;{PAYER};ING;;;;;;;;;{cells}EUR\n"
    with pytest.raises(StatementRefused, match=r"gefunden: Soll .*; erlaubt: genau einer von beiden"):
        read(text.encode(), "u.csv")


def test_two_ibans_above_the_table_name_no_account():
    text = f"IBAN;{IBAN}\nUnterkonto;{PAYER}\n" + DEUTSCHE + OF_NOVEMBER
    [found] = read(text.encode(), "u.csv")
    assert (found.account, found.contradictions) == ("", ("kein Konto in der Datei",))


def test_a_plus_sign_and_a_euro_sign_belong_to_an_amount():
    text = (
        DKB
        + f'"15.11.23";"15.11.23";"Gebucht";"Stadt";"Wir";"Umlage";"Eingang";"{PAYER}";"+8.869,25 €";"";"";""\n'
    )
    assert read(text.encode(), "u.csv")[0].lines[0].amount_cents == 886_925
