"""A check that starts from a seal's state says what a check of everything says, whatever happened to the books."""

import datetime as dt
import hmac
import os
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.audit import close as closing
from kkd_ledger.audit.close import close
from kkd_ledger.audit.reopen import reopen
from kkd_ledger.book.config import Book, load_book
from kkd_ledger.book.entries import Authorisation
from kkd_ledger.book.text import canonical, reader, topfile
from kkd_ledger.book.text.records import Custom, Dated, Transaction
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.cli import main
from kkd_ledger.errors import InputRefused, UsageError
from kkd_ledger.periods import BookingMonth, YearState
from kkd_ledger.rules.engine import states
from kkd_ledger.rules.engine.check import check
from kkd_ledger.work.books.books import adopt, appropriate, declare_year, open_month
from kkd_ledger.work.books.changes import confirm
from kkd_ledger.work.claims.post import post
from tests.audit.books import (
    BY,
    FEBRUARY,
    MARCH,
    chain_of,
    paid,
    same_both_ways,
    seal,
    sealed_office,
    statement,
    take,
)
from tests.rules.test_findings import FOLDER
from tests.samples import (
    ORDER,
    SAID,
    by_beancount,
    by_us,
    posted_three,
    replace_once,
    sample_books,
    three_parties,
)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    folder = tmp_path_factory.mktemp("cache") / "kkd"
    monkeypatch.setenv("KKD_CACHE", str(folder))
    return folder


def kept(cache: Path) -> list[Path]:
    """Return the states that are kept."""
    return sorted(cache.glob("*.jsonl"))


@pytest.fixture
def no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let anything be sealed, also what is wrong."""
    monkeypatch.setattr(closing, "_hindrances", lambda *_: iter(()))


# ----------------------------------------------------------------------------- only the open months' text is read


def months_read(book: Book, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Check a book and return the months whose text was read for it."""
    read: list[str] = []
    with monkeypatch.context() as patched:
        genuine = reader.read_month
        patched.setattr(
            reader, "read_month", lambda texts, month: read.append(str(month)) or genuine(texts, month)
        )
        check(load_book(book.root))
    return read


def test_a_check_reads_the_open_months_only(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sealed_office(tmp_path)
    assert months_read(book, monkeypatch) == ["2022-05"]
    shutil.rmtree(cache)
    everything = ["2022-05", "2022-02", "2022-03", "2022-04"]
    assert months_read(book, monkeypatch) == everything
    assert months_read(book, monkeypatch) == ["2022-05"], "the state was made anew"
    for state in kept(cache):
        state.write_bytes(state.read_bytes().replace(b'"cents":', b'"cents": ', 1))
    assert months_read(book, monkeypatch) == everything, "a damaged state is not trusted"
    monkeypatch.setattr(states, "code_version", lambda: "another release")
    assert months_read(book, monkeypatch) == everything, "nor is one of another release"
    assert months_read(book, monkeypatch) == ["2022-05"]
    replace_once(book.config_file, "unclear_days_max = 30", "unclear_days_max = 31")
    assert months_read(book, monkeypatch) == everything, "nor one under another book.toml"


def test_who_may_not_write_checks_without_a_state(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sealed_office(tmp_path)
    shutil.rmtree(cache)
    cache.write_bytes(b"in the way")
    assert months_read(book, monkeypatch) == months_read(book, monkeypatch)
    same_both_ways(book)


def test_nothing_in_the_books_folder_is_taken_for_a_state(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = sealed_office(tmp_path)
    before = same_both_ways(book)
    old = book.root / ".kkd/state"
    shutil.copytree(cache, old)
    for state in old.glob("*.jsonl"):
        text = state.read_bytes().partition(b"\n")[2].replace(b"110000", b"990000")
        state.write_bytes(f'"{sha256(text).hexdigest()}"'.encode() + b"\n" + text)
    shutil.rmtree(cache)
    assert len(months_read(book, monkeypatch)) == 4, "everything is read from the text"
    assert same_both_ways(book) == before
    capsys.readouterr()
    assert main(["check", str(book.root)]) == 0
    assert ".kkd/state/ wird nicht mehr gelesen und kann gelöscht werden." in capsys.readouterr().out


def forged(name: str, texts: dict[str, bytes]) -> bytes:
    """Change numbers in a kept state, with a checksum that fits; whoever does not know the key can do no more."""
    text = texts[name].partition(b"\n")[2].replace(b"110000", b"990000")
    return hmac.new(b"0" * 32, name.encode() + b"\n" + text, "sha256").hexdigest().encode() + b"\n" + text


def nonsense(name: str, texts: dict[str, bytes]) -> bytes:
    return texts[name].partition(b"\n")[0] + b"\n[]\n{}\n17\n"


def swapped(name: str, texts: dict[str, bytes]) -> bytes:
    """Give the state of another seal this one's name."""
    return next(text for other, text in texts.items() if other != name)


@pytest.mark.parametrize("spoil", [forged, nonsense, swapped])
def test_a_state_that_was_not_made_here_is_thrown_away(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[str, dict[str, bytes]], bytes],
) -> None:
    book = sealed_office(tmp_path)
    before = same_both_ways(book)
    texts = {state.name: state.read_bytes() for state in kept(cache)}
    for state in kept(cache):
        state.write_bytes(spoil(state.name, texts))
    assert len(months_read(book, monkeypatch)) == 4
    assert same_both_ways(book) == before
    assert months_read(book, monkeypatch) == ["2022-05"], "it was made anew"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a system with users")
def test_a_cache_folder_that_others_may_write_into_is_not_used(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sealed_office(tmp_path)
    assert cache.stat().st_mode & 0o777 == 0o700
    cache.chmod(0o770)
    assert len(months_read(book, monkeypatch)) == 4
    cache.chmod(0o755)
    assert months_read(book, monkeypatch) == ["2022-05"]
    assert cache.stat().st_mode & 0o777 == 0o700, "it becomes private again"
    real = cache.rename(cache.with_name("elsewhere"))
    cache.symlink_to(real)
    assert len(months_read(book, monkeypatch)) == 4, "a link is not followed"


def test_closing_and_the_full_check_read_no_state(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sealed_office(tmp_path)
    open_month(book, BookingMonth(2022, 6))
    monkeypatch.setattr(states, "load", lambda *_: pytest.fail("a state was read"))
    check(book, full=True)
    seal(book, BookingMonth(2022, 5))


def test_with_a_thirteenth_month_open_the_check_starts_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = posted_three(tmp_path)
    open_month(book, BookingMonth(2023, 2))
    seal(book, *(BookingMonth(2022, month) for month in range(2, 13)), BookingMonth(2023, 1))
    open_month(book, BookingMonth(2022, 13))
    check(book)
    assert sorted(months_read(book, monkeypatch)) == ["2022-12", "2022-13", "2023-01", "2023-02"]
    same_both_ways(book)


def test_few_states_are_kept(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = sealed_office(tmp_path)
    for release in range(states.STATES_MAX + 3):
        monkeypatch.setattr(states, "code_version", lambda release=release: str(release))
        check(book)
    assert len(kept(cache)) == states.STATES_MAX


def test_the_state_is_the_same_however_it_was_reached(tmp_path: Path, cache: Path) -> None:
    book = sealed_office(tmp_path)
    before = {path.name: path.read_bytes() for path in kept(cache)}
    last = chain_of(book).links[-1]
    for path in kept(cache):
        path.unlink()
    check(book)
    [again] = kept(cache)
    assert before[again.name] == again.read_bytes()
    books, rules, *_ = again.read_bytes().splitlines(keepends=True)[1:]
    assert closing.hash_of(books + rules) == last.data["stand"]


# ------------------------------------------------------------------------------------- an amendment after sealing


def test_an_amendment_after_sealing_asks_for_a_correction_and_breaks_no_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = posted_three(tmp_path)
    open_month(book, MARCH)
    seal(book, FEBRUARY)
    assert same_both_ways(book) == set()
    shutil.copy(FOLDER / "KKD-A05" / "agreement.toml", tmp_path / "agreement.toml")
    assert chain_of(book).breaks == ()
    found = same_both_ways(book)
    assert {(code, file) for code, file, _, _ in found} == {
        ("KKD-A05", "2022/2022-02.beancount"),
        ("KKD-G01", "../agreement.toml"),
    }
    assert months_read(book, monkeypatch) == ["2022-03"]
    assert by_us(book.root) == by_beancount(book.root)
    amended = load_book(book.root)
    post(amended, Authorisation(MARCH.last_day, *ORDER))
    confirm(amended, ORDER, today=MARCH.last_day)
    assert same_both_ways(amended) == set()
    assert by_beancount(book.root) == []
    seal(amended, MARCH)


# ------------------------------------------------------------------------------------ random books, random closes

Step = Callable[[Book, random.Random], None]


def newest(book: Book) -> BookingMonth:
    return max(month for month in reader.read(book).months if month.month < 13)


def next_month(book: Book, chance: random.Random) -> None:
    open_month(book, newest(book).following)


def close_one(book: Book, chance: random.Random) -> None:
    sealed = chain_of(book).seals
    months = [month for month in reader.read(book).months if month not in sealed]
    if months:
        month = min(months) if chance.random() < 0.8 else chance.choice(months)
        close(book, month, by=BY, today=dt.date(2024, 1, 1), remarks={"KKD-B01": "gesehen"})


def reopen_one(book: Book, chance: random.Random) -> None:
    if chance.random() < 0.3 and (months := chain_of(book).months):
        reopen(book, chance.choice(months), reason="Probe", by=("A", "B"), today=dt.date(2024, 1, 1))


def pay(book: Book, chance: random.Random) -> None:
    month = newest(book)
    months = sorted(one for one in reader.read(book).months if one.month < 13)
    month = chance.choice([month, *months])
    entries = [
        paid(month, chance.choice([110_000, 125_000, 4_711]), text=chance.choice(["Archiv 2021", "x"]))
    ]
    bank = f":{book.settings.bank.account}:"
    opening = sum(
        leg.cents
        for record in reader.read(book).records
        if isinstance(record, Transaction) and (record.day("buchungstag") or record.date) < month.first_day
        for leg in record.postings
        if f":{leg.account}:" == bank
    )
    take(book, statement(book.root.parent, month, entries, opening=opening), month.last_day)


def pay_shares(book: Book, chance: random.Random) -> None:
    post(book, Authorisation(newest(book).last_day, *ORDER))


def budget(book: Book, chance: random.Random) -> None:
    cents = chance.choice([100_000, 500_000])
    appropriate(book, 2022, cents, AppropriationKind.ORIGINAL, today=newest(book).last_day)


def year(book: Book, chance: random.Random) -> None:
    state = chance.choice(list(YearState))
    declare_year(book, chance.choice([2021, 2022]), state, SAID, today=newest(book).last_day)


def thirteenth(book: Book, chance: random.Random) -> None:
    if newest(book).year > 2022:
        open_month(book, BookingMonth(2022, 13))


STEPS: tuple[Step, ...] = (
    *(close_one, close_one, close_one, reopen_one, next_month, thirteenth),
    *(pay, pay, pay_shares, budget, year),
)


@given(seed=st.integers(0, 2**32), name=st.sampled_from(["adorf", "amt"]))
@settings(max_examples=8)
def test_random_lives_of_random_books(seed: int, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    chance = random.Random(seed)
    book = load_book(three_parties(tmp_path_factory.mktemp("life")) / name)
    open_month(book, BookingMonth(2022, chance.choice([2, 11])))
    adopt(book, today=dt.date(2022, 2, 15))
    for _ in range(12):
        try:
            with pytest.MonkeyPatch.context() as patched:
                if chance.random() < 0.7:
                    patched.setattr(closing, "_hindrances", lambda *_: iter(()))
                chance.choice(STEPS)(book, chance)
        except (InputRefused, UsageError):
            continue  # not its turn, sealed, or wrong: then nothing was written
        same_both_ways(book)
    shutil.rmtree(os.environ["KKD_CACHE"], ignore_errors=True)
    same_both_ways(book)
    assert chain_of(book).breaks == ()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, list[list[Dated]]]:
    """The sample town's book, its records by month."""
    book = load_book(sample_books(tmp_path_factory.mktemp("town")) / "biedenkopf")
    months: list[list[Dated]] = []
    for record in reader.read(book).records:
        if isinstance(record, Custom) and record.kind == "buchungsmonat":
            months.append([])
        if isinstance(record, Dated):
            months[-1].append(record)
    return book, months


def spoil(months: list[list[Dated]], chance: random.Random) -> None:
    """Drop, repeat, move or change one record, within its month or beyond."""
    month = chance.choice([month for month in months if len(month) > 1])
    at = chance.randrange(1, len(month))
    record = month[at]
    match chance.randrange(4):
        case 0:
            del month[at]
        case 1:
            month.insert(chance.randrange(1, len(month) + 1), record)
        case 2:
            del month[at]
            chance.choice(months).append(record)
        case _ if isinstance(record, Transaction):
            key = chance.choice(sorted(record.meta))
            value = chance.choice(["", "2022", "kkd", "storno", dt.date(2023, 1, 1), "2023-000001"])
            legs = tuple(leg._replace(cents=leg.cents + chance.choice([-1, 0, 1])) for leg in record.postings)
            month[at] = record._replace(meta={**record.meta, key: value}, postings=legs)


@given(seed=st.integers(0, 2**32), faults=st.integers(0, 5), sealed=st.integers(0, 5))
@settings(max_examples=30)
def test_randomly_spoilt_books_sealed_anywhere(
    seed: int, faults: int, sealed: int, town: tuple[Book, list[list[Dated]]]
) -> None:
    book, original = town
    chance = random.Random(seed)
    months = [list(month) for month in original]
    for _ in range(faults):
        spoil(months, chance)
    for path in [*book.root.glob("2*/*.seal*.json"), *kept(Path(os.environ["KKD_CACHE"]))]:
        path.unlink()
    names = [
        BookingMonth.parse(str(month[0].values[0])) for month in original if isinstance(month[0], Custom)
    ]
    for month, records in zip(names, months, strict=True):
        book.month_file(month).write_text(canonical.HEAD + canonical.write(records), encoding="utf-8")
    book.top_file.write_text(topfile.write(book.settings.title, names), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(closing, "_hindrances", lambda *_: iter(()))
        for month in names[:sealed]:
            seal(book, month)
    assert len(chain_of(book).months) == sealed
    same_both_ways(book)


@pytest.mark.usefixtures("no_gate")
def test_what_was_wrong_when_it_was_sealed_is_still_said(tmp_path: Path) -> None:
    book = posted_three(tmp_path)
    path = book.month_file(FEBRUARY)
    path.write_text(
        path.read_text(encoding="utf-8").replace("-1250.00 EUR", "-1251.00 EUR"), encoding="utf-8"
    )
    open_month(book, MARCH)
    seal(book, FEBRUARY)
    found = {(code, line) for code, _, line, _ in same_both_ways(book)}
    assert found == {("KKD-L01", 55)}
    seal(book, MARCH)
    assert {(code, line) for code, _, line, _ in same_both_ways(book)} == found
