"""MultiNest, in a process of its own: `driver` runs it, `library` finds it, `child` and `worker` are the two ends of the pipe,
`output_files` are what it leaves behind.
"""

from spec_lab.engines.multinest.driver import MultinestOptions as MultinestOptions
from spec_lab.engines.multinest.driver import run as run
from spec_lab.engines.multinest.library import find_library as find_library
