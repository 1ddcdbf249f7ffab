// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/output_location.h"

#include <gtest/gtest.h>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

TEST(OutputLocation, IsNeitherInsideTheHubNorAroundIt) {
    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    fs::create_directories(hub / "a");
    fs::create_directory_symlink("hub", folder.path() / "same");
    fs::create_directory_symlink("hub/a", folder.path() / "link");
    for (const char* to : {"hub", "hub/.", "hub/a", "hub/site", "hub/new/deep", "same", "same/site",
                           "link/site", "site/../hub/site", "."}) {
        EXPECT_THROW(refuse_place_of_hub(hub, folder.path() / to), UserError) << to;
        EXPECT_THROW(refuse_place_of_hub(folder.path() / "same", folder.path() / to), UserError)
            << to;
    }
    EXPECT_THROW(refuse_place_of_hub(hub, folder.path().parent_path()), UserError);
    for (const char* to :
         {"site", "hub2", "hu", "new/deep/site", "hub/../site", "link/../../site"}) {
        EXPECT_NO_THROW(refuse_place_of_hub(hub, folder.path() / to)) << to;
    }
}

}  // namespace
}  // namespace onnxhub::test
