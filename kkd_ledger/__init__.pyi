"""The library's names with their types: what `__init__.py` loads when it is first used."""

from kkd_ledger.agreement import explain as explain
from kkd_ledger.agreement import load as load
from kkd_ledger.agreement import shares as shares
from kkd_ledger.agreement import trueup as trueup
from kkd_ledger.book.config import load_book as load_book
from kkd_ledger.book.entries import Authorisation as Authorisation
from kkd_ledger.book.state.share_standings import standings as standings
from kkd_ledger.book.text.reader import read as read
from kkd_ledger.errors import KkdError as KkdError
from kkd_ledger.periods import BookingMonth as BookingMonth
from kkd_ledger.rules.engine.check import check as check
from kkd_ledger.work.books.books import (
    adopt as adopt,
)
from kkd_ledger.work.books.books import (
    appropriate as appropriate,
)
from kkd_ledger.work.books.books import (
    declare_year as declare_year,
)
from kkd_ledger.work.books.books import (
    open_month as open_month,
)
from kkd_ledger.work.claims.post import post as post
from kkd_ledger.work.claims.relief import dispose as dispose
from kkd_ledger.work.month.month import run_month as run_month
from kkd_ledger.work.month.report import month_text as month_text
from kkd_ledger.work.statements.importing import import_files as import_files

__version__: str
__all__: list[str]
