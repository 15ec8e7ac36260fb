"""Reminders: who, when, how often, at what price; and the interest that an agreement may provide for, to the cent."""

import datetime as dt
import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import page
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kkd_ledger.book.config import load_book
from kkd_ledger.book.text.reader import read
from kkd_ledger.book.text.records import Document, Transaction
from kkd_ledger.cli import main
from kkd_ledger.errors import InvoiceRefused
from kkd_ledger.letters.stationery import Stationery
from kkd_ledger.money import parse_eur
from kkd_ledger.payments.interest import (
    BaseRates,
    ReminderTerms,
    base_rates,
    interest_cents,
    load,
    part_payments,
    spans,
)
from kkd_ledger.work.claims.remind import Reminded, remind
from tests.both_sides.two_sides import CAMT
from tests.samples import LEDGERS


@pytest.fixture
def ledgers(tmp_path: Path) -> Path:
    for name in ("kkd", "landkreis"):
        shutil.copytree(LEDGERS / name, tmp_path / name)
    for month in ("2024-03", "2024-04"):
        assert main(["open", str(tmp_path / "landkreis"), month]) in {0, 1}
    return tmp_path


def run(ledgers: Path, day: dt.date, *, dry_run: bool = False) -> Reminded:
    return remind(load_book(ledgers / "landkreis"), day, today=day, dry_run=dry_run)


def told(done: Reminded) -> set[tuple[str, str, int]]:
    return {(one.member, one.stage, one.total_cents) for one in done.letters}


def test_reminder_then_dunning_without_fee(ledgers: Path) -> None:
    assert told(run(ledgers, dt.date(2024, 3, 15))) == set()  # due on that very day
    dry = run(ledgers, dt.date(2024, 3, 20), dry_run=True)
    assert not (ledgers / "landkreis/documents").exists()
    first = run(ledgers, dt.date(2024, 3, 20))
    assert [one.pdf for one in dry.letters] == [one.pdf for one in first.letters]
    assert ("biedenkopf", "Zahlungserinnerung", 1555530) in told(first)
    assert len(first.letters) == 16  # the first three of 19 paid in February
    assert told(run(ledgers, dt.date(2024, 3, 20))) == set()
    assert told(run(ledgers, dt.date(2024, 4, 2))) == set()
    second = run(ledgers, dt.date(2024, 4, 3))
    assert {stage for _, stage, _ in told(second)} == {"Mahnung"}
    assert sum(cents for _, _, cents in told(second)) == sum(cents for _, _, cents in told(first))


def test_the_letter_is_accessible_and_kept(ledgers: Path) -> None:
    done = run(ledgers, dt.date(2024, 3, 20))
    letter = next(one for one in done.letters if one.member == "wetter")
    printed = (ledgers / "landkreis" / letter.file).read_bytes()
    assert printed == letter.pdf
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        broken = {one.rule_id for one in page.validate_pdf_bytes(printed, profile=profile).failures}
        assert broken - {"PDFA3A-STREAM-LENGTH-001"} == set()
    assert not [one for one in done.outcome.findings if one.kind.code.startswith("KKD-D")]


def test_only_the_operator_and_only_what_the_book_knows(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remind", str(LEDGERS / "biedenkopf"), "--as-of", "2024-02-29"]) == 2
    assert main(["remind", str(ledgers / "landkreis"), "--as-of", "2024-05-01"]) == 2
    assert "Das Buch kennt Zahlungen nur bis 30.04.2024" in capsys.readouterr().err


def test_the_command(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["remind", str(ledgers / "landkreis"), "--as-of", "2024-03-20", "--today", "2024-03-20", "--json"]
    main([*words, "--dry-run"])
    letters = json.loads(capsys.readouterr().out.splitlines()[-1])["letters"]
    assert [(one["total"], one["interest"]) for one in letters if one["member"] == "wetter"] == [
        ("10271.40", "0.00")
    ]


def test_interest_only_with_a_clause(ledgers: Path) -> None:
    (ledgers / "kkd/reminders.toml").write_text(
        'format = 1\nsecond_after_days = 30\n[interest]\nclause = "§ 5 Abs. 4"\npoints = "5"\n',
        encoding="utf-8",
    )
    done = run(ledgers, dt.date(2024, 4, 14))
    item = next(one for one in done.letters if one.member == "biedenkopf").items[0]
    # 16.03. to 14.04.2024 are 30 days: 15,555.30 × 8.62 % × 30/366 = 109.9075...
    assert item.interest_cents == 10991
    assert told(run(ledgers, dt.date(2024, 4, 30))) == set()


RULES = ReminderTerms(points=Fraction(5), clause="§", rates=base_rates())
DUE = dt.date(2023, 11, 15)


@pytest.mark.parametrize(
    ("payments", "until", "cents"),
    [
        ([], dt.date(2023, 11, 15), 0),
        ([], dt.date(2023, 11, 16), 22),  # 1,000.00 × 8.12 % / 365 = 0.2224...
        ([], dt.date(2023, 12, 31), 1023),  # × 46 days = 10.2334...
        ([], dt.date(2024, 1, 1), 1047),  # + 1,000.00 × 8.62 % / 366 = 10.4689...
        (
            [(dt.date(2023, 11, 16), 50_000)],
            dt.date(2023, 12, 31),
            512,
        ),  # half of it from the first day: 5.1167...
        ([(dt.date(2023, 12, 1), 100_000)], dt.date(2024, 6, 30), 334),  # 15 days: 3.3369...
    ],
)
def test_interest_to_the_cent(payments: list[tuple[dt.date, int]], until: dt.date, cents: int) -> None:
    assert interest_cents(spans(100_000, DUE, payments, until, RULES)) == cents


def test_no_rate_no_interest() -> None:
    with pytest.raises(InvoiceRefused, match=r"kein Basiszinssatz für den 01\.01\.2027"):
        interest_cents(spans(100_000, DUE, [], dt.date(2027, 1, 1), RULES))
    low = BaseRates(((dt.date(2016, 7, 1), Fraction(-88, 100)),), dt.date(2022, 12, 31), "x")
    rules = ReminderTerms(points=Fraction(0), clause="§", rates=low)
    assert interest_cents(spans(100_000, dt.date(2022, 1, 1), [], dt.date(2022, 12, 31), rules)) == 0


def test_the_base_rates_are_those_of_the_bundesbank() -> None:
    table = base_rates()
    assert table.known_until == dt.date(2026, 12, 31)
    halves = [dt.date(year, month, 1) for year in range(2022, 2027) for month in (1, 7)]
    assert [str(float(table.on(day))) for day in halves] == [
        "-0.88", "-0.88", "1.62", "3.12", "3.62", "3.37", "2.27", "1.27", "1.27", "1.52",
    ]  # fmt: skip
    assert table.on(dt.date(2016, 7, 1)) == table.on(dt.date(2022, 12, 31)) == Fraction(-88, 100)


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.dates(DUE, dt.date(2025, 6, 30)), st.integers(1, 10**8)), max_size=4),
    st.dates(DUE, dt.date(2025, 12, 31)),
    st.dates(DUE, dt.date(2025, 12, 31)),
)
def test_interest_adds_up_over_any_cut(
    cents: int, payments: list[tuple[dt.date, int]], one: dt.date, other: dt.date
) -> None:
    cut, until = sorted((one, other))
    whole = list(spans(cents, DUE, payments, until, RULES))
    days = [
        span.first + dt.timedelta(days=at)
        for span in whole
        for at in range((span.last - span.first).days + 1)
    ]
    assert len(days) == len(set(days))
    front = sum((span.exact_cents for span in spans(cents, DUE, payments, cut, RULES)), start=Fraction(0))
    assert 0 <= front <= sum((span.exact_cents for span in whole), start=Fraction(0))


@settings(deadline=None)
@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.dates(DUE, dt.date(2026, 12, 31)), st.integers(1, 10**8)), max_size=4),
    st.dates(DUE, dt.date(2026, 12, 31)),
)
def test_interest_is_what_a_slow_reckoning_finds_day_by_day(
    cents: int, payments: list[tuple[dt.date, int]], until: dt.date
) -> None:
    rates = {
        dt.date(2023, 7, 1): 312, dt.date(2024, 1, 1): 362, dt.date(2024, 7, 1): 337, dt.date(2025, 1, 1): 227,
        dt.date(2025, 7, 1): 127, dt.date(2026, 7, 1): 152,
    }  # fmt: skip
    sums = {365: 0, 366: 0}
    for ordinal in range(DUE.toordinal() + 1, until.toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        left = max(0, cents - sum(paid for on, paid in payments if on <= day))
        rate = next(rates[begins] for begins in sorted(rates, reverse=True) if begins <= day)
        sums[366 if day.year == 2024 else 365] += left * (rate + 500)
    slow = sum(Fraction(total, 10_000 * days) for days, total in sums.items())
    found = interest_cents(spans(cents, DUE, payments, until, RULES))
    assert abs(found - slow) <= Fraction(1, 2)


def test_broken_rules_are_refused(tmp_path: Path) -> None:
    (tmp_path / "reminders.toml").write_text("[interest]\npoints = 'viel'\n", encoding="utf-8")
    with pytest.raises(InvoiceRefused, match="reminders"):
        load(tmp_path / "agreement.toml")
    assert load(tmp_path / "nowhere/agreement.toml") == ReminderTerms()


def test_a_statement_of_balances_on_paper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "saldo.pdf"
    assert main(["reconcile", str(LEDGERS / "landkreis"), "--member", "wetter", "--letter", str(file)]) == 0
    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        broken = {one.rule_id for one in page.validate_pdf_bytes(file.read_bytes(), profile=profile).failures}
        assert broken - {"PDFA3A-STREAM-LENGTH-001"} == set()


RATED = "kkd-2024-biedenkopf-1"  # 15,555.30 EUR, due on 15 March 2024
RATES = ("2024-03-05=5.555,30", "2024-04-10=5.000,00", "2024-09-15=5.000,00")
CLAUSE = 'format = 1\nsecond_after_days = 14\n[interest]\nclause = "§ 5 Abs. 4"\npoints = "5"\n'


@pytest.fixture
def rated(ledgers: Path) -> Path:
    words = [word for rate in RATES for word in ("--instalment", rate)]
    names = [
        "--order",
        "Antrag",
        "--by",
        "L. Beispiel",
        "--certified-by",
        "S. Muster",
        "--today",
        "2024-02-20",
    ]
    book = str(ledgers / "landkreis")
    assert main(["defer", book, RATED, "--kind", "ratenzahlung", *words, *names]) == 0
    return ledgers


def asked(done: Reminded) -> list[tuple[dt.date, int, str]]:
    return [
        (item.due, item.open_cents, item.stage)
        for one in done.letters
        for item in one.items
        if item.posten == RATED
    ]


def test_a_reminder_asks_for_the_instalments_that_are_due_and_no_other(rated: Path) -> None:
    first, second = dt.date(2024, 3, 5), dt.date(2024, 4, 10)
    assert asked(run(rated, first)) == []  # due on that very day
    assert asked(run(rated, dt.date(2024, 3, 20))) == [(first, 5_555_30, "Zahlungserinnerung")]
    assert asked(run(rated, dt.date(2024, 4, 2))) == []
    # the second instalment was never reminded of, the first one was
    assert asked(run(rated, dt.date(2024, 4, 11))) == [
        (first, 5_555_30, "Mahnung"),
        (second, 5_000_00, "Zahlungserinnerung"),
    ]
    assert [
        item for item in load_records(rated) if item.startswith("documents/erinnerung-2024-04-11-bied")
    ] == ["documents/erinnerung-2024-04-11-biedenkopf.pdf"]


def load_records(ledgers: Path) -> list[str]:
    book = load_book(ledgers / "landkreis")
    return [one.path for one in read(book).records if isinstance(one, Document)]


def test_interest_is_taken_from_what_is_due_since_it_is(rated: Path) -> None:
    (rated / "kkd/reminders.toml").write_text(CLAUSE, encoding="utf-8")
    done = run(rated, dt.date(2024, 4, 12))
    letter = next(one for one in done.letters if one.member == "biedenkopf")
    # 38 days of 5,555.30 and 2 days of 5,000.00 at 8.62 %: 49.7187... and 2.3552...
    assert [item.interest_cents for item in letter.items] == [4972, 236]
    assert letter.total_cents == 5_555_30 + 5_000_00 + 49_72 + 2_36


def test_a_deferred_claim_bears_no_interest_before_the_day_to_which_it_was_deferred(ledgers: Path) -> None:
    (ledgers / "kkd/reminders.toml").write_text(CLAUSE, encoding="utf-8")
    names = [
        "--order",
        "Antrag",
        "--by",
        "L. Beispiel",
        "--certified-by",
        "S. Muster",
        "--today",
        "2024-02-20",
    ]
    assert main(["defer", str(ledgers / "landkreis"), RATED, "2024-04-10", *names]) == 0
    assert asked(run(ledgers, dt.date(2024, 4, 10))) == []
    item = next(
        one for one in run(ledgers, dt.date(2024, 4, 20)).letters if one.member == "biedenkopf"
    ).items[0]
    assert (item.due, item.interest_cents) == (dt.date(2024, 4, 10), 36_64)  # 10 days: 36.6356...


@pytest.mark.parametrize(
    ("before", "payments", "moved"),
    [
        (0, [(1, 300), (2, 500)], [(1, 300), (2, 100)]),
        (400, [(1, 300), (2, 500), (3, 900)], [(2, 400)]),
        (400, [(1, 600), (2, -300), (3, 300)], [(1, 200), (2, -200), (3, 200)]),
        (0, [(1, -50), (2, 50)], [(1, -50), (2, 50)]),  # a payment of before came back
        (400, [(1, -50), (2, 500)], [(2, 50)]),
    ],
)
def test_payments_go_to_the_first_parts_first(
    before: int, payments: list[tuple[int, int]], moved: list[tuple[int, int]]
) -> None:
    on = [(dt.date(2024, 1, day), cents) for day, cents in payments]
    expected = [(dt.date(2024, 1, day), cents) for day, cents in moved]
    assert list(part_payments(before, 400, on)) == expected


def test_a_letter_says_until_when_to_pay_and_names_the_one_before(
    ledgers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, str] = {}

    def note(_: Stationery, __: str, data: dict[str, Any], *, day: dt.date) -> bytes:
        said[f"{data['recipient']['city']} {day}"] = str(data)
        return b"%PDF"

    monkeypatch.setattr(Stationery, "render", note)
    for day in (dt.date(2024, 3, 20), dt.date(2024, 4, 15)):
        run(ledgers, day)
    first, second = (said[f"Wetter (Hessen) 2024-{day}"] for day in ("03-20", "04-15"))
    assert "Bitte überweisen Sie 10.271,40 EUR bis zum 03.04.2024 unter Angabe" in first
    assert (
        "trotz unserer Erinnerung vom 20.03.2024 nicht bei uns eingegangen (Stand unserer Kontoauszüge: 29.02.2024)"
        in second
    )
    assert "('zahlbar bis', '29.04.2024')" in second
    assert ReminderTerms(second_after_days=0).deadline(dt.date(2024, 3, 20)) == dt.date(2024, 3, 27)


APRIL, BIEDENKOPF = dt.date(2024, 4, 30), "RF62KKD2024065340041"
LOHRA, WETTER = "RF57KKD2024065340131", "RF31KKD2024065340211"


def pay(ledgers: Path, *payments: tuple[int, int, str]) -> None:
    """Bring in the county's statement of March and April with payments: day of April, cents, reference."""
    county = ledgers / "landkreis"
    told = json.loads((county / "2024/2024-02.bank.json").read_text(encoding="utf-8"))["auszuege"][-1]
    payers = {BIEDENKOPF: "biedenkopf", LOHRA: "lohra", WETTER: "wetter"}
    agreement, entries = load_book(county).agreement, []
    for day, cents, reference in payments:
        payer = agreement.party(payers[reference])
        assert payer is not None
        on = dt.date(2024, 4, day)
        entries.append(CAMT.Entry(on, cents, payer.name, payer.ibans[0], reference=reference))
    iban, first = load_book(county).settings.bank.iban, dt.date(2024, 3, 1)
    words = {"first": first, "last": APRIL, "number": 4, "opening": parse_eur(told["ende"])}
    (ledgers / "auszug.xml").write_text(CAMT.camt(iban, "Landkreis", entries, **words), encoding="utf-8")
    assert main(["import", str(county), str(ledgers / "auszug.xml"), "--today", f"{APRIL}"]) in {0, 1}


def later(ledgers: Path, as_of: dt.date, today: dt.date = APRIL) -> Reminded:
    return remind(load_book(ledgers / "landkreis"), as_of, today=today)


def test_a_day_that_is_past_asks_for_nothing_that_was_paid_since(ledgers: Path) -> None:
    march = dt.date(2024, 3, 31)
    before = {one: cents for one, _, cents in told(run(ledgers, march, dry_run=True))}
    assert (before["lohra"], before["wetter"]) == (6_380_58, 10_271_40)
    pay(ledgers, (5, 3_000_00, LOHRA), (15, 10_271_40, WETTER))
    done = later(ledgers, march)
    asked_now = {one: cents for one, _, cents in told(done)}
    assert asked_now == {one: cents for one, cents in before.items() if one not in {"lohra", "wetter"}} | {
        "lohra": 3_380_58
    }
    assert done.settled == ("kkd-2024-wetter-1",)
    again = later(ledgers, march)
    assert (again.letters, again.settled) == ((), ("kkd-2024-wetter-1",))
    assert ("kkd-2024-lohra-1", APRIL) in again.before


def test_of_instalments_each_is_asked_for_as_far_as_it_is_open_now(rated: Path) -> None:
    pay(rated, (20, 6_555_30, BIEDENKOPF))  # the first one, and 1,000.00 of the second
    as_of = dt.date(2024, 4, 11)
    assert asked(later(rated, as_of)) == [(dt.date(2024, 4, 10), 4_000_00, "Zahlungserinnerung")]


def test_interest_to_a_past_day_is_only_asked_for_with_what_is_still_open(ledgers: Path) -> None:
    (ledgers / "kkd/reminders.toml").write_text(CLAUSE, encoding="utf-8")
    pay(ledgers, (5, 3_000_00, LOHRA), (15, 10_271_40, WETTER))
    letters = {one.member: one for one in later(ledgers, dt.date(2024, 3, 31)).letters}
    # 16 days of 6,380.58 at 8.62 %: 24.0440..., owed until that day whatever came afterwards
    assert [(one.open_cents, one.interest_cents) for one in letters["lohra"].items] == [(3_380_58, 24_04)]
    assert "wetter" not in letters


def test_a_letter_bears_the_day_on_which_it_is_written_and_the_next_one_waits_from_there(
    ledgers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        Stationery, "render", lambda _, __, data, *, day: said.append(f"{day} {data}") or b"%PDF"
    )
    later(ledgers, dt.date(2024, 3, 20), today=dt.date(2024, 4, 10))
    assert said
    for letter in said:
        assert letter.startswith("2024-04-10")
        assert "('Datum', '10.04.2024')" in letter
        assert "('zahlbar bis', '24.04.2024')" in letter
        assert "bis zum 29.02.2024 bei uns nicht eingegangen" in letter, "further no statement is read"
    assert not told(run(ledgers, dt.date(2024, 4, 23))), "two weeks from the day of writing"
    assert {stage for _, stage, _ in told(run(ledgers, dt.date(2024, 4, 24)))} == {"Mahnung"}


def test_what_is_written_is_good_and_no_letter_has_its_reason(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pay(ledgers, (15, 10_271_40, WETTER))

    def said(as_of: str, today: str) -> str:
        capsys.readouterr()
        words = ["remind", str(ledgers / "landkreis"), "--as-of", as_of, "--today", today]
        assert main(words) == 0, "findings are told, and counted by kkd check"
        return capsys.readouterr().out

    assert "Am 10.03.2024 ist nichts überfällig.\n0 Schreiben" in said("2024-03-10", "2024-04-30")
    first = said("2024-04-20", "2024-04-30")
    assert "KKD-O06" in first
    assert "Schon erinnert" not in first
    assert "Am 14.04.2024 überfällig, inzwischen nichts mehr offen: kkd-2024-wetter-1\n" in said(
        "2024-04-14", "2024-04-30"
    )
    again = said("2024-04-30", "2024-04-30")
    assert "Schon erinnert am 30.04.2024, das nächste Schreiben folgt später: kkd-2024-" in again
    assert "0 Schreiben" in again


def test_a_letter_says_of_no_day_whose_statements_are_unread_that_nothing_came(
    ledgers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = ledgers / "landkreis"
    assert main(["month", str(book), "2024-03", "--today", "2024-03-31"]) == 0
    assert main(["open", str(book), "2024-04"]) == 0
    said: list[str] = []
    monkeypatch.setattr(Stationery, "render", lambda _, __, data, *, day: said.append(str(data)) or b"%PDF")
    capsys.readouterr()
    words = ["remind", str(book), "--as-of", "2024-04-15", "--today", "2024-04-15", "--dry-run"]
    assert main(words) == 0
    assert said
    assert all("bis zum 31.03.2024 bei uns nicht eingegangen" in letter for letter in said)
    assert "Kontoauszüge sind nur bis 31.03.2024 eingelesen" in capsys.readouterr().out


def test_whose_money_is_unclear_gets_no_letter_before_it_is_placed(
    ledgers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wetter has paid all; a clerk took the payment off its item by mistake, and the money lies there unplaced."""
    book = ledgers / "landkreis"
    assert main(["month", str(book), "2024-03", "--today", "2024-03-31"]) == 0
    number = next(
        one.text("nr")
        for one in read(load_book(book)).records
        if isinstance(one, Transaction)
        and one.text("bankref")
        and any(posting.meta.get("posten") == "kkd-2024-wetter-1" for posting in one.postings)
    )
    words = ["--reason", "Irrtum", "--by", "K. Kasse", "--today", "2024-04-10"]
    assert main(["reverse", str(book), number, *words]) == 0
    capsys.readouterr()
    assert main(["remind", str(book), "--as-of", "2024-04-15", "--today", "2024-04-15", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "Kein Brief wegen kkd-2024-wetter-1: Vermutlich ist gezahlt" in told
    assert f"noch ungeklärt ({number})" in told
    assert "Wetter" not in told.partition("Kein Brief")[2].partition("\n")[2]


def test_nobody_is_reminded_for_a_day_to_come(ledgers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["remind", str(ledgers / "landkreis"), "--as-of", "2024-03-31", "--today", "2024-03-20"]
    assert main(words) == 2
    assert "Der Stichtag 31.03.2024 ist noch nicht da; heute ist der 20.03.2024." in capsys.readouterr().err
