"""Running the tests: pytest in two rounds, real spectra for the first and Chromium for the second.

First everything that needs no browser, on as many processes as there are cores (a module stays in one process: its
compiled functions are shared); then the browser tests, one after the other, because they measure time. With arguments
it is one plain pytest run with those arguments. With `--single` it is one run of the numerical floors in single precision,
on as many processes.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from spec_lab._launch import checkout
from spec_lab._launch.steps import Failure, run_logged, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SPECTRA = checkout.CACHE / "test_spectra"
FLOORS = ("trees", "priors", "variables", "data", "models", "statistics", "fit", "bridge", "engines", "results")
SINGLE = "--single"  # the tests of the numerical floors, in single precision
NO_TESTS = 5  # pytest's exit code for an empty selection


def run(arguments: list[str]) -> int:
    """Run the tests; returns pytest's exit code (of the first round that failed)."""
    _check_tests()
    provide_spectra()
    if SINGLE in arguments:
        return _pytest(in_single_precision(arguments), {**_environment(), "JAX_ENABLE_X64": "0"})
    if not arguments or any("browser" in argument for argument in arguments):
        provide_chromium()
    if arguments:
        return _pytest(arguments, _environment())
    processes = _on_all_cores()
    say(f"Tests without a browser, on {processes[1]} processes:")
    first = _pytest([*processes, "--ignore=tests/browser"], _environment())
    say("Tests in a browser:")
    second = _pytest(["tests/browser"], {**_environment(), **_compiled_once()})
    return verdict(first, second)


def in_single_precision(arguments: list[str]) -> list[str]:
    """What pytest is given for `--single`: the further arguments, and the numerical floors unless they name tests."""
    rest = [argument for argument in arguments if argument != SINGLE]
    named = any((checkout.ROOT / argument.partition("::")[0]).exists() for argument in rest)
    return rest if named else [*_on_all_cores(), *rest, *(f"tests/{floor}" for floor in FLOORS)]


def _on_all_cores() -> list[str]:
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]


def provide_spectra() -> None:
    """Unpack the real spectra of `requirements-data.lock` into the cache, once; without a network say that it is left out."""
    lock = checkout.ROOT / "requirements-data.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = SPECTRA / "lock.txt"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    SPECTRA.parent.mkdir(exist_ok=True)
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--retries",
        "1",
        "--no-deps",
        "--no-compile",
        "--upgrade",
    ]
    fetch += ["--only-binary=:all:", "--require-hashes", "--target", str(SPECTRA), "-r", str(lock)]
    try:
        run_logged("fetching real spectra for the tests", fetch, checkout.CACHE / "test_spectra.log", dict(os.environ))
    except Failure as failure:
        return say(f"{failure}\nThe tests on these spectra are skipped.")
    stamp.write_text(digest)


def verdict(*codes: int) -> int:
    """One exit code for several rounds: the first failure; "no tests" only if that holds for all."""
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    if failed:
        return failed[0]
    return NO_TESTS if all(code == NO_TESTS for code in codes) else 0


def chromium() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return found or (str(mac) if mac.exists() else None)


def provide_chromium() -> None:
    """Install Chromium where Debian's package manager may be used; elsewhere say what is missing."""
    if chromium():
        return
    apt = _apt()
    if apt is None:
        return say("There is no Chromium or Chrome here, so the browser tests are skipped. Install one to run them.")
    checkout.CACHE.mkdir(exist_ok=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = checkout.CACHE / "chromium.log"
    try:
        run_logged("updating the package lists", [*apt, "update"], log, quiet)
        run_logged("installing chromium", [*apt, "install", "-y", "--no-install-recommends", "chromium"], log, quiet)
    except Failure as failure:
        say(f"{failure}\nThe browser tests are skipped.")


def _apt() -> list[str] | None:
    """The command for apt-get, if this user may run it without being asked for a password."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ["sudo", "-n", "apt-get"] if may else None


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    sys.stdout.flush()
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=checkout.ROOT, env=environment)


def _environment() -> dict[str, str]:
    """The tests start many processes; without bytecode each would compile every file again.

    One thread for linear algebra in each: threads of several processes wait for one another, at twice the processor time. Workers
    must agree on the names of tests, some of which are made of sets: one seed of hashes.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", **kept}


def _compiled_once() -> dict[str, str]:
    """JAX's compiled functions kept on disk for the kernels of the browser tests, which start one after the other.

    (JAX writes that cache without locks: not for processes side by side.)
    """
    return {
        "JAX_COMPILATION_CACHE_DIR": str(checkout.CACHE / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def _check_tests() -> None:
    if not (checkout.ROOT / "tests" / "conftest.py").is_file():
        raise Failure(
            "the tests come with the sources, not with the installed package. "
            "In a clone of the repository, run: python3 -m spec_lab test"
        )
    if importlib.util.find_spec("pytest") is None:
        raise Failure("this environment has no pytest. Install what the tests need with: pip install -e '.[test]'")
