#include "src/runtime/stores/process_id.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace streams::inline v0 {
namespace {

constexpr const char* process_file = "kafka-streams-process-metadata"; // {"processId":"..."}
constexpr std::string_view member = "\"processId\"";
constexpr std::size_t uuid_length = 36;

bool is_uuid(std::string_view text) {
    return text.size() == uuid_length &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; });
}

/// Empty: it has none.
std::string id_in(std::string_view json) {
    const auto at = json.find(member);
    if (at == std::string_view::npos) return {};
    const auto begin = json.find('"', at + member.size());
    if (begin == std::string_view::npos) return {};
    const auto text = json.substr(begin + 1, uuid_length);
    return is_uuid(text) ? std::string(text) : std::string();
}

} // namespace

std::string make_process_id(execution& chance) {
    std::array<std::uint64_t, 2> bits{chance.random_bits(), chance.random_bits()};
    bits[0] = (bits[0] & ~std::uint64_t{0xf000}) | 0x4000; // version 4: random
    bits[1] = (bits[1] & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;
    std::string text;
    for (const std::uint64_t half : bits)
        for (int shift = 60; shift >= 0; shift -= 4) {
            if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) text += '-';
            text += "0123456789abcdef"[half >> static_cast<unsigned>(shift) & 15U];
        }
    return text;
}

std::string process_id_in(const std::filesystem::path& folder, execution& chance) {
    const auto file = folder / process_file;
    std::ifstream in(file, std::ios::binary);
    const std::string json{std::istreambuf_iterator<char>(in), {}};
    if (auto known = id_in(json); !known.empty()) return known;
    auto id = make_process_id(chance);
    const auto written = folder / std::string(process_file).append(".new");
    std::ofstream out(written, std::ios::binary | std::ios::trunc);
    out << '{' << member << ":\"" << id << "\"}";
    out.close();
    std::error_code failed;
    if (out) std::filesystem::rename(written, file, failed);
    if (!out || failed)
        throw state_error(concat("the id of this process cannot be written to ", file.string(),
                                 "; see whether the disk is full, and who owns the folder"));
    return id;
}

} // namespace streams::inline v0
