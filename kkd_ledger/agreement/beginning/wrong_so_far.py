"""What has been answered so far as an agreement: what is wrong with it, before more is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kkd_ledger.agreement.beginning.agreement_text import AGREEMENT, agreement_texts
from kkd_ledger.agreement.beginning.answers import Answers, answers_of
from kkd_ledger.agreement.file.load import parse
from kkd_ledger.errors import InputRefused


def wrong_so_far(data: Mapping[str, Any]) -> list[str]:
    """Return in German what is wrong with the answers so far; nothing where an agreement comes of them.

    What has not been asked yet stands in as something that is never wrong.
    """
    answered = {name: value for name, value in data.items() if name in _fields() and value}
    stand_in = {
        "title": "noch nichts",
        "clause": "§ 1",
        "amounts": [{"from": data["from"], "amount": "1,00"}],
    }
    try:
        answers = answers_of({"due": "12-31", "shares": [stand_in]} | answered)
        texts = agreement_texts(answers)
        parse(texts[AGREEMENT], AGREEMENT, {file: text for file, text in texts.items() if file != AGREEMENT})
    except InputRefused as refused:
        wrong = (f"{problem.actual}; erlaubt: {problem.allowed}" for problem in refused.problems)
        return list(dict.fromkeys(wrong))
    return []


def _fields() -> set[str]:
    return {field.alias or name for name, field in Answers.model_fields.items()}
