#include <streams/topology/topic_source.hpp>

#include <exception>

namespace streams::inline v0::detail {

void refuse_null_field(std::string_view field) {
    throw undecodable(concat("the ", field,
                             " is null where the type of its source admits none; declare it as std::optional, or drop "
                             "such records with consumed{.on_null = on_null::drop}"));
}

void refuse_field(std::string_view field, const std::exception& cause) {
    std::throw_with_nested(undecodable(concat("the ", field, " does not decode: ", std::string_view(cause.what()))));
}

} // namespace streams::inline v0::detail
