"""`kkd statement --explain`: every reason why a file waits, on a real book, and each way out of it that it prints."""

import json
import shlex
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import compared
from kkd_ledger.bank.continuity.waiting import WaitingKind
from kkd_ledger.book.certificate import Certificates
from kkd_ledger.book.config import Book
from kkd_ledger.cli import main
from kkd_ledger.work.decisions.explaining import FileOutlook, explained
from kkd_ledger.work.month.month import run_month
from tests.bank.continuity.waiting_kinds import SCENARIOS, Scenario
from tests.bank.writing import camt, mt940
from tests.samples import by_us, tree
from tests.work.decisions.test_decide_files import APRIL, TODAY, bank_cents, drop

KINDS = list(WaitingKind)
BY_PERSON = ("--by", "S. Muster", "--reason", "mit der Bank geklärt", "--today", TODAY.isoformat())


def put(book: Book, scenario: Scenario, kind: WaitingKind) -> None:
    """Let what is known be booked and the last file come; what contradicts each other comes together."""
    for number, statement in enumerate(scenario.known):
        content = mt940(statement).encode() if statement.kind == "MT940" else camt(statement)
        drop(book, f"bekannt-{number}.x", content)
        if kind != WaitingKind.CONTRADICTED:
            run_month(book, APRIL, today=TODAY)
    drop(book, "zweifel.x", camt(scenario.waits))


def waiting(book: Book) -> list[str]:
    return [file.path.name for file in explained(book, (), TODAY) if file.outlook == FileOutlook.WAITS]


def kkd(*words: str) -> int:
    return main([*words])


@pytest.mark.parametrize("kind", KINDS)
def test_every_reason_is_explained_and_certified(
    amt: Book, kind: WaitingKind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = SCENARIOS[kind]
    put(amt, scenario, kind)
    before = tree(amt.root)
    assert kkd("statement", "--explain", str(amt.root), "--json", "--today", str(TODAY)) == 1
    files = {data["file"]: data for data in map(json.loads, capsys.readouterr().out.splitlines())}
    told = files["zweifel.x"]
    kinds = {reason["reason"] for file in files.values() for reason in file["reasons"]}
    assert str(kind) in kinds, told
    (reason,) = told["reasons"]
    assert [problem["found"] for problem in told["problems"]] == [reason["found"]]
    assert (reason["settled_by"] is None) == (scenario.settles is None)
    verdicts = [decision["verdict"] for decision in told["decisions"]]
    assert verdicts == (["neu", "fremd"] if kind == WaitingKind.CONTRADICTED else ["neu", "bekannt", "fremd"])
    assert kkd("statement", "--explain", str(amt.root), "--today", str(TODAY)) == 1
    text = capsys.readouterr().out
    assert f"Warum: {reason['found']}." in text
    assert "zweifel.x: wartet\n" in text
    assert all(decision["command"] in text for decision in told["decisions"])
    assert tree(amt.root) == before, "nothing is written"

    elsewhere = tmp_path / "zweifel.x"  # a file that has not been delivered yet
    elsewhere.write_bytes((amt.root / "inbox/zweifel.x").read_bytes())
    (amt.root / "inbox/zweifel.x").unlink()
    assert kkd("statement", str(elsewhere), "--explain", str(amt.root), "--json", "--today", str(TODAY)) == 1
    assert json.loads(capsys.readouterr().out)["reasons"] == told["reasons"]
    drop(amt, "zweifel.x", elsewhere.read_bytes())

    run_month(amt, APRIL, today=TODAY)
    certified = Certificates(amt.root).month(APRIL).waiting
    assert {one.reason for one in certified} == kinds
    mine = [one for one in certified if one.from_day == scenario.waits.from_day]
    assert any(reason["found"] in one.text for one in mine)
    assert waiting(amt) == sorted(name for name, data in files.items() if data["outlook"] == "waits")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if SCENARIOS[kind].settles])
def test_the_statement_that_it_names_settles_it(amt: Book, kind: WaitingKind) -> None:
    scenario = SCENARIOS[kind]
    put(amt, scenario, kind)
    run_month(amt, APRIL, today=TODAY)
    assert waiting(amt) == ["zweifel.x"]
    assert scenario.settles
    drop(amt, "ganz.x", camt(scenario.settles))
    assert waiting(amt) == []
    run_month(amt, APRIL, today=TODAY)
    assert waiting(amt) == []
    assert Certificates(amt.root).month(APRIL).waiting == ()
    assert compared(amt, full=True) == ()


def decided(book: Book, name: str, verdict: str) -> None:
    """Carry out the command that is printed for a file and a verdict."""
    (file,) = explained(book, [book.root / "inbox" / name], TODAY)
    (decision,) = [one for one in file.decisions if str(one.verdict) == verdict]
    words = shlex.split(decision.command.removesuffix(" --by NAME --reason GRUND"))
    assert kkd(*words[1:], *BY_PERSON) == 0
    run_month(book, APRIL, today=TODAY)


@pytest.mark.parametrize("verdict", ["neu", "bekannt", "fremd"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != WaitingKind.CONTRADICTED])
def test_each_command_that_it_prints_leads_on(amt: Book, kind: WaitingKind, verdict: str) -> None:
    put(amt, SCENARIOS[kind], kind)
    run_month(amt, APRIL, today=TODAY)
    decided(amt, "zweifel.x", verdict)
    assert waiting(amt) == []
    assert Certificates(amt.root).month(APRIL).waiting == ()
    assert compared(amt, full=True) == ()
    assert not [one for one in by_us(amt.root) if "(fehler)" in one]


@pytest.mark.parametrize("right", ["bekannt-0.x", "zweifel.x"])
@pytest.mark.parametrize("first", [("neu", "fremd"), ("fremd",)])
def test_of_two_files_that_contradict_a_person_says_which_is_right(
    amt: Book, right: str, first: tuple[str, ...]
) -> None:
    """Whichever is right, and whether it is called new first or the other one not ours: its lines alone are booked."""
    put(amt, SCENARIOS[WaitingKind.CONTRADICTED], WaitingKind.CONTRADICTED)
    run_month(amt, APRIL, today=TODAY)
    assert (waiting(amt), bank_cents(amt)) == (["bekannt-0.x", "zweifel.x"], [])
    (wrong,) = {"bekannt-0.x", "zweifel.x"} - {right}
    for verdict in first:
        decided(amt, right if verdict == "neu" else wrong, verdict)
    assert waiting(amt) == []
    assert sorted(bank_cents(amt)) == ([300] if right == "zweifel.x" else [100, 200])
    assert compared(amt, full=True) == ()


def test_what_a_run_takes_is_explained_as_well(amt: Book, capsys: pytest.CaptureFixture[str]) -> None:
    first = SCENARIOS[WaitingKind.NOT_JOINED].known[0]
    drop(amt, "a.x", camt(first))
    drop(amt, "brief.txt", b"guten Tag")
    assert kkd("statement", "--explain", str(amt.root), "--today", str(TODAY)) == 3
    text = capsys.readouterr().out
    assert (
        "a.x: wird gebucht\n  ein Auszug (053) 01.03.2022 bis 10.03.2022: 0,00 EUR bis 1,00 EUR: 1 neuer"
        in text
    )
    assert "brief.txt: wird abgelehnt\n  Warum: brief.txt: " in text
    assert text.count("kkd decide") == 1, "what nobody can read is only not ours"
    (amt.root / "inbox/brief.txt").unlink()
    run_month(amt, APRIL, today=TODAY)
    drop(amt, "a.x", camt(first))
    assert kkd("statement", "--explain", str(amt.root), "--today", str(TODAY)) == 0
    assert "a.x: ist schon bekannt" in capsys.readouterr().out
    run_month(amt, APRIL, today=TODAY)
    assert kkd("statement", "--explain", str(amt.root), "--today", str(TODAY)) == 0
    assert capsys.readouterr().out == "Im Posteingang liegt kein Kontoauszug.\n"


def test_only_the_lines_in_doubt_are_called_known(amt: Book) -> None:
    put(amt, SCENARIOS[WaitingKind.NEW_OR_KNOWN], WaitingKind.NEW_OR_KNOWN)
    (file,) = explained(amt, (), TODAY)
    _, known, _ = file.decisions
    assert "--known --day 2022-03-05 --by NAME" in known.command
    assert known.effect == "was fraglich ist, ist schon gebucht; gebucht wird nur, was sonst neu ist"


def test_without_a_book_a_file_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        kkd("statement")
    assert end.value.code == 2
    assert "kkd statement: es fehlt: DATEI (oder --explain BUCH)" in capsys.readouterr().err
