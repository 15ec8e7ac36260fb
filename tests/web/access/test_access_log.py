"""The access log: what stands in it, and that nobody changes it unseen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from kkd_ledger.web.access.access_log import AccessLog, LogLine, lines, verified
from tests.web.access.conftest import ORIGIN, House, log_in, token_of


def said(house: House) -> list[tuple[str, str, str, int]]:
    read = [json.loads(line) for line in lines(house.door.log.file)]
    return [(line["wer"], line["bekannt"], line["was"], line["status"]) for line in read]


def test_logins_and_acts_are_logged_and_looks_are_not(locked: House) -> None:
    browser = locked.browser()
    log_in(browser, password="falsch")
    log_in(browser)
    browser.get("/kkd/biedenkopf/anteile")
    token = token_of(browser.get("/kkd/biedenkopf/"))
    browser.post("/kkd/abmelden", data={"csrf_token": "falsch"}, headers={"Origin": ORIGIN})
    browser.post("/kkd/abmelden", data={"csrf_token": token}, headers={"Origin": ORIGIN})
    assert said(locked) == [
        ("muster", "", "POST /kkd/anmelden", 401),
        ("muster", "kennwort", "POST /kkd/anmelden", 303),
        ("muster", "kennwort", "POST /kkd/abmelden", 400),
        ("muster", "kennwort", "POST /kkd/abmelden", 303),
    ]
    assert json.loads(next(lines(locked.door.log.file)))["zeit"] == "1970-01-01T00:16:40+00:00"
    assert oct(locked.door.log.file.stat().st_mode)[-3:] == "600"


def test_what_somebody_tried_breaks_no_line(locked: House) -> None:
    log_in(locked.browser(), 'x"\n{"wer": "muster"}' + "y" * 200)
    [line] = lines(locked.door.log.file)
    assert len(json.loads(line)["wer"]) <= 64
    assert verified(locked.door.log.file).broken == ()


@pytest.fixture
def log(locked: House) -> AccessLog:
    for number in range(5):
        locked.door.log.write(LogLine("muster", "kennwort", f"POST /{number}", 303, "127.0.0.1"))
    return locked.door.log


def changed(all_lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"POST /2", b"POST /9") for line in all_lines]


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        (changed, (4,)),
        (lambda all_lines: all_lines[:2] + all_lines[3:], (3,)),
        (lambda all_lines: all_lines[1:], (1,)),
        (lambda all_lines: [*all_lines[:3], all_lines[2], *all_lines[3:]], (4,)),
        (lambda all_lines: [all_lines[1], all_lines[0], *all_lines[2:]], (1, 2, 3)),
        (lambda all_lines: [*all_lines, b"no JSON"], (6,)),
        (lambda all_lines: [*all_lines, b"[1]"], (6,)),
    ],
)
def test_a_line_changed_put_in_or_taken_out_shows(
    log: AccessLog, tamper: Callable[[list[bytes]], list[bytes]], broken: tuple[int, ...]
) -> None:
    assert verified(log.file).broken == ()
    log.file.write_bytes(b"".join(line + b"\n" for line in tamper([*lines(log.file)])))
    assert verified(log.file).broken == broken


def test_lines_cut_off_show_to_who_kept_a_hash(log: AccessLog) -> None:
    head = verified(log.file).last_sha256
    assert verified(log.file, head).has_head
    log.file.write_bytes(b"".join(line + b"\n" for line in [*lines(log.file)][:4]))
    assert verified(log.file).broken == ()
    assert not verified(log.file, head).has_head


def test_a_torn_line_stays_and_the_next_ones_follow_it(log: AccessLog) -> None:
    with log.file.open("ab") as file:
        file.write(b'{"zeit": "19')
    log.write(LogLine("muster", "", "POST /x", 303, ""))
    log.write(LogLine("muster", "", "POST /y", 303, ""))
    assert verified(log.file).broken == (6,)
    assert verified(log.file).line_count == 8


def test_where_the_log_takes_nothing_nobody_acts(locked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = locked.browser()
    log_in(browser)
    before, write = len(said(locked)), os.write

    def full(handle: int, text: bytes) -> int:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "write", full)
    token = token_of(browser.get("/kkd/biedenkopf/"))
    form = {"csrf_token": token}
    browser.post("/kkd/abmelden", data=form | {"csrf_token": "x"}, headers={"Origin": ORIGIN})
    refused = browser.post("/kkd/abmelden", data=form, headers={"Origin": ORIGIN})
    assert refused.status_code == 503
    assert "Zugriffsprotokoll nimmt nichts an" in refused.text
    assert browser.get("/kkd/biedenkopf/").status_code == 200
    monkeypatch.setattr(os, "write", write)
    assert browser.post("/kkd/abmelden", data=form, headers={"Origin": ORIGIN}).status_code == 303
    assert len(said(locked)) == before + 3, "what could not be written then stands there now"
    assert verified(locked.door.log.file).broken == ()


def test_the_command_reckons_the_chain(log: AccessLog, capsys: pytest.CaptureFixture[str]) -> None:
    folder: Path = log.file.parent.parent
    command = ["user", "log", "--verify", "--persons", str(folder)]
    assert main(command) == 0
    told = capsys.readouterr().out
    head = verified(log.file).last_sha256
    assert f"5 Zeilen in ununterbrochener Kette. Die letzte (zum Aufbewahren): {head}" in told
    assert main([*command, "--head", head[:12]]) == 0
    assert main([*command, "--head", "0" * 64]) == 1
    log.file.write_bytes(b"".join(line + b"\n" for line in changed([*lines(log.file)])))
    capsys.readouterr()
    assert main(command) == 1
    assert "Zeile 4: folgt nicht auf die Zeile davor" in capsys.readouterr().out
    assert main(["user", "log", "--last", "2", "--persons", str(folder)]) == 0
    assert capsys.readouterr().out.count("\n") == 2
