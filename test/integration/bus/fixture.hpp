// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/service.hpp"
#include "fake_backend.hpp"
#include "private_bus.hpp"
#include "sdbus_dialect.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace healer::test {

/// A bus, Healer's side of it in this thread's loop, and clients in threads of their own.
class BusFixture : public ::testing::Test {
protected:
    void makeService() {
        bus::Service::Settings settings;
        settings.mode = {bus::BusMode::Kind::address, bus_.address()};
        settings.log.level = [this] { return level_; };
        settings.log.setLevel = [this](core::LogLevel level) { level_ = level; };
        settings.log.setTarget = [](const std::string& target) { return target == "console"; };
        settings.polkit = polkit_;
        settings.onNameAcquired = [this] { ++acquired_; };
        settings.onUnavailable = [this](const std::string&) { ++unavailable_; };
        service_ = std::make_unique<bus::Service>(loop_, log_, backend_, std::move(settings));
        service_->start();
    }

    /// Bus, service, and the name is owned.
    void startAll() {
        bus_.start();
        makeService();
        ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    }

    /// Runs the loop until the condition holds; false after 15 s.
    bool runUntil(const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) {
                return false;
            }
            loop_.runOnce(std::chrono::milliseconds(10));
        }
        return true;
    }

    /// Starts `work` in a thread of its own with a connection of its own.
    template <typename Work>
    auto client(Work work) {
        return std::async(std::launch::async, [address = bus_.address(), work = std::move(work)]() mutable {
            const auto connection = sdbus::createSessionBusConnectionWithAddress(address);
            return work(*connection);
        });
    }

    /// Runs the loop until the client is done; its result, or what it threw.
    template <typename Value>
    Value finish(std::future<Value> future) {
        if (!runUntil([&future] {
                return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
            })) {
            ADD_FAILURE() << "the client got no answer";
        }
        return future.get();
    }

    template <typename Work>
    auto ask(Work work) {
        return finish(client(std::move(work)));
    }

    PrivateBus bus_;
    runtime::Loop loop_;
    MemoryLog log_;
    FakeBackend backend_;
    core::LogLevel level_ = core::LogLevel::info;
    std::optional<bus::PolkitLimits> polkit_; ///< for makeService()
    int acquired_ = 0;
    int unavailable_ = 0;
    std::unique_ptr<bus::Service> service_;
};

/// The name of the D-Bus error that `work` meets; empty when it meets none.
template <typename Work>
std::string errorOf(Work work) {
    try {
        work();
    } catch (const sdbus::Error& e) {
        return e.getName();
    }
    return "";
}

} // namespace healer::test
