"""Standard output and error of a command: what a caller does with them never changes what the command does or says.

A closed descriptor is opened on nothing, before a file of the books could take its number. A reader that goes away, or
a full disk behind the output, does not stop a run half-way; that the output was lost is told at the end.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Final

_STANDARD: Final = (0, 1, 2)


class Output(io.FileIO):
    """A descriptor that is written to as long as it takes anything; what it refused is kept in `refused`."""

    refused: OSError | None = None

    def write(self, data: object) -> int:  # noqa: D102 - as in the base class
        content = memoryview(data)  # type: ignore[arg-type]
        if self.refused is None:
            try:
                return super().write(content) or 0
            except OSError as error:
                self.refused = error
        return content.nbytes


def prepare() -> tuple[Output, Output]:
    """Open what is closed of the three standard descriptors, and make output and error such that no print fails."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            assert opened == number, "the lowest free number is the one that was closed"
    outputs = Output(1, "w", closefd=False), Output(2, "w", closefd=False)
    sys.stdout, sys.stderr = (
        _text(output, stream) for output, stream in zip(outputs, _streams(), strict=True)
    )
    return outputs


def _streams() -> tuple[object, object]:
    return sys.stdout, sys.stderr


def _text(output: Output, before: object) -> io.TextIOWrapper:
    encoding = getattr(before, "encoding", None) or "utf-8"
    lines = output.isatty() or output.fileno() == 2
    return io.TextIOWrapper(
        io.BufferedWriter(output), encoding=encoding, errors="replace", line_buffering=lines
    )
