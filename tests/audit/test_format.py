"""docs/seal-format.md is enough: a verifier of its own, from that page and the standard library alone."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.audit.books import sealed_copy, sealed_office
from tests.samples import replace_once


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verify(book: Path, party: str) -> list[str]:
    """Return the sealed months in the order of sealing; an assertion fails where the chain is broken."""
    name = re.compile(r"(\d{4})/(\1-\d{2})\.(seal|reopen)(-[1-9]\d*)?\.json")
    found = [(path, name.fullmatch(path.relative_to(book).as_posix())) for path in book.glob("*/*.json")]
    links = [(json.loads(path.read_bytes()), path, named) for path, named in found if named]
    links.sort(key=lambda link: int(link[0]["glied"]))
    before, sealed, seals = "", [], {}
    newest, counts = "", {}
    for place, (data, path, named) in enumerate(links, start=1):
        assert data["format"] in {"kkd-abschluss/1", "kkd-abschluss/2"}
        assert data["format"] >= newest, "never back to the first format"
        assert data["buch"] == party
        newest = data["format"]
        assert (data["glied"], data["vorgaenger"]) == (place, before)
        month, before = data["monat"], sha256(path)
        word = "seal" if data["art"] == "abschluss" else "reopen"
        assert (named[2], named[3]) == (month, word)
        count = counts[month, word] = counts.get((month, word), 0) + 1
        assert named[4] == ("" if (word, count) == ("seal", 1) else f"-{count}") or (
            named[4] is None and count == 1
        )
        if data["format"] == "kkd-abschluss/2":
            verify_acts(data)
            for kept in data.get("grundlagen", {}).values():
                assert sha256(book / "grundlagen" / kept) == kept
        if data["art"] == "abschluss":
            assert month not in sealed
            sealed.append(month)
            seals[month] = data
        else:
            assert data["art"] == "wiedereroeffnung"
            assert data["betrifft"] == sealed[sealed.index(month) :]
            sealed = sealed[: sealed.index(month)]
    top = (book / "main.beancount").read_text(encoding="utf-8")
    heads = re.findall(r"^;; Letzter Abschlussnachweis: (\d+) (\S+) ([0-9a-f]{64})$", top, re.MULTILINE)
    last = [(str(len(links)), links[-1][1].relative_to(book).as_posix(), before)] if links else []
    assert heads == last
    assert re.findall(r'^include "\d{4}/(.+)\.beancount"$', top, re.MULTILINE)[: len(sealed)] == sealed
    for month in sealed:
        files = {f"{month[:4]}/{month}{ending}" for ending in (".beancount", ".bank.json")}
        there = {file: sha256(book / file) for file in files if (book / file).exists()}
        assert there == seals[month]["dateien"]
        text = (book / f"{month[:4]}/{month}.beancount").read_bytes().removesuffix(b"\n")
        marks = [hashlib.sha256(entry).hexdigest()[:8] for entry in text.split(b"\n\n")]
        assert "".join(marks) == seals[month]["eintraege"]
    return sealed


def verify_acts(data: dict[str, Any]) -> None:
    """Each act is over the hash of what the link says; signatures have a place and may come later."""
    said = {key: value for key, value in data.items() if key not in {"akte", "unterschriften"}}
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert all(act["sha256"] == hashlib.sha256(text.encode()).hexdigest() for act in data["akte"])
    assert data["unterschriften"] == []


def test_the_page_is_enough_to_verify_a_book(tmp_path: Path) -> None:
    book = sealed_copy(tmp_path)
    assert verify(book.root, "amt") == ["2022-02", "2022-03", "2022-04"]
    for path in book.root.glob("2022/2022-0[234].*"):
        content = path.read_bytes()
        path.write_bytes(content.replace(b"22", b"23", 1))
        with pytest.raises((AssertionError, ValueError)):
            verify(book.root, "amt")
        path.write_bytes(content)
    replace_once(book.top_file, "Abschlussnachweis: 5", "Abschlussnachweis: 4")
    with pytest.raises(AssertionError):
        verify(book.root, "amt")


def test_the_state_behind_a_seal_is_hashed_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("KKD_CACHE", str(cache))
    book = sealed_office(tmp_path)
    seals = [json.loads(path.read_bytes()) for path in book.root.glob("2022/*.seal*.json")]
    states = [path.read_bytes().split(b"\n", 1) for path in cache.glob("*.jsonl")]
    known = [b"".join(text.splitlines(keepends=True)[:2]) for _, text in states]
    assert {hashlib.sha256(text).hexdigest() for text in known} == {seal["stand"] for seal in seals}
