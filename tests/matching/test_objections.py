"""What a payment's text says against a way to place it, each objection by itself."""

import datetime as dt

import pytest

from kkd_ledger.matching.evidence import ClaimSide
from kkd_ledger.matching.index import OpenItem
from kkd_ledger.matching.mentions import Mentions
from kkd_ledger.matching.objections import Purpose, contradiction, deduction, part, purpose, slip
from kkd_ledger.references import payment_reference

OURS = payment_reference("KKD2023065340041")
OTHER = payment_reference("KKD2023065340052")
FOREIGN = payment_reference("GEWST2023000017")


def item(posten: str = "kkd-2024-a-1", reference: str = OURS, document: str | None = None) -> OpenItem:
    return OpenItem(posten, "a", ClaimSide.RECEIVABLE, 886_925, dt.date(2023, 3, 15), reference, document)


def doubt(text: str, *items: OpenItem) -> str:
    return purpose(text).doubt(items or (item(),))


# --- another reference


def test_a_line_that_names_nothing_contradicts_nothing() -> None:
    assert contradiction(Mentions(), "schon ausgeglichen", [item()]) == ""


def test_a_reference_of_ours_says_what_is_paid_instead() -> None:
    assert contradiction(Mentions((OTHER, OURS)), "", [item()]) == f"die Zahlung nennt {OTHER}"
    assert contradiction(Mentions(near=((OTHER[:-1], OTHER),)), "", [item()]) == (
        f"die Zahlung nennt {OTHER[:-1]}"
    )
    assert contradiction(Mentions((OTHER,)), "schon ausgeglichen", [item()]) == "schon ausgeglichen"


def test_a_foreign_reference_contradicts_unless_it_is_the_items_own_cut_or_misread() -> None:
    says = f"die Zahlung nennt das fremde Kassenzeichen {FOREIGN}"
    assert contradiction(Mentions(foreign=(FOREIGN,)), "", [item()]) == says
    assert contradiction(Mentions(foreign=(OURS[:-3],)), "", [item()]) == ""
    assert contradiction(Mentions(foreign=(OURS.replace("0", "O"),)), "", [item()]) == ""
    assert contradiction(Mentions(foreign=(OURS[:-3], FOREIGN)), "", [item()]) == says
    assert contradiction(Mentions(foreign=(OTHER,)), "", [item(), item(reference=OTHER)]) == ""


# --- a slip of the pen


def test_a_slip_of_a_reference_with_check_digits_is_mended() -> None:
    typed = OURS[:-1]
    assert slip(typed, OURS, Mentions(near=((typed, OURS),))) == ""
    assert slip(typed, OURS, Mentions(near=((typed, OURS), (OURS + "7", OURS)))) == "", "one is meant by both"


@pytest.mark.parametrize(
    ("typed", "meant", "mentions", "says"),
    [
        (
            OURS[:-1],
            OURS,
            Mentions(near=((OURS[:-1], OURS), (OURS[:-1], OTHER))),
            "der Schreibfehler lässt mehrere Kassenzeichen zu",
        ),
        (
            OURS[:-1],
            OURS,
            Mentions(foreign=(OURS[:-1],)),
            f"die Zahlung nennt das fremde Kassenzeichen {OURS[:-1]}",
        ),
        (
            "2023000018",
            "2023000017",
            Mentions(),
            "ein Kassenzeichen ohne Prüfziffer wird nicht von selbst berichtigt",
        ),
        (
            f"RF99{OURS[4:]}",
            OURS,
            Mentions(),
            "mehr als ein Zeichen des Kassenzeichens weicht ab",
        ),
    ],
)
def test_a_slip_that_may_mean_something_else_is_not(
    typed: str, meant: str, mentions: Mentions, says: str
) -> None:
    assert slip(typed, meant, mentions) == says


# --- a deduction, a part


@pytest.mark.parametrize("word", ["./.", "abzgl", "abzüglich", "abzueglich", "Verrechn", "aufgerechn"])
def test_a_deduction_is_named_with_its_word(word: str) -> None:
    assert deduction(f"Umlage {word}") == f"der Text nennt einen Abzug („{word}“)"


@pytest.mark.parametrize("text", ["Gutschrift 2023", "2 % Skonto", "EINBEHALT"])
def test_so_are_credit_discount_and_retention(text: str) -> None:
    assert deduction(text).startswith("der Text nennt einen Abzug")


@pytest.mark.parametrize(
    "word", ["Rate", "Jahresrate", "Monatsrate", "Quartalsrate", "Abschlag", "TEILBETRAG"]
)
def test_a_part_is_named_with_its_word(word: str) -> None:
    assert part(f"1. {word} 2023") == f"der Text nennt einen Teil („{word}“)"


def test_words_that_only_contain_them_are_neither() -> None:
    assert deduction("Umlage 2023, vorabzgl") == ""
    assert part("Beratender Ratenplan, Abschlagszahlung") == ""


# --- another number


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Buchungszeichen 5662448423", "die Zahlung nennt Buchungszeichen 5662448423"),
        ("Re 44404", "die Zahlung nennt Re 44404"),
        ("RG-Nr. 44404", "die Zahlung nennt RG-Nr. 44404"),
        ("Rechnungs-Nr 44404", "die Zahlung nennt Rechnungs-Nr 44404"),
    ],
)
def test_a_number_behind_its_word_is_what_the_text_pays(text: str, says: str) -> None:
    assert doubt(text) == says


@pytest.mark.parametrize(
    "text", ["Rechnung 4711", "Rechnung 15.03.2023", "Rechnung 15032023", "Re Umlage", "Are 44404"]
)
def test_less_than_five_digits_days_and_words_are_no_number(text: str) -> None:
    assert purpose(text).numbers == {}


def test_a_number_of_the_item_is_no_other_one() -> None:
    numbered = item(document="KKD-2024-00014")
    for text in ("KKD-2024-14", "2024-00014", "KKD-2024-00014/1", f"{OURS}"):
        assert doubt(f"Rechnung {text}", numbered) == ""
    assert doubt("Rechnung KKD-2024-00015", numbered) == "die Zahlung nennt Rechnung KKD-2024-00015"
    assert doubt("Rechnung X12345") == "die Zahlung nennt Rechnung X12345"
    assert doubt("Rechnung 12024-14", numbered) == "die Zahlung nennt Rechnung 12024-14"


def test_one_of_several_items_may_have_the_number() -> None:
    assert doubt("Rechnung 44404", item(), item(document="44404")) == ""
    assert doubt("Rechnung 44404 Rechnung 44405", item(document="44404")) == (
        "die Zahlung nennt Rechnung 44405"
    )


def test_a_document_number_counts_where_it_begins_like_ours() -> None:
    numbered = item(document="KKD-2024-00012")
    assert doubt("KKD/2024/13", numbered) == "die Zahlung nennt KKD/2024/13"
    assert doubt("kkd 2024 12", numbered) == ""
    assert doubt("AO 2024 4711", numbered) == "", "a number of the payer's own"
    assert purpose("KKD 2024/2025").documents == [], "two years"
    assert purpose("XKKD-2024-1234567, KKD-2024-12a").documents == []


# --- another year


def test_every_item_has_one_of_the_years() -> None:
    assert doubt("Umlage 2024") == ""
    assert doubt("Umlage 2023, 2024") == ""
    assert doubt("Umlage 2025") == "der Text nennt das Jahr 2025"
    assert doubt("Umlage 2025/2026") == "der Text nennt das Jahr 2025"
    assert doubt("Umlage 2024", item(), item("kkd-2023-a-1")) == "der Text nennt das Jahr 2024"
    assert doubt("Umlage 2023 und 2024", item(), item("kkd-2023-a-1")) == ""


def test_an_item_named_without_a_year_has_that_of_its_due_day_and_number() -> None:
    plain = item("abrechnung", document="KKD-2022-00012")
    assert doubt("Umlage 2023", plain) == ""
    assert doubt("Umlage 2022", plain) == ""
    assert doubt("Umlage 2024", plain) == "der Text nennt das Jahr 2024"
    assert doubt("Umlage 2022", item("abrechnung")) == "der Text nennt das Jahr 2022"


def test_years_are_whole_words() -> None:
    assert purpose("Umlage 2023").years == ["2023"]
    assert purpose("2023/2024, 2025").years == ["2023", "2024", "2025"]
    for text in ("15.03.2023", "2023-0017", "A2023", "2023,50", "2023a", "12023"):
        assert purpose(text).years == []


def test_a_text_that_pays_nothing_in_particular_raises_no_doubt() -> None:
    assert Purpose({}, ()).doubt([item()]) == ""
    assert doubt("Kostenbeteiligung") == ""
