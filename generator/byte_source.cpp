// SPDX-License-Identifier: Apache-2.0
#include "generator/byte_source.h"
