"""A counter of compilations, for tests of the façade."""

from typing import Any

import jax
import pytest


class Compiles:
    """Counts XLA compilations while it is open."""

    def __enter__(self) -> "Compiles":
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._hear)
        return self

    def _hear(self, event: str, duration: float, **_: Any) -> None:
        self.count += event == "/jax/core/compile/backend_compile_duration"

    def __exit__(self, *_: object) -> None:
        jax.monitoring.unregister_event_duration_listener(self._hear)


@pytest.fixture
def compiles():
    return Compiles
