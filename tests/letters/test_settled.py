"""What was settled before a demand was written: letter, e-invoice and GiroCode ask for the rest, and name the rest."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kkd_ledger.book.config import load_book
from kkd_ledger.cli import main
from kkd_ledger.einvoice.model import Invoice
from kkd_ledger.einvoice.validate import Checker
from kkd_ledger.letters.letter import DocumentMaker, MadeDocument
from kkd_ledger.letters.settled import extent_text
from kkd_ledger.payments.sepa import SEPA_COUNTRIES
from kkd_ledger.work.claims.demanding import write_demands
from tests.samples import replace_once, sample_books

SHARE = "kkd-2024-biedenkopf-1"  # 15,555.30 EUR, due on 15 March 2024
TODAY = "2024-02-20"
ORDER = ("--order", "Beschluss", "--by", "L. Beispiel", "--certified-by", "S. Muster", "--today", TODAY)
PLACED = (
    "--by",
    "K. Kasse",
    "--certified-by",
    "S. Muster",
    "--ordered-by",
    "L. Beispiel",
    "--reason",
    "belegt",
)
RATES = ("--instalment", "2024-03-15=5.555,30", "--instalment", "2024-06-15=10.000,00")
CHEAPER = '\n[[components.rates]]\nfrom = 2024-01-01\nrate = "0.15"\nknown_from = 2024-02-05\n'
POSTED = ("--certified-by", "S. Muster", "--ordered-by", "L. Beispiel", "--today", TODAY)
Written = Callable[..., tuple[dict[str, Any], Invoice]]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return sample_books(tmp_path) / "landkreis"


@pytest.fixture(scope="module")
def maker(checker: Checker) -> DocumentMaker:
    return DocumentMaker(checker=checker)


@pytest.fixture
def written(county: Path, maker: DocumentMaker) -> Written:
    """Write a member's demand; return what its letter prints, and its e-invoice."""

    def write(member: str = "biedenkopf", day: str = "2024-02-29") -> tuple[dict[str, Any], Invoice]:
        done = write_demands(
            load_book(county), 2024, today=dt.date.fromisoformat(day), members=[member], maker=maker
        )
        demand = done.documents[0].demand
        return dict(maker.data(demand)), demand.document

    return write


def remit(county: Path, amount: str, posten: str = SHARE) -> None:
    assert main(["remit", str(county), posten, amount, *ORDER]) == 0


def in_rates(county: Path) -> None:
    assert main(["defer", str(county), SHARE, "--kind", "ratenzahlung", *RATES, *ORDER]) == 0


def march(county: Path) -> None:
    """Read the March statement: most have paid, Lohra's payment came back, 250.00 EUR nobody can place."""
    (county / "inbox/2024-04.xml").unlink()
    assert main(["month", str(county), "2024-03", "--today", "2024-03-31"]) == 0


def test_a_remission_before_the_letter_leaves_the_rest_of_the_instalments(
    county: Path, written: Written
) -> None:
    in_rates(county)
    remit(county, "80,58")
    data, document = written()
    assert data["payment"]["words"] == (
        "Von 15.555,30 EUR sind 80,58 EUR erlassen; zu zahlen bleiben 15.474,72 EUR. Bitte zahlen Sie 15.474,72 EUR "
        "in Raten: 5.474,72 EUR bis zum 15.03.2024 und 10.000,00 EUR bis zum 15.06.2024."
    )
    assert data["qr-words"].startswith("GiroCode: 5.474,72 EUR an ")
    assert [(one["name"], one["amount"]) for one in data["sums"]] == [
        ("Gesamtbetrag", "15.555,30"),
        ("davon erlassen", "80,58"),
        ("noch zu zahlen", "15.474,72"),
    ]
    totals = document.totals
    assert (totals.gross_cents, totals.prepaid_cents, totals.due_cents) == (15_555_30, 80_58, 15_474_72)
    assert document.terms.startswith(
        "Von 15.555,30 EUR sind 80,58 EUR erlassen; zu zahlen bleiben 15.474,72 EUR."
    )


def test_a_part_payment_before_the_letter_is_named_and_the_rest_is_late(
    county: Path, written: Written
) -> None:
    march(county)
    numbers = re.findall(r'nr: "(2024-\d+)"', (county / "2024/2024-03.beancount").read_text(encoding="utf-8"))
    words = ["clear", str(county), numbers[-1], "kkd-2024-lohra-1", *PLACED, "--today", "2024-03-31"]
    assert main(words) == 0
    data, document = written("lohra", "2024-04-02")
    assert data["payment"]["words"] == (
        "Von 6.380,58 EUR sind 250,00 EUR schon gezahlt; zu zahlen bleiben 6.130,58 EUR. Bitte zahlen Sie "
        "6.130,58 EUR umgehend: Der Betrag war am 15.03.2024 fällig."
    )
    assert (document.totals.prepaid_cents, document.totals.due_cents) == (250_00, 6_130_58)


def test_what_is_settled_asks_for_nothing_and_has_no_code(county: Path, written: Written) -> None:
    march(county)
    data, document = written("kirchhain", "2024-04-02")
    words = "Von 18.766,68 EUR sind 18.766,68 EUR schon gezahlt; zu zahlen ist nichts mehr."
    assert (data["payment"], data["qr"]) == ({"words": words, "facts": []}, "")
    assert (document.due, document.terms, document.totals.due_cents) == (None, words, 0)


def test_a_credit_that_was_set_off_is_named_by_its_document_which_bears_it(
    county: Path, written: Written
) -> None:
    replace_once(county.parent / "kkd/agreement.toml", 'rate = "0.20"\n', f'rate = "0.20"\n{CHEAPER}')
    assert main(["post", str(county), *POSTED]) == 0
    data, document = written()
    [said] = re.findall(
        r"sind (.*) EUR verrechnet mit (KKD-2024-\d{5}); zu zahlen bleiben", data["payment"]["words"]
    )
    assert said == ("682,25", "KKD-2024-00023")
    assert data["qr-words"].startswith("GiroCode: 14.873,05 EUR an ")
    assert (document.totals.prepaid_cents, document.totals.due_cents) == (None, 15_555_30)


def test_what_is_due_by_the_document_alone_has_its_day(county: Path, written: Written) -> None:
    """The credit that settles it has a document of its own: so the e-invoice has an amount due, and needs a day."""
    replace_once(county.parent / "kkd/agreement.toml", 'rate = "0.20"\n', f'rate = "0.20"\n{CHEAPER}')
    assert main(["post", str(county), *POSTED]) == 0
    remit(county, "14.873,05")
    data, document = written()
    assert data["payment"]["words"].endswith("; zu zahlen ist nichts mehr.")
    assert (document.totals.due_cents, document.due) == (682_25, dt.date(2024, 3, 15))


def test_a_debit_is_announced_of_the_rest(county: Path, written: Written) -> None:
    contacts = county.parent / "kkd/contacts.toml"
    head = "[parties.biedenkopf]\n"
    replace_once(contacts, head, f'{head}mandate = "KKD-M-4"\nmandate_signed = "2023-10-01"\n')
    remit(county, "555,30")
    data, document = written()
    assert "Wir ziehen 15.000,00 EUR am 15.03.2024 von Ihrem Konto" in data["payment"]["words"]
    assert data["payment"]["words"].startswith("Von 15.555,30 EUR sind 555,30 EUR erlassen; ")
    assert document.payments[0].debited_iban[:2] in SEPA_COUNTRIES
    remit(county, "15.000,00")
    for file in (county / "documents").iterdir():
        file.unlink()
    again, _ = written()
    assert again == data  # lost, and made again as it was, whatever was given up since


def test_who_owes_nothing_any_more_is_not_debited(county: Path, written: Written) -> None:
    contacts = county.parent / "kkd/contacts.toml"
    head = "[parties.biedenkopf]\n"
    replace_once(contacts, head, f'{head}mandate = "KKD-M-4"\nmandate_signed = "2023-10-01"\n')
    remit(county, "15.555,30")
    data, document = written()
    assert (
        data["payment"]["words"]
        == "Von 15.555,30 EUR sind 15.555,30 EUR erlassen; zu zahlen ist nichts mehr."
    )
    assert document.mandate == ""


def test_a_letter_of_before_is_made_again_without_what_it_did_not_tell(
    county: Path, written: Written
) -> None:
    """Documents of before `gebucht-bis` told the whole amount, whatever had been settled."""
    whole, _ = written()
    month = county / "2024/2024-02.beancount"
    text = month.read_text(encoding="utf-8")
    month.write_text(re.sub(r'  gebucht-bis: ".*"\n', "", text), encoding="utf-8")
    remit(county, "80,58")
    for file in (county / "documents").iterdir():
        file.unlink()
    again, _ = written()
    assert again == whole


def test_the_extent_of_a_document_names_each_year_since_the_claim() -> None:
    assert extent_text({2022: 4, 2023: 31, 2024: 17}, 2024) == "2023-000031 2024-000017"


def test_a_credit_says_what_is_left_of_the_demand_that_it_lowers(county: Path, maker: DocumentMaker) -> None:
    """Both are written in one run: the correction names the demand by the day that it bears."""
    replace_once(county.parent / "kkd/agreement.toml", 'rate = "0.20"\n', f'rate = "0.20"\n{CHEAPER}')
    assert main(["post", str(county), *POSTED]) == 0

    def credit() -> MadeDocument:
        day = dt.date(2024, 2, 29)
        return write_demands(
            load_book(county), 2024, today=day, members=["biedenkopf"], maker=maker
        ).documents[1]

    made = credit()
    document, data = made.demand.document, maker.data(made.demand)
    assert document.terms.endswith(" Auf KKD-2024-00004 bleiben 14.873,05 EUR zu zahlen.")
    assert any("berichtigt KKD-2024-00004 vom 29.02.2024" in line for line in data["opening"])
    assert document.preceding[0].date == dt.date(2024, 2, 29)
    assert document.totals.due_cents == 682_25
    remit(county, "14.873,05")
    for file in (county / "documents").iterdir():
        file.unlink()
    assert credit().pdf == made.pdf  # lost, and made again as it was


def test_only_demands_are_said_to_ask_for_nothing(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_once(county.parent / "kkd/agreement.toml", 'rate = "0.20"\n', f'rate = "0.20"\n{CHEAPER}')
    assert main(["post", str(county), *POSTED]) == 0
    capsys.readouterr()
    assert main(["demand", str(county), "2024", "--member", "biedenkopf", "--today", "2024-02-29"]) == 0
    out = capsys.readouterr().out
    assert "nichts mehr zu zahlen" not in out
    assert out.count("Bitte beachten") == 1
