"""Modules are made by any kind of `__init__`, and `super()` works in what a subclass writes."""

import numpyro.distributions as dist

from spec_lab.bridge import Parameterized, PyroxModule


def test_post_init_may_call_that_of_the_base():
    class Doubled(PyroxModule):
        x: float

        def __post_init__(self):
            super().__post_init__()
            self.x = 2 * self.x

    assert Doubled(1.0).x == 2.0
    assert not hasattr(PyroxModule, "__post_init__")  # else equinox warns of every class with an own __init__


def test_post_init_may_call_that_of_the_base_and_go_on_with_what_is_registered():
    times = []

    class Later(Parameterized):
        x: float

        def __post_init__(self):
            self.x = 2 * self.x
            super().__post_init__()
            self.set_prior("v", dist.Normal(self.x, 1.0))

        def setup(self):
            times.append(1)
            self.register_param("v", self.x)

    made = Later(1.0)
    assert len(times) == 1 and made._pyrox_state["v"].init == 2.0
    assert float(made._pyrox_state["v"].prior.loc) == 2.0


def test_an_own_init_may_call_that_of_the_base():
    class Own(Parameterized):
        x: float

        def __init__(self, x):
            super().__init__()
            self.x = x

        def setup(self):
            self.register_param("v", self.x)

    assert Own(4.0)._pyrox_state["v"].init == 4.0
