#include "secure_application.hpp"

using namespace streams;
using namespace streams::tests;

namespace {

struct right {
    rd_kafka_ResourceType_t on;
    std::string name;
    rd_kafka_ResourcePatternType_t pattern;
    rd_kafka_AclOperation_t to;
};

/// What an application needs, by docs/security.md, but for the transactional ids.
std::vector<right> rights_of(const secure_application& t) {
    const auto literal = RD_KAFKA_RESOURCE_PATTERN_LITERAL;
    const auto prefixed = RD_KAFKA_RESOURCE_PATTERN_PREFIXED;
    const auto& id = t.config.application_id;
    std::vector<right> rights{
        {RD_KAFKA_RESOURCE_TOPIC, t.topic, literal, RD_KAFKA_ACL_OPERATION_READ},
        {RD_KAFKA_RESOURCE_TOPIC, t.out, literal, RD_KAFKA_ACL_OPERATION_WRITE},
        {RD_KAFKA_RESOURCE_GROUP, id, literal, RD_KAFKA_ACL_OPERATION_READ},
    };
    for (const auto operation :
         {RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_OPERATION_READ, RD_KAFKA_ACL_OPERATION_WRITE,
          RD_KAFKA_ACL_OPERATION_DELETE, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS})
        rights.push_back({RD_KAFKA_RESOURCE_TOPIC, id, prefixed, operation});
    return rights;
}

/// Lets bob write with each id that begins as this one does. librdkafka 2.0 has no rights of transactional ids.
void grant_transactional_ids(const std::string& id) {
    const std::string arguments = "--bootstrap-server " + bootstrap_servers() +
                                  " --add --allow-principal User:bob --operation Write --transactional-id " + id +
                                  " --resource-pattern-type prefixed > /dev/null 2>&1";
    const std::string java = "java -XX:TieredStopAtLevel=1 -cp \"$KAFKA_LIBS/*\" ";
    // The second is that of 3.9.
    REQUIRE(std::system((java + "org.apache.kafka.tools.AclCommand " + arguments + " || " + java +
                         "kafka.admin.AclCommand " + arguments)
                            .c_str()) == 0);
}

void grant(const secure_application& t, const std::string& user, const std::vector<right>& rights) {
    std::array<char, 256> why{};
    const auto client = t.plain_client();
    const kafka::queue_ptr answers{rd_kafka_queue_new(client.get())};
    std::vector<rd_kafka_AclBinding_t*> bindings;
    for (const auto& one : rights)
        bindings.push_back(rd_kafka_AclBinding_new(one.on, one.name.c_str(), one.pattern, ("User:" + user).c_str(), "*",
                                                   one.to, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why.data(), why.size()));
    rd_kafka_CreateAcls(client.get(), bindings.data(), bindings.size(), nullptr, answers.get());
    const kafka::event_ptr answer{rd_kafka_queue_poll(answers.get(), 20'000)};
    rd_kafka_AclBinding_destroy_array(bindings.data(), bindings.size());
    REQUIRE(answer);
    std::size_t count = 0;
    const auto** results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer.get()), &count);
    REQUIRE(count == rights.size());
    for (const auto* each : std::span(results, count)) REQUIRE(rd_kafka_acl_result_error(each) == nullptr);
}

/// What an application is answered that has all rights but those `missing` says: bob's, or carol's, who has no
/// transactional id.
template <class Missing>
std::string answer_without(secure_application& t, Missing missing, const std::string& user = "bob") {
    auto rights = rights_of(t);
    std::erase_if(rights, missing);
    grant(t, user, rights);
    auto config = t.through(listener("sasl"), login("PLAIN", user, user + "-secret"));
    config.guarantee = processing_guarantee::exactly_once_v2;
    config.task_timeout = 5s; // a transaction that is refused is tried again
    return t.failure_to_count(config);
}

} // namespace

TEST_CASE("the rights that the page on security lists are enough", "[.security]") {
    secure_application t;
    grant_transactional_ids("app-");
    CHECK(answer_without(t, [](const right&) { return false; }) == "");
}

TEST_CASE("a right that is missing ends the application, and the sentence names the thing and the right",
          "[.security]") {
    grant_transactional_ids("app-");
    {
        INFO("an input");
        secure_application t;
        CHECK_THAT(answer_without(t, [&](const right& one) { return one.name == t.topic; }),
                   containing("topic " + t.topic) && containing("grant this client's principal") && containing("READ"));
    }
    {
        INFO("an output");
        secure_application t;
        CHECK_THAT(answer_without(t, [&](const right& one) { return one.name == t.out; }),
                   containing(t.out) && containing("grant this client's principal") && containing("WRITE"));
    }
    {
        INFO("the group");
        secure_application t;
        CHECK_THAT(answer_without(t, [](const right& one) { return one.on == RD_KAFKA_RESOURCE_GROUP; }),
                   containing("group " + t.config.application_id) && containing("grant this client's principal READ"));
    }
    {
        INFO("the transactional id");
        secure_application t;
        CHECK_THAT(answer_without(
                       t, [](const right&) { return false; }, "carol"),
                   containing("transactional id " + t.config.application_id) &&
                       containing("grant this client's principal WRITE"));
    }
    {
        INFO("internal topics");
        secure_application t;
        CHECK_THAT(answer_without(t, [](const right& one) { return one.to == RD_KAFKA_ACL_OPERATION_CREATE; }),
                   containing("creating topic " + t.config.application_id + "-counts-changelog") &&
                       containing("CREATE"));
    }
}
