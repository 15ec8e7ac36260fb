"""What a subsidy asks for: the saving against the costs before, and that nobody leaves while it binds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kkd_ledger.agreement import binding_periods, if_granted, parse, savings
from kkd_ledger.cli import main

FILE = Path(__file__).with_name("binding.toml")
TEXT = FILE.read_text("utf-8")
HEAD = "IKZ-Förderung (§ 6): 5 Jahre gebunden"
BOUND = f"{HEAD}, vom 01.03.2024 bis zum 28.02.2029"
RECLAIMED = "Zurückgefordert werden können bis zu 9.000,00 EUR"
NOTICE = "Was gilt, sagt der Bescheid (§ 49a HVwVfG)."
# 31.12.2027 bis 28.02.2029 sind 425 Tage: 9.000,00 × 425/1.826 = 2.094,7426… → 2.094,74
LEAVES = (
    f"    Bdorf scheidet am 31.12.2027 aus; es fehlen 425 von 1.826 Tagen. {RECLAIMED} (nach der fehlenden Zeit "
    f"2.094,74 EUR); die Förderung mindert ihre Anteile um 3.000,00 EUR. {NOTICE}"
)
# 31.12.2026 bis 28.02.2029 sind 790 Tage: 9.000,00 × 790/1.826 = 3.893,7568… → 3.893,76
ENDS = (
    f"    Die Zusammenarbeit endet am 31.12.2026; es fehlen 790 von 1.826 Tagen. {RECLAIMED} (nach der fehlenden "
    f"Zeit 3.893,76 EUR); die Förderung mindert die Anteile um 9.000,00 EUR. {NOTICE}"
)


def told(text: str, as_of: dt.date | None = None) -> list[str]:
    agreement = parse(text)
    names = {one.id: one.name for one in agreement.parties()}
    return "\n".join(one.text(names) for one in binding_periods(agreement, as_of)).splitlines()


def leaving(member: str, day: str, **more: str) -> str:
    """Return the agreement with a day on which a member leaves, known later where `more` says so."""
    version = f'[[members]]\nid = "{member}"\nname = "{member.title()}"\nkind = "town"\nleft = {day}\n'
    return (
        TEXT
        + version
        + "known_from = 2025-01-01\n"
        + "".join(f"{key} = {one}\n" for key, one in more.items())
    )


def test_nobody_leaves() -> None:
    assert told(TEXT) == [f"{BOUND}: eingehalten."]
    assert told(leaving("bdorf", "2029-02-28")) == [f"{BOUND}: eingehalten."]


def test_a_party_leaves_too_early() -> None:
    text = leaving("bdorf", "2027-12-31")
    assert told(text) == [f"{BOUND}: nicht eingehalten.", LEAVES]
    assert told(text, dt.date(2024, 12, 31)) == [f"{BOUND}: eingehalten."]
    [one] = binding_periods(parse(leaving("bdorf", "2029-02-27")))
    assert [(breach.missing_days, breach.missing_cents) for breach in one.breaches] == [(1, 493)]


def test_who_has_left_already_is_relieved_no_more() -> None:
    """Bdorf pays for half of 2024: of 6,000.00 to equal parts 2,000.00; in 2025 it has no share that could fall."""
    [one] = binding_periods(parse(leaving("bdorf", "2024-06-30")))
    assert [(breach.member, breach.relief_cents) for breach in one.breaches] == [("bdorf", 200000)]


def test_the_cooperation_ends_too_early() -> None:
    ended = TEXT.replace("from = 2024-01-01\nknown", "from = 2024-01-01\nto = 2026-12-31\nknown")
    assert told(ended) == [f"{BOUND}: nicht eingehalten.", ENDS]
    folded = TEXT.replace("from = 2024-01-01\namounts", "from = 2024-01-01\nto = 2026-12-31\namounts")
    assert told(folded) == told(ended)
    both = parse(
        leaving("bdorf", "2026-06-30").replace("2024-01-01\nknown", "2024-01-01\nto = 2026-12-31\nknown")
    )
    assert [one.member for one in binding_periods(both)[0].breaches] == ["", "bdorf"]


def test_an_end_on_the_last_day_is_in_time_and_one_before_the_first_costs_all() -> None:
    until = "from = 2024-01-01\nto = {}\namounts"
    assert told(TEXT.replace("from = 2024-01-01\namounts", until.format("2029-02-28"))) == [
        f"{BOUND}: eingehalten."
    ]
    late = TEXT.replace("binding_years = 5", "binding_years = 5, binding_from = 2027-01-01")
    [one] = binding_periods(parse(late.replace("from = 2024-01-01\namounts", until.format("2026-11-30"))))
    assert [(found.missing_days, found.missing_cents) for found in one.breaches] == [(1826, 900000)]


def test_a_new_breach_is_told_beside_an_old_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text(leaving("bdorf", "2027-12-31"), "utf-8")
    assert main(["whatif", str(tmp_path / "a.toml"), "--leave", "cstadt=2028-12-31", "--year", "2029"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[-2:]] == ["Bdorf", "Cstadt"]


def test_only_components_with_the_subsidy_bind() -> None:
    other = '[[components]]\nid = "netz"\ntitle = "Netz"\nclause = "§ 4"\nkey = "fixed"\nfrom = 2024-01-01\n'
    other += 'to = 2026-12-31\namounts = [{ from = 2024-01-01, amount = "6.000,00" }]\n'
    scoped = TEXT + other
    assert told(scoped) == [f"{BOUND}: eingehalten."], "the other component goes on"
    named = scoped.replace('distribution = "equal"', 'distribution = "equal"\ncomponents = ["netz"]')
    assert told(named)[0] == f"{BOUND}: nicht eingehalten."


def test_a_member_leaves_only_the_component() -> None:
    own = 'memberships = [{ member = "bdorf", from = 2024-01-01, to = 2027-12-31 }]\namounts'
    assert told(TEXT.replace("amounts", own, 1)) == [f"{BOUND}: nicht eingehalten.", LEAVES]


def test_a_successor_goes_on() -> None:
    heir = (
        '\n[[members]]\nid = "neu"\nname = "Neu"\nkind = "town"\njoined = 2028-01-01\nsucceeds = ["bdorf"]\n'
    )
    text = leaving("bdorf", "2027-12-31") + heir + "known_from = 2025-01-01\n"
    assert told(text) == [f"{BOUND}: eingehalten."]
    assert [one.member for one in binding_periods(parse(text + "left = 2028-06-30\n"))[0].breaches] == ["neu"]


def test_who_left_before_the_binding_breaks_nothing() -> None:
    assert told(leaving("bdorf", "2024-02-29").replace("2025-01-01\n", "2023-12-01\n")) == [
        f"{BOUND}: eingehalten."
    ]
    [one] = binding_periods(parse(leaving("bdorf", "2024-03-01")))
    assert [breach.last_day for breach in one.breaches] == [dt.date(2024, 3, 1)]


@pytest.mark.parametrize(
    ("begins", "years", "ends"),
    [
        ("2024-01-01", 5, "2028-12-31"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-03-01", 1, "2024-02-29"),
    ],
)
def test_whole_years(begins: str, years: int, ends: str) -> None:
    text = TEXT.replace("binding_years = 5", f"binding_years = {years}, binding_from = {begins}")
    [one] = binding_periods(parse(text))
    assert one.span == (dt.date.fromisoformat(begins), dt.date.fromisoformat(ends))


def test_the_life_of_the_subsidy_decides() -> None:
    agreement = parse(TEXT)
    assert told(TEXT, dt.date(2024, 2, 29)) == [f"{HEAD} ab der Bewilligung; die Förderung ist beantragt."]
    [applied] = binding_periods(agreement, dt.date(2024, 2, 29))
    assert (applied.span, applied.breaches) == (None, ())
    assert (applied.as_json()["from"], applied.as_json()["to"]) == (None, None)
    assert binding_periods(if_granted(agreement, "ikz", granted=False)) == ()
    assert binding_periods(parse(TEXT.replace("binding_years = 5, ", ""))) == ()
    rejected = TEXT.replace(
        '{ status = "granted", on = 2024-03-01 }', '{ status = "rejected", on = 2024-03-01 }'
    )
    assert binding_periods(parse(rejected)) == ()
    assert savings(parse(rejected), 2024).asked == ()


def test_a_supposition_that_breaks_a_binding(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["whatif", str(FILE), "--leave", "bdorf=2027-12-31", "--year", "2028"]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [f"{BOUND}: nicht eingehalten.", LEAVES]
    assert main([*words, "--json"]) == 0
    [bound] = json.loads(capsys.readouterr().out)["bindings"]
    assert bound == {
        "subsidy": "ikz",
        "title": "IKZ-Förderung",
        "clause": "§ 6",
        "status": "granted",
        "years": 5,
        "amount": "9000.00",
        "from": "2024-03-01",
        "to": "2029-02-28",
        "breaches": [
            {
                "member": "bdorf",
                "last_day": "2027-12-31",
                "missing_days": 425,
                "missing": "2094.74",
                "relief": "3000.00",
            }
        ],
    }
    assert main(["whatif", str(FILE), "--leave", "bdorf=2029-12-31", "--year", "2030"]) == 0
    assert "gebunden" not in capsys.readouterr().out


def test_a_binding_broken_already_is_no_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text(leaving("bdorf", "2027-12-31"), "utf-8")
    assert main(["whatif", str(tmp_path / "a.toml"), "--fails", "ikz", "--year", "2025"]) == 0
    assert "gebunden" not in capsys.readouterr().out
    assert main(["plan", str(tmp_path / "a.toml"), "--member", "ahaus", "--from", "2028"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == LEAVES
    assert main(["plan", str(FILE), "--member", "ahaus", "--from", "2028", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bindings"] == []


def test_the_savings_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["savings", str(FILE), "--year", "2024"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Leistungsjahr 2024   vorher EUR    jetzt EUR  Ersparnis EUR  Prozent",
        "Ahaus                7.500,00     6.000,00       1.500,00      20,00",
        "Bdorf                6.800,00     6.000,00         800,00      11,76",
        "Summe               14.300,00    12.000,00       2.300,00      16,08",
        "Vorher:",
        "    Ahaus: Archivverbund 2023, 7.500,00 EUR, Jahresrechnung 2023",
        "    Bdorf: Archivverbund 2023, 6.800,00 EUR",
        "Jetzt: Kostenbeteiligung ohne Förderung nach § 3.",
        "Ohne bekannte Kosten davor, deshalb nicht mitgerechnet: Cstadt.",
        "IKZ-Förderung (§ 6): verlangte Ersparnis von 15 %: erreicht.",
        f"{BOUND}: eingehalten.",
    ]
    (tmp_path / "a.toml").write_text(leaving("bdorf", "2027-12-31"), "utf-8")
    assert main(["savings", str(tmp_path / "a.toml"), "--year", "2024"]) == 1, "the binding is not kept"
    assert LEAVES in capsys.readouterr().out
    (tmp_path / "b.toml").write_text(TEXT.replace('"15"', '"16,1"'), "utf-8")
    assert main(["savings", str(tmp_path / "b.toml"), "--year", "2024"]) == 1, "the saving is not reached"
    assert "verlangte Ersparnis von 16,1 %: nicht erreicht." in capsys.readouterr().out


def test_costs_before_in_their_newest_version_and_latest_year() -> None:
    """Corrected downwards in 2024, and an older year that was dearer: what was known last of the latest year counts."""
    cost = '[[predecessor_costs]]\nmember = "ahaus"\ntitle = "Archivverbund"\n'
    text = f'{TEXT}{cost}year = 2023\namount = "7.000,00"\nknown_from = 2024-06-01\n'
    text += f'{cost}year = 2019\namount = "9.000,00"\n'
    found = savings(parse(text), 2024)
    assert [(one.member, one.year, one.cents) for one in found.before] == [
        ("ahaus", 2023, 700000),
        ("bdorf", 2023, 680000),
    ]
    assert savings(parse(text), 2024, dt.date(2024, 5, 31)).total.before_cents == 1430000
    data = found.as_json()
    assert data["costs_before"][0] == {
        "member": "ahaus",
        "title": "Archivverbund",
        "year": 2023,
        "amount": "7000.00",
        "source": "",
    }
    assert (data["clauses"], data["without_before"]) == (["§ 3"], ["cstadt"])


def test_the_highest_of_several_conditions_decides() -> None:
    second = TEXT[TEXT.index("[[subsidies]]") : TEXT.index("[[predecessor_costs]]")]
    second = second.replace('"ikz"', '"land"').replace('"15"', '"20"').replace("9.000,00", "3,00")
    second = second.replace("6.000,00", "2,00").replace("3.000,00", "1,00")
    found = savings(parse(TEXT + second), 2024)
    assert (str(found.required_percent), found.fulfilled) == ("20", False)
    assert [found.fulfils(one) for one in found.asked] == [True, False]


class TestDocuments:
    def told(self, capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, str]:
        status = main(["documents", str(file), *words])
        return status, capsys.readouterr().out

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "anlage-1.txt").write_text("hello", "utf-8")
        (tmp_path / "agreement.toml").write_text(TEXT, "utf-8")
        return tmp_path / "agreement.toml"

    def test_all_is_well(self, capsys, file):
        assert self.told(capsys, file) == (
            0,
            "anlage-1: Kostentabelle (anlage-1.txt): geprüft\nanlage-2: Protokoll: liegt nicht bei\n",
        )

    def test_another_file(self, capsys, file):
        file.with_name("anlage-1.txt").write_text("Hello", "utf-8")
        status, out = self.told(capsys, file)
        assert status == 1
        assert out.splitlines()[0] == (
            "anlage-1: Kostentabelle (anlage-1.txt): nicht in Ordnung; gefunden: SHA-256 "
            "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969; erlaubt: SHA-256 "
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        )

    def test_no_file(self, capsys, file):
        file.with_name("anlage-1.txt").unlink()
        status, out = self.told(capsys, file, "--json")
        first, second = json.loads(out)["documents"]
        assert (status, first["status"], first["sha256"]) == (1, "nicht in Ordnung", "")
        assert first["problem"]["found"] == "keine Datei"
        assert second == {
            "id": "anlage-2",
            "title": "Protokoll",
            "file": "",
            "status": "liegt nicht bei",
            "sha256": "",
            "problem": None,
        }

    def test_a_file_without_hash_is_told_its_hash(self, capsys, file):
        lines = [line for line in TEXT.splitlines() if not line.startswith("sha256")]
        file.write_text("\n".join(lines), "utf-8")
        status, out = self.told(capsys, file)
        assert status == 0
        assert out.splitlines()[0] == (
            "anlage-1: Kostentabelle (anlage-1.txt): ohne Prüfsumme; zu ergänzen: "
            'sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"'
        )

    def test_the_newest_version_counts(self, capsys, file):
        newer = '[[documents]]\nid = "anlage-1"\ntitle = "Kostentabelle, 2. Fassung"\nfile = "neu.txt"\n'
        file.write_text(f"{TEXT}{newer}known_from = 2025-01-01\n", "utf-8")
        assert self.told(capsys, file)[0] == 1
        assert self.told(capsys, file, "--as-of", "2024-12-31")[0] == 0

    def test_a_file_outside_the_folder(self, capsys, file):
        file.write_text(TEXT.replace('"anlage-1.txt"', '"../anlage-1.txt"'), "utf-8")
        status, out = self.told(capsys, file, "--json")
        [first, _] = json.loads(out)["documents"]
        assert (status, first["sha256"], first["problem"]["found"]) == (
            1,
            "",
            "eine Datei außerhalb des Ordners",
        )

    def test_no_documents(self, capsys, file):
        start, end = TEXT.index("[[documents]]"), TEXT.index("[[components]]")
        file.write_text(TEXT[:start] + TEXT[end:], "utf-8")
        assert self.told(capsys, file) == (0, "Die Vereinbarung nennt keine Anlagen (documents).\n")
