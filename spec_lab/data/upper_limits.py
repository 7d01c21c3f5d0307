"""Limits on the net counts of a unit whose source is not, or hardly, seen. Functions of its noticed `Channels`."""

import numpy as np

from spec_lab.data.channels import POISSON_BACKGROUND, Channels
from spec_lab.data.significance import pgsig_inv, ppsig_inv, upper_limit


def exposure(channels: Channels) -> float:
    """Effective exposure of the source, s; the counts-weighted one where it differs between groups."""
    weights = channels.S if channels.S.sum() > 0 else np.ones(channels.size)
    return float(np.average(channels.ts, weights=weights))


def net_counts_upperlimit(channels: Channels, cl: float = 0.9) -> float:
    """Upper limit of the net counts in all groups together at confidence level `cl`; see `significance.upper_limit`."""
    return upper_limit(float(channels.S.sum()), float((channels.alpha * channels.B).sum()), cl)


def net_counts_significance_limit(channels: Channels, sig: float = 3.0, stat: str = "pgstat") -> float:
    """Net counts that would stand `sig` σ above the background of all groups together.

    Args:
        channels: The noticed groups.
        sig: Significance, σ.
        stat: Name of the statistic: Li-Ma for a Poisson background, the Gaussian one otherwise.
    """
    scaled = float((channels.alpha * channels.B).sum())
    if stat in POISSON_BACKGROUND or not channels.has_background:
        b = float(channels.B.sum())
        alpha = scaled / b if b > 0 else float(channels.alpha.mean())
        return ppsig_inv(sig, b, alpha) - scaled
    error = float(np.sqrt(((channels.alpha * channels.sigma_B) ** 2).sum()))
    return pgsig_inv(sig, scaled, error) - scaled
