"""book.toml → Book: whose books these are, by which agreement, with which accounts, folders and numbering."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from kkd_ledger import agreement as agreement_room
from kkd_ledger import toml
from kkd_ledger.agreement import (
    Agreement,
    Claim,
    ClaimKind,
    MemberShare,
    MissingFigure,
    Shares,
    vat_cents,
    vat_treatment,
)
from kkd_ledger.agreement.reckoning.trueup import started_years
from kkd_ledger.book.seals.prehashed import PrehashedFiles
from kkd_ledger.book.settings import Settings
from kkd_ledger.book.state.posten import letters_and_digits
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.errors import BookRefused, Problem
from kkd_ledger.fields import wrongs
from kkd_ledger.periods import BookingMonth

Signer: TypeAlias = Callable[[str, str], Sequence[str]]
"""What gives the parts of a person's signature over the SHA-256 of their act (persons/signed.py); none for none."""


def unsigned(person: str, sha256: str) -> Sequence[str]:  # noqa: ARG001 - every signer is asked alike
    """Return no signature: who acts has nothing at hand to sign with."""
    return ()


class Book:
    """One party's books: a folder with book.toml, the top file and the months' files.

    `ahead` may know hashes of its files already.
    """

    def __init__(self, root: Path, settings: Settings, ahead: PrehashedFiles) -> None:
        self.root = root
        self.settings = settings
        self.ahead = ahead
        self.proved: Mapping[str, v.KnownBy] | None = None
        self.signer: Signer = unsigned
        self._shares: dict[tuple[int, dt.date], Shares] = {}
        self._entitled: dict[tuple[int, dt.date], Mapping[str, MemberShare]] = {}

    def acted_by(self, proved: Mapping[str, v.KnownBy], signer: Signer | None = None) -> Book:
        """Return this book for persons who have proved who they are, each by name with how they are known.

        `signer` gives their signatures over acts; None for the one that this book has.

        What is written through it bears how they are known, and nobody else acts (persons/acts.py). A book that is
        loaded without asking anybody takes the names that it is given as they are typed (`proved` is None).
        """
        book = copy(self)
        book.proved = proved
        book.signer = signer or self.signer
        return book

    def naming(self, names: Iterable[str]) -> Book:
        """Return this book for persons beside those who have proved who they are: they are told as merely named.

        Who began something and was asked then needs not be there when somebody else completes it.
        """
        if self.proved is None:
            return self
        return self.acted_by({**dict.fromkeys(names, v.KnownBy.TYPED), **self.proved})

    @property
    def name(self) -> str:
        """Name of the book's folder."""
        return self.root.name

    @property
    def party(self) -> str:
        """Id of the member (or operator) whose books these are."""
        return self.settings.party

    @property
    def top_file(self) -> Path:
        """The generated top file, which Beancount and Fava load."""
        return self.root / v.TOP_FILE

    @property
    def config_file(self) -> Path:
        """The book's own settings."""
        return self.root / v.BOOK_FILE

    @property
    def agreement_file(self) -> Path:
        """The agreement that determines every share."""
        return (self.root / self.settings.agreement).resolve()

    @property
    def agreement_sha256(self) -> str:
        """The hash of the agreement and of the figures beside it, as they are now."""
        return agreement_room.content_sha256(self.agreement_file)

    @property
    def figure_files(self) -> tuple[Path, ...]:
        """The figures of each year beside the agreement (`zahlen/2024.toml`)."""
        return agreement_room.figure_files(self.agreement_file)

    @cached_property
    def agreement(self) -> Agreement:
        """The agreement; raises AgreementRefused where its file is none."""
        return agreement_room.load(self.agreement_file)

    @property
    def is_operator(self) -> bool:
        """Whether these are the books of the party that runs the cooperation and demands the shares."""
        return self.party == self.agreement.operator

    def shares(self, service_year: int, known_on: dt.date) -> Shares:
        """Return the shares of a service year, everybody's, as the agreement stood on the day `known_on`."""
        key = (service_year, known_on)
        if key not in self._shares:
            self._shares[key] = agreement_room.shares(self.agreement, service_year, known_on)
        return self._shares[key]

    def entitled(self, service_year: int, known_on: dt.date) -> Mapping[str, MemberShare]:
        """Return the shares of a service year by member, as the agreement stood on the day `known_on`.

        The operator's books hold everybody's shares, a member's books only its own.
        """
        key = (service_year, known_on)
        if key not in self._entitled:
            members = agreement_room.owed_shares(
                self.agreement, self.shares(service_year, known_on), known_on
            )
            self._entitled[key] = {
                share.member: share for share in members if self.is_operator or share.member == self.party
            }
        return self._entitled[key]

    def entitled_cents(self, service_year: int, known_on: dt.date) -> Mapping[str, int]:
        """Return what `entitled` returns, only the amounts in cents: much sooner, for most are as they are booked."""
        if self.agreement.by_claims:
            return {id_: share.amount_cents for id_, share in self.entitled(service_year, known_on).items()}
        amounts = self.shares(service_year, known_on).amounts
        if self.is_operator:
            return dict(zip(amounts.members, amounts.figures, strict=True))
        return {self.party: amounts[self.party]} if self.party in amounts else {}

    def last_agreed(self, party: str, service_year: int, cents: int, known_on: dt.date) -> dt.date | None:
        """Return the last day up to `known_on` on which an amount in cents was a party's share, by what is known today.

        An office may hear of an amendment after it has booked by what held before. None where it never was.
        """
        earlier = (day for day in reversed(self.agreement.knowledge_days) if day < known_on)
        days = (known_on, *earlier)
        return next((day for day in days if self.entitled_cents(service_year, day).get(party) == cents), None)

    def has_reached(self, party: str, service_year: int, known_on: dt.date, cents: int) -> bool:
        """Tell whether a party's share stood at a sum, claim by claim, up to a day, where there are due plans."""
        return agreement_room.has_reached(self.agreement, party, service_year, known_on, cents)

    def claims_beyond(
        self, party: str, service_year: int, known_on: dt.date, booked_cents: int
    ) -> tuple[Claim, ...]:
        """Return the claims of a party's share after those that are booked; none where the sum is that of no claims."""
        owed = agreement_room.planned_claims(self.agreement, party, service_year, known_on)
        sums = [0, *accumulate(claim.cents for claim in owed)]
        return owed[sums.index(booked_cents) :] if booked_cents in sums else ()

    def is_ahead(self, party: str, service_year: int, known_on: dt.date, booked_cents: int) -> bool:
        """Tell whether all that a party's share lacks by a day are advances that are not due then: nothing is late."""
        missing = self.claims_beyond(party, service_year, known_on, booked_cents)
        return bool(missing) and all(
            claim.kind == ClaimKind.ADVANCE and min(due.day for due in claim.dues) > known_on
            for claim in missing
        )

    def cost_cents(self, service_year: int, net_cents: int, known_on: dt.date) -> int:
        """Return what a share of so many cents weighs on this book's budget: with the VAT on it that it cannot deduct.

        The operator's budget bears no VAT (it is owed to the tax office), nor does a member's with an account for it.
        """
        if self.is_operator or self.settings.accounts.vat:
            return net_cents
        return net_cents + vat_cents(vat_treatment(self.agreement, service_year, known_on), net_cents)

    def missing(self, known_on: dt.date, service_year: int | None = None) -> tuple[MissingFigure, ...]:
        """Return the figures that this book's shares lack by what was known, in one or all years that have begun."""
        begun = started_years(self.agreement, known_on)
        years = begun if service_year is None else [year for year in begun if year == service_year]
        return tuple(
            gap
            for year in years
            for gap in self.shares(year, known_on).gaps
            if self.is_operator or self.party in self.shares(year, known_on).unpriced
        )

    def counterparty(self, party: str) -> str:
        """The party on the other side of a share: the operator for a member, the member for the operator."""
        return party if self.is_operator else self.agreement.operator

    @cached_property
    def party_codes(self) -> Mapping[str, str]:
        """What stands for each member in payment references: its AGS, without one its id in capitals."""
        return {member.id: member.ags or letters_and_digits(member.id) for member in self.agreement.parties()}

    def account(self, role: str, party: str = "", day: dt.date | None = None) -> str:
        """Return the account of a role, for the counterparty of `party`'s share where the name asks for one.

        With a day that which had the role then.
        """
        name = self.settings.account_on(role, day)
        return name.replace("{party}", v.account_part(self.counterparty(party))) if party else name

    def budget_accounts(self) -> str:
        """Return the component that the budget line has in account names, e.g. `010102-Zentrale-Dienste`."""
        return f"{self.settings.budget.line}-{self.settings.budget.name.replace(' ', '-')}"

    def budget_of(self, account: str) -> str:
        """Return the id of the group of accounts that an account belongs to (Deckungskreis), else the budget line.

        Empty for an account outside the budget.
        """
        name = self._budget_of.get(account)
        if name is None:
            name = self._budget_of[account] = self._find_budget(account)
        return name

    @cached_property
    def _budget_of(self) -> dict[str, str]:
        return {}

    def _find_budget(self, account: str) -> str:
        budget = self.settings.budget
        for group in budget.groups:
            if any(f"{account}:".startswith(f"{covered}:") for covered in group.accounts):
                return group.id
        return budget.line if self.plain_account(account) != account else ""

    def plain_account(self, account: str) -> str:
        """Return an account without the name of the budget line, and with its number of today: names may change."""
        lines = (
            self.settings.budget.line,
            *(former.budget_line for former in self.settings.before if former.budget_line),
        )
        parts = (
            self.settings.budget.line if any(f"{part}-".startswith(f"{line}-") for line in lines) else part
            for part in account.split(":")
        )
        return ":".join(parts)

    def bears(self, account: str, *roles: str) -> bool:
        """Tell whether an account has, or had, one of some roles; also under another name of the budget line."""
        ever = self.settings.accounts_ever(*roles)
        return account in ever or self.plain_account(account) in map(self.plain_account, ever)

    def budget_now(self, name: str) -> str:
        """Return the budget line for an earlier number of it, any other name as it is."""
        return (
            self.settings.budget.line
            if name in {former.budget_line for former in self.settings.before}
            else name
        )

    def month_file(self, month: BookingMonth) -> Path:
        """The month's ledger file."""
        return self.root / f"{month.stem}.beancount"


def load_book(folder: Path, ahead: PrehashedFiles | None = None) -> Book:
    """Load a book by its folder; raise BookRefused with everything that is wrong with its book.toml."""
    file = folder / v.BOOK_FILE
    try:
        content = toml.read(file, BookRefused)
    except FileNotFoundError:
        raise BookRefused([Problem(str(file), "", "keine Datei", "ein Buchordner mit book.toml")]) from None
    book = Book(folder.resolve(), settings_of(content, str(file)), ahead or PrehashedFiles())
    _check_party(book)
    return book


def settings_of(content: bytes, file: str = v.BOOK_FILE) -> Settings:
    """Return what a book.toml says; raise BookRefused with everything that is wrong with it."""
    data = toml.loads(content, file, BookRefused)
    try:
        return Settings.model_validate_json(_json(data))
    except ValidationError as error:
        problems = [
            (".".join(map(str, wrong.loc)), wrong.actual, wrong.allowed) for wrong in wrongs(error, Settings)
        ]
        raise BookRefused(Problem(file, *parts) for parts in problems) from None


def _json(data: Mapping[str, Any]) -> str:
    """Strict pydantic takes arrays as tuples, and dates as texts, only from JSON."""
    return json.dumps(data, default=str)


def _check_booked(book: Book) -> None:
    """Refuse rows of [[booked]] about unknown components, or with accounts that are outside this book's budget."""
    components = sorted({component.id for component in book.agreement.components})
    problems = []
    for place, row in enumerate(book.settings.booked, start=1):
        if row.component and row.component not in components:
            allowed = "ein Baustein der Vereinbarung: " + ", ".join(components)
            problems.append(Problem(str(book.config_file), f"booked[{place}]", repr(row.component), allowed))
        for account in (row.share, row.prior_period_expense, row.prior_period_income):
            if account and not book.budget_of(account):
                allowed = f"ein Konto im Budget {book.settings.budget.line}, oder in einer Gruppe von [[budget.groups]]"
                problems.append(Problem(str(book.config_file), f"booked[{place}]", account, allowed))
    if problems:
        raise BookRefused(problems)


def _check_party(book: Book) -> None:
    parties = {book.agreement.operator, *(member.id for member in book.agreement.parties())}
    _check_booked(book)
    if book.party not in parties:
        allowed = "ein Beteiligter der Vereinbarung: " + ", ".join(sorted(parties))
        raise BookRefused([Problem(str(book.config_file), "party", repr(book.party), allowed)])
