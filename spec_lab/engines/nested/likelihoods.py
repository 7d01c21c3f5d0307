"""Where nested sampling walks, and what it asks there.

`CompiledLikelihood` walks in the unbounded chart with the problem's own functions; `HookedLikelihood` walks in the unit cube
with functions of the user's, whose prior may be known by its transform only. Both draw
starts from the priors, judge places, walk points through a region (`slice_moves`), and say in which
coordinates the mixture of `importance` fits the posterior best.
"""

import numpy as np

from spec_lab.engines.nested.slice_moves import Points, Region, renew, renew_on_host
from spec_lab.engines.target import Target
from spec_lab.fit import Problem, from_u, to_u


class CompiledLikelihood:
    """The problem's own functions, in the unbounded chart."""

    def __init__(self, problem: Problem):
        self.problem, self.width, self.calls = problem, problem.width, 0

    def start(self, size: int, random: np.random.Generator) -> np.ndarray:
        """Places of draws from the priors."""
        xs = self.problem.from_cube(random.uniform(size=(size, self.problem.n)))
        return to_u(self.problem.host_space, self.problem.pad(xs), margin=1e-12)

    def measure(self, us: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood and log prior density at places of the chart."""
        with np.errstate(all="ignore"):  # far out in the chart a value is its bound to the last digit
            x, jacobian = from_u(self.problem.host_space, us, xp=np)
            log_like, log_density = self.judge(x[:, : self.problem.n])
            return log_like, log_density + jacobian.sum(axis=1)

    def near(self, us: np.ndarray) -> np.ndarray:
        """Coordinates `f[s, n]` for kernels: the free values, in which a posterior cut by a bound has no long tail."""
        return from_u(self.problem.host_space, us, xp=np)[0][:, : self.problem.n]

    def judge(self, xs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood and log prior density at coordinates."""
        self.calls += len(xs)
        log_like = -0.5 * self.problem.batch(xs)
        return np.where(np.isnan(log_like), -np.inf, log_like), self.problem.log_prior(xs)

    def values(self, xs: np.ndarray) -> np.ndarray:
        """Free values at coordinates."""
        return xs

    def renew(self, points: Points, region: Region, seed: int) -> Points:
        """Walk the points through the region."""
        points, steps = self.problem.run(renew, points, region, np.uint32(seed))
        self.calls += int(steps) * len(points.label)
        return Points(*(np.asarray(p) for p in points))


class HookedLikelihood:
    """Functions with the user's among them, in the cube."""

    def __init__(self, target: Target):
        self.target, self.width, self.calls = target, target.problem.n, 0

    def start(self, size: int, random: np.random.Generator) -> np.ndarray:
        """Places of draws from the priors."""
        return random.uniform(size=(size, self.width))

    def measure(self, qs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood and log prior density at places of the chart."""
        inside, log_like = np.all((qs >= 0.0) & (qs <= 1.0), axis=1), np.full(len(qs), -np.inf)
        self.calls += int(inside.sum())
        if inside.any():
            log_like[inside] = self.target.log_like(self.target.from_cube(qs[inside]))
        return log_like, np.where(inside, 0.0, -np.inf)

    judge = measure

    def near(self, qs: np.ndarray) -> np.ndarray:
        """Coordinates `f[s, n]` for kernels."""
        return qs

    def values(self, qs: np.ndarray) -> np.ndarray:
        """Free values at coordinates."""
        return self.target.from_cube(qs)

    def renew(self, points: Points, region: Region, seed: int) -> Points:
        """Walk the points through the region."""
        points, calls = renew_on_host(lambda qs: self.target.log_like(self.target.from_cube(qs)), points, region, seed)
        self.calls += calls
        return points
