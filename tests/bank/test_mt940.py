"""The MT940 and MT942 reader: against its other side, its traps, and on what is cut or broken."""

import contextlib
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.files.limits import Limits
from kkd_ledger.bank.files.reading import read
from kkd_ledger.bank.statements import Statement, StatementLine, proved, same_account
from kkd_ledger.errors import StatementRefused
from tests.bank.writing import DAY, IBAN, PAYER, amounts, line, mt940, references, statement

HEAD = ":20:STARTUMS\r\n:25:51230800/0000007055\r\n:28C:00027/00001\r\n:60F:C231114EUR100,00\r\n"


def one(text: str | bytes) -> Statement:
    [found] = read(text if isinstance(text, bytes) else text.encode(), "auszug.sta")
    return found


def lines_of(*entries: str, closing: str = ":62F:C231115EUR100,00") -> tuple[StatementLine, ...]:
    return one(HEAD + "\r\n".join((*entries, closing, "-", ""))).lines


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzäöüß0123456789.,-/&"
words = st.text(LETTERS, min_size=1, max_size=20)


@st.composite
def mt940_lines(draw: st.DrawFn) -> StatementLine:
    day = draw(st.dates(dt.date(2020, 1, 1), dt.date(2029, 12, 31)))
    return StatementLine(
        booking_day=day,
        value_day=day + dt.timedelta(days=draw(st.integers(-20, 20))),
        amount_cents=draw(amounts),
        counterparty=draw(words),
        iban=draw(st.sampled_from(("", PAYER))),
        remittance=draw(words),
        end_to_end=draw(st.just("") | references.map(lambda text: text[:22])),
        mandate=draw(st.just("") | references.map(lambda text: text[:22])),
        bank_reference=draw(st.just("") | references.map(lambda text: text[:16])),
        gvc=draw(st.sampled_from(("166", "177", "116"))),
        booking_text=draw(st.sampled_from(("GUTSCHRIFT", "ÜBERWEISUNG"))),
    )


@given(
    st.lists(mt940_lines(), max_size=5),
    st.integers(-10_000, 10_000),
    st.sampled_from(("utf-8", "cp1252", "utf-8-sig")),
)
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read(lines, opening, encoding):
    written = statement(*lines, opening_cents=opening, kind="MT940", page=1)
    found = one(mt940(written).encode(encoding))
    assert found.lines == written.lines
    assert (found.account, found.currency, found.sequence, found.kind) == (IBAN, "EUR", 1, "MT940")
    assert (found.opening_cents, found.closing_cents) == (written.opening_cents, written.closing_cents)
    assert found.balances is True


@given(st.lists(mt940_lines(), min_size=1, max_size=3), st.data())
@settings(max_examples=40, deadline=None)
def test_a_cut_file_is_never_proved_with_other_content(lines, data):
    written = statement(*lines, kind="MT940", page=1)
    content = mt940(written).encode()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    try:
        found = proved(one(cut))
    except (StatementRefused, ValueError):
        return
    assert sum(each.amount_cents for each in found.lines) == written.booked_cents


@given(st.binary(max_size=400))
@settings(max_examples=80, deadline=None)
def test_garbage_is_refused(content):
    with pytest.raises(StatementRefused):
        read(content, "x")


@given(st.text(":0123456789ABCDEFR,?-/\n ", max_size=300))
@settings(max_examples=80, deadline=None)
def test_garbage_behind_a_good_head_is_refused_or_read(text):
    with contextlib.suppress(StatementRefused):
        assert all(each.account == "51230800/7055" for each in read((HEAD + text).encode(), "x")[:1])


@pytest.mark.parametrize(
    ("mark", "cents", "reversal"),
    [("C", 1000, False), ("D", -1000, False), ("RC", -1000, True), ("RD", 1000, True)],
)
def test_reversals_have_the_right_sign(mark, cents, reversal):
    [found] = lines_of(f":61:2311151115{mark}R10,00NTRFNONREF")
    assert (found.amount_cents, found.reversal, found.returned) == (cents, reversal, reversal)


def test_an_expected_line_is_pending():
    assert lines_of(":61:231115EC10,00NTRFNONREF")[0].status == "PDNG"


@pytest.mark.parametrize(
    ("value", "entry", "value_day", "booking_day"),
    [
        ("231115", "1116", dt.date(2023, 11, 15), dt.date(2023, 11, 16)),
        ("231231", "0102", dt.date(2023, 12, 31), dt.date(2024, 1, 2)),
        ("240102", "1229", dt.date(2024, 1, 2), dt.date(2023, 12, 29)),
        ("230230", "0301", dt.date(2023, 2, 28), dt.date(2023, 3, 1)),
        ("240230", "0230", dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        ("231115", "    ", dt.date(2023, 11, 15), dt.date(2023, 11, 15)),
        ("231115", "0000", dt.date(2023, 11, 15), dt.date(2023, 11, 15)),
        ("231130", "1131", dt.date(2023, 11, 30), dt.date(2023, 11, 30)),
        ("990115", "", dt.date(1999, 1, 15), dt.date(1999, 1, 15)),
    ],
)
def test_days(value, entry, value_day, booking_day):
    [found] = lines_of(f":61:{value}{entry}C10,00NTRFNONREF")
    assert (found.value_day, found.booking_day) == (value_day, booking_day)


@pytest.mark.parametrize(
    ("amount", "cents"), [("10,", 1000), ("10", 1000), (",5", 50), ("0010,50", 1050), ("7,50000", 750)]
)
def test_amounts_as_banks_write_them(amount, cents):
    assert lines_of(f":61:231115CR{amount}NTRFNONREF")[0].amount_cents == cents


@pytest.mark.parametrize(
    "amount",
    [
        "1.200,56",
        "1.200",
        "1,200.56",
        "1 200,56",
        "1,23,45",
        "1e3,00",
        "1..2",
        "1.234567",
        "-1,00",
        "1'200,00",
    ],
)
def test_an_amount_that_may_mean_another_is_refused(amount):
    for entries, closing in (
        ((f":61:231115C{amount}NTRFNONREF",), ":62F:C231115EUR100,00"),
        ((), f":62F:C231115EUR{amount}"),
    ):
        with pytest.raises(StatementRefused, match=r"erlaubt: ein (Umsatz|Saldo) wie"):
            lines_of(*entries, closing=closing)


def test_subfields_and_keywords():
    [found] = lines_of(
        ":61:2311151115CR8869,25NTRFNONREF//2023111500001",
        ":86:166?00SEPA-GUTSCHRIFT?10931?20EREF+KKD-2023-0001?21MREF+M-17?22CRED+",
        "DE98ZZZ09999999999?23SVWZ+Kostenbeteiligung 20?2422 RF18KKD202206534004 Dank",
        "e?30INGDDEFFXXX?31DE12500105170648489890?32Magistrat der Stadt Muster?33stadt?34000",
        "?60ABWA+Gemeindekasse",
    )
    assert (found.gvc, found.booking_text) == ("166", "SEPA-GUTSCHRIFT")
    assert (found.end_to_end, found.mandate, found.bank_reference) == (
        "KKD-2023-0001",
        "M-17",
        "2023111500001",
    )
    assert found.remittance == "Kostenbeteiligung 20 22 RF18KKD202206534004 Danke"
    assert (found.counterparty, found.iban) == ("Magistrat der Stadt Muster stadt", PAYER)
    assert found.ultimate == "Gemeindekasse"


def test_full_pieces_join_without_a_blank():
    pieces = "SVWZ+Kostenbeteiligung 2022", " RF18KKD202206534004"
    assert len(pieces[0]) == 27
    [found] = lines_of(":61:2311151115C1,00NTRFNONREF", f":86:166?20{pieces[0]}?21{pieces[1]}")
    assert found.remittance == "Kostenbeteiligung 2022 RF18KKD202206534004"


def test_a_return_with_its_fee():
    [found] = lines_of(
        ":61:2311151115D53,00NRTINONREF",
        ":86:109?00RETOURE?20EREF+E2E-1?21MREF+M-17?22OAMT+50,00?23COAM+3,00?34911",
    )
    assert (found.amount_cents, found.charges_cents) == (-5300, -300)
    assert (found.return_reason, found.original, found.mandate) == ("911", ("E2E-1",), "M-17")


def test_original_amount_and_charges_of_the_supplement():
    [found] = lines_of(":61:2311151115D53,00NRTINONREF\r\n/OCMT/EUR50,00//CHGS/EUR3,00/", ":86:109?00RETOURE")
    assert found.charges_cents == -300


def test_plain_text_details():
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:GIRO AUS ONLINE-SIC AUFTRAGGEBER: JANE", "DOE")
    assert found.remittance == "GIRO AUS ONLINE-SIC AUFTRAGGEBER: JANE DOE"


def test_a_broken_time_is_no_field():
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:106?20SVWZ+2019-04-22T03", ":20:08 Karte")
    assert found.remittance == "2019-04-22T03:20:08 Karte"


def test_details_of_the_statement_belong_to_no_line():
    found = lines_of(":61:231115C1,00NTRFNONREF", closing=":62F:C231115EUR101,00\r\n:86:Zusatz")
    assert [each.remittance for each in found] == [""]


def test_text_that_looks_like_a_directive_stays_text():
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ':86:166?20SVWZ+" 2023-01-01 open A', ":B")
    assert found.remittance.startswith('" 2023-01-01 open A')
    assert "\n" not in found.remittance


def test_headers_trailers_and_several_accounts():
    message = HEAD + ":61:231115C1,00NTRFNONREF\r\n:62F:C231115EUR101,00\r\n"
    other = message.replace("0000007055", "0000007304")
    found = read(f"{{1:F01XXX}}{{2:I940}}{{4:\r\n{message}-}}{{5:}}\r\n{other}-\r\n".encode(), "x")
    assert [each.account for each in found] == ["51230800/7055", "51230800/7304"]
    assert [each.balances for each in found] == [True, True]


def test_the_next_header_ends_a_message_that_nothing_else_ends():
    message = HEAD + ":61:231115C1,00NTRFNONREF\r\n:62F:C231115EUR101,00\r\n"
    found = read(f"{message}{{1:F01XXX}}{{2:I940}}{{4:\r\n{message}".encode(), "x")
    assert [each.balances for each in found] == [True, True]


@given(st.lists(words, min_size=1, max_size=8).map(" ".join), st.integers(30, 90))
@settings(max_examples=60, deadline=None)
def test_lines_may_be_broken_at_any_width(text, width):
    pieces = [text[start : start + 27] for start in range(0, len(text), 27)]
    details = ":86:166?00GUTSCHRIFT?109310" + "".join(
        f"?{number}{piece}" for number, piece in zip((*range(20, 30), *range(60, 64)), pieces, strict=False)
    )
    wrapped = [details[start : start + width] for start in range(0, len(details), width)]
    if len(pieces) <= 14 and not any(each.startswith((":", "-", "{")) for each in wrapped[1:]):
        [found] = lines_of(":61:231115C1,00NTRFNONREF", *wrapped)
        assert found.remittance == " ".join(text.split())


def test_only_a_full_line_of_plain_text_goes_on_without_a_blank():
    text = "Umlage fuer das Jahr 2023 nach der Vereinbarung vom 15. November 2022 zum "
    full = f":86:{text}"[:65]
    [found] = lines_of(
        ":61:231115C1,00NTRFNONREF", full, f"{text[61:]}", "Kassenzeichen 17", "Az. 4", "x" * 65, "y"
    )
    assert found.remittance == f"{text.strip()} Kassenzeichen 17 Az. 4 {'x' * 65}y"
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:999", "Umlage", "2023")
    assert (found.gvc, found.remittance) == ("999", "Umlage 2023")


@pytest.mark.parametrize("mark", ["?", ">"])
def test_subfields_without_a_code_before_them(mark):
    [found] = lines_of(":61:231115C1,00NTRFNONREF", f":86:{mark}20Umlage 2023{mark}32Stadt{mark}31{PAYER}")
    assert (found.gvc, found.remittance, found.counterparty, found.iban) == (
        "",
        "Umlage 2023",
        "Stadt",
        PAYER,
    )


@pytest.mark.parametrize("text", [":20:", "\r\n:20:STARTUMS\r\n", "\ufeff:20:STARTUMS\r\n:28C:0\r\n"])
def test_what_only_begins_is_an_mt940_without_an_account(text):
    with pytest.raises(StatementRefused, match="gefunden: 'kein Feld :25:'; erlaubt: ein Auszug mit Konto"):
        one(text)


def test_only_what_is_wrong_is_told():
    text = ":20:X\r\n:25:51230800/7055\r\n:61:2311151330C1,00NTRFNONREF\r\n-\r\n"
    with pytest.raises(StatementRefused) as refusal:
        one(text)
    [problem] = refusal.value.problems
    assert (problem.place, problem.actual) == ("Zeile 3, Feld :61:", "'1330'")


def test_pages_are_told():
    found = one(HEAD.replace("60F", "60M") + ":62M:C231115EUR100,00\r\n-\r\n")
    assert (found.sequence, found.page, found.last_page, found.balances) == (27, 1, False, True)


OPENING, CLOSING = ":60F:C231114EUR100,00\r\n", ":62F:C231115EUR101,00\r\n"


@pytest.mark.parametrize("missing", [(OPENING,), (CLOSING,), (OPENING, CLOSING)])
def test_an_mt940_that_lacks_a_balance_is_no_preview(missing):
    text = f"{HEAD}:61:231115C1,00NTRFNONREF\r\n{CLOSING}-\r\n"
    for each in missing:
        assert each in text
        text = text.replace(each, "")
    found = one(text)
    assert (found.kind, found.balances) == ("MT940", None)
    with pytest.raises(StatementRefused, match="Anfangs- oder Endsaldo fehlt"):
        proved(found)


def test_an_mt942_is_a_preview_and_its_turnovers_are_compared():
    text = (
        ":20:131110\r\n:25:45050050/76198810\r\n:28C:13/37\r\n:34F:EURD12345,67\r\n:13D:2311151733+0100\r\n"
        ":61:231115C9792,00NTRFNONREF\r\n:86:166?20SVWZ+Miete\r\n:90D:0EUR0,00\r\n:90C:1EUR9792,00\r\n-\r\n"
    )
    found = one(text)
    assert (found.kind, found.currency, found.balances, found.contradictions) == ("MT942", "EUR", None, ())
    wrong = one(text.replace("1EUR9792,00", "2EUR9792,00"))
    assert wrong.contradictions == ("Feld :90C: nennt 2 Gutschriften über 9792,00, der Auszug hat andere",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            HEAD + ":61:Unsinn\r\n",
            (
                "Zeile 5, Feld :61:: gefunden: 'Unsinn'; "
                "erlaubt: ein Umsatz wie 2311301130C1234,56NTRFNONREF//Bankreferenz"
            ),
        ),
        (
            HEAD + ":61:231315C1,00NTRF\r\n",
            "Zeile 5, Feld :61:: gefunden: '1315'; "
            "erlaubt: ein Tag des Kalenders; den 15.13. gibt es nicht (wie 231130 (JJMMTT) oder 1130 (MMTT))",
        ),
        (
            HEAD + ":61:231115C1,005NTRF\r\n",
            "Zeile 5, Feld :61:: gefunden: '1,005'; erlaubt: höchstens zwei Nachkommastellen (weitere nur als Nullen)",
        ),
        (
            HEAD + ":62F:C231115EUR1,00EUR\r\n",
            "Zeile 5, Feld :62F:: gefunden: 'C231115EUR1,00EUR'; erlaubt: ein Saldo wie C231130EUR1234,56",
        ),
        (
            HEAD + ":60F:C231114EUR100,00\r\n",
            "Zeile 5, Feld :60F:: gefunden: 'C231114EUR100,00'; erlaubt: nur ein Feld :60F: je Auszug",
        ),
    ],
)
def test_a_refusal_says_where_what_and_what_is_allowed(text, problem):
    with pytest.raises(StatementRefused) as refusal:
        read(text.encode(), "auszug.sta")
    assert str(refusal.value.problems[0]) == f"auszug.sta: {problem}"


def test_all_problems_are_told_at_once():
    with pytest.raises(StatementRefused) as refusal:
        lines_of(":61:Unsinn", ":61:231115C1,00NTRF", ":61:231315C1,00NTRF")
    assert [each.place for each in refusal.value.problems] == ["Zeile 5, Feld :61:", "Zeile 7, Feld :61:"]


def test_long_details_do_not_blow_up():
    text = "?21" + "EREF+A MREF+B SVWZ+C " * 900
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:166?20SVWZ+Miete" + text)
    assert found.end_to_end == "A"


@pytest.mark.parametrize("details", ["a" * 20_001, "a\r\n" * 10_001])
def test_a_field_longer_than_any_bank_writes_is_refused(details):
    with pytest.raises(StatementRefused) as refusal:
        lines_of(":61:231115C1,00NTRFNONREF", ":86:" + details)
    [problem] = refusal.value.problems
    assert (problem.place, problem.actual) == ("Zeile 6, Feld :86:", "'mehr als 20000 Zeichen'")
    assert problem.allowed == "höchstens 20000 Zeichen"


def test_many_details_of_one_line_are_refused_once():
    text = HEAD + ":61:231115C1,00NTRFNONREF\r\n" + ":86:166?20x\r\n" * 9_000 + ":62F:C231115EUR101,00\r\n"
    with pytest.raises(StatementRefused) as refusal:
        one(text)
    [problem] = refusal.value.problems
    assert (problem.actual, problem.allowed) == ("'mehr als 20000 Zeichen'", "höchstens 20000 Zeichen")


def test_more_statements_than_a_bank_delivers_are_refused():
    message = HEAD + ":62F:C231115EUR100,00\r\n"
    assert len(read((message * 2).encode(), "x", Limits(statements=2))) == 2
    with pytest.raises(StatementRefused, match="mehr Auszüge; erlaubt: höchstens 1 Auszüge"):
        read((message * 2).encode(), "x", Limits(statements=1))


def test_more_lines_than_a_bank_delivers_are_refused():
    text = HEAD + ":61:231115C1,00NTRF\r\n" * 3
    with pytest.raises(StatementRefused, match="gefunden: mehr Umsätze; erlaubt: höchstens 2 Umsätze"):
        read(text.encode(), "auszug.sta", Limits(lines=2))


def test_the_closing_balance_may_be_the_first_to_name_the_currency():
    found = one(":20:X\r\n:25:1/2\r\n:61:231115C1,00NTRF\r\n:62F:C231115CHF1,00\r\n")
    assert (found.currency, found.lines[0].currency) == ("CHF", "CHF")


@pytest.mark.parametrize(
    ("account", "iban", "same"),
    [
        (IBAN, IBAN, True),
        (PAYER, IBAN, False),
        ("50010517/648489890", PAYER, True),
        ("50010517/0648489890", PAYER, True),
        ("50010517/648489891", PAYER, False),
        ("50010518/648489890", PAYER, False),
        ("648489890", PAYER, True),
        ("0067-00763/93984487", PAYER, False),
        ("", PAYER, False),
    ],
)
def test_the_account_is_compared_with_an_iban(account, iban, same):
    assert same_account(account, iban) is same


def test_a_statement_without_lines_is_one():
    found = one(HEAD + ":62F:C231115EUR100,00\r\n-\r\n")
    assert (found.lines, found.balances, found.to_day) == ((), True, DAY)
    assert replace(found, lines=(line(),)).balances is False


def test_a_second_field_86_belongs_to_the_line_too():
    [found] = lines_of(
        ":61:231115C1,00NTRFNONREF", ":86:166?00SEPA?20SVWZ+eins", ":86:166?00SEPA?20KREF+K2?21SVWZ+zwei"
    )
    assert (found.remittance, found.transaction_id) == ("eins zwei", "K2")
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:Umlage 2023", ":86:Kassenzeichen 4711")
    assert found.remittance == "Umlage 2023 Kassenzeichen 4711"


@pytest.mark.parametrize(
    ("text", "remittance", "end_to_end"),
    [
        ("166?20SVWZ+Auf IBAN: DE835001051?217 9219844142 BIC: SBCRDE66 KZ 4711", "Auf KZ 4711", ""),
        ("166?20SVWZ+Musical EREF: ZV0100002?21 IBAN: DE88 500105178255756556", "Musical", "ZV0100002"),
        ("166?20EREF+A1?21IBAN+DE12?22BIC+XY?23SVWZ+Miete?24SVWZ+Mai", "Miete Mai", "A1"),
        ("166?20SVWZ+Miete BREF+B1?21RREF+R1", "Miete", ""),
        ("166?20EREF+A1?21SVWZ+Miete EREF: A2 Mai", "Miete A2 Mai", "A1"),
        ("EREF+A1 SVWZ+Umlage RF18", "Umlage RF18", "A1"),
        ("166 EREF+A1 SVWZ+Umlage", "Umlage", "A1"),
    ],
)
def test_no_text_of_a_payer_is_lost_behind_a_keyword(text, remittance, end_to_end):
    [found] = lines_of(":61:231115C1,00NTRFNONREF", ":86:" + text)
    assert (found.remittance, found.end_to_end) == (remittance, end_to_end)


def test_a_blank_may_stand_before_the_type_of_a_booking():
    [found] = lines_of(":61:2311151115C50,00 NTRFNONREF//2109025460313532")
    assert (found.amount_cents, found.entry_reference, found.bank_reference) == (
        5_000,
        "",
        "2109025460313532",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "@@"])
def test_lines_end_in_any_way(end):
    text = mt940(statement(line(5_000, remittance="Umlage"), line(-150)))
    [found] = read(text.replace("\r\n", end).encode(), "auszug.sta")
    assert ([each.amount_cents for each in found.lines], found.balances) == ([5_000, -150], True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850"])
def test_umlauts_are_read_in_the_encodings_that_bank_programs_write(encoding):
    text = HEAD + ":61:231115C1,00NTRF\r\n:86:166?20SVWZ+Straße 2?32Stadt Münchhäusen, Österr.\r\n"
    assert [each.counterparty for each in one(text.encode(encoding)).lines] == ["Stadt Münchhäusen, Österr."]


@pytest.mark.parametrize("cut", [b"M\xc3", b"M\xc3?33x"])
def test_a_sign_that_is_cut_spoils_no_other_umlaut(cut):
    head = (HEAD + ":61:231115C1,00NTRFNONREF\r\n:86:166?20Gebühr für Straße?32").encode()
    found = one(head + cut + b"\r\n:62F:C231115EUR101,00\r\n-\r\n")
    assert found.lines[0].remittance == "Gebühr für Straße"
    assert found.lines[0].counterparty.startswith("M\ufffd")
    assert one(head + cut[:2]).lines[0].remittance == "Gebühr für Straße"


@pytest.mark.parametrize("cut", [":", ":8", ":86"])
def test_a_tag_that_the_bank_broke_is_read_whole(cut: str) -> None:
    content = mt940(statement(line(remittance="Umlage 2024", counterparty="Adorf")))
    broken = content.replace(":86:", f"{cut}\r\n{':86:'.removeprefix(cut)}")
    assert broken != content
    (whole,), (found,) = (read(text.encode())[0].lines for text in (content, broken))
    assert found == whole
    assert found.remittance == "Umlage 2024"


def test_the_type_of_a_returned_item_says_that_it_is_one() -> None:
    content = mt940(statement(line(-100, end_to_end="E2E-1")))
    (plain,) = read(content.encode())[0].lines
    (returned,) = read(content.replace("NTRF", "NRTI").encode())[0].lines
    assert not plain.returned
    assert (returned.return_reason, returned.original[0]) == ("NRTI", "E2E-1")
