// SPDX-License-Identifier: Apache-2.0
#include "generator/tree.h"
