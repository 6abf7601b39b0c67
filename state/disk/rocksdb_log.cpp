#include "state/disk/rocksdb_log.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <rocksdb/env.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace streams::inline v0 {
namespace {

class rocksdb_log final : public rocksdb::Logger {
public:
    rocksdb_log() : Logger(rocksdb::ERROR_LEVEL) {}

    using Logger::Logv;
    void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
        if (level == rocksdb::ERROR_LEVEL || level == rocksdb::FATAL_LEVEL) Logv(format, arguments);
    }
    void Logv(const char* format, va_list arguments) override {
        std::array<char, 512> text{};
        std::vsnprintf(text.data(), text.size(), format, arguments);
        log(log_level::debug, concat("RocksDB: ", std::string_view(text.data())));
    }
};

} // namespace

std::shared_ptr<rocksdb::Logger> make_rocksdb_log() { return std::make_shared<rocksdb_log>(); }

} // namespace streams::inline v0
