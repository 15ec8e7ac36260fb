"""Both sides of an agreement whose service years run from July to June: nobody reads a bare calendar year for one.

The service year is 2024/25, all booking is in 2025 and later: so a bare 2024 anywhere is a name that lacks its half.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from werkzeug.test import Client

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.web.workplace.app import Workplace
from tests.both_sides.two_sides import Side, Sides, resolution, two_sides, vat

FIRST, LAST = dt.date(2024, 7, 1), dt.date(2025, 6, 30)
KNOWN = dt.date(2023, 11, 1)
BARE = re.compile(r"(?<![\d./\-])2024(?![\d/\-])")
MACHINE = re.compile(r'`kkd [^`]*`|leistungsjahr:? "?2024"?|"2024/[^"]*"')
"""What is no name: an argument of a command, the ledger's own key."""
WEILER = """
[parties.weiler]
street = "Weg 3"
postcode = "99997"
city = "Weiler"
leitweg_id = "992-90009-96"
"""


def agreement(**more: Any) -> dict[str, Any]:
    members = [
        {"id": "kreis", "name": "Kreis", "kind": "county", "ags": "06999"},
        {"id": "dorf", "name": "Dorf", "kind": "town", "ags": "06999001", "joined": dt.date(2024, 10, 1)},
        {"id": "weiler", "name": "Weiler", "kind": "town", "ags": "06999002"},
    ]
    lines = [{"from": FIRST, "amount": "1.200,00"}]
    later = {"from": FIRST, "amount": "1.800,00", "known_from": dt.date(2025, 4, 1)}
    fixed = {"id": "fest", "title": "Grundbetrag", "clause": "§ 1", "from": FIRST, "key": "fixed"}
    totals = [{"year": 2024, "amount": "600,00", "known_from": dt.date(2025, 3, 2)}]
    shared = {
        "id": "rest",
        "title": "Umlage",
        "clause": "§ 2",
        "from": FIRST,
        "key": "equal",
        "members": ["dorf"],
    }
    return {
        "id": "schule",
        "title": "Schule",
        "operator": "kreis",
        "from": FIRST,
        "to": LAST,
        "known_from": KNOWN,
        "due": {"month": 3, "day": 15},
        "service_year": {"begins": "07-01"},
        "members": members,
        "components": [fixed | {"amounts": [*lines, later]}, shared | {"totals": totals}],
        "predecessor_costs": [{"member": "dorf", "year": 2022, "amount": "900,00", "title": "Vorher"}],
    } | more


def commands(sides: Sides) -> Iterator[list[str]]:
    """Every command that shows something of a book or its agreement, written as at the terminal."""
    day = f"{sides.day}"
    terms = str(sides.office.folder / "agreement.toml")
    yield ["shares", terms, "--year", "2024/25"]
    yield ["shares", terms]
    yield ["explain", terms, "dorf", "2024"]
    yield ["explain", terms, "dorf", "2024", "--as-of", "2025-01-31"]
    yield ["compare", terms, "--as-of", "2025-01-31", "--as-of", "2025-05-31"]
    yield ["agreement", "show", terms]
    yield ["figures", terms, "--year", "2024"]
    yield ["figures", terms, "--year", "2024", "--as-of", "2025-01-31"]
    yield ["whatif", terms, "--leave", "weiler=2025-03-31", "--year", "2024"]
    yield ["solve", "1350,00", "--agreement", terms]
    yield ["savings", terms, "--year", "2024", "--today", day]
    yield ["savings", terms, "--year", "2024", "--as-of", "2025-01-31"]
    yield ["plan", terms, "--member", "dorf", "--from", "2024", "--years", "1"]
    yield ["plan", terms, "--member", "dorf", "--from", "2024", "--years", "1", "--as-of", "2025-01-31"]
    yield ["annex", terms, "--from", "2024", "--to", "2024"]
    yield ["annex", terms, "--from", "2024", "--to", "2024", "--as-of", "2025-01-31"]
    yield ["annex", terms, "--proposal", str(sides.member.book.root), "--from", "2025"]
    for side in sides.both:
        root = str(side.book.root)
        yield ["check", root]
        yield ["status", root, "--today", day]
        yield ["month", root, f"{sides.day:%Y-%m}", "--today", day, "--dry-run"]
        yield ["post", root, "--today", day, "--dry-run"]
        yield ["clear", root, "--list"]
    office, member = (str(side.book.root) for side in sides.both)
    yield ["demand", office, "2024/25", "--today", day]
    yield ["delta", office, "2024", "--today", day]
    yield ["remind", office, "--as-of", "2025-06-20", "--today", day]
    yield ["reconcile", office, member, "--member", "dorf"]
    yield ["reconcile", office, "--member", "dorf", "--letter", str(sides.folder / "saldo.pdf")]
    yield [
        "pay",
        member,
        "--on",
        "2025-06-27",
        "--prepared-by",
        "A. Muster",
        "--released-by",
        "B. Probe",
        "--today",
        day,
    ]
    yield ["year-end", member, "2025", "--today", day]
    yield ["year-end", office, "2025", "--today", day]


def bare_years(place: str, text: str) -> list[str]:
    """Every line that names a service year without its second half."""
    lines = (MACHINE.sub("", line) for line in text.splitlines())
    return [f"{place}: {line.strip()}" for line in lines if BARE.search(line)]


def pages(side: Side, today: dt.date) -> Iterator[tuple[str, str]]:
    """Every page of the workplace's menu and all that they lead to, as people read them."""
    client = Client(Workplace([load_book(side.book.root)], lambda: today).app)
    waiting, seen = [f"/kkd/{side.book.root.name}/"], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        if answer.mimetype == "text/html":
            shown = re.sub(r"<(style|script).*?</\1>", " ", answer.text, flags=re.DOTALL)
            yield address, unescape(re.sub(r"<[^>]*>", "\n", shown))
            waiting += re.findall(r'href="(/kkd/[^"?#]*)"', answer.text)


def papers(side: Side) -> Iterator[tuple[str, str]]:
    for file in sorted(side.folder.rglob("*.pdf")):
        yield file.name, "\n".join(page.extract_text() for page in PdfReader(file).pages)
    for file in sorted((side.book.root / "documents").rglob("*.xml")):
        yield file.name, re.sub(r"<[^>]*>", "\n", file.read_text("utf-8"))


def told(sides: Sides, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[str, str]]:
    """Everything that people read of both books on a day."""
    for words in commands(sides):
        capsys.readouterr()
        status = main(words)
        shown = capsys.readouterr()
        assert status in {0, 1, 3}, (words, shown)
        yield " ".join(words[:2]), shown.out + shown.err
    for side in sides.both:
        yield from pages(side, sides.day)
        yield from papers(side)
        for file in sorted(side.book.root.rglob("*.beancount")):
            yield file.name, file.read_text("utf-8")
    yield from (
        (file.name, "\n".join(page.extract_text() for page in PdfReader(file).pages))
        for file in sides.folder.glob("*.pdf")
    )


def lived(sides: Sides) -> Sides:
    """In January the fixed amount, in March what is shared (planned first), in April a correction; nobody pays."""
    contacts = sides.office.folder / "contacts.toml"
    contacts.write_text(contacts.read_text("utf-8") + WEILER, "utf-8")
    for month in (1, 3, 4, 5):
        sides.begin(dt.date(2025, month, 20))
        sides.post()
        sides.receive(sides.send())
    sides.begin(dt.date(2025, 6, 20))
    return sides


def advances() -> dict[str, Any]:
    """Planned, asked for in two advances, and settled in May; then what was settled is corrected."""
    totals = [
        {"year": 2024, "amount": "3.000,00", "kind": "plan"},
        {"year": 2024, "amount": "3.300,00", "known_from": dt.date(2025, 4, 10)},
        {"year": 2024, "amount": "3.240,00", "known_from": dt.date(2025, 5, 10)},
    ]
    shared = {"id": "umlage", "title": "Umlage", "clause": "§ 1", "from": FIRST, "key": "equal"}
    plan = {"id": "voraus", "kind": "advances", "days": ["01-31", "03-31"], "advance": {"on": "plan"}}
    return agreement(
        components=[shared | {"dues": "voraus", "totals": totals}],
        dues=[plan | {"settlement": {"after_days": 30}}],
        vat=[vat("taxable-19", amounts="net")],
    )


def half_resolved() -> dict[str, Any]:
    """Weiler has resolved on nothing, Dorf on less than the corrected share; the next year is open still."""
    whole, part = resolution("weiler"), resolution("dorf")
    whole["sittings"][0]["decides"] = False
    del whole["adopted"]
    limit = {"from": 2024, "to": 2024, "amount": "1.500,00"}
    return agreement(resolutions=[whole, part | {"amounts": [limit]}])


@pytest.mark.parametrize("terms", [agreement, advances, half_resolved])
def test_nobody_reads_a_bare_year_for_a_service_year(
    terms: Callable[[], dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = lived(two_sides(tmp_path, terms(), "dorf", dt.date(2025, 1, 20)))
    texts = list(told(sides, capsys))
    found = [line for place, text in texts for line in bare_years(place, text)]
    assert not found, "\n".join(found)
    assert sum("2024/25" in text for _, text in texts) > 40
