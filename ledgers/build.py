"""Makes the sample books anew by `kkd` commands: `python ledgers/build.py FOLDER`.

FOLDER gets a copy of the agreement and of both book.toml, and then everything else by the commands below; the second
cooperation is made of its answers alone (`school.py`). What the project holds under ledgers/ is exactly the result (a
test compares every byte).
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from pathlib import Path

from kkd_ledger.cli import main

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import school  # noqa: E402 - stands beside this file, not in a package
import statements  # noqa: E402

CERTIFIER, ORDERER = "S. Muster", "L. Beispiel"  # invented persons
IMPORTED = ("2023-11", "2023-12", "2024-02")
KEY = f"{statements.TOWN}/originale/hmac.key"
WAITING = ("2024-03", "2024-04")


def build(folder: Path) -> None:
    """Make both sides' books in a folder that does not exist yet."""
    shutil.copytree(HERE / "kkd", folder / "kkd")
    for party in (statements.COUNTY, statements.TOWN):
        (folder / party).mkdir()
        shutil.copy(HERE / party / "book.toml", folder / party / "book.toml")
    (folder / statements.TOWN / "originale").mkdir(mode=0o700)
    shutil.copy(
        HERE / KEY, folder / KEY
    )  # each book gets its own at random; the sample's is the same for everybody
    waiting = folder / "statements"
    statements.write(folder / "kkd" / "agreement.toml", waiting)
    for party in (statements.COUNTY, statements.TOWN):
        _build_book(folder / party, waiting / party)
    shutil.rmtree(waiting)
    school.build(HERE, folder, kkd)


def _build_book(book: Path, bank: Path) -> None:
    people = ("--certified-by", CERTIFIER, "--ordered-by", ORDERER)
    kkd("open", book, "2023-10")
    kkd("adopt", book, "--today", "2023-10-02")
    kkd("year", book, "2022", "aufgestellt", "--by", ORDERER, "--today", "2023-10-02")
    if book.name == statements.TOWN:
        kkd("budget", book, "2023", "22.000,00", "--kind", "ansatz", "--today", "2023-10-02")
        kkd("budget", book, "2024", "16.000,00", "--kind", "ansatz", "--today", "2023-10-02")
    kkd("post", book, "--today", "2023-10-02", *people)
    for month in ("2023-11", "2023-12"):
        kkd("open", book, month)
        kkd("import", book, bank / f"{month}.xml", "--today", f"{month}-30")
    kkd("open", book, "2024-01")
    kkd("year", book, "2023", "vorläufig-abgeschlossen", "--by", ORDERER, "--today", "2024-01-15")
    kkd("post", book, "--today", "2024-01-15", *people)
    kkd("open", book, "2024-02")
    kkd("import", book, bank / "2024-02.xml", "--today", "2024-02-29")
    (book / "inbox").mkdir(exist_ok=True)
    for month in WAITING:
        shutil.copy(bank / f"{month}.xml", book / "inbox" / f"{month}.xml")
    shutil.rmtree(book / ".kkd")


def kkd(*words: object) -> None:
    """Run one command; anything but success ends the build with what the command said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main([str(word) for word in words])
    if status:
        raise SystemExit(f"kkd {' '.join(map(str, words))}: {status}\n{said.getvalue()}")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
