"""Nested sampling, batched and without a native library: evidence and posterior (Skilling 2006).

`sampler` runs it; `likelihoods` is where points walk and what is asked there, `slice_moves` how they walk, `importance` how the
evidence is sharpened in the end, `saved_run` what a run leaves behind. Evidence from dead points is in `engines.evidence`.
"""

from spec_lab.engines.nested.sampler import NestedOptions as NestedOptions
from spec_lab.engines.nested.sampler import run as run
