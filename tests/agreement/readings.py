"""What people read of an agreement, as it stands on the page: `python -m tests.agreement.readings` writes it anew.

`readings/NAME.txt` is a whole reading. `readings/variants.txt` says which sentences of the file with every field are
others when one of its fields is left out, or another of its choices is taken: whoever changes a sentence reads here
what everybody will read. `readings/steps/` has one step of each form that the explanations of a
file have, why shares changed, and what is said to be missing when one of its figures is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from kkd_ledger.agreement import Agreement, causes, explain, load, readable, shares
from kkd_ledger.agreement.reckoning.gaps import MissingFigure
from kkd_ledger.agreement.reckoning.steps import Step
from tests.agreement.test_readable import EVERY_FIELD, FILES, HERE, Place, fields, literals, sentences

READINGS: Final = HERE / "readings"
WHOLE: Final = {
    path.stem: path
    for path in (
        EVERY_FIELD,
        HERE / "other_forms.toml",
        HERE / "cases" / "subsidy-distributions.toml",
        HERE / "cases" / "amendment-known-later.toml",
        *(HERE / "real" / f"{name}.toml" for name in ("A11", "A22", "A28")),
    )
}
ALTERNATIVES: Final = {"Charge": ("on", "month"), "SettlementRule": ("due",)}
STEPS: Final = READINGS / "steps"
YEARS_MAX, LIFE_MAX, DAYS_MAX = 6, 40, 20
VARIANTS: Final = READINGS / "variants.txt"


def variants() -> list[str]:
    """Return for every field left out, and every choice not taken, the sentences that go and those that come."""
    agreement = load(EVERY_FIELD)
    before, lines = _unnumbered(sentences(agreement)), list[str]()
    for place, record, name in fields(agreement):
        for value in _others(record, name):
            after = _unnumbered(sentences(_with(agreement, (*place, name), value)))
            if after != before:
                lines += [f"{'.'.join(map(str, (*place, name)))} = {value!r}", *_changed(before, after)]
    return lines


def _others(record: BaseModel, name: str) -> Iterator[Any]:
    info, own = type(record).model_fields[name], getattr(record, name)
    if name in (getattr(record, "kinds", ()) or ALTERNATIVES.get(type(record).__name__, ())):
        return  # one of them has to stand there
    if not info.is_required() and (default := info.get_default(call_default_factory=True)) != own:
        yield default
    yield from (choice for choice in literals(info.annotation) if choice not in (own, info.default))


def _with(record: Any, place: Place, value: Any) -> Any:
    name, *rest = place
    if isinstance(name, int):
        return tuple(
            _with(item, tuple(rest), value) if at == name else item for at, item in enumerate(record)
        )
    changed = _with(getattr(record, name), tuple(rest), value) if rest else value
    if isinstance(record, Agreement):
        return record.changed(**{name: changed})
    return record.model_copy(update={name: changed})


def _changed(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield what goes and what comes, of a sentence that changes only the words that do."""
    for kind, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(before[first:last], after[begin:end], fillvalue="")
            yield from (_words(*pair) for pair in pairs)


def _words(old: str, new: str) -> str:
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    first = old.rfind(" ", 0, first) + 1
    last = max((at for at in range(last + 1) if not at or old[-at] == " "), default=0)
    return f"    {old[first : len(old) - last] or '–'} → {new[first : len(new) - last] or '–'}"


def _alike(old: str, new: str) -> int:
    """Return with how many letters both begin."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )


def _unnumbered(texts: list[str]) -> list[str]:
    """Return sentences without the numbers of what is assumed: one less would change all that follow."""
    return [re.sub(r"angenommen, Nr\. \d+|^\d+\. ", "angenommen", text) for text in texts]


def steps(path: Path) -> Iterator[str]:
    """Yield the steps of a file's explanations, of those that differ in figures and names alone the first."""
    agreement, seen = load(path), set[str]()
    begun = range(agreement.first_year, min(agreement.last_year, agreement.first_year + LIFE_MAX) + 1)
    years = [year for year in begun if shares(agreement, year).members]
    names = sorted((member.name for member in agreement.members), key=len, reverse=True)
    for year in years[:YEARS_MAX]:
        for share in shares(agreement, year).members:
            explained = explain(agreement, share.member, year)
            notes = [(note, []) for note in explained.notes]
            for text, more in [*((step.text, _behind(step)) for step in explained.steps), *notes]:
                form = re.sub(
                    r"[\d.,…]+|auf-|ab-", "#", re.sub("|".join(map(re.escape, names)), "NAME", text)
                )
                if form not in seen:
                    seen.add(form)
                    yield from (f"{share.member} {year}: {text}", *more)
    for year in years[:2]:
        yield from dict.fromkeys(_changes(agreement, year))
    if years:
        yield from dict.fromkeys(gap.sentence for gap in _gaps(agreement, years[0]))


def _changes(agreement: Agreement, year: int) -> Iterator[str]:
    """Yield why shares of a year changed, from each day on which something became known to the next."""
    for before, after in pairwise(agreement.knowledge_days[: DAYS_MAX + 1]):
        for member in ("", *(share.member for share in shares(agreement, year, after).members)):
            for cause in causes(agreement, year, before, after, member):
                yield f"{year}, {after}: {cause}"


def _behind(step: Step) -> list[str]:
    """Return what else a step has: its kind, clause and days, where its figures are from, and these by their role."""
    days = f"{step.period.first} to {step.period.last}" if step.period else "no days"
    said = f"    {step.kind} {step.id}, {step.clause or 'no clause'}, {days}; {step.source or 'no source'}"
    return [said, *([f"    {dict(step.figures)}"] if step.figures else [])]


def _gaps(agreement: Agreement, year: int) -> Iterator[MissingFigure]:
    """Yield what is missing when one of the figures of a file is: of each list one at a time."""
    for name in ("figures", "weights", "populations", "index_values"):
        facts = getattr(agreement, name)
        for place in range(len(facts)):
            less = agreement.changed(**{name: (*facts[:place], *facts[place + 1 :])})
            yield from shares(less, year).gaps


def page(path: Path) -> str:
    """Return the whole reading of a file, as the command prints it."""
    return f"{readable(load(path)).text()}\n"


if __name__ == "__main__":
    READINGS.mkdir(exist_ok=True)
    for name, path in WHOLE.items():
        (READINGS / f"{name}.txt").write_text(page(path), "utf-8")
    STEPS.mkdir(exist_ok=True)
    for path in (*FILES, WHOLE["other_forms"]):
        (STEPS / f"{path.stem}.txt").write_text("".join(f"{line}\n" for line in steps(path)), "utf-8")
    VARIANTS.write_text("\n".join([*variants(), ""]), "utf-8")
