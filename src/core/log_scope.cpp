#include "src/core/log_scope.hpp"

namespace streams::inline v0 {

log_origin& log_origin_here() noexcept {
    thread_local log_origin here;
    return here;
}

application_log_scope::application_log_scope(const std::string& application)
    : entered_(log_origin_here().application.empty()) {
    if (entered_) log_origin_here().application = application;
}

application_log_scope::~application_log_scope() {
    if (entered_) log_origin_here().application.clear();
}

} // namespace streams::inline v0
