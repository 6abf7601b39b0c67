#pragma once

#include <streams/core/config.hpp>
#include <streams/core/metrics.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_spec.hpp>
#include <streams/testing/test_record.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// How a topology is tested. An aggregate for designated initialisers; every member may be left out.
struct test_driver_options {
    streams_config config{}; ///< application_id: "topology-test-driver" where empty; nothing is connected to
    /// Of every topic the application does not create itself. 1: as Kafka Streams' driver, one task 0_0 runs the whole
    /// topology, and repartition topics have one partition too. More: records are placed as in a cluster, by murmur2 of
    /// their key, and there is one task for each sub-topology and partition.
    std::int32_t partitions = 1;
    std::chrono::milliseconds wall_clock{0}; ///< where the wall clock stands at first, since the epoch
    std::filesystem::path state_directory{}; ///< for persistent stores; empty: they are kept in memory
    std::vector<std::string> topics{};       ///< that exist: what sources with a topic_pattern find
};

/// A topology under test, below its types: what topology_test_driver is made of. Topics go by their full names. Not
/// thread-safe. The bytes of a piped record are overwritten when it was processed: what a topology keeps of them for longer
/// reads as `####`. An error while a record is processed comes out of the call that set it off; after it every call but
/// reading throws streams_error.
class byte_driver {
public:
    virtual ~byte_driver() = default;

    /// Pipes a record, and processes all that it sets off. Throws topology_error where no source reads the topic.
    virtual void pipe(std::string_view topic, const raw_test_record& record) = 0;
    /// Moves the wall clock, runs the wall-clock punctuations that are due then, and processes all that they set off.
    virtual void advance_wall_clock(std::chrono::milliseconds span) = 0;
    /// Waits until no record is pending in an asynchronous operator any more, and processes all that this sets off: for
    /// answers that other threads give. The topology's time stands still meanwhile; `at_most` is the machine's. False: some
    /// still are.
    virtual bool await_pending(std::chrono::milliseconds at_most) = 0;
    /// ms since the epoch.
    [[nodiscard]] virtual std::int64_t wall_clock() const = 0;

    /// Every topic that was written to so far, changelogs included, in alphabetical order.
    [[nodiscard]] virtual std::vector<std::string> produced_topics() const = 0;
    /// All that was written to a topic so far, read or not, in order.
    [[nodiscard]] virtual const std::vector<raw_test_record>& written(std::string_view topic) const = 0;
    /// How many records of a topic were not read yet.
    [[nodiscard]] virtual std::size_t unread(std::string_view topic) const = 0;
    /// The next record of a topic. Throws streams_error where there is none.
    [[nodiscard]] virtual const raw_test_record& read(std::string_view topic) = 0;

    /// Throws topology_error unless a source reads the topic.
    virtual void require_input(std::string_view topic) const = 0;
    /// Throws topology_error unless the topology may write to the topic, or its handlers have.
    virtual void require_output(std::string_view topic) const = 0;

    /// The specification of a store. Throws topology_error where there is none of that name.
    [[nodiscard]] virtual const store_spec& spec_of(std::string_view store) const = 0;
    /// The store in every task that has it, by partition.
    [[nodiscard]] virtual std::vector<state_store*> stores(std::string_view name) = 0;
    [[nodiscard]] virtual const drop_counters& dropped() const noexcept = 0;
    /// What RocksDB has counted of stores on disk for which rocksdb_settings::statistics asks, as application_counts::rocksdb.
    [[nodiscard]] virtual std::map<std::string, std::map<std::string, std::uint64_t>> rocksdb_counts() const = 0;

    /// Closes nodes and stores; throws what they throw. Further calls do nothing. The destructor does the same, where
    /// errors are only logged.
    virtual void close() = 0;
};

/// Throws config_error or topology_error for what cannot run.
[[nodiscard]] std::unique_ptr<byte_driver> make_byte_driver(topology topology, test_driver_options options);

} // namespace streams::inline v0
