#include "catch.hpp"

#include "src/core/config_names.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <string>

namespace {

/// Every name that StreamsConfig of Kafka 4.4.0 defines.
constexpr const char* of_kafka_streams[] = {"acceptable.recovery.lag",
                                            "allow.os.group.write.access",
                                            "application.id",
                                            "application.server",
                                            "bootstrap.servers",
                                            "buffered.records.per.partition",
                                            "built.in.metrics.version",
                                            "cache.max.bytes.buffering",
                                            "client.id",
                                            "commit.interval.ms",
                                            "config.providers",
                                            "connections.max.idle.ms",
                                            "default.client.supplier",
                                            "default.deserialization.exception.handler",
                                            "default.dsl.store",
                                            "default.interactive.query.isolation.level",
                                            "default.key.serde",
                                            "default.list.key.serde.inner",
                                            "default.list.key.serde.type",
                                            "default.list.value.serde.inner",
                                            "default.list.value.serde.type",
                                            "default.production.exception.handler",
                                            "default.timestamp.extractor",
                                            "default.value.serde",
                                            "deserialization.exception.handler",
                                            "dsl.store.format",
                                            "dsl.store.suppliers.class",
                                            "enable.metrics.push",
                                            "enable.transactional.statestores",
                                            "ensure.explicit.internal.resource.naming",
                                            "errors.dead.letter.queue.topic.name",
                                            "group.protocol",
                                            "log.summary.interval.ms",
                                            "max.task.idle.ms",
                                            "max.warmup.replicas",
                                            "metadata.cluster.check.enable",
                                            "metadata.max.age.ms",
                                            "metadata.recovery.rebootstrap.trigger.ms",
                                            "metadata.recovery.strategy",
                                            "metric.reporters",
                                            "metrics.num.samples",
                                            "metrics.recording.level",
                                            "metrics.sample.window.ms",
                                            "num.standby.replicas",
                                            "num.stream.threads",
                                            "poll.ms",
                                            "probing.rebalance.interval.ms",
                                            "processing.exception.handler",
                                            "processing.exception.handler.global.enabled",
                                            "processing.guarantee",
                                            "processor.wrapper.class",
                                            "production.exception.handler",
                                            "rack.aware.assignment.non_overlap_cost",
                                            "rack.aware.assignment.strategy",
                                            "rack.aware.assignment.tags",
                                            "rack.aware.assignment.traffic_cost",
                                            "receive.buffer.bytes",
                                            "reconnect.backoff.max.ms",
                                            "reconnect.backoff.ms",
                                            "repartition.purge.interval.ms",
                                            "replication.factor",
                                            "request.timeout.ms",
                                            "retry.backoff.ms",
                                            "rocksdb.config.setter",
                                            "security.protocol",
                                            "send.buffer.bytes",
                                            "state.cleanup.delay.ms",
                                            "state.cleanup.dir.max.age.ms",
                                            "state.dir",
                                            "statestore.cache.max.bytes",
                                            "statestore.uncommitted.max.bytes",
                                            "task.assignor.class",
                                            "task.timeout.ms",
                                            "topology.description.push.enabled",
                                            "topology.optimization",
                                            "upgrade.from",
                                            "window.size.ms",
                                            "windowed.inner.class.serde",
                                            "windowstore.changelog.additional.retention.ms"};

/// How a name with an impossible value is answered; empty: it is taken, or skipped.
std::string answer(const std::string& name) {
    try {
        static_cast<void>(streams::streams_config::from_properties({{name, "?"}}));
    } catch (const streams::config_error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("every setting of Kafka Streams is known") {
    streams::set_log_handler({});
    for (const auto* name : of_kafka_streams) {
        INFO(name);
        CHECK(answer(name).find("is no known setting") == std::string::npos);
    }
    streams::set_log_handler({});
    CHECK(answer("num.stream.thread").find("is no known setting") != std::string::npos);
}

TEST_CASE("a name that is skipped has a reason, and one that is refused says what to do") {
    using namespace streams::config_names;
    for (const auto* name : of_kafka_streams) {
        const auto* row = find_streams(name);
        if (!row) continue;
        INFO(name);
        CHECK_FALSE(row->text.empty());
        if (row->treated == treatment::refuse) CHECK(row->text.find("; ") != row->text.npos);
    }
}
