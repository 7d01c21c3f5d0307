"""Arguments of commands: how each kind is read. `read(value, setup)` checks what was typed; an argument passes through."""

import math
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.fit import Setup
from spec_lab.priors import Distribution, Prior, as_prior

Pid = int | str
Windows = tuple[tuple[float, float], ...]


def pid(value: Any, setup: Setup) -> Pid:
    """A parameter: its number, or its name."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ParameterError("a parameter is named by its number", got=value)
    return value


def pids(value: Any, setup: Setup) -> tuple[Pid, ...]:
    """One parameter or several."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return tuple(pid(one, setup) for one in several)


def run(value: Any, setup: Setup) -> int:
    """The number of a run."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError("a run is named by its number", got=value) from error


def number(value: Any, setup: Setup) -> float:
    """A finite number."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if isinstance(value, bool) or not math.isfinite(found):
        raise ParameterError("the value must be a finite number", got=value)
    return found


def flag(value: Any, setup: Setup) -> bool:
    """On or off."""
    return bool(value)


def text(value: Any, setup: Setup) -> str:
    """A text."""
    return str(value)


def anything(value: Any, setup: Setup) -> Any:
    """What the command itself looks at."""
    return value


def sigmas(value: Any, setup: Setup) -> float:
    """A place on the degeneracy."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ParameterError("a place on the degeneracy is a number of standard deviations", got=value)
    return float(value)


def prior(value: Any, setup: Setup) -> Prior | None:
    """A prior: an object, its text, or nothing ("flat", None).

    What a prior of the fit is shown as stands for that prior, also where it does not say it, as `dist.MixtureGeneral(...)`.
    """
    if value is None or isinstance(value, Prior):
        return value
    if not isinstance(value, str | Distribution):
        raise ParameterError("this is no prior", got=value, allowed="a prior such as unif(-2, 2), its text, or flat")
    if isinstance(value, str) and value.strip().lower() in ("", "flat", "none"):
        return None
    shown = {each for each in setup.priors if each is not None and not each.has_text and str(each) == value}
    return shown.pop() if len(shown) == 1 else as_prior(value)


def windows(value: Any, setup: Setup) -> Windows:
    """Energy windows (keV): a list of `[lo, hi]`; none = everything."""
    try:
        return tuple((float(low), float(high)) for low, high in value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError("energy windows are pairs of energies", got=value, allowed="[[lo, hi], ...]") from error


def options(value: Any, setup: Setup) -> tuple[tuple[str, Any], ...]:
    """Options of an engine, by name."""
    named = dict(value) if isinstance(value, tuple) else value or {}
    if not isinstance(named, dict):
        raise ParameterError("the options of an engine must be named", got=value)
    return tuple((str(key), each) for key, each in named.items())


def engine(value: Any, setup: Setup) -> str:
    """The name of an engine; nothing = the built-in one."""
    return str(value or "fit")
