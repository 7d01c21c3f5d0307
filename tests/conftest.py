"""Fixtures shared by all floors."""

import os
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("SPEC_LAB_AUTOSAVE", "off")  # tests that want it say so

import shape_checks

shape_checks.install()  # before any numerical floor is imported

import spec_lab  # noqa: E402, F401, I001  (switches on double precision before any test touches JAX)

import precision  # noqa: E402  (asks JAX what was switched on)

precision.install()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", precision.MARK)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    precision.leave_out(items)


class Compiles:
    """Counts XLA compilations while it is open."""

    def __enter__(self) -> "Compiles":
        import jax

        self.count, self._monitoring = 0, jax.monitoring
        self._monitoring.register_event_duration_secs_listener(self._hear)
        return self

    def _hear(self, event: str, duration: float, **_: Any) -> None:
        self.count += event == "/jax/core/compile/backend_compile_duration"

    def __exit__(self, *_: object) -> None:
        self._monitoring.unregister_event_duration_listener(self._hear)


@pytest.fixture
def compiles():
    """The counter: `with compiles() as counted: ...`, then `counted.count`."""
    return Compiles


@pytest.fixture
def arviz():
    """The package that `to_arviz` needs."""
    return pytest.importorskip("arviz_base", reason="arviz-base is not installed: pip install 'spec-lab[arviz]'")


@pytest.fixture
def multinest_library():
    """MultiNest, or a skip that says how to get it. Nothing is imported: without the library that ends the interpreter."""
    from spec_lab._base import MissingDependency
    from spec_lab.engines.multinest import find_library

    try:
        return find_library()
    except MissingDependency as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _components_of_a_test_end_with_it():
    """A component that a test registers is forgotten after it: another file's of that name is found again."""
    from spec_lab.models.component import REGISTRY

    before = dict(REGISTRY)
    yield
    for name, cls in list(REGISTRY.items()):
        if before.get(name, cls) is not cls:
            REGISTRY[name] = before[name]
        elif name not in before and not cls.__module__.startswith("spec_lab."):  # modules of ours stay imported
            del REGISTRY[name]


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
