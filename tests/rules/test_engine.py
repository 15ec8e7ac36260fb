"""How rules run: what a finding says, in which order, grouped how; what a rule may ask; and what a fold takes."""

import datetime as dt
from pathlib import Path
from types import ModuleType

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.text.records import Custom, Place, Record, Transaction
from kkd_ledger.rules import recorded
from kkd_ledger.rules.engine import check, rule, telling
from kkd_ledger.rules.engine.fold import RULES, Fold, ages, as_data, rule_name, takes_of
from kkd_ledger.rules.engine.rule import Context, Finding, FindingKind, Level, State
from tests.rules import folding
from tests.rules.folding import custom, entry

WRONG = FindingKind("KKD-X01", Level.ERROR, "Etwas ist falsch", "Richten Sie es.")
ODD = FindingKind("KKD-X02", Level.OBJECTION, "Etwas ist seltsam", "Klären Sie es.")
LEFT = FindingKind("KKD-X03", Level.OPEN, "Etwas fehlt", "Ergänzen Sie es.")
GOOD = FindingKind("KKD-X04", Level.NOTE, "Etwas ist anders", "Lesen Sie es.")
HERE = Place("2022/2022-03.beancount", 7)


def finding(kind: FindingKind = WRONG, text: str = "so", place: Place = HERE, **more: str) -> Finding:
    return Finding(kind, place, text, **more)


# --- a finding


def test_a_finding_says_where_what_and_why() -> None:
    assert str(finding()) == "2022/2022-03.beancount:7: KKD-X01 (fehler) so"
    assert str(finding(place=Place("", 0))) == "KKD-X01 (fehler) so"
    assert str(finding(cause="weil")) == "2022/2022-03.beancount:7: KKD-X01 (fehler) so (weil)"


def test_a_finding_is_about_its_subject_else_about_what_it_says() -> None:
    assert finding().about == "so"
    assert finding(subject="posten 1").about == "posten 1"
    assert (finding().cause, finding().subject) == ("", "")


def test_a_finding_as_json() -> None:
    assert finding(LEFT, cause="weil").as_json() == {
        "code": "KKD-X03",
        "level": "offen",
        "file": "2022/2022-03.beancount",
        "line": 7,
        "title": "Etwas fehlt",
        "text": "so (weil)",
        "advice": "Ergänzen Sie es.",
    }


@pytest.mark.parametrize(
    ("kinds", "acts"), [([], False), ([GOOD], False), ([GOOD, LEFT], True), ([ODD], True)]
)
def test_notes_alone_need_nobody(kinds: list[FindingKind], acts: bool) -> None:
    assert rule.needs_action(map(finding, kinds)) == acts


def test_the_gravest_come_first_and_else_as_they_came() -> None:
    mixed = [finding(GOOD), finding(LEFT, "zwei"), finding(LEFT, "eins"), finding(ODD), finding(WRONG)]
    assert [each.text for each in check.gravest_first(mixed)] == ["so", "so", "zwei", "eins", "so"]
    assert check.gravest_first(mixed)[0].kind == WRONG


def test_an_error_is_new_unless_its_text_or_its_place_was_wrong_before() -> None:
    other = Place(HERE.file, 8)
    before = [finding(text="um 1,00 EUR"), finding(ODD, "seltsam")]
    assert check.new_errors([finding(text="um 1,00 EUR", place=other)], before) == [], (
        "the same words elsewhere"
    )
    assert check.new_errors([finding(text="um 2,00 EUR")], before) == [], "another sum at its place"
    two = [finding(text="um 2,00 EUR"), finding(text="um 3,00 EUR")]
    assert check.new_errors(two, before) == two, "one more at its place"
    assert check.new_errors([finding(text="seltsam", place=other)], before) == [
        finding(text="seltsam", place=other)
    ], "an objection before is no error"


# --- what people read


def test_findings_are_told_by_what_to_do_about_them() -> None:
    assert list(telling.finding_lines([])) == ["  Feststellungen: keine"]
    rows = [finding(), finding(LEFT, "fehlt"), finding(text="auch", place=Place("", 0))]
    assert list(telling.finding_lines(iter(rows))) == [
        "  Feststellungen: 3",
        "    KKD-X01 (fehler) Etwas ist falsch. Richten Sie es.",
        "      2022/2022-03.beancount:7: so",
        "      auch",
        "    KKD-X03 (offen) Etwas fehlt. Ergänzen Sie es.",
        "      2022/2022-03.beancount:7: fehlt",
    ]


def test_a_cause_that_several_share_stands_once_above_them() -> None:
    rows = [finding(text="a", cause="Zahl"), finding(text="b", cause="Wort"), finding(text="c", cause="Zahl")]
    front = "2022/2022-03.beancount:7: "
    assert list(telling.finding_lines(rows))[2:] == [
        "      Zahl:",
        f"        {front}a",
        f"        {front}c",
        f"      {front}b (Wort)",
    ]


# --- findings on the way


def test_what_was_noted_is_found_unless_its_entry_is_reversed() -> None:
    state: State = {}
    rule.note(state, WRONG, HERE, "eins", "2022-000001")
    rule.note(state, ODD, HERE, "zwei")
    assert [each.text for each in rule.noted(state, (WRONG, ODD))] == ["eins", "zwei"]
    rule.retract(state, "2022-000001")
    assert rule.noted(state, (WRONG, ODD)) == [finding(ODD, "zwei")]
    empty: State = {}
    rule.retract(empty, "2022-000001")
    assert rule.noted(empty, (WRONG,)) == []


# --- what a rule may ask


def test_levels_are_the_offices_but_for_errors(folder: Path) -> None:
    book = folding.book(folder, "amt", '[findings]\nKKD-O04 = "hinweis"\nKKD-D01 = "offen"\n')
    context = Context(book)
    known = {kind.code: kind for kind in check.CATALOGUE}
    assert context.judged(finding(known["KKD-O04"])).kind.level == Level.NOTE
    assert context.judged(finding(known["KKD-D01"])).kind.level == Level.OPEN
    assert context.judged(finding(known["KKD-D02"])).kind.level == Level.OBJECTION


def test_parties_are_bound_from_the_later_of_agreement_and_resolution(operator: Book) -> None:
    context = Context(operator)
    assert context.effective["adorf"] == context.effective["amt"] == dt.date(2021, 1, 1)
    assert context.all_effective == max(context.effective.values())
    assert (context.name("adorf"), context.name("niemand")) == ("Adorf", "niemand")


def test_of_two_general_orders_with_one_id_the_first_counts(folder: Path) -> None:
    order = '[[standing_orders]]\nid = "A"\nsigned_by = "{}"\nfrom = 2022-01-01\n'
    book = folding.book(folder, "amt", order.format("L. Eins") + order.format("L. Zwei"))
    assert Context(book).general_orders["A"].signed_by == "L. Eins"
    assert Context(book).unsigned_orders == frozenset(), "without roles anybody may order"


def test_documents_are_the_files_below_their_folder(folder: Path) -> None:
    book = folding.book(folder)
    lying = book.root / "documents" / "2022"
    lying.mkdir(parents=True)
    (lying / "a.pdf").write_bytes(b"a")
    assert list(Context(book).documents) == ["documents/2022/a.pdf"]
    assert Context(book).documents["documents/2022/a.pdf"].startswith("ca978112")


# --- the fold


def rule_of(name: str, **values: object) -> ModuleType:
    """Return a rule that notes what it is handed, and on which day it is asked."""
    module = ModuleType(f"any.{name}")

    def start(context: Context) -> State:
        return {"seen": []}

    def step(context: Context, state: State, record: Record) -> None:
        kind = record.text("buchungsart") if isinstance(record, Transaction) else type(record).__name__
        state["seen"].append(kind)

    def finish(context: Context, state: State, as_of: dt.date) -> list[Finding]:
        return [finding(text=f"{name} {as_of}: {','.join(state['seen'])}")]

    vars(module).update(KINDS=(WRONG,), start=start, step=step, finish=finish, **values)
    return module


MARCH = custom("buchungsmonat", "2022-03", day=dt.date(2022, 3, 1))


def told(book: Book, module: ModuleType, *records: Record, **days: dt.date) -> str:
    [found] = Fold(Context(book), [module]).take(records).findings(**days)
    return found.text


def test_a_rule_is_handed_what_it_takes(operator: Book) -> None:
    records = (MARCH, entry("zahlung"), entry("storno"))
    assert told(operator, rule_of("alles"), *records) == "alles 2022-03-31: Custom,zahlung,storno"
    assert told(operator, rule_of("art", TAKES=("storno",)), *records) == "art 2022-03-31: storno"
    both = rule_of("beides", TAKES=(Custom, "zahlung"))
    assert told(operator, both, *records) == "beides 2022-03-31: Custom,zahlung"
    assert (rule_name(both), takes_of(both)) == ("beides", {Custom, "zahlung"})


def test_the_newest_month_says_as_of_when(operator: Book) -> None:
    plain = rule_of("x", TAKES=("nichts",))
    assert told(operator, plain) == "x 0001-01-01: "
    february = custom("buchungsmonat", "2022-02", day=dt.date(2022, 2, 1))
    assert told(operator, plain, MARCH, february) == "x 2022-03-31: "
    for broken in (custom("buchungsmonat"), custom("buchungsmonat", "bald"), custom("anderes", "2022-04")):
        assert told(operator, plain, MARCH, broken) == "x 2022-03-31: "


@pytest.mark.parametrize(
    ("days", "day"),
    [
        ({}, "2022-03-31"),
        ({"today": dt.date(2022, 3, 15)}, "2022-03-15"),
        ({"today": dt.date(2022, 2, 15)}, "2022-03-01"),
        ({"today": dt.date(2023, 1, 1)}, "2022-03-31"),
        ({"aged": dt.date(2023, 1, 1)}, "2023-01-01"),
        ({"aged": dt.date(2022, 1, 1)}, "2022-03-01"),
        ({"today": dt.date(2022, 3, 15), "aged": dt.date(2022, 3, 20)}, "2022-03-20"),
    ],
)
def test_ages_are_measured_on_the_day_of_the_check(
    operator: Book, days: dict[str, dt.date], day: str
) -> None:
    aging = rule_of("alt", TAKES=("nichts",), AGES=True)
    assert ages(aging)
    assert told(operator, aging, MARCH, **days) == f"alt {day}: "
    assert told(operator, aging, **days) == "alt 0001-01-01: "
    still = rule_of("still", TAKES=("nichts",))
    assert not ages(still)
    assert told(operator, still, MARCH, **days) == "still 2022-03-31: "


def test_findings_come_gravest_first_then_by_place(operator: Book) -> None:
    def of(*found: Finding) -> ModuleType:
        module = rule_of("viele", TAKES=("nichts",))
        vars(module)["finish"] = lambda context, state, as_of: list(found)
        return module

    late, early = finding(LEFT, place=Place("b", 1)), finding(LEFT, place=Place("a", 2))
    assert Fold(Context(operator), [of(late, early, finding(WRONG, place=Place("z", 9)))]).findings() == [
        finding(WRONG, place=Place("z", 9)),
        early,
        late,
    ]


def test_what_is_recorded_too_early_is_found_only_with_a_day(operator: Book) -> None:
    fold = Fold(Context(operator), [recorded]).take([entry("zahlung", erfasst_am=dt.date(2022, 5, 1))])
    assert fold.findings() == []
    assert [str(found.kind.code) for found in fold.findings(today=dt.date(2022, 4, 30))] == ["KKD-F06"]


def test_a_state_comes_back_from_its_text(operator: Book) -> None:
    empty = Fold(Context(operator))
    assert Fold.from_json(Context(operator), empty.to_json()).to_json() == empty.to_json()
    assert Fold.from_json(Context(operator), empty.to_json()).as_of is None
    begun = Fold(Context(operator)).take([MARCH])
    again = Fold.from_json(Context(operator), begun.to_json())
    assert (again.as_of, again.to_json()) == (dt.date(2022, 3, 31), begun.to_json())
    assert again.findings() == begun.findings()


def test_every_rule_has_a_name_and_kinds_of_its_own() -> None:
    names = [rule_name(module) for module in RULES]
    assert len(set(names)) == len(names)
    codes = [kind.code for kind in check.CATALOGUE]
    assert codes == sorted(codes)
    assert len(set(codes)) == len(codes)


def test_only_folds_that_rules_build_on_become_data() -> None:
    class Kept:
        def to_data(self) -> list[int]:
            return [1]

    assert as_data(Kept()) == [1]
    with pytest.raises(AttributeError):
        as_data(object())
