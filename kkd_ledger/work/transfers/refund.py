"""kkd pay --refund: money that nobody owes (paid twice, or misdirected) goes back to the account that it came from."""

from __future__ import annotations

from dataclasses import replace

from kkd_ledger import german
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.book.state.items import SuspenseItem
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import Problem
from kkd_ledger.money import format_eur
from kkd_ledger.payments.sepa import Run, RunRefused, SepaPayment, transfers
from kkd_ledger.persons.contacts import account_holder, load
from kkd_ledger.work.corrections.clearing import held_in_suspense
from kkd_ledger.work.session import session
from kkd_ledger.work.transfers.bank_runs import FOLDER, ToldItem, naming, next_id, refund_record, standing
from kkd_ledger.work.transfers.payrun import (
    PaymentRun,
    RunRelease,
    execution_day,
    keep,
    may_pay,
    may_release,
)
from kkd_ledger.work.transfers.proved import proved

_NOTHING_BOOKED = (
    "Gebucht wird nichts; zeigt der Kontoauszug den Ausgang, so heben sich beide auf "
    "(`kkd clear BUCH NR NR --by NAME --reason GRUND`)"
)


def refund(book: Book, number: str, release: RunRelease, *, dry_run: bool = False) -> PaymentRun:
    """Write a pain.001 that sends unclear money back: all that the entry `number` still holds.

    It goes to the account that the bank named for it, under the name that the bank told; `release.reason` is the order.
    Nothing is booked, and no later refund takes it while this one stands. Raise EntryRefused where nothing is unclear,
    RunRefused with everything that stands against it.
    """
    release = replace(release, prepared_by=clean(release.prepared_by), released_by=clean(release.released_by))
    may_pay(book, (release.prepared_by, release.released_by), release.day)
    release = replace(release, execution=execution_day(release))
    with session(book, today=release.day, states=False) as work:
        proved(book)
        money = held_in_suspense(work, number)
        line = Certificates(book.root).lines.get(money.key)
        if problems := _problems(book, money, line.iban if line else "", release):
            raise RunRefused(problems)
        assert line is not None, "the bank named its account"
        run = _run(book, release, money, line.iban)
        may_release(book, run)
        file = f"{FOLDER}/{run.id}.xml"
        keep(work, release, file, transfers(run))
        item = ToldItem(number, money.cents, money.cents)
        keep(work, release, f"{FOLDER}/{run.id}.json", refund_record(run, item, release.reason))
        return PaymentRun(run, file, (), (), (), (_NOTHING_BOOKED,), work.commit(dry_run=dry_run))


def _problems(book: Book, money: SuspenseItem, iban: str, release: RunRelease) -> list[Problem]:
    place, problems = f"Buchung {money.number}", []
    if runs := naming(standing(book), money.number):
        allowed = (
            "eine Rückzahlung, die noch in keinem Lauf steht; `kkd pay BUCH --cancel LAUF --reason GRUND "
            "--prepared-by NAME --released-by NAME` nimmt einen Lauf zurück"
        )
        problems.append(Problem(book.name, place, f"steht schon im Lauf {runs}", allowed))
    if money.cents <= 0:
        problems.append(
            Problem(book.name, place, f"ein Ausgang über {format_eur(-money.cents)}", "ein Eingang")
        )
    if not iban:
        allowed = (
            "eine Bankzeile mit Konto; sonst bei der Bank überweisen, der Ausgang hebt sich dann mit ihr auf"
        )
        problems.append(Problem(book.name, place, "der Kontoauszug nennt kein Konto", allowed))
    if not clean(release.reason):
        problems.append(Problem(book.name, place, "kein Grund", "die Anordnung mit ihrem Grund (--reason)"))
    return problems


def _run(book: Book, release: RunRelease, money: SuspenseItem, iban: str) -> Run:
    contact = load(book.agreement_file, book.agreement).of(book.party)
    own = book.agreement.party(book.party)
    assert own, "load_book asked for it"
    text = f"Rueckzahlung Ihrer Zahlung vom {german.day(money.day)}: {money.text}"
    payment = SepaPayment(
        f"zurueck-{money.number}", money.cents, money.payee or "Einzahler", iban, "", text[:140]
    )
    return Run(
        id=next_id(book, "pain001", release.day),
        day=release.day,
        execution=release.execution,
        name=account_holder(own, contact),
        iban=book.settings.bank.iban,
        prepared_by=release.prepared_by,
        released_by=release.released_by,
        payments=(payment,),
        creditor_id=contact.creditor_id,
    )
