// SPDX-License-Identifier: Apache-2.0
#include "config/loader.hpp"

#include "support/files.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace healer::config {
namespace {

using testing::ElementsAre;

/// Real files in a directory that belongs to the user who runs the test, so that the rules for root can be
/// tested as root.
class Loader : public testing::Test {
public:
protected:
    std::string write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
        std::string path = folder + "/" + name;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text;
        chmod(path.c_str(), mode);
        return path;
    }
    [[nodiscard]] std::string entry(const std::string& name) const {
        return "  - {name: " + name + ", command: /bin/sleep, args: [" + name + "], " + account +
               "monitor: {type: ebpf}}\n";
    }
    [[nodiscard]] std::vector<std::string> errors(const std::string& path) const {
        const auto outcome = load({path, kSchemas});
        const auto* found = std::get_if<std::vector<Diagnostic>>(&outcome);
        return found == nullptr ? std::vector<std::string>{} : lines(*found);
    }
    [[nodiscard]] std::string refused(const std::string& path, const std::string& reason) const {
        return path + ": refused, because Healer runs as root and others could change it: " + reason;
    }

    test::TemporaryFolder own;
    std::string folder = own.path();
    const bool root = geteuid() == 0;
    const std::string account = root ? "run_as_user: nobody, " : "";
};

TEST_F(Loader, MergesThePartsBesideTheFileInNameOrder) {
    const auto path = write("config.yaml", "processes:\n" + entry("m"));
    const auto b = write("conf.d/20-b.yaml", "processes:\n" + entry("b"));
    const auto a = write("conf.d/10-a.yaml", "processes:\n" + entry("z"));
    const auto empty = write("conf.d/30-none.yaml", "# nothing yet\n");
    write("conf.d/.hidden.yaml", "nonsense: [\n");
    write("conf.d/note.txt", "nonsense: [\n");
    const auto outcome = load({path, kSchemas});
    const auto* loaded = std::get_if<LoadedConfig>(&outcome);
    ASSERT_NE(loaded, nullptr) << testing::PrintToString(errors(path));
    EXPECT_THAT(loaded->files, ElementsAre(path, a, b, empty));
    ASSERT_EQ(loaded->plan.processes.size(), 3U);
    EXPECT_EQ(loaded->plan.processes[0]->name, "b");
    EXPECT_EQ(loaded->plan.processes[2]->name, "z");
    EXPECT_EQ(loaded->plan.processes[0]->command.user.name, root ? "nobody" : systemEnvironment().self.name);
}

TEST_F(Loader, APartHoldsProcessesOnlyAndNoNameOfAnother) {
    const auto path = write("config.yaml", "processes:\n" + entry("web"));
    const auto part = write("conf.d/a.yaml", "log_level: info\nprocesses:\n" + entry("web"));
    EXPECT_THAT(errors(path), testing::IsSupersetOf(
                                  {part + ":1:1: log_level: unknown key, known here are processes",
                                   part + ":3:12: processes[web].name: the name 'web' is already used at " +
                                       path + ":2:12"}));
}

TEST_F(Loader, APartMayHoldNothingButProcesses) {
    const auto path = write("config.yaml", "processes: []\n");
    for (const char* key : {"log_level: info", "log_directory: /tmp", "pid_file_directory: /run",
                            "working_directory: /", "launch: auto", "observe_only: false"}) {
        const auto part = write("conf.d/a.yaml", std::string(key) + "\nprocesses: []\n");
        const std::string name = std::string(key).substr(0, std::string(key).find(':'));
        EXPECT_THAT(errors(path),
                    ElementsAre(part + ":1:1: " + name + ": unknown key, known here are processes"));
    }
    const auto part = write("conf.d/a.yaml", "proceses: []\n");
    EXPECT_THAT(errors(path), ElementsAre(part + ":1:1: processes: is required",
                                          part + ":1:1: proceses: unknown key (did you mean 'processes'?)"));
}

TEST_F(Loader, ANameInTwoPartsIsAnErrorWithBothPlaces) {
    const auto path = write("config.yaml", "processes: []\n");
    const auto a = write("conf.d/a.yaml", "processes:\n" + entry("web"));
    const auto b = write("conf.d/b.yaml", "processes:\n" + entry("db") + entry("web"));
    EXPECT_THAT(errors(path), testing::Contains(b +
                                                ":3:12: processes[web].name: the name 'web' is already "
                                                "used at " +
                                                a + ":2:12"));
}

TEST_F(Loader, DependenciesReachFromFileToFile) {
    const auto path = write("config.yaml", "processes:\n" + entry("db"));
    const std::string needing = "  - {name: web, command: /bin/sleep, args: [web], " + account +
                                "monitor: {type: ebpf}, dependencies: [";
    const auto part = write("conf.d/a.yaml", "processes:\n" + needing + "db]}\n");
    EXPECT_THAT(errors(path), testing::IsEmpty());
    write("conf.d/a.yaml", "processes:\n" + needing + "dbb]}\n");
    EXPECT_THAT(errors(path), ElementsAre(testing::AllOf(
                                  testing::StartsWith(part + ":2:"),
                                  testing::HasSubstr("there is no process 'dbb' (did you mean 'db'?)"))));
}

TEST_F(Loader, EachLoadSeesThePartsThatAreThereThen) {
    const auto path = write("config.yaml", "processes:\n" + entry("m"));
    const auto names = [&] {
        std::vector<std::string> found;
        const auto outcome = load({path, kSchemas});
        if (const auto* loaded = std::get_if<LoadedConfig>(&outcome)) {
            for (const auto& process : loaded->plan.processes) {
                found.push_back(process->name);
            }
        }
        return found;
    };
    EXPECT_THAT(names(), ElementsAre("m"));
    const auto part = write("conf.d/a.yaml", "processes:\n" + entry("a") + entry("b"));
    EXPECT_THAT(names(), ElementsAre("a", "b", "m"));
    write("conf.d/a.yaml", "processes:\n" + entry("b"));
    EXPECT_THAT(names(), ElementsAre("b", "m"));
    std::filesystem::remove(part);
    EXPECT_THAT(names(), ElementsAre("m"));
}

TEST_F(Loader, AConfDThatIsNoDirectoryIsAnError) {
    const auto path = write("config.yaml", "processes: []\n");
    const auto part = write("conf.d", "");
    EXPECT_THAT(errors(path), ElementsAre(part + ": cannot be listed: Not a directory"));
}

TEST_F(Loader, AsRootAPartOfAnotherUserIsRefused) {
    const auto path = write("config.yaml", "processes: []\n");
    const auto part = write("conf.d/a.yaml", "processes: []\n");
    if (!root) {
        EXPECT_THAT(errors(path), testing::IsEmpty());
        return;
    }
    ASSERT_EQ(chown(part.c_str(), 65534, 65534), 0);
    EXPECT_THAT(errors(path), ElementsAre(refused(part, part + " belongs to UID 65534, not to root")));
    ASSERT_EQ(chown(part.c_str(), 0, 0), 0);
    const std::string parts = folder + "/conf.d";
    ASSERT_EQ(chown(parts.c_str(), 65534, 65534), 0);
    EXPECT_THAT(errors(path), ElementsAre(refused(parts, parts + " belongs to UID 65534, not to root")));
}

TEST_F(Loader, OneBrokenFileHidesNoErrorsOfTheOthersAndInventsNone) {
    const auto path =
        write("config.yaml", "processes:\n  - {name: web, command: /bin/sleep, args: [1], " + account +
                                 "monitor: {type: ebpf}, dependencies: [db], x: 1}\n");
    const auto part = write("conf.d/a.yaml", "processes: [\n");
    const auto found = errors(path);
    ASSERT_EQ(found.size(), 2U) << testing::PrintToString(found);
    EXPECT_THAT(found[0], testing::HasSubstr(path + ":2:"));
    EXPECT_THAT(found[0], testing::HasSubstr("processes[web].x: unknown key"));
    EXPECT_THAT(found[1], testing::StartsWith(part + ":2:1: "));
}

TEST_F(Loader, ReadsOnlyRegularFilesAndNeverWaits) {
    EXPECT_THAT(errors(folder + "/none.yaml"), ElementsAre(folder + "/none.yaml: does not exist"));
    EXPECT_THAT(errors(folder), ElementsAre(folder + ": is not a regular file"));
    const std::string fifo = folder + "/fifo.yaml";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_THAT(errors(fifo), ElementsAre(fifo + ": is not a regular file"));
    EXPECT_THAT(errors("/dev/null"), ElementsAre("/dev/null: is not a regular file"));
    const auto path = write("config.yaml", "processes: []\n");
    std::filesystem::create_directory(folder + "/conf.d");
    ASSERT_EQ(mkfifo((folder + "/conf.d/f.yaml").c_str(), 0600), 0);
    EXPECT_THAT(errors(path), ElementsAre(folder + "/conf.d/f.yaml: is not a regular file"));
}

TEST_F(Loader, RefusesAFileThatIsTooLarge) {
    const auto path = write("config.yaml", std::string(std::size_t{5} * 1024 * 1024, '#'));
    EXPECT_THAT(errors(path), ElementsAre(path + ": is larger than 4 MiB"));
}

TEST_F(Loader, AsRootRefusesWhatOthersCanWrite) {
    const auto path = write("config.yaml", "processes: []\n", 0664);
    EXPECT_THAT(errors(path), testing::IsEmpty()) << "the group is root's";
    ASSERT_EQ(!root || chown(path.c_str(), 0, 50) == 0, true);
    const auto loose =
        root ? std::vector{refused(path, path + " can be written by its group")} : std::vector<std::string>{};
    EXPECT_EQ(errors(path), loose);
    chmod(path.c_str(), 0644);
    EXPECT_THAT(errors(path), testing::IsEmpty());

    const auto part = write("conf.d/a.yaml", "processes: []\n", 0646);
    EXPECT_EQ(errors(path), root ? std::vector{refused(part, part + " can be written by every user")}
                                 : std::vector<std::string>{});
    chmod(part.c_str(), 0644);
    const std::string parts = folder + "/conf.d";
    chmod(parts.c_str(), 01777);
    EXPECT_EQ(errors(path), root ? std::vector{refused(parts, parts + " can be written by every user")}
                                 : std::vector<std::string>{});
    chmod(parts.c_str(), 0755);
    chmod(folder.c_str(), 0777);
    EXPECT_EQ(errors(path).empty(), !root);
    chmod(folder.c_str(), 0755);
    EXPECT_THAT(errors(path), testing::IsEmpty());
}

TEST_F(Loader, ForACheckWhatOthersCanWriteIsAWarning) {
    const auto path = write("config.yaml", "processes:\n" + entry("a"), 0666);
    const auto outcome = load({path, kSchemas, Purpose::check});
    const auto* loaded = std::get_if<LoadedConfig>(&outcome);
    ASSERT_NE(loaded, nullptr);
    EXPECT_EQ(loaded->plan.processes.size(), 1U);
    EXPECT_EQ(loaded->warnings.size(), root ? 1U : 0U);
}

TEST_F(Loader, PartsMayLieElsewhereAndEndInYml) {
    const auto path =
        write("new/config.yaml", "processes:\n  - {name: web, command: /bin/sleep, args: [1], " + account +
                                     "monitor: {type: ebpf}, dependencies: [db]}\n");
    write("conf.d/db.yml", "x-more: [1]\nprocesses:\n" + entry("db"));
    EXPECT_EQ(errors(path).size(), 1U);
    const auto outcome = load({path, kSchemas, Purpose::check, folder + "/conf.d"});
    ASSERT_TRUE(std::holds_alternative<LoadedConfig>(outcome));
    EXPECT_EQ(std::get<LoadedConfig>(outcome).plan.processes.size(), 2U);
}

TEST_F(Loader, AsRootRefusesWhatBelongsToAnother) {
    const auto path = write("config.yaml", "processes: []\n");
    if (!root) {
        EXPECT_THAT(errors(path), testing::IsEmpty());
        return;
    }
    ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
    EXPECT_THAT(errors(path), ElementsAre(refused(path, path + " belongs to UID 65534, not to root")));
    const auto target = write("other.yaml", "processes: []\n");
    ASSERT_EQ(chown(target.c_str(), 65534, 65534), 0);
    const std::string linkPath = folder + "/link.yaml";
    std::filesystem::create_symlink("other.yaml", linkPath);
    EXPECT_THAT(errors(linkPath),
                ElementsAre(refused(linkPath, target + " belongs to UID 65534, not to root")));
}

} // namespace
} // namespace healer::config
