"""MaxLikeFit: best fits with errors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab.engines.lmfit import residual_of
from spec_lab.infer.analyzer import Bootstrap, write_json
from spec_lab.infer.infer import Infer


class MaxLikeFit(Infer):
    """Maximum likelihood: `fit()` (built-in), `iminuit()`, `lmfit()`. Afterwards the parameters are at the best fit."""

    def iminuit(self, savepath: str | Path | None = None, ncall: int = 10000, **options: Any) -> Bootstrap:
        """MIGRAD with exact gradients, HESSE, and MINOS with `minos=True`.

        Args:
            savepath: Folder to write `1-bootstrap_sample.txt`, `1-maxlike_res.json` and the tables to; made if missing.
            ncall: Limit on evaluations in MIGRAD.
            **options: See `spec_lab.engines.iminuit.IminuitOptions`: `minos`, `seed`, `draws`.
        """
        return self._written(self._fitted("iminuit", **{"max_calls": ncall, **options}), savepath)

    def lmfit(self, savepath: str | Path | None = None, **options: Any) -> Bootstrap:
        """Levenberg-Marquardt on signed deviance residuals; errors are not scaled.

        Args:
            savepath: Folder to write `1-bootstrap_sample.txt`, `1-maxlike_res.json` and the tables to; made if missing.
            **options: See `spec_lab.engines.lmfit.LmfitOptions`.
        """
        return self._written(self._fitted("lmfit", **options), savepath)

    def bootstrap(self, **options: Any) -> Bootstrap:
        """True parametric bootstrap: simulate under the best fit and refit every simulation, all together.

        Args:
            **options: See `spec_lab.engines.bootstrap.BootstrapOptions`: `simulations`, `seed`.
        """
        return self._fitted("bootstrap", **options)

    def lmfit_residual(self, params: Any) -> np.ndarray:
        """`f[c]`, signed residuals at lmfit parameters (or free values); their squares sum to the statistic.

        Raises:
            ParameterError: Not one value for each free parameter.
        """
        values = [p.value for p in params.values()] if isinstance(params, Mapping) else params
        return residual_of(self.problem, self._vector(values))

    def _written(self, reading: Bootstrap, savepath: str | Path | None) -> Bootstrap:
        if savepath is not None:
            reading.save(savepath)
            np.savetxt(Path(savepath) / "1-bootstrap_sample.txt", reading.sample)
            write_json(Path(savepath) / "1-maxlike_res.json", _result(reading))
        return reading


def _result(reading: Bootstrap) -> dict[str, Any]:
    """Values, errors, covariance and (if MINOS ran) asymmetric errors, as plain numbers."""
    outcome = reading.outcome
    minos = outcome.figures.get("minos")
    return {
        "parameters": [outcome.setup.slots[i].path for i in outcome.setup.free],
        "values": outcome.best.tolist(),
        "errors": outcome.errors.tolist(),
        **({"minos_errors": [[low, high] for _, low, high in minos]} if minos else {}),
        "covar": outcome.covariance.tolist(),
        "stat": outcome.stat,
        "message": outcome.message,
    }
