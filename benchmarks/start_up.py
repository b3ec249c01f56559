"""What the plugin adds to `qgis_process list`: pairs of runs with and without it, in turn."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 9


def main():
    """Print the median of both and of their difference."""
    with tempfile.TemporaryDirectory() as folder:
        plugins = Path(folder, "plugins")
        plugins.mkdir()
        (plugins / "landcarbon").symlink_to(ROOT)
        profiles = {name: environment(Path(folder, name), plugins) for name in ("without", "with")}
        subprocess.run(
            ["qgis_process", "plugins", "enable", "landcarbon"],
            env=profiles["with"],
            check=True,
            capture_output=True,
        )
        seconds = {name: [] for name in profiles}
        for number in range(-1, PAIRS):  # the first pair fills the disk's cache
            for name, variables in profiles.items():
                start = time.perf_counter()
                listed = subprocess.run(
                    ["qgis_process", "list"], env=variables, check=True, capture_output=True, text=True
                ).stdout
                if number >= 0:
                    seconds[name].append(time.perf_counter() - start)
                if ("landcarbon:" in listed) != (name == "with"):
                    raise SystemExit(
                        f"qgis_process list {name} the plugin lists the wrong algorithms:\n{listed}"
                    )
    added = statistics.median(b - a for a, b in zip(seconds["without"], seconds["with"], strict=True))
    print(f"qgis_process list, median of {PAIRS} pairs in turn")
    for name, of in seconds.items():
        print(f"  {name:8} the plugin {statistics.median(of):6.3f} s")
    print(f"  difference           {added:6.3f} s")


def environment(profile, plugins):
    """Variables of a run with a profile of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # A user's Python keeps what it compiled; the first pair does that.
    return kept | {
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_PLUGINPATH": str(plugins),
        "QT_QPA_PLATFORM": "offscreen",
    }


if __name__ == "__main__":
    main()
