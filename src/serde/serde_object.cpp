#include <streams/serde/serde_object.hpp>

namespace streams::inline v0::detail {

std::shared_ptr<const store_serdes> kept(erased_serde key, erased_serde value) {
    return std::make_shared<const store_serdes>(store_serdes{std::move(key), std::move(value)});
}

} // namespace streams::inline v0::detail
