#include "catch.hpp"
#include "server/free_port.hpp"
#include "server/http_client.hpp"

#include "src/runtime/application/instance_server.hpp"

using namespace streams;
using testing_support::free_port;
using testing_support::http_get;

namespace {

class one_metric final : public instance_view {
public:
    std::vector<metric> metrics() const override {
        return {{"state", "stream-metrics", "The state", metric_kind::gauge, recording_level::info, {}, 2.0}};
    }
};

} // namespace

TEST_CASE("an instance shows its metrics to Prometheus") {
    const std::int32_t port = free_port();
    const one_metric instance;
    const auto server = serve(instance, {"127.0.0.1", port}, machine());
    const auto answer = http_get(port, "/metrics");
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
    CHECK(answer.ends_with("\nkafka_streams_stream_metrics_state 2\n"));
}
