"""What is refused in pots, due plans, charges …, with its words: `python -m tests.agreement.refusals` writes it anew.

`readings/refusals.txt` has for each slip below its place, what was found and what is allowed, as a person reads it.
"""

from __future__ import annotations

from typing import Final

from kkd_ledger.agreement import parse
from kkd_ledger.errors import AgreementRefused
from tests.agreement.readings import READINGS
from tests.agreement.test_bad_input import ADVANCES, FIGURES, FIXED, HEAD, SPLIT, dues, pot

FILE: Final = READINGS / "refusals.txt"
COSTS: Final = 'lines = ["kosten"]\n'
TOTALS: Final = 'totals = [{ year = 2024, amount = "1.000,00" }]\n'
OWN: Final = SPLIT.replace('pot = "topf"\n', TOTALS)
PER_UNIT: Final = OWN.replace('"equal"', '"per-unit"') + 'basis = "faelle"\nrate_decimals = 2\n'
PERCENT: Final = OWN.replace('"equal"', '"percent"')
LOWEST: Final = OWN.replace('"equal"', '"mean-of-lowest"').replace(TOTALS, "")
SETTLED: Final = "settlement = { after_days = 30 }\n"
CASES_COUNTED: Final = """
[[bases]]
id = "faelle"
title = "Fälle"
rule = "renewed"
weight = "faelle"
source = "Amt"
lag_years = 0
month_day = "12-31"
from = 2024-01-01
"""
CHARGES: Final = """
[[components]]
id = "pruefung"
title = "Prüfung"
clause = "§ 5"
key = "charges"
billed = "monthly"
from = 2024-01-01
members = ["adorf"]
prices = [
    { from = 2024-02-01, grade = "stunde", price = "40,00" },
    { from = 2024-03-16, grade = "stunde", price = "41,00" },
]
"""


INDEX: Final = """
[[indexes]]
id = "vpi"
title = "VPI"
decimals = 1

[[index_values]]
index = "vpi"
at = "2021"
value = "104"
source = "Amt"

[[index_values]]
index = "vpi"
at = "2020"
value = "100"
source = "Amt"
"""


def resolved(number: str) -> str:
    """Return a resolution with a number of its sitting."""
    paper = '\n[[resolutions]]\nmember = "adorf"\npaper = "1"\ntitle = "Beitritt"\n'
    return f'{paper}sittings = [{{ body = "Rat", date = 2024-01-02, number = {number} }}]\n'


def vat(decided: str) -> str:
    """Return a treatment by value added tax."""
    return f'\n[[vat]]\nfrom = 2024-01-01\ntreatment = "not-taxable-2b"\nreason = "§ 2b UStG"\n{decided}\n'


def stepped(*steps: str) -> str:
    """Return a split pot with some steps."""
    return SPLIT + pot(f"{COSTS}steps = [{', '.join(steps)}]") + FIGURES


def charged(line: str, more: str = "", charges: str = CHARGES) -> str:
    """Return a price list with a charge."""
    return f'{charges}{more}\n[[charges]]\ncomponent = "pruefung"\ngrade = "stunde"\nquantity = 1\n{line}\n'


REFUSED: Final[dict[str, str]] = {
    "pot called like a figure": SPLIT + pot(COSTS) + FIGURES.replace('"kosten"', '"topf"'),
    "two pots of one name": SPLIT + pot(COSTS) + pot(COSTS) + FIGURES,
    "excess of what has no limit": SPLIT + pot(COSTS, "oben") + pot('excess_of = "oben"') + FIGURES,
    "excess of nothing": SPLIT + pot('excess_of = "obne"') + pot(COSTS, "oben") + FIGURES,
    "excess and lines": SPLIT
    + pot(f'{COSTS}steps = [{{ at_most = "1,00" }}]', "oben")
    + pot(f'excess_of = "oben"\n{COSTS}')
    + FIGURES,
    "pot of nothing": SPLIT + pot("") + FIGURES,
    "misspelt figure": SPLIT + pot('lines = ["kostne"]') + FIGURES,
    "misspelt figure in a step": stepped('{ less = "kostne" }'),
    "step of two kinds": stepped('{ less = "kosten", plus = "kosten" }'),
    "part beyond the whole": stepped('{ part = "101 %" }'),
    "part over nothing": stepped('{ part = "1/0" }'),
    "part as a number": stepped("{ part = 10 }"),
    "surcharge as a number": stepped("{ plus_percent = 10 }"),
    "surcharge that is none": stepped('{ plus_percent = "viel" }'),
    "step of no kind": stepped('{ title = "Schritt" }'),
    "measure without its per cent": stepped('{ of_measure = "faelle" }') + CASES_COUNTED,
    "per cent without its measure": stepped('{ part = "10 %", percent = "10" }'),
    "unknown measure": stepped('{ of_measure = "faele", percent = "10" }') + CASES_COUNTED,
    "ratio of one measure": stepped('{ in_ratio = ["faelle"] }') + CASES_COUNTED,
    "ratio of one measure twice": stepped('{ in_ratio = ["faelle", "faelle"] }') + CASES_COUNTED,
    "ratio of no measure": stepped("{ in_ratio = [] }"),
    "ratio of unknown measures": stepped('{ in_ratio = ["a", "faele"] }') + CASES_COUNTED,
    "less an unknown component": stepped('{ less_component = "umlag" }') + FIXED,
    "limits that cross": stepped('{ at_most = "5,00" }', '{ at_least = "5,01" }'),
    "limits that cross from a day": stepped(
        '{ at_most = "9,00" }',
        '{ at_least = [{ from = 2024-01-01, amount = "5,00" }, { from = 2025-01-01, amount = "9,01" }] }',
    ),
    "circle by a component": SPLIT + pot(f'{COSTS}steps = [{{ less_component = "umlage" }}]') + FIGURES,
    "circle of two pots": SPLIT + pot('lines = ["zwei"]') + pot('lines = ["topf"]', "zwei"),
    "unknown pot": SPLIT + pot(COSTS, "topv") + FIGURES,
    "pot and totals": SPLIT + TOTALS + pot(COSTS) + FIGURES,
    "pot at a fixed amount": FIXED + 'pot = "topf"\n' + pot(COSTS) + FIGURES,
    "rate of no cost": PER_UNIT.replace(TOTALS, "") + CASES_COUNTED,
    "rate of an unknown member": PER_UNIT + 'rate_of = ["adorf", "bdrof"]\n' + CASES_COUNTED,
    "meeting a total without one": FIXED + "meets_total = true\n",
    "rounding that may miss the cost": OWN + 'rounding = "euro"\n',
    "a cost that no whole euros make": OWN.replace("1.000,00", "1.000,50")
    + 'rounding = "euro"\nmeets_total = true\n',
    "yearly parts of a cost": OWN + "yearly_parts = 2\n",
    "more yearly parts than years": FIXED + "to = 2025-12-31\nyearly_parts = 3\n",
    "more yearly parts than the one year": FIXED + "to = 2024-12-31\nyearly_parts = 2\n",
    "once before it begins": FIXED + "once = 2023\n",
    "once after it ends": FIXED + "to = 2025-12-31\nonce = 2026\n",
    "once, by days": FIXED + 'once = 2024\nproration = "day"\n',
    "per cents of an unknown member": PERCENT
    + 'parts = [{ from = 2024-01-01, parts = { adorf = "40", bdrof = "60" } }]\n',
    "per cents beyond the whole": PERCENT
    + 'parts = [{ from = 2024-01-01, parts = { adorf = "40,5", bdorf = "60" } }]\n',
    "lowest of unknown ones": LOWEST + 'of = ["betrag", "beitrag"]\nlowest = 1\n' + FIXED,
    "lowest of fewer": LOWEST + 'of = ["beitrag"]\nlowest = 2\n' + FIXED,
    "lowest of itself": LOWEST + 'of = ["umlage"]\nlowest = 1\n',
    "an index without the value of its base": FIXED.replace(
        "}]", ', index = { of = "vpi", base = "2019" } }]'
    )
    + INDEX,
    "a number of a sitting that is too long": FIXED + resolved(f'"{"x" * 101}"'),
    "a sitting without a number that is one": FIXED + resolved("0"),
    "a treatment that nobody decided": FIXED + vat("decided_on = 2024-01-05"),
    "a treatment decided on no day": FIXED + vat('decided_by = "Amt"'),
    "old law for ever": FIXED + vat("").replace("not-taxable-2b", "not-taxable-old-law"),
    "tax on amounts that may hold it": FIXED
    + vat('decided_by = "Amt"\ndecided_on = 2024-01-05').replace("not-taxable-2b", "taxable-19"),
    "advances of nothing": dues('kind = "advances"\n'),
    "advances settled at no time": dues(
        'kind = "advances"\nadvance = { on = "plan" }\ndays = ["03-31"]\nsettlement = { less = "paid" }'
    ),
    "advances settled twice": dues(f'{ADVANCES}settlement = {{ after_days = 30, due = "next" }}'),
    "advances settled too early": dues(f'{ADVANCES}settlement = {{ due = "11-30" }}'),
    "offset on a day of its own": dues(f'{ADVANCES}settlement = {{ due = "12-31", by = "offset" }}'),
    "advances until known": dues(f'{ADVANCES}until_known = "last-year"\n{SETTLED}'),
    "each without an estimate": dues(
        f'kind = "advances"\nadvance = {{ on = "plan", each = true }}\ndays = ["03-31"]\n{SETTLED}'
    ),
    "an estimate that is not there": dues(
        f'kind = "advances"\nadvance = {{ on = "estimate" }}\ndays = ["03-31"]\n{SETTLED}'
    ),
    "an estimate nobody asks for": dues(
        f'kind = "advances"\nadvance = {{ on = "plan", estimate = "faele" }}\ndays = ["03-31"]\n{SETTLED}'
    )
    + CASES_COUNTED,
    "rates with a settlement": dues(f'days = ["03-31"]\n{SETTLED}advance = {{ on = "plan" }}'),
    "rates until known on no day": dues('after = { days = 30 }\nuntil_known = "last-year"'),
    "parts without days": dues('after = { days = 30 }\nparts = ["1/2", "1/2"]'),
    "more parts than days": dues('days = ["03-31"]\nparts = ["1/2", "1/2"]'),
    "parts of two kinds": dues('days = ["03-31", "06-30"]\nparts = ["1/2", "600,00"]'),
    "parts beyond the whole": dues('days = ["03-31", "06-30"]\nparts = ["60 %", "50 %"]'),
    "parts below the whole": dues('days = ["03-31", "06-30"]\nparts = ["1/3", "1/3"]'),
    "amounts without a rest": dues('days = ["03-31", "06-30"]\nparts = ["600,00", "600,00"]'),
    "rest before the last": dues('days = ["03-31", "06-30"]\nparts = ["Rest", "600,00"]'),
    "days against their order": dues('days = ["06-30", "03-31"]'),
    "neither days nor a time": dues(""),
    "days and a time": dues('days = ["03-31"]\nafter = { days = 30 }'),
    "a plan for an unknown member": dues('days = ["03-31"]\nmembers = ["adrof"]'),
    "charges with what they do not know": charged(
        'party = "adorf"\non = 2024-02-05', 'once = 2024\nminimum = "1,00"\ncharged = false'
    ),
    "charges without a price": CHARGES.partition("prices")[0] + "prices = []\n",
    "a grade without a price": CHARGES
    + 'grades = [{ id = "stude", title = "A" }, { id = "stunde", title = "B" }, { id = "stunde", title = "C" }]\n',
    "charges paid in advance": charged('party = "adorf"\non = 2024-02-05', 'dues = "plan"')
    + f'[[dues]]\nid = "plan"\n{ADVANCES}{SETTLED}',
    "charges in parts": charged('party = "adorf"\non = 2024-02-05', 'dues = "plan"')
    + '[[dues]]\nid = "plan"\ndays = ["03-31", "06-30"]\nparts = ["1/3", "2/3"]\n',
    "a charge of an unknown component": charged('party = "adorf"\non = 2024-02-05').replace(
        'component = "pruefung"', 'component = "prufung"'
    ),
    "a charge to an unknown party": charged('party = "adrof"\non = 2024-02-05'),
    "a charge on no day": charged('party = "adorf"'),
    "a charge on a day and in a month": charged('party = "adorf"\non = 2024-02-05\nmonth = "2024-02"'),
    "a charge of an unknown grade": charged('party = "adorf"\non = 2024-02-05').replace(
        'grade = "stunde"\nquantity', 'grade = "stude"\nquantity'
    ),
    "a charge before its price": charged('party = "adorf"\non = 2024-01-31'),
    "a month that is none": charged('party = "adorf"\nmonth = "2024-13"'),
    "a line without a day before one of nobody": charged('party = "adorf"')
    + charged('party = "adrof"\non = 2024-02-05', charges=""),
    "a month of two prices": charged('party = "adorf"\nmonth = "2024-03"'),
    "a month that begins without a price": charged('party = "adorf"\nmonth = "2024-01"'),
    "a charge to who takes no part": charged('party = "bdorf"\non = 2024-02-05'),
}


def said(name: str) -> list[str]:
    """Return what is said of a slip: place, what was found, what is allowed."""
    try:
        parse(HEAD + REFUSED[name])
    except AgreementRefused as refusal:
        flaws = [
            (flaw.place.partition(", ")[2] or flaw.place, flaw.actual, flaw.allowed)
            for flaw in refusal.problems
        ]
        return [f"{name}:", *("    " + " | ".join(flaw) for flaw in flaws)]
    return [f"{name}: is sound"]


if __name__ == "__main__":
    FILE.write_text("\n".join([*(line for name in REFUSED for line in said(name)), ""]), "utf-8")
