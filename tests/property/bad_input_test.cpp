// What nobody should pass, and somebody will: one colour, one pixel, faces half outside, grey and CMYK
// sources, values out of range.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "fuse/blend.h"
#include "fuse/tone.h"
#include "media/test_pictures.h"
#include "mien/engine.h"
#include "mien/media.h"

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;
constexpr BlendMode kModes[] = {BlendMode::kAlpha, BlendMode::kPoisson, BlendMode::kMultiband,
                                BlendMode::kMixed};

Image example(const std::string& name) {
  auto photo = read_photo(kRoot + "/examples/" + name);
  EXPECT_TRUE(photo.ok()) << (photo.ok() ? "" : photo.status().message());
  return std::move(photo->image);
}

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto engine = Engine::create({kRoot + "/models", 1});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    session_ = new Session(engine->open_session());
    auto source = session_->enrol(example("source_1.jpg").view());
    ASSERT_TRUE(source.ok()) << source.status().message();
    source_ = new Source(std::move(*source));
  }
  static void TearDownTestSuite() { delete source_, delete session_; }

  static Session* session_;
  static Source* source_;
};
Session* BadInput::session_ = nullptr;
Source* BadInput::source_ = nullptr;

bool same(ImageView a, ImageView b) {
  const std::size_t row = static_cast<std::size_t>(a.width) * channel_count(a.format);
  bool out = a.width == b.width && a.height == b.height && a.format == b.format;
  for (int y = 0; out && y < a.height; ++y) out = std::memcmp(a.row(y), b.row(y), row) == 0;
  return out;
}

TEST(FusionOptionsValidate, WantsAFinitePointForTheNearestFace) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  FusionOptions options;
  options.faces = FaceChoice::kNear, options.near = {640, -3};
  EXPECT_TRUE(options.validate().ok());
  for (const Point2f point : {Point2f{nan, 0}, Point2f{0, nan}, Point2f{inf, 0}, Point2f{0, -inf}}) {
    options.near = point;
    EXPECT_EQ(options.validate().status().code(), Code::kInvalidArgument);
  }
}

TEST_F(BadInput, APictureOfOneColourHasNoFaceAndComesBackAsItWas) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 700}, {13, 127}, {641, 480}}) {
    for (const std::uint8_t value : {0, 3, 14, 128, 255}) {
      const Image picture = testing::filled_image(width, height, PixelFormat::kRgb8, value);
      FusedImage out;
      const auto report = session_->fuse(picture.view(), *source_, {}, out);
      ASSERT_TRUE(report.ok()) << width << " x " << height << " of " << int{value} << ": "
                               << report.status().message();
      EXPECT_TRUE(report->faces.empty()) << width << " x " << height << " of " << int{value};
      EXPECT_TRUE(same(out.view(), picture.view()));
      const auto source = session_->enrol(picture.view());
      ASSERT_FALSE(source.ok());
      EXPECT_EQ(source.status().code(), Code::kNoFace);
    }
  }
}

// The frame ends somewhere inside the face, on each of its sides.
TEST_F(BadInput, AFaceHalfOutsideIsFusedOrRefusedAndTheRestStays) {
  const Image whole = example("target_1.jpg");
  const auto faces = session_->find_faces(whole.view());
  ASSERT_TRUE(faces.ok() && faces->size() == 1);
  const Box box = (*faces)[0].box;
  int fused = 0, left_alone = 0;
  for (const float share : {0.1f, 0.3f, 0.5f, 0.7f}) {
    for (int side = 0; side < 4; ++side) {
      ImageView part = whole.view();
      const int x = static_cast<int>(box.x0 + share * box.width()),
                y = static_cast<int>(box.y0 + share * box.height());
      if (side == 0) part.data += 3 * x, part.width -= x;
      if (side == 1) part.width = static_cast<int>(box.x1 - share * box.width());
      if (side == 2) part.data += y * part.stride_bytes, part.height -= y;
      if (side == 3) part.height = static_cast<int>(box.y1 - share * box.height());
      for (const BlendMode mode : kModes) {
        FusedImage out;
        const auto report = session_->fuse(part, *source_, {.visible_mark = false, .blend = mode}, out);
        ASSERT_TRUE(report.ok()) << share << ", side " << side << ": " << report.status().message();
        for (const FaceReport& face : report->faces) EXPECT_TRUE(face.fused || !face.note.empty());
        fused += report->fused_count() > 0, left_alone += report->fused_count() == 0;
        if (report->fused_count() == 0) EXPECT_TRUE(same(out.view(), part));
        // Far from the face every bit is the target's.
        const int far = side == 2 || side == 3 ? 0 : (side == 0 ? part.width - 1 : 0);
        if (side < 2) EXPECT_EQ(std::memcmp(out.view().row(0) + 3 * far, part.row(0) + 3 * far, 3), 0);
      }
    }
  }
  EXPECT_GT(fused, 0);       // a tenth outside is fine ...
  EXPECT_GT(left_alone, 0);  // ... seven tenths are not
}

TEST_F(BadInput, AGreySourceGivesAResultInTheTargetsColours) {
  const Image colour = example("source_2.jpg"), target = example("target_1.jpg");
  Image grey(colour.width(), colour.height(), PixelFormat::kGray8);
  for (int y = 0; y < colour.height(); ++y) {
    const std::uint8_t* p = colour.view().row(y);
    for (int x = 0; x < colour.width(); ++x)
      grey.mutable_view().row(y)[x] =
          static_cast<std::uint8_t>((299 * p[3 * x] + 587 * p[3 * x + 1] + 114 * p[3 * x + 2]) / 1000);
  }
  const auto source = session_->enrol(grey.view());
  ASSERT_TRUE(source.ok()) << source.status().message();
  FusedImage out;
  const auto report = session_->fuse(target.view(), *source, {.visible_mark = false}, out);
  ASSERT_TRUE(report.ok() && report->fused_count() == 1);
  const Box& box = report->faces[0].face.box;
  double redness = 0;
  int count = 0;
  for (int y = static_cast<int>(box.y0 + 0.55f * box.height());
       y < static_cast<int>(box.y0 + 0.65f * box.height()); ++y) {
    for (int x = static_cast<int>(box.x0 + 0.3f * box.width());
         x < static_cast<int>(box.x0 + 0.7f * box.width()); ++x) {
      redness += out.view().row(y)[3 * x] - out.view().row(y)[3 * x + 2], ++count;
    }
  }
  EXPECT_GT(redness / count, 15);  // skin, not stone
  EXPECT_LT(report->faces[0].skin_delta_e_after, 5);
}

TEST_F(BadInput, ACmykSourceIsEnrolledLikeTheSamePhotoInRgb) {
  const Image photo = example("source_1.jpg");
  const auto pixel = [&](int x, int y) {
    const std::uint8_t* p = photo.view().row(y) + 3 * x;
    return std::vector<std::uint8_t>{p[0], p[1], p[2], 255};  // Adobe's inverted inks, no black
  };
  const auto decoded = read_photo(testing::make_jpeg(
      photo.width(), photo.height(), pixel, {.samples = JCS_CMYK, .stored = JCS_CMYK, .adobe_marker = true}));
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  const auto source = session_->enrol(decoded->image.view());
  ASSERT_TRUE(source.ok()) << source.status().message();
  ASSERT_TRUE(source->identity() && source_->identity());
  EXPECT_GT(similarity(*source->identity(), *source_->identity()), 0.9f);
}

struct Scene {
  PlanarRgb target, fused;
  Plane alpha, border;
};

Scene make_scene(int width, int height) {
  Scene s;
  s.target.resize(width, height), s.fused.resize(width, height), s.alpha.resize(width, height),
      s.border.resize(width, height);
  s.border.fill(1), s.alpha.fill(0);
  for (std::size_t i = 0; i < s.alpha.size(); ++i) {
    for (int c = 0; c < 3; ++c)
      s.target.channel(c)[i] = 100.0f + static_cast<float>(i % 7),
      s.fused.channel(c)[i] = 140.0f + static_cast<float>(i % 5);
  }
  return s;
}

TEST(BadValues, MasksOfOnePixelOfNoneAndOfAllGiveFiniteColours) {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 2}, {13, 127}, {64, 64}}) {
    for (const BlendMode mode : kModes) {
      for (int kind = 0; kind < 4; ++kind) {
        Scene s = make_scene(width, height);
        if (kind == 1) s.alpha.values[s.alpha.size() / 2] = 1;
        if (kind == 2) s.alpha.fill(1);
        if (kind == 3) s.alpha.fill(1), s.border.fill(0);
        BlendScratch scratch;
        blend_into(mode, s.target, s.border, 1, &scratch, &s.alpha, &s.fused);
        for (std::size_t i = 0; i < s.alpha.size(); ++i) {
          ASSERT_TRUE(s.alpha.values[i] >= 0 && s.alpha.values[i] <= 1) << static_cast<int>(mode) << kind;
          if (!(s.alpha.values[i] > 0)) continue;
          for (int c = 0; c < 3; ++c)
            ASSERT_TRUE(s.fused.channel(c)[i] > 40 && s.fused.channel(c)[i] < 200)
                << static_cast<int>(mode) << kind << ": " << s.fused.channel(c)[i];
        }
      }
    }
  }
}

TEST(BadValues, ToneOfColoursOutOfRangeStaysInRange) {
  for (const float wild : {-400.0f, 700.0f, 1e6f}) {
    Scene s = make_scene(40, 30);
    FaceMasks masks;
    masks.alpha = s.alpha, masks.skin = s.alpha;
    masks.alpha.fill(1), masks.skin.fill(1);
    for (std::size_t i = 0; i < s.alpha.size(); i += 3) s.fused.channel(0)[i] = wild;
    const ToneReport report = match_tone(s.target, masks, {{20, 15}, {1.0f / 40, 0}}, {}, &s.fused);
    EXPECT_TRUE(std::isfinite(report.after) && std::isfinite(report.sides_after[0]) &&
                std::isfinite(report.sides_after[1]));
    for (const float v : s.fused.values) ASSERT_TRUE(std::isfinite(v)) << wild;
  }
}

}  // namespace
}  // namespace mien
