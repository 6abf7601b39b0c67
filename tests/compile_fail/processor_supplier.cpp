// error: the supplier must be callable without arguments
// error: topology::add_processor
#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

struct upper : streams::processor<std::string, std::string> {
    void process(const record_type&) override {}
};

void build(streams::topology& t) {
#ifdef CORRECT
    t.add_processor("upper", [] { return std::make_unique<upper>(); }, {"source"});
#else
    t.add_processor("upper", [] { return 1; }, {"source"});
#endif
}
