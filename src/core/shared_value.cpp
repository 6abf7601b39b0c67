#include <streams/core/shared_value.hpp>

namespace streams::inline v0::detail {

shared_object::shared_object(void* made, deleter with) : owner_(made, with) {}

} // namespace streams::inline v0::detail
