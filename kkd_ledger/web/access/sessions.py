"""Sessions: who has logged in, by a random word that only their browser knows; ended here, not in the browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from kkd_ledger.book.text import vocabulary as v

IDLE_S_MAX: Final = 30 * 60
"""After so long without a request a session ends."""
AGE_S_MAX: Final = 10 * 3600
"""After so long a session ends in any case: a working day."""
_BYTES: Final = 32


@dataclass
class _Session:
    login: str
    known_by: v.KnownBy
    begun_s: int
    seen_s: int


class Sessions:
    """The sessions of one server; they live as long as it does. `seconds` is a clock that never jumps."""

    def __init__(self, seconds: Callable[[], int]) -> None:
        self._seconds = seconds
        self._sessions: dict[str, _Session] = {}
        self._lock = Lock()

    def begin(self, login: str, known_by: v.KnownBy) -> str:
        """Begin a session and return its word."""
        word, now = secrets.token_urlsafe(_BYTES), self._seconds()
        with self._lock:
            self._sessions = {
                key: session for key, session in self._sessions.items() if not _is_over(session, now)
            }
            self._sessions[word] = _Session(login, known_by, now, now)
        return word

    def of(self, word: str) -> tuple[str, v.KnownBy] | None:
        """Return whose session a word is, and how they are known; None where it is over, or none."""
        now = self._seconds()
        with self._lock:
            session = self._sessions.get(word)
            if session is None:
                return None
            if _is_over(session, now):
                del self._sessions[word]
                return None
            session.seen_s = now
            return session.login, session.known_by

    def end(self, word: str) -> None:
        """End a session; its word is good for nothing any more."""
        with self._lock:
            self._sessions.pop(word, None)

    def end_all_of(self, login: str) -> None:
        """End every session of a login."""
        with self._lock:
            self._sessions = {
                key: session for key, session in self._sessions.items() if session.login != login
            }


def _is_over(session: _Session, now_s: int) -> bool:
    return now_s - session.seen_s > IDLE_S_MAX or now_s - session.begun_s > AGE_S_MAX
