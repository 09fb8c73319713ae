# shellcheck shell=bash disable=SC2034
# Every tool the tests need, with the version they were written against, and where it is kept. Sourced by the
# other scripts; run alone it does nothing. What is installed here stays below target/tools, so that removing
# target/ removes it, and nothing of the machine's own is replaced.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools="$repository/target/tools"
tools_python="$tools/python"

NEXTEST_VERSION=0.9.143 # also the oldest that is accepted: setup scripts, `relative-to`
CARGO_DENY_VERSION=0.20.2
NODE_VERSION=20.18.0 # taken only where the system has no Node of at least NODE_MAJOR
NODE_MAJOR=20
PYTHON_REQUIREMENTS="$repository/tests/python/requirements.txt"
NODE_PACKAGES="$repository/tests/node"

export PATH="$tools/bin:$PATH:$tools_python/bin"

# succeeds when version $1 is at least version $2
version_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# the number of a tool's `--version` line, empty when the tool is missing or broken
version_of() {
    { "$@" --version 2>/dev/null || true; } | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}

# the folder that holds initdb and postgres: Debian keeps them off PATH, one folder a major version
postgres_folder() {
    local candidate
    if candidate=$(command -v initdb 2>/dev/null); then
        dirname "$(readlink -f "$candidate")"
        return
    fi
    candidate=$(find /usr/lib/postgresql -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
    [ -n "$candidate" ] && dirname "$candidate"
}

# a loopback port that nobody listens on, below the range the kernel hands out by itself
free_port() {
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    return 1
}
