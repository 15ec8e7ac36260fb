"""What becomes entries without a paper: what the agreement asks for (`kkd post`), a year's end (`kkd year-end`)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, cents_of, path, service_year, year
from kkd_ledger.cli.shell.tables import awaiting_lines, missing_lines
from kkd_ledger.cli.shell.writing import ALREADY, book_command, load_to_write, outcome_json, tell, written
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.work.year.provisions import Expectation


def register_post(commands: Commands) -> None:
    """Add the command."""
    post = book_command(
        commands,
        "post",
        run_post,
        "bucht, was die Vereinbarung verlangt und noch nicht gebucht ist",
        today=True,
    )
    post.add_argument("--year", metavar="JAHR", type=service_year, help="nur dieses Leistungsjahr")
    post.add_argument(
        "--certified-by", metavar="NAME", default="", help="wer sachlich und rechnerisch feststellt"
    )
    post.add_argument("--ordered-by", metavar="NAME", default="", help="wer anordnet")
    post.add_argument(
        "--period-decision", metavar="GRUND", default="", help="Begründung bei periodenfremden Buchungen"
    )


def run_post(arguments: Arguments) -> int:
    """Post what is entitled and not yet booked."""
    from kkd_ledger.book.entries import Authorisation
    from kkd_ledger.book.entries.authorisation import name_of
    from kkd_ledger.money import format_eur, plain
    from kkd_ledger.work.claims.post import post

    order = Authorisation(
        arguments.today, arguments.certified_by, arguments.ordered_by, arguments.period_decision
    )
    book = load_to_write(arguments)
    posted = post(book, order, service_year=arguments.year, dry_run=arguments.dry_run)
    if not arguments.json:
        named = book.agreement.year_name
        wide = max((len(name_of(book, correction.member)) for correction in posted.corrections), default=0)
        for correction, vat_cents in zip(posted.corrections, posted.vat_cents, strict=True):
            tax = f", dazu Umsatzsteuer {format_eur(vat_cents)}" if vat_cents else ""
            name, lowers = (
                name_of(book, correction.member),
                "Minderung" if correction.difference_cents < 0 else "",
            )
            amount = format_eur(abs(correction.difference_cents))
            print(
                f"{named(correction.service_year)}  {name:<{wide}} {lowers:<9} {amount:>18}  {correction.reason}{tax}"
            )
        waiting_lines = [*missing_lines(posted.missing), *awaiting_lines(posted.awaiting)]
        print(*waiting_lines, sep="\n", end="\n" if waiting_lines else "")
        for offset in posted.offsets:
            print(offset.text)
            if dues := posted.dues(offset.claim):
                parts = "; ".join(f"{german.day(due.day)} {format_eur(due.cents)}" for due in dues)
                print(f"  Die Raten von {offset.claim} sind jetzt: {parts}")
        print(*posted.provisions, sep="\n", end="\n" if posted.provisions else "")
        for year in posted.assumed:
            how = f"`kkd year {book.root} {year} STAND --by NAME`"
            print(f"Das Buch nennt keinen Stand von {year}: als abgeschlossen angenommen. Festhalten: {how}")
        for year in posted.before:
            print(
                f"{year} ist noch offen, das Buch hat aber keinen Monat davon: Ihr Anteil steht deshalb im "
                f"neuen Jahr (KKD-P05). Ist im Buch noch nichts abgeschlossen, so legen Sie es besser mit einem Monat "
                f"von {year} neu an (`kkd open BUCH {year}-12`)."
            )
    entries = len(posted.corrections) + len(posted.offsets) + len(posted.provisions)
    count = german.count(entries, "Buchung", "Buchungen")
    if posted.offsets:
        count += f", davon {len(posted.offsets)} Aufrechnung{'en' if len(posted.offsets) > 1 else ''}"
    corrections = [
        {
            "member": correction.member,
            "name": name_of(book, correction.member),
            "service_year": correction.service_year,
            "difference": plain(correction.difference_cents),
            "vat": plain(vat_cents),
            "reason": correction.reason,
        }
        for correction, vat_cents in zip(posted.corrections, posted.vat_cents, strict=True)
    ]
    lacking = [gap.as_json() for gap in posted.missing]
    offsets = [offset.as_json() for offset in posted.offsets]
    waiting = [claim.as_json() for claim in posted.awaiting]
    nothing = "Sonst nichts zu buchen." if posted.missing or posted.awaiting else ALREADY
    if last := posted.reckoned_until(arguments.today):
        nothing += f" {last} (`kkd open {arguments.book} MONAT`)."
    more = {"corrections": corrections, "offsets": offsets, "missing": lacking, "awaiting": waiting}
    more |= {"provisions": list(posted.provisions)} if posted.provisions else {}
    more |= {"assumed": list(posted.assumed), "before": list(posted.before)}
    tell(arguments, posted.outcome, count, nothing=nothing, **more)
    return written(posted.missing)


def register_year_end(commands: Commands) -> None:
    """Add the command."""
    summary = "schlägt Abschlussbuchungen vor; bucht nur, was festgestellt und angeordnet ist"
    end = book_command(commands, "year-end", run_year_end, summary, today=True)
    end.add_argument("year", metavar="JAHR", type=year, help="Haushaltsjahr")
    end.add_argument(
        "--carry-over", metavar="BETRAG", help="überträgt so viel vom Rest des Ansatzes in das nächste Jahr"
    )
    end.add_argument(
        "--expect",
        metavar="[JAHR:][BETEILIGTE=]BETRAG",
        action="append",
        default=[],
        help="welchen Anteil eine Abrechnung erwarten lässt, die noch aussteht: stellt zurück, was darüber hinaus zu "
        "zahlen ist (Vorgabe: dieses Jahr, die eigene Partei)",
    )
    end.add_argument("--basis", metavar="GRUND", default="", help="worauf die Erwartung (--expect) beruht")
    end.add_argument("--apply", metavar="DATEI", type=path, help="bucht diesen Vorschlag (aus pending/)")
    end.add_argument(
        "--certified-by", metavar="NAME", default="", help="wer sachlich und rechnerisch feststellt"
    )
    end.add_argument("--ordered-by", metavar="NAME", default="", help="wer anordnet")


def run_year_end(arguments: Arguments) -> int:
    """Propose the closing entries of a year, or book a proposal."""
    if arguments.apply:
        return _apply(arguments)
    from kkd_ledger.work.year.year_end import propose

    book, cents = load_to_write(arguments), cents_of(arguments.carry_over) or 0
    expected = _expectations(arguments, book)
    done = propose(book, arguments.year, arguments.today, cents, expected, dry_run=arguments.dry_run)
    proposals = done.closing
    if arguments.json:
        data = {"file": done.file, "proposals": len(proposals.proposals), "missing": proposals.missing}
        data |= {"shown": proposals.shown} if proposals.shown else {}
        print(json.dumps(outcome_json(done.outcome) | data, ensure_ascii=False))
        return EXIT_FINDINGS if proposals.missing else EXIT_GOOD
    from kkd_ledger.book.text import canonical

    for proposal in proposals.proposals:
        print(f"--- {proposal.month}\n{canonical.write([proposal.record]).strip()}")
    print(*proposals.shown, sep="\n", end="\n" if proposals.shown else "")
    for missing in proposals.missing:
        print(f"Noch zu erledigen: {missing}")
    if not proposals.proposals:
        print(f"Jahr {arguments.year}: keine Abschlussbuchung nötig.")
    else:
        front = "Probelauf, nichts wurde geschrieben: es käme nach" if arguments.dry_run else "in"
        print(
            f"Vorschläge: {len(proposals.proposals)}, {front} {done.file}; gebucht ist davon nichts.", end=" "
        )
        print("Nach der Feststellung bucht")
        print(
            f"  kkd year-end {arguments.book} {arguments.year} --apply {arguments.book / done.file} "
            "--certified-by NAME --ordered-by NAME"
        )
    return EXIT_FINDINGS if proposals.missing else EXIT_GOOD


def _expectations(arguments: Arguments, book: Book) -> tuple[Expectation, ...]:
    """Return what `--expect` says; raise UsageError for one without a basis, or that cannot be read."""
    from kkd_ledger.book.entries import ClosedShare
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.work.year.provisions import Expectation

    basis = clean(arguments.basis)
    if bool(arguments.expect) != bool(basis):
        raise UsageError(
            "Eine Erwartung (--expect) braucht eine Grundlage (--basis GRUND), und diese eine Erwartung."
        )
    expected = []
    for text in arguments.expect:
        match = re.fullmatch(r"(?:(\d{4}(?:/\d{2,4})?):)?(?:([a-z0-9-]+)=)?([^=:]+)", text, re.ASCII)
        year = _expected_year(book, arguments.year, match[1]) if match else None
        if match is None or year is None:
            raise UsageError(f"--expect {text}: [JAHR:][BETEILIGTE=]BETRAG, zum Beispiel 2023:adorf=4.500,00")
        cents = cents_of(match[3]) or 0
        claim = ClosedShare(match[2] or book.party, year)
        expected.append(Expectation(claim, cents, basis))
    return tuple(expected)


def _expected_year(book: Book, fiscal_year: int, typed: str | None) -> int | None:
    """Return the service year that is typed (None: none), without one that which counts to the fiscal year."""
    from kkd_ledger.periods import service_year_in

    if typed is None:
        return fiscal_year - (book.agreement.fiscal_year(fiscal_year) - fiscal_year)
    year = service_year_in(typed)
    try:
        return None if year is None else book.agreement.service_year.meant(year)
    except ValueError as refused:
        raise UsageError(f"--expect {typed}: {refused}.") from None


def _apply(arguments: Arguments) -> int:
    from kkd_ledger.book.entries import Authorisation
    from kkd_ledger.book.text.wording import clean
    from kkd_ledger.work.year.year_end import apply

    names = clean(arguments.certified_by), clean(arguments.ordered_by)
    if not all(names):
        raise UsageError("Abschlussbuchungen brauchen --certified-by und --ordered-by.")
    book, order = load_to_write(arguments), Authorisation(arguments.today, *names)
    done = apply(book, arguments.year, arguments.apply, order, dry_run=arguments.dry_run)
    return tell(
        arguments, done.outcome, f"Abschlussbuchungen {arguments.year}: {done.count}", booked=done.count
    )
