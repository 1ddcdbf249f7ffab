// SPDX-License-Identifier: Apache-2.0
#include "generator/onnx_release.h"
