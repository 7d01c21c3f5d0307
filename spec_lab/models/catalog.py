"""The catalog: every component by name and alias, with its formula, parameters and help."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable
from functools import partial
from typing import Any

from spec_lab._base import Info, ModelError
from spec_lab.models.component import REGISTRY, Component
from spec_lab.models.counterparts import XSPEC
from spec_lab.priors import Prior


def component_class(name: str) -> type[Component] | None:
    """The class called `name`, by its own name or an alias, in any case as XSPEC reads it (TBabs); None when there is none."""
    return _owner(_spelled(name))


def _owner(name: str) -> type[Component] | None:
    return REGISTRY.get(name) or next((cls for cls in REGISTRY.values() if name in cls.aliases), None)


def _spelled(name: str) -> str:
    """The known name meant by `name`: itself, else the one that differs only in capitals."""
    if _owner(name) is not None:
        return name
    return next((known for known in known_names() if known.lower() == name.lower()), name)


def maker(name: str) -> Callable[..., Component] | None:
    """What makes a component called `name`: its class, or for an alias the class with the settings the alias implies."""
    name = _spelled(name)
    cls = _owner(name)
    preset = {} if cls is None else cls.presets.get(name, {})
    return partial(cls, **preset) if cls is not None and preset else cls


def known_names() -> list[str]:
    """Every name and alias."""
    return sorted({*REGISTRY, *(alias for cls in REGISTRY.values() for alias in cls.aliases)})


def check_free(name: str, otherwise: str) -> None:
    """Refuse a name that no expression could hold, and one that would hide a shipped component or be read as it.

    Args:
        name: What a component of the user's is to be called.
        otherwise: How to give it another name, for the hint.

    Raises:
        ModelError: The name is no name, or is taken.
    """
    hint = f"Choose another name: {otherwise}."
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ModelError("a component cannot have this name", got=name, hint=hint)
    taken = component_class(name) or component_class(name.rstrip("0123456789"))
    home = "" if taken is None else str(taken.__module__)
    if taken is not None and home.startswith(f"{__package__}.") and not home.endswith(".table_models"):
        raise ModelError(f"{name!r} would hide the component {taken.__name__!r}, or be read as it", hint=hint)


class Catalog(list[dict[str, Any]]):
    """The entries of `catalog()`: a list, shown as a table."""

    @property
    def info(self) -> Info:
        """Name, kind, one line, parameters, other names and agreement with XSPEC of every component."""
        return Info(
            {
                "Name": [e["name"] for e in self],
                "Kind": [e["kind"] for e in self],
                "What": [e["summary"] for e in self],
                "Parameters": [", ".join(p["name"] for p in e["parameters"]) for e in self],
                "Also": [", ".join(e["aliases"]) for e in self],
                "XSPEC": [_agreement(e["xspec"]) for e in self],
            }
        )

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def catalog() -> Catalog:
    """One entry per component: name, aliases, kind, formula (LaTeX), summary, doc, parameters, config, xspec.

    `xspec` is None where XSPEC has no such model, else its names there, the agreement seen (largest relative difference)
    and a note (see `counterparts`).
    """
    return Catalog(
        _entry(name, cls) for name, cls in sorted(REGISTRY.items(), key=lambda item: (item[1].kind, item[0]))
    )


def _as_text(prior: Prior | None) -> dict[str, str | None]:
    return {"prior": None if prior is None else str(prior)}


def _entry(name: str, cls: type[Component]) -> dict[str, Any]:
    parameters, settings = [], []
    for key, field in cls.__dataclass_fields__.items():
        declared = field.metadata.get("parameter")
        if declared is not None:
            when = None if declared.when is None else f"{declared.when[0]}={declared.when[1]}"
            words = declared.metadata | _as_text(declared.prior)
            parameters.append({"name": key, "default": declared.default, **words, "when": when})
        elif "config" in field.metadata:
            settings.append({"name": key, "default": field.default, "doc": field.metadata["config"]})
    doc = inspect.getdoc(cls) or ""
    return {
        "name": name,
        "aliases": list(cls.aliases),
        "kind": cls.kind,
        "formula": cls.formula,
        "summary": doc.partition("\n")[0],
        "doc": doc,
        "parameters": parameters,
        "config": settings,
        "xspec": _counterpart(name, cls),
    }


def _counterpart(name: str, cls: type[Component]) -> dict[str, Any] | None:
    """What is known of XSPEC's model behind a shipped component."""
    found = XSPEC.get(name) if cls.__module__.startswith(f"{__package__}.") else None
    return None if found is None else {"names": list(found.names), "agreement": found.agreement, "note": found.note}


def _agreement(counterpart: dict[str, Any] | None) -> str:
    return "" if counterpart is None else f"{', '.join(counterpart['names'])} ({counterpart['agreement']:.0e})"
