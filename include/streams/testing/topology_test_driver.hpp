#pragma once

#include <streams/serde/serde.hpp>
#include <streams/testing/byte_driver.hpp>
#include <streams/testing/input_topic.hpp>
#include <streams/testing/output_topic.hpp>
#include <streams/testing/test_store.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Runs a topology in memory, for unit tests (Kafka's `TopologyTestDriver`): a record that is piped is processed, with
/// all that it sets off, repartition topics included, and committed, before the call returns. It drives the same tasks
/// as kafka_streams does. Time moves only as records and the test say. Not thread-safe.
class topology_test_driver {
public:
    /// Throws config_error or topology_error for what cannot run.
    explicit topology_test_driver(topology topology, test_driver_options options = {})
        : driver_(make_byte_driver(std::move(topology), std::move(options))) {}

    /// A topic to pipe records into. Throws topology_error where no source reads it.
    template <class Key, class Value>
    [[nodiscard]] streams::input_topic<Key, Value> input_topic(std::string topic, input_topic_time time = {}) {
        return {*driver_, std::move(topic), time};
    }
    template <class Key, class Value, class KeySerde, class ValueSerde>
    [[nodiscard]] streams::input_topic<Key, Value, KeySerde, ValueSerde> input_topic(std::string topic,
                                                                                     input_topic_time time,
                                                                                     KeySerde key_serde,
                                                                                     ValueSerde value_serde) {
        return {*driver_, std::move(topic), time, std::move(key_serde), std::move(value_serde)};
    }

    /// A topic to read from, by its full name: internal ones have the application id in front. Throws topology_error
    /// where the topology does not write to it.
    template <class Key, class Value>
    [[nodiscard]] streams::output_topic<Key, Value> output_topic(std::string topic) {
        return {*driver_, std::move(topic)};
    }
    template <class Key, class Value, class KeySerde, class ValueSerde = serde<without_null_t<Value>>>
    [[nodiscard]] streams::output_topic<Key, Value, KeySerde, ValueSerde> output_topic(std::string topic,
                                                                                       KeySerde key_serde,
                                                                                       ValueSerde value_serde = {}) {
        return {*driver_, std::move(topic), std::move(key_serde), std::move(value_serde)};
    }

    /// Moves the wall clock and runs the punctuations that are due then: each at most once (KIP-138). Timeouts and retries of
    /// asynchronous operators are due by the same clock.
    void advance_wall_clock(std::chrono::milliseconds span) { driver_->advance_wall_clock(span); }
    /// Waits until all records that asynchronous operators have under way are answered, by other threads than the test's, and
    /// processes what that sets off: `REQUIRE(driver.await_pending(10s))`. What is answered while it is called, `pipe`
    /// processes at once. The wall clock of the driver stands still; `at_most` is the machine's time. False: some are not.
    [[nodiscard]] bool await_pending(std::chrono::milliseconds at_most) { return driver_->await_pending(at_most); }
    /// ms since the epoch.
    [[nodiscard]] std::int64_t wall_clock() const { return driver_->wall_clock(); }

    /// A key-value store of the topology. Throws topology_error where there is none of that name and kind.
    template <class Key, class Value>
    [[nodiscard]] test_key_value_store<Key, Value> key_value_store(const std::string& name) {
        return {*driver_, name};
    }
    /// A window store of the topology. Throws topology_error where there is none of that name and kind.
    template <class Key, class Value>
    [[nodiscard]] test_window_store<Key, Value> window_store(const std::string& name) {
        return {*driver_, name};
    }

    /// A session store of the topology. Throws topology_error where there is none of that name and kind.
    template <class Key, class Value>
    [[nodiscard]] test_session_store<Key, Value> session_store(const std::string& name) {
        return {*driver_, name};
    }

    /// Every topic that was written to so far, changelogs included, in alphabetical order.
    [[nodiscard]] std::vector<std::string> produced_topics() const { return driver_->produced_topics(); }
    /// How many records were dropped so far, by reason.
    [[nodiscard]] const drop_counters& dropped() const noexcept { return driver_->dropped(); }
    /// The driver below its types: bytes into and out of any topic.
    [[nodiscard]] byte_driver& raw() noexcept { return *driver_; }

    /// Closes the topology; throws what its nodes throw. Otherwise the destructor does it, and logs errors.
    void close() { driver_->close(); }

private:
    std::unique_ptr<byte_driver> driver_;
};

} // namespace streams::inline v0
