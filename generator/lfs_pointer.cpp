// SPDX-License-Identifier: Apache-2.0
#include "generator/lfs_pointer.h"
