// SPDX-License-Identifier: Apache-2.0
#include "generator/content_facts.h"
