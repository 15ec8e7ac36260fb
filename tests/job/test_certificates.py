"""Reading only the certificates that matter says of those days what reading all of them says."""

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.job.certificate import FORMAT, Certificates

FIRST = dt.date(2022, 1, 1)


@st.composite
def months(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Statements of some days each, one after the other; some come late and stand in a later month's certificate."""
    found: dict[str, dict[str, Any]] = {}
    day = FIRST
    for number in range(draw(st.integers(0, 12))):
        first = day + dt.timedelta(days=draw(st.integers(0, 45)))
        last = first + dt.timedelta(days=draw(st.integers(0, 31)))
        told = last + dt.timedelta(days=draw(st.sampled_from([0, 0, 0, 20, 70])))
        month = f"{told:%Y-%m}"
        data = found.setdefault(month, {"format": FORMAT, "monat": month, "auszuege": [], "zeilen": []})
        key = f"1:a-{number}"
        balance = draw(st.sampled_from(["100.00", None]))
        held = {"konto": "DE1", "schluessel": key, "von": str(first), "bis": str(last), "anfang": balance}
        data["auszuege"].append(held)
        data["zeilen"] += [
            {"schluessel": f"1:f-{number}-{place}", "auszug": key, "tag": str(on), "ergebnis": "wartet"}
            for place, on in enumerate(sorted({first, last}))
        ]
        day = last
    return found


@given(months=months(), days=st.integers(-40, 800))
@settings(max_examples=80)
def test_what_is_left_out_lies_before(months: dict[str, dict[str, Any]], days: int) -> None:
    since = FIRST + dt.timedelta(days=days)
    with TemporaryDirectory() as name:
        root = Path(name)
        for month, data in months.items():
            (root / month[:4]).mkdir(exist_ok=True)
            (root / month[:4] / f"{month}.bank.json").write_text(json.dumps(data), encoding="utf-8")
        every, some = Certificates(root), Certificates(root, since)
        day = str(since)
        assert [one for one in every.statements if one["bis"] >= day] == [
            one for one in some.statements if one["bis"] >= day
        ]
        late = {key: line for key, line in every.lines.items() if line["tag"] >= day}
        assert late == {key: line for key, line in some.lines.items() if line["tag"] >= day}
        assert list(some.lines) == [key for key in every.lines if key in some.lines]
        assert all(every.month_of(key) == some.month_of(key) for key in some.lines)
        assert last_before(every, day) == last_before(some, day)


def last_before(certificates: Certificates, day: str) -> dict[str, Any] | None:
    """The statement that the next one joins: the last that ends before the day and tells its balances."""
    before = [one for one in certificates.statements if one["anfang"] and one["bis"] < day]
    return max(before, key=lambda one: one["bis"], default=None)
