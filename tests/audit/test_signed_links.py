"""Closes and reopenings signed by their persons: verified from the book alone; whatever is changed or gone is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.audit.close import close
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.topfile import read as read_top
from kkd_ledger.errors import EntryRefused
from kkd_ledger.persons.roles import PersonRefused
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import open_month
from tests.audit.books import FEBRUARY, MARCH
from tests.persons.keys_at_hand import Passkey, edwards, elliptic, signer_of
from tests.samples import posted_three, replace_once

FIRST, SECOND = "A. Leitung", "B. Prüfung"
TODAY = dt.date(2022, 4, 1)
Keys = Mapping[str, Passkey]


def keys() -> Keys:
    return {FIRST: Passkey(elliptic), SECOND: Passkey(edwards)}


def office(folder: Path, at_hand: Keys, policy: str = "") -> Book:
    """The office with both persons' keys, before its first close."""
    book = posted_three(folder, "amt")
    settings = book.root / "book.toml"
    tables = "".join(key.table(person=name, begins="2022-01-01") for name, key in at_hand.items())
    settings.write_text(settings.read_text("utf-8") + tables, "utf-8")
    if policy:
        replace_once(settings, "[policy]", f"[policy]\n{policy}")
    open_month(load_book(book.root), MARCH)
    return load_book(book.root)


def signing(book: Book, at_hand: Keys) -> Book:
    return load_book(book.root).acted_by(
        dict.fromkeys((FIRST, SECOND), v.KnownBy.PASSKEY), signer_of(at_hand)
    )


def closed(book: Book, at_hand: Keys) -> Path:
    done = close(signing(book, at_hand), FEBRUARY, by=FIRST, today=TODAY)
    assert done.seal, done.hindrances
    return book.root / done.seal.file


def reopened(book: Book, at_hand: Keys) -> Path:
    both = (FIRST, SECOND)
    done = reopen(signing(book, at_hand), FEBRUARY, reason="Beleg fehlte", by=both, today=TODAY)
    return book.root / done.link.file


def flaws(book: Book) -> list[str]:
    findings = check(load_book(book.root), full=True, today=TODAY)
    return [finding.text for finding in findings if finding.kind.code == "KKD-S02"]


def rewritten(book: Book, link: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the last link as an insider does: the head of the top file is made to fit."""
    data = json.loads(link.read_bytes())
    change(data)
    content = (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    link.write_bytes(content)
    head = read_top(book.top_file.read_text("utf-8"), "main.beancount").head
    from hashlib import sha256

    replace_once(book.top_file, head.split()[2], sha256(content).hexdigest())


def test_a_signed_close_and_reopening_are_verified_from_the_book_alone(tmp_path: Path) -> None:
    at_hand = keys()
    book = office(tmp_path, at_hand)
    seal = json.loads(closed(book, at_hand).read_bytes())
    [signature] = seal["unterschriften"]
    assert signature.keys() == {"person", "schluessel", "authenticator", "client", "unterschrift"}
    assert (signature["person"], seal["akte"][0]["bekannt"]) == (FIRST, "passkey")
    link = json.loads(reopened(book, at_hand).read_bytes())
    assert [signature["person"] for signature in link["unterschriften"]] == [FIRST, SECOND]
    assert flaws(book) == []


def test_who_has_no_key_at_hand_closes_unsigned(tmp_path: Path) -> None:
    book = office(tmp_path, keys())
    assert json.loads(closed(book, {}).read_bytes())["unterschriften"] == []
    assert flaws(book) == []


def test_a_signature_that_proves_nothing_closes_nothing(tmp_path: Path) -> None:
    at_hand = keys()
    book = office(tmp_path, at_hand)
    with pytest.raises(EntryRefused, match="passt nicht zu diesem Schlüssel"):
        closed(book, {FIRST: Passkey()})
    assert not list(book.root.glob("2022/*.seal*.json"))


@pytest.mark.parametrize("deed", ["abschluss", "wiedereroeffnung"])
def test_a_policy_may_ask_for_a_signature(deed: str, tmp_path: Path) -> None:
    at_hand = keys()
    book = office(tmp_path, at_hand, f'signed = ["{deed}"]')
    if deed == "abschluss":
        with pytest.raises(PersonRefused, match=r"A\. Leitung: „abschluss“ ohne Unterschrift"):
            closed(book, {})
    closed(book, at_hand)
    if deed == "wiedereroeffnung":
        with pytest.raises(PersonRefused, match=r"B\. Prüfung: „wiedereroeffnung“ ohne Unterschrift"):
            reopened(book, {FIRST: at_hand[FIRST]})
    link = reopened(book, at_hand)
    assert flaws(book) == []
    if deed == "wiedereroeffnung":
        rewritten(book, link, lambda data: data["unterschriften"].pop())
        assert any("die Unterschrift von B. Prüfung fehlt" in text for text in flaws(book))


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another value": (lambda data: data["unterschriften"][0].update(unterschrift="AAAA"), "passt nicht"),
    "another person": (
        lambda data: data["unterschriften"][0].update(person=SECOND),
        "unterschrieben haben B. Prüfung, gehandelt A. Leitung",
    ),
    "no part": (lambda data: data["unterschriften"][0].pop("client"), "eine Unterschrift nennt person"),
    "an empty part": (lambda data: data["unterschriften"][0].update(client=""), "eine Unterschrift nennt"),
    "no signature at all": (lambda data: data.update(unterschriften=["x"]), "anderes als Unterschriften"),
    "twice": (lambda data: data["unterschriften"].append(data["unterschriften"][0]), "unterschrieben haben"),
    "another reckoning": (lambda data: data.update(stand="0" * 64), "hat über SHA-256"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_in_a_signed_close_is_told(name: str, tmp_path: Path) -> None:
    change, told = CHANGES[name]
    at_hand = keys()
    book = office(tmp_path, at_hand)
    rewritten(book, closed(book, at_hand), change)
    assert any(told in text for text in flaws(book)), flaws(book)


def test_a_link_made_anew_with_its_acts_has_another_signature(tmp_path: Path) -> None:
    """Who has all rights makes every hash again; the signature is over the one that was decided."""
    at_hand = keys()
    book = office(tmp_path, at_hand)

    def anew(data: dict[str, Any]) -> None:
        from kkd_ledger.book.seals.seal_chain import said_of

        data["feststellungen"] = []
        data["stand"] = "1" * 64
        for act in data["akte"]:
            act["sha256"] = said_of(data)

    rewritten(book, closed(book, at_hand), anew)
    assert any(
        "Unterschrift von A. Leitung: unterschrieben wurde ein anderer Akt" in text for text in flaws(book)
    )


def test_a_key_of_other_days_proves_nothing(tmp_path: Path) -> None:
    at_hand = keys()
    book = office(tmp_path, at_hand)
    closed(book, at_hand)
    settings = book.root / "book.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("from = 2022-01-01", "from = 2022-05-01"), "utf-8"
    )
    assert any("gehört am 01.04.2022 nicht A. Leitung" in text for text in flaws(book))
