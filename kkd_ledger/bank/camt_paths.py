"""Which elements of a camt message are read, as data: a tree of local names down to the slots they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

SEPARATOR: Final = "\x1f"
"""Stands between the texts of a repeated element; XML itself cannot contain it."""

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amount:
    """The element's text fills `slot`, its currency `slot` + "_currency"."""

    slot: str


@dataclass(frozen=True, slots=True)
class Each:
    """Every such element becomes a dict of its own in the list `slot`."""

    slot: str
    below: Any


@dataclass(frozen=True, slots=True)
class Either:
    """The element's own text or the text below it fills `slot` (v02 against later versions)."""

    slot: str
    below: Any


def _day(slot: str) -> dict[str, str]:
    return {"Dt": slot, "DtTm": slot}


def _party(slot: str) -> dict[str, Any]:
    agent = {"FinInstnId": {"Nm": slot}}
    return {"Nm": slot, "Pty": {"Nm": slot}, "Agt": agent}


def _account(slot: str) -> dict[str, Any]:
    return {"Id": {"IBAN": slot, "Othr": {"Id": slot + "_other"}}}


_CODE: Final = {
    "Prtry": {"Cd": "gvc"},
    "Domn": {"Cd": "domain", "Fmly": {"Cd": "family", "SubFmlyCd": "subfamily"}},
}
_CHARGE: Final = {"Amt": Amount("amount"), "CdtDbtInd": "direction", "ChrgInclInd": "included"}
_CHARGES: Final = Each("charges", {**_CHARGE, "Rcrd": Each("records", _CHARGE)})
_AMOUNTS: Final = {"InstdAmt": {"Amt": Amount("instructed")}, "TxAmt": {"Amt": Amount("transaction")}}
_REASON: Final = {"Rsn": {"Cd": "return_reason", "Prtry": "return_reason"}, "AddtlInf": "return_text"}

_DETAIL: Final = {
    "Refs": {
        "MsgId": "message_id",
        "AcctSvcrRef": "bank_reference",
        "PmtInfId": "payment_information",
        "InstrId": "instruction",
        "EndToEndId": "end_to_end",
        "UETR": "uetr",
        "TxId": "transaction_id",
        "MndtId": "mandate",
    },
    "Amt": Amount("amount"),
    "CdtDbtInd": "direction",
    "AmtDtls": _AMOUNTS,
    "BkTxCd": _CODE,
    "Chrgs": _CHARGES,
    "RltdPties": {
        "Dbtr": _party("debtor"),
        "DbtrAcct": _account("debtor_iban"),
        "UltmtDbtr": _party("ultimate_debtor"),
        "Cdtr": _party("creditor"),
        "CdtrAcct": _account("creditor_iban"),
        "UltmtCdtr": _party("ultimate_creditor"),
    },
    "Purp": {"Cd": "purpose", "Prtry": "purpose"},
    "RmtInf": {
        "Ustrd": "remittance",
        "Strd": {
            "CdtrRefInf": {"Ref": "structured"},
            "RfrdDocInf": {"Nb": "structured"},
            "AddtlRmtInf": "remittance",
        },
    },
    "RtrInf": _REASON,
    "AddtlTxInf": "booking_text",
}

ENTRY: Final = MappingProxyType(
    {
        "NtryRef": "entry_reference",
        "Amt": Amount("amount"),
        "CdtDbtInd": "direction",
        "RvslInd": "reversal",
        "Sts": Either("status", {"Cd": "status", "Prtry": "status"}),
        "BookgDt": _day("booking_day"),
        "ValDt": _day("value_day"),
        "AcctSvcrRef": "bank_reference",
        "BkTxCd": _CODE,
        "AmtDtls": _AMOUNTS,
        "Chrgs": _CHARGES,
        "NtryDtls": {"Btch": {"NbOfTxs": "announced"}, "TxDtls": Each("details", _DETAIL)},
        "AddtlNtryInf": "booking_text",
    }
)

_PAGE: Final = {"PgNb": "page", "LastPgInd": "last_page"}
_TOTAL: Final = {"NbOfNtries": "count", "Sum": "sum"}
STATEMENT: Final = MappingProxyType(
    {
        "Id": "identity",
        "StmtPgntn": _PAGE,
        "RptPgntn": _PAGE,
        "NtfctnPgntn": _PAGE,
        "ElctrncSeqNb": "sequence",
        "LglSeqNb": "legal_sequence",
        "CreDtTm": "created",
        "FrToDt": {"FrDtTm": "from_day", "ToDtTm": "to_day", "FrDt": "from_day", "ToDt": "to_day"},
        "Acct": {"Id": {"IBAN": "iban", "Othr": {"Id": "other"}}, "Ccy": "currency"},
        "Bal": Each(
            "balances",
            {
                "Tp": {"CdOrPrtry": {"Cd": "code", "Prtry": "code"}},
                "Amt": Amount("amount"),
                "CdtDbtInd": "direction",
                "Dt": _day("day"),
            },
        ),
        "TxsSummry": {
            "TtlNtries": Each("all", _TOTAL),
            "TtlCdtNtries": Each("credits", _TOTAL),
            "TtlDbtNtries": Each("debits", _TOTAL),
        },
    }
)


@dataclass(frozen=True, slots=True)
class Paths:
    """The two trees with the tags of one namespace."""

    statement: Any
    entry: Any


@lru_cache(maxsize=64)
def compiled(space: str) -> Paths:
    """Return the trees with every local name written as lxml writes tags of the namespace `{…}` given."""
    return Paths(statement=_qualified(STATEMENT, space), entry=_qualified(ENTRY, space))


def _qualified(node: Any, space: str) -> dict[str, Any]:
    return {space + name: _step(below, space) for name, below in node.items()}


def _step(below: Any, space: str) -> Any:
    if isinstance(below, Each):
        return Each(below.slot, _qualified(below.below, space))
    if isinstance(below, Either):
        return Either(below.slot, _qualified(below.below, space))
    return _qualified(below, space) if isinstance(below, dict) else below


def fill(element: Any, node: Any, found: Found) -> Found:
    """Walk the children of an element that the tree names, and fill their texts into `found`."""
    for child in element:
        step = node.get(child.tag)
        if step is None:
            continue
        kind = step.__class__
        if kind is str:
            _put(found, step, child)
        elif kind is dict:
            fill(child, step, found)
        elif kind is Amount:
            _put(found, step.slot, child)
            found[step.slot + "_currency"] = child.get("Ccy", "")
        elif kind is Each:
            found.setdefault(step.slot, []).append(fill(child, step.below, {}))
        else:
            _put(found, step.slot, child)
            fill(child, step.below, found)
    return found


def _put(found: Found, slot: str, element: Any) -> None:
    text = element.text
    if text and not text.isspace():
        before = found.get(slot)
        found[slot] = text if before is None else before + SEPARATOR + text
