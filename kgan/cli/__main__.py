"""Makes `python -m kgan.cli` the same as `kgan`."""

import sys

from kgan.cli.command import main

sys.exit(main())
