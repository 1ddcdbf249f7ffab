// SPDX-License-Identifier: Apache-2.0
#include "sources/source_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onnxhub {
namespace {

TEST(SourceUrl, TheLastSegmentIsTheNameOfTheFile) {
    const std::pair<const char*, const char*> cases[] = {
        {"https://h.example/a.onnx", "a.onnx"},
        {"HTTPS://h.example/x/a%20b.onnx?download=true#top", "a b.onnx"},
        {"https://h.example/x@y/a.onnx", "a.onnx"},
        {"https://[::1]:8443/a.onnx", "a.onnx"},
        {"https://h.example/m\xc3\xb6.onnx", "m\xc3\xb6.onnx"},
        {"https://h.example/a%2.onnx", "a%2.onnx"},
    };
    for (const auto& [url, name] : cases) {
        const auto parsed = parse_source_url(url);
        ASSERT_TRUE(std::holds_alternative<SourceUrl>(parsed)) << url;
        EXPECT_EQ(std::get<SourceUrl>(parsed).url, url);
        EXPECT_EQ(std::get<SourceUrl>(parsed).file_name, name);
    }
}

TEST(SourceUrl, OthersAreRefusedWithAReason) {
    const std::pair<std::string, const char*> cases[] = {
        {"", "does not start with https://"},
        {"http://h.example/a.onnx", "does not start with https://"},
        {"file:///etc/passwd.onnx", "does not start with https://"},
        {"//h.example/a.onnx", "does not start with https://"},
        {"https:/h.example/a.onnx", "does not start with https://"},
        {"https:///a.onnx", "has no host"},
        {"https://?a.onnx", "has no host"},
        {"https://u@h.example/a.onnx", "has a user or password"},
        {"https://u:p@h.example/a.onnx", "has a user or password"},
        {"https://h.example/a b.onnx", "has characters that URLs cannot have"},
        {"https://h.example\\@x.example/a.onnx", "has characters that URLs cannot have"},
        {"https://h.example/a\n.onnx", "has characters that URLs cannot have"},
        {std::string("https://h.example/\0.onnx", 24), "has characters that URLs cannot have"},
        {"https://h.example", "does not end with the name of a file"},
        {"https://h.example/a.onnx/", "does not end with the name of a file"},
        {"https://h.example/x?a.onnx", "does not name an .onnx file"},
        {"https://h.example/..%2Fa.onnx", "does not end with the name of a file"},
        {"https://h.example/%2e%2e", "does not end with the name of a file"},
        {"https://h.example/%00.onnx", "does not end with the name of a file"},
        {"https://h.example/%ff.onnx", "does not end with the name of a file"},
        {"https://h.example/a.ZIP", "names an archive, which is not supported"},
        {"https://h.example/a.tar.gz", "names an archive, which is not supported"},
        {"https://h.example/a.bin", "does not name an .onnx file"},
        {"https://h.example/" + std::string(2048, 'a'), "is longer than 2048 bytes"},
    };
    for (const auto& [url, message] : cases) {
        const auto parsed = parse_source_url(url);
        ASSERT_TRUE(std::holds_alternative<UnusableUrl>(parsed)) << url;
        EXPECT_EQ(std::get<UnusableUrl>(parsed).message, message) << url;
        EXPECT_NE(std::get<UnusableUrl>(parsed).hint, "");
    }
}

}  // namespace
}  // namespace onnxhub
