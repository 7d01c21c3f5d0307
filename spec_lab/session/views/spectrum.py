"""The spectrum message: header and one buffer of float32, for an evaluation."""

import math
from typing import Any, NamedTuple

import numpy as np

from spec_lab._base import plain, statistic_text
from spec_lab.fit import Setup
from spec_lab.models import KEV_TO_ERG
from spec_lab.session.evaluation import Evaluation, UnitEvaluation
from spec_lab.session.messages import SpectrumUnit
from spec_lab.session.view_model import SpectrumStyle

FIELDS = ("lo", "hi", "data", "err", "model", "resid", "used")


STYLES: tuple[SpectrumStyle, ...] = (  # photons/cm²/s/keV times scale times E^power
    {"name": "NE", "label": "N(E)", "ylabel": r"photons\,cm^{-2}\,s^{-1}\,keV^{-1}", "power": 0, "scale": 1.0},
    {"name": "Fv", "label": "Fν", "ylabel": r"erg\,cm^{-2}\,s^{-1}\,keV^{-1}", "power": 1, "scale": KEV_TO_ERG},
    {"name": "vFv", "label": "νFν", "ylabel": r"erg\,cm^{-2}\,s^{-1}", "power": 2, "scale": KEV_TO_ERG},
)


class Frame(NamedTuple):
    """A message with its buffers."""

    header: dict[str, Any]
    buffers: list[bytes]


def spectrum(evaluation: Evaluation, *, rev: int, seq: int, preview: bool = False, base: Setup | None = None) -> Frame:
    """The `spectrum` message of an evaluation; of a preview with the values (`moves`) that differ from its base."""
    arrays = [column for unit in evaluation.units for column in _columns(unit)]
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
        "ymin": lowest(evaluation),
        "stat": statistic_text(evaluation.stat),
        "units": [_head(i, unit) for i, unit in enumerate(evaluation.units)],
    }
    if preview and base is not None:
        header["moves"] = _moves(base, evaluation.setup)
    return Frame(header, [buffer])


def _moves(base: Setup, tried: Setup) -> list[tuple[int, float, str]]:
    """`[pid, value, text]` of each parameter that stands elsewhere than in `base`."""
    old, new = np.asarray(base.values), np.asarray(tried.values)
    if old.shape != new.shape:
        return []
    return [(int(i) + 1, float(new[i]), plain(float(new[i]), 5)) for i in np.flatnonzero(old != new)]


def _head(index: int, unit: UnitEvaluation) -> SpectrumUnit:
    names = [name for name, _ in unit.terms]
    return {
        "name": unit.name,
        "color": index,
        "n": len(unit.lo),
        "fields": [*FIELDS, *(["unfold"] if unit.unfold is not None else []), *(f"comp:{name}" for name in names)],
        "components": names,
    }


def _columns(unit: UnitEvaluation) -> list[np.ndarray]:
    columns = [unit.lo, unit.hi, unit.data, unit.error, unit.model, unit.residual, unit.used.astype(float)]
    if unit.unfold is not None:
        columns.append(unit.unfold)
    with np.errstate(over="ignore"):
        return [np.asarray(c, dtype=np.float32) for c in (*columns, *(curve for _, curve in unit.terms))]


def lowest(evaluation: Evaluation) -> float | None:
    """The smallest y worth showing on a log axis: below the faint end of data and model, above the noise around zero."""
    found = []
    for unit in evaluation.units:
        seen = unit.used & np.isfinite(unit.data)
        positive = unit.data[seen & (unit.data > 0)]
        model = unit.model[seen & (unit.model > 0)]
        if len(positive):
            found.append(0.3 * float(np.quantile(positive, 0.02)))
        if len(model):
            found.append(max(0.3 * float(model.min()), 1e-5 * float(model.max())))
    low = min(found, default=math.nan)
    return low if math.isfinite(low) and low > 0 else None


def overlay_frame(run: int, label: str, evaluation: Evaluation) -> Frame:
    """The `ghost` message: the folded curve of a past run over its noticed groups, for each unit."""
    noticed = [unit.noticed() for unit in evaluation.units]
    arrays = [column for unit in noticed for column in (unit.lo, unit.hi, unit.model)]
    with np.errstate(over="ignore"):
        buffer = np.concatenate(arrays).astype("<f4").tobytes() if arrays else b""
    units = [{"name": unit.name, "n": len(unit.lo)} for unit in noticed]
    return Frame(
        {"type": "overlay", "run": run, "label": label, "units": units, "fields": ["lo", "hi", "model"]}, [buffer]
    )
