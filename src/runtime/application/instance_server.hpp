#pragma once

#include <streams/core/execution.hpp>
#include <streams/core/host_info.hpp>
#include <streams/metrics/metric.hpp>

#include <memory>
#include <vector>

namespace streams::inline v0 {

/// What an instance shows of itself to whoever asks over the network. Thread-safe.
class instance_view {
public:
    [[nodiscard]] virtual std::vector<metric> metrics() const = 0;

protected:
    ~instance_view() = default;
};

/// Answers on a port for as long as it lives. The layer above makes it: src/server.
class instance_server {
public:
    virtual ~instance_server() = default;
};

/// Throws config_error where nothing can listen there. `instance` and `time` outlive the server.
[[nodiscard]] std::unique_ptr<instance_server> serve(const instance_view& instance, const host_info& address,
                                                     execution& time);

} // namespace streams::inline v0
