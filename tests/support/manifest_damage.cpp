// SPDX-License-Identifier: Apache-2.0
// The manifest was edited.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "tests/support/damage_families.h"
#include "tests/support/damage_places.h"
#include "tests/support/hub_builder.h"

namespace onnxhub::test {
namespace {

/// Changes the value of `"key": ` in the entry's text; line numbers of the manifest do not change.
bool edit_value(HubFiles& hub, std::size_t index, const std::string& key,
                const std::function<std::string(std::string)>& edit) {
    return edit_entry(hub, index, [&](std::string& text) {
        const std::string name = "\"" + key + "\": ";
        const std::size_t at = text.find(name);
        if (at == text.npos) return;
        const std::size_t begin = at + name.size();
        std::size_t end = text.find('\n', begin);
        if (text[end - 1] == ',') --end;
        text.replace(begin, end - begin, edit(text.substr(begin, end - begin)));
    });
}

Apply on_value(const std::string& key, const std::string& field, const std::string& rule,
               std::function<std::string(std::string)> edit, std::set<std::string> allowed = {}) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const std::size_t count = hub.document().entries.size();
        // The position counts only entries that have the field.
        std::size_t seen = 0;
        for (std::size_t i = 0; i < count; ++i) {
            HubFiles damaged = hub;
            if (!edit_value(damaged, i, key, edit)) continue;
            if (seen++ < position) continue;
            const int line = line_in_manifest(hub, i, field);
            hub = std::move(damaged);
            consequences.required.insert({rule, manifest_path, line});
            consequences.allowed = allowed;
            return true;
        }
        return false;
    };
}

std::string flip_digit(std::string value) {
    value[10] = value[10] == '0' ? '1' : '0';
    return value;
}

std::string plus_one(const std::string& value) {
    return std::to_string(std::stoll(value) + 1);
}

bool swap_hashes(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    const auto sha = [&](std::size_t i) { return to_hex(*document.entries[i].entry->content.sha); };
    const std::string one = sha(position);
    const std::string other = sha(position + 1);
    if (one == other) return false;
    edit_entry(hub, position, [&](std::string& text) { replace_once(text, one, other); });
    edit_entry(hub, position + 1, [&](std::string& text) { replace_once(text, other, one); });
    for (const std::size_t i : {position, position + 1}) {
        consequences.required.insert(
            {"model-sha-differs", manifest_path, line_in_manifest(hub, i, "metadata.model_sha")});
    }
    return true;
}

bool delete_entry(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::vector<std::string> texts;
    const ManifestDocument document = hub.document();
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        if (i != *row->entry) texts.push_back(document.entries[i].text.copy());
    }
    hub.manifest() = manifest_text(texts);
    consequences.required.insert({"row-without-entry", row->readme, row->line});
    return true;
}

bool duplicate_entry(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position >= document.entries.size()) return false;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        texts.push_back(document.entries[i].text.copy());
        if (i == position) texts.push_back(document.entries[i].text.copy());
    }
    hub.manifest() = manifest_text(texts);
    consequences.required.insert(
        {"duplicate-entry", manifest_path, line_in_manifest(hub, position + 1)});
    return true;
}

bool swap_entries(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    std::vector<std::string> texts;
    for (const ManifestEntry& entry : document.entries) texts.push_back(entry.text.copy());
    if (document.entries[position].entry->model_path ==
        document.entries[position + 1].entry->model_path) {
        return false;
    }
    std::swap(texts[position], texts[position + 1]);
    hub.manifest() = manifest_text(texts);
    consequences.required.insert(
        {"entry-order", manifest_path, line_in_manifest(hub, position + 1)});
    return true;
}

bool duplicate_key(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const bool is_edited = edit_entry(hub, position, [](std::string& text) {
        const std::size_t at = text.find("        \"model_path\"");
        const std::size_t end = text.find('\n', at) + 1;
        text.insert(at, text.substr(at, end - at));
    });
    if (!is_edited) return false;
    consequences.required.insert(
        {"duplicate-key", manifest_path, line_in_manifest(hub, position, "model_path")});
    return true;
}

bool indent_otherwise(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!edit_entry(hub, position,
                    [](std::string& text) { replace_once(text, "        \"", "      \""); })) {
        return false;
    }
    consequences.required.insert(
        {"manifest-format", manifest_path, line_in_manifest(hub, position)});
    return true;
}

bool end_with_a_line_break(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    const int line = 1 + line_of(hub.manifest(), "\n]");
    hub.manifest() += "\n";
    consequences.required.insert({"manifest-format", manifest_path, line});
    return true;
}

bool truncate_json(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position >= 20) return false;
    std::string& text = hub.manifest();
    text.resize(text.size() * (position + 1) / 22);
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    const auto line = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    consequences.required.insert({"json-syntax", manifest_path, line});
    return true;
}

bool conflict_in_json(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position >= document.entries.size()) return false;
    const int line = document.entries[position].line;
    std::vector<std::string> lines = split_lines(hub.manifest());
    lines.insert(lines.begin() + line, "<<<<<<< HEAD");
    hub.manifest() = join_lines(lines);
    consequences.required.insert({"manifest-conflict", manifest_path, line + 1});
    return true;
}

bool remove_member(HubFiles& hub, std::size_t position, const std::string& key,
                   const std::string& end_mark) {
    return edit_entry(hub, position, [&](std::string& text) {
        const std::size_t at = text.find("\"" + key + "\"");
        if (at == text.npos) return;
        const std::size_t begin = text.rfind('\n', at);
        const std::size_t end = text.find(end_mark, at);
        if (end == text.npos) return;
        text.erase(begin, end + end_mark.size() - begin - 1);
    });
}

bool remove_required_key(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!remove_member(hub, position, "onnx_version", ",\n")) return false;
    consequences.required.insert(
        {"manifest-schema", manifest_path, line_in_manifest(hub, position)});
    return true;
}

bool remove_digest(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!remove_member(hub, position, "model_sha", ",\n")) return false;
    consequences.required.insert(
        {"content-not-stated", manifest_path, line_in_manifest(hub, position, "model_path")});
    return true;
}

bool remove_archive_keys(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::size_t seen = 0;
    const std::size_t count = hub.document().entries.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (!hub.document().entries[i].entry->archive_path || seen++ < position) continue;
        Entry entry = *hub.document().entries[i].entry;
        entry.archive_path.reset();
        entry.archive = {};
        replace_entry(hub, i, entry);
        consequences.required.insert(
            {"entry-archive-differs", manifest_path, line_in_manifest(hub, i, "metadata")});
        return true;
    }
    return false;
}

bool negative_dimension(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    const auto has_dimension = [&](std::size_t i) {
        const auto& ports = document.entries[i].entry->io_ports;
        return ports && !ports->inputs.empty() && !ports->inputs[0].shape.empty();
    };
    while (position < document.entries.size() && !has_dimension(position)) ++position;
    if (position >= document.entries.size()) return false;
    Entry entry = *document.entries[position].entry;
    entry.io_ports->inputs[0].shape[0] = std::int64_t{-1};
    hub.objects.clear();  // otherwise the graph causes more findings
    replace_entry(hub, position, entry);
    const int line = line_in_manifest(hub, position, "metadata.io_ports.inputs");
    consequences.required.insert({"negative-dimension", manifest_path, line + 4});
    return true;
}

bool remove_manifest(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files.erase(manifest_path);
    consequences.required.insert({"manifest-missing", manifest_path, 0});
    return true;
}

bool edit_tag(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (!edit_entry(hub, position, [](std::string& text) {
            replace_once(text, "\"tags\": [\n                \"",
                         "\"tags\": [\n                \"x");
        })) {
        return false;
    }
    consequences.required.insert(
        {"entry-tags-differ", manifest_path, line_in_manifest(hub, position, "metadata.tags")});
    return true;
}

}  // namespace

std::vector<Damage> manifest_damages() {
    const auto set_to = [](std::string text) {
        return [text](const std::string&) { return text; };
    };
    const auto quoted_prefix = [](std::string text) {
        return [text](std::string old) { return old.insert(1, text); };
    };
    const std::set<std::string> order{"entry-order"};
    return {
        {"flip a digit of model_sha",
         on_value("model_sha", "metadata.model_sha", "model-sha-differs", flip_digit)},
        {"flip a digit of the archive's hash",
         on_value("model_with_data_sha", "metadata.model_with_data_sha", "archive-sha-differs",
                  flip_digit)},
        {"change model_bytes",
         on_value("model_bytes", "metadata.model_bytes", "model-size-differs", plus_one)},
        {"change the archive's size",
         on_value("model_with_data_bytes", "metadata.model_with_data_bytes", "archive-size-differs",
                  plus_one)},
        {"swap two hashes", swap_hashes},
        {"edit an opset",
         on_value("opset_version", "opset_version", "entry-opset-differs", set_to("999"))},
        {"edit an ONNX version",
         on_value("onnx_version", "onnx_version", "entry-version-differs", set_to("\"9.9\""))},
        {"edit a name", on_value("model", "model", "entry-name-differs", quoted_prefix("X-"))},
        {"edit a tag", edit_tag},
        {"edit a model path",
         on_value("model_path", "model_path", "model-missing", quoted_prefix("elsewhere/"), order)},
        {"edit an archive path", on_value("model_with_data_path", "metadata.model_with_data_path",
                                          "archive-missing", quoted_prefix("elsewhere/"))},
        {"lead a path out of the hub",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("../"), order)},
        {"make a path absolute",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("/"), order)},
        {"use backslashes",
         on_value("model_path", "model_path", "unsafe-path", quoted_prefix("a\\\\b/"), order)},
        {"make a path a URL", on_value("model_path", "model_path", "unsafe-path",
                                       quoted_prefix("https://example.org/"), order)},
        {"delete an entry", delete_entry},
        {"duplicate an entry", duplicate_entry},
        {"swap two entries", swap_entries},
        {"duplicate a key", duplicate_key},
        {"indent otherwise", indent_otherwise},
        {"end with a line break", end_with_a_line_break},
        {"truncate the JSON", truncate_json},
        {"leave a conflict in the JSON", conflict_in_json},
        {"put a string where a number belongs",
         on_value("opset_version", "opset_version", "manifest-schema", set_to("\"13\""))},
        {"put a short hash",
         on_value("model_sha", "metadata.model_sha", "manifest-schema", set_to("\"abc\""))},
        {"remove a required key", remove_required_key},
        {"remove a hash", remove_digest},
        {"remove the archive's keys", remove_archive_keys},
        {"remove the manifest", remove_manifest},
        {"write a negative dimension", negative_dimension},
    };
}

}  // namespace onnxhub::test
