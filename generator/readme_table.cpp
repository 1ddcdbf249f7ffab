// SPDX-License-Identifier: Apache-2.0
#include "generator/readme_table.h"
