#include <streams/dsl/detail/stateless/print_node.hpp>

#include <cstdio>

namespace streams::inline v0::detail {
namespace {

/// One write a line: the C library locks the file for each, so that tasks do not mix theirs.
class file_printer final : public line_printer {
public:
    explicit file_printer(std::shared_ptr<std::FILE> file) : file_(std::move(file)) {}
    void print(std::string_view line) override {
        if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size())
            throw streams_error("a record cannot be printed: its file does not take it; make room on the disk");
    }
    void flush() override { std::fflush(file_.get()); }

private:
    std::shared_ptr<std::FILE> file_;
};

struct keep_open {
    void operator()(std::FILE*) const noexcept {}
};
struct close_file {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

} // namespace

std::shared_ptr<line_printer> open_line_printer(const std::filesystem::path& file) {
    if (file.empty()) return std::make_shared<file_printer>(std::shared_ptr<std::FILE>(stdout, keep_open{}));
    std::FILE* const opened = std::fopen(file.c_str(), "w");
    if (opened == nullptr)
        throw topology_error(concat("records cannot be printed to ", file.string(),
                                    ", which does not open for writing; give printed{.file} a path that does"));
    return std::make_shared<file_printer>(std::shared_ptr<std::FILE>(opened, close_file{}));
}

} // namespace streams::inline v0::detail
