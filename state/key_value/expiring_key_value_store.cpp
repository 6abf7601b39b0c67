#include "state/key_value/expiring_key_value_store.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace streams::inline v0 {

namespace {

constexpr std::uint64_t swept_at_least = 64;
constexpr std::int64_t sweeps_in_a_life = 4;

std::int64_t timestamp_of(bytes_view value) noexcept { return load_big_endian<std::int64_t>(value.data()); }

class living_cursor final : public store_cursor<store_entry> {
public:
    living_cursor(store_range<store_entry> all, std::int64_t oldest) : all_(std::move(all)), oldest_(oldest) {}
    std::optional<store_entry> next() override {
        do {
            if (std::exchange(begun_, true))
                ++at_;
            else
                at_ = all_.begin();
            if (at_ == all_.end()) return std::nullopt;
        } while (timestamp_of(at_->value) < oldest_);
        return *at_;
    }

private:
    store_range<store_entry> all_;
    store_range<store_entry>::iterator at_;
    std::int64_t oldest_;
    bool begun_ = false;
};

class living_rows final : public store_cursor<found_row> {
public:
    living_rows(found_rows all, std::int64_t oldest) : all_(std::move(all)), oldest_(oldest) {}
    std::optional<found_row> next() override {
        auto row = all_->next();
        while (row && timestamp_of(row->value) < oldest_) row = all_->next();
        return row;
    }

private:
    found_rows all_;
    std::int64_t oldest_;
};

} // namespace

expiring_key_value_store::expiring_key_value_store(const store_spec& spec, const store_environment& environment)
    : entries_(spec, environment), time_to_live_(spec.as<key_value_kind>()->time_to_live.count()) {}

void expiring_key_value_store::observe(std::int64_t timestamp) noexcept {
    entries_.position().observed = std::max(observed(), timestamp);
}

bool expiring_key_value_store::expired(bytes_view value) noexcept {
    return timestamp_of(value) < observed() - time_to_live_;
}

std::optional<bytes_view> expiring_key_value_store::get(bytes_view key) {
    const auto found = entries_.get(key);
    return found && expired(*found) ? std::nullopt : found;
}

void expiring_key_value_store::put(bytes_view key, std::optional<bytes_view> value) {
    if (value) observe(timestamp_of(*value));
    entries_.put(key, value);
}

store_range<store_entry> expiring_key_value_store::living(store_range<store_entry> all) {
    return store_range<store_entry>(std::make_unique<living_cursor>(std::move(all), observed() - time_to_live_));
}

store_range<store_entry> expiring_key_value_store::range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                         iteration_order direction) {
    return living(entries_.range(from, to, direction));
}

store_range<store_entry> expiring_key_value_store::prefix_scan(bytes_view prefix) {
    return living(entries_.prefix_scan(prefix));
}

void expiring_key_value_store::restore(std::span<const record_view> records) {
    for (const record_view& each : records)
        if (each.value) observe(each.timestamp);
    entries_.restore(records);
}

void expiring_key_value_store::flush() {
    if (swept_at_ < 0) swept_at_ = observed();
    if (const std::int64_t passed = observed() - swept_at_; passed > 0) {
        const auto share = static_cast<double>(passed) * sweeps_in_a_life / static_cast<double>(time_to_live_);
        sweep(swept_at_least + static_cast<std::uint64_t>(std::min(share, 1.0) *
                                                          static_cast<double>(entries_.approximate_num_entries())));
        swept_at_ = observed();
    }
    entries_.flush();
}

std::optional<store_answer> expiring_key_value_store::ask(const store_question& question, isolation_level seen) {
    auto answer = entries_.ask(question, seen);
    if (!answer) return answer;
    const std::int64_t oldest = entries_.position_for(seen).observed - time_to_live_;
    if (auto* values = std::get_if<found_values>(&*answer)) {
        for (auto& each : values->all)
            if (each && timestamp_of(*each) < oldest) each.reset();
    } else if (auto* rows = std::get_if<found_rows>(&*answer)) {
        *rows = std::make_unique<living_rows>(std::move(*rows), oldest);
    }
    return answer;
}

void expiring_key_value_store::sweep(std::uint64_t entries) {
    condemned_.clear();
    bool ended = true;
    for (const store_entry& each :
         entries_.range(next_swept_.empty() ? std::nullopt : std::optional(next_swept_.view()), std::nullopt,
                        iteration_order::ascending)) {
        if (entries-- == 0) {
            next_swept_.assign(each.key);
            ended = false;
            break;
        }
        if (expired(each.value)) condemned_.emplace_back(each.key);
    }
    if (ended) next_swept_.clear();
    for (const bytes& key : condemned_) entries_.put(key, std::nullopt);
}

} // namespace streams::inline v0
