// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onnxhub::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ReadmeMetrics, AreTheFirstMeasureOfATable) {
    const char* markdown =
        "|Model|Download|Opset|Top-1 accuracy (%)|Top-5 accuracy (%)|\n|---|---|---|---|---|\n"
        "|A|[1 MB](model/a.onnx)|7|69.93|89.29|\n|B|[2 MB](./model/b.onnx)|7||90|\n"
        "|C|none|7|70|90|\n\n"
        "|Model|Download|mAP|\n|---|---|---|\n|D|[x](d.onnx)|0.36|\n|A|[x](model/a.onnx)|0.1|\n";
    EXPECT_THAT(model_metrics(markdown),
                ElementsAre(Pair("d.onnx", ModelMetric{"mAP", "0.36"}),
                            Pair("model/a.onnx", ModelMetric{"Top-1 accuracy (%)", "69.93"})));
}

TEST(ReadmeMetrics, OtherColumnsAreNone) {
    const std::string long_header(61, 'x');
    for (const std::string& header :
         std::vector<std::string>{"Mapping", "Errors", "accuracy " + long_header}) {
        const std::string markdown =
            "|Model|" + header + "|\n|---|---|\n|[a](a.onnx)|" + long_header + "|\n";
        EXPECT_THAT(model_metrics(markdown), IsEmpty()) << header;
    }
    EXPECT_THAT(model_metrics("no table"), IsEmpty());
}

}  // namespace
}  // namespace onnxhub::test
