"""SEPA payment files (ISO 20022): pain.001.001.09 for transfers, pain.008.001.08 for direct debits.

The same run gives the same bytes: ids and times come from the run, nothing from the clock. Amounts are EUR. Names are
written in the basic Latin set that every bank takes (EPC217-08); a payment reference goes as structured creditor
reference (ISO 11649). Every file is checked against its schema before it is returned.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from kkd_ledger import german
from kkd_ledger.book.text.person_names import are_different
from kkd_ledger.errors import InputRefused, Problem
from kkd_ledger.money import format_eur, plain
from kkd_ledger.references import is_payment_reference

if TYPE_CHECKING:
    from lxml import etree

TRANSFER: Final = "pain.001.001.09"
DEBIT: Final = "pain.008.001.08"
RULES: Final = Path(__file__).resolve().parent / "schemas"
_ID_MAX: Final = 35
_NAME_MAX: Final = 70
_TEXT_MAX: Final = 140
AMOUNT_MAX_CENTS: Final = 99_999_999_999
SEPA_COUNTRIES: Final = frozenset(
    re.findall(
        "..",
        "ADALATBEBGCHCYCZDEDKEEESFIFRGBGIGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSSESISKSMVA",
    )
)
"""The countries whose accounts the SEPA schemes reach (EPC409-09; GI, GB also stand for their dependencies)."""
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_SLASHES: Final = re.compile(r"/{2,}")
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


class RunRefused(InputRefused):
    """A payment run cannot be made, or not be taken back."""

    subject: ClassVar[str] = "Zahllauf abgelehnt"


@dataclass(frozen=True, slots=True)
class Amended:
    """What a mandate said at its last collection, each empty where it still says so: account, creditor id and name."""

    iban: str = ""
    creditor_id: str = ""
    creditor: str = ""


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a debtor has signed: reference, day, scheme, and which collection of a series this is.

    `RCUR` also stands for the first collection: `FRST` is optional since 20.11.2016 (SDD Core rulebook 9.2). B2B
    needs a mandate that the debtor has also confirmed to its own bank. `amended` is what has changed since it was
    collected last, which the next collection has to tell (SDD Core rulebook, DS-02 and DS-03).
    """

    reference: str
    signed: dt.date
    scheme: str = "CORE"
    sequence: str = "RCUR"
    amended: Amended | None = None


@dataclass(frozen=True, slots=True)
class SepaPayment:
    """One payment of a run: to the other side's account, or with a mandate from it."""

    end_to_end: str
    cents: int
    name: str
    iban: str
    reference: str
    text: str
    mandate: Mandate | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield what stands against the payment, and what is allowed instead."""
        if self.cents <= 0:
            yield format_eur(self.cents), "mehr als 0,00 EUR"
        if self.cents > AMOUNT_MAX_CENTS:
            yield format_eur(self.cents), f"höchstens {format_eur(AMOUNT_MAX_CENTS)} je Zahlung (SEPA)"
        if not self.iban:
            yield f"{self.name}: IBAN fehlt", "eine IBAN"
        elif self.iban[:2] not in SEPA_COUNTRIES:
            yield f"{self.name}: {self.iban} liegt außerhalb des SEPA-Raums", "ein Konto im SEPA-Raum"
        if not latin(self.name):
            yield f"{self.name!r}: kein Zeichen, das jede Bank nimmt", "ein Name in lateinischer Schrift"


@dataclass(frozen=True)
class Run:
    """A payment run: whose account, on which day, prepared and released by two different persons."""

    id: str
    day: dt.date
    execution: dt.date
    name: str
    iban: str
    prepared_by: str
    released_by: str
    payments: tuple[SepaPayment, ...]
    creditor_id: str = ""

    @cached_property
    def total_cents(self) -> int:
        """The sum of all payments."""
        return sum(payment.cents for payment in self.payments)

    @property
    def by_two(self) -> bool:
        """Whether two different persons prepared and released it, however their names are spelled."""
        return are_different((self.prepared_by, self.released_by))

    def problems(self) -> list[Problem]:
        """Return what stands against the run: missing or equal names, no payment, amounts, mandates."""
        problems = []
        if not self.by_two:
            names = f"vorbereitet von {self.prepared_by!r}, freigegeben von {self.released_by!r}"
            problems.append(Problem(self.id, "", names, "zwei verschiedene Personen (GemKVO § 5 Abs. 3)"))
        if self.execution < self.day:
            on = f"Ausführung am {german.day(self.execution)}"
            problems.append(Problem(self.id, "", on, f"ein Tag ab {german.day(self.day)}, dem Tag des Laufs"))
        if not self.payments:
            problems.append(Problem(self.id, "", "keine Zahlung", "mindestens eine"))
        return problems + [
            Problem(self.id, payment.end_to_end, wrong, allowed)
            for payment in self.payments
            for wrong, allowed in payment.problems()
        ]


def latin(text: str, limit: int = _NAME_MAX) -> str:
    """Return a text in the set of characters that every bank takes: `Kölbe` becomes `Koelbe`.

    No slash stands at an end, and no two of them side by side (EPC230-15): banks take those for codes.
    """
    plain_text = unicodedata.normalize("NFKD", text.translate(_GERMAN)).encode("ascii", "ignore").decode()
    bare = " ".join(_SLASHES.sub("/", _FOREIGN.sub(" ", plain_text)).split())[:limit]
    return bare.strip("/ ")


def transfers(run: Run) -> bytes:
    """Return a run of credit transfers; raise RunRefused with everything that stands against it."""
    document = _Document(TRANSFER, run)
    body = document.head("CstmrCdtTrfInitn")
    batch = document.batch(body, run.id, "TRF", run.payments)
    batch.put("PmtTpInf/SvcLvl/Cd", "SEPA")
    batch.put("ReqdExctnDt/Dt", str(run.execution))
    batch.put("Dbtr/Nm", latin(run.name))
    batch.put("DbtrAcct/Id/IBAN", run.iban)
    batch.put("DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    batch.put("ChrgBr", "SLEV")
    for payment in run.payments:
        transfer = batch.child("CdtTrfTxInf")
        transfer.put("PmtId/EndToEndId", payment.end_to_end)
        transfer.put("Amt/InstdAmt", plain(payment.cents)).set("Ccy", "EUR")
        transfer.put("Cdtr/Nm", latin(payment.name))
        transfer.put("CdtrAcct/Id/IBAN", payment.iban)
        _remittance(transfer, payment)
    return document.finished()


def debits(run: Run) -> bytes:
    """Return a run of direct debits, a batch for each scheme and sequence (a bank takes them only apart).

    Raise RunRefused with everything that stands against it.
    """
    lacking = [
        Problem(
            run.id,
            payment.end_to_end,
            f"{payment.name}: Mandat fehlt",
            "Mandatsreferenz und Tag der Unterschrift",
        )
        for payment in run.payments
        if payment.mandate is None
    ]
    if not run.creditor_id:
        lacking.append(Problem(run.id, "", "Gläubiger-Identifikationsnummer fehlt", "eine Angabe"))
    document = _Document(DEBIT, run, lacking)
    body = document.head("CstmrDrctDbtInitn")
    kinds = sorted(
        {(payment.mandate.scheme, payment.mandate.sequence) for payment in run.payments if payment.mandate}
    )
    for place, (scheme, sequence) in enumerate(kinds, start=1):
        collections = [
            payment
            for payment in run.payments
            if payment.mandate and (payment.mandate.scheme, payment.mandate.sequence) == (scheme, sequence)
        ]
        batch = document.batch(body, f"{run.id}-{place}", "DD", collections)
        batch.put("PmtTpInf/SvcLvl/Cd", "SEPA")
        batch.put("PmtTpInf/LclInstrm/Cd", scheme)
        batch.put("PmtTpInf/SeqTp", sequence)
        batch.put("ReqdColltnDt", str(run.execution))
        batch.put("Cdtr/Nm", latin(run.name))
        batch.put("CdtrAcct/Id/IBAN", run.iban)
        batch.put("CdtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
        batch.put("ChrgBr", "SLEV")
        batch.put("CdtrSchmeId/Id/PrvtId/Othr/Id", run.creditor_id)
        batch.put("CdtrSchmeId/Id/PrvtId/Othr/SchmeNm/Prtry", "SEPA")
        for payment in collections:
            _debit(batch.child("DrctDbtTxInf"), payment)
    return document.finished()


def _debit(transaction: _Node, payment: SepaPayment) -> None:
    assert payment.mandate, "debits() has asked"
    transaction.put("PmtId/EndToEndId", payment.end_to_end)
    transaction.put("InstdAmt", plain(payment.cents)).set("Ccy", "EUR")
    transaction.put("DrctDbtTx/MndtRltdInf/MndtId", payment.mandate.reference)
    transaction.put("DrctDbtTx/MndtRltdInf/DtOfSgntr", str(payment.mandate.signed))
    if changed := payment.mandate.amended:
        _amendment(transaction, changed)
    transaction.put("DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    transaction.put("Dbtr/Nm", latin(payment.name))
    transaction.put("DbtrAcct/Id/IBAN", payment.iban)
    _remittance(transaction, payment)


def _amendment(transaction: _Node, changed: Amended) -> None:
    """Tell what was another: of the debtor's account only that it is a new one (SMNDA), at whichever bank."""
    mandate = "DrctDbtTx/MndtRltdInf"
    transaction.put(f"{mandate}/AmdmntInd", "true")
    creditor = f"{mandate}/AmdmntInfDtls/OrgnlCdtrSchmeId"
    if changed.creditor:
        transaction.put(f"{creditor}/Nm", latin(changed.creditor))
    if changed.creditor_id:
        transaction.put(f"{creditor}/Id/PrvtId/Othr/Id", changed.creditor_id)
        transaction.put(f"{creditor}/Id/PrvtId/Othr/SchmeNm/Prtry", "SEPA")
    if changed.iban:
        transaction.put(f"{mandate}/AmdmntInfDtls/OrgnlDbtrAcct/Id/Othr/Id", "SMNDA")


def _remittance(transaction: _Node, payment: SepaPayment) -> None:
    """A reference goes structured (SCOR), else the text; never both (EPC rulebook)."""
    if is_payment_reference(payment.reference) and payment.reference.isalnum():
        transaction.put("RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd", "SCOR")
        transaction.put("RmtInf/Strd/CdtrRefInf/Tp/Issr", "ISO")
        transaction.put("RmtInf/Strd/CdtrRefInf/Ref", payment.reference)
    else:
        transaction.put("RmtInf/Ustrd", latin(payment.text, _TEXT_MAX) or payment.end_to_end)


class _Node:
    """An element to which paths are added; steps that stand last already are shared."""

    def __init__(self, element: etree._Element, namespace: str) -> None:
        self.element, self._namespace = element, namespace

    def child(self, name: str) -> _Node:
        from lxml import etree

        return _Node(etree.SubElement(self.element, f"{{{self._namespace}}}{name}"), self._namespace)

    def put(self, path: str, text: str) -> etree._Element:
        *shared, last = path.split("/")
        node = self
        for step in shared:
            tag = f"{{{self._namespace}}}{step}"
            again = len(node.element) and node.element[-1].tag == tag
            node = _Node(node.element[-1], self._namespace) if again else node.child(step)
        made = node.child(last).element
        made.text = text
        return made


class _Document:
    """A pain file in the making."""

    def __init__(self, kind: str, run: Run, lacking: Sequence[Problem] = ()) -> None:
        from lxml import etree

        if problems := [*run.problems(), *lacking]:
            raise RunRefused(problems)
        self._kind, self._run = kind, run
        self._namespace = f"urn:iso:std:iso:20022:tech:xsd:{kind}"
        self._root = etree.Element(f"{{{self._namespace}}}Document", nsmap={None: self._namespace})  # type: ignore[dict-item, unused-ignore]

    def head(self, name: str) -> _Node:
        """Write the group header; return the element that takes the batches."""
        run = self._run
        body = _Node(self._root, self._namespace).child(name)
        header = (
            ("MsgId", run.id),
            ("CreDtTm", f"{run.day}T00:00:00"),
            ("NbOfTxs", str(len(run.payments))),
            ("CtrlSum", plain(run.total_cents)),
        )
        group = body.child("GrpHdr")
        for key, value in header:
            group.put(key, value)
        group.put("InitgPty/Nm", latin(run.name))
        return body

    def batch(self, body: _Node, name: str, method: str, payments: Sequence[SepaPayment]) -> _Node:
        """Write the head of a batch; its payments are booked one by one, so that the statement names each."""
        total = sum(payment.cents for payment in payments)
        batch = body.child("PmtInf")
        head = (
            ("PmtInfId", name),
            ("PmtMtd", method),
            ("BtchBookg", "false"),
            ("NbOfTxs", str(len(payments))),
            ("CtrlSum", plain(total)),
        )
        for key, value in head:
            batch.put(key, value)
        return batch

    def finished(self) -> bytes:
        """Return the file; raise RunRefused where the schema refuses it (then the data are to blame)."""
        from lxml import etree

        schema = etree.XMLSchema(etree.parse(RULES / f"{self._kind}.xsd"))
        if not schema.validate(self._root):
            raise RunRefused(
                Problem(self._run.id, f"Zeile {entry.line}", entry.message, f"das Schema {self._kind}")
                for entry in schema.error_log  # type: ignore[attr-defined, unused-ignore]
            )
        return etree.tostring(self._root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def end_to_end(posten: str, reference: str) -> str:
    """Return the id that travels with a payment: the open item, or where that is too long its reference."""
    return posten if len(posten) <= _ID_MAX else (reference or posten)[:_ID_MAX]
