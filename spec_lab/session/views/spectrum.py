"""The spectrum message: header and one buffer of float32, for a reading."""

import math
from typing import Any, NamedTuple

import numpy as np

from spec_lab.session.reading import Reading, UnitReading
from spec_lab.session.views.numbers import plain

FIELDS = ("lo", "hi", "data", "err", "model", "resid", "used")


class Frame(NamedTuple):
    """A message with its buffers."""

    header: dict[str, Any]
    buffers: list[bytes]


def spectrum(reading: Reading, *, rev: int, seq: int, preview: bool = False) -> Frame:
    """The `spectrum` message of a reading."""
    arrays = [column for unit in reading.units for column in _columns(unit)]
    buffer = np.concatenate(arrays).astype("<f4").tobytes() if arrays else b""
    header = {
        "type": "spectrum",
        "rev": rev,
        "seq": seq,
        "preview": preview,
        "exact": True,
        "xlabel": "Energy (keV)",
        "ylabel": r"counts\,s^{-1}\,keV^{-1}",
        "xscale": "log",
        "yscale": "log",
        "ymin": lowest(reading),
        "stat": plain(reading.stat, 7),
        "units": [_head(i, unit) for i, unit in enumerate(reading.units)],
    }
    return Frame(header, [buffer])


def _head(index: int, unit: UnitReading) -> dict[str, Any]:
    names = [name for name, _ in unit.terms]
    return {
        "name": unit.name,
        "color": index,
        "n": len(unit.lo),
        "fields": [*FIELDS, *(f"comp:{name}" for name in names)],
        "components": names,
    }


def _columns(unit: UnitReading) -> list[np.ndarray]:
    columns = [unit.lo, unit.hi, unit.data, unit.error, unit.model, unit.residual, unit.used.astype(float)]
    with np.errstate(over="ignore"):
        return [np.asarray(c, dtype=np.float32) for c in (*columns, *(curve for _, curve in unit.terms))]


def lowest(reading: Reading) -> float | None:
    """The smallest y worth showing on a log axis: below the faint end of data and model, above the noise around zero."""
    found = []
    for unit in reading.units:
        seen = unit.used & np.isfinite(unit.data)
        positive = unit.data[seen & (unit.data > 0)]
        model = unit.model[seen & (unit.model > 0)]
        if len(positive):
            found.append(0.3 * float(np.quantile(positive, 0.02)))
        if len(model):
            found.append(max(0.3 * float(model.min()), 1e-5 * float(model.max())))
    low = min(found, default=math.nan)
    return low if math.isfinite(low) and low > 0 else None
