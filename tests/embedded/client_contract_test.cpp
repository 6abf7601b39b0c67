#include "contract/client_contract.hpp"

#include "src/embedded/clients.hpp"

TEST_CASE("the embedded cluster keeps the contract of the seam") {
    const auto of =
        std::make_shared<streams::embedded::cluster>(streams::embedded::cluster_options{}, streams::machine());
    for (const auto& one : contract::cases()) DYNAMIC_SECTION(one.name) {
            one.run(contract::environment(streams::embedded::make_clients(of)));
        }
}
