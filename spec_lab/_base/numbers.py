"""How numbers are written, in every table, title, message and row of the Lab: to the digits their own errors allow, else to six.

With an error the rule is that of the Particle Data Group (Review of Particle Physics, section 5.3 of its introduction): two
digits of an error whose three leading ones are 100-354, else one, and as many decimals of the value. A value below its error
keeps two digits of its own: 0.05 with an error of 14 stays 0.05. No number has more than six significant digits.

Texts that a person may edit have exponents as Python reads them (`plain`: 1.2e-09); what is only read has them as a paper
prints them (`number_text`: 1.2×10⁻⁹).
"""

import math
import re

DIGITS = 6  # significant ones of any number
ASYMMETRIC = 1.2  # sides that differ by less are one error
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")  # the digits of an exponent
_EXPONENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)\b")


# -- without an error --------------------------------------------------------------------------------------------------
def plain(value: float, digits: int = DIGITS) -> str:
    """A number without an error, as Python reads it."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    return f"{value:.{digits}g}"


def printed(text: str) -> str:
    """A text with the exponents of its numbers as a paper prints them.

    >>> printed("from 1.2e-09 to 3e+5")
    'from 1.2×10⁻⁹ to 3×10⁵'
    """
    return _EXPONENT.sub(lambda found: f"{found[1]}×10{str(int(found[2])).translate(RAISED)}", text)


def number_text(value: float, digits: int = DIGITS) -> str:
    """A number without an error, to be read.

    >>> number_text(123456789.0), number_text(1.25e-9), number_text(0.05)
    ('1.23457×10⁸', '1.25×10⁻⁹', '0.05')
    """
    return printed(plain(value, digits))


def decimal_text(value: float, decimals: int = 3) -> str:
    """A number with so many decimals, fewer where they would be more than six digits; small ones keep four digits.

    >>> decimal_text(-1.5617945), decimal_text(160123.4567), decimal_text(0.0123456), decimal_text(2.5e-9)
    ('-1.562', '160123', '0.01235', '2.5×10⁻⁹')
    """
    if not math.isfinite(value) or abs(value) >= 10**DIGITS - 0.5:
        return number_text(value)
    return _decimals(value, decimals) if abs(value) >= 1 else number_text(value, decimals + 1)


def statistic_text(value: float) -> str:
    """A statistic: two decimals, fewer where it is large."""
    if not math.isfinite(value) or abs(value) >= 10**DIGITS - 0.5:
        return number_text(value)
    return _decimals(value, 2)


def reduced_text(value: float) -> str:
    """A statistic over its degrees of freedom."""
    return f"{value:.3f}" if abs(value) < 100 else statistic_text(value)


def finite(value: float | None) -> float | None:
    """A number as JSON can hold it: None where it is missing or not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


# -- with an error -----------------------------------------------------------------------------------------------------
def error_digits(error: float) -> int:
    """Significant digits an error deserves: two where its three leading digits are 100–354, else one; 950–999 is 1000."""
    leading = _leading(error)
    return 2 if leading <= 354 or leading >= 950 else 1


def with_error(value: float, error: float | None, extra: int = 0) -> tuple[str, str]:
    """A value and its 1 σ as editable texts with the same number of decimals; `extra` more digits than the rule gives.

    Without a usable error the value has six significant digits and the error is an empty text. A value below its error has
    two digits of its own.

    >>> with_error(0.827, 0.119), with_error(0.05, 14.0)
    (('0.83', '0.12'), ('0.05', '14'))
    """
    if error is None or not math.isfinite(error) or error <= 0 or not math.isfinite(value):
        return plain(value), ""
    place = math.floor(math.log10(error)) + (_leading(error) >= 950)
    decimals = error_digits(error) - 1 - place + extra
    top = max(place, math.floor(math.log10(abs(value))) if value else place)
    if decimals > DIGITS - 1 - top:  # an error so small is not worth its digits
        return plain(value), plain(error, 2)
    shared = top >= DIGITS or decimals > 8
    texts = _scientific(value, error, top, decimals) if shared else _fixed(value, error, max(decimals, 0))
    lost = 0 < abs(value) < error and 1 - math.floor(math.log10(abs(value))) > decimals
    return (plain(value, 2), texts[1]) if lost else texts


def value_and_error(value: float, error: float | None) -> str:
    """A value with its 1 σ in one text, to be read.

    >>> value_and_error(-123.456, 0.12), value_and_error(3.2e-12, 1.1e-13), value_and_error(7.25, None)
    ('-123.46 ± 0.12', '(3.20 ± 0.11)×10⁻¹²', '7.250')
    """
    text, sigma = with_error(value, error)
    if not sigma:
        return decimal_text(value)
    (a, _, power), (b, _, other) = text.partition("e"), sigma.partition("e")
    return printed(f"({a} ± {b})×10{power.translate(RAISED)}" if power and power == other else f"{text} ± {sigma}")


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
    """A value with the distances to both sides, up and down, in the digits of the smaller; one ten times larger in its own.

    >>> between(1.23456, 0.0123, 0.0456), between(0.05, 0.03, 14.0)
    (('1.235', '0.046', '0.012'), ('0.050', '14', '0.030'))
    """
    small = min((side for side in (minus, plus) if side > 0), default=None)
    text = with_error(value, small)[0]
    up, down = (_side(side, text if small and side < 10 * small else "") for side in (plus, minus))
    return text, up, down


def _side(side: float, like: str) -> str:
    """A distance, with the decimals and the exponent of the value's text."""
    if not like or not side > 0 or not math.isfinite(side):
        return with_error(side, side)[1] or "0"
    digits, _, power = like.partition("e")
    text = f"{side / 10.0 ** int(power or 0):.{len(digits.partition('.')[2])}f}"
    return f"{text}e{power}" if power else text


def interval_text(low: float, high: float) -> str:
    """Both ends of an interval, to be read, to three digits of its width.

    >>> interval_text(-1.5731, -1.5519), interval_text(1.23e-9, 2.5e-9), interval_text(0.5, 0.5)
    ('[-1.5731, -1.5519]', '[1.23×10⁻⁹, 2.50×10⁻⁹]', '[0.5, 0.5]')
    """
    width = abs(high - low)
    if not (math.isfinite(low) and math.isfinite(high) and width > 0):
        return f"[{number_text(low)}, {number_text(high)}]"
    place, size = math.floor(math.log10(width)), max(abs(low), abs(high))
    ends = [printed(_digits(end, 2 - place, size)) for end in (low, high)]
    return f"[{', '.join(ends)}]"


def _digits(end: float, decimals: int, size: float) -> str:
    """One end with so many decimals, where the larger end has at most six digits."""
    top = math.floor(math.log10(size))
    if -4 <= top < DIGITS:
        return _unsigned_zero(f"{end:.{max(0, min(decimals, DIGITS - 1 - top))}f}")
    own = math.floor(math.log10(abs(end))) if end else top
    return f"{end:.{max(0, min(decimals + own, DIGITS - 1))}e}" if end else "0"


def _leading(error: float) -> int:
    """The three leading digits."""
    return round(error / 10.0 ** (math.floor(math.log10(error)) - 2))


def _decimals(value: float, most: int) -> str:
    """So many decimals, or what six digits leave of them."""
    size = abs(float(plain(value)))
    return f"{value:.{max(0, min(most, DIGITS - 1 - (math.floor(math.log10(size)) if size >= 1 else 0)))}f}"


def _unsigned_zero(text: str) -> str:
    return text.removeprefix("-") if float(text) == 0 else text  # what rounds to zero has no sign


def _fixed(value: float, error: float, decimals: int) -> tuple[str, str]:
    return _unsigned_zero(f"{value:.{decimals}f}"), f"{error:.{decimals}f}"


def _scientific(value: float, error: float, top: int, decimals: int) -> tuple[str, str]:
    digits = max(top + decimals, 0)
    scale = 10.0**top
    return f"{value / scale:.{digits}f}e{top:+d}", f"{error / scale:.{digits}f}e{top:+d}"
