// error: kgrouped_stream::cogroup: the functor does not say the type of the aggregate
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto sold = builder.stream<std::string, double>("sold").group_by_key();
    const auto add = [](double price, auto sum) { return sum + price; };
#ifdef CORRECT
    sold.cogroup<double>(add)
#else
    sold.cogroup(add)
#endif
        .aggregate([] { return 0.0; })
        .to_stream()
        .to("out");
}
