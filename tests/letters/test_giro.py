"""The GiroCode: any amount, name and reference that it can bear is read back by a scanner."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kkd_ledger.letters import giro
from kkd_ledger.references import payment_reference


def test_the_qr_code_is_read_back() -> None:
    text = giro.payload("Kreisausschuss Müller", "DE19999999996534000000", 1555530, "RF62KKD2024065340041")
    assert text == (
        "BCD\n002\n1\nSCT\n\nKreisausschuss Müller\nDE19999999996534000000\nEUR15555.30\n\nRF62KKD2024065340041"
    )
    assert scanned(giro.svg(text)) == [text]


def scanned(svg: str) -> list[str]:
    """Draw a QR code's path and let a scanner read it."""
    size = int(svg.partition('viewBox="0 0 ')[2].partition(" ")[0])
    picture = Image.new("L", (size, size), 255)
    for move in svg.partition('d="M')[2].partition('"')[0].split("M"):
        place, _, shape = move.partition("h")
        x, y = (int(number) for number in place.split())
        for step in range(int(shape.partition("v")[0])):
            picture.putpixel((x + step, y), 0)
    found = zxingcpp.read_barcodes(
        picture.resize((size * 4, size * 4), Image.Resampling.NEAREST), formats=zxingcpp.BarcodeFormat.QRCode
    )
    return [one.text for one in found]


@settings(max_examples=60)
@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=70),
    st.integers(1, 99_999_999_999),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21),
)
def test_any_qr_code_is_read_back(name: str, cents: int, body: str) -> None:
    text = giro.payload(
        " ".join(name.split()) or "x", "DE19999999996534000000", cents, payment_reference(body)
    )
    assert scanned(giro.svg(text)) == [text]


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_no_qr_code_for_an_amount_that_nobody_can_pay(cents: int) -> None:
    with pytest.raises(ValueError, match="GiroCode"):
        giro.payload("A", "DE19999999996534000000", cents, "RF62KKD2024065340041")
