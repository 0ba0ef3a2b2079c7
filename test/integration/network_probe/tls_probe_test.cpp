// SPDX-License-Identifier: Apache-2.0
#include "integration/network_probe/network_probe_fixture.hpp"
#include "support/child.hpp"

#include <optional>

namespace healer::test {
namespace {

using testing::HasSubstr;

/// A web server with a self-signed certificate for "localhost".
struct TlsProbe : NetworkProbe {
    std::string certificate = folder / "certificate.pem";
    std::string port = freePort();
    std::optional<Child> server;

    void SetUp() override {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test"
            " -addext subjectAltName=DNS:localhost -keyout " +
            (folder / "key.pem") + " -out " + certificate + " 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0);
        server.emplace(std::vector<std::string>{"/usr/bin/openssl", "s_server", "-www", "-quiet", "-naccept",
                                                "100", "-accept", port, "-cert", certificate, "-key",
                                                folder / "key.pem"});
        ASSERT_TRUE(bench.until([&] { return answer("tcp://localhost:" + port) == "healthy"; }));
    }
    /// What it warns of although it passes.
    std::string warning(core::MonitorPlan which) {
        which.args["interval_secs"] = core::Duration(1000s);
        const auto watched = watching(std::move(which));
        EXPECT_TRUE(bench.until([&] { return !watched->events.empty(); }));
        const auto passed = watched->all<core::event::Healthy>();
        return passed.empty() ? "it has failed" : passed.front().warning;
    }
    core::MonitorPlan plan(const std::string& host) const {
        return networkPlan("https://" + host + ":" + port + "/", 5s);
    }
};

TEST_F(TlsProbe, acceptsOnlyTrustedCertificates) {
    EXPECT_THAT(warning(plan("localhost")), HasSubstr("the certificate is not trusted: "));
    EXPECT_THAT(warning(plan("localhost")), HasSubstr("self"));

    auto trusting = plan("localhost");
    trusting.args["ca_file"] = certificate;
    EXPECT_EQ(warning(trusting), "");

    auto otherName = plan("127.0.0.1");
    otherName.args["ca_file"] = certificate;
    EXPECT_THAT(warning(otherName), HasSubstr("the certificate is not trusted: "));

    auto insecure = plan("127.0.0.1");
    insecure.args["insecure"] = true;
    EXPECT_EQ(warning(insecure), "");
}

TEST_F(TlsProbe, trustCountsWhereItIsToCount) {
    auto strict = plan("localhost");
    strict.args["bad_certificate"] = std::string("fail");
    EXPECT_THAT(answer(strict), HasSubstr("the certificate is not trusted"));
}

TEST_F(TlsProbe, anAddressIsProbedUnderTheNameOfItsServer) {
    auto named = plan("127.0.0.1");
    named.args["ca_file"] = certificate;
    named.args["server_name"] = std::string("localhost");
    EXPECT_EQ(warning(named), "");
    named.args["server_name"] = std::string("shop.test");
    EXPECT_THAT(warning(named), HasSubstr("shop.test"));
}

TEST_F(TlsProbe, aMissingCertificateSaysNothingAboutTheService) {
    auto missing = plan("localhost");
    missing.args["ca_file"] = folder / "nothing.pem";
    const auto watched = watching(missing);
    watched->monitor->follow(core::ProcessKey{1, 1});
    ASSERT_TRUE(bench.until([&] { return watched->absents() == 1; }));
    EXPECT_THAT(watched->all<core::event::Absent>().front().detail, HasSubstr("cannot read ca_file"));
    bench.settle();
    EXPECT_TRUE(watched->all<core::event::Unhealthy>().empty()) << "never unhealthy";
    EXPECT_EQ(bench.log.warningsWith("cannot read ca_file"), 1U);
}

TEST_F(TlsProbe, isNotForPlainServers) {
    const LocalServer plainServer(answers("200 OK"));
    EXPECT_NE(answer("https://localhost:" + plainServer.port() + "/"), "healthy");
}

} // namespace
} // namespace healer::test
