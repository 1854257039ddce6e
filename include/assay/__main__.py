"""`python -m assay`: see `assay.steps.cli.main`."""

import sys

from assay.steps.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
