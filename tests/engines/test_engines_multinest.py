"""MultiNest in its child process: the real thing where its library is found, and what is said where it is not."""

import importlib.util
import json
import os
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest
from small import make_unit

from spec_lab import BayesInfer, unif
from spec_lab._base import EngineError, MissingDependency, SpecLabWarning
from spec_lab.engines import Control, fingerprint, run_engine
from spec_lab.engines.multinest import find_library, output_files, worker
from spec_lab.engines.multinest.child import Child
from spec_lab.models import pl


def _why_not() -> str:
    try:
        find_library()
    except MissingDependency as error:
        return str(error)
    return ""


needs_library = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


def make(**options):
    infer = BayesInfer([(make_unit(1, **options), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.3
    return infer


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nest")
    return folder, make().multinest(nlive=60, random_seed=450001, savepath=folder)


@needs_library
@pytest.mark.parametrize("importance", [True, False])
def test_evidence_and_posterior(exact, importance):
    truth = exact("power law")
    outcome = run_engine("multinest", truth.problem, live=200, importance=importance)
    assert abs(outcome.log_evidence - truth.log_z) < 4 * outcome.log_evidence_error
    assert np.all(np.abs(outcome.draws.mean(axis=0) - truth.mean) < 0.25 * truth.sd)
    np.testing.assert_allclose(outcome.draws.std(axis=0), truth.sd, rtol=0.2)
    np.testing.assert_allclose(outcome.log_like, -0.5 * truth.problem.batch(outcome.draws), rtol=1e-9)
    assert outcome.status == "converged" and outcome.figures["evaluations"] > 1000


@needs_library
def test_the_documented_files(saved):
    folder, posterior = saved
    names = {p.name for p in folder.iterdir()}
    own = "txt ev.dat live.points phys_live.points post_equal_weights.dat resume.dat stats.dat summary.txt IS.points".split()
    assert {f"1-{name}" if name != "txt" else "1-.txt" for name in own} <= names
    assert json.loads((folder / "1-nlive.json").read_text()) == 60
    assert json.loads((folder / "1-posterior_stats.json").read_text())["global evidence"] == posterior.lnZ
    sample = np.loadtxt(folder / "1-posterior_sample.txt")
    np.testing.assert_allclose(sample[:, :2], posterior.sample)
    np.testing.assert_allclose(sample[:, 2], posterior.outcome.log_prob)


@needs_library
def test_a_finished_run_is_taken_up_again(saved):
    folder, posterior = saved
    again = make().multinest(nlive=60, random_seed=450001, savepath=folder)
    assert again.outcome.figures["evaluations"] < 50
    assert again.lnZ == posterior.lnZ


@needs_library
@pytest.mark.parametrize(
    ("part", "run"),
    [
        ("data", lambda folder: make(stat="cstat").multinest(nlive=60, random_seed=450001, savepath=folder)),
        ("live", lambda folder: make().multinest(nlive=40, random_seed=450001, savepath=folder)),
    ],
)
def test_a_run_of_something_else_is_moved_aside(saved, tmp_path, part, run):
    folder = shutil.copytree(saved[0], tmp_path / "copy")
    with pytest.warns(SpecLabWarning, match=rf"another fit .*{part}.* differ"):
        run(folder)
    assert (folder / "earlier_1" / "1-resume.dat").exists() and (folder / "1-resume.dat").exists()


@needs_library
@pytest.mark.parametrize(
    "name", ["1-resume.dat", "1-ev.dat", "1-live.points", "1-phys_live.points", "1-stats.dat", "1-.txt"]
)
def test_a_damaged_run_is_moved_aside(saved, tmp_path, name):
    for damage in (lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b.replace(b"E", b"?", 3), None):
        folder = shutil.copytree(saved[0], tmp_path / f"copy{len(list(tmp_path.iterdir()))}")
        if damage is None:
            (folder / name).unlink() if name != "1-resume.dat" else (folder / name).write_bytes(b"x")
        else:
            (folder / name).write_bytes(damage((folder / name).read_bytes()))
        with pytest.warns(SpecLabWarning, match=rf"is damaged \({name}: not as it was written\)"):
            again = fingerprint.resumable(folder, "multinest", "1-resume.dat", own_of(folder))
        assert not again and (folder / "earlier_1" / "1-multinest_fingerprint.json").exists()
        assert not list(folder.glob("1-*"))


@needs_library
def test_a_run_starts_anew_where_a_damaged_one_lay(saved, tmp_path):
    folder = shutil.copytree(saved[0], tmp_path / "copy")
    (folder / "1-resume.dat").write_bytes(b"")
    with pytest.warns(SpecLabWarning, match="its files were moved to .*earlier_1, and the run starts anew"):
        posterior = make().multinest(nlive=60, random_seed=450001, savepath=folder)
    assert posterior.lnZ == saved[1].lnZ


def own_of(folder):
    """The fingerprint that lies there."""
    return {
        key: value
        for key, value in json.loads((folder / "1-multinest_fingerprint.json").read_text()).items()
        if key not in ("seed", "files")
    }


@needs_library
def test_a_run_that_has_nothing_to_add_changes_no_file(saved):
    folder, posterior = saved
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    again = make().multinest(nlive=60, savepath=folder)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()} == before
    np.testing.assert_array_equal(again.sample, posterior.sample)


@needs_library
def test_a_run_tells_the_seed_it_was_made_with(saved, tmp_path):
    again = make().multinest(nlive=60, savepath=saved[0])
    assert dict(again.outcome.settings)["seed"] == 450001
    make().multinest(nlive=100, max_iter=300, savepath=tmp_path, random_seed=7)
    more = make().multinest(nlive=100, savepath=tmp_path).outcome
    assert dict(more.settings)["seed"] != 7 and "begun with seed 7" in more.message


@needs_library
def test_stopped_and_resumed(exact, tmp_path):
    truth = exact("power law")
    control = Control(on_progress=lambda p: control.stop.set() if int(p.message.split()[0]) > 1500 else None)
    outcome = run_engine("multinest", truth.problem, control, live=100, savepath=str(tmp_path))
    assert outcome.status == "stopped" and outcome.log_evidence < truth.log_z
    resumed = run_engine("multinest", truth.problem, live=100, savepath=str(tmp_path), resume=str(tmp_path))
    assert resumed.status == "converged" and resumed.figures["iterations"] > outcome.figures["iterations"]
    assert abs(resumed.log_evidence - truth.log_z) < 5 * resumed.log_evidence_error


@needs_library
def test_the_limit_on_iterations(tmp_path):
    outcome = make().multinest(nlive=100, max_iter=300, savepath=tmp_path).outcome
    assert outcome.status == "limit"
    assert (tmp_path / "1-max_iter_warning.txt").exists()


@needs_library
def test_an_error_in_a_likelihood_ends_the_child_and_is_told():
    infer, calls = make(), []

    def broken(infer, theta):
        calls.append(theta)
        if len(calls) > 50:
            raise ZeroDivisionError("mine")
        return -0.5 * infer.calc_stat(theta)

    infer.loglike_func = broken
    with pytest.raises(ZeroDivisionError, match="mine"):
        infer.multinest(nlive=50, random_seed=450001, savepath=None)
    assert len(calls) == 51


@needs_library
def test_hooks_and_functions_of_the_notebook_stay_in_this_process():
    infer = make()
    mean, sd = np.array([-1.0, 2.0]), np.array([0.1, 0.2])
    infer.loglike_func = lambda infer, theta: -0.5 * np.sum(((theta - mean) / sd) ** 2)
    posterior = infer.multinest(nlive=100, random_seed=450001, savepath=None)
    assert np.all(np.abs(posterior.par_mean - mean) < 0.3 * sd)


@needs_library
def test_a_seed_repeats_a_run(exact):
    p = exact("power law").problem
    one, same, other = (run_engine("multinest", p, live=30, seed=seed, tolerance=2.0) for seed in (7, 7, 8))
    assert one.log_evidence == same.log_evidence != other.log_evidence


# -- without the library -----------------------------------------------------------------------------------------------
def test_absence_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SPEC_LAB_MULTINEST", str(tmp_path))
    monkeypatch.delitem(sys.modules, "pymultinest", raising=False)
    with pytest.raises(MissingDependency) as caught:
        make().multinest(savepath=None)
    text = str(caught.value)
    assert "SPEC_LAB_MULTINEST" in text or "spec-lab[multinest]" in text
    assert "pymultinest" not in sys.modules, "importing it without the library ends the interpreter"


@pytest.mark.parametrize(
    "place", ["libmultinest.so", "lib/libnest3.so", "cosmosis/samplers/multinest/multinest_src/libnest3.so"]
)
def test_the_library_is_found_by_file_or_folder(monkeypatch, tmp_path, place):
    if importlib.util.find_spec("pymultinest") is None:
        pytest.skip("pymultinest is not installed")
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    for named in (tmp_path, path):
        monkeypatch.setenv("SPEC_LAB_MULTINEST", str(named))
        assert find_library() == path.resolve()
    monkeypatch.delenv("SPEC_LAB_MULTINEST")
    monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join(["", str(path.parent)]))
    assert find_library() == path.resolve()


def test_numbers_as_fortran_writes_them():
    assert output_files.number("0.19-322") == 0.19e-322
    assert output_files.number("-0.295831065751831147E+03") == pytest.approx(-295.831065751831147)
    assert output_files.number("1.5D+02") == 150.0


STATS = """Nested Sampling Global Log-Evidence           :   -0.2958E+03  +/-    0.184E+00
Nested Importance Sampling Global Log-Evidence:   {}  +/-    0.166E-01
"""


@pytest.mark.parametrize(("written", "log_z"), [("-0.2957E+03", -295.7), ("NaN", -295.8), ("0.19-322", -295.8)])
def test_plain_evidence_stands_in_for_an_unusable_one(written, log_z):
    found, _, remark = output_files.read_evidence(STATS.format(written), True)
    assert found == pytest.approx(log_z)
    assert ("plain nested sampling" in remark) is (log_z == -295.8)
    assert output_files.read_evidence(STATS.format(written), False)[0] == pytest.approx(-295.8)


@pytest.mark.parametrize("error", ["NaN", "0.19-322", "Infinity"])
def test_plain_evidence_stands_in_where_the_error_of_the_other_is_unusable(error):
    text = STATS.format("-0.2957E+03").replace("0.166E-01", error)
    found, spread, remark = output_files.read_evidence(text, True)
    assert (found, spread) == (pytest.approx(-295.8), pytest.approx(0.184)) and "plain nested sampling" in remark


def test_no_evidence_is_said():
    with pytest.raises(EngineError, match="no evidence"):
        output_files.read_evidence("", True)


def test_a_half_written_row_is_left_out(tmp_path):
    (tmp_path / "1-ev.dat").write_text(" 0.1E+01 0.2E+01 0.3E+01\n 0.4E+01 0.5E")
    np.testing.assert_array_equal(output_files.table(tmp_path / "1-ev.dat", 3), [[1, 2, 3]])


def test_a_partial_result_needs_points(tmp_path):
    with pytest.raises(EngineError, match="before the first points"):
        output_files.read_partial(tmp_path, 2, 100, 1)


def test_a_child_that_cannot_start_tells_why(tmp_path):
    child = Child(tmp_path, {"library": str(tmp_path / "none.so"), "parameters": 1, "settings": {}})
    told = [payload.decode() for tag, payload in child.frames() if tag == worker.FAILED]
    child.end()
    assert len(told) == 1 and ("none.so" in told[0] or "pymultinest" in told[0])


def test_a_child_ends_when_asked(tmp_path):
    child = Child(tmp_path, {"library": "", "parameters": 1, "settings": {}})
    child.end()
    assert child.process.returncode is not None


def test_frames_survive_being_cut_anywhere(tmp_path):
    """A stand-in worker that writes frames in single bytes."""
    code = (
        "import os, struct, sys\n"
        "data = b''.join(struct.pack('<cI', t, len(p)) + p for t, p in ((b'L', b'12345678'), (b'F', b'')))\n"
        "[os.write(1, data[i:i+1]) for i in range(len(data))]"
    )
    child = Child(tmp_path, {"library": "", "parameters": 1, "settings": {}})
    child.end()
    child.process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    frames = [frame for frame in child.frames() if frame[0]]
    child.end()
    assert frames == [(b"L", b"12345678"), (b"F", b"")]
    assert worker.HEAD.size == struct.calcsize("<cI")
