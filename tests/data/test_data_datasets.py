"""Data sets: what travels with the package, what is fetched, and what is never trusted unchecked."""

import numpy as np
import pytest
from scripts import load_script

from spec_lab._base import DataError
from spec_lab.data import datasets

make_demo = load_script("make_demo_data")


def test_the_burst():
    data = datasets.load("burst")
    assert data.names == ("na", "bg")
    for name, unit in data.items():
        seen = unit.channels()
        assert unit.stat == "pgstat" and unit.src.poisson and not unit.bkg.poisson and seen.has_background
        expected = seen.ts * (seen.matrix @ make_demo.cutoff_photons(*unit.energies)) + seen.alpha * seen.B
        pulls = (seen.S - expected) / np.sqrt(expected + seen.sigma_B**2)
        assert abs(pulls.mean()) < 0.3 and 0.7 < pulls.std() < 1.3, name
        assert seen.net.sum() / seen.net_error.sum() > 1  # there is something to fit


def test_the_ccd():
    unit = datasets.load("ccd")["ccd"]
    seen = unit.channels()
    assert unit.stat == "cstat" and unit.bkg.poisson and unit.rmf is not None and unit.arf is not None
    expected = seen.ts * (seen.matrix @ make_demo.ccd_photons(*unit.energies)) + seen.alpha * seen.B
    pulls = (seen.S - expected) / np.sqrt(expected)
    assert abs(pulls.mean()) < 0.3 and 0.7 < pulls.std() < 1.3
    assert np.all(seen.B >= 1)


def test_the_demonstration_files_are_small_and_made_by_the_script(tmp_path):
    make_demo.main(tmp_path)
    total = 0
    for name in ("burst", "ccd"):
        for file, path in datasets.paths(name).items():
            assert abs(path.stat().st_size - (tmp_path / name / file).stat().st_size) == 0
            total += path.stat().st_size
    assert total < 300_000
    from spec_lab.data import DataUnit

    made, shipped = DataUnit(tmp_path / "ccd" / "ccd.pha"), datasets.load("ccd")["ccd"]
    assert np.array_equal(made.src.counts, shipped.src.counts)
    np.testing.assert_allclose(made.response.matrix, shipped.response.matrix, rtol=3e-7)  # numbers of 32 bits


def test_unknown_names():
    for call in (datasets.load, datasets.fetch, datasets.paths):
        with pytest.raises(DataError, match=r"no such data set; got 'moon'; allowed: burst, ccd, grb-me-he, 3c273"):
            call("moon")


@pytest.mark.real_data
def test_local_copies_are_used_and_checked(real_data, monkeypatch, tmp_path):
    monkeypatch.setenv("SPEC_LAB_DATA", str(real_data))
    assert datasets.fetch("3c273")["3c273.pi"] == real_data / "3c273" / "3c273.pi"
    assert datasets.load("grb-me-he").names == ("me", "he") and datasets.load("3c273").names == ("3c273",)
    (tmp_path / "3c273").mkdir()
    for path in (real_data / "3c273").iterdir():
        (tmp_path / "3c273" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "3c273" / "3c273.arf").write_bytes(b"something else")
    monkeypatch.setenv("SPEC_LAB_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"3c273\.arf is not the published file"):
        datasets.fetch("3c273")


def test_offline_says_what_to_do(monkeypatch, tmp_path):
    import pooch

    def refuse(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setenv("SPEC_LAB_DATA", str(tmp_path))
    monkeypatch.setattr(pooch, "retrieve", refuse)
    with pytest.raises(DataError, match=r"cannot be downloaded.*no network.*SPEC_LAB_DATA.*load\('burst'\)"):
        datasets.fetch("grb-me-he")


def test_downloads_name_commits_and_checksums(monkeypatch, tmp_path):
    import pooch

    asked = []
    monkeypatch.setenv("SPEC_LAB_DATA", str(tmp_path))
    monkeypatch.setattr(
        pooch, "retrieve", lambda url, known_hash, **kw: asked.append((url, known_hash)) or tmp_path / kw["fname"]
    )
    assert set(datasets.fetch("3c273")) == {"3c273.pi", "3c273_bg.pi", "3c273.rmf", "3c273.arf"}
    assert all(
        "/1b026cbaceb8c86f13952b0df2194537d8b07992/" in url and known.startswith("sha256:") for url, known in asked
    )
