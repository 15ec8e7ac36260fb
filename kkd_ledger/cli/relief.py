"""The commands in a debtor's favour: defer (deferral, instalments, suspension) and remit (remission)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, day
from kkd_ledger.cli.shell.writing import book_command, load_to_write, tell
from kkd_ledger.errors import UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.entries import CorrectionCause
    from kkd_ledger.book.entries.relief_entries import Instalment


def register(commands: Commands) -> None:
    """Add the commands."""
    summary = "trägt Stundung, Ratenzahlung oder Niederschlagung eines Postens ein; geschuldet bleibt er"
    defer = book_command(commands, "defer", run_defer, summary, today=True)
    defer.add_argument("posten", metavar="POSTEN", help="zum Beispiel kkd-2024-musterstadt-1")
    defer.add_argument(
        "until",
        metavar="BIS",
        type=day,
        nargs="?",
        help="JJJJ-MM-TT; bei einer unbefristeten Niederschlagung der Tag der Wiedervorlage; der heutige Tag beendet, "
        "der erste Fälligkeitstag nimmt sie zurück",
    )
    defer.add_argument(
        "--kind",
        metavar="ART",
        default="stundung",
        choices=("stundung", "ratenzahlung", "niederschlagung"),
        help="stundung (Vorgabe), ratenzahlung oder niederschlagung",
    )
    defer.add_argument(
        "--instalment",
        metavar="TAG=BETRAG",
        action="append",
        default=[],
        help="eine Rate, zum Beispiel 2024-06-30=500,00; so oft wie nötig",
    )
    _order(defer)
    summary = "erlässt einen Posten ganz oder zum Teil, auf Anordnung"
    remit = book_command(commands, "remit", run_remit, summary, today=True)
    remit.add_argument("posten", metavar="POSTEN", help="zum Beispiel kkd-2024-musterstadt-1")
    remit.add_argument("amount", metavar="BETRAG", nargs="?", help="Vorgabe: alles, was offen ist")
    _order(remit)


def _order(parser: ArgumentParser) -> None:
    parser.add_argument("--order", metavar="TEXT", required=True, help="die Anordnung und ihr Grund")
    parser.add_argument("--by", metavar="NAME", required=True, help="wer anordnet")
    parser.add_argument(
        "--certified-by", metavar="NAME", required=True, help="wer sachlich und rechnerisch feststellt"
    )


def _cause(arguments: Arguments) -> CorrectionCause:
    from kkd_ledger.book.entries import Authorisation, CorrectionCause
    from kkd_ledger.book.text.wording import clean

    text, orderer, certifier = (
        clean(value) for value in (arguments.order, arguments.by, arguments.certified_by)
    )
    if not (text and orderer and certifier):
        raise UsageError("Es fehlt die Anordnung mit ihrem Grund, oder wer feststellt und wer anordnet.")
    return CorrectionCause(text, "", Authorisation(arguments.today, certifier, orderer))


def run_defer(arguments: Arguments) -> int:
    """Enter a deferral, instalments or a suspension."""
    from kkd_ledger.book.text.vocabulary import DispositionKind
    from kkd_ledger.work.claims.relief import dispose

    kind, cause, parts = (
        DispositionKind(arguments.kind),
        _cause(arguments),
        _instalments(arguments.instalment),
    )
    until = arguments.until or max((instalment.due for instalment in parts), default=None)
    if (kind == DispositionKind.INSTALMENTS) != bool(parts):
        raise UsageError(
            "Eine Ratenzahlung, und nur sie, nennt ihre Raten: --instalment TAG=BETRAG, je Rate einmal."
        )
    if until is None or (parts and until != parts[-1].due):
        raise UsageError("BIS fehlt; bei einer Ratenzahlung ist es der Tag der letzten Rate und darf fehlen.")
    book, posten = load_to_write(arguments), arguments.posten
    outcome = dispose(book, posten, kind, until, cause, instalments=parts, dry_run=arguments.dry_run)
    item = outcome.known_book.progress.overview.claims.items.get(posten)
    done = f"{kind.capitalize()} bis {german.day(until)} eingetragen"
    if item and item.disposition is None:
        done = f"Verfügung zurückgenommen: {posten} ist wieder am {german.day(item.due_on)} fällig"
    elif until == arguments.today and not parts:
        done = f"Verfügung beendet: {posten} ist ab heute fällig"
    return tell(arguments, outcome, done)


def _instalments(texts: list[str]) -> list[Instalment]:
    from kkd_ledger.book.entries.relief_entries import Instalment
    from kkd_ledger.money import parse_typed_eur
    from kkd_ledger.periods import day_in

    instalments = []
    for text in texts:
        due, _, amount = text.partition("=")
        try:
            instalments.append(Instalment(day_in(due.strip()), parse_typed_eur(amount)))
        except ValueError:
            raise UsageError(f"Rate {text!r}; erlaubt: TAG=BETRAG, zum Beispiel 2024-06-30=500,00") from None
    return instalments


def run_remit(arguments: Arguments) -> int:
    """Give up what is open on an item, or a part of it."""
    from kkd_ledger.money import format_eur, parse_typed_eur, plain
    from kkd_ledger.work.claims.relief import remit

    try:
        cents = None if arguments.amount is None else parse_typed_eur(arguments.amount)
    except ValueError as error:
        raise UsageError(f"Betrag: {error}") from None
    done = remit(
        load_to_write(arguments), arguments.posten, cents, _cause(arguments), dry_run=arguments.dry_run
    )
    said = (
        f"{format_eur(done.cents)} auf {arguments.posten} erlassen; dort offen {format_eur(done.open_cents)}"
    )
    if done.dues and not arguments.json:
        parts = "; ".join(f"{german.day(due.day)} {format_eur(due.cents)}" for due in done.dues)
        print(f"Der Ratenplan gilt weiter, das Erlassene deckt die ersten Raten; noch zu zahlen: {parts}")
    plan = [{"day": due.day.isoformat(), "amount": plain(due.cents)} for due in done.dues]
    open_eur = plain(done.open_cents)
    return tell(arguments, done.outcome, said, remitted=plain(done.cents), open=open_eur, plan=plan)
