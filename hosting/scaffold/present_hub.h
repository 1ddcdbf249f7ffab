// SPDX-License-Identifier: Apache-2.0
// A hub before a command changes its models, and the models that a user names. Only the .cpp files
// of this module include this header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hosting/scaffold/file_transaction.h"
#include "manifest/diagnostic.h"
#include "manifest/entry_name.h"
#include "manifest/manifest.h"
#include "repository/hub_folder.h"
#include "sources/hub_rows.h"
#include "sources/settings.h"

namespace onnxhub {

struct PresentHub {
    HubFolder folder;
    Settings settings;
    HubRows rows;
    Diagnostics problems;                      ///< of the rows
    std::optional<ManifestDocument> manifest;  ///< absent: the hub has none

    const ManifestDocument* document() const { return manifest ? &*manifest : nullptr; }
};

/// Opens the hub of `change`, and watches its manifest. Throws UserError when settings or manifest
/// are not valid.
PresentHub read_present_hub(FileTransaction& change);

/// All rows, with those of discovered models if the settings ask for them.
HubRows read_all_rows(const Tree& tree, const Settings& settings, Diagnostics& diagnostics);

/// One model of the hub as users see it: a row, its entries in the manifest, or both.
struct HubModel {
    std::string name;        ///< that of the entry, else that of the row
    std::string path;        ///< from the hub's top
    std::int64_t opset = 0;  ///< 0: unknown
    std::optional<ModelRow> row;
    std::vector<EntryName> entries;

    bool operator==(const HubModel& other) const {
        return name == other.name && path == other.path && opset == other.opset;
    }
};

/// All models: in the order of the rows, then entries without a row, then invalid rows.
std::vector<HubModel> models_of(const PresentHub& hub);

/// The models that `text` names: NAME (without case), NAME@OPSET, or the PATH of a model, from the
/// working directory or the hub's top. A text that begins with "./", "../" or "/" is a path. A
/// model file without row and entry is found by its path. Throws UserError when there is none, with
/// similar names, and when the text is the name of one model and the path of another.
std::vector<HubModel> named_models(const PresentHub& hub, const std::string& text);

/// The path from the hub's top of a file that a user names: from the working directory if that is
/// inside the hub, else from the hub's top. Not normalized if it leaves the hub. A '/' at the end
/// is removed.
std::string path_in_hub(const PresentHub& hub, const std::string& text);

/// "MNIST@7, MNIST@12": the shortest argument for each of the models, NAME@OPSET or the path. At
/// most ten, then their number.
std::string versions_text(const std::vector<HubModel>& models);

/// "vision/README.md:12" or "a/net.onnx".
std::string row_place(const ModelRow& row);

}  // namespace onnxhub
