"""What was agreed: read an agreement, reckon its shares, say how each came about, and what has to be corrected."""

from kkd_ledger.agreement.explain import Derivation, explain
from kkd_ledger.agreement.facts import Member, Resolution, Sitting
from kkd_ledger.agreement.load import load, parse
from kkd_ledger.agreement.model import Agreement
from kkd_ledger.agreement.resolutions import resolution, vat_treatment
from kkd_ledger.agreement.shares import MemberShare, Part, Shares, shares
from kkd_ledger.agreement.steps import Step
from kkd_ledger.agreement.trueup import Correction, trueup

__all__ = [
    "Agreement",
    "Correction",
    "Derivation",
    "Member",
    "MemberShare",
    "Part",
    "Resolution",
    "Shares",
    "Sitting",
    "Step",
    "explain",
    "load",
    "parse",
    "resolution",
    "shares",
    "trueup",
    "vat_treatment",
]
