# shellcheck shell=bash
# What the scripts of tools/dev share: QGIS, a private profile, a venv on QGIS's own Python.
# To be sourced; needs bash and apt.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
WORK="${LANDCARBON_DEV:-$ROOT/.dev}" # everything made here; may be deleted at any time
OLDEST_QGIS=34000                    # 3.40, as in metadata.txt
SUDO=(sudo -n)                       # without a terminal nobody can type a password
[[ -t 0 ]] && SUDO=(sudo)

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Packages

# debian_codename OS_RELEASE_FILE: 'bookworm'; fails on other systems and on Debian before 12.
debian_codename() (
    # shellcheck source=/dev/null
    . "$1" 2>/dev/null || exit 1
    # testing and unstable have no VERSION_ID
    [[ "${ID:-}" == debian && "${VERSION_ID:-99}" -ge 12 && -n "${VERSION_CODENAME:-}" ]] || exit 1
    printf '%s\n' "$VERSION_CODENAME"
)

# require_apt WHAT: ends with one line unless this machine can install packages.
require_apt() {
    debian_codename /etc/os-release >/dev/null ||
        fail "Missing: $1. It is installed for you on Debian 12 or newer only; install it yourself and run this again."
    [[ $EUID -eq 0 ]] || command -v sudo >/dev/null ||
        fail "Missing: $1. Installing it needs root or sudo; run this once as root."
}

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else "${SUDO[@]}" "$@"; fi
}

# apt_get ARGUMENTS: apt-get without questions; its output goes to a log that is shown when it fails.
apt_get() {
    local log="$WORK/apt.log"
    mkdir -p "$WORK"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" \
        >"$log" 2>&1 </dev/null && return
    tail -n 20 "$log" >&2
    fail "apt-get $* failed; all of its output is in $log."
}

# install_packages PACKAGES
install_packages() {
    apt_get update
    apt_get install --no-install-recommends "$@"
}

# debian_source CODENAME: 'FILE:NUMBER' of the sources entry that apt knows as Debian's archive of that codename.
# Asks apt for the origin, because other vendors' archives have suites with Debian's codenames too.
debian_source() {
    # shellcheck disable=SC2016 # apt fills it in
    apt-get indextargets --format '$(SOURCESENTRY)' "Created-By: Packages" "Origin: Debian" "Component: main" \
        "Codename: $1" | head -n 1
}

# backports_entry CODENAME: the entry of Debian's archive, with its options and keys, for the backports suite.
backports_entry() {
    local suite="$1-backports" entry file number
    entry="$(debian_source "$1")"
    [[ -n "$entry" ]] || return 1
    file="${entry%:*}" number="${entry##*:}"
    if [[ "$file" == *.sources ]]; then
        # apt numbers the stanzas; a field goes on in indented lines
        sed '/^#/d' "$file" | awk -v RS= -v number="$number" 'NR == number' | awk -F: -v suite="$suite" '
            /^[^ \t]/ { replaced = 1 }
            tolower($1) == "types" { print "Types: deb"; next }
            tolower($1) == "suites" { print "Suites: " suite; next }
            tolower($1) == "components" { print "Components: main"; next }
            /^[^ \t]/ { replaced = 0 }
            !replaced'
    else
        sed -nE "${number}s/([[:space:]])${1}[[:space:]].*/\1${suite} main/p" "$file"
    fi
}

# add_backports CODENAME: makes apt know the backports suite of the mirror that this machine already uses.
add_backports() {
    local entry file=/etc/apt/sources.list.d/landcarbon-backports
    [[ -z "$(debian_source "$1-backports")" ]] || return 0
    entry="$(backports_entry "$1")" || fail "apt knows no Debian archive of $1; check its sources and the network."
    if [[ "$entry" == deb[[:space:]]* ]]; then file+=.list; else file+=.sources; fi
    say "Adding the $1-backports suite of this machine's mirror in $file"
    printf '%s\n' "$entry" | as_root tee "$file" >/dev/null
}

# QGIS

# find_qgis: sets PYTHON to the Python whose `qgis` is new enough; fails without one or without qgis_process.
# Debian's own Python is tried first: the first python3 on PATH may be another.
find_qgis() {
    command -v qgis_process >/dev/null || return 1
    while read -r PYTHON; do
        "$PYTHON" -c "from qgis.core import Qgis; raise SystemExit(Qgis.QGIS_VERSION_INT < $OLDEST_QGIS)" \
            >/dev/null 2>&1 </dev/null && return
    done < <(echo /usr/bin/python3; type -ap python3)
    return 1
}

# ensure_qgis: as find_qgis, and installs QGIS where there is none or only one that is too old.
ensure_qgis() {
    local codename suite=()
    find_qgis && return
    require_apt "QGIS 3.40 or newer with qgis_process and Python"
    say "Installing QGIS with apt, which takes some minutes"
    codename="$(debian_codename /etc/os-release)"
    if [[ "$codename" == bookworm ]]; then # whose own QGIS is 3.22
        apt_get update
        add_backports "$codename"
        suite=(-t "$codename-backports")
    fi
    install_packages "${suite[@]}" qgis python3-qgis fonts-dejavu-core
    find_qgis || fail "apt installed QGIS, but not a 3.40 or newer that Python can import; see $WORK/apt.log."
}

# use_profile NAME: a QGIS profile of our own, without a screen, that sees the checkout as the plugin `landcarbon`.
use_profile() {
    mkdir -p "$WORK/$1" "$WORK/plugins"
    ln -sfn "$ROOT" "$WORK/plugins/landcarbon"
    export QGIS_CUSTOM_CONFIG_PATH="$WORK/$1" QGIS_PLUGINPATH="$WORK/plugins" QT_QPA_PLATFORM=offscreen
    if [[ -z "${XDG_RUNTIME_DIR:-}" ]]; then # Qt complains without one
        mkdir -p "$WORK/runtime"
        chmod 700 "$WORK/runtime"
        export XDG_RUNTIME_DIR="$WORK/runtime"
    fi
}

# Test tools

# ensure_venv NAME REQUIREMENTS [PIP_OPTIONS]: a venv that sees QGIS; installs the requirements again only when
# they changed.
ensure_venv() {
    local venv="$WORK/$1" wanted numpy
    if ! "$venv/bin/python" -c 'import pip, qgis' >/dev/null 2>&1; then
        say "Making a venv on $PYTHON in $venv"
        "$PYTHON" -c 'import ensurepip' >/dev/null 2>&1 || {
            require_apt "python3-venv"
            install_packages python3-venv
        }
        "$PYTHON" -m venv --clear --system-site-packages "$venv"
    fi
    wanted="$(sha256sum <"$ROOT/$2")"
    [[ "$(cat "$venv/$2.sha256" 2>/dev/null)" != "$wanted" ]] || return 0
    say "Installing $2"
    # QGIS and GDAL are built for one major version of numpy, and pip must not bring the next
    numpy="$("$PYTHON" -c 'import numpy; print(int(numpy.__version__.split(".")[0]) + 1)')"
    printf 'numpy<%s\n' "$numpy" >"$venv/constraints.txt"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "${@:3}" \
        -r "$ROOT/$2" -c "$venv/constraints.txt" >"$venv/pip.log" 2>&1 || {
        tail -n 20 "$venv/pip.log" >&2
        fail "pip could not install $2; all of its output is in $venv/pip.log."
    }
    printf '%s\n' "$wanted" >"$venv/$2.sha256"
}
