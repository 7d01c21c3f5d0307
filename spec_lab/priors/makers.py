"""The documented spellings: `unif(-2, 2)`, `norm(0, 1)`, ... each returns a `Prior`."""

from typing import Any

from spec_lab.priors.prior import Prior


def unif(min: float, max: float) -> Prior:
    """Uniform between min and max."""
    return Prior("unif", min, max)


def logunif(min: float, max: float, loc: float = 0, scale: float = 1) -> Prior:
    """Uniform in the logarithm of (x - loc) / scale, which lies between min and max."""
    return Prior("logunif", min, max, loc, scale)


def norm(loc: float = 0, scale: float = 1) -> Prior:
    """Gaussian with mean loc and standard deviation scale."""
    return Prior("norm", loc, scale)


def lognorm(s: float, loc: float = 0, scale: float = 1) -> Prior:
    """Log-normal: ln((x - loc) / scale) is Gaussian with standard deviation s."""
    return Prior("lognorm", s, loc, scale)


def truncnorm(*args: Any, **named: Any) -> Prior:
    """Gaussian cut on both sides: `truncnorm(a, b, loc=0, scale=1)` with a, b in standard deviations from loc, or

    `truncnorm(min=..., max=..., loc=0, scale=1)` with min, max in the units of the parameter.
    """
    return Prior("truncnorm", *args, **named)


def truncnorm_range(min: float, max: float, loc: float = 0, scale: float = 1) -> Prior:
    """Gaussian cut at min and max, in the units of the parameter."""
    return Prior("truncnorm_range", min, max, loc, scale)


def cauchy(loc: float = 0, scale: float = 1) -> Prior:
    """Cauchy with median loc and half width at half maximum scale."""
    return Prior("cauchy", loc, scale)


def cosine(loc: float = 0, scale: float = 1) -> Prior:
    """Raised cosine, (1 + cos z) / 2π for |z| <= π, z = (x - loc) / scale."""
    return Prior("cosine", loc, scale)


def beta(a: float, b: float, loc: float = 0, scale: float = 1) -> Prior:
    """Beta(a, b) on [loc, loc + scale]."""
    return Prior("beta", a, b, loc, scale)


def gamma(a: float, loc: float = 0, scale: float = 1) -> Prior:
    """Gamma with shape a and scale, starting at loc."""
    return Prior("gamma", a, loc, scale)


def expon(loc: float = 0, scale: float = 1) -> Prior:
    """Exponential with mean scale, starting at loc."""
    return Prior("expon", loc, scale)


def plaw(a: float, loc: float = 0, scale: float = 1) -> Prior:
    """Power law, a z^(a - 1) for 0 <= z <= 1, z = (x - loc) / scale."""
    return Prior("plaw", a, loc, scale)


def coslat(min: float = -90, max: float = 90) -> Prior:
    """Density proportional to cos x between min and max, in degrees: the declination of an isotropic direction."""
    return Prior("coslat", min, max)


all_priors = {
    maker.__name__: maker
    for maker in (
        unif, logunif, norm, lognorm, truncnorm, truncnorm_range, cauchy, cosine, beta, gamma, expon, plaw,
        coslat,
    )
}  # fmt: skip
