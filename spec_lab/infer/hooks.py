"""Hooks: functions of the user's in place of log-likelihood, log prior or prior transform, one vector at a time.

A hook is called with an `Infer` and a vector. That `Infer` is the hook's own: it has no hooks (so `infer.calc_loglike` is the
built-in one) and stands at the vector that is asked about, so `infer.loglike` and `infer.par[1].val` are what the person
means. Of a prior transform the vector is a point of the cube, and the `Infer` stands where it stood when the run began.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.infer.store import LocalStore

if TYPE_CHECKING:
    from spec_lab.infer.infer import Infer

Hook = Callable[["Infer", np.ndarray], Any]
NAMES = ("loglike_func", "logprior_func", "prior_transform_func")


class BoundHook:
    """A hook with its `Infer`: a function of one vector, whose answer is checked before an engine works with it.

    Args:
        infer: A copy that belongs to the hook, on a `LocalStore`.
        name: One of `NAMES`.
        func: The user's function.
    """

    def __init__(self, infer: "Infer", name: str, func: Hook):
        self.infer, self.name, self.func = infer, name, func
        self._from = infer.setup

    def __call__(self, vector: np.ndarray) -> Any:
        """A float; of `prior_transform_func` the free vector `f[n]`.

        Raises:
            ParameterError: The function returned something else.
        """
        many = self.name == "prior_transform_func"
        self.infer.attach(LocalStore(self._from if many else self._from.with_free(vector)))
        answer = self.func(self.infer, vector)
        wanted = len(vector) if many else 1
        try:
            found = np.empty(0) if answer is None else np.asarray(answer, dtype=float)
        except (TypeError, ValueError):
            found = np.empty(0)
        if found.size != wanted:
            allowed = f"{wanted} numbers, one for each free parameter" if many else "one number"
            raise ParameterError(f"{self.name} returned something else than it should", got=answer, allowed=allowed)
        return found.reshape(wanted) if many else found.item()


def hook_property(name: str, doc: str) -> property:
    """The settable property of an `Infer` that holds a hook."""

    def get(self: "Infer") -> Hook | None:
        return self._hooks[name]

    def put(self: "Infer", hook: Hook | None) -> None:
        self._fit.change(name)
        if hook is not None and not callable(hook):
            raise ParameterError(f"{name} must be callable with (infer, vector)", got=hook)
        self._hooks[name] = hook

    return property(get, put, doc=doc)
