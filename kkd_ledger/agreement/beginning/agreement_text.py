"""Answers → agreement.toml and contacts.toml: canonical amounts, ids made of names, the order of the questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kkd_ledger.agreement.beginning.answers import AnsweredMeasure, AnsweredParty, AnsweredShare, Answers
from kkd_ledger.agreement.file.toml_text import pairs, table
from kkd_ledger.fields import as_id
from kkd_ledger.money import format_amount, format_rate
from kkd_ledger.quantities import Quantity, format_quantity

OLD_LAW_ENDS: Final = dt.date(2026, 12, 31)
"""The last day on which shares may be untaxed by the old law (UStG § 27 Abs. 22 and 22a); then a person decides."""
OLD_LAW_REASON: Final = (
    "Nicht steuerbar nach § 2 Abs. 3 UStG a. F. in Verbindung mit § 27 Abs. 22 und 22a UStG"
)


RATES: Final = "raten"
"""The id of the due plan where a share is due in parts."""


class Ids:
    """Ids made of names, each once: `Bad Müsterau` is `bad-muesterau`, a second one `bad-muesterau-2`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ids: dict[str, str] = {}
        for name in names:
            id_, number = as_id(name), 2
            while id_ in self._ids.values():
                id_, number = f"{as_id(name)[:36].rstrip('-')}-{number}", number + 1
            self._ids.setdefault(name, id_)

    def of(self, name: str) -> str:
        """Return the id of a name."""
        return self._ids[name]


def agreement_text(answers: Answers) -> str:
    """Return the text of agreement.toml."""
    parties = Ids(party.name for party in answers.parties)
    measures = Ids(measure.title for measure in answers.measures)
    month, day = (int(part) for part in answers.due.split("-"))
    head = {
        "id": as_id(answers.title),
        "title": answers.title,
        "operator": parties.of(answers.operator),
        "form": answers.form,
        "from": answers.begins,
        "to": answers.ends,
        "known_from": min([answers.begins, *(each.adopted for each in answers.resolutions)]),
        "rounding": answers.rounding,
        "proration": answers.proration,
    }
    blocks = [
        "# Geschrieben von `kkd init`. Was die Felder bedeuten, steht in docs/vereinbarung.md;\n"
        "# `kkd agreement show DATEI` sagt es in Sätzen. Ein Nachtrag (`kkd agreement amend DATEI`) fügt Einträge\n"
        "# hinzu und ändert keinen.\n" + pairs(head),
        table("due", {"month": month, "day": day}, many=False),
        *([table("dues", {"id": RATES, "days": list(answers.due_days)})] if answers.due_days else []),
        *(table("members", _party(party, parties)) for party in answers.parties),
        *_measures(answers.measures, parties, measures),
        *(table("components", each) for each in _shares(answers, parties, measures)),
        *(table("resolutions", each) for each in _resolutions(answers, parties)),
        *_vat(answers),
    ]
    return "\n".join(blocks)


def _party(party: AnsweredParty, parties: Ids) -> dict[str, Any]:
    return {
        "id": parties.of(party.name),
        "name": party.name,
        "kind": party.kind,
        "ags": party.ags,
        "joined": party.joined,
        "left": party.left,
        "ibans": [party.iban] if party.iban else [],
    }


def _measures(answered: Iterable[AnsweredMeasure], parties: Ids, measures: Ids) -> Iterator[str]:
    for measure in answered:
        id_ = measures.of(measure.title)
        source = measure.reported_by
        for series in measure.figures:
            values = {parties.of(name): _figure(figure) for name, figure in series.figures.items()}
            entry = {"name": id_, "source": source, "reference": series.day, "values": values}
            yield table("weights", entry)
        basis: dict[str, Any] = {
            "id": id_,
            "title": measure.title,
            "rule": "renewed",
            "source": source,
            "weight": id_,
        }
        if measure.fixed_day:
            basis |= {"rule": "frozen", "reference": measure.fixed_day}
        else:
            basis |= {"month_day": measure.day or "12-31", "lag_years": measure.years_before}
        yield table("bases", basis | {"from": dt.date(1990, 1, 1)})


def _figure(figure: Quantity) -> int | str:
    return figure if isinstance(figure, int) else format_quantity(figure)


def _shares(answers: Answers, parties: Ids, measures: Ids) -> Iterator[dict[str, Any]]:
    ids = Ids(share.title for share in answers.shares)
    for share in answers.shares:
        head = {"id": ids.of(share.title), "title": share.title, "clause": share.clause, "key": _key(share)}
        bounds = {"minimum": share.minimum, "maximum": share.maximum}
        yield head | {
            "basis": measures.of(share.measure) if share.measure else None,
            "from": answers.begins,
            "members": [parties.of(name) for name in share.parties],
            **{name: None if cents is None else format_amount(cents) for name, cents in bounds.items()},
            "remainder": share.bearer,
            "dues": RATES if answers.due_days else None,
            **_money(share, parties),
        }


def _key(share: AnsweredShare) -> str:
    if share.is_cost:
        return "proportional" if share.measure else "equal"
    return "per-head" if share.prices else "fixed"


def _money(share: AnsweredShare, parties: Ids) -> Mapping[str, Any]:
    amounts = [
        {
            "from": each.begins,
            "amount": None if each.amount is None else format_amount(each.amount),
            "raised_percent": _percent(each.raised_percent),
            "members": [parties.of(name) for name in each.parties],
        }
        for each in share.amounts
    ]
    return {
        "rates": [
            {
                "from": each.begins,
                "rate": None if each.price is None else format_rate(each.price),
                "raised_percent": _percent(each.raised_percent),
            }
            for each in share.prices
        ],
        "fees" if share.prices else "amounts": amounts,
        "totals": [
            {"year": each.year, "amount": format_amount(each.amount)}
            | ({"kind": each.kind} if each.kind == "plan" else {})
            for each in share.costs
        ],
    }


def _percent(text: str) -> str:
    return text.strip().removesuffix("%").rstrip()


def _resolutions(answers: Answers, parties: Ids) -> Iterator[dict[str, Any]]:
    for each in answers.resolutions:
        sitting = {"body": each.body, "date": each.adopted, "number": each.number, "decides": True}
        yield {
            "member": parties.of(each.party),
            "paper": each.paper,
            "title": each.title,
            "adopted": each.adopted,
            "sittings": [sitting],
        }


def _vat(answers: Answers) -> Iterator[str]:
    if answers.begins <= OLD_LAW_ENDS:
        reason = answers.vat_reason or OLD_LAW_REASON
        entry = {
            "from": answers.begins,
            "to": OLD_LAW_ENDS,
            "treatment": "not-taxable-old-law",
            "reason": reason,
        }
        yield table("vat", entry)
    yield (
        "# Ab 2027 gilt § 2b UStG: Hier fehlt ein Eintrag [[vat]], bis ein Mensch entschieden hat "
        "(docs/vereinbarung.md).\n"
    )


def contacts_text(answers: Answers) -> str:
    """Return the text of contacts.toml: what is known of each party's address."""
    parties = Ids(party.name for party in answers.parties)
    blocks = [
        "# Wohin Schreiben und E-Rechnungen gehen; was die Felder bedeuten, steht in docs/invoices.md.\n"
        "# Für eine Anforderung fehlen noch Leitweg-ID, Ansprechperson und Telefon.\nformat = 1\n"
    ]
    for party in answers.parties:
        address = {
            "street": party.street,
            "postcode": party.postcode,
            "city": party.city,
            "email": party.email,
        }
        entry = {"name": party.name, **address}
        blocks.append(table(f"parties.{parties.of(party.name)}", entry, many=False))
    return "\n".join(blocks)
