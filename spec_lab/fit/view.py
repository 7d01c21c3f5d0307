"""View: a problem as traced code sees it.

Engines write pure functions `f(view, space, x, ...)`; `Problem.run` compiles each once per structure. A view offers the
quantities every engine is made of: slot values, folded rates, the deviance of each channel, the statistic, its curvature, and
log densities in the charts of the free space. Host code never touches a view.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab.fit import ties
from spec_lab.fit.layout import Block, Layout
from spec_lab.fit.space import FreeSpace, from_u, log_prior


class Channels(NamedTuple):
    """What a statistic reads, for all units of one kind: `m, ts, tb`, each `f[c]`."""

    m: jax.Array
    ts: jax.Array
    tb: jax.Array


class View:
    """A problem during tracing: structure and (traced) content."""

    def __init__(self, layout: Layout, block: Block):
        self.layout = layout
        self.block = block

    def theta(self, space: FreeSpace, x: jax.Array) -> jax.Array:
        """All slot values `f[p]` at free coordinates `x` (`f[n]`); links, freezes and ties applied."""
        theta = space.base + space.matrix @ x
        for group, expression in self.layout.curved:
            value = ties.evaluate(expression, lambda n, t=theta: t[self.layout.partition[n - 1]], jnp)
            theta = theta.at[np.array(group)].set(value)
        return theta

    def photons(self, theta: jax.Array, pair: int) -> jax.Array:
        """A pair's photons/cm²/s in each bin of its energy grid."""
        place = self.layout.pairs[pair]
        return place.model.photons(theta[slice(*place.slots)], self.block.pairs[pair].grid)

    def rates(self, theta: jax.Array) -> list[list[jax.Array]]:
        """Source rates in counts/s, `f[c]` for each unit of each pair."""
        return [self.fold(i, self.photons(theta, i), theta) for i in range(len(self.layout.pairs))]

    def fold(self, pair: int, photons: jax.Array, theta: jax.Array) -> list[jax.Array]:
        """Photons through each unit's response and its factor `rf`."""
        folded = []
        for unit, matrix in zip(self.layout.pairs[pair].units, self.block.pairs[pair].matrices, strict=True):
            start, stop = unit.energies
            folded.append(theta[unit.slots + 2] * (matrix @ photons[start:stop]))
        return folded

    def channels(self, theta: jax.Array) -> list[Channels]:
        """One entry a statistic: rates and effective exposures of its units, concatenated."""
        rates = self.rates(theta)
        units = [
            (u, m)
            for pair, ms in zip(self.layout.pairs, rates, strict=True)
            for u, m in zip(pair.units, ms, strict=True)
        ]
        out = []
        for number, stat in enumerate(self.block.stats):
            mine = [(u, m) for u, m in units if u.statistic == number]
            owner = np.repeat([u.slots for u, _ in mine], [u.channels for u, _ in mine])
            m = jnp.concatenate([m for _, m in mine])
            out.append(Channels(m, stat.ts * theta[owner], stat.tb * theta[owner + 1]))
        return out

    def deviances(self, theta: jax.Array) -> list[tuple[jax.Array, jax.Array]]:
        """Per statistic: the deviance and the signed residual of each channel (0 in the padding), unweighted."""
        out = []
        for number, (kind, c) in enumerate(zip(self.layout.statistics, self.channels(theta), strict=True)):
            value, residual = self._kernel(kind, number, c)
            real = self.block.stats[number].weight > 0
            out.append((jnp.where(real, value, 0.0), jnp.where(real, residual, 0.0)))
        return out

    def _kernel(self, kind: Any, number: int, c: Channels) -> tuple[jax.Array, jax.Array]:
        s = self.block.stats[number]
        m = jnp.where(s.weight > 0, c.m, 0.0)
        value, residual = kind.jax(S=s.S, B=s.B, m=m, ts=c.ts, tb=c.tb, sigma_S=s.sigma_S, sigma_B=s.sigma_B)
        if kind.summed:  # one number for the unit: it stands in the first channel
            value, residual = (jnp.zeros_like(m).at[0].set(v[0]) for v in (value, residual))
        return value, residual

    def stat_list(self, theta: jax.Array) -> list[jax.Array]:
        """The weighted deviance of each channel, one array a statistic."""
        values = self.deviances(theta)
        return [jnp.where(s.weight > 0, s.weight * v, 0.0) for s, (v, _) in zip(self.block.stats, values, strict=True)]

    def stat_theta(self, theta: jax.Array) -> jax.Array:
        """The statistic at slot values: `-2 ln L` relative to the saturated model."""
        total = sum(jnp.sum(v) for v in self.stat_list(theta))
        return jnp.where(jnp.isnan(total), jnp.inf, total)

    def stat(self, space: FreeSpace, x: jax.Array) -> jax.Array:
        """The statistic at free coordinates."""
        return self.stat_theta(self.theta(space, x))

    def log_posterior_u(self, space: FreeSpace, u: jax.Array) -> jax.Array:
        """Log posterior density in the unbounded chart, Jacobian included; inert coordinates are standard normal."""
        x, jacobian = from_u(space, u)
        inert = jnp.sum(jnp.where(space.active, 0.0, -0.5 * u**2))
        return -0.5 * self.stat(space, x) + log_prior(space, x) + jnp.sum(jacobian) + inert

    def curvature(self, space: FreeSpace, x: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Statistic, gradient `f[n]` and generalised Gauss-Newton matrix `f[n, n]` of the statistic.

        The matrix is J^T s'' J with J the Jacobian of (m, ts, tb) and s'' the exact second derivatives of each channel's
        deviance: the part of the Hessian that does not need second derivatives of the model (Schraudolph 2002). In channels
        where the model is far too bright (by more than 3 sigma) it is the curvature in ln m instead, s'' + s'/m: there a Poisson
        deviance is nearly straight in m, and a step by its curvature would throw the model to zero.
        """
        columns = jnp.eye(x.shape[0])

        def reached(x: jax.Array) -> list[Channels]:
            return self.channels(self.theta(space, x))

        here, push = jax.linearize(reached, x)
        jacobian = jax.vmap(push)(columns)
        total, gradient = jnp.zeros(()), jnp.zeros_like(x)
        matrix = jnp.zeros((x.shape[0], x.shape[0]))
        for number, kind in enumerate(self.layout.statistics):
            value, slope, bend = self._local(kind, number, here[number])
            J = jnp.stack(jacobian[number])  # [3, n, c]
            total = total + value
            gradient = gradient + jnp.einsum("anc,ac->n", J, slope)
            matrix = matrix + jnp.einsum("anc,abc,bmc->nm", J, bend, J)
        return jnp.where(jnp.isnan(total), jnp.inf, total), gradient, matrix

    def _local(self, kind: Any, number: int, c: Channels) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Weighted value (summed), slope `f[3, c]` and second derivatives `f[3, 3, c]` in (m, ts, tb)."""
        weight = self.block.stats[number].weight

        def summed(*z: jax.Array) -> jax.Array:
            value, _ = self._kernel(kind, number, Channels(*z))
            return jnp.sum(jnp.where(weight > 0, weight * value, 0.0))

        value, slope = jax.value_and_grad(summed, argnums=(0, 1, 2))(*c)
        rows = []
        for a in range(3):  # the Hessian of a channel-wise function is 3x3 per channel: three products give all of it
            tangents = tuple(jnp.ones_like(c.m) if b == a else jnp.zeros_like(c.m) for b in range(3))
            _, row = jax.jvp(jax.grad(summed, argnums=(0, 1, 2)), tuple(c), tangents)
            rows.append(jnp.stack(row))
        bend = jnp.stack(rows)
        deviance, _ = self._kernel(kind, number, c)
        too_bright = (deviance > 9.0) & (slope[0] > 0) & (c.m > 0)
        extra = jnp.where(too_bright, slope[0] / jnp.where(too_bright, c.m, 1.0), 0.0)
        return value, jnp.stack(slope), bend.at[0, 0].add(extra)
