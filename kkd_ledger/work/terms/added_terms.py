"""What is added to an agreement: new figures beside it or an amendment at its end, who pays what more, and writing it.

Nothing is recorded by that in a book: what it stands on has changed then, and two persons confirm it (`kkd confirm`).
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkd_ledger.agreement import (
    Agreement,
    ShareDifference,
    compare,
    figure_texts,
    load,
    parse,
    shares,
    vat_treatment,
)
from kkd_ledger.agreement.beginning.amendments import Amendment
from kkd_ledger.agreement.file.reported import Count, Reported, entries, rows_of, with_entries
from kkd_ledger.agreement.reckoning.words import VAT_SHORT
from kkd_ledger.book.store.durable import export
from kkd_ledger.errors import StorageFailed
from kkd_ledger.money import format_eur

YEARS_AHEAD: Final = 4
"""How far ahead it is said who pays what more: the medium-term plan."""


@dataclass(frozen=True)
class AddedTerms:
    """New texts by file (relative to the agreement's folder), the lines that differ, who pays what more, what lacks.

    `taxes` says of which years the VAT is another than before.
    """

    folder: Path
    texts: Mapping[str, str]
    lines: Sequence[str]
    differences: Sequence[ShareDifference]
    missing: Sequence[str]
    taxes: Sequence[str] = ()

    def write(self) -> None:
        """Write the files, each whole or not at all; raise StorageFailed."""
        for file, text in self.texts.items():
            path = self.folder / file
            try:
                path.parent.mkdir(exist_ok=True)
                export(path, text.encode())
            except OSError as error:
                raise StorageFailed(path, error) from error


def reported_figures(agreement_file: Path, csv: str, report: Reported, today: dt.date) -> AddedTerms:
    """Return figures as they were reported, as rows of CSV; raise UsageError or AgreementRefused for a wrong row."""
    before = load(agreement_file)
    rows = rows_of(csv)
    old = figure_texts(agreement_file)
    new = with_entries(old, entries(before, rows, report))
    after = parse(agreement_file.read_text(encoding="utf-8-sig"), agreement_file.name, new)
    concerned = {row.day.year if isinstance(row, Count) else row.year for row in rows}
    changed = {file: text for file, text in new.items() if text != old.get(file, "")}
    lines = [line for file in changed for line in _difference(file, old.get(file, ""), changed[file])]
    return _added(agreement_file.parent, (before, after), changed, lines, today=today, concerned=concerned)


def amended(agreement_file: Path, amendment: Amendment, reason: str, today: dt.date) -> AddedTerms:
    """Return the agreement with an amendment at its end; raise AgreementRefused where it does not fit."""
    before = load(agreement_file)
    old, new = agreement_file.read_text(encoding="utf-8-sig"), amendment.text(reason)
    after = parse(new, agreement_file.name, figure_texts(agreement_file))
    lines = _difference(agreement_file.name, old, new)
    return _added(
        agreement_file.parent, (before, after), {agreement_file.name: new}, lines, today=today, concerned=None
    )


def _added(
    folder: Path,
    sides: tuple[Agreement, Agreement],
    texts: Mapping[str, str],
    lines: Sequence[str],
    *,
    today: dt.date,
    concerned: set[int] | None,
) -> AddedTerms:
    before, after = sides
    last = max(before.first_year, min(today.year + YEARS_AHEAD, after.last_year))
    years = range(before.first_year, last + 1)
    near = [year for year in years if concerned is None or year in concerned or year - 1 in concerned]
    gaps = [gap for year in near for gap in shares(after, year).gaps]
    missing = list(dict.fromkeys(f"{gap.sentence}." for gap in gaps))
    differences, taxes = compare((before, None), (after, None), years), list(vat_words(before, after, years))
    return AddedTerms(folder, texts, lines, differences, missing, taxes)


def _difference(file: str, old: str, new: str) -> list[str]:
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), file, file, lineterm="", n=0))


def vat_words(before: Agreement, after: Agreement, years: Iterable[int]) -> Iterator[str]:
    """Yield of which years the VAT is another than before, and what becomes of what is booked of them."""
    for year in years:
        words = [
            VAT_SHORT[decided.treatment] if decided else "noch nicht entschieden"
            for decided in (vat_treatment(side, year) for side in (before, after))
        ]
        if words[0] != words[1]:
            yield (
                f"Umsatzsteuer {after.year_name(year)}, das ganze Leistungsjahr: {words[1]}, bisher {words[0]}; was "
                "schon gebucht ist, berichtigt `kkd post` um die Steuer."
            )


def who_pays(differences: Sequence[ShareDifference]) -> Iterator[str]:
    """Yield by party in which years it pays how much more or less, and why; years alike are said once."""
    years = [difference.year for difference in differences]
    spans: dict[tuple[str, int, int], list[ShareDifference]] = {}
    for difference in sorted(differences, key=lambda each: (each.name, each.year)):
        member, year, cents = difference.member, difference.year, difference.difference_cents
        spans[member, year, cents] = [*spans.pop((member, year - 1, cents), ()), difference]
    for span in sorted(spans.values(), key=lambda span: (span[0].name, span[0].year)):
        first, last = span[0], span[-1]
        sign = "mehr" if first.difference_cents > 0 else "weniger"
        to_come = (
            f"{first.year_name} bis {last.year_name}" if last.year < max(years) else f"ab {first.year_name}"
        )
        when = f", {first.year_name}:" if first.year == last.year else f": {to_come} im Jahr"
        yield f"{first.name}{when} {format_eur(abs(first.difference_cents))} {sign}"
        yield from (f"    {reason}" for reason in first.reasons)
