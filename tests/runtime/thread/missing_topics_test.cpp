#include "src/runtime/thread/missing_topics.hpp"

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include <streams/core/manual_clock.hpp>

#include <map>
#include <memory>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::message_of;
using testing_support::says;
using testing_support::world;

namespace {

/// A cluster in which `in` has two partitions, and somebody who has heard otherwise.
struct hearsay {
    /// What is thrown once the cluster was asked again.
    std::string told_of(const std::string& topic, std::int32_t width) {
        missing.note(topic, time);
        CHECK(missing.next() > time.steady_ms());
        time.advance(10s);
        CHECK(missing.next() <= time.steady_ms());
        return message_of([&] { missing.step(*admin, {{topic, width}}, time); });
    }

    world w{2};
    manual_clock time;
    std::unique_ptr<kafka::admin> admin = w.cluster.clients()->make_admin("test");
    missing_topics missing;
};

} // namespace

TEST_CASE("a topic that a broker had not heard of yet is nobody's end") {
    hearsay t;
    CHECK(t.told_of("in", 2) == "nothing was thrown");
    CHECK(t.missing.next() == never);
}

TEST_CASE("a topic that is gone, and one that was made anew with fewer partitions, are named") {
    hearsay t;
    CHECK(says(t.told_of("gone", 1), "source topic gone does not exist"));
    CHECK(says(t.told_of("in", 3), "source topic in has 2 partitions, and had 3"));
}
