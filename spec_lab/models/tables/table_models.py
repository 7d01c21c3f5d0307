"""Table models: spectra tabulated over parameters in OGIP files (OGIP/92-009), additive (`atable`) or factors (`mtable`).

    model = tbabs() * atable("nei.fits")(kT=1.2)      # the file makes a class, the class makes components
    mine = tabulated("mine", edges, spectra, kT=[1, 2, 4])      # so do arrays

A file's first parameters (interpolated ones) span a grid; the spectrum between grid points is multilinear in the parameters,
in the logarithm of those whose METHOD is 1. Additional parameters (spectra to be added in proportion) are included. In
energy, additive tables hold bin integrals and are shared out over overlapping bins; factors are piecewise constant.

A saved table model carries its table along, so that it can be loaded where the file is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from spec_lab._base import ModelError
from spec_lab.models.annotations import Bins, GivenNumbers, GivenPath, Parameters
from spec_lab.models.catalog import check_free
from spec_lab.models.component import Additive, Component, Multiplicative
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import LN10, amplitude, span
from spec_lab.models.tables.ogip_tables import RESERVED, SpectrumTable, TableAxis, digest, read_table
from spec_lab.tree import register_pytree_type, register_saving

Told = tuple[str, bool, str, tuple[str, ...] | None]  # name, whether additive, sentence, what it absorbs with
_MADE: dict[
    tuple[str, str, tuple[str, ...] | None], type[Component]
] = {}  # one class per content, so that compiled functions are shared


def atable(path: GivenPath, name: str | None = None) -> type[Component]:
    """The class of an additive table model. Its parameters are the file's, and logA (log10 of the norm).

    Raises:
        ModelError: Not a table model, or one of factors.
    """
    return _make(path, name, additive=True, absorbs=None)


def mtable(path: GivenPath, name: str | None = None, *, absorbs: tuple[str, ...] | None = None) -> type[Component]:
    """The class of a multiplicative table model.

    Args:
        path: Of the file.
        name: Of the component; the file's when None.
        absorbs: The parameters that are amounts of absorbing gas or dust, such as ``("nH",)``: at 0 the factor is 1, and an
            unabsorbed flux has them at 0. ``()``: the factor is no such matter.

    Raises:
        ModelError: Not a table model, or an additive one; `absorbs` names no parameter.
    """
    return _make(path, name, additive=False, absorbs=absorbs)


def _make(path: GivenPath, name: str | None, additive: bool, absorbs: tuple[str, ...] | None) -> type[Component]:
    table, is_additive, model_name = read_table(path)
    if is_additive != additive:
        right = "atable" if is_additive else "mtable"
        raise ModelError(f"{path} is the other kind of table model", hint=f"Use {right}({str(path)!r}).")
    name = name or "".join(c for c in model_name.lower() if c.isalnum() or c == "_") or "table"
    return _known(table, (name, additive, f"Table model {model_name} from {Path(path).name}.", absorbs))


def tabulated(
    name: str,
    edges: GivenNumbers,
    spectra: GivenNumbers,
    *,
    additive: bool = True,
    logarithmic: tuple[str, ...] = (),
    absorbs: tuple[str, ...] | None = None,
    **axes: GivenNumbers,
) -> type[Component]:
    """The class of a table model made of arrays.

    Args:
        name: Of the component.
        edges: `f[e + 1]`, photon-energy edges, keV.
        spectra: `f[n1, …, nd, e]`: photons/cm²/s in each bin (additive), or the factor.
        additive: Whether it is a source of photons or a factor.
        logarithmic: The parameters that are interpolated in their logarithm.
        absorbs: Of a factor, as for `mtable`.
        **axes: Name of each parameter → its grid values, in the order of the axes of `spectra`.

    Raises:
        ModelError: Shapes that do not fit, values that do not ascend.
    """
    edges, cube = np.asarray(edges, float), np.asarray(spectra, float)
    grids = {key: np.asarray(values, float) for key, values in axes.items()}
    if hidden := [key for key in axes if key in RESERVED]:
        raise ModelError(f"table {name!r} cannot call a parameter {hidden[0]!r}", hint="Choose another name.")
    wanted = (*map(len, grids.values()), len(edges) - 1)
    if cube.shape != wanted:
        raise ModelError(f"spectra of table {name!r} do not fit the axes", got=cube.shape, allowed=str(wanted))
    for key, values in {"edges": edges, **grids}.items():
        if values.ndim != 1 or np.any(np.diff(values) <= 0):
            raise ModelError(f"{key} of table {name!r} must ascend", got=values[:5].tolist())
    made = tuple(TableAxis(k, v, k in logarithmic, float(v[len(v) // 2]), "", False) for k, v in grids.items())
    table = SpectrumTable(made, (), edges, cube[..., None, :], False, digest(made, edges, cube))
    return _known(table, (name, additive, f"Table model {name}.", absorbs))


def _known(table: SpectrumTable, told: Told) -> type[Component]:
    name, additive, doc, absorbs = told
    if name.isidentifier():
        check_free(name, 'name="mine"')
    absorbs = (absorbs,) if isinstance(absorbs, str) else absorbs if absorbs is None else tuple(absorbs)
    names = [axis.name for axis in table.axes]
    if absorbs and additive:
        raise ModelError(f"table {name!r} adds photons, so it cannot absorb", got=absorbs)
    if unknown := [each for each in absorbs or () if each not in names]:
        raise ModelError(f"absorbs of table {name!r} names no parameter", got=unknown, allowed=", ".join(names))
    told, key = (name, additive, doc, absorbs), (name, table.digest, absorbs)
    if key not in _MADE:
        _MADE[key] = _class(table, told)
    return _MADE[key]


def _remade(table: SpectrumTable, told: tuple[Any, ...], state: dict[str, Any]) -> Component:
    """A component from what pickles and saved files hold: the table itself, what was told of it, the fields."""
    name, additive, doc, *more = told
    return _known(table, (name, additive, doc, more[0] if more else None))(
        **state
    )  # older files do not say what absorbs


class SavedTable:
    """The name by which files know table models, whose classes are made at run time; never instantiated."""


register_pytree_type(
    SavedTable, flatten=lambda s: ((), s), unflatten=lambda s, _: s, deserializer=lambda saved: _remade(*saved)
)


def _class(table: SpectrumTable, told: Told) -> type[Component]:
    name, additive, doc, absorbs = told
    base: Any = Additive if additive else Multiplicative
    fields = {axis.name: _field(axis) for axis in (*table.axes, *table.additional)}
    if additive:
        fields["logA"] = amplitude(doc="norm", unit="")
    settings = {} if additive else {"redshift": config(0.0, "energies are multiplied by 1+z", above=-1.0)}

    def contents(self: Any) -> Any:
        return table, told, {key: getattr(self, key) for key in (*fields, *self.settings(), "name")}

    behaviour = _additive(table) if additive else _factor(table, absorbs or ())
    body = {
        "__doc__": doc,
        "__module__": __name__,
        "__annotations__": {
            **dict.fromkeys([*fields, *settings], Any),
            **dict.fromkeys(["formula", "listed", "absorbs"], ClassVar),
        },
        "absorbs": absorbs,
        "formula": rf"\mathrm{{{name}}}(E)",
        "listed": name.isidentifier(),
        "__reduce__": lambda self: (_remade, contents(self)),
        **behaviour,
        **fields,
        **settings,
    }
    return register_saving(type(base)(name, (base,), body), contents, SavedTable)


def _field(axis: TableAxis) -> Any:
    lo, hi = float(axis.values[0]), float(axis.values[-1])
    prior = span(lo, hi) if lo < hi else None  # a table of one value
    return parameter(axis.start, prior, unit=axis.unit, label=axis.name, doc=axis.name, frozen=axis.frozen)


def _weights(axis: TableAxis, value: Any) -> Any:
    """Multilinear weights of the grid values, [n]; NaN outside the grid."""
    grid = np.log(axis.values) if axis.log else axis.values
    position = jnp.log(value) if axis.log else value
    if len(grid) == 1:
        return jnp.ones(1)
    inside = (value >= axis.values[0]) & (value <= axis.values[-1])
    i = jnp.clip(jnp.searchsorted(grid, position, side="right") - 1, 0, len(grid) - 2)
    share = (position - jnp.asarray(grid)[i]) / jnp.asarray(np.diff(grid))[i]
    index = jnp.arange(len(grid))
    weights = jnp.where(index == i, 1 - share, jnp.where(index == i + 1, share, 0.0))
    return jnp.where(inside, weights, jnp.nan)


def interpolated(table: SpectrumTable, p: Parameters) -> Bins:
    """The spectrum at the parameters, [e]."""
    spectrum = jnp.asarray(table.spectra)
    for axis in table.axes:
        spectrum = jnp.tensordot(_weights(axis, p[axis.name]), spectrum, axes=1)
    extra = [p[axis.name] for axis in table.additional]
    return spectrum[0] + sum((value * spectrum[1 + i] for i, value in enumerate(extra)), 0.0)


def _additive(table: SpectrumTable) -> dict[str, Any]:
    widths = np.diff(table.edges)

    def spectrum(self: Any, x: Energy, p: Parameters, T: Any = None) -> Any:
        i, inside = _cell(table.edges, x.shifted(self.redshift).E)
        density = interpolated(table, p) / widths
        return jnp.where(inside, jnp.exp(LN10 * p["logA"]) * density[i], 0.0)

    def integral(self: Any, lo: Any, hi: Any, p: Parameters, T: Any = None) -> Any:
        running = jnp.concatenate([jnp.zeros(1), jnp.cumsum(interpolated(table, p))])
        z = 1 + self.redshift
        ends = [jnp.interp(E * z, table.edges, running) for E in (lo, hi)]
        return jnp.exp(LN10 * p["logA"]) / z * (ends[1] - ends[0])

    def node_portions(self: Any, grid: Grid, p: Parameters) -> Any:
        return integral(self, grid.lo, grid.hi, p) / (grid.hi - grid.lo) * grid.weights

    exact = {"spectrum": spectrum, "integral": integral, "node_portions": node_portions}
    return {**exact, "exact": True}


def _factor(table: SpectrumTable, absorbs: tuple[str, ...]) -> dict[str, Any]:
    amounts = [axis for axis in table.axes if axis.name in absorbs]
    off_grid = amounts and any(axis.values[0] > 0 for axis in amounts)  # nothing absorbs, though no row says so

    def spectrum(self: Any, x: Energy, p: Parameters, T: Any = None) -> Any:
        i, _ = _cell(table.edges, x.shifted(self.redshift).E)
        factor = interpolated(table, p)[i]
        if not off_grid:
            return factor
        return jnp.where(jnp.stack([p[axis.name] == 0 for axis in amounts]).all(), 1.0, factor)

    return {"spectrum": spectrum}


def _cell(edges: np.ndarray, E: Any) -> tuple[Any, Any]:
    i = jnp.searchsorted(jnp.asarray(edges), E, side="right") - 1
    return jnp.clip(i, 0, len(edges) - 2), (edges[0] <= E) & (edges[-1] > E)
