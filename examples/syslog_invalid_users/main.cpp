#include "run_example.hpp"
#include "syslog_invalid_users/syslog_invalid_users.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "syslog_invalid_users", syslog_invalid_users); }
