#pragma once

#include <streams/core/saturation.hpp>
#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/dsl/detail/windows/wall_clock_pace.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// When an aggregation that emits windows as they close looks for closed ones, and up to where it has emitted, which is
/// committed beside the offsets (KIP-825).
class closing {
public:
    explicit closing(emission strategy) : strategy_(strategy) {}

    /// `store`: under whose name the progress is committed. `close_all`: called where no record came for the timeout.
    void init(task_context& context, std::string_view node, std::string store, std::function<void()> close_all) {
        if (!strategy_.on_close) return;
        context_ = &context;
        store_ = std::move(store);
        last_ = context.processor_metadata(store_);
        interval_ = context.config().window_emit_interval.value_or(std::chrono::seconds(1)).count();
        if (strategy_.idle_timeout == 0) return;
        const std::int64_t every = std::max<std::int64_t>(1, strategy_.idle_timeout / 4);
        context.schedule(node, std::chrono::milliseconds(every), punctuation_type::wall_clock_time,
                         [this, close_all = std::move(close_all)](std::int64_t now) {
                             // While the task did not run, nothing could come.
                             const std::int64_t since = std::max(last_record_, context_->runs_since());
                             if (all_closed_ || now - since < strategy_.idle_timeout) return;
                             all_closed_ = true;
                             close_all();
                         });
    }

    [[nodiscard]] bool on_close() const noexcept { return strategy_.on_close; }
    /// A record has come.
    void awake() {
        if (strategy_.idle_timeout == 0) return;
        last_record_ = context_->wall_time();
        all_closed_ = false;
    }
    /// Whether windows up to `close` are to be looked for now; taken as done for the next interval of the wall clock.
    [[nodiscard]] bool due(std::int64_t close) {
        if (!strategy_.on_close) return false;
        if (!pace_.due(context_->wall_time(), interval_)) return false;
        return !last_ || *last_ < close;
    }
    /// The stream time that stands for what closed before a restart, where windows may close without input; -1: none.
    /// `lag`: how far windows close behind stream time.
    [[nodiscard]] std::int64_t observed_before(std::int64_t lag) const noexcept {
        return strategy_.idle_timeout > 0 && last_ ? add_sat(*last_, lag) : -1;
    }
    /// What was emitted up to; nullopt: nothing yet.
    [[nodiscard]] std::optional<std::int64_t> last() const noexcept { return last_; }
    void emitted(std::int64_t close) {
        last_ = close;
        context_->set_processor_metadata(store_, close);
    }

private:
    emission strategy_;
    task_context* context_ = nullptr;
    std::string store_;
    std::optional<std::int64_t> last_;
    std::int64_t interval_ = 0;
    wall_clock_pace pace_;
    std::int64_t last_record_ = 0;
    bool all_closed_ = false;
};

} // namespace streams::inline v0::detail
