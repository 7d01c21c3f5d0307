"""BayesInfer: posteriors and evidence."""

from typing import Any

from spec_lab.infer.analyzer import Posterior
from spec_lab.infer.infer import Infer


class BayesInfer(Infer):
    """Bayesian inference: `preview()` in a fraction of a second, samplers for the final word."""

    def preview(self, **options: Any) -> Posterior:
        """Posterior, intervals and ln Z by importance sampling around the best fit. The parameters stay where they are.

        Args:
            **options: See `spec_lab.engines.preview.PreviewOptions`: `draws`, `tail`, `seed`.
        """
        return self._sampled("preview", **options)

    def nuts(self, **options: Any) -> Posterior:
        """Posterior by Hamiltonian Monte Carlo, several chains.

        Args:
            **options: See `spec_lab.engines.nuts.NutsOptions`: `draws`, `warmup`, `chains`, `seed`.
        """
        return self._sampled("nuts", **options)

    def _sampled(self, engine: str, **options: Any) -> Posterior:
        return Posterior(self, self.run(engine, **options))
