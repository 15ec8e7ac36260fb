"""Names as banks pass them on: cut, folded, with offices around them."""

import pytest

from kkd_ledger.matching.party_names import Names, name_words

OFFICES = """
    Stadt Gemeinde Magistrat Gemeindevorstand Der Des Die Bürgermeister Kasse Stadtkasse Gemeindekasse Hauptkasse
    Zentralkasse Kassenverwaltung Kämmerei Stadtkämmerei Finanzverwaltung Finanzabteilung Finanzen Verwaltung
    Stadtverwaltung Gemeindeverwaltung Universitätsstadt Kreisstadt Marktflecken Gde Hessen
    """.split()  # noqa: SIM905 - as in the module: easier to read
COUNTY = """
    Kreis Landkreis Kreises Landkreises Kreisausschuss Landkreisausschuss Kreisausschusses Landkreisausschusses
    Kreiskasse Landkreiskasse Kreisverwaltung Landkreisverwaltung LK
    """.split()  # noqa: SIM905
ASSOCIATION = """
    Verbandsgemeinde Samtgemeinde Verbandsgemeindekasse Samtgemeindekasse Verbandsgemeindeverwaltung
    Samtgemeindeverwaltung VG
    """.split()  # noqa: SIM905


@pytest.mark.parametrize("office", OFFICES)
def test_an_office_beside_the_name_is_still_the_municipality(office: str) -> None:
    names = Names({"a": ["Musterstadt"]})
    assert names.parties(f"{office} Musterstadt") == {"a": True}


@pytest.mark.parametrize("office", COUNTY)
def test_a_county_by_any_of_its_offices_is_the_county(office: str) -> None:
    names = Names({"county": ["Landkreis Musterland"], "town": ["Musterland"]})
    assert names.parties(f"{office} Musterland") == {"county": True, "town": False}


@pytest.mark.parametrize("office", ASSOCIATION)
def test_an_association_by_any_of_its_offices_is_the_association(office: str) -> None:
    names = Names({"all": ["Verbandsgemeinde Musterland"], "town": ["Musterland"]})
    assert names.parties(f"{office} Musterland") == {"all": True, "town": False}


def test_words_are_folded() -> None:
    assert name_words("Bärweiler Königstein Großmüllen") == ("baerweiler", "koenigstein", "grossmuellen")
    assert name_words("Muster–Stadt, Łany 3") == ("musterstadt", "any", "3"), (
        "what has no plain letter is left out"
    )
    assert name_words("Café") == ("cafe",)


CUT = "Gemeinde Hinterunterdorf"


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("Gemeinde Hinteru", False),
        ("Gemeinde Hinterun", True),
        ("Gemeinde Hinterunterdor", True),
        ("Gemeinde HinterunX", False),
        ("Gemeinde Vorderunterdorf", False),
    ],
)
def test_a_cut_name_is_known_from_sixteen_letters_on(text: str, is_known: bool) -> None:
    assert Names({"a": [CUT]}).parties(text) == ({"a": True} if is_known else {})


@pytest.mark.parametrize(("letters", "is_known"), [(5, False), (6, True)])
def test_six_letters_of_the_own_name_are_needed_behind_the_office(letters: int, is_known: bool) -> None:
    office = "Gemeindevorstand der Gemeinde "
    names = Names({"a": [f"{office}Hinterunterdorf"]})
    assert bool(names.parties(office + "Hinterunterdorf"[:letters])) == is_known


@pytest.mark.parametrize(("office", "is_known"), [("Ka", False), ("Kas", True), ("Kassx", False)])
def test_three_letters_of_a_cut_office_are_needed_behind_the_name(office: str, is_known: bool) -> None:
    assert Names({"a": ["Musterstadt"]}).parties(f"Stadt Musterstadt {office}") == {"a": is_known}


def test_a_cut_beginning_of_two_names_is_both() -> None:
    names = Names({"a": ["Gemeinde Hinterunterdorf-Nord"], "b": ["Gemeinde Hinterunterdorf-Süd"]})
    assert names.parties("Gemeinde Hinterunterd") == {"a": True, "b": True}


def test_a_name_of_offices_alone_is_compared_as_a_whole() -> None:
    names = Names({"a": ["Stadt Hessen"]})
    assert names.parties("Stadt Hessen") == {"a": True}
    assert names.parties("Stadt") == {}
    assert Names({"a": ["()"]}).parties("irgendwer") == {}
