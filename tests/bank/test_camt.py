"""The CAMT reader against its other side, against pyiso20022, and on everything a bank file can do wrong."""

import importlib
import io
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.files.limits import Limits
from kkd_ledger.bank.files.reading import iter_lines, read
from kkd_ledger.bank.statements import proved
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import DAY, IBAN, PAYER, camt, line, statement, statements
from tests.samples import FILES

SAMPLES = FILES / "bank/camt"


def one(content: bytes):
    [found] = read(content, "auszug.xml")
    return found


def entry(inner: str, amount: str = "100.00", direction: str = "CRDT", *, version: str = "08") -> bytes:
    """A statement of one entry with this inside; its closing balance is the amount."""
    sign = -1 if direction == "DBIT" else 1
    text = camt(statement(closing_cents=sign * round(Decimal(amount) * 100)), version=version).decode()
    body = (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2023-11-15</Dt></BookgDt>{inner}</Ntry>"
    )
    return text.replace("</Stmt>", f"{body}</Stmt>").encode()


def detail(amount: str, inner: str = "", direction: str = "CRDT") -> str:
    return f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{inner}</TxDtls>'


def charge(amount: str, direction: str = "DBIT") -> str:
    return f'<Chrgs><Rcrd><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd></Rcrd></Chrgs>'


@given(
    statements(),
    st.sampled_from(("02", "03", "04", "08", "10", "13", "14")),
    st.sampled_from(("", "n", "ns2")),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read(written, version, prefix, space):
    content = camt(written, version=version, prefix=prefix if space else "", space=space)
    found = one(content)
    assert replace(found, sha256="") == written
    assert found.balances is True
    assert tuple(iter_lines(content)) == written.lines


@given(statements(most=3), st.sampled_from(("UTF-8", "UTF-16", "ISO-8859-1", "windows-1252", "ISO-8859-15")))
@settings(max_examples=30, deadline=None)
def test_encodings_make_no_difference(written, encoding):
    assert one(camt(written, encoding=encoding)).lines == written.lines


@given(statements(most=2), statements(most=2), st.data())
@settings(max_examples=40, deadline=None)
def test_a_cut_file_is_refused_or_whole(first, second, data):
    content = camt(first, second)
    cut = data.draw(st.integers(0, len(content)))
    try:
        found = read(content[:cut], "auszug.xml")
    except StatementRefused:
        return
    assert [each.lines for each in found] == [first.lines, second.lines]


def test_two_statements_keep_their_order_and_their_lines():
    first, second = statement(line(100), line(-50)), statement(line(7), identity="AUSZUG-2", sequence=2)
    assert [each.lines for each in read(camt(first, second), "x")] == [first.lines, second.lines]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"",
            (
                "auszug.xml: gefunden: eine leere Datei; "
                "erlaubt: camt.052/.053/.054 (XML), MT940/942, CSV einer bekannten Bank oder ein ZIP damit"
            ),
        ),
        (
            b"<Invoice/>",
            (
                "auszug.xml: gefunden: kein Kontoauszug (Wurzel Invoice); "
                "erlaubt: ein Kontoauszug camt.052, camt.053 oder camt.054"
            ),
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x "y">]><Document/>',
            (
                "auszug.xml: Vorspann: gefunden: <!DOCTYPE …> (Dokumenttyp); "
                "erlaubt: XML ohne Dokumenttyp und ohne Entitäten"
            ),
        ),
        (
            b'<?xml version="1.0" encoding="UTF-7"?><Document/>',
            (
                "auszug.xml: XML-Deklaration: gefunden: Zeichensatz UTF-7; "
                "erlaubt: UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, WINDOWS-1252, US-ASCII"
            ),
        ),
        (
            camt(statement(line(remittance="Müller"))).decode().encode("latin-1"),
            (
                "auszug.xml: Zeile 2: gefunden: Bytes, die nicht zum angegebenen Zeichensatz passen; "
                "erlaubt: den angegebenen Zeichensatz"
            ),
        ),
        (
            entry("").replace(b"CRDT</CdtDbtInd><Sts", b"KREDIT</CdtDbtInd><Sts"),
            "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, CdtDbtInd: gefunden: 'KREDIT'; erlaubt: CRDT oder DBIT",
        ),
        (
            entry("").replace(b'<Ntry><Amt Ccy="EUR">100.00', b'<Ntry><Amt Ccy="EUR">100.001'),
            (
                "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, Amt: gefunden: '100.001'; "
                "erlaubt: höchstens zwei Nachkommastellen (weitere nur als Nullen)"
            ),
        ),
        (
            entry("").replace(b'<Ntry><Amt Ccy="EUR">100.00', b'<Ntry><Amt Ccy="EUR">-100.00'),
            (
                "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, Amt: gefunden: '-100.00'; "
                "erlaubt: ein Betrag wie 1234.56 ohne Vorzeichen"
            ),
        ),
        (
            entry("").replace(b'<Ntry><Amt Ccy="EUR">100.00', b'<Ntry><Amt Ccy="EUR">1000000000000.01'),
            (
                "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, Amt: gefunden: '1000000000000.01'; "
                "erlaubt: höchstens 1.000.000.000.000,00"
            ),
        ),
        (
            entry("").replace(b"<Dt>2023-11-15</Dt></BookgDt>", b"<Dt>2023-02-30</Dt></BookgDt>"),
            (
                "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, BookgDt: gefunden: '2023-02-30'; "
                "erlaubt: ein Tag des Kalenders; den 30.02.2023 gibt es nicht"
            ),
        ),
        (
            entry("").replace(b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="Euro">'),
            (
                "auszug.xml: Zeile 2, Auszug 1, Umsatz 1, Ccy: gefunden: 'Euro'; "
                "erlaubt: eine Währung aus drei Großbuchstaben wie EUR"
            ),
        ),
    ],
)
def test_a_refusal_says_where_what_and_what_is_allowed(content, problem):
    with pytest.raises(StatementRefused) as refusal:
        read(content, "auszug.xml")
    assert [str(each) for each in refusal.value.problems] == [problem]


def test_all_problems_are_told_at_once():
    content = camt(statement(line(100), line(200), line(300))).replace(
        b"CRDT</CdtDbtInd><Sts", b"X</CdtDbtInd><Sts"
    )
    with pytest.raises(StatementRefused) as refusal:
        read(content, "x")
    assert [each.place for each in refusal.value.problems] == [
        f"Zeile 2, Auszug 1, Umsatz {number}, CdtDbtInd" for number in (1, 2, 3)
    ]


def hostile() -> dict[str, bytes]:
    text = camt(statement(line(remittance="ZWECK"))).decode()
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "xxe": text.replace(head, head + '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
        .replace("ZWECK", "&x;")
        .encode(),
        "laughs": text.replace(head, f'{head}<!DOCTYPE D [<!ENTITY l0 "ha">{laughs}]>')
        .replace("ZWECK", "&l9;")
        .encode(),
        "harmless entity": text.replace(head, head + '<!DOCTYPE D [<!ENTITY x "RF18">]>')
        .replace("ZWECK", "&x;")
        .encode(),
        "doctype behind a long comment": text.replace(
            head, f"{head}<!--{'x' * 100_000}--><!DOCTYPE D>"
        ).encode(),
        "utf-16 doctype": text.replace(head, '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE D>').encode(
            "utf-16"
        ),
        "external dtd": text.replace(head, head + '<!DOCTYPE D SYSTEM "http://127.0.0.1:9/x.dtd">').encode(),
        "deep": text.replace("ZWECK", "<a>" * 3000 + "</a>" * 3000).encode(),
        "deep outside": (head + "<a>" * 3000 + "</a>" * 3000).encode(),
        "11 MB text": text.replace("ZWECK", "x" * 11_000_000).encode(),
        "long text": text.replace("ZWECK", "x" * 20_001).encode(),
        "undeclared entity": text.replace("ZWECK", "&nbsp;").encode(),
        "latin-1 called utf-8": text.replace("ZWECK", "Müll").encode("latin-1"),
        "control sign": text.replace("ZWECK", "\x08").encode(),
        "junk behind": text.encode() + b"<Document/>",
        "two roots": text.encode() + text.encode()[len(head) :],
        "xinclude": text.replace(
            "ZWECK", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
        ).encode()[:-20],
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_xml_is_refused(name):
    with pytest.raises(StatementRefused):
        read(hostile()[name], "x")
    with pytest.raises(StatementRefused):
        list(iter_lines(hostile()[name], "x"))


def test_limits_hold():
    content = camt(statement(line(1), line(2), line(3)))
    with pytest.raises(StatementRefused, match="höchstens 2 Umsätze"):
        read(content, "x", Limits(lines=2))
    with pytest.raises(StatementRefused, match="höchstens 100 Bytes"):
        read(content, "x", Limits(file_bytes=100))
    with pytest.raises(StatementRefused, match="höchstens 0 Sekunden"):
        read(content, "x", Limits(seconds=0))


def test_more_statements_than_a_bank_delivers_are_refused():
    content = camt(statement(line(1)), statement(line(1), sequence=2))
    assert len(read(content, "a.xml", Limits(statements=2))) == 2
    with pytest.raises(StatementRefused, match="mehr Auszüge; erlaubt: höchstens 1 Auszüge"):
        read(content, "a.xml", Limits(statements=1))


def test_comments_and_sections_do_not_lose_text():
    content = camt(statement(line(remittance="VORN HINTEN"))).replace(
        b"VORN HINTEN", b"VORN<!-- x --> <![CDATA[HINTEN]]><?pi?>"
    )
    assert one(content).lines[0].remittance == "VORN HINTEN"


@pytest.mark.parametrize(
    "text",
    [
        "2023-11-15 open Aktiva:Hack",
        '" }\n2023-01-01 * "x"',
        'plugin "os"',
        'include "/etc/passwd"',
        '; \\" \u2028\u202e\u0085\ufeff',
    ],
)
def test_text_stays_on_one_line(text):
    found = one(
        camt(statement(line(remittance="ZWECK"))).replace(b"ZWECK", text.replace("&", "&amp;").encode())
    ).lines[0]
    assert "\n" not in found.remittance
    assert found.remittance.isprintable()


def test_text_is_normalised():
    assert one(camt(statement(line(counterparty="Mu\u0308ller")))).lines[0].counterparty == "Müller"


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("100", 10_000), ("100.", 10_000), ("0100.5", 10_050), (".5", 50), ("8.85000", 885), ("+7", 700)],
)
def test_amounts_as_banks_write_them(amount, cents):
    content = entry("").replace(b'<Ntry><Amt Ccy="EUR">100.00', f'<Ntry><Amt Ccy="EUR">{amount}'.encode())
    assert one(content).lines[0].amount_cents == cents


def test_a_balance_without_a_sign_is_a_credit():
    content = camt(statement(line(100), opening_cents=500)).replace(
        b"<CdtDbtInd>CRDT</CdtDbtInd><Dt>", b"<Dt>"
    )
    assert one(content).balances is True


RETURNED = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn>"


@pytest.mark.parametrize(
    ("code", "gvc", "iso_code", "returned"),
    [
        (RETURNED, "", "PMNT-RCDT-RRTN", True),
        (f"{RETURNED}<Prtry><Cd>Z04</Cd></Prtry>", "Z04", "PMNT-RCDT-RRTN", True),
        ("<Prtry><Cd>NTRF+109+00931</Cd></Prtry>", "109", "", True),
        ("<Prtry><Cd>166</Cd></Prtry>", "166", "", False),
    ],
)
def test_codes_of_the_bank(code, gvc, iso_code, returned):
    [found] = one(entry(f"<BkTxCd>{code}</BkTxCd>")).lines
    assert (found.gvc, found.iso_code, found.returned) == (gvc, iso_code, returned)


def test_an_empty_code_and_a_missing_status_are_taken():
    content = entry("<BkTxCd/>").replace(b"<Sts>BOOK</Sts>", b"")
    assert (one(content).lines[0].gvc, one(content).lines[0].status) == ("", "BOOK")


def test_a_batch_with_details_that_add_up_is_split():
    found = one(entry(f"<NtryDtls>{detail('60.00')}{detail('40.00')}</NtryDtls>"))
    assert [(each.amount_cents, each.batch, each.note) for each in found.lines] == [
        (6000, (1, 2), ""),
        (4000, (2, 2), ""),
    ]
    assert found.balances is True


def test_a_batch_in_several_detail_blocks_is_split():
    inner = "".join(
        f"<NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch>{detail(amount)}</NtryDtls>"
        for amount in ("60.00", "40.00")
    )
    assert [each.amount_cents for each in one(entry(inner)).lines] == [6000, 4000]


def test_a_batch_whose_details_do_not_add_up_stays_whole():
    references = "<RmtInf><Ustrd>RF{}</Ustrd></RmtInf>"
    inner = (
        f"<NtryDtls>{detail('60.00', references.format(1))}{detail('30.00', references.format(2))}</NtryDtls>"
    )
    [found] = one(entry(inner)).lines
    assert (found.amount_cents, found.batch) == (10_000, (0, 2))
    assert found.note == "Sammelbuchung bleibt ganz: die 2 Einzelbeträge ergeben nicht 100,00 EUR"
    assert found.remittance == "RF1 RF2"


def test_a_batch_of_the_other_direction_stays_whole():
    inner = f"<NtryDtls>{detail('60.00', direction='DBIT')}{detail('40.00', direction='DBIT')}</NtryDtls>"
    [found] = one(entry(inner)).lines
    assert (found.amount_cents, found.batch) == (10_000, (0, 2))


def test_a_batch_of_mixed_directions_is_split_where_it_adds_up():
    inner = f"<NtryDtls>{detail('120.00')}{detail('20.00', direction='DBIT')}</NtryDtls>"
    assert [each.amount_cents for each in one(entry(inner)).lines] == [12_000, -2_000]


def test_a_batch_without_details_says_so():
    [found] = one(entry("<NtryDtls><Btch><NbOfTxs>6</NbOfTxs></Btch></NtryDtls>")).lines
    assert (found.batch, found.note) == ((0, 6), "Sammelbuchung über 6 Posten ohne deren Einzelangaben")


def test_a_batch_that_announces_more_than_it_shows_stays_whole():
    [found] = one(entry(f"<NtryDtls><Btch><NbOfTxs>6</NbOfTxs></Btch>{detail('20.00')}</NtryDtls>")).lines
    assert (found.amount_cents, found.batch) == (10_000, (0, 6))


def test_charges_of_an_entry_become_a_line_of_their_own():
    found = one(
        entry(f"{charge('26.00')}<NtryDtls>{detail('100.00')}{detail('26.00')}</NtryDtls>", "100.00")
    ).lines
    assert [(each.amount_cents, each.charges_cents) for each in found] == [
        (10_000, 0),
        (2_600, 0),
        (-2_600, -2_600),
    ]


def test_charges_of_details_stay_with_them():
    inner = f"<NtryDtls>{detail('60.00', charge('1.00'))}{detail('42.00', charge('1.00'))}</NtryDtls>"
    found = one(entry(inner)).lines
    assert [(each.amount_cents, each.charges_cents) for each in found] == [(5_900, -100), (4_100, -100)]


def test_charges_that_are_booked_elsewhere_change_nothing():
    inner = f"{charge('0.70')}<NtryDtls>{detail('60.00', charge('0.70'))}{detail('40.00')}</NtryDtls>"
    assert [(each.amount_cents, each.charges_cents) for each in one(entry(inner)).lines] == [
        (6_000, 0),
        (4_000, 0),
    ]


def test_a_debit_with_charges_is_the_payment_and_its_charges():
    inner = f"{charge('26.00')}<NtryDtls>{detail('1500.00', direction='DBIT')}</NtryDtls>"
    [found] = one(entry(inner, "1526.00", "DBIT")).lines
    assert (found.amount_cents, found.charges_cents) == (-152_600, -2_600)


def test_a_returned_debit_carries_its_fee_and_its_original():
    inner = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</EndToEndId><MndtId>M-1</MndtId></Refs><AmtDtls><InstdAmt>"
        '<Amt Ccy="EUR">50.00</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">53.00</Amt></TxAmt></AmtDtls>'
        f"{charge('3.00')}<RltdPties><Dbtr><Nm>Zahler</Nm></Dbtr><DbtrAcct><Id><IBAN>{PAYER}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Nm>Wir</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct></RltdPties>"
        "<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
    )
    [found] = one(entry(inner, "53.00", "DBIT", version="02")).lines
    assert (found.amount_cents, found.charges_cents) == (-5_300, -300)
    assert (found.return_reason, found.original, found.mandate) == ("MD06", ("E2E-1",), "M-1")
    assert (found.counterparty, found.iban, found.returned) == ("Zahler", PAYER, True)


def test_a_batch_of_returns_tells_the_fee_inside_each():
    def returned(amount: str, original: str, charge: str) -> str:
        return (
            f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><AmtDtls>'
            f'<InstdAmt><Amt Ccy="EUR">{original}</Amt></InstdAmt></AmtDtls>{charge}'
            "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
        )

    fee = '<Chrgs><Rcrd><Amt Ccy="EUR">3.00</Amt></Rcrd></Chrgs>'
    details = returned("53.00", "50.00", fee) + returned("22.50", "20.00", "") + returned("7.00", "7.00", "")
    entry = (
        '<Ntry><Amt Ccy="EUR">82.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2023-11-15</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )
    [found] = read(camt(statement()).replace(b"</Stmt>", entry.encode() + b"</Stmt>"), "a.xml")
    assert [(each.amount_cents, each.charges_cents) for each in found.lines] == [
        (-5_300, -300),
        (-2_250, -250),
        (-700, 0),
    ]


def test_the_fee_of_a_return_follows_from_the_original_amount():
    inner = (
        "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy='EUR'>50.00</Amt></InstdAmt></AmtDtls>"
        "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
    )
    [found] = one(entry(inner, "53.00", "DBIT", version="02")).lines
    assert found.charges_cents == -300
    assert found.note == "Entgelt aus dem ursprünglichen Betrag der Rückgabe errechnet"


def test_a_single_detail_with_another_amount_is_noted():
    [found] = one(entry(f"<NtryDtls>{detail('250.00')}</NtryDtls>")).lines
    assert (found.amount_cents, found.note) == (10_000, "Einzelbetrag 250,00 weicht vom Umsatz 100,00 ab")


def test_the_other_side_of_a_debit_is_the_creditor():
    parties = "<RltdPties><Dbtr><Nm>Wir</Nm></Dbtr><Cdtr><Nm>Sie</Nm></Cdtr>"
    parties += "<UltmtCdtr><Nm>Jene</Nm></UltmtCdtr></RltdPties>"
    [found] = one(entry(f"<NtryDtls><TxDtls>{parties}</TxDtls></NtryDtls>", direction="DBIT")).lines
    assert (found.counterparty, found.ultimate) == ("Sie", "Jene")


def test_the_other_side_is_never_the_account_itself():
    parties = (
        f"<RltdPties><Dbtr><Nm>Wir</Nm></Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Nm>Sie</Nm></Cdtr><CdtrAcct><Id><IBAN>{PAYER}</IBAN></Id></CdtrAcct></RltdPties>"
    )
    [found] = one(entry(f"<NtryDtls><TxDtls>{parties}</TxDtls></NtryDtls>")).lines
    assert (found.counterparty, found.iban) == ("Sie", PAYER)


@pytest.mark.parametrize(
    "filler", ["NOTPROVIDED", "notprovided", "NONREF", "0000000", "keine Information vorhanden"]
)
def test_fillers_are_no_references(filler):
    inner = f"<AcctSvcrRef>{filler}</AcctSvcrRef>"
    inner += f"<NtryDtls><TxDtls><Refs><EndToEndId>{filler}</EndToEndId></Refs></TxDtls></NtryDtls>"
    [found] = one(entry(inner)).lines
    assert (found.end_to_end, found.bank_reference) == ("", "")


def test_a_pending_entry_moves_no_balance():
    found = one(camt(statement(line(100), line(200, status="PDNG"))))
    assert [each.status for each in found.lines] == ["BOOK", "PDNG"]
    assert found.balances is True


def test_an_entry_without_days_gets_the_statements_last():
    content = entry("").replace(b"<BookgDt><Dt>2023-11-15</Dt></BookgDt>", b"")
    assert one(content).lines[0].booking_day == DAY


def test_pages_prove_themselves_by_interim_balances():
    text = camt(statement(line(100), opening_cents=500)).replace(b"<Cd>OPBD</Cd>", b"<Cd>ITBD</Cd>")
    found = one(
        text.replace(
            b"<ElctrncSeqNb>",
            b"<StmtPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><ElctrncSeqNb>",
        )
    )
    assert (found.opening_cents, found.closing_cents, found.page, found.last_page) == (500, 600, 2, False)
    assert found.balances is True


def test_a_statement_that_does_not_add_up_is_read_but_not_proved():
    found = one(camt(statement(line(100), closing_cents=101)))
    assert found.balances is False
    with pytest.raises(StatementRefused) as refusal:
        proved(found)
    assert str(refusal.value) == (
        "Kontoauszug abgelehnt:\n  auszug.xml: Auszug AUSZUG-1 vom 15.11.2023: "
        "gefunden: Anfangssaldo 0,00 EUR + Umsätze 1,00 EUR"
        " = 1,00 EUR, Endsaldo 1,01 EUR; erlaubt: Anfangssaldo + Umsätze = Endsaldo"
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"closing_cents": None}, "Anfangs- oder Endsaldo fehlt"),
        ({"lines": (line(100, currency="CHF"),)}, "Umsätze in CHF"),
        ({"contradictions": ("Endsaldo in SEK, Konto in EUR",)}, "Endsaldo in SEK, Konto in EUR"),
    ],
)
def test_what_is_not_proved_says_why(change, found):
    with pytest.raises(StatementRefused) as refusal:
        proved(replace(statement(line(100)), **change))
    assert [each.actual for each in refusal.value.problems] == [found]


def test_a_summary_that_counts_otherwise_contradicts():
    summary = b"<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>"
    summary += b"<TtlCdtNtries><Sum>1.00</Sum></TtlCdtNtries></TxsSummry><Ntry>"
    found = one(camt(statement(line(200))).replace(b"<Ntry>", summary))
    assert found.contradictions == (
        "Zusammenfassung nennt 2 Umsätze, der Auszug hat 1",
        "Zusammenfassung nennt 1,00 an Gutschriften, der Auszug hat 2,00",
    )


def oracle_files() -> list[Path]:
    return sorted(SAMPLES.glob("*/camt053*.xml")) + sorted(SAMPLES.glob("*/*valid_example*.xml"))


def test_an_independent_reader_sees_the_same_entries():
    """pyiso20022 reads the whole schema; where it can read a file at all, days, amounts and references agree."""
    compared = 0
    for file in oracle_files():
        theirs = by_pyiso20022(file)
        if theirs:
            assert ours(file) == theirs, file.name
            compared += 1
    assert compared >= 10


def ours(file: Path) -> list[tuple[object, ...]]:
    entries: dict[tuple[int, int], list] = {}
    for number, found in enumerate(read(file)):
        for each in found.lines:
            entries.setdefault((number, each.entry), []).append(each)
    return [
        (sum(each.amount_cents for each in lines), lines[0].currency, lines[0].value_day)
        for lines in entries.values()
    ]


def by_pyiso20022(file: Path) -> list[tuple[object, ...]]:
    """Signed cents, currency and value day of every entry by pyiso20022's classes; nothing where they refuse it."""
    from xsdata.exceptions import ParserError
    from xsdata.formats.dataclass.parsers import XmlParser

    content = file.read_bytes()
    version = re.search(rb"camt\.053\.001\.(\d\d)", content)
    if version is None:
        return []
    package = importlib.import_module(f"pyiso20022.camt.camt_053_001_{version[1].decode()}")
    try:
        document = XmlParser().parse(io.BytesIO(content), package.Document)
    except ParserError:
        return []
    return [_theirs(each) for found in document.bk_to_cstmr_stmt.stmt for each in found.ntry]


def _theirs(entry) -> tuple[object, ...]:
    sign = 1 if entry.cdt_dbt_ind.value == "CRDT" else -1
    day = entry.val_dt.dt.to_date() if entry.val_dt and entry.val_dt.dt else None
    return int(entry.amt.value * 100) * sign, entry.amt.ccy, day


@pytest.mark.parametrize(
    ("cut", "more", "said"),
    [
        (-1, "", "ein Element endet nicht"),
        (-30, "", "ein Element endet nicht"),
        (None, "<a/>", "hinter dem Ende steht noch etwas"),
        (None, '<?xml version="1.0"?>', "eine XML-Deklaration, die nicht am Anfang steht"),
        (-11, "</Dokument>", "Anfang und Ende eines Elements passen nicht zusammen"),
        (-11, "< b>", "ein < ohne Element"),
        (-11, "<b 1='2'/>", "'error parsing attribute name'"),
    ],
)
def test_broken_xml_is_refused_in_words_that_a_treasurer_understands(cut, more, said):
    content = camt(statement(line(100))).rstrip()[:cut] + more.encode()
    with pytest.raises(StatementRefused) as refusal:
        read(content, "auszug.xml")
    problem = refusal.value.problems[-1]
    assert problem.actual == f"fehlerhaftes oder abgeschnittenes XML ({said})"
    assert problem.allowed == "vollständiges, wohlgeformtes XML"


def test_a_long_piece_without_an_entry_is_refused_before_it_fills_the_memory():
    content = camt(statement(line(100))).replace(b"<Stmt>", b"<Stmt>" + b"<a/>" * 60_000, 1)
    with pytest.raises(
        StatementRefused, match="gefunden: ein langes Stück ohne Umsatz; erlaubt: höchstens 65536"
    ):
        read(content, "auszug.xml", Limits(piece_bytes=65_536))
    assert read(content, "auszug.xml")[0].balances


def test_more_details_than_an_entry_has_are_refused():
    content = camt(statement(*(line(100, batch=(number, 3)) for number in (1, 2, 3))))
    with pytest.raises(
        StatementRefused, match="mehr Einzelposten; erlaubt: höchstens 2 Einzelposten je Umsatz"
    ):
        read(content, "auszug.xml", Limits(details=2))
    assert len(read(content, "auszug.xml", Limits(details=3))[0].lines) == 3


@pytest.mark.parametrize(
    ("account", "cut"),
    [(f"<IBAN>{IBAN}</IBAN>", ""), ("<Othr><Id>6534000000</Id></Othr>", ""), (f"<IBAN>{IBAN}</IBAN>", IBAN)],
)
def test_the_holder_of_the_account_is_not_the_other_side(account, cut):
    own = f"<Cdtr><Nm>Kasse</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct>".replace(
        f"<CdtrAcct><Id><IBAN>{cut}</IBAN></Id></CdtrAcct>" if cut else "\0", ""
    )
    entry = (
        '<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        "<BookgDt><Dt>2023-11-15</Dt></BookgDt>"
        f"<NtryDtls><TxDtls><RltdPties>{own}</RltdPties></TxDtls></NtryDtls></Ntry>"
    )
    holder = f"<Acct><Id>{account}</Id><Ccy>EUR</Ccy><Ownr><Nm>Kasse</Nm></Ownr></Acct>"
    text = f"<Document><BkToCstmrStmt><Stmt><Id>1</Id>{holder}{entry}</Stmt></BkToCstmrStmt></Document>"
    [found] = read(text.encode(), "a.xml")
    assert (found.lines[0].counterparty, found.lines[0].iban) == ("", "")


def test_an_amount_without_a_currency_is_in_that_of_the_balances():
    content = camt(statement(line(500), opening_cents=1_000)).replace(b"<Ccy>EUR</Ccy>", b"")
    head, _, rest = content.partition(b"<Ntry>")
    [found] = read(head + b"<Ntry>" + rest.replace(b' Ccy="EUR"', b""), "a.xml")
    assert (found.currency, found.lines[0].currency, found.balances) == ("EUR", "EUR", True)


@pytest.mark.parametrize(
    ("charge", "charges_cents"),
    [
        ('<TtlChrgsAndTaxAmt Ccy="EUR">3.00</TtlChrgsAndTaxAmt>', -300),
        ('<TtlChrgsAndTaxAmt Ccy="EUR">9.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">3.00</Amt></Rcrd>', -300),
        ('<Amt Ccy="EUR">3.00</Amt>', -300),
        ('<Amt Ccy="USD">3.00</Amt>', 0),
    ],
)
def test_charges_are_a_total_or_records_in_the_entrys_currency(charge, charges_cents):
    detail = f'<TxDtls><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Chrgs>{charge}</Chrgs></TxDtls>'
    entry = (
        '<Ntry><Amt Ccy="EUR">47.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2023-11-15</Dt></BookgDt><NtryDtls>{detail}</NtryDtls></Ntry>"
    )
    content = camt(statement()).replace(b"</Stmt>", entry.encode() + b"</Stmt>")
    [found] = read(content, "a.xml")[0].lines
    assert (found.amount_cents, found.charges_cents, bool(found.note)) == (
        4_700,
        charges_cents,
        not charges_cents,
    )
