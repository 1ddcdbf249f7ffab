// SPDX-License-Identifier: Apache-2.0
// A certificate for servers on 127.0.0.1 that nobody trusts unless told to.
#pragma once

#include <string>

namespace onnxhub::test {

struct TestCertificate {
    std::string certificate;  ///< PEM; signed by itself, valid for a day
    std::string key;          ///< PEM
};

/// Another one at each call.
TestCertificate make_test_certificate();

}  // namespace onnxhub::test
