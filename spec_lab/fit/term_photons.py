"""What each additive term of a model gives on its own: for drawing `pl` and `bb` under `tbabs*(pl+bb)`. Traced."""

import jax
import numpy as np
from jaxtyping import Float

from spec_lab.fit.view import View


def term_photons(view: View, theta: Float[jax.Array, "p"]) -> list[list[jax.Array]]:
    """Photons/cm²/s of each term, with its factors, in each photon-energy bin: `[pair][term] -> f[e]`.

    Args:
        view: Of a compiled problem.
        theta: `f[p]`, all slot values.

    Returns:
        In the order of `model.terms`; nothing for a model of one term.
    """
    made = []
    for place, block in zip(view.layout.pairs, view.block.pairs, strict=True):
        mine = theta[slice(*place.slots)]
        terms = place.model.model.terms
        rows = (
            [term.model.photons(mine[np.array(term.indices)], block.grid) for term in terms] if len(terms) > 1 else []
        )
        made.append(rows)
    return made
