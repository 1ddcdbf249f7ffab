// SPDX-License-Identifier: Apache-2.0
#include "manifest/atomic_file.h"
