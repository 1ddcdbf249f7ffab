// SPDX-License-Identifier: Apache-2.0
// The index beside a manifest loses or changes a file.
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "base/byte_source.h"
#include "index/index_writer.h"
#include "tests/support/damage_families.h"

namespace onnxhub::test {
namespace {

const std::string root_file(index_root_path);

struct FilesOfHub : IndexFiles {
    explicit FilesOfHub(HubFiles& files) : hub(files) {}

    void put(const IndexRef& file, std::string_view text) override {
        const std::scoped_lock guard(lock);
        last = index_path(file.digest);
        hub.files[last] = text;
    }

    HubFiles& hub;
    std::mutex lock;
    std::string last;  ///< the root by its content
};

/// Writes the index, changes a file of the hub, and returns its path.
Damage on_index(const char* name, std::function<std::string(HubFiles&, const std::string&)> edit) {
    return {name, [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
                if (position > 0) return false;
                FilesOfHub files(hub);
                const auto manifest = memory_source(hub.manifest());
                const IndexReport report = write_index({manifest.get(), "manifest"}, files);
                hub.files[root_file] = report.root;
                consequences.required.insert({"index-differs", edit(hub, files.last), 0});
                return true;
            }};
}

}  // namespace

std::vector<Damage> index_damages() {
    return {
        on_index("delete a file of the index",
                 [](HubFiles& hub, const std::string& file) {
                     hub.files.erase(file);
                     return file;
                 }),
        on_index("change a file of the index",
                 [](HubFiles& hub, const std::string& file) {
                     hub.files[file] += " ";
                     return file;
                 }),
        on_index("keep an old root of the index",
                 [](HubFiles& hub, const std::string&) {
                     hub.files[root_file].back() = ' ';
                     return root_file;
                 }),
    };
}

}  // namespace onnxhub::test
