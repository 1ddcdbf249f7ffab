// SPDX-License-Identifier: Apache-2.0
// Rules that no damage of hub_damage.h triggers: for each one a case that triggers it and a similar
// valid case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "generator/generate.h"
#include "repository/git_attributes.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_damage.h"
#include "tests/support/hub_files.h"
#include "tests/support/local_inference.h"
#include "tests/support/model_builder.h"
#include "validator/fix.h"
#include "validator/pointer_rules.h"
#include "validator/remote_rules.h"
#include "validator/rule_catalog.h"
#include "validator/validate.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

constexpr const char* mnist = "vision/digits/model/mnist-12.onnx";
constexpr const char* digits = "vision/digits/README.md";

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) throw std::runtime_error("no such text: " + from);
    text.replace(at, from.size(), to);
}

class NoInference : public ShapeInference {
public:
    InferenceResult infer(const std::string&, const std::vector<std::string>&) override {
        return InferenceFailure{true, "it was killed"};
    }
};

class InferenceHere : public ShapeInference {
public:
    InferenceResult infer(const std::string& model,
                          const std::vector<std::string>& tensors) override {
        return infer_shapes_here(model, tensors);
    }
};

class CrashingChecker : public ModelChecker {
public:
    CheckVerdict check(const std::string&) override { return {CheckOutcome::crashed, "killed"}; }
};

struct Scene {
    HubFiles hub = healthy_hub();
    std::function<void(MemoryTree&)> adjust = [](MemoryTree&) {};
    ModelChecker* checker = nullptr;
    ShapeInference* inference = nullptr;

    std::vector<Finding> validate() const {
        MemoryTree tree = hub.tree();
        adjust(tree);
        return validate_tree(hub, tree, checker, inference);
    }
};

struct RuleCase {
    const char* rule;
    std::string file;
    int line;
    std::function<void(Scene&)> fire;
    std::function<void(Scene&)> near_miss;
};

std::string& readme(Scene& scene) {
    return scene.hub.files.at(digits);
}

std::string& root(Scene& scene) {
    return scene.hub.files.at("README.md");
}

/// A model no table lists, found by the setting.
void discover(Scene& scene, const std::string& model) {
    scene.hub.files["onnxhub.toml"] = "[generate]\ndiscover = true\n";
    scene.hub.put_in_lfs("extra/found.onnx", model);
}

void set_features(Scene& scene, const std::string& tensor) {
    static InferenceHere here;
    scene.inference = &here;
    scene.hub.files["onnxhub.toml"] = "[features.tensors]\n\"SVHN\" = \"" + tensor + "\"\n";
}

std::string relu(std::int64_t opset, std::int64_t ir_version = 7) {
    return ModelBuilder(opset, ir_version)
        .input("x", {1})
        .node("Relu", {"x"}, {"y"})
        .output("y", {1})
        .bytes();
}

std::string of_other_domain() {
    ModelBuilder builder;
    builder.input("x", {1}).node("Normalizer", {"x"}, {"y"}, "ai.onnx.ml").output("y", {1});
    builder.proto().clear_opset_import();
    auto* import = builder.proto().add_opset_import();
    import->set_domain("ai.onnx.ml");
    import->set_version(2);
    return builder.bytes();
}

std::string of_two_domains() {
    ModelBuilder builder(12);
    builder.input("x", {1}).node("Normalizer", {"x"}, {"y"}, "ai.onnx.ml").output("y", {1});
    auto* import = builder.proto().add_opset_import();
    import->set_domain("ai.onnx.ml");
    import->set_version(2);
    return builder.bytes();
}

/// MNIST with opset 12 imports two domains, which its entry should list.
void import_two_domains(Scene& scene) {
    scene.hub.put_in_lfs(mnist, of_two_domains());
    scene.hub.regenerate();
    scene.hub.files["onnxhub.toml"] = "[generate]\nopsets = true\n";
}

/// `count` nested If nodes.
std::string deep_model(int count) {
    onnx::GraphProto graph;
    graph.set_name("inner");
    for (int i = 0; i < count; ++i) {
        onnx::GraphProto outer;
        outer.set_name("outer");
        auto* node = outer.add_node();
        node->set_op_type("If");
        auto* attribute = node->add_attribute();
        attribute->set_name("then_branch");
        attribute->set_type(onnx::AttributeProto::GRAPH);
        *attribute->mutable_g() = graph;
        graph = outer;
    }
    ModelBuilder builder;
    *builder.proto().mutable_graph() = graph;
    builder.input("x", {1}).output("x", {1});
    return builder.bytes();
}

void replace_model(Scene& scene, const std::string& model) {
    scene.hub.put_in_lfs(mnist, model);
}

void rename_to(Scene& scene, const std::string& name) {
    replace(readme(scene), "| MNIST-int8 ", "| " + name + " ");
    scene.hub.regenerate();
}

void keep_in_git(Scene& scene, std::size_t size) {
    std::string content = relu(13);
    content.resize(size, '\0');
    scene.hub.files["vision/digits/model/large.gz"] = content;
    scene.hub.files[".gitattributes"] =
        "*.onnx filter=lfs\n*.tar.gz filter=lfs\n*.data filter=lfs\n";
}

void edit_first_entry(Scene& scene, const std::function<void(Entry&)>& edit) {
    const ManifestEntry first = scene.hub.document().entries.front();
    Entry entry = *first.entry;
    edit(entry);
    replace(scene.hub.manifest(), first.text.copy(), entry_text(to_json(entry)));
}

void drop_ports_in_a_change(Scene& scene) {
    scene.hub.base_manifest = scene.hub.manifest();
    edit_first_entry(scene, [](Entry& entry) { entry.io_ports.reset(); });
}

/// Of MNIST with opset 12, in a hub where an outdated manifest is `level`.
void lose_entry_in_a_change(Scene& scene, const std::string& level) {
    scene.hub.base_manifest = scene.hub.manifest();
    scene.hub.objects.clear();
    std::vector<std::string> texts;
    for (const ManifestEntry& present : scene.hub.document().entries) {
        if (present.entry->model_path != mnist) texts.push_back(present.text.copy());
    }
    scene.hub.manifest() = manifest_text(texts);
    scene.hub.files["onnxhub.toml"] = "[validate]\nstale_manifest = \"" + level + "\"\n";
}

std::vector<RuleCase> make_cases() {
    static NoInference no_inference;
    static CrashingChecker crashing;
    const int mnist12 = 6;  // the row of MNIST with opset 12 in its README
    const auto entry_line = [](const std::string& text, std::size_t n = 0) {
        return line_of(healthy_hub().manifest(), text, n);
    };
    return {
        {"ambiguous-model", manifest_path, entry_line("\"MNIST\"", 0),
         [](Scene& s) { rename_to(s, "mnist"); }, [](Scene& s) { rename_to(s, "mnist-8bit"); }},
        {"not-in-lfs", "vision/digits/model/large.gz", 0,
         [](Scene& s) { keep_in_git(s, large_file_size); },
         [](Scene& s) { keep_in_git(s, large_file_size - 1); }},
        {"file-unreadable", "extra.onnx", 0,
         [](Scene& s) {
             s.adjust = [](MemoryTree& tree) { tree.add_unreadable("extra.onnx", 100); };
         },
         [](Scene& s) { s.hub.put_in_lfs("extra.onnx", "readable"); }},
        {"attributes-unreadable", "sub/.gitattributes", 0,
         [](Scene& s) {
             s.hub.files["sub/.gitattributes"] = std::string(attributes_size_limit + 1, '#');
         },
         [](Scene& s) {
             s.hub.files["sub/.gitattributes"] = std::string(attributes_size_limit, '#');
         }},
        {"readme-unreadable", "README.md", 0,
         [](Scene& s) {
             s.adjust = [](MemoryTree& tree) { tree.add_kind("README.md", FileKind::other); };
         },
         [](Scene&) {}},
        {"readme-too-complex", digits, 1,
         [](Scene& s) { readme(s) = std::string(5000, '>') + " x\n\n" + readme(s); },
         [](Scene& s) { readme(s) = std::string(5, '>') + " x\n\n" + readme(s); }},
        {"readme-not-utf8", digits, 1, [](Scene& s) { readme(s).insert(3, "\xe9"); },
         [](Scene& s) { readme(s).insert(3, "\xc3\xa9"); }},
        {"folder-no-link", "README.md", 9, [](Scene&) {},
         [](Scene& s) { replace(root(s), "Not yet", ""); }},
        {"folder-absolute-url", "README.md", 10,
         [](Scene& s) { root(s) += "| [x](https://example.org/x) | y |\n"; }, [](Scene&) {}},
        {"folder-unsafe-path", "README.md", 10, [](Scene& s) { root(s) += "| [x](../x) | y |\n"; },
         [](Scene& s) { root(s) += "| [x](text/../text/words) | y |\n"; }},
        {"folder-is-submodule", "README.md", 10,
         [](Scene& s) {
             root(s) += "| [x](partner) | y |\n";
             s.adjust = [](MemoryTree& tree) { tree.add_kind("partner", FileKind::submodule); };
         },
         [](Scene&) {}},
        {"row-file-ignored", digits, mnist12,
         [](Scene& s) {
             s.adjust = [content = s.hub.files.at(mnist)](MemoryTree& tree) {
                 tree.add_ignored(mnist, content);
             };
         },
         [](Scene&) {}},
        {"row-file-unusable", digits, mnist12,
         [](Scene& s) {
             s.adjust = [](MemoryTree& tree) { tree.add_kind(mnist, FileKind::other); };
         },
         [](Scene&) {}},
        {"feature-tensor-unknown", digits, 8, [](Scene& s) { set_features(s, "nowhere"); },
         [](Scene& s) { set_features(s, "w"); }},
        {"extra-ports-differ", manifest_path, entry_line("\"metadata\"", 8),
         [](Scene& s) { set_features(s, "w"); }, [](Scene& s) { s.hub.regenerate(); }},
        {"external-data-not-listed", manifest_path, entry_line("\"metadata\""),
         [](Scene& s) {
             const ManifestEntry first = s.hub.document().entries.front();
             Entry entry = *first.entry;
             entry.external_data.clear();
             replace(s.hub.manifest(), first.text.copy(), entry_text(to_json(entry)));
         },
         [](Scene&) {}},
        {"entry-path-differs", manifest_path, entry_line("mnist-8.onnx"),
         [](Scene& s) {
             s.hub.files["vision/digits/model/other.onnx"] =
                 s.hub.files.at("vision/digits/model/mnist-8.onnx");
             replace(readme(s), "model/mnist-8.onnx", "model/other.onnx");
         },
         [](Scene& s) {
             replace(readme(s), "model/mnist-8.onnx", "./model/../model/mnist-8.onnx");
         }},
        {"model-no-opset", "extra/found.onnx", 0, [](Scene& s) { discover(s, relu(0)); },
         [](Scene& s) { discover(s, of_other_domain()); }},
        {"model-other-domain", "extra/found.onnx", 0,
         [](Scene& s) { discover(s, of_other_domain()); },
         [](Scene& s) { discover(s, of_two_domains()); }},
        {"entry-opsets-differ", manifest_path, entry_line("\"metadata\"", 6),
         [](Scene& s) { import_two_domains(s); },
         [](Scene& s) {
             import_two_domains(s);
             s.hub.regenerate();
         }},
        {"model-too-new", "extra/found.onnx", 0, [](Scene& s) { discover(s, relu(900)); },
         [](Scene& s) { discover(s, relu(22, 10)); }},
        {"inference-crashed", mnist, 0,
         [](Scene& s) {
             s.inference = &no_inference;
             replace_model(s, ModelBuilder(12)
                                  .input("x", {1})
                                  .node("Relu", {"x"}, {"y"})
                                  .output_without_shape("y")
                                  .bytes());
         },
         [](Scene& s) { s.inference = &no_inference; }},
        {"model-contradictory", mnist, 0,
         [](Scene& s) {
             replace_model(s, ModelBuilder(12)
                                  .input("x", {1}, 99)
                                  .node("Relu", {"x"}, {"y"})
                                  .output("y", {1})
                                  .bytes());
         },
         [](Scene& s) { replace_model(s, relu(12)); }},
        {"port-name-not-utf8", mnist, 0,
         [](Scene& s) {
             replace_model(s, ModelBuilder(12)
                                  .input("\xff", {1})
                                  .node("Relu", {"\xff"}, {"y"})
                                  .output("y", {1})
                                  .bytes());
         },
         [](Scene& s) {
             replace_model(s, ModelBuilder(12)
                                  .input("é", {1})
                                  .node("Relu", {"é"}, {"y"})
                                  .output("y", {1})
                                  .bytes());
         }},
        {"graph-too-deep", mnist, 0, [](Scene& s) { replace_model(s, deep_model(60)); },
         [](Scene& s) { replace_model(s, deep_model(5)); }},
        {"checker-crashed", mnist, 0, [](Scene& s) { s.checker = &crashing; }, [](Scene&) {}},
        {"archive-too-large", manifest_path, entry_line("mnist-12.tar.gz"),
         [](Scene& s) {
             ArchiveBuilder many;
             for (int i = 0; i < 10'001; ++i) many.file(std::to_string(i), "");
             s.hub.put_in_lfs("vision/digits/model/mnist-12.tar.gz", many.gzip());
         },
         [](Scene& s) {
             ArchiveBuilder many;
             for (int i = 0; i < 10'000; ++i) many.file(std::to_string(i), "");
             s.hub.put_in_lfs("vision/digits/model/mnist-12.tar.gz", many.gzip());
         }},
        {"ignore-unknown-rule", "onnxhub.toml", 1,
         [](Scene& s) {
             s.hub.files["onnxhub.toml"] =
                 "[[validate.ignore]]\nrule = \"x\"\npath = \"**\"\nreason = \"y\"\n";
         },
         [](Scene& s) {
             s.hub.files["onnxhub.toml"] =
                 "[[validate.ignore]]\nrule = \"tables\"\npath = \"**\"\nreason = \"y\"\n";
         }},
        {"ports-changed-without-model", manifest_path, entry_line("\"metadata\""),
         [](Scene& s) {
             drop_ports_in_a_change(s);
             s.hub.objects.clear();
         },
         // The graph is here, and io-ports-missing has it.
         [](Scene& s) { drop_ports_in_a_change(s); }},
        {"ports-changed-without-model", digits, mnist12,
         [](Scene& s) { lose_entry_in_a_change(s, "note"); },
         // Here row-without-entry is an error.
         [](Scene& s) { lose_entry_in_a_change(s, "error"); }},
        {"external-data-changed-without-model", manifest_path, entry_line("\"metadata\""),
         [](Scene& s) {
             s.hub.base_manifest = s.hub.manifest();
             s.hub.objects.clear();
             edit_first_entry(s, [](Entry& entry) { entry.external_data.clear(); });
         },
         // The path of the external data stays the same; only its content changes.
         [](Scene& s) {
             s.hub.base_manifest = s.hub.manifest();
             s.hub.objects.clear();
             edit_first_entry(s, [](Entry& entry) { entry.external_data[0].size_bytes += 1; });
         }},
        {"checks-changed", "onnxhub.toml", 0,
         [](Scene& s) {
             s.hub.changed_checks = {
                 {ChangedCheck::Kind::settings, "onnxhub.toml", "onnxhub.toml"}};
         },
         [](Scene& s) { s.hub.base_manifest = s.hub.manifest(); }},
        {"source-url-invalid", manifest_path, entry_line("    },\n    {"),
         [](Scene& s) {
             edit_first_entry(s, [](Entry& e) { e.sources = {"http://a.example.org/m.onnx"}; });
         },
         [](Scene& s) {
             edit_first_entry(s, [](Entry& e) { e.sources = {"https://a.example.org/m.onnx"}; });
         }},
        {"negative-dimension", manifest_path, entry_line("                        4\n"),
         [](Scene& s) {
             replace(s.hub.manifest(), "                        4\n",
                     "                        -4\n");
         },
         [](Scene& s) {
             replace(s.hub.manifest(), "                        4\n",
                     "                        0\n");
         }},
        {"release-too-old", digits, mnist12,
         [](Scene& s) { replace(readme(s), "| 1.7 | 12 | 0.5 |", "| 1.6 | 12 | 0.5 |"); },
         // The opset is what is wrong, and graph-opset-differs says so.
         [](Scene& s) { replace(readme(s), "| 1.7 | 12 | 0.5 |", "| 1.7 | 13 | 0.5 |"); }},
        {"row-without-entry", "extra/found.onnx", 0, [](Scene& s) { discover(s, relu(13)); },
         [](Scene& s) { s.hub.put_in_lfs("extra/found.onnx", relu(13)); }},
    };
}

std::set<std::string> rules_in(const std::vector<Finding>& findings) {
    std::set<std::string> rules;
    for (const Finding& finding : findings) rules.insert(finding.rule);
    return rules;
}

TEST(Rules, EachFiresInItsCaseAtItsPlace) {
    for (const RuleCase& one : make_cases()) {
        Scene scene;
        one.fire(scene);
        std::vector<std::string> places;
        for (const Finding& finding : scene.validate()) {
            if (finding.rule == one.rule) {
                places.push_back(finding.file + ":" + std::to_string(finding.line));
            }
        }
        EXPECT_THAT(places, Contains(one.file + ":" + std::to_string(one.line))) << one.rule;
    }
}

TEST(Rules, AnInputThatIsThereTwiceIsOneFinding) {
    Scene scene;
    replace_model(scene, ModelBuilder(12)
                             .input("x", {1})
                             .input("x", {1})
                             .node("Relu", {"x"}, {"y"})
                             .output("y", {1})
                             .bytes());
    scene.hub.regenerate();
    std::vector<std::string> found;
    for (const Finding& finding : scene.validate()) {
        if (finding.file == mnist) found.push_back(finding.rule);
    }
    EXPECT_THAT(found, testing::ElementsAre("graph-name-repeated"));
}

TEST(Rules, ShapesThatAreNotInferredAreCounted) {
    InferenceHere here;
    Scene scene;
    scene.inference = &here;
    replace_model(scene, ModelBuilder(900)
                             .input("x", {1})
                             .node("Relu", {"x"}, {"y"})
                             .output_without_shape("y")
                             .bytes());
    const MemoryTree tree = scene.hub.tree();
    const ValidationReport report = report_on(scene.hub, tree, {}, nullptr, &here);
    const auto counted = std::ranges::find_if(report.unchecked, [](const Unchecked& unchecked) {
        return unchecked.rule == "io-ports-differ" &&
               unchecked.reason.find("not inferred") != std::string::npos;
    });
    ASSERT_NE(counted, report.unchecked.end());
    EXPECT_EQ(counted->count, 1u);
}

TEST(Rules, NoneFiresOnItsNearMiss) {
    for (const RuleCase& one : make_cases()) {
        Scene scene;
        one.near_miss(scene);
        EXPECT_THAT(rules_in(scene.validate()), Not(Contains(one.rule)));
    }
}

TEST(Rules, TheServersWordFiresTheRemoteRules) {
    const HubFiles hub = healthy_hub();
    const MemoryTree tree = hub.tree();
    const Settings settings;
    const auto state = read_hub_state(tree, settings, {manifest_path, std::nullopt}, {});
    const auto check = [&](const LfsObjectState& of_first) {
        FindingList findings;
        check_remote(
            *state,
            [&](const std::vector<LfsObject>& objects) {
                std::vector<LfsObjectState> states(objects.size(),
                                                   {LfsObjectState::Kind::present, 0, ""});
                states.front() = of_first;
                return states;
            },
            1, findings);
        return findings;
    };
    using Kind = LfsObjectState::Kind;
    EXPECT_THAT(check({Kind::present, 0, ""}).findings(), IsEmpty());
    EXPECT_EQ(rules_in(check({Kind::missing, 0, ""}).findings()),
              std::set<std::string>{"remote-object-missing"});
    EXPECT_EQ(rules_in(check({Kind::other_size, 7, ""}).findings()),
              std::set<std::string>{"remote-size-differs"});
    const FindingList inconclusive = check({Kind::inconclusive, 0, "busy"});
    EXPECT_THAT(inconclusive.findings(), IsEmpty());
    ASSERT_EQ(inconclusive.unchecked().size(), 1u);
    EXPECT_EQ(inconclusive.unchecked()[0].reason, "inconclusive: busy");
}

/// Fires of rules about the disk itself: tests/generator shows that trees tell of them, and
/// tests/cli that validate does.
const std::set<std::string> told_by_trees{"folder-unreadable", "path-left-out",
                                          "submodule-left-out", "repository-left-out"};

TEST(Rules, NoRuleIsWithoutATestInWhichItFires) {
    std::set<std::string> fired = rules_of_damages(healthy_hub());
    for (const RuleCase& one : make_cases()) fired.insert(one.rule);
    fired.insert(told_by_trees.begin(), told_by_trees.end());
    fired.insert({"remote-object-missing", "remote-size-differs"});
    fired.insert({"remote-source-failed", "remote-model-unavailable"});  // remote_sources_test.cpp
    for (const RuleInfo& rule : all_rules()) {
        if (rule.family == "sources") continue;     // source_rules_test.cpp
        if (rule.family == "operators") continue;   // operator_rules_test.cpp
        if (rule.family == "run") continue;         // run_rules_test.cpp
        if (rule.family == "signatures") continue;  // signature_rules_test.cpp
        EXPECT_TRUE(fired.contains(std::string(rule.id))) << rule.id;
    }
}

TEST(Rules, EachIsDescribedInWholeSentences) {
    std::set<std::string_view> ids;
    for (const RuleInfo& rule : all_rules()) {
        EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " is there twice";
        EXPECT_EQ(rule.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), rule.id.npos);
        for (const std::string_view text : {rule.what, rule.why, rule.fix}) {
            EXPECT_TRUE(text.ends_with('.')) << rule.id << ": " << text;
        }
        EXPECT_FALSE(rule.example.empty()) << rule.id;
        EXPECT_EQ(find_rule(rule.id)->id, rule.id);
    }
    EXPECT_EQ(find_rule("no-such-rule"), nullptr);
}

/// The only finding of the rule.
Finding finding_of(const Scene& scene, const std::string& rule) {
    Finding found;
    int count = 0;
    for (const Finding& finding : scene.validate()) {
        if (finding.rule != rule) continue;
        found = finding;
        ++count;
    }
    EXPECT_EQ(count, 1) << rule;
    return found;
}

TEST(Suggestions, AWrongLinkIsAnsweredWithTheFile) {
    Scene scene;
    replace(readme(scene), "(model/svhn-13.onnx)", "(model/shvn-13.onnx)");
    EXPECT_EQ(finding_of(scene, "row-file-missing").hint,
              "the hub has vision/digits/model/svhn-13.onnx: correct the link, or add the file");
}

TEST(Suggestions, AWrongFolderIsAnsweredWithTheFolder) {
    for (const char* wrong : {"(vision/Digits)", "(vision/digts)"}) {
        Scene scene;
        replace(root(scene), "(vision/digits)", wrong);
        EXPECT_EQ(finding_of(scene, "folder-no-readme").hint,
                  "the hub has vision/digits: correct the link, or add the README");
    }
}

TEST(Suggestions, ATypingErrorInALinkRemovesNoEntry) {
    HubFiles hub = healthy_hub();
    replace(hub.files.at("README.md"), "(vision/digits)", "(vision/digts)");
    const ManifestDocument present = hub.document();
    GenerateOptions options;
    options.present = &present;
    Diagnostics diagnostics;
    EXPECT_EQ(generate(hub.tree(), options, diagnostics).update.text, hub.manifest());
}

TEST(StaleManifest, AWrongDigestIsAWarningAndTheOthersSayWhere) {
    Scene scene;
    scene.hub.files["onnxhub.toml"] = "[validate]\nstale_manifest = \"note\"\n";
    std::string& manifest = scene.hub.manifest();
    const std::size_t digest = manifest.find("\"model_sha\": \"");
    manifest[digest + 14] = manifest[digest + 14] == 'a' ? 'b' : 'a';
    replace(manifest, "\"GPT\"", "\"GTP\"");
    const ValidationReport report = report_on(scene.hub, scene.hub.tree(), std::nullopt);
    for (const Finding& finding : report.findings) {
        if (finding.rule == "model-sha-differs") {
            EXPECT_EQ(finding.severity, Severity::warning);
        }
        if (finding.rule == "entry-name-differs") {
            EXPECT_EQ(finding.severity, Severity::note);
        }
    }
    EXPECT_THAT(rules_in(report.findings),
                testing::IsSupersetOf({"model-sha-differs", "entry-name-differs"}));
    const std::string place =
        "ONNX_HUB_MANIFEST.json:" + std::to_string(line_of(manifest, "\"GTP\""));
    EXPECT_THAT(report.notices, Contains(testing::EndsWith("on the main branch: " + place)));
}

/// What `generate` writes for the hub.
std::string generated(const HubFiles& hub) {
    const ManifestDocument present = hub.document();
    GenerateOptions options;
    options.present = &present;
    Diagnostics diagnostics;
    return generate(hub.tree(), options, diagnostics).update.text;
}

TEST(LostLinks, ALinkToNoReadmeRemovesNoEntry) {
    for (const char* wrong : {"(elsewhere)", "(vision)", "(vision/faces/digits)", "(text/wrods)"}) {
        SCOPED_TRACE(wrong);
        Scene scene;
        replace(root(scene), "(vision/digits)", wrong);
        EXPECT_EQ(generated(scene.hub), scene.hub.manifest());
        finding_of(scene, "folder-no-readme");
        for (const Finding& finding : scene.validate()) {
            EXPECT_NE(finding.rule, "entry-without-row") << finding.message;
        }
    }
}

TEST(LostLinks, ANearFolderThatHasALinkOfItsOwnIsNotMeant) {
    Scene scene;
    replace(root(scene), "(vision/digits)", "(vision/fces)");
    EXPECT_EQ(generated(scene.hub), scene.hub.manifest());
    EXPECT_EQ(finding_of(scene, "folder-no-readme").hint,
              "add it, or correct the link to the folder");
}

TEST(LostLinks, AnUnclosedLinkIsAnErrorAndRemovesNoEntry) {
    for (const char* wrong :
         {"[Digits](vision/digits", "[Digits] (vision/digits)", "[Digits(vision/digits)"}) {
        SCOPED_TRACE(wrong);
        Scene scene;
        replace(root(scene), "[Digits](vision/digits)", wrong);
        EXPECT_EQ(generated(scene.hub), scene.hub.manifest());
        const Finding finding = finding_of(scene, "folder-unsafe-path");
        EXPECT_EQ(finding.line, 5);
    }
}

/// What `validate --fix` writes for the hub.
std::string fixed(const HubFiles& hub) {
    const MemoryTree tree = hub.tree();
    Diagnostics ignored;
    const Settings settings = read_settings(tree, {}, ignored);
    const auto state =
        read_hub_state(tree, settings, {manifest_path, hub.files.at(manifest_path)}, {});
    return fix_manifest(*state, validate(*state, {}).findings, true).text;
}

TEST(LostLinks, ATextWithBracketsIsNoLink) {
    Scene scene;
    replace(root(scene), "Not yet", "BERT [3] (2018)");
    EXPECT_THAT(rules_in(scene.validate()), Not(Contains("folder-unsafe-path")));
}

TEST(LostLinks, FixKeepsTheEntriesOfAFolderThatMoved) {
    HubFiles hub = healthy_hub();
    std::map<std::string, std::string> moved;
    for (const auto& [path, text] : hub.files) {
        const bool moves = path.starts_with("vision/digits/");
        moved[moves ? "old/" + path : path] = text;
    }
    hub.files = moved;
    EXPECT_EQ(fixed(hub), hub.manifest());
}

TEST(Suggestions, AMissingModelOfAnEntryIsAnsweredWithTheFile) {
    Scene scene;
    scene.hub.files["vision/digits/Model/mnist-12.onnx"] = scene.hub.files.at(mnist);
    scene.hub.files.erase(mnist);
    EXPECT_THAT(finding_of(scene, "model-missing").hint,
                testing::HasSubstr("the hub has vision/digits/Model/mnist-12.onnx"));
}

TEST(Suggestions, ARowWhosePathHasAnEntrySaysItsName) {
    Scene scene;
    const std::string row = "| MNIST | [1 kB](model/mnist-12.onnx) |";
    std::string& text = readme(scene);
    const std::size_t begin = text.find(row);
    const std::string line = text.substr(begin, text.find('\n', begin) + 1 - begin);
    text.insert(begin, "| Digits" + line.substr(line.find(" | [1 kB]")));
    EXPECT_EQ(finding_of(scene, "row-without-entry").message,
              "vision/digits/model/mnist-12.onnx has no entry as \"Digits\" (opset 12) in "
              "ONNX_HUB_MANIFEST.json, only as \"MNIST\" (opset 12)");
}

}  // namespace
}  // namespace onnxhub::test
