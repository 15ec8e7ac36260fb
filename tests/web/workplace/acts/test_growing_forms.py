"""Forms that grow with their answers: a new agreement as `kkd init` makes it, and an amendment of several things."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from kkd_ledger.agreement.beginning.answers import answers_of
from kkd_ledger.agreement.beginning.questions import Interview
from kkd_ledger.periods import BookingMonth
from kkd_ledger.work.beginning.begin import begin, beginning
from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import Office, offers_to_confirm, text_of

IBAN = "DE02120300000000202051"
SAID = {
    "Wie heißt die Vereinbarung?": "Musikschule",
    "1. Name": "Badstadt",
    "2. Name": "Kahrdorf",
    "Wer betreibt die Zusammenarbeit?": "Badstadt",
    "Ab welchem Tag gilt sie?": "01.01.2022",
    "1. Was wird geteilt? (Titel)": "Zuschuss",
    "Zahlt jede einen Preis": "Betrag",
    "Betrag im Jahr, EUR ab 01.01.2022": "123.456,70",
    "Wie wird gezahlt": "Raten",
    "An welchen Tagen": "15.05., 15.11.",
    "Welches Konto": IBAN,
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "landkreis")


def fields_of(page: TestResponse) -> dict[str, tuple[str, str]]:
    """Return the label and the text of each field of a form."""
    shown = {}
    for name, label in re.findall(r'<label class="kern-label" for="feld-(\w+)">([^<]*)', page.text):
        typed = re.search(rf'<input[^>]*id="feld-{name}"[^>]*value="([^"]*)"', page.text)
        chosen = re.search(
            rf'id="feld-{name}"(?:(?!</select>).)*?value="([^"]*)" selected', page.text, re.DOTALL
        )
        text = typed or chosen
        shown[name] = unescape(label).strip(), unescape(text[1]) if text else ""
    return shown


def answered(
    office: Office, act: str, said: dict[str, str], **first: str
) -> tuple[dict[str, str], TestResponse]:
    """Send a form until it asks nothing more; a field is answered by the beginning of its label, or left as it is."""
    typed, page = dict(first), office.get(f"tun/{act}")
    for _ in range(30):
        for name, (label, text) in fields_of(page).items():
            wanted = next((answer for words, answer in said.items() if label.startswith(words)), text)
            typed.setdefault(name, wanted)
        page = office.preview(act, **typed)
        assert page.status_code == 200, text_of(page)
        if "Prüfsumme des Gesehenen" in text_of(page):
            return typed, page
    raise AssertionError(text_of(page))


def test_a_new_agreement_is_what_the_questions_of_the_command_make(office: Office, tmp_path: Path) -> None:
    typed, seen = answered(office, "neue-vereinbarung", SAID, ordner="musikschule", monat="2024-02")
    assert "123.456,70 EUR" in text_of(seen), "the readable version with a reckoned year"
    assert not (office.folder / "musikschule").exists()
    done = office.confirm(seen, "tun/neue-vereinbarung", **typed)
    assert "Geschrieben" in text_of(done), text_of(done)

    def ask(question: str) -> str:
        return next((answer for words, answer in SAID.items() if words in question), "")

    given = Interview(ask, lambda _: None, {}).run()
    begin(beginning(answers_of(given), BookingMonth(2024, 2)), tmp_path / "neu")
    assert tree(office.folder / "musikschule") == tree(tmp_path / "neu")
    again = office.preview("neue-vereinbarung", **typed)
    assert again.status_code == 422
    assert re.findall(r'id="fehler-(\w+)"', again.text) == ["ordner"]


def test_what_was_only_asked_now_is_not_wrong_yet(office: Office) -> None:
    page = office.preview("neue-vereinbarung", ordner="neu", monat="2024-02")
    assert page.status_code == 200
    assert "fehler-" not in page.text
    [title] = [name for name, (label, _) in fields_of(page).items() if label.startswith("Wie heißt")]
    page = office.preview("neue-vereinbarung", **{"ordner": "neu", "monat": "2024-02", title: ""})
    assert page.status_code == 422
    assert "Bitte ausfüllen" in text_of(page)
    page = office.preview("neue-vereinbarung", **{"ordner": "Neu Ordner", "monat": "2024-02", title: "Titel"})
    assert "ist kein Ordnername" in text_of(page)


def test_a_slip_stands_at_its_question_and_what_was_typed_stays(office: Office) -> None:
    wrong = {**SAID, "Ab welchem Tag gilt sie?": "am Ersten"}
    with pytest.raises(AssertionError, match="kein Tag"):
        answered(office, "neue-vereinbarung", wrong, ordner="neu", monat="2024-02")


def test_an_amendment_of_two_things_is_asked_one_after_the_other(office: Office) -> None:
    first = office.preview("nachtrag", was1="satz", grund="Beschluss vom 01.02.")
    assert first.status_code == 200
    assert not offers_to_confirm(first)
    assert [label for label, _ in fields_of(first).values()][:4] == [
        "Was ist neu vereinbart?", "Baustein", "Ab welchem Tag", "Satz",
    ]  # fmt: skip
    typed = {
        "was1": "satz",
        "baustein1": "Cybersicherheit",
        "tag1": "01.01.2025",
        "wert1": "0,35",
        "grund": "x",
    }
    second = office.preview("nachtrag", **typed, was2="austritt")
    assert [label for label, _ in fields_of(second).values()][4:7] == [
        "Und noch etwas?",
        "Beteiligte",
        "Ihr letzter Tag",
    ]
    seen = office.preview("nachtrag", **typed, was2="austritt", wer2="Lohra", tag2="31.12.2025", was3="")
    assert offers_to_confirm(seen), text_of(seen)
    assert "Wer zahlt was mehr oder weniger" in text_of(seen)
    wrong = office.preview("nachtrag", **typed, was2="austritt", wer2="Lohra", tag2="bald", was3="")
    assert re.findall(r'id="fehler-(\w+)"', wrong.text) == ["tag2"]
