"""Fields computed from other fields: on construction to validate them, else on first reading; kept on the instance.

They are in no auxiliary data: two instances with other values keep equal tree definitions, and nothing is computed when
JAX takes an instance apart. A derivation that needs concrete values is put off while JAX traces, and a value made of
tracers is never kept (it would leak from the trace).
"""

import threading
from collections.abc import Sequence
from typing import Any

import jax
import jax.core

from spec_lab.tree.errors import StructError
from spec_lab.tree.field import FieldSpec
from spec_lab.tree.field_calls import with_value, without_value
from spec_lab.tree.rules import PLAIN

TRACING_ERRORS = (
    jax.errors.ConcretizationTypeError,
    jax.errors.NonConcreteBooleanIndexError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
)


class DerivedSlot:
    """Class attribute of a computed field: computes on first reading, then the instance's own value hides it."""

    def __init__(self, owner: str, spec: FieldSpec):
        self.where = f"field {owner}.{spec.name}"
        self.spec = spec
        self._derive = without_value(spec.derived)  # pyright: ignore[reportArgumentType]
        self._convert = None if spec.converter is None else with_value(spec.converter)
        self._busy = threading.local()

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = self.compute(instance)
        if not _traced(value):
            instance.__dict__[self.spec.name] = value
        return value

    def compute(self, instance: Any) -> Any:
        """The value, afresh.

        Raises:
            StructError: The derivation reads its own field.
        """
        active = self._busy.__dict__.setdefault("ids", set())
        if id(instance) in active:
            raise StructError(f"{self.where} is derived from itself", hint="Derive it from other fields only.")
        active.add(id(instance))
        try:
            value = self._derive(instance)
            return value if self._convert is None else self._convert(instance, value)
        finally:
            active.discard(id(instance))


def derive_all(slots: Sequence[DerivedSlot], instance: Any) -> None:
    """Compute the fields of these slots afresh, in order, and keep the values as far as they are concrete."""
    values = instance.__dict__
    for slot in slots:
        values.pop(slot.spec.name, None)
    for slot in slots:
        if slot.spec.name in values:  # an earlier derivation read it
            continue
        try:
            value = slot.compute(instance)
        except Exception as error:
            if not _from_tracing(error):
                raise
            continue
        if not _traced(value):
            values[slot.spec.name] = value


def _from_tracing(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, TRACING_ERRORS):
            return True
        error = error.__cause__ or error.__context__
    return False


def _traced(value: Any) -> bool:
    if type(value) in PLAIN:
        return False
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree_util.tree_leaves(value))
