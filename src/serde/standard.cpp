#include <streams/serde/standard.hpp>

namespace streams::inline v0 {

void detail::throw_wrong_size(std::string_view type, std::size_t expected, std::size_t found) {
    throw serialization_error(concat("cannot read ", type, " of ", expected, expected == 1 ? " byte" : " bytes",
                                     " from ", found, found == 1 ? " byte" : " bytes",
                                     ": the data was written as another type; declare that one"));
}

std::monostate serde<std::monostate>::deserialize(bytes_view in) {
    throw serialization_error(concat("cannot read a void from ", in.size(),
                                     " bytes: it is always null; declare the type the data was written as"));
}

} // namespace streams::inline v0
