"""What every test runs under: no cache of Beancount's, no deadlines, in CI the same examples each time."""

import os

from hypothesis import settings

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")
