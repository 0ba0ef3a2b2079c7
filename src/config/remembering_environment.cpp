// SPDX-License-Identifier: Apache-2.0
#include "config/remembering_environment.hpp"

namespace healer::config {

namespace {

template <typename Answer, typename Ask>
const Answer& remembered(std::map<std::string, Answer>& known, const std::string& key, const Ask& ask) {
    const auto found = known.find(key);
    return found != known.end() ? found->second : known.emplace(key, ask(key)).first->second;
}

} // namespace

RememberingEnvironment::RememberingEnvironment(const Environment& environment)
    : environment_(environment), remembering_(environment) {
    remembering_.findUser = [this](const std::string& name) {
        return remembered(users_, name, environment_.findUser);
    };
    if (environment.files != nullptr) {
        remembering_.files = this;
    }
}

core::Result<FileFacts> RememberingEnvironment::follow(const std::string& path) const {
    return remembered(followed_, path,
                      [this](const std::string& asked) { return environment_.files->follow(asked); });
}

core::Result<FileFacts> RememberingEnvironment::inspect(const std::string& path) const {
    return remembered(inspected_, path,
                      [this](const std::string& asked) { return environment_.files->inspect(asked); });
}

std::optional<std::string> RememberingEnvironment::interpreter(const std::string& path) const {
    return remembered(interpreters_, path,
                      [this](const std::string& asked) { return environment_.files->interpreter(asked); });
}

} // namespace healer::config
