"""What a text is about decides where payer and amount alone would: on a pooled account anything foreign waits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.certificate import Fate
from kkd_ledger.matching.match import ForeignRule, match_lines
from kkd_ledger.matching.party_names import SILENT
from kkd_ledger.matching.subject import NO_SUBJECT, Subject, other_subject, subject_of
from kkd_ledger.references import payment_reference
from tests.matching.test_match import RF_A, item, paid_in
from tests.matching.test_match_purpose import share

TITLE = "Öffentlich-rechtliche Vereinbarung über das Kompetenzzentrum Digitale Dienste (KKD)"
OURS = subject_of(["kkd"], [TITLE, "Geodateninfrastruktur"], ["Stadt Musterstadt", "Landkreis Musterkreis"])
RECEIPTS = (ForeignRule("alle-eingaenge", direction="eingang"),)


def found(text: str, *, own: bool = False, rules=(), subject: Subject = OURS, **values: object):
    line = paid_in(886_925, text, **values)
    (one,) = match_lines(
        [("1:f-0-1", line)], [share(2024)], dedicated_account=own, rules=rules, subject=subject
    )
    return one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kostenbeteiligung 2024",
        "Umlage 2024",
        "KKD 2024",
        "KKD Personal und Sachkosten 2024",
        "Digitale Dienste, Kompetenzzentrum: Anteil Stadt Musterstadt",
        "Geodateninfrastruktur 2024",
        "Zahlung an Landkreis Musterkreis vom 02.01.24",
        "Stadtkasse Musterstadt, Ihr Schreiben vom 22.01.2024, Kostenbeteiligu",
        "AO 2024/004711",
    ],
)
def test_a_text_that_is_silent_or_speaks_of_us_leaves_payer_and_amount_alone(text: str) -> None:
    assert found(text).allocations == (("kkd-2024-a-1", 886_925),)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Schulumlage 2. Rate", "schulumlage"),
        ("Kreisumlage März 2024", "kreisumlage"),
        ("Grundstückskauf", "grundstueckskauf"),
        ("Gewerbesteuer 1. Quartal", "gewerbesteuer"),
        ("Miete Sporthalle", "miete"),
        ("Jugendhilfe Erstattung Fall 8812", "jugendhilfe"),
        ("Zwergkaninchen", "zwergkaninchen"),
        ("VHS 2024", "vhs"),
        ("Anteil Musikschule 2024", "musikschule"),
        ("KKD und Schulumlage", "schulumlage"),
    ],
)
def test_a_text_that_speaks_of_something_else_waits_as_a_proposal(text: str, word: str) -> None:
    one = found(text)
    assert (one.fate, one.allocations, one.evidence) == (
        Fate.WAITS,
        (),
        (f"der Text spricht von „{word}“",),
    )
    assert one.proposals[0].allocations == (("kkd-2024-a-1", 886_925),)
    assert one.proposals[0].reasons[-1] == f"der Text spricht von „{word}“"


def test_the_subject_may_stand_where_references_do() -> None:
    assert found("", structured=("Schulumlage",)).allocations == ()


@pytest.mark.parametrize("text", ["Schulumlage", "Gewerbesteuer 2024", "Miete"])
def test_on_an_own_account_only_another_levy_is_something_else(text: str) -> None:
    assert found(text, own=True).allocations == ()
    assert found("Zwergkaninchen", own=True).allocations != ()


def test_a_reference_outweighs_any_subject() -> None:
    assert found(f"Schulumlage {RF_A}").allocations == (("kkd-2024-a-1", 886_925),)


@given(
    st.lists(st.sampled_from([*SILENT, "umlage", "kkd", "2024", "musterstadt", "dienste"]), max_size=5),
    st.data(),
)
@settings(max_examples=100, deadline=None)
def test_one_foreign_word_anywhere_is_enough(words: list[str], data: st.DataObject) -> None:
    assert other_subject([" ".join(words)], OURS, common=True) == ""
    at = data.draw(st.integers(0, len(words)))
    foreign = data.draw(st.text("bcdfghjklmnpqrstvwxz", min_size=4, max_size=9)) + "steuer"
    text = " ".join([*words[:at], foreign, *words[at:]])
    assert other_subject([text], OURS, common=True) == foreign
    assert other_subject([text], OURS, common=False) == foreign


def test_without_an_agreement_every_content_word_is_foreign() -> None:
    assert other_subject(["Kompetenzzentrum"], NO_SUBJECT, common=True) == "kompetenzzentrum"


# --- numbers as people write them


@pytest.mark.parametrize(
    "text", ["Rechnung KKD-2024-12", "KKD-2024-12", "Rechnung 2024-00012", "Re KKD 2024/12"]
)
def test_a_number_is_the_same_without_its_zeros(text: str) -> None:
    assert found(text, own=True).allocations == (("kkd-2024-a-1", 886_925),)


@pytest.mark.parametrize("text", ["Rechnung KKD-2024-13", "KKD-2024-13", "kkd/2024/120"])
def test_another_number_without_zeros_is_another_one(text: str) -> None:
    one = found(text, own=True)
    assert (one.allocations, one.evidence[0].startswith("die Zahlung nennt ")) == ((), True)


# --- rules


@pytest.mark.parametrize(
    "facts",
    [
        {"structured": (payment_reference("KKD2019065340999"),)},
        {"text": f"Erstattung {payment_reference('KKD2024065340042')}"},
        {"text": "KKD-2019-00077"},
        {"end_to_end": "kkd-2024-irgendwer-2"},
    ],
)
def test_no_rule_takes_what_bears_a_number_of_our_form(facts: dict[str, object]) -> None:
    line = paid_in(164_091, **({"text": "", "iban": "DE89370400440532013000"} | facts))
    (one,) = match_lines([("1:f-0-1", line)], [share(2024)], dedicated_account=False, rules=RECEIPTS)
    assert one.fate == Fate.WAITS


def test_a_rule_takes_what_bears_none() -> None:
    line = paid_in(7_700, "Hundesteuer Kassenzeichen 4711", iban="DE89370400440532013000")
    (one,) = match_lines([("1:f-0-1", line)], [item()], dedicated_account=False, rules=RECEIPTS)
    assert (one.fate, one.rule) == (Fate.NOT_OURS, "alle-eingaenge")


def test_two_words_of_our_titles_make_a_text_ours_and_one_does_not() -> None:
    assert other_subject(["Digitale Dienste Zwergkaninchen"], OURS, common=True) == ""
    assert other_subject(["Digitale Zwergkaninchen"], OURS, common=True) == "zwergkaninchen"
    assert other_subject(["Digitale Dienste Jagdsteuer"], OURS, common=True) == "jagdsteuer"


def test_a_greeting_is_no_subject() -> None:
    assert (
        other_subject(["KKD 2024 mfg"], NO_SUBJECT._replace(names=frozenset({"xyz"})), common=True) == "kkd"
    )
    assert other_subject(["mfg, vielen Dank"], NO_SUBJECT, common=True) == ""
