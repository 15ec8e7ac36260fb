"""Laws of matching that hold for any lines and any open items."""

import datetime as dt
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.bank.statements import StatementLine
from kkd_ledger.matching.match import OpenItem, Settled, match_lines
from kkd_ledger.matching.mentions import References, compact, one_slip_apart
from kkd_ledger.matching.ways import subsets
from kkd_ledger.references import payment_reference
from tests.bank.writing import DAY

IBANS = [f"DE{number:020}" for number in range(3)]
REFERENCES = [payment_reference(f"KKD2023{number:06}") for number in range(6)]
cents = st.sampled_from((100, 200, 300, 10_000, 10_050, 20_000, 886_925))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[tuple[str, StatementLine]], list[OpenItem]]:
    """Return a few items and lines that name them well, badly or not at all."""
    items = [
        OpenItem(
            posten=f"p-{number}",
            party=f"party-{number % 3}",
            direction=draw(st.sampled_from(("forderung", "verbindlichkeit"))),
            open_cents=draw(st.just(0) | cents),
            due=DAY + dt.timedelta(days=number),
            payment_reference=reference,
            agreed_ibans=(IBANS[number % 3],),
            names=(f"Gemeinde Ort{number % 3}",),
        )
        for number, reference in enumerate(REFERENCES[: draw(st.integers(1, 6))])
    ]
    lines = []
    for number in range(draw(st.integers(0, 8))):
        named = draw(st.lists(st.sampled_from(REFERENCES), max_size=2))
        typed = [
            draw(st.sampled_from((each, each[:-1], each[:8] + each[9] + each[8] + each[10:])))
            for each in named
        ]
        returned = draw(st.booleans())
        each = StatementLine(
            booking_day=DAY + dt.timedelta(days=draw(st.integers(0, 2))),
            value_day=None,
            amount_cents=draw(cents) * draw(st.sampled_from((1, 1, -1))),
            counterparty=draw(st.sampled_from(("", "Gemeinde Ort1", "Firma"))),
            iban=draw(st.sampled_from(("", *IBANS))),
            remittance=" ".join(typed),
            end_to_end=draw(st.sampled_from(("", "E2E-1", "E2E-2"))),
            charges_cents=draw(st.sampled_from((0, 0, 0, -50))),
            return_reason="AC04" if returned else "",
            original=("E2E-1",) if returned else (),
        )
        lines.append((f"1:f-{number:024x}-1", each))
    return lines, items


def directions(items: list[OpenItem]) -> dict[str, int]:
    return {item.posten: 1 if item.direction == "forderung" else -1 for item in items}


@given(worlds(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_cent_of_every_line_is_accounted_for(world, own):
    lines, items = world
    sign = directions(items)
    for found in match_lines(lines, items, dedicated_account=own):
        allocated = sum(sign[posten] * amount for posten, amount in found.allocations)
        assert allocated + found.charges_cents + found.rest_cents == found.line.amount_cents
        assert found.evidence
        if found.kind in {"ungeklaert", "wartet", "nicht-kkd"}:
            assert (found.allocations, found.charges_cents) == ((), 0)
        else:
            assert all((amount > 0) is (found.kind == "zahlung") for _, amount in found.allocations)
            assert len(found.evidence) >= 2


@given(worlds())
@settings(max_examples=80, deadline=None)
def test_no_item_is_paid_beyond_what_is_open(world):
    lines, items = world
    left = {item.posten: item.open_cents for item in items}
    by_day = sorted(
        match_lines(lines, items, dedicated_account=True),
        key=lambda p: (p.line.booking_day, p.line.returned, p.key),
    )
    for found in by_day:
        for posten, amount in found.allocations:
            left[posten] -= amount
            assert 0 <= left[posten] <= next(item.open_cents for item in items if item.posten == posten)


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_arrival_makes_no_difference(world, chance):
    lines, items = world
    shuffled = list(lines)
    chance.shuffle(shuffled)
    first = {found.key: found for found in match_lines(lines, items, dedicated_account=True)}
    second = {found.key: found for found in match_lines(shuffled, items, dedicated_account=True)}
    assert first == second


@given(worlds(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_items_at_rest_say_what_settled_ones_among_the_open_say(world, own):
    lines, items = world
    rest = {item.posten: item for item in items if not item.open_cents}
    moving = [item for item in items if item.open_cents]
    settled = Settled(
        {compact(item.payment_reference): [posten] for posten, item in rest.items()},
        [(item.party, item.agreed_ibans, item.names) for item in rest.values()],
        rest.__getitem__,
    )
    assert match_lines(lines, moving, dedicated_account=own, settled=settled) == match_lines(
        lines, items, dedicated_account=own
    )


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_a_common_account_takes_the_same_lines_and_books_no_other(world):
    lines, items = world
    own = match_lines(lines, items, dedicated_account=True)
    common = match_lines(lines, items, dedicated_account=False)
    assert [found.allocations for found in own] == [found.allocations for found in common]
    assert (
        Counter(found.kind for found in own)["ungeklaert"]
        == Counter(found.kind for found in common)["wartet"]
    )


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_an_automatic_payment_has_two_independent_factors(world):
    lines, items = world
    by_posten = {item.posten: item for item in items}
    for found in match_lines(lines, items, dedicated_account=True):
        if found.kind == "zahlung":
            words = " | ".join(found.evidence)
            named = "Kassenzeichen" in words
            amount = "Betrag gleich" in words
            payer = "IBAN" in words or "Name" in words
            assert named + amount + payer >= 2
            if named and "Schreibfehler" not in words:
                assert all(
                    by_posten[posten].payment_reference in found.line.remittance
                    for posten, _ in found.allocations
                )


@given(st.text("ABC012", min_size=1, max_size=6), st.text("ABC012", min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_one_slip_is_a_substitution_a_swap_a_loss_or_an_addition(typed, meant):
    assert one_slip_apart(typed, meant) is (typed != meant and typed in neighbours(meant))


def neighbours(text: str) -> set[str]:
    signs = "ABC012"
    found = {text[:i] + text[i + 1 :] for i in range(len(text))}
    found |= {text[:i] + sign + text[i:] for i in range(len(text) + 1) for sign in signs}
    found |= {text[:i] + sign + text[i + 1 :] for i in range(len(text)) for sign in signs}
    found |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    return found


@given(st.sampled_from(REFERENCES), st.data())
@settings(max_examples=80, deadline=None)
def test_every_slip_is_found(reference, data):
    typed = data.draw(st.sampled_from(sorted(neighbours(reference) - set(REFERENCES))))
    line = StatementLine(DAY, None, 1, remittance=f"Zahlung {typed} danke")
    mentioned = References(REFERENCES).mentioned(line)
    assert reference in mentioned.references or reference in {meant for _, meant in mentioned.near}


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 100))
@settings(max_examples=80, deadline=None)
def test_subsets_are_all_that_add_up(amounts, wanted):
    names = [str(number) for number in range(len(amounts))]
    every = [
        mask
        for mask in range(1 << len(amounts))
        if mask.bit_count() >= 2 and sum(a for i, a in enumerate(amounts) if mask >> i & 1) == wanted
    ]
    found = subsets(names, amounts, wanted, most=1000)
    assert len(found) == len(set(found)) == len(every)
    assert all(sum(amounts[int(name)] for name in subset) == wanted for subset in found)
