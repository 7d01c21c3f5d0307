"""Where the draws of a preview may have to go: proposals to begin with, before any draw has been made.

- the mode, with the curvature there;
- *anchors*: for each choice of weak additive terms one proposal in which these are switched off, with the width of their
  priors, and all else is fitted anew. Data that hardly need a term leave it anywhere in its prior, as long as it is faint;
- other modes that are found from draws of the prior;
- twins of all these, in which like terms have changed places;
- the prior itself, with a share that never changes: wherever the posterior may be, no weight is then beyond bounds.

All of it is in the chart of the prior, which looks at the corners into which the posterior crowds (an absorption near 0).
"""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from spec_lab._base import EngineError
from spec_lab.engines.chart_modes import LocalDensity, climb, local_density
from spec_lab.engines.newton import minimise, values_of
from spec_lab.engines.prior_chart import PriorChart
from spec_lab.engines.student_t import NORMAL, ProposalMixture, StudentT
from spec_lab.engines.switched_terms import SwitchedTerm, exchanges
from spec_lab.fit import Problem

PRIOR_SHARE = 0.05
FAINT = -5.0  # where the amplitude of a term is that is switched off
STEPS = 12  # of a fit with terms switched off
WEAK = 3  # terms that are switched off in all combinations
SEEN = 2.0  # of the statistic: by so much an amplitude may worsen it and still count as switched off
CORNER = 0.1  # of a prior's probability: a posterior that takes less of it and lies within three widths of its end is in a corner
FOCUS = 1.5  # widths of the posterior that the chart looks at
WIDEST = 0.7  # curvature believed at least: little is wider than its prior
TRIED = 64  # draws of the prior among which starts for other modes are chosen
CLIMBS = 4
NEGLIGIBLE = 8.0  # in log evidence: a mode so much lower is left to the prior's share
SAME = 3.0  # standard deviations within which two modes are one


class StartingProposals(NamedTuple):
    """A chart, and proposals in it.

    Attributes:
        chart: The chart.
        mixture: The proposals; the first is the prior.
    """

    chart: PriorChart
    mixture: ProposalMixture


class _Anchor(NamedTuple):
    """A place of the chart around which draws are made: `held` coordinates have the width of their prior."""

    mode: LocalDensity
    off: tuple[SwitchedTerm, ...] = ()

    @property
    def held(self) -> np.ndarray:
        flags = np.zeros(len(self.mode.z), bool)
        flags[[j for term in self.off for j in term.own]] = True
        return flags

    @property
    def hessian(self) -> Float[np.ndarray, "n n"]:
        held, hessian = self.held, self.mode.hessian.copy()
        hessian[held], hessian[:, held] = 0.0, 0.0
        hessian[held, held] = 1.0
        return hessian


def starting_proposals(
    problem: Problem, terms: list[SwitchedTerm], tail: float, generator: np.random.Generator
) -> StartingProposals:
    """Proposals for a problem, from its present values.

    Args:
        problem: The problem.
        terms: Its additive terms.
        tail: Degrees of freedom of the proposals.
        generator: Of random numbers.

    Raises:
        EngineError: The posterior is not finite at the start.
    """
    n, x = problem.n, values_of(problem, minimise(problem, problem.setup.free_values, 60))
    chart = PriorChart(problem, x)
    main = climb(problem, chart, np.clip(chart.to_chart(x), -3.0, 3.0))
    if not np.isfinite(main.value):
        raise EngineError(
            "the posterior is not finite at the starting values", hint="Move the parameters inside their priors."
        )
    weak = _weak(problem, chart, main, terms)
    anchors = _anchors(problem, chart, main, weak)
    closer = _focused(problem, chart, anchors, {j for term in weak for j in term.own})
    if closer is not None:
        main = climb(problem, closer, closer.to_chart(chart.values(main.z)))
        anchors = [_Anchor(main), *(_moved(problem, chart, closer, anchor) for anchor in anchors[1:])]
        chart = closer
    others = _other_modes(problem, chart, main, generator)
    parts = [_proposal(chart, m.z, m.hessian, tail) for m in (main, *others)]
    parts += [_around(problem, chart, anchor, tail) for anchor in anchors[1:]]
    for order in exchanges(terms, chart.space):
        parts += [
            StudentT(p.centre[order], p.root[order], p.nu) for p in parts if not np.allclose(p.centre[order], p.centre)
        ]
    shares = np.full(len(parts), (1.0 - PRIOR_SHARE) / len(parts))
    prior = StudentT(np.zeros(n), np.eye(n), NORMAL)
    return StartingProposals(chart, ProposalMixture((prior, *parts), np.append(PRIOR_SHARE, shares), fixed=1))


def _weak(problem: Problem, chart: PriorChart, main: LocalDensity, terms: list[SwitchedTerm]) -> list[SwitchedTerm]:
    """The terms that the data need least: all but the strongest of a model of several, three at most."""
    if len(terms) < 2:
        return []
    rises = [local_density(problem, chart, _without(main.z, (term,))).stat for term in terms]
    order = np.argsort(rises)[:-1][:WEAK]
    return [terms[i] for i in sorted(order)]


def _without(z: Float[np.ndarray, "n"], off: tuple[SwitchedTerm, ...]) -> Float[np.ndarray, "n"]:
    """The place with some terms switched off."""
    z = z.copy()
    z[[j for term in off for j in term.own]] = 0.0
    z[[term.amplitude for term in off]] = FAINT
    return z


def _anchors(problem: Problem, chart: PriorChart, main: LocalDensity, weak: list[SwitchedTerm]) -> list[_Anchor]:
    """The mode, and one anchor for each choice of weak terms."""
    found = [_Anchor(main)]
    for count in range(1, len(weak) + 1):
        for off in itertools.combinations(weak, count):
            anchor = _Anchor(main, off)
            if not anchor.held.all():
                found.append(_Anchor(climb(problem, chart, _without(main.z, off), anchor.held, STEPS), off))
    return [anchor for anchor in found if np.isfinite(anchor.mode.value)]


def _moved(problem: Problem, old: PriorChart, new: PriorChart, anchor: _Anchor) -> _Anchor:
    """An anchor in another chart, which differs in coordinates that it does not hold."""
    return anchor._replace(mode=local_density(problem, new, new.to_chart(old.values(anchor.mode.z))))


def _around(problem: Problem, chart: PriorChart, anchor: _Anchor, tail: float) -> StudentT:
    """The proposal of an anchor: amplitudes as far up as nothing is seen of their terms, the prior's width elsewhere."""
    centre, hessian = anchor.mode.z.copy(), anchor.hessian
    grid = np.linspace(-2.5, 2.5, 32)
    for term in anchor.off:
        centre[list(term.own)] = 0.0
        rows = np.repeat(anchor.mode.z[None], len(grid), axis=0)
        rows[:, term.amplitude] = grid
        unseen = np.logical_and.accumulate(problem.batch(chart.values(rows)) < anchor.mode.stat + SEEN)
        centre[term.amplitude], variance = _normal_below(grid[unseen][-1] if unseen.any() else grid[0])
        hessian[term.amplitude, term.amplitude] = 1.0 / variance
    return _proposal(chart, centre, hessian, tail)


def _proposal(
    chart: PriorChart, centre: Float[np.ndarray, "n"], hessian: Float[np.ndarray, "n n"], tail: float
) -> StudentT:
    return StudentT.of_hessian(centre, hessian, tail, WIDEST if chart.normal.all() else 1e-6)


def _normal_below(top: float) -> tuple[float, float]:
    """Mean and variance of a standard normal below a value."""
    ratio = np.exp(-0.5 * top**2) / np.sqrt(2 * np.pi) / ndtr(top)
    return -ratio, max(1.0 - top * ratio - ratio**2, 0.02)


def _focused(problem: Problem, chart: PriorChart, anchors: list[_Anchor], loose: set[int]) -> PriorChart | None:
    """A chart that looks at the corners into which the posterior crowds; None where there are none."""
    width, near = np.full(problem.n, np.inf), chart.values(anchors[0].mode.z)
    for anchor in anchors:
        share, slope = chart.shares(anchor.mode.z)
        wide = np.sqrt(np.diag(np.linalg.inv(anchor.hessian))) * slope
        corner = chart.normal & (np.minimum(share, 1 - share) < 3 * wide) & (wide < CORNER)
        for j in set(np.flatnonzero(corner)) - loose:
            if not width[j] < np.inf or FOCUS * wide[j] > width[j]:
                width[j], near[j] = FOCUS * wide[j], chart.values(anchor.mode.z)[j]
    return PriorChart(problem, near, width) if np.isfinite(width).any() else None


def _other_modes(
    problem: Problem, chart: PriorChart, main: LocalDensity, generator: np.random.Generator
) -> list[LocalDensity]:
    """Modes beside the main one, found from the better of some draws of the prior."""
    drawn = generator.standard_normal((TRIED, problem.n))
    order = np.argsort(problem.batch(chart.values(drawn)))
    found: list[LocalDensity] = []
    for z in drawn[order[:CLIMBS]]:
        mode = climb(problem, chart, z, most=STEPS)
        if _log_evidence(mode) > _log_evidence(main) - NEGLIGIBLE and not any(
            _same(mode, one) for one in (main, *found)
        ):
            found.append(mode)
    return found


def _log_evidence(mode: LocalDensity) -> float:
    """Laplace's estimate, but for a constant."""
    return -mode.value - 0.5 * float(np.linalg.slogdet(mode.hessian)[1]) if np.isfinite(mode.value) else -np.inf


def _same(one: LocalDensity, other: LocalDensity) -> bool:
    away = one.z - other.z
    return bool(away @ other.hessian @ away < SAME**2 or away @ one.hessian @ away < SAME**2)
