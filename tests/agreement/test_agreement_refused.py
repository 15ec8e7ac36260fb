"""A broken agreement is refused with every problem: place, what was found, what is allowed; all typed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kkd_ledger.agreement import load, parse
from kkd_ledger.errors import AgreementRefused

BASE = """\
id = "probe"
title = "Probe"
operator = "kreis"
from = 2023-01-01
known_from = 2023-01-01

[due]
month = 3
day = 15

[[clauses]]
id = "§ 1"
text = "Die Beteiligten zahlen je Einwohner."

[[documents]]
id = "anlage"
title = "Anlage"

[[members]]
id = "kreis"
name = "Kreis"
kind = "county"

[[members]]
id = "ahaus"
name = "Ahaus"
kind = "town"
ags = "06999001"
ibans = ["DE89370400440532013000"]

[[members]]
id = "bdorf"
name = "Bdorf"
kind = "municipality"
ags = "06999002"

[[populations]]
source = "amt"
reference = 2022-12-31
census = 2011

[populations.inhabitants]
06999001 = 1000
06999002 = 500

[[bases]]
id = "ew"
rule = "frozen"
source = "amt"
census = 2011
reference = 2022-12-31
from = 2023-01-01

[[components]]
id = "satz"
title = "Satz"
clause = "§ 1"
key = "per-head"
basis = "ew"
from = 2023-01-01

[[components.rates]]
from = 2023-01-01
to = 2023-12-31
rate = "1,00"

[[components.rates]]
from = 2024-01-01
rate = "2,00"

[[components]]
id = "umlage"
title = "Umlage"
clause = "§ 1"
key = "mixture"
from = 2023-01-01
slices = [{ percent = "60", by = "proportional", basis = "ew" }, { percent = "40", by = "equal" }]
totals = [{ year = 2023, amount = "100,00" }]

[[subsidies]]
id = "ikz"
title = "IKZ"
clause = "§ 1"
amount = "50,00"
years = [{ year = 2023, amount = "50,00" }]
distribution = "by-share"
life = [{ status = "applied", on = 2023-02-01 }]

[[resolutions]]
member = "ahaus"
paper = "VL-1"
title = "Beitritt"
adopted = 2023-03-01
sittings = [{ body = "Rat", date = 2023-03-01, decides = true }]
annexes = ["anlage"]

[[vat]]
from = 2023-01-01
to = 2026-12-31
treatment = "not-taxable-old-law"
reason = "altes Recht"
"""

RATES = """\
[[components.rates]]
from = 2023-01-01
to = 2023-12-31
rate = "1,00"

[[components.rates]]
from = 2024-01-01
rate = "2,00"
"""

# name: (what stands in BASE, what stands there instead, the problems: place, found, allowed)
BROKEN = {
    "unknown operator": (
        'operator = "kreis"',
        'operator = "niemand"',
        [
            ("Zeile 3, operator", "'niemand' ist unbekannt", "eine Kennung aus [[members]]"),
        ],
    ),
    "unknown member in a component": (
        'key = "per-head"',
        'key = "per-head"\nmembers = ["ahaus", "cstadt"]',
        [
            (
                "Zeile 59, components[1] (satz).members[2]",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown member in a membership": (
        'key = "per-head"',
        'key = "per-head"\nmemberships = [{ member = "cstadt", from = 2023-01-01 }]',
        [
            (
                "Zeile 59, components[1] (satz).memberships[1] (cstadt).member",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown member in a resolution": (
        'member = "ahaus"',
        'member = "cstadt"',
        [
            (
                "Zeile 90, resolutions[1] (cstadt).member",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown member in predecessor costs": (
        "[[vat]]",
        '[[predecessor_costs]]\nmember = "cstadt"\nyear = 2022\namount = "1"\ntitle = "alt"\n\n[[vat]]',
        [
            (
                "Zeile 98, predecessor_costs[1] (cstadt).member",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown member in a weight": (
        "[[bases]]",
        '[[weights]]\nname = "mass"\nsource = "s"\nreference = 2022-12-31\nvalues = { cstadt = 1 }\n\n[[bases]]',
        [
            (
                "Zeile 50, weights[1] (mass).values.cstadt",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown member in an amount": (
        'key = "per-head"',
        'key = "per-head"\nfees = [{ from = 2023-01-01, amount = "1", members = ["cstadt"] }]',
        [
            (
                "Zeile 59, components[1] (satz).fees[1].members[1]",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown predecessor": (
        'ags = "06999002"',
        'ags = "06999002"\njoined = 2023-07-01\nsucceeds = ["cstadt"]',
        [
            (
                "Zeile 37, members[3] (bdorf).succeeds[1]",
                "'cstadt' ist unbekannt",
                "eine Kennung aus [[members]]",
            ),
        ],
    ),
    "unknown basis": (
        'basis = "ew"\nfrom',
        'basis = "we"\nfrom',
        [
            ("Zeile 59, components[1] (satz).basis", "'we' ist unbekannt", "eine Kennung aus [[bases]]"),
        ],
    ),
    "unknown basis in a slice": (
        'basis = "ew" }',
        'basis = "we" }',
        [
            (
                "Zeile 77, components[2] (umlage).slices[1].basis",
                "'we' ist unbekannt",
                "eine Kennung aus [[bases]]",
            ),
        ],
    ),
    "unknown weight": (
        'rule = "frozen"',
        'rule = "frozen"\nweight = "mass"',
        [
            ("Zeile 49, bases[1] (ew).weight", "'mass' ist unbekannt", "eine Kennung aus [[weights]]"),
        ],
    ),
    "unknown component in a subsidy": (
        'distribution = "by-share"',
        'distribution = "by-share"\ncomponents = ["saetze"]',
        [
            (
                "Zeile 87, subsidies[1] (ikz).components[1]",
                "'saetze' ist unbekannt",
                "eine Kennung aus [[components]]",
            ),
        ],
    ),
    "unknown annex": (
        'annexes = ["anlage"]',
        'annexes = ["anlagen"]',
        [
            (
                "Zeile 95, resolutions[1] (ahaus).annexes[1]",
                "'anlagen' ist unbekannt",
                "eine Kennung aus [[documents]]",
            ),
        ],
    ),
    "unknown clause": (
        'title = "Satz"\nclause = "§ 1"',
        'title = "Satz"\nclause = "§ 9"',
        [
            ("Zeile 57, components[1] (satz).clause", "'§ 9' ist unbekannt", "eine Kennung aus [[clauses]]"),
        ],
    ),
    "unknown basis of a subsidy": (
        'distribution = "by-share"',
        'distribution = "by-population"\nbasis = "we"',
        [
            ("Zeile 87, subsidies[1] (ikz).basis", "'we' ist unbekannt", "eine Kennung aus [[bases]]"),
        ],
    ),
    "negative rate": (
        'rate = "1,00"',
        'rate = "-1,00"',
        [
            (
                "Zeile 65, components[1] (satz).rates[1].rate",
                "'-1,00' ist kein Satz",
                "0,65 oder 0.65, nicht negativ, höchstens sechs Nachkommastellen",
            ),
        ],
    ),
    "float with three decimals": (
        'rate = "1,00"',
        "rate = 0.655",
        [
            (
                "Zeile 65, components[1] (satz).rates[1].rate",
                "0.655 ist kein Text",
                'der Satz in Anführungszeichen, zum Beispiel "0,65"',
            ),
        ],
    ),
    "whole number as a rate": (
        'rate = "1,00"',
        "rate = 1",
        [
            (
                "Zeile 65, components[1] (satz).rates[1].rate",
                "1 ist kein Text",
                'der Satz in Anführungszeichen, zum Beispiel "0,65"',
            ),
        ],
    ),
    "ambiguous rate": (
        'rate = "1,00"',
        'rate = "1.234"',
        [
            (
                "Zeile 65, components[1] (satz).rates[1].rate",
                "'1.234' ist mehrdeutig",
                "1.2340 für einen Satz mit drei Nachkommastellen",
            ),
        ],
    ),
    "negative amount": (
        'amount = "100,00" }]',
        'amount = "-100,00" }]',
        [
            (
                "Zeile 78, components[2] (umlage).totals[1] (2023).amount",
                "'-100,00' ist negativ",
                "ein Betrag ab 0,00",
            ),
        ],
    ),
    "amount with three decimals": (
        'amount = "100,00" }]',
        'amount = "100,001" }]',
        [
            (
                "Zeile 78, components[2] (umlage).totals[1] (2023).amount",
                "'100,001' ist mehrdeutig",
                "100001,00 für ganze Tausend",
            ),
        ],
    ),
    "amount too large": (
        'amount = "100,00" }]',
        'amount = "1000000000001" }]',
        [
            (
                "Zeile 78, components[2] (umlage).totals[1] (2023).amount",
                "'1000000000001' ist zu groß",
                "höchstens 1.000.000.000.000 EUR",
            ),
        ],
    ),
    "overlapping stages": (
        "to = 2023-12-31\nrate",
        "to = 2024-01-31\nrate",
        [
            (
                "Zeile 68, components[1] (satz).rates[2].from",
                "überschneidet sich mit der Stufe bis 2024-01-31",
                "ab 2024-02-01",
            ),
        ],
    ),
    "gap between stages": (
        "to = 2023-12-31\nrate",
        "to = 2023-11-30\nrate",
        [
            (
                "Zeile 67, components[1] (satz).rates[2]",
                "Lücke von 2023-12-01 bis 2023-12-31",
                "lückenlose Stufen",
            ),
        ],
    ),
    "stages begin late": (
        "from = 2023-01-01\nto = 2023-12-31\nrate",
        "from = 2023-02-01\nto = 2023-12-31\nrate",
        [
            (
                "Zeile 54, components[1] (satz).rates",
                "nichts ab 2023-01-01",
                "lückenlose Stufen ab dem Beginn des Bausteins",
            ),
        ],
    ),
    "stages end early": (
        "from = 2024-01-01\nrate",
        "from = 2024-01-01\nto = 2024-12-31\nrate",
        [
            (
                "Zeile 69, components[1] (satz).rates[2].to",
                "nichts nach 2024-12-31",
                "lückenlose Stufen bis zum Ende des Bausteins",
            ),
        ],
    ),
    "two stages on one day": (
        "from = 2024-01-01\nrate",
        "from = 2023-01-01\nrate",
        [
            ("Zeile 67, components[1] (satz).rates[2]", "zwei Stufen ab 2023-01-01", "eine Stufe je Tag"),
        ],
    ),
    "no stages": (
        '[[components.rates]]\nfrom = 2023-01-01\nto = 2023-12-31\nrate = "1,00"\n\n[[components.rates]]\nfrom = 2024-01-01\nrate = "2,00"',
        "rates = []",
        [
            (
                "Zeile 62, components[1] (satz).rates",
                "nichts ab 2023-01-01",
                "lückenlose Stufen ab dem Beginn des Bausteins",
            ),
        ],
    ),
    "overlapping memberships": (
        'key = "per-head"',
        'key = "per-head"\nmemberships = [{ member = "ahaus", from = 2023-01-01, to = 2023-06-30 }, { member = "ahaus", from = 2023-06-30 }]',
        [
            (
                "Zeile 59, components[1] (satz).memberships[2] (ahaus).from",
                "überschneidet sich mit der Stufe bis 2023-06-30",
                "ab 2023-07-01",
            ),
        ],
    ),
    "component ends before it begins": (
        'basis = "ew"\nfrom = 2023-01-01',
        'basis = "ew"\nfrom = 2023-01-01\nto = 2022-12-31',
        [
            (
                "Zeile 61, components[1] (satz).to",
                "2022-12-31 vor 2023-01-01",
                "ein Ende nicht vor dem Anfang",
            ),
        ],
    ),
    "agreement ends before it begins": (
        "from = 2023-01-01\nknown_from",
        "from = 2023-01-01\nto = 2022-12-31\nknown_from",
        [
            ("Zeile 5, to", "2022-12-31 vor 2023-01-01", "ein Ende nicht vor dem Anfang"),
            (
                "Zeile 86, subsidies[1] (ikz).years[1] (2023).year",
                "2023",
                "ein Jahr der Vereinbarung (ab 2023)",
            ),
        ],
    ),
    "member leaves before joining": (
        'ags = "06999002"',
        'ags = "06999002"\njoined = 2024-01-01\nleft = 2023-12-31',
        [
            ("Zeile 37, members[3] (bdorf).left", "2023-12-31 vor 2024-01-01", "nicht vor dem Beitritt"),
        ],
    ),
    "known before the agreement is": (
        'ags = "06999002"',
        'ags = "06999002"\nknown_from = 2022-12-31',
        [
            (
                "Zeile 36, members[3] (bdorf).known_from",
                "2022-12-31",
                "ab 2023-01-01, dem Tag, ab dem die Vereinbarung bekannt ist",
            ),
        ],
    ),
    "missing population": (
        "06999002 = 500\n",
        "",
        [
            (
                "Zeile 53, components[1] (satz)",
                "2023: bdorf ohne Zahl für 'ew'",
                "ein Eintrag in der Reihe amt, 2022-12-31, Zensus 2011",
            ),
            (
                "Zeile 70, components[2] (umlage)",
                "2023: bdorf ohne Zahl für 'ew'",
                "ein Eintrag in der Reihe amt, 2022-12-31, Zensus 2011",
            ),
        ],
    ),
    "no population at all": (
        "reference = 2022-12-31\nfrom",
        "reference = 2021-12-31\nfrom",
        [
            (
                "Zeile 59, components[1] (satz).basis",
                "'ew' hat 2023 keine Zahlen",
                "eine Reihe amt, 2021-12-31",
            ),
            (
                "Zeile 71, components[2] (umlage).basis",
                "'ew' hat 2023 keine Zahlen",
                "eine Reihe amt, 2021-12-31",
            ),
        ],
    ),
    "bases leave a gap": (
        "reference = 2022-12-31\nfrom = 2023-01-01",
        "reference = 2022-12-31\nfrom = 2024-01-01",
        [
            (
                "Zeile 54, components[1] (satz)",
                "2023: für 'ew' gilt keine Zahl",
                "Einträge in [[bases]] ohne Lücke",
            ),
            (
                "Zeile 71, components[2] (umlage)",
                "2023: für 'ew' gilt keine Zahl",
                "Einträge in [[bases]] ohne Lücke",
            ),
        ],
    ),
    "percentages below 100": (
        'percent = "40"',
        'percent = "39"',
        [
            ("Zeile 77, components[2] (umlage).slices", "zusammen 99 Prozent", "zusammen 100"),
        ],
    ),
    "percentages above 100": (
        'percent = "40"',
        'percent = "41,5"',
        [
            ("Zeile 77, components[2] (umlage).slices", "zusammen 101,5 Prozent", "zusammen 100"),
        ],
    ),
    "percent above 100": (
        'percent = "40"',
        'percent = "140"',
        [
            ("Zeile 77, components[2] (umlage).slices[2].percent", "'140' Prozent sind zu viel", "0 bis 100"),
        ],
    ),
    "slice without its basis": (
        ', basis = "ew" }',
        " }",
        [
            (
                "Zeile 77, components[2] (umlage).slices[1]",
                "by = proportional",
                "proportional mit basis, equal ohne basis",
            ),
        ],
    ),
    "all weights zero": (
        "06999001 = 1000\n06999002 = 500",
        "06999001 = 0\n06999002 = 0",
        [
            (
                "Zeile 71, components[2] (umlage)",
                "2023: Gewichte, die zusammen null ergeben",
                "Zahlen und Grenzen, mit denen sich die Kosten teilen lassen",
            ),
            (
                "Zeile 85, subsidies[1] (ikz).years",
                "2023: Förderung größer als die Kosten",
                "höchstens die Kosten, die sie mindern darf",
            ),
        ],
    ),
    "negative weight": (
        "06999001 = 1000",
        "06999001 = -1",
        [
            ("Zeile 43, populations[1].inhabitants.06999001", "-1", "mindestens 0"),
        ],
    ),
    "minimum above maximum": (
        'key = "mixture"',
        'key = "mixture"\nminimum = "30"\nmaximum = "20"',
        [
            (
                "Zeile 76, components[2] (umlage).minimum",
                "minimum über maximum",
                "höchstens der Höchstbetrag (maximum)",
            ),
        ],
    ),
    "minimum above the cost": (
        'key = "mixture"',
        'key = "mixture"\nminimum = "60"',
        [
            (
                "Zeile 71, components[2] (umlage)",
                "2023: Mindest- und Höchstbeträge lassen sich mit den Kosten nicht vereinbaren",
                "Zahlen und Grenzen, mit denen sich die Kosten teilen lassen",
            ),
        ],
    ),
    "maximum below the cost": (
        'key = "mixture"',
        'key = "mixture"\nmaximum = "40"',
        [
            (
                "Zeile 71, components[2] (umlage)",
                "2023: Mindest- und Höchstbeträge lassen sich mit den Kosten nicht vereinbaren",
                "Zahlen und Grenzen, mit denen sich die Kosten teilen lassen",
            ),
        ],
    ),
    "subsidy larger than the cost": (
        'amount = "50,00"\nyears = [{ year = 2023, amount = "50,00" }]',
        'amount = "1.601,00"\nyears = [{ year = 2023, amount = "1.601,00" }]',
        [
            (
                "Zeile 85, subsidies[1] (ikz).years",
                "2023: Förderung größer als die Kosten",
                "höchstens die Kosten, die sie mindern darf",
            ),
        ],
    ),
    "years of a subsidy differ from its amount": (
        'amount = "50,00" }]',
        'amount = "49,99" }]',
        [
            ("Zeile 85, subsidies[1] (ikz).years", "die Jahre ergeben nicht den Betrag", "zusammen amount"),
        ],
    ),
    "subsidy outside the agreement": (
        "years = [{ year = 2023",
        "years = [{ year = 2022",
        [
            (
                "Zeile 85, subsidies[1] (ikz).years[1] (2022).year",
                "2022",
                "ein Jahr der Vereinbarung (ab 2023)",
            ),
        ],
    ),
    "subsidy paid before it is granted": (
        'life = [{ status = "applied", on = 2023-02-01 }]',
        'life = [{ status = "applied", on = 2023-02-01 }, { status = "paid", on = 2023-03-01 }]',
        [
            ("Zeile 87, subsidies[1] (ikz).life[2].status", "paid nach applied", "granted oder rejected"),
        ],
    ),
    "subsidy granted before it is applied for": (
        'life = [{ status = "applied", on = 2023-02-01 }]',
        'life = [{ status = "applied", on = 2023-02-01 }, { status = "granted", on = 2023-01-01 }]',
        [
            (
                "Zeile 87, subsidies[1] (ikz).life[2].on",
                "2023-01-01 vor 2023-02-01",
                "Schritte in der Reihenfolge ihrer Tage",
            ),
        ],
    ),
    "basis where none is needed": (
        'distribution = "by-share"',
        'distribution = "by-share"\nbasis = "ew"',
        [
            (
                "Zeile 80, subsidies[1] (ikz)",
                "distribution = by-share",
                "by-population mit basis, alle anderen ohne basis",
            ),
        ],
    ),
    "split without totals": (
        'totals = [{ year = 2023, amount = "100,00" }]',
        "totals = []",
        [
            (
                "Zeile 78, components[2] (umlage).totals",
                "key = mixture ohne totals",
                "mindestens ein Jahr in totals",
            ),
        ],
    ),
    "totals without a remainder": (
        'key = "per-head"',
        'key = "per-head"\ntotals = [{ year = 2023, amount = "1" }]',
        [
            (
                "Zeile 54, components[1] (satz)",
                "key = per-head mit nur einem von totals und remainder",
                "beide oder keines",
            ),
        ],
    ),
    "members pay more than the cost": (
        'key = "per-head"',
        'key = "per-head"\nremainder = "operator"\ntotals = [{ year = 2023, amount = "1499,99" }]',
        [
            (
                "Zeile 60, components[1] (satz).totals",
                "2023: die Beteiligten zahlen mehr als die Kosten",
                "ein Rest ab 0,00 EUR",
            ),
        ],
    ),
    "a year twice": (
        'totals = [{ year = 2023, amount = "100,00" }]',
        'totals = [{ year = 2023, amount = "100,00" }, { year = 2023, amount = "1" }]',
        [
            (
                "Zeile 78, components[2] (umlage).totals[2] (2023)",
                "derselbe Eintrag ein zweites Mal",
                "einmal, oder später mit eigenem known_from",
            ),
        ],
    ),
    "a member twice": (
        'id = "bdorf"',
        'id = "ahaus"',
        [
            (
                "Zeile 31, members[3] (ahaus)",
                "derselbe Eintrag ein zweites Mal",
                "einmal, oder später mit eigenem known_from",
            ),
        ],
    ),
    "one IBAN for two": (
        'ags = "06999002"',
        'ags = "06999002"\nibans = ["DE89370400440532013000"]',
        [
            (
                "Zeile 36, members[3] (bdorf).ibans[1]",
                "DE89370400440532013000 gehört schon ahaus",
                "eine eigene IBAN",
            ),
        ],
    ),
    "wrong IBAN": (
        "DE89370400440532013000",
        "DE88370400440532013000",
        [
            (
                "Zeile 29, members[2] (ahaus).ibans[1]",
                "'DE88370400440532013000' ist keine gültige IBAN",
                "eine IBAN mit gültigen Prüfziffern",
            ),
        ],
    ),
    "IBAN as a number": (
        '["DE89370400440532013000"]',
        "[5]",
        [
            ("Zeile 29, members[2] (ahaus).ibans[1]", "5 ist kein Text", "eine IBAN in Anführungszeichen"),
        ],
    ),
    "adopted in no deciding sitting": (
        "adopted = 2023-03-01",
        "adopted = 2023-03-02",
        [
            (
                "Zeile 93, resolutions[1] (ahaus).adopted",
                "2023-03-02",
                "der Tag der entscheidenden Sitzung (decides = true)",
            ),
        ],
    ),
    "a sitting after the decision": (
        "sittings = [{ body",
        'sittings = [{ body = "Ausschuss", date = 2023-04-01 }, { body',
        [
            (
                "Zeile 94, resolutions[1] (ahaus).sittings",
                "eine Sitzung nach der entscheidenden",
                "die entscheidende zuletzt",
            ),
        ],
    ),
    "two deciding sittings": (
        "decides = true }]",
        'decides = true }, { body = "Rat", date = 2023-02-01, decides = true }]',
        [
            (
                "Zeile 94, resolutions[1] (ahaus).sittings",
                "mehrere entscheidende Sitzungen",
                "höchstens eine",
            ),
        ],
    ),
    "resolved amounts overlap": (
        'annexes = ["anlage"]',
        'amounts = [{ from = 2023, amount = "1" }, { from = 2024, amount = "2" }]',
        [
            (
                "Zeile 95, resolutions[1] (ahaus).amounts[1]",
                "überschneidet sich ab 2024",
                "jedes Jahr einmal",
            ),
        ],
    ),
    "old VAT law after 2026": (
        "to = 2026-12-31\ntreatment",
        "to = 2027-12-31\ntreatment",
        [
            ("Zeile 99, vat[1].to", "2027-12-31", "altes Recht bis 2026-12-31"),
        ],
    ),
    "VAT from 2027 without a person's decision": (
        "[[vat]]",
        '[[vat]]\nfrom = 2027-01-01\ntreatment = "taxable-19"\nreason = "neu"\n\n[[vat]]',
        [
            (
                "Zeile 97, vat[1]",
                "treatment = taxable-19 ohne Entscheidung",
                "decided_by und decided_on: Ein Mensch entscheidet über die Umsatzsteuer",
            ),
        ],
    ),
    "overlapping VAT": (
        "[[vat]]",
        '[[vat]]\nfrom = 2026-12-31\ntreatment = "taxable-19"\nreason = "neu"\ndecided_by = "Kämmerei"\ndecided_on = 2026-01-01\n\n[[vat]]',
        [
            ("Zeile 98, vat[1].from", "überschneidet sich mit der Stufe bis 2026-12-31", "ab 2027-01-01"),
        ],
    ),
    "succession without its day": (
        'ags = "06999002"',
        'ags = "06999002"\nsucceeds = ["ahaus"]',
        [
            (
                "Zeile 31, members[3] (bdorf)",
                "Nachfolge ohne joined",
                "der Tag, ab dem die Nachfolgerin beteiligt ist",
            ),
        ],
    ),
    "predecessor does not leave": (
        'ags = "06999002"',
        'ags = "06999002"\njoined = 2023-07-01\nsucceeds = ["ahaus"]',
        [
            (
                "Zeile 37, members[3] (bdorf).succeeds[1]",
                "ahaus scheidet nicht aus",
                "left = 2023-06-30 bei ahaus",
            ),
        ],
    ),
    "frozen without a day": (
        "reference = 2022-12-31\nfrom = 2023-01-01",
        "from = 2023-01-01",
        [
            ("Zeile 46, bases[1] (ew)", "rule = frozen", "mit reference und ohne lag_years"),
        ],
    ),
    "renewed with a day": (
        'rule = "frozen"',
        'rule = "renewed"\nlag_years = 1',
        [
            ("Zeile 46, bases[1] (ew)", "rule = renewed", "mit lag_years und ohne reference"),
        ],
    ),
    "missing field": (
        'title = "Satz"\n',
        "",
        [
            ("Zeile 54, components[1] (satz).title", "nichts", "ein Wert; das Feld ist Pflicht"),
        ],
    ),
    "unknown field": (
        'title = "Satz"\n',
        'title = "Satz"\nfarbe = "rot"\n',
        [
            (
                "Zeile 57, components[1] (satz).farbe",
                "ein unbekanntes Feld",
                "die Felder aus docs/vereinbarung.md",
            ),
        ],
    ),
    "unknown key": (
        'key = "per-head"',
        'key = "per-kopf"',
        [
            (
                "Zeile 54, components[1] (satz)",
                "key = per-kopf",
                "key mit per-head, fixed, tiers, equal, proportional oder mixture",
            ),
        ],
    ),
    "no key": (
        'key = "per-head"\n',
        "",
        [
            (
                "Zeile 54, components[1] (satz)",
                "nichts",
                "key mit per-head, fixed, tiers, equal, proportional oder mixture",
            ),
        ],
    ),
    "text instead of a day": (
        "adopted = 2023-03-01",
        'adopted = "2023-03-01"',
        [
            (
                "Zeile 93, resolutions[1] (ahaus).adopted",
                "'2023-03-01'",
                "ein Tag ohne Anführungszeichen, zum Beispiel 2023-09-28",
            ),
        ],
    ),
    "day with a time": (
        "adopted = 2023-03-01",
        "adopted = 2023-03-01T10:00:00",
        [
            (
                "Zeile 93, resolutions[1] (ahaus).adopted",
                "2023-03-01T10:00:00",
                "ein Tag ohne Anführungszeichen, zum Beispiel 2023-09-28",
            ),
        ],
    ),
    "text instead of a number": (
        "census = 2011\n\n",
        'census = "2011"\n\n',
        [
            ("Zeile 40, populations[1].census", "'2011'", "eine ganze Zahl ohne Anführungszeichen"),
        ],
    ),
    "text instead of yes or no": (
        "decides = true",
        'decides = "ja"',
        [
            ("Zeile 94, resolutions[1] (ahaus).sittings[1].decides", "'ja'", "true oder false"),
        ],
    ),
    "number instead of a text": (
        'title = "Satz"',
        "title = 5",
        [
            ("Zeile 56, components[1] (satz).title", "5", "ein Text in Anführungszeichen"),
        ],
    ),
    "slug with capitals": (
        'id = "satz"',
        'id = "Satz"',
        [
            (
                "Zeile 55, components[1] (Satz).id",
                "'Satz'",
                "ein Text nach dem Muster ^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            ),
        ],
    ),
    "empty text": (
        'title = "Satz"',
        'title = ""',
        [
            ("Zeile 56, components[1] (satz).title", "''", "mindestens 1 Zeichen"),
        ],
    ),
    "text too long": (
        'title = "Satz"',
        'title = "' + "x" * 2001 + '"',
        [
            ("Zeile 56, components[1] (satz).title", "'' + 'x' * 79 + ' …", "höchstens 2000 Zeichen"),
        ],
    ),
    "year too early": (
        'year = 2023, amount = "100,00"',
        'year = 1989, amount = "100,00"',
        [
            ("Zeile 78, components[2] (umlage).totals[1] (1989).year", "1989", "mindestens 1990"),
        ],
    ),
    "month 13": (
        "month = 3",
        "month = 13",
        [
            ("Zeile 8, due.month", "13", "höchstens 12"),
        ],
    ),
    "choice not offered": (
        'distribution = "by-share"',
        'distribution = "fair"',
        [
            (
                "Zeile 86, subsidies[1] (ikz).distribution",
                "'fair'",
                "'by-share', 'by-population', 'equal' oder 'operator'",
            ),
        ],
    ),
    "list instead of a table": (
        "[due]\nmonth = 3\nday = 15",
        "due = [3, 15]",
        [
            ("Zeile 7, due", "[3, 15]", "eine Tabelle"),
        ],
    ),
    "table instead of a list": (
        'annexes = ["anlage"]',
        "annexes = { a = 1 }",
        [
            ("Zeile 95, resolutions[1] (ahaus).annexes", "{'a': 1}", "eine Liste in eckigen Klammern"),
        ],
    ),
    "amount for everybody or nobody": (
        'key = "per-head"\nbasis = "ew"',
        'key = "fixed"\namounts = [{ from = 2023-01-01, amount = "1", members = ["ahaus"] }]',
        [
            (
                "Zeile 59, components[1] (satz).amounts",
                "2023: kein Betrag für bdorf",
                "ein Betrag für alle oder für jede einzeln",
            ),
        ],
    ),
    "no size class for all": (
        'key = "per-head"\nbasis = "ew"',
        'key = "tiers"\nbasis = "ew"\nscales = [{ from = 2023-01-01, tiers = [{ up_to = 10, amount = "1" }] }]',
        [
            (
                "Zeile 60, components[1] (satz).scales[1].tiers",
                "keine offene letzte Klasse",
                "up_to in allen Klassen außer der letzten",
            ),
        ],
    ),
    "size classes upside down": (
        'key = "per-head"\nbasis = "ew"',
        'key = "tiers"\nbasis = "ew"\nscales = [{ from = 2023-01-01, tiers = [{ up_to = 10, amount = "1" }, { up_to = 10, amount = "2" }, { rate = "1" }] }]',
        [
            (
                "Zeile 60, components[1] (satz).scales[1].tiers",
                "Klassen nicht aufsteigend",
                "jede Klasse reicht höher als die vorige",
            ),
        ],
    ),
    "size class without a price": (
        'key = "per-head"\nbasis = "ew"',
        'key = "tiers"\nbasis = "ew"\nscales = [{ from = 2023-01-01, tiers = [{}] }]',
        [
            (
                "Zeile 60, components[1] (satz).scales[1].tiers[1]",
                "weder amount noch rate",
                "mindestens eines von beiden",
            ),
        ],
    ),
    "amounts in marginal classes": (
        'key = "per-head"\nbasis = "ew"',
        'key = "tiers"\nbasis = "ew"\nscales = [{ from = 2023-01-01, mode = "marginal", tiers = [{ amount = "1" }] }]',
        [
            (
                "Zeile 60, components[1] (satz).scales[1].tiers[1].amount",
                "amount bei mode = marginal",
                "nur rate",
            ),
        ],
    ),
}

ALL_AT_ONCE = [
    (
        "Zeile 29, members[2] (ahaus).ibans[1]",
        "'DE88370400440532013000' ist keine gültige IBAN",
        "eine IBAN mit gültigen Prüfziffern",
    ),
    (
        "Zeile 64, components[1] (satz).rates[1].rate",
        "'-1,00' ist kein Satz",
        "0,65 oder 0.65, nicht negativ, höchstens sechs Nachkommastellen",
    ),
    (
        "Zeile 94, resolutions[1] (ahaus).annexes[1]",
        "'anlagen' ist unbekannt",
        "eine Kennung aus [[documents]]",
    ),
    (
        "Zeile 92, resolutions[1] (ahaus).adopted",
        "2023-03-02",
        "der Tag der entscheidenden Sitzung (decides = true)",
    ),
    (
        "Zeile 70, components[2] (umlage)",
        "2023: bdorf ohne Zahl für 'ew'",
        "ein Eintrag in der Reihe amt, 2022-12-31, Zensus 2011",
    ),
]


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(AgreementRefused) as refusal:
        parse(text, "probe.toml")
    assert {one.file for one in refusal.value.problems} == {"probe.toml"}
    return [(one.place, one.found, one.allowed) for one in refusal.value.problems]


def test_the_base_is_sound():
    assert parse(BASE).id == "probe"


@pytest.mark.parametrize("name", BROKEN)
def test_is_refused(name):
    old, new, expected = BROKEN[name]
    text = BASE.replace(RATES, "") if 'key = "per-head"\nbasis' in old else BASE
    assert old in text, "the table names what stands in the base"
    assert problems(text.replace(old, new, 1)) == expected


def test_all_problems_of_a_file_are_reported_at_once():
    """A wrong form, an unknown name, a wrong date and a missing figure, each at its true place."""
    text = BASE.replace('rate = "1,00"', 'rate = "-1,00"').replace(
        'annexes = ["anlage"]', 'annexes = ["anlagen"]'
    )
    text = text.replace("06999002 = 500\n", "").replace("adopted = 2023-03-01", "adopted = 2023-03-02")
    assert problems(text.replace('ibans = ["DE89', 'ibans = ["DE88')) == ALL_AT_ONCE


def test_the_message_names_file_place_found_and_allowed():
    with pytest.raises(AgreementRefused) as refusal:
        parse(BASE.replace('rate = "1,00"', "rate = 0.655"), "probe.toml")
    assert str(refusal.value) == (
        "Vereinbarung abgelehnt:\n"
        "  probe.toml: Zeile 65, components[1] (satz).rates[1].rate: gefunden: 0.655 ist kein Text; "
        'erlaubt: der Satz in Anführungszeichen, zum Beispiel "0,65"'
    )


@pytest.mark.parametrize(
    ("content", "place", "found", "allowed"),
    [
        (b"\xff\xfe\x00", "Zeile 1", "Byte 0xff, kein UTF-8", "Zeichensatz UTF-8"),
        ('id = "ä"\ntitle = "x'.encode() + b"\xe4", "Zeile 2", "Byte 0xe4, kein UTF-8", "Zeichensatz UTF-8"),
        (BASE.encode("utf-16"), "Zeile 1", "Byte 0xff, kein UTF-8", "Zeichensatz UTF-8"),
        (BASE.encode("latin-1"), "Zeile 12", "Byte 0xa7, kein UTF-8", "Zeichensatz UTF-8"),
        (b" " * 20_000_001, "", "20000001 Bytes", "höchstens 20000000 Bytes"),
    ],
)
def test_wrong_encodings_and_sizes(tmp_path: Path, content, place, found, allowed):
    file = tmp_path / "probe.toml"
    file.write_bytes(content)
    with pytest.raises(AgreementRefused) as refusal:
        load(file)
    [problem] = refusal.value.problems
    assert (problem.file, problem.place, problem.found, problem.allowed) == (
        "probe.toml",
        place,
        found,
        allowed,
    )


def test_a_mark_before_the_text_and_windows_lines_are_no_problem(tmp_path: Path):
    file = tmp_path / "probe.toml"
    file.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert load(file).id == "probe"


@pytest.mark.parametrize("name", ["fehlt.toml", "."])
def test_a_file_that_is_none(tmp_path: Path, name):
    with pytest.raises(AgreementRefused) as refusal:
        load(tmp_path / name)
    [problem] = refusal.value.problems
    assert problem.allowed == "eine lesbare Datei"


@pytest.mark.parametrize("text", ["kein TOML", "id = ", "[[", 'id = "a"\nid = "b"', "x = " + "[" * 5000])
def test_no_toml(text):
    [(place, found, allowed)] = problems(text)
    assert place == ""
    assert found.startswith("kein gültiges TOML (")
    assert allowed == "eine TOML-Datei (UTF-8)"


def test_an_empty_file_misses_everything_it_needs():
    places = [place for place, _, _ in problems("")]
    assert places == ["id", "title", "operator", "from", "known_from", "due", "members", "components"]
