#include "page_views_by_region/page_views_by_region.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    constexpr std::int64_t start = 1'700'000'000'000;
    constexpr std::int64_t minute = 60'000;
    return run_example(
        argc, argv,
        {.name = "page_views_by_region",
         .summary = "Counts the page views of each region in sessions, which end where nobody looks for five minutes.",
         .topology = page_views_by_region,
         .sample = {{"user_regions", "ann", R"({"region":"EU"})", start},
                    {"user_regions", "bob", R"({"region":"EU"})", start},
                    {"page_views", "ann", R"({"page":"/"})", start + minute},
                    {"page_views", "bob", R"({"page":"/news"})", start + 3 * minute},
                    {"page_views", "ann", R"({"page":"/"})", start + 9 * minute}},
         .outputs = {{"page_views_by_region"}}});
}
