// Meshes and pixels that are no numbers, faces without size, pictures of one colour under a mesh, frames of
// 33 megapixels: a defined result each time, and no undefined behaviour for the sanitizers to find.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/thread_pool.h"
#include "fuse/canvas.h"
#include "fuse/testing_faces.h"
#include "fuse/tone.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "pipeline/prepare_face.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(),
                kInfinite = std::numeric_limits<float>::infinity();
constexpr BlendMode kModes[] = {BlendMode::kAlpha, BlendMode::kPoisson, BlendMode::kMultiband,
                                BlendMode::kMixed};

Image example(const std::string& name) {
  auto photo = read_photo(std::string(MIEN_SOURCE_DIR) + "/examples/" + name);
  EXPECT_TRUE(photo.ok());
  return std::move(photo->image);
}

bool same(ImageView a, ImageView b) {
  for (int y = 0; y < a.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), static_cast<std::size_t>(a.width) * channel_count(a.format)) != 0)
      return false;
  }
  return true;
}

// The mesh with point 33 at x, and with all points there.
std::vector<Mesh> spoilt(const Mesh& mesh, float x) {
  Mesh one = mesh, all = mesh, deep = mesh;
  one[33].x = x;
  deep[33].z = x;
  for (Point3f& p : all) p = {x, x, x};
  return {one, all, deep};
}

class BadGeometry : public ::testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 100, 110, 9, 0, 0);
    picture_ = make_picture(200, 220, PixelFormat::kRgb8, 3, 0.8f);
  }

  SourceTexture texture_of(const Mesh& mesh) {
    return make_texture(picture_.view(), mesh, model_->triangles(), nullptr);
  }

  // -> whether there was a canvas to paint on
  bool fuse(const SourceTexture& texture, const Mesh& fused, const Mesh& target, BlendMode mode,
            MutableImageView frame) {
    const Image before =
        Image::copy_of({frame.data, frame.width, frame.height, frame.stride_bytes, frame.format});
    ThreadPool pool(1);
    FuseScratch s;
    Trace trace;
    const PreparedFace face =
        prepare_face(texture, fused, target, {}, before.view(), nullptr, *model_, pool, s, trace);
    if (face.where.width < 1 || face.where.height < 1) return false;
    match_tone(s.target, s.masks, halves_of(face.fused), {0, 1}, &s.fused);
    for (const float v : s.fused.values) EXPECT_TRUE(std::isfinite(v));
    for (const float v : s.masks.alpha.values) EXPECT_TRUE(v >= 0 && v <= 1.000001f) << v;
    paste_face(face, 1, mode, s, frame);
    return true;
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  Image picture_;
};

TEST_F(BadGeometry, AMeshThatIsNoNumberIsPaintedNowhere) {
  const SourceTexture texture = texture_of(mesh_);
  for (const float bad : {kNan, kInfinite, -kInfinite, 1e30f, -3e6f}) {
    for (const Mesh& mesh : spoilt(mesh_, bad)) {
      Image frame = picture_.clone();
      EXPECT_FALSE(fuse(texture, mesh_, mesh, BlendMode::kAlpha, frame.mutable_view())) << bad;
      EXPECT_FALSE(fuse(texture, mesh, mesh_, BlendMode::kAlpha, frame.mutable_view())) << bad;
      EXPECT_TRUE(same(frame.view(), picture_.view())) << bad;
      EXPECT_FALSE(model_->fit(mesh).ok() && !std::isfinite(bad) && !std::isfinite(mesh[263].x));
    }
  }
}

TEST_F(BadGeometry, ATextureOfAMeshThatIsNoNumberCanBeUsed) {
  for (const float bad : {kNan, kInfinite, 1e30f}) {
    for (const Mesh& mesh : spoilt(mesh_, bad)) {
      const SourceTexture texture = texture_of(mesh);
      ASSERT_FALSE(texture.levels.empty());
      Image frame = picture_.clone();
      for (const BlendMode mode : kModes) fuse(texture, mesh_, mesh_, mode, frame.mutable_view());
    }
  }
}

TEST_F(BadGeometry, FacesWithoutSizeAndTurnedInsideOutGiveFiniteColours) {
  const SourceTexture texture = texture_of(mesh_);
  Mesh point = mesh_, line = mesh_, inside_out = mesh_;
  for (Point3f& p : point) p = {100, 110, 0};
  for (Point3f& p : line) p.x = 100;
  for (Point3f& p : inside_out) p.x = 200 - p.x;
  for (const Mesh& mesh : {point, line, inside_out}) {
    for (const BlendMode mode : kModes) {
      Image frame = picture_.clone();
      fuse(texture, mesh, mesh_, mode, frame.mutable_view());
      fuse(texture, mesh_, mesh, mode, frame.mutable_view());
      fuse(texture_of(mesh), mesh_, mesh_, mode, frame.mutable_view());
    }
  }
}

TEST_F(BadGeometry, PicturesOfOneColourUnderAMeshGiveFiniteColours) {
  for (const std::uint8_t source_value : {0, 128, 255}) {
    Image flat(200, 220, PixelFormat::kRgb8);
    std::memset(flat.mutable_view().data, source_value, 200 * 220 * 3);
    const SourceTexture texture = make_texture(flat.view(), mesh_, model_->triangles(), nullptr);
    for (const std::uint8_t target_value : {0, 1, 255}) {
      for (const BlendMode mode : kModes) {
        Image frame(200, 220, PixelFormat::kRgb8);
        std::memset(frame.mutable_view().data, target_value, 200 * 220 * 3);
        EXPECT_TRUE(fuse(texture, mesh_, mesh_, mode, frame.mutable_view()));
        // A face without any contrast on a target without any is the target.
        for (int c = 0; c < 3; ++c) EXPECT_NEAR(frame.view().row(120)[3 * 100 + c], target_value, 6);
      }
    }
  }
}

TEST(BadPixels, WhereAFusedPixelIsNoNumberTheFrameStaysAsItWas) {
  for (const float scale : {1.0f, 2.0f, 0.5f}) {
    const int side = static_cast<int>(20 * scale);
    const CanvasFrame where{3, 2, 20, 20, side, side, scale};
    for (const float bad : {kNan, kInfinite, -kInfinite}) {
      PlanarRgb pixels;
      Plane alpha;
      pixels.resize(side, side), alpha.resize(side, side), alpha.fill(1);
      std::fill(pixels.values.begin(), pixels.values.end(), 200.0f);
      for (std::size_t i = 0; i < alpha.size() / 2; ++i) pixels.channel(1)[i] = bad;
      alpha.values[alpha.size() - 1] = kNan;
      Image frame(30, 30, PixelFormat::kRgb8);
      std::memset(frame.mutable_view().data, 70, 30 * 30 * 3);
      paste_canvas(pixels, alpha, where, frame.mutable_view());
      EXPECT_EQ(frame.view().row(4)[3 * 10 + 1], 70) << scale;    // in the spoilt half
      EXPECT_EQ(frame.view().row(18)[3 * 10 + 1], 200) << scale;  // in the other one
      EXPECT_EQ(frame.view().row(21)[3 * 22 + 1], 70) << scale;   // where alpha is no number
    }
  }
}

TEST(BadPixels, ValuesFarOutOfRangeEndAtBlackAndWhite) {
  const CanvasFrame where{0, 0, 8, 8, 8, 8, 1};
  for (const auto& [value, wanted] : {std::pair{-1e30f, 0}, {1e30f, 255}, {-0.4f, 0}, {255.4f, 255}}) {
    PlanarRgb pixels;
    Plane alpha;
    pixels.resize(8, 8), alpha.resize(8, 8), alpha.fill(1);
    std::fill(pixels.values.begin(), pixels.values.end(), value);
    for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kGray8, PixelFormat::kBgra8}) {
      Image frame(8, 8, format);
      paste_canvas(pixels, alpha, where, frame.mutable_view());
      EXPECT_EQ(frame.view().row(4)[0], wanted);
    }
  }
}

TEST_F(BadGeometry, PixelsThatAreNoNumbersDoNotSpreadThroughToneAndPaste) {
  const SourceTexture texture = texture_of(mesh_);
  ThreadPool pool(1);
  Trace trace;
  for (const float bad : {kNan, kInfinite, -kInfinite, 1e30f}) {
    for (const BlendMode mode : kModes) {
      Image frame = picture_.clone();
      FuseScratch s;
      const PreparedFace face =
          prepare_face(texture, mesh_, mesh_, {}, picture_.view(), nullptr, *model_, pool, s, trace);
      for (std::size_t i = 0; i < s.fused.plane(); i += 97) s.fused.channel(static_cast<int>(i % 3))[i] = bad;
      EXPECT_TRUE(brightness_match(s.fused, s.target, s.masks.skin) > 0);
      EXPECT_TRUE(std::isfinite(skin_difference(s.fused, s.target, s.masks.skin, 1)));
      const ToneReport tone = match_tone(s.target, s.masks, halves_of(face.fused), {0, 1}, &s.fused);
      EXPECT_TRUE(std::isfinite(tone.after));
      paste_face(face, 1, mode, s, frame.mutable_view());
    }
  }
}

TEST(BadPixels, LinearLightOfWhatIsNoNumberIsBlack) {
  EXPECT_EQ(linear_from_srgb(kNan), 0);
  EXPECT_EQ(linear_from_srgb(-kInfinite), 0);
  EXPECT_NEAR(linear_from_srgb(kInfinite), 1, 1e-6);
}

// A face of 3000 px in a frame of 7680 x 4320; beside it every bit stays.
TEST(LargeFrames, AFaceInAnEightKFrameIsFused) {
  constexpr int kWidth = 7680, kHeight = 4320;
  const Image photo = example("target_1.jpg");
  Image frame(kWidth, kHeight, PixelFormat::kRgb8);
  const int factor = kHeight / photo.height(), x0 = (kWidth - factor * photo.width()) / 2;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const int u = std::clamp((x - x0) / factor, 0, photo.width() - 1),
                v = std::min(y / factor, photo.height() - 1);
      std::memcpy(frame.mutable_view().row(y) + 3 * x, photo.view().row(v) + 3 * u, 3);
    }
  }
  auto engine = Engine::create({std::string(MIEN_SOURCE_DIR) + "/models", 1});
  ASSERT_TRUE(engine.ok());
  Session session = engine->open_session();
  const auto source = session.enrol(example("source_1.jpg").view());
  ASSERT_TRUE(source.ok());
  for (const BlendMode mode : {BlendMode::kAlpha, BlendMode::kPoisson}) {
    FusedImage out;
    const auto report = session.fuse(frame.view(), *source, {.visible_mark = false, .blend = mode}, out);
    ASSERT_TRUE(report.ok()) << report.status().message();
    ASSERT_EQ(report->fused_count(), 1);
    const Box& box = report->faces[0].face.box;
    EXPECT_GT(box.width(), 1000);
    int changed = 0;
    for (int y = 0; y < kHeight; y += 7) {
      for (int x = 0; x < kWidth; x += 7) {
        // The box is the mesh's; above it lies the forehead, beside it the temples.
        const float rim = 0.1f * box.width() + 20, forehead = 0.4f * (box.y1 - box.y0);
        const bool inside =
            x >= box.x0 - rim && x <= box.x1 + rim && y >= box.y0 - forehead && y <= box.y1 + 20;
        const bool equal = std::memcmp(out.view().row(y) + 3 * x, frame.view().row(y) + 3 * x, 3) == 0;
        if (!inside) ASSERT_TRUE(equal) << x << "," << y;
        changed += !equal;
      }
    }
    EXPECT_GT(changed, 5'000);
  }
}

}  // namespace
}  // namespace mien
