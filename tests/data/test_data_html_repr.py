"""What a notebook shows: well-formed, small, escaped, and there even when there is nothing to draw."""

from xml.etree import ElementTree

import numpy as np
import pytest

from spec_lab._base.info import Info
from spec_lab.data import Data, DataUnit, Response, Source, datasets
from spec_lab.data.html_repr import StepCurve, step_picture


def well_formed(text):
    return ElementTree.fromstring(f"<div>{text}</div>")


@pytest.fixture(scope="module")
def burst():
    return datasets.load("burst")


def test_everything_has_a_picture(burst):
    unit = burst["na"]
    for shown in (unit, unit.src, unit.bkg, unit.response, burst):
        text = shown._repr_html_()
        root = well_formed(text)
        assert root.find(".//table") is not None and len(text) < 60_000
        svg = "{http://www.w3.org/2000/svg}"
        assert root.findall(f".//{svg}svg//{svg}path")
    names = [t.text for t in well_formed(unit._repr_html_()).iter("{http://www.w3.org/2000/svg}title")]
    assert {"source", "background", "not noticed"} <= set(names)
    assert well_formed(datasets.load("ccd")["ccd"].arf._repr_html_()) is not None


def test_nothing_to_draw_and_names_that_bite():
    empty = DataUnit(Source([0, 0], name="<script>"), rsp=Response.ideal([1.0, 2.0], [2.0, 3.0]))
    text = Data(empty)._repr_html_()
    well_formed(text)
    assert "nothing to show" in text and "<script>" not in text


def test_negative_nan_and_lonely_values_draw():
    edges = np.arange(1.0, 4.0)
    net = DataUnit(Source([-3.0, 5.0], [1.0, 1.0]), stat="chi2", rsp=Response.ideal(edges[:-1], edges[1:]))
    assert "nan" not in net._repr_html_().lower().replace("nanfoo", "")


def test_axes_tell_what_they_are(burst):
    unit, ccd = burst["na"], datasets.load("ccd")["ccd"]
    told = (
        (unit, ("counts/s/keV", "energy, keV", "source", "background")), (unit.src, ("counts", "channel")),
        (unit.response, ("effective area, cm²", "photon energy, keV")), (ccd.arf, ("effective area, cm²",)),
        (ccd.rmf, ("probability to be detected",)),
    )  # fmt: skip
    for shown, words in told:
        svg = well_formed(shown._repr_html_()).find(".//{http://www.w3.org/2000/svg}svg")
        text = " ".join(svg.itertext())
        assert all(word in text for word in words)


def test_rounding_is_not_drawn_as_structure():
    text = step_picture(
        [StepCurve(np.arange(3.0) + 1, np.arange(3.0) + 2, np.array([1.0, 1.0 + 1e-9, 1.0]), "one")], "x", "y"
    )
    assert ">0.5<" in text and ">2<" in text


def test_negative_values_are_drawn_over_a_line_at_zero():
    net = DataUnit(Source([-3.0, 5.0], [1.0, 1.0]), stat="chi2", rsp=Response.ideal([1.0, 2.0], [2.0, 3.0]))
    text = net._repr_html_()
    well_formed(text)
    assert ">-3<" in text and ">5<" in text


def test_words_for_one(burst):
    one = DataUnit(Source([7.0], name="one"), rsp=Response.ideal([1.0], [2.0]))
    assert (
        "1-2 keV, 1 bin, ideal detector of 1 cm²>" in repr(one)
        and "1 channel," in repr(one.src)
        and "1 photon bin 1-2" in repr(one.response)
    )
    assert "nothing" in repr(DataUnit(Source([7.0], quality=[1]), rsp=Response.ideal([1.0], [2.0])))


def test_tables(burst):
    arf = datasets.load("ccd")["ccd"].arf
    for shown in (burst, burst["na"], burst["na"].src, burst["na"].response, arf):
        table = shown.info
        assert type(table) is Info and table.text in repr(table)
        assert Info.from_rows(table.list_dict) == Info.from_pandas(table.to_pandas()) == table
        well_formed(table.html)
