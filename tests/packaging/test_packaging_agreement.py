"""pyproject.toml, requirements.lock and environment.yml say the same; the wheel holds what it must."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import spec_lab

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_ONLY = {"python", "pip", "multinest"}


def declared() -> dict[str, Requirement]:
    """Every dependency, the extras' too."""
    lines = [*PROJECT["dependencies"], *(text for extra in PROJECT["optional-dependencies"].values() for text in extra)]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def conda() -> dict[str, Requirement]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    assert "-e ." in from_pip
    lines = [*(e for e in entries if isinstance(e, str)), *(e for e in from_pip if e != "-e .")]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def locked() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", (ROOT / "requirements.lock").read_text(), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_conda_asks_for_the_same_packages_and_bounds():
    wanted, given = declared(), conda()
    assert set(given) - set(wanted) == CONDA_ONLY
    assert set(wanted) - set(given) == set()
    assert {n: str(given[n].specifier) for n in wanted} == {n: str(r.specifier) for n, r in wanted.items()}


def test_conda_and_the_project_want_the_same_python():
    assert PROJECT["requires-python"] in str(conda()["python"].specifier)


def test_every_dependency_is_locked_within_its_bounds():
    versions = locked()
    outside = {
        n: versions.get(n) for n, r in declared().items() if not any(map(r.specifier.contains, versions.get(n, ())))
    }
    assert outside == {}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-data.lock", "spec_lab/_launch/installer.txt"])
def test_locks_have_hashes_and_no_addresses(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)[1:]
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_version_is_said_once():
    assert PROJECT["version"] == spec_lab.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("spec_lab-*.whl"))) as opened:
        yield opened


@pytest.mark.parametrize(
    "pattern",
    [
        r"spec_lab/__main__\.py",
        r"spec_lab/data/demo/.+\.pha",
        r"spec_lab_widgets/static/.+\.js",
        r"spec_lab_widgets/static/.+\.css",
        r"spec_lab/_launch/installer\.txt",
        r"spec_lab/_launch/config/labconfig/page_config\.json",
        r"spec_lab/_launch/labextensions/spec-lab-autorun/static/remoteEntry\.js",
        r"spec_lab-.+\.dist-info/licenses/LICENSE",
    ],
)
def test_the_wheel_holds(wheel, pattern):
    assert any(re.fullmatch(pattern, name) for name in wheel.namelist())


def test_the_wheel_holds_every_tracked_file_of_the_packages(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", "spec_lab", "widgets/spec_lab_widgets"], cwd=ROOT, capture_output=True, text=True
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    files = {name.removeprefix("widgets/") for name in tracked.stdout.split("\n") if name and (ROOT / name).is_file()}
    assert files - set(wheel.namelist()) == set()


def test_the_wheel_is_small_and_has_no_tests(wheel):
    assert sum(info.compress_size for info in wheel.infolist()) < 20e6
    assert [
        name for name in wheel.namelist() if name.startswith(("tests/", "notebooks/")) or "node_modules" in name
    ] == []
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "spec-lab = spec_lab.__main__:main" in wheel.read(entry).decode()
