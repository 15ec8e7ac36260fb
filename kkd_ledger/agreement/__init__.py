"""What was agreed: read an agreement, reckon its shares, say how each came about, and what has to be corrected."""

from kkd_ledger.agreement.dues.due_parts import Due
from kkd_ledger.agreement.dues.due_words import planned_claims
from kkd_ledger.agreement.dues.owed import has_reached, owed_shares
from kkd_ledger.agreement.dues.party_claims import Claim, ClaimKind, claims
from kkd_ledger.agreement.facts.agreement import Agreement
from kkd_ledger.agreement.facts.documents import ComparedDocument, documents
from kkd_ledger.agreement.facts.facts import Member, Resolution, Sitting, VatTreatment
from kkd_ledger.agreement.facts.resolutions import resolution, vat_treatment
from kkd_ledger.agreement.facts.spans import Days
from kkd_ledger.agreement.file.load import load, parse
from kkd_ledger.agreement.file.schema import json_schema
from kkd_ledger.agreement.file.sources import content_sha256, figure_files, figure_texts
from kkd_ledger.agreement.planning.annex import Annex, annex
from kkd_ledger.agreement.planning.binding_periods import BindingPeriod, Breach, binding_periods
from kkd_ledger.agreement.planning.plan import PlanYear, plan
from kkd_ledger.agreement.planning.savings import AskedSaving, Saving, Savings, SeparateCost, savings
from kkd_ledger.agreement.planning.solve import Solution, solve
from kkd_ledger.agreement.planning.whatif import if_census, if_granted, if_leaves
from kkd_ledger.agreement.readable.readable import Readable, readable
from kkd_ledger.agreement.reckoning.awaiting import Awaiting, awaiting, uncovered
from kkd_ledger.agreement.reckoning.causes import causes, reasons, why
from kkd_ledger.agreement.reckoning.compare import ShareDifference, StepChange, StepFate, changes, compare
from kkd_ledger.agreement.reckoning.correction import Correction
from kkd_ledger.agreement.reckoning.explain import Derivation, derived, explain
from kkd_ledger.agreement.reckoning.explained_bills import (
    BilledPosition,
    bill_derivation,
    bill_reasons,
    billed_claims,
    changed_positions,
)
from kkd_ledger.agreement.reckoning.gaps import MissingFigure, Unpriced
from kkd_ledger.agreement.reckoning.later_vat import LAST_YEAR_OF_OLD_VAT_LAW, YearVat, known_vat
from kkd_ledger.agreement.reckoning.listed_figures import ListedFigure, listed_figures
from kkd_ledger.agreement.reckoning.shares import MemberShare, SharePart, Shares, shares
from kkd_ledger.agreement.reckoning.steps import Step
from kkd_ledger.agreement.reckoning.trueup import missing_vat, trueup
from kkd_ledger.agreement.reckoning.vat import vat_cents, vat_percent

__all__ = [
    "LAST_YEAR_OF_OLD_VAT_LAW",
    "Agreement",
    "Annex",
    "AskedSaving",
    "Awaiting",
    "BilledPosition",
    "BindingPeriod",
    "Breach",
    "Claim",
    "ClaimKind",
    "ComparedDocument",
    "Correction",
    "Days",
    "Derivation",
    "Due",
    "ListedFigure",
    "Member",
    "MemberShare",
    "MissingFigure",
    "PlanYear",
    "Readable",
    "Resolution",
    "Saving",
    "Savings",
    "SeparateCost",
    "ShareDifference",
    "SharePart",
    "Shares",
    "Sitting",
    "Solution",
    "Step",
    "StepChange",
    "StepFate",
    "Unpriced",
    "VatTreatment",
    "YearVat",
    "annex",
    "awaiting",
    "bill_derivation",
    "bill_reasons",
    "billed_claims",
    "binding_periods",
    "causes",
    "changed_positions",
    "changes",
    "claims",
    "compare",
    "content_sha256",
    "derived",
    "documents",
    "explain",
    "figure_files",
    "figure_texts",
    "has_reached",
    "if_census",
    "if_granted",
    "if_leaves",
    "json_schema",
    "known_vat",
    "listed_figures",
    "load",
    "missing_vat",
    "owed_shares",
    "parse",
    "plan",
    "planned_claims",
    "readable",
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
