#include "face/mode_products.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr int kWidth = 16;  // modes of a panel
constexpr int kRows = 4;    // modes whose products with a panel are summed at a time, in registers
// The parts whose products are asked for.
constexpr std::array<std::pair<int, int>, 6> kParts = {{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}};

// The modes' parts, kWidth modes side by side; the last panel is filled up with zeros.
class Panels {
 public:
  explicit Panels(const Eigen::MatrixXf& modes)
      : points_(static_cast<int>(modes.rows() / 3)),
        count_((static_cast<int>(modes.cols()) + kWidth - 1) / kWidth),
        values_(static_cast<std::size_t>(count_) * 3 * points_ * kWidth) {
    for (int m = 0; m < modes.cols(); ++m) {
      const float* from = modes.data() + static_cast<std::ptrdiff_t>(m) * modes.rows();
      for (int axis = 0; axis < 3; ++axis) {
        float* to = values_.data() + offset(m / kWidth, axis) + m % kWidth;
        for (int p = 0; p < points_; ++p) to[static_cast<std::ptrdiff_t>(p) * kWidth] = from[3 * p + axis];
      }
    }
  }
  int points() const { return points_; }
  int count() const { return count_; }
  // points x kWidth
  const float* part(int panel, int axis) const { return values_.data() + offset(panel, axis); }

 private:
  std::ptrdiff_t offset(int panel, int axis) const {
    return (static_cast<std::ptrdiff_t>(panel) * 3 + axis) * points_ * kWidth;
  }
  int points_, count_;
  std::vector<float> values_;
};

// sums (kRows x kWidth) += the products of kRows modes of one panel with all of another, over the points.
MIEN_SIMD_CLONES
void add_products(const float* __restrict rows, const float* __restrict panel, int points,
                  float* __restrict sums) {
  float s0[kWidth] = {}, s1[kWidth] = {}, s2[kWidth] = {}, s3[kWidth] = {};
  for (int p = 0; p < points; ++p, rows += kWidth, panel += kWidth) {
    for (int c = 0; c < kWidth; ++c) s0[c] += rows[0] * panel[c];
    for (int c = 0; c < kWidth; ++c) s1[c] += rows[1] * panel[c];
    for (int c = 0; c < kWidth; ++c) s2[c] += rows[2] * panel[c];
    for (int c = 0; c < kWidth; ++c) s3[c] += rows[3] * panel[c];
  }
  for (int c = 0; c < kWidth; ++c) {
    sums[c] += s0[c], sums[kWidth + c] += s1[c], sums[2 * kWidth + c] += s2[c], sums[3 * kWidth + c] += s3[c];
  }
}

}  // namespace

ModeProducts mode_products(const Eigen::MatrixXf& modes) {
  const Panels panels(modes);
  const auto count = static_cast<int>(modes.cols());
  ModeProducts out;
  for (Eigen::MatrixXf& product : out) product.resize(count, count);
  for (std::size_t k = 0; k < kParts.size(); ++k) {
    const auto [first, second] = kParts[k];
    // Symmetric: what lies below the diagonal is what lies above it.
    for (int i = 0; i < count; i += kRows) {
      for (int b = i / kWidth; b < panels.count(); ++b) {
        float sums[kRows * kWidth] = {};
        const std::ptrdiff_t row = i % kWidth;
        add_products(panels.part(i / kWidth, first) + row, panels.part(b, second), panels.points(), sums);
        if (first != second)
          add_products(panels.part(i / kWidth, second) + row, panels.part(b, first), panels.points(), sums);
        for (int r = 0; r < std::min(kRows, count - i); ++r) {
          for (int c = 0; c < std::min(kWidth, count - b * kWidth); ++c)
            out[k](i + r, b * kWidth + c) = out[k](b * kWidth + c, i + r) = sums[r * kWidth + c];
        }
      }
    }
  }
  return out;
}

ModeProducts mode_products_plain(const Eigen::MatrixXf& modes) {
  using Strided = Eigen::Map<const Eigen::MatrixXf, 0, Eigen::Stride<Eigen::Dynamic, 3>>;
  const auto part = [&](int axis) {
    return Eigen::MatrixXf(Strided(modes.data() + axis, modes.rows() / 3, modes.cols(), {modes.rows(), 3}));
  };
  ModeProducts out;
  for (std::size_t k = 0; k < kParts.size(); ++k) {
    const Eigen::MatrixXf product = part(kParts[k].first).transpose() * part(kParts[k].second);
    out[k] = k < 3 ? product : Eigen::MatrixXf(product + product.transpose());
  }
  return out;
}

}  // namespace mien
