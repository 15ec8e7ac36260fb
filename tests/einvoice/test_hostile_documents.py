"""A batch with documents as nobody should send them: each is told with its place, the good one beside them is taken."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import pytest

from kkd_ledger.cli import main
from tests.samples import LEDGERS

from .test_comparison import xml  # noqa: F401 - the fixture of the county's demand

DUE = "<ram:DuePayableAmount>15555.30</ram:DuePayableAmount>"
OPEN = "<ram:DuePayableAmount>"
MANY = "".join(f' a{number}=""' for number in range(999))
NUMBER = "<ram:ID>KKD-2024-00004</ram:ID>"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
BOMB = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10 if at else "x" * 10}">' for at in range(10))
ATTACHMENT = (
    "<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>A</ram:IssuerAssignedID><ram:TypeCode>916</ram:TypeCode>"
    '<ram:AttachmentBinaryObject mimeCode="application/pdf" filename="../a.pdf">{}</ram:AttachmentBinaryObject>'
    "</ram:AdditionalReferencedDocument>"
)
AGREEMENT_END = "</ram:ApplicableHeaderTradeAgreement>"


def swapped(document: str, old: str, new: str) -> bytes:
    assert old in document
    return document.replace(old, new).encode()


def bare(document: str) -> str:
    return document.partition("?>")[2]


def in_utf16(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def attached(document: str, content: bytes) -> bytes:
    text = ATTACHMENT.format(base64.b64encode(content).decode())
    return swapped(document, AGREEMENT_END, text + AGREEMENT_END)


def refused(document: str) -> dict[str, tuple[bytes, str]]:
    """Return files that are no e-invoice, with what is said of them."""
    doctype = "eine Dokumenttyp-Deklaration (DOCTYPE)"
    return {
        "entity": (f'{HEAD}<!DOCTYPE a [<!ENTITY b "c">]>{bare(document)}'.encode(), doctype),
        "remote": (f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x">{bare(document)}'.encode(), doctype),
        "bomb": (f"{HEAD}<!DOCTYPE a [{BOMB}]><a>&a9;</a>".encode(), doctype),
        "bomb-utf16": (in_utf16(f"<!DOCTYPE a [{BOMB}]><a>&a9;</a>"), doctype),
        "unknown-entity": (swapped(document, DUE, f"{DUE}&neu;"), "ein Kürzel (&…;), das XML nicht kennt"),
        "blank-line": (b"\n" + HEAD.encode() + bare(document).encode(), "und sei es eine Leerzeile"),
        "latin": (
            swapped(document, DUE, f"{DUE}<!-- ä -->").replace("ä".encode(), b"\xe4"),
            "nicht zur angegebenen",
        ),
        "cut": (document[: len(document) // 2].encode(), "Zeile "),
        "behind": (document.encode() + b"<a/>", "nach dem Ende steht noch etwas"),
        "nul": (swapped(document, DUE, f"{DUE}\0"), "ein Steuerzeichen, das XML nicht erlaubt"),
        "deep": (swapped(document, DUE, "<a>" * 999 + "</a>" * 999), "zu tief verschachtelt"),
        "encoding": (
            HEAD.replace("UTF-8", "KOI-9").encode() + bare(document).encode(),
            "eine Zeichenkodierung, die",
        ),
        "namespace": (
            swapped(document, "CrossIndustryInvoice:100", "CrossIndustryInvoice:1"),
            "CrossIndustryInvoice im Namensraum urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:1;",
        ),
        "no-namespace": (
            re.sub(r' xmlns:\w+="[^"]*"|\b(?:rsm|ram|udt|qdt):', "", document).encode(),
            "CrossIndustryInvoice ohne Namensraum",
        ),
        "too-large": (attached(document, b"%PDF-1.7" + b"a" * 8_000_000), "Byte XML; erlaubt: höchstens"),
        "zip": (b"PK\x03\x04" + b"0" * 50, "etwas, das kein XML ist"),
        "empty": (b" \n", "eine leere Datei"),
    }


def told(document: str) -> dict[str, tuple[bytes, str]]:
    """Return documents that are invalid or odd, with what is said of them."""
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return {
        "two-values": (swapped(document, DUE, DUE.replace("</", "<ram:X>1</ram:X></")), "wo nur ein Wert stehen darf"),
        "decimals": (swapped(document, DUE, DUE.replace("30<", "30<!-- -->001<")), "höchstens 2 Nachkommastellen"),
        "wide-digit": (swapped(document, DUE, DUE.replace(">1", ">\uff11")), "eine Dezimalzahl mit Punkt"),
        "zeros": (swapped(document, DUE, DUE.replace(">1", f">{'0' * 5000}1")), "KKD-E03"),
        "other-type": (swapped(document, OPEN, OPEN.replace(">", f' {xsi} xsi:type="x">')), "XSD"),
        "nil": (swapped(document, DUE, OPEN.replace(">", f' {xsi} xsi:nil="true"/>')), "erlaubt ist eine Dezimalzahl"),
        "include": (
            swapped(
                document, DUE, f'{DUE}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
            ),
            "XSD",
        ),
        "category": (swapped(document, ">O<", ">o<"), "BR-CL-18"),
        "currency": (swapped(document, ">EUR<", ">eur<"), "BR-CL-04"),
        "kind": (swapped(document, "<ram:TypeCode>380<", "<ram:TypeCode>38O<"), "BR-CL-01"),
        "profile": (swapped(document, "xrechnung_3.0", f"xrechnung_3.0\n\x85{'x' * 9000}"), "nicht geprüft"),
        "attributes": (
            swapped(document, OPEN, OPEN.replace(">", f"{MANY}>")),
            "Dasselbe steht noch an 799 Stellen.",
        ),
        "no-address": (
            re.sub(r"<ram:PostalTradeAddress>.*?</ram:PostalTradeAddress>", "", document, flags=re.DOTALL).encode(),
            "BR-08",
        ),
        "attachment": (attached(document, b"MZ"), "KKD-E19"),
        "number": (swapped(document, NUMBER, "<ram:ID>\u202e&#x9b;31m</ram:ID>"), "gültig"),
    }  # fmt: skip


def fits_a_terminal(text: str) -> bool:
    return (
        all(sign.isprintable() or sign == "\n" for sign in text) and max(map(len, text.splitlines())) < 9_000
    )


def test_a_batch_of_them(xml: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    for folder in ("kkd", "biedenkopf"):
        shutil.copytree(LEDGERS / folder, tmp_path / folder)
    bad, odd = refused(xml), told(xml)
    for name, (content, _) in (bad | odd).items():
        (tmp_path / f"{name}.xml").write_bytes(content)
    good = tmp_path / "zuletzt.xml"
    good.write_text(xml, encoding="utf-8")
    files = [str(tmp_path / f"{name}.xml") for name in (*bad, *odd)]
    assert main(["validate", *files, str(good)]) == 3
    output = capfd.readouterr()
    assert "zuletzt.xml: gültig" in output.out
    assert fits_a_terminal(output.out)
    assert fits_a_terminal(output.err)
    for name, (_, said) in bad.items():
        assert any(said in line for line in output.err.splitlines() if f"  {name}.xml: gefunden: " in line), (
            name
        )
    reports = {report.partition(".xml: ")[0]: report for report in re.split(r"\n(?=\S)", output.out)}
    for name, (_, said) in odd.items():
        assert said in reports[name], name
    town = tmp_path / "biedenkopf"
    assert main(["receive", str(town), *files, str(good), "--today", "2024-02-29", "--json"]) == 3
    received = json.loads(capfd.readouterr().out)["received"]
    verdicts = {document["file"].removesuffix(".xml"): document["verdict"] for document in received}
    assert {verdicts[name] for name in bad} == {"abgelehnt"}
    assert {verdicts[name] for name in odd.keys() - {"number"}} == {"zu klären"}
    assert (verdicts["number"], verdicts["zuletzt"]) == (
        "wie vereinbart",
        "zu klären",
    )  # its claim has a document by now
    assert main(["check", str(town), "--full"]) in {0, 1}
    assert "fehler" not in capfd.readouterr().out
