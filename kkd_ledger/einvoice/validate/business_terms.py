"""The business terms of EN 16931 as a clerk calls them in German: BT (fields) and BG (groups)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

TERMS: Final = MappingProxyType(
    {
        "BT-1": "Rechnungsnummer", "BT-2": "Rechnungsdatum", "BT-3": "Art des Dokuments", "BT-5": "Währung",
        "BT-6": "Währung der Umsatzsteuer", "BT-7": "Tag der Umsatzsteuer", "BT-8": "Code zum Tag der Umsatzsteuer",
        "BT-9": "Fälligkeit", "BT-10": "Käuferreferenz (Leitweg-ID)", "BT-11": "Projektnummer",
        "BT-12": "Vertragsnummer", "BT-13": "Bestellnummer", "BT-14": "Auftragsnummer",
        "BT-15": "Nummer des Wareneingangs", "BT-16": "Lieferscheinnummer", "BT-17": "Vergabe- oder Losnummer",
        "BT-18": "Kennung des Objekts", "BT-19": "Buchungsreferenz des Käufers", "BT-20": "Zahlungsbedingungen",
        "BT-21": "Code der Bemerkung", "BT-22": "Bemerkung", "BT-23": "Geschäftsprozess", "BT-24": "Profilkennung",
        "BT-25": "Nummer des Bezugsdokuments", "BT-26": "Datum des Bezugsdokuments", "BT-27": "Name des Verkäufers",
        "BT-28": "Handelsname des Verkäufers", "BT-29": "Kennung des Verkäufers",
        "BT-30": "Registernummer des Verkäufers", "BT-31": "USt-IdNr. des Verkäufers",
        "BT-32": "Steuernummer des Verkäufers", "BT-33": "rechtliche Angaben zum Verkäufer",
        "BT-34": "elektronische Adresse des Verkäufers", "BT-35": "Straße des Verkäufers",
        "BT-36": "Adresszusatz des Verkäufers", "BT-37": "Ort des Verkäufers", "BT-38": "Postleitzahl des Verkäufers",
        "BT-39": "Region des Verkäufers", "BT-40": "Land des Verkäufers", "BT-41": "Ansprechperson des Verkäufers",
        "BT-42": "Telefonnummer des Verkäufers", "BT-43": "E-Mail-Adresse des Verkäufers",
        "BT-44": "Name des Käufers", "BT-45": "Handelsname des Käufers", "BT-46": "Kennung des Käufers",
        "BT-47": "Registernummer des Käufers", "BT-48": "USt-IdNr. des Käufers",
        "BT-49": "elektronische Adresse des Käufers", "BT-50": "Straße des Käufers",
        "BT-51": "Adresszusatz des Käufers", "BT-52": "Ort des Käufers", "BT-53": "Postleitzahl des Käufers",
        "BT-54": "Region des Käufers", "BT-55": "Land des Käufers", "BT-56": "Ansprechperson des Käufers",
        "BT-57": "Telefonnummer des Käufers", "BT-58": "E-Mail-Adresse des Käufers",
        "BT-59": "Name des Zahlungsempfängers", "BT-60": "Kennung des Zahlungsempfängers",
        "BT-61": "Registernummer des Zahlungsempfängers", "BT-62": "Name des Steuervertreters",
        "BT-63": "USt-IdNr. des Steuervertreters", "BT-69": "Land des Steuervertreters",
        "BT-70": "Name des Leistungsempfängers", "BT-71": "Kennung des Leistungsorts", "BT-72": "Leistungsdatum",
        "BT-73": "Beginn des Abrechnungszeitraums", "BT-74": "Ende des Abrechnungszeitraums",
        "BT-77": "Ort der Leistung", "BT-78": "Postleitzahl der Leistung", "BT-80": "Land der Leistung",
        "BT-81": "Code der Zahlungsart", "BT-82": "Zahlungsart", "BT-83": "Verwendungszweck", "BT-84": "IBAN",
        "BT-85": "Kontoinhaber", "BT-86": "BIC", "BT-87": "Kartennummer", "BT-88": "Karteninhaber",
        "BT-89": "Mandatsreferenz", "BT-90": "Gläubiger-Identifikationsnummer", "BT-91": "IBAN des Zahlers",
        "BT-92": "Betrag des Nachlasses", "BT-93": "Grundbetrag des Nachlasses", "BT-94": "Prozentsatz des Nachlasses",
        "BT-95": "Umsatzsteuer-Kategorie des Nachlasses", "BT-96": "Steuersatz des Nachlasses",
        "BT-97": "Grund des Nachlasses", "BT-98": "Code zum Grund des Nachlasses", "BT-99": "Betrag des Zuschlags",
        "BT-100": "Grundbetrag des Zuschlags", "BT-101": "Prozentsatz des Zuschlags",
        "BT-102": "Umsatzsteuer-Kategorie des Zuschlags", "BT-103": "Steuersatz des Zuschlags",
        "BT-104": "Grund des Zuschlags", "BT-105": "Code zum Grund des Zuschlags",
        "BT-106": "Summe der Positionen", "BT-107": "Summe der Nachlässe", "BT-108": "Summe der Zuschläge",
        "BT-109": "Gesamtbetrag ohne Umsatzsteuer", "BT-110": "Umsatzsteuer insgesamt",
        "BT-111": "Umsatzsteuer in der Abrechnungswährung", "BT-112": "Gesamtbetrag mit Umsatzsteuer",
        "BT-113": "schon gezahlter Betrag", "BT-114": "Rundungsbetrag", "BT-115": "fälliger Betrag",
        "BT-116": "Bemessungsgrundlage", "BT-117": "Umsatzsteuer der Kategorie", "BT-118": "Umsatzsteuer-Kategorie",
        "BT-119": "Umsatzsteuersatz", "BT-120": "Grund der Befreiung", "BT-121": "Code zum Grund der Befreiung",
        "BT-122": "Kennung der Anlage", "BT-123": "Beschreibung der Anlage", "BT-124": "Fundort der Anlage",
        "BT-125": "beigefügte Datei", "BT-126": "Nummer der Position", "BT-127": "Bemerkung zur Position",
        "BT-128": "Objektkennung der Position", "BT-129": "Menge", "BT-130": "Einheit",
        "BT-131": "Nettobetrag der Position", "BT-132": "Bestellposition", "BT-133": "Buchungsreferenz der Position",
        "BT-134": "Beginn des Zeitraums der Position", "BT-135": "Ende des Zeitraums der Position",
        "BT-136": "Nachlass der Position", "BT-141": "Zuschlag der Position", "BT-146": "Preis je Einheit",
        "BT-147": "Nachlass auf den Preis", "BT-148": "Preis vor Nachlass", "BT-149": "Menge, für die der Preis gilt",
        "BT-150": "Einheit des Preises", "BT-151": "Umsatzsteuer-Kategorie der Position",
        "BT-152": "Umsatzsteuersatz der Position", "BT-153": "Bezeichnung", "BT-154": "Beschreibung",
        "BT-155": "Artikelnummer des Verkäufers", "BT-156": "Artikelnummer des Käufers",
        "BT-157": "genormte Artikelnummer", "BT-158": "Klassifizierung", "BT-159": "Herkunftsland",
        "BT-160": "Name der Eigenschaft", "BT-161": "Wert der Eigenschaft",
        "BG-1": "Bemerkungen", "BG-3": "Bezugsdokument", "BG-4": "Verkäufer", "BG-5": "Anschrift des Verkäufers",
        "BG-6": "Ansprechperson des Verkäufers", "BG-7": "Käufer", "BG-8": "Anschrift des Käufers",
        "BG-9": "Ansprechperson des Käufers", "BG-10": "Zahlungsempfänger", "BG-11": "Steuervertreter",
        "BG-12": "Anschrift des Steuervertreters", "BG-13": "Lieferung", "BG-14": "Abrechnungszeitraum",
        "BG-15": "Anschrift der Leistung", "BG-16": "Zahlungsangaben", "BG-17": "Überweisung", "BG-18": "Zahlungskarte",
        "BG-19": "Lastschrift", "BG-20": "Nachlass", "BG-21": "Zuschlag", "BG-22": "Summen",
        "BG-23": "Aufschlüsselung der Umsatzsteuer", "BG-24": "Anlage", "BG-25": "Position",
        "BG-26": "Zeitraum der Position", "BG-27": "Nachlass der Position", "BG-28": "Zuschlag der Position",
        "BG-29": "Preis", "BG-30": "Umsatzsteuer der Position", "BG-31": "Angaben zur Ware oder Leistung",
        "BG-32": "Eigenschaft",
    }
)  # fmt: skip


def called(term: str) -> str:
    """Return a term as a clerk knows it, with its id: `Fälligkeit (BT-9)`."""
    return f"{TERMS[term]} ({term})" if term in TERMS else term
