"""Guides of one module's parameters: a point, independent Gaussians, or one joint Gaussian.

All live on the real line and are mapped into the parameter's constraint (or, without one, its prior's support) by
`support.transform_to`, so every draw is allowed. `delta` is a parameter site under the parameter's own name (maximum a
posteriori); `normal` has `name_loc` and `name_scale`; all `mvn` parameters of a module share one multivariate Gaussian,
`mvn_loc` and `mvn_scale_tril`, which sees their correlations.
"""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jaxtyping import Array, Float
from numpyro.distributions.constraints import Constraint
from numpyro.distributions.transforms import Transform

from spec_lab.bridge.descriptors import Start
from spec_lab.bridge.distribution import as_distribution
from spec_lab.bridge.registered_parameters import Entry
from spec_lab.bridge.support import as_support, is_identity, transform_to
from spec_lab.variables import AbstractVariable

if TYPE_CHECKING:
    from spec_lab.bridge.module import PyroxModule
    from spec_lab.bridge.parameterized import Parameterized

WIDTH = 0.1  # of a guide at the start, on the real line
JOINT = "mvn"


def start_of(init: Start | None) -> Float[Array, "..."]:
    """The start value as an array."""
    value: Any = init.value if isinstance(init, AbstractVariable) else init
    return jnp.asarray(value)


def _prior(entry: Entry) -> dist.Distribution | None:
    prior = as_distribution(entry.prior)
    return prior if isinstance(prior, dist.Distribution) else None


def support_of(entry: Entry) -> Constraint | None:
    """The set a guide must stay in: the constraint, else the support of the prior, else None."""
    if entry.constraint is not None:
        return as_support(entry.constraint)
    prior = _prior(entry)
    return None if prior is None or is_identity(prior.support) else prior.support


def transform_of(entry: Entry) -> Transform:
    """The map from the real line, where the guides live, to the allowed values of a parameter."""
    return transform_to(support_of(entry))


def transforms(module: "Parameterized") -> dict[str, Transform]:
    """`transform_of` each registered parameter of a module, by name."""
    return {name: transform_of(entry) for name, entry in module._pyrox_state.entries.items()}


def _event_dim(entry: Entry) -> int:
    prior = _prior(entry)
    return 0 if prior is None else prior.event_dim


def normal(module: "PyroxModule", name: str, entry: Entry) -> Float[Array, "..."]:
    """Independent Gaussians on the real line."""
    support, init = support_of(entry), start_of(entry.init)
    transform = None if is_identity(support) else transform_to(support)
    loc = module.pyrox_param(f"{name}_loc", init if transform is None else transform.inv(init))
    width = jnp.asarray(np.full(np.shape(loc), WIDTH, dtype=jnp.result_type(loc)))
    scale = module.pyrox_param(f"{name}_scale", width, constraint=dist.constraints.positive)
    base, wanted = dist.Normal(loc, scale), _event_dim(entry)
    domain = 0 if transform is None else transform.domain.event_dim
    base = base.to_event(max(domain, wanted)) if max(domain, wanted) else base
    return module.pyrox_sample(name, base if transform is None else dist.TransformedDistribution(base, transform))


def _parts(entries: dict[str, Entry]) -> dict[str, tuple[Any, Any, int]]:
    """Name → (transform or None, start on the real line, offset) of the joint guide."""
    parts, offset = {}, 0
    for name, entry in entries.items():
        init, transform = start_of(entry.init), None if is_identity(support_of(entry)) else transform_of(entry)
        raw = init if transform is None else transform.inv(init)
        parts[name] = (transform, raw, offset)
        offset += int(np.size(raw))
    return parts


def joint(module: "PyroxModule", name: str, entries: dict[str, Entry]) -> Float[Array, "..."]:
    """One parameter of the joint Gaussian of `entries` (all `mvn` parameters of the module)."""
    parts = _parts(entries)
    start = jnp.concatenate([jnp.ravel(raw) for _, raw, _ in parts.values()])
    draw = _joint_draw(module, start)
    transform, raw, offset = parts[name]
    piece = draw[..., offset : offset + int(np.size(raw))].reshape(draw.shape[:-1] + np.shape(raw))
    value = piece if transform is None else transform(piece)
    log_det = jnp.zeros(()) if transform is None else transform.log_abs_det_jacobian(piece, value)
    log_det = log_det.sum(tuple(range(-np.ndim(raw), 0))) if np.ndim(log_det) >= np.ndim(raw) > 0 else log_det
    return module.pyrox_sample(name, dist.Delta(value, log_density=-jnp.sum(log_det), event_dim=np.ndim(raw)))


def _joint_draw(module: "PyroxModule", start: Float[Array, " n"]) -> Float[Array, "... n"]:
    loc = module.pyrox_param(f"{JOINT}_loc", start)
    shape = WIDTH * np.eye(start.shape[0])
    tril = module.pyrox_param(
        f"{JOINT}_scale_tril",
        jnp.asarray(shape, dtype=start.dtype),
        constraint=dist.constraints.scaled_unit_lower_cholesky,
    )

    def make(fullname: str) -> Any:
        law = dist.MultivariateNormal(loc, scale_tril=tril)
        return numpyro.sample(fullname, law, infer={"is_auxiliary": True})

    return module._pyrox_site(JOINT, make)
