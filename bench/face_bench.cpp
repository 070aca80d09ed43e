// The post-processing of one face in a 1280 x 720 frame: relighting, then tone, blend, paste, on one thread; and
// its memory.
//   face_bench SOURCE.jpg TARGET.jpg
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/resample.h"
#include "face/crop.h"
#include "fuse/tone.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "pipeline/enrol.h"
#include "pipeline/prepare_face.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWidth = 1280, kHeight = 720, kRuns = 40;

double heap_mb() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

// The photo at the frame's height, in its middle; its edge pixels beside it.
Image frame_of(ImageView photo) {
  const float k = static_cast<float>(kHeight) / static_cast<float>(photo.height),
              shift = 0.5f * (kWidth - k * static_cast<float>(photo.width));
  PlanarRgb planes;
  sample_affine(photo, {k, 0, 0.5f * k - 0.5f + shift, 0, k, 0.5f * k - 0.5f}, kWidth, kHeight, &planes);
  Image out(kWidth, kHeight, PixelFormat::kRgb8);
  for (std::size_t i = 0; i < planes.plane(); ++i) {
    for (int c = 0; c < 3; ++c)
      out.mutable_view().data[3 * i + c] = static_cast<std::uint8_t>(planes.channel(c)[i] + 0.5f);
  }
  return out;
}

struct Bench {
  const Source& source;
  const FaceModel& model;
  Mesh mesh;
  Image frame;
};

// -> false when the answer is wrong
bool time_mode(const Bench& b, const char* name, BlendMode mode) {
  ThreadPool pool(1);
  Trace trace;
  const double before_mb = heap_mb();
  FuseScratch s;
  const PreparedFace face = prepare_face(b.source.content().texture, b.mesh, b.mesh, {}, b.frame.view(),
                                         nullptr, b.model, 1, pool, s, trace);
  const double prepared_mb = heap_mb();
  const PlanarRgb fused = s.fused;
  const FaceMasks masks = s.masks;
  Image image = b.frame.clone();
  std::vector<double> times;
  for (int i = -2; i < kRuns; ++i) {
    s.fused.values = fused.values, s.masks.alpha.values = masks.alpha.values;
    s.masks.mouth.values = masks.mouth.values;
    image.assign(b.frame.view());
    const auto start = Clock::now();
    match_tone(s.target, s.masks, halves_of(face.fused), {0, 1}, &s.fused);  // threshold 0: it always runs
    paste_face(face, 1, mode, s, image.mutable_view());
    if (i >= 0) times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const double copies_mb =
      static_cast<double>(fused.values.size() + 8 * masks.alpha.size()) * 4e-6 + 3e-6 * kWidth * kHeight;
  long changed = 0, beyond = 0;
  const Box box = {static_cast<float>(face.where.x0), static_cast<float>(face.where.y0),
                   static_cast<float>(face.where.x0 + face.where.frame_width),
                   static_cast<float>(face.where.y0 + face.where.frame_height)};
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const bool differs = !std::equal(image.view().row(y) + 3 * x, image.view().row(y) + 3 * x + 3,
                                       b.frame.view().row(y) + 3 * x);
      changed += differs, beyond += differs && !(x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1);
    }
  }
  if (changed < 5'000 || beyond > 0) {
    std::fprintf(stderr, "%s: not timed, %ld pixels changed, %ld of them beyond the face\n", name, changed,
                 beyond);
    return false;
  }
  std::printf(
      "%-10s canvas %d x %d: best %5.2f ms, median %5.2f ms, memory %5.1f MB, with warp and relight %5.1f "
      "MB\n",
      name, face.where.width, face.where.height, times.front(), times[times.size() / 2],
      heap_mb() - prepared_mb - copies_mb, heap_mb() - before_mb - copies_mb);
  return true;
}

// -> false when the answer is wrong: the skin's mean lightness is the target's
bool time_relight(const Bench& b) {
  ThreadPool pool(1);
  Trace trace;
  FuseScratch s;
  const PreparedFace face = prepare_face(b.source.content().texture, b.mesh, b.mesh, {}, b.frame.view(),
                                         nullptr, b.model, 1, pool, s, trace);
  PlanarRgb warped, out;
  Plane trust;
  warp_source(b.source.content().texture, s.maps, face.fused, pool, &warped, &trust);
  std::vector<double> times;
  for (int i = -2; i < kRuns; ++i) {
    out = warped;
    const auto start = Clock::now();
    relight(s.target, s.masks, face.eyes, face_width_px(face.target), {}, &s.relight, &out);
    if (i >= 0) times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  double target = 0, lit = 0, before = 0, count = 0;
  for (std::size_t i = 0; i < out.plane(); ++i) {
    if (!(s.masks.skin.values[i] > 0.9f && s.masks.alpha.values[i] > 0.9f)) continue;
    target += s.target.channel(1)[i], lit += out.channel(1)[i], before += warped.channel(1)[i], ++count;
  }
  if (count < 1000 || std::abs(lit - target) / count > 6) {
    std::fprintf(stderr, "relight: not timed, skin of %.1f grey levels for a target of %.1f\n", lit / count,
                 target / count);
    return false;
  }
  std::printf("relight    canvas %d x %d: best %5.2f ms, median %5.2f ms (skin %.0f -> %.0f, target %.0f)\n",
              face.where.width, face.where.height, times.front(), times[times.size() / 2], before / count,
              lit / count, target / count);
  return true;
}

int run(const char* source_file, const char* target_file) {
  auto engine = Engine::create({MIEN_MODELS, 1});
  auto source_photo = read_photo(source_file), target_photo = read_photo(target_file);
  auto folder = ModelFolder::open(MIEN_MODELS);
  if (!engine.ok() || !source_photo.ok() || !target_photo.ok() || !folder.ok()) {
    std::fprintf(stderr, "face_bench: cannot read the models or the photos\n");
    return 1;
  }
  Session session = engine->open_session();
  const auto source = session.enrol(source_photo->image.view());
  Image frame = frame_of(target_photo->image.view());
  const auto faces = session.find_faces(frame.view());
  const auto asset = folder->asset("face_model");
  auto model = FaceModel::parse(*folder->read("face_model", (*asset)->file));
  if (!source.ok() || !faces.ok() || faces->empty() || !model.ok()) {
    std::fprintf(stderr, "face_bench: no face in the source or the target\n");
    return 1;
  }
  const Bench bench{*source, *model, faces->front().mesh, std::move(frame)};
  std::printf("tone + blend + paste of one face of %.0f px in %d x %d, one thread\n",
              face_width_px(bench.mesh), kWidth, kHeight);
  bool good = time_relight(bench);
  good = time_mode(bench, "alpha", BlendMode::kAlpha) && good;
  good = time_mode(bench, "poisson", BlendMode::kPoisson) && good;
  good = time_mode(bench, "mixed", BlendMode::kMixed) && good;
  good = time_mode(bench, "multiband", BlendMode::kMultiband) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace mien

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "face_bench SOURCE TARGET: two photos with a face\n");
    return 2;
  }
  return mien::run(argv[1], argv[2]);
}
