// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: long work looks here between blocks and ends in good order.
#pragma once

#include "base/signals.h"
