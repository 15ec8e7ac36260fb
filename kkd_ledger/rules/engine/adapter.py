"""Makes a Beancount plugin of a rule, or of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import KkdError
from kkd_ledger.process import without_collection

if TYPE_CHECKING:
    from kkd_ledger.rules.engine.rule import Finding

_BEHIND: Final = (
    "Ein Schreibvorgang ist entschieden, aber noch nicht zu Ende gebracht: Was hier steht, ist der Stand davor oder "
    "dazwischen. `kkd check BUCH` liest den richtigen; der nächste Befehl, der schreibt, bringt ihn zu Ende."
)
Plugin = Callable[..., tuple[list[Any], list[Any]]]


class RuleError(NamedTuple):
    """A finding as Beancount wants its errors; at module level, because the cache pickles it.

    `message` is what bean-check and Fava's list of errors print: what is wrong, what that means, what to do about it,
    a line each. `sentence` is the first of them; `title` and `remedy` are empty where no rule found it.
    """

    source: dict[str, Any]
    message: str
    entry: Any
    sentence: str = ""
    title: str = ""
    remedy: str = ""


def beancount_plugin(rule: str | None = None) -> Plugin:
    """Return the plugin function of one rule by its module's name, or of the bundle (None)."""

    def check(
        entries: list[Any], options_map: dict[str, Any], config: str | None = None
    ) -> tuple[list[Any], list[Any]]:
        return entries, _errors(entries, options_map, rule, config)

    check.__doc__ = f"Check the books against {rule or 'every rule'}."
    return check


def _errors(
    entries: list[Any], options_map: dict[str, Any], rule: str | None, config: str | None
) -> list[RuleError]:
    top = Path(options_map["filename"])
    try:
        if config and config.strip():
            return [_error(top, "Unsere Regeln nehmen keine Einstellung im plugin-Aufruf an")]
        with without_collection():
            return _findings(entries, options_map, top, rule)
    except KkdError as error:
        return [_error(top, str(error))]


def _findings(
    entries: list[Any], options_map: dict[str, Any], top: Path, rule: str | None
) -> list[RuleError]:
    from kkd_ledger.book.config import load_book
    from kkd_ledger.book.store import journal
    from kkd_ledger.book.text import beancount_reader, reader
    from kkd_ledger.rules import basis
    from kkd_ledger.rules.engine.check import of_acts, of_seals
    from kkd_ledger.rules.engine.fold import RULES, Fold, rule_name
    from kkd_ledger.rules.engine.rule import Context

    book = load_book(top.parent)
    _, chain = reader.consistently(book, lambda texts: reader.outline(book, texts))
    waiting = journal.decided(book.root)
    agreed = book.agreement_file, *book.figure_files
    _watch(options_map, book.config_file, *agreed, waiting, *chain.there(book.root))
    named_alone = {name.rpartition(".")[2] for name, _ in options_map["plugin"] if name != v.BUNDLE}
    rules = [
        module
        for module in RULES
        if (rule_name(module) == rule if rule else rule_name(module) not in named_alone)
    ]
    records = list(beancount_reader.loaded_records(entries, top))
    fold = Fold(Context(book), rules).take(records)
    state = Fold(Context(book), [basis]).take(records).state(basis)
    whole = [] if rule else [*of_acts(book), *of_seals(book, chain, state)]
    findings = [*whole, *fold.findings()]
    by_place = {(entry.meta["filename"], entry.meta["lineno"]): entry for entry in entries if findings}
    behind = [_error(top, _BEHIND)] if waiting.exists() and not rule else []
    return behind + [_of_finding(top, finding, by_place) for finding in findings]


def _watch(options_map: dict[str, Any], *files: Path) -> None:
    """Let Beancount's cache and Fava notice changes of what the rules read besides the ledger."""
    for file in files:
        if str(file) not in options_map["include"]:
            options_map["include"].append(str(file))


def _of_finding(top: Path, finding: Finding, entries: Mapping[tuple[str, int], Any]) -> RuleError:
    file, line = finding.place
    name = str(top.parent / (file or v.TOP_FILE))
    kind = finding.kind
    sentence = f"{kind.code} ({kind.level}) {finding.sentence}"
    message = f"{sentence}\n{kind.title}.\nZu tun: {kind.remedy}"
    source = {"filename": name, "lineno": line}
    return RuleError(source, message, entries.get((name, line)), sentence, kind.title, kind.remedy)


def _error(top: Path, sentence: str) -> RuleError:
    """Return what is wrong with the book as a whole, at the first line of its top file."""
    return RuleError({"filename": str(top.parent / v.TOP_FILE), "lineno": 1}, sentence, None, sentence)
