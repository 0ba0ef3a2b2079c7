// SPDX-License-Identifier: Apache-2.0
#include "config/describe.hpp"
#include "support/installed_config.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace healer::config {
namespace {

using test::uncommented;
using testing::IsEmpty;

std::string shipped(const std::string& name) {
    return test::projectFile("config/" + name);
}

Environment anywhere(const FileProbe& files) {
    Environment who = as(kRoot, files);
    who.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    return who;
}

TEST(ShippedFiles, TheConfigurationIsValidAndChangesNoDefault) {
    const FakeFiles files;
    const auto outcome = compileText(shipped("config.yaml"), anywhere(files));
    ASSERT_TRUE(outcome.plan) << format(outcome.findings.errors);
    EXPECT_EQ(*outcome.plan, core::Plan{});
}

TEST(ShippedFiles, EveryValueInTheConfigurationIsTheDefault) {
    const FakeFiles files;
    const auto all = compileText(uncommented(), anywhere(files));
    ASSERT_TRUE(all.plan) << format(all.findings.errors);
    EXPECT_THAT(all.findings.warnings, IsEmpty());
    const auto least = compileText("log_directory: /var/log/healer\n"
                                   "pid_file_directory: /run/healer\n"
                                   "processes:\n"
                                   "  - name: web\n"
                                   "    command: /usr/sbin/nginx\n"
                                   "    args: [-g, daemon off;]\n"
                                   "    run_as_user: www-data\n"
                                   "    output: /var/log/web.log\n"
                                   "    monitors:\n"
                                   "      - type: ebpf\n"
                                   "      - {type: pid, pid_file_path: /run/web.pid}\n"
                                   "      - {type: network, target_url: 'http://localhost/', headers: {},\n"
                                   "         start_grace_secs: 30, expected_body: ready|ok,\n"
                                   "         server_name: www.example.org,\n"
                                   "         ca_file: /etc/ssl/certs/web.pem}\n"
                                   "      - {type: exec, command: /usr/local/bin/check-web, args: [],\n"
                                   "         convention: plain, fail_status: 2, warn_status: 1,\n"
                                   "         silent_status: '3,126-127',\n"
                                   "         start_grace_secs: 30}\n"
                                   "    dependencies: [database]\n"
                                   "  - {name: database, unit: postgresql.service}\n",
                                   anywhere(files));
    ASSERT_TRUE(least.plan) << format(least.findings.errors);
    EXPECT_EQ(*all.plan, *least.plan);
}

/// One random edit: a byte changed, a part removed, duplicated or moved, or a piece of YAML inserted.
std::string mutate(std::string text, std::mt19937& random) {
    constexpr std::array<std::string_view, 20> kPieces = {
        "\n", "  ", ":",  ": ",  "- ",   "[",      "]",    "{",  "}",     "\"",
        "'",  "&a", "*a", "---", "!!x ", "\xff\n", "\\u0", "? ", "<<: *", "99999999999999999999"};
    const auto upTo = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit)(random);
    };
    const std::size_t at = upTo(text.size() - 1);
    const std::size_t length = std::min(upTo(40), text.size() - at);
    const std::string piece = text.substr(at, length);
    switch (upTo(4)) {
    case 0:
        text[at] = static_cast<char>(upTo(255));
        break;
    case 1:
        text.erase(at, length);
        break;
    case 2:
        text.insert(at, piece);
        break;
    case 3:
        text.erase(at, length);
        text.insert(upTo(text.size()), piece);
        break;
    default:
        text.insert(at, kPieces.at(upTo(kPieces.size() - 1)));
    }
    return text.empty() ? "x" : text;
}

TEST(ShippedFiles, NoMutationOfThemIsMoreThanAnError) {
    const FakeFiles files;
    const auto who = anywhere(files);
    const std::array<std::string, 3> seeds = {uncommented(), shipped("examples/several.yaml"),
                                              shipped("examples/ebpf.yaml")};
    std::mt19937 random(20'261'123); // NOLINT(cert-msc51-cpp): the same texts in every run
    int good = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = seeds[static_cast<std::size_t>(round) % seeds.size()];
        for (int edit = 0; edit <= round % 4; ++edit) {
            text = mutate(std::move(text), random);
        }
        const auto outcome = compileText(text, who);
        ASSERT_NE(outcome.plan.has_value() && outcome.findings.errors.empty(),
                  !outcome.findings.errors.empty())
            << text;
        good += outcome.plan ? 1 : 0;
        static_cast<void>(format(outcome.findings.errors));
        static_cast<void>(describePlan(outcome.plan.value_or(core::Plan{})));
    }
    EXPECT_GT(good, 0);
    EXPECT_LT(good, 3000);
}

TEST(DescribePlan, ShowsWhatWouldBeWatched) {
    const FakeFiles files;
    const auto outcome =
        compileText("observe_only: true\n"
                    "processes:\n"
                    "  - name: web\n    command: /usr/bin/web\n    args: ['a b', \"x\\e[31m\"]\n"
                    "    run_as_user: web\n"
                    "    monitors: [{type: ebpf}, {type: pid, pid_file_path: /run/w}]\n"
                    "  - name: database\n    command: /usr/bin/db\n    run_as_root: true\n"
                    "    enabled: false\n    monitor: {type: ebpf}\n"
                    "    recovery: {retries: 1, retry_window_secs: 1.5, cooldown_secs: 0}\n",
                    as(kRoot, files));
    ASSERT_TRUE(outcome.plan) << format(outcome.findings.errors);
    EXPECT_EQ(
        describePlan(*outcome.plan),
        "NAME                 MONITORS  USER  BREAKER                COMMAND\n"
        "database (disabled)  ebpf      root  1 in 1.5 s, then 0 s   /usr/bin/db\n"
        "web                  ebpf,pid  web   3 in 60 s, then 180 s  /usr/bin/web \"a b\" \"x\\x1b[31m\"\n"
        "1 of 2 processes would be watched, none would be recovered (observe_only).\n");
}

} // namespace
} // namespace healer::config
