"""An office in a test: sample books, persons who log in and out, and the steps of a form as a browser sends them."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path

from werkzeug.test import Client, TestResponse

from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.text.vocabulary import KnownBy
from kkd_ledger.web.workplace.app import Workplace
from kkd_ledger.web.workplace.visitor import Visitor

CERTIFIER, ORDERER, TREASURER, SECOND_TREASURER = "S. Muster", "L. Beispiel", "K. Kasse", "B. Buch"
TODAY = dt.date(2024, 3, 31)


class Office:
    """A folder of books behind the workplace; who asks is set by `person`."""

    def __init__(self, folder: Path, *names: str, today: dt.date = TODAY, person: str = CERTIFIER) -> None:
        self.known_by = KnownBy.TYPED
        self.folder, self.person, self.today = folder, person, today
        self.name = names[0]
        workplace = Workplace(
            [load_book(folder / name) for name in names], lambda: self.today, self._who, lambda: "seal"
        )
        workplace.app.config["WTF_CSRF_ENABLED"] = False  # tests/web/access asks for the token
        self.client = Client(workplace.app)

    def _who(self) -> Visitor | None:
        return Visitor(self.person, self.known_by) if self.person else None

    @property
    def book(self) -> Book:
        return load_book(self.folder / self.name)

    def get(self, address: str) -> TestResponse:
        return self.client.get(f"/kkd/{self.name}/{address}")

    def post(self, address: str, **typed: str) -> TestResponse:
        return self.client.post(f"/kkd/{self.name}/{address}", data=typed)

    def preview(self, act: str, **typed: str) -> TestResponse:
        """Send a form, to see what would be written."""
        return self.post(f"tun/{act}", **typed, schritt="vorschau")

    def confirm(self, seen: TestResponse, address: str, **typed: str) -> TestResponse:
        """Confirm what a preview showed."""
        return self.post(address, **typed, gesehen=hash_in(seen), schritt="bestaetigen")

    def do(self, act: str, **typed: str) -> TestResponse:
        """Preview and confirm an act of one person."""
        seen = self.preview(act, **typed)
        assert seen.status_code == 200, text_of(seen)
        done = self.confirm(seen, f"tun/{act}", **typed)
        assert done.status_code == 200, text_of(done)
        return done

    def by_two(self, act: str, first: str, second: str, **typed: str) -> TestResponse:
        """Let one person put a case before another, and that one decide."""
        self.person = first
        case = case_in(self.do(act, **typed))
        self.person = second
        seen = self.get(case)
        assert seen.status_code == 200, text_of(seen)
        done = self.confirm(seen, case)
        assert done.status_code == 200, text_of(done)
        return done


def hash_in(answer: TestResponse) -> str:
    """Return the hash to which a confirmation is bound."""
    [seen] = re.findall(r'name="gesehen" value="([0-9a-f]{64})"', answer.text)
    return str(seen)


def case_in(answer: TestResponse) -> str:
    """Return the address of the case that an answer leads to."""
    [case] = re.findall(r'href="/kkd/[^/]+/(vorgang/[0-9a-f]{16})"', answer.text)
    return str(case)


def text_of(answer: TestResponse) -> str:
    """Return what a page says, without its marks."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def offers_to_confirm(answer: TestResponse) -> bool:
    """Tell whether a page has the button that confirms."""
    return 'value="bestaetigen"' in answer.text
