"""A county and one town whose heads are counted: what small agreements in several tests begin with."""

ONE_TOWN = """
[[members]]
id = "kreis"
name = "Kreis"
kind = "county"

[[members]]
id = "ahaus"
name = "Ahaus"
kind = "town"

[[weights]]
name = "koepfe"
source = "Amt"
reference = 2023-12-31
values = { ahaus = 1000 }

[[bases]]
id = "koepfe"
title = "Einwohner"
rule = "frozen"
source = "Amt"
weight = "koepfe"
reference = 2023-12-31
from = 2024-01-01
"""
