#include "src/runtime/stores/folder_format.hpp"

#include <streams/core/error.hpp>

#include <charconv>
#include <fstream>
#include <string>
#include <system_error>

namespace streams::inline v0 {
namespace {

constexpr const char* format_file = "format";

void write(const std::filesystem::path& folder) {
    const auto file = folder / format_file;
    const auto temporary = folder / (std::string(format_file) + ".tmp");
    std::ofstream out(temporary, std::ios::trunc);
    out << folder_format << '\n';
    out.close();
    std::error_code failed;
    if (out) std::filesystem::rename(temporary, file, failed);
    if (!out || failed)
        throw state_error(
            concat("state folder ", folder.string(), " cannot be written; see whether its disk is full or read-only"));
}

} // namespace

void take_folder_format(const std::filesystem::path& folder) {
    const auto file = folder / format_file;
    std::error_code absent;
    if (!std::filesystem::exists(file, absent)) return write(folder);
    std::ifstream in(file);
    std::string text;
    std::getline(in, text);
    int version = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (bad != std::errc{} || end != text.data() + text.size() || version < 1)
        throw state_error(concat(file.string(), " says `", text, "`, which is no version of a state folder; write ",
                                 folder_format,
                                 " into it where this version of the library wrote the folder, or remove "
                                 "the folder, and its stores are rebuilt from their changelogs"));
    if (version > folder_format)
        throw state_error(concat("state folder ", folder.string(), " has version ", version,
                                 ", written by a newer version of the library, this one reads up to ", folder_format,
                                 "; run the version that wrote it, or remove the folder so that its stores are rebuilt "
                                 "from their changelogs (those without one begin empty)"));
}

} // namespace streams::inline v0
