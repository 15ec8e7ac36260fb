"""`kkd post`: what the agreement asks for and is not booked yet becomes entries."""

from __future__ import annotations

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, year
from kkd_ledger.cli.shell.tables import awaiting_lines, missing_lines
from kkd_ledger.cli.shell.writing import ALREADY, book_command, load_to_write, tell, written


def register_post(commands: Commands) -> None:
    """Add the command."""
    post = book_command(
        commands,
        "post",
        run_post,
        "bucht, was die Vereinbarung verlangt und noch nicht gebucht ist",
        today=True,
    )
    post.add_argument("--year", metavar="JAHR", type=year, help="nur dieses Leistungsjahr")
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
        wide = max((len(name_of(book, correction.member)) for correction in posted.corrections), default=0)
        for correction, vat_cents in zip(posted.corrections, posted.vat_cents, strict=True):
            tax = f", dazu Umsatzsteuer {format_eur(vat_cents)}" if vat_cents else ""
            name, lowers = (
                name_of(book, correction.member),
                "Minderung" if correction.difference_cents < 0 else "",
            )
            amount = format_eur(abs(correction.difference_cents))
            print(
                f"{correction.service_year}  {name:<{wide}} {lowers:<9} {amount:>18}  {correction.reason}{tax}"
            )
        waiting_lines = [*missing_lines(posted.missing), *awaiting_lines(posted.awaiting)]
        print(*waiting_lines, sep="\n", end="\n" if waiting_lines else "")
        for offset in posted.offsets:
            print(offset.text)
            if dues := posted.dues(offset.claim):
                parts = "; ".join(f"{german.day(due.day)} {format_eur(due.cents)}" for due in dues)
                print(f"  Die Raten von {offset.claim} gelten weiter, die ersten sind gemindert: {parts}")
        for year in posted.assumed:
            how = f"`kkd year {book.root} {year} STAND --by NAME`"
            print(f"Das Buch nennt keinen Stand von {year}: als abgeschlossen angenommen. Festhalten: {how}")
        for year in posted.before:
            print(
                f"{year} ist noch offen, das Buch hat aber keinen Monat davon: Der Anteil {year} steht deshalb im "
                f"neuen Jahr (KKD-P05). Ist im Buch noch nichts abgeschlossen, so legen Sie es besser mit einem Monat "
                f"von {year} neu an (`kkd open BUCH {year}-12`)."
            )
    entries = len(posted.corrections) + len(posted.offsets)
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
    more = {"corrections": corrections, "offsets": offsets, "missing": lacking, "awaiting": waiting}
    more |= {"assumed": list(posted.assumed), "before": list(posted.before)}
    tell(arguments, posted.outcome, count, nothing=nothing, **more)
    return written(posted.missing)
