"""What is added to an agreement, as a preview shows it: who pays what more, what is written, what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkd_ledger.web.workplace.acting.action import ActionCall, ActionReport, WayBack, WayOn
from kkd_ledger.web.workplace.blocks import Block, Sentence, Sentences
from kkd_ledger.work.terms.added_terms import AddedTerms, who_pays

CONFIRM: Final = WayOn("Weiter: von zwei Personen bestätigen lassen", "bestaetigen")


def added_report(call: ActionCall, added: AddedTerms, sentence: str, act: str) -> ActionReport:
    """Write what is added, or in a dry run show it; `sentence` says how it is changed again, by which act."""
    if not call.dry_run:
        added.write()
    paid = [*who_pays(added.differences), *added.taxes] or ["Niemand zahlt deshalb etwas anderes."]
    written = call.tense("Was geschrieben wird", "Was geschrieben ist")
    blocks = [listed("Wer zahlt was mehr oder weniger", paid), listed(written, added.lines)]
    if added.missing:
        blocks.append(listed("Es fehlt noch", added.missing))
    said = f"{', '.join(added.texts) or 'Keine Datei'}; es gilt, sobald zwei Personen es bestätigen."
    bound = repr(sorted(added.texts.items()))
    return ActionReport(
        [said], None, blocks, bound=bound, ways_back=[WayBack(sentence, act, {})], ways_on=[CONFIRM]
    )


def listed(title: str, texts: Sequence[str]) -> Block:
    """Return sentences under a title."""
    return Sentences(title, [Sentence(text) for text in texts], "Nichts.")
