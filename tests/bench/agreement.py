"""P8: shares of 11,000 members × 20 years × five components, how they grow with the members, and reading the file.

Three components have a rate per head with three decimals, two split a total that changes every year (by population, and
in equal parts). Terms are resolved within the measured time; derivations are made on demand, and ten of them are. The
peer does the same arithmetic with Decimal in plain loops, without dates, versions and tie rules.

P8 dues: the same shares and derivations where every component is due in quarters, beside the same peer; P8 claims: when
which party owes what in 20 years, for 421 parties, beside the shares alone.

P8 sheet: 421 members × 20 years × twelve components, with the memory of all that is kept; P8 explain: one share of it,
derived from terms that nobody has resolved yet. Their peers: Decimal in plain loops, and the shares of that year.
"""

import math
import time
import tomllib
import tracemalloc
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import partial

from kkd_ledger.agreement import Agreement, claims, explain, parse, shares
from kkd_ledger.agreement.facts.dues import DuePlan

MEMBERS = 11_000
YEARS = range(2020, 2040)
RATES = ("0.6530", "0.2875", "0.1995")
BUDGET_S = 0.5
SHEET_MEMBERS, SHEET_BUDGET_S, SHEET_BUDGET_MB, EXPLAIN_BUDGET_S = 421, 1, 150, 0.3
LOADING_BUDGET_S = 3.0
CLAIMS_BUDGET_S = 5.0
EXPONENT_MAX = 1.2
CENT = Decimal("0.01")


def measure() -> list[dict[str, object]]:
    """Measure process seconds; the growth compares a tenth of the members with all of them."""
    small, large = _best(agreement_of(MEMBERS // 10)), _best(agreement_of(MEMBERS))
    peer = _seconds(lambda: with_decimals(MEMBERS))
    text = text_of(MEMBERS)
    loading, bare = (_seconds(partial(read, text)) for read in (parse, tomllib.loads))
    toml = f"tomllib alone: {bare:.2f} s"
    exponent = math.log10(large / small)
    n = f"{MEMBERS} × {len(YEARS)} × {len(RATES) + 2}"
    decimals = f"Decimal in plain loops: {peer:.2f} s"
    growth = f"a tenth of the members: {small:.3f} s"
    return [
        _row("P8", round(large, 3), BUDGET_S, "s", peer=decimals, n=n),
        _row("P8 loading", round(loading, 2), LOADING_BUDGET_S, "s", peer=toml, n=str(MEMBERS)),
        _row("P8 growth", round(exponent, 2), EXPONENT_MAX, "exponent", peer=growth, n=n),
        *_due_rows(decimals),
        *_sheet_rows(),
    ]


def _due_rows(decimals: str) -> list[dict[str, object]]:
    """Measure shares with a due plan in the file, and the claims that come of one."""
    large, some = (in_quarters(agreement_of(count)) for count in (MEMBERS, SHEET_MEMBERS))
    owed = min(_seconds(partial(_all_claims, fresh)) for fresh in _copies(some))
    bare = min(_seconds(partial(_all_years, fresh)) for fresh in _copies(some))
    n = f"{SHEET_MEMBERS} × {len(YEARS)}"
    rows = f"{MEMBERS} × {len(YEARS)} × {len(RATES) + 2}"
    return [
        _row("P8 dues", round(_best(large), 3), BUDGET_S, "s", peer=decimals, n=rows),
        _row("P8 claims", round(owed, 2), CLAIMS_BUDGET_S, "s", peer=f"their shares: {bare:.3f} s", n=n),
    ]


def _all_claims(agreement: Agreement) -> int:
    return sum(claim.cents for year in YEARS for claim in claims(agreement, year))


def in_quarters(agreement: Agreement) -> Agreement:
    """Return an agreement of which every component is due on four days of the year."""
    plan = DuePlan.model_validate({"id": "q", "days": ["02-15", "05-15", "08-15", "11-15"]})
    parts = tuple(component.model_copy(update={"dues": "q"}) for component in agreement.components)
    return agreement.changed(dues=(plan,), components=parts)


def _sheet_rows() -> list[dict[str, object]]:
    """Measure a sheet of many components: seconds, megabytes of all that is kept, and one derivation from nothing."""
    agreement = of_twelve(SHEET_MEMBERS)
    seconds = min(_seconds(partial(_all_years, fresh)) for fresh in _copies(agreement))
    derived = min(_seconds(partial(explain, fresh, "m1", YEARS[-1])) for fresh in _copies(agreement))
    tracemalloc.start()
    _all_years(agreement.changed())
    megabytes = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    n, plain = f"{SHEET_MEMBERS} × {len(YEARS)} × 12", _seconds(partial(with_decimals, SHEET_MEMBERS))
    decimals = f"Decimal in plain loops, five of the twelve: {plain:.3f} s"
    one = f"its year alone: {min(_seconds(partial(shares, each, YEARS[-1])) for each in _copies(agreement)):.3f} s"
    return [
        _row("P8 sheet", round(seconds, 3), SHEET_BUDGET_S, "s", peer=decimals, n=n),
        _row("P8 sheet memory", round(megabytes, 1), SHEET_BUDGET_MB, "MB", peer="the budget", n=n),
        _row("P8 explain", round(derived, 3), EXPLAIN_BUDGET_S, "s", peer=one, n=n),
    ]


def _copies(agreement: Agreement) -> list[Agreement]:
    return [agreement.changed() for _ in range(3)]


def _all_years(agreement: Agreement) -> int:
    return sum(shares(agreement, year).total_cents for year in YEARS)


def of_twelve(count: int) -> Agreement:
    """Return the bench's agreement with twelve components: prices by month, and splits with bounds that others bear."""
    agreement = agreement_of(count)
    rated, split = agreement.components[0], agreement.components[3]
    more = [rated.model_copy(update={"id": f"r{place}", "proration": "month"}) for place in range(3)]
    bounds = {"maximum": 10**7, "remainder": "others"}
    more += [split.model_copy(update=bounds | {"id": f"s{place}"}) for place in range(4)]
    return agreement.changed(components=(*agreement.components, *more))


def _row(key: str, value: float, budget: float, unit: str, *, peer: str, n: str) -> dict[str, object]:
    return {"id": key, "value": value, "budget": budget, "unit": unit, "peer": peer, "n": n}


def reckon(agreement: Agreement) -> int:
    """Reckon all shares of an agreement whose terms are not resolved yet, and derive those of ten members."""
    total = sum(shares(agreement, year).total_cents for year in YEARS)
    return total + sum(explain(agreement, f"m{number}", YEARS[0]).amount_cents for number in range(1, 11))


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _best(agreement: Agreement) -> float:
    """Return the best of five runs, each on a copy that has resolved nothing yet."""
    return min(_seconds(partial(reckon, fresh)) for fresh in [agreement.changed() for _ in range(5)])


def heads(number: int) -> int:
    return 500 + number * 7919 % 90_000


def total_of(year: int) -> str:
    return f"{1_000_000 + year}.37"


def agreement_of(count: int) -> Agreement:
    return parse(text_of(count))


def text_of(count: int) -> str:
    numbers = range(1, count + 1)
    members = ", ".join(
        f'{{ id = "m{n}", name = "M {n}", kind = "municipality", ags = "{n:08}" }}' for n in numbers
    )
    figures = ", ".join(f"{n:08} = {heads(n)}" for n in numbers)
    totals = ", ".join(f'{{ year = {year}, amount = "{total_of(year)}" }}' for year in YEARS)
    common = 'title = "T", clause = "§ 1", from = 2020-01-01'
    components = [
        f'{{ id = "k{place}", {common}, key = "per-head", basis = "ew", {stages} }}'
        for place, stages in enumerate(
            f'rates = [{{ from = 2020-01-01, rate = "{rate}" }}]' for rate in RATES
        )
    ]
    components.append(f'{{ id = "p", {common}, key = "proportional", basis = "ew", totals = [{totals}] }}')
    components.append(f'{{ id = "e", {common}, key = "equal", totals = [{totals}] }}')
    basis = (
        'id = "ew", rule = "frozen", source = "x", census = 2011, reference = 2019-12-31, from = 2020-01-01'
    )
    return f"""\
id = "bench"
title = "Bench"
operator = "kreis"
from = 2020-01-01
known_from = 2020-01-01
due = {{ month = 1, day = 15 }}
members = [{{ id = "kreis", name = "Kreis", kind = "county" }}, {members}]
populations = [{{ source = "x", reference = 2019-12-31, census = 2011, inhabitants = {{ {figures} }} }}]
bases = [{{ {basis} }}]
components = [{", ".join(components)}]
"""


def with_decimals(count: int) -> Decimal:
    """Reckon the same sums the plain way."""
    weights = [Decimal(heads(n)) for n in range(1, count + 1)]
    whole, grand = sum(weights), Decimal(0)
    for year in YEARS:
        for rate in RATES:
            grand += sum((Decimal(rate) * weight).quantize(CENT, ROUND_HALF_UP) for weight in weights)
        for measure, all_of_it in ((weights, whole), ([Decimal(1)] * count, Decimal(count))):
            total = Decimal(total_of(year))
            exact = [total * weight / all_of_it for weight in measure]
            parts = [part.quantize(CENT, ROUND_DOWN) for part in exact]
            odd = int((total - sum(parts)) / CENT)
            for index in sorted(range(count), key=lambda i: exact[i] - parts[i], reverse=True)[:odd]:
                parts[index] += CENT
            grand += sum(parts)
    return grand
