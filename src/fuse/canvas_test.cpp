#include "fuse/canvas.h"

#include <cstring>

#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

Plane even_alpha(float value, const CanvasFrame& where) {
  Plane out;
  out.resize(where.width, where.height);
  out.fill(value);
  return out;
}

class CanvasAtScale : public testing::TestWithParam<float> {
};  // px per cm: small (enlarged), medium, huge (shrunk)

TEST_P(CanvasAtScale, PastingWithZeroAlphaLeavesEveryBitAlone) {
  const auto model = load_model();
  for (const PixelFormat format : {PixelFormat::kGray8, PixelFormat::kRgb8, PixelFormat::kBgra8}) {
    const Image before = make_picture(331, 257, format, 4, 1.0f);
    Image after = before.clone();
    const CanvasFrame where = canvas_around(make_mesh(*model, 160, 120, GetParam(), 0, 0), 331, 257);
    PlanarRgb pixels;
    read_canvas(before.view(), where, &pixels);
    paste_canvas(pixels, even_alpha(0, where), where, after.mutable_view());
    EXPECT_EQ(std::memcmp(before.view().data, after.view().data,
                          static_cast<std::size_t>(before.view().stride_bytes) * 257),
              0);
  }
}

TEST_P(CanvasAtScale, PastingTheCanvasBackIsNearlyTheFrame) {
  const auto model = load_model();
  const Image before = make_picture(331, 257, PixelFormat::kRgb8, 4, 0.9f);
  Image after = before.clone();
  const CanvasFrame where = canvas_around(make_mesh(*model, 160, 120, GetParam(), 0, 0), 331, 257);
  PlanarRgb pixels;
  read_canvas(before.view(), where, &pixels);
  paste_canvas(pixels, even_alpha(1, where), where, after.mutable_view());
  double sum = 0;
  for (int i = 0; i < 331 * 257 * 3; ++i) sum += std::abs(before.view().data[i] - after.view().data[i]);
  // Enlarging and shrinking smooths the grain (+-9); at scale 1 nothing is lost.
  EXPECT_LE(sum / (331 * 257 * 3), where.scale == 1 ? 0.0 : 4.0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, CanvasAtScale, testing::Values(3.0f, 14.0f, 120.0f));

TEST(Canvas, OfAFaceOutsideOfTheFrameIsEmpty) {
  const auto model = load_model();
  const CanvasFrame where = canvas_around(make_mesh(*model, -500, 100, 8, 0, 0), 300, 200);
  EXPECT_EQ(where.width * where.height, 0);
}

TEST(Canvas, PositionsAgreeWithTheFrame) {
  const auto model = load_model();
  const CanvasFrame where = canvas_around(make_mesh(*model, 160, 120, 3, 0, 0), 331, 257);
  ASSERT_GT(where.scale, 1.5f);
  // The first frame pixel's centre is the middle of its block of canvas pixels.
  const Point2f p = where.canvas_from_frame()({static_cast<float>(where.x0), static_cast<float>(where.y0)});
  EXPECT_NEAR(p.x, (where.scale - 1) / 2, 1e-3f);
  EXPECT_NEAR(p.y, (where.scale - 1) / 2, 1e-3f);
}

TEST(Canvas, IsNoWiderThanAskedForAndNoWiderThanTheFace) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 400, 400, 40, 0, 0);  // about 600 px
  const CanvasFrame own = canvas_around(mesh, 800, 800), less = canvas_around(mesh, 800, 800, 256),
                    more = canvas_around(mesh, 800, 800, 5000);
  EXPECT_FLOAT_EQ(own.scale, 1);
  EXPECT_FLOAT_EQ(more.scale, 1);
  EXPECT_LT(less.width, 330);
  EXPECT_EQ(less.frame_width, own.frame_width);
}

}  // namespace
}  // namespace mien
