"""A writer of bank files for tests: statements as camt.053 of any version and as MT940, the reader's other side."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from kkd_ledger.bank.files.characters import one_line
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.money import plain

IBAN = "DE19999999996534000000"
PAYER = "DE12500105170648489890"
DAY = dt.date(2023, 11, 15)


def line(amount_cents: int = 10_000, **values: object) -> StatementLine:
    """Return a line of 15 November 2023 that has what a test says."""
    base = StatementLine(booking_day=DAY, value_day=DAY, amount_cents=amount_cents, entry=1)
    return replace(base, **values)


def statement(*lines: StatementLine, opening_cents: int = 0, **values: object) -> Statement:
    """Return a statement that holds these lines and adds up; lines of entry 1 are numbered one after the other."""
    if all(one.batch is None for one in lines):
        lines = tuple(replace(one, entry=number) for number, one in enumerate(lines, start=1))
    days = [one.booking_day for one in lines] or [DAY]
    base = Statement(
        account=IBAN,
        currency="EUR",
        kind="053",
        identity="AUSZUG-1",
        sequence=1,
        page=None,
        from_day=min(days),
        to_day=max(days),
        opening_cents=opening_cents,
        closing_cents=opening_cents + sum(one.amount_cents for one in lines if one.booked),
        lines=lines,
        source="auszug.xml",
        sha256="",
    )
    return replace(base, **values)


def camt(
    *statements: Statement, version: str = "08", prefix: str = "", space: bool = True, encoding: str = "UTF-8"
) -> bytes:
    """Return the statements as one camt.053 message."""
    old = version <= "03"
    name = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    declared = (f' xmlns:{prefix}="{name}"' if prefix else f' xmlns="{name}"') if space else ""
    body = "".join(_statement(one, old=old) for one in statements)
    text = f"<Document><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>{body}</BkToCstmrStmt></Document>"
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
        text = text.replace(f"<{prefix}:Document>", f"<{prefix}:Document{declared}>", 1)
    else:
        text = text.replace("<Document>", f"<Document{declared}>", 1)
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}\n'.encode(encoding)


def _statement(one: Statement, *, old: bool) -> str:
    entries = [list(group) for _, group in groupby(one.lines, key=lambda each: each.entry)]
    return (
        f"<Stmt>{_tag('Id', one.identity)}{_tag('ElctrncSeqNb', one.sequence)}"
        f"<FrToDt><FrDtTm>{one.from_day}T00:00:00</FrDtTm><ToDtTm>{one.to_day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{one.account}</IBAN></Id><Ccy>{one.currency}</Ccy></Acct>"
        f"{_balance('OPBD', one.opening_cents, one)}{_balance('CLBD', one.closing_cents, one)}"
        f"{''.join(_entry(lines, old=old) for lines in entries)}</Stmt>"
    )


def _balance(code: str, cents: int | None, one: Statement) -> str:
    if cents is None:
        return ""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents, one.currency)}"
        f"<Dt><Dt>{one.to_day}</Dt></Dt></Bal>"
    )


def _amount(cents: int, currency: str) -> str:
    direction = "DBIT" if cents < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{plain(abs(cents))}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'


def _entry(lines: Sequence[StatementLine], *, old: bool) -> str:
    first = lines[0]
    details = "".join(_detail(one, old=old) for one in lines)
    status = first.status if old else f"<Cd>{first.status}</Cd>"
    value = f"<ValDt><Dt>{first.value_day}</Dt></ValDt>" if first.value_day else ""
    return (
        f"<Ntry>{_tag('NtryRef', first.entry_reference)}"
        f"{_amount(sum(one.amount_cents for one in lines), first.currency)}"
        f"{'<RvslInd>true</RvslInd>' if first.reversal else ''}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{first.booking_day}</Dt></BookgDt>{value}{_tag('AcctSvcrRef', first.bank_reference)}"
        f"<NtryDtls>{details}</NtryDtls>{_tag('AddtlNtryInf', first.booking_text)}</Ntry>"
    )


def _detail(one: StatementLine, *, old: bool) -> str:
    side = "Dbtr" if (one.amount_cents >= 0) is not one.returned else "Cdtr"
    name = _tag("Nm", one.counterparty) if old else f"<Pty>{_tag('Nm', one.counterparty)}</Pty>"
    account = f"<{side}Acct><Id><IBAN>{one.iban}</IBAN></Id></{side}Acct>" if one.iban else ""
    amount = _amount(one.amount_cents, one.currency)
    own = f'<AmtDtls><TxAmt><Amt Ccy="{one.currency}">{plain(abs(one.amount_cents))}</Amt></TxAmt></AmtDtls>'
    structured = "".join(
        f"<Strd><CdtrRefInf>{_tag('Ref', ref)}</CdtrRefInf></Strd>" for ref in one.structured
    )
    gvc = f"<BkTxCd><Prtry><Cd>NTRF+{one.gvc}+00931</Cd></Prtry></BkTxCd>" if one.gvc else ""
    reason = f"<RtrInf><Rsn><Cd>{one.return_reason}</Cd></Rsn></RtrInf>" if one.return_reason else ""
    return (
        f"<TxDtls><Refs>{_tag('EndToEndId', one.end_to_end)}{_tag('TxId', one.transaction_id)}"
        f"{_tag('MndtId', one.mandate)}</Refs>{own if old else amount}{gvc}"
        f"<RltdPties><{side}>{name}</{side}>{account}</RltdPties>{_tag('Purp', None)}"
        f"<RmtInf>{_tag('Ustrd', one.remittance)}{structured}</RmtInf>{reason}</TxDtls>"
    )


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>" if value not in {None, ""} else ""


def mt940(*statements: Statement) -> str:
    """Return the statements as MT940 with German structured fields 86."""
    return "".join(_mt940_statement(one) for one in statements)


def _mt940_statement(one: Statement) -> str:
    return (
        f":20:{one.identity}\r\n:25:{one.account}\r\n:28C:{one.sequence or 0:05}/00001\r\n"
        f":60F:{_mt940_balance(one, one.opening_cents or 0)}\r\n"
        f"{''.join(_mt940_line(each) for each in one.lines)}"
        f":62F:{_mt940_balance(one, one.closing_cents or 0)}\r\n-\r\n"
    )


def _mt940_balance(one: Statement, cents: int) -> str:
    return f"{'D' if cents < 0 else 'C'}{one.to_day:%y%m%d}{one.currency}{_comma(cents)}"


def _mt940_line(one: StatementLine) -> str:
    mark = (
        ("RD" if one.amount_cents >= 0 else "RC") if one.reversal else ("C" if one.amount_cents >= 0 else "D")
    )
    value = one.value_day or one.booking_day
    reference = f"//{one.bank_reference}" if one.bank_reference else ""
    head = f":61:{value:%y%m%d}{one.booking_day:%m%d}{mark}R{_comma(one.amount_cents)}NTRFNONREF{reference}"
    text = (f"EREF+{one.end_to_end}", f"MREF+{one.mandate}", f"SVWZ+{one.remittance}")
    pieces = [piece for part in text if len(part) > 5 for piece in _pieces(part)]
    subfields = [f"?{20 + number}{piece}" for number, piece in enumerate(pieces[:10])]
    subfields += [f"?{60 + number}{piece}" for number, piece in enumerate(pieces[10:14])]
    parties = [
        f"?31{one.iban}" if one.iban else "",
        f"?32{one.counterparty[:27]}",
        f"?33{one.counterparty[27:54]}",
    ]
    details = f":86:{one.gvc or '166'}?00{one.booking_text}" + "".join((*subfields, *parties))
    wrapped = "\r\n".join(details[start : start + 65] for start in range(0, len(details), 65))
    return f"{head}\r\n{wrapped}\r\n"


def _pieces(text: str) -> Iterable[str]:
    return (text[start : start + 27] for start in range(0, len(text), 27))


def _comma(cents: int) -> str:
    return plain(abs(cents)).replace(".", ",")


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzäöüßÄÖÜéñ0123456789 .,-/&<>'\"+:(){}*;\t"
texts = st.text(LETTERS, max_size=60).map(one_line)
references = st.from_regex(r"[A-Z][A-Z0-9]{2,30}", fullmatch=True)
days = st.dates(dt.date(2020, 1, 1), dt.date(2029, 12, 31))
amounts = st.integers(-10_000_000, 10_000_000).filter(bool)


@st.composite
def single_lines(draw: st.DrawFn, day: st.SearchStrategy[dt.date] = days) -> StatementLine:
    """Return a line as a bank may write it, whose parts are already as the reader gives them back."""
    return StatementLine(
        booking_day=draw(day),
        value_day=draw(st.none() | day),
        amount_cents=draw(amounts),
        counterparty=draw(texts),
        iban=draw(st.sampled_from(("", PAYER, "NL91ABNA0417164300"))),
        structured=tuple(draw(st.lists(references, max_size=2, unique=True))),
        remittance=draw(texts),
        end_to_end=draw(st.just("") | references),
        mandate=draw(st.just("") | references),
        bank_reference=draw(st.just("") | references),
        entry_reference=draw(st.just("") | references),
        transaction_id=draw(st.just("") | references),
        gvc=draw(st.sampled_from(("", "166", "177", "116"))),
        booking_text=draw(texts),
    )


@st.composite
def statements(draw: st.DrawFn, most: int = 5) -> Statement:
    """Return a statement of single entries and batches whose details share direction and days."""
    lines: list[StatementLine] = []
    for entry, first in enumerate(draw(st.lists(single_lines(), max_size=most)), start=1):
        others = draw(st.lists(single_lines(), max_size=3)) if draw(st.booleans()) else []
        details = [first, *(_as_detail(first, other) for other in others)]
        count = len(details)
        lines += [
            replace(one, entry=entry, batch=(index, count) if count > 1 else None)
            for index, one in enumerate(details, start=1)
        ]
    opening = draw(st.integers(-10_000_000, 10_000_000))
    return statement(*lines, opening_cents=opening, sequence=draw(st.integers(1, 999)))


def _as_detail(first: StatementLine, other: StatementLine) -> StatementLine:
    sign = 1 if first.amount_cents > 0 else -1
    return replace(
        other,
        amount_cents=sign * abs(other.amount_cents),
        **{
            name: getattr(first, name)
            for name in ("booking_day", "value_day", "bank_reference", "entry_reference", "booking_text")
        },
    )
