#include "face/parse.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/simd_clones.h"
#include "core/try.h"
#include "face/network_input.h"

namespace mien {
namespace {

// e^x for x <= 0; relative error below 1e-6, and 0 far below: a power of two and a polynomial.
MIEN_INLINE float exp_below_0(float x) {
  const float t = std::max(x, -87.0f) * 1.44269504f, whole = std::floor(t), f = (t - whole) * 0.693147181f;
  const float power =
      1 + f * (1 + f * (0.5f + f * (0.16666667f + f * (0.041666668f + f * (0.0083333f + f * 0.00141f)))));
  return power * std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23);
}

// n pixels of planes that lie `plane` apart; sums: scratch of n.
MIEN_SIMD_CLONES
void softmax_of(float* values, std::size_t plane, int channels, int n, float* __restrict highest,
                float* __restrict sums) {
  for (int i = 0; i < n; ++i) highest[i] = values[i], sums[i] = 0;
  for (int c = 1; c < channels; ++c) {
    const float* v = values + c * plane;
    for (int i = 0; i < n; ++i) highest[i] = std::max(highest[i], v[i]);
  }
  for (int c = 0; c < channels; ++c) {
    float* v = values + c * plane;
    for (int i = 0; i < n; ++i) v[i] = exp_below_0(v[i] - highest[i]), sums[i] += v[i];
  }
  for (int i = 0; i < n; ++i) sums[i] = 1 / sums[i];
  for (int c = 0; c < channels; ++c) {
    float* v = values + c * plane;
    for (int i = 0; i < n; ++i) v[i] *= sums[i];
  }
}

void softmax(Tensor* logits) {
  constexpr int kBlock = 256;
  float highest[kBlock], sums[kBlock];
  const int plane = logits->height * logits->width;
  for (int i = 0; i < plane; i += kBlock)
    softmax_of(logits->channel(0) + i, static_cast<std::size_t>(plane), logits->channels,
               std::min(kBlock, plane - i), highest, sums);
}

}  // namespace

Result<ParseNet> ParseNet::load(const ModelFolder& folder, int threads, LowLight low_light) {
  MIEN_ASSIGN(Net net, Net::load(folder, "parse", threads));
  ParseNet out(std::move(net));
  MIEN_ASSIGN(const double span, out.net_.spec().parameter("crop_span"));
  out.low_light_ = low_light;
  out.span_ = static_cast<float>(span);
  return out;
}

Done ParseNet::run(ImageView frame, const LevelSquare& square, int size_px, ParseScratch& scratch,
                   NetScratch& net_scratch, RegionMap* out) const {
  const InputSpec& in = net_.spec().input;
  const int size = size_px > 0 ? size_px : in.width;
  const Affine crop = crop_from_frame(square, span_, size);
  sample_affine(frame, crop, size, size, &scratch.pixels);
  brighten(gain_for(low_light_, LookAt::kFace, size, size, scratch.pixels), size, size, &scratch.pixels);
  normalise_pixels(scratch.pixels, in, &scratch.input);
  MIEN_TRY(net_.run(scratch.input, {&out->probability, 1}, net_scratch));
  const Tensor& map = out->probability;
  if (map.channels != kRegionClasses || map.width < 2 || map.height < 2) {
    return Status(Code::kModelRefused, "network parse gives " + std::to_string(map.channels) +
                                           " classes, expected " + std::to_string(kRegionClasses));
  }
  softmax(&out->probability);
  remove_specks(&out->probability);
  // Grid cells are areas of the crop: cell i covers crop pixels i * k .. (i + 1) * k - 1.
  const float k = static_cast<float>(map.width) / static_cast<float>(size);
  out->map_from_frame = compose(Affine{k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}, crop);
  return {};
}

}  // namespace mien
