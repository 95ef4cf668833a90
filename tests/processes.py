"""What happens elsewhere: waited for; and processes that a killed one leaves behind, or does not."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 60.0
"""So long is waited for what comes about in a moment, on the busiest machine."""


def until(condition: Callable[[], object]) -> None:
    """Wait until something came about."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended; one that nobody waited for yet has ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def left_by_a_killed_owner(script: Path, begin: str, *arguments: str) -> list[int]:
    """Start a process that begins others, kill it, and return those others, which were running before."""
    script.write_text(
        "import sys\n"
        "from multiprocessing import active_children\n"
        "if __name__ == '__main__':\n"
        f"    {begin}\n"
        "    print(*(each.pid for each in active_children()), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, str(script), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        others = [int(each) for each in owner.stdout.readline().split()]
        assert others
        assert all(map(is_running, others))
        owner.kill()
    return others
