"""One question after the other: each answer is tried at once against the field that takes it, and asked again.

Who types „zurück“ is asked the question before once more: the answers up to there are given again by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, Self

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
BACK: Final = "zurück"


class Again(Exception):
    """The questions begin anew; what was answered up to the one that is asked again is known."""


class Asking:
    """Asks by `ask` and tells by `tell`; `answers` are those that are given, as plain data.

    Without `goes_back` nothing is asked anew: a form shows all questions, and what was typed stays in its fields.
    """

    def __init__(self, ask: Ask, tell: Tell, given: Mapping[str, Any], *, goes_back: bool = True) -> None:
        self._ask, self._tell = ask, tell
        self.section = ""
        self.goes_back = goes_back
        self._given = deepcopy(dict(given))
        self._said: list[str] = []
        self._next = 0
        self.answers: dict[str, Any] = deepcopy(self._given)

    @property
    def place(self) -> int:
        """How many questions have been answered so far."""
        return self._next

    def begin(self) -> None:
        """Begin anew, with the answers that are given and those that stand."""
        self._next = 0
        self.answers.clear()
        self.answers |= deepcopy(self._given)

    def back_to(self, place: int) -> None:
        """Ask anew from a place on; raise Again, where something was asked since then."""
        if len(self._said) > place:
            del self._said[place:]
            raise Again

    def tell(self, words: str) -> None:
        """Tell something, but not while known answers are given again."""
        if self._next == len(self._said):
            self._tell(words)

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
        question = Question.of(
            f"{words}{offered}: ",
            self.section,
            words=words,
            default=default,
            nothing=nothing,
            choices=choices,
        )

        def taken(typed: str) -> str | list[str]:
            answer = typed or default
            if nothing and answer in {"", nothing}:
                return ""
            return slips(answer) or answer

        return self._answered(question, taken)

    def names_of(self, words: str, allowed: Sequence[str], nothing: str) -> list[str]:
        """Return some of the names that are allowed, typed with commas; none where nobody is meant."""

        def slips(text: str) -> list[str]:
            unknown = [name for name in listed_names(text, allowed) if name not in allowed]
            return [f"{name!r}; erlaubt: {', '.join(allowed)}" for name in unknown]

        return listed_names(self.tried(words, "", nothing, slips), allowed)

    def yes(self, words: str, default: str = "nein") -> bool:
        """Return whether the answer is yes."""
        return self.choice(words, ("ja", "nein"), default) == "ja"

    def choice(self, words: str, choices: Sequence[str], default: str = "") -> str:
        """Return one of the choices; its first letters are enough where they mean only one."""

        def taken(typed: str) -> str | list[str]:
            answer = (typed or default).casefold()
            meant = [choice for choice in choices if answer and choice.casefold().startswith(answer)]
            exact = [choice for choice in meant if choice.casefold() == answer]
            if len(exact or meant) == 1:
                return (exact or meant)[0]
            return [f"erlaubt: {', '.join(choices)}"]

        offered = f" [{default}]" if default else ""
        line = f"{words} ({'/'.join(choices)}){offered}: "
        question = Question.of(line, self.section, words=words, default=default, choices=choices)
        return self._answered(question, taken)

    def _answered(self, question: Question, taken: Callable[[str], str | list[str]]) -> str:
        """Return what is taken of an answer, is_replayed or asked for; slips are told, and it is asked again."""
        is_replayed = self._next < len(self._said)
        while True:
            typed = self._said[self._next] if is_replayed else self._ask(question).strip()
            if self.goes_back and not is_replayed and typed.casefold() == BACK:
                self.back_to(max(0, self._next - 1))
                self.tell("   Das ist die erste Frage.")
                continue
            answer = taken(typed)
            if isinstance(answer, str):
                if not is_replayed:
                    self._said.append(typed)
                self._next += 1
                return answer
            is_replayed = False
            del self._said[self._next :]
            self.tell(f"   {'; '.join(answer)}")


def listed(text: str) -> list[str]:
    """Return the parts of an answer between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def listed_names(text: str, allowed: Sequence[str]) -> list[str]:
    """Return the names in an answer between commas; one that is allowed may have commas itself.

    >>> listed_names("Oststadt, Stadt, Aheim", ["Aheim", "Oststadt, Stadt"])
    ['Oststadt, Stadt', 'Aheim']
    """
    parts, names = listed(text), []
    while parts:
        runs = (", ".join(parts[:count]) for count in range(len(parts), 1, -1))
        name = next((run for run in runs if run in allowed), parts[0])
        names.append(name)
        del parts[: len(listed(name))]
    return names


def slips_of(model: type[BaseModel], name: str, value: Any) -> list[str]:
    """Return in German what is wrong with one answer; other answers of its record are not asked yet."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return [
            f"{each.actual}; erlaubt: {each.allowed}" for each in wrongs(error, model) if each.loc[0] == name
        ]
    return []
