// A query's results outlive what the store holds.
// error: query: the type borrows from bytes that the store may drop; ask for an owning type
#include <streams/streams.hpp>

std::size_t length_of_name(const streams::kafka_streams& app) {
#ifdef CORRECT
    const auto names = app.store<streams::queryable_key_value_store<std::int64_t, std::string>>("names");
#else
    const auto names = app.store<streams::queryable_key_value_store<std::int64_t, std::string_view>>("names");
#endif
    return names.get(1).value().size();
}
