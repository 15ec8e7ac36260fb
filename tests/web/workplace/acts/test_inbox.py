"""Posteingang: files are looked at, put into the inbox or not, and nothing is booked by that."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import Office, text_of

HOSTILE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "biedenkopf")


def drop(office: Office, *files: tuple[str, bytes]) -> TestResponse:
    data = {"dateien": [(io.BytesIO(content), name) for name, content in files]}
    return office.client.post("/kkd/biedenkopf/tun/ablegen", data=data)


def test_a_statement_is_told_and_lies_in_the_inbox(office: Office) -> None:
    file = office.book.root / "inbox" / "2024-03.xml"
    content = file.read_bytes()
    file.unlink()
    before = tree(office.folder)
    page = drop(office, ("Ablage/2024-03.xml", content))
    assert "wird gebucht" in text_of(page)
    assert "neue Umsätze" in text_of(page)
    after = tree(office.folder)
    assert {name for name in after if after[name] != before.get(name)} == {"biedenkopf/inbox/2024-03.xml"}
    assert file.read_bytes() == content
    inbox = text_of(office.get("posteingang"))
    assert "2024-03.xml" in inbox


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bild.png", b"\x89PNG\r\n"),
        ("leer.xml", b""),
        ("boese.xml", HOSTILE),
        ("rechnung.pdf", b"%PDF-1.4 kaputt"),
    ],
)
def test_what_is_nothing_we_know_is_not_kept(office: Office, name: str, content: bytes) -> None:
    before = tree(office.folder)
    page = text_of(drop(office, (name, content)))
    assert "Keine der Dateien ist behalten" in page
    assert "erledigt" not in page
    assert "/tmp" not in page
    assert tree(office.folder) == before


def test_what_was_imported_is_known_and_not_kept(office: Office) -> None:
    [first, *_] = sorted((office.book.root / "originale").glob("*.xml"))
    page = text_of(drop(office, ("noch-einmal.xml", first.read_bytes())))
    assert "ist schon bekannt" in page
    assert not (office.book.root / "inbox" / "noch-einmal.xml").exists()


@pytest.mark.parametrize(
    "name", ["../../book.toml", "..", ".versteckt", "a/b/c.xml", "x" * 300 + ".xml", "ä<ö>.xml"]
)
def test_whatever_a_file_is_called_it_lies_in_the_inbox(office: Office, name: str) -> None:
    content = (office.book.root / "inbox" / "2024-04.xml").read_bytes()
    before = set(tree(office.folder))
    drop(office, (name, content.replace(b"2024-04-3", b"2024-04-2")))
    new = set(tree(office.folder)) - before
    assert all(Path(file).parent.as_posix() == "biedenkopf/inbox" for file in new), new


def test_two_files_of_one_name_both_stay(office: Office) -> None:
    folder = office.book.root / "inbox"
    content = (folder / "2024-04.xml").read_bytes()
    (folder / "2024-03.xml").write_bytes(b"etwas anderes")
    drop(office, ("2024-03.xml", content))
    assert (folder / "2024-03-2.xml").read_bytes() == content
    assert (folder / "2024-03.xml").read_bytes() == b"etwas anderes"


def test_no_file_is_told(office: Office) -> None:
    assert "keine Datei gewählt" in text_of(drop(office))


def test_the_operator_takes_no_demands(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "landkreis")
    data = {"dateien": [(io.BytesIO(b"%PDF-1.7 x"), "rechnung.pdf")]}
    page = text_of(office.client.post("/kkd/landkreis/tun/ablegen", data=data))
    assert "gehört nicht hierher" in page
