// SPDX-License-Identifier: Apache-2.0
// Files were changed, moved or deleted.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/digest.h"
#include "manifest/hub_path.h"
#include "repository/lfs_pointer.h"
#include "tests/support/damage_families.h"
#include "tests/support/damage_places.h"
#include "tests/support/hub_builder.h"

namespace onnxhub::test {
namespace {

/// Edits the file of the model (or archive) of the row at `position`.
Apply on_model_file(std::function<void(HubFiles&, const std::string&)> edit, Expect expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        const auto row = row_at(hub, position);
        if (!row || !is_pointer_file(hub, row->model_path)) return false;
        expect(hub, *row, consequences);
        edit(hub, row->model_path);
        return true;
    };
}

Apply on_archive_file(std::function<void(HubFiles&, const std::string&)> edit, Expect expect) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::size_t seen = 0;
        for (const RowPlace& row : rows_of(hub)) {
            const auto path = hub.document().entries[*row.entry].entry->archive_path;
            if (!path || seen++ < position) continue;
            expect(hub, row, consequences);
            edit(hub, *path);
            return true;
        }
        return false;
    };
}

/// The finding is at the file; findings at rows and entries that become unreadable are allowed.
Expect at_file(std::string rule, int line) {
    return [=](const HubFiles&, const RowPlace& row, Consequences& consequences) {
        consequences.required.insert({rule, row.model_path, line});
        consequences.allowed = {"row-file-unusable"};
    };
}

std::string& pointer(HubFiles& hub, const std::string& path) {
    return hub.files.at(path);
}

bool swap_files(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const ManifestDocument document = hub.document();
    if (position + 1 >= document.entries.size()) return false;
    const std::string& one = document.entries[position].entry->model_path;
    const std::string& other = document.entries[position + 1].entry->model_path;
    if (one == other || hub.files.at(one) == hub.files.at(other)) return false;
    std::swap(hub.files.at(one), hub.files.at(other));
    for (std::size_t i = 0; i < document.entries.size(); ++i) {
        const std::string& path = document.entries[i].entry->model_path;
        if (path != one && path != other) continue;
        consequences.required.insert(
            {"model-sha-differs", manifest_path, line_in_manifest(hub, i, "metadata.model_sha")});
    }
    consequences.allowed = rules_of_other_bytes();
    return true;
}

bool delete_model(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    hub.files.erase(row->model_path);
    for (const RowPlace& other : rows_of(hub)) {
        if (other.model_path != row->model_path) continue;
        consequences.required.insert(
            {"model-missing", manifest_path, line_in_manifest(hub, *other.entry, "model_path")});
        consequences.required.insert({"row-file-missing", other.readme, other.line});
    }
    consequences.allowed = {"row-file-missing"};
    return true;
}

bool delete_archive(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::size_t seen = 0;
    for (const RowPlace& row : rows_of(hub)) {
        const auto path = hub.document().entries[*row.entry].entry->archive_path;
        if (!path || seen++ < position) continue;
        hub.files.erase(*path);
        consequences.required.insert(
            {"archive-missing", manifest_path,
             line_in_manifest(hub, *row.entry, "metadata.model_with_data_path")});
        consequences.required.insert({"row-archive-missing", row.readme, row.line});
        consequences.allowed = {"archive-missing", "row-archive-missing"};
        return true;
    }
    return false;
}

bool move_folder(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    if (position >= folders.size()) return false;
    const std::string folder = *std::next(folders.begin(), static_cast<std::ptrdiff_t>(position));
    std::map<std::string, std::string> moved;
    for (const auto& [path, content] : hub.files) {
        const bool is_inside = path.starts_with(folder + "/");
        moved[is_inside ? "archive_of_old/" + path : path] = content;
    }
    for (const RowPlace& row : rows_of(hub)) {
        if (!row.model_path.starts_with(folder + "/")) continue;
        consequences.required.insert(
            {"model-missing", manifest_path, line_in_manifest(hub, *row.entry, "model_path")});
    }
    hub.files = std::move(moved);
    consequences.allowed = {"folder-no-readme",      "archive-missing",  "entry-without-row",
                            "external-file-missing", "row-file-missing", "row-archive-missing"};
    return true;
}

bool move_folder_and_its_link(HubFiles& hub, std::size_t position, Consequences& consequences) {
    std::string root = hub.files.at("README.md");
    std::set<std::string> folders;
    for (const RowPlace& row : rows_of(hub)) folders.insert(std::string(parent_folder(row.readme)));
    if (position >= folders.size()) return false;
    const std::string folder = *std::next(folders.begin(), static_cast<std::ptrdiff_t>(position));
    if (root.find("](" + folder + ")") == root.npos) return false;
    if (!move_folder(hub, position, consequences)) return false;
    while (replace_once(root, "](" + folder + ")", "](archive_of_old/" + folder + ")")) {
    }
    hub.files.at("README.md") = root;
    consequences.allowed.insert("entry-tags-differ");
    consequences.allowed.insert("entry-archive-differs");
    consequences.allowed.insert("row-without-entry");
    return true;
}

bool remove_attributes(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files.erase(".gitattributes");
    for (const auto& [path, content] : hub.files) {
        if (is_pointer_file(hub, path)) consequences.required.insert({"lfs-not-covered", path, 1});
    }
    return true;
}

bool link_in_place_of_model(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    const std::string target = row->model_path + ".real.onnx";
    hub.files[target] = hub.files.at(row->model_path);
    hub.files.erase(row->model_path);
    hub.links[row->model_path] = std::string(file_name(target));
    for (const RowPlace& other : rows_of(hub)) {
        if (other.model_path != row->model_path) continue;
        consequences.required.insert(
            {"symbolic-link", manifest_path, line_in_manifest(hub, *other.entry, "model_path")});
    }
    consequences.allowed = {"symbolic-link"};
    return true;
}

bool clash_of_case(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row) return false;
    std::string other = row->model_path;
    const std::size_t at = other.find_last_of("abcdefghijklmnopqrstuvwxyz", other.size() - 6);
    if (at == other.npos) return false;
    other[at] = static_cast<char>(other[at] - 'a' + 'A');
    hub.files[other] = hub.files.at(row->model_path);
    // The finding is at the second of the two in the order of the tree.
    consequences.required.insert({"path-case-clash", std::max(other, row->model_path), 0});
    return true;
}

bool raw_bytes_in_git(HubFiles& hub, std::size_t position, Consequences& consequences) {
    const auto row = row_at(hub, position);
    if (!row || !is_pointer_file(hub, row->model_path)) return false;
    hub.files.at(row->model_path) = std::string(2000, 'r');
    consequences.required.insert({"pointer-raw-bytes", row->model_path, 0});
    consequences.allowed = rules_of_other_bytes();
    consequences.allowed.insert("model-sha-differs");
    return true;
}

bool unknown_setting(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files["onnxhub.toml"] += "\n[genrate]\nexclude = []\n";
    consequences.required.insert(
        {"unknown-setting", "onnxhub.toml", line_of(hub.files["onnxhub.toml"], "[genrate]")});
    return true;
}

bool unused_ignore(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position > 0) return false;
    hub.files["onnxhub.toml"] +=
        "\n[[validate.ignore]]\nrule = \"json-syntax\"\npath = \"**\"\nreason = \"none\"\n";
    consequences.required.insert({"ignore-unused", "onnxhub.toml",
                                  line_of(hub.files["onnxhub.toml"], "[[validate.ignore]]")});
    return true;
}

}  // namespace

std::vector<Damage> file_damages() {
    return {
        {"delete a model", delete_model},
        {"delete an archive", delete_archive},
        {"move a folder", move_folder},
        {"move a folder and its link", move_folder_and_its_link},
        {"swap two models", swap_files},
        {"replace a model",
         on_model_file(
             [](HubFiles& hub, const std::string& path) {
                 pointer(hub, path) = lfs_pointer_text(sha256_of(path), 12345);
             },
             [](const HubFiles& hub, const RowPlace& row, Consequences& consequences) {
                 for (const RowPlace& other : rows_of(hub)) {
                     if (other.model_path != row.model_path) continue;
                     consequences.required.insert(
                         {"model-sha-differs", manifest_path,
                          line_in_manifest(hub, *other.entry, "metadata.model_sha")});
                 }
                 consequences.allowed = rules_of_other_bytes();
             })},
        {"replace an archive", on_archive_file(
                                   [](HubFiles& hub, const std::string& path) {
                                       pointer(hub, path) =
                                           lfs_pointer_text(sha256_of(path), 12345);
                                   },
                                   at_entry("archive-sha-differs", "metadata.model_with_data_sha",
                                            {"archive-sha-differs"}))},
        {"leave a conflict in a pointer", on_model_file(
                                              [](HubFiles& hub, const std::string& path) {
                                                  std::string& text = pointer(hub, path);
                                                  text = "<<<<<<< HEAD\n" + text + "=======\n" +
                                                         text + ">>>>>>> theirs\n";
                                              },
                                              at_file("pointer-conflict", 1))},
        {"truncate a pointer",
         on_model_file(
             [](HubFiles& hub, const std::string& path) { pointer(hub, path).resize(60); },
             at_file("pointer-truncated", 2))},
        {"damage a pointer's hash", on_model_file(
                                        [](HubFiles& hub, const std::string& path) {
                                            replace_once(pointer(hub, path), "sha256:", "sha256:x");
                                        },
                                        at_file("pointer-malformed", 2))},
        {"give a pointer CR LF", on_model_file(
                                     [](HubFiles& hub, const std::string& path) {
                                         std::string text;
                                         for (const char c : pointer(hub, path))
                                             text += c == '\n' ? "\r\n" : std::string(1, c);
                                         pointer(hub, path) = text;
                                     },
                                     at_file("pointer-crlf", 1))},
        {"cut a pointer's last line break",
         on_model_file(
             [](HubFiles& hub, const std::string& path) { pointer(hub, path).pop_back(); },
             at_file("pointer-not-canonical", 1))},
        {"commit bytes in place of a pointer", raw_bytes_in_git},
        {"remove .gitattributes", remove_attributes},
        {"link in place of a model", link_in_place_of_model},
        {"add a file that differs in case", clash_of_case},
        {"misspell a setting", unknown_setting},
        {"ignore what isn't there", unused_ignore},
    };
}

}  // namespace onnxhub::test
