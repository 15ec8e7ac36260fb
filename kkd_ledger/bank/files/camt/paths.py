"""Which elements of a camt message are read, as data: a tree of local names down to the slots they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

SEPARATOR: Final = "\x1f"
"""Stands between the texts of a repeated element; XML itself cannot contain it."""

_TEXT_ENOUGH: Final = 100_000

Slots = dict[str, Any]


class TextSteps(dict[str, str]):
    """The steps of a container whose elements are all texts."""


@dataclass(frozen=True, slots=True)
class Amount:
    """The element's text fills `slot`, its currency `slot` + "_currency"."""

    slot: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """Every such element becomes a dict of its own in the list `slot`."""

    slot: str
    below: Any


@dataclass(frozen=True, slots=True)
class Later:
    """The (first such) element is kept in `slot` and walked only if `fetched`: most entries do not need it."""

    slot: str
    below: Any


@dataclass(frozen=True, slots=True)
class Either:
    """The element's own text, or that of the first element in it, fills `slot` (v02 against later versions)."""

    slot: str


def _day(slot: str) -> dict[str, str]:
    return {"Dt": slot, "DtTm": slot}


_PARTY: Final = {"Nm": "name", "Pty": {"Nm": "name"}, "Agt": {"FinInstnId": {"Nm": "name"}}}
_ACCOUNT: Final = {"Id": {"IBAN": "iban", "Othr": {"Id": "other"}}}


_CODE: Final = {
    "Prtry": {"Cd": "gvc"},
    "Domn": Later("iso", {"Cd": "domain", "Fmly": {"Cd": "family", "SubFmlyCd": "subfamily"}}),
}
_CHARGE: Final = {"Amt": Amount("amount"), "CdtDbtInd": "direction", "ChrgInclInd": "included"}
_CHARGES: Final = Each(
    "charges", {**_CHARGE, "TtlChrgsAndTaxAmt": Amount("total"), "Rcrd": Each("records", _CHARGE)}
)
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
    "AmtDtls": Later("amounts", _AMOUNTS),
    "BkTxCd": _CODE,
    "Chrgs": _CHARGES,
    "RltdPties": {
        "Dbtr": Later("debtor", _PARTY),
        "DbtrAcct": Later("debtor_account", _ACCOUNT),
        "UltmtDbtr": Later("ultimate_debtor", _PARTY),
        "Cdtr": Later("creditor", _PARTY),
        "CdtrAcct": Later("creditor_account", _ACCOUNT),
        "UltmtCdtr": Later("ultimate_creditor", _PARTY),
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
        "Sts": Either("status"),
        "BookgDt": _day("booking_day"),
        "ValDt": _day("value_day"),
        "AcctSvcrRef": "bank_reference",
        "BkTxCd": _CODE,
        "AmtDtls": Later("amounts", _AMOUNTS),
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
        "Acct": {
            "Id": {"IBAN": "iban", "Othr": {"Id": "other"}},
            "Ccy": "currency",
            "Ownr": {"Nm": "owner", "Pty": {"Nm": "owner"}},
        },
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
    steps = {space + name: _step(below, space) for name, below in node.items()}
    return TextSteps(steps) if all(isinstance(step, str) for step in steps.values()) else steps


def _step(below: Any, space: str) -> Any:
    if isinstance(below, Amount):
        return Amount(below.slot, below.slot + "_currency")
    if isinstance(below, Each | Later):
        return below.__class__(below.slot, _qualified(below.below, space))
    return _qualified(below, space) if isinstance(below, dict) else below


def fill(element: Any, steps: Any, slots: Slots) -> Slots:  # noqa: C901 - one flat loop, see below
    """Walk the children of an element that the tree names, and fill their texts into `slots`.

    The innermost loop of reading: containers that hold only texts are walked in place, without a call.
    """
    for child in element:
        step = steps.get(child.tag)
        if step is None:
            continue
        kind = step.__class__
        if kind is str:
            text = child.text
            if text:
                slots[step] = _joined(slots[step], text) if step in slots else text
        elif kind is TextSteps:
            for leaf in child:
                slot = step.get(leaf.tag)
                if slot is not None and (text := leaf.text):
                    slots[slot] = _joined(slots[slot], text) if slot in slots else text
        elif kind is dict:
            fill(child, step, slots)
        elif kind is Later:
            slots.setdefault(step.slot, (child, step.below))
        elif kind is Each:
            slots.setdefault(step.slot, []).append(fill(child, step.below, {}))
        elif kind is Amount:
            slot, text = step.slot, child.text or ""
            slots[slot] = _joined(slots[slot], text) if slot in slots else text
            slots[step.currency] = child.get("Ccy", "")
        else:
            slots[step.slot] = _own_or_first(child)
    return slots


def _joined(before: str, text: str) -> str:
    """Return both texts of a repeated element; what is too long to be taken is not made longer still."""
    return before if len(before) > _TEXT_ENOUGH else f"{before}{SEPARATOR}{text}"


def _own_or_first(element: Any) -> str:
    """Return an element's own text, else that of the first element in it."""
    text = element.text
    if (text is None or text.isspace()) and len(element):
        text = element[0].text
    return text or ""


def fetched(slots: Slots, slot: str) -> Slots:
    """Return what is filled below the element of a `Later` slot, as long as its entry is not forgotten."""
    if slot not in slots:
        return {}
    element, steps = slots[slot]
    return fill(element, steps, {})
