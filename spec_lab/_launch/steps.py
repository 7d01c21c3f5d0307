"""Steps that take long: one line each, with the time; and failures as sentences.

A step is a child process. Its output goes to a log, never to the screen; when it fails, `explain` looks in that
output for the causes people meet (no network, full disk, no rights, a file that does not match its hash) and says
what to do.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WIDTH = 44  # columns of a step's name with its dots

# (what its output contains, what to say); the first that fits is said.
CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("No space left on device", "Disk quota exceeded", "ENOSPC"),
        "the disk is full. The environment needs about 2 GB beside the checkout; make room and start again.",
    ),
    (
        ("ensurepip is not", "No module named ensurepip", "No module named venv"),
        "this Python cannot make virtual environments. "
        "On Debian and Ubuntu: apt install python3-venv; then start again.",
    ),
    (
        ("DO NOT MATCH THE HASHES", "Hash mismatch", "hash mismatch"),
        "a downloaded package does not match the hash in requirements.lock, so it was not installed. "
        "A proxy or mirror may have changed it; try another network, or tell the authors.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "invalid peer certificate", "UnknownIssuer", "SSLError"),
        "the package index could not be trusted (TLS certificate). Behind a company proxy, set SSL_CERT_FILE to its "
        "certificate bundle and start again.",
    ),
    (
        (
            *("name resolution", "dns error", "NewConnectionError", "Network is unreachable", "Connection refused"),
            *("ConnectTimeout", "timed out", "Failed to fetch", "error sending request", "from versions: none"),
        ),
        "the package index could not be reached. The first start needs a network; connect (or set HTTPS_PROXY) and "
        "start again.",
    ),
    (
        ("Permission denied", "PermissionError", "Read-only file system"),
        "this folder may not be written to. Copy the checkout to a place of your own and start there.",
    ),
    (
        ("Failed building wheel", "Failed to build", "no wheels with a matching", "No matching distribution found"),
        f"a package has no ready-made build for this machine and Python {sys.version_info[0]}.{sys.version_info[1]}. "
        "Python 3.11 to 3.13 on Linux, macOS or Windows have them all.",
    ),
)


class Failure(Exception):
    """Something the person can act on: its text is a sentence, shown without a traceback."""


def explain(output: str) -> str | None:
    """The sentence for the first known cause found in a failed step's output, or None."""
    for needles, sentence in CAUSES:
        if any(needle in output for needle in needles):
            return sentence
    return None


def run_logged(name: str, command: Sequence[str], log: Path, environment: dict[str, str]) -> None:
    """Run one command as a step with a line of its own.

    Args:
        name: What the step does, as shown.
        command: The program and its arguments.
        log: The file to which its output is appended.
        environment: The child's environment variables.

    Raises:
        Failure: It did not end well; names the step, the cause where known, and the log.
    """
    with log.open("ab") as sink:
        sink.write(f"\n=== {name}: {' '.join(command)}\n".encode())
        sink.flush()
        start = sink.tell()
        with line(name):
            code = subprocess.call(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=environment)
    if code:
        output = log.read_bytes()[start:].decode(errors="replace")
        raise Failure(f"{name} failed: {explain(output) or _last_words(output)}\n  (everything it said is in {log})")


def _last_words(output: str) -> str:
    return "its last words were\n" + "\n".join("    " + text for text in output.strip().splitlines()[-12:])


@contextmanager
def line(name: str) -> Iterator[None]:
    """Show a step's name, and its time when it is over; on a terminal the time runs meanwhile."""
    begun = time.monotonic()
    label = f"  {name} ".ljust(WIDTH, ".")
    alive = sys.stdout.isatty()
    over = threading.Event()

    def run_clock() -> None:
        while not over.wait(0.2):
            print(f"\r{label} {time.monotonic() - begun:6.1f} s", end="", flush=True)

    print(label, end="", flush=True)
    clock = threading.Thread(target=run_clock, daemon=True)
    if alive:
        clock.start()
    try:
        yield
    finally:
        over.set()
        if alive:
            clock.join()
        print(f"{chr(13) + label if alive else ''} {time.monotonic() - begun:6.1f} s", flush=True)


def say(text: str) -> None:
    """A line of the launcher's own."""
    print(text, flush=True)


def become(command: list[str], environment: dict[str, str]) -> int:
    """Let this process become another program: no parent is left behind that a signal could miss."""
    sys.stdout.flush()
    if os.name == "nt":  # exec on Windows returns to the shell before the program has ended
        return subprocess.call(command, env=environment)
    os.execve(command[0], command, environment)
