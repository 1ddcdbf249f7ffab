// SPDX-License-Identifier: Apache-2.0
// Merges what several sources state of one model: for each fact, the first source that has it wins,
// and overrides win over all. Private to this module.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/license_finder.h"
#include "sources/row_overrides.h"
#include "sources/settings.h"
#include "sources/source_reader.h"

namespace onnxhub {

class SourceMerge {
public:
    /// Keeps references to both.
    SourceMerge(const Settings& settings, Diagnostics& diagnostics);

    /// Rows of the official tables; several may have one path. Only overrides change what they
    /// state, and later sources may add facts that they lack.
    void add_official(std::size_t source, std::vector<ModelRow> rows);

    /// Models of any other source. Reports values without the form of their fact, which are left
    /// out; values that contradict earlier ones; and models with another URL than an earlier one
    /// with their path, which become broken rows.
    void add(std::size_t source, const std::vector<DescribedModel>& models);

    /// Adds licenses to models without one, but not to those of official tables.
    void add_licenses(LicenseFinder& finder);

    bool has_model(const std::string& path) const { return by_path_.contains(path); }

    /// The overrides of a model that no source describes count as used.
    void use_overrides_of(const std::string& path) { overrides_.use_for(path); }

    /// The lines of overrides that match no model.
    std::vector<int> unused_overrides() const { return overrides_.unused_lines(); }

    std::vector<BrokenRow> take_broken() { return std::move(broken_); }

    /// All rows, by path and then in the order in which they were added.
    std::vector<ModelRow> take();

private:
    /// The first statement of a fact.
    struct Statement {
        std::string value;  ///< canonical
        FactOrigin origin;
    };

    /// A row in the making.
    struct Draft {
        ModelRow row;
        StatedFacts stated;
        std::set<Fact> overridden;
        std::map<Fact, Statement> statements;
    };

    Draft& new_draft(const DescribedModel& model, std::size_t source);
    bool refuse_other_url(const Draft& draft, const DescribedModel& model);
    void fill(Draft& draft, const DescribedModel& model);
    void fill_lists(Draft& draft, const DescribedModel& model);
    void state(Draft& draft, Fact fact, const StatedValue& stated, const std::string& file);
    void state_license(Draft& draft, const StatedValue& stated, const std::string& file);
    void compare(const Draft& draft, Fact fact, const StatedValue& stated,
                 const std::string& canonical, const std::string& file);
    FactOrigin origin_of(Fact fact, const std::string& file, int line);

    Diagnostics& diagnostics_;
    const bool has_sources_;
    RowOverrides overrides_;
    std::vector<Draft> drafts_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
    std::vector<BrokenRow> broken_;
    std::set<std::string> doubted_licenses_;
    std::shared_ptr<const std::string> last_file_;
};

}  // namespace onnxhub
