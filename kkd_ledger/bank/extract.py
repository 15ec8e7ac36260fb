"""A pooled account's statement file, reduced: our own lines whole, foreign ones as day, amount, mark, and who decided.

The bank's file names citizens who have nothing to do with the cooperation, so what is kept, checked and handed on is
this extract (docs/ledger-format.md). A foreign line's mark is an HMAC under the book's key over what its line key is
made of: who has the key and the bank's file can make it again, who has the extract alone learns nothing from it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Final, NamedTuple

from kkd_ledger.bank.line_keys import content_key, line_keys, statement_key, without_number
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.money import plain
from kkd_ledger.strict_json import Facts, canonical, cents_of, day_of, facts_of

FORMAT: Final = "kkd-auszug/1"
ENDING: Final = ".auszug"
KEY_BYTES: Final = 32
_SEPARATOR: Final = "\x1f"
_TEXTS: Final = {
    "status": "status",
    "currency": "waehrung",
    "counterparty": "gegenseite",
    "ultimate": "abweichend",
    "iban": "iban",
    "remittance": "verwendungszweck",
    "end_to_end": "ende-zu-ende",
    "mandate": "mandat",
    "bank_reference": "bankreferenz",
    "entry_reference": "eintragsreferenz",
    "transaction_id": "transaktion",
    "gvc": "gvc",
    "iso_code": "iso-code",
    "purpose": "zweckcode",
    "booking_text": "buchungstext",
    "return_reason": "rueckgabegrund",
    "note": "hinweis",
}
_LISTS: Final = {"structured": "referenzen", "original": "ursprung"}
_DEFAULTS: Final = {spec.name: spec.default for spec in fields(StatementLine) if spec.default is not MISSING}


class LineMark(NamedTuple):
    """What is known of a line when a file is reduced: its key where it is ours or waits, else the rule or decider."""

    key: str
    rule: str


class ExtractedLine(NamedTuple):
    """A line of an extract: whole with its key, or with a mark and the rule (or person) that calls it foreign.

    `entry` is the place of its entry in the statement, from 0; `counts` says whether the bank has booked it.
    """

    day: dt.date
    cents: int
    entry: int
    counts: bool
    key: str = ""
    whole: StatementLine | None = None
    mark: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ExtractedStatement:
    """A statement of an extract: what the bank says of it, its keys, its lines in the file's order.

    `sha256` is the hash of the file that it stood in, which for a container is the file in it.
    """

    account: str
    kind: str
    number: int | None
    page: int
    more: bool
    from_day: dt.date
    to_day: dt.date
    opening_cents: int | None
    closing_cents: int | None
    key: str
    content: str
    sha256: str
    lines: tuple[ExtractedLine, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """A bank's file reduced; `key_id` names the book's key under which the marks were made."""

    key_id: str
    statements: tuple[ExtractedStatement, ...]

    def reduced(self, key: str, rule: str, book_key: bytes) -> Extract:
        """Return it with one whole line made foreign, because somebody decided so."""
        return replace(
            self,
            statements=tuple(
                replace(
                    statement, lines=tuple(_decided(line, key, rule, book_key) for line in statement.lines)
                )
                for statement in self.statements
            ),
        )


def _decided(line: ExtractedLine, key: str, rule: str, book_key: bytes) -> ExtractedLine:
    if line.key != key:
        return line
    mark = mark_of(book_key, without_number(key), line.day)
    return line._replace(key="", whole=None, mark=mark, rule=rule)


def key_id(book_key: bytes) -> str:
    """Return how a book's key is named, which says nothing about it."""
    return hashlib.sha256(b"kkd-auszug\0" + book_key).hexdigest()[:16] if book_key else ""


def mark_of(book_key: bytes, base: str, day: dt.date) -> str:
    """Return a line's mark: HMAC-SHA256 over its key (without its number among true twins) and its day."""
    said = _SEPARATOR.join((base, day.isoformat()))
    return hmac.new(book_key, said.encode(), hashlib.sha256).hexdigest()


def extract_of(
    statements: Iterable[Statement], mark_line: Callable[[Statement, int, str], LineMark], book_key: bytes
) -> Extract:
    """Return a file's extract; `mark_line` says what is known of a line by its place and key."""
    return Extract(
        key_id(book_key), tuple(_statement(statement, mark_line, book_key) for statement in statements)
    )


def _statement(
    statement: Statement, mark_line: Callable[[Statement, int, str], LineMark], book_key: bytes
) -> ExtractedStatement:
    lines = []
    for place, (key, line) in enumerate(zip(line_keys(statement), statement.lines, strict=True)):
        line_mark = mark_line(statement, place, key)
        plain_line = ExtractedLine(line.booking_day, line.amount_cents, line.entry, line.booked)
        if line_mark.key:
            lines.append(plain_line._replace(key=line_mark.key, whole=line))
        else:
            mark = mark_of(book_key, without_number(key), line.booking_day)
            lines.append(plain_line._replace(mark=mark, rule=line_mark.rule))
    return ExtractedStatement(
        statement.account,
        statement.kind,
        statement.sequence,
        statement.page or 1,
        not statement.last_page,
        statement.from_day,
        statement.to_day,
        statement.opening_cents,
        statement.closing_cents,
        statement_key(statement),
        content_key(statement),
        statement.sha256,
        tuple(lines),
    )


# ------------------------------------------------------------------------------------------------------ its file


def write(extract: Extract) -> bytes:
    """Return an extract as it is written: canonical JSON, a statement or a line on each line of text."""
    numbered = list(enumerate(extract.statements, start=1))
    return canonical(
        {
            "format": FORMAT,
            "schluesselkennung": extract.key_id,
            "auszuege": [_statement_data(statement) for _, statement in numbered],
            "zeilen": [
                _line_data(number, line) for number, statement in numbered for line in statement.lines
            ],
        }
    )


def _statement_data(statement: ExtractedStatement) -> dict[str, Any]:
    return {
        "konto": statement.account,
        "art": statement.kind,
        "nummer": statement.number,
        "blatt": statement.page,
        "weitere": statement.more,
        "von": statement.from_day.isoformat(),
        "bis": statement.to_day.isoformat(),
        "anfang": None if statement.opening_cents is None else plain(statement.opening_cents),
        "ende": None if statement.closing_cents is None else plain(statement.closing_cents),
        "schluessel": statement.key,
        "inhalt": statement.content,
        "sha256": statement.sha256,
    }


def _line_data(number: int, line: ExtractedLine) -> dict[str, Any]:
    data = {
        "auszug": number,
        "eintrag": line.entry,
        "tag": line.day.isoformat(),
        "betrag": plain(line.cents),
        "gebucht": line.counts,
    }
    if line.whole is None:
        return data | {"hmac": line.mark, "regel": line.rule}
    return data | {"schluessel": line.key, "angaben": _facts_data(line.whole)}


def _facts_data(line: StatementLine) -> dict[str, Any]:
    """Return what the bank says of a line beyond day, amount and entry, as far as it says anything."""
    data: dict[str, Any] = {"wertstellung": line.value_day.isoformat()} if line.value_day else {}
    for names in (_TEXTS, _LISTS):
        for name, key in names.items():
            value = getattr(line, name)
            if value != _DEFAULTS[name]:
                data[key] = value if isinstance(value, str) else list(value)
    if line.charges_cents:
        data["entgelt"] = plain(line.charges_cents)
    if line.reversal:
        data["storno"] = True
    if line.batch:
        data |= {"posten-nr": line.batch[0], "posten-anzahl": line.batch[1]}
    return data


def read(content: bytes, file: str) -> Extract:
    """Return the extract that a file tells; raise BookRefused with file, place, found, allowed."""
    with facts_of(content, file, FORMAT) as facts:
        identity = facts.text("schluesselkennung")
        statements = list(map(_read_statement, facts.rows("auszuege")))
        lines: list[list[ExtractedLine]] = [[] for _ in statements]
        for row in facts.rows("zeilen"):
            number = row.count("auszug")
            if not 1 <= number <= len(statements):
                row.wrong("auszug", str(number), f"1 bis {len(statements)}")
            lines[number - 1].append(_read_line(row))
        filled = (
            replace(statement, lines=tuple(own_lines))
            for statement, own_lines in zip(statements, lines, strict=True)
        )
        return Extract(identity, tuple(filled))


def _read_statement(facts: Facts) -> ExtractedStatement:
    statement = ExtractedStatement(
        account=facts.text("konto"),
        kind=facts.text("art"),
        number=facts.count_or_none("nummer"),
        page=facts.count("blatt"),
        more=facts.truth("weitere"),
        from_day=facts.read("von", day_of),
        to_day=facts.read("bis", day_of),
        opening_cents=facts.cents_or_none("anfang"),
        closing_cents=facts.cents_or_none("ende"),
        key=facts.text("schluessel"),
        content=facts.text("inhalt"),
        sha256=facts.text("sha256"),
        lines=(),
    )
    facts.end()
    return statement


def _read_line(facts: Facts) -> ExtractedLine:
    day, cents = facts.read("tag", day_of), facts.read("betrag", cents_of)
    line = ExtractedLine(day, cents, facts.count("eintrag"), facts.truth("gebucht"))
    if "angaben" in facts:
        whole = _read_facts(facts.part("angaben"), line)
        line = line._replace(key=facts.text("schluessel"), whole=whole)
    else:
        line = line._replace(mark=facts.text("hmac"), rule=facts.text("regel"))
    facts.end()
    return line


def _read_facts(facts: Facts, line: ExtractedLine) -> StatementLine:
    texts: dict[str, Any] = {name: facts.text(key) for name, key in _TEXTS.items() if key in facts}
    lists: dict[str, Any] = {name: facts.texts(key) for name, key in _LISTS.items() if key in facts}
    value_day = facts.read("wertstellung", day_of) if "wertstellung" in facts else None
    charges = facts.read("entgelt", cents_of) if "entgelt" in facts else 0
    reversal = facts.truth("storno") if "storno" in facts else False
    batch = (facts.count("posten-nr"), facts.count("posten-anzahl")) if "posten-nr" in facts else None
    facts.end()
    whole = StatementLine(line.day, value_day, line.cents, **texts)
    return replace(whole, **lists, charges_cents=charges, reversal=reversal, batch=batch, entry=line.entry)
