"""`kkd figures --charges FILE`: lines of charges become figures; the same file twice adds nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.agreement import claims, load, parse
from kkd_ledger.agreement.file.day_or_month import typed_day_or_month
from kkd_ledger.agreement.file.reported import Reported
from kkd_ledger.agreement.file.reported_charges import (
    ChargeRow,
    ChargesRefused,
    charge_rows,
    reported_charges,
)
from kkd_ledger.cli import main
from kkd_ledger.errors import EXIT_FINDINGS, EXIT_GOOD, EXIT_REFUSED, NotAllowed
from kkd_ledger.quantities import parse_quantity
from tests.agreement.test_charges import BASE, PRICES, charged, day, row
from tests.agreement.writing import toml

AUDIT = Path(__file__).with_name("real") / "A22.toml"
FILE = """Auftrag;Beteiligte;Datum;Leistung;Anzahl;Quelle
P 1;Adorf;05.03.2024;stunde;61,25;Liste
P 1;Adorf;5.3.2024;KM;312;Liste

;b;03/2024;Kopie;"2";
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    contract = AUDIT.read_text("utf-8").partition("[[charges]]")[0]
    path = tmp_path / "agreement.toml"
    path.write_text(contract, encoding="utf-8")
    return path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "leistungen.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(capsys, *words: object) -> tuple[int, str]:
    status = main(["figures", *map(str, words)])
    shown = capsys.readouterr()
    return status, shown.out + shown.err


def test_a_file_becomes_figures_of_its_service_year_and_nothing_twice(capsys, file: Path, report: Path):
    status, said = run(capsys, file, "--charges", report, "--today", "2024-04-02", "--yes")
    assert (status, said.count("+[[charges]]")) == (EXIT_GOOD, 3)
    assert "3 neu, 0 berichtigt, 0 stehen schon so da." in said
    assert "Adorf, 2024: 3.033,72 EUR mehr" in said or "Adorf: ab 2024 im Jahr 3.033,72 EUR mehr" in said
    written = (file.parent / "zahlen" / "2024.toml").read_bytes()
    status, said = run(capsys, file, "--charges", report, "--today", "2024-05-02", "--yes")
    assert (status, written) == (EXIT_GOOD, (file.parent / "zahlen" / "2024.toml").read_bytes())
    assert "0 neu, 0 berichtigt, 3 stehen schon so da." in said
    assert said.endswith("Nichts geschrieben.\n")


def test_a_changed_line_is_a_correction_known_from_its_day(capsys, file: Path, report: Path):
    run(capsys, file, "--charges", report, "--today", "2024-04-02", "--yes")
    report.write_text(FILE.replace("61,25", "60"), encoding="utf-8")
    status, said = run(capsys, file, "--charges", report, "--today", "2024-04-20", "--yes")
    assert (status, "0 neu, 1 berichtigt, 2 stehen schon so da." in said) == (EXIT_GOOD, True)
    assert "Menge 61,25 + 312 → 60 + 312" in said or "Menge 61,25 → 60" in said
    owed = [(str(claim.kind), claim.since.isoformat(), claim.cents) for claim in claims(load(file), 2024)]
    assert owed[0] == ("charge", "2024-04-02", 303372)
    assert ("credit", "2024-04-20", -5988) in owed


def test_without_a_yes_nothing_is_written(capsys, file: Path, report: Path):
    status, said = run(capsys, file, "--charges", report, "--today", "2024-04-02")
    assert (status, said.splitlines()[-1]) == (EXIT_FINDINGS, "Nichts geschrieben.")
    assert not (file.parent / "zahlen").exists()
    status, said = run(capsys, file, "--charges", report, "--today", "2024-04-02", "--json")
    assert json.loads(said)["written"] is False


def test_a_line_may_be_typed(capsys, file: Path):
    typed = ("--charge", "Adorf=05.03.2024=Stunde=8=P 7", "--charge", "b=2024-03-06=km=12,5")
    status, said = run(capsys, file, *typed, "--today", "2024-04-02", "--yes", "--source", "Anruf")
    assert (status, "2 neu" in said) == (EXIT_GOOD, True)
    assert [(charge.party, charge.ref, charge.source) for charge in load(file).charges] == [
        ("a", "P 7", "Anruf"),
        ("b", "", "Anruf"),
    ]
    status, said = run(capsys, file, "--year", 2024)
    assert "  Adorf, 05.03.2024, P 7, Stunde: 8 (Anruf)" in said.splitlines()


def test_everything_wrong_with_a_file_is_told_at_once_and_nothing_is_taken(capsys, file: Path, report: Path):
    lines = [
        "Beteiligte;Tag;Leistung;Menge;Auftrag",
        "Adorff;05.03.2024;Stunde;1;",
        "Adorf;31.02.2024;Stunden;1;",
        "Adorf;05.03.2024;Stunde;-1;",
        "Adorf;05.03.2025;Stunde;1.234;",
        "Adorf;05.03.2024;Stunde;1;X",
        "Adorf;05.03.2024;Stunde;2;X",
    ]
    report.write_text("\n".join(lines), encoding="utf-8")
    status, said = run(capsys, file, "--charges", report, "--today", "2024-04-02", "--yes")
    assert status == EXIT_REFUSED
    assert said.splitlines() == [
        "kkd: Meldung abgelehnt:",
        "  leistungen.csv: Zeile 2: gefunden: Beteiligte 'Adorff'; erlaubt: Adorf (oder Verband, Bhausen, Cheim)",
        "  leistungen.csv: Zeile 3: gefunden: Leistung 'Stunden'; erlaubt: Stunde (oder Km, Kopie)",
        "  leistungen.csv: Zeile 3: gefunden: den Tag '31.02.2024' gibt es nicht; erlaubt: ein Tag wie 05.03.2024 oder "
        "ein Monat wie 03/2024",
        "  leistungen.csv: Zeile 4: gefunden: Menge -1; erlaubt: ab 0; eine falsche Zeile wird mit Menge 0 aufgehoben",
        "  leistungen.csv: Zeile 5: gefunden: 05.03.2025 liegt nach dem 02.04.2024; erlaubt: was schon geleistet ist",
        "  leistungen.csv: Zeile 5: gefunden: Menge '1.234' ist mehrdeutig; erlaubt: 1234 für ganze Tausend; "
        '"1,2340" für drei Nachkommastellen',
        "  leistungen.csv: Zeile 7: gefunden: dieselbe Position wie Zeile 6; erlaubt: eine Zeile mit der ganzen Menge, "
        "oder zwei Aufträge",
    ]
    assert not (file.parent / "zahlen").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "keine Spalte beteiligte, tag, leistung, menge"),
        (
            "beteiligte;tag;leistung\n",
            "keine Spalte menge; erlaubt: baustein;beteiligte;tag;leistung;menge;auftrag;quelle in der ersten Zeile",
        ),
        ("beteiligte;tag;leistung;mengen\n", "Spalte 'mengen'; erlaubt: menge (oder"),
        ("beteiligte;tag;leistung;menge;menge\n", "Spalte 'menge' zweimal"),
        (
            "beteiligte;tag;leistung;menge\na;b\n",
            "Zeile 2: gefunden: 2 Felder; erlaubt: 4 wie in der ersten Zeile",
        ),
        ("beteiligte;tag;leistung;menge\na;b;c;d;e\n", "Zeile 2: gefunden: 5 Felder"),
    ],
)
def test_what_is_no_such_file_says_why(text: str, said: str):
    with pytest.raises(ChargesRefused) as refusal:
        charge_rows(text.encode(), "x.csv")
    assert said in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_a_file_is_read_as_offices_write_it(encoding: str, mark: str):
    text = mark.join(["Beteiligte", "Tag", "Leistung", "Menge", "Auftrag"]) + "\r\n"
    text += mark.join(["Müßen", "05.03.2024", "Stunde", "8", "Prüfung"]) + "\r\n"
    [read] = charge_rows(text.encode(encoding), "x.csv")
    assert read == ChargeRow("Zeile 2", "", "Müßen", "05.03.2024", "Stunde", "8", "Prüfung", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05.03.2024", ("2024-03-05", True)),
        ("5.3.2024", ("2024-03-05", True)),
        ("2024-03-05", ("2024-03-05", True)),
        ("03/2024", ("2024-03-01", False)),
        ("3.2024", ("2024-03-01", False)),
        ("2024-03", ("2024-03-01", False)),
        ("März 2024", ("2024-03-01", False)),
    ],
)
def test_days_and_months_are_read_as_people_type_them(text: str, expected: tuple[str, bool]):
    read, is_day = typed_day_or_month(text)
    assert (read.isoformat(), is_day) == expected


@pytest.mark.parametrize(
    "text", ["", "gestern", "05.03.24", "13/2024", "00/2024", "2024-3-5", "05.03.1899", "Mart 2024"]
)
def test_any_other_day_is_refused(text: str):
    with pytest.raises(NotAllowed):
        typed_day_or_month(text)


def report_of(known: str = "2024-06-01", **more: str) -> Reported:
    return Reported(day(known), **more)


def typed(quantity: str, on: str = "05.03.2024", ref: str = "A", number: int = 2) -> ChargeRow:
    return ChargeRow(f"Zeile {number}", "", "a", on, "Stunde", quantity, ref)


def test_a_job_whose_day_seems_moved_is_asked_for_whole():
    agreement = charged(row("2024-03-05", 8, ref="A"))
    with pytest.raises(ChargesRefused, match=r"A hat für diese Leistung schon 8 am 05\.03\.2024"):
        reported_charges(agreement, [typed("8", "06.03.2024")], report_of())
    moved = reported_charges(agreement, [typed("8", "06.03.2024"), typed("0")], report_of())
    assert (moved.added, moved.corrected, moved.unchanged) == (1, 1, 0)
    longer = reported_charges(agreement, [typed("8", "06.03.2024"), typed("8")], report_of())
    assert (longer.added, longer.corrected, longer.unchanged) == (1, 0, 1)
    assert reported_charges(agreement, [typed("8", "06.03.2024", ref="B")], report_of()).added == 1
    monthly = charged(row("2024-03-05", 8, ref="A"), billed="monthly")
    assert reported_charges(monthly, [typed("8", "06.03.2024")], report_of()).added == 1


def test_an_agreement_without_charges_takes_none():
    plain = load(AUDIT.with_name("A14.toml"))
    with pytest.raises(ChargesRefused, match="rechnet nichts nach Anfall ab"):
        reported_charges(plain, [typed("1")], report_of())


def test_where_several_components_charge_one_has_to_be_named():
    two = charged(row("2024-03-05", 8))
    other = two.components[0].model_copy(update={"id": "beratung", "title": "Beratung"})
    agreement = two.changed(components=(*two.components, other))
    with pytest.raises(ChargesRefused, match="Baustein fehlt; erlaubt: Prüfungen, Beratung"):
        reported_charges(agreement, [typed("1")], report_of())
    named = typed("1")._replace(component="Beratung")
    [text] = reported_charges(agreement, [named], report_of()).texts.values()
    assert 'component = "beratung"' in text


QUANTITIES = st.integers(0, 10**6).map(lambda n: f"{n // 100},{n % 100:02}")


@given(
    st.lists(
        st.tuples(st.integers(1, 28), QUANTITIES), min_size=1, max_size=6, unique_by=lambda each: each[0]
    )
)
@settings(max_examples=40, deadline=None)
def test_a_report_twice_is_a_report_once(lines: list[tuple[int, str]]):
    contract = charged()
    rows = [typed(quantity, f"{on:02}.03.2024") for on, quantity in lines]
    done = reported_charges(contract, rows, report_of())
    assert (done.added, done.corrected, done.unchanged) == (len(lines), 0, 0)
    text = contract_text()
    after = parse(text, figures=done.texts)
    assert sorted((charge.day.day, charge.quantity) for charge in after.charges) == sorted(
        (on, parse_quantity(quantity)) for on, quantity in lines
    )
    again = reported_charges(after, rows, report_of("2024-07-01"))
    assert (again.added, again.corrected, again.unchanged, again.texts) == (0, 0, len(lines), {})


def contract_text() -> str:
    component = {"id": "pruefung", "title": "Prüfungen", "clause": "§ 5", "key": "charges"}
    return toml(BASE | {"components": [component | {"from": day("2023-01-01"), "prices": PRICES}]})


def test_a_line_without_a_job_that_may_have_moved_to_another_day_is_told(capsys, file: Path, report: Path):
    heading = "Beteiligte;Datum;Leistung;Anzahl\n"
    report.write_text(heading + "b;05.03.2024;Kopie;2\n", encoding="utf-8")
    run(capsys, file, "--charges", report, "--today", "2024-04-02", "--yes")
    doubt = (
        "Zeile 2: 2 vom 05.03.2024 bleibt daneben stehen. Gilt beides, ist nichts zu tun; war der Tag falsch"
    )
    for line, told in (
        ("b;06.03.2024;Kopie;2\n", True),
        ("b;06.03.2024;Kopie;3\n", False),
        ("b;06.04.2024;Kopie;2\n", False),
        ("Adorf;06.03.2024;Kopie;2\n", False),
        ("b;06.03.2024;Kopie;2\nb;05.03.2024;Kopie;0\n", False),
    ):
        report.write_text(heading + line, encoding="utf-8")
        _, said = run(capsys, file, "--charges", report, "--today", "2024-05-02", "--dry-run")
        assert (doubt in said) is told, line
