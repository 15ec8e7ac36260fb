"""The commands with which two sides compare their balances: reconcile, and the key that proves who sent a file."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, day, path
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.persons.signature import Key
    from kkd_ledger.reconciliation.balances import Balances, ItemBalance
    from kkd_ledger.reconciliation.differences import BalanceDifference

PASSPHRASE = "KKD_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable


def register(commands: Commands) -> None:
    """Add these commands."""
    reconcile = commands.add(
        "reconcile",
        run_reconcile,
        "stimmt zwei Bücher ab, oder ein Buch mit der Saldenbestätigung der anderen Seite",
    )
    reconcile.add_argument("book", metavar="BUCH", type=path, help="Ordner des eigenen Buchs")
    reconcile.add_argument(
        "other", metavar="ANDERE", type=path, nargs="?", help="Buchordner oder Datei der anderen Seite"
    )
    reconcile.add_argument(
        "--member", metavar="KENNUNG", default="", help="welche Beteiligte (im Buch der Betreiberin)"
    )
    reconcile.add_argument(
        "--as-of", metavar="TAG", type=day, help="Stichtag (Vorgabe: Ende des neuesten Monats)"
    )
    reconcile.add_argument(
        "--export", metavar="DATEI", type=path, help="schreibt die Saldenbestätigung (JSON)"
    )
    reconcile.add_argument(
        "--key", metavar="SCHLÜSSEL", type=path, help="unterschreibt sie mit diesem Schlüssel (`kkd key`)"
    )
    reconcile.add_argument(
        "--unsigned", action="store_true", help="nimmt eine Datei, deren Absender keine Signatur beweist"
    )
    reconcile.add_argument("--letter", metavar="DATEI", type=path, help="schreibt sie als Brief (PDF)")
    key = commands.add(
        "key", run_key, "legt einen Signaturschlüssel an, oder nennt den öffentlichen Teil eines vorhandenen"
    )
    key.add_argument("file", metavar="SCHLÜSSEL", type=path, help="Datei, die nur Ihre Stelle lesen kann")


def run_key(arguments: Arguments) -> int:
    """Make a key for signing, or tell the public part of one."""
    from kkd_ledger.persons.signature import fingerprint, load_key, new_key

    made = not arguments.file.exists()
    key = (new_key if made else load_key)(arguments.file, _passphrase(arguments.file))
    data = {"public_key": key.public, "fingerprint": fingerprint(key.public), "made": made}
    if arguments.json:
        print(json.dumps(data, ensure_ascii=False))
        return EXIT_GOOD
    print(f"{'Neuer Schlüssel' if made else 'Schlüssel'} {arguments.file}")
    print(f"  Fingerabdruck (am Telefon vergleichen): {data['fingerprint']}")
    print(f'  Für contacts.toml der anderen Seite:    public_keys = ["{key.public}"]')
    return EXIT_GOOD


def _passphrase(file: Path) -> str:
    """Return the passphrase of a key: from the environment, or a person at the terminal is asked."""
    passphrase = os.environ.get(PASSPHRASE)
    if passphrase is not None or not sys.stdin.isatty():
        return passphrase or ""
    if file.exists():
        locked = b"ENCRYPTED" in file.read_bytes()[:40]
        return getpass.getpass("Kennwort des Schlüssels: ") if locked else ""
    first = getpass.getpass("Kennwort für den neuen Schlüssel (leer: keines): ")
    if first != getpass.getpass("Noch einmal: "):
        raise UsageError("Die beiden Kennwörter sind verschieden; es wurde nichts angelegt.")
    return first


def run_reconcile(arguments: Arguments) -> int:
    """Compare two sides' balances, or write one's own."""
    from kkd_ledger.book.config import load_book
    from kkd_ledger.book.entries.authorisation import name_of
    from kkd_ledger.reconciliation.balance_file import as_json
    from kkd_ledger.reconciliation.differences import reconcile
    from kkd_ledger.work.claims.balance_statement import balance_statement

    book = load_book(arguments.book)
    other = None if arguments.other is None else _other(arguments, book)
    member = arguments.member or (other.member if other and book.is_operator else book.party)
    if book.is_operator and member == book.party:
        raise UsageError("Welche Beteiligte? --member KENNUNG nennt sie.")
    own = balance_statement(book, member, arguments.as_of)
    written = _write(arguments, book, own)
    if other is None:
        lines = "\n".join([*_balance_lines(own, name_of(book, member)), *written])
        print(json.dumps(as_json(own), ensure_ascii=False) if arguments.json else lines)
        return EXIT_GOOD
    theirs = other.statement(member)
    differences = reconcile(own, theirs)
    if arguments.json:
        data = {
            "member": member,
            "balances": [as_json(balances) for balances in (own, theirs)],
            "signed_with": other.signed_with,
            "differences": [difference.as_json() for difference in differences],
        }
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(
            "\n".join(
                [*_difference_lines(own, theirs, differences, name_of(book, member)), *other.proof, *written]
            )
        )
    return EXIT_FINDINGS if any(difference.cents for difference in differences) else EXIT_GOOD


def _write(arguments: Arguments, book: Book, own: Balances) -> list[str]:
    """Write what is asked for, the statement as a file and as a letter; say of the file whether it is signed."""
    from kkd_ledger.book.store.durable import export
    from kkd_ledger.reconciliation.balance_file import as_file
    from kkd_ledger.work.claims.balance_statement import balance_letter

    if arguments.key and not arguments.export:
        raise UsageError("--key unterschreibt die Datei von --export DATEI; die fehlt.")
    key = _own_key(arguments, book) if arguments.key else None
    if arguments.letter:
        export(arguments.letter, balance_letter(book, own))
    if not arguments.export:
        return []
    from kkd_ledger.persons.signature import fingerprint

    export(arguments.export, as_file(own, key))
    signed = (
        f"unterschrieben mit {fingerprint(key.public)}" if key else "ohne Signatur (--key unterschreibt sie)"
    )
    return [f"Saldenbestätigung → {arguments.export}, {signed}"]


def _own_key(arguments: Arguments, book: Book) -> Key:
    """Return the key that signs; raise UsageError where contacts.toml knows other keys of this book's party."""
    from kkd_ledger.persons.contacts import load
    from kkd_ledger.persons.signature import load_key

    key = load_key(arguments.key, _passphrase(arguments.key))
    contacts = load(book.agreement_file, book.agreement)
    public_keys = contacts.of(book.party).public_keys
    if public_keys and key.public not in public_keys:
        raise UsageError(
            f"{arguments.key} ist keiner der Schlüssel von {book.party} in {contacts.file.name}."
        )
    return key


@dataclass(frozen=True)
class _Other:
    """The other side: of which member it speaks, how to get its statement, and how we know that it is its own."""

    member: str
    statement: Callable[[str], Balances]
    signed_with: str | None = None
    proof: tuple[str, ...] = ()


def _other(arguments: Arguments, own: Book) -> _Other:
    from kkd_ledger.book.config import load_book
    from kkd_ledger.persons.contacts import load
    from kkd_ledger.reconciliation.balance_file import from_file
    from kkd_ledger.work.claims.balance_statement import balance_statement

    if arguments.other.is_dir():
        book = load_book(arguments.other)
        return _Other(book.party, lambda member: balance_statement(book, member, arguments.as_of))
    contacts = load(own.agreement_file, own.agreement)
    received = from_file(arguments.other, contacts, unsigned=arguments.unsigned)
    said = (
        f"Signatur geprüft: {received.statement.side}, Schlüssel {received.signed_with}"
        if received.signed_with
        else "ACHTUNG: ohne geprüfte Signatur genommen (--unsigned); wer die Datei geschickt hat, ist nicht bewiesen."
    )
    return _Other(received.statement.member, lambda member: received.statement, received.signed_with, (said,))  # noqa: ARG005 - it speaks of one member


def _balance_lines(own: Balances, name: str = "") -> list[str]:
    from kkd_ledger.money import format_eur

    who = f"{name} ({own.member})" if name else own.member
    wide = max((len(balance.posten) for balance in own.items), default=0)
    has_others = any(balance.settled_cents != balance.paid_cents for balance in own.items)
    sums = f"Forderungen {format_eur(own.open_cents)}, Erstattungen {format_eur(own.refund_cents)}"
    return [
        f"{own.title}: {who}, Stand {german.day(own.as_of)}",
        *(
            f"  {balance.posten:<{wide}} {balance.document:<16} {_item_words(balance, has_others=has_others)}"
            for balance in own.items
        ),
        f"  offen zusammen: {sums}",
    ]


def _item_words(balance: ItemBalance, *, has_others: bool) -> str:
    """Return the figures of an item, each unsigned under its word: a refund has its own words.

    What was set off or remitted has its column in all rows, or, where there is none of it, in no row.
    """
    from kkd_ledger.money import format_eur

    sign, claimed, paid = (-1, "zu erstatten", "erstattet") if balance.refund else (1, "gefordert", "gezahlt")
    claimed, paid = f"{claimed:<12}", f"{paid:<9}"  # the longer words of the two pairs
    figures = [(claimed, balance.claimed_cents), (paid, balance.paid_cents), ("offen", balance.open_cents)]
    if has_others:
        figures.insert(2, ("aufgerechnet, erlassen", balance.settled_cents - balance.paid_cents))
    return "  ".join(f"{word} {format_eur(sign * cents):>16}" for word, cents in figures)


def _difference_lines(
    own: Balances, theirs: Balances, differences: tuple[BalanceDifference, ...], name: str
) -> list[str]:
    lines = [*_balance_lines(own, name), *_balance_lines(theirs, name)]
    count = sum(1 for difference in differences if difference.cents)
    lines.append(f"Unterschiede: {count}" if count else "Abgestimmt: keine Unterschiede.")
    return lines + [
        f"  {difference.posten}  {difference.cause}: {difference.words}; {difference.text}"
        for difference in differences
    ]
