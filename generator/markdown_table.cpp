// SPDX-License-Identifier: Apache-2.0
#include "generator/markdown_table.h"
