"""How often somebody may try to log in: failures are counted by login and by address, and forgotten after a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

WINDOW_S: Final = 15 * 60
LOGIN_MAX: Final = 5
"""Failures of one login from one address."""
ADDRESS_MAX: Final = 50
"""Failures from one address, whatever the login."""
_KEYS_MAX: Final = 10_000


class Attempts:
    """Failed attempts of the last quarter of an hour. `seconds` tells the time by a clock that never jumps."""

    def __init__(self, seconds: Callable[[], int]) -> None:
        self._seconds = seconds
        self._failures: dict[tuple[str, str], list[int]] = {}
        self._lock = Lock()

    def wait_s(self, login: str, address: str) -> int:
        """Return for how many seconds nobody may try this login from this address; 0 where they may.

        An attempt that may be made is counted at once, so that many at the same time are not more than one after
        another; `forget` takes it back where it was right.
        """
        now = self._seconds()
        with self._lock:
            waits = [
                times[-most] + WINDOW_S - now
                for key, most in _keys(login, address)
                if len(times := self._recent(key, now)) >= most
            ]
            if waits:
                return max(waits)
            if len(self._failures) >= _KEYS_MAX:
                self._failures.clear()
            for key, _ in _keys(login, address):
                self._failures.setdefault(key, []).append(now)
            return 0

    def forget(self, login: str, address: str) -> None:
        """Forget the failures of a login from an address: it has logged in."""
        with self._lock:
            for place, (key, _) in enumerate(_keys(login, address)):
                times = self._failures.get(key, [])
                if place == 0:
                    times.clear()
                elif times:
                    times.pop()

    def _recent(self, key: tuple[str, str], now_s: int) -> list[int]:
        times = [time for time in self._failures.get(key, ()) if now_s - time < WINDOW_S]
        if times:
            self._failures[key] = times
        else:
            self._failures.pop(key, None)
        return times


def _keys(login: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
    yield (login, address), LOGIN_MAX
    yield ("", address), ADDRESS_MAX
