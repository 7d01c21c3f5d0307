"""Slots: the numbered places of a set-up that can hold a value.

Model parameters first, pair by pair (behind those of a pair, what its derived parameters are computed from), then five data
parameters a unit: `sf` (source exposure factor), `bf` (background exposure factor), `rf` (response factor, an effective-area
correction), `ra` and `dec` (source position, used only by responses that depend on it, see `sky`). Slots are derived from the
pairs and never stored; numbers (`pid`) are 1-based and stable under freezing and linking.
"""

from typing import Any, NamedTuple

from spec_lab._base import decimal
from spec_lab.data import DATA_PARAMETERS, PARAMETER_MEANINGS, DataUnit, parameter_starts
from spec_lab.fit.declared_ties import RawSource, inherited_prior, raw_sources
from spec_lab.fit.pairs import PairSpec
from spec_lab.models import Declaration, Parameter, parameter_of
from spec_lab.priors import Prior, parse_prior, unif
from spec_lab.variables import AbstractVariable, Tagged

_ANYWHERE = (float("-inf"), float("inf"))


class Slot(NamedTuple):
    """One numbered parameter place and everything about it that no edit changes.

    `limits` are hard: where the quantity is defined at all (a `Constrained` variable's range). A prior may be wider; it is cut
    to them. `default` and `default_prior` are what the component says when nobody says otherwise. A `source` is no parameter of
    its component's formula: it is what a derived one is computed from.
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
    default: float | None = None
    default_prior: Prior | None = None
    source: bool = False
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


def told_by_person(pairs: tuple[PairSpec, ...], slots: tuple[Slot, ...]) -> tuple[list[bool], list[bool]]:
    """Of each slot, whether a person gave its value, and whether a person gave its prior."""
    records = {(i, p.component, p.name): p for i, pair in enumerate(pairs) for p in pair.model.parameters}
    values, priors = [], []
    for slot in slots:
        record = None if slot.owner == "data" or slot.source else records[slot.pair, slot.component, slot.name]
        values.append(slot.value != slot.default if record is None else record.value_given)
        priors.append(slot.prior != slot.default_prior if record is None else record.prior_given)
    return values, priors


def _model_slots(index: int, pair: PairSpec) -> list[dict[str, Any]]:
    declarations = [declared for leaf in pair.model.leaves() for _, declared in leaf.slots()]
    place = {"owner": "model", "pair": index, "unit_index": -1, "expression": pair.model.expression}
    drafts = [
        {**place, **_record(p), "default": declared.default, "default_prior": declared.prior}
        for p, declared in zip(pair.model.parameters, declarations, strict=True)
    ]
    return drafts + [{**place, **_source(source, drafts[source.index])} for source in raw_sources(pair.model)]


def _record(p: Parameter) -> dict[str, Any]:
    """What a parameter of a model says of its slot."""
    return {
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


def _source(source: RawSource, derived: dict[str, Any]) -> dict[str, Any]:
    """The slot of what a derived parameter is computed from."""
    label, doc = (
        rf"{derived['label']}_\mathrm{{raw}}",
        f"{derived['name']} = {source.formula.replace('par[1]', source.name)}",
    )
    variable = source.variable if isinstance(source.variable, AbstractVariable) else Tagged(source.variable)
    value = decimal(variable.value)
    declared = Declaration(value, None, "", label, doc, log=False, frozen=False, when=None)
    draft = _record(parameter_of(source.component, source.name, declared, variable, wrapped=False, given=True))
    prior = draft["prior"] or inherited_prior(source.formula, derived["prior"], value, draft["limits"])
    return {**draft, "prior": prior, "default": None, "default_prior": None, "source": True}


def _parsed(prior: Any) -> Prior | None:
    return parse_prior(prior) if isinstance(prior, str) else prior


def _default_prior(parameter: Parameter) -> Prior | None:
    """The stated prior; else a flat one over finite bounds; else none (improper flat)."""
    if parameter.prior is not None:
        return parameter.prior
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
            "log": False,
            "doc": PARAMETER_MEANINGS[name],
            **_started(pair.data.units[j], name),
        }
        for j, unit_name in enumerate(pair.data.names)
        for name in DATA_PARAMETERS
    ]


def _started(unit: DataUnit, name: str) -> dict[str, Any]:
    """What a data parameter starts as, and its hard limits; only a declination has some in a response that depends on it."""
    value, frozen, prior = parameter_starts(unit)[name]
    movable = unit.position is not None and name in ("ra", "dec")
    sky = (-90.0, 90.0) if movable and name == "dec" else _ANYWHERE
    limits = sky if name in ("ra", "dec") else (0.0, float("inf"))
    believed = _parsed(prior)
    return {
        "value": value,
        "frozen": frozen,
        "prior": believed,
        "movable": movable,
        "limits": limits,
        "default": value if name in ("ra", "dec") else 1.0,
        "default_prior": believed,
    }
