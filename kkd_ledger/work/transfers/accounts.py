"""Money goes to no account that changed since two persons confirmed it: neither ours to others, nor theirs to us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from kkd_ledger import toml
from kkd_ledger.book.config import Book
from kkd_ledger.book.seals import basis
from kkd_ledger.book.seals.basis import BasisChange
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookRefused, InputRefused, Problem
from kkd_ledger.rules import basis as of_basis
from kkd_ledger.work.books.changes import acted_otherwise
from kkd_ledger.work.session import Session

_CONFIRM: Final = (
    "bestätigt von zwei Personen: `kkd changes BUCH` zeigt die Änderung, `kkd confirm BUCH --by NAME --and NAME` "
    "bestätigt sie"
)
_OF_MANDATES: Final = ("mandate", "mandate_signed", "mandate_ends", "mandate_scheme", "creditor_id")


class AccountRefused(InputRefused):
    """A bank account (or a mandate) changed, and nobody has confirmed it."""

    subject: ClassVar[str] = "Bankverbindung nicht bestätigt"


def refuse_unconfirmed(work: Session, parties: Iterable[str], *, mandates: bool = False) -> None:
    """Raise AccountRefused where account or holder of one of these parties, or of ours, is not as it was confirmed.

    With `mandates` their mandates and the creditor identifiers count as well. A book whose basis nobody has confirmed
    yet, and in which no month is closed, has nothing to compare.
    """
    changed = {
        change.name: change
        for change in of_basis.changes(work.book, work.chain, work.known_book.progress.fold.state(of_basis))
    }
    wanted = sorted({*parties, work.book.party})
    problems = [*_accounts(work.book, changed, wanted), *_own(work.book, changed)]
    if mandates:
        problems += _mandates(changed, wanted)
    if problems:
        raise AccountRefused(problems)


def refuse_first(work: Session, payments: Iterable[tuple[str, str, Sequence[str]]]) -> None:
    """Raise AccountRefused for payments (item, account, the accounts its document names) that nothing vouches for.

    As long as nobody has confirmed what a book stands on and no month is closed, an account counts that the item's
    document names too; without such a document the agreement must be the one with which everybody acted so far.
    """
    book = work.book
    if of_basis.reference(work.chain, work.known_book.progress.fold.state(of_basis)):
        return
    same = acted_otherwise(book, work.reading.records) is None
    problems = [
        Problem(
            str(book.agreement_file),
            posten,
            f"{account}, sein Beleg nennt {', '.join(named)}"
            if named
            else f"{account}, und die Vereinbarung hat sich geändert, seit gehandelt wurde",
            _CONFIRM,
        )
        for posten, account, named in payments
        if (account not in named if named else not same)
    ]
    if problems:
        raise AccountRefused(problems)


def _accounts(book: Book, changed: Mapping[str, BasisChange], parties: Iterable[str]) -> Iterator[Problem]:
    if not (change := changed.get(basis.AGREEMENT)):
        return
    before = _members(change.old)
    for party in parties:
        member, former = book.agreement.party(party), before.get(party, _Account())
        if member is None:
            continue
        for iban in member.ibans:
            if iban not in former.ibans:
                yield _problem(change, f"members.{party}.ibans", iban, ", ".join(former.ibans))
        if (member.account_holder or "") != former.holder:
            yield _problem(
                change,
                f"members.{party}.account_holder",
                member.account_holder or "keine Angabe",
                former.holder,
            )


class _Account(NamedTuple):
    ibans: tuple[str, ...] = ()
    holder: str = ""


def _members(text: tuple[str, ...] | None) -> dict[str, _Account]:
    """Return the accounts of each party in an earlier agreement, and under which name the bank keeps them."""
    members = _data(text).get("members", ())
    accounts: dict[str, _Account] = {}
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict):
            ibans, name = member.get("ibans", ()), str(member.get("id", ""))
            more = map(_plain, ibans) if isinstance(ibans, list) else ()
            accounts[name] = _Account(
                (*accounts.get(name, _Account()).ibans, *more), str(member.get("account_holder", ""))
            )
    return accounts


def _plain(iban: object) -> str:
    return str(iban).replace(" ", "").upper()


def _own(book: Book, changed: Mapping[str, BasisChange]) -> Iterator[Problem]:
    if change := changed.get(v.BOOK_FILE):
        bank = _data(change.old).get("bank", {})
        before = _plain(bank.get("iban", "")) if isinstance(bank, dict) else ""
        if book.settings.bank.iban != before:
            yield _problem(change, "bank.iban", book.settings.bank.iban, before)


def _mandates(changed: Mapping[str, BasisChange], parties: Iterable[str]) -> Iterator[Problem]:
    if not (change := changed.get(basis.CONTACTS)):
        return
    before, now = (_data(text).get("parties", {}) for text in (change.old, change.new))
    for party in parties:
        old, new = (
            mandates.get(party, {}) if isinstance(mandates, dict) else {} for mandates in (before, now)
        )
        for key in _OF_MANDATES:
            if new.get(key, "") != old.get(key, ""):
                yield _problem(change, f"parties.{party}.{key}", str(new.get(key, "")), str(old.get(key, "")))


def _data(text: tuple[str, ...] | None) -> dict[str, Any]:
    """Return what a TOML text says; nothing where it was not kept or is none: then nothing in it was confirmed."""
    try:
        return toml.loads("\n".join(text or ()), "", BookRefused)
    except BookRefused:
        return {}


def _problem(change: BasisChange, place: str, now: str, before: str) -> Problem:
    return Problem(change.file, place, f"{now}, zuletzt bestätigt war {before or 'nichts'}", _CONFIRM)
