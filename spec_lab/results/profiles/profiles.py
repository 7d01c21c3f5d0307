"""Profiles and contours of one run: the half of an analyzer that refits."""

from typing import Any

from spec_lab.engines import Outcome
from spec_lab.results.profiles.contours import Contour, contour
from spec_lab.results.profiles.one_parameter import Profile, profile


class Profiles:
    """Base of the analyzers: needs `outcome`."""

    outcome: Outcome

    def profile(self, pid: int | str, values: Any = None, **options: Any) -> Profile:
        """The statistic along one free parameter, the others refitted at each value: a `Profile`.

        Args:
            pid: Number or name.
            values: `f[s]`; by default 31 values over ±3.5 standard deviations.
            **options: `points` and `reach` of that default.
        """
        return profile(self.outcome, pid, values, **options)

    def contour(self, pid_x: int | str, pid_y: int | str, **options: Any) -> Contour:
        """The statistic over two free parameters, the others refitted at each point of a grid: a `Contour`.

        Lines of joint probability 68.27, 90 and 99 %: a rise of 2.30, 4.61 and 9.21.

        Args:
            pid_x: Number or name of the first parameter.
            pid_y: Of the second.
            **options: `points` (31) along each axis; `reach` in standard deviations (as far as the 99 % line when left out);
                `values`, two arrays, instead of both; `control`, told of the progress when it takes more than a second.

        Raises:
            ParameterError: A parameter is not free, both are one, or nothing says how far to go.
        """
        return contour(self.outcome, pid_x, pid_y, **options)
