// SPDX-License-Identifier: Apache-2.0
#include "config/config_path.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace healer::config {
namespace {

class ConfigPath : public testing::Test {
protected:
    std::string find(const std::optional<std::string>& fromCommandLine = std::nullopt) {
        SearchFacts facts;
        facts.variable = [this](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        facts.readable = [this](const std::string& path) -> core::Result<void> {
            if (files.contains(path)) {
                return {};
            }
            return core::Error{"does not exist"};
        };
        facts.currentDirectory = "/place";
        facts.home = "/home/db";
        const auto found = findConfig(fromCommandLine, facts);
        return found ? *found : "error: " + found.error().message;
    }

    std::map<std::string, std::string> variables{{"HOME", "/home/bob"}, {"XDG_CONFIG_HOME", "/xdg"}};
    std::set<std::string> files;
};

TEST_F(ConfigPath, SearchesInTheOrderOfTheContract) {
    const std::vector<std::string> order = {"/cl.yaml",
                                            "/env.yaml",
                                            "/place/config.yaml",
                                            "/place/healer.yaml",
                                            "/etc/healer/config.yaml",
                                            "/etc/healer/healer.yaml",
                                            "/xdg/healer/config.yaml",
                                            "/home/bob/.config/healer/config.yaml"};
    files.insert(order.begin(), order.end());
    variables["HEALER_CONFIG"] = "/env.yaml";
    EXPECT_EQ(find("/cl.yaml"), order[0]);
    EXPECT_EQ(find(), order[1]);
    variables.erase("HEALER_CONFIG");
    for (std::size_t i = 2; i < order.size(); ++i) {
        EXPECT_EQ(find(), order[i]);
        files.erase(order[i]);
    }
}

TEST_F(ConfigPath, AnswersWithAbsolutePaths) {
    files = {"/place/my/c.yaml"};
    EXPECT_EQ(find("my/c.yaml"), "/place/my/c.yaml");
    EXPECT_EQ(find("./x/../my/c.yaml"), "/place/my/c.yaml");
}

TEST_F(ConfigPath, ANamedFileThatIsNotThereIsAnError) {
    files = {"/place/config.yaml"};
    EXPECT_EQ(find("c.yaml"),
              "error: the configuration file '/place/c.yaml' (from the command line) does not exist");
    variables["HEALER_CONFIG"] = "/gone";
    EXPECT_EQ(find(), "error: the configuration file '/gone' (from $HEALER_CONFIG) does not exist");
}

TEST_F(ConfigPath, ListsEveryPlaceWhereNothingWasFound) {
    EXPECT_EQ(find(), "error: no configuration file found; searched"
                      "\n  /place/config.yaml does not exist"
                      "\n  /place/healer.yaml does not exist"
                      "\n  /etc/healer/config.yaml does not exist"
                      "\n  /etc/healer/healer.yaml does not exist"
                      "\n  /xdg/healer/config.yaml does not exist"
                      "\n  /home/bob/.config/healer/config.yaml does not exist"
                      "\nGive one with --config FILE or in $HEALER_CONFIG");
}

TEST_F(ConfigPath, FallsBackToTheUserDatabaseAndIgnoresARelativeXdgDirectory) {
    variables = {{"XDG_CONFIG_HOME", "relative"}};
    files = {"/home/db/.config/healer/config.yaml", "/place/relative/healer/config.yaml"};
    EXPECT_EQ(find(), "/home/db/.config/healer/config.yaml");
}

} // namespace
} // namespace healer::config
