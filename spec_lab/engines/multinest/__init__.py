"""MultiNest, in a process of its own: `engine` drives it, `library` finds it, `child` and `worker` are the two ends of the pipe,
`files` is what it leaves behind.
"""

from spec_lab.engines.multinest.engine import MultinestOptions as MultinestOptions
from spec_lab.engines.multinest.engine import run as run
from spec_lab.engines.multinest.library import find_library as find_library
