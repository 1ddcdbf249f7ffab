// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_facts.h"

#include <gtest/gtest.h>

#include <utility>

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

TEST(ReadmeFacts, TheSummaryIsTheFirstProse) {
    const std::string sentence = "It names what a picture shows. ";
    const std::pair<std::string, std::string> cases[] = {
        {"# ResNet\n\n## Use cases\n`ResNet` models [classify](x.md) images,\nquickly.\n\nMore.",
         "ResNet models classify images, quickly."},
        {"![badge](x.png)\n- a list of some words\n|a|b|c|d e f|\n> quoted words of others\n\n"
         "Short.\n\nThe real text is here.\n",
         "The real text is here."},
        {"A title of five words\n===\n\n```\ncode of five words here\n```\n", ""},
        {sentence + sentence + sentence + sentence + sentence + sentence + sentence,
         sentence + sentence + sentence + sentence + sentence + "It names what a picture shows."},
        {"a b c " + std::string(300, 'x'), "a b c …"},
        {"", ""},
    };
    for (const auto& [markdown, summary] : cases) EXPECT_EQ(summary_of(markdown), summary);
    EXPECT_EQ(summary_of("a b c d" + std::string(300, ' ') + "\n"), "a b c d");
}

TEST(ReadmeFacts, SearchWordsAreDifferentAndBounded) {
    EXPECT_EQ(search_words_of("# Image CLASSIFICATION\n\nan image of 1000 [classes](secret.md), "
                              "\u00fcber\n```\ncode\n```\n"),
              "classes classification image \u00fcber");
    EXPECT_EQ(search_words_of(std::string(33, 'x') + " ab abc"), "abc");
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "w" + std::to_string(10'000 + i) + "\n";
    EXPECT_EQ(search_words_of(many).size(), 1000 * 7 - 1);
}

}  // namespace
}  // namespace onnxhub::test
