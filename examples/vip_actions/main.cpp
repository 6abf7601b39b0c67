#include "run_example.hpp"
#include "vip_actions/vip_actions.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "vip_actions",
                        .summary = "Copies what users do whose level is Platinum.",
                        .topology = vip_actions,
                        .sample = {{"users", "u1", R"({"user_id":"u1","level":"Platinum"})"},
                                   {"users", "u2", R"({"user_id":"u2","level":"Basic"})"},
                                   {"clickstream", "u1", R"({"userid":"u1","page":"/home","action":"open"})"},
                                   {"clickstream", "u2", R"({"userid":"u2","page":"/home","action":"open"})"},
                                   {"clickstream", "u3", R"({"userid":"u3","page":"/home","action":"open"})"}},
                        .outputs = {{"vip_actions"}}});
}
