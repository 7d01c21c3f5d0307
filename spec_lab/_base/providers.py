"""What a class offers and a file above it computes: written down by name when spec_lab is imported, fetched when first used.

`Interval(0, 1).support` is a NumPyro constraint, but only the bridge knows NumPyro. So the door of the package writes down where
that function lives, and the constraint asks for it here. Nothing below the bridge imports it, not even late.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

_homes: dict[str, str] = {}


def provide(name: str, home: str) -> None:
    """Write down where a function lives.

    Args:
        name: What is asked for, such as `"constraint.support"`.
        home: `module:function`.
    """
    _homes[name] = home


def provided(name: str) -> Callable[..., Any]:
    """The function written down under a name; its module is imported now."""
    module, _, function = _homes[name].partition(":")
    return getattr(import_module(module), function)
