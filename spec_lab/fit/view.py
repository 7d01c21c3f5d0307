"""View: a problem as traced code sees it.

Engines write pure functions `f(view, space, x, ...)`; `Problem.run` compiles each once per structure. A view offers the
quantities every engine is made of: slot values, folded rates, the deviance of each channel, the statistic, its curvature, and
log densities in the charts of the free space. Host code never touches a view.

Where pairs of one shape follow one another (a stack, see `program_layout`), sums and tables over pairs are made in a loop over
views of one pair each. Derivatives are taken in a pair's own slots; how these follow the free parameters enters afterwards.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab.fit import sky, ties
from spec_lab.fit.pair_slopes import PairRates, pair_slopes
from spec_lab.fit.program_layout import Block, PairBlock, ProgramLayout, StatBlock, UnitLayout
from spec_lab.fit.space import FreeSpace, from_u, log_prior
from spec_lab.fit.stacks import Stack, find_stacks


class StatisticInput(NamedTuple):
    """What a statistic reads: `m, ts, tb`, each `f[c]`."""

    m: jax.Array
    ts: jax.Array
    tb: jax.Array


class ChannelRange(NamedTuple):
    """StatisticInput that are evaluated in one go: which statistic, which of its channels, and whose."""

    statistic: int
    where: slice
    units: tuple[tuple[int, UnitLayout], ...]


Use = Literal["value", "batch", "slope"]  # of a statistic: at one point, at many at once, to be differentiated
_APART: dict[Use, int] = {
    "value": 4,
    "batch": 64,
    "slope": 0,
}  # units of one statistic up to which each stands by itself

CACHED = 2**19
"""Values of a model's curve that are at work at the same time, all rows together: 4 MB."""


class View:
    """A problem during tracing: structure and (traced) content."""

    def __init__(self, layout: ProgramLayout, block: Block):
        self.layout = layout
        self.block = block

    def theta(self, space: FreeSpace, x: jax.Array) -> jax.Array:
        """All slot values `f[p]` at free coordinates `x` (`f[n]`); links, freezes and ties applied."""
        theta = jnp.asarray(space.base + space.matrix @ x)
        for group, expression in self.layout.curved:
            value = ties.evaluate(expression, lambda n, t=theta: t[self.layout.partition[n - 1]], jnp)
            theta = theta.at[np.array(group)].set(value)
        return theta

    @property
    def stacked(self) -> bool:
        """Whether there is a stack of several pairs."""
        return len(self.layout.stacks) < len(self.layout.pairs)

    def over_rows(self, read: Callable[[jax.Array], Any], rows: jax.Array) -> Any:
        """`read` of each row of `rows`, so many at once as stay in a processor's cache.

        Args:
            read: Function of one row, such as a free vector.
            rows: `f[s, n]`.
        """
        nodes = max(np.size(block.grid.nodes) for block in self.block.pairs)
        most = max(8, 1 << (max(CACHED // nodes, 1).bit_length() - 1))
        return jax.vmap(read)(rows) if len(rows) <= most else jax.lax.map(read, rows, batch_size=most)

    def over_pairs(self, theta: jax.Array, read: "Callable[[View, jax.Array], Any]") -> list[Any]:
        """What is read of each pair by itself, stack by stack, the pairs of a stack along a first axis.

        Args:
            theta: `f[p]`, all slot values.
            read: Function of a view of one pair, and that pair's slot values.
        """
        out = []
        for stack, block in zip(find_stacks(self.layout), self.block.pairs, strict=True):
            stats = tuple(StatBlock(*(stack.rows(k, a) for a in s)) for k, s in enumerate(self.block.stats))

            def one(mine: Any, stack: Stack = stack, grid: Any = block.grid) -> Any:
                theta, matrices, stats = mine
                return read(View(stack.layout, Block((PairBlock(grid, matrices),), stats)), theta)

            if stack.count == 1:
                own, stats = stack.own(theta)[0], jax.tree.map(lambda a: a[0], stats)
                out.append(jax.tree.map(lambda a: a[None], one((own, block.matrices, stats))))
            else:
                out.append(jax.lax.map(one, (stack.own(theta), block.matrices, stats)))
        return out

    def pair_block(self, pair: int) -> PairBlock:
        """The content of one pair."""
        number, place = next((k, pair - r.first) for k, r in enumerate(find_stacks(self.layout)) if pair < r.stop)
        block = self.block.pairs[number]
        return (
            block
            if self.layout.stacks[number] == 1
            else block._replace(matrices=tuple(m[place] for m in block.matrices))
        )

    def photons(self, theta: jax.Array, pair: int) -> jax.Array:
        """A pair's photons/cm²/s in each bin of its energy grid."""
        place = self.layout.pairs[pair]
        return place.model.photons(theta[slice(*place.slots)], self.pair_block(pair).grid)

    def all_photons(self, theta: jax.Array) -> list[jax.Array]:
        """`photons` of every pair."""
        if not self.stacked:
            return [self.photons(theta, i) for i in range(len(self.layout.pairs))]
        return [row for stack in self.over_pairs(theta, lambda view, own: view.photons(own, 0)) for row in stack]

    def rates(self, theta: jax.Array) -> list[list[jax.Array]]:
        """Source rates in counts/s, `f[c]` for each unit of each pair."""
        if not self.stacked:
            return [self.fold(i, self.photons(theta, i), theta) for i in range(len(self.layout.pairs))]
        stacks = self.over_pairs(theta, lambda view, own: view.rates(own)[0])
        return [[m[k] for m in units] for units in stacks for k in range(len(units[0]))]

    def fold(self, pair: int, photons: jax.Array, theta: jax.Array) -> list[jax.Array]:
        """Photons through each unit's response and its factor `rf`."""
        folded = []
        for unit, matrix in zip(self.layout.pairs[pair].units, self.pair_block(pair).matrices, strict=True):
            start, stop = unit.energies
            folded.append(theta[unit.slots + 2] * sky.fold(matrix, theta, unit.slots, photons[start:stop]))
        return folded

    def parts(self, most: int) -> tuple[ChannelRange, ...]:
        """All channels: unit by unit where a statistic has at most `most` units, else its units joined."""
        units = tuple(enumerate(u for pair in self.layout.pairs for u in pair.units))
        out = []
        for number in range(len(self.layout.statistics)):
            mine = tuple((i, u) for i, u in units if u.statistic == number)
            start = 0
            for some in [(one,) for one in mine] if len(mine) <= most else [mine]:
                stop = start + sum(u.channels for _, u in some)
                out.append(ChannelRange(number, slice(start, stop), some))
                start = stop
        return tuple(out)

    def channels(self, theta: jax.Array, parts: tuple[ChannelRange, ...]) -> list[StatisticInput]:
        """What the statistic of each part reads."""
        rates = [m for pair in self.rates(theta) for m in pair]
        return [self._channels(theta, part, [rates[i] for i, _ in part.units]) for part in parts]

    def _channels(self, theta: jax.Array, part: ChannelRange, rates: list[jax.Array]) -> StatisticInput:
        stat, slots = self.block.stats[part.statistic], [u.slots for _, u in part.units]
        owner = slots[0] if len(slots) == 1 else np.repeat(slots, [u.channels for _, u in part.units])
        m = rates[0] if len(rates) == 1 else jnp.concatenate(rates)
        return StatisticInput(m, stat.ts[part.where] * theta[owner], stat.tb[part.where] * theta[owner + 1])

    def deviances(self, theta: jax.Array) -> list[tuple[jax.Array, jax.Array]]:
        """Per statistic: the deviance and the signed residual of each channel (0 in the padding), unweighted."""
        if self.stacked:
            stacks = self.over_pairs(theta, lambda view, own: view.deviances(own))
            kinds = zip(*stacks, strict=True)  # each of the stacks' (deviances, residuals) f[k, c]
            return [
                (jnp.concatenate([v.ravel() for v, _ in kind]), jnp.concatenate([r.ravel() for _, r in kind]))
                for kind in kinds
            ]
        out, whole = [], self.parts(0)
        for part, c in zip(whole, self.channels(theta, whole), strict=True):
            real = self.block.stats[part.statistic].weight > 0
            value, residual = (jnp.where(real, a, 0.0) for a in self._kernel(part, c))
            out.append((self._on_sky(value, theta), self._on_sky(residual, theta)))
        return out

    def _on_sky(self, value: jax.Array, theta: jax.Array) -> jax.Array:
        """The value, or +inf where a source position has left the table of its response; its slope is 0 there."""
        for place, block in zip(self.layout.pairs, self.block.pairs, strict=True):
            for unit, response in zip(place.units, block.matrices, strict=True):
                if isinstance(response, sky.Sky):
                    value = jnp.where(sky.astray(response, theta, unit.slots), jnp.inf, value)
        return value

    def _kernel(self, part: ChannelRange, c: StatisticInput) -> tuple[jax.Array, jax.Array]:
        kind = self.layout.statistics[part.statistic]
        s = StatBlock(*(a[part.where] for a in self.block.stats[part.statistic]))
        m = jnp.where(s.weight > 0, c.m, 0.0)
        value, residual = kind.jax(S=s.S, B=s.B, m=m, ts=c.ts, tb=c.tb, sigma_S=s.sigma_S, sigma_B=s.sigma_B)
        if kind.summed:  # one number for the unit: it stands in the first channel
            value, residual = (jnp.zeros_like(m).at[0].set(v[0]) for v in (value, residual))
        return value, residual

    def _weighted(self, part: ChannelRange, c: StatisticInput) -> jax.Array:
        """The statistic of a part."""
        weight = self.block.stats[part.statistic].weight[part.where]
        value, _ = self._kernel(part, c)
        return jnp.sum(jnp.where(weight > 0, weight * value, 0.0))

    def stat_list(self, theta: jax.Array) -> list[jax.Array]:
        """The weighted deviance of each channel, one array a statistic."""
        values = self.deviances(theta)
        return [jnp.where(s.weight > 0, s.weight * v, 0.0) for s, (v, _) in zip(self.block.stats, values, strict=True)]

    def stat_theta(self, theta: jax.Array, *, use: Use = "value") -> jax.Array:
        """The statistic at slot values: `-2 ln L` relative to the saturated model.

        Its value alone is twice as fast unit by unit (a loop over joined arrays is no vector loop), unless there are many; in a
        batch it is up to four times, whatever their number, because joined arrays leave the cache. Where it is to be
        differentiated it runs as fast joined, and one kernel compiles in half the time of two.
        """
        if self.stacked:
            return sum(
                map(jnp.sum, self.over_pairs(theta, lambda view, own: view.stat_theta(own, use=use))), jnp.zeros(())
            )
        parts = self.parts(_APART[use])
        total = sum(self._weighted(part, c) for part, c in zip(parts, self.channels(theta, parts), strict=True))
        return self._on_sky(jnp.where(jnp.isnan(total), jnp.inf, total), theta)

    def stat(self, space: FreeSpace, x: jax.Array, *, use: Use = "value") -> jax.Array:
        """The statistic at free coordinates."""
        return self.stat_theta(self.theta(space, x), use=use)

    def log_posterior_u(self, space: FreeSpace, u: jax.Array) -> jax.Array:
        """Log posterior density in the unbounded chart, Jacobian included; inert coordinates are standard normal."""
        x, jacobian = from_u(space, u)
        inert = jnp.sum(jnp.where(space.active, 0.0, -0.5 * u**2))
        return -0.5 * self.stat(space, x, use="slope") + log_prior(space, x) + jnp.sum(jacobian) + inert

    def curvature(self, space: FreeSpace, x: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Statistic, gradient `f[n]` and generalised Gauss-Newton matrix `f[n, n]` of the statistic.

        The matrix is J^T s'' J with J the Jacobian of (m, ts, tb) and s'' the exact second derivatives of each channel's
        deviance: the part of the Hessian that does not need second derivatives of the model (Schraudolph 2002). In channels
        where the model is far too bright (by more than 3 sigma) it is the curvature in ln m instead, s'' + s'/m: there a Poisson
        deviance is nearly straight in m, and a step by its curvature would throw the model to zero.
        """
        if self.stacked:
            return self._joined(space, x, self.over_pairs(self.theta(space, x), View._own_curvature))
        return self._curvature(self.theta(space, x), self._follows(space, x))

    def _own_curvature(self, theta: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """The curvature of one pair in its own slots."""
        return self._curvature(theta, jnp.eye(theta.shape[0]))

    def _follows(self, space: FreeSpace, x: jax.Array) -> jax.Array:
        """How the slot values follow the free coordinates, `f[p, n]`."""
        return jax.jacfwd(lambda x: self.theta(space, x))(x) if self.layout.curved else jnp.asarray(space.matrix)

    def _curvature(self, theta: jax.Array, directions: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """The curvature at slot values `f[p]`, in coordinates that these follow by `directions` (`f[p, n]`).

        It is summed unit by unit in the few coordinates that the unit's rates change with (see `pair_slopes`).
        """
        pairs = [(place, self.pair_block(i)) for i, place in enumerate(self.layout.pairs)]
        units = [one for place, block in pairs for one in pair_slopes(place, block, theta, directions)]
        n = directions.shape[1]
        total, gradient, matrix = jnp.zeros(()), jnp.zeros(n), jnp.zeros((n, n))
        for part in self.parts(0):
            value, slope, bend = self._local(part, self._channels(theta, part, [units[i].rates for i, _ in part.units]))
            total, start = total + value, 0
            for i, unit in part.units:
                where, start = slice(start, start + unit.channels), start + unit.channels
                bends = slope[:, where], bend[:, :, where]
                g, H = self._unit_curvature(part, unit, where, units[i], *bends, directions)
                gradient, matrix = gradient + g, matrix + H
        total = jnp.where(jnp.isnan(total), jnp.inf, total)
        return self._on_sky(total, theta), gradient, matrix

    def _unit_curvature(
        self,
        part: ChannelRange,
        unit: UnitLayout,
        where: slice,
        rates: PairRates,
        slope: jax.Array,
        bend: jax.Array,
        directions: jax.Array,
    ) -> tuple[jax.Array, jax.Array]:
        """What the channels `where` of a part, those of one unit, add to gradient and matrix."""
        stat = self.block.stats[part.statistic]
        mine = slice(part.where.start + where.start, part.where.start + where.stop)
        times = jnp.stack([stat.ts[mine], stat.tb[mine]])  # they change with sf and bf, the unit's first two slots
        along = jnp.concatenate([rates.directions, directions[unit.slots : unit.slots + 2]])
        gradient = jnp.concatenate([rates.columns @ slope[0], jnp.sum(times * slope[1:], axis=1)])
        rate_rate, rate_time = (rates.columns * bend[0, 0]) @ rates.columns.T, rates.columns @ (times * bend[0, 1:]).T
        time_time = jnp.einsum("ac,abc,bc->ab", times, bend[1:, 1:], times)
        matrix = jnp.block([[rate_rate, rate_time], [rate_time.T, time_time]])
        return along.T @ gradient, along.T @ matrix @ along

    def _joined(
        self, space: FreeSpace, x: jax.Array, stacks: list[tuple[jax.Array, jax.Array, jax.Array]]
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Value, gradient and matrix in free coordinates, from those of each pair in its own slots."""
        follows, n = self._follows(space, x), x.shape[0]
        total, gradient, matrix = jnp.zeros(()), jnp.zeros(n), jnp.zeros((n, n))
        for stack, (value, slope, bend) in zip(find_stacks(self.layout), stacks, strict=True):
            own = stack.own(follows)  # f[k, q, n]
            total = total + jnp.sum(value)
            gradient = gradient + jnp.einsum("kqn,kq->n", own, slope)
            matrix = matrix + jnp.einsum("kqn,kqm->nm", own, bend @ own)
        return total, gradient, matrix

    def _local(self, part: ChannelRange, c: StatisticInput) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Weighted value (summed), slope `f[3, c]` and second derivatives `f[3, 3, c]` in (m, ts, tb)."""

        def summed(c: StatisticInput) -> jax.Array:
            return self._weighted(part, c)

        (value, slope), push = jax.linearize(jax.value_and_grad(summed), c)
        # the Hessian of a channel-wise function is 3x3 in each channel: three products give all of it
        ones = StatisticInput(*(jnp.eye(3)[:, [i]] + jnp.zeros_like(c.m) for i in range(3)))
        slope, bend = jnp.stack(slope), jnp.stack(jax.vmap(lambda z: push(z)[1])(ones), axis=1)
        deviance, _ = self._kernel(part, c)
        too_bright = (deviance > 9.0) & (slope[0] > 0) & (c.m > 0)
        extra = jnp.where(too_bright, slope[0] / jnp.where(too_bright, c.m, 1.0), 0.0)
        return value, slope, bend.at[0, 0].add(extra)
