#include "kafka_fixture.hpp"

#include "contract/client_contract.hpp"

TEST_CASE("the clients of a real broker keep the contract of the seam, as the embedded cluster does") {
    const streams::tests::kafka_fixture fixture;
    for (const auto& one : contract::cases()) DYNAMIC_SECTION(one.name) {
            one.run(contract::environment(fixture.clients));
        }
}
