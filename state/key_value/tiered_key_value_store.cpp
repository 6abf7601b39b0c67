#include "state/key_value/tiered_key_value_store.hpp"

#include "state/disk/rocksdb_backing.hpp"
#include "state/hot/copy_bytes.hpp"

namespace streams::inline v0 {

namespace {

constexpr std::size_t data_prefix = 1; // bytes before a key in the map

tiered_map_settings key_value_settings(const store_spec& spec) {
    tiered_map_settings settings;
    settings.name = spec.name;
    settings.prefix = stored_prefix::of(spec);
    settings.caching = spec.caching;
    settings.log_headers = spec.log_headers || spec.keeps_headers();
    settings.key_prefix = data_prefix;
    settings.log_timestamps = spec.log_timestamps;
    settings.sized_chains = spec.as<key_value_kind>()->sized_prefix;
    return settings;
}

/// Entries below `key | 0`, that is: up to and including `key`, begin here.
void append_successor(bytes& key) { key.push_back(std::byte{0}); }

/// The entries of a snapshot under the keys of the store.
class queried_entries final : public store_cursor<found_row> {
public:
    explicit queried_entries(std::unique_ptr<store_cursor<store_entry>> snapshot) : snapshot_(std::move(snapshot)) {}
    std::optional<found_row> next() override {
        const auto entry = snapshot_->next();
        if (!entry) return std::nullopt;
        return found_row{entry->key.subview(data_prefix), entry->value};
    }

private:
    std::unique_ptr<store_cursor<store_entry>> snapshot_;
};

/// The first key after all that begin with `prefix`. REQUIRES: prefix begins with a byte below 255.
void advance_past(bytes& prefix) {
    while (prefix.data()[prefix.size() - 1] == std::byte{0xff}) prefix.resize(prefix.size() - 1);
    std::byte& last = prefix.data()[prefix.size() - 1];
    last = static_cast<std::byte>(std::to_integer<unsigned>(last) + 1);
}

} // namespace

tiered_key_value_store::tiered_key_value_store(const store_spec& spec, const store_environment& environment)
    : spec_(spec), map_(key_value_settings(spec), environment, environment.open_backing(spec)) {}

bytes_view tiered_key_value_store::map_key(bytes_view key) {
    key_.clear();
    std::byte* const to = key_.extend(data_prefix + key.size());
    *to = disk_data_prefix;
    copy_bytes(to + data_prefix, key.data(), key.size());
    return key_.view();
}

std::optional<bytes_view> tiered_key_value_store::get(bytes_view key) { return map_.get(map_key(key)); }

void tiered_key_value_store::put(bytes_view key, std::optional<bytes_view> value) { map_.put(map_key(key), value); }

store_range<store_entry> tiered_key_value_store::range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                       iteration_order direction) {
    end_.assign(map_key(to.value_or(bytes_view())));
    to ? append_successor(end_) : advance_past(end_);
    return between(map_key(from.value_or(bytes_view())), direction);
}

store_range<store_entry> tiered_key_value_store::prefix_scan(bytes_view prefix) {
    end_.assign(map_key(prefix));
    advance_past(end_);
    if (map_.is_whole_chain(key_.view()))
        return store_range<store_entry>(map_.chain_cursor(key_.view(), end_.view(), data_prefix));
    return between(key_.view(), iteration_order::ascending);
}

store_range<store_entry> tiered_key_value_store::between(bytes_view from, iteration_order direction) {
    return store_range<store_entry>(map_.cursor(from, end_.view(), direction, data_prefix));
}

void tiered_key_value_store::restore(std::span<const record_view> records) {
    const auto prefix = stored_prefix::of(spec_);
    for (const record_view& record : records) {
        // A source topic that is its own changelog may hold records without a key: they never reached the store.
        if (!record.key) continue;
        prefix.make(record, prefix_);
        map_.restore(map_key(*record.key), prefix_.view(), record.value);
    }
    if (!records.empty()) map_.restored_up_to(records.back().offset);
}

std::optional<store_answer> tiered_key_value_store::ask(const store_question& question, isolation_level seen) {
    if (const auto* keys = std::get_if<keys_question>(&question)) return values_of(keys->keys, seen);
    if (const auto* span = std::get_if<span_question>(&question)) {
        end_.assign(map_key(span->to ? span->to->view() : bytes_view()));
        span->to ? append_successor(end_) : advance_past(end_);
        return rows_from(map_key(span->from ? span->from->view() : bytes_view()), span->order, seen);
    }
    if (const auto* begins = std::get_if<prefix_question>(&question)) {
        end_.assign(map_key(begins->prefix));
        advance_past(end_);
        return rows_from(map_key(begins->prefix), begins->order, seen);
    }
    if (std::holds_alternative<count_question>(question)) return approximate_num_entries();
    return std::nullopt;
}

found_values tiered_key_value_store::values_of(const std::vector<bytes>& keys, isolation_level seen) {
    const auto memory = std::make_shared<copied_bytes>(map_.queries().memory());
    found_values found;
    found.all.reserve(keys.size());
    for (const bytes& key : keys) {
        const auto value = map_.queries().get(map_key(key), seen);
        memory->add(sizeof(std::optional<bytes>) + (value ? value->size() : 0), spec_.name);
        found.all.push_back(value ? std::optional<bytes>(*value) : std::nullopt);
    }
    found.memory = memory;
    return found;
}

found_rows tiered_key_value_store::rows_from(bytes_view from, iteration_order order, isolation_level seen) {
    return std::make_unique<queried_entries>(map_.queries().snapshot({from, end_.view()}, order, seen));
}

void tiered_key_value_store::restored(std::optional<std::int64_t> offset) { map_.restored(offset); }

} // namespace streams::inline v0
