// What is measured of an application as a whole, and what is read of it.

#include "src/runtime/application/application.hpp"

#include "src/core/listen_address.hpp"

#include <streams/core/log.hpp>

#include <map>
#include <string>

namespace streams::inline v0 {
namespace {

using enum metric_id;

void read_rocksdb(metric_list& list, const std::string& client_id, const std::string& store,
                  const std::map<std::string, std::uint64_t>& counts) {
    const auto add = [&](metric_id id, auto value) { list.add(id, {client_id, store}, value); };
    const auto count = [&](const std::string& name) -> std::uint64_t {
        const auto found = counts.find("rocksdb." + name); // versions of RocksDB count different things
        return found == counts.end() ? 0 : found->second;
    };
    const auto hit_ratio = [&](const std::string& cache) {
        const auto hits = static_cast<double>(count(cache + ".hit"));
        return hits / (hits + static_cast<double>(count(cache + ".miss"))); // NaN: nothing was looked up
    };
    add(store_rocksdb_bytes_written, count("bytes.written"));
    add(store_rocksdb_bytes_read, count("bytes.read"));
    add(store_rocksdb_memtable_bytes_flushed, count("flush.write.bytes"));
    add(store_rocksdb_memtable_hit_ratio, hit_ratio("memtable"));
    add(store_rocksdb_block_cache_data_hit_ratio, hit_ratio("block.cache.data"));
    add(store_rocksdb_block_cache_index_hit_ratio, hit_ratio("block.cache.index"));
    add(store_rocksdb_block_cache_filter_hit_ratio, hit_ratio("block.cache.filter"));
    add(store_rocksdb_write_stall_duration, count("stall.micros") / 1'000);
    add(store_rocksdb_file_errors, count("no.file.errors"));
}

} // namespace

std::vector<metric> kafka_streams::application::metrics() const {
    metric_list list(config_.metrics_recording_level, time_.steady_ms());
    const auto client_id = client_id_of(config_);
    const auto add = [&](metric_id id, auto value) { list.add(id, {client_id}, value); };
    add(client_version, std::string(STREAMS_VERSION));
    add(client_application_id, config_.application_id);
    const auto state = status_.state();
    add(client_state_text, std::string(to_string(state)));
    add(client_state, static_cast<int>(state));
    add(client_recording_level, static_cast<int>(config_.metrics_recording_level));
    add(client_alive_threads, threads_.count().load());
    add(client_failed_threads, failed_threads_.load());
    for (std::size_t at = 0; at < memory_roles; ++at) {
        const auto role = static_cast<memory_role>(at);
        const memory_use use = memory_.use(role);
        list.add(client_memory_reserved, {client_id, std::string(to_string(role))}, use.reserved);
        list.add(client_memory_limit, {client_id, std::string(to_string(role))}, use.limit);
    }
    for (const auto& [store, counts] : store_memory_.rocksdb_counts()) read_rocksdb(list, client_id, store, counts);
    metrics_.read(list);
    return list.take();
}

void kafka_streams::application::listen() {
    if (config_.metrics_listen.empty()) return;
    const host_info address = *parse_listen_address(config_.metrics_listen);
    server_ = serve(*this, address, time_);
    log(log_level::info, concat("application ", config_.application_id, " shows its metrics on http://",
                                to_string(address), "/metrics"));
}

} // namespace streams::inline v0
