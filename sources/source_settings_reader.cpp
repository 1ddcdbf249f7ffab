// SPDX-License-Identifier: Apache-2.0
#include "sources/source_settings_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "base/spelling.h"
#include "sources/document_path.h"
#include "sources/name_template.h"
#include "sources/path_pattern.h"
#include "sources/settings_globs.h"
#include "sources/template_names.h"

namespace onnxhub {
namespace {

constexpr std::string_view table_name = "source";
constexpr std::string_view key_kind = "kind";
constexpr std::string_view key_readmes = "readmes";
constexpr std::string_view key_columns = "columns";
constexpr std::string_view key_paths = "paths";
constexpr std::string_view key_pattern = "pattern";
constexpr std::string_view key_files = "files";
constexpr std::string_view key_model = "model";
constexpr std::string_view key_records = "records";
constexpr std::string_view key_facts = "facts";
constexpr std::string_view key_name = "name";
constexpr std::string_view key_tags = "tags";
constexpr std::string_view key_distinguish = "distinguish";

/// What the settings of a kind can have besides name, tags and distinguish.
struct KindInfo {
    SourceKind kind;
    std::string_view name;
    std::string_view paths_key;  ///< the key with its globs
    bool needs_paths;
    std::array<std::string_view, 2> other_keys;
};

constexpr std::array<KindInfo, 5> kinds{{
    {SourceKind::tables, "tables", key_readmes, false, {key_columns, ""}},
    {SourceKind::files, "files", key_paths, true, {key_pattern, ""}},
    {SourceKind::sidecar, "sidecar", key_files, true, {key_model, key_facts}},
    {SourceKind::records, "records", key_files, true, {key_records, key_facts}},
    {SourceKind::links, "links", key_files, true, {"", ""}},
}};

/// The bytes of a sidecar's model are in the repository, so it has no say about them.
constexpr std::array sidecar_facts = {
    Fact::name,   Fact::opset, Fact::onnx_version, Fact::ir_version, Fact::tags,     Fact::license,
    Fact::author, Fact::task,  Fact::description,  Fact::parameters, Fact::test_data};

std::vector<std::string_view> all_fact_names() {
    std::vector<std::string_view> names;
    for (const Fact fact : all_facts()) names.push_back(name_of(fact));
    return names;
}

/// For a source that only names other READMEs.
std::map<std::string, std::vector<std::string>> official_columns() {
    return {{"model", {"Download"}},
            {"name", {"Model"}},
            {"onnx_version", {"ONNX version"}},
            {"opset", {"Opset version"}},
            {"test_data", {"Download (with sample test data)"}}};
}

class SourceSettingsReader {
public:
    SourceSettingsReader(const toml::table& table, TomlReader& toml) : table_(table), toml_(toml) {}

    SourceSettings read() {
        const KindInfo& info = read_kind();
        source_.kind = info.kind;
        source_.line = TomlReader::line_of(table_);
        report_unknown_keys(info);
        source_.paths = read_globs(toml_, table_, table_name, info.paths_key);
        if (info.needs_paths) require(info.paths_key, "[\"…\"]: globs of files");
        switch (info.kind) {
            case SourceKind::tables:
                read_columns();
                break;
            case SourceKind::files:
                read_pattern();
                break;
            case SourceKind::sidecar:
                read_sidecar();
                break;
            case SourceKind::records:
                read_records();
                break;
            case SourceKind::links:
                break;
        }
        read_templates();
        return std::move(source_);
    }

private:
    static std::string named(std::string_view key) {
        return TomlReader::qualified(table_name, key);
    }

    void require(std::string_view key, std::string_view value) const {
        if (table_.contains(key)) return;
        toml_.fail(table_, fmt::format("{} lacks the key \"{}\"", table_name, key),
                   fmt::format("add {} = {}", key, value));
    }

    const KindInfo& read_kind() const {
        std::vector<std::string_view> names;
        for (const KindInfo& info : kinds) names.push_back(info.name);
        const std::string hint = fmt::format("write one of {}", fmt::join(names, ", "));
        const std::string kind = toml_.required_string_at(table_, table_name, key_kind, hint);
        const auto found = std::ranges::find(kinds, kind, &KindInfo::name);
        if (found != kinds.end()) return *found;
        const auto meant = nearest(kind, names);
        toml_.fail(*table_.get(key_kind), fmt::format("{} is \"{}\"", named(key_kind), kind),
                   meant ? fmt::format("did you mean \"{}\"?", *meant) : hint);
    }

    void report_unknown_keys(const KindInfo& info) {
        std::vector<std::string_view> known{key_kind, info.paths_key};
        for (const std::string_view key : info.other_keys) {
            if (!key.empty()) known.push_back(key);
        }
        known.insert(known.end(), {key_name, key_tags, key_distinguish});
        toml_.report_unknown_keys(table_, table_name, known);
    }

    void read_columns() {
        const toml::node* node = table_.get(key_columns);
        if (!node && !source_.paths.empty()) source_.columns = official_columns();
        if (!node) return;
        const std::string name = named(key_columns);
        const toml::table& columns = toml_.table_at(*node, name);
        std::vector<std::string_view> known = all_fact_names();
        known.push_back(key_model);
        toml_.report_unknown_keys(columns, name, known);
        for (const std::string_view column : known) {
            auto headers = toml_.strings_at(columns, name, column);
            if (!headers.empty()) source_.columns.emplace(column, std::move(headers));
        }
        if (!source_.columns.contains(std::string(key_model))) {
            toml_.fail(*node, fmt::format("{} lacks \"{}\"", name, key_model),
                       "add model = [\"…\"]: headers of the column with links to models");
        }
    }

    void read_pattern() {
        const toml::node* node = table_.get(key_pattern);
        if (!node) return;
        source_.pattern = toml_.string_at(*node, named(key_pattern));
        auto parsed = PathPattern::parse(*source_.pattern);
        if (const auto* bad = std::get_if<BadPattern>(&parsed)) {
            toml_.fail(*node, fmt::format("{} {}", named(key_pattern), bad->message), bad->hint);
        }
        groups_ = std::get<PathPattern>(parsed).group_names();
    }

    void read_sidecar() {
        const toml::node* model = table_.get(key_model);
        source_.model = model ? read_glob(toml_, *model, named(key_model)) : "*.onnx";
        if (model) check_template(*model, key_model, source_.model, sidecar_model_names);
        if (source_.model.find('{') != std::string::npos &&
            source_.model.find_first_of("*?[") != std::string::npos) {
            toml_.fail(*model,
                       fmt::format("{} has both \"{{stem}}\" and wildcards", named(key_model)),
                       "name one model for each sidecar, such as \"{stem}.onnx\"");
        }
        read_facts(sidecar_facts);
    }

    void read_records() {
        const toml::node* node = table_.get(key_records);
        source_.records = node ? toml_.string_at(*node, named(key_records)) : "**";
        if (node) check_path(*node, named(key_records), source_.records, Wildcards::allowed);
        require(key_facts, "{ url = \"…\" }: the path of each fact in a record");
        read_facts({});
        if (!source_.facts.contains(Fact::url) && !source_.facts.contains(Fact::path)) {
            toml_.fail(*table_.get(key_facts),
                       fmt::format("{} names neither \"url\" nor \"path\"", named(key_facts)),
                       "add the key under which a record has its model's URL or path");
        }
    }

    /// `allowed` empty: all facts.
    void read_facts(std::span<const Fact> allowed) {
        const toml::node* node = table_.get(key_facts);
        if (!node) return;
        const std::string name = named(key_facts);
        const toml::table& facts = toml_.table_at(*node, name);
        toml_.report_unknown_keys(facts, name, all_fact_names());
        for (const auto& [key, value] : facts) {
            const auto fact = parse_fact(key.str());
            if (!fact) continue;
            const std::string fact_name = TomlReader::qualified(name, key.str());
            if (!allowed.empty() && std::ranges::find(allowed, *fact) == allowed.end()) {
                toml_.fail(value, fmt::format("{} has no meaning for a sidecar", fact_name),
                           "remove it: the model is the file beside the sidecar");
            }
            const std::string path = toml_.string_at(value, fact_name);
            check_path(value, fact_name, path, Wildcards::refused);
            source_.facts.emplace(*fact, path);
        }
    }

    void check_path(const toml::node& node, const std::string& name, const std::string& path,
                    Wildcards wildcards) const {
        const auto parsed = parse_document_path(path, wildcards);
        if (const auto* bad = std::get_if<BadDocumentPath>(&parsed)) {
            toml_.fail(node, fmt::format("{} {}", name, bad->message),
                       "write the keys from the top, with '.' between them");
        }
    }

    void read_templates() {
        const std::vector<std::string> names = template_names(source_, groups_);
        known_names_.assign(names.begin(), names.end());
        if (const toml::node* name = table_.get(key_name)) {
            source_.name = toml_.string_at(*name, named(key_name));
            check_template(*name, key_name, *source_.name, known_names_);
        }
        source_.tags = read_template_list(key_tags);
        source_.distinguish = read_template_list(key_distinguish);
    }

    std::vector<std::string> read_template_list(std::string_view key) const {
        std::vector<std::string> texts;
        for (TomlText& element : toml_.texts_at(table_, table_name, key)) {
            if (texts.size() == source_list_limit) fail_long_list(toml_, *element.node, named(key));
            check_template(*element.node, key, element.text, known_names_);
            texts.push_back(std::move(element.text));
        }
        return texts;
    }

    void check_template(const toml::node& node, std::string_view key, const std::string& text,
                        std::span<const std::string_view> known) const {
        const auto parsed = parse_template(text, known);
        if (const auto* error = std::get_if<TemplateError>(&parsed)) {
            toml_.fail(node,
                       fmt::format("{} \"{}\" is not a template: {} at column {}", named(key), text,
                                   error->message, error->column),
                       error->hint);
        }
    }

    const toml::table& table_;
    TomlReader& toml_;
    SourceSettings source_;
    std::vector<std::string> groups_;
    std::vector<std::string_view> known_names_;
};

}  // namespace

std::vector<SourceSettings> read_source_settings(const toml::node& node, TomlReader& toml) {
    const std::string name(table_name);
    std::vector<SourceSettings> sources;
    bool has_official_tables = false;
    for (const toml::table* table : toml.tables_at(node, name)) {
        if (sources.size() == source_limit) {
            toml.fail(*table, fmt::format("more than {} [[source]]", source_limit),
                      "describe several folders with one source");
        }
        sources.push_back(SourceSettingsReader(*table, toml).read());
        if (!reads_official_tables(sources.back())) continue;
        if (has_official_tables) {
            toml.fail(*table, "a second [[source]] reads the official tables",
                      "remove it, or add readmes or columns");
        }
        has_official_tables = true;
    }
    return sources;
}

}  // namespace onnxhub
