"""Answers → a folder with agreement, contacts and a book with its first month: whole, checked, or not at all."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkd_ledger.agreement import Agreement, parse
from kkd_ledger.agreement.beginning.agreement_text import AGREEMENT, agreement_texts, contacts_text
from kkd_ledger.agreement.beginning.answers import Answers, AnswersRefused
from kkd_ledger.agreement.beginning.names import Ids
from kkd_ledger.book.config import load_book
from kkd_ledger.book.store import durable
from kkd_ledger.errors import AgreementRefused, Problem, UsageError
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.beginning.book_text import book_text
from kkd_ledger.work.books.books import open_month

AGREEMENT_FOLDER: Final = "vereinbarung"
CONTACTS: Final = f"{AGREEMENT_FOLDER}/contacts.toml"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is about to be written: the texts by file, the agreement they hold, the book's folder, its first month."""

    texts: Mapping[str, str]
    agreement: Agreement
    book: str
    month: BookingMonth


def beginning(answers: Answers, month: BookingMonth, file: str = "Antworten") -> Beginning:
    """Return what the answers make, in memory; raise AnswersRefused where no agreement comes of them."""
    party = next(each for each in answers.parties if each.name == answers.book_party)
    if party.iban is None:
        what = f"das Konto von {party.name}, deren Buch begonnen wird"
        raise AnswersRefused([Problem(file, "parties, iban", "nichts", what)])
    said = agreement_texts(answers)
    figures = {name: text for name, text in said.items() if name != AGREEMENT}
    try:
        agreement = parse(said[AGREEMENT], AGREEMENT, figures)
    except AgreementRefused as error:
        raise AnswersRefused(error.problems) from error
    folder = Ids(each.name for each in answers.parties).of(party.name)
    texts = {
        **{f"{AGREEMENT_FOLDER}/{name}": text for name, text in said.items()},
        CONTACTS: contacts_text(answers),
        f"{folder}/book.toml": book_text(
            answers, f"../{AGREEMENT_FOLDER}/{AGREEMENT}", dt.date(month.year, 1, 1)
        ),
    }
    return Beginning(texts, agreement, folder, month)


def refuse_taken(target: Path) -> None:
    """Raise UsageError where a folder cannot be begun: it is there already, or it would lie in none."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} gibt es schon; kkd init schreibt nur in einen neuen Ordner.")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target.parent} gibt es nicht; kkd init legt nur den letzten Ordner an.")


def begin(made: Beginning, target: Path) -> None:
    """Write what was made into a new folder: a draft beside it, whose first month the writer checks, then in one step.

    Raise UsageError where the folder is taken; whatever is refused on the way leaves nothing behind.
    """
    refuse_taken(target)
    draft = target.with_name(f".{target.name}.kkd-init")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for file, text in made.texts.items():
            durable.make_folder((draft / file).parent, draft.parent)
            durable.write(draft / file, text.encode())
        open_month(load_book(draft / made.book), made.month)
        if target.exists():
            target.rmdir()
        durable.move(draft, target)
        durable.sync_folder(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
