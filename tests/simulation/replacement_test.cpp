// Threads that fail again and again, in virtual time.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"
#include "src/kafka/client.hpp"

#include <streams/core/error.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

using namespace streams;
using namespace std::chrono_literals;

namespace {

/// Clients of which no group consumer is made while somebody says so, a hundred times at most.
class refusing_clients final : public kafka::client_supplier {
public:
    explicit refusing_clients(std::shared_ptr<kafka::client_supplier> clients) : clients_(std::move(clients)) {}

    void refuse(bool all) noexcept { refuses_ = all; }
    [[nodiscard]] int refused() const noexcept { return refused_; }

    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        if (refuses_ && !options.restore && refused_ < 100) {
            ++refused_;
            throw config_error("of the test");
        }
        return clients_->make_consumer(options);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        return clients_->make_producer(options);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string& client_id) override {
        return clients_->make_admin(client_id);
    }

private:
    std::shared_ptr<kafka::client_supplier> clients_;
    bool refuses_ = false;
    int refused_ = 0;
};

} // namespace

TEST_CASE("a thread in whose place none can be made is tried again after a pause, however long it had lived") {
    simulation::simulate(
        [](simulation::simulated_world& w) {
            const auto clients = std::make_shared<refusing_clients>(w.cluster.clients());
            int failures = 1;
            kafka_streams app(testing_support::count_topology(false,
                                                              [&](const auto&, auto&) {
                                                                  if (failures-- > 0)
                                                                      throw std::runtime_error("of the test");
                                                              }),
                              w.config("one"), clients, &w.scheduler);
            app.set_uncaught_exception_handler(
                [](const std::exception&) { return thread_exception_response::replace_thread; });
            app.start();
            REQUIRE(app.wait_for(application_state::running, 1min));
            w.scheduler.sleep(2min);
            clients->refuse(true);
            w.produce(0);
            REQUIRE(w.eventually([&] { return clients->refused() > 0; }));
            w.scheduler.sleep(30s);
            CHECK(clients->refused() <= 6); // after 0, 1, 3, 7, 15 and 31 s
            clients->refuse(false);
            CHECK(w.eventually([&] { return w.written() == 1; }));
            CHECK(app.wait_for(application_state::running, 10min));
            CHECK(app.error().empty());
        },
        1);
}
