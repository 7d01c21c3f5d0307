"""Slots: the numbered places of a set-up that can hold a value.

Model parameters first, pair by pair, then five data parameters a unit: `sf` (source exposure factor), `bf` (background
exposure factor), `rf` (response factor, an effective-area correction), `ra` and `dec` (source position, used only by
responses that depend on it, see `sky`). Slots are derived from the pairs and never stored; numbers (`pid`) are 1-based and
stable under freezing and linking.
"""

from typing import Any, NamedTuple

from spec_lab.bridge.priors import Prior, parse_prior, unif
from spec_lab.data import BalrogResponse
from spec_lab.fit.pairs import PairSpec

DATA_PARAMETERS = ("sf", "bf", "rf", "ra", "dec")
_ANYWHERE = (float("-inf"), float("inf"))
_DATA_VALUES = {"sf": 1.0, "bf": 1.0, "rf": 1.0, "ra": 0.0, "dec": 0.0}
_DATA_PRIORS = {
    "sf": unif(0.5, 2),
    "bf": unif(0.5, 2),
    "rf": unif(0.5, 2),
    "ra": unif(0, 360),
    "dec": unif(-90, 90),
}
_DATA_DOCS = {
    "sf": "factor on the source exposure",
    "bf": "factor on the background exposure",
    "rf": "factor on the response: effective-area correction",
    "ra": "right ascension of the source, deg",
    "dec": "declination of the source, deg",
}


class Slot(NamedTuple):
    """One numbered parameter place and everything about it that no edit changes.

    `limits` are hard: where the quantity is defined at all (a `Constrained` variable's range). A prior may be wider; it is cut
    to them.
    """

    pid: int
    owner: str
    pair: int
    unit_index: int
    expression: str
    component: str
    name: str
    label: str
    unit: str
    value: float
    prior: Prior | None
    frozen: bool
    log: bool
    doc: str
    limits: tuple[float, float]
    movable: bool = False  # a source position on which the unit's response depends

    @property
    def path(self) -> str:
        """The slot's site name, such as `pair1.cpl.alpha`; it survives every tree walk."""
        return f"pair{self.pair + 1}.{self.component}.{self.name}"


def make_slots(pairs: tuple[PairSpec, ...]) -> tuple[Slot, ...]:
    """All slots of the pairs, in order of their numbers."""
    drafts = [draft for i, pair in enumerate(pairs) for draft in _model_slots(i, pair)]
    drafts += [draft for i, pair in enumerate(pairs) for draft in _data_slots(i, pair)]
    return tuple(Slot(pid, **draft) for pid, draft in enumerate(drafts, start=1))


def _model_slots(index: int, pair: PairSpec) -> list[dict[str, Any]]:
    return [
        {
            "owner": "model",
            "pair": index,
            "unit_index": -1,
            "expression": pair.model.expression,
            "component": p.component,
            "name": p.name,
            "label": p.label,
            "unit": p.unit,
            "value": float(p.value),
            "prior": _default_prior(p),
            "frozen": bool(p.frozen),
            "log": bool(p.log),
            "doc": p.doc or "",
            "limits": p.bounds or _ANYWHERE,
        }
        for p in pair.model.parameters
    ]


def _default_prior(parameter: Any) -> Prior | None:
    """The stated prior; else a flat one over finite bounds; else none (improper flat)."""
    if parameter.prior:
        return parse_prior(parameter.prior)
    low, high = parameter.bounds or _ANYWHERE
    finite = abs(low) < float("inf") and abs(high) < float("inf")
    return unif(float(low), float(high)) if finite else None


def _data_slots(index: int, pair: PairSpec) -> list[dict[str, Any]]:
    return [
        {
            "owner": "data",
            "pair": index,
            "unit_index": j,
            "expression": unit_name,
            "component": unit_name,
            "name": name,
            "label": rf"\mathrm{{{name}}}",
            "unit": "deg" if name in ("ra", "dec") else "",
            "value": _DATA_VALUES[name],
            "prior": _DATA_PRIORS[name],
            "frozen": True,
            "log": False,
            "doc": _DATA_DOCS[name],
            "limits": _ANYWHERE if name in ("ra", "dec") else (0.0, float("inf")),
            **_started(pair.data.units[j].position, name),
        }
        for j, unit_name in enumerate(pair.data.names)
        for name in DATA_PARAMETERS
    ]


def _started(response: BalrogResponse | None, name: str) -> dict[str, Any]:
    """What a response that depends on the position says about a data parameter."""
    starts = {} if response is None else {"ra": response.ra, "dec": response.dec, "rf": response.factor}
    if name not in starts:
        return {}
    value, frozen, prior = starts[name]
    stated = {"value": value, "frozen": frozen, "prior": parse_prior(prior), "movable": name != "rf"}
    return stated | ({"limits": (-90.0, 90.0)} if name == "dec" else {})
