"""The ledger's language: account roots, metadata keys, tags, custom types. Spelled here and nowhere else."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import Final

CURRENCY: Final = "EUR"

ASSETS: Final = "Aktiva"
LIABILITIES: Final = "Passiva"
EQUITY: Final = "Eigenkapital"
INCOME: Final = "Erträge"
EXPENSES: Final = "Aufwendungen"
ROOT_OPTIONS: Final = (
    ("name_assets", ASSETS),
    ("name_liabilities", LIABILITIES),
    ("name_equity", EQUITY),
    ("name_income", INCOME),
    ("name_expenses", EXPENSES),
)
TOP_OPTIONS: Final = (("operating_currency", CURRENCY), ("tolerance_multiplier", "0"), *ROOT_OPTIONS)
RESULT_ROOTS: Final = (INCOME, EXPENSES)
ACCOUNT: Final = re.compile(
    rf"(?:{ASSETS}|{LIABILITIES}|{EQUITY}|{INCOME}|{EXPENSES})(?::[A-ZÄÖÜ0-9][A-Za-z0-9ÄÖÜäöüß-]*)+"
)

BUNDLE: Final = "kkd_ledger.plugins"
TOP_FILE: Final = "main.beancount"
BOOK_FILE: Final = "book.toml"
DOCUMENTS: Final = "documents"
ORIGINALS: Final = "originale"

# metadata keys -----------------------------------------------------------------------------------------------
NUMBER: Final = "nr"
KIND: Final = "buchungsart"
RECORDED: Final = "erfasst-am"
BANK_DAY: Final = "buchungstag"
ITEM: Final = "posten"
AROSE: Final = "entstanden"
AGREEMENT: Final = "vereinbarung"
PARTY: Final = "beteiligte"
SERVICE_YEAR: Final = "leistungsjahr"
KNOWN: Final = "berechnungsstand"
RESOLUTION: Final = "beschluss"
DEMAND: Final = "anforderung"
REFERENCE: Final = "kassenzeichen"
DUE: Final = "faellig"
VAT: Final = "umsatzsteuer"
COMPONENT: Final = "baustein"
BANK_REFERENCE: Final = "bankref"
BANK_NUMBER: Final = "bankbuchung"
BANK_TEXT: Final = "banktext"
VOUCHER: Final = "beleg"
VOUCHER_HASH: Final = "beleg-sha256"
BOOKED_UP_TO: Final = "gebucht-bis"
SYNTAX: Final = "syntax"
REASON: Final = "grund"
PERIOD_DECISION: Final = "periodenentscheidung"
PERIOD_DECISION_BY: Final = "periodenentscheidung-von"
CERTIFIED_FACT: Final = "sachlich-richtig-von"
CERTIFIED_SUM: Final = "rechnerisch-richtig-von"
ORDERED: Final = "angeordnet-von"
GENERAL_ORDER: Final = "anordnung"
PROGRAM: Final = "programm"
REVERSES: Final = "storniert"
CAUSED: Final = "veranlasst-von"
ACT_KNOWN_BY: Final = "akt-bekannt"
ACT_EXTENT: Final = "akt-umfang"
ACT_AGREEMENT: Final = "akt-vereinbarung"
ACT_HASH: Final = "akt-sha256"
SIGNATURE_KEYS: Final = ("akt-schluessel", "akt-authenticator", "akt-client", "akt-unterschrift")
"""What a passkey gave back over an act: which one, authenticatorData, clientDataJSON, signature."""
ON: Final = "-am"

TEXT_KEYS: Final = frozenset(
    {
        NUMBER, KIND, ITEM, AGREEMENT, PARTY, SERVICE_YEAR, RESOLUTION, DEMAND, REFERENCE, BANK_REFERENCE, BANK_NUMBER,
        BANK_TEXT, VOUCHER, VOUCHER_HASH, REASON, PERIOD_DECISION, PERIOD_DECISION_BY, CERTIFIED_FACT, CERTIFIED_SUM,
        ORDERED, GENERAL_ORDER, PROGRAM, REVERSES, CAUSED, VAT, COMPONENT, ACT_KNOWN_BY, ACT_EXTENT, ACT_AGREEMENT,
        ACT_HASH, BOOKED_UP_TO, SYNTAX, *SIGNATURE_KEYS,
    }
)  # fmt: skip
DATE_KEYS: Final = frozenset(
    {RECORDED, BANK_DAY, AROSE, KNOWN, DUE, CERTIFIED_FACT + ON, CERTIFIED_SUM + ON, ORDERED + ON}
)

PRIOR_PERIOD_TAG: Final = "periodenfremd"


class Kind(StrEnum):
    """What a transaction is (`buchungsart`)."""

    SHARE = "kostenbeteiligung"
    SUBSIDY = "foerderung"
    CORRECTION = "korrektur"
    ADVANCE = "vorauszahlung"
    SETTLEMENT = "abrechnung"
    CHARGE = "einzelabrechnung"
    PAYMENT = "zahlung"
    RETURN = "rueckgabe"
    SUSPENSE = "ungeklaert"
    CLEARING = "klaerung"
    OFFSET = "aufrechnung"
    REMISSION = "erlass"
    INTERNAL = "interne-verrechnung"
    REVERSAL = "storno"
    ACCRUAL = "abgrenzung"
    PROVISION = "rueckstellung"
    RECLASSIFICATION = "umgliederung"
    OPENING = "saldenvortrag"


SHARE_KINDS: Final = frozenset(
    {Kind.SHARE, Kind.SUBSIDY, Kind.CORRECTION, Kind.ADVANCE, Kind.SETTLEMENT, Kind.CHARGE}
)


class DocumentKind(StrEnum):
    """What a claim's document is: a request under the agreement, an invoice, an administrative act."""

    DEMAND = DEMAND
    INVOICE = "rechnung"
    ACT = "bescheid"


class CustomType(StrEnum):
    """Types of `custom` directives."""

    RESOLUTION = "beschluss"
    APPROPRIATION = "haushaltsansatz"
    FISCAL_YEAR = "haushaltsjahr"
    CLOSING_BALANCE = "jahressaldo"
    MONTH = "buchungsmonat"
    DISPOSITION = "verfuegung"
    INSTALMENT = "rate"
    BASIS = "grundlage"
    RECORD = "niederschrift"
    ACT = "akt"
    BATCH = "buchungsstapel"
    FAVA_OPTION = "fava-option"
    FAVA_EXTENSION = "fava-extension"


# how many values each custom has, and of which kind: t text, d day, e euro cents
CUSTOM_SHAPES: Final = MappingProxyType(
    {
        CustomType.RESOLUTION: "tttdted",
        CustomType.APPROPRIATION: "ttet",
        CustomType.FISCAL_YEAR: "tt",
        CustomType.CLOSING_BALANCE: "tte",
        CustomType.MONTH: "t",
        CustomType.DISPOSITION: "tttd",
        CustomType.INSTALMENT: "tde",
        CustomType.BASIS: "tt",
        CustomType.RECORD: "tt",
        CustomType.ACT: "ttttd",
        CustomType.BATCH: "tt",
        CustomType.FAVA_OPTION: "tt",
        CustomType.FAVA_EXTENSION: "tt",
    }
)
FAVA_EXTENSION: Final = "kkd_ledger.web.fava_page"


class DispositionKind(StrEnum):
    """What has been ordered about an open item (GemKVO § 15): posten, this, who ordered it, until when."""

    DEFERRAL = "stundung"
    INSTALMENTS = "ratenzahlung"
    SUSPENSION = "niederschlagung"


class AppropriationKind(StrEnum):
    """How a budget line came by an amount; what the medium-term plan expects is no appropriation yet."""

    ORIGINAL = "ansatz"
    SUPPLEMENTARY = "nachtrag"
    CARRIED_OVER = "uebertragen"
    OVER_BUDGET = "ueberplanmaessig"
    EXTRA_BUDGET = "ausserplanmaessig"
    MEDIUM_TERM = "finanzplanung"


class Direction(StrEnum):
    """Whether money came in or went out."""

    IN = "eingang"
    OUT = "ausgang"

    @classmethod
    def of(cls, cents: int) -> Direction:
        """Return the direction of an amount that is signed like the bank line; none is without an amount."""
        return cls.IN if cents > 0 else cls.OUT


class Role(StrEnum):
    """What a person may do (GemKVO §§ 5, 7 and 11); those who audit, administer or read never act."""

    CERTIFIES = "feststellung"
    ORDERS = "anordnung"
    PAYS = "kasse"
    PREPARES = "sachbearbeitung"
    AUDITS = "pruefung"
    ADMINISTERS = "verwaltung"
    READS = "leser"


ACTING_ROLES: Final = frozenset({Role.CERTIFIES, Role.ORDERS, Role.PAYS, Role.PREPARES})


class Deed(StrEnum):
    """What a person does by an act."""

    CERTIFIES = "feststellung"
    ORDERS = "anordnung"
    CAUSES = "veranlassung"
    DECIDES = "entscheidung"
    PREPARES = "vorbereitung"
    RELEASES = "freigabe"
    CLOSES = "abschluss"
    REOPENS = "wiedereroeffnung"
    CONFIRMS = "bestaetigung"


class KnownBy(StrEnum):
    """How the person who acts was known: a name that was typed, a login of one of these kinds, or a signature."""

    TYPED = "angabe"
    PASSWORD = "kennwort"  # noqa: S105 - a word of the ledger, no password
    PASSKEY = "passkey"
    OIDC = "anmeldedienst"
    SYSTEM_USER = "betriebssystem"


def account_part(member: str) -> str:
    """Return a member's id as a component of account names.

    >>> account_part("ober-unterdorf")
    'Ober-Unterdorf'
    """
    return "-".join(part.capitalize() for part in member.split("-"))
