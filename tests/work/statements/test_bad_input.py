"""Bad input comes through the command line: exit 3 with file, place, found and allowed; nothing has changed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import sample_books, tree

STATEMENT = "landkreis/inbox/2024-03.xml"
AGREEMENT = "kkd/agreement.toml"


def kkd(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does."""
    command = [sys.executable, "-m", "kkd_ledger.cli", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def changed(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Change the first occurrence of a text."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def cut_in_half(folder: Path) -> None:
    content = (folder / STATEMENT).read_bytes()
    (folder / STATEMENT).write_bytes(content[: len(content) // 2])


IMPORT = ("import", "landkreis", STATEMENT, "--today", "2024-03-31")
CHECK = ("check", "landkreis")
POST = ("post", "landkreis", "--today", "2024-02-29")
SHARES = ("shares", AGREEMENT)
FLOAT_RATE = changed(AGREEMENT, 'rate = "0.65"', "rate = 0.655")
CASES: dict[str, tuple[Callable[[Path], None], tuple[str, ...], tuple[str, ...]]] = {
    "an unknown member": (
        changed(AGREEMENT, 'member = "amoeneburg"', 'member = "nirgendwo"'),
        SHARES,
        ("agreement.toml: ", "nirgendwo"),
    ),
    "a negative rate": (changed(AGREEMENT, 'rate = "0.65"', 'rate = "-0.65"'), SHARES, ("rate", "-0.65")),
    "overlapping stages": (
        changed(
            AGREEMENT,
            'from = 2022-01-01\nrate = "0.65"',
            'from = 2022-01-01\nto = 2023-06-30\nrate = "0.65"\n\n'
            '[[components.rates]]\nfrom = 2023-01-01\nrate = "0.70"',
        ),
        SHARES,
        ("rates",),
    ),
    "a float with three decimals": (FLOAT_RATE, SHARES, ("rate", "0.655")),
    "a missing population": (changed(AGREEMENT, "06534001 = 4963\n", ""), SHARES, ("amoeneburg",)),
    "reversed dates": (
        changed(AGREEMENT, "from = 2022-01-01\nto = 2026-12-31", "from = 2026-12-31\nto = 2022-01-01"),
        SHARES,
        ("2022-01-01",),
    ),
    "the same through a book": (FLOAT_RATE, POST, ("rate", "0.655")),
    "no agreement at all": (lambda folder: (folder / AGREEMENT).unlink(), CHECK, ("agreement.toml",)),
    "a foreign plugin": (
        changed("landkreis/main.beancount", 'plugin "kkd_ledger.plugins"', 'plugin "os"'),
        CHECK,
        ("main.beancount: Zeile ", 'plugin "os"', "kkd_ledger.plugins oder eine seiner Regeln"),
    ),
    "a foreign plugin in a month's file": (
        changed(
            "landkreis/2024/2024-01.beancount", "\n2024-01-01 custom", '\nplugin "os"\n\n2024-01-01 custom'
        ),
        CHECK,
        ("2024/2024-01.beancount", 'plugin "os"'),
    ),
    "a foreign extension of Fava": (
        changed("landkreis/2023/2023-10.beancount", '"kkd_ledger.web.fava_page"', '"antigravity"'),
        CHECK,
        ("2023/2023-10.beancount", 'custom "fava-extension"', "nur kkd_ledger.web.fava_page"),
    ),
    "an include from elsewhere": (
        changed("landkreis/main.beancount", 'include "2024/2024-02.beancount"', 'include "/etc/passwd"'),
        CHECK,
        ("/etc/passwd", "Monatsdateien wie 2023/2023-10.beancount"),
    ),
    "a statement cut in half": (cut_in_half, IMPORT, ("2024-03.xml",)),
    "another account's statement": (
        changed(STATEMENT, "DE19999999996534000000", "DE41999999990065340040"),
        IMPORT,
        ("Konto DE41999999990065340040", "Konto DE19999999996534000000"),
    ),
    "a statement whose balances do not add up": (
        changed(
            STATEMENT,
            '<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">',
            '<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1',
        ),
        IMPORT,
        ("Endsaldo", "Anfangssaldo + Umsätze = Endsaldo"),
    ),
    "a missing statement in between": (
        lambda folder: None,
        ("import", "landkreis", "landkreis/inbox/2024-04.xml", "--today", "2024-04-30"),
        ("Anfangssaldo", "vermutlich fehlt ein Auszug dazwischen"),
    ),
    "a book without its month": (
        lambda folder: (folder / "landkreis/2024/2024-01.beancount").unlink(),
        CHECK,
        ("2024-01.beancount", "keine Datei"),
    ),
    "an unknown key in book.toml": (
        changed("landkreis/book.toml", "[policy]", '[policy]\nfarbe = "rot"'),
        CHECK,
        ("book.toml", "policy.farbe"),
    ),
    "an unknown party in book.toml": (
        changed("landkreis/book.toml", 'party = "landkreis"', 'party = "mond"'),
        CHECK,
        ("book.toml", "'mond'", "biedenkopf"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_and_loses_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change, command, words = CASES[name]
    folder = sample_books(tmp_path)
    change(folder)
    before = tree(folder)
    monkeypatch.chdir(folder)
    status = main(command)
    told = "".join(capsys.readouterr())
    for word in words:
        assert word in told
    assert status == 3, told
    assert "gefunden: " in told
    assert "erlaubt: " in told
    assert tree(folder) == before


def test_the_monthly_run_sets_a_broken_file_aside_with_its_reason(tmp_path: Path) -> None:
    folder = sample_books(tmp_path)
    cut_in_half(folder)
    done = kkd(folder, "month", "landkreis", "2024-03", "--today", "2024-03-31")
    assert (done.returncode, done.stderr) == (3, "")
    assert "ABGELEHNT 2024-03.xml" in done.stdout
    aside = folder / "landkreis/inbox/rejected"
    assert sorted(path.name for path in aside.iterdir()) == ["2024-03.xml", "2024-03.xml.grund.txt"]
    assert "erlaubt: " in (aside / "2024-03.xml.grund.txt").read_text(encoding="utf-8")
    again = tree(folder)
    reminded = kkd(folder, "month", "landkreis", "2024-03", "--today", "2024-03-31")
    assert (reminded.returncode, reminded.stderr) == (1, "")
    assert "In inbox/rejected/ liegt eine abgelehnte Datei: 2024-03.xml;" in reminded.stdout
    assert tree(folder) == again
    for path in aside.iterdir():
        path.unlink()
    assert kkd(folder, "month", "landkreis", "2024-03", "--today", "2024-03-31").returncode == 0
