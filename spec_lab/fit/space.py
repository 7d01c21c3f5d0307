"""FreeSpace: the coordinates of a fit, in three charts.

The free vector `x` (`f[n]`) reaches all slots through an affine map, `theta = base + matrix @ x`: links, freezes and affine
ties are entries of `base` and `matrix`, so changing them changes numbers, not programs. The vector is padded to a length that
belongs to the structure of the problem; the padding coordinates are inert.

Charts: `theta` (physical, bounded by the priors' supports), `u` (all of R^n: logit or log of the distance to a bound) and
`cube` ([0, 1]^n, the priors' quantiles). Each engine says which one it wants.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from spec_lab import priors
from spec_lab.fit.annotations import Device, PerVector
from spec_lab.fit.relations import Laws
from spec_lab.fit.setup import Setup
from spec_lab.variables import chart


class FreeSpace(NamedTuple):
    """Arrays that say how `n` (padded) free coordinates fill `p` slots; data of compiled functions.

    Attributes:
        base: `f[p]`, slot values that do not depend on the free vector.
        matrix: `f[p, n]`, the linear part.
        low: `f[n]`, lower bounds (the prior's support within the slot's hard limits; -inf where unbounded).
        high: `f[n]`, upper bounds.
        code: `i[n]`, prior family codes.
        params: `f[n, 4]`, prior parameters.
        below: `f[n]`, the part of the prior's mass below `low` (0 unless a hard limit cuts it).
        mass: `f[n]`, the part between the bounds, by which the density is normalised (1 unless cut).
        active: `b[n]`, False for inert padding.
        laws: The priors beyond the table.
    """

    base: Float[Array | np.ndarray, "p"]
    matrix: Float[Array | np.ndarray, "p n"]
    low: Float[Array | np.ndarray, "n"]
    high: Float[Array | np.ndarray, "n"]
    code: Int[Array | np.ndarray, "n"]
    params: Float[Array | np.ndarray, "n 4"]
    below: Float[Array | np.ndarray, "n"]
    mass: Float[Array | np.ndarray, "n"]
    active: Bool[Array | np.ndarray, "n"]
    laws: Laws = Laws()


def make_space(setup: Setup, width: int) -> FreeSpace:
    """The free space of a set-up, padded to `width` coordinates. Pure NumPy, microseconds."""
    relations, free = setup.relations, setup.free
    matrix = np.zeros((len(setup.values), width))
    low, high = np.full(width, -np.inf), np.full(width, np.inf)
    code, params = np.full(width, priors.FLAT, dtype=np.int32), np.zeros((width, 4))
    params[:, 1] = 1.0
    below, mass = np.zeros(width), np.ones(width)
    for j, root in enumerate(free):
        matrix[list(relations.groups[root]), j] = 1.0
        prior = setup.priors[root]
        if prior is not None:
            code[j], params[j] = prior.code, prior.params
        low[j], high[j] = relations.range_of(root)
        if prior is not None and (low[j], high[j]) != prior.support:
            below[j] = prior.cdf(low[j])
            mass[j] = prior.cdf(high[j]) - below[j]
    for tie in relations.affine:
        row = np.zeros(width)
        for root, coefficient in tie.terms:
            row = row + coefficient * matrix[root]
        matrix[list(tie.group)] = row
    active = np.arange(width) < len(free)
    return FreeSpace(base_values(setup), matrix, low, high, code, params, below, mass, active, relations.laws)


def base_values(setup: Setup) -> Float[np.ndarray, "p"]:
    """Slot values that do not depend on the free vector; of a space, all that a change of values changes."""
    base = np.array(setup.values, dtype=float)
    base[setup.relations.moving] = 0.0
    for tie in setup.relations.affine:
        constant = tie.constant
        for root, coefficient in tie.terms:
            constant += coefficient * base[root]
        base[list(tie.group)] = constant
    return base


def pack(space: FreeSpace) -> Float[np.ndarray, "k"]:
    """A space as one vector: each array handed to a compiled function costs microseconds, one is enough."""
    base, matrix, *columns, _ = space
    return np.concatenate([np.ravel(a).astype(float) for a in (base, matrix, *columns)])


def unpack(packed: Float[Array, "k"], slots: int, width: int, laws: Laws) -> FreeSpace:
    """The space of `slots` slots and `width` coordinates from its vector, traced."""
    shapes = [(slots,), (slots, width), *[(width,)] * 3, (width, 4), *[(width,)] * 3]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    arrays: list[Any] = [a.reshape(shape) for a, shape in zip(jnp.split(packed, ends), shapes, strict=True)]
    space = FreeSpace(*arrays, laws=laws)
    return space._replace(code=space.code.astype(jnp.int32), active=space.active > 0.5)


def log_prior(space: FreeSpace, x: Float[Device, "n"]) -> Float[Array, ""]:
    """The log prior density of free coordinates `x` (`f[n]`), normalised, -inf outside the bounds."""
    return jnp.sum(
        _cut(space, priors.log_density(jnp.asarray(space.code), jnp.asarray(space.params), x, space.laws.rows), x, jnp)
    )


def _cut(space: FreeSpace, density: Any, x: Any, xp: Any) -> Any:
    """Log densities within the bounds, normalised to the mass between them; 0 for padding."""
    density = xp.where((x >= space.low) & (x <= space.high), density - xp.log(space.mass), -xp.inf)
    return xp.where(space.active, density, 0.0)


def log_prior_np(space: FreeSpace, x: Float[np.ndarray, "*s n"]) -> PerVector:
    """`log_prior` in NumPy for `x` of shape `[..., n]`; the same numbers without a compiled program."""
    return np.sum(log_priors_np(space, x), axis=-1)


def log_priors_np(space: FreeSpace, x: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
    """The log prior density of each coordinate."""
    return _cut(space, priors.log_density_np(space.code, space.params, x, space.laws.rows), x, np)


def from_u(space: FreeSpace, u: Any, *, xp: Any = jnp) -> tuple[Any, Any]:
    """From the unbounded chart, traced or (`xp=numpy`) on the host: coordinates `x` (`f[n]`) and `log |dx/du|` of each."""
    x, jacobian = chart.from_line(space.low, space.high, u, xp=xp)
    return xp.where(space.active, x, 0.0), xp.where(space.active, jacobian, 0.0)


def to_u(space: FreeSpace, x: Any, *, margin: float = 1e-6, xp: Any = np) -> Any:
    """Into the unbounded chart, in NumPy or (`xp=jax.numpy`) traced.

    Values on or beyond a bound are first moved inside by `margin` of the interval (of 1 where the other side is open).
    """
    has_low, has_high = xp.isfinite(space.low), xp.isfinite(space.high)
    low, high = xp.where(has_low, space.low, 0.0), xp.where(has_high, space.high, 0.0)
    edge = margin * xp.where(has_low & has_high, high - low, 1.0)
    x = xp.where(has_low, xp.maximum(x, low + edge), x)
    x = xp.where(has_high, xp.minimum(x, high - edge), x)
    return xp.where(space.active, chart.to_line(space.low, space.high, x, xp=xp), 0.0)


def from_cube(space: FreeSpace, q: Float[Array, "n"]) -> Float[Array, "n"]:
    """From the unit cube: the priors' quantiles (`f[n]`)."""
    q = jnp.asarray(space.below + space.mass * q)
    x = jnp.clip(
        priors.quantile(jnp.asarray(space.code), jnp.asarray(space.params), q, space.laws.rows), space.low, space.high
    )
    return jnp.where(space.active, x, 0.0)


def from_cube_np(space: FreeSpace, q: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
    """`from_cube` in NumPy."""
    q = np.asarray(space.below + space.mass * q)
    x = np.clip(priors.quantile_np(space.code, space.params, q, space.laws.rows), space.low, space.high)
    return np.where(space.active, x, 0.0)
