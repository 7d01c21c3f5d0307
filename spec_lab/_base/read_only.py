"""Parameters and settings of an immutable value (a model, a data unit), read by number: what a fit would start with.

They read like those of a fit. Writing is refused with the line that does it: another value, or an edit of the fit.
"""

from typing import NoReturn, Protocol

from spec_lab._base.errors import ParameterError

Setting = float | bool | str | None


class Belief(Protocol):
    """What is read of a prior."""

    @property
    def support(self) -> tuple[float, float]:
        """Where its density is not zero."""
        ...


class ReadOnlyPar:
    """A parameter of a model or a data unit.

    Args:
        component: The component, or the unit of data.
        name: Its name there.
        value: Where a fit would start.
        prior: What a fit would believe, or None.
        frozen: Whether it starts frozen.
        hint: How to write instead.
        bounds: Hard limits.
        unit: Of the value.
        label: LaTeX without dollar signs.
        doc: One line on the meaning.
    """

    def __init__(
        self, component: str, name: str, value: float, prior: Belief | None, frozen: bool, hint: str, *,
        bounds: tuple[float, float] = (-float("inf"), float("inf")), unit: str = "", label: str = "", doc: str = "",
    ):  # fmt: skip
        self._component, self._name, self._value = component, name, float(value)
        self._prior, self._frozen, self._hint, self._bounds = prior, frozen, hint, bounds
        self._unit, self._label, self._doc = unit, label or name, doc

    def _refuse(self, value: object) -> NoReturn:
        what = f"{self._component}.{self._name} belongs to a value that does not change"
        raise ParameterError(what, got=value, hint=self._hint)

    val = property(lambda self: self._value, _refuse, doc="The start value.")
    value = property(lambda self: self._value, _refuse, doc="The start value.")
    prior = property(lambda self: self._prior, _refuse, doc="The prior it starts with.")
    frozen = property(lambda self: self._frozen, _refuse, doc="Whether it starts frozen.")
    name = property(lambda self: self._name, doc="Its name in the component.")
    component = property(lambda self: self._component, doc="The component, or the unit of data.")
    unit = property(lambda self: self._unit, doc="Unit of the value.")
    label = property(lambda self: self._label, doc="LaTeX without dollar signs.")
    comment = property(lambda self: self._doc, doc="One line on the meaning.")
    scale = property(lambda self: "linear", doc="`linear`: a parameter called `log...` holds the decimal logarithm.")

    @property
    def range(self) -> tuple[float, float]:
        """Where the value may go: the prior's support within the parameter's limits, or the value itself when frozen."""
        if self._frozen:
            return self._value, self._value
        low, high = self._bounds if self._prior is None else self._prior.support
        return max(low, self._bounds[0]), min(high, self._bounds[1])

    def todict(self) -> dict[str, Setting]:
        """What it starts as, as plain data."""
        return {
            "name": self._name, "val": self._value, "unit": self._unit,
            "prior": None if self._prior is None else str(self._prior), "frozen": self._frozen,
        }  # fmt: skip

    info = property(todict)

    def __float__(self) -> float:
        return self._value

    def __repr__(self) -> str:
        unit = f" {self._unit}" if self._unit else ""
        state = "frozen" if self._frozen else self._prior
        return f"<{self._component}.{self._name} = {self._value:g}{unit}, {state}>"


class ReadOnlyCfg:
    """A setting of a component.

    Args:
        component: The component.
        name: The setting.
        val: What it is.
    """

    prior = post = None
    frozen = True

    def __init__(self, component: str, name: str, val: Setting):
        self.component, self.name, self._val = component, name, val

    def _refuse(self, value: object) -> NoReturn:
        raise ParameterError(
            f"{self.component}.{self.name} belongs to a model, which is a value and does not change", got=value,
            hint=f"Make the model with it, {self.component}({self.name}={value!r}), or edit the fit: infer.cfg[...].val = ...",
        )  # fmt: skip

    val = property(lambda self: self._val, _refuse, doc="The setting.")
    value = property(lambda self: self._val, _refuse, doc="The setting.")

    def todict(self) -> dict[str, Setting]:
        """The setting as plain data, with the keys of a parameter that is frozen."""
        return {"name": self.name, "val": self._val, "prior": None, "frozen": True}

    info = property(todict)

    def __repr__(self) -> str:
        return f"<{self.component}.{self.name} = {self._val!r}>"
