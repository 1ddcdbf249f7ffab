// SPDX-License-Identifier: Apache-2.0
// Ids of all rules. They are public: settings, baselines, workflows and reports name rules by them,
// so an id never changes. `generate` reports diagnostics under the same ids as `validate`.
#pragma once

namespace onnxhub::rule_id {

// Family "document".
inline constexpr char manifest_missing[] = "manifest-missing";
inline constexpr char json_syntax[] = "json-syntax";
inline constexpr char manifest_conflict[] = "manifest-conflict";
inline constexpr char manifest_schema[] = "manifest-schema";
inline constexpr char negative_dimension[] = "negative-dimension";
inline constexpr char duplicate_key[] = "duplicate-key";
inline constexpr char duplicate_entry[] = "duplicate-entry";
inline constexpr char ambiguous_model[] = "ambiguous-model";
inline constexpr char unsafe_path[] = "unsafe-path";
inline constexpr char path_case_clash[] = "path-case-clash";
inline constexpr char entry_order[] = "entry-order";
inline constexpr char manifest_format[] = "manifest-format";
inline constexpr char source_url_invalid[] = "source-url-invalid";

// Family "files".
inline constexpr char model_missing[] = "model-missing";
inline constexpr char archive_missing[] = "archive-missing";
inline constexpr char external_file_missing[] = "external-file-missing";
inline constexpr char model_sha_differs[] = "model-sha-differs";
inline constexpr char model_size_differs[] = "model-size-differs";
inline constexpr char archive_sha_differs[] = "archive-sha-differs";
inline constexpr char archive_size_differs[] = "archive-size-differs";
inline constexpr char external_file_differs[] = "external-file-differs";
inline constexpr char content_not_stated[] = "content-not-stated";
inline constexpr char symbolic_link[] = "symbolic-link";

// Family "pointers".
inline constexpr char pointer_conflict[] = "pointer-conflict";
inline constexpr char pointer_truncated[] = "pointer-truncated";
inline constexpr char pointer_malformed[] = "pointer-malformed";
inline constexpr char pointer_crlf[] = "pointer-crlf";
inline constexpr char pointer_not_canonical[] = "pointer-not-canonical";
inline constexpr char pointer_raw_bytes[] = "pointer-raw-bytes";
inline constexpr char lfs_not_covered[] = "lfs-not-covered";
inline constexpr char not_in_lfs[] = "not-in-lfs";
inline constexpr char file_unreadable[] = "file-unreadable";
inline constexpr char attributes_unreadable[] = "attributes-unreadable";
inline constexpr char folder_unreadable[] = "folder-unreadable";
inline constexpr char path_left_out[] = "path-left-out";
inline constexpr char submodule_left_out[] = "submodule-left-out";
inline constexpr char repository_left_out[] = "repository-left-out";

// Family "remote".
inline constexpr char remote_object_missing[] = "remote-object-missing";
inline constexpr char remote_size_differs[] = "remote-size-differs";
inline constexpr char remote_source_failed[] = "remote-source-failed";
inline constexpr char remote_model_unavailable[] = "remote-model-unavailable";

// Family "tables".
inline constexpr char readme_unreadable[] = "readme-unreadable";
inline constexpr char readme_too_complex[] = "readme-too-complex";
inline constexpr char readme_not_utf8[] = "readme-not-utf8";
inline constexpr char readme_conflict[] = "readme-conflict";
inline constexpr char folder_no_link[] = "folder-no-link";
inline constexpr char folder_absolute_url[] = "folder-absolute-url";
inline constexpr char folder_unsafe_path[] = "folder-unsafe-path";
inline constexpr char folder_no_readme[] = "folder-no-readme";
inline constexpr char folder_is_submodule[] = "folder-is-submodule";
inline constexpr char column_misspelled[] = "column-misspelled";
inline constexpr char column_missing[] = "column-missing";
inline constexpr char row_no_model[] = "row-no-model";
inline constexpr char row_name_is_link[] = "row-name-is-link";
inline constexpr char row_no_link[] = "row-no-link";
inline constexpr char row_absolute_url[] = "row-absolute-url";
inline constexpr char row_unsafe_path[] = "row-unsafe-path";
inline constexpr char row_no_onnx_version[] = "row-no-onnx-version";
inline constexpr char row_bad_opset[] = "row-bad-opset";
inline constexpr char row_duplicate[] = "row-duplicate";
inline constexpr char row_file_missing[] = "row-file-missing";
inline constexpr char row_archive_missing[] = "row-archive-missing";
inline constexpr char row_file_ignored[] = "row-file-ignored";
inline constexpr char row_file_unusable[] = "row-file-unusable";
inline constexpr char feature_tensor_unknown[] = "feature-tensor-unknown";
inline constexpr char row_bad_version[] = "row-bad-version";
inline constexpr char row_without_entry[] = "row-without-entry";
inline constexpr char entry_without_row[] = "entry-without-row";
inline constexpr char entry_path_differs[] = "entry-path-differs";
inline constexpr char entry_name_differs[] = "entry-name-differs";
inline constexpr char entry_version_differs[] = "entry-version-differs";
inline constexpr char entry_opset_differs[] = "entry-opset-differs";
inline constexpr char entry_tags_differ[] = "entry-tags-differ";
inline constexpr char entry_archive_differs[] = "entry-archive-differs";

// Family "graph".
inline constexpr char model_unreadable[] = "model-unreadable";
inline constexpr char model_no_opset[] = "model-no-opset";
inline constexpr char model_other_domain[] = "model-other-domain";
inline constexpr char model_too_new[] = "model-too-new";
inline constexpr char inference_crashed[] = "inference-crashed";
inline constexpr char port_name_not_utf8[] = "port-name-not-utf8";
inline constexpr char model_contradictory[] = "model-contradictory";
inline constexpr char graph_too_deep[] = "graph-too-deep";
inline constexpr char checker_failed[] = "checker-failed";
inline constexpr char checker_crashed[] = "checker-crashed";
inline constexpr char external_data_unsafe[] = "external-data-unsafe";
inline constexpr char external_data_missing[] = "external-data-missing";
inline constexpr char external_data_not_listed[] = "external-data-not-listed";
inline constexpr char graph_opset_differs[] = "graph-opset-differs";
inline constexpr char release_too_old[] = "release-too-old";
inline constexpr char io_ports_missing[] = "io-ports-missing";
inline constexpr char io_ports_differ[] = "io-ports-differ";
inline constexpr char extra_ports_differ[] = "extra-ports-differ";
inline constexpr char entry_opsets_differ[] = "entry-opsets-differ";

// Family "operators".
inline constexpr char operator_unknown[] = "operator-unknown";
inline constexpr char operator_too_new[] = "operator-too-new";
inline constexpr char operator_removed[] = "operator-removed";
inline constexpr char operator_input_count[] = "operator-input-count";
inline constexpr char operator_input_missing[] = "operator-input-missing";
inline constexpr char operator_output_count[] = "operator-output-count";
inline constexpr char operator_attribute_unknown[] = "operator-attribute-unknown";
inline constexpr char operator_attribute_type[] = "operator-attribute-type";
inline constexpr char operator_attribute_missing[] = "operator-attribute-missing";
inline constexpr char operator_value_type[] = "operator-value-type";
inline constexpr char graph_name_undefined[] = "graph-name-undefined";
inline constexpr char graph_name_used_early[] = "graph-name-used-early";
inline constexpr char graph_name_repeated[] = "graph-name-repeated";
inline constexpr char graph_tensor_size[] = "graph-tensor-size";
inline constexpr char opset_not_imported[] = "opset-not-imported";
inline constexpr char operator_domain_unknown[] = "operator-domain-unknown";
inline constexpr char opset_unchecked[] = "opset-unchecked";

// Family "archive".
inline constexpr char archive_unreadable[] = "archive-unreadable";
inline constexpr char archive_unsafe[] = "archive-unsafe";
inline constexpr char archive_too_large[] = "archive-too-large";
inline constexpr char archive_no_model[] = "archive-no-model";
inline constexpr char archive_model_differs[] = "archive-model-differs";
inline constexpr char test_data_missing[] = "test-data-missing";
inline constexpr char test_data_differs[] = "test-data-differs";

// Family "sources".
inline constexpr char opset_unknown[] = "opset-unknown";
inline constexpr char sha256_unknown[] = "sha256-unknown";
inline constexpr char stated_content_differs[] = "stated-content-differs";
inline constexpr char stated_ir_differs[] = "stated-ir-differs";
inline constexpr char entry_fact_differs[] = "entry-fact-differs";
inline constexpr char fact_without_source[] = "fact-without-source";
inline constexpr char fact_invalid[] = "fact-invalid";
inline constexpr char facts_contradict[] = "facts-contradict";
inline constexpr char model_undescribed[] = "model-undescribed";
inline constexpr char source_matches_nothing[] = "source-matches-nothing";
inline constexpr char table_row_without_model[] = "table-row-without-model";
inline constexpr char license_unreadable[] = "license-unreadable";
inline constexpr char license_unknown[] = "license-unknown";
inline constexpr char source_unreadable[] = "source-unreadable";
inline constexpr char sidecar_without_model[] = "sidecar-without-model";
inline constexpr char sidecar_ambiguous[] = "sidecar-ambiguous";
inline constexpr char record_incomplete[] = "record-incomplete";
inline constexpr char source_url_unusable[] = "source-url-unusable";
inline constexpr char source_url_other_format[] = "source-url-other-format";
inline constexpr char source_path_clash[] = "source-path-clash";

// Family "run".
inline constexpr char run_output_differs[] = "run-output-differs";
inline constexpr char run_failed[] = "run-failed";
inline constexpr char run_crashed[] = "run-crashed";

// Family "signatures".
inline constexpr char signature_differs[] = "signature-differs";
inline constexpr char signature_unreadable[] = "signature-unreadable";

// Family "signing".
inline constexpr char hub_root_invalid[] = "hub-root-invalid";
inline constexpr char hub_root_changed[] = "hub-root-changed";
inline constexpr char hub_statement_missing[] = "hub-statement-missing";
inline constexpr char hub_statement_unreadable[] = "hub-statement-unreadable";
inline constexpr char hub_statement_unverified[] = "hub-statement-unverified";
inline constexpr char hub_statement_differs[] = "hub-statement-differs";
inline constexpr char hub_manifest_changed[] = "hub-manifest-changed";
inline constexpr char hub_statement_expired[] = "hub-statement-expired";
inline constexpr char hub_statement_expires_soon[] = "hub-statement-expires-soon";
inline constexpr char hub_statement_not_newer[] = "hub-statement-not-newer";

// Family "index".
inline constexpr char index_differs[] = "index-differs";

// Family "settings".
inline constexpr char unknown_setting[] = "unknown-setting";
inline constexpr char ignore_unknown_rule[] = "ignore-unknown-rule";
inline constexpr char ignore_unused[] = "ignore-unused";

// Family "changes".
inline constexpr char ports_changed_without_model[] = "ports-changed-without-model";
inline constexpr char external_data_changed_without_model[] = "external-data-changed-without-model";
inline constexpr char checks_changed[] = "checks-changed";

// Reported by `generate`, `merge` and the merge driver alone: `validate` has no such rules.
inline constexpr char fetch_failed[] = "fetch-failed";
inline constexpr char peek_failed[] = "peek-failed";
inline constexpr char too_many_removals[] = "too-many-removals";
inline constexpr char merge_conflict[] = "merge-conflict";
inline constexpr char name_distinguished[] = "name-distinguished";

}  // namespace onnxhub::rule_id
