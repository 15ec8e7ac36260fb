"""The tables of book.toml, as strict and frozen models: what a treasurer's office decides for its books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kkd_ledger import fields
from kkd_ledger.book.holders import Holder, SigningKey, amount_text, plain_text
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.person_names import likeness
from kkd_ledger.book.where_booked import AccountName, WhereBooked
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import parse_typed_eur
from kkd_ledger.references import check_iban


def _a_path(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise NotAllowed(repr(text), "der Pfad einer Datei, etwa ../kkd/agreement.toml")
    return text


def _iban(text: str) -> str:
    try:
        return check_iban(text)
    except ValueError as error:
        raise NotAllowed(str(error), "eine IBAN mit gültigen Prüfziffern") from error


def _former_iban(text: str) -> str:
    return _iban(text) if text else ""


REMISSION: Final = ("remission_expense", "remission_income")
"""The roles of the accounts that bear what is given up."""


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class Bank(_Table):
    """The bank account that the cooperation's payments pass through, and the lines on it that are not ours."""

    account: AccountName
    iban: Annotated[str, AfterValidator(_iban)]
    dedicated: bool = Field(alias="own")
    """Whether the account is the cooperation's alone; else pooled: the treasury's, with lines that are not ours."""
    rules: tuple[Mapping[str, Any], ...] = ()
    delete_originals: bool = False


class Accounts(_Table):
    """Roles → account names; `{party}` stands for the other party. The chart is data, the code knows roles.

    `vat` takes the VAT on shares: what the operator owes the tax office, or what a member that may deduct it claims
    back; without it VAT is part of a member's expense. `opening` faces what lay on the bank account when the book began
    (`kkd opening`); `handed_over` takes money that lay on it and belongs to no item, for the main ledger to book
    (`kkd clear --foreign`). Those that serve closing entries (`kkd year-end`) and
    remissions (`kkd remit`) may be missing until then.
    """

    receivable: AccountName
    payable: AccountName
    share: AccountName
    prior_period_expense: AccountName
    prior_period_income: AccountName
    vat: AccountName | None = None
    unclear_in: AccountName
    unclear_out: AccountName
    bank_charges: AccountName
    rap_active: AccountName | None = None
    rap_passive: AccountName | None = None
    provisions: AccountName | None = None
    provision_release: AccountName | None = None
    remission_expense: AccountName | None = None
    remission_income: AccountName | None = None
    opening: AccountName = "Eigenkapital:Anfangsbestand"
    handed_over: AccountName = "Eigenkapital:Verrechnung-Hauptbuchhaltung"


BudgetId = Annotated[str, Field(pattern=fields.BUDGET_ID)]


class CoverGroup(_Table):
    """Accounts that cover each other (Deckungskreis), with all below them; they have their own appropriation."""

    id: BudgetId
    name: str
    accounts: Annotated[tuple[AccountName, ...], Field(min_length=1)]


class Budget(_Table):
    """The budget line that carries the cooperation; its accounts cover each other, except those of its groups."""

    line: BudgetId
    name: str
    groups: tuple[CoverGroup, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        ids = [self.line, *(group.id for group in self.groups)]
        if len(set(ids)) < len(ids):
            raise ValueError("jede Gruppe mit einer eigenen id, verschieden von line")
        accounts = sorted(account for group in self.groups for account in group.accounts)
        if any(f"{later}:".startswith(f"{earlier}:") for earlier, later in pairwise(accounts)):
            raise ValueError("jedes Konto in nur einer Gruppe")
        return self


Days = Annotated[int, Field(ge=0, le=3650)]


class Policy(_Table):
    """Local rules with their defaults."""

    suspense_days_max: Days = Field(30, alias="unclear_days_max")
    overdue_days_max: Days = 30
    payment_days: Days = 30
    general_order: str = Field("", alias="standing_order")
    same_person: bool = False
    prior_period_from: Annotated[str, AfterValidator(amount_text)] = "0,00"
    close_months: bool = False
    """Once let the monthly run close months; it may stand, and does nothing: a person closes."""
    signed: tuple[v.Deed, ...] = ()
    """Deeds that count only with a signature, from then on when it is set."""
    typed_names: bool = True
    """Whether a name that was only typed may act; else everybody proves who they are, also in commands."""
    close_with_open: tuple[Annotated[str, Field(pattern=fields.FINDING)], ...] = ()

    @property
    def prior_period_min_cents(self) -> int:
        """From this amount on an obligation of a closed year goes to the extraordinary result, in cents."""
        return parse_typed_eur(self.prior_period_from)


class GeneralOrder(_Table):
    """A general order (allgemeine Zahlungsanordnung, GemKVO § 8) under which a job books."""

    id: str
    signed_by: str
    begins: dt.date = Field(alias="from")
    ends: dt.date | None = Field(None, alias="to")
    limit: Annotated[str, AfterValidator(amount_text)] = ""

    @cached_property
    def limit_cents(self) -> int | None:
        """The largest amount that an entry under this order may move, in cents; None without a limit."""
        return parse_typed_eur(self.limit) if self.limit else None


class ProgramRelease(_Table):
    """A version of this program that was tested and released for booking by itself (GemKVO § 5 Abs. 5 Nr. 1)."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    released_by: str
    begins: dt.date = Field(alias="from")
    ends: dt.date | None = Field(None, alias="to")

    def covers(self, version: str, day: dt.date) -> bool:
        """Tell whether the version, or the series that it belongs to (0.1 for 0.1.2), is released on the day."""
        return f"{version}.".startswith(f"{self.version}.") and self.begins <= day <= (self.ends or day)


class DemandKind(_Table):
    """What the documents of claims booked from a day on are; a Bescheid only with ground and remedy (VwVfG § 37)."""

    begins: dt.date = Field(alias="from")
    kind: v.DocumentKind
    legal_basis: str = ""
    remedy: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind == v.DocumentKind.ACT) != bool(self.legal_basis and self.remedy):
            raise ValueError(
                "legal_basis (Rechtsgrundlage) und remedy (Rechtsbehelfsbelehrung) bei einem Bescheid, und nur dort"
            )
        return self


class FormerSettings(_Table):
    """What held up to a day and has changed since: accounts by their roles, the budget line, the bank account's IBAN.

    What is booked with them stays as it is: entries of those days still use them, and every rule knows them. With the
    former IBAN the bank may still send statements that begin on one of those days; the account is the same.
    """

    until: dt.date
    accounts: Mapping[str, AccountName] = {}
    budget_line: str = ""
    bank_iban: Annotated[str, AfterValidator(_former_iban)] = ""
    bank_account: AccountName | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := sorted(self.accounts.keys() - Accounts.model_fields.keys()):
            raise ValueError(f"Rollen aus [accounts], nicht {', '.join(unknown)}")
        return self


class Settings(_Table):
    """The whole of book.toml."""

    format: Literal[1]
    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain_text)]
    agreement: Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_a_path)]
    party: str
    bank: Bank
    accounts: Accounts
    budget: Budget
    before: tuple[FormerSettings, ...] = ()
    policy: Policy = Policy()
    roles: tuple[Holder, ...] = ()
    keys: tuple[SigningKey, ...] = ()
    general_orders: tuple[GeneralOrder, ...] = Field((), alias="standing_orders")
    releases: tuple[ProgramRelease, ...] = ()
    demands: tuple[DemandKind, ...] = ()
    booked: tuple[WhereBooked, ...] = ()
    findings: Mapping[str, Literal["beanstandung", "offen", "hinweis"]] = {}

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names: dict[str, str] = {}
        for holder in self.roles:
            if (other := names.setdefault(likeness(holder.name), holder.name)) != holder.name:
                raise ValueError(f"für jede Person ein Name: {holder.name!r} sieht aus wie {other!r}")
        for deputy in self.roles:
            principals = (holder for holder in self.roles if holder.name == deputy.deputy_of)
            if deputy.deputy_of and not any(
                holder.holds(deputy.role, deputy.begins) for holder in principals
            ):
                raise ValueError(
                    f"{deputy.deputy_of!r} mit der Rolle „{deputy.role}“, die {deputy.name!r} vertritt"
                )
        return self

    def limit_of(self, person: str, role: v.Role, day: dt.date) -> int | None:
        """Return how many cents a person may move in a role on a day; None without a limit, or without the role.

        Where somebody holds it twice (a deputy) the higher limit counts.
        """
        limits = [
            holder.limit_cents for holder in self.roles if holder.name == person and holder.holds(role, day)
        ]
        stated = [limit for limit in limits if limit is not None]
        return max(stated) if stated and len(stated) == len(limits) else None

    def account_on(self, role: str, day: dt.date | None) -> str:
        """Return the name of a role's account on a day; without one, or where nothing else was said, today's."""
        formers = [
            former for former in self.before if day and day <= former.until and role in former.accounts
        ]
        if formers:
            return min(formers, key=lambda former: former.until).accounts[role]
        return str(getattr(self.accounts, role))

    def accounts_ever(self, *roles: str) -> frozenset[str]:
        """Return the accounts that have, or had, one of some roles."""
        accounts = [getattr(self.accounts, role) for role in roles]
        accounts += [former.accounts.get(role) for former in self.before for role in roles]
        accounts += [getattr(row, role, None) for row in self.booked for role in roles]
        return frozenset(name for name in accounts if name)

    def booked_on(self, component: str, day: dt.date) -> WhereBooked | None:
        """Return where a component's shares are booked on a day; None where only `[accounts]` says it."""
        rows = [row for row in self.booked if row.component in {component, ""} and row.begins <= day]
        return max(rows, key=lambda row: (bool(row.component), row.begins), default=None)

    @property
    def former_ibans(self) -> Mapping[str, dt.date]:
        """The IBANs that the bank account had before today's, each with the last day on which it had it."""
        ibans = sorted((former.until, former.bank_iban) for former in self.before if former.bank_iban)
        return {iban: until for until, iban in ibans}

    @property
    def bank_accounts(self) -> frozenset[str]:
        """The ledger accounts that are, or were, the bank account; what stands on a former one counts on."""
        return frozenset(
            (self.bank.account, *(former.bank_account for former in self.before if former.bank_account))
        )

    @property
    def ibans_ever(self) -> frozenset[str]:
        """Every IBAN that the bank account has, or had."""
        return frozenset((self.bank.iban, *self.former_ibans))

    def demand_kind(self, day: dt.date) -> DemandKind:
        """Return what the document of a claim is that is booked on a day: without a word an Anforderung."""
        begun = [kind for kind in self.demands if kind.begins <= day]
        default = DemandKind.model_validate({"from": dt.date.min, "kind": v.DocumentKind.DEMAND})
        return max(begun, key=lambda kind: kind.begins, default=default)
