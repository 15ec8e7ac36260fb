"""What was agreed: read an agreement, reckon its shares, say how each came about, and what has to be corrected."""

from kkd_ledger.agreement.annex import Annex, annex
from kkd_ledger.agreement.awaiting import Awaiting, awaiting, uncovered
from kkd_ledger.agreement.binding import Binding, Breach, bindings
from kkd_ledger.agreement.causes import causes, reasons, why
from kkd_ledger.agreement.compare import Change, Difference, changes, compare
from kkd_ledger.agreement.documents import Held, documents
from kkd_ledger.agreement.explain import Derivation, derived, explain
from kkd_ledger.agreement.facts import Member, Resolution, Sitting, VatTreatment
from kkd_ledger.agreement.gaps import Gap, Unpriced
from kkd_ledger.agreement.load import load, parse
from kkd_ledger.agreement.model import Agreement
from kkd_ledger.agreement.plan import PlanYear, plan
from kkd_ledger.agreement.resolutions import resolution, vat_treatment
from kkd_ledger.agreement.savings import Asked, Before, Saving, Savings, savings
from kkd_ledger.agreement.schema import json_schema
from kkd_ledger.agreement.shares import MemberShare, Part, Shares, shares
from kkd_ledger.agreement.solve import Solution, solve
from kkd_ledger.agreement.spans import Days
from kkd_ledger.agreement.steps import Step
from kkd_ledger.agreement.trueup import Correction, trueup
from kkd_ledger.agreement.vat import vat_cents, vat_percent
from kkd_ledger.agreement.whatif import if_census, if_granted, if_leaves

__all__ = [
    "Agreement",
    "Annex",
    "Asked",
    "Awaiting",
    "Before",
    "Binding",
    "Breach",
    "Change",
    "Correction",
    "Days",
    "Derivation",
    "Difference",
    "Gap",
    "Held",
    "Member",
    "MemberShare",
    "Part",
    "PlanYear",
    "Resolution",
    "Saving",
    "Savings",
    "Shares",
    "Sitting",
    "Solution",
    "Step",
    "Unpriced",
    "VatTreatment",
    "annex",
    "awaiting",
    "bindings",
    "causes",
    "changes",
    "compare",
    "derived",
    "documents",
    "explain",
    "if_census",
    "if_granted",
    "if_leaves",
    "json_schema",
    "load",
    "parse",
    "plan",
    "reasons",
    "resolution",
    "savings",
    "shares",
    "solve",
    "trueup",
    "uncovered",
    "vat_cents",
    "vat_percent",
    "vat_treatment",
    "why",
]
