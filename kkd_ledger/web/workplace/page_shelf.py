"""Pages of a snapshot that somebody has seen already: what they say, and their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from markupsafe import Markup

if TYPE_CHECKING:
    from kkd_ledger.web.workplace.blocks import Content

CONTENTS_MAX: Final = 100
TEXTS_MAX: Final = 400
TEXT_CHARS_MAX: Final = 400_000
"""A longer text is made anew each time: at most some 160 MB of text are kept for a book, seldom a tenth of it."""
_T = TypeVar("_T")


class PageShelf:
    """Made once for a snapshot, thrown away with it: nothing here can be older than what it was made of.

    A key holds all that a page is made of beside the snapshot: address, visitor, what they may do, what waits.
    """

    def __init__(self) -> None:
        self._contents = _Newest["Content | None"](CONTENTS_MAX)
        self._texts = _Newest[Markup](TEXTS_MAX)

    def content(self, key: Hashable, make: Callable[[], Content | None]) -> Content | None:
        """Return what a page says."""
        return self._contents.get(key, make)

    def text(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """Return a page's text."""
        return self._texts.get(key, make, lambda text: len(text) <= TEXT_CHARS_MAX)


class _Newest(Generic[_T]):
    """The values that were asked for last. Two threads may make one value twice; both are the same."""

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._values: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = Lock()

    def get(
        self, key: Hashable, make: Callable[[], _T], is_kept: Callable[[_T], bool] = lambda _: True
    ) -> _T:
        """Return the value of a key, made where it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        if is_kept(value):
            with self._lock:
                self._values[key] = value
                if len(self._values) > self._count_max:
                    self._values.popitem(last=False)
        return value
