"""What every test runs under: no cache of Beancount's, our own in a folder of this run, no deadlines, in CI the same
examples each time.
"""

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
os.environ["KKD_CACHE"] = tempfile.mkdtemp(prefix="kkd-cache-")
atexit.register(shutil.rmtree, os.environ["KKD_CACHE"], ignore_errors=True)

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")
