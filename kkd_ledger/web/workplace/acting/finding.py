"""A field that finds: people type a name, an amount or a number, and mean one of what the form offers.

What was found stands in the form by its own value from then on, so that a case that waits means the same later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

Choices = Sequence[tuple[str, str]]
OFFERED_MAX: Final = 8
"""How many a form offers to choose from at once; the others are found by typing."""
_VALUE: Final = re.compile(r"(?=.*[0-9])\S{6,}", re.ASCII)


def matching(text: str, offered: Choices) -> Choices:
    """Return what is meant by a text: that of this value or these words alone, else all that hold each of its words.

    >>> offered = [("kkd-2024-musterdorf-1", "Musterdorf · 2024 · offen 7,00 EUR"), ("kkd-2024-lahn-1", "Lahn · 2024")]
    >>> matching("musterd", offered) == offered[:1], len(matching("2024", offered)), matching("Marburg", offered)
    (True, 2, [])
    """
    if exact := [(value, words) for value, words in offered if text in {value, words}]:
        return exact[:1]
    parts = text.casefold().split()
    return [
        (value, words)
        for value, words in offered
        if all(part in f"{value} {words}".casefold() for part in parts)
    ]


def meant_value(text: str, offered: Choices, allowed: str = "Name, Betrag oder Nummer") -> str:
    """Return the value that is meant by a text; raise ValueError with a German sentence for none, or for several.

    A value that is not offered (a settled item, an entry of earlier years) is taken as it is typed: whether it fits,
    the act itself says.
    """
    if len(set(filter(None, map(str.strip, text.split("\n"))))) > 1:
        raise ValueError("Gewählt ist etwas anderes als getippt; bitte nur eines von beiden.")
    text = text.partition("\n")[0].strip()
    meant = matching(text, offered)
    if len(meant) == 1:
        return meant[0][0]
    if meant:
        raise ValueError(f"„{text}“ passt zu {len(meant)}: bitte wählen, oder mehr davon tippen.")
    if _VALUE.fullmatch(text):
        return text
    raise ValueError(f"Zu „{text}“ findet sich hier nichts; erlaubt: {allowed}.")


def to_choose(text: str, offered: Choices, fits: Choices) -> Choices:
    """Return what a form offers to choose from: what a text may mean, else what was chosen and what fits best."""
    meant = matching(text, offered) if text and "\n" not in text else ()
    if len(meant) < 2:
        meant = [*meant, *fits] or (offered if len(offered) <= OFFERED_MAX else ())
    first_words = dict(reversed(list(meant)))
    return [(value, first_words[value]) for value in dict(meant)][:OFFERED_MAX]
