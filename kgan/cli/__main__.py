"""Runs `python -m kgan.cli` as `kgan`."""

import sys

from kgan.cli.command import main

sys.exit(main())
