#include "state/buffers/held_change.hpp"

namespace streams::inline v0 {

std::int32_t held_change::append(std::optional<bytes_view> value) {
    if (!value) return null_size;
    values_.append(*value);
    return static_cast<std::int32_t>(value->size());
}

void held_change::begin(std::optional<bytes_view> prior) {
    values_.clear();
    prior_ = append(prior);
}

void held_change::update(const record_context& from, std::string_view topic, std::optional<bytes_view> old_value,
                         std::optional<bytes_view> new_value) {
    metadata_ = {topic, from.metadata.partition, from.metadata.offset};
    timestamp_ = from.timestamp;
    if (from.headers && !from.headers->empty())
        headers_ = std::make_unique<streams::headers>(*from.headers);
    else
        headers_.reset();
    values_.resize(size_of(prior_));
    old_is_prior_ = old_value && old_value == prior();
    old_ = old_is_prior_ ? null_size : append(old_value);
    new_ = append(new_value);
}

std::size_t held_change::estimated_bytes() const noexcept {
    std::size_t size = sizeof(timestamp_) + sizeof(metadata_.offset) + metadata_.topic.size() +
                       sizeof(metadata_.partition) + values_.size() + sizeof(time);
    if (headers_)
        for (const header& each : *headers_) size += each.key.size() + (each.value ? each.value->size() : 0);
    if (!prefixes_) return size;
    // With them in front; prior and old value count once where they are the same.
    if (prior()) size += prefixes_->prior.size();
    if (old_value() && !old_is_prior()) size += prefixes_->old_value.size() + (old_is_prior_ ? size_of(prior_) : 0);
    if (new_value()) size += prefixes_->new_value.size();
    return size;
}

} // namespace streams::inline v0
