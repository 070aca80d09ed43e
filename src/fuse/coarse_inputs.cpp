#include "fuse/coarse_inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/simd_clones.h"

namespace mien {
namespace {

constexpr float kAlphaReach = 0.35f;
constexpr int kLightCell = 4;       // cells of the gain and bias maps that are averaged: of the colours' mean
constexpr int kChromaCell = 16;     // and of what the colours differ from it
constexpr float kTrusted = 0.85f;   // share of the residual that is dropped where the source shows the face

// Averages `in` over the canvas pixels that one crop pixel covers (a box of whole pixels), bilinear when the crop is finer.
class Shrinker {
 public:
  Shrinker(const Affine& crop_from_canvas, int width, int height)
      : canvas_from_crop_(crop_from_canvas.inverse()), width_(width), height_(height),
        taps_(std::clamp(static_cast<int>(std::lround(canvas_from_crop_.scale())), 1, 16)) {}

  void operator()(const float* plane, float scale, float outside, float* out) const {
    const float step = 1.0f / static_cast<float>(taps_), weight = scale * step * step;
    for (int y = 0; y < kCoarseSize; ++y) {
      for (int x = 0; x < kCoarseSize; ++x) {
        float sum = 0;
        for (int v = 0; v < taps_; ++v) {
          for (int u = 0; u < taps_; ++u) {
            const float cx = static_cast<float>(x) - 0.5f + (static_cast<float>(u) + 0.5f) * step;
            const float cy = static_cast<float>(y) - 0.5f + (static_cast<float>(v) + 0.5f) * step;
            sum += at(plane, canvas_from_crop_({cx, cy}), outside);
          }
        }
        *out++ = sum * weight;
      }
    }
  }

 private:
  float at(const float* plane, Point2f p, float outside) const {
    if (p.x < -0.5f || p.y < -0.5f || p.x > static_cast<float>(width_) - 0.5f || p.y > static_cast<float>(height_) - 0.5f) return outside;
    const float px = std::clamp(p.x, 0.0f, static_cast<float>(width_ - 1)), py = std::clamp(p.y, 0.0f, static_cast<float>(height_ - 1));
    const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, width_ - 1), y1 = std::min(y0 + 1, height_ - 1);
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const auto value = [&](int u, int v) { return plane[static_cast<std::size_t>(v) * width_ + u]; };
    const float top = value(x0, y0) + fx * (value(x1, y0) - value(x0, y0)), bottom = value(x0, y1) + fx * (value(x1, y1) - value(x0, y1));
    return top + fy * (bottom - top);
  }

  Affine canvas_from_crop_;
  int width_, height_, taps_;
};

// The target where it stays visible; where the face will go, only the low frequencies of its skin, so that no one can copy from it.
void draw_context(const CoarseScene& s, PlanarRgb* out) {
  out->resize(s.target.width, s.target.height);
  for (std::size_t i = 0; i < s.target.plane(); ++i) {
    const float hidden = s.masks.alpha.values[i] > 0 ? std::max(s.masks.alpha.values[i], std::max(s.masks.right_eye.values[i], s.masks.left_eye.values[i])) : 0;
    if (!(hidden > 0)) {
      for (int c = 0; c < 3; ++c) out->channel(c)[i] = s.target.channel(c)[i];
      continue;
    }
    const float y = luminance_from_lightness(s.light.mid_target.values[i]);
    for (int c = 0; c < 3; ++c) {
      const float low = srgb_from_linear(y * s.light.tint_target[c].values[i]);
      out->channel(c)[i] = s.target.channel(c)[i] + hidden * (low - s.target.channel(c)[i]);
    }
  }
}

// Canonical position and facing, drawn at the crop's size.
void draw_geometry(const CoarseScene& s, const Affine& crop_from_canvas, CoarseInputScratch* scratch, Tensor* input) {
  const Mesh crop = transformed(s.fused, crop_from_canvas);
  const auto n_z = facing(crop, s.triangles);
  const float unit = std::max(face_width_px(s.canonical), 1e-3f) / 2;
  std::vector<RasterVertex> vertices(kSurfacePoints);
  scratch->attributes.clear();
  for (int i = 0; i < kSurfacePoints; ++i) {
    vertices[i] = {crop[i].x, crop[i].y, crop[i].z};
    scratch->attributes.insert(scratch->attributes.end(), {s.canonical[i].x / unit, s.canonical[i].y / unit, n_z[i]});
  }
  constexpr std::size_t kPlane = static_cast<std::size_t>(kCoarseSize) * kCoarseSize;
  scratch->depth.assign(kPlane, std::numeric_limits<float>::infinity());
  float* planes = input->channel(static_cast<int>(CoarseChannel::kCanonicalX));
  std::fill_n(planes, 3 * kPlane, 0.0f);
  rasterise(vertices, scratch->attributes, 3, s.triangles, {kCoarseSize, kCoarseSize, planes, scratch->depth.data()});
}

// Crop positions to positions of a map that covers the crop with `size` cells.
Affine map_from_crop(int size) {
  const float k = static_cast<float>(size) / kCoarseSize;
  return {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f};
}

// A map with four values per cell, so that one look fetches them all.
class CellMap {
 public:
  using Cell = std::array<float, 4>;

  // Channels first..first+3 of `maps` (those that exist), averaged over pool x pool cells.
  CellMap(const Tensor& maps, int first, int pool) : CellMap(maps.width / pool, maps.height / pool) {
    for (int c = 0; c < 4 && first + c < maps.channels; ++c) {
      add(maps, first + c, pool, c, 1);
    }
  }

  // Of three colours from `first` on: their mean when light is set, else what each differs from it.
  static CellMap of_colours(const Tensor& maps, int first, int pool, bool light) {
    CellMap out(maps.width / pool, maps.height / pool);
    for (int c = 0; c < 3; ++c) {
      for (int from = 0; from < 3; ++from) {
        const float mean = 1.0f / 3;
        out.add(maps, first + from, pool, c, light ? mean : (from == c ? 1 - mean : -mean));
      }
    }
    return out;
  }

  int width() const { return width_; }

  // Bilinear; the edge is repeated.
  Cell at(Point2f p) const {
    const float px = std::clamp(p.x, 0.0f, static_cast<float>(width_ - 1)), py = std::clamp(p.y, 0.0f, static_cast<float>(height_ - 1));
    const int x0 = static_cast<int>(px), y0 = static_cast<int>(py), x1 = std::min(x0 + 1, width_ - 1), y1 = std::min(y0 + 1, height_ - 1);
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const Cell &a = cell(x0, y0), &b = cell(x1, y0), &c = cell(x0, y1), &d = cell(x1, y1);
    Cell out;
    for (int k = 0; k < 4; ++k) {
      const float top = a[k] + fx * (b[k] - a[k]), bottom = c[k] + fx * (d[k] - c[k]);
      out[k] = top + fy * (bottom - top);
    }
    return out;
  }

 private:
  CellMap(int width, int height) : width_(std::max(1, width)), height_(std::max(1, height)), cells_(static_cast<std::size_t>(width_) * height_) {}

  void add(const Tensor& maps, int channel, int pool, int to, float weight) {
    const float share = weight / static_cast<float>(pool * pool);
    for (int y = 0; y < std::min(height_ * pool, maps.height); ++y) {
      const float* row = maps.channel(channel) + static_cast<std::size_t>(y) * maps.width;
      for (int x = 0; x < std::min(width_ * pool, maps.width); ++x) cells_[static_cast<std::size_t>(y / pool) * width_ + x / pool][to] += share * row[x];
    }
  }

  const Cell& cell(int x, int y) const { return cells_[static_cast<std::size_t>(y) * width_ + x]; }

  int width_, height_;
  std::vector<Cell> cells_;
};

}  // namespace

void make_coarse_input(const CoarseScene& s, CoarseInputScratch* scratch, CoarseCrop* out) {
  out->crop_from_canvas = crop_from_frame(level_square(s.fused), kCoarseSpan, kCoarseSize);
  out->input.resize(kCoarseChannels, kCoarseSize, kCoarseSize);
  const auto channel = [&](CoarseChannel k) { return out->input.channel(static_cast<int>(k)); };
  const Shrinker shrink(out->crop_from_canvas, s.target.width, s.target.height);
  draw_context(s, &scratch->context);
  constexpr float kToUnit = 1 / 255.0f;
  for (int c = 0; c < 3; ++c) {
    shrink(s.relit.channel(c), kToUnit, 0, channel(CoarseChannel::kRelitRed) + static_cast<std::size_t>(c) * kCoarseSize * kCoarseSize);
    shrink(scratch->context.channel(c), kToUnit, 127, channel(CoarseChannel::kContextRed) + static_cast<std::size_t>(c) * kCoarseSize * kCoarseSize);
  }
  shrink(s.trust.values.data(), 1, 0, channel(CoarseChannel::kTrust));
  shrink(s.masks.alpha.values.data(), 1, 0, channel(CoarseChannel::kAlpha));
  Plane parts = s.masks.mouth;
  for (std::size_t i = 0; i < parts.size(); ++i) parts.values[i] = 0.5f * parts.values[i] + std::max(s.masks.right_eye.values[i], s.masks.left_eye.values[i]);
  shrink(parts.values.data(), 1, 0, channel(CoarseChannel::kParts));
  draw_geometry(s, out->crop_from_canvas, scratch, &out->input);
}

MIEN_SIMD_CLONES
void apply_coarse_output(const Tensor& gain_bias, const Tensor& residual_alpha, const Affine& crop_from_canvas, const Plane& trust, PlanarRgb* relit, Plane* alpha) {
  const auto light = [&](int first) { return CellMap::of_colours(gain_bias, first, kLightCell, true); };
  const auto chroma = [&](int first) { return CellMap::of_colours(gain_bias, first, kChromaCell, false); };
  const CellMap gains = light(0), biases = light(3), chroma_gains = chroma(0), chroma_biases = chroma(3), residuals(residual_alpha, 0, 1);
  const auto map_for = [&](const CellMap& cells) { return compose(map_from_crop(cells.width()), crop_from_canvas); };
  const Affine light_map = map_for(gains), chroma_map = map_for(chroma_gains), residual_map = map_for(residuals);
  for (int y = 0; y < alpha->height; ++y) {
    for (int x = 0; x < alpha->width; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * alpha->width + x;
      float& a = alpha->values[i];
      if (!(a > 0)) continue;
      const Point2f here{static_cast<float>(x), static_cast<float>(y)}, at_light = light_map(here), at_chroma = chroma_map(here);
      const CellMap::Cell gain = gains.at(at_light), bias = biases.at(at_light), residual = residuals.at(residual_map(here));
      const CellMap::Cell gain_chroma = chroma_gains.at(at_chroma), bias_chroma = chroma_biases.at(at_chroma);
      const float invented = 1 - kTrusted * trust.values[i];
      for (int c = 0; c < 3; ++c) {
        float& value = relit->channel(c)[i];
        value = std::clamp((1 + gain[c] + gain_chroma[c]) * value + 255 * (bias[c] + bias_chroma[c] + invented * residual[c]), 0.0f, 255.0f);
      }
      a = std::clamp(a + kAlphaReach * std::tanh(residual[3]) * 4 * a * (1 - a), 0.0f, 1.0f);
    }
  }
}

}  // namespace mien
