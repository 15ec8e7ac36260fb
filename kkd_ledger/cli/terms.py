"""`kkd agreement`: what the agreement file says, as people read it."""

from __future__ import annotations

from kkd_ledger.cli.shell import parsing
from kkd_ledger.cli.shell.parsing import Arguments, Commands
from kkd_ledger.cli.shell.tables import add_as_of, print_json, write_file
from kkd_ledger.errors import EXIT_GOOD


def register(commands: Commands) -> None:
    """Add the command."""
    agreement = commands.add("agreement", run, "zeigt die Vereinbarung in Sätzen, mit einem gerechneten Jahr")
    agreement.add_argument("action", choices=("show",), metavar="WAS", help="`show`: zeigt sie in Sätzen")
    agreement.add_argument("agreement", type=parsing.path, metavar="VEREINBARUNG", help="agreement.toml")
    agreement.add_argument(
        "--pdf",
        type=parsing.path,
        metavar="DATEI",
        help="schreibt sie als PDF, zum Unterschreiben als Anlage",
    )
    add_as_of(agreement)


def run(arguments: Arguments) -> int:
    """Print the agreement as sentences, or write it as PDF."""
    from kkd_ledger.agreement import load, readable

    version = readable(load(arguments.agreement), arguments.as_of)
    if arguments.json:
        print_json(version.as_json())
    elif arguments.pdf is None:
        print(version.text())
    else:
        write_file(arguments.pdf, version.as_pdf())
        print(f"Geschrieben: {arguments.pdf}")
    return EXIT_GOOD
