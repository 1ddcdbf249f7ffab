// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/folder_facts.h"

#include <utility>

#include "base/utc_time.h"
#include "hosting/export/catalog_path.h"
#include "hosting/export/readme_facts.h"
#include "hosting/export/readme_metrics.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

constexpr JsonStyle compact{.indent = 0, .is_ascii = false};
constexpr std::size_t longest_licence_name = 60;  // bytes: allows a name, but not a sentence

void add_text(JsonObject& members, std::string key, std::string text) {
    if (!text.empty()) members.push_back({std::move(key), json_string(std::move(text))});
}

void add_names(JsonObject& members, std::string key, const std::vector<std::string>& names) {
    if (names.empty()) return;
    JsonArray values;
    for (const std::string& name : names) values.push_back(json_string(name));
    members.push_back({std::move(key), json_array(std::move(values))});
}

void add_metrics(JsonObject& members, const std::string& readme) {
    JsonObject metrics;
    for (const auto& [model, metric] : model_metrics(readme)) {
        metrics.push_back(
            {model, json_array({json_string(metric.name), json_string(metric.value)})});
    }
    if (!metrics.empty()) members.push_back({"metrics", json_object(std::move(metrics))});
}

void add_history(JsonObject& members, const FolderFacts& facts) {
    constexpr std::size_t most_changes = 20;  // of a model
    JsonObject files;
    for (const auto& [name, changes] : facts.history) {
        JsonArray values;
        for (const HistoryEntry& change : changes) {
            if (values.size() == most_changes) break;
            values.push_back(json_array({json_string(utc_date_text(change.seconds)),
                                         json_string(change.commit), json_bool(change.is_new)}));
        }
        files.push_back({name, json_array(std::move(values))});
    }
    if (!files.empty()) members.push_back({"history", json_object(std::move(files))});
}

JsonObject facts_of_readme(const std::string& readme, const std::string& path) {
    JsonObject members;
    const std::string licence = licence_of(readme);
    add_text(members, "readme", path);
    add_text(members, "about", summary_of(readme));
    add_text(members, "licence",
             licence.size() > longest_licence_name ? "see the README" : licence);
    add_text(members, "words", search_words_of(readme));
    add_metrics(members, readme);
    return members;
}

void add_paths(JsonObject& members, std::string key,
               const std::map<std::string, std::string>& paths) {
    JsonObject values;
    for (const auto& [name, path] : paths) values.push_back({name, json_string(path)});
    if (!values.empty()) members.push_back({std::move(key), json_object(std::move(values))});
}

/// Divides the members of one object among files.
class FactsWriter {
public:
    explicit FactsWriter(FactsFiles& files) : files_(files) {}

    void add(const std::string& folder, JsonObject facts) {
        if (text_.empty()) from_ = folder;
        text_ += text_.empty() ? '{' : ',';
        text_ += json_text(json_string(folder), compact) + ":" +
                 json_text(json_object(std::move(facts)), compact);
        if (text_.size() >= facts_file_size) finish();
    }

    void finish() {
        if (text_.empty()) return;
        text_ += '}';
        const std::string path = catalog_path("facts", text_, ".json");
        files_.facts.push_back({from_, path});
        files_.texts[path] = std::exchange(text_, {});
    }

private:
    FactsFiles& files_;
    std::string text_;
    std::string from_;
};

}  // namespace

FactsFiles facts_files(const std::map<std::string, FolderFacts>& folders) {
    FactsFiles files;
    FactsWriter writer(files);
    for (const auto& [folder, facts] : folders) {
        JsonObject members;
        if (!facts.readme.empty()) {
            const std::string path = catalog_path("readme", facts.readme, ".md");
            files.texts[path] = facts.readme;
            members = facts_of_readme(facts.readme, path);
            add_paths(members, "images", facts.images);
        }
        if (!facts.licence_text.empty()) {
            const std::string path = catalog_path("licence", facts.licence_text, ".txt");
            files.texts[path] = facts.licence_text;
            add_text(members, "licence_text", path);
        }
        add_paths(members, "signatures", facts.signatures);
        add_names(members, "missing", facts.missing);
        add_names(members, "elsewhere", facts.elsewhere);
        add_history(members, facts);
        if (!members.empty()) writer.add(folder, std::move(members));
    }
    writer.finish();
    return files;
}

}  // namespace onnxhub
