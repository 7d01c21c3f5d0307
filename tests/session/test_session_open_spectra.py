"""Spectra opened by their files, and the energies a Lab offers for units that notice everything."""

import numpy as np
import pytest
from session_toy import burst

from spec_lab import datasets
from spec_lab._base import ParameterError
from spec_lab.data import Data
from spec_lab.infer import BayesInfer
from spec_lab.models import cpl
from spec_lab.session import FitSession, are_files, command_from, open_spectra, views

NAI = (("TELESCOP", "GLAST"), ("INSTRUME", "GBM"), ("DETNAM", "NAI_03"))


def test_spectra_are_opened_by_their_files(capsys):
    folder = datasets.DEMO / "burst"
    infer = open_spectra([folder / "na.pha", str(folder / "bg.pha")])
    said = capsys.readouterr()
    assert "na: instrument not recognised, 8–426 keV, PG statistic" in said.out and not said.err
    assert infer.pairs[0].data.names == ("na", "bg") and infer.pairs[0].model.expression == "cpl"
    assert infer.par[1].origin == "guessed" and infer.stat < 3 * infer.npoint


def test_what_names_files_and_what_does_not():
    assert are_files("a.pha") and are_files(["a.pha", datasets.DEMO])
    assert not are_files([]) and not are_files([(1, 2)]) and not are_files(None)
    with pytest.raises(ParameterError, match=r"Lab\.load"):
        open_spectra("saved.speclab")


def test_a_unit_that_notices_everything_is_offered_what_is_usual_for_its_instrument():
    units = burst().units
    said = units[0].replace(src=units[0].src.replace(keywords=NAI))
    session = FitSession(BayesInfer([(Data([("na", said), ("b1", units[1])]), cpl())]))
    told = views.view(session.state, None)["usual"]
    assert (
        told is not None
        and told["text"] == "na: all energies are noticed. Fermi GBM NaI is usually fitted at 8–30 and 40–900 keV."
    )
    session.perform(command_from("notice", {"units": told["units"]}, session.get()))
    used = session.get().pairs[0].data["na"].channels()
    assert views.view(session.state, None)["usual"] is None
    assert not np.any((used.emin < 40) & (used.emax > 30))
    session.undo()
    assert views.view(session.state, None)["usual"] is not None
    session.close()


def test_nothing_is_offered_for_unknown_instruments(session):
    assert views.view(session.state, None)["usual"] is None
