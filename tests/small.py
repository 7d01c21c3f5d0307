"""Small simulated problems, made from arrays: no file, milliseconds."""

import numpy as np

from spec_lab.data import Background, Data, DataUnit, Response, Source


def make_unit(seed=1, channels=24, stat="pgstat", norm=200.0, notc=None, name=None, **more):
    """A unit with a slightly smeared response, a falling source spectrum and a flat background."""
    generator = np.random.default_rng(seed)
    edges = np.geomspace(5.0, 1000.0, channels + 1)
    lo, hi = edges[:-1], edges[1:]
    near = np.exp(-0.5 * (np.subtract.outer(np.arange(channels), np.arange(channels)) / 0.8) ** 2)
    response = Response(lo, hi, lo, hi, 100.0 * near / near.sum(axis=1, keepdims=True))
    photons = norm * (lo ** (-0.6) - hi ** (-0.6)) / 0.6
    expected = photons @ response.matrix
    background = np.full(channels, 40.0)
    src = Source(generator.poisson(expected + background / 4).astype(float), None, 1.0)
    bkg_counts = generator.poisson(background).astype(float)
    bkg = Background(bkg_counts, np.sqrt(bkg_counts), 4.0)
    return DataUnit(src=src, bkg=bkg, rsp=response, stat=stat, notc=notc, name=name, **more)


def make_data(*seeds, **more):
    """Data of one unit a seed, named `u1`, `u2`, ..."""
    return Data([(f"u{seed}", make_unit(seed, **more)) for seed in seeds or (1,)])
