"""The brush message: which draws are selected on a corner panel, and their bands over each unit."""

import numpy as np

from spec_lab.session.brush import Brushed
from spec_lab.session.views.spectrum import Frame

FIELDS = ("lo", "hi", "low", "lower", "mid", "upper", "high", "rlow", "rmid", "rhigh")


def brush(made: Brushed, *, rev: int, seq: int) -> Frame:
    """The `brush` message of a selection; one without a region says that there is none."""
    region = made.region
    arrays = [row for band in made.bands for row in (band.lo, band.hi, *band.curve, *band.residual)]
    with np.errstate(over="ignore"):
        buffer = np.concatenate(arrays).astype("<f4").tobytes() if arrays else b""
    header = {
        "type": "brush",
        "rev": rev,
        "seq": seq,
        "request": region.request if region is not None else -1,
        "pids": list(region.pids) if region is not None else [],
        "region": region.outline.tolist() if region is not None else [],
        "n": made.n,
        "total": made.total,
        "units": [{"name": band.name, "n": len(band.lo)} for band in made.bands],
        "fields": list(FIELDS),
    }
    return Frame(header, [buffer])
