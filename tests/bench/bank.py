"""P6 and P7: reading CAMT.053 beside a bare lxml walk, and matching payments with open demands; MT940 of tiny lines."""

import datetime as dt
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from kkd_ledger.bank.files.limits import DEFAULT_LIMITS
from kkd_ledger.bank.files.reading import iter_lines
from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.match import OpenItem, match_lines
from kkd_ledger.references import payment_reference

LINES = 100_000
PAYMENTS = 10_000

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>BENCH</MsgId>
<CreDtTm>2024-01-31T20:00:00+01:00</CreDtTm></GrpHdr><Stmt><Id>BENCH-1</Id><ElctrncSeqNb>1</ElctrncSeqNb>
<CreDtTm>2024-01-31T20:00:00+01:00</CreDtTm><Acct><Id><IBAN>DE19999999996534000000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2024-01-31</Dt></Dt></Bal>
"""
_ENTRY = """<Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2024-01-31</Dt></BookgDt><ValDt><Dt>2024-01-31</Dt></ValDt><AcctSvcrRef>2024013112{number:08}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn><Prtry><Cd>NTRF+166+00931</Cd>
<Issr>DK</Issr></Prtry></BkTxCd><NtryDtls>{details}</NtryDtls><AddtlNtryInf>GUTSCHR. UEBERWEISUNG</AddtlNtryInf></Ntry>
"""
_DETAIL = """<TxDtls><Refs><EndToEndId>E2E-{number:010}</EndToEndId><TxId>TX{number:012}</TxId></Refs>
<Amt Ccy="EUR">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><AmtDtls><InstdAmt><Amt Ccy="EUR">123.45</Amt></InstdAmt>
<TxAmt><Amt Ccy="EUR">123.45</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Pty><Nm>Musterstadt {number}</Nm><PstlAdr>
<Ctry>DE</Ctry><AdrLine>Marktplatz 1</AdrLine></PstlAdr></Pty></Dbtr>
<DbtrAcct><Id><IBAN>DE12500105170648489890</IBAN></Id>
</DbtrAcct><Cdtr><Pty><Nm>Musterkreis</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>DE19999999996534000000</IBAN></Id></CdtrAcct>
</RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>INGDDEFFXXX</BICFI></FinInstnId></DbtrAgt></RltdAgts><Purp><Cd>GOVT</Cd>
</Purp><RmtInf><Ustrd>Kostenbeteiligung 2024</Ustrd><Ustrd>Anforderung {number}</Ustrd></RmtInf></TxDtls>"""
_TAIL = "</Stmt></BkToCstmrStmt></Document>\n"

_TINY = b":61:230101C1,NTRFX\r\n"
_HELD = """
import resource, sys, time
from pathlib import Path
from kkd_ledger.bank.files.reading import read
start = time.process_time()
lines = sum(len(statement.lines) for statement in read(Path(sys.argv[1])))
print(lines, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_STREAM = """
import resource, sys
from pathlib import Path
from kkd_ledger.bank.files.reading import iter_lines
lines = sum(1 for _ in iter_lines(Path(sys.argv[1])))
print(lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure() -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.xml"
        write_statement(file, LINES)
        reading = [_reading(file), _memory(file), *_tiny_lines(Path(folder) / "bench.sta")]
    return [*reading, _matching(), _growth()]


def _tiny_lines(file: Path) -> list[dict[str, object]]:
    """Read the most lines that a file may have, each as short as MT940 allows: the worst for memory."""
    count = DEFAULT_LIMITS.lines
    head = b":20:X\r\n:25:DE19999999996534000000\r\n:28C:1/1\r\n:60F:C230101EUR0,\r\n"
    file.write_bytes(head + _TINY * count + f":62F:C230131EUR{count},\r\n-\r\n".encode())
    run = subprocess.run([sys.executable, "-c", _HELD, file], capture_output=True, text=True, check=True)
    lines, seconds, mebibytes = run.stdout.split()
    assert int(lines) == count
    return [
        _row("MT940", round(float(seconds), 2), 4.0, "s", "CPU time; lines of 20 bytes", n=count),
        _row("MT940 memory", round(float(mebibytes), 1), 150, "MiB", "whole process", n=count),
    ]


def write_statement(file: Path, lines: int) -> None:
    """Write a camt.053.001.08 with so many lines, a third of them in batches of five."""
    with file.open("w", encoding="utf-8") as out:
        out.write(_HEAD)
        number = 0
        while number < lines:
            count = min(5 if number % 15 == 0 else 1, lines - number)
            details = "".join(_DETAIL.format(number=number + i) for i in range(count))
            total = f"{123_45 * count // 100}.{123_45 * count % 100:02}"
            out.write(_ENTRY.format(total=total, number=number, details=details))
            number += count
        out.write(_TAIL)


def bare_walk(file: Path) -> int:
    """The peer: lxml.iterparse over the entries, which are only cleared."""
    count = 0
    for _, entry in etree.iterparse(file, tag="{*}Ntry"):
        count += 1
        entry.clear()
        while entry.getprevious() is not None:
            del entry.getparent()[0]
    return count


def _reading(file: Path) -> dict[str, object]:
    bare_s = min(_cpu_s(lambda: bare_walk(file)) for _ in range(2))
    ours_s = min(_cpu_s(lambda: sum(1 for _ in iter_lines(file))) for _ in range(2))
    peer = f"bare lxml.iterparse: {bare_s:.2f} s; ours: {ours_s:.2f} s (CPU)"
    return _row("P6", round(ours_s / bare_s, 2), 3.0, "×", peer, n=LINES)


def _memory(file: Path) -> dict[str, object]:
    run = subprocess.run([sys.executable, "-c", _STREAM, file], capture_output=True, text=True, check=True)
    lines, mebibytes = run.stdout.split()
    assert int(lines) == LINES
    return _row("P6 memory", round(float(mebibytes), 1), 60, "MiB", "whole process, streaming", n=LINES)


def _matching() -> dict[str, object]:
    seconds = min(_matched_s(PAYMENTS) for _ in range(2))
    return _row("P7", round(seconds, 2), 1.0, "s", "CPU time", n=PAYMENTS)


def _growth() -> dict[str, object]:
    gc.disable()  # the collector's own growth with the heap is not the matcher's
    small, large = (min(_matched_s(count) for _ in range(3)) for count in (PAYMENTS // 4, PAYMENTS * 2))
    gc.enable()
    ratio = large / small
    peer = (
        f"{PAYMENTS // 4}: {small:.2f} s, {PAYMENTS * 2}: {large:.2f} s without collector; n log n is ×10.4"
    )
    return _row("P7 growth", round(ratio, 2), 10.4, "×", peer, n=PAYMENTS * 2)


def _matched_s(count: int) -> float:
    items, lines = demands_and_payments(count)
    matches = []
    gc.collect()
    gc.freeze()  # the input is not the matcher's: the collector does not walk it again and again
    seconds = _cpu_s(lambda: matches.extend(match_lines(lines, items, dedicated_account=True)))
    gc.unfreeze()
    assert sum(match.kind == "zahlung" for match in matches) >= count * 0.9
    return seconds


def demands_and_payments(count: int) -> tuple[list[OpenItem], list[tuple[str, StatementLine]]]:
    """Return demands of a tenth as many parties, and their payments: 90 % with reference, some with a slip."""
    chance = random.Random(count)
    items, lines = [], []
    for number in range(count):
        reference = payment_reference(f"KKD2024{number:09}")
        party, iban = f"p{number % (count // 10)}", f"DE{number % (count // 10):020}"
        amount = chance.randrange(1_000, 5_000_000)
        due = dt.date(2024, 1, 31) + dt.timedelta(days=number % 300)
        name = f"Stadt Musterort{number % (count // 10)}"
        items.append(
            OpenItem(f"k-2024-{number}", party, "forderung", amount, due, reference, None, (iban,), (name,))
        )
        text = f"Kostenbeteiligung {reference}" if chance.random() < 0.9 else "Kostenbeteiligung 2024"
        if chance.random() < 0.02:
            text = text[:-3] + text[-2] + text[-3] + text[-1]
        line = StatementLine(
            due, due, amount, counterparty=f"Magistrat der {name}", iban=iban, remittance=text
        )
        lines.append((f"1:f-{number:024x}-1", line))
    chance.shuffle(lines)
    return items, lines


def _cpu_s(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _row(key: str, value: float, budget: float, unit: str, peer: str, *, n: int) -> dict[str, object]:
    return {"id": key, "value": value, "budget": budget, "unit": unit, "peer": peer, "n": n}
