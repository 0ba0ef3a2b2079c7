// SPDX-License-Identifier: Apache-2.0
#include "config/loader.hpp"

#include "config/compiler.hpp"
#include "config/config_source.hpp"
#include "config/descriptor_need.hpp"
#include "config/remembering_environment.hpp"
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
    std::vector<Diagnostic> warnings;
    bool complete = true;
};

bool startsNothing(Purpose purpose) {
    return purpose == Purpose::check || purpose == Purpose::simulate;
}

/// Files, for one purpose.
class SourceReader {
public:
    SourceReader(const Environment& who, Purpose purpose) : who_(who), purpose_(purpose) {}

    Sources read(const std::string& path, const std::string& partsDirectory) {
        sources_.main = document(path);
        const auto parts = listConfigParts(partsDirectory, who_);
        if (!parts) {
            refuse(partsDirectory, parts.error().message);
            return std::move(sources_);
        }
        if (!mayUse(partsDirectory, parts->exposure)) {
            return std::move(sources_);
        }
        for (const std::string& part : parts->paths) {
            if (auto read = document(part)) {
                sources_.parts.push_back(std::move(*read));
            }
        }
        return std::move(sources_);
    }

private:
    std::optional<ConfigDocument> document(const std::string& path) {
        sources_.files.push_back(path);
        const auto text =
            readConfigFile(path, who_, startsNothing(purpose_) ? Exposed::isRead : Exposed::isNotRead);
        if (!text) {
            refuse(path, text.error().message);
            return std::nullopt;
        }
        if (!mayUse(path, text->exposure)) {
            return std::nullopt;
        }
        YamlOutcome outcome = readYaml(path, text->text);
        if (!text->exposure.empty()) {
            // A link of another user may lead to any file: its lines are not shown.
            for (Diagnostic& error : outcome.errors) {
                error.line.clear();
            }
        }
        sources_.errors.insert(sources_.errors.end(), std::make_move_iterator(outcome.errors.begin()),
                               std::make_move_iterator(outcome.errors.end()));
        sources_.complete = sources_.complete && outcome.document.has_value();
        return std::move(outcome.document);
    }

    void refuse(const std::string& path, const std::string& why) {
        sources_.errors.push_back({path, {}, {}, why, {}});
        sources_.complete = false;
    }

    /// False, and an error: others could change it, and something would be started.
    bool mayUse(const std::string& path, const std::string& exposure) {
        if (exposure.empty()) {
            return true;
        }
        if (!startsNothing(purpose_)) {
            refuse(path, "refused, because Healer runs as root and others could change it: " + exposure);
            return false;
        }
        sources_.warnings.push_back(
            {path, {}, {}, "others could change it, so Healer as root would refuse it: " + exposure, {}});
        return true;
    }

    const Environment& who_;
    Purpose purpose_;
    Sources sources_;
};

WhatIsMissing missingFor(Purpose purpose) {
    switch (purpose) {
    case Purpose::start:
        return WhatIsMissing::concernsItsProcess;
    case Purpose::simulate:
        return WhatIsMissing::isIgnored;
    case Purpose::check:
    case Purpose::reload:
        break;
    }
    return WhatIsMissing::isAnError;
}

} // namespace

LoadOutcome load(const LoadOptions& options, const Environment& environment) {
    const std::string path = std::filesystem::absolute(options.path).string();
    Sources sources = SourceReader(environment, options.purpose)
                          .read(path, options.partsDirectory.value_or(
                                          (std::filesystem::path(path).parent_path() / "conf.d").string()));
    const CompileInput input{sources.main ? &*sources.main : nullptr, sources.parts, options.monitors,
                             sources.complete, missingFor(options.purpose)};
    const RememberingEnvironment remembering(environment);
    CompileOutcome outcome = compile(input, remembering.get());
    std::vector<Diagnostic> errors = std::move(sources.errors);
    errors.insert(errors.end(), std::make_move_iterator(outcome.findings.errors.begin()),
                  std::make_move_iterator(outcome.findings.errors.end()));
    if (!errors.empty() || !outcome.plan) {
        sort(errors, sources.files);
        return errors;
    }
    std::vector<Diagnostic> warnings = std::move(sources.warnings);
    warnings.insert(warnings.end(), std::make_move_iterator(outcome.findings.warnings.begin()),
                    std::make_move_iterator(outcome.findings.warnings.end()));
    if (auto shortage = descriptorShortage(*outcome.plan, environment.descriptorLimit)) {
        warnings.push_back({path, {}, {}, std::move(*shortage), {}});
    }
    return LoadedConfig{std::move(*outcome.plan), std::move(sources.files), std::move(warnings),
                        std::move(outcome.late)};
}

} // namespace healer::config
