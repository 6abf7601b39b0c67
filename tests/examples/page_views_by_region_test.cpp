#include "catch.hpp"

#include "page_views_by_region/page_views_by_region.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>

using namespace std::chrono_literals;

namespace {

struct page_views {
    page_views() {
        auto regions = driver.input_topic<std::string, user_region>("user_regions");
        for (const auto& [user, region] :
             std::map<std::string, std::string>{{"ann", "EU"}, {"bob", "EU"}, {"eve", "US"}})
            regions.pipe(user, {region}, 0s);
    }
    void view(const std::string& user, std::chrono::milliseconds at) { views.pipe(user, {"/"}, at); }
    /// By region and start, deletions applied.
    std::map<std::string, region_session> sessions() {
        std::map<std::string, region_session> all;
        for (const auto& r : out.read_all()) {
            if (r.value)
                all[r.key] = *r.value;
            else
                all.erase(r.key);
        }
        return all;
    }

    streams::topology_test_driver driver{page_views_by_region()};
    streams::input_topic<std::string, page_view> views = driver.input_topic<std::string, page_view>("page_views");
    streams::output_topic<std::string, std::optional<region_session>> out =
        driver.output_topic<std::string, std::optional<region_session>>("page_views_by_region");
};

} // namespace

TEST_CASE("views of a region less than five minutes apart are one session, whoever looks") {
    page_views t;
    t.view("ann", 1min);
    t.view("eve", 2min);
    t.view("bob", 4min);
    t.view("ann", 20min);
    CHECK(t.sessions() == std::map<std::string, region_session>{{"EU@60000", {"EU", 60'000, 240'000, 2}},
                                                                {"US@120000", {"US", 120'000, 120'000, 1}},
                                                                {"EU@1200000", {"EU", 1'200'000, 1'200'000, 1}}});
}

TEST_CASE("a late view joins the sessions that it lies between") {
    page_views t;
    t.view("ann", 1min);
    t.view("ann", 7min);
    t.view("bob", 4min);
    CHECK(t.sessions() == std::map<std::string, region_session>{{"EU@60000", {"EU", 60'000, 420'000, 3}}});
}
