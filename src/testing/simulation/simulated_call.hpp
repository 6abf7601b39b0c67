#pragma once

#include "src/testing/simulation/simulated_process.hpp"

#include <streams/core/error.hpp>

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0::simulated {

/// Makes a call of a client, unless the process dies before it or it is refused.
template <std::invocable Work>
kafka::result call_within(simulated_process& by, seam_call call, std::string_view detail, Work&& work) {
    if (auto refused = by.before(call, detail)) return *std::move(refused);
    auto answer = work();
    if (auto lost = by.after(call)) return *std::move(lost);
    return answer;
}
template <std::invocable Work>
kafka::result call_within(simulated_process& by, seam_call call, Work&& work) {
    return call_within(by, call, {}, std::forward<Work>(work));
}

/// The same of a call that only asks, of which a lost answer has told nothing.
template <class Found, class Work>
kafka::result ask_within(simulated_process& by, seam_call call, Found& into, Work&& work) {
    Found found;
    auto answer = call_within(by, call, [&] { return work(found); });
    if (answer) into = std::move(found);
    return answer;
}

/// The answer of a partition that nobody leads; nullopt: somebody does.
[[nodiscard]] inline std::optional<kafka::result> without_leader(simulated_process& process,
                                                                 const topic_partition& partition) {
    if (process.around().topics.has_leader(partition)) return std::nullopt;
    return kafka::result(kafka::error_class::retriable, concat(to_string(partition), " has no leader"));
}

} // namespace streams::inline v0::simulated
