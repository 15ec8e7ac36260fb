"""The chain of closing proofs: every change of what is sealed is named, down to the entry."""

import datetime as dt
import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.seals.seal_chain import SealLinkKind, as_bytes, hash_of, marks, said_of
from kkd_ledger.errors import BookRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check, rolled_back
from tests.audit.books import APRIL, FEBRUARY, MARCH, MAY, chain_of, sealed_office
from tests.samples import by_beancount, by_us, replace_once

FILES = (
    "2022/2022-02.beancount",
    "2022/2022-03.beancount",
    "2022/2022-04.beancount",
    "2022/2022-03.bank.json",
    "2022/2022-02.seal.json",
    "2022/2022-03.seal.json",
    "2022/2022-03.seal-2.json",
    "2022/2022-04.seal.json",
    "2022/2022-03.reopen-1.json",
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return sealed_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def book(original: Book, tmp_path: Path) -> Book:
    """A copy of the sealed book, to be spoilt."""
    shutil.copytree(original.root.parent, tmp_path / "copy")
    return load_book(tmp_path / "copy" / original.name)


def test_an_untouched_chain_has_nothing_to_say(original: Book) -> None:
    chain = chain_of(original)
    assert chain.breaks == ()
    assert [(link.position, link.file, link.kind) for link in chain.links] == [
        (1, "2022/2022-02.seal.json", SealLinkKind.SEAL),
        (2, "2022/2022-03.seal.json", SealLinkKind.SEAL),
        (3, "2022/2022-03.reopen-1.json", SealLinkKind.REOPENING),
        (4, "2022/2022-03.seal-2.json", SealLinkKind.SEAL),
        (5, "2022/2022-04.seal.json", SealLinkKind.SEAL),
    ]
    assert chain.months == (FEBRUARY, MARCH, APRIL)
    assert {path.relative_to(original.root).as_posix() for path in original.root.glob("2022/*")} == {
        *FILES,
        "2022/2022-05.beancount",
    }
    assert by_us(original.root) == by_beancount(original.root)


def spoilt(content: bytes, seed: int) -> tuple[bytes, int]:
    """Flip a bit, drop or insert a byte, or cut the tail; return the new content and where it begins to differ."""
    chance = random.Random(seed)
    at = chance.randrange(len(content))
    match chance.randrange(5):
        case 0:
            return content[:at], at
        case 1:
            new = content[:at] + content[at + 1 :]
        case 2:
            new = content[:at] + bytes([chance.randrange(256)]) + content[at:]
        case _:
            new = content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
    pairs = enumerate(zip(content, new, strict=False))
    return new, next((place for place, (old, one) in pairs if old != one), min(len(content), len(new)))


@given(name=st.sampled_from(FILES), seed=st.integers(0, 2**32))
@example(name="2022/2022-04.beancount", seed=19)  # cut right behind the head, its empty line left
@settings(max_examples=250)
def test_a_change_of_any_byte_is_named(original: Book, name: str, seed: int) -> None:
    path = original.root / name
    content = path.read_bytes()
    new, at = spoilt(content, seed)
    try:
        path.write_bytes(new)
        chain = chain_of(original)
    finally:
        path.write_bytes(content)
    places = [one.place for one in chain.breaks if one.place.file == name]
    assert places, f"{name}: byte {at}"
    if name.endswith(".beancount"):
        [(_, line)] = places
        entry = content.count(
            b"\n", 0, content.rfind(b"\n\n", 0, at) + 2
        )  # the entry of the first changed byte
        assert min(entry, new.count(b"\n")) <= line <= content.count(b"\n", 0, at) + 1


@pytest.mark.parametrize("name", ["2022/2022-03.beancount", "2022/2022-03.bank.json"])
def test_every_single_byte_counts(name: str, original: Book) -> None:
    """Each byte of a sealed month and of its seal, one after the other."""
    path = original.root / name
    content = path.read_bytes()
    unnamed = []
    try:
        for at in range(len(content)):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            if name not in {one.place.file for one in chain_of(original).breaks}:
                unnamed.append(at)
    finally:
        path.write_bytes(content)
    assert unnamed == []
    assert len(content) > 300


@given(name=st.sampled_from(FILES), seed=st.integers(0, 2**32))
@example(name="2022/2022-02.beancount", seed=200070)  # Forderungen:Adorf becomes Fordertngen:Adorf
@settings(max_examples=25)
def test_a_changed_file_is_named_by_the_check(original: Book, name: str, seed: int) -> None:
    path = original.root / name
    content = path.read_bytes()
    try:
        path.write_bytes(spoilt(content, seed)[0])
        named = [one.place.file for one in check(original) if one.kind.code.startswith("KKD-S")]
    except BookRefused as error:
        named = [problem.file for problem in error.problems]
    finally:
        path.write_bytes(content)
    assert name in named


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_a_changed_letter_is_found_in_its_entry(original: Book, seed: int) -> None:
    path = original.root / FILES[0]
    content = path.read_bytes()
    at = random.Random(seed).choice([place for place, sign in enumerate(content) if sign not in b"\n"])
    new = content[:at] + (b"x" if content[at : at + 1] != b"x" else b"y") + content[at + 1 :]
    try:
        path.write_bytes(new)
        [found] = chain_of(original).breaks
    finally:
        path.write_bytes(content)
    entries, line = content.split(b"\n\n"), 1
    for entry in entries:
        last = line + entry.count(b"\n")
        if content.count(b"\n", 0, at) + 1 <= last:
            break
        line = last + 2
    assert found.place == (FILES[0], line)
    assert found.text.startswith("1 Eintrag ab dieser Zeile verändert: SHA-256 ")


def lines_of(book: Book) -> list[str]:
    return [line for line in by_us(book.root) if " KKD-S" in line]


def drop(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


def drop_entry(root: Path) -> None:
    path = root / "2022/2022-02.beancount"
    entries = path.read_text(encoding="utf-8").split("\n\n")
    [first] = [place for place, entry in enumerate(entries) if 'nr: "2022-000001"' in entry]
    path.write_text("\n\n".join(entries[:first] + entries[first + 1 :]), encoding="utf-8")


def add_entry(root: Path) -> None:
    path = root / "2022/2022-04.beancount"
    entry = '\n2022-04-30 custom "buchungsmonat" "2022-04"\n'
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")


def swap(root: Path) -> None:
    one, other = root / "2022/2022-02.seal.json", root / "2022/2022-04.seal.json"
    left, right = one.read_bytes(), other.read_bytes()
    one.write_bytes(right)
    other.write_bytes(left)


def forget_the_last(root: Path) -> None:
    (root / "2022/2022-04.seal.json").unlink()


def no_head(root: Path) -> None:
    path = root / "main.beancount"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Abschlussnachweis" not in line), encoding="utf-8")


def acted_again(path: Path) -> None:
    """Put right the hash over which the persons of a link acted, as a forger would who types their names."""
    data = json.loads(path.read_bytes())
    data["akte"] = [act | {"sha256": said_of(data)} for act in data["akte"]]
    path.write_bytes(as_bytes(data))


def forged(root: Path) -> None:
    last = root / "2022/2022-04.seal.json"
    data = json.loads(last.read_bytes())
    data |= {"glied": 6, "vorgaenger": hash_of(last.read_bytes()), "monat": "2022-05"}
    data |= {"dateien": {"2022/2022-05.beancount": hash_of((root / "2022/2022-05.beancount").read_bytes())}}
    (root / "2022/2022-05.seal.json").write_bytes(as_bytes(data))
    acted_again(root / "2022/2022-05.seal.json")


def foreign(root: Path) -> None:
    replace_once(root / "2022/2022-04.seal.json", '"buch": "amt"', '"buch": "adorf"')


def elsewhere(root: Path) -> None:
    replace_once(root / "2022/2022-04.seal.json", '"2022/2022-04.beancount":', '"../../secret":')


def reorder(root: Path) -> None:
    two, three = 'include "2022/2022-02.beancount"\n', 'include "2022/2022-03.beancount"\n'
    replace_once(root / "main.beancount", two + three, three + two)


def extra_certificate(root: Path) -> None:
    shutil.copy(root / "2022/2022-03.bank.json", root / "2022/2022-04.bank.json")


CASES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "an entry taken out": (
        drop_entry,
        ("2022/2022-02.beancount:41: KKD-S01 (fehler) 1 Eintrag vor dieser Zeile entfernt: SHA-256 ",),
    ),
    "an entry put in": (
        add_entry,
        ("2022/2022-04.beancount:11: KKD-S01 (fehler) 1 Eintrag eingefügt: SHA-256 ",),
    ),
    "a certificate lost": (
        drop("2022/2022-03.bank.json"),
        ("2022/2022-03.bank.json:1: KKD-S01 (fehler) 2022/2022-03.seal-2.json nennt SHA-256 ",),
    ),
    "a certificate put beside a sealed month": (
        extra_certificate,
        (
            "2022/2022-04.bank.json:1: KKD-S01 (fehler) 2022/2022-04.seal.json nennt keine solche Datei, SHA-256 ",
        ),
    ),
    "a seal in the middle taken out": (
        drop("2022/2022-03.seal-2.json"),
        ("2022/2022-04.seal.json:1: KKD-S03 (fehler) vor Glied 5, 2022/2022-04.seal.json fehlt Glied 4",),
    ),
    "the reopening taken out": (
        drop("2022/2022-03.reopen-1.json"),
        (
            "2022/2022-03.seal-2.json:1: KKD-S02 (fehler) Glied 4, 2022/2022-03.seal-2.json: der Monat 2022-03 "
            "war schon abgeschlossen",
            "2022/2022-03.seal-2.json:1: KKD-S03 (fehler) vor Glied 4, 2022/2022-03.seal-2.json fehlt Glied 3",
        ),
    ),
    "the last seal cut off": (
        forget_the_last,
        (
            "main.beancount:1: KKD-S03 (fehler) Glied 5 fehlt, genannt ist als letztes 2022/2022-04.seal.json, "
            "SHA-256 ",
        ),
    ),
    "the top file forgets the chain": (
        no_head,
        (
            "main.beancount:1: KKD-S03 (fehler) nennt keinen Abschlussnachweis, vorhanden ist Glied 5, "
            "2022/2022-04.seal.json",
        ),
    ),
    "two seals exchanged": (
        swap,
        (
            "2022/2022-02.seal.json:1: KKD-S02 (fehler) kein lesbarer Abschlussnachweis: abschluss des Monats "
            "2022-04 unter dem Namen 2022/2022-02.seal.json",
            "2022/2022-03.seal.json:1: KKD-S03 (fehler) vor Glied 2, 2022/2022-03.seal.json fehlt Glied 1",
            "2022/2022-04.seal.json:1: KKD-S02 (fehler) kein lesbarer Abschlussnachweis: abschluss des Monats "
            "2022-02 unter dem Namen 2022/2022-04.seal.json",
            "main.beancount:1: KKD-S03 (fehler) Glied 5 fehlt, genannt ist als letztes 2022/2022-04.seal.json, "
            "SHA-256 ",
        ),
    ),
    "a seal that nobody wrote": (
        forged,
        (
            "2022/2022-05.seal.json:1: KKD-S02 (fehler) Glied 6, 2022/2022-05.seal.json folgt auf das letzte, "
            "das die Hauptdatei nennt: 2022/2022-04.seal.json",
        ),
    ),
    "a seal of another book": (
        foreign,
        (
            "2022/2022-04.seal.json:1: KKD-S02 (fehler) kein lesbarer Abschlussnachweis: aus dem Buch 'adorf', "
            "dies ist 'amt'",
            "main.beancount:1: KKD-S03 (fehler) Glied 5 fehlt, genannt ist als letztes 2022/2022-04.seal.json, "
            "SHA-256 ",
        ),
    ),
    "a seal that leads out of the book": (
        elsewhere,
        (
            "2022/2022-04.seal.json:1: KKD-S02 (fehler) kein lesbarer Abschlussnachweis: dateien nennt "
            "['../../secret']",
            "main.beancount:1: KKD-S03 (fehler) Glied 5 fehlt, genannt ist als letztes 2022/2022-04.seal.json, "
            "SHA-256 ",
        ),
    ),
    "the months in another order": (
        reorder,
        (
            "main.beancount:1: KKD-S04 (fehler) nennt zuerst 2022-03 2022-02 2022-04, abgeschlossen ist 2022-02 "
            "2022-03 2022-04",
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_way_to_break_the_chain_says_this(name: str, book: Book) -> None:
    change, expected = CASES[name]
    change(book.root)
    found = lines_of(book)
    assert [line[: len(text)] for line, text in zip(found, expected, strict=True)] == list(expected)
    assert found == [line for line in by_beancount(book.root) if " KKD-S" in line]


def test_a_reopening_that_names_other_months_is_none(book: Book) -> None:
    """Forged with its hashes put right up to the head: only what it says is wrong."""
    path = book.root / "2022/2022-03.reopen-1.json"
    replace_once(path, '"2022-03"\n ]', '"2022-02"\n ]')
    acted_again(path)
    for name, before in (("2022-03.seal-2", path.name), ("2022-04.seal", "2022-03.seal-2.json")):
        after = book.root / f"2022/{name}.json"
        data = json.loads(after.read_bytes()) | {"vorgaenger": hash_of((path.parent / before).read_bytes())}
        after.write_bytes(as_bytes(data))
        acted_again(after)
    old = next(line for line in book.top_file.read_text(encoding="utf-8").splitlines() if "Abschluss" in line)
    replace_once(book.top_file, old[-64:], hash_of((book.root / "2022/2022-04.seal.json").read_bytes()))
    [found] = chain_of(book).breaks
    assert str(found.text) == (
        "Glied 3, 2022/2022-03.reopen-1.json: betrifft nicht die Monate, die danach abgeschlossen waren"
    )


@pytest.mark.parametrize(
    "remarks", ['[{"code": 1}]', "[3]", "3", '[{"code": "x", "datei": "", "zeile": "?"}]']
)
def test_a_seal_whose_findings_are_none(remarks: str, book: Book) -> None:
    path = book.root / "2022/2022-04.seal.json"
    text = path.read_text("utf-8")
    [told] = re.findall(r'"feststellungen": \[.*?\]', text, re.DOTALL)
    replace_once(path, told, f'"feststellungen": {remarks}')
    assert any("kein lesbarer Abschlussnachweis" in one.text for one in chain_of(book).breaks)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": 1}', b"null"])
def test_a_seal_that_is_none(content: bytes, book: Book) -> None:
    (book.root / "2022/2022-04.seal.json").write_bytes(content)
    [one, _] = chain_of(book).breaks
    assert one.place.file == "2022/2022-04.seal.json"
    assert one.text.startswith("kein lesbarer Abschlussnachweis: ")


def test_books_rolled_back_as_a_whole_are_known_by_a_hash_kept_outside(book: Book, tmp_path: Path) -> None:
    last = chain_of(book).links[-1]
    assert rolled_back(book, last.sha256) == rolled_back(book, last.sha256.upper()) == ()
    reopen(book, APRIL, reason="Versehen", by=("A", "B"), today=dt.date(2022, 5, 2))
    newer = chain_of(book).links[-1].sha256
    assert rolled_back(book, newer) == rolled_back(book, last.sha256) == ()
    (book.root / "2022/2022-04.reopen-1.json").unlink()
    head = f"5 {last.file} {last.sha256}"
    replace_once(book.top_file, f"6 2022/2022-04.reopen-1.json {newer}", head)
    assert chain_of(book).breaks == ()
    [finding] = rolled_back(book, newer)
    assert str(finding) == (
        f"main.beancount:1: KKD-S03 (fehler) kein Abschlussnachweis hat SHA-256 {newer}; "
        f"das letzte ist Glied 5, 2022/2022-04.seal.json, SHA-256 {last.sha256}"
    )


@pytest.mark.parametrize("name", ["2022/2022-04.seal.json", "2022/2022-02.seal.json"])
def test_in_doubt_a_month_stays_sealed(name: str, book: Book) -> None:
    (book.root / name).unlink()
    chain = chain_of(book)
    assert [chain.is_sealed(month) for month in (FEBRUARY, MARCH, APRIL, MAY)] == [True, True, True, False]


def test_marks_are_the_first_digits_of_each_entrys_hash() -> None:
    assert marks(b"a\n\nb\n") == hash_of(b"a")[:8] + hash_of(b"b")[:8]
    assert hash_of(b"a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_names_of_links_are_never_used_twice(original: Book) -> None:
    chain = chain_of(original)
    assert chain.free_name(FEBRUARY, SealLinkKind.SEAL) == "2022/2022-02.seal-2.json"
    assert chain.free_name(MARCH, SealLinkKind.SEAL) == "2022/2022-03.seal-3.json"
    assert chain.free_name(MARCH, SealLinkKind.REOPENING) == "2022/2022-03.reopen-2.json"
    assert chain.free_name(BookingMonth(2022, 13), SealLinkKind.SEAL) == "2022/2022-13.seal.json"
