"""Run an algorithm in a process that cannot write files above a size, as on a full disk.

python limited.py BYTES ID JSON-parameters; prints {"succeeded": ..., "errors": [...]} as its last line.
"""

import importlib.util
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_limited(limit, name, parameters):
    """What `main` prints, from a child process."""
    command = [sys.executable, __file__, str(limit), name, json.dumps(parameters)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main(limit, name, parameters):
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

    spec = importlib.util.spec_from_file_location("conftest_of_root", ROOT / "tests" / "conftest.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    from landcarbon.provider import LandCarbonProvider

    class Feedback(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.errors = []

        def reportError(self, text, fatal=False):
            self.errors.append(text)

    application = QgsApplication([], False)
    application.initQgis()
    provider = LandCarbonProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    algorithm = provider.algorithm(name).create()
    for definition in algorithm.parameterDefinitions():
        if not definition.isDestination():
            parameters.setdefault(definition.name(), definition.defaultValue())
    # A write beyond the limit fails with an error instead of killing the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    feedback, context = Feedback(), QgsProcessingContext()
    _, succeeded = algorithm.run(parameters, context, feedback)
    print(json.dumps({"succeeded": succeeded, "errors": feedback.errors}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
