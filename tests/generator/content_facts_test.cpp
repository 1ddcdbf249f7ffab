// SPDX-License-Identifier: Apache-2.0
#include "generator/content_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "base/user_error.h"
#include "tests/support/memory_tree.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string model_file(4000, 'm');
const LfsPointer pointer_of_model{sha256_of(model_file), model_file.size(), false, true};

std::string pointer_text(const std::string& content) {
    return lfs_pointer_text(sha256_of(content), content.size());
}

std::optional<ContentFacts> facts(const Tree& tree, const FactOptions& options = {}) {
    const auto result = read_content_facts(tree, "m.onnx", options);
    if (const auto* found = std::get_if<ContentFacts>(&result)) return *found;
    return std::nullopt;
}

Diagnostic problem(const Tree& tree, const FactOptions& options = {}) {
    const auto result = read_content_facts(tree, "m.onnx", options);
    const auto* diagnostic = std::get_if<Diagnostic>(&result);
    return diagnostic ? *diagnostic : Diagnostic{};
}

TEST(ContentFacts, PointerNamesThem) {
    MemoryTree tree;
    tree.add("m.onnx", pointer_text(model_file));
    EXPECT_EQ(facts(tree), (ContentFacts{sha256_of(model_file), 4000, FactSource::pointer}));
}

TEST(ContentFacts, UnmodifiedFileIsKnownWithoutOpeningIt) {
    MemoryTree tree;
    tree.add("m.onnx", model_file).set_unmodified_pointer("m.onnx", pointer_of_model);
    EXPECT_EQ(facts(tree), (ContentFacts{sha256_of(model_file), 4000, FactSource::index}));
    EXPECT_THAT(tree.opened(), IsEmpty());
}

TEST(ContentFacts, ModifiedFileIsHashed) {
    MemoryTree tree;
    tree.add("m.onnx", model_file);
    EXPECT_EQ(facts(tree), (ContentFacts{sha256_of(model_file), 4000, FactSource::hashed}));
}

TEST(ContentFacts, SmallFilesAreHashedToo) {
    for (const std::string& content : {std::string(), std::string("small"), std::string(1023, 'x'),
                                       std::string(1024, 'x'), std::string(1025, 'x')}) {
        MemoryTree tree;
        tree.add("m.onnx", content);
        EXPECT_EQ(facts(tree),
                  (ContentFacts{sha256_of(content), content.size(), FactSource::hashed}));
    }
}

TEST(ContentFacts, EmptyFileHasTheDigestOfNothing) {
    MemoryTree tree;
    tree.add("m.onnx", "");
    ASSERT_TRUE(facts(tree));
    EXPECT_EQ(to_hex(facts(tree)->sha),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ContentFacts, RehashIgnoresTheIndex) {
    MemoryTree tree;
    LfsPointer wrong = pointer_of_model;
    wrong.oid = sha256_of("other");
    tree.add("m.onnx", model_file).set_unmodified_pointer("m.onnx", wrong);
    EXPECT_EQ(facts(tree, {.rehash = true}),
              (ContentFacts{sha256_of(model_file), 4000, FactSource::hashed}));
}

TEST(ContentFacts, RehashReadsTheObjectOfAPointer) {
    MemoryTree tree;
    tree.add("m.onnx", pointer_text(model_file));
    const ContentFacts expected{sha256_of(model_file), 4000, FactSource::pointer};
    EXPECT_EQ(facts(tree, {.rehash = true}), expected);  // no object here: the pointer stands

    tree.add_lfs_object(model_file);
    EXPECT_EQ(facts(tree, {.rehash = true}), expected);

    std::string corrupt = model_file;
    corrupt[2000] = 'M';
    tree.add_corrupt_lfs_object(sha256_of(model_file), corrupt);
    EXPECT_EQ(facts(tree), expected);
    EXPECT_EQ(problem(tree, {.rehash = true}).rule, "lfs-object-corrupt");
}

TEST(ContentFacts, BrokenPointerIsADiagnosticAtItsLine) {
    MemoryTree tree;
    std::string text = pointer_text(model_file);
    tree.add("m.onnx", text.insert(text.find("size") + 5, "-"));
    const Diagnostic broken = problem(tree);
    EXPECT_EQ(broken.severity, Severity::error);
    EXPECT_EQ(broken.rule, "pointer-malformed");
    EXPECT_EQ(broken.file, "m.onnx");
    EXPECT_EQ(broken.line, 3);
    EXPECT_THAT(broken.hint, HasSubstr("git checkout"));
}

TEST(ContentFacts, WhatIsNoRegularFileIsADiagnostic) {
    MemoryTree tree;
    EXPECT_EQ(problem(tree).message, "does not exist");
    for (const FileKind kind : {FileKind::folder, FileKind::submodule, FileKind::other}) {
        tree.add_kind("m.onnx", kind);
        EXPECT_EQ(problem(tree).rule, "file-unreadable");
        EXPECT_EQ(problem(tree).message, "is not a regular file");
    }
    EXPECT_THAT(tree.opened(), IsEmpty());
}

TEST(ContentFacts, UnreadableFileIsADiagnosticWithAHint) {
    for (const std::uint64_t size : {10u, 100'000u}) {
        MemoryTree tree;
        tree.add_unreadable("m.onnx", size);
        const Diagnostic found = problem(tree);
        EXPECT_EQ(found.rule, "file-unreadable");
        EXPECT_EQ(found.file, "m.onnx");
        EXPECT_EQ(found.message, "can't be read (Permission denied)");
        EXPECT_EQ(found.hint, "check its permissions");
    }
}

TEST(ContentFacts, WhatNeedsHashingIsToldWithItsSize) {
    MemoryTree tree;
    tree.add("m.onnx", model_file);
    const auto known = known_content_facts(tree, "m.onnx", {});
    const auto* needed = std::get_if<HashNeeded>(&known);
    ASSERT_TRUE(needed);
    EXPECT_EQ(needed->size_bytes, 4000u);
    EXPECT_THAT(tree.opened(), IsEmpty());
}

TEST(ContentFacts, ContentIsTheFileOrTheObjectOfThePointer) {
    MemoryTree tree;
    tree.add("m.onnx", model_file).add("p.onnx", pointer_text(model_file));
    const ContentFacts hashed{sha256_of(model_file), 4000, FactSource::hashed};
    const ContentFacts pointer{sha256_of(model_file), 4000, FactSource::pointer};

    EXPECT_EQ(open_content(tree, "m.onnx", hashed)->size_bytes(), 4000u);
    EXPECT_FALSE(open_content(tree, "p.onnx", pointer));
    tree.add_lfs_object(model_file);
    EXPECT_EQ(open_content(tree, "p.onnx", pointer)->size_bytes(), 4000u);
}

/// A source that claims another size than it has, as a file that is being written.
class ChangingSource : public ByteSource {
public:
    ChangingSource(std::string content, std::uint64_t claimed)
        : content_(memory_source(std::move(content))), claimed_(claimed) {}

    std::uint64_t size_bytes() const override { return claimed_; }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        return content_->read(offset, into);
    }

private:
    std::unique_ptr<ByteSource> content_;
    std::uint64_t claimed_;
};

class CountingObserver : public HashObserver {
public:
    void hashed(std::uint64_t bytes) override {
        total += bytes;
        if (total > limit) throw Interrupted();
    }
    std::uint64_t total = 0;
    std::uint64_t limit = UINT64_MAX;
};

TEST(HashContent, EqualsTheDigestOfTheWholeForAnySize) {
    for (const std::size_t size : {0u, 1u, 524'287u, 524'288u, 524'289u, 3'000'000u}) {
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 >> 3);
        CountingObserver observer;
        EXPECT_EQ(hash_content(*memory_source(content), &observer), sha256_of(content));
        EXPECT_EQ(observer.total, size);
        EXPECT_EQ(hash_content(*memory_source(content), nullptr), sha256_of(content));
    }
}

TEST(HashContent, FileThatChangesItsSizeMeanwhileHasNoDigest) {
    for (const std::size_t claimed : {0u, 99u, 101u, 2'000'000u}) {
        EXPECT_THROW(hash_content(ChangingSource(std::string(100, 'x'), claimed), nullptr),
                     UserError);
    }
}

TEST(HashContent, ObserverCanStopIt) {
    CountingObserver observer;
    observer.limit = 1'000'000;
    EXPECT_THROW(hash_content(*memory_source(std::string(5'000'000, 'x')), &observer), Interrupted);
    EXPECT_LT(observer.total, 5'000'000u);
}

/// The key that git-annex gives to `content`.
std::string annex_key(const std::string& content) {
    return "SHA256E-s" + std::to_string(content.size()) + "--" + to_hex(sha256_of(content)) +
           ".onnx";
}

std::string annex_link(const std::string& key) {
    return ".git/annex/objects/0j/K3/" + key + "/" + key;
}

TEST(ContentFacts, KeysOfGitAnnexNameThem) {
    const std::string key = annex_key(model_file);
    const ContentFacts expected{sha256_of(model_file), 4000, FactSource::annex};
    MemoryTree pointer;
    pointer.add("m.onnx", "/annex/objects/" + key + "\n");
    MemoryTree link;
    link.add_symlink("m.onnx", annex_link(key));
    MemoryTree link_as_file;
    link_as_file.add("m.onnx", annex_link(key));
    for (MemoryTree* tree : {&pointer, &link, &link_as_file}) {
        EXPECT_EQ(facts(*tree), expected);
        EXPECT_FALSE(open_content(*tree, "m.onnx", expected));
        tree->add_annex_object(key, model_file);
        EXPECT_EQ(open_content(*tree, "m.onnx", expected)->size_bytes(), 4000u);
        EXPECT_EQ(facts(*tree, {.rehash = true}), expected);
        tree->add_annex_object(key, std::string(4000, 'x'));
        EXPECT_EQ(problem(*tree, {.rehash = true}).rule, "annex-object-corrupt");
    }
    EXPECT_TRUE(is_annex_link(link, "m.onnx"));
    EXPECT_FALSE(is_annex_link(pointer, "m.onnx"));
}

TEST(ContentFacts, OtherKeysOfGitAnnexAreNamedAndNotHashed) {
    MemoryTree tree;
    tree.add("m.onnx", "/annex/objects/MD5E-s5--0a1b.onnx\n");
    EXPECT_EQ(problem(tree).message, "is a git-annex pointer whose key has no SHA-256 or no size");
    EXPECT_THAT(problem(tree).hint, HasSubstr("git annex migrate"));
    MemoryTree link;
    link.add_symlink("m.onnx", annex_link("MD5E-s5--0a1b.onnx"));
    EXPECT_FALSE(is_annex_link(link, "m.onnx"));
    EXPECT_EQ(problem(link).rule, "file-unreadable");
}

}  // namespace
}  // namespace onnxhub
