"""Where the shares of a component are booked, from a day on: its accounts, and whether refunds are netted."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kkd_ledger.book.text import vocabulary as v


def _account(text: str) -> str:
    if not v.ACCOUNT.fullmatch(text.replace("{party}", "X")):
        raise ValueError("Kontoname wie Aktiva:2800-Bank")
    return text


AccountName = Annotated[str, AfterValidator(_account)]


class WhereBooked(BaseModel):
    """One row of `[[booked]]`: budget line, account and cost centre are parts of the account's name.

    Without `component` it is about all that no other row names; an account that is missing is that of `[accounts]`.
    `refunds` of a closed year are prior-period, or netted (abgesetzt) from the ordinary account, as `clause` says.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)

    component: str = ""
    begins: dt.date = Field(dt.date.min, alias="from")
    share: AccountName | None = None
    prior_period_expense: AccountName | None = None
    prior_period_income: AccountName | None = None
    refunds: Literal["prior-period", "netted"] = "prior-period"
    clause: str = ""
