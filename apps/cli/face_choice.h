// --face and --order, as several commands take them.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "mien/engine.h"

namespace mien::cli {

struct FaceChoiceOptions {
  std::vector<std::string> face = {"all"};  // "all", "largest", "2", or "near" "120,80"
  std::string order = "left";
};

FaceOrder order_of(const FaceChoiceOptions& options);
void add_order_option(Arguments& app, FaceChoiceOptions* options);
void add_face_options(Arguments& app, FaceChoiceOptions* options);

// Sets faces, face_number, near and order; kInvalidArgument with what was expected.
Done choose_faces(const FaceChoiceOptions& options, FusionOptions* out);

}  // namespace mien::cli
