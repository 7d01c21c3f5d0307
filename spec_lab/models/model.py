"""What every model can do, whether it is one component or an expression of many.

A model is an immutable tree: components at the leaves, operations (`algebra`) above them. Its parameters are the leaves'
parameters in reading order; `theta` is the flat vector of their values. Three ways to evaluate it:

- `photons(theta, grid)`: the hot path, photons/cm²/s per bin, pure JAX, for `jit`, `vmap` and `grad`;
- `evaluate(E, theta, T)`: the curve N(E) (or the dimensionless factor), for drawing;
- `terms`: the additive parts with their factors, each a model of its own, for drawing them apart.

`structure` is the model without its values: hashable, equal for models that differ only in values, freezes, priors or
labels; use it as the static argument of a compiled function.

Nodes implement the few methods listed under "for nodes"; everything else is derived here, once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from spec_lab._base import Info, ModelError, provided
from spec_lab.models.annotations import (
    Bins,
    Curve,
    GivenNumber,
    GivenNumbers,
    GivenTheta,
    HostCurve,
    Parameters,
    Scalar,
    Time,
)
from spec_lab.models.documented import DocumentedNames
from spec_lab.models.fold import Folds
from spec_lab.models.integration.grid import KEV_TO_ERG, Energy, Grid
from spec_lab.models.parameter import Parameter, variable_at

if TYPE_CHECKING:
    from spec_lab.models.component import Component

    GivenTerm: TypeAlias = "Model | float"
else:
    GivenTerm = Any  # what does not combine is refused by the algebra

Values = Sequence[Parameters]  # one mapping name → scalar per leaf, in reading order


class Term(NamedTuple):
    """One additive part of a model: its component's name, the part as a model, its slots in the whole model's theta."""

    name: str
    model: Model
    indices: tuple[int, ...]


class Model(DocumentedNames, Folds):
    """A spectral model. Build one from components: ``tbabs() * (pl() + bb())``, or from text: `Model.parse`."""

    kind: ClassVar[Any] = ""  # ``add``, ``mul``, ``math`` or ``conv``; of an operation, what it results in

    # ---- for nodes -------------------------------------------------------------------------------------------------
    @abstractmethod
    def leaves(self) -> tuple[Component, ...]:
        """The components in reading order."""

    @abstractmethod
    def density(self, x: Energy, values: Values, T: Time) -> Curve:
        """N(E) in photons/cm²/s/keV, or the dimensionless factor, at the energies `x`."""

    @abstractmethod
    def exponent(self, x: Energy, values: Values, T: Time) -> Curve | None:
        """ln of `density` where it is known without taking a logarithm, else None: products then share one exp."""

    @abstractmethod
    def portions(self, grid: Grid, values: Values) -> Curve:
        """Weight times N at each node, [k, e], summing over k to the bin integral (the bare factor for mul and math)."""

    @abstractmethod
    def binned(self, grid: Grid, values: Values) -> Curve:
        """The bin integrals, [e], by analytic integral where there is one."""

    @abstractmethod
    def marks(self, values: Values) -> tuple[Scalar, ...]:
        """Energies, keV, at which `portions` is not smooth: bins that hold one are integrated in pieces."""

    @abstractmethod
    def parts(self, names: Sequence[str], first: int) -> tuple[Term, ...]:
        """`terms` of this subtree, whose leaves are called `names` and whose slots start at `first`."""

    @abstractmethod
    def text(self, names: Sequence[str]) -> str:
        """The expression, given the names of the leaves."""

    @abstractmethod
    def skeleton(self) -> tuple[Any, ...]:
        """What makes two trees one structure, as nested tuples: classes, settings, which parameters are there."""

    @abstractmethod
    def refilled(self, fill: Callable[[Any], Any]) -> Model:
        """The same tree with every parameter `v` replaced by `fill(v)`, in the order of theta."""

    # ---- what it is ------------------------------------------------------------------------------------------------
    @property
    def names(self) -> tuple[str, ...]:
        """Unique names of the components: ``pl``, ``pl2``, ``pl3``."""
        given: list[str] = []
        for leaf in self.leaves():
            name, n = leaf.called, 1
            while name in given:
                n += 1
                name = f"{leaf.called}{n}"
            given.append(name)
        return tuple(given)

    @property
    def expression(self) -> str:
        """The model as text, which `Model.parse` reads back, values and settings aside: ``tbabs*(pl+bb)``."""
        return self.text(self.names)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter in the order of theta."""
        pairs = zip(self.names, self.leaves(), strict=True)
        return tuple(leaf.parameter(name, slot, declared) for name, leaf in pairs for slot, declared in leaf.slots())

    @property
    def setting_rows(self) -> tuple[tuple[str, str, Any], ...]:
        """The static settings: (component, name, value)."""
        pairs = zip(self.names, self.leaves(), strict=True)
        return tuple((name, key, getattr(leaf, key)) for name, leaf in pairs for key in leaf.settings())

    @property
    def theta(self) -> np.ndarray:
        """The start values, shape [k], in the order of `parameters`."""
        return np.array([p.value for p in self.parameters], float)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return sum(len(leaf.slots()) for leaf in self.leaves())

    @property
    def structure(self) -> Structure:
        """The model without its values: hashable, equal for equal structure."""
        return Structure.of(self)

    def with_values(
        self, theta: Sequence[float] | np.ndarray | jax.Array, frozen: Sequence[bool] | None = None
    ) -> Model:
        """The same model with other values, and, where given, other freezes.

        Args:
            theta: New values, shape [k].
            frozen: Which parameters shall be `Fixed`, shape [k]; None leaves them as they are.

        Raises:
            ModelError: A length that does not fit.
        """
        for what, given in (("theta", theta), ("frozen", frozen)):
            if given is not None and len(given) != self.size:
                raise ModelError(f"{what} does not fit {self.expression}", got=len(given), allowed=str(self.size))
        states = iter([None] * self.size if frozen is None else frozen)
        values = iter(theta)
        return self.refilled(lambda v: variable_at(v, float(next(values)), next(states)))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The additive parts; a factor (``mul``, ``math``) is its own only term."""
        return self.parts(self.names, 0)

    @classmethod
    def parse(cls, text: str) -> Model:
        """Read an expression such as ``tbabs*(pl+bb)``.

        Raises:
            ModelError: Unknown component, bad syntax, or kinds that do not combine.
        """
        return provided("model.parse")(text)

    # ---- evaluation ------------------------------------------------------------------------------------------------
    def photons(self, theta: GivenTheta, grid: Grid) -> Bins:
        """Photons/cm²/s in each bin of `grid`, shape [e].

        Args:
            theta: Parameter values, shape [k], in the order of `parameters`.
            grid: From `Grid.make`, optionally through `prepare`.

        Raises:
            ModelError: The model is a factor, which has no integral.
        """
        whole = self._additive()
        if not any(isinstance(leaf, Tracer) for leaf in jax.tree_util.tree_leaves((theta, grid))):
            return _in_bins(whole.structure, jnp.asarray(theta, float), grid)  # one program, not a hundred small ones
        return grid.gathered(whole.binned(grid, self.split(theta)))

    def _additive(self) -> Model:
        if self.kind != "add":
            raise ModelError(
                f"{self.expression} is a factor: it has no photons of its own",
                got=self.kind,
                allowed="add",
                hint="Multiply it with an additive component, for example pl().",
            )
        return self

    def prepare(self, grid: Grid) -> Grid:
        """The grid made ready: cross-sections tabulated at its nodes, bins cut at absorption edges (see `prepared_grid`).

        Optional: without it `photons` is slower, and less exact in bins that hold an absorption edge. The grid must not
        be traced; it still has as many bins as before for whoever asks for photons.
        """
        from spec_lab.models.integration.prepared_grid import prepared

        leaves = self.leaves()
        tables = [key for leaf in leaves for key in leaf.tabulates()]
        return prepared(grid, [leaf.jumps() for leaf in leaves], tables)

    def evaluate(self, E: GivenNumbers, theta: GivenNumbers | None = None, T: GivenNumbers | None = None) -> HostCurve:
        """N(E) in photons/cm²/s/keV, or the dimensionless factor.

        Args:
            E: Energies, keV, any shape.
            theta: Parameter values; the start values when None.
            T: Time, s, for time-dependent components.
        """
        theta = self.theta if theta is None else theta
        traced = any(isinstance(a, Tracer) for a in (E, theta, T))
        T = None if T is None else jnp.asarray(T, float)
        curve = _curve(self.structure, jnp.asarray(theta, float), jnp.asarray(E, float), T)
        return curve if traced else np.asarray(curve, dtype=float)

    def phtspec(self, E: GivenNumbers, T: GivenNumbers | None = None) -> np.ndarray:
        """`evaluate` at the start values: N(E), photons/cm²/s/keV. T in s."""
        return self._additive().evaluate(E, T=T)

    def flxspec(self, E: GivenNumbers, T: GivenNumbers | None = None) -> np.ndarray:
        """E N(E), erg/cm²/s/keV."""
        return KEV_TO_ERG * np.asarray(E, float) * self.phtspec(E, T)

    def ergspec(self, E: GivenNumbers, T: GivenNumbers | None = None) -> np.ndarray:
        """E² N(E), erg/cm²/s."""
        return np.asarray(E, float) * self.flxspec(E, T)

    def nouspec(self, E: GivenNumbers, T: GivenNumbers | None = None) -> np.ndarray:
        """`evaluate` at the start values, of a factor: it has no unit."""
        if self.kind not in ("mul", "math"):
            raise ModelError(
                f"{self.expression} is {self.kind} and no factor", allowed="mul, math", hint="See phtspec."
            )
        return self.evaluate(E, T=T)

    def phtflux(
        self, emin: GivenNumber, emax: GivenNumber, ngrid: GivenNumber = 2000, time: float | None = None
    ) -> float:
        """Photons from `emin` to `emax` keV at the start values, photons/cm²/s, in `ngrid` bins; `time` in s."""
        return float(self._band(emin, emax, ngrid, time).photon_flux[0])

    def ergflux(
        self, emin: GivenNumber, emax: GivenNumber, ngrid: GivenNumber = 2000, time: float | None = None
    ) -> float:
        """Energy from `emin` to `emax` keV at the start values, erg/cm²/s, in `ngrid` bins; `time` in s."""
        return float(self._band(emin, emax, ngrid, time).energy_flux[0])

    def _band(self, emin: GivenNumber, emax: GivenNumber, ngrid: GivenNumber, time: float | None) -> Any:
        return provided("model.band_photons")(self._additive(), self.theta[None], emin, emax, time, ngrid)

    def split(self, theta: GivenTheta) -> list[dict[str, Scalar]]:
        """theta as one mapping name → scalar per leaf.

        Raises:
            ModelError: A theta of another length, which JAX would read past its end.
        """
        if np.shape(theta)[:1] != (self.size,):
            names = ", ".join(f"{p.component}.{p.name}" for p in self.parameters)
            allowed = f"{self.size} values: {names}"
            raise ModelError(f"theta does not fit {self.expression}", got=f"shape {np.shape(theta)}", allowed=allowed)
        values, i = [], 0
        for leaf in self.leaves():
            names = [name for name, _ in leaf.slots()]
            values.append({name: theta[i + j] for j, name in enumerate(names)})
            i += len(names)
        return values

    # ---- algebra ---------------------------------------------------------------------------------------------------
    __array_ufunc__ = None  # else an array of numbers times a model is an array of models

    def __add__(self, other: GivenTerm) -> Model:
        return _join("+", self, other)

    def __radd__(self, other: GivenTerm) -> Model:
        if isinstance(other, int) and other == 0:
            return self  # where sum() starts
        return _join("+", other, self)

    def __sub__(self, other: GivenTerm) -> Model:
        return _join("-", self, other)

    def __rsub__(self, other: GivenTerm) -> Model:
        return _join("-", other, self)

    def __mul__(self, other: GivenTerm) -> Model:
        return _join("*", self, other)

    def __rmul__(self, other: GivenTerm) -> Model:
        return _join("*", other, self)

    def __truediv__(self, other: GivenTerm) -> Model:
        return _join("/", self, other)

    def __rtruediv__(self, other: GivenTerm) -> Model:
        return _join("/", other, self)

    def __pow__(self, other: GivenTerm) -> Model:
        return _join("**", self, other)

    def __rpow__(self, other: GivenTerm) -> Model:
        return _join("**", other, self)

    def __neg__(self) -> Model:
        return provided("model.negated")(self)

    def __pos__(self) -> Model:
        return self

    def __call__(self, inner: Model) -> Model:
        """A convolution acts on the model it is called with: ``gsmooth()(pl() + gauss())``."""
        return provided("model.convolved")(self, inner)

    def __hash__(self) -> int:
        # So that a bound method can be jitted: jax.jit(model.photons).
        return hash((self.structure, self.theta.tobytes()))

    def __repr__(self) -> str:
        values = ", ".join(f"{p.component}.{p.name}={p.value:g}" for p in self.parameters)
        return f"<{self.kind} {self.expression}: {values}>" if values else f"<{self.kind} {self.expression}>"

    @property
    def par_info(self) -> Info:
        """Number, component, parameter, value and prior of every parameter."""
        return provided("model.par_table")(self)

    @property
    def cfg_info(self) -> Info:
        """Number, component, setting and value of every setting."""
        return provided("model.cfg_table")(self)

    def _repr_html_(self) -> str:
        return provided("model.html")(self)


class Structure:
    """A model's structure as a hashable value: one object per structure, so that comparing costs nothing in a hot call.

    Attributes:
        model: A model of this structure whose values are zero; for `photons` and `evaluate` with a theta.
    """

    _made: ClassVar[dict[tuple[Any, ...], Structure]] = {}

    def __init__(self, model: Model):
        self.model = model

    @classmethod
    def of(cls, model: Model) -> Structure:
        """The structure of a model."""
        key = model.skeleton()
        known = cls._made.get(key)
        return known if known is not None else cls._made.setdefault(key, cls(model.refilled(lambda _: 0.0)))

    def __reduce__(self) -> Any:
        return Structure.of, (self.model,)

    def photons(self, theta: GivenTheta, grid: Grid) -> Bins:
        """As `Model.photons`."""
        return self.model.photons(theta, grid)


@partial(jax.jit, static_argnums=0)
def _in_bins(structure: Structure, theta: Any, grid: Grid) -> Any:
    return structure.model.photons(theta, grid)


@partial(jax.jit, static_argnums=0)
def _curve(structure: Structure, theta: Any, E: Any, T: Any) -> Any:
    model, x, values = structure.model, Energy.at(E), structure.model.split(theta)
    exponent = model.exponent(x, values, T)
    curve = model.density(x, values, T) if exponent is None else jnp.exp(exponent)
    return jnp.broadcast_to(curve, jnp.shape(E)) if jnp.ndim(curve) == 0 else curve


def _join(symbol: str, left: Any, right: Any) -> Any:  # algebra's nodes are Models, and a Model's operators make them
    return provided("model.joined")(symbol, left, right)
