"""The families of priors: names, arguments, checks, and the formulas of the *standard* law of each.

Every family is a location–scale family: x = loc + scale · z with a standard law of z that has at most two shapes. So
all are described by four numbers `(shape1, shape2, loc, scale)`, which is what the compiled functions receive. Formulas
are those of the distribution of the same name in scipy.stats (docs.scipy.org/doc/scipy/reference/stats.html); each is
written once against the special functions m of NumPy or of JAX (`special`). `density` selects among them by code, `makers`
gives each its function, `distributions` finds the row that a NumPyro distribution equals.
"""

import math
from collections.abc import Callable
from typing import Any

from spec_lab.priors.family import Argument, Equal, Family

_LOC, _SCALE = Argument("loc", 0.0), Argument("scale", 1.0)
_LOG_ROOT_2PI = 0.5 * math.log(2 * math.pi)
_INF = math.inf
_CUT = ("base_dist.loc", "base_dist.scale")
ONE_ENDS = lambda m, s1, s2: (0.0, 1.0)  # noqa: E731
HALF_LINE = lambda m, s1, s2: (0.0, _INF)  # noqa: E731
LINE = lambda m, s1, s2: (-_INF, _INF)  # noqa: E731
SHAPES = lambda m, s1, s2: (s1, s2)  # noqa: E731
CIRCLE = lambda m, s1, s2: (-math.pi, math.pi)  # noqa: E731


def _log_mass(m, a, b):
    """log(Φ(b) − Φ(a)), from the tail in which nothing cancels."""
    right = a > 0
    lo, hi = m.where(right, -b, a), m.where(right, -a, b)
    return m.log(m.ndtr(hi) - m.ndtr(lo))


def _truncnorm_cdf(m, a, b, z):
    right = a > 0
    near, far = m.where(right, m.ndtr(-a), m.ndtr(a)), m.where(right, m.ndtr(-b), m.ndtr(b))
    here = m.where(right, m.ndtr(-z), m.ndtr(z))
    return (here - near) / (far - near)


def _truncnorm_ppf(m, a, b, q):
    right = a > 0
    near, far = m.where(right, m.ndtr(-a), m.ndtr(a)), m.where(right, m.ndtr(-b), m.ndtr(b))
    z = m.ndtri(near + q * (far - near))
    return m.clip(m.where(right, -z, z), a, b)


def _truncnorm_middle(m, a, b):
    return m.clip(0.0 * a, a, b)


def _log_ratio(m, b, a):
    """ln(b / a), where the ratio itself may be no number (1e-300 to 1e300)."""
    return 2 * m.log(m.sqrt(b) / m.sqrt(a))


def _cauchy_ppf(m, q):
    """Each third of the way from where nothing cancels: the two tails, and the middle, whose median is 0 itself."""
    tail = m.where(q < 0.5, q, 1 - q)
    far = m.where(q < 0.5, -1.0, 1.0) / m.tan(math.pi * tail)
    return m.where(tail < 0.25, far, m.tan(math.pi * (q - 0.5)))


_DEGREE = math.pi / 180


def _coslat_scipy(low, high, loc, scale):
    import numpy as np
    import scipy.stats

    bottom, width = math.sin(low * _DEGREE), math.sin(high * _DEGREE) - math.sin(low * _DEGREE)

    class Latitude(scipy.stats.rv_continuous):
        def _pdf(self, x):
            return _DEGREE * np.cos(x * _DEGREE) / width

        def _cdf(self, x):
            return (np.sin(x * _DEGREE) - bottom) / width

    return Latitude(a=low, b=high)(loc=loc, scale=scale)


def _scipy(name: str) -> Callable[..., Any]:
    def frozen(s1, s2, loc, scale, *, shapes=0):
        import scipy.stats

        return getattr(scipy.stats, name)(*(s1, s2)[:shapes], loc=loc, scale=scale)

    return frozen


def _stats(name: str, shapes: int) -> Callable[..., Any]:
    return lambda *params: _scipy(name)(*params, shapes=shapes)


FAMILIES: tuple[Family, ...] = (
    Family(
        "unif",
        1,
        (Argument("min"), Argument("max")),
        "Uniform between min and max.",
        params=lambda min, max: (min, max, min, max - min),
        ends=ONE_ENDS,
        middle=lambda m, a, b: 0.5,
        logpdf=lambda m, a, b, z: 0.0 * z,
        cdf=lambda m, a, b, z: z,
        ppf=lambda m, a, b, q: q,
        scipy=_stats("uniform", 0),
        positive=(),
        ordered=("min", "max"),
        numpyro=lambda a, b, loc, scale: ("Uniform", (a, b)),
        equals={"Uniform": Equal(("low", "high"), lambda low, high: (low, high))},
    ),
    Family(
        "logunif",
        2,
        (Argument("min"), Argument("max"), _LOC, _SCALE),
        "Uniform in the logarithm of (x - loc) / scale.",
        params=lambda min, max, loc, scale: (min, max, loc, scale),
        ends=SHAPES,
        middle=lambda m, a, b: m.sqrt(a) * m.sqrt(b),
        logpdf=lambda m, a, b, z: -m.log(z) - m.log(_log_ratio(m, b, a)),
        cdf=lambda m, a, b, z: _log_ratio(m, z, a) / _log_ratio(m, b, a),
        ppf=lambda m, a, b, q: m.clip((m.sqrt(a) * m.exp(0.5 * q * _log_ratio(m, b, a))) ** 2, a, b),
        scipy=_stats("loguniform", 2),
        positive=("min", "scale"),
        ordered=("min", "max"),
        neutral=(1.0, 2.0, 0.0, 1.0),
        equals={"LogUniform": Equal(("low", "high"), lambda low, high: (low, high))},
    ),
    Family(
        "norm",
        3,
        (_LOC, _SCALE),
        "Gaussian with mean loc and standard deviation scale.",
        params=lambda loc, scale: (0.0, 0.0, loc, scale),
        ends=LINE,
        middle=lambda m, a, b: 0.0,
        logpdf=lambda m, a, b, z: -0.5 * z * z - _LOG_ROOT_2PI,
        cdf=lambda m, a, b, z: m.ndtr(z),
        ppf=lambda m, a, b, q: m.ndtri(q),
        scipy=_stats("norm", 0),
        numpyro=lambda a, b, loc, scale: ("Normal", (loc, scale)),
        equals={"Normal": Equal(("loc", "scale"), lambda loc, scale: (loc, scale))},
    ),
    Family(
        "lognorm",
        4,
        (Argument("s"), _LOC, _SCALE),
        "Log-normal: ln((x - loc) / scale) is Gaussian with deviation s.",
        params=lambda s, loc, scale: (s, 0.0, loc, scale),
        ends=HALF_LINE,
        middle=lambda m, a, b: 1.0,
        # a product, so that the edge z = 0 gives -inf and not inf - inf
        logpdf=lambda m, s, b, z: -m.log(z) * (0.5 * m.log(z) / s / s + 1.0) - m.log(s) - _LOG_ROOT_2PI,
        cdf=lambda m, s, b, z: m.ndtr(m.log(z) / s),
        ppf=lambda m, s, b, q: m.exp(s * m.ndtri(q)),
        scipy=_stats("lognorm", 1),
        positive=("s", "scale"),
        numpyro=lambda s, b, loc, scale: ("LogNormal", (math.log(scale), s)) if loc == 0 else None,
        equals={"LogNormal": Equal(("loc", "scale"), lambda loc, scale: (scale, 0.0, math.exp(loc)))},
    ),
    Family(
        "truncnorm",
        5,
        (Argument("a"), Argument("b"), _LOC, _SCALE),
        "Gaussian cut at a and b, which count standard deviations from loc (as in scipy); truncnorm_range cuts in x.",
        params=lambda a, b, loc, scale: (a, b, loc, scale),
        ends=SHAPES,
        middle=_truncnorm_middle,
        logpdf=lambda m, a, b, z: -0.5 * z * z - _LOG_ROOT_2PI - _log_mass(m, a, b),
        cdf=_truncnorm_cdf,
        ppf=_truncnorm_ppf,
        scipy=_stats("truncnorm", 2),
        ordered=("a", "b"),
        neutral=(-1.0, 1.0, 0.0, 1.0),
    ),
    Family(
        "truncnorm_range",
        5,
        (Argument("min"), Argument("max"), _LOC, _SCALE),
        "Gaussian cut at min and max, in the units of x; also written truncnorm(min=..., max=..., loc=..., scale=...).",
        params=lambda min, max, loc, scale: ((min - loc) / scale, (max - loc) / scale, loc, scale),
        ends=SHAPES,
        middle=_truncnorm_middle,
        logpdf=lambda m, a, b, z: -0.5 * z * z - _LOG_ROOT_2PI - _log_mass(m, a, b),
        cdf=_truncnorm_cdf,
        ppf=_truncnorm_ppf,
        scipy=_stats("truncnorm", 2),
        ordered=("min", "max"),
        neutral=(-1.0, 1.0, 0.0, 1.0),
        equals={
            "HalfNormal": Equal(("scale",), lambda scale: (0.0, _INF, 0.0, scale)),
            "TwoSidedTruncatedDistribution of Normal": Equal(
                (*_CUT, "low", "high"), lambda loc, s, low, high: (low, high, loc, s)
            ),
            "LeftTruncatedDistribution of Normal": Equal((*_CUT, "low"), lambda loc, s, low: (low, _INF, loc, s)),
            "RightTruncatedDistribution of Normal": Equal((*_CUT, "high"), lambda loc, s, high: (-_INF, high, loc, s)),
        },
    ),
    Family(
        "cauchy",
        6,
        (_LOC, _SCALE),
        "Cauchy (Lorentz) with median loc and half width at half maximum scale.",
        params=lambda loc, scale: (0.0, 0.0, loc, scale),
        ends=LINE,
        middle=lambda m, a, b: 0.0,
        logpdf=lambda m, a, b, z: -m.log1p(z * z) - math.log(math.pi),
        cdf=lambda m, a, b, z: m.arctan2(1.0, -z) / math.pi,
        ppf=lambda m, a, b, q: _cauchy_ppf(m, q),
        scipy=_stats("cauchy", 0),
        numpyro=lambda a, b, loc, scale: ("Cauchy", (loc, scale)),
        equals={"Cauchy": Equal(("loc", "scale"), lambda loc, scale: (loc, scale))},
    ),
    Family(
        "cosine",
        7,
        (_LOC, _SCALE),
        "Raised cosine, density (1 + cos z) / 2π for |z| <= π with z = (x - loc) / scale.",
        params=lambda loc, scale: (0.0, 0.0, loc, scale),
        ends=CIRCLE,
        middle=lambda m, a, b: 0.0,
        logpdf=lambda m, a, b, z: 2 * m.log(m.cos(z / 2)) - math.log(math.pi),
        cdf=lambda m, a, b, z: (math.pi + z + m.sin(z)) / (2 * math.pi),
        ppf=lambda m, a, b, q: m.cosine_ppf(q),
        scipy=_stats("cosine", 0),
    ),
    Family(
        "beta",
        8,
        (Argument("a"), Argument("b"), _LOC, _SCALE),
        "Beta(a, b) on [loc, loc + scale].",
        params=lambda a, b, loc, scale: (a, b, loc, scale),
        ends=ONE_ENDS,
        middle=lambda m, a, b: 0.5,
        logpdf=lambda m, a, b, z: m.xlogy(a - 1, z) + m.xlog1py(b - 1, -z) - m.betaln(a, b),
        cdf=lambda m, a, b, z: m.beta_cdf(a, b, z),
        ppf=lambda m, a, b, q: m.beta_ppf(*_order(m, q, a, b)),
        scipy=_stats("beta", 2),
        positive=("a", "b", "scale"),
        iterative=True,
        numpyro=lambda a, b, loc, scale: ("Beta", (a, b)) if (loc, scale) == (0, 1) else None,
        equals={"Beta": Equal(("concentration1", "concentration0"), lambda a, b: (a, b, 0.0, 1.0))},
    ),
    Family(
        "gamma",
        9,
        (Argument("a"), _LOC, _SCALE),
        "Gamma with shape a and scale, starting at loc.",
        params=lambda a, loc, scale: (a, 0.0, loc, scale),
        ends=HALF_LINE,
        middle=lambda m, a, b: 1.0,
        logpdf=lambda m, a, b, z: m.xlogy(a - 1, z) - z - m.gammaln(a),
        cdf=lambda m, a, b, z: m.gamma_cdf(a, z),
        ppf=lambda m, a, b, q: m.gamma_ppf(*_order(m, q, a)),
        scipy=_stats("gamma", 1),
        positive=("a", "scale"),
        iterative=True,
        numpyro=lambda a, b, loc, scale: ("Gamma", (a, 1 / scale)) if loc == 0 else None,
        equals={
            "Gamma": Equal(("concentration", "rate"), lambda a, rate: (a, 0.0, 1 / rate)),
            "Chi2": Equal(("df",), lambda df: (df / 2, 0.0, 2.0)),
        },
    ),
    Family(
        "expon",
        10,
        (_LOC, _SCALE),
        "Exponential with mean scale, starting at loc.",
        params=lambda loc, scale: (0.0, 0.0, loc, scale),
        ends=HALF_LINE,
        middle=lambda m, a, b: 1.0,
        logpdf=lambda m, a, b, z: -z,
        cdf=lambda m, a, b, z: -m.expm1(-z),
        ppf=lambda m, a, b, q: -m.log1p(-q),
        scipy=_stats("expon", 0),
        numpyro=lambda a, b, loc, scale: ("Exponential", (1 / scale,)) if loc == 0 else None,
        equals={"Exponential": Equal(("rate",), lambda rate: (0.0, 1 / rate))},
    ),
    Family(
        "plaw",
        11,
        (Argument("a"), _LOC, _SCALE),
        "Power law, density a z^(a - 1) for 0 <= z <= 1, z = (x - loc) / scale.",
        params=lambda a, loc, scale: (a, 0.0, loc, scale),
        ends=ONE_ENDS,
        middle=lambda m, a, b: 0.5,
        logpdf=lambda m, a, b, z: m.log(a) + m.xlogy(a - 1, z),
        cdf=lambda m, a, b, z: z**a,
        ppf=lambda m, a, b, q: q ** (1 / a),
        scipy=_stats("powerlaw", 1),
        positive=("a", "scale"),
    ),
    Family(
        "coslat",
        12,
        (Argument("min", -90.0), Argument("max", 90.0)),
        "Density proportional to cos x between min and max, degrees: a declination or latitude of isotropic directions.",
        params=lambda min, max: (min, max, 0.0, 1.0),
        ends=SHAPES,
        middle=lambda m, a, b: 0.5 * (a + b),
        logpdf=lambda m, a, b, z: (
            m.log(m.clip(m.cos(z * _DEGREE), 1e-30, 1.0)) - m.log((m.sin(b * _DEGREE) - m.sin(a * _DEGREE)) / _DEGREE)
        ),
        cdf=lambda m, a, b, z: (m.sin(z * _DEGREE) - m.sin(a * _DEGREE)) / (m.sin(b * _DEGREE) - m.sin(a * _DEGREE)),
        ppf=lambda m, a, b, q: m.clip(
            m.arcsin(m.sin(a * _DEGREE) + q * (m.sin(b * _DEGREE) - m.sin(a * _DEGREE))) / _DEGREE, a, b
        ),
        scipy=_coslat_scipy,
        positive=(),
        ordered=("min", "max"),
        within=(-90.0, 90.0),
        neutral=(-1.0, 1.0, 0.0, 1.0),
    ),
)


def _order(m, q, *shapes):
    """scipy's inverses take (shapes, q), ours (q, shapes)."""
    return (*shapes, q) if m.is_numpy else (q, *shapes)


BY_NAME: dict[str, Family] = {family.name: family for family in FAMILIES}
BY_CODE: dict[int, Family] = {family.code: family for family in reversed(FAMILIES)}
TABLE: tuple[Family, ...] = tuple(BY_CODE[code] for code in sorted(BY_CODE))
