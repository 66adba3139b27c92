"""What holds for every test: Qt draws into memory unless a platform was chosen, Ctrl-C arrives."""

from __future__ import annotations

import os
import signal

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell's background job ignores SIGINT, and so would the commands that tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)
