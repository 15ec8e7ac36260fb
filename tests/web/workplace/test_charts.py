"""Pictures of figures: their lengths are the figures, nothing in them is markup, none is drawn of nothing."""

from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.web.workplace.charts import Bar, bars


def test_no_figure_no_picture() -> None:
    assert bars("Nichts", []) == ""
    assert bars("Nichts", [Bar("2024", [(0, "kkd-paid")], "0,00 EUR")]) == ""


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=8), st.text(min_size=1, max_size=20))
def test_bars_are_as_long_as_their_figures(figures: list[int], label: str) -> None:
    label = "".join(sign for sign in label if sign.isprintable()) or "x"
    picture = Xml.fromstring(bars(label, [Bar(label, [(cents, "kkd-paid")], label) for cents in figures]))
    widths = [int(part.get("width", "")) for part in picture.iter() if part.tag.endswith("rect")]
    longest = max(widths)
    assert len(widths) == len(figures)
    assert all(
        abs(width * max(figures) - cents * longest) <= max(figures)
        for width, cents in zip(widths, figures, strict=True)
    )
    assert next(part.text for part in picture.iter() if part.tag.endswith("title")) == label
