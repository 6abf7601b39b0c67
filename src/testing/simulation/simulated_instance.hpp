#pragma once

#include "src/testing/simulation/simulated_process.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace streams::inline v0::simulated {

/// An instance of an application on its machine: it is started, dies and is started again, on what is left of its disk, until
/// it is asked to close.
class simulated_instance {
public:
    /// `disk_is_new`: nothing that was kept in files is there any more.
    using make_application =
        std::function<std::unique_ptr<kafka_streams>(std::shared_ptr<simulated_process>, bool disk_is_new)>;

    /// `make` makes the application anew for each of its lives.
    simulated_instance(surroundings& all, std::string name, make_application make);

    void start();
    /// Looks at how things stand. Called when a process has died.
    void stir() noexcept { stirred_->notify_all(); }
    void ask_to_close();
    /// Waits until it has closed; false: not before `deadline`.
    [[nodiscard]] bool wait_for_end(std::int64_t deadline);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] bool running() const;
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// What ended an application that nobody killed; empty: nothing did.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    [[nodiscard]] const simulated_disk& disk() const noexcept { return disk_; }
    [[nodiscard]] int lives() const noexcept { return lives_; }

private:
    void run();
    void live(const std::shared_ptr<simulated_process>& process);

    surroundings& around_;
    const std::string name_;
    const make_application make_;
    simulated_disk disk_;
    std::mutex mutex_; ///< of the condition: one thread goes on at a time
    std::unique_ptr<execution::condition> stirred_;
    std::unique_ptr<kafka_streams> application_; ///< null between two lives
    std::unique_ptr<execution::thread> thread_;
    std::string failure_;
    int lives_ = 0;
    bool disk_is_new_ = true;
    bool closing_ = false;
    bool ended_ = false;
};

} // namespace streams::inline v0::simulated
