"""Distributions of NumPyro as priors in a Lab: given, drawn, written down, and refused where they have no text."""

import json

import numpy as np
import numpyro.distributions as dist
import pytest
from session_toy import make_infer, same_state

from spec_lab._base import ParameterError
from spec_lab.session import command_from
from spec_lab.tree import SerializationError

GUMBEL, STUDENT = dist.Gumbel(-1.2, 0.3), dist.StudentT(3.0, -1.2, 0.3)
TWO_PEAKS = dist.MixtureSameFamily(dist.Categorical(np.array([0.3, 0.7])), dist.Normal(np.array([-1.5, -1.0]), 0.2))
SHOWN = "dist.MixtureSameFamily(...)"


def ask(session, name, **arguments):
    return command_from(name, arguments, session.state.setup).answer(session)


def test_a_session_takes_a_distribution_as_an_infer_does(session, infer):
    session.set_prior("cpl.alpha", GUMBEL)
    assert str(infer.par["cpl.alpha"].prior) == "dist.Gumbel(loc=-1.2, scale=0.3)"
    other = make_infer()
    exec(session.script(), {"infer": other})
    assert same_state(other.setup, infer.setup)


@pytest.mark.parametrize("law", [GUMBEL, STUDENT, TWO_PEAKS])
def test_it_is_drawn_without_handles(session, infer, law):
    infer.par["cpl.alpha"].prior = law
    drawn = ask(session, "prior_preview", pid=1, prior=str(infer.par["cpl.alpha"].prior))
    assert drawn["handles"] == [] and max(drawn["density"]) > 0 and json.dumps(drawn, allow_nan=False)


def test_one_without_a_text_is_never_another(session, infer, tmp_path):
    before = infer.par["cpl.alpha"].prior
    infer.par["cpl.alpha"].prior = TWO_PEAKS
    assert session.state.journal[-1].code == f"infer.par[1].prior = '{SHOWN}'"
    with pytest.raises(ParameterError, match="Give the distribution itself"):
        exec(session.script(), {"infer": make_infer()})
    with pytest.raises(SerializationError, match="Set another prior before saving"):
        session.save(tmp_path / "kept.speclab")
    ask(session, "set_prior", pid=1, prior=SHOWN)  # what the panel shows is what the fit has
    assert infer.par["cpl.alpha"].prior.laws and len(session.state.past) == 1
    session.undo()
    assert infer.par["cpl.alpha"].prior == before
    with pytest.raises(ParameterError, match="Give the distribution itself"):
        ask(session, "set_prior", pid=1, prior=SHOWN)
