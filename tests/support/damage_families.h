// SPDX-License-Identifier: Apache-2.0
// The kinds of damage, by what was edited.
#pragma once

#include <vector>

#include "tests/support/hub_damage.h"

namespace onnxhub::test {

std::vector<Damage> manifest_damages();
std::vector<Damage> table_damages();
std::vector<Damage> file_damages();     ///< models as files, pointers, .gitattributes, settings
std::vector<Damage> content_damages();  ///< what is inside of models and archives
std::vector<Damage> signing_damages();  ///< roots and statements of a signed hub
std::vector<Damage> index_damages();    ///< files of an index
std::vector<Damage> change_damages();   ///< what a pull request may not change

}  // namespace onnxhub::test
