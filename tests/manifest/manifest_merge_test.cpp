// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_merge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// An entry in short. `bytes` stands for the whole content: digest and size come from it.
struct Model {
    std::string path;
    std::string name = "Model";
    int opset = 13;
    int bytes = 1;
    std::string tag = "vision";
    std::string archive = "";
    std::string note = "";

    auto operator<=>(const Model&) const = default;
};

std::string text_of(const Model& model) {
    JsonObject metadata{
        {"model_sha", json_string(fmt::format("{:064x}", model.bytes))},
        {"model_bytes", json_integer(model.bytes)},
        {"tags", json_array({json_string(model.tag)})},
    };
    if (!model.archive.empty()) {
        metadata.push_back({"model_with_data_path", json_string(model.archive)});
    }
    if (!model.note.empty()) metadata.push_back({"note", json_string(model.note)});
    return entry_text(json_object({{"model", json_string(model.name)},
                                   {"model_path", json_string(model.path)},
                                   {"onnx_version", json_string("1.8")},
                                   {"opset_version", json_integer(model.opset)},
                                   {"metadata", json_object(std::move(metadata))}}));
}

std::string text_of(std::vector<Model> models) {
    std::ranges::stable_sort(models, {}, &Model::path);
    std::vector<std::string> texts;
    for (const Model& model : models) texts.push_back(text_of(model));
    return manifest_text(texts);
}

ManifestDocument document(const std::string& text) {
    auto result = parse_manifest(text);
    if (!std::holds_alternative<ManifestDocument>(result)) throw std::runtime_error(text);
    return std::get<ManifestDocument>(std::move(result));
}

using Models = std::vector<Model>;

MergedManifest merge(const Models& base, const Models& ours, const Models& theirs) {
    return merge_manifests(document(text_of(base)), document(text_of(ours)),
                           document(text_of(theirs)));
}

std::vector<std::string> reasons(const MergedManifest& merged) {
    std::vector<std::string> texts;
    for (const EntryConflict& conflict : merged.conflicts) {
        texts.push_back(to_text(conflict.entry) + ": " + conflict.reason);
    }
    return texts;
}

TEST(ManifestMerge, AdditionsOfBothSidesAreKept) {
    const Model old{.path = "m/old.onnx"};
    const Model one{.path = "a/one.onnx"};
    const Model two{.path = "z/two.onnx"};
    const MergedManifest merged = merge({old}, {old, one}, {old, two});
    EXPECT_THAT(merged.conflicts, IsEmpty());
    EXPECT_EQ(merged.text, text_of(Models{one, old, two}));
    EXPECT_EQ(merged.entry_count, 3u);
}

TEST(ManifestMerge, NeighboursAreNoConflict) {  // they are for a merge of lines
    const Model a{.path = "a.onnx"};
    const Model b{.path = "b.onnx"};
    const Model b2{.path = "b.onnx", .bytes = 2};
    const MergedManifest merged = merge({a, b}, {b}, {a, b2});
    EXPECT_EQ(merged.text, text_of(Models{b2}));
}

TEST(ManifestMerge, ChangesThatGoTogetherAreBroughtTogether) {
    const Model was{.path = "a.onnx"};
    const Model tagged{.path = "a.onnx", .tag = "text", .note = "seen"};
    const Model replaced{.path = "a.onnx", .bytes = 9, .archive = "a.tar.gz"};
    const MergedManifest merged = merge({was}, {tagged}, {replaced});
    EXPECT_THAT(reasons(merged), IsEmpty());
    EXPECT_EQ(
        merged.text,
        text_of(Models{
            {.path = "a.onnx", .bytes = 9, .tag = "text", .archive = "a.tar.gz", .note = "seen"}}));
    EXPECT_EQ(merge({was}, {replaced}, {tagged}).text, merged.text);
}

TEST(ManifestMerge, WhatExcludesEachOtherIsNamedAndMarked) {
    const Model was{.path = "a.onnx"};
    const Model two{.path = "a.onnx", .bytes = 2};
    const Model three{.path = "a.onnx", .bytes = 3};
    const Model other{.path = "b.onnx"};
    const MergedManifest merged = merge({was, other}, {two, other}, {three, other});
    EXPECT_THAT(reasons(merged),
                ElementsAre("Model (opset 13, a.onnx): both change model_bytes, model_sha"));
    EXPECT_EQ(merged.text, "[\n<<<<<<< ours\n    " + text_of(two) + ",\n=======\n    " +
                               text_of(three) + ",\n>>>>>>> theirs\n    " + text_of(other) + "\n]");
}

TEST(ManifestMerge, SizeAndPortsBelongToTheDigest) {
    const std::string was = text_of(Model{.path = "a.onnx"});
    std::string resized = was;
    resized.replace(resized.find("\"model_bytes\": 1"), 16, "\"model_bytes\": 7");
    std::string with_ports = was;
    with_ports.replace(with_ports.find("\"opset_version\": 13"), 19, "\"opset_version\": 12");
    const auto merged =
        merge_manifests(document(manifest_text({was})), document(manifest_text({resized})),
                        document(manifest_text({with_ports})));
    EXPECT_THAT(merged.conflicts, SizeIs(1));
}

TEST(ManifestMerge, ARemovalAgainstAChangeIsAConflict) {
    const Model was{.path = "a.onnx"};
    const Model changed{.path = "a.onnx", .tag = "text"};
    const MergedManifest merged = merge({was}, {}, {changed});
    EXPECT_THAT(reasons(merged),
                ElementsAre(HasSubstr("one side changes it, the other removes it")));
    EXPECT_THAT(merged.text, HasSubstr("<<<<<<< ours\n=======\n    {"));
    EXPECT_THAT(merge({was}, {}, {was}).text, "[]");
}

TEST(ManifestMerge, TheSameAdditionIsOne) {
    const Model added{.path = "a.onnx"};
    EXPECT_EQ(merge({}, {added}, {added}).text, text_of(Models{added}));
    const Model other{.path = "a.onnx", .tag = "text"};
    EXPECT_THAT(reasons(merge({}, {added}, {other})),
                ElementsAre(HasSubstr("both add it with a different tags")));
}

TEST(ManifestMerge, EntriesOfOnePathAreToldApartByNameAndOpset) {
    const Model one{.path = "a.onnx", .name = "One"};
    const Model two{.path = "a.onnx", .name = "Two"};
    const Model three{.path = "a.onnx", .name = "Three"};
    const Model one_changed{.path = "a.onnx", .name = "One", .bytes = 5};
    const MergedManifest merged = merge({one, two}, {one_changed, two}, {one, two, three});
    EXPECT_THAT(reasons(merged), IsEmpty());
    EXPECT_EQ(merged.text, text_of(Models{one_changed, two, three}));
    // A path's only entry may get another name without being another entry.
    const Model renamed{.path = "a.onnx", .name = "Uno"};
    EXPECT_EQ(merge({one}, {renamed}, {Model{.path = "a.onnx", .name = "One", .tag = "text"}}).text,
              text_of(Models{{.path = "a.onnx", .name = "Uno", .tag = "text"}}));
}

TEST(ManifestMerge, EitherSideOfAllConflictsIsJson) {
    const Model first{.path = "a.onnx"};
    const Model last{.path = "b.onnx"};
    const Model changed{.path = "b.onnx", .tag = "text"};
    const MergedManifest merged = merge({first, last}, {first}, {first, changed});
    EXPECT_EQ(merged.text, "[\n<<<<<<< ours\n    " + text_of(first) + "\n=======\n    " +
                               text_of(first) + ",\n    " + text_of(changed) +
                               "\n>>>>>>> theirs\n]");
}

TEST(ManifestMerge, UntouchedEntriesKeepTheirBytes) {
    const std::string odd = "[{\"model_path\": \"a.onnx\",  \"model\":\"A\", \"number\": 1.50}]";
    const std::string more = text_of(Models{{.path = "b.onnx"}});
    const auto merged = merge_manifests(
        document(odd), document(odd),
        document(odd.substr(0, odd.size() - 1) + "," + more.substr(more.find('{'))));
    EXPECT_THAT(merged.text, HasSubstr("{\"model_path\": \"a.onnx\",  \"model\":\"A\", "
                                       "\"number\": 1.50}"));
}

/// Random edits of a manifest, as branches make them.
class Branches {
public:
    explicit Branches(unsigned seed) : random_(seed) {}

    Models start() {
        Models models;
        for (int i = number(8); i > 0; --i) add(models);
        return models;
    }

    Models edit(Models models) {
        for (int i = number(5); i > 0; --i) edit_once(models);
        return models;
    }

private:
    int number(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

    void add(Models& models) {
        Model model{.path = fmt::format("{}.onnx", number(6)),
                    .name = fmt::format("M{}", number(3)),
                    .opset = 7 + number(2),
                    .bytes = 1 + number(3)};
        const bool is_there = std::ranges::any_of(models, [&](const Model& other) {
            return std::tie(other.path, other.name, other.opset) ==
                   std::tie(model.path, model.name, model.opset);
        });
        if (!is_there) models.push_back(std::move(model));
    }

    void edit_once(Models& models) {
        const int kind = number(6);
        if (kind == 0 || models.empty()) return add(models);
        const auto at = models.begin() + number(static_cast<int>(models.size()));
        if (kind == 1) models.erase(at);
        if (kind == 2) at->bytes = 10 + number(4);
        if (kind == 3) at->tag = fmt::format("tag{}", number(3));
        if (kind == 4) at->archive = fmt::format("{}.tar.gz", number(3));
        if (kind == 5) at->note = fmt::format("note{}", number(3));
    }

    std::mt19937 random_;
};

using Key = std::tuple<std::string, std::string, std::int64_t>;

/// `alone`: paths whose entry is the same one for any name and opset.
std::map<Key, std::string> by_key(const ManifestDocument& manifest,
                                  const std::set<std::string>& alone = {}) {
    std::map<Key, std::string> entries;
    for (const ManifestEntry& entry : manifest.entries) {
        const EntryName name = name_of(entry);
        const bool is_alone = alone.contains(name.model_path);
        entries[{name.model_path, is_alone ? "" : name.model, is_alone ? 0 : name.opset_version}] =
            entry.text.copy();
    }
    return entries;
}

/// Paths with one entry at the base and one or none, with its name or its opset, on either side.
std::set<std::string> paths_with_one_entry(const ManifestDocument (&documents)[3]) {
    std::set<std::string> paths;
    for (const ManifestEntry& entry : documents[0].entries) {
        const EntryName was = name_of(entry);
        const bool is_alone = std::ranges::all_of(documents, [&](const ManifestDocument& manifest) {
            int count = 0;
            for (const ManifestEntry& other : manifest.entries) {
                const EntryName now = name_of(other);
                if (now.model_path != was.model_path) continue;
                if (now.model != was.model && now.opset_version != was.opset_version) return false;
                ++count;
            }
            return count <= 1;
        });
        if (is_alone) paths.insert(was.model_path);
    }
    return paths;
}

const std::string* find(const std::map<Key, std::string>& entries, const Key& key) {
    const auto found = entries.find(key);
    return found == entries.end() ? nullptr : &found->second;
}

/// With the conflicts' blocks resolved by taking all of one side.
std::string resolve(const std::string& text, bool takes_ours) {
    std::string lines;
    int part = 0;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (line == "<<<<<<< ours") {
            part = 1;
        } else if (line == "=======") {
            part = 2;
        } else if (line == ">>>>>>> theirs") {
            part = 0;
        } else if (part == 0 || (part == 1) == takes_ours) {
            lines += line + "\n";
        }
    }
    return lines;
}

bool same_or_both_absent(const std::string* one, const std::string* other) {
    return one && other ? *one == *other : one == other;
}

struct Merge {
    std::map<Key, std::string> base, ours, theirs, result;
    std::set<Key> in_conflict;

    std::set<Key> keys() const {
        std::set<Key> all;
        for (const auto* entries : {&base, &ours, &theirs, &result}) {
            for (const auto& [key, text] : *entries) all.insert(key);
        }
        return all;
    }
};

/// What must hold for one entry after any edits.
void check_entry(const Merge& merge, const Key& key) {
    const std::string* was = find(merge.base, key);
    const std::string* one = find(merge.ours, key);
    const std::string* other = find(merge.theirs, key);
    const std::string* now = find(merge.result, key);
    if (now) {
        EXPECT_TRUE(was || one || other) << "invented " << *now;
    }
    if (merge.in_conflict.contains(key)) return;
    if (one && other) {
        EXPECT_TRUE(now) << "lost though both have it: " << *one;
    }
    if (same_or_both_absent(one, was)) {
        EXPECT_TRUE(same_or_both_absent(now, other)) << (other ? *other : *was);
    } else if (same_or_both_absent(other, was)) {
        EXPECT_TRUE(same_or_both_absent(now, one)) << (one ? *one : *was);
    }
}

TEST(ManifestMerge, RandomMergesLoseNothingAndInventNothingInBothDirections) {
    int with_conflicts = 0;
    int without = 0;
    for (unsigned seed = 0; seed < 4'000; ++seed) {
        SCOPED_TRACE(seed);
        Branches branches(seed);
        const Models base = branches.start();
        const ManifestDocument documents[] = {document(text_of(base)),
                                              document(text_of(branches.edit(base))),
                                              document(text_of(branches.edit(base)))};
        const MergedManifest one = merge_manifests(documents[0], documents[1], documents[2]);
        const MergedManifest other = merge_manifests(documents[0], documents[2], documents[1]);
        EXPECT_EQ(one.conflicts, other.conflicts);
        EXPECT_EQ(one.entry_count, other.entry_count);
        const std::set<std::string> alone = paths_with_one_entry(documents);
        Merge merge{by_key(documents[0], alone),
                    by_key(documents[1], alone),
                    by_key(documents[2], alone),
                    {},
                    {}};
        if (one.conflicts.empty()) {
            ++without;
            EXPECT_EQ(one.text, other.text);
            merge.result = by_key(document(one.text), alone);
            EXPECT_EQ(merge.result.size(), one.entry_count);
        } else {
            ++with_conflicts;
            EXPECT_TRUE(std::holds_alternative<JsonSyntaxError>(parse_manifest(one.text)));
            // Each block has both sides: both are kept until a person has chosen.
            EXPECT_EQ(by_key(document(resolve(one.text, true))),
                      by_key(document(resolve(other.text, false))));
            for (const EntryConflict& conflict : one.conflicts) {
                const EntryName& name = conflict.entry;
                const bool is_alone = alone.contains(name.model_path);
                merge.in_conflict.insert({name.model_path, is_alone ? "" : name.model,
                                          is_alone ? 0 : name.opset_version});
            }
            merge.result = by_key(document(resolve(one.text, true)), alone);
        }
        for (const Key& key : merge.keys()) check_entry(merge, key);
    }
    EXPECT_GT(with_conflicts, 400);
    EXPECT_GT(without, 400);
}

MergedManifest merge_texts(const std::string& base, const std::string& ours,
                           const std::string& theirs) {
    return merge_manifests(document(base), document(ours), document(theirs));
}

TEST(ManifestMerge, EntriesThatBreakTheSchemaAreToldApartByWhatTheyHave) {
    const auto entry = [](const std::string& name, int opset) {
        return fmt::format(R"({{"model":"{}","model_path":"x","opset_version":{},"k":1}})", name,
                           opset);
    };
    const std::string base = "[" + entry("B", 2) + "," + entry("B", 1) + "]";
    const std::string renamed = "[" + entry("A", 2) + "," + entry("B", 1) + "]";
    const std::string removed = "[" + entry("B", 2) + "]";
    EXPECT_EQ(merge_texts(base, renamed, removed).text, manifest_text({entry("A", 2)}));
    EXPECT_EQ(merge_texts(base, removed, renamed).text, manifest_text({entry("A", 2)}));
    // An opset that is not a number is distinct too.
    const std::string odd = R"([{"model":"B","model_path":"x","opset_version":"2","k":1},)"
                            R"({"model":"B","model_path":"x","opset_version":"1","k":1}])";
    const std::string without_first =
        R"([{"model":"B","model_path":"x","opset_version":"1","k":1}])";
    std::string changed = odd;
    changed.replace(changed.rfind("\"k\":1"), 5, "\"k\":7");
    EXPECT_EQ(merge_texts(odd, without_first, changed).text,
              manifest_text({R"({"model":"B","model_path":"x","opset_version":"1","k":7})"}));
}

TEST(ManifestMerge, EntriesThatAreNoObjectsAreTakenWholeOrNotAtAll) {
    EXPECT_EQ(merge_texts("[]", "[5]", "[\"s\"]").text, manifest_text({"\"s\"", "5"}));
    EXPECT_EQ(merge_texts("[5]", "[6]", "[5, {\"model\": \"A\"}]").text,
              manifest_text({"6", "{\"model\": \"A\"}"}));
    EXPECT_EQ(merge_texts("[5]", "[]", "[5, null]").text, manifest_text({"null"}));
}

TEST(ManifestMerge, EntriesOfOneKeyAreKnownByTheirValues) {
    const Model one{.path = "a.onnx", .note = "one"};
    const Model two{.path = "a.onnx", .note = "two"};
    const Model three{.path = "a.onnx", .note = "three"};
    EXPECT_EQ(merge({one, two}, {two}, {one}).text, "[]");
    EXPECT_EQ(merge({one, two}, {one, three}, {two}).text, text_of(Models{three}));
    EXPECT_EQ(merge({one}, {one, two}, {one, two}).text, text_of(Models{one, two}));
    EXPECT_THAT(
        reasons(merge({one, one}, {two, one}, {three, one})),
        ElementsAre(
            "Model (opset 13, a.onnx): both change it, and other entries have the same path, name "
            "and opset"));
}

std::string with_crlf(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2) {
        text.insert(at, "\r");
    }
    return text;
}

TEST(ManifestMerge, LineEndsAreOfOneKind) {
    const std::string base = text_of(Models{{.path = "m.onnx"}});
    const std::string ours = text_of(Models{{.path = "a.onnx"}, {.path = "m.onnx"}});
    const std::string theirs = text_of(Models{{.path = "m.onnx", .bytes = 2}, {.path = "z.onnx"}});
    const std::string result = merge_texts(base, ours, theirs).text;
    EXPECT_EQ(merge_texts(with_crlf(base), with_crlf(ours), with_crlf(theirs)).text,
              with_crlf(result));
    EXPECT_EQ(merge_texts(base, with_crlf(ours), theirs).text, result);
    EXPECT_EQ(merge_texts(base, ours, with_crlf(theirs)).text, result);
    const std::string other = text_of(Models{{.path = "m.onnx", .bytes = 3}});
    EXPECT_EQ(merge_texts(with_crlf(base), with_crlf(other), with_crlf(theirs)).text,
              with_crlf(merge_texts(base, other, theirs).text));
}

/// Entries as a list of their keys and values, the name, path and opset of which may be missing.
using OddEntry = std::map<std::string, std::string>;  ///< values as JSON
using OddEntries = std::vector<OddEntry>;

std::string odd_text(const OddEntry& entry) {
    std::string text;
    for (const auto& [key, value] : entry) {
        text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", key, value);
    }
    return "{" + text + "}";
}

std::string odd_text(const OddEntries& entries) {
    std::string text;
    for (const OddEntry& entry : entries) text += (text.empty() ? "" : ",") + odd_text(entry);
    return "[" + text + "]";
}

OddEntries odd_entries(const ManifestDocument& manifest) {
    OddEntries entries;
    for (const ManifestEntry& entry : manifest.entries) {
        OddEntry& odd = entries.emplace_back();
        const JsonValue json = entry.json();
        for (const JsonMember& member : *json.object()) {
            odd[member.key] = json_text(member.value);
        }
    }
    return entries;
}

/// Edits that no generator makes, but hands and other programs do.
class OddBranches {
public:
    OddBranches(unsigned seed, bool makes_twins) : random_(seed), makes_twins_(makes_twins) {}

    OddEntries start() {
        OddEntries entries;
        for (int i = 1 + number(6); i > 0; --i) add(entries);
        return entries;
    }

    OddEntries edit(OddEntries entries) {
        for (int i = number(5); i > 0; --i) edit_once(entries);
        return entries;
    }

private:
    int number(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

    void set_name(OddEntry& entry) {
        static const char* const paths[] = {"\"x\"", "\"y\"", "5"};
        static const char* const names[] = {"\"A\"", "\"B\"", ""};
        static const char* const opsets[] = {"1", "2", "\"2\"", "", "null"};
        const auto set = [&](const char* key, const std::string& value) {
            if (value.empty()) {
                entry.erase(key);
            } else {
                entry[key] = value;
            }
        };
        if (number(3) == 0 || !entry.contains("k")) set("model_path", paths[number(3)]);
        if (number(3) == 0 || !entry.contains("k")) set("model", names[number(3)]);
        if (number(3) == 0 || !entry.contains("k")) set("opset_version", opsets[number(5)]);
    }

    void put(OddEntries& entries, OddEntry entry) {
        const bool is_there = std::ranges::any_of(entries, [&](const OddEntry& other) {
            return std::ranges::all_of(
                std::initializer_list<std::string>{"model_path", "model", "opset_version"},
                [&](const std::string& key) {
                    const auto one = entry.find(key);
                    const auto two = other.find(key);
                    if (one == entry.end() || two == other.end()) {
                        return (one == entry.end()) == (two == other.end());
                    }
                    return one->second == two->second;
                });
        });
        if (!is_there || makes_twins_) entries.push_back(std::move(entry));
    }

    void add(OddEntries& entries) {
        OddEntry entry;
        set_name(entry);
        for (const char* key : {"k", "l"}) entry[key] = std::to_string(number(3));
        put(entries, std::move(entry));
    }

    void edit_once(OddEntries& entries) {
        const int kind = number(6);
        if (kind == 0 || entries.empty()) return add(entries);
        const auto at = entries.begin() + number(static_cast<int>(entries.size()));
        if (kind == 1) {
            entries.erase(at);
        } else if (kind == 2) {  // renamed, moved, or both
            OddEntry entry = *at;
            entries.erase(at);
            set_name(entry);
            put(entries, std::move(entry));
        } else if (kind == 3) {
            at->erase(number(2) ? "l" : "m");
        } else {
            (*at)[kind == 4 ? "k" : "m"] = std::to_string(number(4));
        }
    }

    std::mt19937 random_;
    bool makes_twins_;
};

const std::string& value_in(const OddEntry* entry, const std::string& key) {
    static const std::string none;
    if (!entry) return none;
    const auto found = entry->find(key);
    return found == entry->end() ? none : found->second;
}

std::string odd_path(const OddEntry& entry) {
    const std::string& path = value_in(&entry, "model_path");
    return path == "5" ? "" : path;  // what has no readable path is together in one place
}

/// Entries of one path in one version, each under its key; of the only one of a path, under none.
using OddByKey = std::map<std::string, OddEntry>;

OddByKey odd_by_key(const OddEntries& entries, const std::string& path, bool is_alone) {
    OddByKey result;
    for (const OddEntry& entry : entries) {
        if (odd_path(entry) != path) continue;
        std::string key;
        for (const char* part : {"model_path", "model", "opset_version"}) {
            if (!is_alone) key += value_in(&entry, part) + "|";
        }
        result.emplace(std::move(key), entry);
    }
    return result;
}

bool is_alone(const OddEntries (&versions)[3], const std::string& path) {
    const OddEntry* was = nullptr;
    for (int version = 0; version < 3; ++version) {
        int count = 0;
        for (const OddEntry& entry : versions[version]) {
            if (odd_path(entry) != path) continue;
            ++count;
            if (version == 0) was = &entry;
            if (was && value_in(was, "model") != value_in(&entry, "model") &&
                value_in(was, "opset_version") != value_in(&entry, "opset_version")) {
                return false;
            }
        }
        if (count > 1 || (version == 0 && count == 0)) return false;
    }
    return true;
}

/// What a merge of one entry must give: the entry, nothing (an empty one), or a conflict.
std::optional<OddEntry> expected_merge(const OddEntry* was, const OddEntry* one,
                                       const OddEntry* other) {
    const auto equal = [](const OddEntry* a, const OddEntry* b) {
        return a && b ? *a == *b : a == b;
    };
    const auto copy = [](const OddEntry* entry) { return entry ? *entry : OddEntry(); };
    if (equal(one, other) || equal(other, was)) return copy(one);
    if (equal(one, was)) return copy(other);
    if (!one || !other) return std::nullopt;
    OddEntry merged;
    std::set<std::string> keys;
    for (const OddEntry* entry : {was, one, other}) {
        for (const auto& [key, value] : copy(entry)) keys.insert(key);
    }
    for (const std::string& key : keys) {
        const std::string& before = value_in(was, key);
        const std::string& ours = value_in(one, key);
        const std::string& theirs = value_in(other, key);
        if (ours != theirs && ours != before && theirs != before) return std::nullopt;
        const std::string& value = ours == before ? theirs : ours;
        if (!value.empty()) merged[key] = value;
    }
    return merged;
}

/// Merges both ways. Nothing when there are conflicts, which are checked to be the same.
std::optional<OddEntries> merge_both_ways(const OddEntries (&versions)[3]) {
    const ManifestDocument documents[] = {document(odd_text(versions[0])),
                                          document(odd_text(versions[1])),
                                          document(odd_text(versions[2]))};
    const MergedManifest one = merge_manifests(documents[0], documents[1], documents[2]);
    const MergedManifest other = merge_manifests(documents[0], documents[2], documents[1]);
    EXPECT_EQ(one.conflicts, other.conflicts);
    EXPECT_EQ(one.entry_count, other.entry_count);
    EXPECT_EQ(resolve(one.text, true), resolve(other.text, false));
    EXPECT_EQ(resolve(one.text, false), resolve(other.text, true));
    if (!one.conflicts.empty()) return std::nullopt;
    EXPECT_EQ(one.text, other.text);
    return odd_entries(document(one.text));
}

TEST(ManifestMerge, EachKeyOfEachOddEntryComesFromTheSideThatChangedIt) {
    int with_conflicts = 0;
    int without = 0;
    for (unsigned seed = 0; seed < 4'000; ++seed) {
        SCOPED_TRACE(seed);
        OddBranches branches(seed, false);
        const OddEntries base = branches.start();
        const OddEntries versions[] = {base, branches.edit(base), branches.edit(base)};
        const auto merged = merge_both_ways(versions);
        bool expects_conflict = false;
        for (const char* path : {"\"x\"", "\"y\"", ""}) {
            const bool alone = is_alone(versions, path);
            const OddByKey was = odd_by_key(versions[0], path, alone);
            const OddByKey one = odd_by_key(versions[1], path, alone);
            const OddByKey other = odd_by_key(versions[2], path, alone);
            std::set<std::string> keys;
            for (const OddByKey* entries : {&was, &one, &other}) {
                for (const auto& [key, entry] : *entries) keys.insert(key);
            }
            OddEntries expected;
            for (const std::string& key : keys) {
                const auto in = [&](const OddByKey& entries) {
                    const auto found = entries.find(key);
                    return found == entries.end() ? nullptr : &found->second;
                };
                auto entry = expected_merge(in(was), in(one), in(other));
                expects_conflict |= !entry;
                if (entry && !entry->empty()) expected.push_back(std::move(*entry));
            }
            if (!merged) continue;
            OddEntries found;
            for (const OddEntry& entry : *merged) {
                if (odd_path(entry) == path) found.push_back(entry);
            }
            EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected))
                << odd_text(versions[0]) << odd_text(versions[1]) << odd_text(versions[2]);
        }
        EXPECT_EQ(expects_conflict, !merged);
        ++(merged ? without : with_conflicts);
    }
    EXPECT_GT(with_conflicts, 400);
    EXPECT_GT(without, 400);
}

TEST(ManifestMerge, TwinsAreNeitherLostNorInventedInBothDirections) {
    int without = 0;
    for (unsigned seed = 0; seed < 4'000; ++seed) {
        SCOPED_TRACE(seed);
        OddBranches branches(seed, true);
        OddEntries base = branches.start();
        base.push_back(base.front());
        base.back()["k"] = "9";
        const OddEntries versions[] = {base, branches.edit(base), branches.edit(base)};
        const auto merged = merge_both_ways(versions);
        if (!merged) continue;
        ++without;
        const auto count = [](const OddEntries& entries, const OddEntry& entry) {
            return std::ranges::count(entries, entry);
        };
        for (const OddEntry& entry : base) {
            EXPECT_GE(count(*merged, entry),
                      std::min({count(base, entry), count(versions[1], entry),
                                count(versions[2], entry)}))
                << "lost " << odd_text(entry);
        }
        for (const OddEntry& entry : *merged) {
            const auto in_ours = count(versions[1], entry);
            const auto in_theirs = count(versions[2], entry);
            const auto in_base = count(base, entry);
            if (in_ours + in_theirs == 0) continue;  // brought together, see the test above
            EXPECT_LE(count(*merged, entry),
                      std::max({in_ours, in_theirs, in_ours + in_theirs - in_base}))
                << "invented " << odd_text(entry);
        }
    }
    EXPECT_GT(without, 400);
}

}  // namespace
}  // namespace onnxhub
