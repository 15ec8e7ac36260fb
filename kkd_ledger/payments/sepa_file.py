"""Reads a payment file that kkd wrote: what the bank was told to move, from and to which accounts."""

from __future__ import annotations

from typing import Final, NamedTuple

from kkd_ledger.errors import Problem
from kkd_ledger.money import parse_eur
from kkd_ledger.payments.sepa import DEBIT, TRANSFER, RunRefused

_SPACES: Final = tuple(f"{{urn:iso:std:iso:20022:tech:xsd:{kind}}}" for kind in (TRANSFER, DEBIT))


class FiledPayment(NamedTuple):
    """One payment of a file: its end-to-end id, unsigned cents, the other side's account."""

    end_to_end: str
    cents: int
    iban: str


class PaymentFile(NamedTuple):
    """A payment file: its name in itself, our accounts in it, its payments."""

    id: str
    ibans: frozenset[str]
    payments: tuple[FiledPayment, ...]


def read_file(content: bytes, name: str) -> PaymentFile:
    """Return what a payment file tells the bank; raise RunRefused where it is none of ours."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
        space = next(space for space in _SPACES if root.tag == f"{space}Document")
        ours, theirs, kind = (
            ("Dbtr", "Cdtr", "CdtTrfTxInf") if space == _SPACES[0] else ("Cdtr", "Dbtr", "DrctDbtTxInf")
        )
        account = f"Acct/{space}Id/{space}IBAN"
        payments = tuple(
            FiledPayment(
                entry.findtext(f"{space}PmtId/{space}EndToEndId") or "",
                parse_eur(entry.findtext(f".//{space}InstdAmt") or ""),
                entry.findtext(f"{space}{theirs}{account}") or "",
            )
            for entry in root.iter(f"{space}{kind}")
        )
        accounts = frozenset(
            batch.findtext(f"{space}{ours}{account}") or "" for batch in root.iter(f"{space}PmtInf")
        )
        return PaymentFile(root.findtext(f".//{space}MsgId") or "", accounts, payments)
    except (etree.XMLSyntaxError, StopIteration, ValueError) as error:
        actual = f"keine lesbare Zahldatei ({type(error).__name__})"
        raise RunRefused([Problem(name, "", actual, "die Datei, wie kkd sie schrieb")]) from None
