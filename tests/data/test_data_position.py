"""Responses that depend on the source's position: what the generator says, and the table between its answers."""

import numpy as np
import pytest
from drm_generator import AXES, TRUE, Generator, make_response

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, BalrogResponse, DataUnit, Response, Source
from spec_lab.data.sky import direction_table
from spec_lab.tree import io
from spec_lab.variables import Fixed, Tagged


def make_unit(response, **more):
    counts = np.round(200 * np.exp(-np.arange(response.emin.size) / 6.0))
    return DataUnit(Source(counts, None, 10.0), rsp=response, stat="cstat", **more)


def places(n, seed=1):
    """Directions all over the sky, deg."""
    x, y, z = np.random.default_rng(seed).normal(size=(3, n))
    return zip(np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y))), strict=True)


def worst(response, where):
    """The largest relative error of the table at places inside it."""
    table, found = response.tabulate(), []
    for ra, dec in where:
        if table.covers(ra, dec):
            exact = response.at(ra, dec).matrix
            found.append(np.max(np.abs(table.matrix(ra, dec) - exact)) / exact.max())
    assert len(found) > 10
    return max(found)


class TestGenerator:
    def test_its_matrix_is_taken_with_nan_as_nothing(self):
        response, generator = make_response(), Generator(AXES[0])
        generator.set_location(*TRUE)
        plain = response.at(*TRUE)
        assert type(plain) is Response and np.array_equal(plain.matrix, np.nan_to_num(generator.matrix).T)
        assert np.array_equal(plain.emax, generator.ebounds[1:])
        assert np.array_equal(plain.elo, generator.monte_carlo_energies[:-1])

    def test_a_place_is_asked_for_once(self):
        response = make_response()
        first = response.at(100.0, 5.0)
        calls = response.balrog_drm.calls
        assert np.array_equal(response.at(460.0, 5.0).matrix, first.matrix) and response.balrog_drm.calls == calls

    def test_something_else_is_refused(self):
        with pytest.raises(DataError, match="no generator of responses"):
            BalrogResponse(Response.ideal([1.0], [2.0]))
        with pytest.raises(DataError, match="dec cannot start there"):
            BalrogResponse(Generator(), dec=95.0)
        with pytest.raises(DataError, match="ra must be a number"):
            BalrogResponse(Generator(), ra="north")


class TestStarts:
    def test_by_default_the_position_is_free_over_the_isotropic_sky_and_the_factor_frozen(self):
        response = BalrogResponse(Generator())
        assert response.ra == (180.0, False, "unif(0, 360)") and response.dec == (0.0, False, "coslat(-90, 90)")
        assert response.factor[:2] == (1.0, True)

    def test_variables_say_what_is_frozen_and_believed(self):
        believed = Tagged(12.0, metadata={"prior": "norm(12, 1)"})
        response = BalrogResponse(Generator(), Fixed(30.0), believed, Tagged(1.1))
        assert response.ra[:2] == (30.0, True) and response.dec == (12.0, False, "norm(12, 1)")
        assert response.factor[:2] == (1.1, False)

    def test_a_patch_cuts_the_priors(self):
        assert make_response(dec=60.0, radius=10.0).dec.prior == "coslat(50.0, 70.0)"
        assert make_response(ra=5.0, dec=60.0, radius=10.0).ra.prior == "unif(-16.0, 26.0)"
        assert make_response(dec=85.0, radius=10.0).ra.prior == "unif(-135.0, 225.0)"  # the pole is inside


class TestTable:
    @pytest.mark.parametrize("dec", [20.0, -89.0])
    def test_on_a_patch_it_is_the_generator_to_a_millionth(self, dec):
        response = make_response(dec=dec, radius=20.0)
        assert worst(response, places(800)) < 1e-6 and response.tabulate().error < 1e-6

    def test_on_the_whole_sky_the_error_falls_with_the_fourth_power_of_the_step(self):
        coarse, fine = (worst(BalrogResponse(Generator(), step=step), places(60)) for step in (20.0, 10.0))
        assert fine < 5e-4 and 8 < coarse / fine < 32

    def test_it_goes_smoothly_over_the_poles_and_around_the_circle(self):
        table = BalrogResponse(Generator(), step=10.0).tabulate()
        for a, b in (((0.0, 90.0), (123.0, 90.0)), ((180.0 - 1e-9, 8.0), (180.0 + 1e-9, 8.0))):
            np.testing.assert_allclose(table.matrix(*a), table.matrix(*b), rtol=1e-6, atol=1e-6)

    def test_the_generator_is_asked_once_a_node_and_never_again(self):
        response, told = make_response(radius=20.0, step=5.0), []
        table = response.tabulate(lambda done, of: told.append((done, of)))
        assert told[-1] == (81, 81) and len(told) == 81 and response.tabulate() is table

    def test_structure_finer_than_the_step_is_warned_of(self):
        class Shadowed(Generator):
            def set_location(self, ra, dec):
                super().set_location(ra, dec)
                self.matrix *= 1.0 if dec > 19.0 else 0.2

        response = make_response(radius=20.0, step=5.0).replace(balrog_drm=Shadowed(AXES[0]))
        with pytest.warns(SpecLabWarning, match="smaller step"):
            assert response.tabulate().error > 0.01

    def test_what_would_not_fit_is_refused_with_numbers(self):
        response = BalrogResponse(Generator(), step=0.05)
        with pytest.raises(DataError, match=r"GB.*step") as refused:
            response.tabulate()
        assert "2 GB" in str(refused.value) and response.balrog_drm.calls == 1

    def test_a_step_as_wide_as_the_patch_is_refused(self):
        with pytest.raises(DataError, match="cannot be laid out"):
            make_response(radius=5.0, step=4.0).tabulate()

    def test_noise_below_the_tolerance_is_left_out_of_the_basis(self):
        rows = np.outer(np.arange(1.0, 30.0), np.arange(50.0)) + 1e-10 * np.random.default_rng(0).normal(size=(29, 50))
        scores, basis = direction_table._compressed(rows)
        assert basis.shape == (1, 50)
        np.testing.assert_allclose(scores @ basis, rows, atol=1e-8)


class TestSaved:
    def test_the_table_stands_without_its_generator(self):
        response = make_response(radius=10.0)
        response.tabulate()
        exact, between = response.at(*TRUE), response.interpolated(46.3, 21.1)
        again = io.from_state_dict(io.to_state_dict(response))
        assert again.balrog_drm is None and again.movable and again.ra == response.ra
        assert np.array_equal(again.at(*TRUE).matrix, exact.matrix)
        assert np.array_equal(again.at(46.3, 21.1).matrix, between.matrix)
        with pytest.raises(DataError, match="cannot be saved"):
            again.at(200.0, 0.0)
        renewed = again.replace(balrog_drm=Generator(AXES[0]))
        assert renewed.tabulated and renewed.at(200.0, 0.0).matrix.max() > 0

    def test_without_a_table_only_the_places_asked_for_are_known(self):
        response = make_response()
        again = io.from_state_dict(io.to_state_dict(response))
        assert not again.movable and again.reaches(45.0, 20.0) and not again.reaches(46.0, 20.0)
        with pytest.raises(DataError, match="no table"):
            again.tabulate()

    def test_another_region_needs_another_table(self):
        response = make_response(radius=10.0)
        response.tabulate()
        assert not response.replace(radius=12.0).tabulated and response.replace(name="b").tabulated


class TestUnit:
    def test_its_channels_at_a_place_are_those_of_the_plain_response_there(self):
        response = make_response()
        moved = make_unit(response, grpg={"min_evt": 30}, notc=[20, 500])
        plain = moved.replace(rsp=response.at(*TRUE))
        found, wanted = moved.channels(response=response.at(*TRUE)), plain.channels()
        assert np.array_equal(found.matrix, wanted.matrix) and np.array_equal(found.S, wanted.S)
        assert moved.position is response and plain.position is None

    def test_optimal_grouping_needs_a_held_position(self):
        with pytest.raises(DataError, match="free source position"):
            make_unit(make_response(), grpg={"method": "optimal"})
        held = make_unit(make_response(ra=Fixed(45.0), dec=Fixed(20.0)), grpg={"method": "optimal"})
        assert held.channels().size > 3

    def test_an_area_on_top_is_refused(self):
        response = make_response()
        area = Auxiliary(response.elo, response.ehi, np.ones(response.elo.size))
        with pytest.raises(DataError, match="has its area in it"):
            DataUnit(Source(np.ones(response.emin.size), None, 1.0), rsp=response, arf=area)
