"""The commands that move money by file, and those about what is overdue: pay, collect, remind."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kkd_ledger import german
from kkd_ledger.cli.shell.parsing import Arguments, Commands, day, path, today_argument
from kkd_ledger.cli.shell.writing import load_to_write, written
from kkd_ledger.errors import EXIT_GOOD, UsageError

if TYPE_CHECKING:
    from kkd_ledger.book.config import Book
    from kkd_ledger.work.claims.remind import Reminded
    from kkd_ledger.work.transfers.payrun import PaymentRun, RunRelease


def register(commands: Commands) -> None:
    """Add these commands."""
    pay = commands.add(
        "pay", run_pay, "schreibt eine Zahldatei (SEPA pain.001) für fällige Verbindlichkeiten"
    )
    collect = commands.add(
        "collect", run_collect, "schreibt eine Lastschriftdatei (SEPA pain.008) für Forderungen mit Mandat"
    )
    for parser in (pay, collect):
        _run_arguments(parser, refunds=parser is pay)
    remind = commands.add("remind", run_remind, "schreibt Zahlungserinnerungen, später Mahnungen")
    remind.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs der Betreiberin")
    remind.add_argument("--as-of", metavar="TAG", type=day, required=True, help="Stichtag der Überfälligkeit")
    remind.add_argument("--templates", metavar="ORDNER", type=path, help="eigene Vorlagen (Typst)")
    remind.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    today_argument(remind, "Tag der Erfassung")


def _run_arguments(parser: ArgumentParser, *, refunds: bool) -> None:
    parser.add_argument("book", metavar="BUCH", type=path, help="Ordner des Buchs")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--on", metavar="TAG", type=day, help="Ausführungstag; nimmt, was bis dahin fällig ist")
    what.add_argument(
        "--cancel",
        metavar="LAUF",
        help="nimmt einen Lauf (Name oder Datei) zurück, den die Bank nicht ausführt",
    )
    if refunds:
        parser.add_argument(
            "--refund",
            metavar="NR",
            default="",
            help="zahlt das ungeklärte Geld dieser Buchung dorthin zurück, woher es kam (mit --reason ANORDNUNG)",
        )
    parser.add_argument(
        "--posten",
        metavar="POSTEN",
        action="append",
        default=[],
        help="nur diesen Posten (mehrfach möglich); mit --cancel, weil seine Zahlung zurückkam",
    )
    parser.add_argument(
        "--reason",
        metavar="GRUND",
        default="",
        help="mit --cancel: warum; mit --posten: warum er trotz einer Lücke im Konto gezahlt wird; "
        "mit --refund: die Anordnung",
    )
    parser.add_argument("--prepared-by", metavar="NAME", required=True, help="wer den Lauf vorbereitet")
    parser.add_argument(
        "--released-by", metavar="NAME", required=True, help="wer ihn freigibt: eine andere Person"
    )
    parser.add_argument("--dry-run", action="store_true", help="zeigt nur, was geschrieben würde")
    today_argument(parser, "Tag des Laufs")


def run_pay(arguments: Arguments) -> int:
    """Write a credit transfer file."""
    from kkd_ledger.work.transfers.payrun import pay

    return _tell_run(arguments, pay)


def run_collect(arguments: Arguments) -> int:
    """Write a direct debit file."""
    from kkd_ledger.work.transfers.payrun import collect

    return _tell_run(arguments, collect)


def _tell_run(arguments: Arguments, work: Any) -> int:
    from kkd_ledger.work.transfers.payrun import RunRelease

    release = RunRelease(
        arguments.prepared_by,
        arguments.released_by,
        arguments.today,
        arguments.on or arguments.today,
        tuple(arguments.posten),
        arguments.reason,
    )
    book = load_to_write(arguments)
    if arguments.cancel:
        return _cancel(arguments, book, release)
    if number := getattr(arguments, "refund", ""):
        from kkd_ledger.work.transfers.refund import refund

        if arguments.posten:
            raise UsageError("--refund NR und --posten POSTEN sind zwei Läufe.")
        done = refund(book, number, release, dry_run=arguments.dry_run)
        print("\n".join(_run_lines(arguments, done)))
        return EXIT_GOOD
    if arguments.reason and not arguments.posten:
        raise UsageError("--reason gehört zu --cancel LAUF, --refund NR oder --posten POSTEN.")
    done = work(book, release, dry_run=arguments.dry_run)
    print("\n".join(_run_lines(arguments, done)))
    return EXIT_GOOD


def _cancel(arguments: Arguments, book: Book, release: RunRelease) -> int:
    from kkd_ledger.work.transfers.taken_back import cancel

    if not arguments.reason:
        raise UsageError("Warum wird der Lauf zurückgenommen? --reason GRUND nennt es.")
    done = cancel(
        book,
        arguments.cancel,
        release,
        arguments.reason,
        items=arguments.posten,
        dry_run=arguments.dry_run,
    )
    if arguments.json:
        data = {"run": done.run, "items": list(done.items), "file": done.file, "told": done.remedy}
        print(json.dumps(data, ensure_ascii=False))
        return EXIT_GOOD
    front = "Probelauf, nichts wurde geschrieben: " if arguments.dry_run else ""
    print(f"{front}{done.run} zurückgenommen → {done.file}; wieder zahlbar: {', '.join(done.items)}")
    print(done.remedy)
    return EXIT_GOOD


def _run_lines(arguments: Arguments, done: PaymentRun) -> list[str]:
    from kkd_ledger.money import format_eur, plain

    run = done.run
    if arguments.json:
        rows = [
            {
                "id": payment.end_to_end,
                "name": payment.name,
                "iban": payment.iban,
                "amount": plain(payment.cents),
            }
            for payment in run.payments
        ]
        data = {
            "file": done.file,
            "execution": run.execution.isoformat(),
            "payments": rows,
            "total": plain(run.total_cents),
            "before": [posten for posten, _ in done.before],
            "early": list(done.early),
            "left": [{"posten": posten, "reason": reason} for posten, reason in done.left],
            "told": list(done.remarks),
            "ahead": [
                {"day": part.day.isoformat(), "posten": part.posten, "amount": plain(part.cents)}
                for part in done.ahead
            ],
        }
        return [json.dumps(data, ensure_ascii=False)]
    wide = [
        max((len(text) for text in texts), default=0)
        for texts in (
            [payment.end_to_end for payment in run.payments],
            [payment.name for payment in run.payments],
        )
    ]
    lines = [
        f"{payment.end_to_end:<{wide[0]}} {payment.name:<{wide[1]}} {payment.iban:<22} {format_eur(payment.cents):>18}"
        for payment in run.payments
    ]
    if done.before:
        lines.append(
            f"Schon in einem früheren Lauf: {', '.join(f'{posten} ({runs})' for posten, runs in done.before)}"
        )
    if done.early:
        lines.append(f"Noch nicht lange genug angekündigt: {', '.join(done.early)}")
    lines += [f"Nicht in diesem Lauf: {posten}: {reason}" for posten, reason in done.left]
    lines += [f"Zu beachten: {sentence}" for sentence in done.remarks]
    if arguments.on and run.execution != arguments.on:
        on, day = german.day(arguments.on), german.day(run.execution)
        lines.append(f"Der {on} ist kein Bankarbeitstag (TARGET); die Banken führen am {day} aus.")
    if not done.file:
        nothing = "Nichts zu tun: Bis zu diesem Tag ist nichts fällig."
        sentence = (
            "Keine Zahldatei: Was bis zu diesem Tag fällig ist, bleibt aus den genannten Gründen liegen."
        )
        kept = sentence if done.left else "Kein Lauf: nichts, was fällig ist, gehört hinein."
        return [*lines, kept if lines else nothing, *([done.next_due] if done.next_due else [])]
    front = "Probelauf, nichts wurde geschrieben: " if arguments.dry_run else ""
    count = german.count(len(run.payments), "Zahlung", "Zahlungen")
    return [
        *lines,
        f"{front}{count}, zusammen {format_eur(run.total_cents)} → {done.file}",
    ]


def run_remind(arguments: Arguments) -> int:
    """Write reminders."""
    from kkd_ledger.book.entries.authorisation import name_of
    from kkd_ledger.money import format_eur, plain
    from kkd_ledger.rules.engine.telling import finding_lines
    from kkd_ledger.work.claims.remind import remind

    book = load_to_write(arguments)
    done = remind(
        book,
        arguments.as_of,
        today=arguments.today,
        templates=arguments.templates,
        dry_run=arguments.dry_run,
    )
    findings = done.outcome.findings
    if arguments.json:
        rows = [
            {
                "member": reminder.member,
                "name": name_of(book, reminder.member),
                "stage": reminder.stage,
                "items": list(dict.fromkeys(item.posten for item in reminder.items)),
                "due": [
                    {
                        "posten": item.posten,
                        "day": item.due.isoformat(),
                        "amount": plain(item.open_cents),
                        "interest": plain(item.interest_cents),
                    }
                    for item in reminder.items
                ],
                "total": plain(reminder.total_cents),
                "interest": plain(sum(item.interest_cents for item in reminder.items)),
                "file": reminder.file,
            }
            for reminder in done.letters
        ]
        data = {
            "letters": rows,
            "debited": list(done.debited),
            "settled": list(done.settled),
            "unclear": [{"posten": posten, "money": list(numbers)} for posten, numbers in done.suspense],
            "before": [{"posten": posten, "day": day.isoformat()} for posten, day in done.before],
            "statements_read_until": done.read.isoformat() if done.read else None,
            "findings": [finding.as_json() for finding in findings],
        }
        print(json.dumps(data, ensure_ascii=False))
        return written()
    print("".join(f"{line}\n" for line in _left_out(done, arguments.as_of)), end="")
    wide = max((len(name_of(book, reminder.member)) for reminder in done.letters), default=0)
    for reminder in done.letters:
        total = format_eur(reminder.total_cents)
        print(f"{reminder.stage:<20} {name_of(book, reminder.member):<{wide}} {total:>16}  {reminder.file}")
    front = "Probelauf, nichts wurde geschrieben: " if arguments.dry_run else ""
    print(f"{front}{len(done.letters)} Schreiben")
    print("\n".join(finding_lines(findings)))
    return written()


def _left_out(done: Reminded, as_of: dt.date) -> Iterator[str]:
    """Say which overdue items got no letter, and why; and where there was none."""
    day = german.day(as_of)
    if done.debited:
        yield f"Wir ziehen selbst ein (`kkd collect`), keine Erinnerung: {', '.join(done.debited)}"
    for posten, numbers in done.suspense:
        yield (
            f"Kein Brief wegen {posten}: Vermutlich ist gezahlt, das Geld ist noch ungeklärt "
            f"({', '.join(numbers)}). Ordnen Sie es erst zu (`kkd clear BUCH --list`)."
        )
    if done.settled:
        yield f"Am {day} überfällig, inzwischen nichts mehr offen: {', '.join(done.settled)}"
    for last in sorted({last for _, last in done.before}):
        items = ", ".join(posten for posten, on in done.before if on == last)
        yield f"Schon erinnert am {german.day(last)}, das nächste Schreiben folgt später: {items}"
    if done.letters and (done.read is None or done.read < as_of):
        until = f"nur bis {german.day(done.read)}" if done.read else "noch keine"
        yield (
            f"Kontoauszüge sind {until} eingelesen: Wer danach gezahlt hat, bekommt trotzdem einen Brief. Lesen Sie "
            "sie besser vorher ein (`kkd month`)."
        )
    if not (done.letters or done.debited or done.settled or done.before or done.suspense):
        yield f"Am {day} ist nichts überfällig."
