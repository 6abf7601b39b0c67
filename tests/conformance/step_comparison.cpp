#include "step_comparison.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace conformance {

namespace {

void compact(std::map<std::string, raw_test_record>& content, const raw_test_record& r) {
    if (r.value)
        content[to_hex(r.key)] = r;
    else
        content.erase(to_hex(r.key));
}

void compare_records(const std::string& topic, const std::vector<raw_test_record>& expected,
                     const std::vector<raw_test_record>& actual) {
    for (std::size_t at = 0; at < std::max(expected.size(), actual.size()); ++at) {
        const std::string a = at < expected.size() ? described(expected[at]) : "nothing";
        const std::string b = at < actual.size() ? described(actual[at]) : "nothing";
        if (a != b) throw difference(topic + " record " + std::to_string(at) + ": expected " + a + ", got " + b);
    }
}

const std::vector<raw_test_record>& of_topic(const step_records& all, const std::string& topic) {
    static const std::vector<raw_test_record> nothing;
    const auto found = all.find(topic);
    return found == all.end() ? nothing : found->second;
}

} // namespace

void step_comparison::step(const step_records& expected, const step_records& actual) {
    std::set<std::string> topics;
    for (const auto* each : {&expected, &actual})
        for (const auto& [topic, records] : *each) topics.insert(topic);
    for (const std::string& topic : topics) {
        const auto& left = of_topic(expected, topic);
        const auto& right = of_topic(actual, topic);
        if (topic.ends_with("-changelog"))
            compare_changelog(topic, left, right);
        else
            compare_records(topic, left, right);
    }
}

void step_comparison::compare_changelog(const std::string& topic, const std::vector<raw_test_record>& expected,
                                        const std::vector<raw_test_record>& actual) {
    auto& [left, right] = changelogs_[topic];
    for (const auto& r : expected) compact(left, r);
    for (const auto& r : actual) compact(right, r);
    for (const auto& [key, r] : left) {
        const auto at = right.find(key);
        if (at == right.end()) throw difference(topic + " lacks " + described(r));
        if (described(r) != described(at->second))
            throw difference(topic + ": expected " + described(r) + ", got " + described(at->second));
    }
    for (const auto& [key, r] : right)
        if (!left.contains(key)) throw difference(topic + " has " + described(r) + ", expected nothing");
}

void take_step(streams::byte_driver& driver, const json& step) {
    if (step.contains("advance_wall_clock"))
        driver.advance_wall_clock(std::chrono::milliseconds(step.at("advance_wall_clock").get<std::int64_t>()));
    else
        driver.pipe(step.at("topic").get<std::string>(), record_from(step));
}

step_records driver_records::take_new() {
    step_records taken;
    for (const std::string& topic : driver_.produced_topics()) {
        const auto& all = driver_.written(topic);
        std::size_t& seen = seen_[topic];
        if (seen < all.size()) taken[topic].assign(all.begin() + static_cast<std::ptrdiff_t>(seen), all.end());
        seen = all.size();
    }
    return taken;
}

} // namespace conformance
