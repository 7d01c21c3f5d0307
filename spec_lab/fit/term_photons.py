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
    if view.stacked:
        stacks = view.over_pairs(theta, lambda one, own: term_photons(one, own)[0])
        return [
            [term[k] for term in stack]
            for stack, count in zip(stacks, view.layout.stacks, strict=True)
            for k in range(count)
        ]
    made = []
    for i, place in enumerate(view.layout.pairs):
        mine, terms = theta[slice(*place.slots)], place.model.model.terms
        grid = view.pair_block(i).grid
        rows = [t.model.photons(mine[np.array(t.indices)], grid) for t in terms] if len(terms) > 1 else []
        made.append(rows)
    return made
