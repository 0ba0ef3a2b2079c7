// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/network_probe.hpp"

#include "core/shown_url.hpp"
#include "monitor/probe/shown_text.hpp"
#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <system_error>
#include <utility>

namespace healer::monitor::network {

namespace {

using probe::Finding;
using probe::Verdict;

constexpr std::size_t kShownBytes = 300;

template <typename Value>
const Value* find(const core::MonitorPlan& plan, std::string_view name) {
    const auto arg = plan.args.find(name);
    return arg == plan.args.end() ? nullptr : &std::get<Value>(arg->second);
}

const std::string& textOf(const core::MonitorPlan& plan, std::string_view name) {
    return *find<std::string>(plan, name);
}

std::vector<std::string> headersOf(const core::MonitorPlan& plan) {
    std::vector<std::string> lines;
    const auto* headers = find<std::map<std::string, std::string>>(plan, "headers");
    for (const auto& [name, value] : headers == nullptr ? std::map<std::string, std::string>{} : *headers) {
        // For libcurl "Name:" means to leave the header out.
        const bool empty = value.find_first_not_of(" \t") == std::string::npos;
        lines.push_back(name);
        lines.back().append(empty ? ";" : ": ").append(empty ? "" : value);
    }
    return lines;
}

constexpr std::size_t kMostCertificateBytes = 1024UL * 1024;

core::Error fault(const std::string& path, int error) {
    return core::Error{"cannot read ca_file " + path + ": " + std::system_category().message(error)};
}

/// The text of a file of certificates. Never waits for a FIFO or a device.
core::Result<std::string> readCertificates(const std::string& path) {
    const runtime::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        return fault(path, errno);
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) {
        return fault(path, errno);
    }
    if (!S_ISREG(facts.st_mode) || facts.st_size == 0 ||
        static_cast<std::size_t>(facts.st_size) > kMostCertificateBytes) {
        return core::Error{"ca_file " + path + " is not a regular file of at most 1 MiB"};
    }
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length < 0) {
        return fault(path, errno);
    }
    text.resize(static_cast<std::size_t>(length));
    return text;
}

} // namespace

NetworkProbe::NetworkProbe(runtime::Loop& loop, runtime::HttpClient& http, const core::MonitorPlan& plan)
    : loop_(loop), http_(http), shown_(core::shownUrl(textOf(plan, "target_url"))),
      target_(parseTarget(textOf(plan, "target_url")).value()),
      status_(parseStatus(textOf(plan, "expected_status")).value()) {
    if (const auto* pattern = find<std::string>(plan, "expected_body")) {
        pattern_ = BodyPattern::compile(*pattern).value();
    }
    if (const auto* file = find<std::string>(plan, "ca_file")) {
        certificates_ = *file;
    }
    const auto* insecure = find<bool>(plan, "insecure");
    request_ = {.url = target_.url,
                .unixSocket = target_.socketPath,
                .headers = headersOf(plan),
                .verify = insecure == nullptr || !*insecure,
                .connectOnly = target_.protocol == Protocol::tcp};
    if (const auto* name = find<std::string>(plan, "server_name")) {
        request_.connectTo = hostOf(target_);
        request_.url = withHost(target_, *name);
    }
    const auto* badCertificate = find<std::string>(plan, "bad_certificate");
    trustMatters_ = badCertificate != nullptr && *badCertificate == "fail";
}

void NetworkProbe::begin(Done done) {
    if (target_.protocol == Protocol::unixSocket) {
        connect_.emplace(loop_, target_.socketPath, std::move(done));
        return;
    }
    if (!certificates_.empty()) {
        auto text = readCertificates(certificates_);
        if (!text) {
            failure_ = loop_.addDeferred([done = std::move(done), reason = text.error().message] {
                done({Verdict::unknown, reason});
            });
            return;
        }
        request_.trustedCertificates = std::move(*text);
    }
    transfer_ = http_.get(request_, [this, done = std::move(done)](const runtime::HttpAnswer& answer) {
        auto finding = judge(answer);
        transfer_.reset();
        done(std::move(finding));
    });
    request_.trustedCertificates.clear();
}

std::string NetworkProbe::expire() {
    std::string delay = connect_ ? connect_->delay() : std::string();
    cancel();
    return delay;
}

void NetworkProbe::cancel() {
    transfer_.reset();
    connect_.reset();
    failure_.reset();
}

Finding NetworkProbe::judge(const runtime::HttpAnswer& answer) const {
    if (answer.fault == runtime::HttpFault::untrusted && !trustMatters_) {
        // Something answers: trust does not say whether the service lives.
        return {Verdict::passed, probe::shownText(answer.reason, kShownBytes)};
    }
    if (answer.fault != runtime::HttpFault::none) {
        const bool own = answer.fault == runtime::HttpFault::own;
        return {own ? Verdict::unknown : Verdict::failed, probe::shownText(answer.reason, kShownBytes)};
    }
    if (target_.protocol == Protocol::tcp) {
        return {Verdict::passed, {}};
    }
    if (!status_.contain(answer.status)) {
        return {Verdict::failed, "status " + std::to_string(answer.status)};
    }
    if (pattern_ && !pattern_->matches(answer.body)) {
        return {Verdict::failed, "the answer does not match expected_body"};
    }
    return {Verdict::passed, {}};
}

} // namespace healer::monitor::network
