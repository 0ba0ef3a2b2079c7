// SPDX-License-Identifier: Apache-2.0
#include "core/probe_trust.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace healer::core {

namespace {

constexpr std::array<std::pair<Trust, std::string_view>, 4> kWords{{
    {Trust::unproven, "unproven"},
    {Trust::retried, "retried"},
    {Trust::setAside, "set-aside"},
    {Trust::proven, "proven"},
}};

/// FNV-1a: equal in every build, as it is kept in a file.
class Hash {
public:
    void add(std::string_view bytes) {
        for (const char byte : bytes) {
            mix(static_cast<unsigned char>(byte));
        }
        mix(0);
    }
    template <typename Number>
    void addNumber(Number number) {
        std::array<char, sizeof number> bytes{};
        std::memcpy(bytes.data(), &number, sizeof number);
        add({bytes.data(), bytes.size()});
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

    void operator()(bool flag) { add(flag ? "true" : "false"); }
    void operator()(std::int64_t number) { addNumber(number); }
    void operator()(double number) { addNumber(number); }
    void operator()(const std::string& text) { add(text); }
    void operator()(Duration duration) { addNumber(duration.count()); }
    void operator()(const std::vector<std::string>& items) {
        for (const std::string& item : items) {
            add(item);
        }
    }
    void operator()(const std::map<std::string, std::string>& entries) {
        for (const auto& [key, value] : entries) {
            add(key);
            add(value);
        }
    }

private:
    void mix(unsigned char byte) {
        constexpr std::uint64_t kPrime = 1099511628211U;
        value_ = (value_ ^ byte) * kPrime;
    }

    std::uint64_t value_ = 14695981039346656037U;
};

std::uint64_t hashOf(const MonitorPlan& monitor) {
    Hash hash;
    hash.add(monitor.type);
    for (const auto& [name, value] : monitor.args) {
        hash.add(name);
        std::visit(hash, value);
    }
    return hash.value();
}

} // namespace

std::string_view toString(Trust trust) {
    return kWords.at(static_cast<std::size_t>(trust)).second;
}

std::optional<Trust> trustFromString(std::string_view word) {
    const auto found = std::ranges::find(kWords, word, &std::pair<Trust, std::string_view>::second);
    return found == kWords.end() ? std::nullopt : std::optional(found->first);
}

void ProbeTrust::know(const ProcessPlan& plan, const std::vector<Saved>& saved) {
    entries_.clear();
    for (std::size_t i = 0; i < plan.monitors.size(); ++i) {
        if (plan.monitors[i].role != MonitorRole::probe) {
            continue;
        }
        const std::uint64_t probe = hashOf(plan.monitors[i]);
        const auto known = std::ranges::find(saved, probe, &Saved::probe);
        entries_.push_back({i, {probe, known == saved.end() ? Trust::unproven : known->trust}});
    }
}

std::vector<ProbeTrust::Saved> ProbeTrust::saved() const {
    std::vector<Saved> all;
    for (const Entry& entry : entries_) {
        if (entry.known.trust != Trust::unproven) {
            all.push_back(entry.known);
        }
    }
    return all;
}

Trust ProbeTrust::of(std::size_t monitor) const {
    const auto found = std::ranges::find(entries_, monitor, &Entry::monitor);
    return found == entries_.end() ? Trust::proven : found->known.trust;
}

void ProbeTrust::set(std::size_t monitor, Trust trust) {
    const auto found = std::ranges::find(entries_, monitor, &Entry::monitor);
    if (found != entries_.end()) {
        found->known.trust = trust;
    }
}

void ProbeTrust::retry() {
    for (Entry& entry : entries_) {
        if (entry.known.trust == Trust::unproven) {
            entry.known.trust = Trust::retried;
        }
    }
}

} // namespace healer::core
