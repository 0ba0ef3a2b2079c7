// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace healer::test {

namespace {

std::string attribute(const std::string& tag, const std::string& name) {
    std::smatch match;
    return std::regex_search(tag, match, std::regex("\\b" + name + "=\"([^\"]*)\"")) ? match[1].str() : "";
}

/// What an interface offers, one line a member, without comments, order and what only the generator reads. An
/// argument without a direction and a property without an annotation get the default of the specification.
std::multiset<std::string> members(std::string xml, const std::string& interface) {
    xml = std::regex_replace(xml, std::regex("<!--[\\s\\S]*?-->"), "");
    const auto begin = xml.find("<interface name=\"" + interface + "\"");
    xml = begin == std::string::npos ? "" : xml.substr(begin, xml.find("</interface>", begin) - begin);
    std::multiset<std::string> result;
    std::string member;
    std::string emits;
    const auto close = [&] {
        if (!member.empty()) {
            result.insert(member + (member.starts_with("property") ? " emits=" + emits : ""));
        }
        member.clear();
    };
    const std::regex tags("<[^/!?][^>]*>");
    for (auto it = std::sregex_iterator(xml.begin(), xml.end(), tags); it != std::sregex_iterator(); ++it) {
        const std::string tag = it->str();
        const std::string kind = tag.substr(1, tag.find_first_of(" >/") - 1);
        if (kind == "method" || kind == "signal" || kind == "property") {
            close();
            member =
                kind + " " + attribute(tag, "name") + " " + attribute(tag, "type") + attribute(tag, "access");
            emits = "true";
        } else if (kind == "arg") {
            const std::string direction = attribute(tag, "direction");
            member += " (" + attribute(tag, "name") + ":" + attribute(tag, "type") + ":" +
                      (direction.empty() ? (member.starts_with("signal") ? "out" : "in") : direction) + ")";
        } else if (kind == "annotation" &&
                   attribute(tag, "name") == "org.freedesktop.DBus.Property.EmitsChangedSignal") {
            emits = attribute(tag, "value");
        }
    }
    close();
    return result;
}

std::multiset<std::string> documented(const std::string& interface) {
    std::ifstream file(std::string(HEALER_DBUS_DIR) + "/" + interface + ".xml");
    std::stringstream text;
    text << file.rdbuf();
    return members(text.str(), interface);
}

class BusIntrospection : public BusFixture {
protected:
    void SetUp() override {
        backend_.add("web", 100);
        startAll();
    }
};

TEST_F(BusIntrospection, ManagerIsWhatTheXmlSays) {
    const auto xml = ask([](sdbus::IConnection& c) { return ManagerClient(c).Introspect(); });
    EXPECT_EQ(members(xml, "org.healer.Manager"), documented("org.healer.Manager"));
    EXPECT_EQ(documented("org.healer.Manager").size(), 27U);
    EXPECT_NE(xml.find("<interface name=\"org.freedesktop.DBus.ObjectManager\">"), std::string::npos);
    EXPECT_NE(xml.find("<interface name=\"org.freedesktop.DBus.Properties\">"), std::string::npos);
}

TEST_F(BusIntrospection, ProcessIsWhatTheXmlSays) {
    const auto xml =
        ask([](sdbus::IConnection& c) { return ProcessClient(c, "/org/healer/process/web").Introspect(); });
    EXPECT_EQ(members(xml, "org.healer.Process"), documented("org.healer.Process"));
    EXPECT_EQ(documented("org.healer.Process").size(), 21U);
    EXPECT_NE(xml.find("<interface name=\"org.freedesktop.DBus.Properties\">"), std::string::npos);
}

TEST_F(BusIntrospection, LogControlIsWhatTheXmlSays) {
    const auto xml = ask([](sdbus::IConnection& c) { return LogControlClient(c).Introspect(); });
    EXPECT_EQ(members(xml, "org.freedesktop.LogControl1"), documented("org.freedesktop.LogControl1"));
    EXPECT_EQ(documented("org.freedesktop.LogControl1").size(), 3U);
}

} // namespace

} // namespace healer::test
