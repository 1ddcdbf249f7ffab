// SPDX-License-Identifier: Apache-2.0
#include "generator/git_repository.h"
