#include "clean_sensors/clean_sensors.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(
        argc, argv,
        {.name = "clean_sensors",
         .summary = "Drops readings without a sensor, sets impossible ones aside, and converts the rest to Celsius.",
         .topology = clean_sensors,
         .sample = {{"temp_raw", {}, R"({"sensor_id":42,"time_epoch":1551136074,"reading":13.05})"},
                    {"temp_raw", {}, R"({"sensor_id":null,"time_epoch":1551136075,"reading":68})"},
                    {"temp_raw", {}, R"({"sensor_id":43,"time_epoch":1551136076,"reading":-9999})"},
                    {"temp_raw", {}, R"({"sensor_id":44,"time_epoch":1551136077,"reading":212})"}},
         .outputs = {{"clean"}, {"temp_bad"}, {"temp_c"}}});
}
