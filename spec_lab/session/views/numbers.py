"""How numbers are written: values to the digits their errors allow (the rule of the Particle Data Group), and plain ones.

Everything that the panels show is written here; no number has more than six significant digits.
"""

import math

DIGITS = 6  # significant ones of any number
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def error_digits(error: float) -> int:
    """Significant digits an error deserves: two where its three leading digits are 100–354, else one; 950–999 is 1000."""
    leading = round(error / 10.0 ** (math.floor(math.log10(error)) - 2))
    return 2 if leading <= 354 or leading >= 950 else 1


def with_error(value: float, error: float | None, extra: int = 0) -> tuple[str, str]:
    """A value and its 1 σ as texts with the same number of decimals; `extra` more digits than the rule gives.

    Without a usable error the value has six significant digits and the error is an empty text.
    """
    if error is None or not math.isfinite(error) or error <= 0 or not math.isfinite(value):
        return plain(value), ""
    leading = round(error / 10.0 ** (math.floor(math.log10(error)) - 2))
    place = math.floor(math.log10(error)) + (leading >= 950)
    decimals = error_digits(error) - 1 - place + extra
    top = max(place, math.floor(math.log10(abs(value))) if value else place)
    if decimals > DIGITS - 1 - top:  # an error so small is not worth its digits
        text = plain(value)
        return text, plain(error, 2)
    if top >= 6 or decimals > 8:
        return _scientific(value, error, top, decimals)
    decimals = max(decimals, 0)
    return _fixed(value, decimals), f"{error:.{decimals}f}"


ASYMMETRIC = 1.2  # sides that differ by less are one error


def with_sides(value: float, minus: float, plus: float) -> tuple[str, str]:
    """A value and its 1 σ to both sides, as texts: one error where they are alike, "+14 -0.05" where not, "+14" at a bound.

    The value keeps the digits that its smaller side allows.
    """
    small, large = sorted((minus, plus))
    if not large > 0 or not math.isfinite(large):
        return plain(value), ""
    if small <= 0:
        text, error = with_error(value, large)
        return text, f"+{error}" if plus > minus else f"-{error}"
    if large < ASYMMETRIC * small:
        return with_error(value, 0.5 * (minus + plus))
    text, up, down = between(value, minus, plus)
    return text, f"+{up} -{down}"


def between(value: float, minus: float, plus: float) -> tuple[str, str, str]:
    """A value with the distances to both sides, up and down: the value in the digits of the smaller, each side in its own."""
    sides = [side for side in (minus, plus) if side > 0]
    up, down = (with_error(side, side)[1] or "0" for side in (plus, minus))
    return with_error(value, min(sides, default=None))[0], up, down


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text  # what rounds to zero has no sign


def _scientific(value: float, error: float, top: int, decimals: int) -> tuple[str, str]:
    digits = max(top + decimals, 0)
    scale = 10.0**top
    return f"{value / scale:.{digits}f}e{top:+d}", f"{error / scale:.{digits}f}e{top:+d}"


def statistic_text(value: float) -> str:
    """A statistic: two decimals, fewer where it is large, never more than six digits; beyond that as a paper prints it."""
    if not math.isfinite(value):
        return plain(value)
    if abs(value) < 10 ** (DIGITS - 1):
        return f"{value:.{min(2, max(0, DIGITS - 1 - _exponent(value)))}f}"
    return f"{value:.0f}" if abs(value) < 10**DIGITS - 0.5 else scientific(value)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if abs(value) >= 1 else 0


def reduced_text(value: float) -> str:
    """A statistic over its degrees of freedom."""
    return f"{value:.3f}" if abs(value) < 100 else statistic_text(value)


def scientific(value: float, digits: int = DIGITS) -> str:
    """A number with its power of ten, as a paper prints it: 1.50952×10⁷."""
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}×10{str(int(power)).translate(_RAISED)}"


def plain(value: float, digits: int = 6) -> str:
    """A number without an error."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    return f"{value:.{digits}g}"


def finite(value: float | None) -> float | None:
    """A number as JSON can hold it: None where it is missing or not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
