// SPDX-License-Identifier: Apache-2.0
#include "validator/change_fetch.h"

#include <memory>
#include <set>
#include <variant>

#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

/// Objects that pointers of the tree name.
std::set<Sha256> named_objects(const Tree& tree) {
    std::set<Sha256> oids;
    for (const std::string& path : tree.list()) {
        const auto stat = tree.stat(path);
        if (!stat || stat->kind != FileKind::regular ||
            stat->size_bytes >= lfs_pointer_size_limit) {
            continue;
        }
        const auto parsed =
            parse_lfs_pointer(read_whole(*tree.open(path), lfs_pointer_size_limit, path));
        if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) oids.insert(pointer->oid);
    }
    return oids;
}

}  // namespace

std::string keep_models_of_change(RepositoryChange* change, std::vector<ModelToFetch>& models) {
    if (models.empty()) return "";
    const auto refuse = [&](const char* reason) {
        models.clear();
        return std::string(reason);
    };
    if (!change) return refuse("what changed is unknown");
    // git-lfs looks for .lfsconfig at the top of the repository.
    if (change->files.differs(".lfsconfig")) {
        return refuse("the change is about .lfsconfig, which names the server");
    }
    keep_changed_objects(*change, models);
    return "";
}

void keep_changed_objects(const RepositoryChange& change, std::vector<ModelToFetch>& models) {
    const std::set<Sha256> known = named_objects(*change.before);
    for (ModelToFetch& model : models) {
        std::erase_if(model.files,
                      [&](const FileToFetch& file) { return known.contains(file.oid); });
    }
    std::erase_if(models, [](const ModelToFetch& model) { return model.files.empty(); });
}

}  // namespace onnxhub
