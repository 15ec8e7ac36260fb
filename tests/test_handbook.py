"""The handbook and the how-tos name only commands, switches and findings that exist, and their examples run."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from kkd_ledger.audit.compared import KINDS
from kkd_ledger.book.state.share_standings import ShareStatus
from kkd_ledger.cli import main
from kkd_ledger.rules.engine.check import CATALOGUE
from tests.cli.test_messages import commands
from tests.samples import ROOT

HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))
PAGES = [ROOT / "docs" / "handbuch.md", *HOW_TOS]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|`|[{(|] |&& )kkd ([a-z-]+)(?= |`|$)([^`\n|]*)", re.MULTILINE)


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    """What `kkd COMMAND --help` says, by command."""
    said: dict[str, str] = {}
    for name in commands():
        told = io.StringIO()
        with contextlib.redirect_stdout(told), pytest.raises(SystemExit):
            main([name, "--help"])
        said[name] = told.getvalue()
    return said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_only_commands_and_switches_that_exist_are_named(page: Path, helps: dict[str, str]) -> None:
    text = page.read_text(encoding="utf-8")
    calls = [
        call
        for part in [*BLOCK.findall(text), *re.findall(r"`kkd [^`]*`", text)]
        for call in CALL.findall(part)
    ]
    assert calls
    for name, rest in calls:
        assert name in helps, f"kkd {name}"
        for switch in re.findall(r"--[a-z-]+", rest):
            assert re.search(rf"{switch}\b", helps[name]) or switch == "--help", f"kkd {name} {switch}"


def test_every_command_that_writes_stands_in_the_table_of_ways_back(helps: dict[str, str]) -> None:
    rows = re.findall(r"^\| (`kkd .+?) \|", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`kkd ([a-z-]+)`", row)}
    assert sorted(name for name, text in helps.items() if "--dry-run" in text and name not in told) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    places = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [place for place in places if not (page.parent / place).exists()] == []


def test_the_findings_that_are_named_exist_and_every_status_is_told() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    known = {kind.code for kind in (*CATALOGUE, *KINDS)}
    assert set(re.findall(r"KKD-[A-Z]\d\d", text)) <= known
    for kind in CATALOGUE:
        told = re.search(rf"\| {kind.code} ([^|,…]+?) \|", text)
        assert told is None or kind.title.startswith(told[1])
    assert [status for status in ShareStatus if status not in text] == []


@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.name)
def test_every_how_to_has_examples_and_ci_runs_them_all(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert BLOCK.search(text)
    assert text.count("```sh\n") == text.count("<!-- ci -->\n```sh\n")
    assert "examples.py README.md docs/*.md docs/how-to/*.md\n" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_exit_statuses_of_the_handbook_are_those_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = re.findall(r"^\| (\d+) \| ", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)
    said = capsys.readouterr().out.partition("(exit status):")[2]
    assert told == re.findall(r"\b(\d+) ", said)


def test_every_picture_is_shown_small_and_made_by_a_test() -> None:
    makers = "".join(
        (ROOT / "tests" / "browser" / name).read_text("utf-8")
        for name in ("test_pictures.py", "test_pages.py")
    )
    shown = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *PAGES))
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    assert len(pictures) == 11
    for picture in pictures:
        assert f"pictures/{picture.name})" in shown
        assert f'"{picture.stem}"' in makers
        assert picture.stat().st_size <= 150_000, "a clone stays small"
