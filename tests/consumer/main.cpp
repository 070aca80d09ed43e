// The smallest program that uses an installed Mien: public headers only, linked by find_package(mien).
#include <cstdio>
#include <cstring>

#include "mien/image.h"
#include "mien/status.h"

int main() {
  mien::Image image(4, 3, mien::PixelFormat::kRgb8);
  const mien::Done valid = image.view().validate();
  if (!valid.ok()) {
    std::fprintf(stderr, "%s\n", valid.status().message().c_str());
    return 1;
  }
  if (image.clone().width() != 4 || std::strcmp(mien::code_name(mien::Code::kNoFace), "no_face") != 0)
    return 1;
  std::puts("the consumer runs");
  return 0;
}
