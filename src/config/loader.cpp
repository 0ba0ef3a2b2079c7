// SPDX-License-Identifier: Apache-2.0
#include "config/loader.hpp"

#include "config/compiler.hpp"
#include "config/config_source.hpp"
#include "config/yaml_reader.hpp"

#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

namespace healer::config {
namespace {

/// The parsed files, and all errors in reading them.
struct Sources {
    std::vector<std::string> files;
    std::optional<ConfigDocument> main;
    std::vector<ConfigDocument> parts;
    std::vector<Diagnostic> errors;
    bool complete = true;
};

std::optional<ConfigDocument> readDocument(const std::string& path, const Environment& who, Sources& into) {
    into.files.push_back(path);
    const auto text = readConfigFile(path, who);
    if (!text) {
        into.errors.push_back({path, {}, {}, text.error().message, {}});
        into.complete = false;
        return std::nullopt;
    }
    YamlOutcome outcome = readYaml(path, *text);
    into.errors.insert(into.errors.end(), std::make_move_iterator(outcome.errors.begin()),
                       std::make_move_iterator(outcome.errors.end()));
    into.complete = into.complete && outcome.document.has_value();
    return std::move(outcome.document);
}

Sources readSources(const std::string& path, const Environment& who) {
    Sources sources;
    sources.main = readDocument(path, who, sources);
    const std::string directory = (std::filesystem::path(path).parent_path() / "conf.d").string();
    const auto parts = listConfigParts(directory, who);
    if (!parts) {
        sources.errors.push_back({directory, {}, {}, parts.error().message, {}});
        sources.complete = false;
        return sources;
    }
    for (const std::string& part : *parts) {
        if (auto document = readDocument(part, who, sources)) {
            sources.parts.push_back(std::move(*document));
        }
    }
    return sources;
}

} // namespace

LoadOutcome load(const LoadOptions& options, const Environment& environment) {
    const std::string path = std::filesystem::absolute(options.path).string();
    Sources sources = readSources(path, environment);
    const CompileInput input{sources.main ? &*sources.main : nullptr, sources.parts, options.monitors,
                             sources.complete};
    CompileOutcome outcome = compile(input, environment);
    std::vector<Diagnostic> errors = std::move(sources.errors);
    errors.insert(errors.end(), std::make_move_iterator(outcome.findings.errors.begin()),
                  std::make_move_iterator(outcome.findings.errors.end()));
    if (!errors.empty() || !outcome.plan) {
        sort(errors, sources.files);
        return errors;
    }
    return LoadedConfig{std::move(*outcome.plan), std::move(sources.files),
                        std::move(outcome.findings.warnings)};
}

} // namespace healer::config
