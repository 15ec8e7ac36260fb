"""A clerk: does the month, places what is unclear, books what is missing, closes; knows messages and the handbook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kkd_ledger.money import parse_eur, plain
from tests.faults.offices.answers import (
    LATER,
    LETTER,
    OPEN,
    REOPEN,
    Item,
    Money,
    item_of,
    of_former,
    waiting_in,
)
from tests.faults.offices.banks import Purpose
from tests.faults.offices.desk import Desk, Said

CERTIFIER, ORDERER, CASHIER, SECOND = "S. Muster", "L. Beispiel", "K. Kasse", "P. Exempel"
ORDER = ("--certified-by", CERTIFIER, "--ordered-by", ORDERER)
GIVEN = ("--by", ORDERER, "--certified-by", CERTIFIER)
FILES_MAX = 40
REVERSALS_MAX = 6
NUMBER = re.compile(r'nr: "(\d{4}-\d{6})"')
PASSED_ON = {"charges": "--charges", "funding": "--foreign"}
NO_SHARE = {"foreign", *PASSED_ON}
OF_NOBODY = Purpose("foreign")
"""What a decision about a file has left unexplained: a line that says it after all stands against it."""
Ask = Callable[[int, dt.date, str], Purpose | None]


@dataclass
class Clerk:
    """Keeps one party's book."""

    desk: Desk
    party: str
    operator: bool
    ask: Ask
    held: int = 0  # on the own account when the book began
    sent_back: set[str] = field(default_factory=set)
    remarks: dict[str, str] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    ends: bool = False  # the life is over: what is left is settled
    former: list[str] = field(
        default_factory=list
    )  # what book.toml said before, as its [[before]] would tell it

    @property
    def book(self) -> str:
        """The folder of the book."""
        return self.party

    def kkd(self, day: dt.date, command: str, *words: str, breaks: int | None = None) -> Said:
        """Run a command on the own book that is told the day; open the month first where it says so."""
        given = (command, self.book, *words, "--today", str(day), "--json")
        said = self.desk.kkd(day, *given, breaks=breaks)
        if said.status > 1 and (wanted := OPEN.search(said.err)):
            self.desk.kkd(day, "open", self.book, wanted[1], "--json")
            return self.desk.kkd(day, *given)
        if said.status > 1 and "`kkd confirm" in said.err:
            self.confirm(day)
            return self.desk.kkd(day, *given)
        if self.held and "`kkd opening" in said.words:
            self._begins_with(day)
            return self.desk.kkd(day, *given)
        if "[[before]]" in said.words and self._tell_former(day) and (said.status > 1 or command == "close"):
            return self.desk.kkd(day, *given)
        return said

    def _begins_with(self, day: dt.date) -> None:
        """Enter what lay on the own account before the first statement; first a slip of the pen, which is corrected."""
        held, self.held = self.held, 0
        for cents in (held * 10, held):
            words = ("opening", plain(cents), "--reason", "Auszug davor", *ORDER)
            said = self.kkd(day, *words)
            if said.status > 1 and (month := REOPEN.search(said.words)):
                given = ("--reason", "Anfangsbestand fehlt", "--by", ORDERER, "--and", CERTIFIER)
                self.kkd(day, "reopen", month[1], *given)
                self.kkd(day, *words)

    def confirm(self, day: dt.date) -> Said:
        """Two persons confirm what has changed in the agreement and in book.toml."""
        words = ("confirm", self.book, "--by", CERTIFIER, "--and", ORDERER, "--today", str(day), "--json")
        return self.desk.kkd(day, *words)

    # ------------------------------------------------------------------------------------------- what is printed

    def items(self, day: dt.date, party: str) -> list[Item]:
        """Return a party's items, from the list that goes to the other side."""
        who = ("--member", party) if self.operator else ()
        said = self.desk.kkd(day, "reconcile", self.book, *who, "--json")
        return [item_of(one) for one in said.data.get("posten", ())]

    def suspense(self, day: dt.date) -> list[Money]:
        """Return the money in suspense."""
        found = self.kkd(day, "clear", "--list").data.get("unclear", ())
        return [
            Money(
                one["number"],
                dt.date.fromisoformat(one["day"]),
                parse_eur(one["amount"]),
                one["payee"],
                one["bankref"],
            )
            for one in found
        ]

    def waiting(self, day: dt.date) -> list[Money]:
        """Return the lines that wait for a decision."""
        return waiting_in(self.kkd(day, "status").data)

    def reverse(self, day: dt.date, number: str, reason: str) -> bool:
        """Reverse an entry, and first what it is said to bear, the youngest first; tell whether that was done."""
        for _ in range(REVERSALS_MAX):
            said = self.kkd(day, "reverse", number, "--reason", reason, *ORDER)
            if said.status <= 1:
                return True
            later = LATER.search(said.words)
            numbers = sorted(re.findall(r"\d{4}-\d{6}", later[1])) if later else []
            if not numbers or not self.reverse(day, numbers[-1], reason):
                return False
        return False

    def booked(self, kind: str) -> list[tuple[str, str]]:
        """Look up the entries of a kind, newest first: the number of each, and its text."""
        files = sorted((self.desk.folder / self.book).glob("2*/*.beancount"))
        entries = [entry for file in files for entry in file.read_text("utf-8").split("\n\n")]
        found = [(NUMBER.search(entry), entry) for entry in entries if f'buchungsart: "{kind}"' in entry]
        return [(number[1], entry) for number, entry in reversed(found) if number]

    # ---------------------------------------------------------------------------------------------- the month's work

    def month(self, day: dt.date, breaks: int | None = None) -> Said:
        """Run every month that has statements; where a file waits for ever, somebody has to hear of it."""
        said = self.kkd(day, "month", "--all", breaks=breaks)
        inbox = self.desk.folder / self.book / "inbox"
        if said.status == 0 and (left := sorted(one.name for one in inbox.glob("*.xml"))):
            self.desk.blame("month ends with 0 though files wait", f"{day} {self.book} {left[:3]}")
        return said

    def post(self, day: dt.date) -> Said:
        """Take new resolutions, and book what the agreement demands."""
        self.kkd(day, "adopt")
        return self.kkd(day, "post", *ORDER, "--period-decision", "erst jetzt bekannt")

    def tidy(self, day: dt.date) -> None:
        """Place what is unclear, and decide what waits."""
        status = self.kkd(day, "status").data
        waiting = waiting_in(status)
        done = self._decide_at_once(day, waiting)
        for money in waiting:
            if money.name not in done:
                self._decide(day, money)
        for name in LETTER.findall(" ".join(status.get("troubles", ()))):
            self._clarify(day, f"{self.book}/inbox/klaerung/{name}")
        for money in self.suspense(day):
            self._place(day, money)

    def _decide_at_once(self, day: dt.date, waiting: list[Money]) -> set[str]:
        """Several lines of one payer that are none of ours are decided by one command; return their names."""
        done: set[str] = set()
        for payer in {one.payee for one in waiting if one.payee}:
            lines = [one for one in waiting if one.payee == payer]
            purposes = [self.ask(one.cents, one.day, one.payee) for one in lines]
            if len(lines) > 1 and all(one and one.kind in NO_SHARE for one in purposes):
                words = ("decide", "--payer", payer, "--foreign", "--by", CASHIER, "--reason", "nachgefragt")
                if self.kkd(day, *words).status <= 1:
                    done |= {one.name for one in lines}
        self.decided |= done
        return done

    def _decide(self, day: dt.date, money: Money) -> None:
        self.decided.add(money.name)
        purpose = self.ask(money.cents, money.day, money.payee)
        given = ("--by", CASHIER, "--reason", "nachgefragt")
        if purpose is None or purpose.kind in NO_SHARE:
            self.kkd(day, "decide", money.name, "--foreign", *given)
            return
        for item in self._fitting(day, money, purpose):
            if self.kkd(day, "decide", money.name, "--posten", item.posten, *given).status <= 1:
                return
        self.kkd(
            day, "decide", money.name, "--new", *given
        )  # ours, and then placed like other money in suspense

    def clean_up(self, day: dt.date) -> None:
        """Decide about the files that wait or were refused, one after the other: often the first settles the others.

        What the bank has made by mistake is none of ours, all else is new; a former account is told of first.
        """
        for _ in range(FILES_MAX):
            files = self._doubtful(day)
            if not files:
                return
            file = min(files, key=lambda one: (not of_former(one), one["datei"].removeprefix("nochmal-")))
            mistaken = file["datei"].startswith("falsch-")
            verdict, why = (
                ("--foreign", "Irrtum der Bank") if mistaken else ("--new", "von der Bank bestätigt")
            )
            given = ("--by", CASHIER, "--reason", why)
            if self.kkd(day, "decide", "--file", file["datei"], verdict, *given).status > 1:
                self.given_up.add(file["datei"])
            self.month(day)

    def _doubtful(self, day: dt.date) -> list[dict[str, Any]]:
        files = self.kkd(day, "decide", "--list").data.get("dateien", ())
        return [one for one in files if one["datei"] not in self.given_up]

    def _tell_former(self, day: dt.date) -> bool:
        """A message asks for what held before: book.toml names it, with its last day; tell whether there was any."""
        file = self.desk.folder / self.book / "book.toml"
        for told in self.former:
            with file.open("a", encoding="utf-8") as end:
                end.write(f"\n[[before]]\n{told}\n")
            self.desk.note(day, f"{self.party} nennt in book.toml, was früher galt: {' '.join(told.split())}")
        done = bool(self.former)
        self.former.clear()
        return done

    def _clarify(self, day: dt.date, letter: str) -> None:
        """An e-invoice waits: perhaps it is right by now; else it is accepted as it is, or goes back."""
        given = (*ORDER, "--period-decision", "erst jetzt bekannt")
        for decision in (
            (),
            ("--accept", "geprüft", "--by", CASHIER),
            ("--reject", "überholt", "--by", CASHIER),
        ):
            if self.kkd(day, "receive", letter, *given, *decision).status == 0:
                return

    def _place(self, day: dt.date, money: Money) -> None:
        """Try what may take the money, the likeliest first, until nothing of it is left."""
        purpose = self.ask(money.cents, money.day, money.payee) if money.payee else OF_NOBODY
        if purpose is None:
            return
        if way := PASSED_ON.get(purpose.kind):
            self._pass_on(day, money, way)
            return
        left = abs(money.cents)
        for target in self._targets(day, money, purpose):
            said = self.kkd(day, "clear", money.name, target, "--reason", "nachgefragt", "--by", CASHIER)
            if said.status <= 1:
                left -= abs(parse_eur(said.data.get("cleared", "0")))
            if not left:
                return

    def _pass_on(self, day: dt.date, money: Money, way: str) -> None:
        """Hand on what belongs to no item, in two parts where it is a round sum."""
        parts = [plain(abs(money.cents) // 2)] if money.cents % 10 == 0 else []
        for part in (parts, []):
            words = ("clear", money.name, *part, way, "--reason", "nachgefragt", "--by", CASHIER)
            said = self.kkd(day, *words)
            if said.status > 1 and "nichts (mehr) ungeklärt" not in said.words:
                self.desk.blame(
                    "money cannot be handed on", f"{day} kkd {' '.join(words)}: {said.words[:400]}"
                )
            if not part:
                return

    def _targets(self, day: dt.date, money: Money, purpose: Purpose) -> Iterator[str]:
        against = [
            one
            for one in self.suspense(day)
            if one.cents * money.cents < 0 and (one.payee == money.payee or not (one.payee and money.payee))
        ]
        against.sort(
            key=lambda one: one.payee != money.payee
        )  # a gap first meets a gap, then what a line paid
        exact = [one.name for one in against if one.cents == -money.cents]
        if purpose.kind in {"back", "foreign"}:
            yield from exact  # what was sent back is sent back whole
        if purpose.kind == "back" and purpose.party:
            # of a gap nobody knows what it was, so no part of it is given back
            yield from (one.name for one in against if one.name not in exact and one.payee)
        yield from (item.posten for item in self._fitting(day, money, purpose))
        # what was paid too much came back, while a credit had lowered the claim
        yield from (one.name for one in against if purpose.kind == "refund" or one.cents == -money.cents)

    def _fitting(self, day: dt.date, money: Money, purpose: Purpose) -> list[Item]:
        """Return the items that a payment may settle or give back, by what its payer says of it."""
        way = 1 if (money.cents > 0) == self.operator else -1  # positive: from the party to the operator
        items = self._of_year(day, purpose)
        if self.ends and purpose.party:  # nothing more will come that is for another year
            items += [one for one in self.items(day, purpose.party) if one.year != purpose.year]
        due = [one for one in items if one.open * way > 0]
        given = [one for one in items if (one.took if way < 0 else one.gave)]
        exact = [one for one in due if one.open * way == abs(money.cents)]
        order = [*exact, *due, *given] if purpose.kind != "back" else [*given, *exact, *due]
        return list(dict.fromkeys(order))

    def _of_year(self, day: dt.date, purpose: Purpose) -> list[Item]:
        return (
            [one for one in self.items(day, purpose.party) if one.year == purpose.year]
            if purpose.party
            else []
        )

    def too_much(self, day: dt.date, *, plainly: bool = False) -> Iterator[tuple[Purpose, int]]:
        """Yield what the office gives back of receipts that fit nothing, each once: what it was for, and the cents.

        A refund for which there is no credit yet has time; `plainly` it was one too many.
        """
        kept = {"back", *PASSED_ON} if plainly else {"back", "refund", *PASSED_ON}
        for money in self.suspense(day):
            wanted = money.cents > 0 and money.payee
            purpose = self.ask(money.cents, money.day, money.payee) if wanted else None
            if purpose is None or purpose.kind in kept or money.key in self.sent_back:
                continue
            if any(one.open * (1 if self.operator else -1) > 0 for one in self._of_year(day, purpose)):
                continue
            self.sent_back.add(money.key)
            yield purpose, money.cents

    def one_too_many(self, day: dt.date) -> Iterator[tuple[Purpose, int]]:
        """Yield the refunds, each once, for which there was no credit any more: the office asks for them back."""
        for money in self.suspense(day):
            purpose = self.ask(money.cents, money.day, money.payee) if money.cents < 0 else None
            if purpose and purpose.kind == "refund" and money.key not in self.sent_back:
                self.sent_back.add(money.key)
                yield purpose, -money.cents

    # ------------------------------------------------------------------------------------------------------ closing

    def close(self, day: dt.date, period: str) -> list[dict[str, Any]]:
        """Close a month or a year; do what hindrances advise, remark on objections; return what still hinders."""
        hindrances: list[dict[str, Any]] = []
        for _ in range(3):
            said = self.kkd(day, "close", period, "--by", CASHIER, *self._comments())
            if said.status > 1:
                return [{"code": "", "text": said.words}]
            hindrances = [one for month in said.data.get("months", ()) for one in month["hindrances"]]
            if not hindrances or not self._heed(day, hindrances):
                break
        return hindrances

    def _comments(self) -> list[str]:
        return [word for code, text in self.remarks.items() for word in ("--comment", f"{code}={text}")]

    def _heed(self, day: dt.date, hindrances: list[dict[str, Any]]) -> bool:
        """Do what findings advise; tell whether anything was done."""
        codes = {one["code"] for one in hindrances}
        said = {"KKD-O04", "KKD-T08"}  # what may stay open where nothing else can be done
        new = {
            one["code"]: "geprüft"
            for one in hindrances
            if one["level"] == "beanstandung" or one["code"] in said
        }
        done = bool(new.keys() - self.remarks.keys())
        self.remarks |= new
        if codes & {"KKD-A02", "KKD-A05", "KKD-V01"}:
            done |= bool(self.post(day).data.get("files"))
        if "KKD-G01" in codes:  # the agreement or book.toml changed: two persons confirm it
            done |= bool(self.confirm(day).data.get("files"))
        if codes & {"KKD-S05", "KKD-O04"}:
            self.tidy(day)
            done = True
        for one in hindrances:
            if one["level"] == "fehler" and "torn" in one["advice"] and (number := self._number_at(one)):
                done |= self.reverse(day, number, "Feststellung")
                self.post(day)
        if "KKD-F01" in codes:
            newest = str(self.kkd(day, "status").data.get("month", ""))
            done |= self.desk.kkd(day, "open", self.book, newest, "--json").status == 0
        if codes & {"KKD-K06", "KKD-K08"}:
            years = {year for one in hindrances for year in re.findall(r"\b20\d\d\b", one["text"])}
            done |= self._year_ends(day, years)
        return done

    def _number_at(self, finding: dict[str, Any]) -> str:
        """Look up the entry that a finding names by file and line."""
        lines = (self.desk.folder / self.book / finding["file"]).read_text("utf-8").splitlines()
        found = re.search(
            r'nr: "(\d{4}-\d{6})"', "\n".join(lines[finding["line"] - 1 : finding["line"] + 12])
        )
        return found[1] if found else ""

    def _year_ends(self, day: dt.date, years: set[str]) -> bool:
        done = [self.year_end(day, year) for year in sorted(years)]
        return any(done)

    def year_end(self, day: dt.date, year: str) -> bool:
        """Let the closing entries of a year be proposed, and book them; tell whether there were any."""
        said = self.kkd(day, "year-end", year)
        if not said.data.get("proposals"):
            return False
        file = f"{self.book}/{said.data['file']}"
        return self.kkd(day, "year-end", year, "--apply", file, *ORDER).status == 0
