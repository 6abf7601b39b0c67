#!/usr/bin/env bash
# The broker that tests run beside keeps its records and its address over a crash and over a restart.
set -euo pipefail

records() { kcat -C -b "$STREAMS_BOOTSTRAP_SERVERS" -t kept -e -q -X broker.address.ttl=1000; }
expect() {
    local got
    got=$(records)
    [[ $got == "$1" ]] || { echo "expected '$1', the topic holds '$got'" >&2; exit 1; }
}

java -XX:TieredStopAtLevel=1 -cp "$KAFKA_LIBS/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$STREAMS_BOOTSTRAP_SERVERS" \
    --create --topic kept --partitions 1 --config flush.messages=1

echo one | kcat -P -b "$STREAMS_BOOTSTRAP_SERVERS" -t kept -X acks=all
expect "one"

"$KAFKA_BROKER" kill "$KAFKA_BROKER_DIR"
"$KAFKA_BROKER" start "$KAFKA_BROKER_DIR"
expect "one"

echo two | kcat -P -b "$STREAMS_BOOTSTRAP_SERVERS" -t kept -X acks=all
"$KAFKA_BROKER" stop "$KAFKA_BROKER_DIR"
"$KAFKA_BROKER" start "$KAFKA_BROKER_DIR"
expect $'one\ntwo'
