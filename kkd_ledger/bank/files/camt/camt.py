"""camt.052, .053 and .054 of ISO 20022, every version: a streaming reader on lxml.iterparse.

Elements are found by local name, with any namespace and prefix or none. An entry is dropped from the tree as soon
as its lines are made, so memory does not grow with the file. A document type is refused, not skipped: leaving
entities unresolved would silently drop text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from lxml import etree

from kkd_ledger.bank.files.camt import paths as camt_paths
from kkd_ledger.bank.files.camt.entry_lines import Entries
from kkd_ledger.bank.files.camt.statement_head import head_of
from kkd_ledger.bank.files.characters import shown
from kkd_ledger.bank.files.limits import BankFile, Limits, too_many_statements
from kkd_ledger.bank.statements import Statement, StatementLine
from kkd_ledger.errors import Problem, StatementRefused

_KINDS: Final = {"Rpt": "052", "Stmt": "053", "Ntfctn": "054"}
_ENCODINGS: Final = ("UTF-8", "UTF-16", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252", "US-ASCII")
_DECLARED = re.compile(r"""^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_FIRST_ELEMENT = re.compile(r"<[^?!]")
_ROOT = re.compile(rb"<[A-Za-z][^<>]*>")
_DEFAULT_NAMESPACE = re.compile(rb"""\sxmlns\s*=\s*(?:"[^"]*"|'[^']*')""")
_ENDLESS: Final = "ein Element endet nicht"
_IN_GERMAN: Final = MappingProxyType(
    {
        "expected '>'": _ENDLESS,
        "Premature end": _ENDLESS,
        "Couldn't find end": _ENDLESS,
        "AttValue": _ENDLESS,
        "StartTag": "ein < ohne Element",
        "Start tag expected": "kein Element am Anfang",
        "Opening and ending tag": "Anfang und Ende eines Elements passen nicht zusammen",
        "Extra content": "hinter dem Ende steht noch etwas",
        "XML declaration allowed": "eine XML-Deklaration, die nicht am Anfang steht",
    }
)
_ALLOWED_ROOT: Final = "ein Kontoauszug camt.052, camt.053 oder camt.054"


def events(
    source: BankFile, head: bytes, limits: Limits, *, partly: bool = False
) -> Iterator[StatementLine | Statement]:
    """Yield the lines of each statement and, after them, the statement itself with `lines` left empty.

    Raises StatementRefused, with every problem found, at the end at the latest: what was yielded before must
    not be used then. With `partly` what is unreadable in a line or in the days and balances of a statement is one of
    its contradictions.
    """
    _check_prolog(source.name, head)
    source.replace_head(_without_namespace(head))
    walk = _Walk(source, limits, partly=partly)
    try:
        yield from walk.run()
    except etree.XMLSyntaxError as error:
        raise walk.refusal(_syntax_problem(source.name, error)) from error
    if walk.problems or not walk.statements:
        raise walk.refusal(*walk.missing())


class _Walk:
    """One pass over one file."""

    def __init__(self, source: BankFile, limits: Limits, *, partly: bool) -> None:
        self.source = source
        self.partly = partly
        self.limits = limits
        self.problems: list[Problem] = []
        self.statements = 0
        self.root = ""

    def run(self) -> Iterator[StatementLine | Statement]:
        context = etree.iterparse(
            self.source,
            events=("end",),
            tag=("{*}TxDtls", "{*}Ntry", *(f"{{*}}{name}" for name in _KINDS)),
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
        )
        entries: Entries | None = None
        details, details_max = 0, self.limits.details
        self.source.bound(self.limits.piece_bytes)
        for _, element in context:
            self.source.mark()
            name = element.tag.rpartition("}")[2]
            if name == "TxDtls":
                details += 1
                if details > details_max:
                    raise self.refusal(self._too_many(element))
            elif name == "Ntry":
                details = 0
                if entries is None:
                    entries = self._entries(element.getparent())
                if entries is not None:
                    yield from entries.lines(element)
                _forget(element)
            elif entries is not None or _is_statement(element):
                entries = entries or self._entries(element)
                assert entries is not None
                yield self._statement(element, entries)
                entries = None
        self.root = etree.QName(context.root).localname if context.root is not None else ""

    def _too_many(self, element: Any) -> Problem:
        allowed = f"höchstens {self.limits.details} Einzelposten je Umsatz"
        return Problem(self.source.name, f"Zeile {element.sourceline}", "mehr Einzelposten", allowed)

    def _entries(self, statement: Any) -> Entries | None:
        if statement is None or not _is_statement(statement):
            return None
        if statement.getroottree().docinfo.internalDTD is not None:
            raise StatementRefused([_doctype_problem(self.source.name)])
        self.statements += 1
        if self.statements > self.limits.statements:
            raise too_many_statements(self.source.name, self.limits)
        space = statement.tag.rpartition("}")[0]
        paths = camt_paths.compiled(space + "}" if space else "")
        kind = _KINDS[statement.tag.rpartition("}")[2]]
        return Entries(
            paths=paths,
            statement=statement,
            kind=kind,
            number=self.statements,
            name=self.source.name,
            limits=self.limits,
            problems=self.problems,
            partly=self.partly,
        )

    def _statement(self, element: Any, entries: Entries) -> Statement:
        statement = head_of(element, entries, self.source)
        element.clear()
        return statement

    def refusal(self, *more: Problem) -> StatementRefused:
        return StatementRefused([*self.problems[: self.limits.problems], *more])

    def missing(self) -> Iterator[Problem]:
        if not self.statements:
            actual = "kein Kontoauszug" + (f" (Wurzel {self.root})" if self.root else "")
            yield Problem(self.source.name, "", actual, _ALLOWED_ROOT)


def _is_statement(element: Any) -> bool:
    """Tell whether the element is Stmt, Rpt or Ntfctn of a bank-to-customer message."""
    parent = element.getparent()
    return (
        element.tag.rpartition("}")[2] in _KINDS
        and parent is not None
        and parent.tag.rpartition("}")[2].startswith("BkToCstmr")
    )


def _forget(entry: Any) -> None:
    """Free a finished entry: empty it now, and take the one before it out of the tree."""
    entry.clear()
    before = entry.getprevious()
    if before is not None and before.tag == entry.tag:
        entry.getparent().remove(before)


def _without_namespace(head: bytes) -> bytes:
    """Return the file's beginning with the message's default namespace blanked out, byte for byte.

    Elements are found by local name, and lxml spells the namespace out for every tag that is looked at: without it
    reading takes an eighth less (callgrind: 2.52 → 2.33 bare walks).
    """
    root = _ROOT.search(head)
    if root is None:
        return head
    tag = _DEFAULT_NAMESPACE.sub(lambda match: b" " * len(match[0]), root[0], count=1)
    return head[: root.start()] + tag + head[root.end() :]


def _check_prolog(name: str, head: bytes) -> None:
    """Refuse, before any parsing, a document type and an encoding that is not on the list."""
    prolog = _decoded(head)
    first = _FIRST_ELEMENT.search(prolog)
    if "<!DOCTYPE" in prolog[: first.start() if first else None]:
        raise StatementRefused([_doctype_problem(name)])
    declared = _DECLARED.match(prolog)
    if declared and declared[1].upper() not in _ENCODINGS:
        problem = Problem(name, "XML-Deklaration", f"Zeichensatz {declared[1]}", ", ".join(_ENCODINGS))
        raise StatementRefused([problem])


def _decoded(head: bytes) -> str:
    """Return the first bytes as text good enough to see the prolog."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace").lstrip("\ufeff")
    if head[:1] == b"\0" or head[1:2] == b"\0":
        return head.decode("utf-16-be" if head[:1] == b"\0" else "utf-16-le", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _doctype_problem(name: str) -> Problem:
    return Problem(name, "Vorspann", "<!DOCTYPE …> (Dokumenttyp)", "XML ohne Dokumenttyp und ohne Entitäten")


def _syntax_problem(name: str, error: etree.XMLSyntaxError) -> Problem:
    line, column = error.position
    message = error.msg or "unlesbares XML"
    if "not proper UTF-8" in message or "encoding" in message.lower():
        return Problem(
            name,
            f"Zeile {line}",
            "Bytes, die nicht zum angegebenen Zeichensatz passen",
            "den angegebenen Zeichensatz",
        )
    if "Excessive depth" in message or "huge" in message or "too long" in message.lower():
        return Problem(
            name, f"Zeile {line}", "zu tief verschachteltes oder zu langes XML", "256 Ebenen, 10 MB Text"
        )
    said = next((german for english, german in _IN_GERMAN.items() if message.startswith(english)), "")
    said = said or shown(message.rpartition(", line ")[0] or message)
    actual = f"fehlerhaftes oder abgeschnittenes XML ({said})"
    return Problem(name, f"Zeile {line}, Spalte {column}", actual, "vollständiges, wohlgeformtes XML")
