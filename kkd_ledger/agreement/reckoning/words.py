"""How figures of a calculation read in German."""

from __future__ import annotations

from typing import Final

STATUS_WORDS: Final = {
    "planned": "geplant",
    "applied": "beantragt",
    "granted": "bewilligt",
    "rejected": "abgelehnt",
    "paid": "ausgezahlt",
    "proved": "nachgewiesen",
    "closed": "abgeschlossen",
    "reclaimed": "zurückgefordert",
}
STEP_IN_WORDS: Final = {
    "asked": "angefragt",
    "signalled": "unter Vorbehalt des Beschlusses signalisiert",
    "proposed": "vorgelegt",
    "sitting": "beraten",
    "resolved": "beschlossen",
    "empowered": "zum Abschluss ermächtigt",
    "signed": "unterzeichnet",
    "approved": "genehmigt",
    "notified": "angezeigt",
    "effective": "wirksam",
}
DISTRIBUTION_WORDS: Final = {
    "by-share": "nach den Anteilen",
    "by-population": "nach Einwohnern",
    "equal": "zu gleichen Teilen",
    "operator": "beim Träger",
}
VAT_WORDS: Final = {
    "not-taxable-old-law": "nicht steuerbar (§ 2 Abs. 3 UStG a. F. mit § 27 Abs. 22 und 22a UStG)",
    "not-taxable-2b": "nicht steuerbar (§ 2b UStG)",
    "taxable-19": "steuerpflichtig mit 19 %",
    "exempt-4-21": "steuerfrei (§ 4 Nr. 21 UStG)",
    "exempt-4-22": "steuerfrei (§ 4 Nr. 22 UStG)",
    "exempt-4-29": "steuerfrei (§ 4 Nr. 29 UStG)",
}
VAT_SHORT: Final = {
    "not-taxable-old-law": "nicht steuerbar (altes Recht)",
    "not-taxable-2b": "nicht steuerbar (§ 2b)",
    "taxable-19": "19 %",
    "exempt-4-21": "steuerfrei",
    "exempt-4-22": "steuerfrei",
    "exempt-4-29": "steuerfrei",
}
