"""Good starts: values and prior ranges of the parameters, read off the data.

`trial_values` says where a parameter may sensibly lie and which values to try, `shapes` folds every additive term of a model
(`guess_terms`) at those values through the responses, `amplitudes` finds how much of each the counts want (one non-negative
linear solve a combination), `continuum_starts` and `line_starts` make set-ups of it, and `guess` joins them: `Setup → Setup`.
Where an engine lends its steps, the best of several starts is found by `successive_halving`, and each of its terms looked for
anew there (`revisits`). Several pairs are guessed one after the other, each by its own data.

What a person gave is never moved, nor what is frozen, tied or linked to it; everything that was moved says so by its origin.
`hidden_minima` says where one start is not enough.

Not here: the steps of a fit, which an engine hands in as `refine`.
"""

from spec_lab.fit.guess.guess import Guess, guess
from spec_lab.fit.guess.guess_terms import terms_of
from spec_lab.fit.guess.hidden_minima import may_hide

__all__ = ["Guess", "guess", "may_hide", "terms_of"]
