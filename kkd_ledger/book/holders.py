"""Who holds which role from when to when, up to which sum and for whom; and by which keys persons sign."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kkd_ledger import fields
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.wording import clean
from kkd_ledger.errors import NotAllowed
from kkd_ledger.money import parse_typed_eur


def plain_text(text: str) -> str:
    """Return a text as it is; raise NotAllowed for one with control characters or blanks too many."""
    if text != clean(text) or not text:
        raise NotAllowed(
            repr(text), "ein Text ohne Steuerzeichen, ohne doppelte Leerzeichen und ohne solche am Rand"
        )
    return text


def amount_text(text: str) -> str:
    """Return an amount as it was typed; raise ValueError for none, but for an empty text."""
    if text:
        parse_typed_eur(text)
    return text


class _Row(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class Holder(_Row):
    """Who holds a role from when to when (GemKVO § 11: the mayor rules who may certify).

    A deputy holds it for somebody else (`deputy_of`), on these days only.
    """

    name: Annotated[str, AfterValidator(plain_text)]
    role: v.Role
    begins: dt.date = Field(alias="from")
    ends: dt.date | None = Field(None, alias="to")
    limit: Annotated[str, AfterValidator(amount_text)] = ""
    deputy_of: str = ""

    @model_validator(mode="after")
    def _ended(self) -> Self:
        if self.deputy_of and (self.ends is None or self.deputy_of == self.name):
            raise ValueError(
                "eine Vertretung (deputy_of) für jemand anderen, mit erstem und letztem Tag (from, to)"
            )
        if self.ends is not None and self.ends < self.begins:
            raise ValueError("der letzte Tag (to) nicht vor dem ersten (from)")
        return self

    @cached_property
    def limit_cents(self) -> int | None:
        """How much may be moved in this role on one day for one party, by `kasse` in all runs; None without a limit."""
        return parse_typed_eur(self.limit) if self.limit else None

    def holds(self, role: v.Role, day: dt.date) -> bool:
        """Tell whether this is the role, held on the day."""
        return self.role == role and self.begins <= day <= (self.ends or day)


class SigningKey(_Row):
    """A key that a person signs acts with: its id, its public key as plain numbers, of a passkey its site, its days.

    A key that is lost or replaced keeps its place and gets a last day: what it signed before is verified by it.
    """

    person: Annotated[str, AfterValidator(plain_text)]
    id: Annotated[str, Field(pattern=fields.CREDENTIAL)]
    key: Annotated[str, Field(pattern=fields.PUBLIC_KEY)]
    rp_id: Annotated[str, Field(pattern=fields.SITE_NAME)] | None = None
    origin: Annotated[str, Field(pattern=fields.SITE_ORIGIN)] | None = None
    begins: dt.date = Field(alias="from")
    ends: dt.date | None = Field(None, alias="to")

    @property
    def is_for_commands(self) -> bool:
        """Whether it signs commands; else it is a passkey, of a site."""
        return self.key.startswith("Ed25519:")

    @model_validator(mode="after")
    def _of_a_site(self) -> Self:
        if (self.rp_id is None, self.origin is None) != (self.is_for_commands, self.is_for_commands):
            raise ValueError("rp_id und origin bei einem Passkey, und nur dort (nicht bei Ed25519:…)")
        return self
