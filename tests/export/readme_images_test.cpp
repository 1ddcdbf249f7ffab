// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosting/export/catalog_path.h"
#include "tests/support/memory_tree.h"

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::SizeIs;

const std::string png = "\x89PNG\r\n\x1a\n and so on";

TEST(ReadmeImages, TargetsAreReadFromMarkdownAndHtml) {
    EXPECT_THAT(image_targets_of("![a](one.png) text [![b [c]](two.gif \"title\")](page.md)\n"
                                 "<IMG width=9 src=\"three 3.jpg\" alt=x> <img src='four'/>\n"
                                 "<img data-src=lazy.gif\nsrc=six.png>"
                                 "![again](one.png) ![p](a(b).png) ![s](<five 5.png>)"),
                ElementsAre("one.png", "two.gif", "three 3.jpg", "four", "six.png", "a(b).png",
                            "five 5.png"));
}

TEST(ReadmeImages, OtherTextHasNone) {
    for (const std::string text :
         {"[link](a.png)", "\\![a](a.png) \\[b](c)", "![a]", "![a](", "![](", "![a]()",
          "<image src=x>", "<img alt=x>", "<img", "<img src=", "<img src=\"x", "<img data-src=x>",
          "]](a)", "![a] (b)"}) {
        EXPECT_THAT(image_targets_of(text), testing::AnyOf(IsEmpty(), ElementsAre("a.png")))
            << text;
    }
    EXPECT_THAT(image_targets_of("[link](a.png)"), IsEmpty());
    EXPECT_THAT(image_targets_of("![a](" + std::string(longest_image_target + 1, 'x') + ")"),
                IsEmpty());
    EXPECT_THAT(image_targets_of("![a](" + std::string(longest_image_target, 'x') + ")"),
                SizeIs(1));
}

TEST(ReadmeImages, AReadmeHasALimitOfThem) {
    std::string text;
    for (std::size_t i = 0; i <= readme_images_limit; ++i) {
        text += "![](" + std::to_string(i) + ".png)";
    }
    EXPECT_THAT(image_targets_of(text), SizeIs(readme_images_limit));
}

TEST(ReadmeImages, CraftedTextsEnd) {
    for (const std::string unit : {"[", "![", "](", "<img ", "![](", "<img src=\"", "![a](<"}) {
        std::string text;
        while (text.size() < 250'000) text += unit;
        EXPECT_LE(image_targets_of(text).size(), readme_images_limit) << unit;
    }
}

TEST(ReadmeImages, AreFilesOfTheHub) {
    MemoryTree tree;
    tree.set_origin({"https://github.com/team/models", ""});
    tree.add("a/x y.png", png).add("top.jpg", "\xff\xd8\xff JPEG").add("a/w.webp", "RIFF1234WEBP");
    tree.add("a/text.png", "no image").add("a/v.svg", "<svg/>");
    tree.add_unreadable("a/broken.png", 10);
    ReadmeImages images(tree);
    const auto found = images.add(
        "a",
        "![](x%20y.png?raw=true) ![](/top.jpg) ![](../top.jpg) ![](w.webp) ![](text.png) "
        "![](v.svg) ![](broken.png) ![](missing.png) ![](../../top.jpg) "
        "![](https://x.example/top.jpg) ![](https://github.com/team/models/raw/main/top.jpg)");
    const std::string jpg = catalog_path("image", "\xff\xd8\xff JPEG", ".jpg");
    EXPECT_THAT(found, ElementsAre(Pair("../top.jpg", jpg), Pair("/top.jpg", jpg),
                                   Pair("https://github.com/team/models/raw/main/top.jpg", jpg),
                                   Key("w.webp"),
                                   Pair("x%20y.png?raw=true", catalog_path("image", png, ".png"))));
    EXPECT_THAT(images.take_files(), SizeIs(3));
}

TEST(ReadmeImages, OneAndAllHaveALimitOfBytes) {
    MemoryTree tree;
    const auto image = [](std::size_t size, char fill) {
        return png + std::string(size - png.size(), fill);
    };
    std::string text;
    for (char name = 'a'; name < 'j'; ++name) {
        tree.add(std::string(1, name), image(readme_image_size, name));
        text += "![](" + std::string(1, name) + ")";
    }
    tree.add("large", image(readme_image_size + 1, 'x'));
    EXPECT_THAT(ReadmeImages(tree).add("", "![](large)"), IsEmpty());
    EXPECT_THAT(ReadmeImages(tree).add("", text), SizeIs(readme_images_size / readme_image_size));
}

}  // namespace
}  // namespace onnxhub::test
