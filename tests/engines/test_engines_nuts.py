"""What NUTS says of its own chains, and how they are gone on with."""

import numpy as np
import pytest
from small import make_unit

from spec_lab import BayesInfer, unif
from spec_lab._base import SpecLabWarning
from spec_lab.engines import Control
from spec_lab.engines.nuts import _doubts
from spec_lab.models import pl


def make(low=-3):
    infer = BayesInfer([(make_unit(1), pl())])
    infer.par[2].prior, infer.par[2].val = unif(low, 5), 2.3
    return infer


def test_good_chains_raise_no_doubt():
    assert _doubts(1.001, 800.0, 0) == ""


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((1.2, 800.0, 0), "R-hat = 1.200 > 1.02"),
        ((float("nan"), 800.0, 0), "R-hat = nan"),
        ((1.0, 12.3, 0), "worth 12 independent"),
        ((1.0, float("nan"), 0), "worth nan"),
        ((1.0, 800.0, 7), "7 draws diverged"),
    ],
)
def test_bad_chains_are_doubted(numbers, said):
    assert said in _doubts(*numbers)


SHORT, LONG = {"warmup": 50, "draws": 60, "chains": 2}, {"warmup": 50, "draws": 160, "chains": 2}


def test_chains_are_gone_on_with_as_if_they_had_never_ended(tmp_path):
    make().nuts(savepath=tmp_path, **SHORT)
    extended, at_once = make().nuts(savepath=tmp_path, **LONG), make().nuts(**LONG)
    np.testing.assert_allclose(extended.sample, at_once.sample, rtol=1e-9)
    assert "125 of its 225 steps were taken from" in extended.outcome.message
    np.testing.assert_array_equal(make().nuts(savepath=tmp_path, **LONG).sample, extended.sample)
    for other, options in ((make(low=-4), SHORT), (make(low=-4), {**SHORT, "warmup": 25})):
        with pytest.warns(SpecLabWarning, match=r"belongs to another fit \((priors|warmup)"):
            other.nuts(savepath=tmp_path, **options)
    anew = make(low=-4).nuts(savepath=tmp_path, resume=False, **SHORT)
    assert "taken from" not in anew.outcome.message


def test_stopped_chains_are_kept_and_end_as_if_never_stopped(tmp_path):
    control = Control(
        on_progress=lambda progress: control.stop.set() if progress.message.startswith("draws: 100") else None
    )
    stopped = make().run("nuts", control, savepath=str(tmp_path), **LONG)
    assert stopped.status == "stopped" and "50 of" not in stopped.message and len(stopped.draws) == 2 * 50
    np.testing.assert_allclose(make().nuts(savepath=tmp_path, **LONG).sample, make().nuts(**LONG).sample, rtol=1e-9)


def test_a_stop_asked_while_compiling_is_told_to_wait():
    heard = []
    problem_of_its_own = BayesInfer([(make_unit(3, channels=17), pl())])
    problem_of_its_own.run("nuts", Control(on_progress=lambda p: heard.append(p.message)), **SHORT)
    assert "compiling for this model, the first time only; a stop waits for the end of it" in heard
