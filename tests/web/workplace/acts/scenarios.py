"""Every act once by its form and once by its command, on copies of the same book."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kkd_ledger.book.certificate import Certificates, Fate
from kkd_ledger.book.config import load_book
from kkd_ledger.book.text import vocabulary as v
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Transaction
from kkd_ledger.cli import main
from kkd_ledger.work.corrections.clearing import waiting
from tests.web.workplace.acts.office import CERTIFIER, ORDERER, SECOND_TREASURER, TODAY, TREASURER

Prepare = Callable[[Path], Mapping[str, str]]
DAY = TODAY.isoformat()
BY = ("--by", CERTIFIER, "--reason", "Probe")
TWO = ("--certified-by", CERTIFIER, "--ordered-by", ORDERER)
ORDER = ("--order", "Verfügung 7", "--by", ORDERER, "--certified-by", CERTIFIER)
RUN = ("--prepared-by", TREASURER, "--released-by", SECOND_TREASURER)


class Scenario(NamedTuple):
    """An act: in which book, what has to be there before (it names values), what is typed, and the command's words."""

    act: str
    book: str
    typed: Mapping[str, str]
    command: Sequence[str]
    persons: Sequence[str] = (CERTIFIER,)
    prepare: Prepare = lambda folder: {}

    @property
    def name(self) -> str:
        return self.act


def call(*words: str | Path) -> int:
    """Run a command on the day of the tests."""
    return main([*map(str, words), "--today", DAY])


def number_of(folder: Path, book: str, kind: str, text: str = "") -> str:
    """Return the newest entry of a kind whose words hold a text."""
    records = read(load_book(folder / book)).records
    numbers = [
        record.text(v.NUMBER)
        for record in records
        if isinstance(record, Transaction)
        and record.text(v.KIND) == kind
        and text in f"{record.payee} {record.narration}"
    ]
    return numbers[-1]


def a_payment(folder: Path) -> Mapping[str, str]:
    return {"nr": number_of(folder, "landkreis", "zahlung", "Cölbe")}


def money_in_suspense(folder: Path) -> Mapping[str, str]:
    number = a_payment(folder)["nr"]
    assert call("reverse", folder / "landkreis", number, *BY) == 0
    return {"nr": number}


def a_reversed_share(folder: Path) -> Mapping[str, str]:
    text = (folder / "landkreis" / "2024" / "2024-01.beancount").read_text("utf-8")
    number = text.partition('beteiligte: "coelbe"')[0].rpartition('nr: "')[2].partition('"')[0]
    assert call("reverse", folder / "landkreis", number, *BY) == 0
    return {}


def a_demand(folder: Path) -> Mapping[str, str]:
    """The town's demand, as the county wrote it, in the town's inbox; its share is not booked there yet."""
    assert call("demand", folder / "landkreis", "2024", "--member", "biedenkopf") == 0
    assert call("open", folder / "biedenkopf", "2024-03") == 0
    [pdf] = (folder / "landkreis" / v.DOCUMENTS).glob("*.pdf")
    shutil.copy(pdf, folder / "biedenkopf" / "inbox" / "anforderung.pdf")
    return {}


def a_refused_file(folder: Path) -> Mapping[str, str]:
    (folder / "biedenkopf" / "inbox" / "auszug.xml").write_text("<Document>kein Auszug</Document>", "utf-8")
    call("month", folder / "biedenkopf", "2024-03")
    return {}


def a_foreign_line(folder: Path) -> Mapping[str, str]:
    lines = Certificates(folder / "biedenkopf").lines.values()
    return {"zeile": next(line.key for line in lines if line.fate == Fate.NOT_OURS)}


def a_run(folder: Path) -> Mapping[str, str]:
    assert call("pay", folder / "biedenkopf", "--on", "2024-04-02", *RUN) == 0
    [file] = (folder / "biedenkopf" / "zahlungen").glob("*.xml")
    return {"lauf": file.stem}


def a_book_that_begins(folder: Path) -> Mapping[str, str]:
    """The county's book as it was before its first statement."""
    for place in (folder / "landkreis").iterdir():
        if place.name != "book.toml":
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert call("open", folder / "landkreis", "2023-10") == 0
    return {}


def a_month_read(folder: Path) -> Mapping[str, str]:
    """The county's statements up to the end of March; one party has not paid."""
    file = folder / "landkreis" / "inbox" / "2024-03.xml"
    call("month", folder / "landkreis", "2024-03")
    assert not file.exists()
    return {}


def paid_twice(folder: Path) -> Mapping[str, str]:
    """The county's month; one party has paid its share a second time."""
    a_month_read(folder)
    [money] = [
        money
        for money in waiting(load_book(folder / "landkreis"), TODAY)
        if money.suspense.payee == "Kirchhain, Stadt"
    ]
    return {"nr": money.suspense.number}


def a_provisional_year(folder: Path) -> Mapping[str, str]:
    assert call("year", folder / "landkreis", "2023", "vorläufig-abgeschlossen", "--by", CERTIFIER) == 0
    return {}


def a_proposal(folder: Path) -> Mapping[str, str]:
    call("budget", folder / "biedenkopf", "2023", "1.000,00", "--kind", "nachtrag", *BY)
    call("year-end", folder / "biedenkopf", "2023", "--carry-over", "500,00")
    return {}


def a_closed_month(folder: Path) -> Mapping[str, str]:
    assert call("close", folder / "biedenkopf", "2023-10", "--by", CERTIFIER) == 0
    return {}


def an_amendment(folder: Path) -> Mapping[str, str]:
    a_closed_month(folder)
    file = folder / "kkd" / "contacts.toml"
    file.write_text(file.read_text("utf-8") + "\n# eine Zeile mehr\n", "utf-8")
    return {}


FIGURES = "mass;stichtag;beteiligte;zahl\neinwohner;2021-12-31;Cölbe;6600"


def figures_in_a_file(folder: Path) -> Mapping[str, str]:
    file = folder / "zahlen.csv"
    file.write_text(FIGURES, "utf-8")
    return {"csv": str(file)}


SCENARIOS = (
    Scenario(
        "zuordnen", "landkreis", {"posten": "kkd-2024-coelbe-1", "betrag": "1.000,00", "grund": "Probe"},
        ("clear", "{nr}", "kkd-2024-coelbe-1", "1000", *BY), prepare=money_in_suspense,
    ),
    Scenario(
        "weitergeben", "landkreis", {"wohin": "bank_charges", "betrag": "3,50", "grund": "Probe"},
        ("clear", "{nr}", "3,50", "--charges", *BY), prepare=money_in_suspense,
    ),
    Scenario(
        "aufrechnen", "landkreis",
        {"erster": "kkd-2023-coelbe-1", "zweiter": "kkd-2024-coelbe-1", "betrag": "10", "anordnung": "Verfügung 7"},
        ("offset", "kkd-2023-coelbe-1", "kkd-2024-coelbe-1", "10", *ORDER), (CERTIFIER, ORDERER),
    ),
    Scenario("sollstellung", "landkreis", {}, ("post", *TWO), (CERTIFIER, ORDERER), a_reversed_share),
    Scenario(
        "anforderungen", "landkreis", {"jahr": "2024", "beteiligte": "coelbe"},
        ("demand", "2024", "--member", "coelbe"),
    ),
    Scenario("erinnern", "landkreis", {"stichtag": "31.03.2024"}, ("remind", "--as-of", "2024-03-31"),
             prepare=a_month_read),
    Scenario(
        "stunden", "landkreis",
        {"posten": "kkd-2024-coelbe-1", "art": "ratenzahlung", "anordnung": "Verfügung 7",
         "raten": "30.06.2024 7.000,00\n30.09.2024 446,48"},
        ("defer", "kkd-2024-coelbe-1", "--kind", "ratenzahlung", "--instalment", "2024-06-30=7000",
         "--instalment", "2024-09-30=446,48", *ORDER), (CERTIFIER, ORDERER),
    ),
    Scenario(
        "erlassen", "landkreis", {"posten": "kkd-2024-coelbe-1", "betrag": "46,48", "anordnung": "Verfügung 7"},
        ("remit", "kkd-2024-coelbe-1", "46,48", *ORDER), (CERTIFIER, ORDERER),
    ),
    Scenario("zahlen", "biedenkopf", {"am": "02.04.2024"}, ("pay", "--on", "2024-04-02", *RUN),
             (TREASURER, SECOND_TREASURER)),
    Scenario(
        "zurueckzahlen", "landkreis", {"am": "02.04.2024", "anordnung": "Verfügung 7"},
        ("pay", "--refund", "{nr}", "--on", "2024-04-02", "--reason", "Verfügung 7", *RUN),
        (TREASURER, SECOND_TREASURER), paid_twice,
    ),
    Scenario(
        "lauf-zurueck", "biedenkopf", {"grund": "Probe"}, ("pay", "--cancel", "{lauf}", "--reason", "Probe", *RUN),
        (TREASURER, SECOND_TREASURER), a_run,
    ),
    Scenario("stornieren", "landkreis", {"grund": "Probe"}, ("reverse", "{nr}", *BY), prepare=a_payment),
    Scenario("anfangsbestand", "landkreis", {"betrag": "100,00", "grund": "Probe"}, ("opening", "100", *BY),
             prepare=a_book_that_begins),
    Scenario(
        "ansatz", "biedenkopf", {"jahr": "2025", "betrag": "16.500,00", "art": "finanzplanung", "grund": "Probe"},
        ("budget", "2025", "16500", "--kind", "finanzplanung", *BY),
    ),
    Scenario("jahresstand", "landkreis", {"jahr": "2023", "stand": "aufgestellt"},
             ("year", "2023", "aufgestellt", "--by", CERTIFIER)),
    Scenario(
        "jahresstand-zurueck", "landkreis", {"jahr": "2023", "stand": "offen", "grund": "Probe"},
        ("year", "2023", "offen", *BY, "--and", ORDERER), (CERTIFIER, ORDERER), a_provisional_year,
    ),
    Scenario("jahresabschluss", "biedenkopf", {"jahr": "2023", "uebertrag": "100,00"},
             ("year-end", "2023", "--carry-over", "100")),
    Scenario(
        "abschlussbuchungen", "biedenkopf", {"jahr": "2023"},
        ("year-end", "2023", "--apply", "{root}/pending/2023-jahresabschluss.json", *TWO), (CERTIFIER, ORDERER),
        a_proposal,
    ),
    Scenario("monatslauf", "biedenkopf", {"monat": "03/2024"}, ("month", "2024-03")),
    Scenario("monat-oeffnen", "biedenkopf", {"monat": "3/2024"}, ("open", "2024-03")),
    Scenario("bestaetigen", "biedenkopf", {}, ("confirm", "--by", CERTIFIER), prepare=an_amendment),
    Scenario("abschliessen", "biedenkopf", {"monat": "10/2023"}, ("close", "2023-10", "--by", CERTIFIER)),
    Scenario(
        "oeffnen", "biedenkopf", {"monat": "10/2023", "grund": "Probe"},
        ("reopen", "2023-10", *BY, "--and", ORDERER), (CERTIFIER, ORDERER), a_closed_month,
    ),
    Scenario(
        "bankzeile", "biedenkopf", {"urteil": "neu", "grund": "Probe"}, ("decide", "{zeile}", "--new", *BY),
        prepare=a_foreign_line,
    ),
    Scenario(
        "bankdatei", "biedenkopf", {"datei": "auszug.xml", "urteil": "fremd", "grund": "Probe"},
        ("decide", "--file", "auszug.xml", "--foreign", *BY), prepare=a_refused_file,
    ),
    Scenario(
        "zahlen-eintragen", "landkreis",
        {"zahlen": FIGURES, "melder": "Cölbe", "stand": "reported", "art": "actual"},
        ("figures", "{agreement}", "--csv", "{csv}", "--reported-by", "Cölbe", "--yes"),
        prepare=figures_in_a_file,
    ),
    Scenario(
        "nachtrag", "landkreis", {"was1": "satz", "baustein1": "Cybersicherheit", "tag1": "01.01.2025", "wert1": "0,35",
         "was2": "", "grund": "Probe"},
        ("agreement", "amend", "{agreement}", "--rate", "Cybersicherheit=01.01.2025=0,35", "--reason", "Probe",
         "--yes"),
    ),
    Scenario(
        "rechnung-buchen", "biedenkopf", {"dateien": "inbox/anforderung.pdf"},
        ("receive", "{root}/inbox/anforderung.pdf", *TWO), (CERTIFIER, ORDERER), a_demand,
    ),
    Scenario(
        "rechnung-zurueckweisen", "biedenkopf", {"dateien": "inbox/anforderung.pdf", "grund": "Probe"},
        ("receive", "{root}/inbox/anforderung.pdf", "--reject", "Probe", "--by", CERTIFIER), prepare=a_demand,
    ),
)  # fmt: skip
