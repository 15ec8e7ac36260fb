"""Random documents for one share: the sums decide, however they are split; both syntaxes say the same."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kkd_ledger.einvoice import cii, ubl
from kkd_ledger.einvoice import model as m
from kkd_ledger.einvoice.comparison import Comparison, DocumentVerdict
from kkd_ledger.einvoice.comparison.lookalike import alike, skeleton
from kkd_ledger.einvoice.due_stages import with_terms
from kkd_ledger.einvoice.read import read
from kkd_ledger.errors import InvoiceRefused

from .received import DEMAND, Town

SHARE_CENTS = 1_555_530
AMOUNTS = st.integers(1, 300_000)
ADJUSTMENTS = st.lists(
    st.builds(
        lambda charge, cents: m.Adjustment(charge, cents, reason="Ausgleich", category="O"),
        st.booleans(),
        AMOUNTS,
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


@dataclass(frozen=True)
class World:
    """What a document says: its kind, its parts, by how much it demands too much, what it takes off as paid."""

    kind: str
    shares: tuple[int, ...]
    line_adjustments: tuple[m.Adjustment, ...]
    adjustments: tuple[m.Adjustment, ...]
    more_cents: int
    prepaid_cents: int

    def document(self) -> m.Invoice:
        """Return the document, all its sums right."""
        net = SHARE_CENTS + self.more_cents
        lines_cents = net - sum(map(signed, self.adjustments))
        parts = [*self.shares, lines_cents - sum(self.shares)]
        lines = tuple(self._line(number, cents) for number, cents in enumerate(parts, start=1))
        totals = m.Totals(
            lines_cents,
            net,
            net,
            net - self.prepaid_cents,
            allowances_cents=sum(part.amount_cents for part in self.adjustments if not part.is_charge)
            or None,
            charges_cents=sum(part.amount_cents for part in self.adjustments if part.is_charge) or None,
            tax_cents=0,
            prepaid_cents=self.prepaid_cents or None,
        )
        return replace(
            DEMAND,
            kind=self.kind,
            lines=lines,
            totals=totals,
            adjustments=self.adjustments,
            taxes=(replace(DEMAND.taxes[0], base_cents=net),),
            preceding=(m.Reference("LK 2023/9", dt.date(2023, 12, 1)),)
            if self.kind in {"381", "384"}
            else (),
        )

    def _line(self, number: int, cents: int) -> m.Line:
        adjustments = self.line_adjustments if number == 1 else ()
        gross = cents - sum(map(signed, adjustments))
        quantity = Decimal(-1 if gross < 0 else 1)
        price = Decimal(abs(gross)) / 100
        return replace(
            DEMAND.lines[0],
            id=str(number),
            quantity=quantity,
            price=price,
            net_cents=cents,
            adjustments=adjustments,
        )


def signed(adjustment: m.Adjustment) -> int:
    return adjustment.amount_cents if adjustment.is_charge else -adjustment.amount_cents


WORLDS = st.builds(
    World,
    kind=st.sampled_from(["380", "380", "384", "381", "386", "326", "875"]),
    shares=st.lists(st.integers(-200_000, 900_000), max_size=3).map(tuple),
    line_adjustments=ADJUSTMENTS.map(tuple),
    adjustments=ADJUSTMENTS.map(tuple),
    more_cents=st.sampled_from([0, 0, 0, 1, -1, 66_12]),
    prepaid_cents=st.sampled_from([0, 0, 0, 5_000_00]),
)


def judged(comparison: Comparison) -> list[tuple[str, str, bool]]:
    return [(field.term, str(field.judgement), field.may_be_accepted) for field in comparison.fields]


@given(world=WORLDS)
def test_the_sum_decides_however_it_is_split(town: Town, world: World) -> None:
    document = world.document()
    comparison = town.compared(document)
    right = not (world.more_cents or world.prepaid_cents or world.kind == "381")
    assert (comparison.verdict == DocumentVerdict.AS_AGREED) == (right and world.kind == "380")
    assert bool(comparison.unacceptable) == (not right)
    told = len(world.adjustments) + len(world.line_adjustments)
    adjusted = [field for field in comparison.fields if field.term in {"BG-20", "BG-21", "BG-27", "BG-28"}]
    assert len(adjusted) == told
    for syntax in (cii, ubl):
        again = read(syntax.write(document))
        assert replace(again, totals=document.totals) == document
        assert judged(town.compared(again)) == judged(comparison)


@given(
    st.lists(
        st.tuples(st.dates(dt.date(2024, 3, 1), dt.date(2025, 12, 31)), AMOUNTS), min_size=2, max_size=5
    ),
    st.integers(-1, 1),
)
def test_instalments_are_told_only_where_they_add_up(
    town: Town, parts: list[tuple[dt.date, int]], more_cents: int
) -> None:
    days = {day for day, _ in parts}
    last = SHARE_CENTS - sum(cents for _, cents in parts[1:]) + more_cents
    stages = tuple(
        sorted({m.DueStage(parts[0][0], last), *(m.DueStage(*part) for part in parts[1:])}, key=str)
    )
    document = replace(DEMAND, due=None, terms="", instalments=stages)
    whole = sum(stage.cents or 0 for stage in stages) == SHARE_CENTS
    [due] = [field for field in town.compared(document).fields if field.name == "Fälligkeit"]
    if whole and len(stages) > 1:
        assert "--instalment" in str(due)
        assert due.judgement == "zu beachten"
    elif len(days) > 1:
        assert due.judgement == "zu klären"


def test_a_day_without_amount_is_the_one_that_has_its_amount_elsewhere() -> None:
    first, second = dt.date(2024, 3, 15), dt.date(2024, 6, 14)
    stages = [m.DueStage(first), m.DueStage(first, 1_000_000), m.DueStage(second, 555_530)]
    assert with_terms(DEMAND, ["a", "a", "b"], stages) == replace(
        DEMAND, terms="a\nb", due=None, instalments=tuple(stages[1:])
    )
    assert with_terms(DEMAND, ["a"], stages[:2]) == replace(DEMAND, terms="a", due=first)
    assert with_terms(DEMAND, [], []) == replace(DEMAND, terms="", due=None)


NAME = "Kreisausschuss des Landkreises Marburg-Biedenkopf"
SWAPS = {"a": "а", "e": "е", "o": "о", "i": "l", "s": "5", "M": "М", "u": "ü", "B": "В"}


@given(st.integers(0, len(NAME) - 1), st.sampled_from(["swap", "drop", "double", "invisible"]))
def test_a_name_that_only_looks_like_the_known_one_is_seen(at: int, change: str) -> None:
    letter = NAME[at]
    other = {
        "swap": SWAPS.get(letter, letter),
        "drop": "",
        "double": letter * 2,
        "invisible": f"{letter}\u200b",
    }[change]
    name = f"{NAME[:at]}{other}{NAME[at + 1 :]}"
    if " ".join(name.split()).casefold() == NAME.casefold():
        return
    assert alike(name, [NAME]) == NAME


@given(st.text(max_size=30))
def test_a_skeleton_stays_the_same(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


def test_other_offices_are_not_alike() -> None:
    names = ["Magistrat der Stadt Wetter", "Magistrat der Stadt Kirchhain", "Kreiskasse"]
    for name in names:
        assert alike(name, [NAME, *(other for other in names if other != name)]) == ""


HIDDEN = {
    "zero-width": "auf DE30\u200b9999\u200b9999\u200b9000\u200b0471\u200b100",
    "wide": "auf ＤＥ３０９９９９９９９９９００００４７１１００",
    "lines": "IBAN DE30\n9999 9999\n9000 0471 100",
    "slashes": "DE30/9999/9999/9000/0471/100",
    "number": "neue Kto.-Nr. 4711 0815",
    "bank": "Kontonummer: 47110815, Sparkasse",
    "words": "Bitte beachten Sie unsere neue Bankverbindung",
    "changed": "unsere Bankverbindung hat sich zum 01.02. geändert",
    "sold": "Die Forderung ist an die Beispiel Finanz AG abgetreten.",
    "mail": "Rückfragen an kkd@landkreis-example.org",
    "link": "Zahlen Sie unter https://landkreis.example.com/zahlen",
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("field", ["terms", "note", "name", "payment"])
def test_another_receiver_is_seen_however_it_is_written(town: Town, name: str, field: str) -> None:
    text = HIDDEN[name]
    documents = {
        "terms": replace(DEMAND, terms=f"{DEMAND.terms} {text}"),
        "note": replace(DEMAND, notes=(m.Note(text),)),
        "name": replace(DEMAND, lines=(replace(DEMAND.lines[0], name=text),)),
        "payment": replace(DEMAND, payments=(replace(DEMAND.payments[0], text=text),)),
    }
    assert town.compared(documents[field]).signs


@pytest.mark.parametrize(
    "text",
    [
        "Sachkonto 548201, Kostenträger 111",
        "13.645 Einwohner × 1,14 EUR, Vorlage VL-100/2023",
        "Mehr unter https://www.landkreis.example.org/kkd oder kkd@landkreis.example.org",
        "Zahlbar auf DE19 9999 9999 6534 0000 00 bis 15.03.2024",
    ],
)
def test_plain_words_are_no_sign(town: Town, text: str) -> None:
    assert town.compared(replace(DEMAND, notes=(m.Note(text),))).signs == ()


def test_an_amount_in_another_currency_is_refused() -> None:
    text = ubl.write(DEMAND).decode()
    amount = '<cbc:PayableAmount currencyID="EUR">'
    assert amount in text
    with pytest.raises(InvoiceRefused, match=r"15555\.30 in USD; erlaubt: Beträge in EUR"):
        read(text.replace(amount, amount.replace("EUR", "USD")).encode())
