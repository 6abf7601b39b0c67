#include "src/kafka/bounded_end.hpp"

#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace streams::inline v0::kafka {

bool ends_within(std::chrono::milliseconds limit, std::function<void()> work) {
    auto shared = std::make_shared<std::packaged_task<void()>>(std::move(work));
    const auto ended = shared->get_future();
    try {
        std::thread([shared] { (*shared)(); }).detach();
    } catch (const std::system_error&) {
        (*shared)();
    }
    return ended.wait_for(limit) == std::future_status::ready;
}

} // namespace streams::inline v0::kafka
