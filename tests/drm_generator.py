"""A stand-in for a generator of response matrices: an analytic, smooth function of the angle to the detector's axis."""

import numpy as np

from spec_lab.data import BalrogResponse, Data, DataUnit, Source, fakeit


def direction(ra, dec):
    """The unit vector of a place, deg."""
    a, d = np.radians([ra, dec])
    return np.array([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)])


class Generator:
    """The interface of gbm_drm_gen's DRMGen; `calls` counts the places asked for."""

    def __init__(self, axis=(40.0, 10.0), channels=20, bins=30):
        self.axis, self.calls = direction(*axis), 0
        self.ebounds = np.geomspace(8.0, 1000.0, channels + 1)
        self.monte_carlo_energies = np.geomspace(5.0, 2000.0, bins + 1)
        self.matrix = np.full((channels, bins), np.nan)

    def set_location(self, ra, dec):
        self.calls += 1
        c = float(self.axis @ direction(ra, dec))
        photon, channel = (np.sqrt(e[1:] * e[:-1]) for e in (self.monte_carlo_energies, self.ebounds))
        area = 100 * np.exp(-0.5 * (1 - c) * (1 + 2 * (photon / 100) ** -0.3)) + 5 * (1 + np.tanh(3 * c))
        share = np.exp(-0.5 * (np.log(channel[:, None] / photon) / (0.12 + 0.03 * c)) ** 2)
        self.matrix = area * share / (share.sum(axis=0) + 0.5)
        self.matrix[0, :2] = np.nan


AXES = ((20.0, 40.0), (70.0, 30.0), (45.0, -15.0))
TRUE = (47.0, 22.0)


def make_response(axis=AXES[0], ra=45.0, dec=20.0, radius=20.0, step=2.0, **more):
    """A response on a patch around (45, 20)."""
    sizes = {name: more.pop(name) for name in ("channels", "bins") if name in more}
    return BalrogResponse(Generator(axis, **sizes), ra, dec, radius=radius, step=step, **more)


def make_sky_data(axes=AXES, place=TRUE, seed=7, exposure=20.0, **more):
    """Units `d1`, `d2`, ... that saw one power law, 30 E^-1.6 photons/cm²/s/keV, from `place`."""
    units = []
    for i, axis in enumerate(axes):
        response = make_response(axis, **more)
        lo, hi = response.elo, response.ehi
        empty = DataUnit(Source(np.zeros(response.emin.size), None, exposure), rsp=response, stat="cstat")
        photons = 30 * (lo**-0.6 - hi**-0.6) / 0.6
        units.append((f"d{i + 1}", fakeit(empty, photons, seed + i, response=response.at(*place))))
    return Data(units)
