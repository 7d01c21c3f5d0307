"""Figures: arrays in, a Figure out that shows what it was given, and no pyplot."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from spec_lab._base import ParameterError
from spec_lab.results import figures


def unit(name="na", gap=True, scale=1.0):
    lo = np.geomspace(8, 800, 30)
    hi = np.r_[lo[1:], 900.0]
    keep = np.r_[0:12, 16:30] if gap else np.arange(30)
    model = scale * lo**-1.5
    data = model * (1 + 0.05 * np.sin(np.arange(30)))
    arrays = (lo, hi, data, 0.1 * model, model, (data - model) / (0.1 * model))
    return figures.UnitCurves(name, *(part[keep] for part in arrays))


def words(figure):
    """What the legend says; it stands above the panels, where no data are."""
    (legend,) = figure.legends
    figure.draw_without_rendering()
    assert legend.get_window_extent().y0 >= figure.axes[0].get_window_extent().y1
    return [text.get_text() for text in legend.get_texts()]


def test_spectrum_draws_what_it_was_given():
    one = unit()
    figure = figures.spectrum([one, unit("b1", scale=3.0)], ylabel="y", title="burst")
    top, bottom = figure.axes
    assert words(figure) == ["na", "b1"]
    title = figure.legends[0].get_title()
    assert title.get_text() == "burst" and bottom.get_xlabel() == "Energy (keV)"
    assert title.get_window_extent().y0 >= figure.legends[0].get_texts()[0].get_window_extent().y1  # above the names
    assert top.get_xscale() == top.get_yscale() == "log"
    steps = top.patches[0].get_data()
    assert np.isnan(steps.values).sum() == 1  # the gap between the noticed ranges is not bridged
    np.testing.assert_allclose(steps.values[~np.isnan(steps.values)], one.model)
    assert bottom.get_ylim() == (-3.5, 3.5)


def test_spectrum_with_components_bands_and_holes():
    one = unit(gap=False)
    full = figures.UnitCurves(
        "x", one.lo, one.hi, np.where(np.arange(30) % 7, one.data, np.nan), one.err, one.model,
        np.where(np.arange(30) == 3, 9.0, one.resid), {"pl": 0.7 * one.model}, (0.9 * one.model, 1.1 * one.model), "black",
    )  # fmt: skip
    figure = figures.spectrum([full])
    assert words(figure) == ["x", "pl"]
    assert [patch.get_linestyle() for patch in figure.axes[0].patches].count("--") == 1
    assert figure.axes[1].get_ylim()[1] > 9
    assert figures.spectrum([], title="nothing").axes[0].get_title() == "nothing"


def test_terms_are_told_apart_by_their_lines_and_units_by_colour():
    one, two = unit(gap=False), unit("b1", gap=False)
    terms = {"pl": 0.7 * one.model, "bb": 0.3 * one.model}
    both = [figures.UnitCurves(u.name, u.lo, u.hi, u.data, u.err, u.model, u.resid, terms) for u in (one, two)]
    figure = figures.spectrum(both)
    assert words(figure) == ["na", "b1", "pl", "bb"]
    drawn = {(patch.get_edgecolor(), patch.get_linestyle()) for patch in figure.axes[0].patches}
    assert len(drawn) == 6 and {style for _, style in drawn} == {"solid", "--", ":"}


def test_a_smooth_model_over_unfolded_data():
    one = unit(gap=False)
    bare = figures.UnitCurves("na", one.lo, one.hi, one.data, one.err, np.full(30, np.nan), one.resid)
    E = np.geomspace(8, 900, 200)
    curve = figures.ModelCurve("pl+bb", E, E**-1.5, {"pl": 0.7 * E**-1.5, "bb": 0.3 * E**-1.5})
    figure = figures.spectrum([bare], [curve])
    assert words(figure) == ["na", "pl+bb", "pl", "bb"]
    assert [line.get_linestyle() for line in figure.axes[0].lines] == ["-", "--", ":"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), curve.y)


def test_data_below_their_errors_do_not_set_the_scale():
    one = unit(gap=False)
    data = np.where(np.arange(30) < 25, one.data, 1e3)  # the last five: huge and unsure
    err = np.where(np.arange(30) < 25, one.err, 2e3)
    low, high = (
        figures.spectrum([figures.UnitCurves("x", one.lo, one.hi, data, err, one.model, one.resid)]).axes[0].get_ylim()
    )
    assert high == pytest.approx(3 * one.model.max(), rel=0.2) and 0 < low < one.model.min()


def test_spectrum_from_zero_energy_is_linear():
    one = unit(gap=False)
    shifted = figures.UnitCurves("x", one.lo - 8, one.hi - 8, -one.data, one.err, 0 * one.model, one.resid)
    figure = figures.spectrum([shifted])
    assert figure.axes[1].get_xscale() == "linear" and figure.axes[0].get_yscale() == "linear"


def test_corner_titles_and_lines():
    draws = np.random.default_rng(0).normal([1.0, 20.0], [0.0123, 3.0], (3000, 2))
    figure = figures.corner(draws, [r"$\alpha$", "logA"], best=[1.0, 20.0], overlay=[draws[:1000] + 0.01])
    assert len(figure.axes) == 4
    title = figure.axes[0].get_title()
    assert title.startswith(r"$\alpha$ = $1.000") or title.startswith(r"$\alpha$ = $0.999")
    assert "logA" in figure.axes[3].get_title()


def inside(figure):
    """Whether nothing is cut off at the figure's edges."""
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


def test_a_corner_has_units_on_its_axes_and_room_for_them():
    draws = np.random.default_rng(1).normal([1.0, -20.0, 3.0], [0.0123, 3.0, 1e-4], (2000, 3))
    units = ["", "keV", "photons/cm²/s/keV"]
    figure = figures.corner(draws, [r"$\alpha$", r"$p2(\log E_p)$", r"$\log A$"], draws[0], units=units)
    assert figure.axes[6].get_ylabel() == "$\\log A$\n(photons/cm²/s/keV)" and "keV" not in figure.axes[8].get_title()
    assert figure.axes[6].get_xlabel() == r"$\alpha$"
    marks = [line for axes in figure.axes for line in axes.lines if line.get_color() == "black"]
    assert marks and all(line.get_linewidth() < 1 for line in marks) and inside(figure)


def test_levels_say_what_they_hold():
    x = np.linspace(-4, 4, 41)
    said = [text.get_text() for text in figures.profile(x, x**2, "a").axes[0].texts]
    assert said == ["68.3 %", "90 %", "95.4 %", "99.7 %"]
    both = figures.contour(x, x, x[:, None] ** 2 + x**2, ("a", "b"))
    assert [text.get_text() for text in both.legends[0].get_texts()] == ["68.3 %", "95.4 %", "99.7 %"]


def test_corner_of_a_parameter_that_does_not_move():
    draws = np.random.default_rng(0).normal(size=(2000, 2))
    draws[:, 1] = 5.0
    low, high = figures.corner(draws, ["a", "b"]).axes[3].get_xlim()
    assert low < 5 < high


def test_corner_of_one_parameter_marks_its_best():
    figure = figures.corner(np.random.default_rng(0).normal(size=(500, 1)), ["a"], best=[0.25], units=["keV"])
    marks = [line for line in figure.axes[0].lines if line.get_color() == "black"]
    assert [line.get_xdata()[0] for line in marks] == [0.25] and figure.axes[0].get_xlabel() == "a\n(keV)"


def test_a_degenerate_sample_gives_a_figure_that_says_so():
    draws = np.random.default_rng(0).normal(size=(300, 2))
    draws[3, 1] = np.nan
    assert len(figures.corner(draws, ["a", "b"], weights=np.ones(300)).axes) == 4
    for few in (draws[:2], draws[3:4], np.empty((0, 2))):
        figure = figures.corner(few, ["a", "b"], best=[0.0, 0.0])
        assert not figure.axes and "No corner plot" in figure.texts[0].get_text()


def test_summary_shows_two_digits_of_the_error():
    assert figures.summary("x", 1.23456, 0.0123, 0.0456) == "x = $1.235_{-0.012}^{+0.046}$"
    assert figures.summary("x", 1234.5, 56.0, 78.0) == "x = $1234_{-56}^{+78}$"
    assert figures.summary("x", 1.2e-9, 1.1e-11, 3e-11) == r"x = $(1.200_{-0.011}^{+0.030})\times10^{-9}$"
    assert "nan" not in figures.summary("x", 2.0, 0.0, 0.0)


def test_trace_thins_and_draws_each_chain():
    chains = np.random.default_rng(0).normal(size=(3, 5000, 2))
    figure = figures.trace(chains, ["a", "b"])
    assert len(figure.axes) == 2
    lines = figure.axes[0].lines
    assert len(lines) == 3 and len(lines[0].get_xdata()) <= 2000
    np.testing.assert_array_equal(lines[1].get_ydata(), chains[1, ::3, 0])


def test_profile_contour_and_qq():
    x = np.linspace(-3.2, 3.2, 41)
    axes = figures.profile(x, x**2, "alpha", interval=(-1, 1)).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), x**2)
    assert axes.get_xlabel() == "alpha" and len(axes.lines) == 1 + 4
    axes = figures.contour(x, x, x[:, None] ** 2 + x**2, ("a", "b"), best=(0, 0)).axes[0]
    radius = np.abs(axes.collections[0].get_paths()[0].vertices[:, 0]).max()
    assert radius == pytest.approx(np.sqrt(2.296), abs=0.02)
    assert figures.qq(x).axes[0].get_ylabel().startswith("residual")


@pytest.mark.parametrize(("ending", "head"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_saving_is_repeatable(tmp_path, ending, head):
    for name in ("one", "two"):
        figures.spectrum([unit()]).save(tmp_path / f"{name}.{ending}")
    one, two = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
    assert one.startswith(head) and one == two


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"'fig.docx'.*\.svg, \.png, \.pdf"):
        figures.save(figures.spectrum([]), tmp_path / "fig.docx")


def test_a_notebook_can_show_it():
    assert figures.qq([1.0, 2.0, 0.0])._repr_png_().startswith(b"\x89PNG")


def test_importing_analysis_brings_no_matplotlib_and_figures_no_pyplot():
    code = (
        "import sys, spec_lab.results as a; assert 'matplotlib' not in sys.modules and 'arviz' not in sys.modules; "
        "a.figures.qq([1., 2.]); assert 'matplotlib.pyplot' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_ticks_of_a_narrow_range_do_not_touch():
    x, y = np.linspace(-2.157, -1.745, 21), np.linspace(-3.81, -3.64, 21)
    drawn = figures.contour(x, y, np.add.outer(((y + 3.72) / 0.02) ** 2, ((x + 1.95) / 0.06) ** 2), ("a", "b"))
    drawn.draw_without_rendering()
    boxes = [label.get_window_extent() for label in drawn.axes[0].get_xticklabels() if label.get_text()]
    assert len(boxes) > 2 and all(b.x0 - a.x1 > 8 for a, b in itertools.pairwise(boxes))
