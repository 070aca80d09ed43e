// Two helpers for passing a Status up. Internal: never in public headers.
#pragma once

#include "mien/status.h"

// Leaves the function with the Status when `expression` (a Result or Done) failed.
#define MIEN_TRY(expression)                                  \
  do {                                                        \
    auto mien_done = (expression);                            \
    if (!mien_done.ok()) return std::move(mien_done.error()); \
  } while (false)

#define MIEN_JOIN_INNER(a, b) a##b
#define MIEN_JOIN(a, b) MIEN_JOIN_INNER(a, b)

// MIEN_ASSIGN(auto image, read(path)): the value, or leaves the function with the Status.
#define MIEN_ASSIGN(declaration, expression) \
  MIEN_ASSIGN_NAMED(MIEN_JOIN(mien_result_, __LINE__), declaration, expression)
#define MIEN_ASSIGN_NAMED(name, declaration, expression) \
  auto name = (expression);                              \
  if (!name.ok()) return std::move(name.error());        \
  declaration = std::move(*name)
