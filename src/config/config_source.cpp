// SPDX-License-Identifier: Apache-2.0
#include "config/config_source.hpp"

#include "config/exposure.hpp"
#include "config/yaml_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace healer::config {
namespace {

core::Error cannot(const char* what, int error) {
    return {std::string("cannot be ") + what + ": " + std::generic_category().message(error)};
}

/// Closes the file at the end of the scope. (runtime::UniqueFd is not available here: config must not depend
/// on runtime.)
class OpenFile {
public:
    explicit OpenFile(const std::string& path)
        : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    [[nodiscard]] int fd() const { return fd_; }

private:
    int fd_;
};

core::Result<std::string> readAll(int fd) {
    std::string text;
    std::string buffer(std::size_t{64} * 1024, '\0');
    for (;;) {
        const ssize_t count = read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return cannot("read", errno);
        }
        if (count == 0) {
            return text;
        }
        text.append(buffer, 0, static_cast<std::size_t>(count));
        if (text.size() > kMaxFileBytes) {
            return core::Error{"is larger than 4 MiB"};
        }
    }
}

std::string exposureFor(const Environment& who, const std::string& path) {
    return who.isRoot() ? exposure(path, *who.files).value_or("") : std::string();
}

} // namespace

core::Result<ConfigText> readConfigFile(const std::string& path, const Environment& who, Exposed exposed) {
    const auto facts = who.files->follow(path);
    if (!facts) {
        return facts.error();
    }
    // Checked before it is opened, because opening some devices has side effects, and again afterwards,
    // because it may have been replaced in between.
    if (facts->kind != FileKind::regular) {
        return core::Error{"is not a regular file"};
    }
    ConfigText result{.text = {}, .exposure = exposureFor(who, path)};
    if (!result.exposure.empty() && exposed == Exposed::isNotRead) {
        return result;
    }
    const OpenFile file(path);
    if (file.fd() < 0) {
        return cannot("opened", errno);
    }
    struct stat status {};
    if (fstat(file.fd(), &status) != 0) {
        return cannot("read", errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return core::Error{"is not a regular file"};
    }
    auto text = readAll(file.fd());
    if (!text) {
        return text.error();
    }
    result.text = std::move(*text);
    return result;
}

core::Result<ConfigParts> listConfigParts(const std::string& directory, const Environment& who) {
    ConfigParts parts;
    std::error_code error;
    auto entries = std::filesystem::directory_iterator(directory, error);
    if (error == std::errc::no_such_file_or_directory) {
        return parts;
    }
    if (error) {
        return cannot("listed", error.value());
    }
    parts.exposure = exposureFor(who, directory);
    while (!error && entries != std::filesystem::directory_iterator()) {
        const std::string name = entries->path().filename().string();
        if (!name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"))) {
            parts.paths.push_back(entries->path().string());
        }
        entries.increment(error);
    }
    if (error) {
        return cannot("listed", error.value());
    }
    std::sort(parts.paths.begin(), parts.paths.end());
    return parts;
}

} // namespace healer::config
