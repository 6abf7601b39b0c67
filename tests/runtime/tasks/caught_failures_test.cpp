// Nodes whose code catches what goes up through it: what was not theirs to drop is thrown all the same.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/testing/topology_test_driver.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

namespace {

using text = std::string;

/// What code between two nodes makes of a failure.
enum class reaction { drop, replace };

/// Forwards what it gets, and what its punctuations make up, and lets nothing through that goes wrong there.
class catching final : public processor<text, text, text, text> {
public:
    explicit catching(reaction to_failure = reaction::drop) : reaction_(to_failure) {}
    void init(context_type& context) override {
        context_ = &context;
        context.schedule(10ms, punctuation_type::wall_clock_time, [this](std::int64_t now) { hand_on("tick", now); });
    }
    void process(const record_type& r) override { hand_on(r.value, r.timestamp); }
    void close() override {
        if (forwards_at_close) hand_on("closed", 1);
    }
    bool forwards_at_close = false;

private:
    void hand_on(const text& value, std::int64_t timestamp) {
        try {
            context_->forward("k", value, timestamp);
        } catch (...) {
            if (reaction_ == reaction::replace) throw std::runtime_error("something went wrong");
        }
    }
    reaction reaction_;
    context_type* context_ = nullptr;
};

/// in -> catching -> change -> out.
topology changing(std::function<text(const text&)> change, reaction to_failure = reaction::drop,
                  bool forwards_at_close = false) {
    streams_builder builder;
    builder.stream<text, text>("in")
        .process([=] {
            auto made = std::make_unique<catching>(to_failure);
            made->forwards_at_close = forwards_at_close;
            return made;
        })
        .map_values(std::move(change), named{"change"})
        .to("out");
    return builder.build();
}

text refuse(const text& value) { throw std::runtime_error("no " + value); }
text run_out_of_memory(const text&) { throw std::bad_alloc(); }

test_driver_options answering(processing_handler handler) {
    test_driver_options options;
    options.config.on_processing_error = std::move(handler);
    return options;
}

void pipe(topology_test_driver& driver) { driver.input_topic<text, text>("in").pipe("k", "a", 1); }

/// An application whose clients fail as its plan says.
struct faulty_world : world {
    kafka_streams run(topology what, streams_config with) {
        return world::run(std::move(what), std::move(with),
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan));
    }
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
};

} // namespace

TEST_CASE("a record that its handler does not drop ends the task, though a node above catches everything") {
    const auto to_failure = GENERATE(reaction::drop, reaction::replace);
    topology_test_driver driver(changing(refuse, to_failure));
    CHECK(says(message_of([&] { pipe(driver); }), "node change threw: no a"));
}

TEST_CASE("the same of what a punctuation forwards") {
    topology_test_driver driver(changing(refuse));
    CHECK(says(message_of([&] { driver.advance_wall_clock(10ms); }), "node change threw: no tick"));
}

TEST_CASE("the same of what a node forwards while it is closed") {
    topology_test_driver driver(changing(refuse, reaction::drop, true));
    CHECK(says(message_of([&] { driver.close(); }), "node change threw: no closed"));
}

TEST_CASE("a record that its handler drops is dropped, and the node above hears of nothing") {
    topology_test_driver driver(changing(refuse, reaction::replace), answering(resume_on_error{}));
    pipe(driver);
    CHECK(driver.dropped()[drop_reason::processing] == 1);
}

TEST_CASE("memory that has run out is no fault of a record: no handler drops it, and no node") {
    topology_test_driver driver(changing(run_out_of_memory), answering(resume_on_error{}));
    CHECK_THROWS_AS(pipe(driver), std::bad_alloc);
}

TEST_CASE("what a node throws in the place of a failure that was not its own is asked about by nobody") {
    int asked = 0;
    topology_test_driver driver(changing(run_out_of_memory, reaction::replace),
                                answering([&](const unprocessable_record&, const std::exception&) {
                                    ++asked;
                                    return handler_response::resume;
                                }));
    CHECK_THROWS_AS(pipe(driver), std::bad_alloc);
    CHECK(asked == 0);
}

TEST_CASE("a record that could not be written is not committed where a node catches what its forward throws") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        faulty_world w;
        w.plan->fail(call::append, {error_class::fatal, "it is refused"});
        auto config = w.config();
        config.guarantee = guarantee;
        config.on_processing_error = resume_on_error{};
        w.produce("k", "a");
        kafka_streams app = w.run(changing([](const text& value) { return value; }), config);
        CHECK(app.wait_for(application_state::error, patience));
        CHECK(says(app.error(), "it is refused"));
        CHECK(app.close(patience));
        CHECK(w.committed() == -1);
    }
}

TEST_CASE("a transaction that has failed is made again where a node catches what its forward throws") {
    faulty_world w;
    w.plan->fail(call::append, {error_class::abortable, "the transaction has failed"});
    auto config = w.config();
    config.guarantee = processing_guarantee::exactly_once_v2;
    w.produce("k", "a");
    kafka_streams app = w.run(changing([](const text& value) { return value; }), config);
    CHECK(eventually([&] { return w.committed() >= 1; }));
    CHECK(std::ranges::count(w.out(), "a") == 1);
}
