// A frame costs no memory that the frames before it did not: our own part of a fusion asks the heap for
// nothing once it has seen three frames of a size.
//
// Counted is `operator new`, in this program alone. Not counted are the networks (ncnn builds helper layers
// at run time) and the few small blocks of what a call returns: reports, names of stages. Eigen takes the
// memory of its matrices from malloc; the face model's are of a hundred numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "core/polygon.h"
#include "core/try.h"
#include "face/crop.h"
#include "face/parse.h"
#include "face/topology.h"
#include "fuse/coarse_inputs.h"
#include "fuse/glasses.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"
#include "fuse/tone.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mien/video.h"
#include "pipeline/enrol.h"
#include "pipeline/prepare_face.h"

namespace {

std::atomic<bool> counting{false};
std::atomic<long> blocks{0};
std::atomic<std::size_t> largest{0};

void* take(std::size_t size, std::size_t alignment) {
  if (counting) {
    ++blocks;
    largest = std::max(largest.load(), size);
  }
  const std::size_t whole = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
  void* out = std::aligned_alloc(alignment, whole);
  if (out == nullptr) throw std::bad_alloc();
  return out;
}

// Counts what `work` does.
template <class Work>
void count(Work&& work) {
  blocks = 0, largest = 0, counting = true;
  work();
  counting = false;
}

}  // namespace

// All forms: the sanitizers have their own of those that are left out, and those do not go together.
void* operator new(std::size_t size) { return take(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return take(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;
constexpr int kFramesBefore = 3, kFrames = 6;

Image example(const std::string& name) {
  auto photo = read_photo(kRoot + "/examples/" + name);
  EXPECT_TRUE(photo.ok());
  return std::move(photo->image);
}

class Allocation : public ::testing::Test {
 protected:
  void SetUp() override {
    auto engine = Engine::create({kRoot + "/models", 1});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    engine_ = std::make_unique<Engine>(std::move(*engine));
    target_ = example("target_1.jpg");
  }

  Source enrol(const std::string& name) {
    auto source = engine_->open_session().enrol(example(name).view());
    EXPECT_TRUE(source.ok());
    return std::move(*source);
  }

  std::unique_ptr<Engine> engine_;
  Image target_;
};

RegionMap regions_of(ImageView frame, const Mesh& mesh) {
  auto folder = ModelFolder::open(kRoot + "/models");
  auto parse = ParseNet::load(*folder, 1, LowLight::kOff);
  EXPECT_TRUE(parse.ok());
  ParseScratch scratch;
  NetScratch nets;
  RegionMap out;
  EXPECT_TRUE(parse->run(frame, level_square(mesh), 0, scratch, nets, &out).ok());
  return out;
}

// The same face behind clear glasses: things all over the band that glasses lie in, except over the eyes.
RegionMap with_glasses(RegionMap regions, const Mesh& mesh) {
  Tensor& p = regions.probability;
  const Mesh on_grid = transformed(mesh, regions.map_from_frame);
  const Plane band = eye_band(on_grid, p.width, p.height);
  Plane eyes = band;
  eyes.fill(0);
  for (const auto& eye : {std::span(topology::kRightEye), std::span(topology::kLeftEye)})
    fill_polygon(offset_polygon(outline(on_grid, eye), 1), &eyes);
  for (std::size_t i = 0; i < band.size(); ++i) {
    if (!(band.values[i] > 0.5f)) continue;
    for (int c = 0; c < p.channels; ++c) p.channel(c)[i] = 0;
    const RegionClass seen = eyes.values[i] > 0.5f ? RegionClass::kEyeball : RegionClass::kOccluder;
    p.channel(static_cast<int>(seen))[i] = 1;
  }
  return regions;
}

// As the uncover network answers when it has found some.
FineMask found_glasses(const RegionMap& regions) {
  FineMask out{{}, regions.map_from_frame};
  out.share.resize(regions.probability.width, regions.probability.height);
  out.share.fill(0.5f);
  return out;
}

Mesh moved(Mesh mesh, float x_px) {
  for (Point3f& p : mesh) p.x += x_px;
  return mesh;
}

// Everything from warp to paste as in a stream whose contrast is measured in every frame; with fusion networks that
// say nothing.
struct Flow {
  const Source& source;
  const FaceModel& model;
  const RegionMap& regions;
  ThreadPool pool{1};
  Trace trace{};
  FuseScratch scratch{};
  CoarseInputScratch coarse{};
  CoarseCrop crop{};
  Tensor gain_bias{}, residual_alpha{}, refined{};
  CoarseAnswer refine_answer{};
  RelightMemory light{.period = 1};
  TargetLightMemory target_light{};  // looked at in the first frame

  void run(const Mesh& mesh, BlendMode mode, ImageView frame, MutableImageView image) {
    trace.clear();
    SurfaceWeights gap{};
    gap.fill(0.5f);
    FuseScratch& s = scratch;
    const PreparedFace face = prepare_face(source.content().texture, mesh, mesh, gap, frame, &regions, model,
                                           pool, s, trace, {.light = &light, .target_light = &target_light});
    const CoarseScene scene{
        frame,      face.where.canvas_from_frame(), s.fused,          s.trust, s.masks, s.relight,
        face.fused, model.canonical_mesh(),         model.triangles()};
    make_coarse_input(scene, &coarse, &crop);
    apply_coarse_output(gain_bias, residual_alpha,
                        crop.input.channel(static_cast<int>(CoarseChannel::kAlpha)), {4, 0.15f},
                        crop.crop_from_canvas, s.trust, &s.fused, &s.masks.alpha);
    make_coarse_input(scene, &coarse, &crop, refined.width);
    read_refine_output(refined, refined.width, 0.5f, &refine_answer);
    apply_coarse_answer(refine_answer, crop.crop_from_canvas, s.trust, &s.fused, &s.masks.alpha);
    match_tone(s.target, s.masks, halves_of(face.fused), {0, 1}, &s.fused);
    match_grain(s.target, s.maps, face_width_px(mesh) * face.where.scale, &s.grain, &s.masks, &s.fused);
    paste_face(face, 1, mode, s, image);
  }
};

TEST_F(Allocation, FromWarpToPasteThereIsNoneAfterTheThirdFrame) {
  const auto model = testing_faces::load_model();
  const auto faces = engine_->open_session().find_faces(target_.view());
  ASSERT_TRUE(faces.ok() && faces->size() == 1);
  const RegionMap regions = regions_of(target_.view(), (*faces)[0].mesh);
  Image image = target_.clone();
  // The second source's texture uses its mirrored side.
  for (const char* name : {"source_1.jpg", "target_3.jpg"}) {
    const Source source = enrol(name);
    for (const BlendMode mode :
         {BlendMode::kAlpha, BlendMode::kPoisson, BlendMode::kMixed, BlendMode::kMultiband}) {
      Flow flow{source, *model, regions};
      flow.gain_bias.resize(6, 64, 64), flow.residual_alpha.resize(4, 128, 128),
          flow.refined.resize(2, 256, 256);
      for (int i = 0; i < kFrames; ++i) {
        const Mesh mesh = moved((*faces)[0].mesh, static_cast<float>(2 * (i % 3)));
        count([&] { flow.run(mesh, mode, target_.view(), image.mutable_view()); });
        if (i >= kFramesBefore)
          EXPECT_EQ(blocks, 0) << name << ", mode " << static_cast<int>(mode) << ", frame " << i
                               << ", largest block " << largest;
      }
    }
  }
}

// Found by their contrast, and by the uncover network.
TEST_F(Allocation, FromWarpToPasteThereIsNoneForATargetWithGlasses) {
  const auto model = testing_faces::load_model();
  const auto faces = engine_->open_session().find_faces(target_.view());
  ASSERT_TRUE(faces.ok() && faces->size() == 1);
  const Mesh& face = (*faces)[0].mesh;
  RegionMap regions = with_glasses(regions_of(target_.view(), face), face);
  {
    Plane things;
    GlassesScratch scratch;
    regions.sample({RegionClass::kOccluder}, Affine{}, target_.width(), target_.height(), &things);
    ASSERT_TRUE(wears_clear_glasses(regions, Affine{}, face, things, &scratch));
  }
  Image image = target_.clone();
  const Source source = enrol("source_1.jpg");
  for (const bool found : {false, true}) {
    if (found) regions.glasses = found_glasses(regions);
    Flow flow{source, *model, regions};
    flow.gain_bias.resize(6, 64, 64), flow.residual_alpha.resize(4, 128, 128),
        flow.refined.resize(2, 256, 256);
    for (int i = 0; i < kFrames; ++i) {
      const Mesh mesh = moved(face, static_cast<float>(2 * (i % 3)));
      count([&] { flow.run(mesh, BlendMode::kAlpha, target_.view(), image.mutable_view()); });
      if (i >= kFramesBefore)
        EXPECT_EQ(blocks, 0) << "frame " << i << ", found " << found << ", largest block " << largest;
    }
  }
}

// With trackers, networks, reports and the mark: small blocks, none of the size of a canvas's plane (1 MB
// here). The largest, 332 kB, is ncnn's. Not in frames in which the detector looks: its scratch, the largest
// of all, goes again after each look. Nor in the first ones, in which the mesh settles: the canvas may grow by
// some pixels with it.
TEST_F(Allocation, AWholeFrameOfAStreamTakesNoLargeBlockOnceTheFaceIsSettled) {
  constexpr int kSettled = 6, kWatched = 10;
  const Source source = enrol("source_1.jpg");
  Session session = engine_->open_session();
  FaceTracker tracker({.detector_period = 1000});
  FusedImage out;
  for (int i = 0; i < kSettled + kWatched; ++i) {
    Result<FusionReport> report = Status(Code::kInternal, "not run");
    count([&] { report = session.fuse_next(target_.view(), 0.04 * i, tracker, source, {}, out); });
    ASSERT_TRUE(report.ok() && report->fused_count() == 1);
    if (i >= kSettled) EXPECT_LT(largest, 400'000u) << "frame " << i << ", " << blocks << " blocks";
  }
}

}  // namespace
}  // namespace mien
