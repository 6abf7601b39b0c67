#include "syslog_invalid_users/syslog_invalid_users.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "syslog_invalid_users", syslog_invalid_users); }
