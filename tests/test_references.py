"""Payment references and IBANs: the short way to an answer says what python-stdnum says."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, iso11649

from kkd_ledger.references import check_iban, is_iban, is_payment_reference, payment_reference

bodies = st.from_regex(r"[0-9A-Z]{1,21}", fullmatch=True)


@given(bodies)
def test_what_we_make_is_valid(body: str) -> None:
    assert is_payment_reference(payment_reference(body))
    assert iso11649.is_valid(payment_reference(body))


@given(bodies, st.integers(0, 99))
def test_any_check_digits_are_judged_as_stdnum_judges_them(body: str, digits: int) -> None:
    reference = f"RF{digits:02}{body}"
    assert is_payment_reference(reference) == iso11649.is_valid(reference)


@given(st.text("RF0189AZaz -.", max_size=27))
def test_any_ascii_text_is_judged_as_stdnum_judges_it(text: str) -> None:
    assert is_payment_reference(text) == iso11649.is_valid(text)


def test_valid_and_nearly_valid_ones() -> None:
    assert is_payment_reference("RF18539007547034")
    assert not is_payment_reference("RF17539007547034")
    assert not is_payment_reference("RF1853900754703\N{ARABIC-INDIC DIGIT FOUR}")
    assert not is_payment_reference("RF18")


@given(st.integers(0, 10**18 - 1), st.integers(0, 99))
def test_german_ibans_are_judged_as_stdnum_judges_them(account: int, digits: int) -> None:
    text = f"DE{digits:02}{account:018}"
    assert is_iban(text) == iban.is_valid(text)
    sound = f"DE{iban.calc_check_digits(f'DE00{account:018}')}{account:018}"
    assert is_iban(sound)
    assert check_iban(sound) == iban.validate(sound) == sound


@given(st.text("DEAT0189 -", max_size=26))
def test_any_ascii_text_is_an_iban_where_stdnum_says_so(text: str) -> None:
    assert is_iban(text) == iban.is_valid(text)
