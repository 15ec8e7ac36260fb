"""The pattern of every act: a preview writes nothing, a confirmation what was seen, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import errno
import re
from pathlib import Path

import pytest

from kkd_ledger.book.store import durable, journal
from kkd_ledger.book.text.vocabulary import AppropriationKind
from kkd_ledger.cli import main
from kkd_ledger.work.books.books import appropriate
from tests.samples import sample_books, tree
from tests.web.workplace.acts.office import (
    CERTIFIER,
    ORDERER,
    TODAY,
    TREASURER,
    Office,
    case_in,
    hash_in,
    offers_to_confirm,
    text_of,
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(sample_books(tmp_path), "landkreis")


def payment(office: Office) -> str:
    """The number of a payment in the operator's book."""
    text = (office.book.root / "2023" / "2023-11.beancount").read_text("utf-8")
    match = re.search(r'nr: "([0-9-]+)"\n  buchungsart: "zahlung"', text)
    assert match
    return match[1]


def test_a_preview_shows_both_sides_and_writes_nothing(office: Office) -> None:
    before = tree(office.folder)
    seen = office.preview("stornieren", nr=payment(office), grund="falsche Gemeinde")
    assert tree(office.folder) == before
    page = text_of(seen)
    assert "Gebucht würde" in page
    assert "Soll" in page
    assert "Haben" in page
    assert "Akt" in page
    assert f"veranlasst von {CERTIFIER} (als feststellung) am 31.03.2024" in page


def test_a_confirmation_writes_what_the_command_writes(office: Office, tmp_path: Path) -> None:
    other = sample_books(tmp_path / "other")
    number = payment(office)
    done = office.do("stornieren", nr=number, grund="falsche Gemeinde")
    assert "Geschrieben" in text_of(done)
    call = ["reverse", str(other / "landkreis"), number, "--reason", "falsche Gemeinde", "--by", CERTIFIER]
    assert main([*call, "--today", TODAY.isoformat()]) == 0
    assert tree(office.folder, {".kkd", "other"}) == tree(other)


def test_what_was_written_leads_to_the_journal_and_back(office: Office) -> None:
    number = payment(office)
    done = office.do("stornieren", nr=number, grund="falsche Gemeinde")
    [written] = set(re.findall(r"/kkd/landkreis/buchung/([0-9-]+)", done.text))
    assert office.get(f"buchung/{written}").status_code == 200, "at once, without waiting for the next look"
    assert f"/kkd/landkreis/tun/zuordnen?nr={number}" in done.text


def test_a_second_confirmation_of_the_same_preview_is_refused(office: Office) -> None:
    typed = {"jahr": "2024", "betrag": "1.000,00", "art": "nachtrag", "grund": "mehr Teilnehmer"}
    seen = office.preview("ansatz", **typed)
    assert office.confirm(seen, "tun/ansatz", **typed).status_code == 200
    before = tree(office.folder)
    again = office.confirm(seen, "tun/ansatz", **typed)
    assert "Das Buch hat sich geändert" in text_of(again) or "nichts zu tun" in text_of(again).casefold()
    assert again.status_code == 409
    assert tree(office.folder) == before


def test_a_book_that_changed_since_is_noticed_and_shown_anew(office: Office) -> None:
    typed = {"nr": payment(office), "grund": "falsche Gemeinde"}
    seen = office.preview("stornieren", **typed)
    appropriate(
        office.book, 2024, 500_00, AppropriationKind.SUPPLEMENTARY, today=TODAY, reason="x", by=ORDERER
    )
    office.do("stornieren", nr=payment_after(office, typed["nr"]), grund="auch falsch")
    before = tree(office.folder)
    again = office.confirm(seen, "tun/stornieren", **typed)
    assert again.status_code == 409
    assert "Seit der Vorschau hat sich das Buch geändert" in text_of(again)
    assert tree(office.folder) == before
    assert office.confirm(again, "tun/stornieren", **typed).status_code == 200, (
        "the new preview can be confirmed"
    )


def payment_after(office: Office, number: str) -> str:
    text = (office.book.root / "2023" / "2023-11.beancount").read_text("utf-8")
    numbers = re.findall(r'nr: "([0-9-]+)"\n  buchungsart: "zahlung"', text)
    return str(next(other for other in numbers if other > number))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"jahr": "2024", "betrag": "1.000,000", "art": "ansatz"}, "betrag"),
        ({"jahr": "24", "betrag": "1.000,00", "art": "ansatz"}, "jahr"),
        ({"jahr": "2024", "betrag": "1.000,00", "art": "geschenk"}, "art"),
        ({"jahr": "2024", "betrag": "", "art": "ansatz"}, "betrag"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_everything_typed_stays(
    office: Office, typed: dict[str, str], wrong: str
) -> None:
    before = tree(office.folder)
    answer = office.preview("ansatz", **typed, grund="ein <b>Grund</b>")
    assert answer.status_code == 422
    assert f'id="fehler-{wrong}"' in answer.text
    assert f'aria-describedby="hilfe-{wrong} fehler-{wrong}" aria-invalid="true"' in answer.text
    assert "ein &lt;b&gt;Grund&lt;/b&gt;" in answer.text
    if wrong != "betrag":
        assert 'value="1.000,00"' in answer.text
    assert tree(office.folder) == before


def test_what_work_refuses_stands_at_its_field(office: Office) -> None:
    answer = office.preview("stornieren", nr="2024-999999", grund="x")
    assert answer.status_code == 422
    assert "keine solche Buchung" in text_of(answer)
    assert 'id="fehler-nr"' in answer.text


def test_an_act_needs_somebody_who_may(office: Office) -> None:
    before = tree(office.folder)
    typed = {"nr": payment(office), "grund": "falsche Gemeinde"}
    seen = office.preview("stornieren", **typed)
    office.person = ""
    gone = office.confirm(seen, "tun/stornieren", **typed)
    assert gone.status_code == 401
    assert "die Sitzung ist abgelaufen" in text_of(gone)
    assert "/kkd/anmelden?weiter=" in gone.text
    assert "falsche%2BGemeinde" in gone.text, "what was typed comes back after the login"
    office.person = "N. Niemand"
    assert office.confirm(seen, "tun/stornieren", **typed).status_code == 403
    office.person = TREASURER
    assert office.preview("sollstellung").status_code == 403
    assert office.confirm(seen, "tun/stornieren", **typed).status_code == 409, "seen by another person"
    assert tree(office.folder) == before


def test_a_busy_book_says_so_and_keeps_what_was_typed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    import multiprocessing

    from tests.web.workplace.acts import holding

    number = payment(office)
    context = multiprocessing.get_context("spawn")
    held, free = context.Event(), context.Event()
    process = context.Process(target=holding.hold, args=(str(office.book.root), held, free))
    process.start()
    try:
        assert held.wait(60)
        answer = office.preview("stornieren", nr=number, grund="falsche Gemeinde")
    finally:
        free.set()
        process.join()
    assert answer.status_code == 503
    assert "wird gerade beschrieben" in text_of(answer)
    assert 'value="falsche Gemeinde"' in answer.text


def test_the_lock_may_be_taken_twice_by_the_same_thread_only(office: Office) -> None:
    with journal.writing(office.book.root), journal.writing(office.book.root):
        pass


def test_two_persons_certify_and_order_at_two_times(office: Office) -> None:
    typed = {
        "posten": "kkd-2024-coelbe-1",
        "art": "stundung",
        "bis": "30.06.2024",
        "anordnung": "Antrag vom 20.03.",
    }
    before = tree(office.folder, {".kkd", "pending"})
    left = office.do("stunden", **typed)
    assert tree(office.folder, {".kkd", "pending"}) == before, "nothing is in the books yet"
    case = case_in(left)
    assert office.post(case, schritt="bestaetigen", gesehen=hash_in(office.get(case))).status_code == 403
    office.today = TODAY + dt.timedelta(days=2)
    office.person = ORDERER
    done = office.confirm(office.get(case), case)
    assert done.status_code == 200, text_of(done)
    text = "".join(path.read_text("utf-8") for path in sorted(office.book.root.glob("2024/*.beancount")))
    assert f'"{CERTIFIER}" "feststellung" 2024-03-31' in text
    assert f'"{ORDERER}" "anordnung" 2024-04-02' in text
    assert office.get(case).status_code == 404
    assert "erledigt oder zurückgezogen" in text_of(office.get(case))


def test_a_case_whose_matter_changed_is_not_decided(office: Office) -> None:
    typed = {"posten": "kkd-2024-coelbe-1", "anordnung": "unbillig"}
    case = case_in(office.do("erlassen", **typed))
    office.by_two(
        "erlassen", CERTIFIER, ORDERER, posten="kkd-2024-coelbe-1", betrag="100,00", anordnung="Vergleich"
    )
    seen = office.get(case)
    assert "ist nicht mehr das, was jetzt geschrieben würde" in text_of(seen)
    assert not offers_to_confirm(seen)
    before = tree(office.folder)
    assert office.confirm(seen, case).status_code == 409
    assert tree(office.folder) == before
    assert "Zurückgezogen" in text_of(office.post(case, schritt="zurueckziehen"))
    assert office.get(case).status_code == 404


def test_a_case_written_with_an_editor_is_none(office: Office) -> None:
    typed = {"posten": "kkd-2024-coelbe-1", "anordnung": "unbillig"}
    case = case_in(office.do("erlassen", **typed))
    [file] = (office.book.root / "pending").iterdir()
    file.write_bytes(file.read_bytes().replace(b"unbillig", b"geschenk"))
    office.person = ORDERER
    assert office.get(case).status_code == 404


def test_texts_from_outside_stay_texts(office: Office) -> None:
    hostile = '<script>alert(1)</script> "},{ =1+1 custom "akt"'
    page = office.preview("stornieren", nr=payment(office), grund=hostile)
    assert "<script>alert" not in page.text
    done = office.do("stornieren", nr=payment(office), grund=hostile)
    assert "<script>alert" not in done.text
    assert main(["check", str(office.book.root), "--today", TODAY.isoformat()]) in {0, 1}
    text = "".join(path.read_text("utf-8") for path in office.book.root.glob("2024/*.beancount"))
    assert '<script>alert(1)</script> \\"},{ =1+1 custom \\"akt\\"' in text


def test_what_is_unknown_and_whose_side_it_is_not(office: Office) -> None:
    assert office.get("tun/nichts").status_code == 404
    assert office.get("vorgang/0123456789abcdef").status_code == 404
    member = Office(office.folder, "biedenkopf")
    assert member.get("tun/anforderungen").status_code == 404
    assert office.get("tun/anforderungen").status_code == 200


def test_several_files_are_chosen_whatever_they_are_called(tmp_path: Path) -> None:
    office = Office(sample_books(tmp_path), "biedenkopf")
    names = ["eins, zwei.pdf", "drei.pdf"]
    for name in names:
        (office.book.root / "inbox" / name).write_bytes(b"%PDF-1.7 nichts")
    chosen = [f"inbox/{name}" for name in names]
    form = {"dateien": chosen, "grund": "kein Dokument", "schritt": "vorschau"}
    seen = office.client.post("/kkd/biedenkopf/tun/rechnung-zurueckweisen", data=form)
    assert "2 E-Rechnungen angesehen" in text_of(seen), text_of(seen)
    form |= {"gesehen": hash_in(seen), "schritt": "bestaetigen", "dateien": "\r\n".join(chosen)}
    assert "Geschrieben" in text_of(
        office.client.post("/kkd/biedenkopf/tun/rechnung-zurueckweisen", data=form)
    )
    form |= {"dateien": "inbox/../book.toml"}
    answer = office.client.post("/kkd/biedenkopf/tun/rechnung-zurueckweisen", data=form)
    assert "steht nicht zur Wahl" in text_of(answer)


def test_a_case_is_shown_to_all_and_decided_or_withdrawn_by_whom_it_concerns(office: Office) -> None:
    case = case_in(office.do("erlassen", posten="kkd-2024-coelbe-1", betrag="1,00", anordnung="Verfügung 7"))
    first = office.get(case)
    assert not offers_to_confirm(first)
    assert 'value="zurueckziehen"' in first.text
    assert f"das kann {ORDERER}" in text_of(first)
    office.person = TREASURER
    foreign = office.get(case)
    assert not offers_to_confirm(foreign)
    assert 'value="zurueckziehen"' not in foreign.text
    assert office.post(case, schritt="zurueckziehen").status_code == 403
    office.person = ORDERER
    assert offers_to_confirm(office.get(case))
    assert office.post(case, schritt="zurueckziehen").status_code == 200


def test_a_full_disk_says_so_and_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = {"nr": payment(office), "grund": "falsche Gemeinde"}
    seen = office.preview("stornieren", **typed)
    before = tree(office.folder)

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "voll")

    with monkeypatch.context() as broken:
        broken.setattr(durable, "write", full)
        answer = office.confirm(seen, "tun/stornieren", **typed)
    assert answer.status_code == 507
    assert "kein Platz mehr" in text_of(answer)
    assert 'value="falsche Gemeinde"' in answer.text
    assert tree(office.folder) == before
    assert office.confirm(seen, "tun/stornieren", **typed).status_code == 200


def test_a_vanished_book_is_told_and_what_was_typed_stays(office: Office) -> None:
    typed = {"nr": payment(office), "grund": "falsche Gemeinde"}
    seen = office.preview("stornieren", **typed)
    office.book.root.rename(office.folder / "fort")
    for answer in (office.preview("stornieren", **typed), office.confirm(seen, "tun/stornieren", **typed)):
        assert answer.status_code in {422, 503, 507}
        assert 'value="falsche Gemeinde"' in answer.text
        assert str(office.folder) not in text_of(answer)
