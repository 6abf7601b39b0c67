#include "customer_360/customer_360.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(
        argc, argv,
        {.name = "customer_360",
         .summary = "Shows each ticket with all that is known of its customer, and again whenever that changes.",
         .topology = customer_360,
         .sample = {{"advisors", "a1", R"({"name":"Max","phone":"555-1"})"},
                    {"customers", "c1", R"({"name":"Ann","advisor":"a1"})"},
                    {"consents", "c1", R"({"email":true})"},
                    {"tickets", "t1", R"({"customer":"c1","subject":"lost card"})"},
                    {"advisors", "a1", R"({"name":"Max","phone":"555-2"})"}},
         .outputs = {{"customer_360"}}});
}
