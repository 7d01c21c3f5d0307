"""The errors of the tree floor: each is a `StructError`, and also the built-in exception Python code expects.

`FrozenStructError` is an `AttributeError`, so `hasattr`-style code behaves; `ValidationError` is a `TypeError`, so
code that guards a constructor with `except TypeError` behaves. They take the house's teaching arguments `(what, *,
got, allowed, hint)`.
"""

from spec_lab._base import SpecLabError


class StructError(SpecLabError):
    """Base of everything that can go wrong with a tree container."""


class FrozenStructError(StructError, AttributeError):
    """An attribute of a finished, immutable container was set or deleted."""


class ValidationError(StructError, TypeError):
    """A value (or a class declaration) that the container's rules do not admit."""


class DeclarationError(ValidationError, ValueError):
    """A class body that cannot become a container; a `ValueError` too, as `dataclasses` raises there."""


class SerializationError(StructError):
    """A value that cannot be written, or a state dict or file that cannot be read."""
