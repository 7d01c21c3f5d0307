"""The tables of a `Data` and a `DataUnit` as documented, and what of the data may be fitted."""

import numpy as np

from spec_lab.data import BalrogResponse, Data, DataUnit, Response, Source, datasets
from spec_lab.fit import DATA_PARAMETERS
from spec_lab.variables import Fixed


class Generator:
    """Answers the same matrix wherever the source is."""

    ebounds = np.array([1.0, 2.0, 3.0])
    monte_carlo_energies = np.array([1.0, 2.0, 3.0])
    matrix = np.eye(2)

    def set_location(self, ra, dec):
        """Nothing depends on it."""


def test_five_parameters_a_unit_as_they_start():
    table = datasets.load("burst").par_info
    assert table.columns == ("par#", "Component", "Parameter", "Value", "Prior", "Frozen")
    assert len(table) == 10 and table["par#"] == [str(i) for i in range(1, 11)]
    assert table["Component"] == ["na"] * 5 + ["bg"] * 5 and tuple(table["Parameter"]) == 2 * DATA_PARAMETERS
    assert table["Value"] == 2 * [1, 1, 1, 0, 0] and all(table["Frozen"])
    assert table["Prior"][:5] == ["unif(0.5, 2)"] * 3 + ["unif(0, 360)", "unif(-90, 90)"]


def test_a_response_that_depends_on_the_place_says_what_is_free():
    rsp = BalrogResponse(Generator(), ra=Fixed(120.0), dec=-10.0)
    table = Data([("b0", DataUnit(Source([1, 2]), rsp=rsp))]).par_info
    assert table["Value"] == [1, 1, 1, 120.0, -10.0]
    assert table["Frozen"] == [True, True, True, True, False] and table["Prior"][4] == "coslat(-90, 90)"


def test_rows_of_a_unit():
    rows = "src bkg rmf arf rsp notc stat grpg time weight".split()
    unit = DataUnit(Source([1, 2], name="a"), rsp=Response.ideal([1.0, 2.0], [2.0, 3.0]))
    assert unit.info.columns == ("Property", "a") and unit.info["Property"] == rows
    assert unit.replace(rebn="none").info["Property"] == [*rows[:8], "rebn", *rows[8:]]
