#include "src/core/config_names.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace streams::inline v0::config_names {

namespace {

using enum treatment;

/// librdkafka's names (CONFIGURATION.md of 2.0.2), and those of Java's clients (4.4) that differ.
constexpr entry client_names[] = {
    // librdkafka's own, many of which are Java's too.
    {"acks", producer, pass},
    {"allow.auto.create.topics", every, pass},
    {"api.version.fallback.ms", every, pass},
    {"api.version.request", every, pass},
    {"api.version.request.timeout.ms", every, pass},
    {"batch.num.messages", producer, pass},
    {"batch.size", producer, pass},
    {"broker.address.family", every, pass},
    {"broker.address.ttl", every, pass},
    {"broker.version.fallback", every, pass},
    {"check.crcs", consumer, pass},
    {"client.rack", every, pass},
    {"compression.codec", producer, pass},
    {"compression.level", producer, pass},
    {"compression.type", producer, pass},
    {"connections.max.idle.ms", every, pass},
    {"coordinator.query.interval.ms", consumer, pass},
    {"debug", every, pass},
    {"delivery.timeout.ms", producer, pass},
    {"enable.gapless.guarantee", producer, pass},
    {"enable.idempotence", producer, pass},
    {"enable.random.seed", every, pass},
    {"enable.sasl.oauthbearer.unsecure.jwt", every, pass},
    {"enable.ssl.certificate.verification", every, pass},
    {"fetch.error.backoff.ms", consumer, pass},
    {"fetch.max.bytes", consumer, pass},
    {"fetch.message.max.bytes", consumer, pass},
    {"fetch.min.bytes", consumer, pass},
    {"fetch.wait.max.ms", consumer, pass},
    {"heartbeat.interval.ms", consumer, pass},
    {"isolation.level", consumer, pass},
    {"linger.ms", producer, pass},
    {"log.connection.close", every, pass},
    {"log.thread.name", every, pass},
    {"log_level", every, pass},
    {"max.in.flight", every, pass},
    {"max.in.flight.requests.per.connection", every, pass},
    {"max.partition.fetch.bytes", consumer, pass},
    {"message.copy.max.bytes", every, pass},
    {"message.max.bytes", every, pass},
    {"message.send.max.retries", producer, pass},
    {"message.timeout.ms", producer, pass},
    {"metadata.max.age.ms", every, pass},
    {"plugin.library.paths", every, pass},
    {"queue.buffering.backpressure.threshold", producer, pass},
    {"queue.buffering.max.kbytes", producer, pass},
    {"queue.buffering.max.messages", producer, pass},
    {"queue.buffering.max.ms", producer, pass},
    {"queued.max.messages.kbytes", consumer, pass},
    {"queued.min.messages", consumer, pass},
    {"receive.message.max.bytes", every, pass},
    {"reconnect.backoff.max.ms", every, pass},
    {"reconnect.backoff.ms", every, pass},
    {"retries", producer, pass},
    {"sasl.kerberos.keytab", every, pass},
    {"sasl.kerberos.kinit.cmd", every, pass},
    {"sasl.kerberos.min.time.before.relogin", every, pass},
    {"sasl.kerberos.principal", every, pass},
    {"sasl.kerberos.service.name", every, pass},
    {"sasl.mechanism", every, pass},
    {"sasl.oauthbearer.client.id", every, pass},
    {"sasl.oauthbearer.client.secret", every, pass},
    {"sasl.oauthbearer.config", every, pass},
    {"sasl.oauthbearer.extensions", every, pass},
    {"sasl.oauthbearer.method", every, pass},
    {"sasl.oauthbearer.scope", every, pass},
    {"sasl.oauthbearer.token.endpoint.url", every, pass},
    {"sasl.password", every, pass},
    {"sasl.username", every, pass},
    {"security.protocol", every, pass},
    {"session.timeout.ms", consumer, pass},
    {"socket.connection.setup.timeout.ms", every, pass},
    {"socket.keepalive.enable", every, pass},
    {"socket.max.fails", every, pass},
    {"socket.nagle.disable", every, pass},
    {"socket.receive.buffer.bytes", every, pass},
    {"socket.send.buffer.bytes", every, pass},
    {"socket.timeout.ms", every, pass},
    {"ssl.ca.certificate.stores", every, pass},
    {"ssl.ca.location", every, pass},
    {"ssl.ca.pem", every, pass},
    {"ssl.certificate.location", every, pass},
    {"ssl.certificate.pem", every, pass},
    {"ssl.cipher.suites", every, pass},
    {"ssl.crl.location", every, pass},
    {"ssl.curves.list", every, pass},
    {"ssl.engine.id", every, pass},
    {"ssl.key.location", every, pass},
    {"ssl.key.password", every, pass},
    {"ssl.key.pem", every, pass},
    {"ssl.providers", every, pass},
    {"ssl.sigalgs.list", every, pass},
    {"statistics.interval.ms", every, pass},
    {"sticky.partitioning.linger.ms", producer, pass},
    {"topic.metadata.propagation.max.ms", every, pass},
    {"topic.metadata.refresh.fast.interval.ms", every, pass},
    {"topic.metadata.refresh.interval.ms", every, pass},
    {"topic.metadata.refresh.sparse", every, pass},
    {"transaction.timeout.ms", producer, pass},
    {"request.timeout.ms", producer, pass},
    {"retry.backoff.ms", producer, pass},
    {"bootstrap.servers", every, refuse, "is one for all clients; set bootstrap.servers without a prefix"},
    {"client.id", every, refuse, "is derived by the library; set client.id without a prefix"},
    {"enable.auto.commit", every, refuse, "is always false: the library commits, see commit.interval.ms"},
    {"group.id", every, refuse, "is the application id; set application.id"},
    {"metadata.broker.list", every, refuse, "is bootstrap.servers here"},
    {"partition.assignment.strategy", every, refuse, "is chosen by the library"},
    {"partitioner", every, refuse, "is murmur2 as in Java; give a partitioner in produced{}"},
    {"transactional.id", every, refuse, "is set by the library"},

    // Java's names for the same thing.
    {"fetch.max.wait.ms", consumer, rename, "fetch.wait.max.ms"},
    {"max.request.size", producer, rename, "message.max.bytes"},
    {"receive.buffer.bytes", every, rename, "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", every, rename, "socket.send.buffer.bytes"},
    {"request.timeout.ms", consumer | admin, rename, "socket.timeout.ms"},
    {"ssl.keystore.certificate.chain", every, rename, "ssl.certificate.pem"},
    {"ssl.keystore.key", every, rename, "ssl.key.pem"},
    {"ssl.truststore.certificates", every, rename, "ssl.ca.pem"},
    {"sasl.mechanisms", every, rename, "sasl.mechanism"},
    {"sasl.oauthbearer.client.credentials.client.id", every, rename, "sasl.oauthbearer.client.id"},
    {"sasl.oauthbearer.client.credentials.client.secret", every, rename, "sasl.oauthbearer.client.secret"},

    // Java's names whose values differ too.
    {"buffer.memory", producer, translate},
    {"sasl.jaas.config", every, translate},
    {"sasl.login.callback.handler.class", every, translate},
    {"ssl.endpoint.identification.algorithm", every, translate},
    {"ssl.keystore.location", every, translate},
    {"ssl.keystore.password", every, translate},
    {"ssl.keystore.type", every, translate},
    {"ssl.truststore.location", every, translate},
    {"ssl.truststore.password", every, translate},
    {"ssl.truststore.type", every, translate},

    // Java's names of what does not exist here and changes no result.
    {"auto.commit.interval.ms", consumer, ignore},
    {"bootstrap.resolve.timeout.ms", every, ignore},
    {"buffer.memory.allocation.strategy", producer, ignore},
    {"client.dns.lookup", every, ignore},
    {"default.api.timeout.ms", consumer | admin, ignore},
    {"enable.metrics.push", every, ignore},
    {"exclude.internal.topics", consumer, ignore},
    {"max.block.ms", producer, ignore},
    {"max.poll.records", consumer, ignore},
    {"metadata.max.idle.ms", producer, ignore},
    {"metadata.cluster.check.enable", every, ignore},
    {"metadata.recovery.rebootstrap.trigger.ms", every, ignore},
    {"metadata.recovery.strategy", every, ignore},
    {"metric.reporters", every, ignore},
    {"metrics.num.samples", every, ignore},
    {"metrics.recording.level", every, ignore},
    {"metrics.sample.window.ms", every, ignore},
    {"partitioner.adaptive.partitioning.enable", producer, ignore},
    {"partitioner.availability.timeout.ms", producer, ignore},
    {"partitioner.rack.aware", producer, ignore},
    {"retry.backoff.ms", consumer | admin, ignore},
    {"retry.backoff.max.ms", every, ignore},
    {"retries", admin, ignore},
    {"sasl.login.connect.timeout.ms", every, ignore},
    {"sasl.login.read.timeout.ms", every, ignore},
    {"sasl.login.refresh.buffer.seconds", every, ignore},
    {"sasl.login.refresh.min.period.seconds", every, ignore},
    {"sasl.login.refresh.window.factor", every, ignore},
    {"sasl.login.refresh.window.jitter", every, ignore},
    {"sasl.login.retry.backoff.max.ms", every, ignore},
    {"sasl.login.retry.backoff.ms", every, ignore},
    {"sasl.kerberos.ticket.renew.jitter", every, ignore},
    {"sasl.kerberos.ticket.renew.window.factor", every, ignore},
    {"socket.connection.setup.timeout.max.ms", every, ignore},
    {"ssl.keymanager.algorithm", every, ignore},
    {"ssl.secure.random.implementation", every, ignore},
    {"ssl.trustmanager.algorithm", every, ignore},

    // Java's names of what cannot be had here.
    {"compression.gzip.level", producer, refuse, "is one number for every codec here; use compression.level"},
    {"compression.lz4.level", producer, refuse, "is one number for every codec here; use compression.level"},
    {"compression.zstd.level", producer, refuse, "is one number for every codec here; use compression.level"},
    {"config.providers", every, refuse, "names Java classes; put the values themselves into the configuration"},
    {"interceptor.classes", every, refuse, "names Java classes; remove it"},
    {"key.deserializer", consumer, refuse, "is chosen by the key's type; remove it"},
    {"value.deserializer", consumer, refuse, "is chosen by the value's type; remove it"},
    {"key.serializer", producer, refuse, "is chosen by the key's type; remove it"},
    {"value.serializer", producer, refuse, "is chosen by the value's type; remove it"},
    {"partitioner.class", producer, refuse, "names a Java class; give a partitioner in produced{}"},
    {"partitioner.ignore.keys", producer, refuse, "would place keys elsewhere than the tables they meet; remove it"},
    {"sasl.client.callback.handler.class", every, refuse, "names a Java class; use sasl.username and sasl.password"},
    {"sasl.login.class", every, refuse,
     "names a Java class; use sasl.username and sasl.password, or the "
     "sasl.kerberos.* or sasl.oauthbearer.* names"},
    {"security.providers", every, refuse, "names Java classes; use ssl.providers for those of OpenSSL"},
    {"ssl.enabled.protocols", every, refuse,
     "is decided by OpenSSL's configuration; remove it, or narrow "
     "ssl.cipher.suites"},
    {"ssl.protocol", every, refuse, "is decided by OpenSSL's configuration; remove it, or narrow ssl.cipher.suites"},
    {"ssl.provider", every, refuse, "names a Java provider; use ssl.providers for those of OpenSSL"},
    {"ssl.engine.factory.class", every, refuse,
     "names a Java class; use ssl.certificate.location, ssl.key.location "
     "and ssl.ca.location"},
    {"transaction.two.phase.commit.enable", producer, refuse, "is not supported; remove it"},
    {"group.remote.assignor", consumer, refuse, "is not supported yet; remove it"},
};

/// Names of Kafka Streams (4.4) that are no members of streams_config.
constexpr entry streams_names[] = {
    {"acceptable.recovery.lag", every, ignore},
    {"allow.os.group.write.access", every, ignore},
    {"application.server", every, ignore},
    {"built.in.metrics.version", every, ignore},
    {"enable.metrics.push", every, ignore},
    {"log.summary.interval.ms", every, ignore},
    {"max.warmup.replicas", every, ignore},
    {"probing.rebalance.interval.ms", every, ignore},
    {"state.cleanup.dir.max.age.ms", every, ignore},
    {"upgrade.from", every, ignore},
    {"rack.aware.assignment.non_overlap_cost", every, ignore},
    {"rack.aware.assignment.strategy", every, ignore},
    {"rack.aware.assignment.tags", every, ignore},
    {"rack.aware.assignment.traffic_cost", every, ignore},

    {"config.providers", every, refuse, "names Java classes; put the values themselves into the configuration"},
    {"default.client.supplier", every, refuse, "names a Java class; hand a client supplier to kafka_streams"},
    {"default.dsl.store", every, refuse, "is not supported yet; choose each store in materialized{}"},
    {"dsl.store.format", every, refuse, "is not supported yet; remove it"},
    {"dsl.store.suppliers.class", every, refuse, "names a Java class; choose each store in materialized{}"},
    {"default.key.serde", every, refuse, "is chosen by the key's type; remove it"},
    {"default.value.serde", every, refuse, "is chosen by the value's type; remove it"},
    {"default.list.key.serde.inner", every, refuse, "is chosen by the key's type; remove it"},
    {"default.list.key.serde.type", every, refuse, "is chosen by the key's type; remove it"},
    {"default.list.value.serde.inner", every, refuse, "is chosen by the value's type; remove it"},
    {"default.list.value.serde.type", every, refuse, "is chosen by the value's type; remove it"},
    {"errors.dead.letter.queue.topic.name", every, refuse, "is not supported yet; remove it"},
    {"processing.exception.handler.global.enabled", every, refuse, "is not supported yet; remove it"},
    {"processor.wrapper.class", every, refuse, "names a Java class; remove it"},
    {"rocksdb.config.setter", every, refuse, "names a Java class; remove it"},
    {"task.assignor.class", every, refuse, "names a Java class; remove it"},
    {"window.size.ms", every, refuse, "is given where windowed keys are read; use time_windowed_serde"},
    {"windowed.inner.class.serde", every, refuse, "is chosen by the key's type; remove it"},
};

/// Kafka's topic configurations (4.4).
constexpr std::string_view topic_names[] = {
    "cleanup.policy",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "delete.retention.ms",
    "errors.deadletterqueue.group.enable",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "index.interval.bytes",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "max.decompressed.message.bytes",
    "max.message.bytes",
    "message.downconversion.enable",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "remote.copy.lag.bytes",
    "remote.copy.lag.ms",
    "remote.log.copy.disable",
    "remote.log.delete.on.disable",
    "remote.storage.enable",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
    "unclean.leader.election.enable",
};

/// How many single-character edits lead from one text to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t substituted = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, diagonal + 1, substituted});
        }
    }
    return row.back();
}

const entry* find_in(std::span<const entry> table, std::string_view name, std::uint8_t client) noexcept {
    const auto at = std::find_if(table.begin(), table.end(),
                                 [&](const entry& row) { return row.name == name && (row.clients & client) != 0; });
    return at == table.end() ? nullptr : &*at;
}

} // namespace

const entry* find(std::string_view name, std::uint8_t client) noexcept { return find_in(client_names, name, client); }

const entry* find_streams(std::string_view name) noexcept { return find_in(streams_names, name, every); }

bool is_topic_name(std::string_view name) noexcept {
    return std::find(std::begin(topic_names), std::end(topic_names), name) != std::end(topic_names);
}

std::string_view nearest_of(std::string_view name, std::span<const std::string_view> candidates) {
    std::string_view best;
    // Further away than that, it is another word.
    std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const auto candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string_view nearest(std::string_view name, std::uint8_t client) {
    std::vector<std::string_view> candidates;
    for (const auto& row : client_names)
        if ((row.clients & client) != 0 && row.what != refuse) candidates.push_back(row.name);
    return nearest_of(name, candidates);
}

std::string_view nearest_topic_name(std::string_view name) { return nearest_of(name, topic_names); }

} // namespace streams::inline v0::config_names
