// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_facts.h"

#include <gtest/gtest.h>

namespace onnxhub::test {
namespace {

TEST(ReadmeFacts, TheTitleIsTheFirstHeadingWithoutItsMarkup) {
    const std::pair<const char*, const char*> cases[] = {
        {"# Team hub\n\n# Other\n", "Team hub"},
        {"<!-- SPDX -->\n<!--\n# not this\n-->\n\n# ONNX Model Zoo #\n", "ONNX Model Zoo"},
        {"```\n# a comment of a shell\n```\nTeam *hub*\n===\n", "Team hub"},
        {"---\nlicense: mit\n# front\n---\n## [Hub](https://example.org) of `us`\n", "Hub of us"},
        {"<h1 align=\"center\">Our hub</h1>\n", "Our hub"},
        {"![logo](x.png)\n#no heading\n", ""},
        {"---\nunclosed front matter\n", ""},
        {"", ""},
    };
    for (const auto& [markdown, title] : cases) EXPECT_EQ(title_of(markdown), title) << markdown;
}

TEST(ReadmeFacts, TheLicenceIsInTheFrontMatterOrBelowItsHeading) {
    const std::pair<const char*, const char*> cases[] = {
        {"---\r\nlicense: \"mit\"\r\n---\r\n# A\r\n\r\n## License\r\n\r\nother\r\n", "mit"},
        {"# A\n\n## Licence\n\nApache-2.0, unless a model's page says otherwise.\n", "Apache-2.0"},
        {"## LICENSE\n[Apache License v2.0](LICENSE)\n", "Apache License v2.0"},
        {"## License\n\n## Next\nMIT\n", ""},  // the template's heading, not filled in
        {"## Licence\n", ""},
        {"# A\n\nlicense: mit\n", ""},
        {"---\nlicense:\n  - mit\n---\n", ""},
        {"", ""},
    };
    for (const auto& [markdown, licence] : cases) {
        EXPECT_EQ(licence_of(markdown), licence) << markdown;
    }
}

}  // namespace
}  // namespace onnxhub::test
