"""Certificates made up by tests: each of their records with defaults, and strategies for all that they can say."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from kkd_ledger.book.certificate import (
    Batch,
    Certificate,
    CertifiedLine,
    CertifiedNotification,
    CertifiedStatement,
    Fate,
    Split,
    StatementPage,
    Words,
)
from kkd_ledger.periods import BookingMonth

DAY = dt.date(2022, 3, 1)
FATES = dict.fromkeys(Fate, 0)


def statement(**facts: Any) -> CertifiedStatement:
    """Return a statement of one day on which nothing happened, but for what is said."""
    plain = {"account": "DE1", "kind": "053", "number": None, "from_day": DAY, "to_day": DAY}
    sums = {"opening_cents": None, "moved_cents": 0, "closing_cents": None, "count": 0, "known_count": 0}
    keys = {"fates": FATES, "key": "1:a-0", "content": "1:i-0", "sha256": "0" * 64}
    return CertifiedStatement(**(plain | sums | keys | facts))


def line(key: str, **facts: Any) -> CertifiedLine:
    """Return a line that waits, but for what is said."""
    plain = {"statement": "1:a-0", "day": DAY, "cents": 100, "fate": Fate.WAITS, "number": "", "rule": ""}
    return CertifiedLine(key, **(plain | {"reasons": ()} | facts))


_texts = st.text(st.characters(codec="utf-8"), max_size=12)
_counts = st.integers(0, 10**6)
_cents = st.integers(-(10**14), 10**14)
_days = st.dates()
_lists = st.lists(_texts, max_size=3).map(tuple)
_paper = {
    "account": _texts,
    "kind": _texts,
    "number": st.none() | _counts,
    "from_day": _days,
    "to_day": _days,
    "moved_cents": _cents,
    "count": _counts,
    "key": _texts,
    "content": _texts,
    "sha256": _texts,
}
_statements = st.builds(
    CertifiedStatement,
    **_paper,
    opening_cents=st.none() | _cents,
    closing_cents=st.none() | _cents,
    known_count=_counts,
    fates=st.fixed_dictionaries(dict.fromkeys(Fate, _counts)),
    notifications=_lists,
    page=st.none() | st.builds(StatementPage, _counts, st.booleans()),
)
_splits = st.builds(Split, _texts, _counts, _texts, _lists)
_notifications = st.builds(CertifiedNotification, **_paper, split=st.lists(_splits, max_size=2).map(tuple))
_lines = st.builds(
    CertifiedLine,
    key=_texts,
    statement=_texts,
    day=_days,
    cents=_cents,
    fate=st.sampled_from(Fate),
    number=_texts,
    rule=_texts,
    reasons=_lists,
    batch=st.none() | st.builds(Batch, _counts, _texts),
    words=st.none() | st.builds(Words, _texts, _texts),
)
certificates: st.SearchStrategy[Certificate] = st.builds(
    Certificate,
    st.builds(BookingMonth, st.integers(2000, 2099), st.integers(1, 13)),
    st.lists(_statements, max_size=3).map(tuple),
    st.lists(_lines, max_size=4).map(tuple),
    st.lists(_notifications, max_size=2).map(tuple),
)
