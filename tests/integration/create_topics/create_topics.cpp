// create_topics BOOTSTRAP_SERVERS PARTITIONS TOPIC...: what Kafka's own tool starts a JVM for, once a topic.
#include "src/kafka/client.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: create_topics BOOTSTRAP_SERVERS PARTITIONS TOPIC...\n", stderr);
        return 2;
    }
    const auto clients =
        streams::kafka::make_rdkafka_clients({.application_id = "create-topics", .bootstrap_servers = argv[1]});
    std::vector<streams::kafka::new_topic> topics;
    for (int at = 3; at < argc; ++at) topics.push_back({.name = argv[at], .partitions = std::atoi(argv[2])});
    const auto created = clients->make_admin("create-topics")->create(topics, std::chrono::seconds(30));
    if (!created.ok()) std::fprintf(stderr, "create_topics: %s\n", created.reason().c_str());
    return created.ok() ? 0 : 1;
}
