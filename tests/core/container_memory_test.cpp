#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "src/core/container_memory.hpp"

#include <fstream>
#include <optional>
#include <string>

using streams::container_memory;

namespace {

/// A machine whose proc and sys are files of a folder.
struct machine {
    streams::testing_support::temporary_folder folder;

    machine& file(const std::string& path, const std::string& content) {
        const auto full = folder.path() / path;
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full) << content;
        return *this;
    }
    [[nodiscard]] std::optional<std::size_t> limit() const { return container_memory(folder.path()); }
};

} // namespace

TEST_CASE("without control groups, and where they set no limit, there is none") {
    CHECK(machine().limit() == std::nullopt);
    CHECK(machine().file("sys/fs/cgroup/memory.max", "max\n").limit() == std::nullopt);
    CHECK(machine().file("sys/fs/cgroup/memory.max", "67108864 bytes\n").limit() == 67'108'864);
    CHECK(machine().file("sys/fs/cgroup/memory.max", "-1\n").limit() == std::nullopt);
    CHECK(machine().file("sys/fs/cgroup/memory.max", "").limit() == std::nullopt);
    CHECK(machine().file("proc/self/cgroup", "nonsense\n:\n0::\n").limit() == std::nullopt);
}

TEST_CASE("a container that sees its own group as the root has the limit of that, of either version") {
    CHECK(machine().file("proc/self/cgroup", "0::/\n").file("sys/fs/cgroup/memory.max", "67108864\n").limit() ==
          67'108'864);
    CHECK(machine()
              .file("proc/self/cgroup", "4:memory:/docker/abc\n0::/docker/abc\n")
              .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n")
              .limit() == 134'217'728);
}

TEST_CASE("a process in a group below has the least of the limits on its way up") {
    machine v2;
    v2.file("proc/self/cgroup", "0::/system.slice/service\n");
    v2.file("sys/fs/cgroup/system.slice/service/memory.max", "300000000\n");
    CHECK(v2.limit() == 300'000'000);
    v2.file("sys/fs/cgroup/system.slice/memory.max", "200000000\n");
    CHECK(v2.limit() == 200'000'000);
    v2.file("sys/fs/cgroup/system.slice/service/memory.max", "max\n");
    CHECK(v2.limit() == 200'000'000);

    machine v1;
    v1.file("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/pod/one\n0::/\n");
    v1.file("sys/fs/cgroup/memory/pod/one/memory.limit_in_bytes", "100000000\n");
    v1.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(v1.limit() == 100'000'000);
}

TEST_CASE("the limit of another controller's group is none of memory's") {
    CHECK(machine()
              .file("proc/self/cgroup", "3:cpu,memory_pressure:/pod\n")
              .file("sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "1000\n")
              .limit() == std::nullopt);
}
