"""What the banks and the other parties send: statements early, late, twice, in pieces, in two formats, or never."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kkd_ledger.bank.files.reading import read
from tests.bank.writing import mt940
from tests.samples import tree

if TYPE_CHECKING:
    from tests.faults.offices.life import Deed, Life


@dataclass
class Post:
    """A statement on its way from the bank to an office."""

    day: dt.date
    party: str
    name: str
    text: str


def bank_month(life: Life, day: dt.date) -> None:
    """Every office's bank makes the statement of the month that ends: soon, late, in two pieces, twice, or not at all.

    There is none where nothing has moved and the bank saves the paper; the next one tells of both months.
    """
    for party in life.clerks:
        account = life.accounts[party]
        still = not any(entry.day > account.told for entry, _ in account.entries)
        if account.told >= day or (still and not life.tail and life.chance.random() < 0.4):
            continue
        pieces = [day]
        if life.chance.random() < 0.2 and account.told < day.replace(day=14):
            pieces.insert(0, day.replace(day=15))
        for until in pieces:
            text = account.statement(until)
            lag = 1 if life.tail else life.chance.choice((1, 2, 3, 5, 5, 8, 25, 40, 70))
            name = f"{party}-{until}-{life.chance.randint(0, 999)}.xml"
            life.on_the_way.append(Post(day + dt.timedelta(lag), party, name, text))
            if life.chance.random() < 0.1:
                again = day + dt.timedelta(lag + life.chance.choice((0, 10, 50)))
                life.on_the_way.append(Post(again, party, f"nochmal-{name}", _again(life, text)))


def last_of_iban(life: Life, party: str, day: dt.date) -> None:
    """The bank closes an account's number with a statement of the days before, which comes some days later."""
    account, until = life.accounts[party], day - dt.timedelta(1)
    if account.told < until:
        text, lag = account.statement(until), life.chance.choice((2, 5, 25))
        name = f"{party}-{until}-letzter.xml"
        life.on_the_way.append(Post(day + dt.timedelta(lag), party, name, text))


def _again(life: Life, text: str) -> str:
    """The same statement once more: the same file, or the bank's other format."""
    return text if life.chance.random() < 0.5 else mt940(*read(text.encode(), "auszug.xml"))


def deliver(life: Life, day: dt.date) -> None:
    """What the bank and the other parties send, arrives; a clerk may book a statement by hand at once."""
    for post in [one for one in life.on_the_way if one.day <= day]:
        life.on_the_way.remove(post)
        if not life.tail and life.chance.random() < 0.05 and _imported(life, post, day):
            continue
        inbox = life.folder / post.party / "inbox"
        if not inbox.is_dir():
            life.desk.note(day, f"{post.party}: es gibt keinen Ordner inbox/")
            inbox.mkdir(exist_ok=True)
        (inbox / post.name).write_text(post.text, "utf-8")
        life.desk.note(day, f"Auszug an {post.party}: {post.name}")
        if not life.tail:
            life.plan(day + dt.timedelta(life.chance.choice((0, 0, 1, 3, 12))), _read(life, post.party))
    for one in [one for one in life.copies if one[0] <= day]:
        life.copies.remove(one)
        life.copy(one[1], day)
        life.desk.note(day, f"{one[1]} hat die neue Vereinbarung")


def _imported(life: Life, post: Post, day: dt.date) -> bool:
    """The clerk books a file from elsewhere by hand (`kkd import`); what is refused goes the usual way."""
    folder = life.folder / "vom-bank"
    folder.mkdir(exist_ok=True)
    (folder / post.name).write_text(post.text, "utf-8")
    life.desk.note(day, f"Auszug von Hand an {post.party}: {post.name}")
    return life.clerks[post.party].kkd(day, "import", f"vom-bank/{post.name}").status == 0


def _read(life: Life, party: str) -> Deed:
    clerk = life.clerks[party]

    def work(day: dt.date) -> None:
        breaks = life.chance.randint(0, 12) if life.chance.random() < 0.08 else None
        if breaks is not None:
            clerk.month(day, breaks)
        clerk.month(day)
        if life.chance.random() < 0.1:
            before = tree(life.folder / party)
            clerk.month(day)
            assert tree(life.folder / party) == before, f"the same run again changed something: {day} {party}"
        if life.chance.random() < 0.1:
            clerk.clean_up(day)
        if life.chance.random() < 0.6:
            clerk.tidy(day)

    return work
