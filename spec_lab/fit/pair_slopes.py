"""How the rates of a pair change with its slots: few pushed vectors for all columns of the Jacobian. Traced.

The terms of a model add up, so that the photons of one term change with its own slots only. Slots that share no term are moved
together, and one vector pushed through the linearised model gives the columns of all of them (Curtis, Powell & Reid 1974,
J. Inst. Maths Applics 13, 117): a cut-off power law, a black body and two lines behind one absorption need four vectors for
twelve parameters, and forty pairs no more than one does. A model with more slots than the fit has free coordinates (a plasma
with its elements frozen) is pushed along these instead, as a whole.
"""

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from spec_lab.fit import sky
from spec_lab.fit.program_layout import PairBlock, PairLayout, UnitLayout
from spec_lab.models import Model, Structure


class Colouring(NamedTuple):
    """Which slots of a model are moved together.

    Attributes:
        terms: The models whose photons add up to those of the whole, each with its slots.
        colours: For each slot the number of the vector that moves it; slots of one colour share no term.
        touched: `b[k, t]`, which terms change with which slot.
    """

    terms: tuple[tuple[Model, tuple[int, ...]], ...]
    colours: tuple[int, ...]
    touched: Bool[np.ndarray, "k t"]


class PairRates(NamedTuple):
    """The rates of one unit and how they change: the Jacobian is `columns.T @ directions`.

    Attributes:
        rates: Source rates, counts/s.
        columns: How they change with each of some coordinates of the pair.
        directions: How these coordinates change with the free ones.
    """

    rates: Float[Array, "c"]
    columns: Float[Array, "k c"]
    directions: Float[Array, "k n"]


@lru_cache(maxsize=64)
def colouring(structure: Structure) -> Colouring:
    """The colouring of a model; slots of several terms, such as an absorption's, come first and have a colour each."""
    model = structure.model
    parts = model.terms
    apart = len(parts) > 1 and all(leaf.kind != "conv" for leaf in model.leaves())
    if not apart or any(part.model.kind != "add" for part in parts):
        return Colouring(((model, tuple(range(model.size))),), tuple(range(model.size)), np.ones((model.size, 1), bool))
    touched = np.zeros((model.size, len(parts)), dtype=bool)
    for number, part in enumerate(parts):
        touched[list(part.indices), number] = True
    colours, taken = [0] * model.size, np.zeros((0, len(parts)), dtype=bool)
    for slot in sorted(range(model.size), key=lambda i: -touched[i].sum()):
        fits = np.flatnonzero(~np.any(taken & touched[slot], axis=1))
        colours[slot] = int(fits[0]) if len(fits) else len(taken)
        if not len(fits):
            taken = np.concatenate([taken, np.zeros((1, len(parts)), dtype=bool)])
        taken[colours[slot]] |= touched[slot]
    return Colouring(tuple((part.model, part.indices) for part in parts), tuple(colours), touched)


def pair_slopes(
    place: PairLayout, block: PairBlock, theta: Float[Array, "p"], directions: Float[Array, "p n"]
) -> list[PairRates]:
    """The rates of each unit of a pair, and how they change.

    Args:
        place: The pair in the layout.
        block: Its content.
        theta: All slot values.
        directions: How they change with the free coordinates.
    """
    photons, columns, along = _photon_slopes(place, block, theta, directions)
    units = zip(place.units, block.matrices, strict=True)
    return [_folded(unit, matrix, theta, directions, photons, columns, along) for unit, matrix in units]


def _photon_slopes(
    place: PairLayout, block: PairBlock, theta: Float[Array, "p"], directions: Float[Array, "p n"]
) -> tuple[Float[Array, "e"], Float[Array, "k e"], Float[Array, "k n"]]:
    """Photons, how they change with some coordinates, and how these change with the free ones."""
    chosen, own = colouring(place.model), directions[slice(*place.slots)]
    whole = ((place.model.model, tuple(range(place.model.model.size))),)
    many = len(set(chosen.colours)) > directions.shape[1]

    def by_term(mine: Float[Array, "k"]) -> Float[Array, "t e"]:
        terms = whole if many else chosen.terms
        return jnp.stack([model.photons(mine[np.array(slots, int)], block.grid) for model, slots in terms])

    photons, push = jax.linearize(by_term, theta[slice(*place.slots)])
    if many:
        return photons[0], jax.vmap(push)(own.T)[:, 0], jnp.eye(directions.shape[1])
    if not chosen.colours:
        return photons.sum(axis=0), jnp.zeros((0, photons.shape[1])), own
    vectors = np.unique(chosen.colours)[:, None] == np.array(chosen.colours)
    pushed = jax.vmap(push)(jnp.asarray(vectors, float))
    slots = zip(chosen.colours, chosen.touched, strict=True)
    columns = jnp.stack([sum(pushed[colour, t] for t in np.flatnonzero(terms)) for colour, terms in slots])
    held = jnp.all(own == 0.0, axis=1)  # a slot that is held may lie where the model has no slope
    return photons.sum(axis=0), jnp.where(held[:, None], 0.0, columns), own


def _folded(
    unit: UnitLayout,
    matrix: sky.Matrix,
    theta: Float[Array, "p"],
    directions: Float[Array, "p n"],
    photons: Float[Array, "all"],
    columns: Float[Array, "k all"],
    along: Float[Array, "k n"],
) -> PairRates:
    factor, where = unit.slots + sky.RF, slice(*unit.energies)
    seen, columns = photons[where], columns[:, where]
    if not isinstance(matrix, sky.Sky):
        every = jnp.concatenate([columns, seen[None]])  # a wide matrix is read once
        folded = jax.vmap(lambda one: sky.fold(matrix, theta, unit.slots, one))(every)
        rows = jnp.concatenate([theta[factor] * folded[:-1], folded[-1:]])
        return PairRates(theta[factor] * folded[-1], rows, jnp.concatenate([along, directions[factor][None]]))
    data = slice(factor, unit.slots + sky.DEC + 1)  # rf, ra and dec follow one another

    def fold(photons: Float[Array, "e"], values: Float[Array, "3"]) -> Float[Array, "c"]:
        there = theta.at[data].set(values)
        return there[factor] * sky.fold(matrix, there, unit.slots, photons)

    rates, push = jax.linearize(fold, seen, theta[data])
    rows = [jax.vmap(lambda one: push(one, jnp.zeros(3)))(columns)]
    rows.append(jax.vmap(lambda one: push(jnp.zeros_like(seen), one))(jnp.eye(3)))
    return PairRates(rates, jnp.concatenate(rows), jnp.concatenate([along, directions[data]]))
