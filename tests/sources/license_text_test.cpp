// SPDX-License-Identifier: Apache-2.0
#include "sources/license_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "sources/known_license_texts.h"
#include "sources/license_words.h"

namespace onnxhub {
namespace {

/// The phrases of a license with words between them, as long as the license. Its title and appendix
/// have words that further terms have too.
std::string text_like(const KnownLicenseText& known) {
    std::string text;
    const std::string title = known.begin.empty() ? "" : known.begin + " may\n";
    for (const std::string& phrase : known.phrases) {
        if (&phrase == &known.phrases.back()) {
            for (const std::string& more : known.present) text += more + ".\n";
            for (auto count = count_words(text + phrase);
                 count < (known.least_words + known.most_words) / 2; ++count) {
                text += count % 10 == 0 ? "word\n" : "word ";
            }
        }
        text += phrase + ".\n";
    }
    if (!known.ends.empty()) text += "must " + known.ends.front() + "\n";
    return title + text;
}

const KnownLicenseText& known_text(std::string_view id) {
    return *std::ranges::find(known_license_texts(), id, &KnownLicenseText::id);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LicenseText, EveryKnownTextIsRecognized) {
    for (const KnownLicenseText& known : known_license_texts()) {
        EXPECT_EQ(license_of_text(text_like(known)), (License{known.id, ""})) << known.id;
    }
    for (const KnownLicenseText& known : license_notices()) {
        EXPECT_EQ(license_of_text(text_like(known)), (License{known.id, ""})) << known.id;
    }
}

TEST(LicenseText, LayoutAndCopyrightLinesDoNotMatter) {
    const std::string text = text_like(known_text("MIT"));
    std::string reflowed;
    for (const char c : text)
        reflowed += c == '\n' || c == ' ' ? std::string("\r\n// ") : std::string(1, c);
    std::string upper = text;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string texts[] = {
        "# The MIT License (MIT)\n\nCopyright (c) 2020 Shiqi Yu <s@example.org>\n\n" + text,
        "\xef\xbb\xbf" + text,
        "Copyright © 2020–2023 徐栋, Zoë Ångström. All rights reserved.\n" + text,
        reflowed,
        upper,
    };
    for (const std::string& variant : texts) {
        EXPECT_EQ(license_of_text(variant), (License{"MIT", ""})) << variant;
    }
}

TEST(LicenseText, FurtherTermsMakeItAnotherLicense) {
    const std::string text = text_like(known_text("MIT"));
    std::string many_words;
    for (int i = 0; i < 400; ++i) many_words += "word ";
    const std::string texts[] = {
        text + "The weights may be used for research only.\n",
        "Commons Clause License Condition v1.0\n" + text,
        text + "仅限非商业用途，禁止用于任何商业目的，违者必究。如需商用请联系作者。",
        text + many_words,
    };
    for (const std::string& variant : texts) {
        const License license = license_of_text(variant);
        EXPECT_TRUE(license.id.starts_with("LicenseRef-")) << license.id;
        EXPECT_EQ(license.doubt, "it has the text of MIT and further terms");
    }
}

TEST(LicenseText, TheTextCountsAndNotTheTitle) {
    const std::string by = text_like(known_text("CC-BY-4.0"));
    EXPECT_EQ(license_of_text("MIT License\n\n" + by).id, "CC-BY-4.0");
    // The text of CC-BY under the name of CC-BY-NC, and the reverse.
    std::string renamed = by;
    const std::string title = known_text("CC-BY-4.0").phrases.front();
    renamed.replace(renamed.find(title), title.size(), known_text("CC-BY-NC-4.0").phrases.front());
    EXPECT_TRUE(license_of_text(renamed).id.starts_with("LicenseRef-"));
    const std::string hidden = known_text("CC-BY-NC-4.0").present.front();
    std::string restricted = by;
    restricted.replace(restricted.find("word"), 4, hidden);
    EXPECT_TRUE(license_of_text(restricted).id.starts_with("LicenseRef-"));
    EXPECT_TRUE(license_of_text("MIT License\n\nAsk us before you use this.\n")
                    .id.starts_with("LicenseRef-MIT-License-"));
}

TEST(LicenseText, TwoTextsAreNoChoiceOfOnnxhub) {
    const License license =
        license_of_text(text_like(known_text("MIT")) + text_like(known_text("Apache-2.0")));
    EXPECT_TRUE(license.id.starts_with("LicenseRef-"));
    EXPECT_EQ(license.doubt, "it has the texts of MIT, Apache-2.0");
}

TEST(LicenseText, ShortReferencesAreRecognized) {
    const std::pair<const char*, const char*> texts_and_ids[] = {
        {"MIT License\n", "MIT"},
        {"MIT\n", "MIT"},
        {"# SPDX-License-Identifier: MIT OR Apache-2.0\n", "MIT OR Apache-2.0"},
        {"Copyright 2024 Someone\nSPDX-License-Identifier: bsd-3-clause\nhttps://example.org\n",
         "BSD-3-Clause"},
        {"This work is licensed under a\n[Creative Commons Attribution-NonCommercial 4.0 "
         "International License](https://creativecommons.org/licenses/by-nc/4.0/).\n",
         "CC-BY-NC-4.0"},
    };
    for (const auto& [text, id] : texts_and_ids) {
        EXPECT_EQ(license_of_text(text), (License{id, ""})) << text;
    }
    const char* doubtful[] = {
        "SPDX-License-Identifier: MIT\nNot for commercial use.\n",
        "This work is licensed under https://creativecommons.org/licenses/by/4.0/ for research.\n",
        "See the authors of the model.\n",
        "",
    };
    for (const char* text : doubtful) {
        EXPECT_TRUE(license_of_text(text).id.starts_with("LicenseRef-")) << text;
    }
}

TEST(LicenseText, AnUnknownTextHasTheSameIdInEveryLayout) {
    const License one = license_of_text("NVIDIA Open Model License\n\nYou may look at it.\n");
    EXPECT_TRUE(one.id.starts_with("LicenseRef-NVIDIA-Open-Model-License-")) << one.id;
    EXPECT_EQ(one.doubt, "its text is of no known license");
    EXPECT_EQ(one.id, license_of_text("# NVIDIA Open Model License\r\nYou may\r\nlook at it.").id);
    EXPECT_NE(one.id, license_of_text("NVIDIA Open Model License\n\nYou may buy it.\n").id);
    EXPECT_TRUE(license_of_text(std::string("\0\xff\x01", 3)).id.starts_with("LicenseRef-"));
}

TEST(LicenseText, DebiansLicensesAreRecognized) {
    const std::filesystem::path folder = "/usr/share/common-licenses";
    if (!std::filesystem::exists(folder / "Apache-2.0")) {
        GTEST_SKIP() << "no " << folder << " (package base-files)";
    }
    const std::pair<const char*, const char*> files_and_ids[] = {
        {"Apache-2.0", "Apache-2.0"},  {"BSD", "BSD-3-Clause"},     {"CC0-1.0", "CC0-1.0"},
        {"GPL-2", "GPL-2.0-only"},     {"GPL-3", "GPL-3.0-only"},   {"LGPL-2", "LGPL-2.0-only"},
        {"LGPL-2.1", "LGPL-2.1-only"}, {"LGPL-3", "LGPL-3.0-only"}, {"MPL-2.0", "MPL-2.0"},
    };
    for (const auto& [file, id] : files_and_ids) {
        EXPECT_EQ(license_of_text(read_text(folder / file)), (License{id, ""})) << file;
    }
    const License artistic = license_of_text(read_text(folder / "Artistic"));
    EXPECT_TRUE(artistic.id.starts_with("LicenseRef-The-Artistic-License-")) << artistic.id;
}

}  // namespace
}  // namespace onnxhub
