"""What a chain of closing proofs and a confirmation of the basis say: each break, each change, and who may confirm."""

import datetime as dt
from pathlib import Path

import pytest

from kkd_ledger.book.config import Book
from kkd_ledger.book.seals.seal_chain import ACTS, FORMATS, Break, Broken, SealChain, SealLink
from kkd_ledger.book.text.records import Custom, Place, Record
from kkd_ledger.rules import basis, persons, sealed
from kkd_ledger.rules.engine.rule import Context, State
from tests.rules import folding
from tests.rules.folding import DAY, custom

SHA = "ab" * 32


def link(month: str = "2022-02", place: int = 1, **data: object) -> SealLink:
    facts = {
        "format": FORMATS[0],
        "art": "abschluss",
        "glied": place,
        "vorgaenger": "",
        "monat": month,
        "am": "2022-03-01",
        "von": "K. Kasse",
    }
    return SealLink(f"siegel-{place}.json", SHA, facts | data)


# --- the chain


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (Broken.MONTH, "KKD-S01"),
        (Broken.LINK, "KKD-S02"),
        (Broken.MISSING, "KKD-S03"),
        (Broken.ORDER, "KKD-S04"),
        (Broken.BASIS, "KKD-S06"),
    ],
)
def test_every_break_of_the_chain_has_its_finding(broken: Broken, code: str) -> None:
    chain = SealChain(breaks=(Break(broken, Place("datei", 3), "ist anders"),))
    assert [str(finding) for finding in sealed.findings(chain)] == [f"datei:3: {code} (fehler) ist anders"]


def test_a_hash_that_was_kept_outside_is_in_the_chain() -> None:
    chain = SealChain((link(),))
    assert sealed.anchored(chain, SHA) == sealed.anchored(chain, SHA.upper()) == []
    [lost] = sealed.anchored(chain, "cd" * 32)
    assert str(lost) == (
        f"main.beancount:1: KKD-S03 (fehler) kein Abschlussnachweis hat SHA-256 {'cd' * 32}; "
        f"das letzte ist {link()}, SHA-256 {SHA}"
    )
    [none] = sealed.anchored(SealChain(), SHA)
    assert none.text == f"kein Abschlussnachweis hat SHA-256 {SHA}; es gibt keinen"


def test_a_proof_that_bears_a_day_to_come_is_told_with_the_day_of_the_check() -> None:
    chain = SealChain((link(),))
    assert sealed.findings(chain) == sealed.findings(chain, dt.date(2022, 3, 1)) == []
    [finding] = sealed.findings(chain, dt.date(2022, 2, 28))
    assert str(finding) == (
        f"siegel-1.json:1: KKD-S02 (fehler) {link()}: trägt den 2022-03-01, der noch nicht da ist"
    )


# --- what is being confirmed


def named(**hashes: str) -> list[Record]:
    return [custom("grundlage", name, sha256) for name, sha256 in hashes.items()]


def act(person: str, deed: str = "bestaetigung") -> Custom:
    return custom("akt", "1", deed, person, "", DAY)


def state_after(book: Book, *records: Record) -> State:
    return basis.after(Context(book), basis.start(Context(book)), records)


BOTH = [*named(a="1", b="2"), act("S. Muster"), *named(a="1", b="2"), act("L. Beispiel")]


def test_two_persons_confirm_the_same_basis(operator: Book) -> None:
    state = state_after(operator, *BOTH)
    assert (state["confirmed"], state["by"]) == ({"a": "1", "b": "2"}, [])
    assert (state["file"], state["day"]) == (folding.MONTH, "2022-03-15")


def test_the_first_confirmation_waits_for_a_second_person(operator: Book) -> None:
    state = state_after(operator, *BOTH[:3])
    assert (state["confirmed"], state["by"]) == ({}, ["S. Muster"])
    again = state_after(operator, *BOTH[:3], *BOTH[:2], act("Muster, S."))
    assert (again["confirmed"], again["by"]) == ({}, ["S. Muster"]), "the same person by another spelling"


def test_who_confirms_something_else_begins_anew(operator: Book) -> None:
    other = [*named(a="1", b="3"), act("L. Beispiel")]
    state = state_after(operator, *BOTH[:3], *other)
    assert (state["confirmed"], state["by"]) == ({}, ["L. Beispiel"])
    assert state_after(operator, *BOTH[:3], *other, *named(a="1", b="3"), act("S. Muster"))["confirmed"] == {
        "a": "1",
        "b": "3",
    }


def test_another_deed_or_directive_confirms_nothing(operator: Book) -> None:
    state = state_after(
        operator, *named(a="1"), act("S. Muster", "abschluss"), custom("akt", "1", "bestaetigung")
    )
    assert (state["by"], state["open"]) == ([], False)
    assert state_after(operator, custom("grundlage", "a"))["named"] == {}


def test_a_state_stays_as_it_is_when_more_is_looked_at(operator: Book) -> None:
    first = state_after(operator, *BOTH[:3])
    later = basis.after(Context(operator), first, BOTH[3:])
    assert later["confirmed"] == {"a": "1", "b": "2"}
    assert first["confirmed"] == {}


# --- what counts as confirmed, and what has changed since


def test_a_confirmation_counts_until_its_month_is_sealed(operator: Book) -> None:
    state = state_after(operator, *BOTH)
    confirmed = basis.reference(SealChain(), state)
    assert confirmed is not None
    assert (confirmed.hashes, confirmed.source) == ({"a": "1", "b": "2"}, "der Bestätigung vom 15.03.2022")
    by_seal = basis.reference(SealChain((link("2022-03"),)), state)
    assert by_seal is not None
    assert by_seal.source == "dem Abschluss von 2022-03 am 01.03.2022"
    assert basis.reference(SealChain(), basis.start(Context(operator))) is None


def confirmed_in(book: Book, **replaced: str) -> State:
    hashes = basis.basis.hashes_of(basis.basis.contents(book)) | replaced
    return state_after(book, *named(**hashes), act("S. Muster"), *named(**hashes), act("L. Beispiel"))


def test_what_changed_since_the_confirmation_is_told_by_file(folder: Path) -> None:
    book = folding.book(folder)
    assert basis.findings(book, SealChain(), confirmed_in(book)) == []
    before = book.agreement_file.read_bytes()
    state = confirmed_in(book)
    book.agreement_file.write_bytes(before + b"# mehr\n")
    since = "seit der Bestätigung vom 15.03.2022"
    [changed] = basis.findings(book, SealChain(), state)
    assert str(changed) == (
        "../agreement.toml:1: KKD-G01 (offen) Vereinbarung: geändert (der frühere Inhalt ist nicht aufbewahrt) "
        f"{since}"
    )
    kept = book.root / "grundlagen"
    kept.mkdir()
    for name, content in basis.basis.kept_files({"x": before}).items():
        (book.root / name).write_bytes(content)
    line = len(before.splitlines()) + 1
    [changed] = basis.findings(book, SealChain(), state)
    assert str(changed) == (
        f"../agreement.toml:{line}: KKD-G01 (offen) Vereinbarung: 1 Zeile hinzugekommen {since}"
    )
    half = basis.after(Context(book), state, [*named(vereinbarung="x"), act("S. Muster")])
    [changed] = basis.findings(book, SealChain(), half)
    assert changed.text.endswith(f"{since}; S. Muster hat bestätigt, eine zweite Person fehlt")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("id\ntitle", "id\nother", "1 Zeile geändert"),
        ("a\nb\nc", "x\ny\nz", "3 Zeilen geändert"),
        ("a\nb\nc", "a", "2 Zeilen weggefallen"),
        ("a\nb\nc", "a\nx", "2 Zeilen weggefallen, 1 Zeile hinzugekommen"),
    ],
)
def test_lines_that_went_and_came_are_counted(old: str, new: str, text: str) -> None:
    change = basis.basis.BasisChange("x", "x", tuple(old.splitlines()), tuple(new.splitlines()))
    assert basis._what(change) == text


# --- who may confirm

ROLE = '  {{ name = "{}", role = "{}", from = 2022-01-01 }},\n'


def with_roles(folder: Path, *holders: tuple[str, str]) -> Book:
    rows = "".join(ROLE.format(*holder) for holder in holders)
    return folding.book(folder, "amt", **{"[budget]": f"roles = [\n{rows}]\n[budget]"} if rows else {})


def test_who_may_act_may_confirm(folder: Path) -> None:
    acting = ("S. Muster", "feststellung"), ("L. Beispiel", "anordnung"), ("R. Prüferin", "pruefung")
    book = with_roles(folder, *acting)
    state = basis.start(Context(book))
    assert basis.may_confirm(book, SealChain(), state, DAY) == ("S. Muster", "L. Beispiel")
    assert basis.may_confirm(book, SealChain(), state, dt.date(2021, 1, 1)) == ()


def test_without_roles_any_name_is_taken(operator: Book) -> None:
    assert basis.may_confirm(operator, SealChain(), basis.start(Context(operator)), DAY) == ()


def test_nobody_may_confirm_by_the_change_itself_unless_too_few_are_left(folder: Path) -> None:
    old = with_roles(folder, ("S. Muster", "feststellung"), ("L. Beispiel", "anordnung"))
    state = confirmed_in(old)
    (old.root / "grundlagen").mkdir()
    for name, content in basis.basis.kept_files(basis.basis.contents(old)).items():
        (old.root / name).write_bytes(content)
    (old.root / "book.toml").unlink()
    new = with_roles(folder, ("N. Neu", "feststellung"), ("L. Beispiel", "anordnung"))
    assert basis.may_confirm(new, SealChain(), state, DAY) == ("S. Muster", "L. Beispiel")
    alone = with_roles(folder, ("S. Muster", "feststellung"))
    state = confirmed_in(alone)
    for name, content in basis.basis.kept_files(basis.basis.contents(alone)).items():
        (alone.root / name).write_bytes(content)
    more = with_roles(folder, ("N. Neu", "anordnung"), ("S. Muster", "feststellung"))
    assert basis.may_confirm(more, SealChain(), state, DAY) == ("S. Muster", "N. Neu")


# --- persons of closing proofs


def test_a_month_is_closed_by_somebody_known_or_under_a_general_order(folder: Path) -> None:
    book = with_roles(folder, ("S. Muster", "kasse"))
    [finding] = persons.of_links(book.settings, [link()])
    assert str(finding).endswith("K. Kasse steht am 01.03.2022 mit keiner Rolle in book.toml")
    assert finding.place == Place("siegel-1.json", 1)
    assert persons.of_links(book.settings, [link(von="S. Muster")]) == []
    ordered = '\n[[standing_orders]]\nid = "AAO-1"\nsigned_by = "S. Muster"\nfrom = 2022-01-01\n'
    file = book.root / "book.toml"
    file.write_text(file.read_text("utf-8") + ordered, encoding="utf-8")
    by_job = folding.load_book(book.root)
    assert persons.of_links(by_job.settings, [link(von="AAO-1")]) == []


def test_a_proof_has_acts_of_its_persons_in_the_roles_that_they_held(folder: Path) -> None:
    book = with_roles(folder, ("S. Muster", "kasse"))
    with_acts = {"format": FORMATS[-1], "von": "S. Muster"}
    [lacking] = persons.of_links(book.settings, [link(**with_acts, **{ACTS: []})])
    assert lacking.text == f"{link()}: S. Muster ist genannt, kein Akt steht dafür"
    assert lacking.place == Place("siegel-1.json", 1)
    act_of = [{"person": "S. Muster", "rolle": "anordnung"}]
    [other] = persons.of_links(book.settings, [link(**with_acts, **{ACTS: act_of})])
    assert other.text == f"{link()}: S. Muster handelte am 01.03.2022 als „anordnung“, hatte aber „kasse“"
    assert other.place == Place("siegel-1.json", 1)
    right = [{"person": "S. Muster", "rolle": "kasse"}]
    assert persons.of_links(book.settings, [link(**with_acts, **{ACTS: right})]) == []
