"""One question after the other: each answer is tried at once against the field that takes it, and asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from kkd_ledger.fields import wrongs

Ask = Callable[[str], str]
Tell = Callable[[str], None]


class Asking:
    """Asks by `ask` and tells by `tell`; `answers` are those that are given, as plain data."""

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any]) -> None:
        self._ask = ask
        self.tell = tell
        self.answers: dict[str, Any] = dict(given)

    @property
    def party_names(self) -> list[str]:
        """The names of those who take part, as answered."""
        return [str(party["name"]) for party in self.answers["parties"]]

    @property
    def names(self) -> str:
        """The same names in one line."""
        return ", ".join(self.party_names)

    def want(
        self, model: type[BaseModel], name: str, words: str, *, choices: Sequence[str] = (), **empty: str
    ) -> None:
        """Ask for a top-level answer that is not given yet."""
        if name not in self.answers and (value := self.once(model, name, words, choices=choices, **empty)):
            self.answers[name] = value

    def once(
        self,
        model: type[BaseModel],
        name: str,
        words: str,
        *,
        default: str = "",
        nothing: str = "",
        choices: Sequence[str] = (),
    ) -> str:
        """Return an answer that the field takes; an empty one is the default; where there is `nothing`, no answer."""

        def slips(text: str) -> list[str]:
            if choices and text not in choices:
                return [f"{text!r}; erlaubt: {', '.join(choices)}"]
            return slips_of(model, name, text)

        return self.tried(words, default, nothing, slips)

    def tried(self, words: str, default: str, nothing: str, slips: Callable[[str], list[str]]) -> str:
        """Return an answer in which `slips` finds nothing; an empty one is the default, or no answer."""
        offered = f" [{default or nothing}]" if default or nothing else ""
        while True:
            answer = self._ask(f"{words}{offered}: ").strip() or default
            if nothing and answer in {"", nothing}:
                return ""
            wrong = slips(answer)
            if not wrong:
                return answer
            self.tell(f"   {'; '.join(wrong)}")

    def yes(self, words: str, default: str = "nein") -> bool:
        """Return whether the answer is yes."""
        return self.choice(words, ("ja", "nein"), default) == "ja"

    def choice(self, words: str, choices: Sequence[str], default: str = "") -> str:
        """Return one of the choices; its first letters are enough."""
        offered = f" [{default}]" if default else ""
        while True:
            answer = self._ask(f"{words} ({'/'.join(choices)}){offered}: ").strip() or default
            meant = [
                choice for choice in choices if answer and choice.casefold().startswith(answer.casefold())
            ]
            if meant:
                return meant[0]
            self.tell(f"   erlaubt: {', '.join(choices)}")


def slips_of(model: type[BaseModel], name: str, value: Any) -> list[str]:
    """Return in German what is wrong with one answer; other answers of its record are not asked yet."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return [
            f"{each.actual}; erlaubt: {each.allowed}" for each in wrongs(error, model) if each.loc[0] == name
        ]
    return []
