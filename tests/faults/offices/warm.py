"""One process takes what thousands of commands each would make anew: what is a pure function of its input, once.

What a command decides, reads from the disk and writes stays as it is. The verdict at the end of a life is told cold.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
from collections.abc import Callable, Collection, Iterator
from io import FileIO
from pathlib import Path
from typing import Any
from unittest import mock

from kkd_ledger import cli
from kkd_ledger.audit.compared import known_basis
from kkd_ledger.bank import extract
from kkd_ledger.bank.files.reading import read as read_bank_file
from kkd_ledger.book import config
from kkd_ledger.book.certificate import decisions, form, kept
from kkd_ledger.book.certificate.certified import Certificate
from kkd_ledger.book.seals import verify
from kkd_ledger.book.seals.seal_chain import SealChain
from kkd_ledger.book.text import canonical, reader, topfile
from kkd_ledger.book.text.records import Dated
from kkd_ledger.einvoice.validate import check_document
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine import states

KEPT_MAX = 4_000
agreement_load = importlib.import_module(
    "kkd_ledger.agreement.file.load"
)  # its name in the package is a function
_reader = canonical.MonthReader()
_read = canonical.MonthReader.read
_commands = functools.cache(cli._commands)
_parse = functools.cache(agreement_load.parse)
_code = functools.cache(states.code_version)
_rules = functools.cache(check_document.CompiledRules)
_certificate = functools.lru_cache(KEPT_MAX)(form.read)
_link = functools.lru_cache(KEPT_MAX)(verify._link)
_top = functools.lru_cache(KEPT_MAX)(topfile.read)
_settings = functools.lru_cache(KEPT_MAX)(config.settings_of)
_taken = reader.BookTexts._taken
_statements = functools.lru_cache(KEPT_MAX)(read_bank_file)
_extract = functools.lru_cache(KEPT_MAX)(extract.read)
_chain = verify.read
_head = kept.Certificates._head


@functools.lru_cache(KEPT_MAX)
def _month(text: str, file: str) -> tuple[Dated, ...]:
    return tuple(_read(_reader, text, file))


def _month_again(_: canonical.MonthReader, text: str, file: str) -> list[Dated]:
    return list(_month(text, file))


def _each_once() -> Callable[[reader.BookTexts, str, Callable[[FileIO], Any]], Any]:
    """Return how a book's file is read or hashed once while it bears the same stamp (a writer replaces files)."""
    known: dict[tuple[str, object], tuple[reader.Stamp, Any]] = {}

    def taken(texts: reader.BookTexts, file: str, take: Callable[[FileIO], Any]) -> Any:
        path = f"{texts.root}/{file}"
        key = path, getattr(take, "__code__", take)  # the reader hashes by one function, and reads by another
        stamp = reader._stamp_of(path)
        if stamp is None or known.get(key, (None,))[0] != stamp:
            content = _taken(texts, file, take)
            if (seen := texts._seen[path]) is not None:
                known[key] = seen, content
            return content
        texts._seen[path] = stamp
        return known[key][1]

    return taken


def _each_head_once() -> Callable[[kept.Certificates, BookingMonth], Certificate]:
    """Return how a certificate's head is read once while its file bears the same stamp and none is to replace it."""
    known: dict[str, tuple[reader.Stamp, Certificate]] = {}

    def head(shelf: kept.Certificates, month: BookingMonth) -> Certificate:
        path = f"{shelf._root}/{shelf._months.get(str(month), '')}"
        stamp = reader._stamp_of(path)
        if stamp is None or shelf._present._come or path.endswith("/"):
            return _head(shelf, month)
        if known.get(path, (None,))[0] != stamp:
            known[path] = stamp, _head(shelf, month)
        return known[path][1]

    return head


def _each_chain_once() -> Callable[[reader.BookTexts, Collection[str], topfile.TopFile, str], SealChain]:
    """Return how a chain of closing proofs is verified once while all that it was verified from bears its stamps."""
    known: dict[str, tuple[object, dict[str, reader.Stamp | None], SealChain]] = {}

    def chain(texts: reader.BookTexts, names: Collection[str], top: topfile.TopFile, party: str) -> SealChain:
        asked = frozenset(names), top, party
        before, stamps, verified = known.get(str(texts.root), ((), {}, SealChain()))
        if (
            not texts._staged
            and asked == before
            and all(reader._stamp_of(path) == stamp for path, stamp in stamps.items())
        ):
            texts._seen |= stamps
            return verified
        seen, texts._seen = texts._seen, {}
        try:
            verified = _chain(texts, names, top, party)
        finally:
            stamps, texts._seen = texts._seen, seen | texts._seen
        if not texts._staged:
            known[str(texts.root)] = asked, stamps, verified
        return verified

    return chain


@contextlib.contextmanager
def warm() -> Iterator[None]:
    """Read every text once, and collect no garbage while it lasts."""
    collects = gc.isenabled()
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(reader.BookTexts, "_taken", _each_once()))
        stack.enter_context(mock.patch.object(topfile, "read", _top))
        stack.enter_context(mock.patch.object(config, "settings_of", _settings))
        stack.enter_context(mock.patch.object(kept, "read", _certificate))
        stack.enter_context(mock.patch.object(kept.Certificates, "_head", _each_head_once()))
        stack.enter_context(mock.patch.object(decisions, "read", _statements))
        stack.enter_context(mock.patch.object(verify, "_link", _link))
        stack.enter_context(mock.patch.object(verify, "read", _each_chain_once()))
        stack.enter_context(mock.patch.object(extract, "read", _extract))
        stack.enter_context(mock.patch.object(known_basis, "settings_of", _settings))
        stack.enter_context(mock.patch.object(canonical.MonthReader, "read", _month_again))
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()
            gc.collect()


@contextlib.contextmanager
def prepared(cache: Path) -> Iterator[None]:
    """Keep what does not depend on any book (the commands, the agreement's form, compiled rules), wait for no disk."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {"KKD_CACHE": str(cache)}))
        stack.enter_context(mock.patch.object(cli, "_commands", _commands))
        stack.enter_context(mock.patch.object(agreement_load, "parse", _parse))
        stack.enter_context(mock.patch.object(states, "code_version", _code))
        stack.enter_context(mock.patch.object(check_document, "CompiledRules", _rules))
        stack.enter_context(mock.patch.object(os, "fsync", return_value=None))
        yield
