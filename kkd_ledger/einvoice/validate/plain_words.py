"""The official rules' sentences in the words of the clerk: German, with the names of the fields."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from kkd_ledger.einvoice.element_names import called as element_called
from kkd_ledger.einvoice.validate.business_terms import called

_SENTENCES: Final = MappingProxyType(
    {
        "BR-CO-10": "Die Summe der Positionen (BT-106) ist nicht die Summe ihrer Nettobeträge (BT-131).",
        "BR-CO-13": "Der Gesamtbetrag ohne Umsatzsteuer (BT-109) ist nicht Positionen − Nachlässe + Zuschläge.",
        "BR-CO-14": "Die Umsatzsteuer insgesamt (BT-110) ist nicht die Summe der Kategorien (BT-117).",
        "BR-CO-15": "Der Gesamtbetrag mit Umsatzsteuer (BT-112) ist nicht Netto (BT-109) + Umsatzsteuer (BT-110).",
        "BR-CO-16": "Der fällige Betrag (BT-115) ist nicht Gesamt (BT-112) − gezahlt (BT-113) + Rundung (BT-114).",
        "BR-CO-17": "Eine Umsatzsteuer (BT-117) ist nicht Bemessungsgrundlage (BT-116) × Steuersatz (BT-119).",
        "BR-CO-18": "Die Aufschlüsselung der Umsatzsteuer (BG-23) fehlt.",
        "BR-CO-25": "Bei einem positiven Zahlbetrag (BT-115) muss die Fälligkeit (BT-9) oder eine Zahlungsbedingung "
        "(BT-20) angegeben sein.",
        "BR-CO-26": "Der Verkäufer braucht eine Kennung (BT-29), Registernummer (BT-30) oder USt-IdNr. (BT-31).",
        "BR-16": "Es fehlt mindestens eine Position (BG-25).",
        "BR-27": "Der Preis je Einheit (BT-146) darf nicht negativ sein; eine Minderung steht in der Menge (BT-129).",
        "BR-O-02": "Bei nicht steuerbaren Positionen (Kategorie O) darf keine USt-IdNr. (BT-31, BT-48, BT-63) stehen.",
        "BR-O-03": "Bei nicht steuerbaren Nachlässen (Kategorie O) darf keine USt-IdNr. stehen.",
        "BR-O-04": "Bei nicht steuerbaren Zuschlägen (Kategorie O) darf keine USt-IdNr. stehen.",
        "BR-O-05": "Eine nicht steuerbare Position (Kategorie O) darf keinen Steuersatz (BT-152) haben.",
        "BR-O-08": "Die Bemessungsgrundlage (BT-116) der Kategorie O ist nicht die Summe ihrer Positionen.",
        "BR-O-09": "Bei nicht steuerbaren Umsätzen (Kategorie O) muss die Umsatzsteuer (BT-117) 0,00 sein.",
        "BR-O-10": "Bei nicht steuerbaren Umsätzen (Kategorie O) fehlt der Grund (BT-120 oder BT-121).",
        "BR-O-11": "Nicht steuerbare Umsätze (Kategorie O) vertragen keine andere Kategorie im selben Dokument.",
        "BR-O-12": "Nicht steuerbare Positionen (Kategorie O) vertragen keine andere Kategorie im selben Dokument.",
        "BR-S-08": "Die Bemessungsgrundlage (BT-116) eines Steuersatzes ist nicht die Summe seiner Positionen.",
        "BR-S-09": "Die Umsatzsteuer (BT-117) passt nicht zu Bemessungsgrundlage und Steuersatz.",
        "PEPPOL-EN16931-R001": "Es fehlt: Geschäftsprozess (BT-23).",
        "PEPPOL-EN16931-R008": "Ein Element ist leer; leere Elemente sind nicht erlaubt.",
        "PEPPOL-EN16931-R010": "Es fehlt: elektronische Adresse des Käufers (BT-49).",
        "PEPPOL-EN16931-R020": "Es fehlt: elektronische Adresse des Verkäufers (BT-34).",
        "PEPPOL-EN16931-R061": "Bei einer Lastschrift fehlt die Mandatsreferenz (BT-89).",
        "PEPPOL-EN16931-R110": "Der Zeitraum einer Position beginnt vor dem Abrechnungszeitraum (BG-14).",
        "PEPPOL-EN16931-R111": "Der Zeitraum einer Position endet nach dem Abrechnungszeitraum (BG-14).",
        "PEPPOL-EN16931-R120": "Der Nettobetrag einer Position (BT-131) ist nicht Menge × Preis.",
        "BR-DE-22": "Zwei Anlagen haben denselben Dateinamen.",
    }
)
_TERM = r"B[TG]-\d+"
_QUOTED = re.compile(rf'"[^"]*"\s*\(?({_TERM})\)?|({_TERM})\s*"[^"]*"')
_MISSING = re.compile(
    rf"(?:An|The) Invoice (?:shall|must) (?:have|contain) .*?\(({_TERM})\)\.?", re.IGNORECASE
)
_MISSING_IN = re.compile(
    rf"(?:Each|The|A) [^()]*\(({_TERM})\) (?:shall|must) (?:have|contain|be provided with) .*?\(({_TERM})\)\.?",
    re.IGNORECASE,
)
_DECIMALS = re.compile(
    rf"The allowed maximum number of decimals for the .*?\(({_TERM})\) is (\d)\.?", re.IGNORECASE
)
_UNUSED = re.compile(
    r"(Element|Attribute) '?@?(?:\w+:)?(\w+)' (?:is )?marked as not used in the given context\."
)
_NAMED = re.compile(r"\[([A-Z][A-Z0-9-]+)\]")
_PLACE = re.compile(r"(?:IncludedSupplyChainTradeLineItem|InvoiceLine|CreditNoteLine)\[(\d+)\]")


def sentence(rule: str, text: str) -> str:
    """Return what a rule says in German; the words of the rule itself follow where we have none of our own.

    >>> sentence("BR-02", "[BR-02]-An Invoice shall have an Invoice number (BT-1).")
    'Es fehlt: Rechnungsnummer (BT-1).'
    """
    bare = re.sub(r"^\[[^\]]*\]\s*-?\s*", "", text)
    if (named := _NAMED.match(text)) and rule not in _SENTENCES:
        rule = named[1]  # Factur-X numbers its rules anew and names the one of EN 16931 in its words
    if rule in _SENTENCES:
        return _SENTENCES[rule]
    if re.search(r"\b(?:muss|müssen|soll|sollen|sollte|darf|dürfen)\b", bare):
        return _QUOTED.sub(lambda match: f"„{called(match[1] or match[2])}“", bare)
    return _translated(bare) or _quoted(bare)


def _translated(bare: str) -> str:
    """Return a sentence of one of the forms that recur, in German; empty for any other."""
    if match := _MISSING.fullmatch(bare):
        return f"Es fehlt: {called(match[1])}."
    if match := _MISSING_IN.fullmatch(bare):
        return f"{called(match[1])}: Es fehlt {called(match[2])}."
    if match := _DECIMALS.fullmatch(bare):
        return f"{called(match[1])}: höchstens {match[2]} Nachkommastellen."
    if match := _UNUSED.fullmatch(bare):
        kind = "Element" if match[1] == "Element" else "Attribut"
        return f"Das Profil kennt dort kein {kind} „{element_called(match[2])}“."
    return ""


def _quoted(bare: str) -> str:
    terms = ", ".join(dict.fromkeys(called(term) for term in re.findall(_TERM, bare)))
    front = f"Betrifft {terms}. " if terms else ""
    return f"{front}Wortlaut der Regel: {bare}"


def place(location: str) -> str:
    """Return where in the document a finding stands, as far as a clerk can use it: `Position 3`."""
    match = _PLACE.search(location)
    return f"Position {match[1]}" if match else ""
