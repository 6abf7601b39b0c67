// error: the functor must be callable with (value, aggregate) or (key, value, aggregate)
// error: >::cogroup
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto sold = builder.stream<std::string, double>("sold").group_by_key();
    auto returned = builder.stream<std::string, std::string>("returned").group_by_key();
    sold.cogroup([](double price, double sum) { return sum + price; })
#ifdef CORRECT
        .cogroup(returned, [](const std::string&, double sum) { return sum - 1; })
#else
        .cogroup(returned, [](double price, double sum) { return sum - price; })
#endif
        .aggregate([] { return 0.0; })
        .to_stream()
        .to("out");
}
