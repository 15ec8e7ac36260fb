"""What is found in a text: references as they are written, mistyped, or run together; and what is none of ours."""

import pytest

from kkd_ledger.matching.mentions import (
    Mentions,
    References,
    as_read,
    compact,
    is_day,
    is_weak_number,
    one_slip_apart,
    words,
)
from kkd_ledger.references import payment_reference
from tests.bank.writing import line

OURS = payment_reference("KKD2023065340041")
SHORT = payment_reference("1")
FOREIGN = payment_reference("GEWST2023000017")


def mentioned(text: str, *references: str, **values: object) -> Mentions:
    return References(references or (OURS,)).mentioned(line(remittance=text, **values))


def besides(text: str, *references: str) -> Mentions:
    return References((OURS,)).besides(line(remittance=text), references)


# --- what is a number


def test_a_number_of_eight_digits_tells_something_unless_it_is_a_day() -> None:
    assert is_weak_number("1234567")
    assert not is_weak_number("12345678")
    assert is_weak_number("20240315")
    assert not is_weak_number("KKD2023")


@pytest.mark.parametrize("day", ["20240315", "15032024", "20991231"])
def test_a_day_is_written_year_first_or_last(day: str) -> None:
    assert is_day(day)


@pytest.mark.parametrize("number", ["19990315", "20242315", "20240345", "202403155", "2024031"])
def test_what_no_day_looks_like_is_none(number: str) -> None:
    assert not is_day(number)


def test_texts_are_compared_by_their_digits_and_capitals() -> None:
    assert compact("RF10 KKD-2023/065340041") == "RF10KKD2023065340041"
    assert compact("Kkd-2023-1") == "KKD20231"
    assert compact("Übung 7") == "BUNG7"
    assert words("Rf10 kkd-2023 ä7") == ["RF10", "KKD", "2023", "7"]
    assert as_read("RFIO KKDZS") == "RF10 KK025"


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("ABCD", False),
        ("ABCE", True),
        ("XBCD", True),
        ("BACD", True),
        ("ABDC", True),
        ("ABC", True),
        ("BCD", True),
        ("ABCDE", True),
        ("ABXCD", True),
        ("XABCD", True),
        ("CBAD", False),
        ("XYCD", False),
        ("BADC", False),
        ("AB", False),
        ("ABCDEF", False),
        ("ABDCX", False),
        ("BAXD", False),
    ],
)
def test_one_slip_is_one_sign_wrong_missing_added_or_two_swapped(typed: str, slip: bool) -> None:
    assert one_slip_apart(typed, "ABCD") == slip
    assert one_slip_apart("ABCD", typed) == slip


# --- known references


def test_a_reference_is_found_with_a_blank_behind_every_sign() -> None:
    assert mentioned(" ".join(OURS)).references == (OURS,)


def test_of_references_of_several_lengths_each_is_found_in_its_words() -> None:
    known = ("KKD202300012", "12345")
    assert mentioned("KKD 2023 00012", *known).references == ("KKD202300012",)
    assert mentioned("Rechnung 12345", *known).references == ("12345",)
    assert mentioned(" ".join("KKD202300012"), *known).references == ("KKD202300012",)


def test_the_shortest_reference_may_run_into_the_next_word() -> None:
    assert mentioned(f"{SHORT}Danke", SHORT).references == (SHORT,)
    assert mentioned(f"{SHORT}7", SHORT).references == ()


def test_of_two_references_that_begin_alike_the_longer_one_is_meant() -> None:
    longer = OURS + "X"
    assert mentioned(f"{longer}Danke", OURS, longer).references == (longer,)


def test_numbers_shorter_than_five_signs_are_not_looked_for() -> None:
    assert mentioned("Rechnung 1234", "1234").references == ()
    assert mentioned("Rechnung 12345", "12345").references == ("12345",)


def test_a_few_digits_count_where_they_stand_alone() -> None:
    assert mentioned("Nr. 202317", "202317").references == ("202317",)
    assert mentioned("Umlage 2023 17", "202317").references == ()
    assert mentioned("Umlage 2023 0617 5", "202306175").references == ("202306175",), "nine digits are enough"


def test_every_text_of_a_line_is_read_and_each_reference_named_once() -> None:
    other = payment_reference("KKD2023065340052")
    found = mentioned(f"{OURS} {OURS}", OURS, other, structured=(other,), end_to_end=OURS)
    assert found.references == (other, OURS)


def test_without_references_nothing_of_ours_is_found() -> None:
    assert References(()).mentioned(line(remittance=f"Umlage {FOREIGN}")) == Mentions(foreign=(FOREIGN,))


# --- numbers that go on with a hyphen


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Rechnung X-KKD-2023-00012", "X-KKD-2023-00012"),
        ("X- KKD-2023-00012", "X- KKD-2023-00012"),
        ("KKD-2023-00012-7", "KKD-2023-00012-7"),
        ("KKD-2023-00012- 7", "KKD-2023-00012- 7"),
        ("KKD-2023-00012-A7 Danke", "KKD-2023-00012-A7"),
    ],
)
def test_a_number_inside_a_longer_one_is_near_to_it(text: str, whole: str) -> None:
    found = mentioned(text, "KKD202300012")
    assert (found.references, found.near[0]) == ((), (whole, "KKD202300012"))


@pytest.mark.parametrize(
    "text", ["KKD-2023-00012 - Danke", "Umlage - KKD-2023-00012", "X-KKD-2023-00012, KKD-2023-00012"]
)
def test_a_number_that_also_stands_alone_is_meant(text: str) -> None:
    assert mentioned(text, "KKD202300012") == Mentions(references=("KKD202300012",))


def test_of_a_longer_number_thirty_signs_are_shown() -> None:
    (before, _), *_ = mentioned("9" * 40 + "-KKD-2023-00012", "KKD202300012").near
    assert before == "9" * 29 + "-KKD-2023-00012"
    (behind, _), *_ = mentioned("KKD-2023-00012-" + "9" * 40, "KKD202300012").near
    assert behind == "KKD-2023-00012-" + "9" * 29


def test_check_digits_make_a_hyphen_harmless() -> None:
    assert mentioned(f"{OURS}-7").references == (OURS,)


# --- near misses and what is not ours


@pytest.mark.parametrize("place", range(1, len(OURS)))
def test_one_wrong_missing_or_additional_sign_is_near_wherever_it_stands(place: int) -> None:
    wrong = OURS[:place] + "9" * (OURS[place] != "9") + "8" * (OURS[place] == "9") + OURS[place + 1 :]
    more = OURS[:place] + "7" + OURS[place:]
    for typed in (wrong, OURS[:place] + OURS[place + 1 :], more):
        assert (typed, OURS) in mentioned(f"Kassenzeichen {typed}").near


def test_the_first_sign_may_be_wrong_or_missing_and_a_word_may_run_into_it() -> None:
    for typed in ("K" + OURS[1:], OURS[1:]):
        assert mentioned(f"Kassenzeichen {typed}").near == ((typed, OURS),)
    assert mentioned(f"Kassenzeichen{OURS}").references == (OURS,)


@pytest.mark.parametrize("place", [at for at in range(len(OURS) - 1) if OURS[at] != OURS[at + 1]])
def test_two_swapped_signs_are_near_wherever_they_stand(place: int) -> None:
    typed = OURS[:place] + OURS[place + 1] + OURS[place] + OURS[place + 2 :]
    assert mentioned(f"Kassenzeichen {typed}").near == ((typed, OURS),)


def test_ten_signs_with_four_digits_are_needed_to_repair() -> None:
    assert mentioned("KKD2023X18", "KKD2023X17").near == (("KKD2023X18", "KKD2023X17"),)
    assert mentioned("KKD2023X8", "KKD2023X7").near == (), "nine signs"
    assert mentioned("KKDXY12Z48", "KKDXY12Z47").near == (("KKDXY12Z48", "KKDXY12Z47"),)
    assert mentioned("KKDXYA2Z48", "KKDXYA2Z47").near == (), "three digits"


def test_both_check_digits_wrong_are_near_and_no_slip() -> None:
    typed = "RF" + "".join(str((int(digit) + 1) % 10) for digit in OURS[2:4]) + OURS[4:]
    assert mentioned(typed).near == ((typed, OURS),)
    assert not one_slip_apart(typed, OURS)


def test_a_valid_reference_of_somebody_else_is_foreign() -> None:
    assert mentioned(f"Steuer {FOREIGN}") == Mentions(foreign=(FOREIGN,))
    assert mentioned(f"Steuer{FOREIGN}Danke").foreign == (FOREIGN,)
    assert mentioned(f"Ref {SHORT}").foreign == (SHORT,), "the shortest of ISO 11649"
    assert mentioned(f"{FOREIGN}7").foreign == (f"{FOREIGN}7",), "a longer number is not this reference"
    letter = payment_reference("GEWSTA7")
    assert mentioned(f"{letter}Danke").foreign == (letter,)


def test_what_looks_like_a_reference_and_cannot_be_read_is_foreign() -> None:
    assert mentioned("RF1O KKD2O23 0653400 Danke").foreign == ("RF1OKKD2O230653400",)
    assert mentioned("RF12 vom 2023").foreign == ()
    assert mentioned("RF1234567890").foreign == ("RF1234567890",), "ten digits"
    assert mentioned("RF123456789").foreign == (), "nine digits"


def test_no_reference_is_longer_than_twenty_five_signs() -> None:
    assert mentioned("RF12" + "A" * 21 + " 12345678").foreign == ()
    assert mentioned("RF12" + "A" * 20 + " 12345678").foreign == ("RF12" + "A" * 20 + "12345678",)


def test_what_else_a_line_names_is_looked_for_beside_its_references() -> None:
    typed = OURS[:-1]
    assert besides(f"{FOREIGN} und 10023", "10023") == Mentions(foreign=(FOREIGN,))
    assert besides(f"10023 {typed} Danke", "10023") == Mentions(near=((typed, OURS),))
    assert besides(f"Danke {OURS}", OURS) == Mentions()


def test_words_that_a_reference_stands_in_are_taken_out_together() -> None:
    assert besides(f"Umlage {OURS[:8]} {OURS[8:]} Danke", OURS) == Mentions()
    assert besides(f"{OURS} {FOREIGN} {OURS}", OURS) == Mentions(foreign=(FOREIGN,))


def test_a_reference_that_contains_another_one_is_taken_out_first() -> None:
    number = OURS[-5:]
    assert besides(f"{OURS[:-5]} {number}", number, OURS) == Mentions()
