"""Kinds of edit beside the months' text: batches, top file, certificates, archive, runs, documents, folders, caches."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from tests.audit.insider.in_months import JOB, LAST, ORDERED, RUN, TOP, YEAR, Kinds
from tests.audit.insider.world import (
    Edit,
    added,
    all_of,
    appended,
    before,
    bytes_of,
    content,
    copied,
    data,
    flocks,
    linked,
    pattern,
    removed,
    renamed,
    text,
)

BANK, BEFORE = "2024/2024-03.bank.json", "2024/2024-02.bank.json"
RUN_JSON, RUN_XML = (f"zahlungen/pain001-2024-02-29-001.{kind}" for kind in ("json", "xml"))
_END = r'^\S+ custom "buchungsstapel" "{number}" "[0-9a-f]{{64}}"\n'
_STATED = r"^;; Buchungsstapel der offenen Monate: .*\n"


def _cut_after(file: str, number: int) -> Edit:
    """Cut a month's text off behind a batch."""

    def change(blocks: list[str]) -> list[str]:
        ends = [at for at, block in enumerate(blocks) if 'custom "buchungsstapel"' in block]
        return blocks[: ends[number - 1] + 1]

    return flocks(file, change)


def _without_ends(blocks: list[str]) -> list[str]:
    return [block for block in blocks if 'custom "buchungsstapel"' not in block]


def _months_without(*patterns: str) -> Edit:
    """Take out of every month's text what a pattern finds."""

    def edit(book: Path) -> None:
        for path in book.glob("20*/*.beancount"):
            found = path.read_text(encoding="utf-8")
            for wanted in patterns:
                found = re.sub(wanted, "", found, flags=re.MULTILINE)
            path.write_text(found, encoding="utf-8")

    return edit


_unbatched: Final = all_of(
    _months_without(
        r'^;\n\S+ custom "buchungsstapel" .*\n', r'^;\n\S+ custom "niederschrift" "\S+bank\.json" .*\n'
    ),
    pattern(TOP, _STATED, ""),
)
_unacted: Final = _months_without(r'^\n\S+ custom "akt" .*\n(?:  .*\n)+')

BATCHES: Final[Kinds] = {
    "the number of a batch": text(ORDERED, 'custom "buchungsstapel" "4"', 'custom "buchungsstapel" "5"'),
    "the hash of a batch": pattern(ORDERED, r'(custom "buchungsstapel" "4" ")[0-9a-f]{8}', r"\g<1>00000000"),
    "the day of a batch's end": pattern(
        ORDERED, r'^2023-10-02 (custom "buchungsstapel" "4")', r"2023-10-03 \1"
    ),
    "the end of a batch taken out": pattern(ORDERED, "\n" + _END.format(number=4), ""),
    "the ends of a month's batches taken out": flocks(ORDERED, _without_ends),
    "a batch taken out with its end": flocks(
        ORDERED, lambda blocks: [one for at, one in enumerate(blocks) if at not in _batch(blocks, 4)]
    ),
    "a batch twice": flocks(ORDERED, lambda blocks: [*blocks, *(blocks[at] for at in _batch(blocks, 4))]),
    "two batches in another order": flocks(
        ORDERED, lambda blocks: _swapped(blocks, _batch(blocks, 4), _batch(blocks, 5))
    ),
    "a batch without text": flocks(ORDERED, lambda blocks: [*blocks, blocks[-1].replace('"6"', '"7"')]),
    "the last batch cut off": _cut_after(ORDERED, 5),
    "all batches but the first cut off": _cut_after(ORDERED, 1),
    "a batch of another month": flocks(
        JOB,
        lambda blocks: [
            *blocks,
            '2024-03-31 custom "haushaltsansatz" "010102" "2024" 16000.00 EUR "ansatz"',
            blocks[-1].replace('"2"', '"3"'),
        ],
    ),
    "every end of every batch, and all counts": _unbatched,
    "every end of every batch, all counts, all acts": all_of(_unbatched, _unacted),
    "the count of a month": pattern(TOP, r"2023-10 6", "2023-10 7"),
    "the count of a month gone": pattern(TOP, r"2023-10 6, ", ""),
    "all counts gone": pattern(TOP, _STATED, ""),
    "counts of no month": pattern(TOP, _STATED, ";; Buchungsstapel der offenen Monate: keine\n"),
    "counts nobody can read": pattern(TOP, r"2023-10 6", "2023-10 sechs"),
}


def _batch(blocks: list[str], number: int) -> range:
    """Return which directives a batch has, its end included."""
    ends = [at for at, block in enumerate(blocks) if 'custom "buchungsstapel"' in block]
    return range(ends[number - 2] + 1, ends[number - 1] + 1)


def _swapped(blocks: list[str], one: range, other: range) -> list[str]:
    order = [*range(one.start), *other, *range(one.stop, other.start), *one, *range(other.stop, len(blocks))]
    return [blocks[at] for at in order]


TOP_FILE: Final[Kinds] = {
    "a month not included": text(TOP, f'include "{JOB}"\n', ""),
    "months in another order": all_of(
        text(TOP, f'include "{RUN}"\n', ""),
        text(TOP, f'include "{JOB}"\n', f'include "{JOB}"\ninclude "{RUN}"\n'),
    ),
    "a month included twice": text(TOP, f'include "{JOB}"\n', f'include "{JOB}"\ninclude "{JOB}"\n'),
    "the last month gone": all_of(
        text(TOP, f'include "{LAST}"\n', ""), removed(LAST, "2024/2024-04.bank.json")
    ),
    "another include": appended(TOP, 'include "2024/notiz.beancount"\n'),
    "another plugin": appended(TOP, 'plugin "beancount.plugins.auto"\n'),
    "our plugin gone": text(TOP, 'plugin "kkd_ledger.plugins"\n', ""),
    "one rule only": text(TOP, 'plugin "kkd_ledger.plugins"', 'plugin "kkd_ledger.plugins.form"'),
    "an option": appended(TOP, 'option "insert_pythonpath" "true"\n'),
    "the tolerance": text(TOP, '"tolerance_multiplier" "0"', '"tolerance_multiplier" "0.5"'),
    "the currency": text(TOP, '"operating_currency" "EUR"', '"operating_currency" "USD"'),
    "a root's name": text(TOP, '"name_equity" "Eigenkapital"', '"name_equity" "Kapital"'),
    "the title": text(TOP, "Bücher der Stadt", "Bücher des Dorfs"),
    "the last number": pattern(TOP, r"(neuesten Monats: 2024-)\d+", r"\g<1>000099"),
    "an entry in the top file": appended(TOP, "\n2024-04-30 close Aktiva:2900-RAP\n"),
    "carriage returns": content(TOP, lambda found: found.replace(b"\n", b"\r\n")),
    "a byte order mark": before(TOP, b"\xef\xbb\xbf"),
    "emptied": content(TOP, lambda _: b""),
    "gone": removed(TOP),
    "in capitals": renamed(TOP, "Main.beancount"),
    "a link": linked(TOP),
}


def _line(at: int, **facts: Any) -> Edit:
    """Change facts of a certified line, the counts of fates with it."""

    def change(held: dict[str, Any]) -> None:
        line, statement = held["zeilen"][at], held["auszuege"][0]
        statement[line["ergebnis"]] -= 1
        line |= facts
        statement[line["ergebnis"]] += 1

    return data(BANK, change)


def _statement(**facts: Any) -> Edit:
    return data(BANK, lambda held: held["auszuege"][0].update(facts))


def _dropped(held: dict[str, Any], at: int) -> None:
    line = held["zeilen"].pop(at)
    held["auszuege"][0][line["ergebnis"]] -= 1
    held["auszuege"][0]["zeilen"] -= 1


def _doubled(held: dict[str, Any]) -> None:
    held["zeilen"].append(held["zeilen"][-1])
    held["auszuege"][0]["nicht-kkd"] += 1
    held["auszuege"][0]["zeilen"] += 1


CERTIFICATE: Final[Kinds] = {
    "the amount of a booked line": _line(0, betrag="-15555.31"),
    "the day of a booked line": _line(0, tag="2024-03-13"),
    "the number of a booked line": _line(0, nr="2024-000001"),
    "no number": _line(0, nr=""),
    "the fate of a booked line": _line(0, ergebnis="ungeklärt"),
    "a booked line called foreign": _line(
        0, ergebnis="nicht-kkd", nr="", regel="steuern", gruende=["Regel steuern"]
    ),
    "a booked line that waits": _line(0, ergebnis="wartet", nr=""),
    "why a line was matched": _line(0, gruende=["von Hand geprüft"]),
    "why a line was matched, one reason less": data(BANK, lambda held: held["zeilen"][0]["gruende"].pop()),
    "a rule for a booked line": _line(0, regel="steuern"),
    "the key of a booked line": _line(0, schluessel="1:r-0000000000000000000000ff-1"),
    "the amount of a foreign line": _line(1, betrag="1280.41"),
    "the day of a foreign line": _line(1, tag="2024-03-14"),
    "the rule of a foreign line": _line(1, regel="bezuege", gruende=["Regel bezuege"]),
    "the rule alone": _line(1, regel="bezuege"),
    "a rule that there is not": _line(1, regel="sonstiges", gruende=["Regel sonstiges"]),
    "a person for a foreign line": _line(1, regel="Person: K. Kasse"),
    "why a line is foreign": _line(1, gruende=["gehört der Kasse"]),
    "no rule for a foreign line": _line(1, regel=""),
    "a foreign line that waits": _line(1, ergebnis="wartet", regel="", gruende=[]),
    "a foreign line called unclear": _line(1, ergebnis="ungeklärt", regel=""),
    "the key of a foreign line": _line(1, schluessel="1:r-0000000000000000000000ff-1"),
    "a number for a foreign line": _line(1, nr="2024-000002"),
    "the statement of a line": data(BANK, lambda held: held["zeilen"][1].update(auszug="1:a-0")),
    "a foreign line dropped": data(BANK, lambda held: _dropped(held, 1)),
    "a booked line dropped": data(BANK, lambda held: _dropped(held, 0)),
    "a foreign line twice": data(BANK, _doubled),
    "lines in another order": data(BANK, lambda held: held["zeilen"].reverse()),
    "an opening balance": _statement(anfang="1074632.74"),
    "a closing balance": _statement(ende="1012997.57"),
    "the sum of a statement": _statement(umsatz="-61635.18"),
    "the first day": _statement(von="2024-03-02"),
    "the last day": _statement(bis="2024-03-30"),
    "the account": _statement(konto="DE00"),
    "the number of a statement": _statement(nummer=5),
    "the format of a statement": _statement(art="MT940"),
    "the content's key": _statement(inhalt="1:i-0"),
    "the statement's key": _statement(schluessel="1:a-0"),
    "the file of a statement": _statement(sha256="0" * 64),
    "the count of lines": _statement(zeilen=5),
    "the count of known lines": _statement(bekannt=1),
    "the count of a fate": _statement(wartet=1),
    "an unknown fact": data(BANK, lambda held: held.update(bemerkung="x")),
    "an unknown fact of a line": _line(1, bemerkung="x"),
    "the month": data(BANK, lambda held: held.update(monat="2024-02")),
    "the format": data(BANK, lambda held: held.update(format="kkd-vollstaendigkeit/0")),
    "a statement dropped with its lines": data(
        BANK, lambda held: (held["auszuege"].clear(), held["zeilen"].clear())
    ),
    "other blanks": content(BANK, lambda found: found.replace(b'": "', b'" : "', 1)),
    "a key twice": content(BANK, lambda found: found.replace(b'"nr": "', b'"nr": "", "nr": "', 1)),
    "a blank at the end": appended(BANK, "\n"),
    "gone": removed(BANK),
    "emptied": content(BANK, lambda _: b"{}"),
    "that of another month": copied(BEFORE, BANK),
    "one laid beside": copied(BANK, "2024/2024-05.bank.json"),
    "under another name": renamed(BANK, "2024/2024-03.bank.JSON"),
    "a link": linked(BANK),
    "amount in ledger and certificate": all_of(
        text(JOB, "15555.30", "15555.31", -1), _line(0, betrag="-15555.31")
    ),
    "number in ledger and certificate": all_of(
        text(JOB, "2024-000002", "2024-000003"), _line(0, nr="2024-000003")
    ),
    "day in ledger and certificate": all_of(
        text(JOB, "2024-03-12 *", "2024-03-13 *"), _line(0, tag="2024-03-13")
    ),
    "reason in ledger and certificate": all_of(
        text(JOB, "Fälligkeit liegt nahe", "geprüft"),
        content(BANK, lambda found: found.replace("Fälligkeit liegt nahe".encode(), b"gepr\xc3\xbcft")),
    ),
    "entry and line gone": all_of(
        flocks(JOB, lambda blocks: [one for one in blocks if '"zahlung"' not in one]),
        data(BANK, lambda held: _dropped(held, 0)),
    ),
    "entry gone, line called foreign": all_of(
        flocks(JOB, lambda blocks: [one for one in blocks if '"zahlung"' not in one]),
        _line(0, ergebnis="nicht-kkd", nr="", regel="steuern", gruende=["Regel steuern"]),
    ),
}


def _paper(edit: Callable[[Path], object], *, original: bool = False) -> Edit:
    """Do something with the file in the archive that March's certificate names (or with its original)."""

    def change(book: Path) -> None:
        named = json.loads((book / BANK).read_bytes())["auszuege"][0]["sha256"]
        edit(next((book / ("originale" if original else "archive")).glob(f"{named}.*")))

    return change


def _told(old: str, new: str) -> Callable[[Path], object]:
    return bytes_of(lambda found: found.replace(old.encode(), new.encode()))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _dead_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "anderswo")


def _linked(path: Path) -> None:
    elsewhere = path.parents[2] / "anderswo.auszug"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _everywhere(*changes: tuple[str, str]) -> Edit:
    """Change original, extract, certificate and ledger alike, and put the original under its new hash."""

    def edit(book: Path) -> None:
        named = json.loads((book / BANK).read_bytes())["auszuege"][0]["sha256"]
        (original,) = (book / "originale").glob(f"{named}.*")
        (extract,) = (book / "archive").glob(f"{named}.*")
        found = original.read_bytes()
        for old, new in changes:
            found = found.replace(old.encode(), new.encode())
        name = sha256(found).hexdigest()
        for path in (original, extract, book / BANK, book / JOB):
            told = found if path == original else path.read_bytes().replace(named.encode(), name.encode())
            for old, new in changes:
                told = told.replace(old.encode(), new.encode())
            path.write_bytes(told)
        original.rename(original.with_name(f"{name}{original.suffix}"))
        extract.rename(extract.with_name(f"{name}{extract.suffix}"))

    return edit


ARCHIVE: Final[Kinds] = {
    "the amount of our line": _paper(_told('"-15555.30"', '"-15555.31"')),
    "the day of our line": _paper(_told('"tag": "2024-03-12"', '"tag": "2024-03-13"')),
    "the payee of our line": _paper(_told("Landkreis Marburg-Biedenkopf", "Landkreis")),
    "the account of our line": _paper(
        _told('"iban": "DE19999999996534000000"', '"iban": "DE30999999990000471100"')
    ),
    "the reference of our line": _paper(_told("RF62KKD2024065340041", "RF10KKD2023065340041")),
    "the bank's reference": _paper(_told("20240300001", "20240300009")),
    "the value day": _paper(_told('"wertstellung": "2024-03-12"', '"wertstellung": "2024-03-13"')),
    "the key of our line": _paper(_told("1:r-bebd3ed7", "1:r-00000000")),
    "the amount of a foreign line": _paper(_told('"1280.40"', '"1280.41"')),
    "the day of a foreign line": _paper(_told('"tag": "2024-03-28"', '"tag": "2024-03-27"')),
    "the mark of a foreign line": _paper(_told('"hmac": "b05ee6', '"hmac": "000000')),
    "the rule of a foreign line": _paper(_told('"regel": "bezuege"', '"regel": "steuern"')),
    "a line that is not booked": _paper(
        _told('"eintrag": 2, "gebucht": true', '"eintrag": 2, "gebucht": false')
    ),
    "the number of a line": _paper(_told('"eintrag": 4', '"eintrag": 5')),
    "an opening balance": _paper(_told("1074632.73", "1074632.74")),
    "a closing balance": _paper(_told("1012997.56", "1012997.57")),
    "the account": _paper(_told("DE41999999990065340040", "DE30999999990000471100")),
    "the number of the statement": _paper(_told('"nummer": 4', '"nummer": 7')),
    "the last day": _paper(_told('"bis": "2024-03-31"', '"bis": "2024-03-30"')),
    "the page": _paper(_told('"blatt": 1', '"blatt": 2')),
    "that more follows": _paper(_told('"weitere": false', '"weitere": true')),
    "the mark of the key": _paper(_told('"schluesselkennung": "', '"schluesselkennung": "0')),
    "the format": _paper(_told("kkd-auszug/1", "kkd-auszug/0")),
    "a blank at the end": _paper(bytes_of(lambda found: found + b"\n")),
    "emptied": _paper(bytes_of(lambda _: b"")),
    "gone": _paper(Path.unlink),
    "a folder in its place": _paper(_folder),
    "a link to nowhere": _paper(_dead_link),
    "a link to the same content": _paper(_linked),
    "under a longer name": _paper(lambda path: path.rename(path.with_name(f"{path.stem}.alt{path.suffix}"))),
    "under another ending": _paper(lambda path: path.rename(path.with_suffix(".txt"))),
    "in capitals": _paper(lambda path: path.rename(path.with_name(path.stem.upper() + path.suffix))),
    "an extract laid beside": _paper(lambda path: shutil.copy(path, path.with_name("0" * 64 + path.suffix))),
    "something strange laid beside": added("archive/notiz.txt"),
    "the original's amount": _paper(_told("15555.30", "15555.31"), original=True),
    "the original's foreign line": _paper(_told("1280.40", "1280.41"), original=True),
    "a byte of the original": _paper(bytes_of(lambda found: found + b" "), original=True),
    "the original emptied": _paper(bytes_of(lambda _: b""), original=True),
    "the original a folder": _paper(_folder, original=True),
    "another key of the extracts": content("originale/hmac.key", lambda found: found[::-1]),
    "the key of the extracts gone": removed("originale/hmac.key"),
    "originals that everybody reads": _paper(lambda path: path.chmod(0o644), original=True),
    "extract and certificate alike": all_of(
        _paper(_told('"1280.40"', '"1280.41"')), _line(1, betrag="1280.41")
    ),
    "the rule in extract and certificate": all_of(
        _paper(_told('"regel": "bezuege"', '"regel": "steuern"')),
        _line(3, regel="steuern", gruende=["Regel steuern"]),
    ),
    "all of a booked line": _everywhere(("15555.30", "15555.31")),
}


def _copied_below(file: str, name: str) -> Edit:
    """Lay a copy of a file into a folder that may not be there."""

    def edit(book: Path) -> None:
        (book / name).parent.mkdir(exist_ok=True)
        shutil.copy(book / file, book / name)

    return edit


RUNS: Final[Kinds] = {
    "the account of a payment": text(RUN_XML, "DE19999999996534000000", "DE30999999990000471100"),
    "the amount of a payment": text(RUN_XML, "15555.30", "99555.30", -1),
    "the name of the payee": text(RUN_XML, "Kreisausschuss", "Kreiskasse"),
    "the day of a payment": text(RUN_XML, "<Dt>2024-03-15</Dt>", "<Dt>2024-03-14</Dt>"),
    "our account": text(RUN_XML, "DE41999999990065340040", "DE30999999990000471100"),
    "a blank in a payment file": appended(RUN_XML, "\n"),
    "who prepared": text(RUN_JSON, "K. Kasse", "E. Eva"),
    "who released": text(RUN_JSON, "B. Buch", "E. Eva"),
    "the sum of a run": text(RUN_JSON, '"summe": "15555.30"', '"summe": "1.00"'),
    "what a run pays": text(RUN_JSON, "kkd-2024-biedenkopf-1", "kkd-2023-biedenkopf-1", -1),
    "the day of a run": text(RUN_JSON, '"tag": "2024-02-29"', '"tag": "2024-02-28"'),
    "a run gone": removed(RUN_JSON),
    "a run and its file gone": removed(RUN_JSON, RUN_XML),
    "a run put in": copied(RUN_JSON, "zahlungen/pain001-2024-02-29-002.json"),
    "a payment file put in": copied(RUN_XML, "zahlungen/pain001-2024-02-29-002.xml"),
    **{
        f"a payment file put in {where}": copied(RUN_XML, name)
        for where, name in {
            "with a capital ending": "zahlungen/pain001-2024-04-30-001.XML",
            "without an ending": "zahlungen/pain001-2024-04-30-001",
            "with another ending": "zahlungen/pain001-2024-04-30-001.xml.txt",
            "hidden": "zahlungen/.pain001-2024-04-30-001.xml",
            "under a name of nobody": "zahlungen/eilig.xml",
            "beside the book": "pain001-2024-04-30-001.xml",
        }.items()
    },
    **{
        f"a payment file put in {where}": _copied_below(RUN_XML, name)
        for where, name in {
            "a folder of the runs": "zahlungen/heute/pain001-2024-04-30-001.xml",
            "a folder with a capital": "Zahlungen/pain001-2024-04-30-001.xml",
            "a folder of nobody": "lastschriften/pain008-2024-04-30-001.xml",
            "the kept contents": "grundlagen/pain008-2024-04-30-001.xml",
            "the originals": "originale/pain008-2024-04-30-001.xml",
        }.items()
    },
    "a run under another name": renamed(RUN_JSON, "zahlungen/pain001-2024-02-29-003.json"),
    "a run in capitals": renamed(RUN_JSON, "zahlungen/PAIN001-2024-02-29-001.json"),
    "a run that is a link": linked(RUN_JSON),
    "a payment file that is a link": linked(RUN_XML),
}


def _year_linked(book: Path) -> None:
    elsewhere = book.parent / "anderswo"
    (book / "2024").rename(elsewhere)
    (book / "2024").symlink_to(elsewhere)


def _folder_linked(name: str) -> Edit:
    def edit(book: Path) -> None:
        elsewhere = book.parent / f"anderswo-{name}"
        (book / name).rename(elsewhere)
        (book / name).symlink_to(elsewhere)

    return edit


def _decided(book: Path) -> None:
    """Lay a batch there as if a dead writer had decided it."""
    staged = (book / JOB).read_bytes().replace(b"15555.30", b"15555.31")
    (book / ".wal").mkdir()
    (book / ".wal/0").write_bytes(staged)
    told = {"format": "kkd-wal/1", "write": {JOB: sha256(staged).hexdigest()}, "gone": {}}
    (book / ".wal/commit.json").write_text(json.dumps(told), encoding="utf-8")


def _link_below(name: str) -> Edit:
    def edit(book: Path) -> None:
        (book / name).parent.mkdir()
        (book / name).symlink_to("/etc/hostname")

    return edit


FOLDERS: Final[Kinds] = {
    "a month laid beside": copied(JOB, "2024/2024-05.beancount"),
    "a copy of a month": copied(JOB, "2024/2024-03.beancount.bak"),
    "a month in capitals laid beside": copied(JOB, "2024/2024-03.Beancount"),
    "a file in a year": added("2024/notiz.txt"),
    "a folder in a year": added("2024/neu/notiz.txt"),
    "a year of nobody": added("2031/2031-01.beancount"),
    "a month that is a link": linked(JOB),
    "a month that is a link, with another text": all_of(linked(JOB), text(JOB, "15555.30", "15555.31", -1)),
    "a year that is a link": _year_linked,
    "an archive that is a link": _folder_linked("archive"),
    "an inbox that is a link": _folder_linked("inbox"),
    "runs that are a link": _folder_linked("zahlungen"),
    "originals that are a link": _folder_linked("originale"),
    "a module beside the book": added("sitecustomize.py"),
    "a package in the book": added("kkd_ledger/__init__.py"),
    "a module in a year": added("2024/kkd_ledger.py"),
    "a module in the archive": added("archive/x.py"),
    "a module in the inbox": added("inbox/x.py"),
    "a module two folders deep": added("archive/x/y.py"),
    "a module in capitals": added("archive/X.PY"),
    "a script in the inbox": added("inbox/zahlen.sh"),
    "a program in the inbox": added("inbox/auszug.exe"),
    "a link two folders deep": _link_below("archive/x/y"),
    "an original without extract": added("originale/" + "0" * 64 + ".xml"),
    "another key beside the key": added("originale/hmac.key.alt", "0" * 64 + "\n"),
    "a folder of nobody": added("privat/x.txt"),
    "a year in other digits": added("\uff12\uff10\uff12\uff14/2024-05.beancount"),
    "kept content of nobody": added("grundlagen/" + "0" * 64),
    "a link beside the book": lambda book: (book / "verweis").symlink_to("/etc/hostname"),
    "a batch as if it were decided": _decided,
    "a month that everybody may change": lambda book: (book / JOB).chmod(0o666),
    "settings that everybody may change": lambda book: (book / "book.toml").chmod(0o666),
    "a book that everybody may change": lambda book: book.chmod(0o777),
    "a closing proof put in": added("2024/2024-01.seal.json", "{}"),
    "a reopening put in": added("2024/2024-01.reopen-1.json", "{}"),
    "a month's day in another year's folder": copied(YEAR, "2023/2024-01.beancount"),
}
