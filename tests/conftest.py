"""What holds for every test: Qt draws into memory unless a platform was chosen, Ctrl-C arrives.

Generated cases are the same in each run, so that one that is green stays green until something is
changed; ``HYPOTHESIS_PROFILE=explore`` draws new ones.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell's background job ignores SIGINT, and so would the commands that tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)

# no deadline: how long a case takes depends on what else runs; speed is for tests/benchmarks
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
