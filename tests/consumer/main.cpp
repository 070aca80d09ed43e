// The smallest program that uses an installed Mien: public headers only, linked by find_package(mien), models
// from where they were installed. It looks for faces in a grey picture; that there are none is a result to
// find_faces() and kNoFace to enrol().
#include <cstdio>
#include <cstring>

#include "mien/engine.h"

namespace {

int report(const mien::Status& status) {
  std::fprintf(stderr, "%s: %s\n", mien::code_name(status.code()), status.message().c_str());
  return 1;
}

}  // namespace

int main() {
  const auto engine = mien::Engine::create({.models_folder = MIEN_MODELS_DIR});
  if (!engine.ok()) return report(engine.status());
  mien::Session session = engine->open_session();

  mien::Image grey(320, 240, mien::PixelFormat::kRgb8);
  const mien::MutableImageView pixels = grey.mutable_view();
  for (int y = 0; y < pixels.height; ++y) std::memset(pixels.row(y), 128, 3 * 320);

  const auto faces = session.find_faces(grey.view());
  if (!faces.ok()) return report(faces.status());
  const auto source = session.enrol(grey.view());
  if (source.ok() || source.status().code() != mien::Code::kNoFace) {
    std::fputs("a grey picture was enrolled, expected no_face\n", stderr);
    return 1;
  }
  std::printf("the consumer runs; it was told: %s\n", source.status().message().c_str());
  return faces->empty() ? 0 : 1;
}
