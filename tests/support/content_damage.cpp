// SPDX-License-Identifier: Apache-2.0
// Models and archives have other content than the manifest states.
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "repository/lfs_pointer.h"
#include "tests/support/archive_builder.h"
#include "tests/support/damage_families.h"
#include "tests/support/damage_places.h"
#include "tests/support/hub_builder.h"

namespace onnxhub::test {
namespace {

Apply on_ports(std::function<void(IoPorts&)> edit) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        if (position >= hub.document().entries.size()) return false;
        Entry entry = *hub.document().entries[position].entry;
        edit(*entry.io_ports);
        replace_entry(hub, position, entry);
        consequences.required.insert({"io-ports-differ", manifest_path,
                                      line_in_manifest(hub, position, "metadata.io_ports")});
        return true;
    };
}

bool remove_ports(HubFiles& hub, std::size_t position, Consequences& consequences) {
    if (position >= hub.document().entries.size()) return false;
    Entry entry = *hub.document().entries[position].entry;
    entry.io_ports.reset();
    replace_entry(hub, position, entry);
    consequences.required.insert(
        {"io-ports-missing", manifest_path, line_in_manifest(hub, position, "metadata")});
    return true;
}

Apply on_large(std::function<void(HubFiles&)> edit, std::vector<std::string> at_external,
               bool row_too) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        if (position > 0) return false;
        for (const RowPlace& row : rows_of(hub)) {
            if (row.name != "Large") continue;
            for (const std::string& rule : at_external) {
                consequences.required.insert(
                    {rule, manifest_path,
                     line_in_manifest(hub, *row.entry, "metadata.external_data")});
            }
            if (row_too) {
                consequences.required.insert({"external-data-missing", row.readme, row.line});
            }
        }
        edit(hub);
        return true;
    };
}

/// Replaces the row's model by another one, with matching manifest and archive.
Apply on_model_bytes(std::function<std::string()> make, const std::string& rule, bool at_model,
                     std::set<std::string> allowed) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::vector<RowPlace> rows = rows_of(hub);
        std::erase_if(rows, [](const RowPlace& row) { return row.name == "Large"; });
        if (position >= rows.size()) return false;
        const RowPlace* row = &rows[position];
        hub.put_in_lfs(row->model_path, make());
        if (at_model) {
            consequences.required.insert({rule, row->model_path, 0});
        } else {
            consequences.required.insert({rule, row->readme, row->line});
        }
        consequences.allowed = allowed;
        consequences.allowed.insert("model-sha-differs");
        return true;
    };
}

Apply on_archive_bytes(std::function<std::string(const std::string& model)> make,
                       const std::string& rule, const std::set<std::string>& allowed = {}) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        consequences.allowed = allowed;
        std::size_t seen = 0;
        for (const RowPlace& row : rows_of(hub)) {
            const auto path = hub.document().entries[*row.entry].entry->archive_path;
            if (!path || seen++ < position) continue;
            const auto parsed = parse_lfs_pointer(hub.files.at(row.model_path));
            const auto source = hub.tree().open_lfs_object(std::get<LfsPointer>(parsed));
            hub.put_in_lfs(*path, make(read_whole(*source, 1 << 20, "")));
            hub.regenerate();
            consequences.required.insert(
                {rule, manifest_path,
                 line_in_manifest(hub, *row.entry, "metadata.model_with_data_path")});
            return true;
        }
        return false;
    };
}

}  // namespace

std::vector<Damage> content_damages() {
    return {
        {"change a port's dimension",
         on_ports([](IoPorts& ports) { ports.inputs[0].shape[0] = std::int64_t{77}; }), true},
        {"rename a port", on_ports([](IoPorts& ports) { ports.outputs[0].name += "x"; }), true},
        {"change a port's type",
         on_ports([](IoPorts& ports) { ports.inputs[0].type = "tensor(int8)"; }), true},
        {"drop a port", on_ports([](IoPorts& ports) { ports.outputs.clear(); }), true},
        {"remove the ports", remove_ports, true},
        {"delete external data",
         on_large([](HubFiles& hub) { hub.files.erase("text/large/large.data"); },
                  {"external-file-missing"}, true),
         true},
        {"replace external data",
         on_large([](HubFiles& hub) { hub.put_in_lfs("text/large/large.data", "other"); },
                  {"external-file-differs"}, false),
         true},
        {"replace a model by garbage",
         on_model_bytes([] { return std::string(3000, 'g'); }, "model-unreadable", true,
                        {"archive-model-differs"}),
         true},
        {"replace a model by one of another opset",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {1})
                     .node("Relu", {"x"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "graph-opset-differs", false, rules_of_other_bytes()),
         true},
        {"replace a model by one of a newer IR version",
         on_model_bytes(
             [] {
                 return ModelBuilder(3, 99)
                     .input("x", {1})
                     .node("Relu", {"x"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "release-too-old", false, rules_of_other_bytes()),
         true},
        {"let external data point outside of the hub",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {4})
                     .external_initializer("w", {4}, "../../../../etc/passwd")
                     .node("Add", {"x", "w"}, {"y"})
                     .output("y", {4})
                     .bytes();
             },
             "external-data-unsafe", false, rules_of_other_bytes()),
         true},
        {"replace a model by one whose graph has no name",
         on_model_bytes(
             [] {
                 ModelBuilder model(3);
                 model.input("x", {1}).node("Relu", {"x"}, {"y"}).output("y", {1});
                 model.proto().mutable_graph()->clear_name();
                 return model.bytes();
             },
             "checker-failed", true,
             {"archive-model-differs", "io-ports-differ", "graph-opset-differs",
              "test-data-differs", "release-too-old"}),
         true},
        {"replace a model by one that uses what nothing produces",
         on_model_bytes(
             [] {
                 return ModelBuilder(3)
                     .input("x", {1})
                     .node("Relu", {"z"}, {"y"})
                     .output("y", {1})
                     .bytes();
             },
             "graph-name-undefined", true,
             {"archive-model-differs", "io-ports-differ", "graph-opset-differs",
              "test-data-differs", "release-too-old"}),
         true},
        {"pack garbage",
         on_archive_bytes([](const std::string&) { return std::string(900, 'g'); },
                          "archive-unreadable"),
         true},
        {"pack no model",
         on_archive_bytes(
             [](const std::string&) {
                 return ArchiveBuilder().file("test_data_set_0/input_0.pb", "").gzip();
             },
             "archive-no-model", {"test-data-differs"}),
         true},
        {"pack another model",
         on_archive_bytes(
             [](const std::string& model) { return archive_of(model + "x", {1}, {1}); },
             "archive-model-differs", {"test-data-differs"}),
         true},
        {"pack no test data",
         on_archive_bytes(
             [](const std::string& model) {
                 return ArchiveBuilder().file("m/model.onnx", model).gzip();
             },
             "test-data-missing"),
         true},
        {"pack test data of another shape",
         on_archive_bytes(
             [](const std::string& model) {
                 return archive_of(model, {9, 9, 9}, {1, 2});
             },
             "test-data-differs"),
         true},
        {"pack a path outside of the archive",
         on_archive_bytes(
             [](const std::string& model) {
                 return ArchiveBuilder().file("m/model.onnx", model).file("../out", "x").gzip();
             },
             "archive-unsafe", {"test-data-missing"}),
         true},
    };
}

}  // namespace onnxhub::test
