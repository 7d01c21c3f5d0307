"""The forms of the engines, made from the catalog and the attrs classes of their options: the same source as `lab.fit(...)`."""

import functools
import importlib
import importlib.util
import inspect
import re
import typing
from typing import Any, Literal

import attrs

from spec_lab._base import SpecLabError
from spec_lab.engines import ENGINES, Engine, presets
from spec_lab.fit import Setup
from spec_lab.session.actions import check_ready
from spec_lab.session.fit_forms import EngineForm, EngineOption, EnginePreset

LABELS = {"sharpen": "importance draws", "live": "live points"}  # of options whose names say too little on a form
_KINDS: dict[type, Literal["bool", "int", "float"]] = {bool: "bool", int: "int", float: "float"}


def engines(setup: Setup, *, wait: bool = True) -> list[EngineForm]:
    """`view.engines`: every engine, whether it can run now, and if not why.

    Forms come from the engines' modules, which take seconds to import. With `wait=False`, engines whose form is not known
    yet are listed as still loading; `load_forms` makes them known.
    """
    if wait:
        load_forms()
    return [_entry(setup, name, row) for name, row in ENGINES.items()]


def load_forms() -> None:
    """Import every engine's options."""
    for name in ENGINES:
        if name not in _forms:
            _forms[name] = _form(name)


def forms_loaded() -> bool:
    """Whether every engine's form is known."""
    return all(name in _forms for name in ENGINES)


_forms: dict[str, EngineForm] = {}  # like a module in sys.modules: made once, never changed


def _entry(setup: Setup, name: str, row: Engine) -> EngineForm:
    form = _forms.get(name)
    if form is None:
        return _about(name, row, [], [], "The engine is being loaded.")
    why = _reason(setup, row)
    return {**form, "enabled": not why, "why": why}


def _about(name: str, row: Engine, options: list[EngineOption], levels: list[EnginePreset], why: str) -> EngineForm:
    return {
        "name": name,
        "title": row.title,
        "doc": row.doc,
        "enabled": not why,
        "why": why,
        "options": options,
        "presets": levels,
    }


def _reason(setup: Setup, row: Engine) -> str:
    """Why it cannot run now; empty where it can."""
    why = _missing(row.package)
    if not why:
        try:
            check_ready(setup, row)
        except SpecLabError as error:
            why = error.what[0].upper() + error.what[1:] + "."
    return why


@functools.cache
def _missing(package: str) -> str:
    if package and importlib.util.find_spec(package.split(".")[0]) is None:
        return f"It needs the package {package}, which is not installed."
    return ""


def _form(name: str) -> EngineForm:
    row = ENGINES[name]
    module, options = row.options.split(":")
    cls = getattr(importlib.import_module(f"spec_lab.engines.{module}"), options)
    docs = attribute_docs(cls)
    fields = [_option(f, docs.get(f.name, "")) for f in attrs.fields(cls)]
    levels: list[EnginePreset] = [{"name": level, "options": dict(options)} for level, options in presets(name).items()]
    shown = [o for o in fields if o is not None]
    return _about(name, row, shown, levels, "")


def _option(attribute: "attrs.Attribute[Any]", doc: str) -> EngineOption | None:
    """One control, or None for an option that no simple control can set (it stays open to Python)."""
    choices = _choices(attribute)
    default = attribute.default
    kind: Literal["int", "float", "bool", "choice"] | None = "choice" if choices else _KINDS.get(type(default))
    if kind is None:
        return None
    low, high = _limits(attribute)
    return {
        "name": attribute.name,
        "label": LABELS.get(attribute.name, attribute.name.replace("_", " ")),
        "kind": kind,
        "default": default,
        "min": low,
        "max": high,
        "choices": choices,
        "doc": doc,
    }


def _choices(attribute: "attrs.Attribute[Any]") -> list[str | float] | None:
    if attribute.metadata.get("choices"):
        return list(attribute.metadata["choices"])
    if typing.get_origin(attribute.type) is typing.Literal:
        return list(typing.get_args(attribute.type))
    options = getattr(attribute.validator, "options", None)  # attrs.validators.in_
    return sorted(options) if options else None


def _limits(attribute: "attrs.Attribute[Any]") -> tuple[float | None, float | None]:
    bounds: dict[str, float] = {}
    validator = attribute.validator
    for one in getattr(validator, "_validators", (validator,)):  # attrs.validators.and_
        sign, bound = getattr(one, "compare_op", ""), getattr(one, "bound", None)
        if bound is not None:
            bounds["min" if ">" in sign else "max"] = bound
    return bounds.get("min"), bounds.get("max")


def attribute_docs(cls: type) -> dict[str, str]:
    """Name → sentence from the `Attributes:` section of a Google-style docstring."""
    text = inspect.getdoc(cls) or ""
    section = text.partition("Attributes:")[2]
    docs: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if match := re.match(r"^ {4}(\w+):\s*(.*)$", line):
            name = match[1]
            docs[name] = match[2]
        elif line.startswith("     ") and name:
            docs[name] += " " + line.strip()
        elif line.strip() and not line.startswith(" "):
            break
    return docs
