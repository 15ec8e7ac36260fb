"""Kinds of edit in the text of months: what a clerk with an editor and no key can do to what is booked."""

from __future__ import annotations

from typing import Final

from tests.audit.insider.world import (
    Edit,
    all_of,
    appended,
    before,
    content,
    copied,
    flocks,
    pattern,
    removed,
    text,
)

Kinds = dict[str, Edit]

JOB = "2024/2024-03.beancount"  # one payment that the job booked
ORDERED = "2023/2023-10.beancount"  # shares that persons certified and ordered, and what nobody stands behind
YEAR = "2024/2024-01.beancount"
RUN = "2024/2024-02.beancount"  # a payment run for which two persons stand
LAST = "2024/2024-04.beancount"
TOP = "main.beancount"


def _meta(file: str, key: str, new: str) -> Edit:
    """Change the first value of a key."""
    return pattern(file, rf'^(\s+{key}: )(?:"[^"\n]*"|\d{{4}}-\d\d-\d\d)$', rf"\g<1>{new}")


def _without(file: str, key: str) -> Edit:
    return pattern(file, rf"^\s+{key}: .*\n", "")


def _twins(blocks: list[str], wanted: str) -> list[int]:
    return [at for at, block in enumerate(blocks) if wanted in block]


def _swapped(file: str, one: str, other: str) -> Edit:
    """Swap two directives, the first ones that hold these texts."""

    def change(blocks: list[str]) -> list[str]:
        left = _twins(blocks, one)[0]
        right = next(at for at in _twins(blocks, other) if at != left)
        blocks[left], blocks[right] = blocks[right], blocks[left]
        return blocks

    return flocks(file, change)


def _gone(file: str, wanted: str, more: int = 0) -> Edit:
    """Take out the first directive that holds a text, and so many behind it."""

    def change(blocks: list[str]) -> list[str]:
        at = _twins(blocks, wanted)[0]
        return blocks[:at] + blocks[at + 1 + more :]

    return flocks(file, change)


def _again(file: str, wanted: str) -> Edit:
    """Write the first directive that holds a text once more behind itself."""

    def change(blocks: list[str]) -> list[str]:
        at = _twins(blocks, wanted)[0]
        return [*blocks[: at + 1], blocks[at], *blocks[at + 1 :]]

    return flocks(file, change)


def _after_first(file: str, more: str) -> Edit:
    """Write a directive behind the month's first one."""
    return flocks(file, lambda blocks: [*blocks[:2], more, *blocks[2:]])


def _moved(file: str, wanted: str, to: str) -> Edit:
    """Move the first directive that holds a text to the end of another month, on the month's last day there."""

    def edit(book):  # type: ignore[no-untyped-def]
        source, target = book / file, book / to
        blocks = source.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
        block = blocks.pop(_twins(blocks, wanted)[0])
        source.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
        day = f"{to[5:12]}-28"
        more = f"\n{day}{block[10:]}\n"
        target.write_text(target.read_text(encoding="utf-8") + more, encoding="utf-8")

    return edit


_PAID, _SHARE = '"zahlung"', '"Kostenbeteiligung 2023"'
_LEG = r"(Passiva:4500-Verbindlichkeiten-KKD:Landkreis\s+)15555\.30"

PAYMENT: Final[Kinds] = {
    "its day within the month": text(JOB, '2024-03-12 * "Landkreis', '2024-03-13 * "Landkreis'),
    "its payee": text(JOB, '* "Landkreis Marburg-Biedenkopf"', '* "Landkreis Gießen"'),
    "no payee": text(JOB, '* "Landkreis Marburg-Biedenkopf"', '* ""'),
    "its text": text(JOB, '"RF62KKD2024065340041" ^', '"RF10KKD2023065340041" ^'),
    "one letter of its text": text(JOB, '"RF62KKD2024065340041" ^', '"RF62KKD2024065340042" ^'),
    "its link": text(JOB, "^kkd-2024-biedenkopf", "^kkd-2023-biedenkopf"),
    "its link gone": text(JOB, " ^kkd-2024-biedenkopf", ""),
    "another link": text(JOB, "^kkd-2024-biedenkopf", "^kkd-2023-biedenkopf ^kkd-2024-biedenkopf"),
    "a tag": text(JOB, " ^kkd-2024", " #periodenfremd ^kkd-2024"),
    "a tag of nobody": text(JOB, " ^kkd-2024", " #erledigt ^kkd-2024"),
    "its flag": text(JOB, '2024-03-12 * "', '2024-03-12 ! "'),
    "its number": _meta(JOB, "nr", '"2024-000003"'),
    "its number given twice": _meta(JOB, "nr", '"2024-000001"'),
    "no number": _without(JOB, "nr"),
    "its kind": _meta(JOB, "buchungsart", '"rueckgabe"'),
    "the day of recording": _meta(JOB, "erfasst-am", "2024-04-29"),
    "no day of recording": _without(JOB, "erfasst-am"),
    "its bank line": _meta(JOB, "bankref", '"1:r-7084d337c7c28f0325b34f0f-1"'),
    "no bank line": _without(JOB, "bankref"),
    "why it was matched": _meta(JOB, "grund", '"von Hand geprüft"'),
    "one letter of why": text(JOB, "Fälligkeit liegt nahe", "Fälligkeit liegt nah"),
    "no reason": _without(JOB, "grund"),
    "the general order": _meta(JOB, "anordnung", '"AAO-2022-01"'),
    "no general order": _without(JOB, "anordnung"),
    "the program": _meta(JOB, "programm", '"0.1.1"'),
    "no program": _without(JOB, "programm"),
    "a person's name on the job's entry": text(
        JOB, '  programm: "0.1.0"\n', '  programm: "0.1.0"\n  veranlasst-von: "K. Kasse"\n'
    ),
    "a bank day": text(JOB, '  bankref: "', '  buchungstag: 2024-03-12\n  bankref: "'),
    "a bank text": text(JOB, '  anordnung: "', '  banktext: "Rate 1"\n  anordnung: "'),
    "a voucher": text(JOB, '  anordnung: "', '  beleg: "quittung.pdf"\n  anordnung: "'),
    "keys in another order": text(
        JOB,
        '  anordnung: "AAO-2023-07"\n  programm: "0.1.0"\n',
        '  programm: "0.1.0"\n  anordnung: "AAO-2023-07"\n',
    ),
    "an unknown key": text(JOB, '  programm: "', '  notiz: "ok"\n  programm: "'),
    "its item": text(JOB, 'posten: "kkd-2024-biedenkopf-1"', 'posten: "kkd-2023-biedenkopf-1"'),
    "its item's count": text(JOB, 'posten: "kkd-2024-biedenkopf-1"', 'posten: "kkd-2024-biedenkopf-2"'),
    "no item": _without(JOB, "posten"),
    "its amount, both legs": text(JOB, "15555.30", "15555.31", -1),
    "its amount, one leg": pattern(JOB, _LEG, r"\g<1>15555.31"),
    "its sign": all_of(
        text(JOB, " 15555.30", " 15555.3X"),
        text(JOB, "-15555.30", "15555.30"),
        text(JOB, " 15555.3X", "-15555.30"),
    ),
    "ten times its amount": all_of(
        text(JOB, " 15555.30 EUR", "155553.00 EUR"), text(JOB, "-15555.30 EUR", "-155553.00 EUR")
    ),
    "its account": text(
        JOB,
        "  Passiva:4500-Verbindlichkeiten-KKD:Landkreis ",
        "  Aktiva:2690-Ungeklärte-Zahlungsausgänge      ",
    ),
    "the bank's account": text(
        JOB, "  Aktiva:2890-Verrechnung-Gemeindekasse  ", "  Passiva:4800-Ungeklärte-Zahlungseingänge"
    ),
    "its legs swapped": pattern(JOB, r"^(  Passiva.*\n    posten.*\n)(  Aktiva.*\n)", r"\2\1"),
    "legs of nothing": pattern(
        JOB,
        r"^(  Aktiva:2890-Verrechnung-Gemeindekasse) +-15555.30 EUR\n",
        r"\g<0>\g<1>                                           0.00 EUR\n",
    ),
    "a leg in two parts": pattern(
        JOB,
        r"^(  Aktiva:2890-Verrechnung-Gemeindekasse +)-15555.30 EUR\n",
        r"\g<1>-15555.00 EUR\n\g<1>    -0.30 EUR\n",
    ),
    "another currency": text(JOB, "15555.30 EUR", "15555.30 USD", -1),
    "a third decimal": text(JOB, "15555.30 EUR", "15555.300 EUR", -1),
    "a price beside it": text(JOB, "-15555.30 EUR", "-15555.30 EUR @ 1.00 EUR"),
    "a cost beside it": text(JOB, "-15555.30 EUR", "-15555.30 EUR {1.00 EUR}"),
    "the amount left to Beancount": pattern(
        JOB, r"^(  Aktiva:2890-Verrechnung-Gemeindekasse) +-15555.30 EUR$", r"\1"
    ),
    "taken out": _gone(JOB, _PAID),
    "written twice": _again(JOB, _PAID),
    "moved to the month behind": _moved(JOB, _PAID, LAST),
    "moved to the month before": _moved(JOB, _PAID, RUN),
    "before the month's opening": _swapped(JOB, 'custom "buchungsmonat"', _PAID),
    "taken back by an entry written by hand": appended(
        JOB,
        '\n2024-03-20 * "Landkreis Marburg-Biedenkopf" "Storno"\n  nr: "2024-000003"\n  buchungsart: "storno"\n'
        '  erfasst-am: 2024-03-20\n  storniert: "2024-000002"\n  grund: "doppelt"\n'
        "  Passiva:4500-Verbindlichkeiten-KKD:Landkreis                                -15555.30 EUR\n"
        '    posten: "kkd-2024-biedenkopf-1"\n'
        "  Aktiva:2890-Verrechnung-Gemeindekasse                                        15555.30 EUR\n",
    ),
    "one more payment": appended(
        LAST,
        '\n2024-04-20 * "Landkreis Marburg-Biedenkopf" "Nachzahlung"\n  nr: "2024-000003"\n  buchungsart: "zahlung"\n'
        '  erfasst-am: 2024-04-20\n  bankref: "1:r-bebd3ed737323e3f5aa68780-1"\n  anordnung: "AAO-2023-07"\n'
        '  programm: "0.1.0"\n'
        "  Passiva:4500-Verbindlichkeiten-KKD:Landkreis                                     1.00 EUR\n"
        '    posten: "kkd-2024-biedenkopf-1"\n'
        "  Aktiva:2890-Verrechnung-Gemeindekasse                                           -1.00 EUR\n",
    ),
}

_2023 = r'("Kostenbeteiligung 2023"(?:.*\n)(?:  .*\n)*?  {key}: )(?:"[^"\n]*"|\d{{4}}-\d\d-\d\d)'


def _of_share(key: str, new: str) -> Edit:
    """Change a key of the share of 2023."""
    return pattern(ORDERED, _2023.format(key=key), rf"\g<1>{new}")


def _share_without(key: str) -> Edit:
    return pattern(ORDERED, rf'("Kostenbeteiligung 2023"(?:.*\n)(?:  .*\n)*?)  {key}: .*\n', r"\g<1>")


SHARE: Final[Kinds] = {
    "its day": text(
        ORDERED,
        '2023-10-02 * "Landkreis Marburg-Biedenkopf" "Kostenbeteiligung 2023"',
        '2023-10-03 * "Landkreis Marburg-Biedenkopf" "Kostenbeteiligung 2023"',
    ),
    "its payee": text(
        ORDERED,
        '"Landkreis Marburg-Biedenkopf" "Kostenbeteiligung 2023"',
        '"Landkreis" "Kostenbeteiligung 2023"',
    ),
    "its text": text(ORDERED, _SHARE, '"Kostenbeteiligung für 2023"'),
    "the mark of prior periods gone": text(ORDERED, " #periodenfremd", ""),
    "its link": text(ORDERED, " ^kkd-2023-biedenkopf", " ^kkd-2022-biedenkopf"),
    "its number": _of_share("nr", '"2023-000009"'),
    "two numbers swapped": all_of(
        text(ORDERED, '"2023-000001"', '"X"'),
        text(ORDERED, '"2023-000002"', '"2023-000001"'),
        text(ORDERED, '"X"', '"2023-000002"'),
    ),
    "its kind": _of_share("buchungsart", '"korrektur"'),
    "the day of recording": _of_share("erfasst-am", "2023-10-01"),
    "when it arose": _of_share("entstanden", "2023-09-27"),
    "its agreement": _of_share("vereinbarung", '"kkd2"'),
    "its party": _of_share("beteiligte", '"wetter"'),
    "its service year": _of_share("leistungsjahr", '"2022"'),
    "the day of its figures": _of_share("berechnungsstand", "2023-10-01"),
    "its resolution": _of_share("beschluss", '"VL-101/2023"'),
    "its reference": _of_share("kassenzeichen", '"RF55KKD2022065340041"'),
    "its due day": _of_share("faellig", "2023-12-15"),
    "why in this period": _meta(ORDERED, "periodenentscheidung", '"so entschieden"'),
    "who decided the period": _meta(ORDERED, "periodenentscheidung-von", '"S. Muster"'),
    "who certified": _of_share("sachlich-richtig-von", '"L. Beispiel"'),
    "when it was certified": _of_share("sachlich-richtig-von-am", "2023-10-01"),
    "who reckoned": _of_share("rechnerisch-richtig-von", '"K. Kasse"'),
    "when it was reckoned": _of_share("rechnerisch-richtig-von-am", "2023-10-01"),
    "who ordered": _of_share("angeordnet-von", '"S. Muster"'),
    "when it was ordered": _of_share("angeordnet-von-am", "2023-10-01"),
    "no due day": _share_without("faellig"),
    "no reference": _share_without("kassenzeichen"),
    "no resolution": _share_without("beschluss"),
    "nobody certified": _share_without("sachlich-richtig-von"),
    "nobody ordered": _share_without("angeordnet-von"),
    "its amount, both legs": text(ORDERED, "12826.30", "12826.31", -1),
    "its accounts swapped": all_of(
        text(
            ORDERED,
            ":717201-Kostenerstattung-Landkreis:KKD   12826",
            ":799001-Periodenfremde-Aufwendungen:KKD  12826",
        )
    ),
    "its item": text(ORDERED, '"kkd-2023-biedenkopf-1"', '"kkd-2023-biedenkopf-2"'),
    "taken out with its acts": _gone(ORDERED, _SHARE, 2),
    "both taken out with all that ends them": flocks(
        ORDERED, lambda blocks: blocks[: _twins(blocks, "(periodenfremd, gebucht 2023)")[0]]
    ),
    "written twice": _again(ORDERED, _SHARE),
    "both in another order": _swapped(ORDERED, "(periodenfremd", _SHARE),
}

_SAT = (
    'custom "beschluss" "VL-100/2023" "Stadtverordnetenversammlung" "15" 2023-09-28 "beschlossen" '
    "21695.55 EUR 2022-01-01"
)
_APPROVED = 'custom "haushaltsansatz" "010102" "2023" 22000.00 EUR "ansatz"'

NOBODY: Final[Kinds] = {
    "the paper of a resolution": text(ORDERED, _SAT, _SAT.replace("VL-100/2023", "VL-101/2023")),
    "the body of a resolution": text(ORDERED, _SAT, _SAT.replace("Stadtverordnetenversammlung", "Magistrat")),
    "the sitting of a resolution": text(ORDERED, _SAT, _SAT.replace('"15"', '"16"')),
    "the day of a resolution": text(ORDERED, _SAT, _SAT.replace("2023-09-28", "2023-09-27")),
    "the outcome of a recommendation": text(
        ORDERED, '"61" 2023-07-31 "empfohlen"', '"61" 2023-07-31 "beschlossen"'
    ),
    "the amount of a resolution": text(ORDERED, _SAT, _SAT.replace("21695.55", "31695.55")),
    "from when a resolution holds": text(ORDERED, _SAT, _SAT.replace("2022-01-01", "2021-01-01")),
    "whose resolution it is": _meta(ORDERED, "beteiligte", '"wetter"'),
    "when a resolution was recorded": text(ORDERED, f"2023-10-02 {_SAT}", f"2023-10-01 {_SAT}"),
    "a resolution taken out": _gone(ORDERED, _SAT),
    "a resolution twice": _again(ORDERED, _SAT),
    "a resolution put in": _after_first(
        YEAR,
        '2024-01-10 custom "beschluss" "VL-9/2024" "Magistrat" "3" 2024-01-09 "beschlossen" 99999.00 EUR 2024-01-01\n'
        '  beteiligte: "biedenkopf"',
    ),
    "sittings in another order": _swapped(ORDERED, '"Magistrat"', '"Haupt- und Finanzausschuss"'),
    "the line of an appropriation": text(ORDERED, _APPROVED, _APPROVED.replace("010102", "010103")),
    "the year of an appropriation": text(ORDERED, _APPROVED, _APPROVED.replace('"2023"', '"2024"')),
    "the amount of an appropriation": text(ORDERED, _APPROVED, _APPROVED.replace("22000", "32000")),
    "the kind of an appropriation": text(ORDERED, _APPROVED, _APPROVED.replace('"ansatz"', '"nachtrag"')),
    "the day of an appropriation": text(ORDERED, f"2023-10-02 {_APPROVED}", f"2023-10-03 {_APPROVED}"),
    "a reason for an appropriation": text(ORDERED, _APPROVED, f'{_APPROVED}\n  grund: "Nachtrag"'),
    "an appropriation taken out": _gone(ORDERED, _APPROVED),
    "an appropriation put in": _after_first(
        YEAR, '2024-01-10 custom "haushaltsansatz" "010102" "2025" 50000.00 EUR "ansatz"'
    ),
    "an appropriation twice": _again(ORDERED, _APPROVED),
    "a plan put in": appended(
        LAST, '\n2024-04-30 custom "haushaltsansatz" "010102" "2026" 1.00 EUR "finanzplanung"\n'
    ),
    "a year's state": text(YEAR, '"2023" "vorläufig-abgeschlossen"', '"2023" "offen"'),
    "a state's year": text(YEAR, '"2023" "vorläufig-abgeschlossen"', '"2022" "vorläufig-abgeschlossen"'),
    "who found a state": _meta(YEAR, "veranlasst-von", '"S. Muster"'),
    "a state taken out with its act": _gone(YEAR, '"vorläufig-abgeschlossen"', 1),
    "a state put in": appended(LAST, '\n2024-04-30 custom "haushaltsjahr" "2023" "aufgestellt"\n'),
    "a closing balance put in": appended(
        LAST, '\n2024-04-30 custom "jahressaldo" "2023" "Passiva:4900-RAP" 5.00 EUR\n'
    ),
    "a deferral put in": appended(
        LAST,
        '\n2024-04-30 custom "verfuegung" "kkd-2024-biedenkopf-1" "stundung" "L. Beispiel" 2025-12-31\n'
        '  grund: "Haushaltslage"\n',
    ),
    "an instalment put in": appended(
        LAST, '\n2024-04-30 custom "rate" "kkd-2024-biedenkopf-1" 2024-12-31 15555.30 EUR\n'
    ),
    "the month that a file is": text(
        JOB, 'custom "buchungsmonat" "2024-03"', 'custom "buchungsmonat" "2024-04"'
    ),
    "no opening of a month": _gone(LAST, 'custom "buchungsmonat"'),
    "the language that Fava shows": text(ORDERED, '"language" "de"', '"language" "en"'),
    "how Fava shows amounts": text(ORDERED, '"locale" "de_DE"', '"locale" "en_US"'),
    "a setting of Fava taken out": _gone(ORDERED, '"locale"'),
    "a setting of Fava twice": _again(ORDERED, '"language"'),
    "our page taken out": pattern(
        ORDERED,
        r'^2023-10-01 custom "fava-extension".*\n',
        '2023-10-01 custom "fava-option" "language" "de"\n',
    ),
    "an opening taken out": pattern(ORDERED, r"^.* open Aktiva:2600-Forderungen-KKD:Landkreis EUR\n", ""),
    "an opening put in": pattern(
        ORDERED,
        r"^.* open Aktiva:2600-Forderungen-KKD:Landkreis EUR\n",
        r"\g<0>2023-10-01 open Aktiva:2601-Handkasse EUR\n",
    ),
    "an opening's account": text(
        ORDERED, "open Aktiva:2600-Forderungen-KKD:Landkreis", "open Aktiva:2600-Forderungen-KKD:Lahntal"
    ),
    "openings in another order": pattern(
        ORDERED, r"^(.* open Aktiva:2600.*\n)(.* open Aktiva:2690.*\n)", r"\2\1"
    ),
    "an opening's day": text(ORDERED, "2023-10-01 open Aktiva:2600", "2023-10-02 open Aktiva:2600"),
    "an account closed": appended(LAST, "\n2024-04-30 close Passiva:4800-Ungeklärte-Zahlungseingänge\n"),
    "a balance asserted": appended(
        LAST, "\n2024-04-30 balance Passiva:4800-Ungeklärte-Zahlungseingänge                     0.00 EUR\n"
    ),
    "a document named": appended(
        LAST, '\n2024-04-30 document Passiva:4500-Verbindlichkeiten-KKD:Landkreis "../documents/x.pdf"\n'
    ),
}

_ACT = '2024-02-29 custom "akt" "8" "freigabe" "B. Buch" "kasse" 2024-02-29'
_NAMED = 'custom "niederschrift" "zahlungen/pain001-2024-02-29-001.xml"'

ACTS: Final[Kinds] = {
    "an act's number": text(RUN, _ACT, _ACT.replace('"8"', '"9"')),
    "an act's deed": text(RUN, _ACT, _ACT.replace("freigabe", "vorbereitung")),
    "an act's person": text(RUN, _ACT, _ACT.replace("B. Buch", "L. Beispiel")),
    "an act's role": text(RUN, _ACT, _ACT.replace("kasse", "anordnung")),
    "the day of acting": text(RUN, _ACT, _ACT[:-2] + "28"),
    "the day under which an act stands": text(
        RUN, _ACT, _ACT.replace("2024-02-29 custom", "2024-02-28 custom")
    ),
    "how the person was known": _meta(RUN, "akt-bekannt", '"signatur"'),
    "what an act covers": _meta(RUN, "akt-umfang", '"1"'),
    "the agreement of an act": _meta(RUN, "akt-vereinbarung", f'"{"0" * 64}"'),
    "the hash of an act": _meta(RUN, "akt-sha256", f'"{"0" * 64}"'),
    "no hash": _without(RUN, "akt-sha256"),
    "an act taken out": _gone(RUN, '"freigabe"'),
    "both acts taken out": _gone(RUN, '"vorbereitung"', 1),
    "an act twice": _again(RUN, '"freigabe"'),
    "acts in another order": _swapped(RUN, '"vorbereitung"', '"freigabe"'),
    "an act by a third person put in": flocks(
        RUN,
        lambda blocks: [
            *blocks,
            blocks[-1]
            if "freigabe" in blocks[-1]
            else blocks[-2].replace('"8"', '"9"').replace("B. Buch", "L. Beispiel"),
        ],
    ),
    "what they answer for": text(RUN, f'{_NAMED} "0809', f'{_NAMED} "1809')
    if False
    else pattern(RUN, r'(001\.xml" ")[0-9a-f]{8}', r"\g<1>00000000"),
    "the name of what they answer for": text(RUN, _NAMED, _NAMED.replace("001.xml", "002.xml")),
    "what they answer for taken out": _gone(RUN, _NAMED),
    "what they answer for twice": _again(RUN, _NAMED),
    "a run taken out with its acts": _gone(RUN, _NAMED, 3),
    "an act moved to another month": _moved(RUN, '"freigabe"', JOB),
}

FORM: Final[Kinds] = {
    "a comment": appended(LAST, "\n; so besprochen\n"),
    "a comment at the end of a line": text(JOB, "-15555.30 EUR\n", "-15555.30 EUR ; bar\n"),
    "a heading": appended(LAST, "\n* Kapitel\n"),
    "an option": before(LAST, b'option "insert_pythonpath" "true"\n'),
    "an option of Beancount": before(LAST, b'option "infer_tolerance_from_cost" "TRUE"\n'),
    "a root's name": text(LAST, '"name_equity" "Eigenkapital"', '"name_equity" "Kapital"'),
    "a plugin": appended(LAST, '\nplugin "beancount.plugins.auto_accounts"\n'),
    "an include": appended(LAST, '\ninclude "../anderes.beancount"\n'),
    "a pushed tag": content(
        LAST, lambda found: found.replace(b"\n2024", b"\npushtag #privat\n\n2024", 1) + b"\npoptag #privat\n"
    ),
    "a pushed key": appended(LAST, '\npushmeta grund: "x"\n\npopmeta grund:\n'),
    "a price": appended(LAST, "\n2024-04-30 price USD 1.00 EUR\n"),
    "a commodity": appended(LAST, "\n2024-04-30 commodity USD\n"),
    "a note": appended(LAST, '\n2024-04-30 note Aktiva:2900-RAP "geprüft"\n'),
    "an event": appended(LAST, '\n2024-04-30 event "ort" "hier"\n'),
    "a query": appended(LAST, '\n2024-04-30 query "x" "SELECT account"\n'),
    "a pad": appended(
        LAST,
        "\n2024-04-30 pad Aktiva:2890-Verrechnung-Gemeindekasse Passiva:4800-Ungeklärte-Zahlungseingänge\n",
    ),
    "a custom of nobody": appended(LAST, '\n2024-04-30 custom "vermerk" "ok"\n'),
    "carriage returns": content(JOB, lambda found: found.replace(b"\n", b"\r\n")),
    "one carriage return": content(JOB, lambda found: found.replace(b"EUR\n", b"EUR\r\n", 1)),
    "a byte order mark": before(JOB, b"\xef\xbb\xbf"),
    "a blank at the end of a line": text(JOB, 'nr: "2024-000002"', 'nr: "2024-000002" '),
    "a tab": text(JOB, "  nr: ", "\tnr: "),
    "two blanks in a text": text(JOB, "genannt; IBAN", "genannt;  IBAN"),
    "no line feed at the end": content(JOB, lambda found: found[:-1]),
    "an empty line more": content(JOB, lambda found: found + b"\n"),
    "an empty line within": text(JOB, "\n\n2024-03-12 *", "\n\n\n2024-03-12 *"),
    "an empty line less": text(JOB, "\n\n2024-03-12 *", "\n2024-03-12 *"),
    "a sign without width": text(JOB, "Landkreis Marburg", "Land\u200bkreis Marburg"),
    "a soft hyphen": text(JOB, "Landkreis Marburg", "Land\u00adkreis Marburg"),
    "a blank that does not break": text(JOB, "Landkreis Marburg", "Landkreis\u00a0Marburg"),
    "a turn of the reading direction": text(JOB, "Landkreis Marburg", "Landkreis\u202e Marburg"),
    "a Cyrillic letter": text(JOB, "Landkreis Marburg", "L\u0430ndkreis Marburg"),
    "an umlaut of two signs": text(JOB, "Fälligkeit", "Fa\u0308lligkeit"),
    "a Greek question mark for a semicolon": text(JOB, "genannt; IBAN", "genannt\u037e IBAN"),
    "small letters in an account": text(
        JOB, "Passiva:4500-Verbindlichkeiten-KKD:Landkreis ", "Passiva:4500-Verbindlichkeiten-KKD:landkreis "
    ),
    "a line separator": text(JOB, "genannt; IBAN", "genannt;\u2028IBAN"),
    "a null byte": content(JOB, lambda found: found.replace(b"genannt;", b"genannt\0;", 1)),
    "a byte that is no text": content(JOB, lambda found: found.replace(b"genannt;", b"genannt\xff;", 1)),
    "emptied": content(JOB, lambda _: b""),
    "the text of the month before": copied(RUN, JOB),
    "a file gone": removed(JOB),
}
