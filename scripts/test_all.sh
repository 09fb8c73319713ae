#!/usr/bin/env bash
# The whole check of the repository, on a machine that has Rust, a C compiler and package registries.
#
#   scripts/test_all.sh                 everything; what CI runs
#   scripts/test_all.sh rust browser    only these sections, for a local loop (refused in CI)
#
# Sections: tools format clippy dependencies advisories build rust dist generated browser
# ECHOPILOT_TEST_ENGINES=sqlite leaves PostgreSQL out, for a quick local loop (refused in CI). Every section runs even
# when an earlier one failed, so that one run tells everything; the end says what passed, failed and was skipped and
# why. It ends only what it started, by process id, and removes its own folders.
set -euo pipefail
# shellcheck source=scripts/tool_versions.sh
source "$(dirname "${BASH_SOURCE[0]}")/tool_versions.sh"
cd "$repository"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"
# what helps the next build of a working copy only costs room and time where everything is built once
if [ "${CI:-}" = true ]; then export CARGO_INCREMENTAL=0; fi

all_sections="tools format clippy dependencies advisories build rust dist generated browser"
wanted=${*:-$all_sections}
for name in $wanted; do
    case " $all_sections " in *" $name "*) ;; *)
        echo "there is no section $name; there are: $all_sections" >&2
        exit 2
        ;;
    esac
done
if [ "${CI:-}" = true ] && { [ "${ECHOPILOT_TEST_ENGINES:-}" = sqlite ] || [ "$wanted" != "$all_sections" ]; }; then
    echo "CI runs every section on every engine: unset ECHOPILOT_TEST_ENGINES and name no sections" >&2
    exit 2
fi

report=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$report" "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0 failed=0 skipped=0

# In a section: end it as skipped, with the reason. What this says is repeated at the end.
skip() {
    printf '\n!!! %s\n' "$*"
    echo "$*" >>"$work/skipped"
    exit 0
}

# In a section: one part of it could not run, the rest goes on.
missing() {
    printf '\n!!! %s\n' "$*"
    echo "$*" >>"$work/missing"
}

section() {
    local name=$1 title=$2 started=$SECONDS status
    case " $wanted " in *" $name "*) ;; *)
        skipped=$((skipped + 1))
        printf '  skipped %-13s not asked for\n' "$name" >>"$report"
        return
        ;;
    esac
    printf '\n=== %s: %s\n' "$name" "$title"
    rm -f "$work/skipped" "$work/missing"
    # not in an `if`: there `set -e` would not hold inside
    set +e
    (
        set -e
        "section_$name"
    )
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
        failed=$((failed + 1))
        printf '  FAILED  %-13s %s (%s s)\n' "$name" "$title" $((SECONDS - started)) >>"$report"
    elif [ -e "$work/skipped" ]; then
        skipped=$((skipped + 1))
        printf '  SKIPPED %-13s %s\n' "$name" "$(cat "$work/skipped")" >>"$report"
    else
        passed=$((passed + 1))
        printf '  passed  %-13s %s (%s s)\n' "$name" "$title" $((SECONDS - started)) >>"$report"
    fi
    if [ -e "$work/missing" ]; then sed 's/^/          NOT RUN       /' "$work/missing" >>"$report"; fi
}

section_tools() { scripts/install_test_tools.sh; }

section_format() {
    cargo fmt --all --check
    rustfmt --edition 2024 --config-path rustfmt.toml --check benches/bare_axum/main.rs benches/bare_copy/main.rs
}

section_clippy() { cargo clippy --quiet --locked --workspace --all-targets -- -D warnings; }

section_dependencies() {
    # cargo-deny reads the manifest of every crate in the lock file, for all platforms
    timeout 600 cargo fetch --quiet --locked
    cargo deny --locked --offline check --hide-inclusion-graph licenses bans sources >"$work/deny.log" 2>&1 || {
        cat "$work/deny.log"
        return 1
    }
    grep -E '^warning' "$work/deny.log" || true
    tail -n 1 "$work/deny.log"
}

section_advisories() {
    local database=https://github.com/rustsec/advisory-db
    # asked first and briefly: without this look, a closed network would cost minutes of retries
    GIT_TERMINAL_PROMPT=0 timeout 20 git ls-remote --quiet "$database" HEAD >/dev/null 2>&1 ||
        skip "ADVISORIES WERE NOT CHECKED: the advisory database cannot be reached from here. A known hole in a" \
            "dependency would not have been found by this run."
    timeout 600 cargo deny --locked check --hide-inclusion-graph advisories
}

section_build() {
    # the browser tests and Lighthouse look at what is delivered, hence the release profile
    cargo build --quiet --locked --release --bin echopilot
    ls -l target/release/echopilot
}

section_rust() {
    if [ "${ECHOPILOT_TEST_ENGINES:-}" = sqlite ]; then
        missing "ECHOPILOT_TEST_ENGINES=sqlite: no test ran on PostgreSQL"
    elif [ -z "${ECHOPILOT_TEST_POSTGRES_URL:-}" ]; then
        # lives as long as this section; nextest's own setup script then finds it and starts none
        scripts/postgres_for_tests.sh start "$BASHPID" >"$work/postgres"
        # shellcheck source=/dev/null
        set -a && . "$work/postgres" && set +a
    fi
    # a test that passes is not heard: what it could not try is said here
    if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
        missing "NO FULL DISK WAS TRIED: only root may mount a small one, and not everywhere"
    fi
    export ECHOPILOT_TEST_PYTHON="$tools_python/bin/python"
    cargo nextest run --locked --workspace --profile ci
    # nextest does not run the examples in documentation comments
    cargo test --quiet --locked --workspace --doc
}

# One line for all files of a folder: names and contents.
digest_of() {
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum)
}

section_dist() {
    local before
    before=$(digest_of web/dist)
    (cd web && timeout 600 npm ci --no-audit --no-fund --loglevel=error && timeout 300 npm run --silent build)
    if [ "$before" != "$(digest_of web/dist)" ]; then
        git --no-pager diff --stat -- web/dist
        git status --short -- web/dist
        echo "web/dist is not what its sources build: run 'npm run build' in web/ and commit the result"
        return 1
    fi
    if [ "${CI:-}" = true ]; then
        git diff --exit-code --stat -- web/dist
        test -z "$(git status --porcelain -- web/dist)"
    fi
}

section_generated() {
    target/release/echopilot dev-check
}

section_browser() {
    # the gallery of components is in debug builds only
    cargo build --quiet --locked --bin echopilot
    # words are compared as in the sources of web/, which esbuild reads
    [ -d web/node_modules/esbuild ] || (cd web && timeout 600 npm ci --no-audit --no-fund --loglevel=error)
    cd tests/e2e
    timeout 600 npm ci --no-audit --no-fund --loglevel=error
    # Chromium leaves folders behind in TMPDIR; this one is removed at the end
    mkdir "$work/browser"
    TMPDIR="$work/browser" ECHOPILOT_BIN="$repository/target/release/echopilot" npm test --silent
}

section tools "what the tests need is installed"
section format "cargo fmt"
section clippy "no lint, all targets"
section dependencies "licences, bans and sources"
section advisories "known holes in dependencies"
section build "release binary"
section rust "unit and integration tests on every engine"
section dist "web/dist is what its sources build"
section generated "generated files are current"
section browser "browser tests against the release binary"

printf '\n=== Summary (%s s)\n' "$SECONDS"
cat "$report"
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
