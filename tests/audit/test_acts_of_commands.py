"""Every command that writes: each person it names acts exactly once over what it wrote, or it names nobody, and why.

The commands are those of the fault tests, which have a scenario for each of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.rules.engine.check import check
from tests.faults.every_command import SCENARIOS

NOBODY: Final = {
    "open": "an empty month says nothing",
    "adopt": "takes over what the agreement says, which two persons confirm (KKD-G01)",
    "format": "moves blanks only",
    "archive": "makes of a file what a fixed rule makes of it; the certificate's hashes prove it",
    "import": "a job books under its general order (anordnung), and never acts as a person",
    "month": "a job books under its general order (anordnung), and never acts as a person",
    "demand": "a letter about a claim that was ordered; it moves no money",
    "remind": "a letter about a claim that was ordered; it moves no money",
    "delta": "a letter about a claim that was ordered; it moves no money",
    "proposal": "proposes: who certifies and orders it acts when it is applied",
}
"""Commands (or scenarios of them) that write and name nobody, each with the reason."""
PERSONS: Final = (
    "--by",
    "--and",
    "--certified-by",
    "--ordered-by",
    "--prepared-by",
    "--released-by",
)
ACT: Final = re.compile(r'custom "akt" "\d+" "([^"]+)" "([^"]+)"')


def acts(book: Path) -> Counter[tuple[str, str]]:
    """Return the acts in a book's months and closing proofs: what, and who."""
    found: Counter[tuple[str, str]] = Counter()
    for path in book.glob("2*/*.beancount"):
        found.update((deed, person) for deed, person in ACT.findall(path.read_text(encoding="utf-8")))
    for path in [*book.glob("2*/*.seal*.json"), *book.glob("2*/*.reopen*.json")]:
        found.update((one["was"], one["person"]) for one in json.loads(path.read_bytes())["akte"])
    return found


def named(words: tuple[str, ...]) -> set[str]:
    return {words[at + 1] for at, word in enumerate(words) if word in PERSONS}


def run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Counter[tuple[str, str]]]:
    """Run a scenario's command; return its book, and the acts that it wrote."""
    scenario = SCENARIOS[name]
    scenario.build(folder)
    book, words = folder / scenario.book, list(scenario.words)
    if name == "budget":  # a name is asked for where an appropriation is corrected, and may always be given
        words += ["--by", "S. Muster"]
    before = acts(book)
    monkeypatch.chdir(folder)
    assert main(words) in ({0, 1, 3} if words[0] == "month" else {0, 1})
    return book, acts(book) - before


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_person_acts_once(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, wrote = run(name, tmp_path, monkeypatch)
    words = (*SCENARIOS[name].words, *(("--by", "S. Muster") if name == "budget" else ()))
    persons = named(words)
    if name in NOBODY or words[0] in NOBODY:
        assert (persons, wrote) == (set(), Counter())
        return
    assert persons
    assert {person for _, person in wrote} == persons
    several = {act: count for act, count in wrote.items() if count > 1}
    months = len({path.stem for path in book.glob("2*/*.beancount")})
    assert not several or words[0] in {"close", "receive"}, (
        "one act each, but for several months or documents"
    )
    assert all(count <= max(months, 2) for count in several.values())
    told = [*check(load_book(book), full=True), *compared(load_book(book), full=True)]
    assert [
        one for one in told if one.kind.code in {"KKD-Z09", "KKD-Z10", "KKD-Z11", "KKD-T06", "KKD-T07"}
    ] == []


def test_the_named_commands_are_commands() -> None:
    assert NOBODY.keys() <= {*SCENARIOS, *(one.words[0] for one in SCENARIOS.values())}


# --------------------------------------------------------------------------- what persons answer for is compared


def in_json(file: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def changed(book: Path) -> None:
        (path,) = book.glob(file)
        data = json.loads(path.read_bytes())
        change(data)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")

    return changed


def removed(file: str) -> Callable[[Path], object]:
    return lambda book: [path.unlink() for path in book.glob(file)]


def copied(file: str, name: str) -> Callable[[Path], object]:
    def put(book: Path) -> None:
        (path,) = book.glob(file)
        path.with_name(name).write_bytes(path.read_bytes())

    return put


RUN, CANCELLED, BANK = "zahlungen/pain001*.json", "zahlungen/storno*.json", "2022/2022-03.bank.json"
TAMPERED = {
    "who prepared a run": ("pay", in_json(RUN, lambda run: run.update({"vorbereitet-von": "X"})), "KKD-T06"),
    "who released a run": ("pay", in_json(RUN, lambda run: run.update({"freigegeben-von": "X"})), "KKD-T06"),
    "the amount of a run": ("pay", in_json(RUN, lambda run: run.update(summe="1.00")), "KKD-T06"),
    "the day of a run": ("pay", in_json(RUN, lambda run: run.update(ausfuehrung="2022-06-30")), "KKD-T06"),
    "a run removed": ("pay", removed("zahlungen/pain001*"), "KKD-T06"),
    "a run put in": ("pay", copied(RUN, "pain001-2022-05-20-002.json"), "KKD-T07"),
    "an account in the payment file": (
        "pay",
        lambda book: [
            path.write_text(path.read_text("utf-8").replace("DE09", "DE42"), "utf-8")
            for path in book.glob("zahlungen/*.xml")
        ],
        "KKD-T06",
    ),
    "who took a run back": ("cancel", in_json(CANCELLED, lambda one: one.update(grund="anders")), "KKD-T06"),
    "a note that a run was taken back, removed": ("cancel", removed(CANCELLED), "KKD-T06"),
    "a collection": (
        "collect",
        in_json("zahlungen/pain008*.json", lambda run: run.update(tag="2022-05-19")),
        "KKD-T06",
    ),
    "who decided": (
        "decide",
        in_json(BANK, lambda one: one["entscheidungen"][0].update(von="L. Beispiel")),
        "KKD-T06",
    ),
    "why it was decided": (
        "decide",
        in_json(BANK, lambda one: one["entscheidungen"][0].update(grund="Irrtum")),
        "KKD-T06",
    ),
    "when it was decided": (
        "decide",
        in_json(BANK, lambda one: one["entscheidungen"][0].update(am="2022-03-01")),
        "KKD-T06",
    ),
    "a decision removed": ("decide", in_json(BANK, lambda one: one.pop("entscheidungen")), "KKD-T06"),
    "a decision put in twice": (
        "decide",
        in_json(BANK, lambda one: one["entscheidungen"].append(one["entscheidungen"][0])),
        "KKD-T07",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_persons_answer_for_cannot_change_unseen(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, change, code = TAMPERED[what]
    book, _ = run(name, tmp_path, monkeypatch)
    before = {one.kind.code for one in compared(load_book(book), full=True)}
    change(book)
    capsys.readouterr()
    assert main(["check", str(book), "--full"]) == 1
    assert f"    {code} (" in capsys.readouterr().out
    assert code not in before


def test_what_nobody_answers_for_is_confirmed_by_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of before there were acts keeps money from moving until two persons answer for it."""
    book, _ = run("pay", tmp_path, monkeypatch)
    copied(RUN, "pain001-2022-05-10-001.json")(book)
    pay = ["pay", str(book), *SCENARIOS["pay"].words[2:]]
    assert main(pay) == 3
    assert "KKD-T07 kein Akt steht dafür ein" in capsys.readouterr().err
    both = ["--by", "S. Muster", "--and", "L. Beispiel"]
    assert main(["confirm", str(book), *both, "--today", "2022-05-20"]) == 0
    assert "zahlungen/pain001-2022-05-10-001.json" in capsys.readouterr().out
    assert [one for one in compared(load_book(book), full=True) if one.kind.code == "KKD-T07"] == []
    assert main(pay) == 0
    assert main(["confirm", str(book), *both, "--today", "2022-05-20"]) == 0
    assert "es ist schon alles bestätigt" in capsys.readouterr().out
