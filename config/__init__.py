"""Settings, URLs and the processes: how the floors are put together and started."""

import gc

# Of every process. A claim or a page makes thousands of objects that live until it ends: after each 700 of them, as is
# usual, Python would look through all that there are for cycles, which took a third of the time of delivering.
gc.set_threshold(10_000)
