#include "fuse/coarse_inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/simd_clones.h"
#include "core/smoothstep.h"

namespace mien {
namespace {

constexpr float kAlphaReach = 0.35f;
constexpr float kDarkest = 0.08f * 255, kGainMin = 0.3f,
                kGainMax = 2.5f;  // of the gain that all light becomes
// Dark skin is more colourful than light skin: what is lifted by more than the first factor becomes paler, from
// the second on by the third share of what it gains.
constexpr float kPalerFrom = 1.1f, kPalerTo = 1.5f, kPaler = 0.7f;
constexpr float kResidualLimit =
    0.5f;  // the residual bends towards it: on a picture unlike those of the training nothing can run away
constexpr float kUnmasked = 0.02f;  // what light outside of the mask counts beside that inside
constexpr float kHideMore = 1.15f;  // of a crop pixel: what is almost painted over is hidden altogether

// Where a row of the crop crosses the canvas.
struct Stretch {
  int first, last;  // beyond the last
};

// Those x for which per_pixel * x + at lies within -0.5 and size - 0.5; maybe a few more, for rounding.
Stretch within(float per_pixel, float at, int size, Stretch most) {
  if (!(std::abs(per_pixel) > 1e-3f) || !std::isfinite(at)) return most;
  const float a = (-0.5f - at) / per_pixel, b = (static_cast<float>(size) - 0.5f - at) / per_pixel;
  const auto pixel = [most](float v) {
    return static_cast<int>(std::clamp(v, static_cast<float>(most.first), static_cast<float>(most.last)));
  };
  return {pixel(std::min(a, b) - 2), pixel(std::max(a, b) + 3)};
}

// Row y of the crop, `count` pixels: bilinear; `outside` beyond the plane, whose values are multiplied by
// `scale`.
MIEN_SIMD_CLONES
void sample_row(const float* from, int w, int h, const Affine map, int y, int count, float scale,
                float outside, float* __restrict out) {
  const float right = static_cast<float>(w - 1), bottom = static_cast<float>(h - 1);
  const float row_x = map.b * static_cast<float>(y) + map.c, row_y = map.e * static_cast<float>(y) + map.f;
  const int last_x = std::max(0, w - 2), last_y = std::max(0, h - 2), dx = w > 1 ? 1 : 0, dy = h > 1 ? w : 0;
  const Stretch on = within(map.d, row_y, h, within(map.a, row_x, w, {0, count}));
  std::fill(out, out + on.first, outside), std::fill(out + on.last, out + count, outside);
  for (int x = on.first; x < on.last; ++x) {
    const float at_x = map.a * static_cast<float>(x) + row_x, at_y = map.d * static_cast<float>(x) + row_y;
    const float px = std::min(std::max(at_x, 0.0f), right), py = std::min(std::max(at_y, 0.0f), bottom);
    const int x0 = std::min(static_cast<int>(px), last_x), y0 = std::min(static_cast<int>(py), last_y),
              i = y0 * w + x0;
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const float above = from[i] + fx * (from[i + dx] - from[i]),
                below = from[i + dy] + fx * (from[i + dy + dx] - from[i + dy]);
    const float value = scale * (above + fy * (below - above));
    const bool seen = at_x >= -0.5f && at_y >= -0.5f && at_x <= right + 0.5f && at_y <= bottom + 0.5f;
    out[x] = seen ? value : outside;
  }
}

// Canvas planes at the crop's size: averaged over boxes of whole pixels first when the canvas is finer, then
// bilinear.
class Shrinker {
 public:
  // size: of the crop.
  Shrinker(const Affine& crop_from_canvas, int size, int width, int height, Plane* scratch)
      : size_(size),
        width_(width),
        height_(height),
        scratch_(scratch),
        canvas_from_crop_(crop_from_canvas.inverse()) {
    factor_ = std::clamp(static_cast<int>(canvas_from_crop_.scale() + 0.25f), 1, 16);
    const float k = 1 / static_cast<float>(factor_), shift = 0.5f * k - 0.5f;
    small_from_crop_ = compose({k, 0, shift, 0, k, shift}, canvas_from_crop_);
  }

  // scale: multiplies the values. outside: what lies beyond the canvas, before scaling.
  void operator()(const float* plane, float scale, float outside, float* out) {
    const int w = (width_ + factor_ - 1) / factor_, h = (height_ + factor_ - 1) / factor_;
    const float* from = plane;
    if (factor_ > 1) {
      shrink_boxes(plane, width_, height_, factor_, scratch_);
      from = scratch_->values.data();
    }
    sample(from, w, h, small_from_crop_, scale, outside, out);
  }

  // Of a plane without detail: bilinear at once.
  void smooth(const Plane& plane, float* out) {
    sample(plane.values.data(), plane.width, plane.height, canvas_from_crop_, 1, 0, out);
  }

 private:
  void sample(const float* from, int w, int h, const Affine& map, float scale, float outside,
              float* out) const {
    for (int y = 0; y < size_; ++y, out += size_)
      sample_row(from, w, h, map, y, size_, scale, outside * scale, out);
  }

  int size_, width_, height_, factor_;
  Plane* scratch_;
  Affine canvas_from_crop_, small_from_crop_;
};

// A row of the crop: lightness and tint of the target's skin, how far it will be painted over, and the
// target.
struct ContextRow {
  const float *l, *tint_a, *tint_b, *hidden, *red, *green, *blue;
};

MIEN_SIMD_CLONES
void draw_context_row(const ContextRow in, int count, float* __restrict red, float* __restrict green,
                      float* __restrict blue) {
  constexpr float kUnit = 1 / 255.0f;
  for (int x = 0; x < count; ++x) {
    const LinearRgb linear = linear_from_lab(tinted(in.l[x], {in.tint_a[x], in.tint_b[x]}));
    const float share = std::min(1.0f, std::max(0.0f, in.hidden[x]) * kHideMore);
    red[x] = (in.red[x] + share * (srgb_from_linear(linear.r) - in.red[x])) * kUnit;
    green[x] = (in.green[x] + share * (srgb_from_linear(linear.g) - in.green[x])) * kUnit;
    blue[x] = (in.blue[x] + share * (srgb_from_linear(linear.b) - in.blue[x])) * kUnit;
  }
}

// The target where it stays visible; where the face will go, only the low frequencies of its skin, so that no
// one can copy from it.
void draw_context(const CoarseScene& s, const float* hidden, Shrinker& shrink, CoarseInputScratch* scratch,
                  CoarseCrop* out) {
  const int size = out->input.width;
  const std::size_t plane = static_cast<std::size_t>(size) * size;
  sample_affine(s.frame, compose(out->crop_from_canvas, s.canvas_from_frame), size, size, &scratch->seen);
  std::array<std::vector<float>, 3>& low = scratch->low;  // L and its tint
  const SkinBands& bands = s.light.target;
  const std::pair<const Plane*, int> planes[3] = {{&bands.mid, s.light.mid_factor},
                                                  {&bands.tint_a, s.light.tint_factor},
                                                  {&bands.tint_b, s.light.tint_factor}};
  for (int k = 0; k < 3; ++k) {
    low[k].resize(plane);
    enlarge_boxes(*planes[k].first, planes[k].second, s.relit.width, s.relit.height, &scratch->parts);
    shrink.smooth(scratch->parts, low[k].data());
  }
  float* context = out->input.channel(static_cast<int>(CoarseChannel::kContextRed));
  for (std::size_t i = 0; i < plane; i += size)
    draw_context_row(
        {low[0].data() + i, low[1].data() + i, low[2].data() + i, hidden + i, scratch->seen.channel(0) + i,
         scratch->seen.channel(1) + i, scratch->seen.channel(2) + i},
        size, context + i, context + plane + i, context + 2 * plane + i);
}

// Canonical position and facing, drawn at the crop's size.
void draw_geometry(const CoarseScene& s, const Affine& crop_from_canvas, CoarseInputScratch* scratch,
                   Tensor* input) {
  const Mesh crop = transformed(s.fused, crop_from_canvas);
  const auto n_z = facing(crop, s.triangles);
  const float unit = std::max(face_width_px(s.canonical), 1e-3f) / 2;
  std::array<RasterVertex, kSurfacePoints> vertices;
  scratch->attributes.clear();
  for (int i = 0; i < kSurfacePoints; ++i) {
    vertices[i] = {crop[i].x, crop[i].y, crop[i].z};
    scratch->attributes.insert(scratch->attributes.end(),
                               {s.canonical[i].x / unit, s.canonical[i].y / unit, n_z[i]});
  }
  const std::size_t plane = static_cast<std::size_t>(input->width) * input->height;
  scratch->depth.assign(plane, std::numeric_limits<float>::infinity());
  float* planes = input->channel(static_cast<int>(CoarseChannel::kCanonicalX));
  std::fill_n(planes, 3 * plane, 0.0f);
  rasterise(vertices, scratch->attributes, 3, s.triangles,
            {input->width, input->height, planes, scratch->depth.data()});
}

// `small` (w x w cells over the crop) brought bilinearly to out_size x out_size cells; the value of cell i
// goes to to[i * stride].
void enlarge_map(const float* small, int w, int out_size, float* to, int stride) {
  const float k = static_cast<float>(w) / static_cast<float>(out_size), shift = 0.5f * k - 0.5f;
  const auto place = [&](int i) {
    return std::clamp(k * static_cast<float>(i) + shift, 0.0f, static_cast<float>(w - 1));
  };
  thread_local std::vector<float> line;
  line.resize(static_cast<std::size_t>(w));
  for (int y = 0; y < out_size; ++y) {
    const float py = place(y);
    const int y0 = std::min(static_cast<int>(py), std::max(0, w - 2));
    const float *above = small + static_cast<std::ptrdiff_t>(y0) * w,
                *below = small + static_cast<std::ptrdiff_t>(std::min(y0 + 1, w - 1)) * w;
    for (int x = 0; x < w; ++x) line[x] = above[x] + (py - static_cast<float>(y0)) * (below[x] - above[x]);
    for (int x = 0; x < out_size; ++x, to += stride) {
      const float px = place(x);
      const int x0 = std::min(static_cast<int>(px), std::max(0, w - 2));
      *to = line[x0] + (px - static_cast<float>(x0)) * (line[std::min(x0 + 1, w - 1)] - line[x0]);
    }
  }
}

constexpr std::size_t kCropPlane = static_cast<std::size_t>(kCoarseSize) * kCoarseSize;

// The mean of three maps over the colours, times `weight`.
void mean_of_colours(const Tensor& maps, int first, const Plane& weight, Plane* out) {
  out->resize(maps.width, maps.height);
  for (std::size_t i = 0; i < out->size(); ++i)
    out->values[i] = weight.values[i] / 3 *
                     (maps.channel(first)[i] + maps.channel(first + 1)[i] + maps.channel(first + 2)[i]);
}

// The light's maps at the crop's size, in `cells`. What lies outside of the mask hardly counts: the means
// over boxes and the enlargement are of light times weight and of weight, which are divided last.
void read_light(const Tensor& gain_bias, const float* mask, int light_cell, float* cells) {
  using Answer = CoarseAnswer;
  thread_local Plane weight, light, small;
  thread_local std::vector<float> weights;
  shrink_boxes(mask, kCoarseSize, kCoarseSize, kCoarseSize / gain_bias.width, &weight);
  for (float& w : weight.values) w += kUnmasked;
  weights.resize(kCropPlane);
  shrink_boxes(weight, light_cell, &small);
  enlarge_map(small.values.data(), small.width, kCoarseSize, weights.data(), 1);
  for (const auto& [first, to] : {std::pair{0, Answer::kGain}, {3, Answer::kBias}}) {
    mean_of_colours(gain_bias, first, weight, &light);
    shrink_boxes(light, light_cell, &small);
    enlarge_map(small.values.data(), small.width, kCoarseSize, cells + to, Answer::kStride);
    for (std::size_t i = 0; i < kCropPlane; ++i) cells[i * Answer::kStride + to] /= weights[i];
  }
}

using FourFloats [[gnu::vector_size(16)]] = float;  // a cell's four values, done together

MIEN_INLINE FourFloats cell_at(const float* cell) {
  FourFloats out;
  std::memcpy(&out, cell, sizeof out);
  return out;
}

struct ImageRow {
  const float* trust;
  float *red, *green, *blue, *alpha;
};

constexpr int kBlock = 64;  // pixels done together: first what the network says, then what becomes of them

// size x size cells over the crop.
struct Cells {
  const float* values;
  int size;
};

// The cells' values at n pixels; `at` is the crop position of the first, `step` the way to the next.
MIEN_INLINE void mix_cells(const Cells cells, Point2f at, Point2f step, int n, float (*out)[4]) {
  using Answer = CoarseAnswer;
  static_assert(Answer::kStride == 4);
  const float last = static_cast<float>(cells.size - 1);
  for (int i = 0; i < n; ++i, at.x += step.x, at.y += step.y) {
    const float px = std::min(std::max(at.x, 0.0f), last), py = std::min(std::max(at.y, 0.0f), last);
    const int x0 = std::min(static_cast<int>(px), cells.size - 2),
              y0 = std::min(static_cast<int>(py), cells.size - 2);
    const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
    const float* a = cells.values + (static_cast<std::size_t>(y0) * cells.size + x0) * Answer::kStride;
    const float* c = a + static_cast<std::size_t>(cells.size) * Answer::kStride;
    const FourFloats left = cell_at(a), right = cell_at(a + Answer::kStride), low_left = cell_at(c),
                     low_right = cell_at(c + Answer::kStride);
    const FourFloats above = left + fx * (right - left), below = low_left + fx * (low_right - low_left),
                     v = above + fy * (below - above);
    std::memcpy(out[i], &v, sizeof v);
  }
}

// dropped: share of the residual, where the source shows the face. Where alpha is 0 nothing changes.
MIEN_INLINE void apply_cells(const float (*__restrict v)[4], float dropped, int n, const ImageRow& row) {
  using Answer = CoarseAnswer;
  float* __restrict red = row.red, * __restrict green = row.green, * __restrict blue = row.blue, * __restrict alphas = row.alpha;
  for (int i = 0; i < n; ++i) {
    const float alpha = alphas[i], before = (red[i] + green[i] + blue[i]) / 3;
    const float after = (1 + v[i][Answer::kGain]) * before + v[i][Answer::kBias] +
                        (1 - dropped * row.trust[i]) * v[i][Answer::kResidual];
    const float most = std::clamp(std::max(after, kDarkest) / std::max(before, kDarkest), kGainMin, kGainMax);
    const float gain = alpha > 0 ? most : 1,
                pale = kPaler * smoothstep(kPalerFrom, kPalerTo, gain) * (gain - 1), own = gain - pale,
                grey = pale * before;
    red[i] = std::min(255.0f, own * red[i] + grey);
    green[i] = std::min(255.0f, own * green[i] + grey);
    blue[i] = std::min(255.0f, own * blue[i] + grey);
    alphas[i] = std::clamp(alpha + v[i][Answer::kAlphaStep] * 4 * alpha * (1 - alpha), 0.0f, 1.0f);
  }
}

// The first `count` pixels of a row; `at` is the crop position of the first, `step` the way to the next.
MIEN_SIMD_CLONES
void apply_row(const Cells cells, float dropped, Point2f at, Point2f step, int count, const ImageRow row) {
  float mixed[kBlock][4];
  for (int x = 0; x < count; x += kBlock) {
    const int n = std::min(kBlock, count - x);
    const auto along = static_cast<float>(x);
    mix_cells(cells, {at.x + along * step.x, at.y + along * step.y}, step, n, mixed);
    apply_cells(mixed, dropped, n, {row.trust + x, row.red + x, row.green + x, row.blue + x, row.alpha + x});
  }
}

// What will be painted over: the face and its eyeballs.
MIEN_SIMD_CLONES
void draw_painted(const float* alpha, const float* right_eye, const float* left_eye, std::size_t n,
                  float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) {
    const float most = std::max(alpha[i], std::max(right_eye[i], left_eye[i]));
    out[i] = alpha[i] > 0 ? most : alpha[i];
  }
}

MIEN_SIMD_CLONES
void draw_parts(const float* mouth, const float* right_eye, const float* left_eye, std::size_t n,
                float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = 0.5f * mouth[i] + std::max(right_eye[i], left_eye[i]);
}

MIEN_INLINE float bend(float r) {
  constexpr float kPerLimit = 1 / kResidualLimit;
  return r / std::sqrt(1 + r * kPerLimit * (r * kPerLimit));
}

// Of a pixel's three residuals: bent, then their mean.
MIEN_SIMD_CLONES
void mean_residual(const float* red, const float* green, const float* blue, std::size_t n,
                   float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = (bend(red[i]) + bend(green[i]) + bend(blue[i])) / 3;
}

MIEN_SIMD_CLONES
void bend_residual(const float* residual, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = bend(residual[i]);
}

// The bent residual and the change of alpha (w x w) into the cells, which get their units.
void finish_cells(const float* residual, const float* alpha, int w, CoarseAnswer* out) {
  using Answer = CoarseAnswer;
  enlarge_map(residual, w, out->size, out->cells.data() + Answer::kResidual, Answer::kStride);
  enlarge_map(alpha, w, out->size, out->cells.data() + Answer::kAlphaStep, Answer::kStride);
  for (std::size_t i = 0; i < out->cells.size(); i += Answer::kStride) {
    float* cell = out->cells.data() + i;
    cell[Answer::kBias] *= 255, cell[Answer::kResidual] *= 255;
    cell[Answer::kAlphaStep] = kAlphaReach * fast_tanh(cell[Answer::kAlphaStep]);
  }
}

}  // namespace

void make_coarse_input(const CoarseScene& s, CoarseInputScratch* scratch, CoarseCrop* out, int size) {
  out->crop_from_canvas = crop_from_frame(level_square(s.fused), kCoarseSpan, size);
  out->input.resize(kCoarseChannels, size, size);
  const auto channel = [&](CoarseChannel k) { return out->input.channel(static_cast<int>(k)); };
  Shrinker shrink(out->crop_from_canvas, size, s.relit.width, s.relit.height, &scratch->small);
  for (int c = 0; c < 3; ++c) {
    float* colour = out->input.channel(static_cast<int>(CoarseChannel::kRelitRed) + c);
    shrink(s.relit.channel(c), 1 / 255.0f, 0, colour);
  }
  shrink(s.trust.values.data(), 1, 0, channel(CoarseChannel::kTrust));
  Plane& parts = scratch->parts;
  const FaceMasks& masks = s.masks;
  const float *right_eye = masks.right_eye.values.data(), *left_eye = masks.left_eye.values.data();
  parts.resize(masks.alpha.width, masks.alpha.height);
  draw_painted(masks.alpha.values.data(), right_eye, left_eye, parts.size(), parts.values.data());
  shrink(parts.values.data(), 1, 0, channel(CoarseChannel::kAlpha));
  draw_context(s, channel(CoarseChannel::kAlpha), shrink, scratch, out);
  shrink(s.masks.alpha.values.data(), 1, 0, channel(CoarseChannel::kAlpha));
  parts.resize(masks.alpha.width, masks.alpha.height);
  draw_parts(masks.mouth.values.data(), right_eye, left_eye, parts.size(), parts.values.data());
  shrink(parts.values.data(), 1, 0, channel(CoarseChannel::kParts));
  draw_geometry(s, out->crop_from_canvas, scratch, &out->input);
}

void read_coarse_output(const Tensor& gain_bias, const Tensor& residual_alpha, const float* mask,
                        const CoarseLimits& limits, CoarseAnswer* out) {
  out->size = kCoarseSize, out->residual_kept = limits.residual_kept;
  out->cells.assign(kCropPlane * CoarseAnswer::kStride, 0.0f);
  read_light(gain_bias, mask, limits.light_cell, out->cells.data());
  thread_local Plane residual;
  residual.resize(residual_alpha.width, residual_alpha.height);
  mean_residual(residual_alpha.channel(0), residual_alpha.channel(1), residual_alpha.channel(2),
                residual.size(), residual.values.data());
  finish_cells(residual.values.data(), residual_alpha.channel(3), residual_alpha.width, out);
}

void read_refine_output(const Tensor& residual_alpha, int size, float residual_kept, CoarseAnswer* out) {
  out->size = size, out->residual_kept = residual_kept;
  out->cells.assign(static_cast<std::size_t>(size) * size * CoarseAnswer::kStride, 0.0f);
  thread_local Plane residual;
  residual.resize(residual_alpha.width, residual_alpha.height);
  bend_residual(residual_alpha.channel(0), residual.size(), residual.values.data());
  finish_cells(residual.values.data(), residual_alpha.channel(1), residual_alpha.width, out);
}

void apply_coarse_answer(const CoarseAnswer& answer, const Affine& crop_from_canvas, const Plane& trust,
                         PlanarRgb* relit, Plane* alpha) {
  for (int y = 0; y < alpha->height; ++y) {
    float* row = alpha->row(y);
    const auto first =
        static_cast<int>(std::find_if(row, row + alpha->width, [](float a) { return a > 0; }) - row);
    if (first == alpha->width) continue;
    int last = alpha->width;
    while (!(row[last - 1] > 0)) --last;
    const std::size_t i = static_cast<std::size_t>(y) * alpha->width + first;
    const Point2f at = crop_from_canvas({static_cast<float>(first), static_cast<float>(y)});
    apply_row({answer.cells.data(), answer.size}, 1 - answer.residual_kept, at,
              {crop_from_canvas.a, crop_from_canvas.d}, last - first,
              {trust.values.data() + i, relit->channel(0) + i, relit->channel(1) + i, relit->channel(2) + i,
               row + first});
  }
}

void apply_coarse_output(const Tensor& gain_bias, const Tensor& residual_alpha, const float* mask,
                         const CoarseLimits& limits, const Affine& crop_from_canvas, const Plane& trust,
                         PlanarRgb* relit, Plane* alpha) {
  thread_local CoarseAnswer answer;  // scratch that keeps its memory
  read_coarse_output(gain_bias, residual_alpha, mask, limits, &answer);
  apply_coarse_answer(answer, crop_from_canvas, trust, relit, alpha);
}

}  // namespace mien
