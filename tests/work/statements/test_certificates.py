"""Reading only the certificates that matter says of those days what reading all of them says."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.certificate import Certificate, Certificates, CertifiedStatement, write
from kkd_ledger.periods import BookingMonth
from tests.certified import line, statement

FIRST = dt.date(2022, 1, 1)


@st.composite
def months(draw: st.DrawFn) -> dict[str, Certificate]:
    """Statements of some days each, one after the other; some come late and stand in a later month's certificate."""
    found: dict[str, Certificate] = {}
    day = FIRST
    for number in range(draw(st.integers(0, 12))):
        first = day + dt.timedelta(days=draw(st.integers(0, 45)))
        last = first + dt.timedelta(days=draw(st.integers(0, 31)))
        told = last + dt.timedelta(days=draw(st.sampled_from([0, 0, 0, 20, 70])))
        month = f"{told:%Y-%m}"
        certificate = found.get(month, Certificate(BookingMonth.parse(month)))
        key = f"1:a-{number}"
        held = statement(
            key=key, from_day=first, to_day=last, opening_cents=draw(st.sampled_from([10_000, None]))
        )
        lines = [
            line(f"1:f-{number}-{place}", statement=key, day=on)
            for place, on in enumerate(sorted({first, last}))
        ]
        found[month] = replace(
            certificate, statements=(*certificate.statements, held), lines=(*certificate.lines, *lines)
        )
        day = last
    return found


@given(months=months(), days=st.integers(-40, 800))
@settings(max_examples=80)
def test_what_is_left_out_lies_before(months: dict[str, Certificate], days: int) -> None:
    since = FIRST + dt.timedelta(days=days)
    with TemporaryDirectory() as name:
        root = Path(name)
        for month, certificate in months.items():
            (root / month[:4]).mkdir(exist_ok=True)
            (root / month[:4] / f"{month}.bank.json").write_bytes(write(certificate))
        every, some = Certificates(root), Certificates(root, since)
        assert [one for one in every.statements if one.to_day >= since] == [
            one for one in some.statements if one.to_day >= since
        ]
        late = {key: line for key, line in every.lines.items() if line.day >= since}
        assert late == {key: line for key, line in some.lines.items() if line.day >= since}
        assert list(some.lines) == [key for key in every.lines if key in some.lines]
        assert all(every.month_of(key) == some.month_of(key) for key in some.lines)
        assert last_before(every, since) == last_before(some, since)


def last_before(certificates: Certificates, day: dt.date) -> CertifiedStatement | None:
    """The statement that the next one joins: the last that ends before the day and tells its balances."""
    before = [one for one in certificates.statements if one.opening_cents is not None and one.to_day < day]
    return max(before, key=lambda one: one.to_day, default=None)
