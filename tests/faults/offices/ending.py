"""The end of a life: by commands alone everything is settled, closed and agreed; and the sums are the true ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kkd_ledger.book.config import load_book
from kkd_ledger.book.state.claims import balances
from kkd_ledger.book.text.reader import read
from kkd_ledger.money import plain
from tests.audit.books import chain_of, same_both_ways
from tests.faults.offices import mail
from tests.faults.offices.agreed import OPERATOR
from tests.faults.offices.answers import GAP
from tests.faults.offices.clerk import CASHIER, GIVEN, Clerk
from tests.faults.offices.crossings import paid_elsewhere
from tests.faults.offices.life import ONE_DAY, Life, month_end
from tests.samples import by_beancount, by_us

MONTHS_MAX = 8


def settle(life: Life) -> None:
    """Let months pass in which everybody does what is left, until nothing is."""
    life.tail = True
    mail.bank_month(life, life.today - ONE_DAY)  # what was saved on paper comes after all
    life.copies += [(life.today, party) for party in life.clerks]
    before: list[object] = []
    for turn in range(MONTHS_MAX):
        first = life.today
        for post in life.on_the_way:
            post.day = first
        life.run(first)
        for clerk in life.clerks.values():
            clerk.ends = turn > 1
            _work(life, clerk, first + ONE_DAY)
        for clerk in life.clerks.values():
            clerk.tidy(first + ONE_DAY)
        _rebook(life, first + ONE_DAY)
        for party in life.agreed.inhabitants:
            _set_off(life, party, first + ONE_DAY)
            for clerk in life.clerks.values() if turn > 1 else ():
                _square(clerk, party, first + ONE_DAY)
        for clerk in life.clerks.values() if turn else ():
            _explain(clerk, first + ONE_DAY)
        day = first + ONE_DAY * 5
        life.run(day)
        before.append(_left(life, day))
        if not before[-1] or before[-3:] == [before[-1]] * 3:
            return  # nothing is left, or nothing moves any more
        for party in life.agreed.inhabitants:
            life.pay(day, party, plainly=True)
        life.give_back(day, plainly=True)
        life.run(month_end(day))


def _work(life: Life, clerk: Clerk, day: dt.date) -> None:
    life.desk.kkd(day, "open", clerk.book, f"{day:%Y-%m}", "--json")
    clerk.post(day)
    clerk.month(day)
    clerk.clean_up(day)


def _rebook(life: Life, day: dt.date) -> None:
    """A town moves what it has paid to the item on which the operator has booked it: reconcile names both.

    Where nothing is open there any more, both are still open at the operator, which sets them off.
    """
    for party in life.clerks:
        differences = [] if party == OPERATOR else _differences(life, party, day)
        more = [one for one in differences if one["cause"] == "gezahlt, dort nicht gebucht"]
        for one in more:
            there = [
                two
                for two in differences
                if two["amount"] == f"-{one['amount']}" and "eingegangen" in two["cause"]
            ]
            if there:
                words = ("offset", one["posten"], there[0]["posten"], one["amount"], "--order", "abgestimmt")
                if life.clerks[party].kkd(day, *words, *GIVEN).status > 1:
                    life.clerks[OPERATOR].kkd(day, *words, *GIVEN)

        _undo_offsets(
            life, party, {one["posten"] for one in differences if "ohne Zahlung" in one["cause"]}, day
        )


def _set_off(life: Life, party: str, day: dt.date) -> None:
    """Set claims and credits of a year off that are open on both sides: both sides have said so."""
    clerks = [clerk for clerk in (life.clerks[OPERATOR], life.clerks.get(party)) if clerk]
    sides = [{item.posten: item for item in clerk.items(day, party)} for clerk in clerks]
    for posten, credit in sides[0].items():
        for other, claim in sides[0].items():
            if credit.open >= 0 or claim.open <= 0 or claim.year != credit.year:
                continue
            opens = [
                (-side[posten].open, side[other].open) for side in sides if {posten, other} <= side.keys()
            ]
            cents = min(min(pair) for pair in opens) if len(opens) == len(sides) else 0
            if cents > 0:
                words = ("offset", other, posten, plain(cents), "--order", "Aufrechnung vereinbart", *GIVEN)
                for clerk in clerks:
                    clerk.kkd(day, *words)
                return  # the rest next time, by what is open then


def _square(clerk: Clerk, party: str, day: dt.date) -> None:
    """Set off what is left within a book where all of a party's items come to nothing: the balance is agreed."""
    items = {item.posten: item.open for item in clerk.items(day, party) if item.open}
    if sum(items.values()) or not (clerk.operator or clerk.party == party):
        return
    while claims := [posten for posten, cents in items.items() if cents > 0]:
        credit = next(posten for posten, cents in items.items() if cents < 0)
        cents = min(items[claims[0]], -items[credit])
        words = ("offset", claims[0], credit, plain(cents), "--order", "Saldo null, abgestimmt", *GIVEN)
        if clerk.kkd(day, *words).status > 1:
            return
        items[claims[0]] -= cents
        items[credit] += cents


def _undo_offsets(life: Life, party: str, differ: set[str], day: dt.date) -> None:
    """What one side has set off and the other has not is reversed: by then the other had paid the credit out."""
    for clerk in (life.clerks[party], life.clerks[OPERATOR]) if differ else ():
        for number, text in clerk.booked("aufrechnung"):
            if any(f'posten: "{posten}"' in text for posten in differ):
                clerk.reverse(day, number, "dort nicht aufgerechnet")
        clerk.tidy(day)


def _explain(clerk: Clerk, day: dt.date) -> None:
    """No statement will come that explains a gap: the bank had told of what never was, which is none of ours."""
    for trouble in clerk.kkd(day, "status").data.get("troubles", ()):
        for key in GAP.findall(trouble):
            clerk.kkd(day, "decide", key, "--foreign", "--by", CASHIER, "--reason", "Irrtum der Bank")


def _differences(life: Life, party: str, day: dt.date) -> list[dict[str, str]]:
    file = f"saldo-{party}.json"
    life.desk.kkd(day, "reconcile", party, "--export", file)
    said = life.desk.kkd(day, "reconcile", OPERATOR, file, "--unsigned", "--json")
    told = [{"cause": "", "amount": "", "posten": "", "text": said.words[-300:]}] if said.status else []
    return [one for one in said.data.get("differences", ()) if one["amount"] != "0.00"] or told


def _left(life: Life, day: dt.date) -> list[object]:
    """Return what is still open, unclear or undecided, on either side."""
    office = life.clerks[OPERATOR]
    left: list[object] = []
    for party in life.agreed.inhabitants:
        sides = {clerk.party: clerk for clerk in (office, life.clerks.get(party)) if clerk}
        left += [(side, one) for side, clerk in sides.items() for one in clerk.items(day, party) if one.open]
    for clerk in life.clerks.values():
        left += [*clerk.suspense(day), *clerk.waiting(day)]
        troubles = clerk.kkd(day, "status").data.get("troubles", ())
        left += [one for one in troubles if one.startswith("Lücke im Konto")]  # the next statement closes it
    return left


def close(life: Life) -> None:
    """Close everything that is over, and note what cannot be settled or closed."""
    for ways in (_unsettled, _unclosed):
        life.desk.wrong += [one for clerk in life.clerks.values() for one in ways(life, clerk, life.today)]


def verdict(life: Life) -> list[str]:
    """Return everything that is not as it should be."""
    day = life.today
    found = list(_disagreed(life, day))
    found += _untrue(life, day)
    found += [one for clerk in life.clerks.values() for one in _audited(life, clerk)]
    return list(dict.fromkeys([*life.desk.wrong, *found]))


def _unsettled(_: Life, clerk: Clerk, day: dt.date) -> Iterator[str]:
    for one in clerk.suspense(day):
        yield f"{clerk.book}: unclear for good: {one} ({clerk.ask(one.cents, one.day, one.payee)})"
    said = clerk.kkd(day, "status")
    if any("`kkd confirm" in advice for advice in said.data.get("advice", ())):
        clerk.confirm(day)
        said = clerk.kkd(day, "status")
    for trouble in said.data.get("troubles", ()):
        yield f"{clerk.book}: trouble for good: {trouble}"
    if (newest := str(said.data.get("month", ""))) > f"{day:%Y-%m}":
        yield f"{clerk.book}: there is a month that has not begun: {newest} on {day}"


def _unclosed(life: Life, clerk: Clerk, day: dt.date) -> Iterator[str]:
    """Every year is closed; the clerk did what hindrances advise."""
    newest = life.desk.kkd(day, "status", clerk.book, "--today", str(day), "--json").data.get("month", "")
    for year in range(life.agreed.begins.year, day.year + 1):
        period = [str(year)]
        if newest.startswith(f"{year}-"):
            last = (day.replace(day=1) - ONE_DAY).month if day.year == year else 12
            period = [f"{year}-{month:02}" for month in range(1, last + 1)]
        for one in period:
            for left in clerk.close(day, one)[:3]:
                yield f"{clerk.book}: {one} does not close: {left['code']} {left['text'][:500]}"
                return


def _disagreed(life: Life, day: dt.date) -> Iterator[str]:
    for party in life.clerks:
        if party != OPERATOR:
            for one in _differences(life, party, day):
                yield f"not agreed between {OPERATOR} and {party}: {one}"


def _untrue(life: Life, day: dt.date) -> Iterator[str]:
    """The books' sums against the true ones: owed and paid by party and year."""
    for clerk in life.clerks.values():
        for party in life.agreed.inhabitants if clerk.operator else [clerk.party]:
            items = clerk.items(day, party)
            for year in range(life.agreed.begins.year, day.year + 1):
                of_year = [one for one in items if one.year == year]
                true = life.agreed.owed(year, day).get(party, 0) if life.agreed.resolved[party] <= day else 0
                if true != (booked := sum(one.claimed for one in of_year)):
                    yield f"{clerk.book}: {party} {year}: owed {plain(true)}, booked {plain(booked)}"
                if left := [one for one in of_year if one.open]:
                    yield f"{clerk.book}: {party} {year}: {plain(left[0].open)} left open on {left[0].posten}"
            moved = paid_elsewhere(life, clerk, party)
            for year in range(life.agreed.begins.year, day.year + 1):
                true = life.paid[party, year] + moved[year]
                if true != (booked := sum(one.paid for one in items if one.year == year)):
                    yield f"{clerk.book}: {party} {year}: paid {plain(true)}, booked {plain(booked)}"
            if (true := life.remitted[f"{clerk.book} {party}"]) != (
                booked := sum(one.others for one in items)
            ):
                yield f"{clerk.book}: {party}: remitted {plain(true)}, settled without money {plain(booked)}"
        yield from _wrong_bank(life, clerk, day)


def _wrong_bank(life: Life, clerk: Clerk, day: dt.date) -> Iterator[str]:
    said = life.desk.kkd(day, "check", clerk.book, "--full", "--json")
    for one in said.data.get("findings", ()):
        if one["level"] == "fehler":
            yield f"{clerk.book}: check --full: {one['code']} {one['text'][:300]} ({one['file']}:{one['line']})"
    for trouble in said.data.get("troubles", ()):
        yield f"{clerk.book}: check --full: {trouble}"


def _audited(life: Life, clerk: Clerk) -> Iterator[str]:
    """What an auditor finds in the files: sums, both readers, both ways of checking, the chain of proofs."""
    book = load_book(life.folder / clerk.book)
    if sum(balances(read(book).records).values()):
        yield f"{clerk.book}: the sums are not zero"
    if breaks := chain_of(book).breaks:
        yield f"{clerk.book}: {breaks}"
    both = [{one for one in told(book.root) if "(fehler)" in one} for told in (by_us, by_beancount)]
    if both[0] != both[1]:
        yield f"{clerk.book}: the readers do not agree: {min(both[0] ^ both[1])[:300]}"
    try:
        same_both_ways(book)
    except AssertionError as error:
        yield f"{clerk.book}: the check from a seal says something else than the whole one: {error}"
