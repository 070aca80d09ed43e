#include "face/gaze.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "face/topology.h"

namespace mien {
namespace {

using namespace topology;

constexpr int kSize = 240;
constexpr float kEyeWidth = 40;
constexpr std::array<std::array<Index, 16>, 2> kLids = {kRightEye, kLeftEye};
constexpr std::array<Index, 2> kIrises = {kRightIris, kLeftIris};

// Two eyes on skin, a dark disc in each; away: of the discs from their middles, in eye widths. The mesh has the irises
// in the middle.
struct Face {
  Mesh mesh{};
  Image photo{kSize, kSize, PixelFormat::kRgb8};

  explicit Face(std::array<float, 2> away, float opening = 0.34f, int iris = 60) {
    Plane open;
    open.resize(kSize, kSize), open.fill(0);
    for (std::size_t k = 0; k < 2; ++k) {
      const float x0 = k == 0 ? 50.0f : 150.0f, y0 = 120;
      std::vector<Point2f> outline;
      for (std::size_t i = 0; i < 16;
           ++i) {  // the right eye begins at its outer corner, and so does the left
        const bool lower = i > 8;
        float t = lower ? static_cast<float>(16 - i) / 8 : static_cast<float>(i) / 8;
        const float half = 2 * t * (1 - t) * opening * kEyeWidth;
        if (k == 1) t = 1 - t;
        const Point3f p{x0 + t * kEyeWidth, y0 + (lower ? half : -half), 0};
        mesh[kLids[k][i]] = p, outline.push_back({p.x, p.y});
      }
      for (Index i = kIrises[k]; i < kIrises[k] + 5; ++i) mesh[i] = {x0 + kEyeWidth / 2, y0, 0};
      fill_polygon(outline, &open);
    }
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x) {
        const std::size_t k = x < 120 ? 0 : 1;
        const float dx = static_cast<float>(x) - ((k == 0 ? 70.0f : 170.0f) + away[k] * kEyeWidth),
                    dy = static_cast<float>(y) - 120;
        const float inside = std::hypot(dx, dy) < 0.2f * kEyeWidth ? static_cast<float>(iris) : 215.0f,
                    value = 150 + open.row(y)[x] * (inside - 150);
        std::uint8_t* p = photo.mutable_view().row(y) + 3 * x;
        p[0] = p[1] = p[2] = static_cast<std::uint8_t>(value);
      }
  }
  // How far the irises were moved, in eye widths.
  std::array<float, 2> moved() const {
    Mesh seen = mesh;
    see_irises(photo.view(), &seen);
    std::array<float, 2> out{};
    for (std::size_t k = 0; k < 2; ++k) {
      for (int i = 1; i < 5; ++i)
        EXPECT_EQ(seen[kIrises[k] + i].x - mesh[kIrises[k] + i].x, seen[kIrises[k]].x - mesh[kIrises[k]].x);
      out[k] = (seen[kIrises[k]].x - mesh[kIrises[k]].x) / kEyeWidth;
    }
    return out;
  }
};

TEST(Gaze, IrisesAreWhereThePictureHasThem) {
  for (const float away : {-0.2f, -0.1f, 0.0f, 0.05f, 0.15f}) {
    const auto moved = Face({away, away}).moved();
    EXPECT_NEAR(moved[0], away, 0.025f);
    EXPECT_NEAR(moved[1], away, 0.025f);
  }
}

TEST(Gaze, EyesThatDisagreeAreLeftAsTheyAre) {
  const auto moved = Face({-0.15f, 0.15f}).moved();
  EXPECT_NEAR(moved[0], 0, 0.01f);
  EXPECT_NEAR(moved[1], 0, 0.01f);
}

TEST(Gaze, ClosedLidsAndEyesWithoutAnIrisSayNothing) {
  for (const Face& face : {Face({0.15f, 0.15f}, 0.06f), Face({0.15f, 0.15f}, 0.34f, 215)})
    for (const float moved : face.moved()) EXPECT_EQ(moved, 0);
}

TEST(Gaze, MeshesBesideThePictureAndWithoutSizeStayFinite) {
  const Face face({0.1f, 0.1f});
  for (const float by : {-500.0f, 1e5f}) {
    Mesh away = face.mesh;
    for (Point3f& p : away) p.x += by, p.y += by;
    see_irises(face.photo.view(), &away);
    for (const Point3f& p : away) ASSERT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
  }
  Mesh none{};
  see_irises(face.photo.view(), &none);
  EXPECT_EQ(none[kRightIris].x, 0);
}

}  // namespace
}  // namespace mien
