#include "fuse/skin_bands.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace mien {
namespace {

// 1 in a slanted patch, else 0.
Plane patch(int width, int height) {
  Plane mask;
  mask.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      mask.row(y)[x] = y > height / 4 && y < height - 3 && x > 2 + y / 5 && x < width - 4 ? 1.0f : 0.0f;
  }
  return mask;
}

TEST(FindSpans, HoldEveryPixelThatIsNotFartherThanTheMargin) {
  for (const auto& [w, h] : {std::pair{1, 1}, {13, 127}, {64, 37}}) {
    const Plane mask = patch(w, h);
    Plane other;
    other.resize(w, h);
    other.fill(0);
    for (const int margin : {0, 3}) {
      RowSpans spans;
      find_spans(mask, other, margin, &spans);
      for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
          bool near = false;
          for (int v = std::max(0, y - margin); v < std::min(h, y + margin + 1); ++v) {
            for (int u = std::max(0, x - margin); u < std::min(w, x + margin + 1); ++u)
              near = near || mask.row(v)[u] > 0;
          }
          if (near) {
            ASSERT_TRUE(x >= spans.first[y] && x < spans.last[y]) << x << ", " << y << " of " << w;
          }
        }
      }
    }
  }
}

// The plain twin: whole planes, one step after the other.
TEST(SplitIntoBands, AgreesWithThePlainTwinWithinTheSpans) {
  PlanarRgb picture, linear;
  picture.resize(61, 83);
  std::mt19937 random(3);
  for (float& v : picture.values) v = static_cast<float>(random() % 256);
  const Plane mask = patch(61, 83);
  MaskedBlurScratch low, mid, tint;
  const SkinBlurs blurs{{mask, 12, &low}, {mask, 5, &mid}, {mask, 8, &tint}};
  const float fine_sigma = 1.7f;
  RowSpans spans;
  find_spans(mask, mask, gaussian_blur_reach(fine_sigma), &spans);
  SkinBandScratch scratch;
  SkinBands bands;
  split_into_bands(picture, blurs, spans, {true, fine_sigma}, &scratch, &bands);

  linear_from_srgb(picture, &linear);
  LabPlanes lab;
  lab_from_linear(linear, &lab);
  Plane fine = lab.l, coarse;
  std::vector<float> line;
  gaussian_blur(&fine, fine_sigma, &line);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (!(mask.values[i] > 0)) continue;
    ASSERT_NEAR(bands.lab.l.values[i], lab.l.values[i], 1e-4f);
    ASSERT_NEAR(bands.lab.a.values[i], lab.a.values[i], 1e-3f);
    ASSERT_NEAR(bands.lab.b.values[i], lab.b.values[i], 1e-3f);
    ASSERT_NEAR(bands.fine.values[i], fine.values[i], 1e-4f);
  }
  blurs.mid.apply_small(lab.l.values.data(), &coarse);
  ASSERT_EQ(coarse.size(), bands.mid.size());
  for (std::size_t i = 0; i < coarse.size(); ++i) ASSERT_NEAR(bands.mid.values[i], coarse.values[i], 1e-3f);
}

}  // namespace
}  // namespace mien
