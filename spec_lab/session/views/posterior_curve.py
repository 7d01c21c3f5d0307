"""What the data said about one parameter: its posterior over its prior, and the bits of information between them.

Not here: the estimates (`analysis.information`), the prior's own curve and handles (`parameters`, `handles`).
"""

import functools

import numpy as np

from spec_lab.engines import Outcome
from spec_lab.priors import Prior
from spec_lab.results import FEWEST, information, smooth_density
from spec_lab.session.known_fit import trusted
from spec_lab.session.messages import PosteriorCurve
from spec_lab.session.posterior_choice import shown_outcome
from spec_lab.session.state import State

MOST = 2000  # draws that shape the curve; the number of bits is from all
DOUBTFUL = ("posterior, not to be trusted: run a sampler", "The weights of the preview's draws fluctuate too much.")
BAYESIAN_NOT = ("fit", "iminuit", "lmfit")
_TITLE = (
    "The information gained on this parameter: how far its posterior is from its prior (Kullback–Leibler divergence of the "
    "marginal, from the draws). Each bit halves what is possible; 0 bits: the data said nothing about it. Prior and "
    "posterior are each drawn to their own height."
)


def posterior_curve(state: State, pid: int | str, prior: Prior, log: bool) -> PosteriorCurve | None:
    """`posterior` of the reply to `prior_preview`, or None: no draws for the present question, or none of this parameter.

    Args:
        state: The session's state.
        pid: Whose.
        prior: The prior that is drawn; the bits are told for the one in force only, since the draws know no other.
        log: Whether the curve is drawn per ln x.
    """
    setup = state.setup
    root = setup.partition[setup.index(pid)]
    source = shown_outcome(state)
    if source is None or source.engine in BAYESIAN_NOT or root not in source.setup.free:
        return None
    if source.setup.slots[root].path != setup.slots[root].path:  # the posterior of another model
        return None
    draws = _column(source, root)
    if len(draws) < FEWEST or not np.ptp(draws) > 0 or (log and not draws.min() > 0):
        return None
    before = setup.priors[root]
    curve = smooth_density(draws[:: 1 + len(draws) // MOST], before.support if before else (-np.inf, np.inf), log=log)
    words, title = _words(before, prior, draws) if trusted(source) else DOUBTFUL
    return {"x": curve.x.tolist(), "density": curve.height.tolist(), "words": words, "title": title}


def _column(source: Outcome, root: int) -> np.ndarray:
    return np.asarray(source.draws, dtype=float)[:, source.setup.free.index(root)]


def _words(before: Prior | None, drawn: Prior, draws: np.ndarray) -> tuple[str, str]:
    if before is None or before != drawn:
        return "posterior under the prior in force", "Set this prior, and the posterior follows it."
    bits = _bits(before, draws.tobytes())
    return (
        "posterior: next to nothing learned, 0.0 bits" if bits < 0.05 else f"posterior: {bits:.1f} bits learned"
    ), _TITLE


@functools.lru_cache(maxsize=64)
def _bits(prior: Prior, draws: bytes) -> float:
    """Once for each prior and draws: a popover asks at every change of the view."""
    return information(np.frombuffer(draws), prior)
