#include "face_choice.h"

#include <charconv>
#include <cmath>

#include "core/try.h"

namespace mien::cli {
namespace {

template <class T>
bool parse(const char* begin, const char* end, T* out) {
  const auto parsed = std::from_chars(begin, end, *out);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

Result<Point2f> parse_point(const std::string& text) {
  const char *begin = text.data(), *end = begin + text.size();
  const auto comma = text.find(',');
  Point2f out;
  if (comma == std::string::npos || !parse(begin, begin + comma, &out.x) ||
      !parse(begin + comma + 1, end, &out.y) || !std::isfinite(out.x) || !std::isfinite(out.y)) {
    return Status(
        Code::kInvalidArgument,
        "--face near '" + text + "': expected X,Y in pixels of the target, like --face near 640,300");
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

FaceOrder order_of(const FaceChoiceOptions& options) {
  return options.order == "size" ? FaceOrder::kLargeToSmall : FaceOrder::kLeftToRight;
}

void add_order_option(Arguments& app, FaceChoiceOptions* options) {
  app.add_option("--order", options->order,
                 "How faces are numbered: left (from the left, default) or size (from the largest)")
      .check(OneOf{{"left", "size"}});
}

void add_face_options(Arguments& app, FaceChoiceOptions* options) {
  app.add_option("--face", options->face,
                 "Which faces: all, largest, a number (see mien faces), or near X,Y (default all)")
      .expected(1, 2)
      .type_name("all|largest|N|near X,Y");
  add_order_option(app, options);
}

Done choose_faces(const FaceChoiceOptions& options, FusionOptions* out) {
  out->order = order_of(options);
  const std::vector<std::string>& words = options.face;
  const std::string& first = words.front();
  if (first == "near" && words.size() == 2) {
    out->faces = FaceChoice::kNear;
    MIEN_ASSIGN(out->near, parse_point(words[1]));
    return {};
  }
  if (words.size() == 1 && first == "all") return {};
  if (words.size() == 1 && first == "largest") {
    out->faces = FaceChoice::kLargest;
    return {};
  }
  if (words.size() != 1 || !parse(first.data(), first.data() + first.size(), &out->face_number) ||
      out->face_number < 1) {
    return Status(Code::kInvalidArgument,
                  "--face is '" + joined(words) +
                      "', expected all, largest, near X,Y, or a number counted from the left, like 2");
  }
  out->faces = FaceChoice::kNumber;
  return {};
}

}  // namespace mien::cli
