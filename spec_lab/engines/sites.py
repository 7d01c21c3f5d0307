"""A fit as a NumPyro model, through the bridge: one sample site for each free parameter, named by its path.

This is the door for everything in NumPyro's world (its own samplers, guides, `Predictive`, handlers). The sites are made by
`PyroxModule`s, one a pair, so that `pair1.cpl.alpha` is the scope `pair1` and the name `cpl.alpha`; linked and tied parameters
are deterministic sites; the statistic enters as a factor, computed by the compiled problem without any handler inside.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpyro

from spec_lab._base import ParameterError
from spec_lab.bridge import PyroxModule
from spec_lab.fit import Problem, Setup


class PairScope(PyroxModule):
    """The scope of one pair's sites."""

    pyrox_name: str = eqx.field(static=True)


def _read(view: Any, space: Any, x: Any) -> Any:
    theta = view.theta(space, x)
    return theta, -0.5 * view.stat_theta(theta)


def site_names(problem: Problem) -> list[str]:
    """The sample sites, in the order of the free parameters."""
    return [problem.setup.slots[i].path for i in problem.setup.free]


def _refuse_cut(setup: Setup) -> None:
    for i in setup.free:
        prior = setup.priors[i]
        if prior is not None and setup.range_of(i) != prior.support:
            raise ParameterError(
                f"par[{i + 1}] ({setup.slots[i].path}) has hard limits that cut its prior, which no NumPyro site can say",
                got=f"{prior} within {list(setup.range_of(i))}",
                hint="Give it a prior inside the limits, such as truncnorm(min=..., max=..., loc=..., scale=...).",
            )


def numpyro_model(problem: Problem) -> Callable[[], Any]:
    """The problem as a NumPyro model without arguments; it returns all slot values `f[p]`.

    Raises:
        ParameterError: A parameter's hard limits cut its prior.
    """
    setup = problem.setup
    _refuse_cut(setup)
    scopes = [PairScope(f"pair{number}") for number in range(1, len(setup.pairs) + 1)]
    followers = [i for i, root in enumerate(setup.partition) if i != root or root in setup.tied]

    def model() -> Any:
        values = []
        for i in setup.free:
            slot = setup.slots[i]
            values.append(scopes[slot.pair].pyrox_sample(f"{slot.component}.{slot.name}", setup.priors[i]))
        x = jnp.zeros(problem.width).at[: problem.n].set(jnp.stack(values))
        theta, log_like = problem.run(_read, x)
        for i in followers:
            numpyro.deterministic(setup.slots[i].path, theta[i])
        numpyro.factor("log_likelihood", log_like)
        return theta

    return model
