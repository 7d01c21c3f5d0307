"""XSPEC's models in our words: which component each is, and how each of its parameters is turned into ours and back.

One table (`xspec_components.txt`) serves reading and writing. Indices have the other sign here, norms and temperatures are
decimal logarithms, redshifts and pivots are settings of a component. Names may be abbreviated, in any case: the first of XSPEC's
(`xspec_names.txt`) that begins with a text is meant.
"""

import ast
import functools
import math
from pathlib import Path
from typing import Any, NamedTuple

from spec_lab._base import ModelError, nearest
from spec_lab.models import Component, component_class

_HERE = Path(__file__)
_DUST = ("mw", "lmc", "smc")  # XSPEC's methods 1, 2, 3
_RATIOS = {"mw": 3.08, "lmc": 3.16, "smc": 2.93}  # R_V of each, Pei 1992, ApJ 395, 130
_CLOUDS = {("disk", "formula"): 0.5, ("sphere", "formula"): 1.5, ("disk", "table"): -0.5, ("sphere", "table"): -1.5}


class XspecParameter(NamedTuple):
    """A parameter of one of XSPEC's models.

    Attributes:
        name: Its name in XSPEC.
        how: same, negative, log10, peak, or setting.
        ours: Name of our parameter or setting.
        numbers: Value, delta, hard minimum, soft minimum, soft maximum, hard maximum; of a switch the value alone.
    """

    name: str
    how: str
    ours: str
    numbers: tuple[float, ...]

    @property
    def switch(self) -> bool:
        """Whether it has a value only."""
        return len(self.numbers) == 1

    @property
    def default(self) -> tuple[float, ...]:
        """The six numbers; a switch is frozen, without limits."""
        return (self.numbers[0], -1.0, -1e24, -1e24, 1e24, 1e24) if self.switch else self.numbers

    def to_ours(self, value: float) -> float:
        """Our number; -inf for the logarithm of nothing."""
        if self.how == "negative":
            return 0.0 - value
        if self.how == "log10":
            return math.log10(value) if value > 0 else -math.inf
        return value

    def to_xspec(self, value: float) -> float:
        """XSPEC's number."""
        if self.how == "negative":
            return 0.0 - value
        return _power_of_ten(value) if self.how == "log10" else value

    def limits_to_ours(self, low: float, high: float) -> tuple[float, float]:
        """Our limits, ascending."""
        ends = self.to_ours(low), self.to_ours(high)
        return min(ends), max(ends)

    def limits_to_xspec(self, low: float, high: float) -> tuple[float, float]:
        """XSPEC's limits, ascending."""
        ends = self.to_xspec(low), self.to_xspec(high)
        return min(ends), max(ends)


class XspecModel(NamedTuple):
    """A model of XSPEC that has a counterpart here.

    Attributes:
        name: Its name in XSPEC.
        component: Name of ours.
        preset: Settings that our component has as this model.
        parameters: In XSPEC's order, the norm of an additive model last.
    """

    name: str
    component: str
    preset: dict[str, Any]
    parameters: tuple[XspecParameter, ...]

    @property
    def settings(self) -> set[str]:
        """The settings of ours that its parameters or its name decide."""
        own = {"geometry", "escape"} if self.name == "compTT" else set()
        return {*self.preset, *own, *(p.ours for p in self.parameters if p.how == "setting")}


@functools.cache
def xspec_models() -> dict[str, XspecModel]:
    """The table: name in XSPEC to model."""
    found: dict[str, XspecModel] = {}
    for block in _without_comments("xspec_components.txt").split("\n\n"):
        head, *rows = block.strip().splitlines()
        name, component, *preset = head.split()
        settings = {key: ast.literal_eval(value) for key, value in (word.split("=") for word in preset)}
        parameters = tuple(_parameter(row.split()) for row in rows)
        found[name] = XspecModel(name, component, settings, parameters)
    return found


def _parameter(words: list[str]) -> XspecParameter:
    return XspecParameter(words[0], words[1], words[2], tuple(map(float, words[3:])))


def _without_comments(name: str) -> str:
    lines = _HERE.with_name(name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()


@functools.cache
def xspec_names() -> tuple[str, ...]:
    """Every model of XSPEC, in its order."""
    return tuple(_without_comments("xspec_names.txt").split())


def xspec_model(text: str) -> XspecModel:
    """The model that a name in an expression means, abbreviated or not, in any case.

    Raises:
        ModelError: XSPEC has no such model, or it has no counterpart here.
    """
    wanted, names = text.lower(), xspec_names()
    whole = next((name for name in names if name.lower() == wanted), None)
    name = whole or next((name for name in names if name.lower().startswith(wanted)), None)
    if name is None:
        raise ModelError("XSPEC has no such model", got=text, hint=nearest(text, names))
    if name not in xspec_models():
        raise ModelError(
            f"XSPEC's {name} has no counterpart here", got=text, allowed=", ".join(xspec_models()),
            hint="Read the data without it (spec_lab.DataUnit) and give a component of your own, or a table model.",
        )  # fmt: skip
    return xspec_models()[name]


def xspec_model_of(component: Component) -> XspecModel:
    """The model of XSPEC that a component of ours is, with its settings.

    Raises:
        ModelError: There is none; says what of it XSPEC does not have.
    """
    name = type(component).__name__
    of_kind = [model for model in xspec_models().values() if model.component == name]
    if not of_kind or component_class(name) is not type(component):
        raise ModelError(
            f"XSPEC has no model for {component.called}", got=name, hint="XSPEC can read it from a table model only."
        )
    shifted = getattr(component, "redshift", 0.0) != 0
    best = next((model for model in of_kind if not shifted or "redshift" in model.settings), of_kind[0])
    for setting in component.settings():
        value, default = getattr(component, setting), type(component).__dataclass_fields__[setting].default
        wanted = best.preset.get(setting, default)
        decided = setting in ("abundance", "xsect", *best.settings) and setting not in best.preset
        if value != wanted and not decided:
            raise ModelError(
                f"XSPEC's {best.name} is {component.called} with {setting}={wanted!r}", got=value,
                hint=f"Use {name}({setting}={wanted!r}), whose other parameters mean what XSPEC's do.",
            )  # fmt: skip
    return best


def made(model: XspecModel, values: dict[str, float], abundance: str, xsect: str) -> Component:
    """Our component.

    Args:
        model: Which.
        values: XSPEC's value of each parameter, by its name there; what is no setting may be left out.
        abundance: XSPEC's `abund`, for absorbers that have it.
        xsect: XSPEC's `xsect`, likewise.

    Raises:
        ModelError: Settings that our component does not know.
    """
    cls = component_class(model.component)
    assert cls is not None
    given: dict[str, Any] = dict(model.preset)
    for parameter in model.parameters:
        if parameter.name not in values:
            continue
        value = values[parameter.name]
        if parameter.how == "setting":
            given |= _setting(parameter.ours, value)
        elif parameter.how == "peak":
            given[parameter.ours] = peak_energy(value, values["alpha"])
        else:
            given[parameter.ours] = parameter.to_ours(value)
    fields = cls.__dataclass_fields__
    given |= {key: value for key, value in {"abundance": abundance, "xsect": xsect}.items() if key in fields}
    return cls(**given)


def peak_energy(tem: float, alpha: float) -> float:
    """Decimal logarithm of the Band function's peak energy, keV, from XSPEC's `tem`.

    Raises:
        ModelError: There is no peak.
    """
    if not (tem > 0 and alpha > -2):
        raise ModelError("a Band function has a peak for alpha > -2 and tem > 0 only", got={"alpha": alpha, "tem": tem})
    return math.log10(tem * (2 + alpha))


def _setting(name: str, value: float) -> dict[str, Any]:
    if name == "cloud":
        shape = ("sphere" if abs(value) > 1 else "disk", "table" if value < 0 else "formula")
        return dict(zip(("geometry", "escape"), shape, strict=True))
    if name == "method":
        if value not in (1, 2, 3):
            raise ModelError("zdust has three methods", got=value, allowed="1, 2, 3")
        return {"method": _DUST[int(value) - 1]}
    return {name: value}


def setting_to_xspec(component: Component, name: str) -> float:
    """XSPEC's number for a setting of ours."""
    if name == "cloud":
        return _CLOUDS[getattr(component, "geometry"), getattr(component, "escape")]  # noqa: B009
    value = getattr(component, name)
    if name == "R_V" and value == 0:
        return _RATIOS[getattr(component, "method")]  # noqa: B009
    return 1.0 + _DUST.index(value) if name == "method" else float(value)


def _power_of_ten(value: float) -> float:
    """10**value, as the decimal number it was written as where the logarithm is that of one."""
    number = 10.0**value if value < 308 else math.inf
    short = float(f"{number:.14g}")
    return short if short > 0 and math.isclose(math.log10(short), value, rel_tol=4e-16, abs_tol=1e-15) else number
