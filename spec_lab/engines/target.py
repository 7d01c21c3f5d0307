"""Target: what a sampler written in Python asks of a problem, its own functions or the user's in their place.

The hooks `loglike_func`, `logprior_func` and `prior_transform_func` replace log-likelihood, log prior and prior quantiles one
point at a time. Engines that need slopes or residuals cannot use them; each row of the catalog says which hooks its engine
honours.
"""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from spec_lab._base import EngineError
from spec_lab.fit import Problem

Hooks = Mapping[str, Callable[[Float[np.ndarray, " n"]], float | Float[np.ndarray, " n"]]]
HOOKS = ("loglike_func", "logprior_func", "prior_transform_func")


class Target:
    """Batched log-likelihood, log prior and prior quantiles.

    Args:
        problem: The compiled problem.
        hooks: Hook name → function of one vector.
    """

    def __init__(self, problem: Problem, hooks: Hooks | None = None):
        self.problem, self.hooks = problem, dict(hooks or {})

    def log_like(self, xs: Float[np.ndarray, "s n"]) -> Float[np.ndarray, " s"]:
        """`f[s]` at free vectors `f[s, n]`; -inf instead of NaN."""
        hook = self.hooks.get("loglike_func")
        values = -0.5 * self.problem.batch(xs) if hook is None else np.array([float(hook(x)) for x in xs])
        return np.where(np.isnan(values), -np.inf, values)

    def log_prior(self, xs: Float[np.ndarray, "s n"]) -> Float[np.ndarray, " s"]:
        """`f[s]` at free vectors `f[s, n]`; zero where a prior is known only through its transform."""
        hook = self.hooks.get("logprior_func")
        if hook is None and "prior_transform_func" in self.hooks:
            return np.zeros(len(xs))
        values = self.problem.log_prior(xs) if hook is None else [float(hook(x)) for x in xs]
        return np.asarray(values, dtype=float)

    def from_cube(self, qs: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s n"]:
        """Free vectors `f[s, n]` at prior quantiles `f[s, n]`."""
        hook = self.hooks.get("prior_transform_func")
        return self.problem.from_cube(qs) if hook is None else np.array([np.asarray(hook(q), dtype=float) for q in qs])

    def log_prob(self, xs: Float[np.ndarray, "s n"]) -> Float[np.ndarray, " s"]:
        """`f[s]`, log-likelihood plus log prior; the likelihood is not asked where the prior is zero."""
        prior = self.log_prior(xs)
        inside = np.isfinite(prior)
        out = np.full(len(xs), -np.inf)
        if inside.any():
            out[inside] = prior[inside] + self.log_like(xs[inside])
        return out


def check_hooks(title: str, honoured: tuple[str, ...], hooks: Hooks, bayesian: bool = True) -> None:
    """Refuse hooks that an engine would silently ignore.

    Args:
        title: The engine, for the message.
        honoured: Names of the hooks it honours.
        hooks: Those that are set.
        bayesian: Whether the engine reads priors at all.

    Raises:
        EngineError: One of the set hooks would have no effect.
    """
    if not hooks:
        return
    if not honoured:
        raise EngineError(
            f"{title} cannot honour {', '.join(hooks)}: it needs slopes or residuals, which a hook does not give",
            hint=f"Use emcee or nested, or remove it: {'; '.join(f'infer.{name} = None' for name in hooks)}.",
        )
    for name in hooks:
        if not bayesian and name != "loglike_func":
            raise EngineError(
                f"{title} maximises the likelihood and reads no prior: {name} would have no effect",
                hint=f"Use preview, emcee or nested, or remove it: infer.{name} = None.",
            )
        twin = {"logprior_func": "prior_transform_func", "prior_transform_func": "logprior_func"}.get(name)
        if name not in honoured and twin not in hooks:
            raise EngineError(
                f"{title} reads {twin}, not {name}, which would have no effect",
                hint=f"Set infer.{twin} as well, so that both say the same, or remove {name}.",
            )
