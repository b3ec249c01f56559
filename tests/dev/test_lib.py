"""The bash functions that install QGIS, on made-up machines."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

LIB = Path(__file__).parents[2] / "tools" / "dev" / "lib.bash"
DEBIAN = "Origin: Debian\nCodename: bookworm\n"
VENDOR = "Origin: Vendor\nCodename: bookworm\n"
BACKPORTS = "Origin: Debian\nCodename: bookworm-backports\n"

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt is Debian's")


def call(function, *arguments, **environment):
    """Source the library and call one of its functions."""
    script = 'set -euo pipefail; . "$0"; "$@"'
    return subprocess.run(
        ["bash", "-c", script, LIB, function, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def apt(tmp_path):
    """Make a machine's apt of its sources files and the archives it knows; returns the environment."""

    def make(list_file="", sources_file="", archives=None):
        parts, lists = tmp_path / "sources.list.d", tmp_path / "lists"
        parts.mkdir()
        (lists / "partial").mkdir(parents=True)
        (tmp_path / "sources.list").write_text(list_file)
        (parts / "debian.sources").write_text(sources_file)
        for address, release in (archives or {}).items():
            (lists / f"{address}_InRelease").write_text(release)
            (lists / f"{address}_main_binary-amd64_Packages").touch()
        config = tmp_path / "apt.conf"
        config.write_text(
            f'Dir::Etc::SourceList "{tmp_path}/sources.list";\n'
            f'Dir::Etc::SourceParts "{parts}";\n'
            f'Dir::State::Lists "{lists}";\n'
            'APT::Architecture "amd64";\n'
        )
        return {"APT_CONFIG": str(config)}

    return make


@needs_apt
def test_stanza_keeps_its_mirror_and_key(apt):
    environment = apt(
        sources_file=(
            "# the machine's mirror\n\n"
            "Types: deb deb-src\n"
            "# kept at home\n"
            "URIs: http://mirror.example.org/debian\n"
            "Suites: bookworm bookworm-updates\n"
            "Components: main contrib\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n"
            "Types: deb\n"
            "URIs: http://security.example.org/debian-security\n"
            "Suites: bookworm-security\n"
            "Components: main\n"
        ),
        archives={"mirror.example.org_debian_dists_bookworm": DEBIAN},
    )
    assert call("backports_entry", "bookworm", **environment).stdout == (
        "Types: deb\n"
        "URIs: http://mirror.example.org/debian\n"
        "Suites: bookworm-backports\n"
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )


@needs_apt
def test_stanza_after_another_with_an_embedded_key_and_a_folded_field(apt):
    environment = apt(
        sources_file=(
            "Types: deb\n"
            "URIs: https://vendor.example.org/debian\n"
            "Suites: bookworm\n"
            "Components: main\n\n"
            "Types: deb\n"
            "URIs: http://mirror.example.org/debian\n"
            "Suites: bookworm\n"
            " bookworm-updates\n"
            "Components: main\n"
            "Signed-By:\n"
            " -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
            " .\n"
            " key\n"
            " -----END PGP PUBLIC KEY BLOCK-----\n"
        ),
        archives={
            "vendor.example.org_debian_dists_bookworm": VENDOR,
            "mirror.example.org_debian_dists_bookworm": DEBIAN,
        },
    )
    assert call("backports_entry", "bookworm", **environment).stdout == (
        "Types: deb\n"
        "URIs: http://mirror.example.org/debian\n"
        "Suites: bookworm-backports\n"
        "Components: main\n"
        "Signed-By:\n"
        " -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
        " .\n"
        " key\n"
        " -----END PGP PUBLIC KEY BLOCK-----\n"
    )


@needs_apt
def test_line_keeps_its_mirror_and_options(apt):
    environment = apt(
        list_file=(
            "# deb http://old.example.org/debian bookworm main\n"
            "deb https://vendor.example.org/debian bookworm main\n"
            "deb [signed-by=/keys/a.gpg trusted=no] http://mirror.example.org/debian bookworm main non-free\n"
            "deb http://security.example.org/debian-security bookworm-security main\n"
        ),
        archives={
            "vendor.example.org_debian_dists_bookworm": VENDOR,
            "mirror.example.org_debian_dists_bookworm": DEBIAN,
        },
    )
    assert call("backports_entry", "bookworm", **environment).stdout == (
        "deb [signed-by=/keys/a.gpg trusted=no] http://mirror.example.org/debian bookworm-backports main\n"
    )


@needs_apt
def test_without_debian_archive_there_is_no_entry(apt):
    environment = apt(
        list_file="deb https://vendor.example.org/debian bookworm main\n",
        archives={"vendor.example.org_debian_dists_bookworm": VENDOR},
    )
    done = call("backports_entry", "bookworm", **environment)
    assert (done.returncode, done.stdout) == (1, "")


@needs_apt
def test_known_backports_are_not_added_again(apt):
    environment = apt(
        list_file="deb http://mirror.example.org/debian bookworm-backports main\n",
        archives={"mirror.example.org_debian_dists_bookworm-backports": BACKPORTS},
    )
    done = call("add_backports", "bookworm", **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("release", "codename"),
    [
        ("ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n", "bookworm"),
        ("ID=debian\nVERSION_CODENAME=sid\n", "sid"),
        ("ID=debian\nVERSION_ID=11\nVERSION_CODENAME=bullseye\n", None),
        ("ID=ubuntu\nVERSION_ID=24.04\nVERSION_CODENAME=noble\n", None),
        ("ID=fedora\nVERSION_ID=42\n", None),
    ],
)
def test_codename_of_debian_12_and_newer_only(tmp_path, release, codename):
    path = tmp_path / "os-release"
    path.write_text(release)
    done = call("debian_codename", str(path))
    expected = (1, "") if codename is None else (0, f"{codename}\n")
    assert (done.returncode, done.stdout) == expected


def test_system_without_os_release_has_no_codename(tmp_path):
    assert call("debian_codename", str(tmp_path / "none")).returncode == 1


def test_dev_alone_lists_every_command():
    done = subprocess.run([LIB.parents[2] / "dev"], capture_output=True, text=True)
    _, _, *lines = (line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert [name for name, _ in lines] == ["demo", "test", "benchmark", "package"]


def test_unknown_command_is_an_error():
    assert subprocess.run([LIB.parents[2] / "dev", "tset"], capture_output=True).returncode == 2
