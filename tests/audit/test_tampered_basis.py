"""What an insider with all rights can change of what a book stands on, one kind a row: each is seen, with its file.

What cannot be seen in the book alone stands at the end, with what shows it. Whoever rebuilds everything and types the
names anew is shown by signatures and by the other side's witness only.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kkd_ledger.audit.close import close_year
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import load_book
from kkd_ledger.book.seals.basis import changes, contents, last_seal
from kkd_ledger.errors import InputRefused
from kkd_ledger.periods import BookingMonth
from kkd_ledger.rules.engine.check import check, rolled_back
from kkd_ledger.work.books.changes import confirm
from tests.audit.books import chain_of
from tests.samples import replace_once, sample_books

PERSONS: Final = ("S. Muster", "L. Beispiel")
TODAY: Final = dt.date(2024, 2, 29)
DECEMBER: Final = BookingMonth(2023, 12)
FIRST, SECOND, THIRD = (f"2023/2023-{month}.seal.json" for month in (10, 11, 12))
REOPENING, LAST = "2023/2023-12.reopen-1.json", "2023/2023-12.seal-2.json"
OPEN: Final = "2024/2024-02.beancount"
TOP, BOOK = "main.beancount", "book.toml"
AGREEMENT, CONTACTS = "../kkd/agreement.toml", "../kkd/contacts.toml"
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's book: 2023 closed, December opened and closed again, one change confirmed since."""
    folder = sample_books(tmp_path_factory.mktemp("town"))
    book = load_book(folder / "biedenkopf")
    close_year(book, 2023, by=PERSONS[0], today=TODAY)
    reopen(book, DECEMBER, reason="Beleg nachgereicht", by=PERSONS, today=TODAY)
    close_year(book, 2023, by=PERSONS[0], today=TODAY)
    replace_once(book.config_file, "unclear_days_max = 60", "unclear_days_max = 61")
    confirm(load_book(book.root), PERSONS, today=TODAY)
    assert check(load_book(book.root), full=True, today=TODAY) == ()
    return book.root


@pytest.fixture
def town(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original.parent, tmp_path / "copy")
    return tmp_path / "copy/biedenkopf"


# ---------------------------------------------------------------------------------------------------------- edits


def text(file: str, old: str, new: str) -> Edit:
    def edit(book: Path) -> None:
        path = book / file
        found = path.read_text(encoding="utf-8")
        assert old in found, f"{old!r} is not in {file}"
        path.write_text(found.replace(old, new, 1), encoding="utf-8")

    return edit


def without(file: str, pattern: str) -> Edit:
    def edit(book: Path) -> None:
        path = book / file
        found, count = re.subn(pattern, "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count
        path.write_text(found, encoding="utf-8")

    return edit


def added(file: str, more: str) -> Edit:
    def edit(book: Path) -> None:
        path = book / file
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")

    return edit


def value(file: str, key: str, new: Any) -> Edit:
    """Change one key of a link, in its form."""

    def edit(book: Path) -> None:
        path = book / file
        data = json.loads(path.read_bytes())
        assert data[key] != new
        path.write_text(
            json.dumps(data | {key: new}, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
            encoding="utf-8",
        )

    return edit


def removed(*files: str) -> Edit:
    def edit(book: Path) -> None:
        for file in files:
            (book / file).unlink()

    return edit


def renamed(file: str, name: str) -> Edit:
    def edit(book: Path) -> None:
        (book / file).rename(book / name)
        found = (book / TOP).read_text(encoding="utf-8")
        (book / TOP).write_text(found.replace(file, name), encoding="utf-8")

    return edit


def swapped(one: str, other: str) -> Edit:
    def edit(book: Path) -> None:
        first, second = (book / one).read_bytes(), (book / other).read_bytes()
        (book / one).write_bytes(second)
        (book / other).write_bytes(first)

    return edit


def kept(book: Path, what: bytes) -> Path:
    """The kept content that holds a text, of the last seal."""
    named = set(json.loads((book / LAST).read_bytes())["grundlagen"].values())
    [path] = (
        path for path in (book / "grundlagen").iterdir() if path.name in named and what in path.read_bytes()
    )
    return path


def kept_changed(book: Path) -> None:
    path = kept(book, b"[accounts]")
    path.write_bytes(path.read_bytes().replace(b"unclear_days_max = 60", b"unclear_days_max = 99"))


def kept_removed(book: Path) -> None:
    kept(book, b"[[members]]").unlink()


def kept_swapped(book: Path) -> None:
    one, other = kept(book, b"[accounts]"), kept(book, b"[[members]]")
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def confirmed_again(book: Path) -> None:
    """Put the settings back, and an old confirmation of others once more behind everything."""
    path = book / OPEN
    found = path.read_text(encoding="utf-8")
    acts = found[found.index("\n", found.index('custom "buchungsmonat"')) :]
    path.write_text(found + acts, encoding="utf-8")


def confirmed_by_one(book: Path) -> None:
    """One person confirms another change, and puts the second name down with the hash of the first act."""
    text(BOOK, "unclear_days_max = 61", "unclear_days_max = 62")(book)
    confirm(load_book(book), PERSONS[:1], today=TODAY)
    path = book / OPEN
    *before, act, end = path.read_text(encoding="utf-8").split("\n\n")
    second = act.replace('"7"', '"8"', 1).replace(*PERSONS)
    path.write_text("\n\n".join([*before, act, second, end]), encoding="utf-8")


def confirmed_alone(book: Path) -> None:
    """One person says twice that it is right."""
    text(BOOK, "unclear_days_max = 61", "unclear_days_max = 62")(book)
    for _ in range(2):
        confirm(load_book(book), PERSONS[:1], today=TODAY)


def tail_cut(book: Path) -> None:
    """Cut off the last link; the head still names it."""
    (book / LAST).unlink()


def template(book: Path) -> None:
    (book / "vorlagen").mkdir()
    (book / "vorlagen/texts.toml").write_text('pay = "Bitte zahlen Sie bar."\n', encoding="utf-8")


def agreement_elsewhere(book: Path) -> None:
    """Let book.toml name another agreement, a copy with another account."""
    shutil.copy(book / AGREEMENT, book / "agreement.toml")
    text("agreement.toml", "DE19999999996534000000", "DE30999999990000471100")(book)
    text(BOOK, '"../kkd/agreement.toml"', '"agreement.toml"')(book)


NEW_ROLE = '\n[[roles]]\nname = "E. Eva"\nrole = "anordnung"\nfrom = 2023-10-01\n'
OTHER = "0" * 64
REMARK = {"code": "KKD-B01", "stufe": "offen", "datei": "", "zeile": 1, "text": "", "bemerkung": "gesehen"}

# kind: the file that is named, the finding's code, the edit
KINDS: Final[dict[str, tuple[str, str, Edit]]] = {
    # ------------------------------------------------------------------------------------------------- book.toml
    "roles removed": (BOOK, "KKD-G01", without(BOOK, r"^\[\[roles\]\]\n(?:\w.*\n)+")),
    "a person given a role": (BOOK, "KKD-G01", added(BOOK, NEW_ROLE)),
    "a role's beginning": (BOOK, "KKD-G01", text(BOOK, "from = 2023-10-01", "from = 2023-09-01")),
    "a role's name": (BOOK, "KKD-G01", text(BOOK, 'name = "K. Kasse"', 'name = "E. Eva"')),
    "a role's kind": (BOOK, "KKD-G01", text(BOOK, 'role = "kasse"', 'role = "anordnung"')),
    "the limit of the general order": (BOOK, "KKD-G01", text(BOOK, '"100.000,00"', '"900.000,00"')),
    "the term of the general order": (BOOK, "KKD-G01", text(BOOK, 'limit = ', 'to = 2024-12-31\nlimit = ')),
    "a released version": (BOOK, "KKD-G01", text(BOOK, 'version = "0.1"', 'version = "0"')),
    "the level of a finding": (BOOK, "KKD-G01", added(BOOK, '\n[findings]\nKKD-O06 = "hinweis"\n')),
    "what may be open at a close": (BOOK, "KKD-G01", text(BOOK, "[policy]", '[policy]\nclose_with_open = ["KKD-O02"]')),
    "one person for both": (BOOK, "KKD-G01", text(BOOK, "[policy]", "[policy]\nsame_person = true")),
    "a number of days": (BOOK, "KKD-G01", text(BOOK, "unclear_days_max = 61", "unclear_days_max = 3650")),
    "our own account": (BOOK, "KKD-G01", text(BOOK, "DE41999999990065340040", "DE30999999990000471100")),
    "a rule for foreign lines": (BOOK, "KKD-G01", text(BOOK, 'contains = "STEUER"', 'contains = "KKD"')),
    "the title": (BOOK, "KKD-G01", text(BOOK, "Bücher der Stadt", "Buch der Stadt")),
    "a comment": (BOOK, "KKD-G01", text(BOOK, "# Die Bücher", "# Das Buch")),
    "another agreement": ("agreement.toml", "KKD-G01", agreement_elsewhere),
    # -------------------------------------------------------------------------------- agreement, contacts, templates
    "the payee's account": (
        AGREEMENT, "KKD-G01", text(AGREEMENT, "DE19999999996534000000", "DE30999999990000471100")
    ),
    "a due day": (AGREEMENT, "KKD-G01", text(AGREEMENT, "month = 3\nday = 15", "month = 1\nday = 15")),
    "the wording of a clause": (AGREEMENT, "KKD-G01", text(AGREEMENT, "ist am 15. März", "ist am 16. März")),
    "a party's name": (AGREEMENT, "KKD-G01", text(AGREEMENT, "Wetter (Hessen)", "Wetter in Hessen")),
    "a comment in the agreement": (AGREEMENT, "KKD-G01", added(AGREEMENT, "# neu\n")),
    "a creditor identifier": (CONTACTS, "KKD-G01", text(CONTACTS, "DE98ZZZ09999999999", "DE67ZZZ00000012345")),
    "an address": (CONTACTS, "KKD-G01", text(CONTACTS, "Kreisallee 1", "Postfach 1")),
    "contacts removed": (CONTACTS, "KKD-G01", removed(CONTACTS)),
    "a template": ("vorlagen/texts.toml", "KKD-G01", template),
    # ------------------------------------------------------------------------------------------------ kept contents
    "kept content changed": ("grundlagen/", "KKD-S06", kept_changed),
    "kept content removed": ("grundlagen/", "KKD-S06", kept_removed),
    "kept contents swapped": ("grundlagen/", "KKD-S06", kept_swapped),
    # -------------------------------------------------------------------------------------------------------- links
    "who closed": (FIRST, "KKD-S02", value(FIRST, "von", "K. Kasse")),
    "when it was closed": (SECOND, "KKD-S02", value(SECOND, "am", "2024-02-28")),
    "the place in the chain": (THIRD, "KKD-S0", value(THIRD, "glied", 9)),
    "the link before it": (SECOND, "KKD-S02", value(SECOND, "vorgaenger", OTHER)),
    "the hashes of a month": (FIRST, "KKD-S02", value(FIRST, "dateien", {"2023/2023-10.beancount": OTHER})),
    "the marks of entries": (FIRST, "KKD-S02", value(FIRST, "eintraege", "")),
    "what it stands on": (LAST, "KKD-S02", value(LAST, "grundlagen", {BOOK: OTHER, "vereinbarung": OTHER})),
    "the rule set": (FIRST, "KKD-S02", value(FIRST, "regelwerk", OTHER)),
    "the state": (FIRST, "KKD-S02", value(FIRST, "stand", OTHER)),
    "the agreement's id": (FIRST, "KKD-S02", value(FIRST, "vereinbarung", "anders")),
    "the month": (LAST, "KKD-S02", value(LAST, "monat", "2023-11")),
    "the remarks": (FIRST, "KKD-S02", value(FIRST, "feststellungen", [REMARK])),
    "the book": (FIRST, "KKD-S02", value(FIRST, "buch", "landkreis")),
    "the acts": (FIRST, "KKD-S02", value(FIRST, "akte", [])),
    "a signature that is none": (FIRST, "KKD-S02", value(FIRST, "unterschriften", "ja")),
    "the first format again": (LAST, "KKD-S02", value(LAST, "format", "kkd-abschluss/1")),
    "the reason of a reopening": (REOPENING, "KKD-S02", value(REOPENING, "grund", "Versehen")),
    "the persons of a reopening": (REOPENING, "KKD-S02", value(REOPENING, "von", ["E. Eva", "A. Adam"])),
    "the months of a reopening": (REOPENING, "KKD-S02", value(REOPENING, "betrifft", ["2023-11"])),
    "a seal renamed": (SECOND.replace("seal", "seal-2"), "KKD-S02", renamed(SECOND, SECOND.replace("seal", "seal-2"))),
    "the last seal renamed": ("2023/2023-12.seal-3.json", "KKD-S02", renamed(LAST, "2023/2023-12.seal-3.json")),
    "a reopening renamed": ("2023/2023-12.reopen-2.json", "KKD-S02", renamed(REOPENING, "2023/2023-12.reopen-2.json")),
    "a seal removed": (THIRD, "KKD-S0", removed(SECOND)),
    "a reopening removed": (LAST, "KKD-S03", removed(REOPENING)),
    "a reopening and its seal removed": (TOP, "KKD-S03", removed(REOPENING, LAST)),
    "two seals swapped": (FIRST, "KKD-S02", swapped(FIRST, SECOND)),
    "both seals of a month swapped": (LAST, "KKD-S02", swapped(THIRD, LAST)),
    "the tail cut": (TOP, "KKD-S03", tail_cut),
    "the head removed": (TOP, "KKD-S03", without(TOP, "^;; Letzter.*\n")),
    "the head's hash": (LAST, "KKD-S02", lambda book: text(TOP, _head(book), OTHER)(book)),
    # ------------------------------------------------------------------------------------------------- sealed months
    "a sealed entry": ("2023/2023-10.beancount", "KKD-S01", text("2023/2023-10.beancount", "12826.30", "12826.31")),
    "a sealed certificate": ("2023/2023-11.bank.json", "KKD-S01", added("2023/2023-11.bank.json", "\n")),
    "a sealed month not included": (TOP, "KKD-S04", without(TOP, '^include "2023/2023-11.*\n')),
    # ------------------------------------------------------------------------------------------- acts in open months
    "an act's number": (OPEN, "KKD-Z09", text(OPEN, 'custom "akt" "8"', 'custom "akt" "11"')),
    "an act's person": (OPEN, "KKD-Z10", text(OPEN, '"bestaetigung" "L. Beispiel"', '"bestaetigung" "E. Eva"')),
    "an act's role": (OPEN, "KKD-Z10", text(OPEN, '"L. Beispiel" "anordnung"', '"L. Beispiel" "kasse"')),
    "an act's day": (OPEN, "KKD-Z10", text(OPEN, '"anordnung" 2024-02-29', '"anordnung" 2024-02-28')),
    "an act's deed": (OPEN, "KKD-Z10", text(OPEN, '"7" "bestaetigung"', '"7" "freigabe"')),
    "an act's extent": (OPEN, "KKD-Z10", text(OPEN, 'akt-umfang: "3"', 'akt-umfang: "2"')),
    "an act removed": (OPEN, "KKD-", without(OPEN, r'^2024-02-29 custom "akt" "7".*\n(?:  .*\n)+\n')),
    "what was confirmed": (OPEN, "KKD-Z10", text(OPEN, '"grundlage" "kontakte" "', '"grundlage" "kontakte" "0')),
    "an old confirmation once more": (OPEN, "KKD-Z09", confirmed_again),
    "a second name by the same hand": (OPEN, "KKD-Z10", confirmed_by_one),
    "one person twice": (BOOK, "KKD-G01", confirmed_alone),
}  # fmt: skip


def _head(book: Path) -> str:
    found = re.search("[0-9a-f]{64}", (book / TOP).read_text(encoding="utf-8"))
    assert found
    return found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_seen_and_named(kind: str, town: Path) -> None:
    file, code, edit = KINDS[kind]
    edit(town)
    try:
        book = load_book(town)
        found = check(book, full=True, today=TODAY)
        quick = check(book, today=TODAY)
    except InputRefused as refused:
        pytest.fail(f"refused instead of told: {refused}")
    told = [(one.kind.code, one.place.file) for one in found]
    assert [one for one in told if one[0].startswith(code) and one[1].startswith(file)], told
    assert sorted(map(str, quick)) == sorted(map(str, found)), "the check of every night says the same"


def test_every_line_of_what_the_book_stands_on_counts(original: Path) -> None:
    book = load_book(original)
    confirmed = last_seal(chain_of(book))
    assert confirmed
    held = contents(book)
    before = len(changes(book, confirmed, held))
    assert before == 1, "the one that was confirmed since"
    for name in ("vereinbarung", "kontakte"):
        lines = held[name].splitlines(keepends=True)
        for at in range(len(lines)):
            other = b"".join([*lines[:at], *lines[at + 1 :]])
            assert len(changes(book, confirmed, held | {name: other})) == before + 1, f"{name}:{at + 1}"


def test_a_whole_older_book_is_shown_by_the_hash_that_was_kept_outside(original: Path, town: Path) -> None:
    """The tail cut off and the head put right: nothing inside the book shows it."""
    kept_outside = chain_of(load_book(town)).links[-1].sha256
    links = chain_of(load_book(town)).links
    for link in links[3:]:
        (town / link.file).unlink()
    top = (town / TOP).read_text(encoding="utf-8")
    head = f"{links[2].position} {links[2].file} {links[2].sha256}"
    (town / TOP).write_text(re.sub(r"(?<=Abschlussnachweis: ).*", head, top), encoding="utf-8")
    book = load_book(town)
    assert not any(one.kind.code.startswith("KKD-S") for one in check(book, full=True, today=TODAY))
    assert [one.kind.code for one in rolled_back(book, kept_outside)] == ["KKD-S03"]
