"""The pages of a book, in the order of the menu: one module each, and this registry."""

from __future__ import annotations

from typing import Final

from kkd_ledger.web.workplace.blocks import WorkplacePage
from kkd_ledger.web.workplace.pages import (
    agreement_page,
    balances_page,
    budget_page,
    findings_page,
    home_page,
    inbox_page,
    items_page,
    journal_page,
    months_page,
    parties_page,
    planning_page,
    roles_page,
    search_page,
    shares_page,
    suspense_page,
)

PAGES: Final[tuple[WorkplacePage, ...]] = (
    *home_page.PAGES,
    *inbox_page.PAGES,
    *shares_page.PAGES,
    *items_page.PAGES,
    *suspense_page.PAGES,
    *budget_page.PAGES,
    *agreement_page.PAGES,
    *planning_page.PAGES,
    *parties_page.PAGES,
    *balances_page.PAGES,
    *journal_page.PAGES,
    *months_page.PAGES,
    *findings_page.PAGES,
    *roles_page.PAGES,
    *search_page.PAGES,
)
