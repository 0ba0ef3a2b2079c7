// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/loop.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct sd_bus;
struct sd_bus_message;

namespace healer::test {

/// org.freedesktop.PolicyKit1 on a private bus, driven by the test's loop. Questions stay open until the test
/// answers them, or they are cancelled.
class FakePolkit {
public:
    struct Unref {
        void operator()(sd_bus_message* message) const;
    };
    struct Question {
        std::string subject; ///< the unique name
        std::string action;
        std::map<std::string, std::string> details;
        std::uint32_t flags = 0;
        std::string cancellationId;
        std::unique_ptr<sd_bus_message, Unref> message;
    };
    struct Verdict {
        bool authorized = false;
        bool challenge = false;
        bool dismissed = false;
    };

    /// Takes the name; throws when it cannot. The loop outlives it.
    FakePolkit(runtime::Loop& loop, const std::string& address);
    FakePolkit(const FakePolkit&) = delete;
    FakePolkit& operator=(const FakePolkit&) = delete;
    ~FakePolkit();

    /// Answers the oldest open question.
    void answer(Verdict verdict);

    std::vector<Question> open;
    std::vector<std::string> cancelled; ///< cancellation IDs
    std::size_t asked = 0;
    std::size_t mostOpen = 0;

private:
    struct Methods;
    struct Close {
        void operator()(sd_bus* bus) const;
    };
    std::unique_ptr<sd_bus, Close> bus_;
};

} // namespace healer::test
