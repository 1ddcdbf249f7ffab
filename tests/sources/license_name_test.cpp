// SPDX-License-Identifier: Apache-2.0
#include "sources/license_name.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onnxhub {
namespace {

std::string id_of(std::string_view written) {
    const auto license = license_of_name(written);
    return license ? license->id : "none";
}

TEST(LicenseName, IdsAndExpressionsGetTheRegisteredSpelling) {
    const std::pair<const char*, const char*> names_and_ids[] = {
        {"Apache-2.0", "Apache-2.0"},
        {" apache-2.0 \n", "Apache-2.0"},
        {"CC-BY-NC-SA-4.0", "CC-BY-NC-SA-4.0"},
        {"bsd-3-clause-clear", "BSD-3-Clause-Clear"},
        {"mit or apache-2.0", "MIT OR Apache-2.0"},
        {"(MIT OR Apache-2.0) and bsd-3-clause", "(MIT OR Apache-2.0) AND BSD-3-Clause"},
        {"apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception"},
        {"LicenseRef-Our-Terms-2", "LicenseRef-Our-Terms-2"},
        {"MPL-2.0+", "MPL-2.0+"},
        {"gpl-2.0", "GPL-2.0-only"},
        {"GPL-3.0+", "GPL-3.0-or-later"},
        {"agpl-3.0-or-later", "AGPL-3.0-or-later"},
    };
    for (const auto& [name, id] : names_and_ids) {
        const auto license = license_of_name(name);
        ASSERT_TRUE(license) << name;
        EXPECT_EQ(license->id, id);
        EXPECT_EQ(license->doubt, "") << name;
    }
}

TEST(LicenseName, CommonSpellingsAreRecognized) {
    const std::pair<const char*, const char*> names_and_ids[] = {
        {"MIT License", "MIT"},
        {"The MIT License (MIT)", "MIT"},
        {"Apache 2.0", "Apache-2.0"},
        {"Apache License, Version 2.0", "Apache-2.0"},
        {"apache2", "Apache-2.0"},
        {"New BSD License", "BSD-3-Clause"},
        {"BSD 2-Clause", "BSD-2-Clause"},
        {"GPLv3", "GPL-3.0-only"},
        {"GPL v2+", "GPL-2.0-or-later"},
        {"GNU General Public License v3.0 or later", "GPL-3.0-or-later"},
        {"GNU Lesser General Public License, version 2.1", "LGPL-2.1-only"},
        {"AGPL 3", "AGPL-3.0-only"},
        {"CC BY 4.0", "CC-BY-4.0"},
        {"CC BY-NC-ND 3.0 Unported", "CC-BY-NC-ND-3.0"},
        {"Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License",
         "CC-BY-NC-SA-4.0"},
        {"CC0", "CC0-1.0"},
        {"CC0 1.0 Universal", "CC0-1.0"},
        {"https://opensource.org/licenses/MIT", "MIT"},
        {"http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"},
        {"https://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC-BY-NC-4.0"},
        {"https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"},
    };
    for (const auto& [name, id] : names_and_ids) EXPECT_EQ(id_of(name), id) << name;
}

TEST(LicenseName, OtherNamesAreKeptAsReferences) {
    const std::pair<const char*, const char*> names_and_ids[] = {
        {"BSD", "LicenseRef-BSD"},  // which one?
        {"Apache", "LicenseRef-Apache"},
        {"CC-BY", "LicenseRef-CC-BY"},
        {"CC BY 9.0", "LicenseRef-CC-BY-9.0"},
        {"creativeml-openrail-m", "LicenseRef-creativeml-openrail-m"},
        {"Non-commercial use only!", "LicenseRef-Non-commercial-use-only"},
        {"MIT / Apache-2.0", "LicenseRef-MIT-Apache-2.0"},
        {"MIT License, research only", "LicenseRef-MIT-License-research-only"},
        {"MIT WITH", "LicenseRef-MIT-WITH"},
        {"MIT OR", "LicenseRef-MIT-OR"},
        {"LicenseRef-a/b", "LicenseRef-LicenseRef-a-b"},
    };
    for (const auto& [name, id] : names_and_ids) {
        const auto license = license_of_name(name);
        ASSERT_TRUE(license) << name;
        EXPECT_EQ(license->id, id);
        EXPECT_NE(license->doubt, "") << name;
    }
}

TEST(LicenseName, NamesThatLoseLettersStayDistinct) {
    EXPECT_NE(id_of("非商用"), id_of("商用"));
    EXPECT_EQ(id_of("非商用").size(), std::string("LicenseRef-").size() + 8);
    const std::string long_name(600, 'a');
    EXPECT_NE(id_of(long_name + "1"), id_of(long_name + "2"));
    EXPECT_LT(id_of(long_name).size(), 100u);
}

TEST(LicenseName, WordsForUnknownStateNoLicense) {
    for (const char* name : {"", "  ", "-", "Unknown", "other", "N/A", "NOASSERTION", "none"}) {
        EXPECT_FALSE(license_of_name(name)) << name;
    }
}

TEST(LicenseName, DeepNestingIsReadWithoutRecursion) {
    std::string nested = std::string(200, '(') + "MIT" + std::string(200, ')');
    EXPECT_EQ(id_of(nested), nested);
    EXPECT_EQ(id_of(nested + " OR").substr(0, 15), "LicenseRef-MIT-");
}

}  // namespace
}  // namespace onnxhub
