// SPDX-License-Identifier: Apache-2.0
// Merges what several sources state of one model: for each fact, the first source that has it wins,
// and overrides win over all. Private to this module.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/license_finder.h"
#include "sources/settings.h"
#include "sources/source_reader.h"

namespace onnxhub {

class SourceMerge {
public:
    explicit SourceMerge(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    /// Rows of the official tables, which stay as they are; several may have one path.
    void add_official(std::size_t source, std::vector<ModelRow> rows);

    /// Models of any other source. A later statement that contradicts an earlier one is a warning.
    void add(std::size_t source, std::vector<DescribedModel> models);

    /// Gives whether the override has matched a model.
    bool apply(const SourceOverride& change, const std::string& settings_file);

    /// Adds licenses to models without one, but not to those of official tables.
    void add_licenses(LicenseFinder& finder);

    bool has_model(const std::string& path) const { return by_path_.contains(path); }

    /// All rows, by path and then in the order in which they were added.
    std::vector<ModelRow> take();

private:
    /// A row in the making. `values` are the facts as stated, to find contradictions.
    struct Draft {
        ModelRow row;
        StatedFacts stated;
        std::map<Fact, std::string> values;
    };

    Draft& new_draft(std::size_t source, const std::string& path);
    void describe(Draft& draft, const DescribedModel& model);
    void fill(Draft& draft, const DescribedModel& model);
    void state(Draft& draft, Fact fact, const StatedValue& value, const std::string& file);
    void note_origin(Draft& draft, Fact fact, const std::string& file, int line);
    std::shared_ptr<const std::string> shared_name(const std::string& file);

    Diagnostics& diagnostics_;
    std::vector<Draft> drafts_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
    std::shared_ptr<const std::string> last_file_;
};

}  // namespace onnxhub
