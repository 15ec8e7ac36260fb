"""The commands that correct without erasing: reverse, clear, offset, opening."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.cli.posting import register_year_end
from kkd_ledger.cli.shell.parsing import Arguments, Commands, cents_of
from kkd_ledger.cli.shell.writing import book_command, load, load_to_write, tell
from kkd_ledger.errors import EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.book.entries import CorrectionCause
    from kkd_ledger.work.corrections.clearing import Cleared


def register(commands: Commands) -> None:
    """Add the commands."""
    back = book_command(
        commands,
        "reverse",
        run_reverse,
        "storniert eine Buchung durch eine neue; gelöscht wird nie",
        today=True,
    )
    back.add_argument("number", metavar="NR", help="Buchungsnummer, zum Beispiel 2023-000017")
    back.add_argument("--reason", metavar="GRUND", required=True, help="warum storniert wird")
    _persons(back)
    _register_clear(commands)
    setting = book_command(
        commands,
        "offset",
        run_offset,
        "rechnet eine Forderung gegen eine Verbindlichkeit auf, oder bucht eine Zahlung auf den richtigen Posten um",
        today=True,
    )
    setting.add_argument("posten", metavar="POSTEN", help="der eine; bei einer Umbuchung der bisherige")
    setting.add_argument(
        "other", metavar="GEGENPOSTEN", nargs="?", help="der andere; bei einer Umbuchung der richtige"
    )
    setting.add_argument("amount", metavar="BETRAG", nargs="?", help="Vorgabe: so viel wie möglich")
    setting.add_argument(
        "--internal",
        action="store_true",
        help="der eigene Anteil der Betreiberin: wird im Haus verrechnet (Konto handed_over); statt GEGENPOSTEN",
    )
    setting.add_argument("--order", metavar="TEXT", required=True, help="die Anordnung und ihr Grund")
    setting.add_argument("--by", metavar="NAME", required=True, help="wer das anordnet")
    setting.add_argument(
        "--certified-by", metavar="NAME", required=True, help="wer sachlich und rechnerisch feststellt"
    )
    lay = book_command(
        commands,
        "opening",
        run_opening,
        "trägt ein, was auf dem eigenen Bankkonto lag, als das Buch begann",
        today=True,
    )
    lay.add_argument(
        "amount",
        metavar="BETRAG",
        help="Saldo vor dem ersten Kontoauszug; noch einmal gegeben, berichtigt er den ersten",
    )
    lay.add_argument("--reason", metavar="GRUND", required=True, help="woher der Bestand bekannt ist")
    _persons(lay)
    register_year_end(commands)


def _register_clear(commands: Commands) -> None:
    clearing = book_command(
        commands,
        "clear",
        run_clear,
        "ordnet ungeklärtes Geld einem Posten zu, oder zeigt es (--list)",
        today=True,
    )
    clearing.add_argument("number", metavar="NR", nargs="?", help="Buchung, die das ungeklärte Geld hält")
    clearing.add_argument(
        "posten",
        metavar="POSTEN",
        nargs="?",
        help="zum Beispiel kkd-2023-musterstadt-1; oder die Nummer des ungeklärten Ausgangs, der das Geld zurückgibt",
    )
    clearing.add_argument("amount", metavar="BETRAG", nargs="?", help="Vorgabe: so viel wie möglich")
    clearing.add_argument("--list", action="store_true", help="zeigt, was ungeklärt ist und seit wann")
    where = clearing.add_mutually_exclusive_group()
    where.add_argument(
        "--charges",
        action="store_true",
        help="es sind Nebenkosten des Geldverkehrs (Konto bank_charges); statt POSTEN",
    )
    where.add_argument(
        "--foreign",
        action="store_true",
        help="gehört zu keinem Posten: die Hauptbuchhaltung bucht es (Konto handed_over); statt POSTEN",
    )
    clearing.add_argument("--reason", metavar="GRUND", default="", help="woran die Zahlung erkannt wurde")
    _persons(clearing)


def _persons(parser: ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", default="", help="wer die Korrektur veranlasst")
    parser.add_argument(
        "--certified-by", metavar="NAME", default="", help="wer sachlich und rechnerisch feststellt"
    )
    parser.add_argument("--ordered-by", metavar="NAME", default="", help="wer anordnet")


def _cause(arguments: Arguments, reason: str) -> CorrectionCause:
    """Raise UsageError for a reason that says nothing."""
    from kkd_ledger.book.entries import Authorisation, CorrectionCause
    from kkd_ledger.book.text.wording import clean

    if not clean(reason):
        raise UsageError("Eine Korrektur braucht einen Grund; er steht auf Dauer im Buch.")
    order = Authorisation(arguments.today, clean(arguments.certified_by), clean(arguments.ordered_by))
    return CorrectionCause(clean(reason), clean(arguments.by), order)


def _nameless(book: Book, cause: CorrectionCause) -> str:
    """Return that a correction is booked under the general order alone; empty where a person is named."""
    order = book.settings.policy.general_order
    if cause.by or cause.order.ordered_by or not order:
        return ""
    return f"; ohne Namen, unter der allgemeinen Anordnung {order} (`--by NAME` nennt, wer es veranlasst)"


def run_reverse(arguments: Arguments) -> int:
    """Reverse a posted entry."""
    from kkd_ledger.work.corrections.reverse import reverse

    cause = _cause(arguments, arguments.reason)
    book = load_to_write(arguments)
    done = reverse(book, arguments.number, cause, dry_run=arguments.dry_run)
    said = f"Buchung {arguments.number} storniert{_nameless(book, cause)}"
    if done.put_in_suspense:
        said += "; die Bankzeile bleibt, ihr Geld ist jetzt ungeklärt (`kkd clear` ordnet es zu)"
    if done.document:
        year = done.original.text("leistungsjahr")
        said += f"; {done.document} ist schon geschrieben: `kkd demand BUCH {year}` schreibt der Beteiligten, dass es "
        said += "nicht mehr gilt, oder nach `kkd post` das Dokument, das an seine Stelle tritt"
    return tell(arguments, done.outcome, said)


def run_opening(arguments: Arguments) -> int:
    """Enter what lay on the bank account when the book began."""
    from kkd_ledger.money import format_eur
    from kkd_ledger.work.books.opening import opening_balance

    cause, cents = _cause(arguments, arguments.reason), cents_of(arguments.amount)
    assert cents is not None, "the amount is required"
    done = opening_balance(load_to_write(arguments), cents, cause, dry_run=arguments.dry_run)
    said = f"Anfangsbestand {format_eur(cents)} eingetragen; war darunter eine Zahlung, so ordnet sie "
    said += f"`kkd clear BUCH {done.number} POSTEN` zu"
    if not cents:
        said = "Anfangsbestand zurückgenommen"
    return tell(arguments, done.outcome, said)


def run_clear(arguments: Arguments) -> int:
    """Place money in suspense on an item, or list it."""
    if arguments.list:
        return _list(arguments)
    from kkd_ledger.money import format_eur
    from kkd_ledger.work.corrections.clearing import clear, give_back

    if arguments.number and (arguments.charges or arguments.foreign):
        return _pass_on(arguments)
    if not arguments.number or not arguments.posten:
        raise UsageError(
            "Es fehlt: NR und POSTEN. `kkd clear BUCH --list` zeigt, was ungeklärt ist; was zu keinem Posten gehört, "
            "nimmt `kkd clear BUCH NR --charges` oder `--foreign`."
        )
    is_pair = re.fullmatch(r"\d{4}-\d{6}", arguments.posten, re.ASCII)
    cause = _cause(arguments, arguments.reason or ("" if is_pair else "Zuordnung nach Klärung"))
    cents = cents_of(arguments.amount)
    book, number, posten = load_to_write(arguments), arguments.number, arguments.posten
    if is_pair:
        back = give_back(book, number, posten, cents, cause, dry_run=arguments.dry_run)
        said = (
            f"Buchung {back.number}: {format_eur(back.cents)} aus {number} und {posten} heben sich auf; noch "
        )
        said += f"ungeklärt {format_eur(back.left_cents)} Eingang, {format_eur(-back.open_cents)} Ausgang"
        return tell(arguments, back.outcome, said, **_figures(back, "cleared", "receipt", "refund"))
    done = clear(book, number, posten, cents, cause, dry_run=arguments.dry_run)
    left = "noch im Anfangsbestand" if done.is_opening else "noch ungeklärt"
    said = (
        f"Buchung {done.number}: {format_eur(done.cents)} aus {number} auf {posten} geklärt; "
        f"{left} {format_eur(done.left_cents)}, auf dem Posten offen {format_eur(done.open_cents)}"
        f"{_nameless(book, cause)}"
    )
    return tell(arguments, done.outcome, said, **_figures(done, "cleared", "unclear", "open"))


def _pass_on(arguments: Arguments) -> int:
    """Book money in suspense that belongs to no item; the amount may stand where the item would."""
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.money import format_eur, plain
    from kkd_ledger.work.corrections.passing_on import pass_on

    if arguments.amount:
        raise UsageError(
            "--charges und --foreign stehen statt des Postens: `kkd clear BUCH NR BETRAG --foreign`."
        )
    if not clean(arguments.reason):
        raise UsageError(
            "Was zu keinem Posten gehört, braucht einen Grund (--reason); er steht auf Dauer im Buch."
        )
    role = "bank_charges" if arguments.charges else "handed_over"
    cause, cents = _cause(arguments, arguments.reason), cents_of(arguments.posten)
    done = pass_on(load_to_write(arguments), arguments.number, role, cents, cause, dry_run=arguments.dry_run)
    where = (
        "als Nebenkosten des Geldverkehrs gebucht"
        if arguments.charges
        else "an die Hauptbuchhaltung übergeben"
    )
    said = f"Buchung {done.number}: {format_eur(done.cents)} aus {arguments.number} {where}; noch ungeklärt "
    said += format_eur(done.left_cents)
    return tell(arguments, done.outcome, said, cleared=plain(done.cents), unclear=plain(done.left_cents))


def _figures(done: Cleared, *names: str) -> dict[str, str]:
    """Return what was moved and what is left on both sides, under the names that the command gives them."""
    from kkd_ledger.money import plain

    return dict(zip(names, map(plain, (done.cents, done.left_cents, done.open_cents)), strict=True))


_ASIDE = {
    True: "Gehört Geld zu keinem Posten: `kkd clear BUCH NR --charges` bucht es als Bankentgelt, `--foreign` übergibt "
    "es der Hauptbuchhaltung; beides mit --by NAME --reason GRUND.",
    False: "Gehört Geld nicht hierher: `kkd decide BUCH NR --foreign` nimmt die Zeile aus dem Buch; ein Bankentgelt "
    "bucht `kkd clear BUCH NR --charges`; beides mit --by NAME --reason GRUND.",
}


def _list(arguments: Arguments) -> int:
    from kkd_ledger.money import format_eur
    from kkd_ledger.work.corrections.clearing import waiting
    from kkd_ledger.work.month.figures import both_ways

    book = load(arguments.book)
    monies = waiting(book, arguments.today)
    if arguments.json:
        print(json.dumps({"unclear": [waits.as_json() for waits in monies]}, ensure_ascii=False))
        return EXIT_GOOD
    sums = both_ways(waits.suspense.cents for waits in monies)
    print("Ungeklärt: nichts" if not monies else f"Ungeklärt: {len(monies)}, zusammen {sums}")
    for waits, money in ((waits, waits.suspense) for waits in monies):
        words = " | ".join(text for text in (money.payee, money.text) if text)
        print(
            f"  {money.number}  {german.day(money.day)}  {waits.days:>4} {'Tag ' if waits.days == 1 else 'Tage'}  "
            f"{'Eingang' if money.cents > 0 else 'Ausgang'} {format_eur(money.cents):>18}  {words}"
        )
        print("".join(f"      {proposal.text}\n" for proposal in waits.proposals), end="")
    if any(waits.proposals for waits in monies):
        print("Zuordnen, auch einen Teil: `kkd clear BUCH NR POSTEN --by NAME --reason GRUND`.")
    if any(not waiting.proposals for waiting in monies):
        print(_ASIDE[book.settings.bank.dedicated])
    return EXIT_GOOD


def run_offset(arguments: Arguments) -> int:
    """Set a receivable off against a payable, or move a payment to the right item."""
    from kkd_ledger.book.entries import Authorisation, CorrectionCause
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.money import format_eur
    from kkd_ledger.work.corrections.clearing import offset

    names = clean(arguments.by), clean(arguments.certified_by)
    if not clean(arguments.order) or not all(names):
        raise UsageError("Eine Aufrechnung braucht ihre Anordnung, und wer feststellt und anordnet.")
    cause = CorrectionCause(clean(arguments.order), "", Authorisation(arguments.today, names[1], names[0]))
    first, second = arguments.posten, arguments.other
    if arguments.internal:
        return _internal(arguments, cause)
    if not second:
        raise UsageError(
            "Es fehlt: GEGENPOSTEN; den eigenen Anteil der Betreiberin verrechnet statt dessen --internal."
        )
    cents = cents_of(arguments.amount)
    done = offset(load_to_write(arguments), first, second, cents, cause, dry_run=arguments.dry_run)
    if done.is_move:
        said = f"{format_eur(done.cents)} umgebucht; noch offen: {first} {format_eur(done.left_cents)}, "
        said += f"{second} {format_eur(done.open_cents)}"
        return tell(arguments, done.outcome, said, **_figures(done, "moved", "from", "to"))
    said = (
        f"{format_eur(done.cents)} aufgerechnet; noch offen: Forderung {format_eur(done.left_cents)}, "
        f"Verbindlichkeit {format_eur(done.open_cents)}"
    )
    return tell(arguments, done.outcome, said, **_figures(done, "offset", "receivable", "payable"))


def _internal(arguments: Arguments, cause: CorrectionCause) -> int:
    """Settle the operator's own item inside the house; the amount may stand where the other item would."""
    from kkd_ledger.money import format_eur, plain
    from kkd_ledger.work.corrections.internal import settle_internally

    if arguments.amount:
        raise UsageError(
            "--internal steht statt des Gegenpostens: `kkd offset BUCH POSTEN BETRAG --internal --order TEXT "
            "--by NAME --certified-by NAME`."
        )
    posten, cents = arguments.posten, cents_of(arguments.other)
    done = settle_internally(load_to_write(arguments), posten, cents, cause, dry_run=arguments.dry_run)
    said = f"Buchung {done.number}: {format_eur(done.cents)} von {posten} intern verrechnet; noch offen "
    said += format_eur(done.open_cents)
    return tell(arguments, done.outcome, said, settled=plain(done.cents), open=plain(done.open_cents))
