"""Kinds of edit by somebody who has the program: every hash in the folder is made again, what it covers is not right.

Acts, ends of batches, the certificate's hash and the counts of batches are as kkd would write them. What is told then
is told by what the text itself says: two tellings that differ, days and roles that cannot be, a basis nobody agreed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kkd_ledger.book.config import load_book
from kkd_ledger.book.seals.seal_chain import as_bytes, said_of
from kkd_ledger.book.text import batches
from kkd_ledger.periods import BookingMonth
from kkd_ledger.persons.acts import bare, hash_of
from tests.audit.insider.in_files import RUN_JSON, RUN_XML
from tests.audit.insider.in_months import ORDERED, RUN, TOP, Kinds
from tests.audit.insider.world import Edit, all_of, pattern, removed, renamed, text

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
        known = re.search(r'akt-bekannt: "([^"]*)"', directive)
        assert extent
        assert agreement
        assert known
        covered = bare("".join(directives[max(0, first - int(extent[1])) : first]))
        made = hash_of(covered, party, agreement[1], line[11:], known[1])
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

_ACT: Final = '"akt" "1" "veranlassung" "L. Beispiel"'

ACTS: Final[Kinds] = {
    "a role that the person did not hold": text(ORDERED, f'{_ACT} "anordnung"', f'{_ACT} "kasse"'),
    "no role, though the person held one": text(ORDERED, f'{_ACT} "anordnung"', f'{_ACT} ""'),
    "another day than the entries name": text(
        ORDERED,
        '"anordnung" "L. Beispiel" "anordnung" 2023-10-02',
        '"anordnung" "L. Beispiel" "anordnung" 2023-10-01',
    ),
    "a general order in the place of two persons": pattern(
        ORDERED,
        r'  sachlich-richtig-von: "S. Muster"\n(?:  (?:sach|rechn|ang).*\n)+',
        '  anordnung: "AAO-2023-07"\n  programm: "0.1.0"\n',
        2,
    ),
}

_SAT: Final = '"Stadtverordnetenversammlung" "15" 2023-09-28 "beschlossen" 21695.55 EUR 2022-01-01'

RESOLUTIONS: Final[Kinds] = {
    what: text(ORDERED, _SAT, _SAT.replace(old, new))
    for what, old, new in (
        ("its amount", "21695.55", "31695.55"),
        ("its body", "Stadtverordnetenversammlung", "Magistrat der Stadt"),
        ("its number on the agenda", '"15"', '"16"'),
        ("its day", "2023-09-28", "2023-09-27"),
        ("from when it holds", "2022-01-01", "2021-01-01"),
    )
} | {
    "the outcome of a recommendation": text(
        ORDERED, '"61" 2023-07-31 "empfohlen"', '"61" 2023-07-31 "beschlossen"'
    )
}

SEAL: Final = "2023/2023-12.seal.json"
_BASIS_OF_FIRST: Final = {"book.toml", "vereinbarung"}


def link(change: Callable[[dict[str, Any]], object], file: str = SEAL) -> Edit:
    """Change the last closing proof, the hashes of its acts and the top file's head with it."""

    def edit(book: Path) -> None:
        path, top = book / file, book / TOP
        data = json.loads(path.read_bytes())
        change(data)
        for act in data.get("akte", ()):
            act["sha256"] = said_of(data)
        path.write_bytes(as_bytes(data))
        made = sha256(path.read_bytes()).hexdigest()
        head = re.sub(
            r"(Abschlussnachweis: \d+ \S+ )[0-9a-f]{64}", rf"\g<1>{made}", top.read_text(encoding="utf-8")
        )
        top.write_text(head, encoding="utf-8")

    return edit


def _first_format(book: Path) -> None:
    """Make the whole chain one of the first format, which has no acts and keeps nothing."""
    previous = ""
    for path in sorted(book.glob("20*/*.seal.json")):

        def older(data: dict[str, Any], previous: str = previous) -> None:
            data |= {"format": "kkd-abschluss/1", "vorgaenger": previous}
            data["grundlagen"] = {name: data["grundlagen"][name] for name in _BASIS_OF_FIRST}
            del data["akte"], data["unterschriften"]

        link(older, path.relative_to(book).as_posix())(book)
        previous = sha256(path.read_bytes()).hexdigest()


def _cut(book: Path) -> None:
    """Cut the last closing proof off, and open its month in the top file."""
    before = book / "2023/2023-11.seal.json"
    removed(SEAL)(book)
    made = f"2 2023/2023-11.seal.json {sha256(before.read_bytes()).hexdigest()}"
    pattern(TOP, r"(Abschlussnachweis: ).*", rf"\g<1>{made}")(book)
    count = batches.count((book / "2023/2023-12.beancount").read_bytes())
    pattern(TOP, r"offenen Monate: ", rf"\g<0>2023-12 {count}, ")(book)


def _act(**facts: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: [act.update(facts) for act in data["akte"]]


SEALS: Final[Kinds] = {
    "closed by another one than acted": link(lambda data: data.update(von="L. Beispiel")),
    "closed by nobody's act": link(lambda data: data.update(akte=[])),
    "closed in a role that the person did not hold": link(_act(rolle="kasse")),
    "closed by an act of another kind": link(_act(was="wiedereroeffnung")),
    "closed by an act of another day": link(_act(am="2024-04-29")),
    "closed by a stranger": link(lambda data: (data.update(von="E. Eva"), _act(person="E. Eva")(data))),
    "an unknown fact": link(lambda data: data.update(bemerkung="geprüft")),
    "a signature of nobody": link(lambda data: data.update(unterschriften=[{"von": "E. Eva"}])),
    "a chain of the first format": _first_format,
}


def _remark(data: dict[str, Any]) -> None:
    text = "posten kkd-2023-biedenkopf-1: 12.826,30 EUR offen"
    data["feststellungen"] = [
        {
            "code": "KKD-O02",
            "stufe": "beanstandung",
            "datei": "2023/2023-12.beancount",
            "zeile": 7,
            "text": text,
        }
        | {"bemerkung": "geprüft, in Ordnung"}
    ]


AGAIN: Final[Kinds] = {
    "the state behind a closing proof": link(lambda data: data.update(stand="0" * 64)),
    "a remark on a finding that there was not": link(_remark),
}
"""What the newest proof says of the text it seals, made once more."""


def _by_other_rules(change: Callable[[dict[str, Any]], object]) -> Edit:
    return link(lambda data: (data.update(regelwerk="0" * 64), change(data)))


UNTOLD: Final[Kinds] = {
    "the last closing proof cut off": _cut,
    "the rules of a closing proof": link(lambda data: data.update(regelwerk="0" * 64)),
    "the state, as if other rules had made it": _by_other_rules(lambda data: data.update(stand="0" * 64)),
    "a remark on a finding of other rules": _by_other_rules(_remark),
}
"""Only who knows the hash of the proof from outside sees that (docs/seal-format.md, What a chain cannot show).

Rules are those of the program of that day: what others than today's made and found, nothing that the book still has
determines.
"""
