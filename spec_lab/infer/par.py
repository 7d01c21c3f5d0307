"""Par and Cfg: live handles on parameters and configuration. They store nothing of their own.

A handle is (fit, number); reading it reads the present set-up, writing it commits an edit. There is one handle a number for
the life of an `Infer`: `infer.par[1] is infer.par[1]`.
"""

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info, Numbered, ParameterError, as_quantity, held_number, number_text
from spec_lab.fit import Freeze, Link, SetPrior, SetSetting, SetTie, SetValue, Slot, Unlink, links
from spec_lab.infer.fit import Fit
from spec_lab.priors import Distribution, Prior, PriorInUnits, as_prior
from spec_lab.results.estimates import Post, cfg_rows, par_info

if TYPE_CHECKING:
    from astropy.units import Quantity


class Par:
    """A parameter of an `Infer`, live: `infer.par[3].val = 1.2`, `.frozen = True`, `.prior = unif(0, 4)`."""

    __slots__ = ("_fit", "_index")

    def __init__(self, fit: Fit, pid: int | str):
        self._fit = fit
        self._index = fit.setup.index(pid)

    @property
    def slot(self) -> Slot:
        """What no edit of values changes: name, label, unit, component.

        Raises:
            ParameterError: The parameter went with a component that another model does not have.
        """
        slots = self._fit.setup.slots
        if self._index >= len(slots):
            raise ParameterError("this parameter is gone with its model", got=self.pid, allowed=f"1 to {len(slots)}")
        return slots[self._index]

    @property
    def pid(self) -> int:
        """The 1-based number."""
        return self._index + 1

    @property
    def name(self) -> str:
        """The parameter's name in its component."""
        return self.slot.name

    @property
    def label(self) -> str:
        """LaTeX label without dollar signs."""
        return self.slot.label

    @property
    def unit(self) -> str:
        """Physical unit."""
        return self.slot.unit

    @property
    def comment(self) -> str:
        """One line on the meaning."""
        return self.slot.doc

    @property
    def val(self) -> float:
        """The number that samplers see.

        A quantity of `astropy.units` may be given: `600 * u.keV` for a parameter that holds log10 of an energy is log10(600).
        """
        return float(self._fit.setup.values[self._index])

    @val.setter
    def val(self, value: "float | Quantity") -> None:
        self._fit.commit(SetValue(self.pid, self._held(value)))

    def _held(self, value: "float | Quantity") -> float:
        return held_number(value, self.unit, self.slot.log, f"par[{self.pid}] ({self.name})")

    @property
    def quantity(self) -> "Quantity":
        """The value with its unit; the quantity itself where the parameter holds its logarithm."""
        return as_quantity(self.val, self.unit, self.slot.log)

    @property
    def value(self) -> float:
        """The same number; a parameter called `log...` holds a decimal logarithm."""
        return self.val

    @value.setter
    def value(self, value: "float | Quantity") -> None:
        self.val = value

    @property
    def scale(self) -> str:
        """`linear`: a parameter called `log...` holds the decimal logarithm, and priors are of what it holds."""
        return "linear"

    @property
    def frozen(self) -> bool:
        """Whether the parameter, with its whole group, is held fixed."""
        return self._fit.setup.frozen[self._index]

    @frozen.setter
    def frozen(self, flag: bool) -> None:
        if flag not in (True, False):
            raise ParameterError(f"par[{self.pid}].frozen is a switch", got=flag, allowed="True or False")
        self._fit.commit(Freeze((self.pid,), bool(flag)))

    def frozen_at(self, value: "float | Quantity") -> None:
        """Set a value and freeze the parameter there."""
        self.val = value
        self._fit.commit(Freeze((self.pid,), True))

    def freeze(self) -> None:
        """Freeze at the present value."""
        self.frozen = True

    def thaw(self) -> None:
        """Make the parameter free again."""
        self.frozen = False

    @property
    def free(self) -> bool:
        """Whether the parameter is a coordinate of the fit: not frozen, not tied, master of its group."""
        return self._index in self._fit.setup.free

    @property
    def prior(self) -> Prior | None:
        """The prior; None is improper and flat."""
        return self._fit.setup.priors[self._index]

    @prior.setter
    def prior(self, prior: Prior | PriorInUnits | Distribution | str | None) -> None:
        if isinstance(prior, PriorInUnits):
            prior = prior.of_parameter(self.unit, self.slot.log, f"par[{self.pid}] ({self.name})")
        if isinstance(prior, str | Distribution) and not isinstance(prior, Prior):
            prior = as_prior(prior)
        if prior is not None and not isinstance(prior, Prior):
            raise ParameterError(
                f"the prior of par[{self.pid}] is no prior",
                got=prior,
                allowed="a prior such as unif(-2, 2), its text, or None",
            )
        self._fit.commit(SetPrior(self.pid, prior))

    @property
    def prior_info(self) -> str | None:
        """The prior as text, `unif(-2, 2)`; None without one."""
        return None if self.prior is None else self.prior.info

    @property
    def post_info(self) -> dict[str, Any] | None:
        """What the last run says of this parameter, as plain data; None without one."""
        return None if self.post is None else self.post.info

    @property
    def range(self) -> tuple[float, float]:
        """Where the value may go: the prior's support within the parameter's limits, or the value itself when frozen."""
        if self.frozen:
            return (self.val, self.val)
        return self._fit.setup.range_of(self._index)

    @property
    def mates(self) -> tuple[int, ...]:
        """Numbers of the other members of the group."""
        return tuple(i + 1 for i in links.members(self._fit.setup.partition, self._index) if i != self._index)

    @property
    def post(self) -> Post | None:
        """What the last run says of this parameter; None where it was not free or nothing was run."""
        return self._fit.post(self._index)

    def link(self, *others: "Par | int | str") -> None:
        """Link others to this one: its value, prior and frozen state become theirs."""
        self._fit.commit(Link((self.pid, *(_pid(other) for other in others))))

    def unlink(self, *others: "Par | int | str") -> None:
        """Take others out of this one's group, or, without any, this one; values stay. One that is alone stays as it is."""
        named = tuple(_pid(other) for other in others) or (self.pid,)
        setup = self._fit.setup
        linked = tuple(pid for pid in named if len(links.members(setup.partition, setup.index(pid))) > 1)
        if linked:
            self._fit.commit(Unlink(linked))

    def tie(self, expression: str) -> None:
        """Follow an expression of other parameters, such as `2*par[1] + 0.5`."""
        self._fit.commit(SetTie(self.pid, expression))

    def untie(self) -> None:
        """Stop following an expression; the value stays."""
        self._fit.commit(SetTie(self.pid, ""))

    @property
    def tied_to(self) -> str | None:
        """The expression the parameter follows, if any."""
        return self._fit.setup.tied.get(self._fit.setup.root(self._index))

    @property
    def origin(self) -> str:
        """Where the value comes from: `default`, `guessed` from the data, `fitted`, or `given` by a person."""
        return self._fit.setup.value_origin(self._index).word

    @property
    def prior_origin(self) -> str:
        """Where the prior comes from, in the words of `origin`."""
        return self._fit.setup.prior_origin(self._index).word

    def todict(self) -> dict[str, Any]:
        """The present state as plain data."""
        return {
            "par#": self.pid,
            "name": self.name,
            "val": self.val,
            "unit": self.unit,
            "prior": None if self.prior is None else str(self.prior),
            "frozen": self.frozen,
            "linked to": self.mates,
            "tie": self.tied_to,
        }

    info = property(todict)

    def __float__(self) -> float:
        return self.val

    def __repr__(self) -> str:
        state = f"={self.tied_to}" if self.tied_to else ("frozen" if self.frozen else f"{self.prior}")
        mates = f", linked to {list(self.mates)}" if self.mates else ""
        unit = f" {self.unit}" if self.unit else ""
        return f"<par[{self.pid}] {self.slot.component}.{self.name} = {number_text(self.val)}{unit}, {state}{mates}>"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


def _pid(other: Par | int | str) -> int | str:
    return other.pid if isinstance(other, Par) else other


class Handles:
    """An ordered view of handles. A whole number is a place, counted from 1; text is a parameter's number or name.

    Of all parameters both are the same: `par[1]`, `par["1"]`, `par["cpl.alpha"]`. Of the free ones `free_par[2]` is the second
    and `free_par["3"]` parameter 3. Also iteration (over the numbers as text), `len`, `in`, `.keys()`, `.values()`, `.items()`.
    """

    def __init__(self, fit: Fit, pids: tuple[int, ...], known: dict[int, Par]):
        self._fit, self._pids, self._known = fit, pids, known

    def __getitem__(self, pid: int | str) -> Par:
        whole = len(self._pids) == len(self._fit.setup.values)
        if whole:
            return self._handle(self._fit.setup.index(pid) + 1)
        if isinstance(pid, int | np.integer) and not isinstance(pid, bool) and 1 <= pid <= len(self._pids):
            return self._handle(self._pids[pid - 1])
        if isinstance(pid, str) and (found := self._fit.setup.index(pid) + 1) in self._pids:
            return self._handle(found)
        named = ", ".join(repr(p) for p in self.keys()) or "none"
        raise ParameterError(
            "this is not among the parameters shown here", got=pid, allowed=f"places 1 to {len(self._pids)}, or {named}",
            hint="Every parameter is in infer.par.",
        )  # fmt: skip

    def _handle(self, pid: int) -> Par:
        if pid not in self._known:
            self._known[pid] = Par(self._fit, pid)
        return self._known[pid]

    def __setitem__(self, pid: int | str, value: "float | Quantity") -> None:
        self[pid].val = value

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._pids)

    def __contains__(self, pid: object) -> bool:
        try:
            self[pid]  # type: ignore[index]
        except ParameterError:
            return False
        return True

    def keys(self) -> list[str]:
        """The numbers as text, as the documented interface has them."""
        return [str(p) for p in self._pids]

    def values(self) -> list[Par]:
        """The handles."""
        return [self._handle(p) for p in self._pids]

    def items(self) -> list[tuple[str, Par]]:
        """(number as text, handle)."""
        return list(zip(self.keys(), self.values(), strict=True))

    def __repr__(self) -> str:
        return "\n".join(repr(p) for p in self.values()) or "no parameters"

    def _repr_html_(self) -> str:
        return par_info(self._fit.setup, only=self._pids)._repr_html_()


class Cfg:
    """A configuration value of a component (redshift, pivot energy, ...), live: `infer.cfg[1].val = 0.5` is an edit."""

    __slots__ = ("_fit", "_number")
    prior = post = None
    frozen = True

    def __init__(self, fit: Fit, number: int):
        self._fit, self._number = fit, number

    def _row(self) -> tuple[str, str, str, str, Any]:
        return cfg_rows(self._fit.setup)[self._number - 1]

    @property
    def component(self) -> str:
        """Name of the component."""
        return self._row()[2]

    @property
    def name(self) -> str:
        """Name of the setting."""
        return self._row()[3]

    @property
    def val(self) -> Any:
        """The value. Setting it makes the model anew; parameters that both models have stay as they are."""
        return self._row()[4]

    @val.setter
    def val(self, value: Any) -> None:
        self._fit.commit(SetSetting(self._number, value))

    @property
    def value(self) -> Any:
        """The same value."""
        return self.val

    @value.setter
    def value(self, value: Any) -> None:
        self.val = value

    def todict(self) -> dict[str, Any]:
        """The present setting as plain data, with the keys of a parameter that is frozen."""
        return {"cfg#": self._number, "name": self.name, "val": self.val, "prior": None, "frozen": True}

    info = property(todict)

    def __repr__(self) -> str:
        return f"<cfg {self.component}.{self.name} = {self.val!r}>"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


class Cfgs(Numbered[Cfg]):
    """Configuration values by number, `cfg[1]` or `cfg["1"]`."""

    def _repr_html_(self) -> str:
        columns = {"cfg#": list(self), "Component": [c.component for c in self.values()]}
        return Info(
            columns | {"Parameter": [c.name for c in self.values()], "Value": [c.val for c in self.values()]}
        ).html
