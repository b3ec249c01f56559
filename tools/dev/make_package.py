"""Writes the zip for the plugin site: what an analyst runs, from the files that git tracks.

Usage: python3 make_package.py [FOLDER]; the same files give the same bytes.
"""

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "landcarbon"
SHIPPED = (
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "metadata.txt",
    "requirements.txt",
    "__init__.py",
    "plugin.py",
    "provider.py",
    "algorithms",
    "core",
    "resources",
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip can hold, so that a checkout's times do not matter
READABLE_FILE = 0o100644 << 16


def version(root=ROOT):
    """The version in `metadata.txt`."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(root / "metadata.txt", encoding="utf-8")
    return metadata["general"]["version"]


def shipped_files(root=ROOT):
    """Paths relative to the root of every tracked file that ships, sorted."""
    # the checkout may belong to another user, as in a container, and git would refuse it
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--", *SHIPPED]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return sorted(name for name in listed.split("\0") if name)


def write_package(folder, root=ROOT):
    """Write `landcarbon-<version>.zip` into a folder and return its path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}-{version(root)}.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name in shipped_files(root):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE_FILE
            package.writestr(entry, (root / name).read_bytes())
    return path


if __name__ == "__main__":
    made = write_package(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist")
    print(f"{made} ({made.stat().st_size / 1e6:.1f} MB)")
