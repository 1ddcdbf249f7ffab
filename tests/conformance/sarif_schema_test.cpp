// SPDX-License-Identifier: Apache-2.0
// Rendered SARIF against the official schema.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "tests/support/hub_files.h"
#include "tests/validator/sample_report.h"
#include "validator/rule_catalog.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

class SarifSchema : public testing::Test {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set: no schema to test against";
        const fs::path own = fs::path(corpus) / "schema";  // where ./dev corpus puts it
        const fs::path beside = fs::path(corpus) / ".." / "schema";
        const fs::path path = (fs::exists(own) ? own : beside) / "sarif-schema-2.1.0.json";
        std::ifstream file(path);
        if (!file.is_open()) GTEST_SKIP() << "no schema at " << path;
        const nlohmann::json text = nlohmann::json::parse(file);
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft4);
        parser.populateSchema(Adapter(text), schema_);
    }

    std::string first_error(const nlohmann::json& document) {
        valijson::ValidationResults results;
        valijson::Validator validator;
        if (validator.validate(schema_, Adapter(document), &results)) return "";
        valijson::ValidationResults::Error error;
        std::string text;
        while (results.popError(error)) {
            for (const std::string& step : error.context) text += step;
            text += ": " + error.description + "\n";
        }
        return text;
    }

    valijson::Schema schema_;
};

TEST_F(SarifSchema, AcceptsAReportWithEverything) {
    const std::string text = render(sample_report(), ReportFormat::sarif, sample_options());
    EXPECT_EQ(first_error(nlohmann::json::parse(text)), "");
}

TEST_F(SarifSchema, AcceptsAnEmptyReport) {
    EXPECT_EQ(first_error(nlohmann::json::parse(render({}, ReportFormat::sarif, {}))), "");
}

TEST_F(SarifSchema, AcceptsACutReport) {
    ValidationReport report = sample_report();
    report.findings.resize(5002, sample_finding(Severity::note, "unknown-rule", "", 0));
    const std::string text = render(report, ReportFormat::sarif, sample_options());
    EXPECT_EQ(first_error(nlohmann::json::parse(text)), "");
}

TEST_F(SarifSchema, AcceptsTheReportOfADamagedHub) {
    test::HubFiles hub = test::healthy_hub();
    hub.files.erase(".gitattributes");
    hub.files.at("README.md") += "| [x](<gone\x01 folder>) | y |\n";
    hub.manifest() += "\n";
    ValidationReport report;
    report.findings = test::validate_files(hub);
    ASSERT_GT(report.findings.size(), 20u);
    ReportOptions options;
    options.rules = all_rules();
    EXPECT_EQ(first_error(nlohmann::json::parse(render(report, ReportFormat::sarif, options))), "");
}

TEST_F(SarifSchema, RefusesWhatIsWrong) {
    nlohmann::json document =
        nlohmann::json::parse(render(sample_report(), ReportFormat::sarif, sample_options()));
    document["runs"][0]["results"][0]["level"] = "fatal";
    EXPECT_NE(first_error(document), "");
}

}  // namespace
}  // namespace onnxhub
