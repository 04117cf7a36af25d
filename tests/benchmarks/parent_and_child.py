"""`python -m tests.benchmarks.parent_and_child`: prints the id of a child, and both sleep on."""

import subprocess
import sys
import time

print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
