"""Everyday slips in an e-invoice are told with their place, and the other files of the call are told too."""

import shutil
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import LEDGERS

from .test_comparison import xml  # noqa: F401 - the fixture of the county's demand

DUE = "<ram:DuePayableAmount>15555.30</ram:DuePayableAmount>"
DUE_TWICE = "„fälliger Betrag (BT-115)“ steht noch einmal"
SLIPS = {
    "komma": (("DuePayableAmount>15555.30", "DuePayableAmount>15.555,30"), "(BT-115): „15.555,30“; erlaubt ist"),
    "eur": (("DuePayableAmount>15555.30", "DuePayableAmount>15555.30 EUR"), "15555.30 EUR"),
    "leer": (("DuePayableAmount>15555.30", "DuePayableAmount>"), "fälliger Betrag (BT-115): leer; erlaubt ist"),
    "zweimal": ((DUE, DUE + DUE), DUE_TWICE),
    "zwei-betraege": ((DUE, DUE + DUE.replace("15555.30", "1.00")), DUE_TWICE),
    "nan": (("LineTotalAmount>8869.25", "LineTotalAmount>NaN"), "NaN"),
    "unendlich": (("LineTotalAmount>8869.25", "LineTotalAmount>INF"), "INF"),
    "preis": (("<ram:ChargeAmount>0.65", "<ram:ChargeAmount>0,65"), "0,65"),
    "menge": (('unitCode="C62">13645<', 'unitCode="C62">13645 Stk<'), "13645 Stk"),
    "nummer": (
        ("<ram:ID>KKD-2024-00004</ram:ID>", "<ram:ID>A</ram:ID><ram:ID>B</ram:ID>"),
        "„Kennung“ steht noch einmal",
    ),
    "zeile": (
        ("<ram:LineID>1</", "<ram:LineID>1</ram:LineID><ram:LineID>2</"),
        "„Nummer der Position (BT-126)“ steht noch einmal",
    ),
    "tag": (("20240315", "20240231"), "20240231"),
    "worte": (('format="102">20240315', 'format="102">15. März 2024'), "Tag „15. März 2024“"),
    "leerer-tag": (('format="102">20240315', 'format="102">'), "Tag „“"),
    "namensraum": (('xmlns:ram="urn', 'xmlns:ram="urx'), "steht im falschen Namensraum"),
    "einheit": (('unitCode="C62">13645<', 'unitcode="C62">13645<'), "Das Attribut unitcode gibt es dort nicht"),
    "flagge": (('format="102">20240315', 'format="610">20240315'), "Format 102"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_its_place(
    xml: str,  # noqa: F811
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    (old, new), said = SLIPS[name]
    assert old in xml
    for folder in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / folder, tmp_path / folder)
    good, bad = tmp_path / "gut.xml", tmp_path / "schlecht.xml"
    good.write_text(xml, encoding="utf-8")
    bad.write_text(xml.replace(old, new), encoding="utf-8")
    assert main(["validate", str(bad), str(good)]) == 1
    told = capfd.readouterr()
    assert said in told.out
    assert "gut.xml: gültig" in told.out
    assert told.err == "", "no library's stack"
    town = tmp_path / "biedenkopf"
    assert main(["receive", str(town), str(bad), str(good), "--today", "2024-02-29"]) == 1
    told = capfd.readouterr()
    assert "schlecht.xml: zu klären" in told.out
    assert "gut.xml: wie vereinbart" in told.out
    assert told.err == ""
