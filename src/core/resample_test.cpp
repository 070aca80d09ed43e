#include "core/resample.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mien {
namespace {

// A picture whose red is a ramp in x and green a ramp in y.
Image ramp(int width, int height, PixelFormat format = PixelFormat::kRgb8) {
  Image image(width, height, format);
  const int n = channel_count(format), red = red_offset(format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = image.mutable_view().row(y) + x * n;
      p[red] = static_cast<std::uint8_t>(255 * x / std::max(1, width - 1));
      p[1] = static_cast<std::uint8_t>(255 * y / std::max(1, height - 1));
      p[2 - red] = 7;
      if (n == 4) p[3] = 255;
    }
  }
  return image;
}

TEST(SampleAffine, IdentityReturnsThePixels) {
  const Image image = ramp(13, 27);
  PlanarRgb out;
  sample_affine(image.view(), Affine{}, 13, 27, &out);
  for (int y = 0; y < 27; ++y) {
    for (int x = 0; x < 13; ++x) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(out.channel(c)[y * 13 + x], image.view().row(y)[x * 3 + c]);
    }
  }
}

TEST(SampleAffine, ShrinkingKeepsTheGeometryOfARamp) {
  const Image image = ramp(1024, 768);
  for (const float scale : {0.9f, 0.5f, 0.31f, 0.11f}) {
    const int w = static_cast<int>(1024 * scale), h = static_cast<int>(768 * scale);
    // Pixel areas, not centres, are scaled: out = (in + 0.5) * scale - 0.5.
    const Affine m{scale, 0, 0.5f * scale - 0.5f, 0, scale, 0.5f * scale - 0.5f};
    PlanarRgb out;
    sample_affine(image.view(), m, w, h, &out);
    const int x = w / 3, y = h / 4;
    const Point2f p = m.inverse()({static_cast<float>(x), static_cast<float>(y)});
    EXPECT_NEAR(out.channel(0)[y * w + x], 255 * p.x / 1023, 0.6f) << scale;
    EXPECT_NEAR(out.channel(1)[y * w + x], 255 * p.y / 767, 0.6f) << scale;
  }
}

TEST(SampleAffine, DoesNotDependOnChannelOrderOrStride) {
  const Affine turn{0.4f, -0.3f, 31, 0.3f, 0.4f, -11};
  PlanarRgb rgb, bgra;
  const Image a = ramp(97, 61), b = ramp(97, 61, PixelFormat::kBgra8);
  sample_affine(a.view(), turn, 33, 21, &rgb);
  sample_affine(b.view(), turn, 33, 21, &bgra);
  EXPECT_EQ(rgb.values, bgra.values);
}

TEST(SampleAffine, RepeatsTheEdgeFarOutsideAndStaysCheap) {
  const Image image = ramp(8, 8);
  PlanarRgb out;
  sample_affine(image.view(), Affine{1, 0, 5000, 0, 1, 0}, 16, 8,
                &out);  // looks 5000 pixels to the left of the picture
  for (int x = 0; x < 16; ++x) EXPECT_EQ(out.channel(0)[x], 0);
  sample_affine(image.view(), Affine{1e-5f, 0, 0, 0, 1e-5f, 0}, 4, 4, &out);
  for (float v : out.values) EXPECT_TRUE(std::isfinite(v));
}

TEST(SampleAffine, WorksOnOnePixelAndOnGrey) {
  Image one(1, 1, PixelFormat::kGray8);
  one.mutable_view().row(0)[0] = 77;
  PlanarRgb out;
  sample_affine(one.view(), Affine{3, 0.2f, 1, 0, 2, 1}, 5, 3, &out);
  for (float v : out.values) EXPECT_EQ(v, 77);
}

// Looks that shrink by less than two read bytes, others average boxes first, faster where these lie inside:
// pixel by pixel, in double.
TEST(SampleAffine, AgreesWithThePlainTwinInsideAndAcrossTheEdge) {
  for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kBgra8, PixelFormat::kGray8}) {
    Image image(41, 29, format);
    const int n = channel_count(format), red = n == 1 ? 0 : red_offset(format);
    for (int y = 0; y < 29; ++y) {
      for (int i = 0; i < 41 * n; ++i)
        image.mutable_view().row(y)[i] = static_cast<std::uint8_t>((i * 37 + y * 91 + i * y) % 256);
    }
    const ImageView view = image.view();
    const auto pixel = [&](int x, int y, int offset) -> double {
      return view.row(std::clamp(y, 0, 28))[n * std::clamp(x, 0, 40) + offset];
    };
    // Boxes begin so many pixels before the first look's own, see needed_region().
    const auto box = [&](int first_x, int first_y, int factor) {
      double sum = 0;
      for (int v = 0; v < factor; ++v) {
        for (int u = 0; u < factor; ++u) sum += pixel(first_x + u, first_y + v, red);
      }
      return sum / (factor * factor);
    };
    for (const int factor : {1, 2, 3}) {
      for (const int start : {8, -6, 30}) {
        const auto f = static_cast<float>(factor);
        const int start_y = start / 2;
        const Affine frame_from_out{f, 0, static_cast<float>(start) + (f - 1) / 2,
                                    0, f, static_cast<float>(start_y) + (f - 1) / 2};
        PlanarRgb out;
        sample_affine(view, frame_from_out.inverse(), 5, 7, &out);
        const double share = factor == 1 ? 0 : 1.0 / factor;  // of the next box, in both directions
        const int lead = factor == 1 ? 0 : 1;
        for (int y = 0; y < 7; ++y) {
          for (int x = 0; x < 5; ++x) {
            const int x0 = start - lead + x * factor, y0 = start_y - lead + y * factor;
            const double above = (1 - share) * box(x0, y0, factor) + share * box(x0 + factor, y0, factor);
            const double below =
                (1 - share) * box(x0, y0 + factor, factor) + share * box(x0 + factor, y0 + factor, factor);
            ASSERT_NEAR(out.channel(0)[y * 5 + x], (1 - share) * above + share * below, 0.02)
                << "format " << static_cast<int>(format) << ", factor " << factor << ", start " << start;
          }
        }
      }
    }
  }
}

// A look that is not turned goes rows first; one that is turned by next to nothing goes pixel by pixel.
TEST(SampleAffine, AlongTheAxesAgreesWithTheTurnedForm) {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 1}, {1, 7}, {13, 127}, {256, 255}}) {
    for (const PixelFormat format : {PixelFormat::kRgb8, PixelFormat::kBgra8, PixelFormat::kGray8}) {
      Image image(width, height, format);
      std::uint8_t* bytes = image.mutable_view().data;
      for (int i = 0; i < image.view().stride_bytes * height; ++i)
        bytes[i] = static_cast<std::uint8_t>((i * 37 + i / 7 * 91) % 256);
      for (const float a : {0.7f, 1.0f, 2.6f, -0.8f}) {
        const Affine look{a, 0, 5.3f, 0, 0.9f, -3.1f}, turned{a, 1e-9f, 5.3f, 1e-9f, 0.9f, -3.1f};
        PlanarRgb fast, slow;
        sample_affine(image.view(), look, 61, 43, &fast);
        sample_affine(image.view(), turned, 61, 43, &slow);
        for (std::size_t i = 0; i < fast.values.size(); ++i)
          ASSERT_NEAR(fast.values[i], slow.values[i], 0.01f) << width << " x " << height << ", a " << a;
      }
    }
  }
}

}  // namespace
}  // namespace mien
