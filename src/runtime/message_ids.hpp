// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// MESSAGE_ID of every kind of journal entry that an administrator may act on. Each has a text in
/// systemd/healer.catalog; a new one is made with `journalctl --new-id128` (systemd-id128 new).
namespace healer::runtime::message_id {

inline constexpr std::string_view kProcessDown = "d678c038e68746aa9f118324362c6f7f";
inline constexpr std::string_view kDisconnected = "bca8c3d8ef9a49d2be2386a18b187f88";
inline constexpr std::string_view kRecoveryStarted = "badf60c21843458bb7bdb123b633af77";
inline constexpr std::string_view kRecoverySucceeded = "796a2e8eb59440638b7a2cac16e296c2";
inline constexpr std::string_view kRecoveryFailed = "cd277a6bc71644db99d2b90f2f06ffd4";
inline constexpr std::string_view kBreakerOpened = "48150be5c1f9492bb8b4f9774e1a8090";
inline constexpr std::string_view kBreakerHalfOpened = "7cdcff65dc8e4dfb8fc846002a669c70";
inline constexpr std::string_view kBreakerClosed = "b50e1071279f4148be9f7f36b2718b46";
inline constexpr std::string_view kAdopted = "bb1a10f65aa84c6f938c8aa6f9427ff1";
inline constexpr std::string_view kRemark = "44397b044e18424db5b54a50e7d9b2b3";
inline constexpr std::string_view kReloaded = "e894d984923b4eeeaa4df8eacfee35ba";
inline constexpr std::string_view kReloadFailed = "e752f70ef7a348ffb510fbc7b80ea9ca";

} // namespace healer::runtime::message_id
