"""Presets: how hard an engine is to work, in three words. `standard` is the engine's defaults; the others are what differs.

`quick` is for looking around. `publication` is for numbers that are printed: chains whose error in a standard deviation is below
1 %, twice the digits in ln Z, more starts and simulations, errors that need not be symmetric.
"""

from collections.abc import Mapping
from typing import Any

_PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "fit": {"publication": {"starts": 20}},
    "iminuit": {"publication": {"minos": True}},
    "bootstrap": {"quick": {"simulations": 64}, "publication": {"simulations": 2000}},
    "preview": {"quick": {"draws": 4000}, "publication": {"draws": 200_000}},
    "emcee": {"quick": {"steps": 300}, "publication": {"steps": 10_000, "discard": 1000}},
    "nuts": {"quick": {"draws": 250, "warmup": 150}, "publication": {"draws": 5000, "warmup": 500}},
    "svi": {"publication": {"steps": 5000, "draws": 10_000}},
    "nested": {"quick": {"live": 200}, "publication": {"live": 2000}},
    "multinest": {"quick": {"live": 200}, "publication": {"live": 2000, "tolerance": 0.1}},
}


def presets(engine: str) -> Mapping[str, Mapping[str, Any]]:
    """The presets of an engine: name → options that differ from the defaults. Empty where there is nothing to choose."""
    chosen = _PRESETS.get(engine)
    if chosen is None:
        return {}
    return {
        name: chosen.get(name, {}) for name in ("quick", "standard", "publication") if name in {"standard", *chosen}
    }
