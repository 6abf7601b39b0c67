#pragma once

#include <streams/core/clock.hpp>
#include <streams/testing/test_record.hpp>
#include <streams/topology/record_collector.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// All that a topology under test writes: the topics of its cluster, and its producer. Append-only.
class driver_topics final : public record_collector {
public:
    /// A record that was written since the last look.
    struct position {
        std::int32_t topic;
        std::size_t record;
    };

    /// `partitions_of`: how many partitions a topic has, by its full name.
    driver_topics(const clock& time, std::function<std::int32_t(std::string_view)> partitions_of)
        : time_(time), partitions_of_(std::move(partitions_of)) {}

    [[nodiscard]] std::int32_t open(std::string_view topic);
    [[nodiscard]] std::int32_t open(std::string_view topic, const record_sender&) override { return open(topic); }
    [[nodiscard]] std::int32_t partitions(std::int32_t topic) override { return at(topic).partitions; }
    void send(std::int32_t topic, const outgoing_record& r) override;
    void send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                           const record_metadata& origin, bool failing) override;
    /// Appends as it is; its partition is set.
    void append(std::int32_t topic, raw_test_record r);

    [[nodiscard]] const std::string& name(std::int32_t topic) const { return at(topic).name; }
    [[nodiscard]] const raw_test_record& record(position at_position) const {
        return at(at_position.topic).records[at_position.record];
    }
    /// What was written since the last call, in order over all topics.
    [[nodiscard]] std::vector<position> take_new() { return std::exchange(new_, {}); }
    /// The last offset of a partition; nullopt: nothing was written to it.
    [[nodiscard]] std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) const;

    [[nodiscard]] std::vector<std::string> written_topics() const;
    [[nodiscard]] const std::vector<raw_test_record>& written(std::string_view topic) const;
    [[nodiscard]] std::size_t unread(std::string_view topic) const;
    /// Throws streams_error where nothing is left.
    [[nodiscard]] const raw_test_record& read(std::string_view topic);

private:
    struct topic_log {
        std::string name;
        std::int32_t partitions;
        std::vector<raw_test_record> records{};
        std::vector<std::int64_t> next_offsets{};
        std::size_t next_unread = 0;
        std::int32_t next_without_key = 0;
    };
    [[nodiscard]] topic_log& at(std::int32_t topic) { return topics_[static_cast<std::size_t>(topic)]; }
    [[nodiscard]] const topic_log& at(std::int32_t topic) const { return topics_[static_cast<std::size_t>(topic)]; }
    [[nodiscard]] const topic_log* find(std::string_view topic) const;
    [[nodiscard]] std::int32_t place(topic_log& topic, const outgoing_record& r) const;

    const clock& time_;
    std::function<std::int32_t(std::string_view)> partitions_of_;
    std::vector<topic_log> topics_;
    std::map<std::string, std::int32_t, std::less<>> ids_;
    std::vector<position> new_;
};

} // namespace streams::inline v0
