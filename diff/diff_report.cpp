// SPDX-License-Identifier: Apache-2.0
#include "diff/diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "base/escaping.h"
#include "base/quantity.h"
#include "manifest/diagnostic.h"
#include "manifest/json.h"

namespace onnxhub {
namespace {

using Kind = ModelChange::Kind;

constexpr std::int64_t format_version = 1;
constexpr Kind kinds[] = {Kind::added, Kind::removed, Kind::changed, Kind::moved, Kind::identical};

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::added:
            return "added";
        case Kind::removed:
            return "removed";
        case Kind::changed:
            return "changed";
        case Kind::moved:
            return "moved";
        case Kind::identical:
            return "identical";
    }
    return "";
}

/// "1 added, 2 changed; 180 unchanged"
std::string summary(const ModelDiff& diff) {
    std::string text;
    for (const Kind kind : kinds) {
        const auto count = std::ranges::count(diff.models, kind, &ModelChange::kind);
        if (count == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(kind));
    }
    if (text.empty()) text = "no model changed";
    return text + fmt::format("; {} unchanged", diff.unchanged);
}

/// A remark in addition to the fields.
std::string remark_on(const ModelChange& change) {
    if (change.kind == Kind::identical) return "identical content, stored by git in another form";
    if (change.kind == Kind::moved) return "identical content";
    return "";
}

/// "7 -> 8"; only one value for added and removed models.
std::string transition(const ModelChange& change, const FieldChange& field,
                       std::string_view arrow) {
    const bool is_lone = change.kind == Kind::added || change.kind == Kind::removed;
    if (is_lone) return shown(field.before.empty() ? field.after : field.before);
    const std::string before = field.before.empty() ? "(none)" : shown(field.before);
    const std::string after = field.after.empty() ? "(none)" : shown(field.after);
    return fmt::format("{} {} {}", before, arrow, after);
}

std::string text_of(const ModelChange& change) {
    std::string text = fmt::format("{:9} {}", name_of(change.kind), shown(change.path));
    if (!change.old_path.empty()) text += ", was " + shown(change.old_path);
    const std::string remark = remark_on(change);
    if (!remark.empty()) text += " (" + remark + ")";
    text += '\n';
    std::size_t width = 0;
    for (const FieldChange& field : change.fields) {
        width = std::max(width, std::min<std::size_t>(shown(field.field).size(), 32));
    }
    for (const FieldChange& field : change.fields) {
        text += fmt::format("  {:{}}  {}\n", shown(field.field), width,
                            transition(change, field, "->"));
    }
    if (!change.note.empty()) text += "  (" + shown(change.note) + ")\n";
    return text;
}

std::string render_text(const DiffReport& report) {
    std::string text;
    for (const ModelChange& change : report.diff.models) text += text_of(change) + '\n';
    for (const std::string& note : report.diff.notes) text += shown(note) + '\n';
    text += fmt::format("{} to {}: {}\n", shown(report.before), shown(report.after),
                        summary(report.diff));
    return without_runner_commands(text, "\\x23");
}

/// No text may be a command in a workflow's log. Code spans would show escapes, so an invisible
/// space is inserted.
std::string without_commands(const std::string& text) {
    return without_runner_commands(text, "\u200b#");
}

/// The order in which reviewers need the changes.
constexpr Kind reading_order[] = {Kind::changed, Kind::moved, Kind::identical, Kind::removed,
                                  Kind::added};

std::vector<const ModelChange*> in_reading_order(const ModelDiff& diff) {
    std::vector<const ModelChange*> models;
    for (const Kind kind : reading_order) {
        for (const ModelChange& change : diff.models) {
            if (change.kind == kind) models.push_back(&change);
        }
    }
    return models;
}

std::string markdown_row(const ModelChange& change, const FieldChange& field) {
    const bool is_lone = change.kind == Kind::added || change.kind == Kind::removed;
    std::string row = "| " + markdown_text(shown(field.field)) + " | ";
    if (is_lone) {
        row += markdown_text(transition(change, field, ""));
    } else {
        row += markdown_text(shown(field.before)) + " | " + markdown_text(shown(field.after));
    }
    return row + " |\n";
}

/// The start of a text, for a table of many models.
std::string brief(const std::string& text) {
    constexpr std::size_t limit = 48;  // bytes
    if (text.size() <= limit) return shown(text);
    std::size_t end = limit;
    while (end > limit - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return shown(text.substr(0, end)) + "\u2026";
}

/// "opset 7 → 8, size 12 bytes → 13 bytes, 4 more", without digests.
std::string what_changed(const ModelChange& change) {
    constexpr std::size_t most = 3;
    const bool is_lone = change.kind == Kind::added || change.kind == Kind::removed;
    std::string text;
    std::size_t written = 0;
    const auto add = [&](const FieldChange& field) {
        const std::string before = field.before.empty() ? "(none)" : brief(field.before);
        const std::string after = field.after.empty() ? "(none)" : brief(field.after);
        const std::string value = field.before.empty() ? after : before;
        text += (text.empty() ? "" : ", ") + brief(field.field) + " " +
                (is_lone ? value : before + " \u2192 " + after);
        ++written;
    };
    if (!change.old_path.empty()) text = "was " + shown(change.old_path);
    if (change.kind == Kind::identical) text = remark_on(change);
    // Tags and archives of a moved model follow its directory: the old path is enough.
    const std::size_t most_here = change.kind == Kind::moved ? 0 : most;
    for (const FieldChange& field : change.fields) {
        const bool is_brief =
            written < most_here && field.field.find("SHA-256") == field.field.npos;
        if (is_brief || field.field == "location") add(field);
    }
    if (text.empty() && !change.fields.empty()) add(change.fields.front());
    if (change.fields.size() > written) {
        text += fmt::format(", {} more", change.fields.size() - written);
    }
    return text.empty() ? brief(change.note) : text;
}

/// The rows that fit into `limit` bytes, then the number of the others.
std::string markdown_table(const std::vector<const ModelChange*>& models, std::size_t limit) {
    constexpr std::size_t tail_size = 120;  // bytes reserved for the sentence about the rest
    std::string text = "\n| | model | what |\n|---|---|---|\n";
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::string row = without_commands(fmt::format(
            "| {} | {} | {} |\n", name_of(models[i]->kind), markdown_text(shown(models[i]->path)),
            markdown_text(what_changed(*models[i]))));
        if (text.size() + row.size() + tail_size > limit) {
            return text + fmt::format(
                              "\n**{} more models do not fit here; `onnxhub diff` shows "
                              "all models.**\n",
                              models.size() - i);
        }
        text += row;
    }
    return text;
}

/// "… 3,990 more ports"
std::string rest_of_fields(const ModelChange& change, std::size_t first) {
    const bool all_are_ports = std::all_of(
        change.fields.begin() + static_cast<std::ptrdiff_t>(first), change.fields.end(),
        [](const FieldChange& field) {
            return field.field.starts_with("input ") || field.field.starts_with("output ");
        });
    return fmt::format("\n\u2026 {} more {}\n", with_thousands(change.fields.size() - first),
                       all_are_ports ? "ports" : "lines");
}

bool has_details(const ModelChange& change) {
    return !change.fields.empty() || !change.note.empty();
}

/// The details of one model. Fields that do not fit into `limit` bytes are omitted.
std::string markdown_of(const ModelChange& change, std::size_t limit) {
    constexpr std::size_t tail_size = 60;  // bytes reserved for the line about the rest
    std::string text =
        fmt::format("\n#### {}: {}\n\n", name_of(change.kind), markdown_code(shown(change.path)));
    const std::string remark = remark_on(change);
    if (!change.old_path.empty()) text += "was " + markdown_code(shown(change.old_path)) + ", ";
    if (!remark.empty()) text += remark + "\n\n";
    if (!change.note.empty()) text += markdown_text(shown(change.note)) + "\n\n";
    text = without_commands(text);
    if (change.fields.empty()) return text;
    const bool is_lone = change.kind == Kind::added || change.kind == Kind::removed;
    text += is_lone ? "| | |\n|---|---|\n" : "| | before | after |\n|---|---|---|\n";
    for (std::size_t i = 0; i < change.fields.size(); ++i) {
        const std::string row = without_commands(markdown_row(change, change.fields[i]));
        if (text.size() + row.size() + tail_size > limit) return text + rest_of_fields(change, i);
        text += row;
    }
    return text;
}

/// The details of all models, each within its share, then the number of models without details.
std::string markdown_details(const std::vector<const ModelChange*>& models, std::size_t limit) {
    constexpr std::size_t tail_size = 120;      // bytes reserved for the sentence about the rest
    constexpr std::size_t least_share = 3'000;  // bytes; most models take less
    std::string text;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const std::size_t taken = text.size() + tail_size;
        const std::size_t room = limit > taken ? limit - taken : 0;
        const std::size_t share = std::max(least_share, room / (models.size() - i));
        const std::string model = markdown_of(*models[i], std::min(share, room));
        if (model.size() > room) {
            return text + fmt::format(
                              "\n**Details of {} more models do not fit here; `onnxhub diff` shows "
                              "them.**\n",
                              models.size() - i);
        }
        text += model;
    }
    return text;
}

/// A table of all models, then their details. Models with many ports do not displace others.
std::string render_markdown(const DiffReport& report, std::size_t limit) {
    constexpr std::size_t notes_limit = 20;
    std::string text = "### Models: " + summary(report.diff) + "\n\n" +
                       markdown_text(shown(report.before)) + " to " +
                       markdown_text(shown(report.after)) + "\n";
    const std::vector<std::string>& notes = report.diff.notes;
    for (std::size_t i = 0; i < std::min(notes.size(), notes_limit); ++i) {
        text += "\n" + markdown_text(shown(notes[i])) + "\n";
    }
    if (notes.size() > notes_limit) {
        text += fmt::format("\n\u2026 {} more notes\n", notes.size() - notes_limit);
    }
    const auto models = in_reading_order(report.diff);
    text = without_commands(text);
    if (models.empty()) return text;
    std::vector<const ModelChange*> with_details;
    std::ranges::copy_if(models, std::back_inserter(with_details),
                         [](const ModelChange* change) { return has_details(*change); });
    const std::size_t room = limit > text.size() ? limit - text.size() : 0;
    text += markdown_table(models, room - room / 3);
    text += markdown_details(with_details, limit > text.size() ? limit - text.size() : 0);
    return text;
}

JsonValue json_of(const ModelChange& change) {
    JsonObject members{{"change", json_string(std::string(name_of(change.kind)))},
                       {"path", json_string(change.path)}};
    if (!change.old_path.empty()) members.push_back({"old_path", json_string(change.old_path)});
    JsonArray fields;
    for (const FieldChange& field : change.fields) {
        JsonObject item{{"field", json_string(field.field)}};
        if (!field.before.empty()) item.push_back({"before", json_string(field.before)});
        if (!field.after.empty()) item.push_back({"after", json_string(field.after)});
        fields.push_back(json_object(std::move(item)));
    }
    members.push_back({"fields", json_array(std::move(fields))});
    if (!change.note.empty()) members.push_back({"note", json_string(change.note)});
    return json_object(std::move(members));
}

std::string render_json(const DiffReport& report) {
    JsonArray models;
    for (const ModelChange& change : report.diff.models) models.push_back(json_of(change));
    JsonObject members{
        {"version", json_integer(format_version)},
        {"before", json_string(report.before)},
        {"after", json_string(report.after)},
        {"models", json_array(std::move(models))},
        {"unchanged", json_unsigned(report.diff.unchanged)},
    };
    JsonArray notes;
    for (const std::string& note : report.diff.notes) notes.push_back(json_string(note));
    if (!notes.empty()) members.push_back({"notes", json_array(std::move(notes))});
    const JsonValue document = json_object(std::move(members));
    // "##[" can only occur inside a string.
    return without_runner_commands(json_text(document), "\\u0023") + '\n';
}

/// A string member; nothing if it has another type, "" if it is missing.
std::optional<std::string> text_member(const JsonValue& object, const char* key) {
    const JsonValue* value = object.find(key);
    if (!value) return "";
    return value->string() ? std::optional(*value->string()) : std::nullopt;
}

std::optional<FieldChange> field_of(const JsonValue& json) {
    const auto field = text_member(json, "field");
    const auto before = text_member(json, "before");
    const auto after = text_member(json, "after");
    if (!field || field->empty() || !before || !after) return std::nullopt;
    return FieldChange{*field, *before, *after};
}

std::optional<ModelChange> change_of(const JsonValue& json) {
    ModelChange change;
    const auto kind = text_member(json, "change");
    const auto path = text_member(json, "path");
    const auto old_path = text_member(json, "old_path");
    const auto note = text_member(json, "note");
    const auto known = std::ranges::find(kinds, kind.value_or(""), name_of);
    const JsonValue* fields = json.find("fields");
    if (known == std::end(kinds) || !path || path->empty() || !old_path || !note || !fields ||
        !fields->array()) {
        return std::nullopt;
    }
    change.kind = *known;
    change.path = *path;
    change.old_path = *old_path;
    change.note = *note;
    for (const JsonValue& item : *fields->array()) {
        auto field = field_of(item);
        if (!field) return std::nullopt;
        change.fields.push_back(std::move(*field));
    }
    return change;
}

}  // namespace

bool is_diff_report(const JsonValue& document) {
    return document.find("models") && document.find("unchanged");
}

std::variant<DiffReport, std::string> parse_diff_report(const JsonValue& document) {
    const JsonValue* version = document.find("version");
    const JsonValue* models = document.find("models");
    const JsonValue* unchanged = document.find("unchanged");
    const auto before = text_member(document, "before");
    const auto after = text_member(document, "after");
    if (!version || version->integer() != format_version) return "version is not 1";
    if (!models || !models->array()) return "models is not an array";
    if (!unchanged || unchanged->integer().value_or(-1) < 0) return "unchanged is not a number";
    if (!before || !after) return "before or after is not a string";
    DiffReport report{*before, *after, {}};
    report.diff.unchanged = static_cast<std::size_t>(*unchanged->integer());
    if (const JsonValue* notes = document.find("notes")) {
        if (!notes->array()) return "notes is not an array";
        for (const JsonValue& note : *notes->array()) {
            if (!note.string()) return fmt::format("line {}: this note is not a string", note.line);
            report.diff.notes.push_back(*note.string());
        }
    }
    for (const JsonValue& model : *models->array()) {
        auto change = change_of(model);
        if (!change) {
            return fmt::format("line {}: this is no change of a model", model.line);
        }
        report.diff.models.push_back(std::move(*change));
    }
    return report;
}

std::string render(const DiffReport& report, DiffFormat format, std::size_t markdown_limit) {
    switch (format) {
        case DiffFormat::text:
            return render_text(report);
        case DiffFormat::markdown:
            return render_markdown(report, markdown_limit);
        case DiffFormat::json:
            return render_json(report);
    }
    return "";
}

DiffReport diff_report_in(const PartFile& file) {
    auto parsed = parse_diff_report(file.document);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        refuse_part_file(file.name, *reason);
    }
    return std::get<DiffReport>(std::move(parsed));
}

}  // namespace onnxhub
