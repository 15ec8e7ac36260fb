"""One question after the other: each answer is tried at once against the field that takes it, and asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from kkd_ledger.fields import wrongs


class Question(str):
    """A question as a terminal asks it; and apart from that its words, what an empty answer means, and the choices.

    An empty answer means `default`, or none, which is told as `nothing` („unbekannt“); where both are empty it has to
    be answered. `section` is the part of the contract.
    """

    words: str
    default: str
    nothing: str
    choices: tuple[str, ...]
    section: str

    @classmethod
    def of(
        cls,
        line: str,
        section: str,
        *,
        words: str,
        default: str,
        nothing: str = "",
        choices: Sequence[str] = (),
    ) -> Self:
        """Return a question: the line of a terminal, and what it is made of."""
        question = cls(line)
        question.words, question.default, question.nothing = words.strip(), default, nothing
        question.choices, question.section = tuple(choices), section
        return question


Ask = Callable[[Question], str]
Tell = Callable[[str], None]


class Asking:
    """Asks by `ask` and tells by `tell`; `answers` are those that are given, as plain data."""

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any]) -> None:
        self._ask = ask
        self.tell = tell
        self.answers: dict[str, Any] = dict(given)
        self.section = ""

    @property
    def party_names(self) -> list[str]:
        """The names of those who take part, as answered."""
        return [str(party["name"]) for party in self.answers["parties"]]

    @property
    def names(self) -> str:
        """The same names in one line."""
        return ", ".join(self.party_names)

    def want(
        self,
        model: type[BaseModel],
        name: str,
        words: str,
        *,
        choices: Sequence[str] = (),
        offered: Iterable[str] = (),
        **empty: str,
    ) -> None:
        """Ask for a top-level answer that is not given yet."""
        if name not in self.answers and (
            value := self.once(model, name, words, choices=choices, offered=offered, **empty)
        ):
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
        offered: Iterable[str] = (),
    ) -> str:
        """Return an answer that the field takes; an empty one is the default; where there is `nothing`, no answer.

        `choices` are all that is allowed, `offered` what a form offers of what the field takes.
        """

        def slips(text: str) -> list[str]:
            if choices and text not in choices:
                return [f"{text!r}; erlaubt: {', '.join(choices)}"]
            return slips_of(model, name, text)

        return self.tried(words, default, nothing, slips, choices or tuple(offered))

    def tried(
        self,
        words: str,
        default: str,
        nothing: str,
        slips: Callable[[str], list[str]],
        choices: Sequence[str] = (),
    ) -> str:
        """Return an answer in which `slips` finds nothing; an empty one is the default, or no answer."""
        offered = f" [{default or nothing}]" if default or nothing else ""
        while True:
            line = f"{words}{offered}: "
            question = Question.of(
                line, self.section, words=words, default=default, nothing=nothing, choices=choices
            )
            answer = self._ask(question).strip() or default
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
            line = f"{words} ({'/'.join(choices)}){offered}: "
            question = Question.of(line, self.section, words=words, default=default, choices=choices)
            answer = self._ask(question).strip() or default
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
