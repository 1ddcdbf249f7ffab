// SPDX-License-Identifier: Apache-2.0
#include "sources/name_template.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace onnxhub {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view known_names[] = {"stem", "variant", "folder", "key"};

std::optional<std::string> expanded(std::string_view text, const Values& values) {
    const auto parsed = parse_template(text, known_names);
    if (const auto* error = std::get_if<TemplateError>(&parsed)) {
        ADD_FAILURE() << text << ": " << error->message;
        return std::nullopt;
    }
    return std::get<NameTemplate>(parsed).expand([&](std::string_view name) -> std::string_view {
        const auto found = values.find(name);
        return found == values.end() ? std::string_view{} : found->second;
    });
}

TEST(NameTemplate, PlaceholdersAreReplacedByTheirValues) {
    const Values values{{"stem", "age_net"}, {"variant", "int8"}, {"folder", "vision/face_age/2"}};
    const std::pair<std::string_view, std::string_view> templates[] = {
        {"", ""},
        {"plain text", "plain text"},
        {"{stem}", "age_net"},
        {"{stem}{-variant}", "age_net-int8"},
        {"{stem}{-key}", "age_net"},
        {"{stem:_}", "age net"},
        {"{-stem:_}", "-age net"},
        {"{stem:-}", "age_net"},
        {"{folder}", "vision/face_age/2"},
        {"{folder[0]}", "vision"},
        {"{folder[1]:_}", "face age"},
        {"{folder[2]}", "2"},
        {"{folder[3]}", ""},
        {"{folder[-1]}", "2"},
        {"{folder[-3]}", "vision"},
        {"{folder[-4]}", ""},
        {"{-folder[7]}", ""},
        {"{key[0]}", ""},
        {"{{stem}}", "{stem}"},
        {"{{{stem}}}", "{age_net}"},
        {"a}}b{{c", "a}b{c"},
        {"{stem} {key}", "age_net"},  // blanks at the ends are removed
    };
    for (const auto& [text, result] : templates) EXPECT_EQ(expanded(text, values), result) << text;
}

TEST(NameTemplate, ErrorsStateColumnProblemAndRepair) {
    struct Case {
        std::string_view text;
        std::size_t column;
        std::string_view message, hint;
    };
    const Case cases[] = {
        {"{stm}", 2, "unknown name \"stm\"", "did you mean \"stem\"?"},
        {"a{architecture}", 3, "unknown name \"architecture\"",
         "the known names are stem, variant, folder, key"},
        {"{stem", 1, "\"{\" is not closed", "write {{ for a brace"},
        {"x{", 3, "a name is missing after \"{\"", "write {{ for a brace"},
        {"{}", 2, "a name is missing after \"{\"", "write {{ for a brace"},
        {"{-}", 3, "a name is missing after \"{\"", "write {{ for a brace"},
        {"stem}", 5, "\"}\" closes nothing", "write }} for a brace"},
        {"{stem!}", 6, "\"!\" is not expected here",
         "write {name}, {-name}, {name:_} or {name[0]}"},
        {"{folder[x]}", 9, "not a number from -99 to 99",
         "write [0] for the first segment, [-1] for the last one"},
        {"{folder[100]}", 9, "not a number from -99 to 99",
         "write [0] for the first segment, [-1] for the last one"},
        {"{folder[99999999999]}", 9, "not a number from -99 to 99",
         "write [0] for the first segment, [-1] for the last one"},
        {"{folder[0}", 10, "\"]\" is missing", "write {name[0]}"},
        {"{stem:x}", 7, "not a character that can become a space", "write :_, :- or :."},
        {"{stem:", 7, "not a character that can become a space", "write :_, :- or :."},
    };
    for (const auto& [text, column, message, hint] : cases) {
        SCOPED_TRACE(text);
        const auto parsed = parse_template(text, known_names);
        ASSERT_TRUE(std::holds_alternative<TemplateError>(parsed));
        const auto& error = std::get<TemplateError>(parsed);
        EXPECT_EQ(error.column, column);
        EXPECT_EQ(error.message, message);
        EXPECT_EQ(error.hint, hint);
    }
}

TEST(NameTemplate, SizesOfTemplateAndResultAreBounded) {
    const std::string longest(template_size_limit, 'x');
    EXPECT_EQ(expanded(longest, {}), longest);
    EXPECT_TRUE(std::holds_alternative<TemplateError>(parse_template(longest + "x", known_names)));

    const std::string value(template_result_limit, 'v');
    EXPECT_EQ(expanded("{stem}", {{"stem", value}}), value);
    EXPECT_EQ(expanded("{-stem}", {{"stem", value}}), std::nullopt);
    EXPECT_EQ(expanded("{stem}{key}", {{"stem", value}, {"key", "k"}}), std::nullopt);
}

TEST(NameTemplate, KnowsWhichNamesItUses) {
    const auto parsed = parse_template("stem {-folder[0]}", known_names);
    EXPECT_TRUE(std::get<NameTemplate>(parsed).uses("folder"));
    EXPECT_FALSE(std::get<NameTemplate>(parsed).uses("stem"));
}

}  // namespace
}  // namespace onnxhub
