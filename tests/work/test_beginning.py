"""A new user writes agreements from paper: answers in a file, or one after the other, and a book that checks clean."""

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.agreement import claims, load, shares
from kkd_ledger.agreement.beginning.answers import AnswersRefused, answers_of
from kkd_ledger.agreement.beginning.questions import Interview
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, EXIT_USAGE, UsageError
from kkd_ledger.money import format_amount
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.beginning.begin import begin, beginning

PARTIES = ("Merzdorf", "Ilmstedt", "Eschbach", "Salm")
HEADS = (10_000, 16_000, 15_000, 19_000)
REGISTRY = {
    "title": "Gemeinsames Standesamt",
    "operator": "Merzdorf",
    "from": "01.01.2024",
    "due": "30.06.",
    "parties": [{"name": name, "kind": "Gemeinde"} for name in PARTIES],
    "shares": [
        {
            "title": "Kosten des Standesamts",
            "clause": "§ 5",
            "measure": "Einwohner",
            "parties": list(PARTIES),
            "costs": [{"year": "2024", "amount": "312.345,67"}],
        }
    ],
    "measures": [
        {
            "title": "Einwohner",
            "day": "30.06.",
            "years_before": "1",
            "figures": [
                {
                    "day": "30.06.2023",
                    "figures": dict(zip(PARTIES, map(str, HEADS), strict=True)),
                }
            ],
        }
    ],
}
IBAN = "DE89370400440532013000"
with_account = [
    {**party, "iban": IBAN} if party["name"] == "Merzdorf" else party for party in REGISTRY["parties"]
]
REGISTRY["parties"] = with_account

PRICE = """
title = "Datenschutz"
operator = "Oststadt"
from = 2024-01-01
due = "15.03."
book_of = "Adorf"
certifies = "S. Muster"
orders = "L. Beispiel"

[[parties]]
name = "Oststadt"
kind = "Kreis"

[[parties]]
name = "Adorf"
kind = "Gemeinde"
ags = "06999001"
iban = "DE89 3704 0044 0532 0130 00"

[[parties]]
name = "Bad Müsterau"
kind = "Stadt"
joined = "01.07.2024"

[[shares]]
title = "Pauschale"
clause = "§ 3"
measure = "Einwohner"
prices = [{ from = "01.01.2024", price = "1,00" }]

[[measures]]
title = "Einwohner"
fixed_day = "31.12.2022"
figures = [{ day = "31.12.2022", figures = { Adorf = 10000, "Bad Müsterau" = 4433 } }]

[[resolutions]]
party = "Adorf"
paper = "VL-1/2023"
title = "Beitritt"
body = "Gemeindevertretung"
adopted = "12.12.2023"
"""


def called(folder: Path, answers: str | dict, *more: str) -> int:
    file = folder / ("antworten.toml" if isinstance(answers, str) else "antworten.json")
    text = answers if isinstance(answers, str) else json.dumps(answers)
    file.write_text(text, encoding="utf-8")
    return main(["init", str(folder / "neu"), "--answers", str(file), "--today", "2024-02-01", *more])


def test_a_cost_is_shared_by_heads_and_the_operator_pays_too(tmp_path, capsys) -> None:
    assert called(tmp_path, REGISTRY) == EXIT_GOOD
    said = capsys.readouterr().out
    assert "Merzdorf 52.057,61 EUR" in " ".join(said.split())
    assert "es fehlt die Zahl „Kosten des Standesamts“ 2024." in said
    agreed = shares(load(tmp_path / "neu" / "vereinbarung" / "agreement.toml"), 2024)
    assert {name: format_amount(cents) for name, cents in agreed.amounts.items()} == {
        "merzdorf": "52.057,61",
        "ilmstedt": "83.292,18",
        "eschbach": "78.086,42",
        "salm": "98.909,46",
    }
    assert main(["check", str(tmp_path / "neu" / "merzdorf"), "--today", "2024-02-01"]) == EXIT_GOOD


def test_a_member_begins_its_book_of_a_price_by_heads(tmp_path, capsys) -> None:
    assert called(tmp_path, PRICE) == EXIT_GOOD
    agreement = load(tmp_path / "neu" / "vereinbarung" / "agreement.toml")
    assert dict(shares(agreement, 2024).amounts) == {"adorf": 1_000_000, "bad-muesterau": 222861}
    assert agreement.known_from == dt.date(2023, 12, 12)
    book = tmp_path / "neu" / "adorf"
    assert main(["check", str(book), "--today", "2024-02-01"]) == EXIT_GOOD
    names = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel"]
    assert main(["post", str(book), "--today", "2024-02-20", *names]) == EXIT_GOOD
    assert main(["plan", str(book), "--today", "2024-02-20"]) == EXIT_GOOD
    capsys.readouterr()


def test_a_dry_run_and_a_taken_folder_write_nothing(tmp_path, capsys) -> None:
    assert called(tmp_path, REGISTRY, "--dry-run") == EXIT_GOOD
    assert not (tmp_path / "neu").exists()
    (tmp_path / "neu").mkdir()
    (tmp_path / "neu" / "brief.txt").write_text("da")
    assert called(tmp_path, REGISTRY) == EXIT_USAGE
    assert [path.name for path in (tmp_path / "neu").iterdir()] == ["brief.txt"]
    assert "schreibt nur in einen neuen Ordner" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_fails_on_the_way_leaves_nothing(tmp_path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    made = beginning(answers_of(REGISTRY), BookingMonth(2024, 2))
    monkeypatch.setattr("kkd_ledger.work.beginning.begin.open_month", full)
    with pytest.raises(OSError, match="No space"):
        begin(made, tmp_path / "neu")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_a_folder_that_is_none_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="legt nur den letzten Ordner an"):
        begin(beginning(answers_of(REGISTRY), BookingMonth(2024, 2)), tmp_path / "nichts" / "neu")


def test_no_field_of_the_file_stands_in_the_words_of_a_missing_figure(tmp_path, capsys) -> None:
    costs = [{"year": year, "amount": "1,00"} for year in (2024, 2025)]
    assert called(tmp_path, {**REGISTRY, "shares": [{**REGISTRY["shares"][0], "costs": costs}]}) == EXIT_GOOD
    said = capsys.readouterr().out
    assert "es fehlt die Zahl „Kosten des Standesamts“ 2024 (vorhanden: 2025)." in said
    assert "figures" not in said


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("operator", "Merzdorff", "gemeint ist vielleicht Merzdorf"),
        ("due", "31", "due: gefunden: '31'"),
        ("from", "31.02.2024", "'31.02.2024' ist kein Tag"),
        ("titel", "x", "titel: gefunden: ein unbekanntes Feld"),
        ("shares", [{"title": "a", "clause": "§ 1", "measure": "Schüler", "costs": []}], "shares 1, measure"),
        (
            "parties",
            [{"name": "Merzdorf", "kind": "Dorf"}],
            "parties 1, kind: gefunden: 'Dorf'; erlaubt: Kreis",
        ),
    ],
)
def test_wrong_answers_are_told_with_their_place(tmp_path, capsys, place, value, said) -> None:
    assert called(tmp_path, {**REGISTRY, place: value}) == EXIT_REFUSED
    assert said in capsys.readouterr().err
    assert not (tmp_path / "neu").exists()


def test_a_book_needs_an_account(tmp_path) -> None:
    bare = [{"name": name, "kind": "Gemeinde"} for name in PARTIES]
    with pytest.raises(AnswersRefused, match="das Konto von Merzdorf"):
        beginning(answers_of({**REGISTRY, "parties": bare}), BookingMonth(2024, 2))


def test_bounds_without_a_bearer_are_refused_as_the_file_would(tmp_path, capsys) -> None:
    share = {**REGISTRY["shares"][0], "maximum": "80.000,00"}
    assert called(tmp_path, {**REGISTRY, "shares": [share]}) == EXIT_REFUSED
    assert "wer die Differenz trägt" in capsys.readouterr().err


MUSIC = {
    "title": "Musikschule",
    "operator": "Badstadt",
    "from": "01.01.2022",
    "due": "15.11.",
    "due_days": ["15.05.", "15.11."],
    "parties": [{"name": "Badstadt", "kind": "Stadt", "iban": IBAN}, {"name": "Kahrdorf", "kind": "Stadt"}],
    "shares": [
        {
            "title": "Zuschuss",
            "clause": "§ 2",
            "amounts": [
                {"from": "01.01.2022", "amount": "123.456,70"},
                {"from": "01.01.2023", "raised_percent": "5 %"},
            ],
        }
    ],
}


def test_a_lump_sum_is_raised_by_a_per_cent_and_due_in_two_parts(tmp_path) -> None:
    assert called(tmp_path, MUSIC) == EXIT_GOOD
    agreement = load(tmp_path / "neu" / "vereinbarung" / "agreement.toml")
    assert [shares(agreement, year).amounts["kahrdorf"] for year in (2022, 2023)] == [12_345_670, 12_962_954]
    [claim] = [each for each in claims(agreement, 2023, dt.date(2023, 12, 31)) if each.member == "kahrdorf"]
    assert [due.day for due in claim.dues] == [dt.date(2023, 5, 15), dt.date(2023, 11, 15)]


def test_a_planned_cost_gives_way_to_the_actual_one(tmp_path) -> None:
    costs = [
        {"year": 2024, "amount": "300.000,00", "kind": "geplant"},
        {"year": 2024, "amount": "312.345,67"},
    ]
    share = {**REGISTRY["shares"][0], "costs": costs}
    assert called(tmp_path, {**REGISTRY, "shares": [share]}) == EXIT_GOOD
    agreement = load(tmp_path / "neu" / "vereinbarung" / "agreement.toml")
    assert shares(agreement, 2024).total_cents == 31_234_567


def interview(said: dict[str, str | list[str]], told: list[str] | None = None) -> dict:
    """Answer each question by the words in it; a list gives an answer each time, and where nothing is said, Enter."""
    left = {words: list(answer) if isinstance(answer, list) else answer for words, answer in said.items()}

    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        assert len(asked) < 300, f"asked again and again: {asked[-3:]}"
        for words, answer in left.items():
            if words in question:
                return (answer.pop(0) if answer else "") if isinstance(answer, list) else answer
        return ""

    given = Interview(ask, (told if told is not None else []).append, {}).run()
    assert not [words for words, answer in left.items() if isinstance(answer, list) and answer]
    return given


def test_the_music_school_is_asked_for_too() -> None:
    given = interview(
        {
            "Wie heißt die Vereinbarung": "Musikschule",
            ". Name": ["Badstadt", "Kahrdorf"],
            "Was ist ": "Stadt",
            "Wer betreibt": "Badstadt",
            "Ab welchem Tag gilt": "01.01.2022",
            "Was wird geteilt": "Zuschuss",
            "einen festen Betrag": "Betrag",
            "Betrag im Jahr": "123.456,70",
            "Ändert er sich": ["01.01.2023", ""],
            "Um wie viel Prozent": "5",
            "Wie wird gezahlt": "Raten",
            "An welchen Tagen": "15.05., 15.11.",
            "Welches Konto": IBAN,
        }
    )
    made = beginning(answers_of(given), BookingMonth(2024, 2))
    assert shares(made.agreement, 2023).amounts["kahrdorf"] == 12_962_954
    assert [len(plan.days) for plan in made.agreement.dues] == [2]


SLIPS = {
    "Wie heißt die Vereinbarung": "Gemeinsames Standesamt",
    ". Name": list(PARTIES),
    "Was ist Merzdorf": ["Dorf", "Gemeinde"],
    "Gemeindeschlüssel": ["", "", "", "123", "keiner"],
    "Wer betreibt": ["Merzdorff", "Merzdorf"],
    "Ab welchem Tag gilt": ["am Anfang", "01.01.2024"],
    "Was wird geteilt": "Kosten des Standesamts",
    "In welchem Paragraphen steht das": "§ 5",
    "einen festen Betrag": "Kosten",
    "Betrag welchen Jahres": ["2024", ""],
    "Kosten des Standesamts 2024": "312.345,67",
    "Stichtag?": ["", "30.06."],
    "Zahlen von welchem Tag": ["30.06.2023", ""],
    "      Merzdorf": "10000",
    "      Ilmstedt": ["16.000", "16000"],
    "      Eschbach": "15000",
    "      Salm": "19000",
    "mit? (ja/nein)": "ja",
    "An welchen Tagen": "30.06.",
    "Welches Konto": ["DE00", IBAN],
}


def test_the_questions_lead_to_the_same_agreement() -> None:
    told: list[str] = []
    made = beginning(answers_of(interview(SLIPS, told)), BookingMonth(2024, 2))
    assert dict(shares(made.agreement, 2024).amounts) == {
        "merzdorf": 5205761,
        "ilmstedt": 8329218,
        "eschbach": 7808642,
        "salm": 9890946,
    }
    assert any("erlaubt: Kreis, Stadt, Gemeinde, Verband" in line for line in told)
    assert any("ist kein Tag" in line for line in told)
    assert len(told) == 2 + 6, told


SCHOOL = {
    "Wie heißt die Vereinbarung": "Schulverband Quellgrund",
    "Kürzel": "svq",
    ". Name": ["Schulverband Quellgrund", "Adorf", "Bhausen"],
    "Was ist Schul": "Verband",
    "Wer betreibt": "Schulverband Quellgrund",
    "Ab welchem Tag gilt": "01.01.2025",
    "wie sie endet": "§ 14",
    "Was wird geteilt": "Kosten der Mittelstufe",
    "In welchem Paragraphen steht das": "§ 9",
    "einen festen Betrag": "Kosten",
    "Betrag welchen Jahres": ["2025", "", "2025", ""],
    "Wie heißen die Kosten": "Aufwand",
    "Aufwand 2025": "230.000,00",
    "Gastschulbeiträge 2025": "25.000,00",
    "Geplant oder": "geplant",
    "etwas hinzu": "ja",
    "Was geht ab": ["Gastschulbeiträge", ""],
    "Zuschlag in Prozent": "4",
    "Geteilt nach einer Zahl": "Zahl",
    "Nach welcher Zahl": "Schüler",
    "Tag des Jahres ist Stichtag": "01.10.",
    "Zahlen von welchem Tag": ["01.10.2024", ""],
    "      Schulverband": "",
    "      Adorf": "150",
    "      Bhausen": "100",
    "Gerundet": "Euro",
    "Wie wird gezahlt": "voraus",
    "An welchen Tagen": "10.03., 10.06., 10.09., 10.12.",
    "folgenden Jahres": "30.06.",
    "Wann hat ": "12.12.2024",
    "Nummer der Vorlage": "VL 3",
    "Aufsichtsbehörde": "genehmigt",
    "   Wann?": "20.12.2024",
    "Welches Konto": IBAN,
    "Wer ordnet an": "L. Beispiel",
    "allgemeinen Anordnung": "AAO 1",
}


def test_costs_less_income_with_a_surcharge_paid_in_advance_are_asked_for(tmp_path) -> None:
    """(230,000 − 25,000) × 1.04 = 213,200, by 150 : 100 pupils; a quarter of it on each of four days."""
    made = beginning(answers_of(interview(SCHOOL)), BookingMonth(2025, 1))
    assert dict(shares(made.agreement, 2025).amounts) == {"adorf": 12_792_000, "bhausen": 8_528_000}
    adorf = [claim for claim in claims(made.agreement, 2025) if claim.member == "adorf"]
    assert [(str(claim.kind), claim.cents) for claim in adorf] == [("advance", 3_198_000)] * 4
    assert (made.agreement.id, made.agreement.ending) == ("svq", "§ 14")
    assert [(step.kind, step.on) for step in made.agreement.steps_in] == [("approved", dt.date(2024, 12, 20))]
    begin(made, tmp_path / "neu")
    book = tmp_path / "neu" / "schulverband-quellgrund"
    assert main(["check", str(book), "--today", "2025-01-31"]) == EXIT_GOOD
    file = str(tmp_path / "neu" / "vereinbarung" / "agreement.toml")
    more = ["--source", "Rechnung 2025", "--yes", "--today", "2026-04-01"]
    actual = [
        "--money",
        "Aufwand=2025=221.350,00",
        "--money",
        "Gastschulbeiträge=2025=26.000,00",
    ]
    assert main(["figures", file, *actual, *more]) == EXIT_GOOD
    settled = [claim for claim in claims(load(Path(file)), 2025) if str(claim.kind) == "settlement"]
    assert [(claim.member, claim.cents, claim.dues[0].day) for claim in settled] == [
        (
            "adorf",
            -602_200,
            dt.date(2026, 6, 30),
        ),  # (221,350 − 26,000) × 1.04 × 150/250 = 121,898.40: 121,898
        ("bhausen", -401_400, dt.date(2026, 6, 30)),
    ]


AUDITS = {
    "Wie heißt die Vereinbarung": "Rechnungsprüfung",
    ". Name": ["Prüfungsverband", "Kahrdorf"],
    "Was ist P": "Verband",
    "Wer betreibt": "Prüfungsverband",
    "Ab welchem Tag gilt": "01.01.2024",
    "Was wird geteilt": "Prüfungen",
    "einzeln abgerechnet": "einzeln",
    "Welche Leistung": ["Prüferstunde", "Fahrt", ""],
    "In welcher Einheit": ["Stunde", "km"],
    "Preis je Stunde": ["46,60", "47,90"],
    "Preis je km": "0,32",
    "Ändert er sich": ["01.01.2025", "", ""],
    "An welchen Tagen": "15.03.",
    "Welches Konto": IBAN,
}


def test_a_day_of_which_no_figure_is_told_is_left_for_later() -> None:
    told: list[str] = []
    said = {words: answer for words, answer in SLIPS.items() if not words.startswith("      ")}
    made = beginning(answers_of(interview(said, told)), BookingMonth(2024, 2))
    assert made.agreement.weights == ()
    assert any("`kkd figures` trägt sie später ein" in line for line in told)


def test_services_billed_by_the_month_are_asked_for(tmp_path) -> None:
    begin(beginning(answers_of(interview(AUDITS)), BookingMonth(2024, 1)), tmp_path / "neu")
    file = tmp_path / "neu" / "vereinbarung" / "agreement.toml"
    done = [
        "--charge",
        "Kahrdorf=05.03.2024=Prüferstunde=61,25=P 1",
        "--charge",
        "Kahrdorf=05.03.2024=Fahrt=312=P 1",
    ]
    more = ["--source", "Prüfungsliste", "--yes", "--today", "2024-03-20"]
    assert main(["figures", str(file), *done, *more]) == EXIT_GOOD
    [bill] = claims(load(file), 2024)
    assert (bill.cents, bill.since) == (285_425 + 9_984, dt.date(2024, 4, 1))


def test_fixed_per_cents_and_a_price_with_vat_are_written(tmp_path) -> None:
    answers = {
        **REGISTRY,
        "shares": [
            {
                "title": "Miete",
                "clause": "§ 3",
                "costs": [{"year": 2024, "amount": "1.000,00"}],
                "percents": {"Merzdorf": "62", "Ilmstedt": "38 %"},
            }
        ],
        "measures": [],
        "vat": [{"treatment": "19 %", "decided_by": "E. Rat", "decided_on": "01.12.2023"}],
    }
    made = beginning(answers_of(answers), BookingMonth(2024, 2))
    assert dict(shares(made.agreement, 2024).amounts) == {"merzdorf": 62_000, "ilmstedt": 38_000}
    assert made.agreement.vat[0].amounts == "net"
    assert 'vat = "Passiva:4770-Umsatzsteuer"' in made.texts["merzdorf/book.toml"]


def test_what_was_answered_is_kept_where_nothing_comes_of_it(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    left = {words: list(answer) if isinstance(answer, list) else answer for words, answer in SLIPS.items()}

    def ask(question: str) -> str:
        for words, answer in left.items():
            if words in question:
                return (answer.pop(0) if answer else "") if isinstance(answer, list) else answer
        return ""  # also where it asks whether to write

    monkeypatch.setattr("builtins.input", ask)
    assert main(["init", str(tmp_path / "neu"), "--today", "2024-02-01"]) == EXIT_USAGE
    kept = tmp_path / "neu-antworten.toml"
    assert f"--answers {kept} --ask" in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda question: "ja" if "So schreiben" in question else "")
    assert (
        main(["init", str(tmp_path / "neu"), "--answers", str(kept), "--ask", "--today", "2024-02-01"])
        == EXIT_GOOD
    )
    agreement = load(tmp_path / "neu" / "vereinbarung" / "agreement.toml")
    assert shares(agreement, 2024).amounts["merzdorf"] == 5205761


def test_without_answers_and_terminal_there_is_a_sentence(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(["init", str(tmp_path / "neu")]) == EXIT_USAGE
    assert "Es gibt keine Antworten" in capsys.readouterr().err
    assert EXIT_FINDINGS != EXIT_USAGE


def test_an_association_without_ags_does_everything(tmp_path, capsys) -> None:
    association = {"name": "Schulverband Ost", "kind": "Verband", "iban": IBAN}
    town = {"name": "Ilmstedt", "kind": "Gemeinde", "iban": "DE19999999996534000000"}
    resolved = {
        "party": "Ilmstedt",
        "paper": "VL-1",
        "title": "Beitritt",
        "body": "Rat",
        "adopted": "12.12.2023",
    }
    answers = {
        "title": "Schulverband Ost",
        "operator": "Schulverband Ost",
        "from": "01.01.2024",
        "due": "30.06.",
        "certifies": "S. Muster",
        "orders": "L. Beispiel",
        "treasury": ["K. Kasse", "B. Buch"],
        "parties": [association, town],
        "shares": [{"title": "Umlage", "clause": "§ 5", "costs": [{"year": 2024, "amount": "1.000,00"}]}],
        "resolutions": [resolved],
    }
    sides = {"schulverband-ost": "", "ilmstedt": "Ilmstedt"}
    books = []
    for party, book_of in sides.items():
        (tmp_path / party).mkdir()
        assert called(tmp_path / party, {**answers, "book_of": book_of}) == EXIT_GOOD
        books.append(tmp_path / party / "neu" / party)
    names = ["--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", "2024-02-02"]
    agreement = books[0].parent / "vereinbarung" / "agreement.toml"
    for book in books:
        assert main(["adopt", str(book), "--today", "2024-02-01"]) == EXIT_GOOD
        assert main(["post", str(book), *names]) == EXIT_GOOD
    for call in (
        ["reconcile", *map(str, books)],
        ["plan", str(books[1]), "--from", "2024", "--years", "1"],
        ["annex", str(agreement), "--from", "2024", "--to", "2024"],
        ["explain", str(agreement), "ilmstedt", "2024"],
        ["whatif", str(agreement), "--leave", "ilmstedt=2024-06-30", "--year", "2024"],
        ["agreement", "show", str(agreement)],
        ["status", str(books[1]), "--today", "2024-02-02"],
        ["delta", str(books[0]), "2024", "--today", "2024-02-02"],
    ):
        assert main(call) in {EXIT_GOOD, EXIT_FINDINGS}, call
    assert main(["demand", str(books[0]), "2024", "--today", "2024-02-03"]) == EXIT_REFUSED
    said = capsys.readouterr().err
    assert "Leitweg-ID fehlt (und in der Vereinbarung ein ags)" in said
