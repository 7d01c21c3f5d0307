"""Fixtures shared by all floors."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("SPEC_LAB_AUTOSAVE", "off")  # tests that want it say so

import spec_lab  # noqa: F401  (switches on double precision before any test touches JAX)


def _real_data_folder() -> Path | None:
    named = os.environ.get("SPEC_LAB_DATA")
    candidates = [Path(named)] if named else [Path(__file__).resolve().parents[2] / "shared" / "data"]
    return next((folder for folder in candidates if (folder / "3c273").is_dir()), None)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public spectra, or a skip that says where it was looked for."""
    folder = _real_data_folder()
    if folder is None:
        pytest.skip("no real spectra: set SPEC_LAB_DATA, or put them in ../shared/data beside the checkout")
    return folder
