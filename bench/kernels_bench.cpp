// Our kernels beside OpenCV's, one thread, in one run: warp, blur, normalised convolution, Lab. Each pair is
// compared before it is timed. CIEDE2000, which OpenCV lacks, is compared with published values. (Poisson beside
// cv::seamlessClone: blend_bench; relighting: face_bench.)
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fuse/ciede2000.h"
#include "fuse/colour.h"
#include "fuse/masked_blur.h"
#include "fuse/sampler.h"
#include "opencv_kernels.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kSide = 512;  // pixels of canvas, a large face

// Best of several, milliseconds: what disturbs only adds.
double best_ms(const std::function<void()>& work) {
  constexpr int kRuns = 25;
  double best = 1e9;
  for (int i = 0; i < kRuns; ++i) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  return best;
}

double mean_apart(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

// -> whether the results agree, and then times were printed
bool compare(const std::string& name, double apart, double most, const std::function<void()>& ours,
             const std::function<void()>& theirs) {
  if (!(apart <= most)) {
    std::fprintf(stderr, "%s: not timed, results are %.4f apart, expected at most %.4f\n", name.c_str(),
                 apart, most);
    return false;
  }
  const double a = best_ms(ours), b = best_ms(theirs);
  std::printf("%-44s ours %6.2f ms  OpenCV %6.2f ms  ratio %5.2f  (mean difference %.4f)\n", name.c_str(), a,
              b, b / a, apart);
  return true;
}

Image smooth_picture(int side) {
  std::mt19937 random(5);
  std::uniform_int_distribution<int> noise(-20, 20);
  Image out(side, side, PixelFormat::kRgba8);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      std::uint8_t* p = out.mutable_view().row(y) + 4 * x;
      for (int c = 0; c < 3; ++c)
        p[c] = static_cast<std::uint8_t>(128 + 80 * std::sin(0.02 * x * (c + 1) + 0.03 * y) + noise(random));
      p[3] = 255;
    }
  }
  return out;
}

PlanarRgb planes_of(const Image& image) {
  PlanarRgb out;
  out.resize(image.width(), image.height());
  for (std::size_t i = 0; i < out.plane(); ++i) {
    for (int c = 0; c < 3; ++c) out.channel(c)[i] = image.view().data[4 * i + c];
  }
  return out;
}

bool compare_warp(const Image& image) {
  Plane map_x, map_y;
  map_x.resize(kSide, kSide), map_y.resize(kSide, kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      map_x.row(y)[x] = 20 + 0.9f * static_cast<float>(x) + 3 * std::sin(0.05f * static_cast<float>(y));
      map_y.row(y)[x] = 15 + 0.92f * static_cast<float>(y) + 3 * std::sin(0.04f * static_cast<float>(x));
    }
  }
  PlanarRgb ours;
  ours.resize(kSide, kSide);
  OpenCvKernels opencv;
  opencv.set_picture(image.view());
  opencv.set_map(map_x, map_y);
  const auto run = [&] { sample_bicubic(image.view(), {map_x, map_y}, 0, kSide, &ours); };
  run(), opencv.remap();
  // It rounds positions to 1/32 of a pixel and takes another cubic (a = -0.75): look at smooth pictures.
  return compare("warp, bicubic, 512 x 512 (cv::remap)", mean_apart(ours.values, opencv.remapped()), 2.5, run,
                 [&] { opencv.remap(); });
}

bool compare_blur(const PlanarRgb& picture, float sigma) {
  Plane plane, work;
  plane.resize(kSide, kSide);
  std::copy_n(picture.channel(0), plane.size(), plane.values.begin());
  std::vector<float> scratch;
  OpenCvKernels opencv;
  opencv.set_plane(plane);
  const auto run = [&] {
    work = plane;
    gaussian_blur(&work, sigma, &scratch);
  };
  run(), opencv.gaussian_blur(sigma);
  // Away from the edges, where both repeat pixels, and by three boxes.
  return compare("Gaussian blur, sigma " + std::to_string(static_cast<int>(sigma)) + " (cv::GaussianBlur)",
                 mean_apart(work.values, opencv.blurred()), 1.0, run, [&] { opencv.gaussian_blur(sigma); });
}

// Beside two of OpenCV's blurs, of the picture times the mask and of the mask, whose ratio it is.
bool compare_masked_blur(const PlanarRgb& picture, float sigma) {
  Plane plane, mask, product, ours;
  plane.resize(kSide, kSide), mask.resize(kSide, kSide), product.resize(kSide, kSide);
  std::copy_n(picture.channel(0), plane.size(), plane.values.begin());
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x)
      mask.row(y)[x] =
          std::hypot(static_cast<float>(x) - 256, static_cast<float>(y) - 256) < 200 ? 1.0f : 0.0f;
  for (std::size_t i = 0; i < plane.size(); ++i) product.values[i] = plane.values[i] * mask.values[i];
  OpenCvKernels above, below;
  above.set_plane(product), below.set_plane(mask);
  MaskedBlurScratch scratch;
  const auto run = [&] { MaskedBlur(mask, sigma, &scratch).apply(plane, &ours); };
  const auto theirs = [&] { above.gaussian_blur(sigma), below.gaussian_blur(sigma); };
  run(), theirs();
  std::vector<float> a, b;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    if (!(mask.values[i] > 0)) continue;
    a.push_back(ours.values[i]), b.push_back(above.blurred()[i] / std::max(below.blurred()[i], 1e-3f));
  }
  return compare("masked blur, sigma " + std::to_string(static_cast<int>(sigma)) + " (two cv::GaussianBlur)",
                 mean_apart(a, b), 1.5, run, theirs);
}

// Of Sharma, Wu and Dalal's table.
bool time_delta_e() {
  struct Published {
    Lab a, b;
    double difference;
  };
  const Published some[] = {{{50, 2.6772f, -79.7751f}, {50, 0, -82.7485f}, 2.0425},
                            {{50, 2.5f, 0}, {73, 25, -18}, 27.1492},
                            {{22.7233f, 20.0904f, -46.6940f}, {23.0331f, 14.9730f, -42.5619f}, 2.0373}};
  for (const Published& p : some) {
    const double found = delta_e_2000(p.a, p.b);
    if (std::abs(found - p.difference) > 1e-4) {
      std::fprintf(stderr, "CIEDE2000: not timed, %.4f where %.4f was published\n", found, p.difference);
      return false;
    }
  }
  constexpr int kPairs = 100'000;
  double sum = 0;
  const double ms = best_ms([&] {
    for (int i = 0; i < kPairs; ++i) {
      const auto v = static_cast<float>(i % 97);
      sum += delta_e_2000({40 + 0.3f * v, 12, 14 + 0.1f * v}, {55, 10 + 0.2f * v, 18});
    }
  });
  std::printf("%-44s ours %6.2f ms  (sum %.3g)\n", "CIEDE2000, 100,000 pairs", ms, sum);
  return true;
}

bool compare_lab(const PlanarRgb& picture) {
  PlanarRgb linear;
  LabPlanes lab;
  OpenCvKernels opencv;
  opencv.set_planes(picture);
  const auto run = [&] {
    linear_from_srgb(picture, &linear);
    lab_from_linear(linear, &lab);
  };
  run(), opencv.lab();
  std::vector<float> ours = lab.l.values;
  ours.insert(ours.end(), lab.a.values.begin(), lab.a.values.end());
  ours.insert(ours.end(), lab.b.values.begin(), lab.b.values.end());
  return compare("sRGB to Lab, float, 512 x 512 (cv::cvtColor)", mean_apart(ours, opencv.lab_planes()), 0.1,
                 run, [&] { opencv.lab(); });
}

}  // namespace
}  // namespace mien

int main() {
  using namespace mien;
  const Image image = smooth_picture(kSide);
  const PlanarRgb planes = planes_of(image);
  bool good = compare_warp(image);
  for (const float sigma : {3.0f, 8.0f, 25.0f}) good = compare_blur(planes, sigma) && good;
  for (const float sigma : {8.0f, 25.0f}) good = compare_masked_blur(planes, sigma) && good;
  good = compare_lab(planes) && good;
  good = time_delta_e() && good;
  return good ? 0 : 1;
}
