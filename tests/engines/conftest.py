"""Fixtures of the engines: problems with known posteriors, each integrated once."""

import pytest
from exact_problems import MAKERS, Exact, integrate

from spec_lab.fit import Problem


@pytest.fixture(scope="session")
def exact():
    """Name of a problem → the problem and its posterior."""
    made: dict[str, Exact] = {}

    def get(name: str) -> Exact:
        if name not in made:
            made[name] = integrate(Problem(MAKERS[name]()))
        return made[name]

    return get
