#!/usr/bin/env bash
# Smoke test of a running EchoPilot: the built binary's own `smoke` with the same arguments.
set -euo pipefail
target=$(dirname "${BASH_SOURCE[0]}")/../target
for binary in "${ECHOPILOT_BIN:-}" "$target/release/echopilot" "$target/debug/echopilot"; do
    if [ -n "$binary" ] && [ -x "$binary" ]; then exec "$binary" smoke "$@"; fi
done
echo "no built binary: run 'cargo build --release', or set ECHOPILOT_BIN" >&2
exit 1
