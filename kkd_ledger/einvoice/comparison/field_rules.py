"""What happens with every field of a received document when it differs: the table that docs/invoices.md shows.

Paths are those of the model: `[]` stands for each part of a tuple, `*` at the end for every field below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Fields of a document by business terms and paths: when they are as agreed, when told, when to be cleared.

    `*` at the end of a cell: nobody can accept it. Fields that are compared with nothing have the `reason` instead.
    """

    name: str
    terms: tuple[str, ...]
    paths: tuple[str, ...]
    agreed: str = ""
    noted: str = ""
    cleared: str = ""
    reason: str = ""


def _compared(name: str, terms: str, paths: str, *cells: str) -> FieldRule:
    return FieldRule(name, tuple(terms.split()), tuple(paths.split()), *cells)


def _left(name: str, terms: str, paths: str, reason: str) -> FieldRule:
    return FieldRule(name, tuple(terms.split()), tuple(paths.split()), reason=reason)


_COMPARED: Final = (
    _compared("Rechnungsnummer", "BT-1", "number", "neu, oder derselbe Inhalt noch einmal", "",
              "dieselbe Nummer mit anderem Inhalt"),
    _compared("Rechnungsdatum", "BT-2", "issued", "bis zum Tag des Eingangs", "danach"),
    _compared("Art", "BT-3", "kind", "380; 384 und 381 mit Bezug",
              "383 über den vereinbarten Betrag",
              "326, 386, 389, 875 und jede andere, mit dem Weg dazu; 393 und 396 (abgetreten) ⚠"),
    _compared("Währung", "BT-5", "currency", "EUR", "", "jede andere *"),
    _compared("Währung der Umsatzsteuer", "BT-6", "tax_currency", "keine oder EUR", "jede andere"),
    _compared("Tag der Umsatzsteuer", "BT-7", "tax_point", "im Leistungsjahr", "in einem anderen Jahr"),
    _compared("Code zum Tag der Umsatzsteuer", "BT-8", "tax_point_code", "mit der Leistung",
              "erst mit der Zahlung, wo Umsatzsteuer gefordert ist"),
    _compared("Fälligkeit", "BT-9", "due instalments[].due instalments[].cents",
              "der vereinbarte Tag, oder der einer hier gebuchten Stundung oder Ratenzahlung. Kam das Dokument erst "
              "danach: die Zahlungsfrist (`payment_days`, Vorgabe 30 Tage) ab seinem Tag, bis zu 7 Tage kürzer oder "
              "länger",
              "keine; kam das Dokument nach dem vereinbarten Tag: jede andere Frist von 0 bis zum Doppelten der "
              "Zahlungsfrist; Raten mit Tag und Betrag (mehrere Fälligkeiten oder in BT-20), die im Buch noch nicht "
              "stehen: der Befehl nennt das `kkd defer` dazu, denn sonst zahlt `kkd pay` alles auf einmal",
              "früher, später; mehrere Tage ohne Beträge, die aufgehen"),
    _compared("Zahlungsbedingungen", "BT-20", "terms", "derselbe Tag, kein Skonto",
              "ein anderer Tag oder eine andere Zahl von Tagen; Skonto und Verzugszinsen, auch als "
              "`#SKONTO#…#` (gezahlt wird der ganze Betrag)"),
    _compared("Käuferreferenz", "BT-10", "buyer_reference", "keine, unsere Leitweg-ID", "jede andere"),
    _compared("Vertrag", "BT-12", "contract", "keiner, die Kennung oder der Name der Vereinbarung", "jeder andere"),
    _compared("berichtigtes Dokument", "BG-3 BT-25", "preceding[].number", "liegt vor", "", "liegt nicht vor"),
    _compared("Datum des berichtigten Dokuments", "BT-26", "preceding[].date", "sein Tag", "ein anderer"),
    _compared("Verkäufer", "BG-4 BT-27", "seller.name", "Name bekannt", "",
              "Kennung bekannt, Name anders ⚠; sieht nur aus wie der bekannte ⚠; beides anders ⚠ *"),
    _compared("Kennung des Verkäufers", "BT-29 BT-30", "seller.ids[].value seller.legal_id.value",
              "Gemeindeschlüssel, Leitweg-ID, Steuernummern; keine", "nur andere ⚠"),
    _compared("Handelsname des Verkäufers", "BT-28", "seller.trading_name", "keiner, Name bekannt", "anders ⚠"),
    _compared("USt-IdNr. des Verkäufers", "BT-31", "seller.vat_id", "keine, wie in `contacts.toml`", "anders ⚠"),
    _compared("Steuernummer des Verkäufers", "BT-32", "seller.tax_number",
              "wie in `contacts.toml`, oder dort keine", "anders ⚠"),
    _compared("elektronische Adresse des Verkäufers", "BT-34", "seller.endpoint.value",
              "keine; E-Mail-Adresse, `endpoint` oder Leitweg-ID", "anders ⚠"),
    _compared("Anschrift des Verkäufers", "BG-5 BT-35 BT-37 BT-38 BT-40",
              "seller.address.line1 seller.address.city seller.address.postcode seller.address.country",
              "wie in `contacts.toml`", "anders ⚠"),
    _compared("Telefonnummer des Verkäufers", "BG-6 BT-42", "seller.contact.phone", "wie in `contacts.toml`",
              "anders ⚠"),
    _compared("E-Mail-Adresse des Verkäufers", "BT-43", "seller.contact.email", "wie in `contacts.toml`",
              "anders ⚠"),
    _compared("Käufer", "BG-7 BT-44", "buyer.name", "unser Name", "Name anders, Kennung oder Leitweg-ID unsere",
              "beides anders *"),
    _compared("Handelsname des Käufers", "BT-45", "buyer.trading_name", "keiner, unser Name", "anders"),
    _compared("Kennung des Käufers", "BT-46 BT-47", "buyer.ids[].value buyer.legal_id.value", "keine, unsere",
              "andere"),
    _compared("USt-IdNr. des Käufers", "BT-48", "buyer.vat_id", "keine, unsere", "andere"),
    _compared("elektronische Adresse des Käufers", "BT-49", "buyer.endpoint.value", "keine, unsere", "andere"),
    _compared("Anschrift des Käufers", "BG-8 BT-50 BT-52 BT-53 BT-55",
              "buyer.address.line1 buyer.address.city buyer.address.postcode buyer.address.country",
              "wie in `contacts.toml`", "anders"),
    _compared("Zahlungsempfänger", "BG-10 BT-59 BT-60 BT-61",
              "payee.name payee.ids[].value payee.legal_id.value", "keiner, die Betreiberin", "",
              "jeder andere ⚠"),
    _compared("Steuervertreter", "BG-11 BT-62 BT-63 BG-12 BT-64 BT-65 BT-66 BT-67 BT-68 BT-69 BT-164",
              "tax_representative.*", "keiner", "", "jeder ⚠"),
    _compared("Leistungsempfänger", "BG-13 BT-70 BT-71", "delivery.name delivery.id.value", "keiner, wir",
              "anders"),
    _compared("Leistungsdatum", "BT-72", "delivery.date", "im Leistungsjahr", "in einem anderen Jahr"),
    _compared("Anschrift der Leistung", "BG-15 BT-75 BT-77 BT-78 BT-80",
              "delivery.address.line1 delivery.address.city delivery.address.postcode delivery.address.country",
              "unsere", "anders"),
    _compared("Abrechnungszeitraum", "BG-14 BT-73 BT-74", "period.start period.end", "wie die Positionen", "anders"),
    _compared("Zahlungsart", "BG-16 BT-81", "payments[].code", "Überweisung; Lastschrift nach dem Mandat",
              "Überweisung trotz Mandat", "Lastschrift ohne Mandat, andere Arten"),
    _compared("Kassenzeichen", "BT-83", "remittance",
              "unseres; ein eigenes der Gläubigerin oder keines: das Dokument steht dann für die eine gebuchte "
              "Forderung dieses Betrags, zu der noch keines liegt", "",
              "das eines anderen Leistungsjahrs; schon mit einem anderen Dokument gefordert"),
    _compared("Konto", "BG-17 BT-84", "payments[].iban", "ein vereinbartes; auf dieses wird gezahlt",
              "keines; mehrere vereinbarte; neben einem vereinbarten auch ein anderes ⚠", "nur ein anderes ⚠"),
    _compared("Kontoinhaberin", "BT-85", "payments[].account_name", "Name oder `account_holder` der Vereinbarung",
              "jede andere ⚠"),
    _compared("Bank", "BT-86", "payments[].bic", "im Land des Kontos", "in einem anderen Land ⚠"),
    _compared("Zahlungskarte", "BG-18 BT-87 BT-88", "payments[].card_number payments[].card_holder", "keine",
              "jede"),
    _compared("Mandat, Gläubiger-ID, belastetes Konto", "BG-19 BT-89 BT-90 BT-91",
              "mandate creditor_id payments[].debited_iban",
              "keines; bei Lastschrift wie in `contacts.toml` und Vereinbarung",
              "Mandat, andere Gläubiger-ID oder belastetes Konto, aber keine Lastschrift", "bei Lastschrift anders ⚠"),
    _compared("Abzug, Zuschlag auf das ganze Dokument", "BG-20 BG-21 BT-92 BT-99",
              "adjustments[].amount_cents adjustments[].is_charge", "keiner",
              "mit ihm ergibt sich der vereinbarte Anteil (bei einem Leistungsjahr)", "jeder andere *"),
    _compared("Umsatzsteuer auf Abzug und Zuschlag", "BT-95 BT-96 BT-102 BT-103",
              "adjustments[].category adjustments[].rate", "wie entschieden", "O statt E oder umgekehrt",
              "andere Kategorie; anderer Betrag *"),
    _compared("Abzug, Zuschlag in einer Position", "BG-27 BG-28 BT-136 BT-141",
              "lines[].adjustments[].amount_cents lines[].adjustments[].is_charge", "keiner",
              "jeder; es zählt der Nettobetrag der Position"),
    _compared("Summen", "BG-22 BT-106 BT-107 BT-108 BT-109 BT-112",
              "totals.lines_cents totals.allowances_cents totals.charges_cents totals.net_cents totals.gross_cents",
              "wie die Positionen", "", "anders *"),
    _compared("Umsatzsteuer", "BT-110 BT-117", "totals.tax_cents taxes[].tax_cents",
              "auf den Cent, wie entschieden", "", "jeder Unterschied *"),
    _compared("schon gezahlt", "BT-113", "totals.prepaid_cents",
              "was auf dem Posten bis zu irgendeinem Tag gezahlt, verrechnet oder erlassen war",
              "keines, obwohl vor dem Tag des Dokuments gezahlt war", "anders *"),
    _compared("Rundung", "BT-114", "totals.rounding_cents", "keine", "", "jede *"),
    _compared("zu zahlen", "BT-115", "totals.due_cents", "was Positionen, Abzüge, Steuer und schon Gezahltes ergeben",
              "", "anders *"),
    _compared("Aufschlüsselung der Umsatzsteuer", "BG-23 BT-116 BT-118 BT-119",
              "taxes[].base_cents taxes[].category taxes[].rate", "wie entschieden",
              "O statt E oder umgekehrt; anderer Satz bei gleicher Steuer",
              "jede andere Kategorie, auch § 13b (AE); andere Grundlage *"),
    _compared("Code zum Grund der Befreiung", "BT-121", "taxes[].reason_code", "keiner, wie entschieden", "anders"),
    _compared("Anlage", "BG-24 BT-122 BT-124 BT-125",
              "attachments[].id attachments[].location attachments[].filename", "keine",
              "jede wird genannt; fremde Adressen werden nicht geladen"),
    _compared("Anteil je Leistungsjahr", "BG-25 BT-131", "lines[].net_cents",
              "auf den Cent, was gebucht ist oder die Vereinbarung ergibt", "", "jeder Unterschied *"),
    _compared("Leistungszeitraum", "BG-26 BT-134 BT-135", "lines[].period.start lines[].period.end",
              "das Jahr, oder die Tage der Teilnahme darin", "", "anders; kein Leistungsjahr *"),
    _compared("Umsatzsteuer der Position", "BG-30 BT-151 BT-152", "lines[].category lines[].rate",
              "wie entschieden", "O statt E oder umgekehrt", "jede andere Kategorie; anderer Betrag *"),
)  # fmt: skip
_FILED: Final = "ordnet nur zu; was zu zahlen ist, sagt die Vereinbarung"
_COUNTS: Final = "es zählt der Betrag"
_LINE: Final = "es zählt der Nettobetrag (BT-131); ob Menge × Preis ihn ergibt, prüft KKD-E13"
_LEFT: Final = (
    _left("Geschäftsprozess, Profilkennung", "BG-2 BT-23 BT-24", "process profile", "prüft `kkd validate`"),
    _left("Projekt, Bestellung, Auftrag, Wareneingang, Lieferschein, Vergabe, Objekt, Buchungsreferenz",
          "BT-11 BT-13 BT-14 BT-15 BT-16 BT-17 BT-18 BT-19",
          "project order sales_order receipt despatch tender object.value accounting_reference", _FILED),
    _left("Bemerkungen", "BG-1 BT-21 BT-22", "notes[].text notes[].code",
          "freier Text; Konten, Bankleitzahlen, E-Mail-Adressen, Abtretung darin werden erkannt ⚠"),
    _left("Zahlungsart in Worten", "BT-82", "payments[].text", "freier Text, wie Bemerkungen ⚠"),
    _left("rechtliche Angaben zum Verkäufer", "BT-33", "seller.legal_info", "freier Text, wie Bemerkungen ⚠"),
    _left("Adresszusatz und Region", "BT-36 BT-39 BT-51 BT-54 BT-76 BT-79 BT-162 BT-163 BT-165",
          "seller.address.line2 seller.address.line3 seller.address.region buyer.address.line2 "
          "buyer.address.line3 buyer.address.region delivery.address.line2 delivery.address.line3 "
          "delivery.address.region", "`contacts.toml` kennt sie nicht"),
    _left("Ansprechperson des Verkäufers", "BT-41", "seller.contact.name",
          "wechselt; Telefon und E-Mail werden verglichen"),
    _left("Ansprechperson des Käufers", "BG-9 BT-56 BT-57 BT-58",
          "buyer.contact.name buyer.contact.phone buyer.contact.email", "wer bei uns zuständig ist, wissen wir"),
    _left("weitere Angaben zum Käufer und zum Zahlungsempfänger", "",
          "buyer.tax_number buyer.legal_info payee.trading_name payee.legal_info payee.vat_id payee.tax_number "
          "payee.endpoint.value payee.address.* payee.contact.*",
          "kennt die Norm dort nicht; gezahlt wird nach der Vereinbarung"),
    _left("Grund, Grundbetrag, Prozentsatz von Abzug und Zuschlag",
          "BT-93 BT-94 BT-97 BT-98 BT-100 BT-101 BT-104 BT-105",
          "adjustments[].base_cents adjustments[].percent adjustments[].reason adjustments[].reason_code", _COUNTS),
    _left("dasselbe in einer Position, mit ihrer Kategorie",
          "BT-137 BT-138 BT-139 BT-140 BT-142 BT-143 BT-144 BT-145",
          "lines[].adjustments[].base_cents lines[].adjustments[].percent lines[].adjustments[].reason "
          "lines[].adjustments[].reason_code lines[].adjustments[].category lines[].adjustments[].rate", _COUNTS),
    _left("Umsatzsteuer in anderer Währung", "BT-111", "totals.tax_accounting_cents",
          "gebucht wird in EUR; dass es sie gibt, wird bei BT-6 genannt"),
    _left("Grund der Befreiung in Worten", "BT-120", "taxes[].reason", "es zählen Kategorie und Code"),
    _left("Inhalt, Beschreibung, Typ der Anlage", "BT-123",
          "attachments[].description attachments[].mime attachments[].content",
          "wer feststellt, liest sie; ob der Inhalt zum Typ passt, prüft KKD-E19"),
    _left("Nummer, Bemerkung, Objekt, Bestellposition, Buchungsreferenz der Position",
          "BT-126 BT-127 BT-128 BT-132 BT-133",
          "lines[].id lines[].note lines[].object.value lines[].order_line lines[].accounting_reference", _FILED),
    _left("Menge, Einheit, Preis", "BG-29 BT-129 BT-130 BT-146 BT-147 BT-148 BT-149 BT-150",
          "lines[].quantity lines[].unit lines[].price lines[].gross_price lines[].price_discount "
          "lines[].base_quantity lines[].base_unit",
          f"{_LINE}; bei einer Rechnung nach Anfall werden andere Positionen als die gemeldeten genannt"),
    _left("Bezeichnung der Leistung, Artikelnummern, Eigenschaften",
          "BG-31 BG-32 BT-153 BT-154 BT-155 BT-156 BT-157 BT-158 BT-159 BT-160 BT-161",
          "lines[].name lines[].description lines[].seller_item lines[].buyer_item lines[].standard_item.value "
          "lines[].classes[].value lines[].origin lines[].attributes[].name lines[].attributes[].value",
          "welcher Bestandteil so heißt, sagt die Vereinbarung nicht; der Betrag je Jahr entscheidet"),
    _left("Schema und Fassung einer Kennung", "",
          "seller.ids[].scheme seller.ids[].version seller.legal_id.scheme seller.legal_id.version "
          "seller.endpoint.scheme seller.endpoint.version buyer.ids[].scheme buyer.ids[].version "
          "buyer.legal_id.scheme buyer.legal_id.version buyer.endpoint.scheme buyer.endpoint.version "
          "payee.ids[].scheme payee.ids[].version payee.legal_id.scheme payee.legal_id.version "
          "payee.endpoint.scheme payee.endpoint.version delivery.id.scheme delivery.id.version object.scheme "
          "object.version lines[].object.scheme lines[].object.version lines[].standard_item.scheme "
          "lines[].standard_item.version lines[].classes[].scheme lines[].classes[].version",
          "sagt nur, wer sie vergibt; verglichen wird die Kennung"),
)  # fmt: skip
RULES: Final = (*_COMPARED, *_LEFT)
