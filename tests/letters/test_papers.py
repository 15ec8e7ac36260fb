"""Every kind of paper: archivable, accessible, the same bytes on every day, in a town's own words and letterhead."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from dataclasses import replace
from pathlib import Path

import page
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from kkd_ledger.agreement import annex, readable
from kkd_ledger.agreement import load as load_agreement
from kkd_ledger.agreement.planning.proposal import proposal
from kkd_ledger.book.config import load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.cli import main
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.errors import BookRefused, InputRefused
from kkd_ledger.letters.delta import _components, _documents
from kkd_ledger.letters.letter import DocumentMaker, MadeDocument
from kkd_ledger.letters.stationery import OURS, Stationery
from kkd_ledger.paper import Printer
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.books.books import open_month
from kkd_ledger.work.claims.delta_letters import DeltaLetters, write_deltas
from kkd_ledger.work.claims.demanding import write_demands
from kkd_ledger.work.claims.post import post
from kkd_ledger.work.claims.remind import remind
from tests.samples import ORDER, ROOT, recounted, sample_books

TODAY = dt.date(2024, 2, 29)
LATER = dt.date(2024, 4, 14)
INTEREST = 'format = 1\n[interest]\nclause = "§ 5 Abs. 4"\npoints = "5"\n'
BESCHEID = """
[[demands]]
from = 2024-02-01
kind = "bescheid"
legal_basis = "§ 5 der Vereinbarung"
remedy = "Gegen diesen Bescheid kann binnen eines Monats Klage erhoben werden."
"""
RECHNUNG = '\n[[demands]]\nfrom = 2024-02-01\nkind = "rechnung"\n'
LONG = "Zweckverbandsangehörige Verwaltungsgemeinschaft der Städte und Gemeinden am mittleren Nirgendwobach"


def broken_rules(printed: bytes) -> set[str]:
    """Return what a PDF breaks of PDF/A-3a and PDF/UA-1."""
    profiles = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
    found = {
        one.rule_id
        for profile in profiles
        for one in page.validate_pdf_bytes(printed, profile=profile).failures
    }
    # known false positive of the checker: a Flate stream whose last byte happens to be a carriage return
    return found - {"PDFA3A-STREAM-LENGTH-001"}


def text_of(printed: bytes) -> str:
    """Return the text that a PDF's tagged content stands for, by the words a screen reader is given."""
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "de-DE"
        return str(pdf.docinfo.get("/Title", ""))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """The county's book with a correction in February 2024: the town has fewer inhabitants, as is known by then."""
    books = sample_books(tmp_path)
    recounted(books, 13600)
    return books / "landkreis"


def corrected(county: Path, settings: str = "") -> None:
    """Post the correction of 2024, with what book.toml says about documents."""
    with (county / "book.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    post(load_book(county), Authorisation(TODAY, *ORDER), service_year=2024)


def demanded(county: Path, checker: Checker, templates: Path | None = None) -> list[MadeDocument]:
    maker = DocumentMaker(Stationery(templates), checker)
    done = write_demands(load_book(county), 2024, today=TODAY, members=["biedenkopf"], maker=maker)
    return list(done.documents)


@pytest.mark.parametrize(
    ("settings", "first", "second"),
    [
        ("", "Anforderung der Kostenbeteiligung 2024", "Korrektur der Kostenbeteiligung 2024"),
        (RECHNUNG, "Anforderung der Kostenbeteiligung 2024", "Rechnungskorrektur zur Kostenbeteiligung 2024"),
        (
            BESCHEID,
            "Anforderung der Kostenbeteiligung 2024",
            "Änderungsbescheid über die Kostenbeteiligung 2024",
        ),
    ],
    ids=["anforderung", "rechnung", "bescheid"],
)
def test_every_kind_of_demand(county: Path, checker: Checker, settings: str, first: str, second: str) -> None:
    corrected(county, settings)
    made = demanded(county, checker)
    assert [one.demand.title for one in made] == [first, second]
    assert [text_of(one.pdf) for one in made] == [first, second]
    assert [one.demand.document.kind for one in made] == ["380", "381"]
    assert [broken_rules(one.pdf) for one in made] == [set(), set()]
    assert not any("gutschrift" in one.xml.decode().lower() for one in made)
    assert ("binnen eines Monats Klage" in str(made[1].demand.claim.kind.remedy)) == (settings == BESCHEID)


@pytest.mark.parametrize(
    "wrong",
    [
        'kind = "bescheid"',
        'kind = "bescheid"\nremedy = "x"',
        'kind = "rechnung"\nlegal_basis = "x"\nremedy = "y"',
    ],
)
def test_a_bescheid_only_with_ground_and_remedy(county: Path, wrong: str) -> None:
    with (county / "book.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[[demands]]\nfrom = 2024-01-01\n{wrong}\n")
    with pytest.raises(BookRefused, match="Rechtsbehelfsbelehrung"):
        load_book(county)


def test_a_correction_says_why(county: Path, checker: Checker) -> None:
    corrected(county)
    [_, made] = demanded(county, checker)
    corrected_figures = (
        "Einwohner: berichtigte Zahlen zum 31.12.2021; für Biedenkopf, Stadt 13.600 statt 13.645"
    )
    assert made.demand.reasons == (corrected_figures,), "the reader can check the old figure and the new one"
    lines = [(line.name, line.net_cents) for line in made.demand.document.lines]
    assert lines == [("bisher gefordert für 2024", 1555530), ("Kostenbeteiligung 2024 neu", -1550400)]


def test_another_day_makes_the_same_bytes(tmp_path: Path, checker: Checker) -> None:
    """The day of first writing is the document's day: a lost file comes back on any later day as it was."""
    county = sample_books(tmp_path) / "landkreis"
    open_month(load_book(county), BookingMonth(2024, 3))

    def write(day: dt.date) -> list[MadeDocument]:
        maker = DocumentMaker(checker=checker)
        return list(
            write_demands(load_book(county), 2024, today=day, members=["lohra"], maker=maker).documents
        )

    [first] = write(TODAY)
    assert first.demand.document.issued == TODAY
    kept = {file: file.read_bytes() for file in (county / "documents").iterdir()}
    assert {first.pdf, first.xml} <= set(kept.values())
    for file in kept:
        file.unlink()
    write(dt.date(2024, 3, 31))
    assert {file: file.read_bytes() for file in (county / "documents").iterdir()} == kept


def test_documents_first_written_on_two_days_bear_two_days(tmp_path: Path, checker: Checker) -> None:
    made = []
    for place, day in (("one", TODAY), ("two", dt.date(2024, 3, 31))):
        (tmp_path / place).mkdir()
        county = sample_books(tmp_path / place) / "landkreis"
        open_month(load_book(county), BookingMonth(2024, 3))
        maker = DocumentMaker(checker=checker)
        [one] = write_demands(load_book(county), 2024, today=day, members=["lohra"], maker=maker).documents
        assert one.demand.document.issued == day
        made.append(one.xml.replace(f"{day:%Y%m%d}".encode(), b"", 1))  # where it says its own day
    assert made[0] == made[1]


def delta(county: Path, *members: str, dry_run: bool = False) -> DeltaLetters:
    return write_deltas(load_book(county), 2024, today=TODAY, members=members, dry_run=dry_run)


def test_the_letter_after_a_true_up(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corrected(county)
    dry = delta(county, dry_run=True)
    assert not (county / "documents").exists()
    told = delta(county)
    assert dry.letters == told.letters
    [(one, file)] = told.letters
    assert (told.before, told.unchanged) == (0, 18)
    assert file == "documents/neuberechnung-KKD-2024-00020-biedenkopf.pdf"
    assert (one.before_cents, one.after_cents) == (1555530, 1550400)
    assert [(part.id, part.before_cents, part.after_cents, part.reason) for part in one.changes] == [
        ("ozg", 886925, 884000, "Zahl 13.645 → 13.600"),
        ("cyber", 395705, 394400, "Zahl 13.645 → 13.600"),
        ("geodaten", 272900, 272000, "Zahl 13.645 → 13.600"),
    ]
    components, documents = _components(one), _documents(one)
    assert [column["name"] for column in components["columns"]][1:] == [
        "bisher (EUR)", "neu (EUR)", "mehr (EUR)", "weniger (EUR)"
    ]  # fmt: skip
    assert components["rows"][0][1:] == ["8.869,25", "8.840,00", "", "29,25"]
    [total] = components["sums"]
    assert total["amounts"] == ["15.555,30", "15.504,00", "", "51,30"]
    assert [row[2:] for row in documents["rows"]] == [["Anforderung", "15.555,30"], ["Minderung", "51,30"]]
    assert "−" not in f"{components}{documents}", "what is less stands in its column, and says so"
    printed = (county / file).read_bytes()
    assert broken_rules(printed) == set()
    assert text_of(printed) == "Neuberechnung der Kostenbeteiligung 2024"
    assert not [found for found in told.outcome.findings if found.kind.code.startswith("KKD-D")]
    words = ["delta", str(county), "2024", "--today", "2024-02-29"]
    assert main(words) in {0, 1}
    assert "0 Schreiben; schon vorhanden: 1, unverändert: 18" in capsys.readouterr().out
    (county / file).unlink()
    delta(county)
    assert (county / file).read_bytes() == printed


def test_no_correction_no_letter(tmp_path: Path) -> None:
    told = delta(sample_books(tmp_path) / "landkreis", "wetter")
    assert (told.letters, told.before, told.unchanged, told.outcome.files) == ((), 0, 1, ())


def test_reminders_with_and_without_interest(county: Path) -> None:
    books = county.parent
    open_month(load_book(county), BookingMonth(2024, 4))
    for place, settings in enumerate(("", INTEREST)):
        if settings:
            (books / "kkd/reminders.toml").write_text(settings, encoding="utf-8")
        run = remind(load_book(county), dt.date(2024, 3, 20), today=LATER, dry_run=True)
        letter = next(one for one in run.letters if one.member == "wetter")
        assert bool(letter.items[0].interest) == bool(place)
        assert broken_rules(letter.pdf) == set()
        assert text_of(letter.pdf) == "Zahlungserinnerung"


def test_the_cost_table_of_an_agreement() -> None:
    agreement = load_agreement(ROOT / "ledgers/kkd/agreement.toml")
    assert broken_rules(annex(agreement, [2024, 2025]).as_pdf()) == set()


def test_the_readable_version_and_the_council_paper() -> None:
    agreement = load_agreement(ROOT / "ledgers/kkd/agreement.toml")
    assert broken_rules(readable(agreement).as_pdf()) == set()
    section = proposal(agreement, "biedenkopf", "010102 Zentrale Dienste", 2023)
    assert broken_rules(section.as_pdf(dt.date(2023, 9, 30))) == set()


def test_every_layout_is_checked_here() -> None:
    assert {file.name for file in (ROOT / "kkd_ledger").rglob("*.typ")} == {
        "letter.typ",  # the letterhead of all letters
        "demand.typ",  # test_every_kind_of_demand
        "notice.typ",  # reminders, letters after a true-up; statements of balances in test_remind.py
        "annex.typ",  # test_the_cost_table_of_an_agreement
        "readable.typ",  # test_the_readable_version_and_the_council_paper
    }


def test_the_qr_code_on_the_page_is_read_by_a_scanner(county: Path, checker: Checker) -> None:
    made = demanded(county, checker)[0].demand
    data = DocumentMaker(checker=checker).data(made)
    printer = Stationery().printer("demand.typ")
    [first, *_] = printer.pictures(data, day=made.document.issued, dots_per_inch=150)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(first)).convert("L"))
    head = "BCD\n002\n1\nSCT\n\nKreisausschuss des Landkreises Marburg-Biedenkopf\n"
    rest = "DE19999999996534000000\nEUR15555.30\n\nRF62KKD2024065340041"
    assert [one.text for one in found] == [head + rest]


def test_long_derivations_and_long_names_break_over_pages(county: Path, checker: Checker) -> None:
    made = demanded(county, checker)[0].demand
    step, line = made.derivation.steps[0], made.document.lines[0]
    steps = tuple(replace(step, title=f"{LONG} {place}: {step.title}") for place in range(50))
    lines = tuple(replace(line, id=str(place), name=f"{LONG} {place}") for place in range(50))
    long = replace(
        made,
        recipient=LONG,
        derivation=replace(made.derivation, steps=steps),
        document=replace(made.document, lines=lines),
    )
    printed = DocumentMaker(checker=checker).print(long, b"<x/>")  # not a valid document, only a long one
    assert broken_rules(printed) == set()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert len(pdf.pages) > 3


def test_what_belongs_together_stays_on_one_line(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[dict[str, object]] = []

    def render(self: Printer, data: dict[str, object], **options: object) -> bytes:
        printed.append(data)
        return b""

    monkeypatch.setattr(Printer, "render", render)
    told = {
        "a": ["nach § 5 Abs. 1 Satz 2 und 12,30 EUR"],
        "b": {"c": "19 % von 1 EUR, 3 Tage"},
        "qr": "1 EUR",
    }
    Stationery().render("notice.typ", told, day=TODAY)
    assert printed == [
        {
            "a": ["nach §\xa05\xa0Abs.\xa01\xa0Satz\xa02 und 12,30\xa0EUR"],
            "b": {"c": "19\xa0% von 1\xa0EUR, 3 Tage"},
            "qr": "1 EUR",
        }
    ]


# ------------------------------------------------------------------------------------- a town's own stationery


@pytest.fixture
def own(county: Path) -> Path:
    folder = county / "vorlagen"
    folder.mkdir()
    return folder


def test_a_towns_own_words_and_letterhead_replace_ours(county: Path, own: Path, checker: Checker) -> None:
    before = demanded(county, checker, own)[0]
    shutil.rmtree(county / "documents")
    (own / "texts.toml").write_text(
        '[demand]\nopening = "für {year} bitten wir um {amount}."\n'
        '[demand.anforderung]\ntitle = "Bitte um Beitrag {year}"\n',
        encoding="utf-8",
    )
    (own / "wappen.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1h-1z"/></svg>',
        encoding="utf-8",
    )
    letterhead = (OURS / "letter.typ").read_text(encoding="utf-8")
    logo = '#image("wappen.svg", width: 8mm, alt: "Wappen der Stadt")'
    old = "#text(size: 7.5pt)[#data.sender.name"
    assert letterhead.count(old) == 1
    (own / "letter.typ").write_text(letterhead.replace(old, f"{logo}\n      {old}"), encoding="utf-8")
    [changed] = remade(county, checker)
    assert changed.demand.title == "Bitte um Beitrag 2024"
    assert changed.demand.document.notes[0].text.startswith("Bitte um Beitrag 2024 nach:")
    assert changed.pdf != before.pdf
    assert broken_rules(changed.pdf) == set()
    assert changed.report.good


def remade(county: Path, checker: Checker) -> list[MadeDocument]:
    """Make the documents with the stationery that lies beside book.toml."""
    done = write_demands(load_book(county), 2024, today=TODAY, members=["lohra"])
    return list(done.documents)


WRONG = {
    "[demand]\nopening = '{jahr}'\n": "opening: gefunden: jahr; erlaubt: ein Text mit: {agreement}, {amount}, {year}",
    "[demand]\nopening = '{year.real}'\n": "gefunden: year.real",
    "[demand]\nopening = '{year!r:>9}'\n": "gefunden: year!r:>9",
    "[demand]\nopening = '{'\n": "demand.opening: gefunden:",
    "[demand]\nopening = 3\n": "demand.opening: gefunden: 3",
    "[demand]\ngruss = 'x'\n": "demand.gruss: gefunden: unbekannter Text",
    "[demand.rechnung]\ncorrection = 'Gutschrift {year}'\n": "Gutschrift heißt nur die Rechnung der Empfängerin",
    "[demand\n": "Zeile 1, Spalte 8: gefunden: kein gültiges TOML: einer Überschrift fehlt „]“",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_broken_words_are_refused(county: Path, own: Path, text: str, said: str) -> None:
    (own / "texts.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        write_demands(load_book(county), 2024, today=TODAY, members=["lohra"])
    assert said in str(refused.value)
    assert not (county / "documents").exists()


def test_a_letterhead_that_would_not_be_accessible_is_refused(
    county: Path, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = (OURS / "letter.typ").read_text(encoding="utf-8")
    mute = ours.replace("#let small(", "#let mute = image(bytes(data.qr), width: 1cm)\n#mute\n#let small(")
    (own / "letter.typ").write_text(mute, encoding="utf-8")
    assert main(["demand", str(county), "2024", "--member", "lohra", "--today", "2024-02-29"]) == 3
    assert not (county / "documents").exists()
    said = capsys.readouterr().err
    assert "Die Vorlage lässt sich nicht drucken" in said
    assert "vorlagen/letter.typ" in said
