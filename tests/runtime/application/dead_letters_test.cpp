// What becomes of bad records in an application, beside the results of the others.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::copy_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;

namespace {

using text = std::string;

const text too_large(2000, 'x');

/// A world with a topic `dead`, and one `narrow` that takes no large records, whose clients fail as its plan says.
struct world_of_bad_records : testing_support::world {
    world_of_bad_records() {
        cluster.create_topic("dead");
        cluster.create_topic("narrow", 1, {{"max.message.bytes", "1000"}});
    }
    streams_config config(processing_guarantee guarantee) const {
        auto c = world::config();
        c.guarantee = guarantee;
        c.errors_dead_letter_queue_topic_name = "dead";
        c.on_processing_error = resume_on_error{};
        return c;
    }
    kafka_streams run(topology what, streams_config with) const {
        return world::run(std::move(what), std::move(with),
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan));
    }
    std::vector<raw_stored_record> dead() const { return cluster.read_bytes("dead", isolation_level::read_committed); }
    std::vector<text> values(const text& topic) const {
        std::vector<text> found;
        for (const auto& each : cluster.read<text, text>(topic, isolation_level::read_committed))
            found.push_back(each.value);
        return found;
    }

    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
};

topology not_bad() {
    return copy_topology([](const auto& r, auto&) {
        if (r.value == "bad") throw std::runtime_error("no such account");
    });
}

topology to_narrow() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_sink<text, text>("sink", "narrow", {"source"});
    return t;
}

constexpr processing_guarantee guarantees[] = {processing_guarantee::at_least_once,
                                               processing_guarantee::exactly_once_v2};

} // namespace

TEST_CASE("a bad record is in the dead-letter topic once its offset is committed") {
    for (const auto guarantee : guarantees) {
        CAPTURE(static_cast<int>(guarantee));
        world_of_bad_records w;
        for (const text value : {"a", "bad", "b"}) w.produce("k", value);
        auto app = w.run(not_bad(), w.config(guarantee));
        REQUIRE(eventually([&] { return w.committed() >= 3; }));
        CHECK(w.values("out") == std::vector<text>{"a", "b"});
        CHECK(w.values("dead") == std::vector<text>{"bad"});
        CHECK(app.counts().dropped.at(drop_reason::processing) == 1);
    }
}

TEST_CASE("exactly once, the dead letter of a transaction that was aborted is written once") {
    world_of_bad_records w;
    w.plan->fail(call::commit_transaction, {error_class::abortable, "a broker restarts"});
    for (const text value : {"a", "bad", "b"}) w.produce("k", value);
    auto app = w.run(not_bad(), w.config(processing_guarantee::exactly_once_v2));
    REQUIRE(eventually([&] { return w.committed() >= 3; }));
    CHECK(w.values("out") == std::vector<text>{"a", "b"});
    CHECK(w.values("dead") == std::vector<text>{"bad"});
}

TEST_CASE("at least once, no offset is committed past a dead letter that has not arrived") {
    world_of_bad_records w;
    w.produce("k", "bad");
    w.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    auto app = w.run(not_bad(), w.config(processing_guarantee::at_least_once));
    REQUIRE(eventually([&] { return w.committed() >= 1; }));
    CHECK(w.values("dead") == std::vector<text>{"bad"});
}

TEST_CASE("a record that is too large for its topic ends the application, which names it and the remedies") {
    for (const auto guarantee : guarantees) {
        CAPTURE(static_cast<int>(guarantee));
        world_of_bad_records w;
        w.produce("k", too_large, 1234);
        auto app = w.run(to_narrow(), w.config(guarantee));
        REQUIRE(app.wait_for(application_state::error, patience));
        for (const char* part :
             {"narrow-0", "timestamp 1234", "record 0 of in-0", "max.message.bytes", "production.exception.handler"})
            CHECK(says(app.error(), part));
        CHECK(w.committed() <= 0);
        // Exactly once it has gone with its transaction.
        CHECK(w.dead().size() == (guarantee == processing_guarantee::at_least_once ? 1 : 0));
    }
}

TEST_CASE("a record that is too large is dropped where the handler resumes, and all others are written") {
    for (const auto guarantee : guarantees) {
        CAPTURE(static_cast<int>(guarantee));
        world_of_bad_records w;
        auto config = w.config(guarantee);
        config.on_production_error = resume_on_error{};
        for (const text& value : {text("a"), too_large, text("b")}) w.produce("k", value);
        auto app = w.run(to_narrow(), config);
        REQUIRE(eventually([&] { return w.committed() >= 3; }));
        CHECK(w.values("narrow") == std::vector<text>{"a", "b"});
        REQUIRE(w.dead().size() == 1);
        CHECK(eventually([&] { return app.counts().dropped[drop_reason::production] == 1; }));
        CHECK(app.state() != application_state::error);
    }
}

TEST_CASE("a dead-letter topic that does not exist ends the application, and nothing is committed past the record") {
    for (const auto guarantee : guarantees) {
        CAPTURE(static_cast<int>(guarantee));
        world_of_bad_records w;
        auto config = w.config(guarantee);
        config.errors_dead_letter_queue_topic_name = "nowhere";
        w.produce("k", "a");
        w.produce("k", "bad");
        auto app = w.run(not_bad(), config);
        REQUIRE(app.wait_for(application_state::error, patience));
        for (const char* part : {"nowhere", "the dead letter of record 1 of in-0"}) CHECK(says(app.error(), part));
        CHECK(w.committed() <= 1);
    }
}

TEST_CASE("at least once, a handler that fails leaves its dead letter behind") {
    world_of_bad_records w;
    auto config = w.config(processing_guarantee::at_least_once);
    config.on_processing_error = fail_on_error{};
    w.produce("k", "bad");
    auto app = w.run(not_bad(), config);
    REQUIRE(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "no such account"));
    CHECK(w.values("dead") == std::vector<text>{"bad"});
    CHECK(w.committed() <= 0);
}

TEST_CASE("a dead letter that cannot be written in time hides nothing of what it is about") {
    world_of_bad_records w;
    auto config = w.config(processing_guarantee::at_least_once);
    config.on_processing_error = fail_on_error{};
    config.errors_dead_letter_queue_topic_name = "nowhere";
    w.produce("k", "bad");
    auto app = w.run(not_bad(), config);
    REQUIRE(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "no such account"));
}
