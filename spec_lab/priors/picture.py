"""What a notebook shows for a prior: its text, its intervals, and a small curve of the density. Pure functions, no matplotlib.

The curve takes the colour of the surrounding text (`currentColor`), so it fits light and dark themes. Families of ln x are drawn
over a logarithmic axis, as the density of ln x.
"""

import html
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spec_lab.priors.prior import Prior

WIDTH, HEIGHT, FOOT = 220, 64, 16
MIDDLE = 0.98  # of the probability is drawn where the range is open
OF_LN_X = ("logunif", "lognorm")


def prior_html(prior: "Prior") -> str:
    """Text, median, central 90 % and density of a `Prior`."""
    low, high = prior.interval(0.9)
    words = f"median {prior.median:.4g}, 90 % in {low:.4g} … {high:.4g}"
    about = f"<div><b>{html.escape(str(prior))}</b></div><div><small>{words}</small></div>"
    return f"<div>{about}{_curve(prior)}</div>"


def _curve(prior: "Prior") -> str:
    inner = prior.interval(MIDDLE)
    low, high = (at if np.isinf(end) else end for end, at in zip(prior.support, inner, strict=True))
    logarithmic = prior.family in OF_LN_X and inner[0] > 0
    if logarithmic:
        x = np.geomspace(low if low > 0 else inner[0], high, 121)
        scale, density = np.log(x), prior.pdf(x) * x
    else:
        x = scale = np.linspace(low, high, 121)
        density = prior.pdf(x)
    density = np.asarray(density)
    known = density[np.isfinite(density)]
    top = known.max() if len(known) == len(x) else np.quantile(known, 0.95)  # infinite at an end, as a beta may be
    along = 2 + (WIDTH - 4) * (scale - scale[0]) / (scale[-1] - scale[0])
    up = HEIGHT - (HEIGHT - 4) * np.clip(density / top, 0.0, 1.0)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(along, up, strict=True))
    labels = "".join(
        f'<text x="{place}" y="{HEIGHT + FOOT - 4}" text-anchor="{anchor}">{value:.4g}</text>'
        for place, anchor, value in ((2, "start", x[0]), (WIDTH - 2, "end", x[-1]))
    )
    axis = "ln x" if logarithmic else "x"
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT + FOOT}" role="img" aria-label="density over {axis}" '
        f'style="color:inherit;font-size:10px" fill="currentColor">'
        f'<polygon points="2,{HEIGHT} {points} {WIDTH - 2},{HEIGHT}" fill-opacity="0.15"/>'
        f'<polyline points="{points}" fill="none" stroke="currentColor"/>'
        f'<path d="M0 {HEIGHT}H{WIDTH}" stroke="currentColor" stroke-opacity="0.4"/>{labels}</svg>'
    )
