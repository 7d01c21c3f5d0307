"""The environment of a source checkout: `.venv` beside the sources, made from the hashed lock and stamped.

The stamp holds what the environment was made from; while it agrees, a start costs nothing but reading it. Work in
progress leaves a marker, so that a start that was interrupted is noticed by the next one, which begins anew. `uv`
(itself pinned by hash, `installer.txt`) does the installing because it is three times faster; where it cannot, pip
does the same.

Not here: what runs inside the environment afterwards.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spec_lab._launch.steps import Failure, become, line, run_logged, say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "spec_lab.json"
MARKER = VENV / "spec_lab.unfinished"
CACHE = ROOT / ".cache"
LOG = CACHE / "environment.log"
LOCK = ROOT / "requirements.lock"
PACKAGES = ("spec_lab", "widgets/spec_lab_widgets")
NEEDED_GB = 2.2  # 1.8 GB installed, and room for what is unpacked on the way

# Variables that would make another Python's packages, or another place, take part in ours.
FOREIGN = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "__PYVENV_LAUNCHER__",
)


def is_checkout() -> bool:
    """Whether this package lies in its source tree (and not in some site-packages)."""
    return LOCK.is_file() and (ROOT / "pyproject.toml").is_file()


def is_inside() -> bool:
    """Whether spec_lab can run right here: in the checkout's finished environment, or another that has spec_lab."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return is_current()
    try:
        importlib.metadata.distribution("spec-lab")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def enter(arguments: list[str]) -> int:
    """Run `python -m spec_lab` with these arguments inside the checkout's environment (made if need be)."""
    make()
    return become([str(PYTHON), "-m", "spec_lab", *arguments], inside(os.environ))


def inside(environment: "os._Environ[str] | dict[str, str]") -> dict[str, str]:
    """The variables for a process of the checkout's environment: its programs first on PATH, nothing foreign."""
    kept = {name: value for name, value in environment.items() if name not in FOREIGN}
    kept["VIRTUAL_ENV"] = str(VENV)
    kept["PATH"] = os.pathsep.join([str(PYTHON.parent), kept.get("PATH", os.defpath)])
    return kept


def is_current() -> bool:
    """Whether the environment was finished, from the present lock, and still runs."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    return stamp == {**_wanted(), "python": stamp.get("python")} and stamp["python"] == _python_version()


def make() -> None:
    """Make or repair the environment; returns at once when it is current.

    Raises:
        Failure: A step did not succeed; the next start tries again.
    """
    if is_current():
        return
    try:
        CACHE.mkdir(exist_ok=True)
        with _alone():
            if not is_current():
                _build()
    except OSError as error:
        raise Failure(f"the environment cannot be made in {VENV}: {error.strerror or error}.") from error


def _build() -> None:
    fresh = _clear_ruins()
    say(f"spec_lab makes its environment in {VENV} (about 2 GB; the next start is immediate).")
    LOG.write_text("")
    if fresh:
        _check_room()
    VENV.mkdir(exist_ok=True)
    MARKER.write_text("")
    environment = {**inside(os.environ), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    if fresh:
        _make_venv(environment)
    _install(environment)
    run_logged(
        "compiling", [str(PYTHON), "-m", "compileall", "-q", *(str(ROOT / p) for p in PACKAGES)], LOG, environment
    )
    STAMP.write_text(json.dumps({**_wanted(), "python": _python_version()}))
    MARKER.unlink()


def _make_venv(environment: dict[str, str]) -> None:
    python = sys._base_executable  # pyright: ignore[reportAttributeAccessIssue]  (not one that lives in what is being made)
    run_logged("making .venv", [python, "-m", "venv", str(VENV)], LOG, environment)


def _install(environment: dict[str, str]) -> None:
    """Everything in the lock, then the checkout itself, editable."""
    uv = _uv(environment)
    # pip trusts the system's certificates; uv only when asked (the second name is that of older versions)
    fast = {**environment, "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "UV_NO_PROGRESS": "1"}
    pip = [str(PYTHON), "-m", "pip", "install", "--retries", "2"]
    packages = f"installing {_count()} packages"
    try:
        if uv is None:
            raise Failure
        target = ["pip", "install", "--python", str(PYTHON)]
        run_logged(packages, [*uv, *target, "--compile-bytecode", "--require-hashes", "-r", str(LOCK)], LOG, fast)
    except Failure:
        run_logged(f"{packages} (pip)", [*pip, "--require-hashes", "-r", str(LOCK)], LOG, environment)
    # the build backend is in the lock, so no second, unhashed environment is made to build in
    own = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    run_logged("adding spec_lab itself", [*pip, *own], LOG, environment)


def _uv(environment: dict[str, str]) -> list[str] | None:
    """The command of the pinned uv, fetched into the environment; None where it cannot be had."""
    pinned = Path(__file__).with_name("installer.txt")
    command = [str(PYTHON), "-m", "pip", "install", "-q", "--retries", "2", "--require-hashes", "-r", str(pinned)]
    try:
        run_logged("fetching the installer", command, LOG, environment)
    except Failure:
        return None
    return [str(PYTHON), "-m", "uv"]


def _clear_ruins() -> bool:
    """Remove what an interrupted start or a vanished Python left; returns whether nothing is there now."""
    if not VENV.exists():
        return True
    if not MARKER.exists():
        if not (VENV / "pyvenv.cfg").exists():
            raise Failure(f"{VENV} exists but is not a Python environment. Move it away and start again.")
        if _python_version() is not None:
            return False
    with line("clearing the unfinished .venv"):
        shutil.rmtree(VENV)
    return True


def _check_room() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise Failure(
            f"the environment needs about {NEEDED_GB} GB in {ROOT}; {free:.1f} GB are free. Make room and start again."
        )


def _python_version() -> list[int] | None:
    """Major and minor version of the environment's interpreter, or None if it does not run (or is too old)."""
    probe = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([str(PYTHON), "-I", "-c", probe], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    version = [int(part) for part in done.stdout.split()]
    return version if version >= [3, 11] and _site_packages(version).is_dir() else None


def _site_packages(version: list[int]) -> Path:
    return VENV / ("Lib/site-packages" if os.name == "nt" else f"lib/python{version[0]}.{version[1]}/site-packages")


def _wanted() -> dict[str, str]:
    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    return {"lock": digest(LOCK), "project": digest(ROOT / "pyproject.toml"), "checkout": str(ROOT)}


def _count() -> int:
    return sum("==" in text for text in LOCK.read_text().splitlines())


@contextmanager
def _alone() -> Iterator[None]:
    """Let one start at a time make the environment; a second one waits for the first."""
    try:
        import fcntl
    except ImportError:  # Windows: two first starts at once are left to luck
        yield
        return
    with (CACHE / "environment.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start of spec_lab is making the environment; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
