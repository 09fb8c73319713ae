#!/usr/bin/env bash
# One private PostgreSQL for a test run: its own folder, its own port on 127.0.0.1, its own password.
#
#   postgres_for_tests.sh nextest      as nextest's setup script: writes ECHOPILOT_TEST_POSTGRES_URL to $NEXTEST_ENV
#   postgres_for_tests.sh start PID    prints ECHOPILOT_TEST_POSTGRES_URL=…, for a caller with the process id PID
#
# The server lives as long as the process it was started for. A watchdog in a session of its own looks at that
# process twice a second, and stops the server and removes the folder when it is gone, however it ended. Should the
# watchdog be killed too, the next start finds the folder without a living owner and clears it away.
set -euo pipefail
# shellcheck source=scripts/tool_versions.sh
source "$(dirname "${BASH_SOURCE[0]}")/tool_versions.sh"

# The database user must be able to walk to the folder, which root's own TMPDIR may not allow.
if [ "$(id -u)" -eq 0 ]; then folder_prefix=/tmp/echopilot-postgres; else folder_prefix="${TMPDIR:-/tmp}/echopilot-postgres"; fi

# A process id is given again one day; together with its start time it names one process.
identity_of() {
    local fields
    fields=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    fields=${fields##*) } # the name before it may hold blanks and brackets
    # shellcheck disable=SC2086
    set -- "$1" $fields
    case $2 in Z | X) return 1 ;; esac # dead, only not yet reaped
    echo "$1:${21}"
}

is_alive() {
    [ "$(identity_of "${1%%:*}" 2>/dev/null)" = "$1" ]
}

as_database_user() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    elif command -v setpriv >/dev/null; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
    else
        (cd / && runuser -u postgres -- "$@")
    fi
}

# Stops the server of one folder by the id it wrote there itself, after a look that the id is still that server.
stop_and_remove() {
    local folder=$1 server=
    server=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null || true)
    if [ -n "$server" ] && tr '\0' ' ' <"/proc/$server/cmdline" 2>/dev/null | grep -qF "$folder"; then
        local signal
        for signal in INT QUIT KILL; do # fast, then immediate, then without being asked
            kill -"$signal" "$server" 2>/dev/null || break
            for _ in $(seq 100); do
                [ -d "/proc/$server" ] || break 2
                sleep 0.1
            done
        done
    fi
    rm -rf "$folder"
}

clear_leftovers() {
    local folder owner
    for folder in "$folder_prefix".*; do
        [ -d "$folder" ] || continue
        # no owner file: a start that is under way, unless it is old
        if owner=$(cat "$folder/owner" 2>/dev/null); then
            is_alive "$owner" || stop_and_remove "$folder"
        elif [ -n "$(find "$folder" -maxdepth 0 -mmin +10 2>/dev/null)" ]; then
            stop_and_remove "$folder"
        fi
    done
}

watch_over() {
    local folder=$1 owner=$2
    trap '' HUP INT TERM # a signal to everybody must not take the one that tidies up
    while is_alive "$owner"; do sleep 0.5; done
    stop_and_remove "$folder"
}

start_for() {
    local owner programs folder password port attempt
    owner=$(identity_of "$1") || {
        echo "there is no process $1 to start PostgreSQL for" >&2
        return 1
    }
    programs=$(postgres_folder) || {
        echo "PostgreSQL is not installed: run scripts/install_test_tools.sh," >&2
        echo "or set ECHOPILOT_TEST_ENGINES=sqlite for a quick local loop" >&2
        return 1
    }
    clear_leftovers
    folder=$(mktemp -d "$folder_prefix.XXXXXX")
    echo "$owner" >"$folder/owner"
    # from here on something is to be tidied up, also when this script fails or is ended itself
    setsid "$0" watch "$folder" "$owner" </dev/null >/dev/null 2>&1 &
    disown

    password=$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && echo "$password" >"$folder/password")
    mkdir "$folder/socket"
    if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$folder"; fi
    as_database_user "$programs/initdb" --pgdata="$folder/data" --username=echopilot --pwfile="$folder/password" \
        --auth=password --encoding=UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || {
        cat "$folder/initdb.log" >&2
        return 1
    }
    # Nothing here outlives the run, so nothing is flushed. Many schemas with many locks: one for each test.
    cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder/socket'
max_connections = 300
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_locks_per_transaction = 256
max_pred_locks_per_transaction = 256
jit = off
timezone = 'UTC'
SETTINGS
    for attempt in 1 2 3 4 5; do
        port=$(free_port)
        if as_database_user "$programs/pg_ctl" start --pgdata="$folder/data" --log="$folder/server.log" \
            --options="-p $port" --wait --timeout=60 --silent </dev/null >/dev/null 2>&1; then
            echo "ECHOPILOT_TEST_POSTGRES_URL=postgresql://echopilot:$password@127.0.0.1:$port/postgres"
            return
        fi
        echo "PostgreSQL did not start on port $port (attempt $attempt)" >&2
    done
    cat "$folder/server.log" >&2
    return 1
}

case "${1:-}" in
nextest)
    if [ -n "${ECHOPILOT_TEST_POSTGRES_URL:-}" ]; then
        echo "using the PostgreSQL of ECHOPILOT_TEST_POSTGRES_URL" >&2
    elif [ "${ECHOPILOT_TEST_ENGINES:-}" = sqlite ]; then
        if [ "${CI:-}" = true ]; then
            echo "ECHOPILOT_TEST_ENGINES=sqlite is for a quick local loop, not for CI" >&2
            exit 1
        fi
        echo "ECHOPILOT_TEST_ENGINES=sqlite: NO TEST RUNS ON POSTGRESQL" >&2
    else
        start_for "$PPID" >>"$NEXTEST_ENV"
    fi
    if [ -x "$tools_python/bin/python" ] && [ -z "${ECHOPILOT_TEST_PYTHON:-}" ]; then
        echo "ECHOPILOT_TEST_PYTHON=$tools_python/bin/python" >>"$NEXTEST_ENV"
    fi
    ;;
start) start_for "${2:?the process id to live as long as}" ;;
watch) watch_over "$2" "$3" ;;
*)
    sed -n '2,9p' "$0" >&2
    exit 2
    ;;
esac
