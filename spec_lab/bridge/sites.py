"""A fit as a NumPyro model: its free parameters as registered parameters, each a site named by its slot's path.

This is the door for everything in NumPyro's world (its own samplers, guides, `Predictive`, handlers). `FitSites` registers one
variable for each free slot, with the slot's limits, value and prior; so model and guide of SVI, and whatever `Parameterized`
offers, work on a fit. What follows from them (linked, tied and derived parameters) is a deterministic site under the path of
its slot, and frozen parameters are if asked for, so that a trace holds the whole fit; none of these has a density. The statistic
enters as a factor, computed by the compiled problem without any handler inside. Our own samplers do without all this.
"""

import equinox as eqx
import jax.numpy as jnp
import numpyro
from jaxtyping import Array, Float

from spec_lab.bridge.distribution import distribution_of
from spec_lab.bridge.module import pyrox_method
from spec_lab.bridge.parameterized import Parameterized
from spec_lab.bridge.support import constraint_between
from spec_lab.fit import FreeSpace, Problem, Setup, View
from spec_lab.variables import Constrained


def _read(view: View, space: FreeSpace, x: Float[Array, " n"]) -> tuple[Float[Array, " p"], Float[Array, ""]]:
    theta = view.theta(space, x)
    return theta, -0.5 * view.stat_theta(theta)


def site_names(problem: Problem) -> list[str]:
    """The sample sites, in the order of the free parameters."""
    return [problem.setup.slots[i].path for i in problem.setup.free]


class FitSites(Parameterized):
    """The sites of a fit; a NumPyro model without arguments that returns all slot values `f[p]`.

    Args:
        problem: The compiled fit.
        frozen: Whether frozen parameters are deterministic sites, too.
    """

    problem: Problem = eqx.field(static=True)
    frozen: bool = eqx.field(static=True, default=False)

    def setup(self) -> None:
        """Register every free parameter with its limits, its present value and its prior."""
        setup = self.problem.setup
        for i in setup.free:
            name = setup.slots[i].path
            self.register_param(name, _variable(setup, i))
            prior = setup.priors[i]
            self.set_prior(name, None if prior is None else distribution_of(prior, setup.range_of(i)))

    def _pyrox_fullname(self, name: str) -> str:
        return name  # the path of a slot, pair1.cpl.alpha, is a whole name: the pair is its scope

    @pyrox_method
    def __call__(self) -> Float[Array, " p"]:
        problem = self.problem
        values = [self.get_param(name) for name in site_names(problem)]
        x = jnp.zeros(problem.width).at[: problem.n].set(jnp.stack(values))
        theta, log_like = problem.run(_read, x)
        for i in followers(problem.setup, self.frozen):
            self.pyrox_sample(problem.setup.slots[i].path, theta[i])
        numpyro.factor("log_likelihood", log_like)
        return theta


def followers(setup: Setup, frozen: bool) -> list[int]:
    """The slots that are deterministic sites: linked and tied ones, and (if asked) those that stand still."""
    free = set(setup.free)
    moving = free.union(setup.tied)
    return [i for i, root in enumerate(setup.partition) if i not in free and (frozen or root in moving)]


def numpyro_model(problem: Problem, frozen: bool = False) -> FitSites:
    """The problem as a NumPyro model without arguments; it returns all slot values `f[p]`. See `FitSites`."""
    return FitSites(problem, frozen)


def _variable(setup: Setup, index: int) -> Constrained:
    low, high = setup.range_of(index)
    value = min(max(float(setup.values[index]), low), high)
    return Constrained(constraint_between(low, high), value, metadata={"label": setup.slots[index].label})
