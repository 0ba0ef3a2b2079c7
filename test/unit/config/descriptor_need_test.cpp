// SPDX-License-Identifier: Apache-2.0
#include "config/descriptor_need.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

core::Plan planOf(int processes, const std::vector<std::string>& probes = {}, bool enabled = true) {
    core::Plan plan;
    for (int i = 0; i < processes; ++i) {
        core::ProcessPlan process;
        process.enabled = enabled;
        for (const auto& type : probes) {
            core::MonitorPlan probe;
            probe.type = type;
            probe.role = core::MonitorRole::probe;
            process.monitors.push_back(probe);
        }
        plan.processes.push_back(core::Shared<core::ProcessPlan>(std::move(process)));
    }
    return plan;
}

TEST(DescriptorNeed, oneForEachProcessAndMoreForProbes) {
    const auto own = descriptorsFor(planOf(0));
    EXPECT_EQ(descriptorsFor(planOf(1000)), own + 1000);
    EXPECT_EQ(descriptorsFor(planOf(10, {"network"})), own + 20);
    EXPECT_EQ(descriptorsFor(planOf(10, {"network", "exec"})), own + 50);
    EXPECT_EQ(descriptorsFor(planOf(10, {"exec"}, false)), own) << "disabled";
}

TEST(DescriptorNeed, aLimitThatIsTooLowIsToldWithBothNumbers) {
    const auto plan = planOf(1000);
    const auto need = descriptorsFor(plan);
    EXPECT_FALSE(descriptorShortage(plan, need));
    const auto warning = descriptorShortage(plan, need - 1);
    ASSERT_TRUE(warning);
    EXPECT_THAT(*warning, AllOf(HasSubstr(std::to_string(need) + " file descriptors"),
                                HasSubstr("may open " + std::to_string(need - 1))));
}

} // namespace
} // namespace healer::config
