// SPDX-License-Identifier: Apache-2.0
// The official zoo as a static hub: exported without its models, served and browsed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ZooExport : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
        ASSERT_EQ(run_command({"git", "clone", "-q", "--bare",
                               (fs::path(corpus) / "zoo/zoo.bundle").string(), "zoo.git"},
                              folder.path())
                      .status,
                  0);
    }

    TemporaryFolder folder;
};

TEST_F(ZooExport, WithoutItsBytesItIsRefusedUnlessThatIsMeant) {
    const std::string hub = "zoo.git:zoo-b1eeaa1a";
    const ProgramResult refused = run_onnxhub({"export", hub, "--to", "site"}, folder.path());
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("368 files are Git LFS pointers"));
    EXPECT_FALSE(fs::exists(folder.path() / "site"));
}

TEST_F(ZooExport, EveryModelIsOnItsPage) {
    const ProgramResult exported = run_onnxhub(
        {"export", "zoo.git:zoo-b1eeaa1a", "--to", "site", "--allow-missing"}, folder.path());
    ASSERT_EQ(exported.status, 0) << exported.err;
    if (!has_program("chromium")) GTEST_SKIP() << "chromium is not installed";
    RunningServer server(folder.path() / "site", folder.path());
    const ProgramResult page =
        run_command({"chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                     "--user-data-dir=" + (folder.path() / "profile").string(),
                     "--virtual-time-budget=10000", "--dump-dom", server.url() + "/"},
                    folder.path());
    EXPECT_THAT(page.out, HasSubstr("184 files in 116 models"));
    EXPECT_THAT(page.out, HasSubstr("ResNet50-fp32"));
    EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace onnxhub::test
