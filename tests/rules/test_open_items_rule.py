"""Open items: what may be named, paid and referred to, what is overdue, and what is ordered about it."""

import datetime as dt
import json

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Custom, Euro, Posting, Record, Transaction
from kkd_ledger.references import payment_reference
from kkd_ledger.rules import open_items
from kkd_ledger.rules.engine.fold import as_data
from kkd_ledger.rules.engine.rule import Context
from tests.rules.folding import ADORF, BANK, INCOME, SUSPENSE, custom, entry, legs, said

ITEM = "archiv-2022-adorf-1"
REFERENCES = {end: payment_reference(f"ARCHIV202299001001{end}") for end in ("1", "2", "3")}
DUE = dt.date(2022, 6, 1)
BEFORE_DUE = dt.date(2022, 6, 30)
PERSONS = {"grund": "x", "sachlich_richtig_von": "S. Muster", "rechnerisch_richtig_von": "S. Muster"}


def claim(
    number: int = 1,
    cents: int = 100,
    end: str = "1",
    *,
    item: str = "",
    reference: str | None = None,
    **meta: object,
) -> Transaction:
    facts = {
        "beteiligte": "adorf",
        "leistungsjahr": "2022",
        "kassenzeichen": REFERENCES.get(end, "") if reference is None else reference,
        "faellig": DUE,
        **meta,
    }
    name = item or f"archiv-2022-adorf-{end}"
    return entry("kostenbeteiligung", number, legs((ADORF, cents), (INCOME, -cents), item=name), **facts)


def paid(cents: int, number: int = 9, item: str = ITEM, **values: object) -> Transaction:
    return entry("zahlung", number, legs((BANK, cents), (ADORF, -cents), item=item), bankref="b", **values)


def told(book: Book, *records: Record, as_of: dt.date = BEFORE_DUE) -> list[str]:
    return [text.removeprefix("7: ") for text in said(open_items, book, *records, as_of=as_of)]


# --- names


def test_a_claim_and_its_payment_say_nothing(operator: Book) -> None:
    assert told(operator, claim(), paid(100)) == told(operator, claim(), paid(40), paid(60)) == []


def test_nothing_is_paid_that_was_not_claimed(operator: Book) -> None:
    assert told(operator, paid(100)) == [f"KKD-O01 (fehler) posten {ITEM!r} ist nicht gebucht"]
    back = entry(
        "storno", 3, legs((ADORF, 5), (SUSPENSE, -5), item=ITEM), storniert="2022-000009", bankref="b"
    )
    assert not any("KKD-O01" in text for text in told(operator, back)), "it was told at the payment"


def test_nothing_is_paid_beyond_what_is_open(operator: Book) -> None:
    assert told(operator, claim(), paid(101)) == [f"KKD-O02 (fehler) posten {ITEM}: um 0,01 EUR überzahlt"]
    assert told(operator, claim(), paid(101), entry("storno", 10, storniert="2022-000009")) == []


def test_an_item_is_named_after_its_share(operator: Book) -> None:
    assert told(operator, claim(item="archiv-2021-adorf-1")) == [
        "KKD-O05 (fehler) posten 'archiv-2021-adorf-1' an einer Buchung zu archiv-2022-adorf-…"
    ]


# --- payment references


def test_a_reference_has_check_digits(operator: Book) -> None:
    for reference in ("", "17", "RF00ARCHIV2022990010011"):
        assert told(operator, claim(reference=reference)) == [
            f"KKD-O03 (fehler) kassenzeichen {reference!r} ist keine RF-Referenz"
        ]


def test_a_reference_belongs_to_one_item(operator: Book) -> None:
    assert told(operator, claim(), claim(2, 5)) == [], "more of the same item"
    again = claim(2, end="2", reference=REFERENCES["1"])
    assert told(operator, claim(), again) == [
        f"KKD-O03 (fehler) kassenzeichen {REFERENCES['1']} gehört schon zu {ITEM}"
    ]


def month(number: int, year: int = 2022) -> Custom:
    return custom("buchungsmonat", f"{year}-{number:02}", day=dt.date(year, number, 1))


def test_a_reference_of_a_settled_item_is_never_given_again(operator: Book) -> None:
    settled = [claim(), paid(100), month(7)]
    assert told(operator, *settled, claim(3, end="2", reference=REFERENCES["1"])) == [
        f"KKD-O03 (fehler) kassenzeichen {REFERENCES['1']} ist schon vergeben"
    ]
    assert told(operator, *settled, claim(3, end="2")) == []
    foreign = payment_reference("ANDERES1")
    kept = [claim(reference=foreign), paid(100), month(7)]
    assert told(operator, *kept, claim(3, end="2", reference=foreign)) == [
        f"KKD-O03 (fehler) kassenzeichen {foreign} gehört schon zu {ITEM}"
    ]


# --- what is forgotten


def state_after(book: Book, *records: Record) -> dict[str, object]:
    context = Context(book)
    state = open_items.start(context)
    for record in records:
        open_items.step(context, state, record)
    data: dict[str, object] = json.loads(json.dumps(state, default=as_data))
    revived = open_items.revive(context, json.loads(json.dumps(state, default=as_data)))
    assert json.loads(json.dumps(revived, default=as_data)) == data, "written and read again it is the same"
    return data


def test_what_was_due_and_settled_before_a_month_is_forgotten_but_for_its_name(operator: Book) -> None:
    assert state_after(operator, claim(), paid(100), month(6))["open"]["items"].keys() == {ITEM}, (
        "due that day"
    )
    after = state_after(operator, claim(), paid(100), month(7))
    assert after["open"]["items"] == after["references"] == {}
    assert after["open"]["given"] == {"archiv-2022-adorf": [1, []]}
    assert state_after(operator, claim(), paid(99), month(7))["open"]["items"].keys() == {ITEM}


def test_names_that_were_left_out_are_remembered(operator: Book) -> None:
    third = state_after(operator, claim(end="3"))["open"]["given"]
    assert third == {"archiv-2022-adorf": [3, [1, 2]]}
    filled = state_after(operator, claim(end="3"), claim(2, end="1"))["open"]["given"]
    assert filled == {"archiv-2022-adorf": [3, [2]]}


def test_a_payment_of_a_forgotten_item_is_one_too_many_and_opens_nothing_else(operator: Book) -> None:
    settled = [claim(), paid(100), month(7)]
    assert told(operator, *settled, paid(5, 10)) == [f"KKD-O02 (fehler) posten {ITEM}: um 0,05 EUR überzahlt"]
    other = paid(5, 10, "archiv-2022-adorf-2")
    assert told(operator, *settled, other) == [
        "KKD-O01 (fehler) posten 'archiv-2022-adorf-2' ist nicht gebucht"
    ]
    third = [claim(end="3"), paid(100, item="archiv-2022-adorf-3"), month(7)]
    assert told(operator, *third, paid(5, 10, "archiv-2022-adorf-2"))[0].startswith("KKD-O01"), "left out"


def test_a_forgotten_item_that_is_open_again_is_so_since_that_day(operator: Book) -> None:
    back = entry(
        "storno",
        10,
        legs((ADORF, 100), (SUSPENSE, -100), item=ITEM),
        day=dt.date(2022, 7, 5),
        storniert="2022-000009",
        bankref="b",
    )
    found = told(operator, claim(), paid(100), month(7), back, as_of=dt.date(2022, 8, 5))
    assert found == [
        "KKD-O04 (offen) Buchung 2022-000010: 1,00 EUR vom 05.07.2022",
        f"KKD-O06 (hinweis) posten {ITEM}: 1,00 EUR offen, wieder offen seit 05.07.2022",
    ]


# --- ages


@pytest.mark.parametrize(("as_of", "late"), [(dt.date(2022, 7, 1), False), (dt.date(2022, 7, 2), True)])
def test_an_item_is_overdue_thirty_days_after_its_day(operator: Book, as_of: dt.date, late: bool) -> None:
    text = f"KKD-O06 (hinweis) posten {ITEM}: 1,00 EUR offen, fällig seit 01.06.2022"
    assert told(operator, claim(), as_of=as_of) == ([text] if late else [])
    assert told(operator, claim(), paid(100), as_of=as_of) == []
    assert told(operator, claim(cents=-100), as_of=as_of) == [], (
        "what is owed to them is no claim that is late"
    )


@pytest.mark.parametrize(("as_of", "old"), [(dt.date(2022, 4, 14), False), (dt.date(2022, 4, 15), True)])
def test_money_in_suspense_is_old_after_thirty_days(operator: Book, as_of: dt.date, old: bool) -> None:
    came = entry("ungeklaert", 1, legs((BANK, 100), (SUSPENSE, -100)), bankref="b")
    text = "KKD-O04 (offen) Buchung 2022-000001: 1,00 EUR vom 15.03.2022"
    assert told(operator, came, as_of=as_of) == ([text] if old else [])


# --- what is ordered


def order(kind: str, until: dt.date, item: str = ITEM, **meta: object) -> Custom:
    return custom("verfuegung", item, kind, "L. Beispiel", until, **(meta or PERSONS))


def rate(day: dt.date, cents: int, item: str = ITEM) -> Custom:
    return custom("rate", item, day, Euro(cents))


SEPTEMBER, OCTOBER = dt.date(2022, 9, 1), dt.date(2022, 10, 15)


def test_a_deferral_moves_the_day(operator: Book) -> None:
    deferred = [claim(), order("stundung", SEPTEMBER)]
    assert told(operator, *deferred, as_of=dt.date(2022, 10, 1)) == []
    assert told(operator, *deferred, as_of=dt.date(2022, 10, 2)) == [
        f"KKD-O06 (hinweis) posten {ITEM}: 1,00 EUR offen, fällig seit 01.09.2022"
    ]


def test_an_instalment_is_late_by_itself(operator: Book) -> None:
    plan = [claim(), order("ratenzahlung", OCTOBER), rate(SEPTEMBER, 40), rate(OCTOBER, 60)]
    assert told(operator, *plan, as_of=dt.date(2022, 10, 2)) == [
        f"KKD-O06 (hinweis) posten {ITEM}: 0,40 EUR offen, Rate nicht gezahlt, fällig seit 01.09.2022 "
        "(insgesamt offen: 1,00 EUR)"
    ]
    assert told(operator, *plan, paid(40), as_of=dt.date(2022, 10, 2)) == []


def test_instalments_are_together_what_was_open(operator: Book) -> None:
    plan = [claim(), order("ratenzahlung", OCTOBER), rate(SEPTEMBER, 40)]
    assert told(operator, *plan) == [
        f"9: KKD-O07 (fehler) posten {ITEM}: Raten über 0,40 EUR, offen waren 1,00 EUR"
    ]
    assert told(operator, *plan, rate(OCTOBER, 60)) == []


def test_an_order_names_a_booked_item_its_kind_and_who(operator: Book) -> None:
    assert told(operator, claim(), order("stundung", SEPTEMBER, "archiv-2022-adorf-7")) == [
        "9: KKD-O07 (fehler) posten 'archiv-2022-adorf-7' ist nicht gebucht"
    ]
    assert told(operator, claim(), order("gnade", SEPTEMBER)) == [
        '9: KKD-O07 (fehler) custom "verfuegung" mit unbrauchbaren Werten'
    ]
    assert told(operator, claim(), custom("verfuegung", ITEM, "stundung", "", SEPTEMBER, **PERSONS)) == [
        '9: KKD-O07 (fehler) custom "verfuegung" mit unbrauchbaren Werten'
    ]
    for key in PERSONS:
        lacking = {name: value for name, value in PERSONS.items() if name != key}
        assert told(operator, claim(), order("stundung", SEPTEMBER, **lacking)) == [
            f"9: KKD-O07 (fehler) posten {ITEM!r}: es fehlt: {key.replace('_', '-')}"
        ]


def test_an_instalment_follows_an_order_of_instalments(operator: Book) -> None:
    lacks = f"9: KKD-O07 (fehler) posten {ITEM!r}: Rate ohne offene Ratenzahlung"
    assert told(operator, rate(SEPTEMBER, 40)) == [lacks]
    assert told(operator, claim(), order("stundung", SEPTEMBER), rate(SEPTEMBER, 40)) == [lacks]


def test_the_rates_of_a_due_plan_come_to_the_claim(operator: Book) -> None:
    less = f"KKD-O07 (fehler) posten {ITEM}: Raten über 0,40 EUR, gefordert sind 1,00 EUR"
    assert told(operator, claim(), rate(SEPTEMBER, 40)) == [less]
    assert told(operator, claim(), rate(SEPTEMBER, 40), rate(SEPTEMBER, 60)) == []
    more = f"9: KKD-O07 (fehler) posten {ITEM!r}: Rate ohne offene Ratenzahlung"
    assert told(operator, claim(), rate(SEPTEMBER, 40), rate(SEPTEMBER, 61)) == [more, less]


def test_an_order_about_an_item_that_is_settled_orders_nothing(operator: Book) -> None:
    settled = [claim(), paid(100), month(7)]
    assert told(operator, *settled, order("stundung", SEPTEMBER)) == []


def test_other_customs_are_of_no_interest(operator: Book) -> None:
    assert told(operator, custom("haushaltsjahr", "2022", "offen"), custom("rate")) == [
        '9: KKD-O07 (fehler) custom "rate" mit unbrauchbaren Werten'
    ]


def test_a_leg_of_two_items_is_looked_at_each(operator: Book) -> None:
    both = (
        Posting(BANK, 150, {}),
        Posting(ADORF, -100, {"posten": ITEM}),
        Posting(ADORF, -50, {"posten": "archiv-2022-adorf-2"}),
    )
    record = entry("zahlung", 9, both, bankref="b")
    assert told(operator, claim(), record) == [
        "KKD-O01 (fehler) posten 'archiv-2022-adorf-2' ist nicht gebucht"
    ]
