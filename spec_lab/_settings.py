"""Three settings of JAX, made once at import and only where the environment has not made them already.

- Double precision, because fit statistics of order 1e3 must be right to 1e-8 (`JAX_ENABLE_X64=0` insists on single).
- A cache of compiled programs between sessions, in the user's cache folder, so that the second start of a fit does not
  compile (`JAX_COMPILATION_CACHE_DIR` moves it; set empty, there is none). Programs are made for one kind of processor:
  the folder is named after its features, so that a home shared between machines never mixes them up.

- Programs run in the thread that calls them (`JAX_CPU_ENABLE_ASYNC_DISPATCH=1` hands them to another): one statistic takes
  some 20 microseconds, less than waking that other thread. The interpreter's lock is released meanwhile all the same. JAX takes
  this one from no environment variable: `settle_jax` hands it over where the first floor imports JAX.

`SPEC_LAB_JAX=leave` leaves all of them alone, for a program that has its own ideas about JAX, and says which are then missing.

Plain syntax and the standard library only: this is imported before the environment exists.
"""

import hashlib
import os
import platform
import sys
import warnings


def cache_folder():
    """The folder of compiled programs for this user and this kind of processor."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", base)
    return os.path.join(base, "spec_lab", "compiled-" + hashlib.sha256(_processor().encode()).hexdigest()[:8])


def _processor():
    """What tells processors apart: the feature flags where the system lists them, else its name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            found = [line for line in lines if line.startswith(("flags", "Features", "model name"))][:2]
    except OSError:
        found = []
    return platform.machine() + (platform.processor() if not found else "".join(found))


LOST = {  # what is lost without each of the settings
    "jax_enable_x64": "statistics have 7 digits instead of 15",
    "jax_compilation_cache_dir": "every session compiles anew",
    "jax_cpu_enable_async_dispatch": "a small statistic takes several times as long",
}


def left_alone():
    """Whether JAX's settings are left as they are: `SPEC_LAB_JAX=leave`.

    Raises:
        ValueError: The variable says something else.
    """
    said = os.environ.get("SPEC_LAB_JAX", "")
    if said not in ("", "leave"):
        raise ValueError(f"SPEC_LAB_JAX={said!r} means nothing; allowed: leave, or nothing at all")
    return said == "leave"


def missing_settings():
    """The settings that spec_lab would make and that are not made, each with what is lost; JAX is imported for it."""
    import jax

    made = {
        "jax_enable_x64": jax.config.jax_enable_x64,  # pyright: ignore[reportAttributeAccessIssue]
        "jax_compilation_cache_dir": bool(jax.config.jax_compilation_cache_dir),  # pyright: ignore[reportAttributeAccessIssue]
        "jax_cpu_enable_async_dispatch": not jax.config.read("jax_cpu_enable_async_dispatch"),
    }
    return {name: LOST[name] for name, done in made.items() if not done}


def prepare_jax():
    """Tell JAX: through the environment if it is still to be imported, else directly."""
    if left_alone():
        return
    wanted = {
        "jax_enable_x64": True,
        "jax_compilation_cache_dir": cache_folder(),
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    mine = {key: value for key, value in wanted.items() if key.upper() not in os.environ}
    if os.environ.get("JAX_COMPILATION_CACHE_DIR") == "":
        mine = {key: value for key, value in mine.items() if "cache" not in key}
    for key, value in mine.items():
        os.environ[key.upper()] = str(int(value)) if isinstance(value, (bool, int)) else value
    if "jax" in sys.modules:
        for key, value in mine.items():
            sys.modules["jax"].config.update(key, value)


def settle_jax():
    """Hand over what JAX does not read from the environment; before anything is computed."""
    import jax

    if left_alone():
        missing = "; ".join(f"{name} ({lost})" for name, lost in missing_settings().items())
        if missing:
            warnings.warn(f"SPEC_LAB_JAX=leave: JAX's settings stay as they are. Missing: {missing}", stacklevel=2)
        return
    wished = os.environ.get("JAX_CPU_ENABLE_ASYNC_DISPATCH", "0")
    jax.config.update("jax_cpu_enable_async_dispatch", wished.lower() in ("1", "true", "yes", "on"))
