#include "run_example.hpp"
#include "syslog_invalid_users/syslog_invalid_users.hpp"

int main(int argc, char** argv) {
    return run_example(
        argc, argv,
        {.name = "syslog_invalid_users",
         .summary = "Copies the lines of a system log that are about an invalid user.",
         .topology = syslog_invalid_users,
         .sample = {{"syslog", {}, R"({"host":"gate","message":"sshd[17]: Accepted publickey for ann"})"},
                    {"syslog", {}, R"({"host":"gate","message":"sshd[18]: Invalid user admin from 192.0.2.7"})"}},
         .outputs = {{"syslog_invalid_users"}}});
}
