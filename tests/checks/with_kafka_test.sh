#!/usr/bin/env bash
# tools/with_kafka passes the command's exit status on and leaves no broker and no folder behind, however it ends.
# Usage: with_kafka_test.sh ROOT
set -euo pipefail

with_kafka=$1/tools/with_kafka
fail() { echo "with_kafka_test: $*" >&2; exit 1; }
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT

# Waits until the broker that wrote its process and folder into $notes/$1 is gone.
expect_gone() {
    local pid folder deadline=$((SECONDS + 30))
    read -r pid folder < "$notes/$1"
    while [[ -d $folder || -d /proc/$pid ]]; do
        [[ $SECONDS -lt $deadline ]] || fail "$1: the broker $pid or its folder $folder is still there"
        sleep 0.1
    done
}

status_passes() {
    local status=0
    "$with_kafka" bash -c 'echo "$KAFKA_BROKER_PID $KAFKA_BROKER_DIR" > "$0"; exit 7' "$notes/status" || status=$?
    [[ $status -eq 7 ]] || fail "the command's status 7 came back as $status"
    expect_gone status
}

time_ends() {
    local status=0
    "$with_kafka" --timeout 1 bash -c 'echo "$KAFKA_BROKER_PID $KAFKA_BROKER_DIR" > "$0"; sleep 60' "$notes/timeout" || status=$?
    [[ $status -eq 124 ]] || fail "time up came back as $status"
    expect_gone timeout
}

signal_ends() {
    local signal=$1 runner deadline=$((SECONDS + 60))
    "$with_kafka" bash -c 'echo "$KAFKA_BROKER_PID $KAFKA_BROKER_DIR" > "$0.part"; mv "$0.part" "$0"; exec sleep 60' \
        "$notes/$signal" &
    runner=$!
    until [[ -f $notes/$signal ]]; do
        [[ $SECONDS -lt $deadline ]] || fail "the broker did not come up"
        sleep 0.1
    done
    kill "-$signal" "$runner"
    wait "$runner" 2>/dev/null || true
    expect_gone "$signal"
}

checks=()
for check in status_passes time_ends "signal_ends TERM" "signal_ends KILL"; do
    $check &
    checks+=($!)
done
for check in "${checks[@]}"; do wait "$check"; done
