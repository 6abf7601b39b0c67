#include "src/runtime/application/instance_server.hpp"

#include "src/server/http_listener.hpp"

#include <streams/metrics/prometheus_text.hpp>

namespace streams::inline v0 {
namespace {

/// The pages of an instance, by their paths.
class pages final : public instance_server {
public:
    pages(const instance_view& instance, const host_info& address, execution& time)
        : listener_(address,
                    {{"/metrics",
                      [&instance] {
                          return http_answer{.type = "text/plain; version=0.0.4; charset=utf-8",
                                             .content = prometheus_text(instance.metrics())};
                      }}},
                    time) {}

private:
    http_listener listener_;
};

} // namespace

std::unique_ptr<instance_server> serve(const instance_view& instance, const host_info& address, execution& time) {
    return std::make_unique<pages>(instance, address, time);
}

} // namespace streams::inline v0
