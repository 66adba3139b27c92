"""``python -m hue_desktop`` is the console script."""

import sys

from hue_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
