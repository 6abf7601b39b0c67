#include <streams/core/handlers.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>

namespace streams::inline v0 {
namespace {

/// As it is written in a program, which names neither the library's inline namespace nor what throw_with_nested makes.
std::string type_of(const std::exception& thrown) {
    constexpr std::string_view version = "streams::v0::";
    constexpr std::string_view nested = "std::_Nested_exception<";
    int failed = 0;
    const char* const mangled = typeid(thrown).name();
    const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, &failed),
                                                           &std::free);
    std::string type = failed == 0 ? name.get() : mangled;
    if (type.starts_with(nested) && type.ends_with('>'))
        type = type.substr(nested.size(), type.size() - nested.size() - 1);
    for (auto at = type.find(version); at != std::string::npos; at = type.find(version, at))
        type.replace(at, version.size(), "streams::");
    return type;
}

/// As Java prints it, but for the places.
void append_chain(std::string& text, const std::exception& thrown) {
    text += type_of(thrown);
    text += ": ";
    text += thrown.what();
    text += '\n';
    try {
        std::rethrow_if_nested(thrown);
    } catch (const std::exception& nested) {
        text += "Caused by: ";
        append_chain(text, nested);
    } catch (...) {
        text += "Caused by: an exception that is no std::exception\n";
    }
}

std::optional<bytes> owned(const std::optional<bytes_view>& part) {
    return part ? std::optional<bytes>(*part) : std::nullopt;
}

template <class Failed>
std::vector<dead_letter> one_letter(const Failed& failed, const record_view* input, std::int64_t timestamp,
                                    const headers* of_failed, const std::exception& cause) {
    if (failed.dead_letter_topic.empty()) return {};
    dead_letter letter{.topic = std::string(failed.dead_letter_topic), .timestamp = timestamp};
    if (input != nullptr) {
        letter.key = owned(input->key);
        letter.value = owned(input->value);
    }
    if (of_failed != nullptr) letter.headers = *of_failed;
    std::string chain;
    append_chain(chain, cause);
    const record_metadata& at = failed.metadata;
    const auto add = [&](const char* name, std::optional<bytes> value) { letter.headers.add(name, std::move(value)); };
    const auto text = [](const std::string& value) { return bytes(std::string_view(value)); };
    add("__streams.errors.exception", text(type_of(cause)));
    add("__streams.errors.message", bytes(std::string_view(cause.what())));
    add("__streams.errors.stacktrace", text(chain));
    add("__streams.errors.topic", at.topic.empty() ? std::nullopt : std::optional<bytes>(bytes(at.topic)));
    add("__streams.errors.partition", text(std::to_string(at.partition)));
    add("__streams.errors.offset", text(std::to_string(at.offset)));
    std::vector<dead_letter> letters;
    letters.push_back(std::move(letter));
    return letters;
}

} // namespace

std::vector<dead_letter> dead_letters_of(const undecodable_record& failed, const std::exception& cause) {
    return one_letter(failed, &failed.record, failed.record.timestamp, failed.record.headers, cause);
}

std::vector<dead_letter> dead_letters_of(const unprocessable_record& failed, const std::exception& cause) {
    return one_letter(failed, failed.record, failed.timestamp, &failed.headers, cause);
}

std::vector<dead_letter> dead_letters_of(const unwritable_record& failed, const std::exception& cause) {
    return one_letter(failed, failed.record, failed.output.timestamp, &failed.output.headers, cause);
}

handler_answer fail_on_error::operator()(const undecodable_record& failed, const std::exception& cause) const {
    return {handler_response::fail, dead_letters_of(failed, cause)};
}

handler_answer fail_on_error::operator()(const unprocessable_record& failed, const std::exception& cause) const {
    return {handler_response::fail, dead_letters_of(failed, cause)};
}

production_answer fail_on_error::operator()(const unwritable_record& failed, const std::exception& cause) const {
    if (failed.retriable) return production_response::retry;
    return {production_response::fail, dead_letters_of(failed, cause)};
}

handler_answer resume_on_error::operator()(const undecodable_record& failed, const std::exception& cause) const {
    return {handler_response::resume, dead_letters_of(failed, cause)};
}

handler_answer resume_on_error::operator()(const unprocessable_record& failed, const std::exception& cause) const {
    return {handler_response::resume, dead_letters_of(failed, cause)};
}

production_answer resume_on_error::operator()(const unwritable_record& failed, const std::exception& cause) const {
    if (failed.retriable) return production_response::retry;
    return {production_response::resume, dead_letters_of(failed, cause)};
}

} // namespace streams::inline v0
