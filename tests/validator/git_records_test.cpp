// SPDX-License-Identifier: Apache-2.0
// Rules use what git has recorded for a file. File times must not matter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "repository/git_repository.h"
#include "tests/support/hub_files.h"
#include "tests/support/repository_builder.h"
#include "validator/pointer_rules.h"
#include "validator/remote_rules.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

const std::string model(3000, 'm');

struct Checked {
    FindingList findings;
    std::vector<Sha256> asked;
};

Checked check(const RepositoryBuilder& hub) {
    const auto tree = GitRepository::find(hub.path())->working_tree("");
    const Settings settings;
    const auto state = read_hub_state(*tree, settings, {manifest_path, std::nullopt}, {});
    Checked checked;
    check_pointers(*state, 1, checked.findings);
    FindingList of_remote;
    check_remote(
        *state,
        [&](const std::vector<LfsObject>& objects) {
            for (const LfsObject& object : objects) checked.asked.push_back(object.oid);
            return std::vector<LfsObjectState>(objects.size(),
                                               {LfsObjectState::Kind::present, 0, ""});
        },
        1, of_remote);
    return checked;
}

TEST(GitRecords, TheServerIsAskedAboutFilesWhateverTheirTimes) {
    RepositoryBuilder hub;
    hub.write(".gitattributes", "*.onnx filter=lfs\n").write_lfs("m.onnx", model).commit("One");
    EXPECT_THAT(check(hub).asked, ElementsAre(sha256_of(model)));
    set_old_time(hub.path() / "m.onnx", 1);
    EXPECT_THAT(check(hub).asked, ElementsAre(sha256_of(model)));
    EXPECT_THAT(check(hub).findings.findings(), IsEmpty());
}

TEST(GitRecords, RawBytesOfAnySizeAreFoundInRacyAndTouchedFiles) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1023}, std::size_t{1024}}) {
        SCOPED_TRACE(size);
        RepositoryBuilder hub;
        hub.write(".gitattributes", "*.onnx filter=lfs\n");
        hub.write("m.onnx", std::string(size, 'm')).write("empty.onnx", "").commit("Raw");
        const auto found = ElementsAre(Field(&Finding::rule, "pointer-raw-bytes"));
        EXPECT_THAT(check(hub).findings.findings(), found);  // as new as the index
        set_old_time(hub.path() / "m.onnx");
        EXPECT_THAT(check(hub).findings.findings(), found);
        write_file(hub.path() / "m.onnx", "other bytes, not added");
        EXPECT_THAT(check(hub).findings.findings(), found);
    }
}

TEST(GitRecords, NewAndModifiedFilesAreNoRawBytes) {
    RepositoryBuilder hub;
    hub.write(".gitattributes", "*.onnx filter=lfs\n").write_lfs("m.onnx", model).commit("One");
    write_file(hub.path() / "m.onnx", "other bytes, which `git add` sends through the filter");
    write_file(hub.path() / "new.onnx", model);
    EXPECT_THAT(check(hub).findings.findings(), IsEmpty());
}

TEST(GitRecords, ABlobThatIsNotHereIsCounted) {
    RepositoryBuilder hub;
    hub.write(".gitattributes", "*.onnx filter=lfs\n").write("m.onnx", model).commit("Raw");
    std::filesystem::remove_all(hub.path() / ".git/objects");
    std::filesystem::create_directories(hub.path() / ".git/objects");
    const Checked checked = check(hub);
    EXPECT_THAT(checked.findings.findings(), IsEmpty());
    EXPECT_THAT(
        checked.findings.unchecked(),
        Contains(Unchecked{"pointer-raw-bytes", 1, "git's copies are not available locally"}));
}

}  // namespace
}  // namespace onnxhub::test
