"""Whole numbers that are asked for: refused when they are not, or too small."""

from numbers import Integral

from spec_lab._base.errors import ParameterError


def whole_number(what: str, value: float | None, name: str, least: int = 1) -> None:
    """Refuse what is no whole number of at least `least`.

    Args:
        what: Such as "number of draws".
        value: As given.
        name: Of the argument.
        least: The smallest allowed.

    Raises:
        ParameterError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ParameterError(f"the {what} must be a whole number", got=value, allowed=f"{name} >= {least}")
