// SPDX-License-Identifier: Apache-2.0
#include "validator/rule_catalog.h"

#include "base/spelling.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "validator/archive_rules.h"
#include "validator/change_rules.h"
#include "validator/document_rules.h"
#include "validator/file_rules.h"
#include "validator/graph_rules.h"
#include "validator/hub_signing_rules.h"
#include "validator/index_rules.h"
#include "validator/model_rules.h"
#include "validator/operator_rules.h"
#include "validator/pointer_rules.h"
#include "validator/reading_rules.h"
#include "validator/remote_rules.h"
#include "validator/run_rules.h"
#include "validator/setting_rules.h"
#include "validator/signature_rules.h"
#include "validator/source_rules.h"
#include "validator/source_url_rule.h"
#include "validator/table_rules.h"

namespace onnxhub {

const std::vector<RuleInfo>& all_rules() {
    static const std::vector<RuleInfo> rules = [] {
        std::vector<RuleInfo> all;
        for (const auto family :
             {document_rules(), source_url_rules(), file_rules(), pointer_rules(), remote_rules(),
              reading_rules(), table_rules(), model_rules(), graph_rules(), operator_rules(),
              archive_rules(), source_rules(), run_rules(), signature_rules(), hub_signing_rules(),
              index_rules(), setting_rules(), change_rules()}) {
            all.insert(all.end(), family.begin(), family.end());
        }
        return all;
    }();
    return rules;
}

const RuleInfo* find_rule(std::string_view id) {
    static const auto by_id = [] {
        std::unordered_map<std::string_view, const RuleInfo*> index;
        for (const RuleInfo& rule : all_rules()) index.emplace(rule.id, &rule);
        return index;
    }();
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
}

std::vector<std::string_view> rule_families() {
    std::vector<std::string_view> families;
    for (const RuleInfo& rule : all_rules()) {
        if (families.empty() || families.back() != rule.family) families.push_back(rule.family);
    }
    return families;
}

std::string advice_on_unknown_rule(const std::string& name) {
    std::vector<std::string_view> names = rule_families();
    for (const RuleInfo& rule : all_rules()) names.push_back(rule.id);
    if (const auto meant = nearest(name, names)) return "did you mean " + *meant + "?";
    return "`onnxhub validate --rules` lists them";
}

}  // namespace onnxhub
