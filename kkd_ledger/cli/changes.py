"""The commands about what a book stands on: changes, confirm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, path
from kkd_ledger.cli.shell.writing import book_command, load, load_to_write, tell
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.book.seals.basis import BasisChange
    from kkd_ledger.work.books.changes import Changes


def register(commands: Commands) -> None:
    """Add these commands."""
    summary = "zeigt, was sich an Vereinbarung, book.toml, Kontaktdaten und Vorlagen seit der Bestätigung geändert hat"
    shown = commands.add("changes", run_changes, summary)
    shown.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    shown.add_argument(
        "--show", metavar="NAME", help="zeigt den zuletzt bestätigten Inhalt, zum Beispiel vereinbarung"
    )
    shown.add_argument(
        "--at", metavar="MONAT", default="", help="mit --show: den Inhalt beim Abschluss dieses Monats"
    )
    summary = "bestätigt zu zweit, worauf das Buch steht: Vereinbarung, book.toml, Kontaktdaten, Vorlagen"
    confirm = book_command(commands, "confirm", run_confirm, summary, today=True)
    confirm.add_argument("--by", metavar="NAME", required=True, help="wer bestätigt")
    confirm.add_argument(
        "--and", metavar="NAME", dest="second", default="", help="die zweite Person, wenn sie dabei ist"
    )
    confirm.add_argument(
        "--hash", metavar="SHA256", default="", help="was `kkd changes` nannte: nur das wird bestätigt"
    )


def run_changes(arguments: Arguments) -> int:
    """List what has changed since it was confirmed."""
    from kkd_ledger.work.books.changes import changes

    book = load(arguments.book)
    pending = changes(book)
    if arguments.show:
        return _show(arguments, book, pending)
    if arguments.at:
        raise UsageError("--at gehört zu --show NAME.")
    if arguments.json:
        print(json.dumps(_json(book.name, pending), ensure_ascii=False))
    else:
        print("\n".join(_lines(book, pending)))
    return EXIT_FINDINGS if pending.waits else EXIT_GOOD


def _lines(book: Book, changes: Changes) -> list[str]:
    lines = [book.settings.title]
    if changes.confirmed is None:
        lines += [
            "  Noch nichts bestätigt: Der erste Abschluss oder `kkd confirm` hält fest, worauf das Buch steht."
        ]
    elif not changes.changes:
        lines += [f"  Nichts geändert seit {changes.confirmed.source}."]
    for change in changes.changes:
        lines += _change_lines(change)
    if changes.acted_until:
        lines += [
            f"  Die Vereinbarung ist nicht mehr die, nach der bis zum {german.day(changes.acted_until)} gehandelt "
            "wurde; was damals in ihr stand, ist nicht aufbewahrt, weil noch niemand bestätigt hat."
        ]
    if changes.unkept and not changes.acted_until:
        lines += [
            "  Akte nennen eine frühere Vereinbarung, deren Text niemand aufbewahrt hat (KKD-T22); `kkd confirm` hält "
            f"fest, dass es sie gab: {', '.join(f'SHA-256 {sha256[:12]}…' for sha256 in changes.unkept)}"
        ]
    if changes.unanswered:
        lines += ["  Dafür steht niemand ein (KKD-T07):", *(f"    {name}" for name in changes.unanswered)]
    if changes.edited:
        lines += [
            "  Von Hand verändert (KKD-T10); `kkd confirm` hält fest, dass zwei Personen für den Text einstehen:",
            *(f"    {sentence}" for sentence in changes.edited),
        ]
    if changes.by:
        lines += [f"  {', '.join(changes.by)} hat das schon bestätigt; es fehlt eine zweite Person."]
    if changes.waits or changes.confirmed is None:
        lines += [
            f"  SHA-256 von allem: {changes.digest}",
            f"  Ist es richtig, so bestätigen zwei Personen: kkd confirm {book.root.name} --by NAME --and NAME "
            f"--hash {changes.digest[:12]}",
        ]
    return lines


def _change_lines(change: BasisChange) -> list[str]:
    head = f"  {change.title} ({change.file}):"
    if change.old is None:
        return [f"{head} geändert; der frühere Inhalt ist nicht aufbewahrt (Abschluss im ersten Format)"]
    if change.only_added:
        head += " nur hinzugekommen, nichts Früheres ist geändert"
    return [head, *(f"    {sign} {line:>4}  {text}" for sign, line, text in change.lines())]


def _json(name: str, changes: Changes) -> dict[str, Any]:
    return {
        "book": name,
        "since": changes.confirmed.source if changes.confirmed else "",
        "sha256": changes.digest,
        "confirmed_by": list(changes.by),
        "unanswered": list(changes.unanswered),
        "edited": list(changes.edited),
        "unkept_agreements": list(changes.unkept),
        "acted_by_another_agreement_until": changes.acted_until.isoformat() if changes.acted_until else None,
        "changes": [
            {
                "name": change.name,
                "file": change.file,
                "only_added": change.only_added,
                "kept": change.old is not None,
                "lines": [{"sign": sign, "line": line, "text": text} for sign, line, text in change.lines()]
                if change.old is not None
                else [],
            }
            for change in changes.changes
        ],
    }


def _show(arguments: Arguments, book: Book, changes: Changes) -> int:
    from kkd_ledger.work.books.changes import confirmed_content

    print(confirmed_content(book, changes, arguments.show, arguments.at), end="")
    return EXIT_GOOD


def run_confirm(arguments: Arguments) -> int:
    """Confirm what a book stands on."""
    from kkd_ledger.work.books.changes import confirm

    names = [arguments.by, *([arguments.second] if arguments.second else [])]
    done = confirm(
        load_to_write(arguments), names, today=arguments.today, seen=arguments.hash, dry_run=arguments.dry_run
    )
    if done.outcome is None:
        if arguments.json:
            print(json.dumps({"files": [], "sha256": done.changes.digest, "complete": done.complete}))
        else:
            print(
                "Nichts zu tun: "
                + ("es ist schon alles bestätigt." if done.complete else "Sie haben schon bestätigt.")
            )
        return EXIT_GOOD
    said = f"Bestätigt von {german.listing(done.by)} (SHA-256 {done.changes.digest[:12]}…)"
    if not done.complete:
        said += "; es zählt, sobald eine zweite Person bestätigt"
    if done.answered and not arguments.json:
        print(
            "\n".join(["Damit stehen beide auch ein für:", *(f"  {_matter(name)}" for name in done.answered)])
        )
    sha256, answered = done.changes.digest, list(done.answered)
    return tell(arguments, done.outcome, said, sha256=sha256, complete=done.complete, answered=answered)


def _matter(name: str) -> str:
    """Return what both answer for, as people call it."""
    from kkd_ledger.audit.compared import NAMED

    if not name.startswith(NAMED):
        return name
    return f"eine frühere Vereinbarung, deren Text nicht aufbewahrt ist (SHA-256 {name.removeprefix(NAMED)[:12]}…)"
