#pragma once

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>
#include <streams/serde/window.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Windows of the user's own (Java's `Windows<W>`), which windowed_by takes as it takes tumbling ones: a type that says which
/// windows, `[start, end)`, hold a time, and how long they are at most and stay open past their end.
///
///     struct shifts {
///         std::array<streams::window, 1> windows_for(std::int64_t timestamp) const;
///         std::chrono::milliseconds size() const;
///         std::chrono::milliseconds grace() const;
///     };
///
/// `windows_for` returns a range of all windows that hold the time, in ms since the epoch and not negative. They begin at 0 or
/// later and end after the time; each is the only one with its start, whatever time is asked for. `size` is that of the
/// longest, above zero; `grace` is not negative. Copied; called as const, from several threads.
template <class W>
concept custom_windows = requires(const W& windows, std::int64_t timestamp) {
    requires std::ranges::input_range<decltype(windows.windows_for(timestamp))>;
    requires std::convertible_to<std::ranges::range_reference_t<decltype(windows.windows_for(timestamp))>, window>;
    { windows.size() } -> std::convertible_to<std::chrono::milliseconds>;
    { windows.grace() } -> std::convertible_to<std::chrono::milliseconds>;
} && std::copy_constructible<W>;

namespace detail {

/// Custom windows without their type.
class window_rule {
public:
    virtual ~window_rule() = default;
    /// Adds the windows that hold the time to `found`.
    virtual void windows_for(std::int64_t timestamp, std::vector<window>& found) const = 0;
    /// nullopt: none begins there.
    [[nodiscard]] virtual std::optional<std::int64_t> end_of(std::int64_t start) const = 0;
};

template <custom_windows W>
class custom_window_rule final : public window_rule {
public:
    explicit custom_window_rule(W windows) : windows_(std::move(windows)) {}
    void windows_for(std::int64_t timestamp, std::vector<window>& found) const override {
        for (window each : windows_.windows_for(timestamp)) found.push_back(each);
    }
    [[nodiscard]] std::optional<std::int64_t> end_of(std::int64_t start) const override {
        for (window each : windows_.windows_for(start))
            if (each.start == start) return each.end;
        return std::nullopt;
    }

private:
    W windows_;
};

} // namespace detail

/// Where time windows end, which the bytes of their keys do not say: told from their starts. A cheap value.
class window_ends {
public:
    /// Windows of one size.
    window_ends(std::chrono::milliseconds size = std::chrono::milliseconds(0)) noexcept : size_(size.count()) {}
    template <custom_windows W>
    window_ends(W windows) : rule_(std::make_shared<detail::custom_window_rule<W>>(std::move(windows))) {}
    /// For the library.
    explicit window_ends(std::shared_ptr<const detail::window_rule> rule) noexcept : rule_(std::move(rule)) {}

    /// Neither a size nor a rule was given.
    [[nodiscard]] bool known() const noexcept { return rule_ || size_ > 0; }
    /// The largest time where the window would end past it. Throws serialization_error where custom windows have none that
    /// begins at `start`.
    [[nodiscard]] std::int64_t operator()(std::int64_t start) const {
        if (!rule_) return detail::add_sat(start, size_);
        const auto end = rule_->end_of(start);
        if (!end)
            throw serialization_error(concat("no window begins at ", start,
                                             " ms since the epoch, although a key says so; its "
                                             "windows were laid out by another rule"));
        return *end;
    }

private:
    std::int64_t size_ = 0;
    std::shared_ptr<const detail::window_rule> rule_; ///< null: all are of one size
};

} // namespace streams::inline v0
