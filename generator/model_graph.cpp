// SPDX-License-Identifier: Apache-2.0
#include "generator/model_graph.h"
