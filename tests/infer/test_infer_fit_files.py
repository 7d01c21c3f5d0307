"""Files of fits: the façade's export and load, damage that is named, and another program that reads them."""

import json
import os
import subprocess
import sys

import pytest
from small import make_data
from table_file import write_table

from spec_lab import BayesInfer, Infer, MaxLikeFit
from spec_lab._base import SpecLabWarning
from spec_lab.infer import Bootstrap, Posterior
from spec_lab.models import atable, component, pl
from spec_lab.tree import SerializationError
from spec_lab.tree.io import bundle

# the façade


@pytest.mark.parametrize("kind", [Infer, BayesInfer, MaxLikeFit])
def test_infer_exports_and_loads(kind, tmp_path):
    infer = kind([(make_data(1), pl())])
    infer.fit()
    infer.par[1].val = -1.0
    infer.export(tmp_path / "fit.zip")
    again = Infer.load(tmp_path / "fit.zip")
    assert type(again) is kind and again.stat == pytest.approx(infer.stat, rel=1e-12)
    assert again.outcome is not None and Bootstrap(again).errors == pytest.approx(infer.outcome.errors)
    assert type(MaxLikeFit.load(tmp_path / "fit.zip")) is MaxLikeFit
    again.par[1].val = -2.0
    assert infer.par[1].val == -1.0
    with pytest.raises(FileExistsError, match="overwrite"):
        infer.export(tmp_path / "fit.zip")
    assert again.export(tmp_path / "fit.zip", overwrite=True).is_file()


def test_an_infer_without_pairs_or_runs_comes_back(tmp_path):
    Infer().export(tmp_path / "empty")
    assert Infer.load(tmp_path / "empty").outcome is None


def test_hooks_are_left_behind_aloud(tmp_path):
    infer = Infer([(make_data(1), pl())])
    infer.loglike_func = lambda infer, theta: 0.0
    with pytest.warns(SpecLabWarning, match="loglike_func"):
        infer.export(tmp_path / "fit.zip")
    assert Infer.load(tmp_path / "fit.zip").loglike_func is None


def test_what_is_no_saved_fit_says_what_it_is(tmp_path):
    make_data(1).export(tmp_path / "data.zip")
    with pytest.raises(SerializationError, match=r"data\.zip.*is a Data; allowed: Archive"):
        Infer.load(tmp_path / "data.zip")
    with pytest.raises(FileNotFoundError, match=r"none\.zip"):
        Infer.load(tmp_path / "none.zip")


# damage


def _cut(path):
    (path / "arrays.npz").write_bytes((path / "arrays.npz").read_bytes()[:-200])


def _edit(change):
    def damage(path):
        head = json.loads((path / "manifest.json").read_text())
        change(head)
        (path / "manifest.json").write_text(json.dumps(head))

    return damage


def _forged(change):
    """A change by someone who knew about the digests."""

    def both(head):
        change(head["manifest"]["fields"])
        head["digests"]["manifest.json"] = bundle._digest_of(head)

    return _edit(both)


DAMAGE = {
    "truncated arrays": (_cut, r"arrays\.npz was changed"),
    "truncated manifest": (lambda p: (p / "manifest.json").write_text('{"version": 1'), r"manifest\.json is no JSON"),
    "no arrays": (lambda p: (p / "arrays.npz").unlink(), r"no arrays\.npz"),
    "changed value": (_edit(lambda head: head["manifest"]["fields"].update(kind="BayesInfer")), r"manifest\.json was"),
    "future file": (_edit(lambda head: head.update(version=2)), r"unsupported version; got 2.*update"),
    "future fit": (_forged(lambda f: f.update(format=2)), r"Archive.*unknown format; got 2.*update"),
    "field of the future": (_forged(lambda f: f.update(mood=1)), r"Archive has no field to load; got \['mood'\]"),
    "missing field": (_forged(lambda f: f["setup"]["fields"].pop("values")), r"Archive\.setup: field 'values'"),
    "wrong prior": (
        _forged(lambda f: f["setup"]["fields"]["priors"]["items"][0].update(payload="unif(2, 1)")),
        r"setup\.priors\[0\].*min is not below max",
    ),
    "a flag that is none": (
        _forged(lambda f: f["setup"]["fields"]["frozen"]["items"].__setitem__(0, "yes")),
        "flags that are no switches",
    ),
    "a link that is none": (
        _forged(lambda f: f["setup"]["fields"]["partition"]["items"].__setitem__(1, True)),
        "links that are none",
    ),
    "a name that is none": (
        _forged(
            lambda f: f["setup"]["fields"]["pairs"]["items"][0]["fields"]["data"]["fields"]["names"].update(items=[-1])
        ),
        "a set-up in it cannot be used: TypeError",
    ),
    "foreign class": (
        _forged(lambda f: f["setup"].update(type="os:system")),
        r"'os:system' does not lead to a class",
    ),
    "lost share": (_forged(lambda f: f.update(setup={"__kind__": "same", "shared": 99})), r"setup: points to a shared"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named(kind, tmp_path):
    damage, message = DAMAGE[kind]
    path = Infer([(make_data(1), pl())]).export(tmp_path / "fit")
    damage(path)
    with pytest.raises(SerializationError, match=f"(?s)cannot load fit: .*{message}"):
        Infer.load(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_zip_is_named(share, tmp_path):
    path = Infer([(make_data(1), pl())]).export(tmp_path / "fit.zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(SerializationError, match=r"cannot load fit\.zip"):
        Infer.load(path)


def test_a_failed_export_keeps_the_earlier_file(tmp_path):
    path = Infer([(make_data(1), pl())]).export(tmp_path / "fit.zip")
    before = path.read_bytes()
    quick = component(lambda E, A=1.0: A * E, name="quick")
    with pytest.raises(SerializationError, match=r"Archive\.setup\.pairs\[0\]\.model"):
        Infer([(make_data(1), quick())]).export(path, overwrite=True)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


# another program

COMPONENTS = """
from spec_lab.models import component


@component(priors={"slope": "unif(-3, 1)"}, name="called_otherwise")
def hump(E, slope=-1.5, logA=0.0):
    return 10**logA * E**slope
"""
READER = """
import json, sys
from spec_lab import Infer
from spec_lab.infer import Posterior
from spec_lab.tree import SerializationError, allow_package
try:
    Infer.load("fit.zip")
except SerializationError as error:
    refused = str(error)
allow_package("lab_components_of_a_test")
infer = Infer.load("fit.zip")
print(json.dumps([refused, infer.stat, infer.par_info.text, repr(Posterior(infer)), repr(infer)]))
"""


@pytest.mark.slow
def test_a_fit_is_loaded_by_another_program(tmp_path, monkeypatch):
    (tmp_path / "lab_components_of_a_test.py").write_text(COMPONENTS)
    monkeypatch.syspath_prepend(tmp_path)
    from lab_components_of_a_test import hump  # type: ignore[import-not-found]

    write_table(tmp_path / "toy.fits", additive=True)
    infer = BayesInfer([(make_data(1), pl() + hump(logA=-1.0) + atable(tmp_path / "toy.fits")(logA=-2.0))])
    infer.par["pl.logA"].val = 2.0
    for name in ("called_otherwise.slope", "called_otherwise.logA", "toy.kT", "toy.Abund", "toy.extra", "toy.logA"):
        infer.par[name].frozen = True
    infer.preview(draws=300)
    infer.export(tmp_path / "fit.zip")
    (tmp_path / "toy.fits").unlink()
    ran = subprocess.run(
        [sys.executable, "-c", READER],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    refused, stat, table, reading, shown = json.loads(ran.stdout.splitlines()[-1])
    assert "allow_package('lab_components_of_a_test')" in refused
    assert stat == pytest.approx(infer.stat, rel=1e-12)
    assert (table, reading, shown) == (infer.par_info.text, repr(Posterior(infer)), repr(infer))
