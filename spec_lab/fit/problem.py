"""Problem: a set-up made ready to be computed.

A `Program` holds the compiled functions of one structure, shared by all problems of that structure, in this session and
(through JAX's compilation cache) the next. A `Problem` is a program, its content, and a free space: cheap to make again after
an edit, because only small NumPy arrays change. `Problem.run(f, *args)` is the one door through which anything compiled is
called.
"""

import copy
import functools
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from spec_lab._base import refuse_forked_child
from spec_lab.data import Response
from spec_lab.fit import sky
from spec_lab.fit.annotations import Free, PerVector
from spec_lab.fit.descent import ROWS, Descent, begin_tour, resume_minimise
from spec_lab.fit.hessian import FINE, SEVERAL, STEP, hessian
from spec_lab.fit.program_layout import Block, ProgramLayout, curved_part, make_block, make_layout
from spec_lab.fit.setup import Setup
from spec_lab.fit.space import FreeSpace, base_values, from_cube_np, log_prior_np, make_space, pack, unpack
from spec_lab.fit.stacks import find_stacks
from spec_lab.fit.view import View

ViewFunction = Callable[..., Any]  # f(view, space, *args), written by an engine
MOST_PHOTONS = 2**22  # of all rows of a block together: 32 MB an array
Rows = list[list[Float[np.ndarray, "c"]]]  # [pair][unit]


class Program:
    """Compiled functions of one structure. `compiled(f)` compiles `f(view, space, *args)` on first use."""

    def __init__(self, layout: ProgramLayout, treedef: Any):
        self.layout, self.treedef = layout, treedef
        self._functions: dict[Callable[..., Any], Callable[..., Any]] = {}
        self._lock = threading.Lock()

    def compiled(self, function: ViewFunction) -> Callable[..., Any]:
        """`(leaves, packed space, *args) -> result`, jitted."""
        with self._lock:
            if function not in self._functions:
                self._functions[function] = jax.jit(functools.partial(self._trace, function))
            return self._functions[function]

    def knows(self, function: ViewFunction) -> bool:
        """Whether `function` has been asked for before."""
        return function in self._functions

    def _trace(self, function: Callable[..., Any], leaves: tuple[Any, ...], packed: Any, *args: Any) -> Any:
        block: Block = jax.tree_util.tree_unflatten(self.treedef, leaves)
        space = unpack(packed, self.layout.slots, self.layout.width, self.layout.laws)
        return function(View(self.layout, block), space, *args)


# A program with all engines compiled holds about 0.13 GB, most of it NUTS; one dropped comes back from the cache on disk.
@functools.lru_cache(maxsize=16)
def _program(layout: ProgramLayout, treedef: Any) -> Program:
    return Program(layout, treedef)


_alive: "weakref.WeakSet[Problem]" = weakref.WeakSet()  # those that can lend their content to another of the same pairs
_alive_lock = threading.Lock()


def _stat(view: View, space: FreeSpace, x: Any) -> Any:
    return view.stat(space, x)


def _value_and_grad(view: View, space: FreeSpace, x: Any) -> Any:
    return jax.value_and_grad(lambda x: view.stat(space, x, use="slope"))(x)


def _batch(view: View, space: FreeSpace, xs: Any) -> Any:
    return view.over_rows(lambda x: view.stat(space, x, use="batch"), xs)


def _photons(view: View, space: FreeSpace, x: Any) -> Any:
    theta = view.theta(space, x)
    return theta, view.all_photons(theta)


def _display(view: View, space: FreeSpace, x: Any) -> Any:
    theta = view.theta(space, x)
    return view.rates(theta), view.deviances(theta)


def _host(array: Any) -> np.ndarray:
    """What was computed, for the host: there everything goes on in double precision."""
    return np.asarray(array, dtype=float)


class Problem:
    """A set-up ready to be computed; immutable.

    Attributes:
        setup: The set-up it was made from.
        host_space: The free space, padded to `width` coordinates.
        n: Number of free parameters.
        positions: The units whose response depends on the source's position.
    """

    BATCHES = (64, 1024)

    def __init__(self, setup: Setup, previous: "Problem | None" = None):
        self.setup, self.positions, self.n = setup, sky.positions(setup), len(setup.free)
        if previous is not None and _same_structure(setup, previous) and self.positions == previous.positions:
            self.program, self.leaves = previous.program, previous.leaves
        else:
            layout = make_layout(setup)
            leaves, treedef = jax.tree_util.tree_flatten(make_block(setup, layout))
            self.program, self.leaves = _program(layout, treedef), tuple(leaves)
        if previous is not None and setup.relations is previous.relations and self.width == previous.width:
            self.host_space, packed = previous.host_space._replace(base=base_values(setup)), previous.packed.copy()
            packed[: len(setup.values)] = self.host_space.base
        else:
            self.host_space = make_space(setup, self.width)
            packed = pack(self.host_space)
        self.relations, self.packed = setup.relations, packed
        same = previous is not None and np.array_equal(packed, previous.packed)  # only free values moved
        self._packed = previous._packed if previous is not None and same else jax.device_put(packed)
        with _alive_lock:
            _alive.add(self)

    @classmethod
    def of(cls, setup: Setup) -> "Problem":
        """The problem of a set-up: one that is in use for this very set-up, else made from one of the same pairs.

        For snapshots, such as an outcome's, that are read beside the present set-up: nothing is arranged anew.
        """
        with _alive_lock:
            same = [problem for problem in _alive if problem.setup.pairs is setup.pairs]
        nearest = max(same, key=lambda p: (p.setup is setup, p.relations is setup.relations), default=None)
        return nearest if nearest is not None and nearest.setup is setup else cls(setup, nearest)

    def __repr__(self) -> str:
        return f"<Problem of {self.setup!r}>"

    @property
    def layout(self) -> ProgramLayout:
        """The structure."""
        return self.program.layout

    @property
    def width(self) -> int:
        """Padded number of free coordinates."""
        return self.program.layout.width

    @property
    def dtype(self) -> np.dtype:
        """Of what is computed: of double precision, unless JAX was set to single."""
        return self._packed.dtype

    def run(self, function: ViewFunction, *args: Any) -> Any:
        """Call `function(view, space, *args)`, compiled once per structure; results stay on the device."""
        refuse_forked_child()
        return self.program.compiled(function)(self.leaves, self._packed, *args)

    def knows(self, function: ViewFunction) -> bool:
        """Whether `function` has been run on this structure before, so that it will not compile."""
        return self.program.knows(function)

    def pad(self, x: Free) -> Float[np.ndarray, "*s width"]:
        """Free values `[..., n]` with inert coordinates appended: `[..., width]`."""
        x = np.asarray(x, dtype=float)
        out = np.zeros((*x.shape[:-1], self.width))
        out[..., : x.shape[-1]] = x
        return out

    def stat(self, x: Free | None = None) -> float:
        """The statistic at free values `f[n]` (default: the set-up's)."""
        return float(self.run(_stat, self._at(x)))

    def trace_statistic(self) -> None:
        """Go through the statistic once without compiling or computing it: raises where data and model do not fit together."""
        jax.eval_shape(functools.partial(self.program._trace, _stat), self.leaves, self._packed, self._at(None))

    def value_and_grad(self, x: Free | None = None) -> tuple[float, Float[np.ndarray, "n"]]:
        """The statistic and its gradient `f[n]`."""
        value, gradient = self.run(_value_and_grad, self._at(x))
        return float(value), _host(gradient)[: self.n]

    def value(self, x: Free | None = None) -> float:
        """The statistic like `stat`, by a program that is there already: that of a fit, if not its own."""
        return self.stat(x) if self.knows(_stat) else self.curvature(x)[0]

    def curvature(self, x: Free | None = None) -> tuple[float, Float[np.ndarray, "n"], Float[np.ndarray, "n n"]]:
        """The statistic, its gradient `f[n]` and its Gauss-Newton matrix `f[n, n]`."""
        there = self._tour(self._at(x)[None])
        return float(there.f), _host(there.g)[: self.n], _host(there.H)[: self.n, : self.n]

    def local(self, x: Free | None = None) -> tuple[float, Float[np.ndarray, "n"], Float[np.ndarray, "n n"]]:
        """The statistic, its gradient `f[n]` and its exact Hessian `f[n, n]`."""
        x = np.asarray(self.setup.free_values if x is None else x, dtype=float)
        value, gradient, matrix = self.curvature(x)
        return value, gradient, self.hessian(x, gradient, matrix)

    def hessian(
        self,
        x: Float[np.ndarray, "n"],
        gradient: Float[np.ndarray, "n"],
        matrix: Float[np.ndarray, "n n"],
        *,
        fine: bool = False,
    ) -> Float[np.ndarray, "n n"]:
        """The exact Hessian at `x`, from gradients around it (see `fit.hessian`).

        Args:
            x: Free values.
            gradient: The gradient there.
            matrix: The Gauss-Newton matrix there, which says how far to go.
            fine: Whether eleven digits are to be right instead of eight, in twice the time.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = np.sqrt(2.0 / np.abs(np.diag(matrix)))
        errors = np.where(np.isfinite(errors), errors, np.inf)
        at = functools.partial(hessian, self._gradients, x, gradient, errors, self._owners, dtype=self.dtype)
        if not fine:
            return at(STEP.of(self.dtype))
        near, far = (at(times * FINE.of(self.dtype)) for times in (1.0, 2.0))
        return (4.0 * near - far) / 3.0

    def _gradients(self, points: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s n"]:
        """Gradients of the statistic at many free vectors."""
        rows = self.pad(points)
        tours = [self._tour(rows[at : at + ROWS]).slopes for at in range(0, len(rows), ROWS)]
        return np.concatenate([_host(slopes) for slopes in tours])[: len(rows), : self.n]

    def _tour(self, points: Float[np.ndarray, "s width"]) -> Descent:
        return self.run(resume_minimise, begin_tour(self.host_space, points), len(points), 0.0)

    @property
    def _owners(self) -> Int[np.ndarray, "n"]:
        """The pair of which each free parameter changes something, or `SEVERAL`."""
        if self.layout.curved or len(self.layout.pairs) == 1:
            return np.full(self.n, SEVERAL if self.layout.curved else 0)
        pairs = np.array([slot.pair for slot in self.setup.slots])
        moves = np.asarray(self.host_space.matrix)[:, : self.n] != 0.0
        first, last = (
            end(np.where(moves, pairs[:, None], filler), axis=0) for end, filler in ((np.min, 10**9), (np.max, -1))
        )
        return np.where(first == last, first, SEVERAL)

    def batch(self, xs: Free) -> Float[np.ndarray, "s"]:
        """The statistic at many free vectors, `f[s, n] -> f[s]`, in blocks of fixed size so that nothing compiles twice."""
        return self.map_blocks(_batch, np.atleast_2d(self.pad(xs)))

    def map_blocks(
        self, function: ViewFunction, rows: Float[np.ndarray, "s k"], sizes: tuple[int, int] = BATCHES
    ) -> np.ndarray:
        """Call a batched `function(view, space, rows)` on blocks of 64 or 1024 rows and join the results.

        Where the photons of so many rows would fill memory (60 000 bins, 1024 rows: 0.5 GB an array) the blocks are smaller.
        """
        out, at, (small, large) = [], 0, (min(size, self._most_rows) for size in sizes)
        while at < len(rows):
            size = large if len(rows) - at > 4 * small else small
            block = rows[at : at + size]
            filled = np.concatenate([block, np.repeat(block[:1], size - len(block), axis=0)])
            out.append(_host(self.run(function, filled))[: len(block)])
            at += size
        return np.concatenate(out) if out else np.zeros(0)

    @property
    def _most_rows(self) -> int:
        """How many rows a block may have, a power of two."""
        bins = sum(max(u.energies[1] for u in stack.layout.pairs[0].units) for stack in find_stacks(self.layout))
        return 1 << max(0, (MOST_PHOTONS // max(bins, 1)).bit_length() - 1)

    def log_prior(self, x: Free) -> PerVector:
        """Log prior density at free values `[..., n]` (NumPy)."""
        return log_prior_np(self.host_space, self.pad(x))

    def from_cube(self, q: Free) -> Float[np.ndarray, "*s n"]:
        """Prior quantiles of `q` in [0, 1]^n."""
        return from_cube_np(self.host_space, self.pad(q))[..., : self.n]

    def within(self, low: Float[np.ndarray, "n"], high: Float[np.ndarray, "n"]) -> "Problem":
        """The same problem with other bounds `f[n]`; a coordinate whose two bounds meet is held there. Compiles nothing."""
        space, again = self.host_space, copy.copy(self)
        bounds = [np.concatenate([own, end[self.n :]]) for own, end in ((low, space.low), (high, space.high))]
        again.host_space = space._replace(low=bounds[0], high=bounds[1])
        again.packed = pack(again.host_space)
        again.relations = None  # its space is no longer what they say
        again._packed = jax.device_put(again.packed)
        return again

    def on_counts(self, counts: Sequence[Mapping[str, np.ndarray]]) -> "Problem":
        """The same problem on other counts, one mapping (`S`, `B`, `sigma_S`, `sigma_B`: padded, joined) a statistic.

        Only what is computed from now on sees them; `setup` stays that of the observed data. Compiles nothing.
        """
        block: Block = jax.tree_util.tree_unflatten(self.program.treedef, self.leaves)
        stats = tuple(stat._replace(**other) for stat, other in zip(block.stats, counts, strict=True))
        again = copy.copy(self)
        again.leaves = tuple(jax.tree_util.tree_leaves(block._replace(stats=stats)))
        return again

    @property
    def bounds(self) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
        """Lower and upper bounds of the free parameters: the priors' supports."""
        low, high = (np.asarray(end)[: self.n] for end in (self.host_space.low, self.host_space.high))
        return low, high

    def response(self, pair: int, unit: int) -> Response | None:
        """The response in use at the set-up's values, where it depends on the source's position; None elsewhere."""
        mine = next((p for p in self.positions if (p.pair, p.unit) == (pair, unit)), None)
        return None if mine is None else sky.response_in_use(self.setup, mine)

    def photons(self, x: Free | None = None) -> tuple[Float[np.ndarray, "p"], list[Float[np.ndarray, "e"]]]:
        """All slot values `f[p]`, and photons/cm²/s in each bin of each pair's energy grid."""
        theta, photons = self.run(_photons, self._at(x))
        return _host(theta), [_host(p) for p in photons]

    def display(self, x: Free | None = None) -> tuple[Rows, Rows, Rows]:
        """Source rates, channel deviances and signed residuals, each as `[pair][unit] -> f[c]` without padding."""
        rates, deviances = self.run(_display, self._at(x))
        host = [[_host(m) for m in pair] for pair in rates]
        values = [_host(v) for v, _ in deviances]
        signed = [_host(r) for _, r in deviances]
        offsets = [0] * len(self.layout.statistics)
        stat, residual = [], []
        for i, (pair, place) in enumerate(zip(self.setup.pairs, self.layout.pairs, strict=True)):
            stat.append([])
            residual.append([])
            for j, (unit, where) in enumerate(zip(pair.data.units, place.units, strict=True)):
                n, k, at = len(unit.channels().S), where.statistic, offsets[where.statistic]
                host[i][j] = host[i][j][:n]
                stat[i].append(values[k][at : at + n])
                residual[i].append(signed[k][at : at + n])
                offsets[k] += where.channels
        return host, stat, residual

    def _at(self, x: Free | None) -> np.ndarray:
        return self.pad(self.setup.free_values if x is None else x)


def _same_structure(setup: Setup, previous: Problem) -> bool:
    """Whether an edit left data, models and program as they were, so that only the free space changes."""
    layout = previous.layout
    return (
        setup.pairs is previous.setup.pairs
        and setup.rule == previous.setup.rule
        and layout.laws == setup.relations.laws
        and len(setup.free) <= layout.width
        and curved_part(setup) == (layout.curved, layout.partition)
    )
