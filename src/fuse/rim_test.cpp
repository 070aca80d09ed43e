#include "fuse/rim.h"

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kWidth = 301, kHeight = 357;

// A wrinkled source on a plain target of another colour.
struct Scene {
  std::unique_ptr<FaceModel> model = load_model();
  Mesh mesh = make_mesh(*model, 150.5f, 190, 14, 0, 0);
  Image source{kWidth, kHeight, PixelFormat::kRgb8}, target{kWidth, kHeight, PixelFormat::kRgb8};
  RegionMap regions;
  CanvasFrame where;
  Mesh fused{};
  ThreadPool pool{1};
  WarpMaps maps;
  RimScratch scratch;
  Plane alpha;

  explicit Scene(float skin = 1) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        const std::uint8_t wrinkles = y % 9 < 3 ? 150 : 160;
        std::fill_n(source.mutable_view().row(y) + 3 * x, 3, wrinkles);
        const std::array<std::uint8_t, 3> colour{100, 80, 60};
        std::copy(colour.begin(), colour.end(), target.mutable_view().row(y) + 3 * x);
      }
    }
    regions.probability.resize(kRegionClasses, 8, 8);
    std::fill(regions.probability.values.begin(), regions.probability.values.end(), 0.0f);
    float* p = regions.probability.channel(static_cast<int>(RegionClass::kSkin));
    std::fill_n(p, 64, skin);
    regions.map_from_frame = {8.0f / kWidth, 0, 0, 0, 8.0f / kHeight, 0};
  }

  // -> the picture
  Image run(const SourceTexture& texture, float strength = 1) {
    where = canvas_around(mesh, kWidth, kHeight);
    fused = transformed(mesh, where.canvas_from_frame());
    make_warp_maps(texture, fused, model->triangles(), where.width, where.height, &maps);
    alpha.resize(where.width, where.height);
    alpha.fill(strength);
    Image out = target.clone();
    continue_onto_forehead(texture, {where, maps, fused, strength, 0}, regions, pool, &scratch, &alpha,
                           out.mutable_view());
    return out;
  }
  SourceTexture texture() { return make_texture(source.view(), mesh, model->triangles(), nullptr); }
};

int changed(const Image& a, const Image& b) {
  int count = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < 3 * a.width(); ++i) count += a.view().row(y)[i] != b.view().row(y)[i];
  }
  return count;
}

TEST(Rim, WrinklesOfTheSourceGoOnAboveTheMeshAndTheLightStays) {
  Scene s;
  const Image out = s.run(s.texture());
  const Point3f top = s.mesh[topology::kForeheadTop];
  int darker = 0, lighter = 0, sum = 0;
  constexpr int kRows = 27;  // three wrinkles
  for (int y = static_cast<int>(top.y) - kRows; y < static_cast<int>(top.y); ++y) {
    const int change = out.view().row(y)[3 * static_cast<int>(top.x)] - 100;
    darker += change<-1, lighter += change> 0, sum += change;
  }
  EXPECT_GT(darker, 5);
  EXPECT_GT(lighter, 10);
  EXPECT_NEAR(static_cast<double>(sum) / kRows, 0, 1.5);  // of 255, rounding included
}

TEST(Rim, ColoursKeepTheirRatiosAndTheNeckIsLeftAlone) {
  Scene s;
  const Image out = s.run(s.texture());
  for (int y = 0; y < kHeight; ++y) {
    const std::uint8_t* row = out.view().row(y);
    for (int x = 0; x < kWidth; ++x) {
      const double gain = row[3 * x] / 100.0;
      ASSERT_NEAR(row[3 * x + 1], 80 * gain, 1.1) << x << "," << y;
      ASSERT_NEAR(row[3 * x + 2], 60 * gain, 1.1) << x << "," << y;
      if (static_cast<float>(y) > s.mesh[topology::kBridge].y) ASSERT_EQ(row[3 * x], 100) << x << "," << y;
    }
  }
}

TEST(Rim, TheFusedFaceFadesOutOverAWideRampOnTheForeheadOnly) {
  Scene s;
  s.run(s.texture());
  const auto at = [&](float x, float y) {
    return s.alpha.row(static_cast<int>(std::lround(y)))[static_cast<int>(std::lround(x))];
  };
  const Point3f top = s.fused[topology::kForeheadTop], bridge = s.fused[topology::kBridge],
                chin = s.fused[topology::kChin];
  EXPECT_LT(at(top.x, top.y + 2), 0.1f);
  EXPECT_FLOAT_EQ(at(bridge.x, bridge.y), 1);
  EXPECT_FLOAT_EQ(at(chin.x, chin.y - 2), 1);
  float last = 0;
  for (float y = top.y; y < bridge.y; y += 1) {
    EXPECT_GE(at(top.x, y) + 1e-4f, last) << y;
    EXPECT_LT(at(top.x, y) - last, 0.12f) << y;
    last = at(top.x, y);
  }
}

TEST(Rim, NothingChangesWhereTheTargetShowsNoSkin) {
  Scene covered(0.4f);
  EXPECT_EQ(changed(covered.run(covered.texture()), covered.target), 0);
  for (const float a : covered.alpha.values) ASSERT_EQ(a, 1);
}

TEST(Rim, WhereTheSourceShowsNoSkinTheFrameStaysAndTheFaceFadesOut) {
  Scene s;
  SourceTexture hidden = s.texture();
  for (Image& level : hidden.levels) {
    for (int y = 0; y < level.height(); ++y) {
      for (int x = 0; x < level.width(); ++x) level.mutable_view().row(y)[4 * x + 3] = 100;
    }
  }
  EXPECT_EQ(changed(s.run(hidden), s.target), 0);
  EXPECT_LT(*std::min_element(s.alpha.values.begin(), s.alpha.values.end()), 0.3f);
}

TEST(Rim, FacesAtTheFramesEdgeAndSmallOnes) {
  for (const auto& [x, y] : {std::pair{150.0f, 20.0f}, {150.0f, -60.0f}, {0.0f, 100.0f}, {290.0f, 350.0f}}) {
    Scene s;
    const SourceTexture texture = s.texture();
    s.mesh = make_mesh(*s.model, x, y, 14, 20, 0);
    s.run(texture);  // sanitizers watch
  }
  Scene small;
  const SourceTexture texture = small.texture();
  small.mesh = make_mesh(*small.model, 150, 150, 2, 0, 0);
  EXPECT_EQ(changed(small.run(texture), small.target), 0);
}

TEST(Rim, StrengthScalesWhatChanges) {
  Scene s;
  const SourceTexture texture = s.texture();
  const Image whole = s.run(texture), half = s.run(texture, 0.5f);
  const int x = static_cast<int>(s.mesh[10].x);
  for (int y = 0; y < static_cast<int>(s.mesh[10].y); ++y) {
    const int full = whole.view().row(y)[3 * x] - 100, part = half.view().row(y)[3 * x] - 100;
    EXPECT_NEAR(part, 0.5 * full, 1.01) << y;
  }
}

}  // namespace
}  // namespace mien
