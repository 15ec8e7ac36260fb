"""Kinds of edit of what something else determines, by somebody who makes every hash again.

The agreement, the bank's file, the order of writing, a document: from these the entry follows once more, and what was
edited differs from it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kkd_ledger.audit.originals import book_key
from kkd_ledger.bank import extract
from kkd_ledger.bank.extract import mark_of
from kkd_ledger.bank.line_keys import without_number
from kkd_ledger.cli import main
from kkd_ledger.strict_json import canonical
from tests.audit.insider.in_files import BANK
from tests.audit.insider.in_hashes import link
from tests.audit.insider.in_months import JOB, ORDERED, Kinds
from tests.audit.insider.in_operator import FEBRUARY, PDF, XML
from tests.audit.insider.world import Edit, added, all_of, pattern, text

_2023: Final = r'("Kostenbeteiligung 2023" (?:.*\n)(?:  .*\n)*?  {key}: )(?:"[^"\n]*"|\d{{4}}-\d\d-\d\d)'


def _of_share(key: str, new: str) -> Edit:
    """Change a key of the share of 2023."""
    return pattern(ORDERED, _2023.format(key=key), rf"\g<1>{new}")


SHARE: Final[Kinds] = {
    "its due day": _of_share("faellig", "2023-12-15"),
    "its due day brought forward": _of_share("faellig", "2023-10-02"),
    "its payee": text(
        ORDERED,
        '"Landkreis Marburg-Biedenkopf" "Kostenbeteiligung 2023"',
        '"Landkreis Gießen" "Kostenbeteiligung 2023"',
    ),
    "its text": text(ORDERED, '"Kostenbeteiligung 2023"', '"Kostenbeteiligung 2022"'),
    "its link": text(ORDERED, "^kkd-2023-biedenkopf", "^kkd-2021-biedenkopf"),
    "its reference": _of_share("kassenzeichen", '"RF55KKD2022065340041"'),
    "its item": text(ORDERED, '"kkd-2023-biedenkopf-1"', '"kkd-2023-biedenkopf-n231002"'),
    "its resolution": _of_share("beschluss", '"VL-101/2023"'),
    "when it arose": _of_share("entstanden", "2023-01-01"),
    "the day of its figures": _of_share("berechnungsstand", "2023-10-01"),
}

_NUMBERED: Final = '  nr: "2023-00000{}"'


def _recorded(file: str, old: str, new: str) -> Edit:
    return text(file, f"erfasst-am: {old}", f"erfasst-am: {new}")


ORDER: Final[Kinds] = {
    "two numbers swapped": all_of(
        text(ORDERED, _NUMBERED.format(1), "  nr: X"),
        text(ORDERED, _NUMBERED.format(2), _NUMBERED.format(1)),
        text(ORDERED, "  nr: X", _NUMBERED.format(2)),
    ),
    "recorded before the bank booked it": _recorded(JOB, "2024-04-30", "2024-02-29"),
    "recorded before the day of the entry": _recorded(ORDERED, "2023-10-02", "2023-09-02"),
    "recorded before what stands before it": pattern(
        ORDERED, r'(nr: "2023-000002"\n.*\n  erfasst-am: )2023-10-02', r"\g<1>2023-10-01"
    ),
}

_OTHER_REFERENCE: Final = "RF10KKD2023065340041"
_NAMED_REASON: Final = "Kassenzeichen RF62KKD2024065340041 genannt"


def _in_both(old: str, new: str) -> Edit:
    """Change what entry and certificate say alike."""
    return all_of(text(JOB, old, new), text(BANK, old, new))


REASON: Final[Kinds] = {
    "another reference": _in_both(
        _NAMED_REASON, _NAMED_REASON.replace("RF62KKD2024065340041", _OTHER_REFERENCE)
    ),
    "another account": _in_both(
        "IBAN DE19999999996534000000 vereinbart", "IBAN DE30999999990000471100 vereinbart"
    ),
}


def _extract(book: Path) -> Path:
    named = json.loads((book / BANK).read_bytes())["auszuege"][0]["sha256"]
    (path,) = (book / "archive").glob(f"{named}.*")
    return path


def _as_foreign(rule: str) -> Edit:
    """Call the town's own payment foreign: in the ledger, on the certificate, in the extract, with its mark."""

    def edit(book: Path) -> None:
        path, key = _extract(book), book_key(book)
        assert key
        held = extract.read(path.read_bytes(), path.name)
        (statement,) = held.statements
        lines = tuple(
            line._replace(
                key="", whole=None, rule=rule, mark=mark_of(key, without_number(line.key), line.day)
            )
            if line.whole
            else line
            for line in statement.lines
        )
        changed = replace(held, statements=(replace(statement, lines=lines),))
        path.write_bytes(extract.write(changed))
        month = (book / JOB).read_text(encoding="utf-8")
        without = re.sub(r"\n\n2024-03-12 \*(?:.*\n)*?;\n", "\n;\n", month)
        (book / JOB).write_text(without, encoding="utf-8")
        data = json.loads((book / BANK).read_bytes())
        data["auszuege"][0].update({"zugeordnet": 0, "nicht-kkd": 4})
        data["zeilen"][0].update(
            {"ergebnis": "nicht-kkd", "nr": "", "regel": rule, "gruende": [f"Regel {rule}"]}
        )
        (book / BANK).write_bytes(canonical(data))

    return edit


def _rule_of(at: int, rule: str) -> Edit:
    """Exchange the rule of a foreign line, on the certificate and in the extract."""

    def edit(book: Path) -> None:
        data = json.loads((book / BANK).read_bytes())
        old = data["zeilen"][at]["regel"]
        data["zeilen"][at].update({"regel": rule, "gruende": [f"Regel {rule}"]})
        (book / BANK).write_bytes(canonical(data))
        path = _extract(book)
        path.write_text(path.read_text().replace(f'"regel": "{old}"', f'"regel": "{rule}"'))

    return edit


FOREIGN: Final[Kinds] = {
    "a payment hidden under a rule that it does not meet": _as_foreign("steuern"),
    "a payment hidden under a rule of its direction": _as_foreign("bezuege"),
    "a payment hidden under a rule that there is not": _as_foreign("sonstiges"),
    "the rule of a foreign line": _rule_of(3, "steuern"),
}


def _document(old: str, new: str) -> Edit:
    """Change a demand's e-invoice, and its hash in the ledger."""

    def edit(book: Path) -> None:
        path = book / XML
        before = path.read_bytes()
        after = before.replace(old.encode(), new.encode())
        assert after != before
        path.write_bytes(after)
        text(FEBRUARY, sha256(before).hexdigest(), sha256(after).hexdigest())(book)

    return edit


def _paper(file: str, content: Callable[[Path], bytes]) -> Edit:
    """Put other bytes in the place of a demand's document, and their hash in the ledger."""

    def edit(book: Path) -> None:
        path = book / file
        before, after = path.read_bytes(), content(book)
        assert after != before
        path.write_bytes(after)
        text(FEBRUARY, sha256(before).hexdigest(), sha256(after).hexdigest())(book)

    return edit


def _of_another(book: Path) -> bytes:
    """Return the paper of another member's demand, as the program makes it."""
    other = book.parent / "anderswo"
    shutil.copytree(book, other)
    assert main(["demand", str(other), "2024", "--member", "lohra", "--today", "2024-04-30"]) == 0
    (paper,) = (other / "documents").glob("*-lohra.pdf")
    return paper.read_bytes()


DOCUMENTS: Final[Kinds] = {
    "another member's paper": _paper(PDF, _of_another),
    "a paper that is none": _paper(PDF, lambda book: (book / XML).read_bytes()),
    "its payee's account": _document("DE19999999996534000000", "DE30999999990000471100"),
    "its amount": _document("15555.30", "25555.30"),
    "its number": _document("KKD-2024-00004", "KKD-2024-00005"),
    "its due day": _document("20240315", "20240215"),
    "its reference": _document("RF62KKD2024065340041", _OTHER_REFERENCE),
    "its recipient": _document("06534004", "06534021"),
    "no e-invoice any more": _document("CrossIndustryInvoice>", "Invoice>"),
}

ACTS: Final[Kinds] = {
    "an agreement that nobody knows": pattern(
        ORDERED, r'(akt-vereinbarung: ")[0-9a-f]{64}', rf"\g<1>{'0' * 64}", 3
    ),
}


def _basis(data: dict[str, Any]) -> None:
    held = data["grundlagen"]
    held["book.toml"], held["kontakte"] = held["kontakte"], held["book.toml"]


SEALS: Final[Kinds] = {
    "its marks": link(lambda data: data.update(eintraege="0" * 16)),
    "one mark less": link(lambda data: data.update(eintraege=data["eintraege"][8:])),
    "two contents of its basis swapped": link(_basis),
}


def _moved_on(book: Path) -> None:
    """Move March's statement to April's certificate."""
    march, april = book / BANK, book / "2024/2024-04.bank.json"
    old, new = (json.loads(path.read_bytes()) for path in (march, april))
    new["auszuege"] = [*old["auszuege"], *new["auszuege"]]
    new["zeilen"] = [*old["zeilen"], *new["zeilen"]]
    april.write_bytes(canonical(new))
    march.unlink()
    pattern(JOB, r'^;\n\S+ custom "niederschrift" .*\n', "")(book)


CERTIFICATES: Final[Kinds] = {"a statement moved to the next month's": _moved_on}

INBOX: Final[Kinds] = {
    "a hidden file": added("inbox/.auszug.xml"),
    "a folder of nobody": added("inbox/alt/auszug.xml"),
    "a hidden folder": added("inbox/.alt/auszug.xml"),
    "a file below those of doubt": added("inbox/doubtful/alt/auszug.xml"),
}
