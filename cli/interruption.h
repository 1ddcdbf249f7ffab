// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: long operations check it between blocks and stop cleanly.
#pragma once

#include "base/signals.h"
