"""`PyroxModule`: an equinox module that names its own NumPyro sites, and `pyrox_method`, which makes them once a call.

Sites are called `scope.name`. The scope is `pyrox_name` if the class or instance has one (a non-empty text), else the
class name with the module's token. What a site *is* comes from `descriptors` or from variables; modules that keep a
list of their parameters, with priors and guides, are in `parameterized`.
"""

import functools
import types
from collections.abc import Callable
from typing import Any, TypeAlias

import equinox as eqx
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpy.typing import ArrayLike
from numpyro.handlers import replay, scope
from numpyro.primitives import _PYRO_STACK

from spec_lab._base import ParameterError
from spec_lab.bridge import context
from spec_lab.bridge.descriptors import Belief, PyroxParam, Start
from spec_lab.bridge.distribution import as_distribution, is_function
from spec_lab.bridge.support import AnyConstraint, as_support, constraint_of
from spec_lab.bridge.token import Token, new_token
from spec_lab.models import Model, join
from spec_lab.variables import AbstractVariable, Copied, Fixed


class instance_method:
    """A method that instances have and classes do not show.

    Equinox warns of every class with an `__init__` of its own whose bases show a `__post_init__`; `super().__post_init__()` of a
    class that writes one must work all the same.
    """

    def __init__(self, function: Callable[..., None]):
        self.function = function

    def __get__(self, instance: Any, owner: type) -> Callable[..., None]:
        if instance is None:
            raise AttributeError(self.function.__name__)
        return types.MethodType(self.function, instance)


Operand: TypeAlias = "Model | float | PyroxModule"


class Operators:
    """Arithmetic of modules that are spectral components: `Source() + Line()` is a model, as with components of spec_lab."""

    def __add__(self, other: Operand) -> Model:
        return _joined("+", self, other)

    def __radd__(self, other: Operand) -> Model:
        return _joined("+", other, self)

    def __sub__(self, other: Operand) -> Model:
        return _joined("-", self, other)

    def __rsub__(self, other: Operand) -> Model:
        return _joined("-", other, self)

    def __mul__(self, other: Operand) -> Model:
        return _joined("*", self, other)

    def __rmul__(self, other: Operand) -> Model:
        return _joined("*", other, self)

    def __truediv__(self, other: Operand) -> Model:
        return _joined("/", self, other)

    def __rtruediv__(self, other: Operand) -> Model:
        return _joined("/", other, self)


def _joined(symbol: str, left: Any, right: Any) -> Any:
    return (
        right if isinstance(left, int) and left == 0 and symbol == "+" else join(symbol, left, right)
    )  # sum() starts at 0


class PyroxModule(Operators, Copied, eqx.Module):
    """An equinox module whose methods may register NumPyro sites.

    Examples:
        >>> import numpyro, numpyro.distributions as dist
        >>> class Line(PyroxModule):
        ...     pyrox_name = "line"
        ...
        ...     @pyrox_method
        ...     def __call__(self, x):
        ...         return self.pyrox_sample("slope", dist.Normal(0.0, 1.0)) * x + self.pyrox_param("height", 2.0)
        >>> with numpyro.handlers.seed(rng_seed=0), numpyro.handlers.trace() as sites:
        ...     y = Line()(0.0)
        >>> float(y), list(sites)
        (2.0, ['line.slope', 'line.height'])
    """

    _pyrox_token: Token = eqx.field(static=True, init=False, repr=False)

    def __new__(cls, *args: Any, **kwargs: Any):
        # Here and not in __init__: subclasses may write their own, and equinox then skips __post_init__ too.
        self = super().__new__(cls, *args, **kwargs)
        object.__setattr__(self, "_pyrox_token", new_token())
        return self

    @instance_method
    def __post_init__(self) -> None:
        """Nothing yet; here so that a subclass may call `super().__post_init__()`."""

    def _pyrox_scope(self) -> str:
        name = getattr(self, "pyrox_name", None)
        return name if isinstance(name, str) and name else f"{type(self).__name__}_{self._pyrox_token.number:x}"

    def _pyrox_fullname(self, name: str) -> str:
        return f"{self._pyrox_scope()}.{name}"

    def _get_context(self) -> context.Context | None:
        return context.present()

    def _pyrox_site(self, name: str, make: Callable[[str], Any]) -> Any:
        """The value of a site: remembered from earlier in this call, or made now."""
        fullname, memory = self._pyrox_fullname(name), context.present()
        if memory is None:
            return make(fullname)
        if fullname in memory.given:
            return memory.given[fullname]
        key = (self._pyrox_token, fullname, context.page())
        value = memory.get(key)
        return memory.set(key, make(fullname)) if value is context.MISSING else value

    def pyrox_param(
        self,
        name: str,
        init_value: Start | PyroxParam | None = None,
        *,
        constraint: AnyConstraint | None = None,
        event_dim: int | None = None,
    ) -> Any:
        """A parameter site.

        Args:
            name: Its name within the scope.
            init_value: Start value; a callable of a PRNG key; a variable (start, limits; `Fixed` makes no site); a
                `PyroxParam`; or None to look the site up.
            constraint: The allowed set, NumPyro's or ours.
            event_dim: How many trailing axes make one event.

        Returns:
            The value. None if looked up where no handler knows the site.
        """
        if isinstance(init_value, PyroxParam):
            constraint = init_value.constraint if constraint is None else constraint
            event_dim = init_value.event_dim if event_dim is None else event_dim
            init_value = init_value.init_value
        fullname = self._pyrox_fullname(name)
        context.declare(fullname, init=init_value, constraint=constraint)
        if isinstance(init_value, Fixed):
            value = context.given(fullname)
            return init_value.value if value is context.MISSING else value
        if isinstance(init_value, AbstractVariable):
            constraint = constraint_of(init_value) if constraint is None else constraint
            init_value = init_value.value
        options = {"constraint": as_support(constraint), "event_dim": event_dim}
        options = {key: value for key, value in options.items() if value is not None}
        return self._pyrox_site(name, lambda fullname: _param(fullname, init_value, options))

    def pyrox_sample(self, name: str, prior: Belief | ArrayLike | AbstractVariable) -> Any:
        """A random site, or a deterministic one.

        Args:
            name: Its name within the scope.
            prior: A NumPyro distribution, a `Prior` or its text, a `PyroxSample`, or a function of the module that
                gives one of these. Whatever else comes is recorded as deterministic.

        Returns:
            The value.
        """
        return self._pyrox_site(name, lambda fullname: make_sample(self, fullname, prior))

    def _teardown(self) -> None:
        """Forget what the present call remembers of this module; all other state goes with the module itself."""
        memory = context.present()
        if memory is not None:
            memory.forget(self._pyrox_token)


def make_sample(module: PyroxModule, fullname: str, prior: Belief | ArrayLike | AbstractVariable) -> Any:
    """A NumPyro site from whatever stands for a prior; see `PyroxModule.pyrox_sample`."""
    resolved: Any = as_distribution(prior)
    if is_function(resolved):
        resolved = as_distribution(resolved(module))
    if isinstance(resolved, dist.Distribution):
        stand_in = context.declare(fullname, prior=resolved, given_prior=prior)
        if stand_in is not None:
            return np.full(resolved.shape(), stand_in)
        return numpyro.sample(fullname, resolved, obs=_point_of_guide(fullname))
    value = resolved.value if isinstance(resolved, AbstractVariable) else resolved
    return numpyro.deterministic(fullname, value)


def _point_of_guide(name: str) -> Any:
    """The value a `delta` guide has for a site, or None.

    Such a guide has a *parameter* site under the name of the random one, which NumPyro's `replay` refuses; taken as
    observed, the prior's density at the point enters the ELBO, which makes it the posterior's logarithm.
    """
    for handler in reversed(_PYRO_STACK):
        if isinstance(handler, scope):
            name = f"{handler.prefix}{handler.divider}{name}"
        if isinstance(handler, replay) and handler.trace.get(name, {}).get("type") == "param":
            return handler.trace[name]["value"]
    return None


def _param(fullname: str, init_value: Any, options: dict[str, Any]) -> Any:
    if callable(init_value) and not _PYRO_STACK:
        raise ParameterError(
            f"parameter {fullname}: a callable start value needs a PRNG key",
            got=init_value,
            hint="Call the model inside numpyro.handlers.seed(rng_seed=...).",
        )
    return numpyro.param(fullname, init_value, **options)


def pyrox_method(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a method: within the outermost decorated call every site is registered once and then remembered.

    Without it a second use of a name in one trace meets NumPyro's uniqueness check.
    """

    @functools.wraps(fn)
    def wrapper(self: PyroxModule, *args: Any, **kwargs: Any) -> Any:
        return context.within(fn, self, *args, **kwargs)

    return wrapper
