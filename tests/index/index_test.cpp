// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/user_error.h"
#include "index/index_reader.h"
#include "index/index_terms.h"
#include "index/index_writer.h"

namespace onnxhub {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct MemoryFiles : IndexFiles {
    std::map<Sha256, std::string> files;
    std::mutex lock;

    void put(const IndexRef& file, std::string_view text) override {
        const std::scoped_lock guard(lock);
        EXPECT_EQ(file.bytes, text.size());
        files[file.digest] = text;
    }

    IndexReader reader(const std::string& root) const {
        return {std::get<IndexRoot>(parse_index_root(root)), [this](const IndexRef& file) {
                    const auto found = files.find(file.digest);
                    return found == files.end() ? std::string() : found->second;
                }};
    }
};

Entry entry_of(const std::string& name, std::int64_t opset, std::vector<std::string> tags = {}) {
    Entry entry;
    entry.model = name;
    entry.model_path = "models/" + name + "/" + std::to_string(opset) + ".onnx";
    entry.onnx_version = "1.9";
    entry.opset_version = opset;
    entry.content = {sha256_of(name + std::to_string(opset)),
                     1000 + static_cast<std::uint64_t>(opset)};
    entry.tags = std::move(tags);
    return entry;
}

std::string manifest_of(const std::vector<Entry>& entries) {
    ManifestTextWriter writer(entries.size());
    for (const Entry& entry : entries) writer.add(entry);
    return writer.finish();
}

struct Made {
    MemoryFiles files;
    IndexReport report;

    explicit Made(const std::string& manifest, unsigned jobs = 0) {
        const auto source = memory_source(manifest);
        report = write_index({source.get(), "manifest", jobs}, files);
    }

    IndexReader reader() const { return files.reader(report.root); }
};

std::vector<std::string> names_of(const IndexSearch& found) {
    std::vector<std::string> names;
    for (const IndexPosting& posting : found.models) names.push_back(posting.model);
    return names;
}

std::vector<Entry> many_models(int count) {
    const std::vector<std::string> families = {"ResNet", "BERT", "YOLO", "Mobile Net", "gpt"};
    const std::vector<std::string> tags = {"vision", "text", "object detection"};
    std::vector<Entry> entries;
    for (int i = 0; i < count; ++i) {
        const auto n = static_cast<std::size_t>(i);
        const std::string name = families[n % 5] + "-" + std::to_string(i / 2);
        Entry entry = entry_of(name, 7 + i % 12, {tags[n % 3]});
        if (i % 7 == 0)
            entry.about.edit().description =
                std::string("trained on ImageNet, part ") + std::to_string(i % 13);
        entries.push_back(std::move(entry));
    }
    return entries;
}

TEST(Index, FindsEveryModelByItsName) {
    const auto entries = many_models(3000);
    const Made made(manifest_of(entries));
    IndexReader reader = made.reader();
    EXPECT_EQ(reader.root().entries, 3000u);
    EXPECT_GT(made.files.files.size(), 20u);
    for (std::size_t i = 0; i < entries.size(); i += 97) {
        const std::string name = lower_case(entries[i].model);
        std::vector<Entry> expected;
        std::ranges::copy_if(entries, std::back_inserter(expected),
                             [&](const Entry& entry) { return lower_case(entry.model) == name; });
        std::vector<Entry> found;
        for (const ManifestEntry& entry : reader.shard_of(entries[i].model).entries) {
            if (lower_case(entry.entry->model) == name) found.push_back(*entry.entry);
        }
        EXPECT_EQ(found, expected) << name;
    }
}

TEST(Index, AnUnknownNameGivesItsNeighbours) {
    const Made made(manifest_of(many_models(3000)));
    const ManifestDocument shard = made.reader().shard_of("resnet-1000x");
    EXPECT_THAT(shard.entries, SizeIs(testing::Gt(5)));
}

TEST(Index, EntriesAreAsInTheManifest) {
    const std::string entry =
        "{\n  \"model\": \"a \\u00e9 \\\" b\", \"model_path\":\t\"x.onnx\", \"onnx_version\": "
        "\"1.9\",\n"
        "\"opset_version\": 9, \"metadata\": { \"tags\": [ ], \"extra\": 1.50 } , \"own\": null }";
    const Made made("[" + entry + "]");
    const ManifestDocument shard = made.reader().shard_of("A \xc3\xa9 \" B");
    ASSERT_THAT(shard.entries, SizeIs(1));
    const auto whole = parse_manifest("[" + entry + "]");
    EXPECT_EQ(shard.entries[0].json(), std::get<ManifestDocument>(whole).entries[0].json());
    EXPECT_THAT(shard.entries[0].text.copy(), HasSubstr("\"extra\":1.50"));
}

TEST(Index, SearchFindsWhatHasAllWords) {
    const auto entries = many_models(6000);
    const Made made(manifest_of(entries));
    IndexReader reader = made.reader();
    const auto expected = [&](const std::vector<std::string>& words) {
        std::set<std::string> paths;
        for (const Entry& entry : entries) {
            const auto terms = terms_of(entry);
            const bool has_all = std::ranges::all_of(words, [&](const std::string& word) {
                return std::ranges::any_of(terms,
                                           [&](const RankedTerm& t) { return t.term == word; });
            });
            if (has_all) paths.insert(entry.model_path);
        }
        return paths;
    };
    for (const auto& words : std::vector<std::vector<std::string>>{{"resnet"},
                                                                   {"vision"},
                                                                   {"imagenet"},
                                                                   {"resnet", "vision"},
                                                                   {"bert", "imagenet", "7"},
                                                                   {"2999"},
                                                                   {"detection", "yolo"}}) {
        const IndexSearch found = reader.search(words, 100'000);
        std::set<std::string> paths;
        for (const IndexPosting& posting : found.models) paths.insert(posting.path);
        EXPECT_EQ(paths, expected(words)) << words[0];
        EXPECT_EQ(found.count, paths.size()) << words[0];
        EXPECT_EQ(found.models.size(), paths.size()) << words[0];
    }
}

TEST(Index, SearchGivesTheFirstModelsAndCountsAll) {
    const Made made(manifest_of(many_models(6000)));
    const IndexSearch found = made.reader().search({"VISION"}, 10);
    EXPECT_THAT(found.models, SizeIs(10));
    EXPECT_EQ(found.count, 2000u);
}

TEST(Index, AWordThatIsNoTermFindsTermsThatBeginWithIt) {
    const Made made(manifest_of({entry_of("ResNet18", 7), entry_of("ResNet50", 7),
                                 entry_of("VGG", 7, {"reset"}), entry_of("res", 1)}));
    EXPECT_THAT(names_of(made.reader().search({"resn"}, 10)),
                UnorderedElementsAre("ResNet18", "ResNet50"));
    EXPECT_THAT(names_of(made.reader().search({"res"}, 10)), ElementsAre("res"));
    EXPECT_THAT(names_of(made.reader().search({"x"}, 10)), IsEmpty());
    EXPECT_THAT(names_of(made.reader().search({"--"}, 10)), IsEmpty());
}

TEST(Index, ModelsWithTheWordInTheirNameComeFirst) {
    const Made made(manifest_of({entry_of("A", 7, {"yolo"}), entry_of("YOLO v3", 7),
                                 entry_of("YOLO", 7), entry_of("B", 7, {"yolo"})}));
    EXPECT_THAT(names_of(made.reader().search({"yolo"}, 10)),
                ElementsAre("YOLO", "YOLO v3", "A", "B"));
}

TEST(Index, ATagIsFoundAsAWhole) {
    const Made made(
        manifest_of({entry_of("A", 7, {"object detection"}), entry_of("B", 7, {"object"}),
                     entry_of("C", 7, {"Object Detection", "x"})}));
    EXPECT_THAT(names_of(made.reader().with_tag("Object detection", 10)), ElementsAre("A", "C"));
    EXPECT_THAT(names_of(made.reader().with_tag("detection", 10)), IsEmpty());
}

TEST(Index, DependsOnTheManifestAlone) {
    const std::string manifest = manifest_of(many_models(5000));
    const Made one(manifest, 1);
    const Made other(manifest, 7);
    EXPECT_EQ(one.report.root, other.report.root);
    EXPECT_EQ(one.files.files, other.files.files);
    EXPECT_EQ(one.reader().root().manifest, (IndexRef{sha256_of(manifest), manifest.size()}));
}

TEST(Index, ANewModelChangesFewFiles) {
    auto entries = many_models(10'000);
    const Made before(manifest_of(entries));
    entries.insert(entries.begin() + 5000, entry_of("ResNet-new", 13, {"vision"}));
    const Made after(manifest_of(entries));
    std::size_t bytes = 0;
    std::size_t all = 0;
    for (const auto& [digest, text] : after.files.files) {
        all += text.size();
        if (!before.files.files.contains(digest)) bytes += text.size();
    }
    EXPECT_LT(bytes, all / 4) << all;
}

TEST(Index, TheRootIsSmallForLongNames) {
    std::vector<Entry> entries;
    for (int i = 0; i < 2000; ++i) {
        entries.push_back(entry_of(std::string(900, 'a') + std::to_string(i), 7,
                                   {std::string(900, 't') + std::to_string(i)}));
    }
    const Made made(manifest_of(entries));
    EXPECT_LE(made.report.root.size(), index_root_limit);
    EXPECT_THAT(made.reader().shard_of(entries[1234].model).entries,
                Contains(testing::Field(&ManifestEntry::entry, testing::Optional(entries[1234]))));
    EXPECT_EQ(made.reader().with_tag(entries[77].tags[0], 10).count, 1u);
}

TEST(Index, ANameBeyondTheLimitIsAnError) {
    const auto make = [](std::size_t length) {
        return Made(manifest_of({entry_of(std::string(length, 'a'), 7)}));
    };
    make(index_key_limit);
    try {
        make(index_key_limit + 1);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("manifest:2: the model's name has more than 1000 bytes"));
    }
}

TEST(Index, ABrokenManifestIsAnError) {
    try {
        const Made made("[\n{\"model\" 5}]");
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("manifest:2:"));
    }
}

TEST(Index, InvalidEntriesAreLeftOut) {
    const std::string valid = manifest_of({entry_of("a", 7)});
    const Made made("[{\"model\": \"bad\"}, 7, " + valid.substr(1));
    EXPECT_EQ(made.reader().root().entries, 1u);
}

TEST(Index, OfAnEmptyManifestFindsNothing) {
    const Made made("[]");
    EXPECT_THAT(made.reader().shard_of("a").entries, IsEmpty());
    EXPECT_EQ(made.reader().search({"a"}, 10).count, 0u);
}

TEST(Index, AChangedFileIsRefused) {
    Made made(manifest_of(many_models(3000)));
    std::vector<Sha256> read;
    IndexReader watching(made.reader().root(), [&](const IndexRef& file) {
        read.push_back(file.digest);
        return made.files.files.at(file.digest);
    });
    watching.shard_of("resnet-5");
    watching.search({"vision"}, 10);
    ASSERT_GE(read.size(), 3u);
    for (const Sha256& digest : read) {
        std::string& text = made.files.files[digest];
        const std::string original = text;
        text[text.size() / 2] ^= 1;
        EXPECT_THROW(
            {
                made.reader().shard_of("resnet-5");
                made.reader().search({"vision"}, 10);
            },
            UnusableIndex);
        text = original;
    }
}

TEST(IndexReader, RefusesFilesOfOtherForms) {
    const auto refused = [](const std::string& text, const IndexTree& tree) {
        // Another list may be a manifest without valid entries.
        const bool is_list =
            tree.level == 0 && text.starts_with("[{") && tree.children[0].file.bytes == text.size();
        IndexRoot root;
        root.models = root.terms = tree;
        IndexReader reader(root, [&](const IndexRef&) { return text; });
        if (!is_list) {
            EXPECT_THROW(reader.shard_of("a"), UnusableIndex) << text;
        }
        EXPECT_THROW(reader.search({"a"}, 1), UnusableIndex) << text;
    };
    for (const std::string text :
         {"", "{}", "[", "7", R"({"level":1,"children":[]})", R"({"level":0,"children":[["a"]]})",
          R"([{"term":"a"}])", R"([{"term":"a","count":1,"models":[[1]]}])"}) {
        const IndexRef file{sha256_of(text), text.size()};
        refused(text, {0, {{"", file}}});
        refused(text, {1, {{"", file}}});
        refused(text, {0, {{"", {file.digest, file.bytes + 1}}}});
        refused(text, {0, {{"", {file.digest, index_leaf_limit + 1}}}});
    }
}

TEST(IndexReader, ASearchReadsABoundedNumberOfPages) {
    std::map<Sha256, std::string> files;
    const auto put = [&](const std::string& text) {
        files[sha256_of(text)] = text;
        return IndexRef{sha256_of(text), text.size()};
    };
    const IndexRef page = put(index_page({index_text(IndexPosting{1, "m", 7, "1.9", 5, "p", {}})}));
    const IndexTree pages{0, std::vector<IndexChild>(index_files_of_question + 1, {"", page})};
    IndexTerm term{"a", pages.children.size(), {}, pages};
    std::vector<std::string> terms{index_text(term)};
    term.term = "b";
    terms.push_back(index_text(term));
    IndexRoot root;
    root.terms = {0, {{"", put(index_page(terms))}}};
    std::size_t reads = 0;
    IndexReader reader(root, [&](const IndexRef& file) {
        ++reads;
        return files.at(file.digest);
    });
    EXPECT_EQ(reader.search({"a"}, 10).count, pages.children.size());
    reads = 0;
    EXPECT_THROW(reader.search({"a", "b"}, 10), TooLargeQuestion);
    EXPECT_LE(reads, index_files_of_question);
}

TEST(IndexReader, ATreeWithoutEndIsLeft) {
    std::map<Sha256, std::string> files;
    const auto put = [&](const std::string& text) {
        files[sha256_of(text)] = text;
        return IndexRef{sha256_of(text), text.size()};
    };
    // Everything after "a" is in the later children.
    const auto tree_over = [](unsigned level, const IndexRef& file) {
        IndexTree tree{level, std::vector<IndexChild>(100, {"b", file})};
        tree.children.front().from.clear();
        return tree;
    };
    IndexTree tree = tree_over(0, put("[]"));
    for (unsigned level = 1; level < index_level_limit; ++level) {
        tree = tree_over(level, put(index_text(tree)));
    }
    IndexRoot root;
    root.models = root.terms = tree;
    std::size_t reads = 0;
    IndexReader reader(root, [&](const IndexRef& file) {
        ++reads;
        return files.at(file.digest);
    });
    EXPECT_THROW(reader.search({"a"}, 10), UnusableIndex);
    EXPECT_LE(reads, index_files_of_question);
    reads = 0;
    EXPECT_THAT(reader.shard_of("a").entries, IsEmpty());
    EXPECT_LE(reads, index_level_limit + 1);
}

TEST(IndexReader, EndsForATreeThatContainsItself) {
    // A node cannot have its own digest, but sources are checked only for what they give.
    const std::string empty = R"({"level":0,"children":[]})";
    IndexRoot root;
    root.models = {1, {{"", {sha256_of(empty), empty.size()}}}};
    IndexReader reader(root, [&](const IndexRef&) { return empty; });
    EXPECT_THROW(reader.shard_of("a"), UnusableIndex);
}

TEST(IndexTerms, AreWordsInLowerCase) {
    EXPECT_THAT(index_words("ResNet18-v1 (Caffe2)"), ElementsAre("resnet18", "v1", "caffe2"));
    EXPECT_THAT(index_words("caf\xc3\xa9_x"), ElementsAre("caf\xc3\xa9", "x"));
    EXPECT_THAT(index_words(" -- "), IsEmpty());
    EXPECT_THAT(index_words(std::string(65, 'a') + " b"), ElementsAre("b"));
}

TEST(IndexTerms, AreBounded) {
    Entry entry = entry_of("a", 7);
    std::string description;
    for (int i = 0; i < 1000; ++i) description += "word" + std::to_string(i) + " ";
    entry.about.edit().description = description;
    EXPECT_THAT(terms_of(entry), SizeIs(terms_of_entry_limit));
}

}  // namespace
}  // namespace onnxhub
