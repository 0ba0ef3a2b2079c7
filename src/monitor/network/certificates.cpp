// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/certificates.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

namespace healer::monitor::network {

namespace {

constexpr std::size_t kMostBytes = 1024UL * 1024;

core::Error fault(const std::string& path, int error) {
    return core::Error{"cannot read ca_file " + path + ": " + std::system_category().message(error)};
}

} // namespace

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
        static_cast<std::size_t>(facts.st_size) > kMostBytes) {
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

} // namespace healer::monitor::network
