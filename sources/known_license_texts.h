// SPDX-License-Identifier: Apache-2.0
// What distinguishes the texts of licenses: a few phrases of each, and its length. Private to this
// module.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace onnxhub {

/// All phrases are in the form of license_words(), without spaces at their ends.
struct KnownLicenseText {
    std::string id = {};
    /// In the order of the text. The first and the last one bound the license's core.
    std::vector<std::string> phrases = {};
    std::size_t least_words = 0;  ///< of the core; names of owners differ in length
    std::size_t most_words = 0;
    std::vector<std::string> present = {};  ///< more phrases of the core, in any order
    std::vector<std::string> absent = {};   ///< phrases of similar licenses with other terms
    std::string begin = {};  ///< of a title or preamble above the core; some copies lack it
    std::size_t most_begin_words = 0;    ///< from there to the core
    std::vector<std::string> ends = {};  ///< of appendices, the longest first; copies may lack them
    std::size_t most_end_words = 0;      ///< from the core to there
};

const std::vector<KnownLicenseText>& known_license_texts();

/// Notices that grant a license without its text. Some texts have one as an example.
const std::vector<KnownLicenseText>& license_notices();

}  // namespace onnxhub
