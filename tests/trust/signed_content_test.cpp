// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "trust/signed_content.h"

namespace onnxhub {
namespace {

class MemoryContent : public SignedContent {
public:
    explicit MemoryContent(std::map<std::string, std::string> files) : files_(std::move(files)) {}

    std::vector<std::string> files() const override {
        std::vector<std::string> paths;
        for (const auto& [path, text] : files_) paths.push_back(path);
        return paths;
    }
    Result digest(const std::string& path) const override {
        const auto found = files_.find(path);
        if (found == files_.end()) return NoDigest{};
        if (found->second == "link") return NoDigest{"is a symbolic link"};
        return Digest{sha256_of(found->second), found->second.size()};
    }
    Result digest_of_part(const std::string& path, std::uint64_t begin,
                          std::uint64_t end) const override {
        const auto found = files_.find(path);
        if (found == files_.end()) return NoDigest{};
        const std::string& text = found->second;
        return Digest{sha256_of(begin < text.size() ? text.substr(begin, end - begin) : ""),
                      text.size()};
    }

private:
    std::map<std::string, std::string> files_;
};

const ModelStatement two_files{"m",
                               {{"a", sha256_of("A"), 0, 0}, {"d/b", sha256_of("B"), 0, 0}},
                               {},
                               {"left/out", "model.sig"}};

std::vector<std::string> differences_of(const ModelStatement& statement,
                                        std::map<std::string, std::string> files,
                                        const ComparisonOptions& options = {}) {
    std::vector<std::string> lines;
    for (const FileDifference& one :
         compare_files(statement, MemoryContent(std::move(files)), options)) {
        lines.push_back(to_text(one));
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(SignedContent, EachDifferenceIsNamed) {
    EXPECT_EQ(differences_of(two_files, {{"a", "A"}, {"d/b", "B"}}), Lines{});
    EXPECT_EQ(differences_of(two_files, {{"a", "X"}, {"d/b", "B"}}), Lines{"changed: a"});
    EXPECT_EQ(differences_of(two_files, {{"a", "A"}}), Lines{"missing: d/b"});
    EXPECT_EQ(differences_of(two_files, {{"a", "A"}, {"d/b", "B"}, {"d/c", ""}}),
              Lines{"not signed: d/c"});
    EXPECT_EQ(differences_of(two_files, {{"a", "link"}, {"d/b", "B"}}),
              Lines{"not checked: a: is a symbolic link"});
    EXPECT_EQ(differences_of(two_files, {{"b", "A"}, {"a", "Z"}}),
              (Lines{"changed: a", "not signed: b", "missing: d/b"}));
}

TEST(SignedContent, UnsignedFilesMayBeIgnored) {
    const std::map<std::string, std::string> files{
        {"a", "A"}, {"d/b", "B"}, {"d/c", ""}, {"x/y", ""}};
    EXPECT_EQ(differences_of(two_files, files, {.ignores_unsigned_files = true}), Lines{});
    EXPECT_EQ(differences_of(two_files, files, {.ignored_paths = {"x"}}), Lines{"not signed: d/c"});
    EXPECT_EQ(differences_of(two_files, files, {.ignored_paths = {"./x/", "d/c"}}), Lines{});
    // Signed files are checked even if they are ignored.
    EXPECT_EQ(differences_of(two_files, {{"a", "X"}, {"d/b", "B"}}, {.ignored_paths = {"a"}}),
              Lines{"changed: a"});
}

TEST(SignedContent, PathsOfTheStatementAndOfGitAreLeftOut) {
    EXPECT_EQ(differences_of(two_files, {{"a", "A"},
                                         {"d/b", "B"},
                                         {".git/config", ""},
                                         {".gitignore", ""},
                                         {".gitattributes", ""},
                                         {".github/workflows/x.yml", ""},
                                         {"model.sig", ""},
                                         {"left/out/x", ""}}),
              Lines{});
    EXPECT_EQ(
        differences_of(two_files, {{"a", "A"}, {"d/b", "B"}, {"d/.gitignore", ""}, {"left/x", ""}}),
        (Lines{"not signed: d/.gitignore", "not signed: left/x"}));
}

TEST(SignedContent, AStatementCannotIgnoreEverything) {
    for (const char* path : {"", ".", "..", "/", "../m", "d/.."}) {
        ModelStatement statement = two_files;
        statement.ignored_paths = {path};
        EXPECT_EQ(differences_of(statement, {{"a", "A"}, {"d/b", "B"}, {"x", ""}}),
                  Lines{"not signed: x"})
            << path;
    }
}

TEST(SignedContent, PartsAndTheSizeOfFilesAreCompared) {
    const ModelStatement parts{
        "m", {{"a", sha256_of("0123"), 0, 4}, {"a", sha256_of("45"), 4, 6}}, 4, {}};
    EXPECT_EQ(differences_of(parts, {{"a", "012345"}}), Lines{});
    EXPECT_EQ(differences_of(parts, {{"a", "0123x5"}}), Lines{"changed: a"});
    EXPECT_EQ(differences_of(parts, {{"a", "0123456"}}), Lines{"changed: a"});
    EXPECT_EQ(differences_of(parts, {{"a", "0123"}}), Lines{"changed: a"});
    EXPECT_EQ(differences_of(parts, {}), Lines{"missing: a"});
}

}  // namespace
}  // namespace onnxhub
