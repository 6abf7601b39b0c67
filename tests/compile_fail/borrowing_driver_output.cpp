// error: output_topic: the value type borrows from the bytes of its record
// error: std::string for std::string_view
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#ifdef CORRECT
using value = std::string;
#else
using value = std::string_view;
#endif

void reads(streams::topology_test_driver& driver) { (void)driver.output_topic<std::string, value>("out").read(); }
