"""The additive terms of a fit as its free coordinates see them: what may be switched off, and which terms could change places."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from spec_lab.fit import FreeSpace, Problem
from spec_lab.fit.guess import terms_of


class SwitchedTerm(NamedTuple):
    """A term that can be made so faint that nothing is seen of it.

    Attributes:
        own: Its free coordinates, those it shares with other terms aside.
        amplitude: That of them which is the logarithm of its amplitude.
        kind: The name of its component, equal for like terms.
    """

    own: tuple[int, ...]
    amplitude: int
    kind: str


def switched_terms(problem: Problem) -> list[SwitchedTerm]:
    """The terms whose amplitude is free; those that links make one are one."""
    setup, matrix = problem.setup, np.asarray(problem.host_space.matrix)[:, : problem.n]
    column = lambda slot: np.flatnonzero(matrix[slot])  # noqa: E731
    found: dict[int, SwitchedTerm] = {}
    for pair in sorted({setup.slots[i].pair for i in setup.free if setup.slots[i].owner == "model"}):
        for term in terms_of(setup, pair):
            moving = [] if term.amplitude is None else column(term.amplitude)
            if len(moving) == 1:
                own = tuple(sorted({int(j) for i in term.own for j in column(i)}))
                found.setdefault(int(moving[0]), SwitchedTerm(own, int(moving[0]), term.kind))
    return list(found.values())


def exchanges(terms: list[SwitchedTerm], space: FreeSpace) -> Iterator[np.ndarray]:
    """Permutations of the coordinates, `i[n]`, under which two like terms with the same priors change places."""
    rows = np.column_stack([space.code, space.params, space.low, space.high])
    for one, other in itertools.combinations(terms, 2):
        if one.kind == other.kind and len(one.own) == len(other.own) and not set(one.own) & set(other.own):
            here, there = list(one.own), list(other.own)
            if np.array_equal(rows[here], rows[there]):
                order = np.arange(len(space.low))
                order[here], order[there] = there, here
                yield order
