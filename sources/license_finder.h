// SPDX-License-Identifier: Apache-2.0
// The license of a model, as the files around it state it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/license_name.h"
#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

struct FoundLicense {
    std::string id;     ///< SPDX expression or "LicenseRef-…"
    FactOrigin origin;  ///< the README or the license file
};

/// Looks from a model's folder upward. The first folder with a statement decides: the key "license"
/// in the front matter of its README.md, else its LICENSE, LICENCE, COPYING or UNLICENSE file, in
/// any case and with or without ".md", ".txt" or ".rst". The license file at the hub's root counts
/// with Settings::root_license alone, since it covers the repository's own code.
///
/// Each file is read once. Use it in one thread.
class LicenseFinder {
public:
    /// `files` are all files of the tree.
    LicenseFinder(const Tree& tree, const std::vector<std::string>& files,
                  const Settings& settings);

    /// The license of a model. A statement that cannot be read is a warning, and the license is
    /// then unknown; one that is not an SPDX id is a note. Both are reported once.
    std::optional<FoundLicense> find(const std::string& model_path, Diagnostics& diagnostics);

private:
    /// What the files of one folder state, and of those above it.
    using Statement = std::optional<FoundLicense>;

    struct Files {
        std::string readme;
        std::string license;
    };

    const Statement& statement_of(std::string_view folder, Diagnostics& diagnostics);
    /// Whether the files of this folder decide; `statement` is what they say.
    bool read_folder(std::string_view folder, Statement& statement, Diagnostics& diagnostics) const;
    bool read_readme(const std::string& path, Statement& statement, Diagnostics& diagnostics) const;
    void read_license_file(const std::string& path, Statement& statement,
                           Diagnostics& diagnostics) const;
    static void state(License license, const std::string& file, int line, Statement& statement,
                      Diagnostics& diagnostics);

    const Tree& tree_;
    const bool counts_root_license_;
    std::map<std::string, Files, std::less<>> files_;  ///< by folder
    std::map<std::string, Statement, std::less<>> statements_;
};

}  // namespace onnxhub
