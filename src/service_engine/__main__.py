"""``python -m service_engine``: the same as the command ``service-engine``."""

import sys

from service_engine.cli import main

if __name__ == "__main__":
    sys.exit(main())
