"""P12: how long `import kkd_ledger` and `kkd --help` take, whole processes, beside an idle Python."""

import statistics
import sys

from tests.bench import peers

RUNS = 9
BUDGET_S = 0.15
COMMANDS = {
    "peer": (sys.executable, "-c", "pass"),
    "import": (sys.executable, "-c", "import kkd_ledger"),
    "help": (sys.executable, "-m", "kkd_ledger.cli", "--help"),
}


def measure() -> list[dict[str, object]]:
    """Measure the medians in seconds; the commands take turns, so that a slow moment hits all of them."""
    for command in COMMANDS.values():
        peers.run(*command)
    turns = [{name: peers.run(*command).wall_s for name, command in COMMANDS.items()} for _ in range(RUNS)]
    medians = {name: statistics.median(turn[name] for turn in turns) for name in COMMANDS}
    peer = f"python -c pass: {medians['peer']:.3f} s"
    return [
        {
            "id": key,
            "value": round(medians[name], 3),
            "budget": BUDGET_S,
            "unit": "s",
            "peer": peer,
            "n": RUNS,
        }
        for key, name in (("P12", "help"), ("P12 import", "import"))
    ]
