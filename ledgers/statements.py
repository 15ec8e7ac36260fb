"""Made-up bank statements of the sample, as camt.053.001.08 files: every payer, day and text is invented.

The amounts are those that the agreement entitles; who pays when, and how badly, is told in the tables below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

from kkd_ledger.agreement import Agreement, load, shares
from kkd_ledger.money import plain
from kkd_ledger.references import payment_reference

COUNTY = "landkreis"
TOWN = "biedenkopf"


@dataclass(frozen=True)
class Entry:
    """One line of a statement; receipts are positive."""

    day: dt.date
    cents: int
    name: str
    iban: str
    text: str = ""
    reference: str = ""
    end_to_end: str = "NOTPROVIDED"
    mandate: str = ""
    returned: str = ""
    bank_reference: str = ""


class Case:
    """The agreement's figures and parties, as the tables need them."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self._members = {member.id: member for member in agreement.parties()}

    def cents(self, party: str, year: int) -> int:
        """Return what a party owes for a service year."""
        share = shares(self.agreement, year).of(party)
        assert share is not None
        return share.amount_cents

    def reference(self, party: str, year: int) -> str:
        """Return the payment reference of a party's first demand for a service year."""
        return payment_reference(f"{self.agreement.id.upper()}{year}{self._members[party].ags}1")

    def name(self, party: str) -> str:
        """Return the party's name."""
        return self._members[party].name

    def iban(self, party: str) -> str:
        """Return the party's (invented) account."""
        return self._members[party].ibans[0]

    def pays(self, party: str, year: int, day: dt.date) -> Entry:
        """Return a payment as it should be: in full, with its reference."""
        reference = self.reference(party, year)
        return Entry(day, self.cents(party, year), self.name(party), self.iban(party), reference=reference)

    def payers(self) -> tuple[str, ...]:
        """Return the parties that owe shares."""
        return tuple(share.member for share in shares(self.agreement, 2024).members)


def county(case: Case) -> dict[tuple[int, int], list[Entry]]:
    """Return the county's account by month: an account of its own, on which every line is the cooperation's."""
    first = case.payers()
    november, december, february = [], [], []
    for place, party in enumerate(first):
        day = dt.date(2023, 11, 6 + place % 9)
        both = [case.pays(party, 2022, day), case.pays(party, 2023, day)]
        if place % 4 == 1:  # one transfer for both demands, both references in the text
            text = f"KKD 2022 und 2023 {both[0].reference} {both[1].reference}"
            november.append(replace(both[0], cents=both[0].cents + both[1].cents, reference="", text=text))
        elif place % 7 == 2:  # the second demand is paid late
            november.append(both[0])
            december.append(replace(both[1], day=dt.date(2023, 12, 4)))
        else:
            november += both
    february += [case.pays(party, 2024, dt.date(2024, 2, 26)) for party in first[:3]]
    march, april = _county_spring(case, first[3:])
    return {
        (2023, 11): november,
        (2023, 12): december,
        (2024, 2): february,
        (2024, 3): march,
        (2024, 4): april,
    }


def _county_spring(case: Case, parties: Sequence[str]) -> tuple[list[Entry], list[Entry]]:
    """March and April 2024, which wait in the inbox: the good payments, and one of each irregular kind."""
    day = dt.date(2024, 3, 12)
    pays = {party: case.pays(party, 2024, day) for party in parties}
    march, april = [], []
    for party, entry in pays.items():
        match party:
            case "gladenbach":  # partial: a first half now, the rest in April
                half = entry.cents // 2
                march.append(replace(entry, cents=half))
                april.append(replace(entry, cents=entry.cents - half, day=dt.date(2024, 4, 9)))
            case "kirchhain":  # a twin: the same transfer twice on one day
                march += [entry, entry]
            case "lohra":  # a direct debit that comes back, then a transfer
                mandate = {"end_to_end": "KKD-2024-LOHRA", "mandate": "KKD-MANDAT-013"}
                march.append(replace(entry, day=dt.date(2024, 3, 15), **mandate))
                back = replace(
                    entry, day=dt.date(2024, 3, 19), cents=-entry.cents, returned="AC04", **mandate
                )
                march.append(back)
                april.append(replace(entry, day=dt.date(2024, 4, 4)))
            case "wetter":  # unreferenced: right amount from the right account, without any reference
                march.append(replace(entry, reference="", text="Umlage laut Schreiben"))
            case _:
                march.append(entry)
    unknown = "DE94999999990099999999"
    march.append(Entry(dt.date(2024, 3, 20), 25_000, "Unbekannt GmbH", unknown, text="Rechnung 4711"))
    return march, april


def town(case: Case) -> dict[tuple[int, int], list[Entry]]:
    """Return the town's account by month: the pooled account of the Gemeindekasse, mostly none of our business."""
    operator, iban = case.name(COUNTY), case.iban(COUNTY)

    def pays(year: int, day: dt.date) -> Entry:
        return Entry(day, -case.cents(TOWN, year), operator, iban, reference=case.reference(TOWN, year))

    months = {}
    for year, month in ((2023, 11), (2023, 12), (2024, 2), (2024, 3), (2024, 4)):
        months[year, month] = list(_common(dt.date(year, month, 1)))
    day = dt.date(2023, 11, 9)
    months[2023, 11] += [pays(2022, day), pays(2023, day)]
    months[2024, 3] += [pays(2024, dt.date(2024, 3, 12))]
    return months


def _common(first: dt.date) -> Iterator[Entry]:
    """Taxes in, wages out: lines that a named rule knows to be none of ours."""
    iban = "DE94999999990099999999"
    yield Entry(
        first.replace(day=15),
        128_040,
        "Musterfrau, Erika",
        iban,
        text=f"GRUNDSTEUER B {first:%Y} KASSENZEICHEN 5.0101.000123.4",
    )
    yield Entry(first.replace(day=15), 76_350, "Muster Bau GmbH", iban, text=f"GEWERBESTEUER {first:%m/%Y}")
    yield Entry(
        first.replace(day=28), -4_812_377, "Bezügestelle", iban, text=f"LOHN UND GEHALT {first:%m/%Y}"
    )


# ------------------------------------------------------------------------------------------------ as camt.053


def camt(
    account: str,
    owner: str,
    entries: Sequence[Entry],
    *,
    first: dt.date,
    number: int,
    opening: int,
    last: dt.date | None = None,
) -> str:
    """Return a statement as camt.053.001.08: of the month that `first` begins, or up to `last`."""
    month_end = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    last = last or month_end
    entries = sorted(entries, key=lambda entry: entry.day)
    closing = opening + sum(entry.cents for entry in entries)
    body = "".join(
        _entry(entry, entry.bank_reference or f"{first:%Y%m}{place:05}")
        for place, entry in enumerate(entries, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n<BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>ERFUNDEN-{first:%Y%m}</MsgId><CreDtTm>{last}T22:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt>\n<Id>ERFUNDEN-{first:%Y}-{number:03}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>{last}T22:00:00</CreDtTm>\n"
        f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>\n"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>{escape(owner)}</Nm></Ownr></Acct>\n"
        f"{_balance('OPBD', opening, first)}{_balance('CLBD', closing, last)}{body}</Stmt>\n"
        "</BkToCstmrStmt>\n</Document>\n"
    )


def _amount(cents: int) -> str:
    side = "CRDT" if cents >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{plain(abs(cents))}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _balance(code: str, cents: int, day: dt.date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(entry: Entry, bank_reference: str) -> str:
    other = "Dbtr" if entry.cents > 0 else "Cdtr"
    if entry.returned:
        other = "Dbtr"
    party = (
        f"<RltdPties><{other}><Pty><Nm>{escape(entry.name)}</Nm></Pty></{other}>"
        f"<{other}Acct><Id><IBAN>{entry.iban}</IBAN></Id></{other}Acct></RltdPties>"
    )
    references = f"<EndToEndId>{entry.end_to_end}</EndToEndId>"
    if entry.mandate:
        references += f"<MndtId>{entry.mandate}</MndtId>"
    return (
        f"<Ntry>{_amount(entry.cents)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{entry.day}</Dt></BookgDt><ValDt><Dt>{entry.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{bank_reference}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs>{references}</Refs>{_amount(entry.cents)}{party}"
        f"{_remittance(entry)}{_returned(entry)}</TxDtls></NtryDtls></Ntry>\n"
    )


def _remittance(entry: Entry) -> str:
    kind = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
    structured = f"<Strd><CdtrRefInf>{kind}<Ref>{entry.reference}</Ref></CdtrRefInf></Strd>"
    text = f"<Ustrd>{escape(entry.text)}</Ustrd>" if entry.text else ""
    return (
        f"<RmtInf>{text}{structured if entry.reference else ''}</RmtInf>" if text or entry.reference else ""
    )


def _returned(entry: Entry) -> str:
    return f"<RtrInf><Rsn><Cd>{entry.returned}</Cd></Rsn></RtrInf>" if entry.returned else ""


def write(agreement_file: Path, folder: Path) -> None:
    """Write every statement of both sides: `folder/PARTY/YEAR-MONTH.xml`."""
    case = Case(load(agreement_file))
    for party, months, opening in ((COUNTY, county(case), 0), (TOWN, town(case), 123_456_789)):
        (folder / party).mkdir(parents=True, exist_ok=True)
        balance = opening
        for number, ((year, month), entries) in enumerate(sorted(months.items()), start=1):
            first = dt.date(year, month, 1)
            text = camt(
                case.iban(party), case.name(party), entries, first=first, number=number, opening=balance
            )
            (folder / party / f"{first:%Y-%m}.xml").write_text(text, encoding="utf-8")
            balance += sum(entry.cents for entry in entries)
