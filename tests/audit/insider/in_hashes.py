"""Kinds of edit by somebody who has the program: every hash in the folder is made again, what it covers is not right.

Acts, ends of batches, the certificate's hash and the counts of batches are as kkd would write them. What is told then
is told by what the text itself says: two tellings that differ, days and roles that cannot be, a basis nobody agreed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import batches
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.acts import bare, hash_of
from tests.audit.insider.in_files import RUN_JSON, RUN_XML
from tests.audit.insider.in_months import RUN, TOP, Kinds
from tests.audit.insider.world import Edit, all_of, renamed, text

_DIRECTIVE: Final = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE)
_END: Final = re.compile(r';\n\S+ custom "buchungsstapel" "\d+" "[0-9a-f]{64}"\n')
_COUNTS: Final = re.compile(r"offenen Monate: (.*)")


def hashed_again(book: Path) -> None:
    """Make every hash of a book's open months again, as whoever has the program can."""
    top, party = book / TOP, load_book(book).party
    content = top.read_text(encoding="utf-8")
    counts = _COUNTS.search(content)
    assert counts
    made = [f"{month} {_month(book, party, BookingMonth.parse(month))}" for month in _open(counts[1])]
    top.write_text(content.replace(counts[1], ", ".join(made)), encoding="utf-8")


def _open(counts: str) -> list[str]:
    return [] if counts == "keine" else [count.split()[0] for count in counts.split(", ")]


def _month(book: Path, party: str, month: BookingMonth) -> int:
    path = book / f"{month.stem}.beancount"
    parts = [part for part in _END.split(path.read_text(encoding="utf-8")) if part.strip()]
    certificate = book / f"{month.stem}.bank.json"
    if certificate.exists():
        named = re.compile(rf'("niederschrift" "{month.stem}\.bank\.json" ")[0-9a-f]{{64}}')
        last = max(at for at, part in enumerate(parts) if named.search(part))
        parts[last] = named.sub(rf"\g<1>{sha256(certificate.read_bytes()).hexdigest()}", parts[last])
    content = b""
    for number, part in enumerate(parts, start=1):
        batch = _acted(part, party).encode()
        content += batch + batches.closing(batch, party, month, number)
    path.write_bytes(content)
    return len(parts)


def _acted(batch: str, party: str) -> str:
    """Make the hashes of a batch's acts again."""
    head, *directives = _DIRECTIVE.split(batch)
    first = 0
    for at, directive in enumerate(directives):
        line = directive.partition("\n")[0]
        if 'custom "akt"' not in line:
            first = at + 1
            continue
        extent = re.search(r'akt-umfang: "(\d+)"', directive)
        agreement = re.search(r'akt-vereinbarung: "([0-9a-f]{64})"', directive)
        assert extent
        assert agreement
        covered = bare("".join(directives[max(0, first - int(extent[1])) : first]))
        made = hash_of(covered, party, agreement[1], line[11:])
        directives[at] = re.sub(r'(akt-sha256: ")[0-9a-f]{64}', rf"\g<1>{made}", directive)
    return head + "".join(directives)


def _run_file(file: str, old: str, new: str) -> Edit:
    """Change a run's file, and its hash in the ledger."""

    def edit(book: Path) -> None:
        path, month = book / file, book / RUN
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new), encoding="utf-8")
        was, is_now = (sha256(content.encode()).hexdigest() for content in (before, before.replace(old, new)))
        text(RUN, was, is_now)(book)
        assert was not in month.read_text(encoding="utf-8")

    return edit


RUNS: Final[Kinds] = {
    "both acts by one person": text(RUN, '"freigabe" "B. Buch"', '"freigabe" "K. Kasse"'),
    "released by who is not of the Kasse": all_of(
        text(RUN, '"freigabe" "B. Buch" "kasse"', '"freigabe" "S. Muster" "feststellung"'),
        _run_file(RUN_JSON, '"freigegeben-von": "B. Buch"', '"freigegeben-von": "S. Muster"'),
    ),
    "released by another one than the record says": _run_file(RUN_JSON, "B. Buch", "E. Eva"),
    "prepared and released by one, as the record says": _run_file(RUN_JSON, "K. Kasse", "B. Buch"),
    "released on another day than the record says": _run_file(
        RUN_JSON, '"tag": "2024-02-29"', '"tag": "2024-02-28"'
    ),
    "the sum": _run_file(RUN_JSON, '"summe": "15555.30"', '"summe": "1.00"'),
    "an amount": _run_file(RUN_JSON, '"betrag": "15555.30"', '"betrag": "99555.30"'),
    "sum and amount": _run_file(RUN_JSON, "15555.30", "99555.30"),
    "an item": _run_file(RUN_JSON, "kkd-2024-biedenkopf-1", "kkd-2023-biedenkopf-1"),
    "no record any more": _run_file(RUN_JSON, "{", "["),
    "another run's record": _run_file(RUN_JSON, "02-29-001", "02-29-002"),
    "a payment's account": _run_file(RUN_XML, "DE19999999996534000000", "DE30999999990000471100"),
    "another party's account": _run_file(RUN_XML, "DE19999999996534000000", "DE96999999990065340020"),
    "a payment's amount": _run_file(RUN_XML, "15555.30", "99555.30"),
    "our account": _run_file(RUN_XML, "DE41999999990065340040", "DE30999999990000471100"),
    "a payment's item": _run_file(RUN_XML, "kkd-2024-biedenkopf-1", "kkd-2023-biedenkopf-1"),
    "no payment file any more": _run_file(RUN_XML, "<Document", "<Dokument"),
    "a payment file under another name": all_of(
        renamed(RUN_XML, "zahlungen/pain001-2024-02-28-001.xml"),
        text(RUN, "02-29-001.xml", "02-28-001.xml"),
    ),
}
