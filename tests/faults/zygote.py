"""A process that has loaded kkd and forks one child a command, so that a traced run does not load it again.

Each line on its input is a job as JSON: {"words", "folder", "file_bytes_max", "plant"}. It answers with the child's
process number; the child waits until the next line (so that strace can attach), then runs the command; the answer to
that line is JSON: the child's exit status (negative for a signal) and what it said, which must fit into a pipe.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import traceback
from typing import Any

import kkd_ledger.bank.files.camt.camt
import kkd_ledger.bank.files.reading
import kkd_ledger.cli.audit
import kkd_ledger.cli.book
import kkd_ledger.cli.corrections
import kkd_ledger.cli.job
import kkd_ledger.work.claims.post
import kkd_ledger.work.month.month
import kkd_ledger.work.month.report
from tests.faults.plants import PLANTS

PR_SET_PTRACER, ANYBODY = (
    0x59616D61,
    -1,
)  # prctl(2): where Yama lets only a parent trace, unless the child allows it


def child(job: dict[str, Any], gate: int, output: int) -> int:
    """Run one command once the gate opens; return its exit status."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_long(ANYBODY), 0, 0, 0)
    os.chdir(job["folder"])
    for number in (1, 2):
        os.dup2(output, number)
    # streams of their own: those of the parent remember whether what they wrote to could be sought in
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    if job["plant"]:
        PLANTS[job["plant"]]()
    os.read(gate, 1)
    if job["file_bytes_max"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes_max"], resource.RLIM_INFINITY))
    try:
        status = kkd_ledger.cli.main(job["words"])
    except SystemExit as end:
        status = int(end.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def serve(job: dict[str, Any]) -> None:
    """Fork a child for a job, let it run when told, and answer with its end."""
    gate, opener = os.pipe()
    output, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            os.close(output)
            status = child(job, gate, said)
        except BaseException:  # noqa: BLE001 - a forked child must not go on as its parent
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)
    os.close(gate)
    os.close(said)
    print(pid, flush=True)
    sys.stdin.readline()
    os.write(opener, b"!")
    os.close(opener)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with os.fdopen(output, encoding="utf-8", errors="replace") as pipe:
        print(json.dumps([status, pipe.read()]), flush=True)


def main() -> None:
    """Serve jobs until the input ends."""
    for line in sys.stdin:
        serve(json.loads(line))


if __name__ == "__main__":
    main()
