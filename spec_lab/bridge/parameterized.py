"""`Parameterized`: a module that keeps a list of its parameters, with constraints, priors, guides and a mode.

`setup()` runs once after construction, whatever kind of `__init__` the class has, and declares parameters. In "model"
mode `get_param` draws from the prior, in "guide" mode from the guide; without a prior it is a parameter site. The list is
a view of variables for NumPyro: a variable can be registered as it is, with its limits and its prior.
"""

import dataclasses
from typing import Any, Self

import equinox as eqx
import jax.tree_util as jtu

from spec_lab.bridge import context
from spec_lab.bridge.descriptors import Belief, PyroxParam, Start
from spec_lab.bridge.distribution import prior_of
from spec_lab.bridge.module import PyroxModule, instance_method
from spec_lab.bridge.registered_parameters import EMPTY, GUIDES, Entry, Registry, choose
from spec_lab.bridge.support import AnyConstraint, constraint_of
from spec_lab.bridge.token import new_token
from spec_lab.variables import AbstractVariable, Derived, Fixed


class Parameterized(PyroxModule):
    """A module with registered parameters.

    Examples:
        >>> import numpyro, numpyro.distributions as dist
        >>> from spec_lab.bridge import pyrox_method
        >>> class Source(Parameterized):
        ...     pyrox_name = "source"
        ...
        ...     def setup(self):
        ...         self.register_param("flux", 1.0, constraint=dist.constraints.positive)
        ...         self.set_prior("flux", dist.LogNormal(0.0, 1.0))
        ...
        ...     @pyrox_method
        ...     def __call__(self, time):
        ...         return self.get_param("flux") * time
        >>> with numpyro.handlers.condition(data={"source.flux": 3.0}):
        ...     float(Source()(2.0))
        6.0
    """

    _pyrox_state: Registry = eqx.field(static=True, init=False, repr=False)

    def __new__(cls, *args: Any, **kwargs: Any):
        self = super().__new__(cls, *args, **kwargs)
        object.__setattr__(self, "_pyrox_state", EMPTY)
        return self

    @instance_method
    def __post_init__(self) -> None:
        """Run `setup` now, for a subclass whose own `__post_init__` calls this one and goes on with what is registered."""
        self._set_up()

    def __check_init__(self) -> None:
        self._set_up()

    def _set_up(self) -> None:
        if self._pyrox_state is EMPTY:
            self._replace_state(Registry(stamp=new_token()))
            self.setup()

    def setup(self) -> None:
        """Declare the parameters; by default every field that holds a variable."""
        self.register_variables()

    # -- declaring ----------------------------------------------------------------------------------------------
    def register_param(
        self,
        name: str,
        init_value: Start | PyroxParam | None,
        constraint: AnyConstraint | None = None,
        *,
        record: bool = False,
    ) -> None:
        """Declare a parameter.

        Args:
            name: Its name within the scope.
            init_value: Start value or callable, a `PyroxParam`, or a variable: then limits and prior are those it
                carries; `Fixed` makes no site; `Derived` is a deterministic site of its source, site `name_raw`.
            constraint: The allowed set, NumPyro's or ours.
            record: Record a `Fixed` variable as a deterministic site.
        """
        if isinstance(init_value, PyroxParam):
            init_value, constraint = init_value.init_value, constraint or init_value.constraint
        entry = Entry(init_value, constraint, record=record)
        if isinstance(init_value, AbstractVariable):
            entry = self._entry_of_variable(name, init_value, entry)
        self._replace_state(self._pyrox_state.put(name, entry))

    def _entry_of_variable(self, name: str, variable: AbstractVariable, entry: Entry) -> Entry:
        held = self.__dict__.get(name) is variable
        constraint = constraint_of(variable) if entry.constraint is None else entry.constraint
        prior = None if isinstance(variable, (Fixed, Derived)) else prior_of(variable)
        return dataclasses.replace(entry, constraint=constraint, prior=prior, field=name if held else None)

    def register_variables(self) -> None:
        """Declare every field that holds a variable, under the field's name."""
        for spec in dataclasses.fields(self):
            value = self.__dict__.get(spec.name)
            if isinstance(value, AbstractVariable):
                self.register_param(spec.name, value)

    def set_prior(self, name: str, prior: Belief | None) -> None:
        """Give a parameter a prior: a distribution, a `Prior`, its text, or a function of the module.

        Raises:
            KeyError: The parameter is not registered.
        """
        state = self._pyrox_state
        self._replace_state(state.put(name, dataclasses.replace(state[name], prior=prior)))

    def autoguide(self, name: str, guide_type: str) -> None:
        """Choose a parameter's guide: "delta" (at first), "normal" or "mvn".

        Raises:
            KeyError: The parameter is not registered.
            ValueError: There is no such guide.
        """
        state, guide = self._pyrox_state, choose("guide_type", guide_type, GUIDES)
        self._replace_state(state.put(name, dataclasses.replace(state[name], guide=guide)))

    def set_mode(self, mode: str) -> None:
        """Draw from priors ("model") or from guides ("guide"); for this module and everything compiled that takes it.

        A compiled function that has *closed over* the module keeps what it was compiled with; pass the module, or make
        two with `with_mode`.

        Raises:
            ValueError: There is no such mode.
        """
        self._replace_state(self._pyrox_state.in_mode(mode))

    def with_mode(self, mode: str) -> Self:
        """A copy of this module, and of every Parameterized module in it, in the given mode."""
        return _in_mode(self, mode)

    def _replace_state(self, state: Registry) -> None:
        # The one place where a module changes after construction: the documented interface asks for it.
        object.__setattr__(self, "_pyrox_state", state)

    def _teardown(self) -> None:
        """Forget all registered parameters."""
        super()._teardown()
        self._replace_state(EMPTY)

    # -- using --------------------------------------------------------------------------------------------------
    def get_param(self, name: str) -> Any:
        """The value of a parameter: from its prior, its guide, or its parameter site.

        Raises:
            KeyError: The parameter is not registered.
        """
        entry = self._pyrox_state[name]
        init = entry.init if entry.field is None else getattr(self, entry.field)
        if isinstance(init, (Fixed, Derived)) and entry.prior is None:
            return self._computed(name, init, entry)
        return self._site_of(name, dataclasses.replace(entry, init=init))

    def _site_of(self, name: str, entry: Entry) -> Any:
        context.declare(self._pyrox_fullname(name), init=entry.init, constraint=entry.constraint)
        if entry.prior is None:
            return self.pyrox_param(name, entry.init, constraint=entry.constraint)
        if self._pyrox_state.mode == "model":
            return self.pyrox_sample(name, entry.prior)
        return self._guided(name, entry)

    def _computed(self, name: str, variable: Any, entry: Entry) -> Any:
        """A fixed value (a site only if asked for), or a deterministic site of a derived one's source."""
        if isinstance(variable, Fixed):
            value = self.pyrox_param(name, variable)
            return self.pyrox_sample(name, value) if entry.record else value
        known = context.given(self._pyrox_fullname(name))
        if known is not context.MISSING:
            return known
        if context.declare(self._pyrox_fullname(name), init=variable) is not None:
            return variable.value
        source = variable.raw_value
        if isinstance(source, AbstractVariable):
            below = self._entry_of_variable("", source, Entry(source, guide=entry.guide))
            if isinstance(source, (Fixed, Derived)):
                value = self._computed(f"{name}_raw", source, below)
            else:
                value = self._site_of(f"{name}_raw", below)
        else:
            value = self.pyrox_param(f"{name}_raw", source)
        return self.pyrox_sample(name, lambda _: variable.fn(value))

    def _guided(self, name: str, entry: Entry) -> Any:
        from spec_lab.bridge import guides

        if entry.guide == "delta":
            return self.pyrox_param(name, entry.init, constraint=guides.support_of(entry))
        if entry.guide == "normal":
            return guides.normal(self, name, entry)
        together = {
            key: dataclasses.replace(e, init=e.init if e.field is None else getattr(self, e.field))
            for key, e in self._pyrox_state.entries.items()
            if e.guide == "mvn" and e.prior is not None
        }
        return guides.joint(self, name, together)

    def load_pyro_samples(self) -> None:
        """Touch every registered parameter, so that all their sites exist."""
        context.within(lambda: [self.get_param(name) for name in self._pyrox_state.entries])


def _in_mode(node: Any, mode: str) -> Any:
    """Copies along the way down; unlike a tree_map this may change what is static."""
    if not isinstance(node, eqx.Module):
        return node
    copy = object.__new__(type(node))
    for spec in dataclasses.fields(node):
        if spec.name in node.__dict__:
            value = node.__dict__[spec.name]
            static = spec.metadata.get("static", False)
            object.__setattr__(copy, spec.name, value if static else _each_module(value, mode))
    if isinstance(node, Parameterized):
        object.__setattr__(copy, "_pyrox_state", node._pyrox_state.in_mode(mode))
    return copy


def _each_module(tree: Any, mode: str) -> Any:
    return jtu.tree_map(lambda x: _in_mode(x, mode), tree, is_leaf=lambda x: isinstance(x, eqx.Module))
