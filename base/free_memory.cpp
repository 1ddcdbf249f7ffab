// SPDX-License-Identifier: Apache-2.0
#include "base/free_memory.h"

#include <malloc.h>

namespace onnxhub {

void return_free_memory() {
    ::malloc_trim(0);
}

}  // namespace onnxhub
