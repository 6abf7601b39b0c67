#include "outcome.hpp"
#include "records.hpp"

#include <streams/testing/byte_driver.hpp>

#include <optional>
#include <sstream>

namespace conformance {

namespace {

struct difference {
    std::string text;
};

std::string first_different_line(const std::string& expected, const std::string& actual) {
    std::istringstream left(expected), right(actual);
    std::string a, b;
    for (int line = 1;; ++line) {
        const bool more_left = static_cast<bool>(std::getline(left, a));
        const bool more_right = static_cast<bool>(std::getline(right, b));
        if (!more_left) a = "(end)";
        if (!more_right) b = "(end)";
        if (a != b || (!more_left && !more_right))
            return "describe() line " + std::to_string(line) + ": expected \"" + a + "\", got \"" + b + "\"";
    }
}

/// What a changelog comes to: the last record of each key.
using compacted = std::map<std::string, raw_test_record>;

void compact(compacted& content, const raw_test_record& r) {
    if (r.value)
        content[to_hex(r.key)] = r;
    else
        content.erase(to_hex(r.key));
}

/// All topics of one run, on both sides.
class comparison {
public:
    explicit comparison(streams::byte_driver& driver) : driver_(driver) {}

    /// Throws difference.
    void step(const json& expected_records) {
        std::map<std::string, std::vector<raw_test_record>> expected;
        for (const json& r : expected_records) expected[r.at("topic").get<std::string>()].push_back(record_from(r));
        std::map<std::string, std::vector<raw_test_record>> actual;
        for (const std::string& topic : driver_.produced_topics()) {
            const auto& all = driver_.written(topic);
            std::size_t& seen = seen_[topic];
            if (seen < all.size()) actual[topic].assign(all.begin() + static_cast<std::ptrdiff_t>(seen), all.end());
            seen = all.size();
        }
        for (const auto& [topic, records] : expected)
            if (!actual.contains(topic)) actual[topic];
        for (const auto& [topic, records] : actual) compare(topic, expected[topic], records);
    }

private:
    void compare(const std::string& topic, const std::vector<raw_test_record>& expected,
                 const std::vector<raw_test_record>& actual) {
        if (topic.ends_with("-changelog")) return compare_compacted(topic, expected, actual);
        for (std::size_t at = 0; at < std::max(expected.size(), actual.size()); ++at) {
            const std::string a = at < expected.size() ? described(expected[at]) : "nothing";
            const std::string b = at < actual.size() ? described(actual[at]) : "nothing";
            if (a != b) throw difference{topic + " record " + std::to_string(at) + ": expected " + a + ", got " + b};
        }
    }
    void compare_compacted(const std::string& topic, const std::vector<raw_test_record>& expected,
                           const std::vector<raw_test_record>& actual) {
        auto& [left, right] = changelogs_[topic];
        for (const auto& r : expected) compact(left, r);
        for (const auto& r : actual) compact(right, r);
        for (const auto& [key, r] : left) {
            const auto at = right.find(key);
            if (at == right.end()) throw difference{topic + " lacks " + described(r)};
            if (described(r) != described(at->second))
                throw difference{topic + ": expected " + described(r) + ", got " + described(at->second)};
        }
        for (const auto& [key, r] : right)
            if (!left.contains(key)) throw difference{topic + " has " + described(r) + ", expected nothing"};
    }

    streams::byte_driver& driver_;
    std::map<std::string, std::size_t> seen_;
    std::map<std::string, std::pair<compacted, compacted>> changelogs_;
};

void run_steps(const json& vector, const streams::topology& topology, const streams::streams_config& config) {
    const auto driver = streams::make_byte_driver(topology, {.config = config});
    comparison all(*driver);
    const json& steps = vector.at("expect").at("steps");
    std::size_t at = 0;
    for (const json& step : vector.at("input")) {
        try {
            if (step.contains("advance_wall_clock"))
                driver->advance_wall_clock(
                    std::chrono::milliseconds(step.at("advance_wall_clock").get<std::int64_t>()));
            else
                driver->pipe(step.at("topic").get<std::string>(), record_from(step));
            all.step(steps.at(at));
        } catch (const difference& d) {
            throw difference{"step " + std::to_string(at) + ": " + d.text};
        } catch (const std::exception& e) {
            throw difference{"step " + std::to_string(at) + " threw: " + e.what()};
        }
        ++at;
    }
}

} // namespace

outcome run(const json& vector) {
    try {
        const streams::streams_config config = config_of(vector);
        const streams::topology topology = build(vector, config);
        const auto expected = vector.at("expect").at("describe").get<std::string>();
        const std::string described = topology.describe();
        if (expected != described) throw difference{first_different_line(expected, described)};
        run_steps(vector, topology, config);
        return {};
    } catch (const unsupported& u) {
        return {outcome::verdict::failed, std::string("the runner has no ") + u.what()};
    } catch (const difference& d) {
        return {outcome::verdict::failed, d.text};
    } catch (const std::exception& e) {
        return {outcome::verdict::failed, std::string("building it threw: ") + e.what()};
    }
}

} // namespace conformance
