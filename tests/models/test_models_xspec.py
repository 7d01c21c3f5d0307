"""Every component with a counterpart in XSPEC 12.15 against golden tables of its values.

The tables (`xspec_12_15.json`) are written by `notebooks/make_xspec_tables.py`, which says what they hold. Compared is where
the flux is above 1e-3 of its maximum. What the catalog promises must hold, or XSPEC's own convergence where that is worse.
"""

import json
from collections import defaultdict
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from precision import tolerance

from spec_lab.models import Grid, Model, catalog, component_class, known_names, pl
from spec_lab.models.counterparts import XSPEC

TABLE = defaultdict(list)
for _row in json.loads((Path(__file__).parent / "xspec_12_15.json").read_text()):
    TABLE[_row["xspec"]].append(_row)
GOAL = 1e-4


def computed(row):
    """Our photons per bin, or the mean factor of each."""
    lowest, highest = row["band"]
    edges = np.geomspace(lowest, highest, 31)
    parts = row.get("parts", 1)
    fine = np.exp(np.interp(np.arange(30 * parts + 1) / parts, np.arange(31), np.log(edges)))
    model = Model.parse(row["ours"])
    model = model if row["photons"] else pl(alpha=0.0, logA=0.0) * model
    seen = model.photons(jnp.asarray(model.theta), model.prepare(Grid.make(fine[:-1], fine[1:])))
    total = np.asarray(seen).reshape(-1, parts).sum(axis=1)
    return total if row["photons"] else total / np.diff(edges)


def largest_difference(row):
    """Relative, where the flux is above 1e-3 of its maximum."""
    expected = np.array(row["expected"])
    seen = expected > 1e-3 * expected.max()
    return float(np.abs(computed(row)[seen] / expected[seen] - 1).max())


@pytest.mark.parametrize("name", TABLE)
def test_agrees_with_xspec(name):
    promised = XSPEC[component_class(name).__name__].agreement
    assert len(TABLE[name]) >= 3
    for row in TABLE[name]:
        assert largest_difference(row) <= max(promised, row["unsure"], tolerance(0.0, 3e-5)), row["ours"]


def test_every_xspec_name_is_in_the_tables_and_meets_the_goal_or_says_why():
    for component, counterpart in XSPEC.items():
        assert counterpart.agreement <= GOAL or counterpart.note, component
        for name in counterpart.names:
            assert TABLE[name], f"{name}: no golden values"
            assert component_class(name) is component_class(component), f"{name} is another component here"
    assert {name for counterpart in XSPEC.values() for name in counterpart.names} == set(TABLE)


def test_a_name_that_means_something_else_in_xspec_is_none_here():
    """XSPEC's agauss is a Gaussian in wavelength."""
    assert "agauss" not in known_names()


def test_catalog_says_how_well_a_component_agrees():
    entries = {entry["name"]: entry["xspec"] for entry in catalog()}
    assert entries["bremss"]["names"] == ["bremss", "zbremss"] and entries["bremss"]["agreement"] <= GOAL
    assert entries["hleband"] is None
    assert "XSPEC" in catalog().info.columns


def test_below_its_threshold_xspecs_highecut_is_short_of_one():
    """By exp(-1 eV/foldE): ours is one, as XSPEC's manual says."""
    row = next(row for row in TABLE["highecut"] if row["values"] == [5.0, 12.0])
    np.testing.assert_allclose(row["expected"][:20], np.exp(-1e-3 / 12.0), rtol=1e-6)
    np.testing.assert_allclose(computed(row)[:20], 1.0, rtol=1e-12)
