// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "monitor/event_queue.hpp"
#include "monitor/instance_watch.hpp"
#include "monitor/pidfile/pid_file.hpp"
#include "monitor/pidfile/pid_file_host.hpp"

#include <functional>
#include <optional>
#include <string>

namespace healer::monitor::pidfile {

/// Uses the process that the file names as the instance, if it runs the configured program as the configured
/// user (or as another one that it has become, where root vouches for it), and follows it by a pidfd. When
/// the file is missing or wrong while an instance runs, the monitor waits for it as long as a start may take,
/// and then logs a warning: it never causes a second copy.
class PidFileMonitor final : public Monitor, public TimerQueue::Client, public FolderWatch::Client {
public:
    PidFileMonitor(PidFileHost& host, MonitorContext context);
    ~PidFileMonitor() override;

    void start(std::optional<core::Instance> known) override;
    void follow(std::optional<core::Instance> instance) override;
    void look() override;

    void due() override;
    void fileChanged() override;

private:
    /// The result of reading the file.
    struct Verdict {
        std::optional<core::ProcessKey> verified;
        std::string reason;     ///< when not verified: a sentence about the file
        bool mayBecome = false; ///< it names a live process that may still become the instance
    };

    [[nodiscard]] runtime::Reading<core::Identity> identity() const;
    [[nodiscard]] Verdict inspect() const;
    [[nodiscard]] Verdict unreadable(pid_t pid, int error) const;
    /// Who vouches for the process that the file names.
    [[nodiscard]] core::Voucher voucherFor(const core::ProcessFacts& facts, const PidNote& note) const;
    [[nodiscard]] bool descends(const core::ProcessFacts& facts) const;
    void update();
    void onVerified(core::ProcessKey key);
    void onUnverified(const Verdict& verdict);
    void onEnded(core::Exit exit);
    /// start() or look() has not been answered, and the file does not answer it.
    void answerWithout(const std::string& reason);
    [[nodiscard]] bool isHelper(const core::ProcessFacts& facts) const;
    void search(const std::string& reason);
    /// This instance runs, but the file does not name it: waits for that, until the start timeout.
    void await(core::ProcessKey instance, const std::string& reason);
    void answer(const core::Event& event);
    enum class NextLook { quick, afterInterval };
    void plan(NextLook next);

    PidFileHost& host_;
    const core::ProcessPlan& process_;
    std::string transientUnit_;
    std::function<bool(const core::ProcessFacts&)> isOfAnother_;
    std::string path_;
    core::Duration interval_;
    EventQueue events_;
    InstanceWatch watch_;
    std::optional<FileStamp> stamp_;
    bool settled_ = false;                       ///< the file names what is followed
    bool warned_ = false;                        ///< that the file has stopped naming it
    std::optional<core::ProcessKey> upReported_; ///< the last one reported without being asked
    std::optional<core::ProcessKey> awaited_;    ///< runs, but is not in the file
    std::optional<core::ProcessKey> known_;      ///< from an earlier Healer
    std::optional<core::TimePoint> waitUntil_;   ///< for the file to name it
    std::optional<core::Predecessor> predecessor_;
    std::optional<core::ProcessKey> started_; ///< the last one that was followed, or that was started
    unsigned open_ = 0;                       ///< unanswered start() and look()
    runtime::ProcScan::Question question_;
    core::Duration quickDelay_;
};

} // namespace healer::monitor::pidfile
